-- sweep_spec.lua: grids, command lines, trials and their tables.
local ortho = require "orthorun"
local options = require "orthorun.base.options"

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

local function parse(specs, args) return options.parse(specs, args) end

local function spec(name, default, many, extra)
  return assert(options.spec(name, default, many, extra))
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

describe("options", function()
  local specs = { spec("depth", { 10 }, true, { least = 1 }),
    spec("lr", { 0.1 }, true), spec("init", { "a" }, true,
    { choices = { "a", "bb" } }), spec("width", 4), spec("rate", 0.5),
    spec("flag", false), spec("data", "x"), spec("two_words", 1) }

  local function value(name, ...)
    local values, message = parse(specs, { ... })
    assert.is_truthy(values, message)
    return values[name]
  end

  local function refused(wanted, ...)
    local values, message = parse(specs, { ... })
    assert.is_nil(values)
    assert.are.equal(wanted, message)
  end

  it("types a value by the default", function()
    assert.are.equal("integer", math.type(value("width", "--width", "512")))
    assert.are.equal(0.25, value("rate", "--rate=0.25"))
    assert.are.equal("float", math.type(value("rate", "--rate", "0.5")))
    assert.are.equal("3", value("data", "--data", "3"))
    assert.are.equal(1000, value("width", "--width", "1e3"))
    assert.are.equal(7, value("two_words", "--two-words", "7"))
    assert.are.equal("a,b", value("data", "--data", "a,b"))
    assert.are.equal("", value("data", "--data="))
  end)

  it("has three ways to set a boolean", function()
    assert.is_true(value("flag", "--flag"))
    assert.is_false(value("flag", "--no-flag"))
    assert.is_false(value("flag", "--flag=no"))
    assert.is_true(value("flag", "--flag", "true", "--width", "3"))
  end)

  it("reads lists and ranges", function()
    assert.are.same({ 10, 20, 50 }, value("depth", "--depth", "10,20,50"))
    assert.are.same({ 1, 2, 3, 9 }, value("depth", "--depth", "1-3,9"))
    assert.are.same({ 3, 4, 5 }, value("depth", "--depth", "3..5"))
    assert.are.same({ 1, 10, 100, 1000 },
      value("depth", "--depth", "1..1000:4log"))
    assert.are.same({ 0, 0.25, 0.5, 0.75, 1 }, value("lr", "--lr", "0..1:5"))
    local log = value("lr", "--lr", "1e-4..1e-1:7log")
    assert.are.equal(7, #log)
    assert.are.equal(1e-4, log[1])
    assert.are.equal(1e-1, log[7])
    assert.is_true(math.abs(log[3] / 1e-3 - 1) < 1e-12)
    assert.are.same({ "bb", "a" }, value("init", "--init", "bb,a"))
  end)

  it("lets the last one win", function()
    assert.are.equal(2, value("width", "--width", "1", "--width", "2"))
  end)

  it("names the option, the value, and what would be right", function()
    refused("--depth: expected a whole number of at least 1, got '-3'",
      "--depth", "-3")
    refused("--depth: expected a whole number of at least 1, got '2.5'",
      "--depth", "2.5")
    refused("--depth: expected a whole number of at least 1, got 'abc'",
      "--depth", "5,abc")
    refused("--depth: expected a whole number of at least 1, got ''",
      "--depth", "")
    refused("--width: expected a whole number, got '99999999999999999999'",
      "--width", "99999999999999999999")
    refused("--width takes one value here, got '1,2'", "--width", "1,2")
    refused("--rate: expected a number, got '0x10'", "--rate", "0x10")
    refused("--flag: expected true or false, got 'maybe'", "--flag=maybe")
    refused("--no-flag takes no value", "--no-flag=1")
    refused("--width: a value is missing", "--width")
    refused("--init: unknown value 'b' (did you mean 'bb'? known: a, bb)",
      "--init", "b")
    refused("unexpected argument 'foo' (options look like --name value)",
      "foo")
  end)

  it("names the nearest option", function()
    refused("unknown option --dpeth (did you mean --depth?)", "--dpeth", "3")
    refused("unknown option --zzzzzzzz (--help lists the options)",
      "--zzzzzzzz")
  end)

  it("refuses broken ranges", function()
    refused("--depth: expected a range that rises, of at most a million, " ..
      "got '5-1'", "--depth", "5-1")
    refused("--lr: expected ends above 0 for a logarithmic range, " ..
      "got '0..1:3log'", "--lr", "0..1:3log")
    refused("--lr: expected a range FROM..TO, FROM..TO:COUNT or :COUNTlog, " ..
      "got '0..1:x'", "--lr", "0..1:x")
    refused("--lr: expected whole ends, or a count: FROM..TO:COUNT, " ..
      "got '0.5..1'", "--lr", "0.5..1")
    refused("--depth: expected a whole number of at least 1, got '0'",
      "--depth", "0..3")
    refused("--lr: expected finite ends and 1 to a million points, " ..
      "got '0..1:99999999'", "--lr", "0..1:99999999")
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
    assert.are.equal("interrupted!", err)
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
    failing("'layer' is the column that counts", { layer = 1, a = { 1 } })
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
end)
