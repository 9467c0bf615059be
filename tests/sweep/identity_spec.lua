-- identity_spec.lua: when a trial is the same as one that is done: its code and
-- what that reaches, named by a digest.
local core = require "orthorun.core"
local identity = require "orthorun.sweep.identity"
local runs = dofile "tests/sweep/runs.lua"
local store = core.store
local folder, fresh, has = runs.folder, runs.fresh, runs.has
local read, run, write = runs.read, runs.run, runs.write

teardown(runs.remove)

describe("the code of a trial", function()
  -- How many trials run when `second` follows `first` in the same folder.
  local function rerun(first, second)
    local out = fresh()
    write(folder .. "/script.lua", first)
    local _, code, before = run("script.lua --out " .. out)
    assert.are.equal(0, code, before)
    write(folder .. "/script.lua", second)
    local _, _, err = run("script.lua --out " .. out)
    return tonumber(err:match "(%d+) trials start anew") or 0, err
  end

  local base = [[
local ortho = require "orthorun"
local scale = { gain = 2, init = ortho.init.orthogonal { gain = 2 } }
local function helper(x) return x * scale.gain end
function global_helper(x) return x + 1 end
local sweep = ortho.sweep { name = "demo", grid = { seed = ortho.range(4) },
  trial = function(p, rng)
    local function inner(x) return x + 1 end
    return { x = helper(inner(global_helper(p.seed))) }
  end }
local function plot() print "plot" end
sweep:run() plot()
]]

  local function changed(from, to)
    local text, n = base:gsub(from, to, 1)
    assert.are.equal(1, n)
    return rerun(base, text)
  end

  it("stays itself when comments, lines and plots change", function()
    assert.are.equal(0, (rerun(base, "-- a comment\n\n\n" .. base)))
    assert.are.equal(0, (changed("return x %* scale", "--[[why]]\nreturn x * scale")))
    assert.are.equal(0, (changed('print "plot"', 'print "another"')))
    assert.are.equal(0, (changed("sweep:run%(%)", "sweep:run():print()")))
  end)

  it("is new when it changes, or what it reaches", function()
    assert.are.equal(4, (changed("return x %+ 1 end\n    return",
      "return x + 2 end\n    return")))
    assert.are.equal(4, (changed("x %* scale", "x / scale")))
    assert.are.equal(4, (changed("gain = 2,", "gain = 3,")))
    assert.are.equal(4, (changed("gain = 2 }", "gain = 3 }")))
    local n, err = changed("return x %+ 1 end\nlocal sweep",
      "return x + 3 end\nlocal sweep")
    assert.are.equal(4, n)
    has(err, "4 trials start anew: changed since they ran: the trial's code")
  end)

  it("sees every digit and every weight that it reaches", function()
    local ortho = require "orthorun"
    local function code(value)
      return identity.code(function() return value end)
    end
    local function net(seed)
      return ortho.mlp { width = 3, depth = 2, rng = ortho.rng(seed) }
    end
    local function differ(a, b, same)
      assert.are.equal(code(a), code(same))
      assert.are_not.equal(code(a), code(b))
    end
    differ(1, 1.0, 1)
    differ(0.1, 0.1 + 2 ^ -55, 0.1)
    differ(ortho.init.gaussian { std = 0.1 }, ortho.init.gaussian {
      std = 0.1 + 1e-12 }, ortho.init.gaussian { std = 0.1 })
    differ(ortho.matrix.eye(3), ortho.matrix.eye(4), ortho.matrix.eye(3))
    differ(ortho.matrix { { 1, 2 } }, ortho.matrix { { 1, 2 + 1e-15 } },
      ortho.matrix { { 1, 2 } })
    differ(net(1), net(2), net(1))
    differ(ortho.rng(1), ortho.rng(2), ortho.rng(1))
    differ({ a = 1, b = { 2 } }, { a = 1, b = { 3 } }, { b = { 2 }, a = 1 })
    differ(math.sin, math.cos, math.sin)
    local loop = {}
    loop.self = loop
    assert.are.equal(code(loop), code(loop))
  end)

  it("counts again when the edit is undone", function()
    local out = fresh()
    for _, text in ipairs { base, (base:gsub("x %* scale", "x / scale")),
      base } do
      write(folder .. "/script.lua", text)
      local _, _, err = run("script.lua --out " .. out)
      if text ~= base then has(err, "start anew") end
    end
    has(read(folder .. "/stderr"), "all 4 trials are done already")
  end)
end)

describe("a function's name", function()
  local function compiled(text, ...)
    return identity.code(assert(load(text))(...))
  end

  it("is 32 hexadecimal digits, the same for the same code", function()
    local name = compiled "return function(p) return p.x + 1 end"
    assert.is_truthy(name:find("^" .. ("%x"):rep(32) .. "$"))
    assert.are.equal(name, compiled [[
      -- moved down, with comments
      return function(p)
        return p.x + 1 -- and lines
      end]])
    assert.are_not.equal(name, compiled "return function(p) return p.x + 2 end")
    assert.are_not.equal(name,
      compiled "return function(p) return p.x + 1.0 end")
  end)

  it("depends on upvalues by value, to the last bit", function()
    local text = "local v = ... return function() return v end"
    local seen = {}
    for i, value in ipairs { 1, 1.0, "1", true, 1 + 2 ^ -52, 0.0, -0.0,
      { 1 }, { 1, 2 }, { x = 1 }, { [1.5] = 1 } } do
      local name = compiled(text, value)
      assert.is_nil(seen[name], i .. " is " .. tostring(seen[name]))
      seen[name] = i
    end
    assert.are.equal(compiled(text, { a = 1, b = 2 }),
      compiled(text, { b = 2, a = 1 }))
  end)

  it("ends where tables and functions reach themselves", function()
    local circle = {}
    circle.self = circle
    local text = "local v = ... return function() return v end"
    assert.are.equal(compiled(text, circle), compiled(text, circle))
    assert.are.equal(32, #compiled [[
      local function odd(n) return n > 0 and odd(n - 1) end
      return odd]])
  end)
end)

describe("a trial's name", function()
  local function name(changes)
    local t = { code = "c", p = { a = 1, b = "x" }, seed = 1,
      precision = "float64" }
    for key, value in pairs(changes or {}) do t[key] = value end
    return identity.trial(t.code, t.p, t.seed, t.precision)
  end

  it("depends on code, parameters, seed and precision", function()
    local seen = { [name()] = true }
    for _, changes in ipairs { { code = "d" }, { p = { a = 2, b = "x" } },
      { p = { a = 1.0, b = "x" } }, { p = { a = "1", b = "x" } },
      { p = { a = 1 } }, { p = { a = 1, c = "x" } }, { seed = 2 },
      { precision = "float32" } } do
      assert.is_nil(seen[name(changes)])
      seen[name(changes)] = true
    end
  end)

  it("does not depend on the order of parameters", function()
    local p = {}
    for i = 30, 1, -1 do p["k" .. i] = i end
    local q = {}
    for i = 1, 30 do q["k" .. i] = i end
    assert.are.equal(name { p = p }, name { p = q })
  end)
end)

describe("the digest", function()
  it("is FNV-1a's published one", function()
    assert.are.equal("6c62272e07bb014262b821756295c58d", store.digest "")
    assert.are.equal("d228cb696f1a8caf78912b704e4a8964", store.digest "a")
    assert.are.equal("343e1662793c64bf6f0d3597ba446f18", store.digest "foobar")
  end)
end)
