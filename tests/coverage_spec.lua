-- coverage_spec.lua: every Lua module has a spec of its name, every C file of
-- the core a test of its name, or a line in covered_by.txt that says what
-- covers it. Read from the tree, so that a new file counts at once.

-- Files under a folder whose names end so; none where there is no folder.
local function files(folder, ending)
  local list = {}
  local pipe = io.popen(("find %s -name '*%s' 2>/dev/null | sort"):format(
    folder, ending))
  for path in pipe:lines() do list[#list + 1] = path end
  pipe:close()
  return list
end

local function exists(path)
  local file = io.open(path)
  if file then file:close() end
  return file ~= nil
end

-- The specs and tests whose name is a source file's: any of them will do.
local function own_tests(path)
  local name = path:match "^src/%w+/(.+)%.c$"
  if name then return { ("tests/c/%s_test.c"):format(name) } end
  local room, module = path:match "^lua/orthorun/(%w+)/([%w_]+)%.lua$"
  if not room then
    module = path:match "^lua/orthorun/([%w_]+)%.lua$"
    return { ("tests/%s_spec.lua"):format(module) }
  end
  local spec = ("tests/%s/%s_spec.lua"):format(room, module)
  if module ~= "init" then return { spec } end
  return { ("tests/%s/%s_spec.lua"):format(room, room), spec }
end

local function has_own(path)
  for _, test in ipairs(own_tests(path)) do
    if exists(test) then return true end
  end
  return false
end

-- covered_by.txt as {source, test, why, line}; '#' begins a comment.
local function lines_of(path)
  local list, number = {}, 0
  for text in io.lines(path) do
    number = number + 1
    local source, test, why = text:match "^(%S+)%s+(%S+)%s*(.*)$"
    if text:find "%S" and not text:find "^#" then
      list[#list + 1] = { source = source or text, test = test or "",
        why = why or "", line = number }
    end
  end
  return list
end

-- A describe that `why` names in quotes and the test does not have.
local function missing_describe(entry)
  if not entry.why:find "describe" then return nil end
  local file = assert(io.open(entry.test))
  local text = file:read "a"
  file:close()
  for name in entry.why:gmatch '"([^"]*)"' do
    if not text:find(('describe("%s'):format(name), 1, true) then
      return name
    end
  end
end

-- What is wrong, as an array of sentences.
local function complaints(sources, covered)
  local wrong, known, listed = {}, {}, {}
  local function complain(...) wrong[#wrong + 1] = (...):format(select(2, ...)) end
  for _, path in ipairs(sources) do known[path] = true end
  for _, entry in ipairs(covered) do
    local where = ("covered_by.txt:%d: %s"):format(entry.line, entry.source)
    if not known[entry.source] then
      complain("%s is no module, nor a file of the core", where)
    elseif listed[entry.source] then
      complain("%s has a line already", where)
    elseif has_own(entry.source) then
      complain("%s has a test of its name: the line can go", where)
    end
    if not exists(entry.test) then
      complain("%s: there is no %s", where, entry.test)
    elseif #entry.why < 8 then
      complain("%s: why does %s cover it?", where, entry.test)
    elseif missing_describe(entry) then
      complain("%s: %s has no describe \"%s\"", where, entry.test,
        missing_describe(entry))
    end
    listed[entry.source] = true
  end
  for _, path in ipairs(sources) do
    if not has_own(path) and not listed[path] then
      complain("%s has neither %s nor a line in tests/covered_by.txt", path,
        own_tests(path)[1])
    end
  end
  return wrong
end

local function sources()
  local list = files("lua/orthorun", ".lua")
  for _, folder in ipairs { "src/core", "src/system" } do
    local found = files(folder, ".c")
    table.move(found, 1, #found, #list + 1, list)
  end
  return list
end

describe("every module and every file of the core", function()
  it("has a test of its name, or a line that says which covers it", function()
    local all = sources()
    assert.is_true(#all > 50, "where are they?")
    local wrong = complaints(all, lines_of "tests/covered_by.txt")
    assert.equal("", table.concat(wrong, "\n"))
  end)
end)

describe("the rule", function()
  local real = "lua/orthorun/base/names.lua" -- has a spec of its name
  local function one(source, test, why)
    return { { source = source, test = test, why = why, line = 1 } }
  end

  local function complains(wanted, list, covered)
    local wrong = complaints(list, covered)
    assert.is_truthy(table.concat(wrong, "\n"):find(wanted, 1, true),
      table.concat(wrong, "\n"))
  end

  it("finds what has neither", function()
    complains("src/core/none.c has neither tests/c/none_test.c nor a line",
      { "src/core/none.c" }, {})
    complains("neither tests/base/none_spec.lua nor", {
      "lua/orthorun/base/none.lua" }, {})
    assert.same({}, complaints({ real }, {}))
  end)

  it("finds lines that are stale", function()
    complains("gone.lua is no module", {}, one("lua/orthorun/gone.lua",
      "tests/run", "because it is"))
    complains("the line can go", { real }, one(real, "tests/run",
      "because it is"))
    complains("there is no tests/none_spec.lua", { "src/core/none.c" },
      one("src/core/none.c", "tests/none_spec.lua", "because it is"))
    complains("why does tests/run cover it?", { "src/core/none.c" },
      one("src/core/none.c", "tests/run", ""))
    complains('tests/coverage_spec.lua has no describe "nothing"',
      { "src/core/none.c" }, one("src/core/none.c", "tests/coverage_spec.lua",
        'its describe "nothing"'))
    assert.same({}, complaints({ "src/core/none.c" }, one("src/core/none.c",
      "tests/coverage_spec.lua", 'its describe "the rule"')))
    local twice = one("src/core/none.c", "tests/run", "because it is")
    twice[2] = twice[1]
    complains("has a line already", { "src/core/none.c" }, twice)
  end)

  it("knows a room's init.lua by the room's name, or as init", function()
    assert.same({ "tests/data/data_spec.lua", "tests/data/init_spec.lua" },
      own_tests "lua/orthorun/data/init.lua")
    assert.same({ "tests/c/rng_test.c" }, own_tests "src/core/rng.c")
    assert.same({ "tests/init_spec.lua" },
      own_tests "lua/orthorun/init.lua")
  end)
end)
