-- load_spec.lua: reports that are run as scripts.
local ortho = require "orthorun"
local packed = dofile "tests/report/packed.lua"
local share = require "orthorun.report.share"
local folder, has, run = packed.folder, packed.has, packed.run
local script, write = packed.script, packed.write
local shared

setup(function() shared = packed.report() end)

teardown(packed.remove)

describe("a report as a script", function()
  it("keeps the options that results depend on, of either side", function()
    local path = write("own.lua", [==[
      local sweep = ortho.sweep { name = "own", params = { loud = false },
        grid = { n = { 1, 2 } }, trial = function(p) return { x = p.n } end }
      sweep:run()]==])
    local to = folder .. "/own.html"
    local status, _, err = run { "--seed", "3", "--jobs=1", "--pack", path,
      "--threads", "1", "--n", "2", "--quiet", "--trial_timeout=9",
      "--precision=float32", "--fail-fast", "--ascii", "--loud", "--jobs", "0",
      "--shuffle", "--fresh", "--out", folder .. "/own", "-o", to }
    assert.equal(0, status, err)
    assert.same({ "--seed=3", "--n", "2", "--precision=float32", "--loud" },
      share.open(to).facts.arguments)
  end)

  it("keeps what is not given anew, and says so", function()
    local path = write("keep.lua", [==[
      local sweep = ortho.sweep { name = "keep", params = { width = 3,
        on = true }, grid = { depth = { 1, 2 }, seed = { 1 } },
        trial = function(p) return { x = p.width } end }
      local t = sweep:run()
      print(#t, t:row(#t).depth, t:row(#t).seed, t:row(1).x,
        sweep.params.on)]==])
    local to = folder .. "/keep.html"
    local status, _, err = run { "--pack", path, "--seed", "1-5", "--width=7",
      "--no-on", "--quiet", "--out", folder .. "/keep", "-o", to }
    assert.equal(0, status, err)
    local function again(words)
      local all = { to, "--out", folder .. "/keep" }
      table.move(words, 1, #words, 4, all)
      local code, out, said = run(all)
      assert.equal(0, code, said)
      return out, said
    end
    local out, said = again { "--depth", "10" }
    assert.equal("5\t10\t5\t7\tfalse\n", out)
    has(said, "orthorun: " .. to ..
      ": keeps its --seed 1-5 --width 7 --no-on\n")
    out, said = again { "--seed=2", "--on" }
    assert.equal("2\t2\t2\t7\ttrue\n", out)
    has(said, "keeps its --width 7; what is given here stands for its " ..
      "--seed 1-5 --no-on")
    status, out = run { "--seed", "9", to, "--out", folder .. "/keep" }
    assert.equal(0, status)
    assert.equal("2\t2\t9\t7\tfalse\n", out)
  end)

  it("runs with its own arguments, or with others", function()
    local out = folder .. "/again"
    local status, said, err = run { shared, "--out", out, "--n", "5",
      "--quiet" }
    assert.equal(0, status, err)
    has(said, "</script><b>  10")
    assert.equal(script, ortho.results(out .. "/sums.db").run.source)
  end)
end)
