-- strict_spec.lua: globals that nobody set, in scripts. The host runs them.
local program = os.getenv "ORTHORUN" or "./orthorun"
local script = os.tmpname()
teardown(function() os.remove(script) end)

-- Runs a script: what it printed, and its exit status.
local function run(code, options)
  local file = assert(io.open(script, "w"))
  file:write(code)
  file:close()
  local pipe = io.popen(("'%s' %s %s 2>&1; echo status $?"):format(program,
    options or "", script))
  local out = pipe:read "a"
  pipe:close()
  return out:match "^(.*)status (%d+)\n$"
end

describe("a script", function()
  it("that reads a global nobody set fails at that line", function()
    local out, status = run "print 'begun'\nlocal x = pritn"
    assert.equal("1", status)
    assert.matches(script .. ":2: undefined variable 'pritn' (did you mean " ..
      "'print'? ", out, 1, true)
  end)

  it("may ask by rawget, and by --no-strict", function()
    assert.equal("nil\n", (run "print(rawget(_G, 'DEBUG'))"))
    assert.equal("nil\n", (run("print(DEBUG)", "--no-strict")))
    assert.matches("rawget%(_G, 'DEBUG'%)", (run "print(DEBUG)"))
  end)

  it("sets globals outside of functions, and inside those that are set",
    function()
      assert.equal("3\tnil\t7\n", (run [[
        a, b, c = 1, nil
        c = nil
        function set() a, c = 3, 7 end
        set()
        print(a, b, c)]]))
      local out, status = run "local function f() count = 1 end\nf()"
      assert.equal("1", status)
      assert.matches(":1: assignment to undeclared variable 'count'", out, 1,
        true)
      assert.equal("1\n", (run("local function f() count = 1 end\nf()\n" ..
        "print(count)", "--no-strict")))
    end)

  it("may unset and read what it has set", function()
    assert.equal("nil\tnil\n", (run("x = 1\nx = nil\ntostring = nil\n" ..
      "io.write(type(x), '\\t', type(tostring), '\\n')")))
  end)

  it("is told from modules, load and -e, which are as in Lua", function()
    package.path = package.path
    local module = os.tmpname()
    local file = assert(io.open(module, "w"))
    file:write "function set() other = 5 end set() return undefined_there"
    file:close()
    assert.equal("nil\t5\tnil\n", (run(("print(dofile '%s', other, " ..
      "load 'return undefined_here'())"):format(module))))
    os.remove(module)
    assert.equal("nil\n", (run("", "-e 'print(undefined)'")))
  end)

  it("may bring its own metatable for _G", function()
    assert.equal("mine x\n", (run [[
      setmetatable(_G, {__index = function(_, name) return "mine " .. name end})
      print(x)]]))
  end)

  it("has the globals that -e and -l set", function()
    assert.equal("5\tnil\n", (run("print(u, v)", "-e 'u, v = 5, nil' --no-strict")))
    assert.equal("5\n", (run("print(u)", "-e 'u = 5'")))
    assert.equal("true\n", (run("print(m.pi > 3)", "-l m=math")))
  end)

  it("from standard input is as in Lua", function()
    local pipe = io.popen(("echo 'print(nobody)' | '%s' - 2>&1"):format(program))
    assert.equal("nil\n", pipe:read "a")
    pipe:close()
  end)
end)
