-- docs_support: the pages of the documentation, for the specs that hold them to
-- the program: their blocks, a session that runs those, what they should print.
local assert = require "luassert"
local docs = {}

-- All of a page.
function docs.read(path)
  local file = assert(io.open(path))
  local text = file:read "a"
  file:close()
  return text
end

-- The paths of all pages, from the root.
function docs.pages()
  local list = {}
  local pipe = assert(io.popen "find README.md CONTRIBUTING.md docs -name '*.md' | sort")
  for path in pipe:lines() do list[#list + 1] = path end
  pipe:close()
  return list
end

-- The fenced blocks of a page, in order: {kind, text, line, before}; before is
-- the last line of text above that is not empty.
function docs.blocks(text)
  local list, open, line, before = {}, nil, 0, ""
  for s in (text .. "\n"):gmatch "([^\n]*)\n" do
    line = line + 1
    local fence = s:match "^```(.*)$"
    if fence and open then
      open.text = table.concat(open, "\n")
      list[#list + 1], open = open, nil
    elseif fence then
      open = { kind = fence, line = line, before = before }
    elseif open then
      open[#open + 1] = s
    end
    if s:find "%S" then before = s end
  end
  return list
end

-- A page's examples are parts of one script, so they share an environment, in
-- which the locals of its outermost level live; what they print is kept. Files
-- go to the folder.
function docs.session(folder)
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
      :gsub('"docs/gallery/', ('"%s/'):format(folder))
    local f = assert(load(text, "=line " .. block.line, "t", env))
    local globals = _G -- the library's, whatever busted shows of them
    local saved_arg, saved_io = globals.arg, globals.io
    local options = require "orthorun".options
    globals.arg, options.out, options.quiet = { [0] = "example.lua" }, folder, true
    globals.io = env.io
    local ok, message = xpcall(f, debug.traceback)
    globals.arg, globals.io = saved_arg, saved_io
    options.out, options.quiet = nil, nil
    assert(ok, message)
    local said = table.concat(out):gsub("[^%s]*" .. folder:gsub("%p", "%%%0"),
      "runs/mine")
    out = {}
    return said
  end
  -- A prompt's lines: an expression's values are shown as the prompt does.
  function env.show(...)
    local display = require "orthorun.prompt.display"
    display.set { colors = false, width = 80, ortho = require "orthorun" }
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
function docs.check_output(expected, actual, line)
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

-- Types a block's lines that begin with "> " and compares what they answer.
function docs.check_transcript(console, block)
  local line, said = block.line, nil
  local expected = {}
  local function settle()
    if said then docs.check_output(table.concat(expected, "\n"), said, line) end
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

return docs
