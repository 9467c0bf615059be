-- pairing_spec.lua: trials that differ in paired parameters draw the same
-- numbers, and are other trials than unpaired ones.
local ortho = require "orthorun"
local runs = dofile "tests/sweep/runs.lua"
local run, write, fresh, has = runs.run, runs.write, runs.fresh, runs.has

teardown(function()
  runs.remove()
  require "orthorun.core".set_exit_status(0)
end)

local folder = fresh()

-- A sweep of 2 x 2 x 2 trials in this process, each of which returns what it
-- draws from its generator and from Lua's own.
local function define(changes)
  local definition = { name = "pairs", grid = { optimizer = { "sgd", "adam" },
    depth = { 1, 2 }, seed = { 1, 2 } },
    trial = function(_, rng)
      return { x = rng:split "w":normal(1, 1):get(1, 1), y = math.random() }
    end,
    args = { "--out", folder, "--quiet", "--jobs", "0", "--fresh" } }
  for name, value in pairs(changes or {}) do definition[name] = value end
  return ortho.sweep(definition)
end

local function draws(results, optimizer)
  local arm = results:where { optimizer = optimizer }
  return { arm:column "x", arm:column "y" }
end

-- How many different x there are.
local function count(results) return #results:unique "x" end

describe("paired", function()
  it("gives its levels the same numbers, and others others", function()
    local results = define { paired = { "optimizer" } }:run()
    assert.are.same(draws(results, "sgd"), draws(results, "adam"))
    assert.are.equal(4, count(results))
    assert.are.equal(4, #results:unique "y")
  end)

  it("is nothing unless it is asked for, nor where it names nothing", function()
    local results = define():run()
    assert.are.equal(8, count(results))
    assert.are.equal(8, #results:unique "y")
    assert.are.same(results:column "x", define { paired = {} }:run():column "x")
    assert.are.same(results:column "y", define { paired = {} }:run():column "y")
    -- the stream of before there was pairing: seed, then names and values
    assert.are.equal(ortho.rng(2):split 'depth=1 optimizer="sgd"':split "w"
      :normal(1, 1):get(1, 1), results:where { depth = 1, optimizer = "sgd",
      seed = 2 }:row(1).x)
  end)

  it("names the stream by the other parameters", function()
    local sweep = define { paired = { "optimizer" } }
    local p = { optimizer = "adam", depth = 2, seed = 1 }
    local x = ortho.rng(1):split "depth=2":split "w":normal(1, 1):get(1, 1)
    assert.are.equal(x, sweep:rng(p):split "w":normal(1, 1):get(1, 1))
    assert.are.equal(x, sweep:run():where(p):row(1).x)
  end)

  it("takes several names, in any order", function()
    local a = define { paired = { "optimizer", "depth" } }:run()
    local b = define { paired = { "depth", "optimizer" } }:run()
    assert.are.equal(2, count(a))
    assert.are.same(a:column "x", b:column "x")
  end)

  it("pairs cases with what they set", function()
    local changes = { grid = { seed = { 1, 2 } }, params = { rate = 1 },
      cases = { { "plain" }, { "fast", rate = 5 } } }
    assert.are.equal(4, count(define(changes):run()))
    changes.paired = { "case" }
    assert.are.equal(2, count(define(changes):run()))
  end)

  it("does not depend on which levels are asked for", function()
    local whole = define { paired = { "optimizer" } }:run()
    local part = define { paired = { "optimizer" }, args = { "--out", folder,
      "--quiet", "--jobs", "0", "--fresh", "--optimizer", "adam" } }:run()
    assert.are.same(draws(whole, "adam"), draws(part, "adam"))
  end)

  it("refuses what it cannot pair, before any trial", function()
    local function refused(message, paired, changes)
      changes = changes or {}
      changes.paired = paired
      changes.trial = function() error "a trial ran" end
      local ok, raised = pcall(define, changes)
      assert.is_false(ok)
      assert.are.equal(message, (tostring(raised):gsub("^[^\n]-:%d+: ", "")))
    end
    refused("sweep: paired: unknown parameter 'optimiser' (did you mean " ..
      "'optimizer'? known: depth, optimizer)", { "optimiser" })
    refused("sweep: paired must be a table, not the string 'optimizer'",
      "optimizer")
    refused("sweep: paired must be an array of names of parameters, as in " ..
      "{ \"optimizer\", \"lr\" }; it has optimizer = a boolean",
      { optimizer = true })
    refused("sweep: paired: seeds are what pairs are made over; they cannot " ..
      "be paired", { "seed" })
    refused("sweep: paired: no two trials differ in 'optimizer' and draw the " ..
      "same numbers: 'lr' changes with it; put it into paired, too",
      { "optimizer" }, { grid = { seed = { 1, 2 } }, zip = {
        optimizer = { "sgd", "adam" }, lr = { 0.1, 0.001 } } })
    refused("sweep: paired: no two trials differ in 'optimizer' and draw the " ..
      "same numbers: 'decay' and 'lr' change with it; put them into paired, too",
      { "optimizer" }, { grid = { seed = { 1, 2 } }, zip = {
        optimizer = { "sgd", "adam" }, lr = { 0.1, 0.001 }, decay = { 0, 1 } } })
    refused("sweep: paired: no two trials differ in 'optimizer' and draw the " ..
      "same numbers: 'lr' changes with it; put it into paired, too",
      { "optimizer" }, { params = { lr = function(p)
        return p.optimizer == "sgd" and 0.1 or 0.001
      end } })
  end)

  it("takes what goes together", function()
    local results = define { paired = { "optimizer", "lr" },
      grid = { seed = { 1, 2 } }, zip = { optimizer = { "sgd", "adam" },
      lr = { 0.1, 0.001 } } }:run()
    assert.are.equal(2, count(results))
  end)
end)

describe("a trial's name", function()
  local text = [[
local ortho = require "orthorun"
local results = ortho.sweep { name = "demo", %s
  grid = { optimizer = { "sgd", "adam" }, seed = { 1, 2, 3 } },
  trial = function(p, rng) return { x = rng:normal(1, 1):get(1, 1) } end,
}:run()
io.write(#results:unique "x", "\n")
]]

  it("counts what is paired: a change runs the trials again", function()
    local out = fresh()
    local function go(paired)
      write(runs.folder .. "/script.lua", text:format(paired))
      local said, code, err = run("script.lua --out " .. out)
      assert.are.equal(0, code, err)
      return said, err
    end
    assert.are.equal("6\n", (go ""))
    local said, err = go 'paired = { "optimizer" },'
    assert.are.equal("3\n", said)
    has(err, "6 trials start anew: changed since they ran: what is paired")
    said, err = go 'paired = { "optimizer" },'
    assert.are.equal("3\n", said)
    has(err, "all 6 trials are done already")
    has((run("--show " .. out .. "/demo.db")), " paired optimizer\n")
    said, err = go ""
    assert.are.equal("6\n", said)
    has(err, "all 6 trials are done already")
  end)

  it("keeps shards of another pairing apart", function()
    local a, b = fresh(), fresh()
    write(runs.folder .. "/script.lua", text:format "")
    run("script.lua --shard 1/2 --out " .. a)
    write(runs.folder .. "/script.lua", text:format 'paired = { "optimizer" },')
    run("script.lua --shard 2/2 --out " .. b)
    local _, code, err = run(("--merge %s/shards/demo.1-of-2.db " ..
      "%s/shards/demo.2-of-2.db -o %s/all.db"):format(a, b, runs.folder))
    assert.are.equal(1, code)
    has(err, "other trial code")
  end)
end)
