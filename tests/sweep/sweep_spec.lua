-- sweep_spec.lua: grids, command lines, trials and their tables.
local ortho = require "orthorun"

local inf = math.huge

local folder = os.tmpname()
os.remove(folder)
teardown(function()
  os.execute("rm -rf '" .. folder .. "'")
  -- trials failed here on purpose; the program's status is the tests' own
  require "orthorun.core".set_exit_status(0)
end)

-- A small sweep that reads `args` and not the test runner's own. Its trials
-- run in this process, so that they can tell the tests what they saw.
local function define(args, changes)
  local definition = { name = "demo", params = { width = 4, lr = 0.1,
    flag = false, data = "x" }, grid = { init = { "a", "b" },
    depth = { 1, 2 }, seed = ortho.range(2) },
    options = { depth = { least = 1 } },
    trial = function(p) return { value = p.depth * p.seed } end,
    args = { "--out", folder, "--fresh", "--quiet", "--jobs", "0" },
    partial = true }
  table.move(args or {}, 1, #(args or {}), #definition.args + 1,
    definition.args)
  for name, value in pairs(changes or {}) do definition[name] = value end
  return ortho.sweep(definition)
end

describe("ortho.range", function()
  it("counts to n, from a to b, in steps", function()
    assert.are.same({ 1, 2, 3 }, ortho.range(3))
    assert.are.same({ 3, 4, 5 }, ortho.range(3, 5))
    assert.are.same({ 10, 7, 4 }, ortho.range(10, 2, -3))
    assert.are.same({}, ortho.range(0))
    assert.are.equal(11, #ortho.range(0, 1, 0.1))
  end)

  it("refuses what is no range", function()
    assert.has_error(function() ortho.range(1, 2, 0) end,
      "range: the step is 0")
    assert.has_error(function() ortho.range "3" end,
      "range: expected numbers, got a string")
    assert.has_error(function() ortho.range(1e12) end,
      "range: more than ten million points")
  end)
end)

describe("sweep", function()
  it("crosses the grid, the seed fastest", function()
    local seen = {}
    define(nil, { trial = function(p)
      seen[#seen + 1] = ("%d%s%d"):format(p.depth, p.init, p.seed)
      return { x = 1 }
    end }):run()
    assert.are.same({ "1a1", "1a2", "1b1", "1b2", "2a1", "2a2", "2b1",
      "2b2" }, seen)
  end)

  it("gives the trial its options", function()
    local got
    define({ "--depth", "7", "--init=b", "--seed", "3", "--width", "9",
      "--flag", "--data", "file" }, { trial = function(p)
      got = p
      return { x = 1 }
    end }):run()
    assert.are.same({ depth = 7, init = "b", seed = 3, width = 9, lr = 0.1,
      flag = true, data = "file" }, got)
  end)

  it("has a row per trial, parameters and results as columns", function()
    local results = define():run()
    assert.are.equal(8, #results)
    assert.are.same({ "depth", "init", "seed", "data", "flag", "lr", "width",
      "value" }, results:columns())
    assert.are.same({ 1, 2, 1, 2, 2, 4, 2, 4 }, results:column "value")
  end)

  it("has a row per layer where trials return arrays", function()
    local results = define(nil, { trial = function(p)
      return { norm = { 1, 0 / 0, inf }, loss = p.seed }
    end }):run():where { depth = 1, init = "a", seed = 2 }
    assert.are.same({ 1, 2, 3 }, results:column "layer")
    assert.are.same({ 2, 2, 2 }, results:column "loss")
    assert.are.equal(inf, results:column "norm"[3])
  end)

  it("names the counting column as told", function()
    local results = define(nil, { index = "step",
      trial = function() return { loss = { 3, 2 } } end }):run()
    assert.are.same({ 1, 2 }, table.move(results:column "step", 1, 2, 1, {}))
  end)

  it("draws by seed and parameters, whatever else runs", function()
    local function draws(args)
      local values = {}
      define(args, { trial = function(p, rng)
        local x = rng:normal(1, 1):get(1, 1)
        values[("%s%d%d"):format(p.init, p.depth, p.seed)] = x
        return { x = x }
      end }):run()
      return values
    end
    local all, one = draws {}, draws { "--init", "b", "--depth", "2" }
    assert.are.equal(all.b22, one.b22)
    assert.are.equal(all.b21, draws({ "--seed", "2,1" }).b21)
    local distinct, count = {}, 0
    for _, x in pairs(all) do
      if not distinct[x] then distinct[x], count = true, count + 1 end
    end
    assert.are.equal(8, count)
  end)

  it("draws by the run's seed where the grid has none", function()
    local function draw(args)
      local x
      define(args, { grid = { depth = { 1 } }, trial = function(_, rng)
        x = rng:normal(1, 1):get(1, 1)
        return { x = x }
      end }):run()
      return x
    end
    assert.are.equal(draw {}, draw { "--seed", "0" })
    assert.are_not.equal(draw {}, draw { "--seed", "1" })
  end)

  it("shards into disjoint parts that make up the whole", function()
    local seen = {}
    for i = 1, 3 do
      define({ "--shard", i .. "/3" }, { trial = function(p)
        local key = ("%d%s%d"):format(p.depth, p.init, p.seed)
        seen[key] = (seen[key] or 0) + 1
        return { x = 1 }
      end }):run()
    end
    local count = 0
    for _, times in pairs(seen) do
      count = count + 1
      assert.are.equal(1, times)
    end
    assert.are.equal(8, count)
  end)

  it("loses a failing trial only, and keeps its error", function()
    local stderr, said = io.stderr, {}
    -- luacheck: push ignore 122
    io.stderr = { write = function(_, text) said[#said + 1] = text end }
    local ok, results = pcall(function()
      return define(nil, { trial = function(p)
        if p.depth == 2 then error("boom " .. p.init) end
        return { x = 1 }
      end }):run()
    end)
    io.stderr = stderr
    -- luacheck: pop
    assert.is_true(ok, tostring(results))
    assert.are.equal(4, #results)
    assert.are.equal(4, #results.failures)
    local text = table.concat(said)
    assert.is_truthy(text:find("trial (depth=2, init=a, seed=1) failed", 1,
      true))
    assert.is_truthy(text:find("boom b", 1, true))
    assert.is_truthy(text:find("4 of 8 trials failed", 1, true))
  end)

  it("raises where all trials fail, with the script's lines", function()
    local ok, err = pcall(function()
      define(nil, { trial = function() error "boom" end }):run()
    end)
    assert.is_false(ok)
    assert.is_truthy(tostring(err):find("sweep_spec.lua:%d+: boom"))
    assert.is_truthy(tostring(err):find("all 8 trials failed", 1, true))
  end)

  it("is stopped by Ctrl-C, not led to the next trial", function()
    local count = 0
    local ok, err = pcall(function()
      define(nil, { trial = function()
        count = count + 1
        error "interrupted!"
      end }):run()
    end)
    assert.is_false(ok)
    assert.matches("^demo: stopped; 0 of 8 .* %(interrupted!%)$", tostring(err))
    assert.are.equal(1, count)
  end)

  it("says what is wrong with a trial's results", function()
    local function failing(wanted, out)
      local _, err = pcall(function()
        define(nil, { trial = function() return out end }):run()
      end)
      assert.is_truthy(tostring(err):find(wanted, 1, true), tostring(err))
    end
    failing("must return a table of results, not nil", nil)
    failing("'a' has 2 values but 'b' has 3", { a = { 1, 2 }, b = { 1, 2, 3 } })
    failing("result 'depth' has the name of a parameter", { depth = 3 })
    failing("'f' is a function", { f = print })
    failing("the result 'layer' has the name of the column that counts",
      { layer = 1, a = { 1 } })
  end)

  it("says what is wrong with a definition", function()
    local function refused(wanted, changes)
      local _, err = pcall(define, {}, changes)
      assert.is_truthy(tostring(err):find(wanted, 1, true), tostring(err))
    end
    refused("unknown option 'gird' (did you mean 'grid'?", { gird = {} })
    refused("grid.depth must be an array", { grid = { depth = 3 } })
    refused("trial must be a function", { trial = 3 })
    refused("'width' is in params and in grid", { grid = { width = { 1 } } })
    refused("options.dpeth names no parameter", { options = { dpeth = {} } })
    refused("'depth' mixes number and string",
      { grid = { depth = { 1, "x" } } })
    refused("must be a number, a string, a boolean, not a table",
      { params = { p = {} } })
  end)

  it("refuses parameters whose names are taken", function()
    local function refused(wanted, changes)
      changes.options = {}
      local ok, err = pcall(define, {}, changes)
      assert.is_false(ok)
      assert.is_truthy(tostring(err):find(wanted, 1, true), tostring(err))
    end
    local none = function() return {} end
    for _, part in ipairs { "params", "grid", "zip" } do
      local function with(name, value)
        return { params = {}, grid = { a = { 1 } },
          [part] = { [name] = part == "params" and value or { value } } }
      end
      refused("'help' is what --help asks for", with("help", 1))
      refused("'jobs' is a run option (--jobs: ", with("jobs", 1))
      refused("'dry_run' is a run option (--dry-run: ", with("dry_run", true))
      refused("'dry-run' is a run option", with("dry-run", true))
      refused("'layer' is the column that counts through arrays; call that " ..
        "otherwise, as with index = \"place\"", with("layer", 1))
      refused("'precision' is the run's, float64 or float32, not the number",
        with("precision", 0.1))
      for _, name in ipairs { "", "a b", "a-b", "a=b", "\0a", "a," } do
        refused("cannot be the name of a parameter", with(name, 1))
      end
    end
    refused("'row' is the column that counts", { params = { row = 1 },
      index = "row" })
    refused("index must be the name of a column, not the number 3",
      { index = 3 })
    refused("params: a name is needed for every value", { params = { 3 } })
    refused("'label' is what a case is called", { params = { label = 1, a = 2 },
      cases = { { "x", a = 3 } } })
    refused("'case' is the column that names the cases", { params = { case = 1,
      a = 2 }, cases = { { "x", a = 3 } } })
    refused("'no_flag' and 'flag'", { params = { flag = true, no_flag = 1 } })
    for _, name in ipairs { "a b", "b c/d", "../x", "-x", "a\nb" } do
      refused("cannot be the sweep's name", { name = name, trial = none })
    end
  end)

  it("takes all other names, and works with them", function()
    local t = define({}, { params = { n = 1, nan = 2, case = 3, label = 4,
      show = 5, merge = 6, version = 7, h = 8, failures = 9, run = 10,
      name = 11, theta_w = 12, ["\u{3c3}"] = 13 }, grid = { x = { 1, 2 } },
      options = {}, trial = function(p)
        return { y = p.n + p.nan + p.case + p.label, jobs = p["\u{3c3}"],
          seed = p.x }
      end }):run()
    assert.same({ 10, 10 }, t:column "y")
    assert.same({ 13, 13 }, t:column "jobs")
    assert.same({ 1, 2 }, t:column "seed")
    assert.same({ 3, 3 }, t:column "case")
    local layer = define({}, { params = { layer = 7 }, grid = { x = { 1 } },
      options = {}, index = "place",
      trial = function() return { y = { 5, 6 } } end }):run()
    assert.same({ 7, 7 }, layer:column "layer")
    assert.same({ 1, 2 }, layer:column "place")
  end)
end)
