-- history_spec.lua: entries on disk.
local history = require "orthorun.prompt.history"

local path = os.tmpname()
teardown(function() os.remove(path) end)

local function append(to, text)
  local file = io.open(to, "ab")
  if file then
    file:write(text)
    file:close()
  end
end

local function write(text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

describe("a history file", function()
  it("gives back what was put in, entries of several lines as one", function()
    os.remove(path)
    local entries = { "1 + 1", "for i = 1, 2 do\n\tprint(i)\nend",
      [[s = "a\nb\\040c\"]], "x = 'grün ‖'", "a  b" }
    for _, entry in ipairs(entries) do history.add(path, entry, append) end
    assert.same(entries, history.load(path))
  end)

  it("of libedit's is read", function()
    write "_HiStOrY_V2_\nprint(1,\\0402)\na\\012b\nc\\\\d\n"
    assert.same({ "print(1, 2)", "a\nb", "c\\d" }, history.load(path))
  end)

  it("that is damaged loses what is damaged", function()
    write "_HiStOrY_V2_\ngood\n\xff\xfe\n\27[31m\n  \n\0\nlast"
    assert.same({ "good", "last" }, history.load(path))
    history.add(path, "next", append)
    assert.same({ "good", "last", "next" }, history.load(path))
  end)

  it("that is very long gives its end", function()
    write("_HiStOrY_V2_\n" .. ("entry\n"):rep(1000000) .. "the_last\n")
    local entries = history.load(path)
    assert.equal(5000, #entries)
    assert.equal("the_last", entries[5000])
  end)

  it("may be missing, or be no file", function()
    assert.same({}, history.load "/nowhere/at/all")
    assert.same({}, history.load "/")
    assert.same({}, history.load(nil))
    history.add(nil, "x", error)
  end)

  it("stands where the user's state does", function()
    local function env(of) return function(name) return of[name] end end
    assert.equal("/s/orthorun/history",
      history.path(env { XDG_STATE_HOME = "/s", HOME = "/h" }))
    assert.equal("/h/.local/state/orthorun/history",
      history.path(env { XDG_STATE_HOME = "relative", HOME = "/h" }))
    assert.is_nil(history.path(env { HOME = "" }))
    assert.is_nil(history.path(env {}))
  end)
end)
