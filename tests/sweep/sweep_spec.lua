-- sweep_spec.lua: grids, command lines, trials and their tables.
local ortho = require "orthorun"
local csv = require "orthorun.base.csv"
local options = require "orthorun.base.options"
local tabular = require "orthorun.table"

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

describe("a table of results", function()
  local function sample()
    return tabular.of({ "init", "seed", "x" }, {
      { init = "b", seed = 1, x = 4 }, { init = "a", seed = 1, x = 1 },
      { init = "b", seed = 2, x = 6 }, { init = "a", seed = 2, x = 3 } })
  end

  it("selects rows by value, by list and by function", function()
    assert.are.same({ 1, 3 }, sample():where { init = "a" }:column "x")
    assert.are.same({ 4, 6 }, sample():where { x = { 4, 6, 9 } }:column "x")
    assert.are.same({ 6 }, sample():where { x = function(x) return x > 4 end,
      init = "b" }:column "x")
    assert.are.equal(0, #sample():where { x = "4" })
  end)

  it("groups in the order of appearance, or of levels", function()
    local groups = sample():group { "init" }
    assert.are.equal("b", groups[1].key.init)
    assert.are.same({ 4, 6 }, groups[1].rows:column "x")
    local t = sample()
    t.levels.init = { "a", "b", "c" }
    assert.are.equal("a", t:group "init" [1].key.init)
    assert.are.same({ "a", "b" }, t:unique "init")
  end)

  it("tells numbers from texts in groups", function()
    local t = tabular.of({ "k" }, { { k = 1 }, { k = "1" }, { k = true },
      { k = "true" } })
    assert.are.equal(4, #t:group "k")
  end)

  it("summarizes by median and quantiles, NaN left out", function()
    local t = sample()
    t:append { init = "a", seed = 3, x = 0 / 0 }
    local s = t:summary { by = "init", of = "x", low = 0, high = 1 }
    assert.are.same({ init = "a", n = 2, nan = 1, x = 2, x_low = 1,
      x_high = 3 }, s:where { init = "a" }:row(1))
    assert.are.equal(0, s:where { init = "b" }:row(1).nan)
  end)

  it("adds means, errors and intervals to a summary", function()
    local s = sample():summary { by = "init", of = "x",
      also = { "mean", "std", "sem", "min", "max", "interval" } }
    assert.are.same({ "init", "n", "x", "x_low", "x_high", "x_mean", "x_std",
      "x_sem", "x_min", "x_max", "x_interval_low", "x_interval_high" },
      s:columns())
    local b = s:row(1)
    assert.are.same({ 5, 1, 4, 6 }, { b.x_mean, b.x_sem, b.x_min, b.x_max })
    assert.is_true(b.x_interval_low >= 4 and b.x_interval_high <= 6)
    assert.has_error(function() sample():summary { of = "x",
      also = { "mena" } } end, "summary: unknown statistic 'mena' (did you " ..
      "mean 'mean'? known: mean, std, sem, min, max, interval)")
  end)

  it("counts infinities as what they are in a summary", function()
    local t = tabular.of({ "x" }, { { x = inf }, { x = 1 }, { x = inf } })
    local s = t:summary { of = "x" }:row(1)
    assert.are.same({ 3, inf, inf }, { s.n, s.x, s.x_high })
  end)

  it("fits power laws and exponentials, with error bars", function()
    local t = tabular.new { "x", "p", "e" }
    for x = 1, 6 do
      t:append { x = x, p = 3 * x ^ -1.5, e = 2 * 10 ^ (0.25 * x) }
    end
    t:append { x = 7, p = 0, e = inf }
    t:append { x = 8, p = 0 / 0 }
    local power = t:fit { x = "x", y = "p", model = "power" }:row(1)
    assert.is_true(math.abs(power.slope + 1.5) < 1e-14)
    assert.is_true(math.abs(power.intercept - math.log(3, 10)) < 1e-14)
    assert.is_true(power.error < 1e-14)
    assert.are.same({ 6, 2 }, { power.n, power.dropped })
    local exponential = t:fit { x = "x", y = "e", model = "exponential" }:row(1)
    assert.is_true(math.abs(exponential.slope - 0.25) < 1e-14)
    assert.are.equal(2, exponential.dropped)
    assert.has_error(function() t:fit { x = "x", y = "p", model = "pwoer" } end,
      "fit: unknown model 'pwoer' (did you mean 'power'? known: line, " ..
      "power, exponential)")
  end)

  it("has a fit's error bar from textbooks", function()
    -- NumPy: (lstsq's residual / 3 / sum((x - 3)^2))^(1/2)
    local t = tabular.new { "x", "y" }
    for i, y in ipairs { 2.1, 3.9, 6.2, 7.8, 10.1 } do t:append { x = i, y = y } end
    local fit = t:fit { x = "x", y = "y" }:row(1)
    assert.is_true(math.abs(fit.slope - 1.99) < 1e-13)
    assert.is_true(math.abs(fit.intercept - 0.05) < 1e-13)
    assert.is_true(math.abs(fit.error - 0.059721576223896) < 1e-14)
  end)

  it("turns rows into columns", function()
    local p = sample():pivot { rows = "seed", columns = "init", value = "x" }
    assert.are.same({ "seed", "b", "a" }, p:columns())
    assert.are.same({ seed = 1, b = 4, a = 1 }, p:row(1))
    local t = sample()
    t:append { init = "c", seed = 2, x = 7 }
    t:append { init = "c", seed = 2, x = 9 }
    p = t:pivot { rows = "seed", columns = "init", value = "x", with = "mean" }
    assert.are.same({ seed = 2, b = 6, a = 3, c = 8 }, p:row(2))
    assert.is_nil(p:row(1).c)
    p = t:pivot { rows = "seed", columns = "init", value = "x",
      with = function(values) return #values end }
    assert.are.equal(2, p:row(2).c)
    assert.has_error(function() t:pivot { rows = "seed" } end,
      "pivot: rows, columns and value must name columns")
  end)

  it("prints the beginning of a long text", function()
    local t = tabular.of({ "s", "x" }, { { s = ("é"):rep(500), x = 1 },
      { s = "two\nlines", x = 2 } })
    assert.are.equal("s" .. (" "):rep(41) .. "x\n" .. ("é"):rep(39) ..
      "…  1\ntwo lines" .. (" "):rep(33) .. "2\n", t:totext())
  end)

  it("prints the digits that the spread justifies", function()
    local t = tabular.of({ "x", "x_low", "x_high", "y" }, {
      { x = 108.6712, x_low = 108.49, x_high = 108.83, y = 108.6712 },
      { x = 0.00123456, x_low = 0.001, x_high = 0.002, y = 1 / 3 },
      { x = 61234.5, x_low = 61000.0, x_high = 62000.0, y = 2 } })
    assert.are.equal("       x     x_low    x_high   y (s)\n" ..
      "  108.67    108.49    108.83   108.7\n" ..
      "  0.0012    0.0010    0.0020  0.3333\n" ..
      "6.12e+04  6.10e+04  6.20e+04       2\n", t:totext(nil, { y = "s" }))
  end)

  local function bytes_of(path)
    local file = assert(io.open(path, "rb"))
    local text = file:read "a"
    file:close()
    os.remove(path)
    return text
  end

  it("writes JSON that keeps NaN, infinities and the kind of numbers",
    function()
      local t = tabular.of({ "a", "b" }, { { a = 0 / 0, b = 'x"\n\1' },
        { a = -inf }, { a = 1.0, b = true }, { a = 3, b = "é" } })
      assert.are.equal('[{"a": "NaN", "b": "x\\"\\n\\u0001"},\n' ..
        '{"a": "-Infinity", "b": null},\n{"a": 1.0, "b": true},\n' ..
        '{"a": 3, "b": "é"}]\n', bytes_of(t:json(os.tmpname())))
    end)

  it("writes a structured array as NumPy does", function()
    local t = tabular.of({ "d", "s", "x", "f" }, { { d = 1, s = "é", x = 0.5,
      f = true }, { d = -2, s = "ab", x = nil, f = false } })
    local bytes = bytes_of(t:npy(os.tmpname()))
    assert.are.equal("\147NUMPY\1\0", bytes:sub(1, 8))
    local length = ("<I2"):unpack(bytes, 9)
    assert.are.equal(0, (10 + length) % 64)
    assert.are.equal("{'descr': [('d', '<i8'), ('s', '<U2'), ('x', '<f8'), " ..
      "('f', '|b1')], 'fortran_order': False, 'shape': (2,), }",
      (bytes:sub(11, 10 + length):gsub("%s+$", "")))
    local d, e, z, x, f = ("<i8 I4 I4 d c1"):unpack(bytes, 11 + length)
    assert.are.same({ 1, 233, 0, 0.5, "\1" }, { d, e, z, x, f })
    d, e, z, x, f = ("<i8 I4 I4 d c1"):unpack(bytes, 11 + length + 25)
    assert.are.same({ -2, 97, 98, "\0" }, { d, e, z, f })
    assert.is_true(x ~= x)
  end)

  it("fits a line per group", function()
    local fits = sample():fit { by = "init", x = "seed", y = "x" }
    assert.are.same({ 2, 2 }, fits:column "slope")
    assert.are.same({ 2, -1 }, fits:column "intercept")
  end)

  it("adds a computed column and leaves the old table alone", function()
    local t = sample()
    assert.are.same({ 8, 2, 12, 6 },
      t:with("y", function(r) return 2 * r.x end):column "y")
    assert.are.same({ "init", "seed", "x" }, t:columns())
  end)

  it("keeps every number, NaN, infinity and text through CSV", function()
    local t = tabular.of({ "a", "b" }, { { a = 0.1, b = 'say "hi", x' },
      { a = 0 / 0, b = "two\nlines" }, { a = -inf }, { a = 1e-320 },
      { a = 123456789012345678, b = true } })
    local text = t:tocsv()
    assert.are.equal('a,b\n0.1,"say ""hi"", x"\nnan,"two\nlines"\n-inf,\n' ..
      "9.99988867182683e-321,\n123456789012345678,true\n", text)
    local read = {}
    for fields in csv.records(text) do read[#read + 1] = fields end
    assert.are.equal('say "hi", x', read[2][2])
    assert.are.equal("two\nlines", read[3][2])
    assert.are.equal(1e-320, csv.tonumber(read[5][1]))
  end)

  it("prints aligned columns, and says what it left out", function()
    assert.are.equal("init  seed  x\nb        1  4\na        1  1\n" ..
      "... 2 more rows\n", sample():totext(2))
  end)

  it("names the nearest column", function()
    assert.has_error(function() sample():column "sead" end,
      "table: unknown column 'sead' (did you mean 'seed'? " ..
      "known: init, seed, x)")
    assert.has_error(function() sample():where { y = 1 } end,
      "table: unknown column 'y' (known: init, seed, x)")
    assert.has_error(function() sample():numbers "init" end,
      "table: column 'init' has a string in row 1, not a number")
  end)
end)
