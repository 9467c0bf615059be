-- plan_spec.lua: --plan: what would run, and what it would cost.
local runs = dofile "tests/sweep/runs.lua"
local draws, fresh, has = runs.draws, runs.fresh, runs.has
local read, run, script = runs.read, runs.run, runs.script

teardown(runs.remove)

describe("a plan", function()
  it("lists trials, those that differ in the seed alone as one, and what they " ..
    "would cost", function()
    script(draws)
    local out = fresh()
    local said, code = run("script.lua --dry-run --out " .. out)
    assert.are.equal(0, code)
    assert.are.equal(4, select(2, said:gsub("\n", "")))
    has(said, "to do    8 trials      16.7 %   depth=1, seed=1-8\n")
    has(said, "24 trials, 24 to do; seconds are known once a trial has run")
    assert.is_nil(read(out .. "/demo.db"))
    run("script.lua --quiet --seed 1-4 --out " .. out)
    said = run("script.lua --dry-run --jobs 2 --out " .. out)
    has(said, "24 trials, 12 to do, about ")
    has(said, "with 2 at a time")
    assert.matches("done     4 trials +[%d.e-]+ s   depth=1, seed=1%-4\n", said)
    assert.matches("to do    4 trials +[%d.e-]+ s   depth=1, seed=5%-8\n", said)
    -- what other trials of the file took tells what new ones will
    said = run("script.lua --dry-run --depth 5 --seed 9 --out " .. out)
    assert.matches("to do     1 trial +[%d.e-]+ s   depth=5, seed=9\n" ..
      "1 trial, 1 to do, about ", said)
  end)

  it("is made by options on either side of the script", function()
    script "if p.seed == 1 then while true do end end return { x = 1 }"
    local out = fresh()
    local said = run("--dry-run --shuffle --out " .. out .. " script.lua")
    has(said, "24 trials, 24 to do")
    assert.is_nil(said:find("seed=1-8", 1, true))
    assert.is_true(select(2, said:gsub("\n", "")) > 10)
    assert.are.equal(said, (run("script.lua --shuffle --dry-run --out " .. out)))
    local _, code, err = run("--trial-timeout 0.2 --jobs 2 --fail-fast --out " ..
      out .. " script.lua --depth 1")
    assert.are.equal(1, code)
    has(err, "took longer than 0.2 s")
  end)

  it("takes the sweep's own cost", function()
    script(draws, "cost = function(p) return p.depth == 3 and 98 or 1 end,")
    local said = run("script.lua --dry-run --seed 1 --out " .. fresh())
    has(said, "98 %   depth=3, seed=1")
    script(draws, "cost = function() return 0 end,")
    local _, code, err = run("script.lua --dry-run --out " .. fresh())
    assert.are.equal(1, code)
    has(err, "cost must give a number above 0, not 0")
  end)
end)
