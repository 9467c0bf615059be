-- output_spec.lua: what scripts print is printed as ever, and told.
local support = dofile "tests/support.lua"
local core = require "orthorun.core"
local program = os.getenv "ORTHORUN" or "./orthorun"

-- What a script of this text prints, and what it does in plain Lua, if that is
-- here; its exit status.
local function outputs(text)
  local folder = support.folder()
  local path = folder.write("s.lua", text)
  local status, ours = core.file.spawn { program, path }
  local _, plain = core.file.spawn { "lua5.4", path }
  folder.remove()
  return ours, plain, status
end

-- The events of a script, told on stderr.
local listen = [[
require "orthorun.base.events".listen("printed", function(text)
  io.stderr:write("<", text, ">")
end)
]]

local function told(text)
  local folder = support.folder()
  local path = folder.write("s.lua", listen .. text)
  local _, _, err = core.file.spawn { program, path }
  folder.remove()
  return err
end

describe("output", function()
  it("stands in C without upvalues, as Lua's own do", function()
    for _, f in ipairs { print, io.write, io.stdout.write } do
      local info = debug.getinfo(f, "Su")
      assert.are.equal("C 0", info.what .. " " .. info.nups)
    end
  end)

  it("is what plain Lua prints, byte for byte", function()
    local ours, plain, status = outputs [[
      print()
      print(nil, 1, 2.0, "a\0b", true, 1e100)
      io.write(2.0, 3, "x", 1e15, 0.1, "\n")
      print(io.write("y") == io.stdout, io.stdout:write("z\n") == io.stdout)
      print(setmetatable({}, { __tostring = function() return "T" end }))
      print(select("#", print(1)), pcall(print, setmetatable({},
        { __tostring = function() return 1 end })))
      local name = os.tmpname()
      local file = io.open(name, "w")
      file:write(1.0, "\n-nan"):write "more"
      file:close()
      io.output(name)
      io.write "gone"
      io.output():close()
      io.output(io.stdout)
      print(io.open(name):read "a", (pcall(io.write, {})))
      os.remove(name)]]
    assert.equal(0, status)
    assert.truthy(#ours > 60)
    if plain then assert.equal(plain, ours) end
  end)

  it("raises what Lua raises, at the script's line", function()
    local ours, plain = outputs [[
      for _, f in ipairs { function() io.write("", {}) end,
        function() io.stdout:write(print) end,
        function() print(setmetatable({}, { __tostring = function()
          error "mine" end })) end,
        function() print(setmetatable({}, { __tostring = function()
          error {} end })) end } do
        print((tostring(select(2, pcall(f))):gsub("0x%x+", "")))
      end]]
    assert.matches(":1: bad argument #2 to 'write' %(string expected, got table%)\n",
      ours)
    if plain then assert.equal(plain, ours) end
  end)

  it("has no sign before nan", function()
    local ours = outputs [[
      local x = 0 / 0
      print(x, -x, ("%g"):format(x), ("%g"):format(-x))
      io.write(x, " ", -x, ("|%6.2f|%6.2f|"):format(x, -x), "\n")
      print(("(%.2f +- %.2f)"):format(x, x), "a-nan", "-nano")]]
    assert.equal("nan\tnan\tnan\tnan\nnan nan|   nan|   nan|\n" ..
      "(nan +- nan)\ta-nan\t-nano\n", ours)
  end)

  it("is told, and the library's own is not", function()
    assert.equal("<a\t1\n><b2><c>", told [[
      print("a", 1) io.write("b", 2) io.stdout:write "c"
      ortho.table.of({ "x" }, { { x = 1 } }):print { title = "t" }
      local name = os.tmpname()
      io.open(name, "w"):write("no"):close()
      os.remove(name)]])
  end)
end)
