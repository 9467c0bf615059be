-- tools_spec.lua: reports as scripts, --pack and --new.
local ortho = require "orthorun"
local packed = dofile "tests/report/packed.lua"
local share = require "orthorun.report.share"
local folder, has, lacks = packed.folder, packed.has, packed.lacks
local read, run, script = packed.read, packed.run, packed.script
local write = packed.write
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

describe("--pack and --new", function()
  it("refuse what they cannot do", function()
    assert.equal(2, (run { "--pack" }))
    local status, _, err = run { "--pack", folder .. "/none.lua" }
    assert.equal(1, status)
    has(err, "none.lua")
    local quiet = write("quiet.lua", "return 1")
    status, _, err = run { "--pack", quiet, "-o", folder .. "/quiet.html" }
    assert.equal(1, status)
    has(err, "it ran no sweep")
    assert.equal(2, (run { "--new" }))
    assert.equal(2, (run { "--new", "a b" }))
    assert.equal(1, (run { "--new", "/nowhere/a" }))
  end)

  it("write an experiment that runs, and keep one that is there", function()
    local path = folder .. "/mine.lua"
    assert.equal(0, (run { "--new", folder .. "/mine" }))
    local text = read(path)
    lacks(text, "NAME")
    local status, out, err = run { path, "--width", "20", "--out",
      folder .. "/mine", "--quiet" }
    assert.equal(0, status, err)
    has(out, "mean s² of N(0, 1/n)")
    has(read(folder .. "/mine/mine.html"), "<h1>mine</h1>")
    assert.equal(1, (run { "--new", folder .. "/mine" }))
    assert.equal(text, read(path))
  end)
end)
