-- The documents against the program: every name that a script can reach is in
-- docs/api.md, nothing else is, and the examples do what the text says.
local ortho = require "orthorun"
local library = dofile "tests/library.lua"
local value_at = library.value_at

local pages = { "README.md", "docs/api.md", "docs/article.md",
  "docs/cluster.md", "docs/design.md", "docs/experiment.md",
  "docs/experiments.md", "docs/jupyter.md", "docs/prompt.md",
  "docs/sharing.md", "docs/sweeps.md", "docs/theory.md", "docs/tutorial.md" }

local function read(path)
  local file = assert(io.open(path))
  local text = file:read "a"
  file:close()
  return text
end

-- The items of a page ("- `signature`, `signature` -> text"), as arrays of
-- their signatures.
local function items(text)
  local list, current = {}, nil
  for line in (text .. "\n\n"):gmatch "([^\n]*)\n" do
    local begins = line:find "^%- `"
    if current and (begins or not line:find "^  ") then
      local signatures = {}
      local head = current:match "^(.-) →" or current
      for span in head:gmatch "`([^`]+)`" do
        signatures[#signatures + 1] = span
      end
      list[#list + 1] = signatures
      current = nil
    end
    if begins then
      current = line
    elseif current then
      current = current .. " " .. line:match "^%s*(.*)"
    end
  end
  return list
end

local function name_of(signature)
  return (signature:match "^[%w_.:]+":gsub("^ortho%.", ""))
end

local function documented(text)
  local names = {}
  for _, signatures in ipairs(items(text)) do
    for _, signature in ipairs(signatures) do
      names[name_of(signature)] = true
    end
  end
  return names
end

local function missing(from, among)
  local list = {}
  for name in pairs(from) do
    if not among[name] then list[#list + 1] = name end
  end
  table.sort(list)
  return table.concat(list, " ")
end

-- The set of options that f knows, from its complaint about another; nil where
-- it does not complain.
local function known_options(f)
  local ok, message = pcall(f, { no_such_option = 1 })
  local list = not ok and tostring(message):match "known: ([^)]*)%)"
  if not list then return nil end
  local set = {}
  if list == "none" then return set end
  for name in list:gmatch "[%w_]+" do set[name] = true end
  return set
end

describe("docs/api.md", function()
  local text = read "docs/api.md"

  it("documents nothing that does not exist", function()
    assert.equal("", missing(documented(text), library.names()))
  end)

  it("lists every option of name{...}, and no other", function()
    local count = 0
    for _, signatures in ipairs(items(text)) do
      for _, signature in ipairs(signatures) do
        local name, options = signature:match "^([%w_.]+)(%b{})$"
        local known = name and known_options(value_at(name_of(name)))
        if known then
          local listed, more = {}, options:find("...", 1, true)
          for key in options:gmatch "([%w_]+)=" do listed[key] = true end
          assert.equal(name .. ": ", name .. ": " .. missing(listed, known))
          if not more then
            assert.equal(name .. ": ", name .. ": " .. missing(known, listed))
          end
          count = count + 1
        end
      end
    end
    assert.is_true(count > 20)
  end)
end)

-- Names in running text, `A:solve` or `metric.balance`, of any page.
describe("a name in backquotes", function()
  local all = table.move(pages, 1, #pages, 1, {})
  for _, page in ipairs(require "orthorun.prompt.reference") do
    all[#all + 1] = ("docs/api/%s.md"):format(page.name)
  end
  for _, page in ipairs(all) do
    it("exists, in " .. page, function()
      local names, variables, wrong = library.names(), {}, {}
      for each in pairs(names) do
        variables[each:match "^(%w+):" or ""] = true
      end
      for span in read(page):gsub("```.-\n```", ""):gmatch "`([^`\n]+)`" do
        local object, method = span:match "^(%a+):([%a_][%w_]*)"
        local module = span:gsub("^ortho%.", ""):match "^(%l+)%.[%l_]"
        local name = name_of(span:match "^[%w_.:]+" and span or "f")
        if object and variables[object] and not names[object .. ":" .. method]
          or module and value_at(module) and value_at(name) == nil then
          wrong[#wrong + 1] = span
        end
      end
      assert.equal("", table.concat(wrong, " "))
    end)
  end
end)

-- --- examples -------------------------------------------------------------

-- The fenced blocks of a page, in order: {kind, text, line}.
local function blocks(text)
  local list, open, line = {}, nil, 0
  for s in (text .. "\n"):gmatch "([^\n]*)\n" do
    line = line + 1
    local fence = s:match "^```(.*)$"
    if fence and open then
      open.text = table.concat(open, "\n")
      list[#list + 1], open = open, nil
    elseif fence then
      open = { kind = fence, line = line }
    elseif open then
      open[#open + 1] = s
    end
  end
  return list
end

-- A page's examples are parts of one script, so they share an environment, in
-- which the locals of its outermost level live; what they print is kept.
local function session(folder)
  local out = {}
  local function keep(...) out[#out + 1] = table.concat({ ... }) end
  local env = { io = setmetatable({ write = keep }, { __index = io }) }
  function env.print(...)
    local parts = table.pack(...)
    for i = 1, parts.n do parts[i] = tostring(parts[i]) end
    keep(table.concat(parts, "\t"), "\n")
  end
  setmetatable(env, { __index = _G })
  local self = {}
  function self.run(block)
    local text = ("\n" .. block.text):gsub("\nlocal ", "\n")
    local f = assert(load(text, "=line " .. block.line, "t", env))
    local globals = _G -- the library's, whatever busted shows of them
    local saved_arg, saved_io = globals.arg, globals.io
    globals.arg = { [0] = "example.lua", "--out=" .. folder }
    globals.io = env.io
    local ok, message = xpcall(f, debug.traceback)
    globals.arg, globals.io = saved_arg, saved_io
    assert(ok, message)
    local said = table.concat(out):gsub("[^%s]*" .. folder:gsub("%p", "%%%0"),
      "runs/mine")
    out = {}
    return said
  end
  -- A prompt's lines: an expression's values are shown as the prompt does.
  function env.show(...)
    local display = require "orthorun.prompt.display"
    display.set { colors = false, width = 80, ortho = ortho }
    if select("#", ...) > 0 then
      env.print(display.values(table.pack(...)))
    end
  end
  function self.prompt(line)
    local block = { text = line, line = 0 }
    if load("return " .. line) then block.text = ("show(%s)"):format(line) end
    return self.run(block)
  end
  return self
end

-- The text with every number as #, and the numbers. Spaces do not count.
local function parts(text)
  local numbers = {}
  text = text:gsub("%-?%d+%.?%d*e?[-+]?%d*", function(s)
    if not tonumber(s) then return nil end
    numbers[#numbers + 1] = tonumber(s)
    return "#"
  end)
  return text:gsub("%s+", " "):gsub("^ ", ""):gsub(" $", ""), numbers
end

-- The same words, and numbers that agree to 1 % or are both rounding errors:
-- other processors round otherwise.
local function check_output(expected, actual, line)
  local words, numbers = parts(expected)
  local said, values = parts(actual)
  assert.equal(words, said, "line " .. line)
  for i, x in ipairs(numbers) do
    local y = values[i]
    local tiny = math.max(math.abs(x), math.abs(y)) < 1e-9
    if not tiny and math.abs(x - y) > 0.01 * math.abs(x) then
      error(("line %d: the page says %g, the program %g"):format(line, x, y))
    end
  end
end

local function check_transcript(console, block)
  local line, said = block.line, nil
  local expected = {}
  local function settle()
    if said then check_output(table.concat(expected, "\n"), said, line) end
    expected = {}
  end
  for s in (block.text .. "\n"):gmatch "([^\n]*)\n" do
    line = line + 1
    local input = s:match "^> (.*)$"
    if input then
      settle()
      said = console.prompt(input)
    else
      expected[#expected + 1] = s
    end
  end
  settle()
end

describe("an example", function()
  local folder = os.tmpname()
  os.remove(folder)
  for _, page in ipairs(pages) do
    local console, said = session(folder), nil
    for _, block in ipairs(blocks(read(page))) do
      if block.kind == "lua" then
        it(("runs: %s, line %d"):format(page, block.line), function()
          said = console.run(block)
        end)
      elseif block.kind == "text" then
        it(("prints what %s says, line %d"):format(page, block.line), function()
          check_output(block.text, assert(said), block.line)
        end)
      elseif block.kind == "console" then
        it(("prints what %s says, line %d"):format(page, block.line), function()
          check_transcript(console, block)
        end)
      end
    end
  end
  teardown(function() os.execute("rm -rf '" .. folder .. "'") end)
end)
