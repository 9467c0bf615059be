-- session_spec.lua: entries as code: expressions first, each run once, locals
-- that live on, results.
local session = require "orthorun.prompt.session"

-- Runs an entry in the session; returns its values, or raises its error.
local function run(text)
  local entry, message, more = session.compile(text)
  if not entry then error((more and "incomplete: " or "") .. message, 0) end
  return entry.f()
end

local function compile(text) return (assert(session.compile(text))) end

describe("an entry", function()
  before_each(function() session.cells, session.results = {}, {} end)

  it("is an expression where it can be", function()
    assert.equal(2, run "1 + 1")
    assert.same({ 1, 2, nil, 4 }, { run "1, 2, nil, 4 -- four" })
    assert.equal(5, run "= 5")
    assert.equal(7, run "return 7")
  end)

  it("answers by its last expression behind statements", function()
    assert.equal(1, run "local a = 1; a")
    assert.equal(6, run "local s = 0\nfor i = 1, 3 do s = s + i end\ns")
    assert.equal(3, run "local function f(x) return x end f(1); f(3)")
    assert.is_nil(run "local b = 2")
  end)

  it("runs once, whatever it is compiled as", function()
    session.set("log", {})
    run "(function() log[#log + 1] = 1 end)()"
    run "local x = 3; (function() log[#log + 1] = 2 end)()"
    assert.same({ 1, 2 }, session.get "log")
  end)

  it("is silent behind a semicolon", function()
    assert.is_false(compile("1").silent)
    assert.is_true(compile("1;").silent)
    assert.is_true(compile("print(1);").silent)
    assert.equal(1, run "1;")
  end)

  it("wants more lines while it is incomplete, and none for an error", function()
    for _, text in ipairs { "for i = 1, 2 do", "f(", "x =", "{", "[[a",
      "function f()", "--[[ x" } do
      local entry, _, more = session.compile(text)
      assert.is_nil(entry)
      assert.is_true(more, text)
    end
    for _, text in ipairs { "x = = 1", "end", "1 +* 2", "local 5", ")" } do
      local entry, message, more = session.compile(text)
      assert.is_nil(entry)
      assert.is_false(more, text)
      assert.matches("^stdin:1:", message)
    end
  end)

  it("may be nothing but a comment", function()
    assert.equal(0, select("#", run "-- nothing"))
    assert.equal(0, select("#", run ""))
  end)

  it("knows its own line in errors, also of a call", function()
    local ok, message = pcall(run, "\n\nlocal x = 1\nerror 'here'")
    assert.is_false(ok)
    assert.equal("stdin:4: here", message)
    ok, message = pcall(run, "error('there')")
    assert.is_false(ok)
    assert.equal("stdin:1: there", message)
  end)

  it("says what a script would say", function()
    assert.equal("print(1 + 1)", compile("1 + 1").script)
    assert.equal("a = 1; print(a)", compile("a = 1; a").script)
    assert.equal("local x = 2", compile("local x = 2").script)
  end)
end)

describe("a local", function()
  before_each(function() session.cells = {} end)

  it("lives on, and can be set", function()
    run "local x, y = 1, 2"
    assert.equal(3, run "x + y")
    run "x = 10"
    assert.equal(12, run "x + y")
    assert.is_nil(rawget(_G, "x"))
  end)

  it("is shared with functions that refer to it", function()
    run "local n = 0\nlocal function inc() n = n + 1 return n end"
    run "inc() inc()"
    assert.equal(2, run "n")
    run "n = 40"
    assert.equal(41, run "inc()")
  end)

  it("of the same name is a new variable, as in Lua", function()
    run "local r = 1"
    run "local function old() return r end"
    run "local r = r + 1"
    assert.equal(1, run "old()")
    assert.equal(2, run "r")
  end)

  it("may be constant, a function that calls itself, or in one of many lines",
    function()
      run "local limit <const>, more = 5, 6"
      assert.equal(11, run "limit + more")
      run "local function fact(n) return n < 2 and 1 or n * fact(n - 1) end"
      assert.equal(120, run "fact(5)")
      run "do local hidden = 1 end\nif true then local also = 2 end"
      assert.is_false((select(2, session.get "hidden")))
      assert.is_false((select(2, session.get "also")))
    end)

  it("is kept beside an expression that follows", function()
    assert.equal(3, run "local k = 3; k")
    assert.equal(3, run "k")
    assert.equal(4, run "local m = 4 return m")
    assert.equal(4, run "m")
  end)

  it("is one of a thousand", function()
    for i = 1, 1000 do run(("local v%d = %d"):format(i, i)) end
    assert.equal(1001, run "v1 + v1000")
  end)
end)

describe("a script's locals", function()
  it("are the session's after it", function()
    session.cells = {}
    local f = session.script("#!/bin/x\nlocal a = ...\nlocal function g() " ..
      "return a end\nreturn g()", "@some.lua")
    assert.equal(8, f(8))
    run "a = 9"
    assert.equal(9, run "g()")
  end)
end)

describe("results", function()
  it("are kept, the newest first, those of one entry in order", function()
    session.results = {}
    session.remember { n = 1, "a" }
    session.remember { n = 2, "b", "c" }
    session.remember { n = 0 }
    assert.same({ "b", "b", "c", "a" }, { (session.result "_"),
      (session.result "_1"), (session.result "_2"), (session.result "_3") })
    assert.same({ nil, false }, { session.result "_4" })
    assert.same({ nil, false }, { session.result "__" })
    session.remember { n = 1, nil }
    assert.is_true((select(2, session.result "_")))
  end)
end)
