-- script_spec.lua: the script that runs: name, text and arguments.
local script = require "orthorun.base.script"
local folder = dofile("tests/support.lua").folder()

describe("the script that runs", function()
  local kept = arg

  teardown(function()
    _G.arg = kept -- luacheck: ignore 122
    folder.remove()
  end)

  local function with(words)
    _G.arg = words -- luacheck: ignore 122
  end

  it("has a path, a text, a name and arguments", function()
    local path = folder.write("mine.lua", "return 1\n")
    with { [0] = path, "--depth", "3" }
    assert.same({ path, "return 1\n" }, { script.get() })
    assert.equal("mine.lua", script.name())
    assert.same({ "--depth", "3" }, script.arguments())
  end)

  it("is not the program, where code comes from -e or the prompt", function()
    with { [0] = os.getenv "ORTHORUN" or "./orthorun", "-e", "x = 1" }
    assert.same({ n = 2 }, table.pack(script.get()))
    assert.equal("script.lua", script.name())
    with { [0] = folder.write("empty.lua", "") }
    assert.equal("", (select(2, script.get())))
    with { [0] = folder.name }
    assert.is_nil((select(2, script.get())))
  end)

  it("may be gone, or not there at all", function()
    with { [0] = folder.path "gone.lua" }
    assert.same({ n = 2, folder.path "gone.lua", nil },
      table.pack(script.get()))
    assert.equal("gone.lua", script.name())
    with(nil)
    assert.equal("script.lua", script.name())
    assert.same({}, script.arguments())
  end)
end)
