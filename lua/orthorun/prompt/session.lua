-- session: what a prompt remembers, and how an entry becomes code. An entry is
-- compiled as `return entry` first, then as statements whose last one may be
-- an expression; it runs once. The locals that it declares at its outermost
-- level live on: later entries see the same variables, as later lines of a
-- script would, and closures keep theirs.
local lexer = require "orthorun.prompt.lexer"
local ipairs, load, tonumber, type = ipairs, load, tonumber, type
local find, format, gsub, match, sub = string.find, string.format, string.gsub,
  string.match, string.sub
local concat, pack = table.concat, table.pack
local getupvalue, upvaluejoin = debug.getupvalue, debug.upvaluejoin

local session = {
  cells = {},   -- name of a local -> { f = function, i = its upvalue's index }
  results = {}, -- newest first
  entries = {}, -- what was typed: { text, script, failed = true }
  chunk = "=stdin", -- the entry's name in messages, as `load` takes it
}

local results_kept = 9

-- --- locals ----------------------------------------------------------------

-- The value of a local of the session; second: is there one?
function session.get(name)
  local cell = session.cells[name]
  if not cell then return nil, false end
  local _, value = getupvalue(cell.f, cell.i)
  return value, true
end

-- Makes a local of the session that holds a value.
function session.set(name, value)
  session.cells[name] = { f = function() return value end, i = 1 }
end

-- Adds the names of `local a <const>, b`, whose first is token k.
local function add_names(names, tokens, k)
  while tokens[k] and tokens[k].kind == "name" do
    names[#names + 1] = tokens[k].text
    local after = k + 1
    if tokens[after] and tokens[after].text == "<" then after = after + 3 end
    if not tokens[after] or tokens[after].text ~= "," then return end
    k = after + 1
  end
end

-- The names of locals that tokens declare outside of all blocks.
local function declared(tokens)
  local names, depth = {}, 0
  for k, token in ipairs(tokens) do
    if depth == 0 and token.text == "local" and tokens[k + 1] then
      local more = tokens[k + 1].text == "function" and 2 or 1
      add_names(names, tokens, k + more)
    end
    depth = depth + lexer.step(token)
  end
  return names
end

-- Those names among the session's locals that the tokens mention.
local function mentioned(tokens)
  local names, seen = {}, {}
  for _, token in ipairs(tokens) do
    local name = token.kind == "name" and token.text
    if name and session.cells[name] and not seen[name] and #names < 190 then
      seen[name] = true
      names[#names + 1] = name
    end
  end
  return names
end

-- Makes the upvalues of f of these names the session's variables.
local function join(f, names)
  local wanted = {}
  for _, name in ipairs(names) do wanted[name] = session.cells[name] end
  for i = 1, 255 do
    local name = getupvalue(f, i)
    if not name then return end
    local cell = wanted[name]
    if cell then upvaluejoin(f, i, cell.f, cell.i) end
  end
end

-- Keeps the variables that f, a function that mentions them all, refers to.
local function keep(names, f)
  local found = {}
  for i = 1, 255 do
    local name = getupvalue(f, i)
    if not name then break end
    if name ~= "_ENV" then
      session.cells[name], found[name] = { f = f, i = i }, true
    end
  end
  local values = pack(f())
  for i, name in ipairs(names) do -- a constant is no variable
    if not found[name] then session.set(name, values[i]) end
  end
end

-- --- compiling -------------------------------------------------------------

local function significant(tokens)
  local list = {}
  for _, token in ipairs(tokens) do
    if token.kind ~= "comment" then list[#list + 1] = token end
  end
  return list
end

-- Where the last statement begins if it may be an expression, or follows
-- `return`: the end of what is before it, its own first place. From the end of
-- the text backwards, behind a semicolon or at the beginning of a line.
local function split(text, tokens)
  local depth, last = 0, #tokens
  while tokens[last] and tokens[last].text == ";" do last = last - 1 end
  for k = last, 1, -1 do
    local token = tokens[k]
    depth = depth - lexer.step(token)
    if depth == 0 and token.text == "return" and load(text) then
      return token.first - 1, token.last + 1, tokens[last].last
    end
    local before = tokens[k - 1]
    local begins = before and (before.text == ";" or
      find(sub(text, before.last + 1, token.first - 1), "\n", 1, true))
    if depth == 0 and begins and
      load("return " .. sub(text, token.first, tokens[last].last)) and
      load(sub(text, 1, token.first - 1)) then
      return token.first - 1, token.first, tokens[last].last
    end
  end
end

-- The code of an entry that is an expression. What it calls is not called in
-- the place of the entry, so that errors know the entry's line.
local function expression_code(text)
  return format("return __keep(nil, %s\n)", text)
end

-- The code of statements: behind them stands a function that mentions the
-- locals they declare. Second: what a script would say in its place.
local function statement_code(text, tokens, names)
  local capture = #names == 0 and "nil" or
    format("function() return %s end", concat(names, ", "))
  local head, from, to = split(text, tokens)
  if not head then
    return format("%s\nreturn __keep(%s)", text, capture), text
  end
  local before, tail = sub(text, 1, head), sub(text, from, to)
  local some = tail:find "%S"
  return format("%s return __keep(%s%s%s\n)", before, capture,
    some and ", " or "", tail), some and before .. "print(" .. tail .. ")" or
    before
end

-- The code as a function of no arguments in the midst of the session's locals.
local function build(code, tokens, declares, name)
  local outer = mentioned(tokens)
  local prefix = "local __keep = ... "
  if #outer > 0 then prefix = prefix .. "local " .. concat(outer, ", ") .. " " end
  local f, message = load(prefix .. "return function(...) " .. code .. " end",
    name or session.chunk, "t")
  if not f then return nil, message end
  f = f(function(capture, ...)
    if capture then keep(declares, capture) end
    return ...
  end)
  join(f, outer)
  return f
end

local function incomplete(message)
  return type(message) == "string" and sub(message, -5) == "<eof>"
end

-- An entry without its comments is empty.
local function compile_nothing(text)
  local good, message = load(text, session.chunk, "t")
  if not good then return nil, message, incomplete(message) end
  return { f = function() end, script = text }
end

-- `x` and `x;`: the code as far as token `last`.
local function compile_expression(text, tokens, last)
  local code = last == #tokens and text or sub(text, 1, tokens[last].last)
  if not load("return " .. code, session.chunk, "t") then return nil end
  local f = build(expression_code(code), tokens, {})
  return f and { f = f, silent = last < #tokens,
    script = format("print(%s)", find(code, "--", 1, true) and code .. "\n" or
    code) }
end

local function compile_statements(text, tokens)
  local names = declared(tokens)
  local code, script = statement_code(text, tokens, names)
  return { f = build(code, tokens, names) or build(text, tokens, {}),
    silent = tokens[#tokens].text == ";", script = script }
end

-- An entry as {f, silent, script}: what runs it, whether its values are not to
-- be shown, and what a script would say in its place. nil and a message where
-- it is no Lua; nil, message and true where more lines could complete it.
function session.compile(text)
  local plain = gsub(text, "^%s*=", "")
  local tokens = significant(lexer.tokens(plain))
  local last = #tokens
  if last == 0 then return compile_nothing(text) end
  local ends = tokens[last].text == ";"
  local entry = not ends and compile_expression(plain, tokens, last)
  if entry then return entry end
  local good, message = load(text, session.chunk, "t")
  if good or split(text, tokens) then return compile_statements(text, tokens) end
  entry = ends and last > 1 and compile_expression(plain, tokens, last - 1)
  if entry then return entry end
  local _, wanted = load("return " .. plain, session.chunk, "t")
  return nil, message, incomplete(message) or incomplete(wanted)
end

-- A script's text as a function whose outermost locals the session keeps when
-- it has run; nil where that cannot be done.
function session.script(text, name)
  text = gsub(text, "^#[^\n]*", "")
  local tokens = significant(lexer.tokens(text))
  local names = declared(tokens)
  return build((statement_code(text, tokens, names)), {}, names, name)
end

-- --- results ---------------------------------------------------------------

-- Remembers an entry's values: `_` and `_1` to `_9`, the newest first.
function session.remember(values)
  if values.n == 0 then return end
  local list = {}
  for i = 1, results_kept do
    if i <= values.n then
      list[i] = { values[i] }
    else
      list[i] = session.results[i - values.n]
    end
  end
  session.results = list
end

-- The result that a name like _ or _3 stands for; second: is it one?
function session.result(name)
  local k = type(name) == "string" and match(name, "^_(%d?)$")
  if not k then return nil, false end
  local result = session.results[k == "" and 1 or tonumber(k)]
  if not result then return nil, false end
  return result[1], true
end

return session
