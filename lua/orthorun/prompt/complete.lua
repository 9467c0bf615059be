-- complete: what Tab offers at a place in a line: names, fields and methods,
-- options inside braces, names inside strings, files. It reads tables raw and
-- calls nobody's metamethods; the library alone is asked by name.
local core = require "orthorun.core"
local docs = require "orthorun.prompt.docs"
local field_of = require "orthorun.base.names".field
local lexer = require "orthorun.prompt.lexer"
local session = require "orthorun.prompt.session"
local text_of = require "orthorun.base.text"
local concat, sort = table.concat, table.sort
local find, gsub, match, sub = string.find, string.gsub, string.match,
  string.sub
local getmetatable = debug.getmetatable -- the real one
local next, rawequal, rawget, type = next, rawequal, rawget, type

local complete = {}

local most_looked_at, most_shown = 20000, 200

local function library() return package.loaded.orthorun end

-- --- values by name, without calling anything ------------------------------

local function class_name(value)
  local meta = getmetatable(value)
  local name = type(meta) == "table" and rawget(meta, "__name")
  return type(name) == "string" and find(name, "^orthorun%.") and name or nil
end

-- The field of a value as raw tables give it: its own, or what tables under
-- __index have.
local function field(value, name)
  for _ = 1, 20 do
    if rawequal(value, library()) then return field_of(value, name) end
    if type(value) == "table" then
      local own = rawget(value, name)
      if own ~= nil then return own end
    end
    local meta = getmetatable(value)
    value = type(meta) == "table" and rawget(meta, "__index")
    if type(value) ~= "table" then return nil end
  end
end

local function variable(name)
  local value, found = session.get(name)
  if found then return value end
  value = rawget(_G, name)
  if value ~= nil then return value end
  value, found = session.result(name)
  if found then return value end
  return require "orthorun.prompt.commands".list[name]
end

-- Adds the names among a table's keys, and those of tables under __index.
local function add_keys(names, value, wanted)
  for _ = 1, 20 do
    local looked = 0
    if type(value) == "table" then
      local key, content = next(value)
      while key ~= nil and looked < most_looked_at do
        looked = looked + 1
        if type(key) == "string" and find(key, "^[%a_][%w_]*$") and
          (not wanted or wanted(key, content)) then names[key] = true end
        key, content = next(value, key)
      end
    end
    local meta = getmetatable(value)
    value = type(meta) == "table" and rawget(meta, "__index")
    if type(value) ~= "table" then return end
  end
end

-- Adds the keys of a table that are texts.
local function add_texts(names, list)
  if type(list) ~= "table" then return end
  for name in next, list do
    if type(name) == "string" then names[name] = true end
  end
end

-- --- where the cursor is ---------------------------------------------------

local opening = { ["("] = true, ["{"] = true, ["["] = true }
local closing = { [")"] = "(", ["}"] = "{", ["]"] = "[" }

-- The path of names that ends at token k: {"ortho", ".", "init"}, and the token
-- before it.
local function path_before(tokens, k)
  local path = {}
  while tokens[k] and tokens[k].kind == "name" do
    table.insert(path, 1, tokens[k].text)
    local mark = tokens[k - 1] and tokens[k - 1].text
    if mark ~= "." and mark ~= ":" then return path, k - 1 end
    table.insert(path, 1, mark)
    k = k - 2
  end
  return path, k
end

-- The value of a path; its name in the reference where it has one.
local function resolve(path)
  if #path == 0 then return nil end
  local value = variable(path[1])
  for i = 3, #path, 2 do
    if value == nil then break end
    value = field(value, path[i])
  end
  if value == nil then return nil, docs.item(concat(path)) and concat(path) end
  return value, docs.name_of(library(), value)
end

-- The brackets that are open at the end of the tokens, innermost last: each
-- with its mark, and the path before it (of `f({`, that of f).
local function open_brackets(tokens)
  local stack = {}
  for k, token in ipairs(tokens) do
    if opening[token.text] and token.kind == "operator" then
      local call = k - 1
      if token.text == "{" and tokens[call] and tokens[call].text == "(" then
        call = call - 1
      end
      stack[#stack + 1] = { mark = token.text, at = k,
        path = path_before(tokens, call) }
    elseif closing[token.text] and token.kind == "operator" then
      stack[#stack] = nil
    end
  end
  return stack
end

-- The option whose value stands at the end: `by` of `t:summary{by = "`, also
-- inside a list, `by = {"a", "`.
local function option_before(tokens, stack)
  local k = #tokens
  for level = #stack, 1, -1 do
    local last = tokens[k]
    if last and last.text == "=" and tokens[k - 1] and
      tokens[k - 1].kind == "name" then
      return tokens[k - 1].text, stack[level]
    end
    if stack[level].mark ~= "{" then return nil, stack[level] end
    k = stack[level].at - 1
    if #stack[level].path > 0 then return nil, stack[level] end
  end
end

-- --- candidates ------------------------------------------------------------

local function globals()
  local names = {}
  for word in next, lexer.keywords do
    if #word > 3 then names[word] = true end
  end
  add_keys(names, _G)
  for name in next, session.cells do names[name] = true end
  for name in next, require "orthorun.prompt.commands".list do
    names[name] = true
  end
  return names
end

local function members(path, mark)
  local value, names = resolve(path), {}
  if value == nil then return names end
  if rawequal(value, library()) then
    for _, name in ipairs(docs.fields "") do names[name] = true end
  end
  local function wanted(name, content)
    return sub(name, 1, 2) ~= "__" and
      (mark == "." or type(content) == "function")
  end
  add_keys(names, value, wanted)
  local known = docs.name_of(library(), value)
  for _, name in ipairs(known and mark == "." and docs.fields(known) or {}) do
    names[name] = true
  end
  return names
end

-- The name in the reference of what is called: a function, or a method of an
-- object of ours.
local function called(path)
  local value, name = resolve(path)
  if name or value == nil then return name end
  local n = #path
  if n < 3 or path[n - 1] ~= ":" then return nil end
  local object = resolve(table.move(path, 1, n - 2, 1, {}))
  local class = class_name(object)
  local full = class and docs.object(class) .. ":" .. path[n]
  return full and docs.item(full) and full
end

-- Column names of the tables of results in scope.
local function columns(bracket, tokens)
  local names, given = {}, nil
  for k = bracket and bracket.at or 1, #tokens - 2 do
    if tokens[k].text == "data" and tokens[k + 1].text == "=" then
      given = resolve((path_before(tokens, k + 2)))
    end
  end
  if not given and bracket and bracket.path[#bracket.path - 1] == ":" then
    given = resolve(table.move(bracket.path, 1, #bracket.path - 2, 1, {}))
  end
  local function add(value)
    if class_name(value) ~= "orthorun.table" then return end
    for _, name in ipairs(rawget(value, "names") or {}) do names[name] = true end
  end
  if class_name(given) == "orthorun.table" then
    add(given)
    return names
  end
  for name in next, session.cells do add((session.get(name))) end
  for _, value in next, _G do add(value) end
  return names
end

local function set_of(list)
  local names = {}
  for _, name in ipairs(list) do names[name] = true end
  return names
end

-- What an option's text may be, by the option's name.
local of_option = {
  init = function() return set_of(library().init.names()) end,
  activation = function() return set_of(library().activation.names()) end,
  probes = function() return set_of(library().tracker.probes()) end,
  loss = function()
    return set_of { "mse", "mse_half", "mse_sum", "cross_entropy" }
  end,
  optimizer = function() return set_of { "sgd", "adam", "adamw" } end,
  precision = function() return set_of { "float64", "float32" } end,
  kind = function()
    return set_of { "line", "points", "scatter", "histogram", "heat" }
  end,
  mode = function() return set_of { "fan_in", "fan_out" } end,
  model = function() return set_of { "line", "power", "exponential" } end,
  distribution = function() return set_of { "uniform", "normal" } end,
  split = function() return set_of { "train", "test" } end,
  formats = function() return set_of { "svg", "png", "pdf" } end,
}
of_option.gain, of_option.output_activation = of_option.activation,
  of_option.activation

local column_options = set_of { "x", "y", "z", "color", "facet", "by", "of",
  "rows", "columns", "value", "error", "theory", "over" }

-- What the text in the parentheses of a function may be.
local of_function = {
  ["init.get"] = of_option.init,
  ["data.load"] = function()
    return set_of { "synthetic", "digits", "fashion_mnist" }
  end,
  ["A:norm"] = function()
    return set_of { "fro", "spectral", "nuclear", "max", "inf" }
  end,
  ["A:cond"] = function() return set_of { "spectral", "fro", "inf" } end,
  ["A:to"] = of_option.precision, ["set_precision"] = of_option.precision,
}

-- Modules for require: those that were loaded, and files where it would look.
local function modules(typed, host)
  local names, folder = {}, match(typed, "^(.*)%.[^.]*$")
  add_texts(names, package.loaded)
  local inside = folder and gsub(folder, "%.", "/") .. "/" or ""
  for before, after in string.gmatch(package.path, "([^;?]*)%?([^;]*)") do
    for _, name in ipairs(host.list(before .. inside)) do
      local stem = after == "/init.lua" and match(name, "^([%w_-]+)/$") or
        sub(name, -#after) == after and match(sub(name, 1, -#after - 1),
          "^[%w_-]+$")
      if stem then names[folder and folder .. "." .. stem or stem] = true end
    end
  end
  return names
end

local function help_names()
  local names = {}
  for name in next, docs.reference().by_name do
    names[name], names[match(name, "[%w_]*$")] = true, true
  end
  return names
end

-- What the text may be that follows these names: require "x", ortho.init["x"].
local function names_by_path(path, bracket, typed, host)
  if bracket and bracket.mark == "[" then
    return type(resolve(path)) == "table" and members(path, ".") or nil
  end
  local f = #path == 1 and not session.cells[path[1]] and path[1]
  if f == "require" or f == "reload" then return modules(typed, host) end
  if f == "help" then return help_names() end
end

local function names_for_string(tokens, stack, typed, host)
  local last = stack[#stack]
  local at_bracket = last and last.at == #tokens
  local found = names_by_path(at_bracket and last.path or
    path_before(tokens, #tokens), at_bracket and last, typed, host)
  if found then return found end
  local option, bracket = option_before(tokens, stack)
  local callee = bracket and called(bracket.path) or
    #stack == 0 and called((path_before(tokens, #tokens))) or nil
  if option and column_options[option] and callee and
    (callee == "plot" or find(callee, "^t:") or find(callee, ":plot$")) then
    return columns(bracket, tokens)
  end
  if option and of_option[option] then return of_option[option]() end
  if callee and of_function[callee] then return of_function[callee]() end
  if callee and find(callee, "^activation%.") or callee and
    find(callee, "^theory%.[gcv]") then return of_option.activation() end
  if callee and find(callee, "^t:") then return columns(bracket, tokens) end
end

-- --- files -----------------------------------------------------------------

local function files(typed, host)
  local folder, names = match(typed, "^(.*/)") or "", {}
  local place = folder
  local home = os.getenv "HOME"
  if sub(folder, 1, 2) == "~/" and home then place = home .. sub(folder, 2) end
  local begun = sub(typed, #folder + 1)
  for _, name in ipairs(host.list(place == "" and "." or place)) do
    if name ~= "./" and name ~= "../" and
      (sub(name, 1, 1) ~= "." or sub(begun, 1, 1) == ".") and
      not find(name, "[%c\"'\\]") then names[folder .. name] = true end
  end
  return names
end

-- --- from a place to candidates --------------------------------------------

local function in_string(token, tokens, text, host)
  local typed = sub(text, token.inner)
  local names = names_for_string(tokens, open_brackets(tokens), typed, host)
  local found = names or files(typed, host)
  local quote = sub(text, token.first, token.first)
  return found, typed, function(name)
    return sub(name, -1) ~= "/" and quote ~= "[" and name .. quote or name
  end
end

-- The options that may stand at the end of the tokens, or nil.
local function option_names(tokens)
  local stack = open_brackets(tokens)
  local bracket = stack[#stack]
  local last = tokens[#tokens]
  if not bracket or bracket.mark ~= "{" or
    not (last.text == "{" or last.text == "," or last.text == ";") then
    return nil
  end
  local callee = called(bracket.path)
  if callee == "t:where" then return columns(bracket, tokens) end
  local options = callee and docs.options(callee)
  if not options then return nil end
  local names = {}
  for _, option in ipairs(options) do names[option.name] = true end
  for k = bracket.at + 1, #tokens - 1 do
    if tokens[k + 1].text == "=" then names[tokens[k].text or ""] = nil end
  end
  return names
end

-- A name as it is inserted: of a function with what opens its arguments.
local function after_name(name, value)
  if type(value) ~= "function" then return name end
  local full = docs.name_of(library(), value)
  local signature = full and docs.signature(full)
  local takes_options = signature and find(signature, "^[%w_.:]+{")
  return name .. (takes_options and "{" or "(")
end

-- The candidates at the end of the text: a set of names, what is typed of them,
-- and what a chosen one is followed by. nil where a tab is a tab.
local function candidates(text, host)
  local tokens = lexer.tokens(text)
  local last = tokens[#tokens]
  if last and last.open and last.kind == "string" then
    tokens[#tokens] = nil
    return in_string(last, tokens, text, host)
  end
  if last and last.open and last.kind == "comment" then return nil end
  local at_word = last and last.last == #text and
    (last.kind == "name" or last.kind == "keyword")
  local typed = at_word and last.text or ""
  if at_word then tokens[#tokens] = nil end
  local before = tokens[#tokens]
  if before and (before.text == "." or before.text == ":") and
    (at_word or before.last == #text) then
    local path = path_before(tokens, #tokens - 1)
    local value = resolve(path)
    return members(path, before.text), typed, function(name)
      return after_name(name, field(value, name))
    end
  end
  local options = before and option_names(tokens)
  if options then
    local names = at_word and globals() or {}
    for name in next, options do names[name] = "option" end
    return names, typed, function(name)
      return names[name] == "option" and name .. "=" or
        after_name(name, variable(name))
    end
  end
  if not at_word then return nil end
  return globals(), typed, function(name)
    return after_name(name, variable(name))
  end
end

-- --- the answer ------------------------------------------------------------

local function matching(names, typed)
  local list, options = {}, {}
  for name, kind in next, names do
    if sub(name, 1, #typed) == typed then
      list[#list + 1] = name
      if kind == "option" then options[#options + 1] = name end
    end
  end
  if #options > 0 and #options < #list then list = options end
  sort(list)
  return list
end

local function common_prefix(list)
  local prefix = list[1]
  for _, name in ipairs(list) do
    while sub(name, 1, #prefix) ~= prefix do prefix = sub(prefix, 1, -2) end
  end
  while #prefix > 0 and not utf8.len(prefix) do prefix = sub(prefix, 1, -2) end
  return prefix
end

-- Names in columns, as wide as the terminal.
local function in_columns(list, width)
  local widest, lines = 0, {}
  local count = math.min(#list, most_shown)
  for i = 1, count do widest = math.max(widest, text_of.width(list[i])) end
  local across = math.max(1, (width + 2) // (widest + 2))
  local down = (count + across - 1) // across
  for row = 1, down do
    local parts = {}
    for k = row, count, down do
      parts[#parts + 1] = text_of.fit(list[k], widest)
    end
    lines[row] = gsub(concat(parts, "  "), "%s+$", "")
  end
  if count < #list then lines[#lines + 1] = ("... %d more"):format(#list - count) end
  return concat(lines, "\n")
end

local function blank_before(text)
  return not find(match(text, "[^\n]*$"), "%S") or find(text, "[%s,;]$")
end

-- What may stand at the end of a text: an array of names, and how many bytes of
-- the text are before their place.
function complete.list(text, host)
  if #text > 100000 then return {}, #text end
  local names, typed = candidates(text, host)
  local list = names and matching(names, typed) or {}
  for i, name in ipairs(list) do
    if names[name] == "option" then list[i] = name .. "=" end
  end
  return list, #text - #(typed or "")
end

-- What may be asked about where the cursor stands between `text` and `rest`: an
-- array of the path of names that it is on or behind, and of the functions whose
-- arguments it is among, innermost first; as the reference has them where it
-- does.
function complete.subjects(text, rest)
  local tokens = lexer.tokens(text .. match(rest, "^[%w_]*"))
  local stack, list = open_brackets(tokens), {}
  local function add(path)
    if #path > 0 then list[#list + 1] = called(path) or concat(path) end
  end
  if #tokens > 0 and tokens[#tokens].last >= #text then
    add((path_before(tokens, #tokens)))
  end
  for level = #stack, 1, -1 do add(stack[level].path) end
  return list
end

-- What Tab does at the end of a text: returns what to insert, or "" and a list
-- to show. begun: the lines of the entry before this one, or nil.
function complete.answer(begun, text, host)
  local blank = blank_before(text)
  local whole = begun and begun .. "\n" .. text or text
  if #whole > 100000 then return "\t" end
  local names, typed, follow = candidates(whole, host)
  local list = names and matching(names, typed) or {}
  if #list == 0 then return blank and "\t" or "" end
  if #list == 1 then return sub(follow(list[1]), #typed + 1) end
  local prefix = common_prefix(list)
  if #prefix > #typed then return sub(prefix, #typed + 1) end
  return "", in_columns(list, core.file.columns(1) or 80)
end

return complete
