-- progress_spec.lua: the bar, and times as people tell them.
local progress = require "orthorun.sweep.progress"
local runs = dofile "tests/sweep/runs.lua"
local program = os.getenv "ORTHORUN" or "./orthorun"
local folder, fresh, has = runs.folder, runs.fresh, runs.has
local script = runs.script

teardown(runs.remove)

describe("a bar's state", function()
  local function of(total, cost) return progress.new("p", total, cost, true) end

  it("counts, and tells what failed", function()
    local p = of(3, 3)
    assert.are.equal("0/3", p:state())
    p:add(1, true)
    p:add(1, false)
    assert.is_truthy(p:state():find "^2/3, .*1 failed")
    assert.is_truthy(p:state():find " left$")
    p:add(1, true)
    assert.is_truthy(p:state():find "^3/3")
    assert.is_nil(p:state():find "left")
  end)

  it("never costs more than all of it", function()
    local p = of(2, 10)
    p:add(8, true)
    p:add(8, true)
    assert.are.equal(10, p.spent)
  end)

  it("of trials that cost nothing has no time left to tell", function()
    local p = of(2, 0)
    p:add(0, true)
    assert.is_truthy(p:state():find "^1/2")
    assert.is_nil(p:state():find "left")
  end)
end)

describe("a duration", function()
  it("is told in the two largest units", function()
    for wanted, seconds in pairs { ["0 s"] = 0, ["0.25 s"] = 0.25,
      ["1 s"] = 0.6, ["59 s"] = 59.4, ["1 min 0 s"] = 59.6,
      ["1 h 0 min"] = 3600, ["23 h 59 min"] = 86399, ["1 d 0 h"] = 86400,
      ["11574 d 1 h"] = 1e9 - 1 } do
      assert.are.equal(wanted, progress.duration(seconds))
    end
  end)

  it("that makes no sense is a question mark", function()
    for _, seconds in ipairs { -1, 0 / 0, 1e9, math.huge } do
      assert.are.equal("?", progress.duration(seconds))
    end
  end)
end)

describe("progress", function()
  it("is a bar on a terminal, and tells failures in red", function()
    script [[os.execute "sleep 0.1" if p.seed == 1 then error "x" end
      return { x = 1 }]]
    local line = "script -qec '%s script.lua --jobs 1 --depth 1 --seed 1-4 " ..
      "--out %s %s' /dev/null"
    local function typed(before, options)
      local text = io.popen(("cd '%s' && %s TERM=xterm " .. line):format(folder,
        before, program, fresh(), options)):read "a"
      return text
    end
    local text = typed("", "")
    has(text, "\rdemo [#####...............] 1/4, \27[31m1 failed\27[0m, ")
    has(text, " left\27[K")
    text = typed("NO_COLOR=1", "")
    has(text, "1/4, 1 failed, ")
    text = typed("", "--quiet")
    assert.is_nil(text:find("###", 1, true))
  end)

  it("weighs what is left by its cost", function()
    local bar = progress.new("x", 4, 100, true)
    bar.began = bar.began - 10
    bar:add(20, true)
    has(bar:state(), "1/4, 10 s each, 40 s left")
    bar:add(60, false)
    has(bar:state(), ", 3 s left")
    bar.began = bar.began - 3600
    has(bar:state(), ", 15 min 3 s left")
  end)

  it("tells times as people do", function()
    assert.are.equal("0.25 s", progress.duration(0.25))
    assert.are.equal("59 s", progress.duration(59.4))
    assert.are.equal("3 min 20 s", progress.duration(200))
    assert.are.equal("2 h 5 min", progress.duration(7500))
    assert.are.equal("3 d 4 h", progress.duration(76 * 3600 + 5))
    assert.are.equal("?", progress.duration(0 / 0))
  end)
end)
