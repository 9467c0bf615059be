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
      local sweep = ortho.sweep { name = "own", params = { ascii = false },
        grid = { n = { 1, 2 } }, trial = function(p) return { x = p.n } end }
      sweep:run()]==])
    local to = folder .. "/own.html"
    local status, _, err = run { "--seed", "3", "--jobs=1", "--pack", path,
      "--threads", "1", "--n", "2", "--quiet", "--trial_timeout=9",
      "--precision=float32", "--fail-fast", "--ascii", "--jobs", "0",
      "--shuffle", "--fresh", "--out", folder .. "/own", "-o", to }
    assert.equal(0, status, err)
    assert.same({ "--seed=3", "--n", "2", "--precision=float32", "--ascii" },
      share.open(to).facts.arguments)
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
