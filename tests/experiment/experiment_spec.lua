-- experiment_spec.lua: ortho.experiment as a script uses it: what it prints,
-- draws, writes and returns, and what it says of wrong definitions.
local core = require "orthorun.core"
local csv = require "orthorun.base.csv"
local ortho = require "orthorun"
local support = dofile "tests/support.lua"
local program = os.getenv "ORTHORUN" or "./orthorun"
local read_file, raises = support.read, support.raises
local folder, count = nil, 0

setup(function()
  folder = os.tmpname()
  os.remove(folder)
  core.file.mkdir(folder)
end)

teardown(function() os.execute("rm -rf '" .. folder .. "'") end)

local function write(name, text)
  local path = folder .. "/" .. name
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
  return path
end

-- Runs a definition's text as a script; stdout, exit code, stderr.
local function run(text, options, before)
  count = count + 1
  local path = write(("s%d.lua"):format(count),
    'local ortho = require "orthorun"\n' .. text)
  local out, err = folder .. "/out", folder .. "/err"
  local _, _, code = os.execute(("%s '%s' '%s' --out '%s' %s >'%s' 2>'%s'")
    :format(before or "", program, path, folder .. "/runs" .. count,
    options or "", out, err))
  return read_file(out), code, read_file(err)
end

-- The same, which must go well; the CSV's rows as records, too.
local function results(text, options)
  local said, code, err = run('return ortho.experiment { name = "x", ' ..
    text .. " }", options)
  assert.are.equal("", err)
  assert.are.equal(0, code)
  local rows, header = {}, nil
  for fields in csv.records(assert(read_file(("%s/runs%d/x.csv"):format(folder,
    count)))) do
    local row = {}
    for i, field in ipairs(fields) do
      if header then row[header[i]] = csv.tonumber(field) or field end
    end
    if header then rows[#rows + 1] = row end
    header = header or fields
  end
  return said, rows, header
end

local function has(text, wanted)
  assert.is_truthy(text:find(wanted, 1, true),
    ("no %q in:\n%s"):format(wanted, text))
end

local function has_not(text, unwanted)
  assert.is_nil(text:find(unwanted, 1, true), text)
end

-- An experiment that is required: quiet; its results go into the test's folder.
local function quiet(definition)
  count = count + 1
  definition.name = definition.name or "q" .. count
  local options = core.options
  core.options = setmetatable({ out = folder .. "/quiet" .. count,
    jobs = 0, quiet = true }, { __index = options })
  local ok, answer = pcall(ortho.experiment, definition)
  core.options = options
  if not ok then error(answer, 0) end
  return answer
end

local score = require("orthorun.table.distributions").t_score

local function square(p) return { y = p.x ^ 2 } end

describe("an experiment", function()
  it("needs a trial alone: a table and a plot of what it returns", function()
    local said, rows = results "grid = { x = { 1, 2, 3 } }, trial = function(p)\
      return { y = 2 * p.x } end"
    assert.are.equal(3, #rows)
    assert.are.equal(6, rows[3].y)
    has(said, "x  y\n1  2\n2  4\n3  6\n")
    for _, ending in ipairs { "csv", "svg", "png", "html" } do
      has(said, ("runs%d/x.%s"):format(count, ending))
    end
  end)

  it("returns its results, with what was derived, shown and checked", function()
    local t = quiet { grid = { x = { 1, 2, 3, 4 }, seed = ortho.range(3) },
      params = { k = 7 }, trial = square,
      predict = function(p) return { y = p.x ^ 2 + 0.5, sd = { y = 1 } } end,
      derive = { ratio = function(r) return r.y / r.x end },
      show = { { table = "y" }, { check = "y" } } }
    assert.are.same({ "x", "seed", "k", "y", "y_theory", "ratio" }, t:columns())
    assert.are.same({ 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4 }, t:column "ratio")
    assert.are.equal(1, #t.tables)
    assert.are.same({ 1, 4, 9, 16 }, t.tables[1]:column "y")
    assert.are.same({ 1.5, 4.5, 9.5, 16.5 }, t.tables[1]:column "y_theory")
    assert.are.equal(4, #t.checks)
    for _, row in t.checks:rows() do
      assert.is_true(math.abs(row.z - -0.5 * math.sqrt(3)) < 1e-12)
    end
    assert.are.equal(7, t.params.k)
    assert.are.same({}, t.pictures)
  end)

  it("takes the largest and the smallest that the command line left", function()
    local text = "grid = { x = { 1, 2, 5 }, z = { 1, 2 } }, trial = function(p)\
      return { y = p.x * 10 + p.z } end,\
      show = { { table = 'y', where = { x = 'largest', z = 'smallest' } } }"
    has((results(text)), "\n51\n")
    has((results(text, "--x 1,3 --z 2")), "\n32\n")
  end)

  it("takes seeds of any number of digits", function()
    has((results("grid = { seed = ortho.range(24) }, trial = function(p)\
      return { y = p.seed } end", "--seed 1-12")), "12 seeds")
  end)

  it("never runs a trial again for another prediction, text or plot", function()
    local path = write("again.lua", "")
    local function once(more)
      write("again.lua", 'local ortho = require "orthorun"\n' ..
        'return ortho.experiment { name = "again", grid = { x = { 1, 2 } }, ' ..
        'trial = function(p) return { y = p.x } end, ' .. more .. " }")
      local out = folder .. "/out"
      os.execute(("'%s' '%s' --out '%s/again' >'%s' 2>&1"):format(program, path,
        folder, out))
      return read_file(out)
    end
    has_not(once "", "done already")
    has(once "predict = function(p) return { y = p.x } end", "all 2 trials are")
    has(once ("derive = { z = function(r) return r.y + 1 end }, " ..
      "show = { { table = 'z' } }"),
      "all 2 trials are done already")
  end)
end)

describe("parameters", function()
  local text = [[params = { width = 8, target = { 0.2, least = 0, most = 1,
    help = "share of the loss" }, lr = 0.1, outputs = function(p) return p.width end,
    activation = "relu", data = "any text" }, grid = { init = ortho.arms,
    depth = { 2, 3, help = "weight matrices" }, how = { "up", "down" },
    other = { "a", any = true }, seed = ortho.range(2) },
    help = { data = "a file" }, trial = function(p) return { y = p.depth,
    outputs_were = p.outputs } end, show = { { table = "outputs_were", by = {} } } ]]

  it("list themselves under --help, with what their names tell", function()
    local said = run("return ortho.experiment { asks = 'What?', " .. text .. "}",
      "--help")
    for _, wanted in ipairs { "What?", "units in a layer [8]",
      "share of the loss [0.2]", "--outputs INTEGER", "weight matrices [2,3]",
      "one of gaussian, scaled_gaussian, he_normal, orthogonal, " ..
      "orthogonal_sqrt2, he_uniform", "one of linear, relu", "one of up, down",
      "a file [any text]", "learning rate [0.1]" } do
      has(said, wanted)
    end
  end)

  it("have bounds and choices, of their own and of their names", function()
    for option, wanted in pairs {
      ["--width 0"] = "--width: expected a whole number of at least 1, got '0'",
      ["--target 1.5"] = "of at least 0 and at most 1, got '1.5'",
      ["--lr 0"] = "--lr: expected a number above 0, got '0'",
      ["--outputs 0"] = "--outputs: expected a whole number of at least 1",
      ["--how updown"] = "unknown value 'updown'",
      ["--init othogonal"] = "did you mean 'orthogonal'?",
      ["--activation rleu"] = "did you mean 'relu'?",
    } do
      local _, code, err = run("return ortho.experiment {" .. text .. "}", option)
      assert.are.equal(2, code, option)
      has(err, wanted)
    end
  end)

  it("are what was given, computed from others, or free texts", function()
    has((results(text, "--init he_uniform --other zzz --data 'x y' --width 5")),
      "data x y")
    has((results(text, "--width 5")), "\n           5                 5")
    has((results(text, "--width 5 --outputs 3")),
      "\n           3                 3")
    has((results(text, "--depth 3,4,2")), "outputs_were")
  end)

  it("refuse definitions that make no sense", function()
    local function refused(message, definition)
      definition.trial = function() error "no trial should run" end
      raises(message, quiet, definition)
    end
    refused("params.x has 2 values; what varies belongs into grid",
      { params = { x = { 1, 2 } } })
    refused("params.x has no value", { params = { x = { help = "?" } } })
    refused("grid.x: unknown field 'hlep' (did you mean 'help'?",
      { grid = { x = { 1, hlep = "?" } } })
    refused("help: unknown parameter 'widht' (did you mean 'width'?",
      { params = { width = 1 }, help = { widht = "?" } })
    refused("--width: expected a whole number of at least 1, got '0'",
      { params = { width = 0 } })
    refused("--x: unknown value 'c'", { params = { x = { "c",
      choices = { "a", "b" } } } })
    refused("name = \"a/b\": files are called so", { name = "a/b" })
    refused("predict must be a function, not the number 3", { predict = 3 })
  end)
end)

describe("where", function()
  local t = ortho.table.of({ "a", "b" }, { { a = 1, b = "x" },
    { a = 3, b = "x" }, { a = 9, b = "y" }, { a = 0 / 0, b = "z" } })
  local where = require "orthorun.experiment.where"

  it("takes the ends of the numbers that other conditions leave", function()
    assert.are.same({ 9 }, where.rows(t, { a = "largest" }):column "a")
    assert.are.same({ 3 }, where.rows(t, { a = "largest", b = "x" }):column "a")
    assert.are.same({ 1 }, where.rows(t, { a = "smallest" }):column "a")
    assert.are.equal(0, #where.rows(t, { a = "largest", b = "q" }))
    assert.are.equal(4, #where.rows(t, nil))
  end)

  it("lets a text be called largest", function()
    local odd = ortho.table.of({ "s" }, { { s = "largest" }, { s = "x" } })
    assert.are.same({ "largest" }, where.rows(odd, { s = "largest" }):column "s")
  end)

  it("says itself in words", function()
    assert.are.equal("a 9", where.text(t, where.rows(t, { a = "largest" }),
      { a = "largest" }))
    assert.are.equal("a 1 or 3", where.text(t, where.rows(t, { a = { 1, 3 } }),
      { a = { 1, 3 } }))
    assert.are.equal("", where.text(t, t, { a = function() return true end }))
    local function not_y(b) return b ~= "y" end
    assert.are.equal("without b y", where.text(t, t:where { b = not_y },
      { b = not_y }))
  end)

  it("that leaves no rows is told, and the rest goes on", function()
    local said = results [[grid = { x = { 1, 2 } }, trial = function(p)
      return { y = p.x } end, show = { { table = "y", where = { x = 7 } },
      { plot = "y", over = "x", where = { x = 7 } }, { check = "y", where = { x = 7 } },
      { slope = "y", over = "x", where = { x = 7 } }, { table = "y" } } ]]
    for _, what in ipairs { "table", "plot", "check", "slope" } do
      has(said, what .. " of y: no rows where x 7\n")
    end
    has(said, "x  y\n1  1\n2  2\n")
  end)
end)

describe("a prediction", function()
  local grid = { x = { 1, 2 }, seed = ortho.range(3) }

  it("is asked once for each combination without the seed", function()
    local asked = {}
    quiet { grid = grid, trial = square, predict = function(p)
      asked[#asked + 1] = p.x
      return { y = p.x }
    end }
    assert.are.same({ 1, 2 }, asked)
  end)

  it("is asked for each trial, where it wants to know what was found",
    function()
      local t = quiet { grid = grid, trial = function(p, rng)
        return { y = p.x, z = rng:normal(1, 1):get(1, 1), a = { 1, 2 } }
      end, predict = function(_, found)
        return { z = 2 * found.z, a = { found.z, 0 } }
      end }
      for _, row in t:rows() do
        assert.are.equal(2 * row.z, row.z_theory)
        assert.are.equal(row.layer == 1 and row.z or 0, row.a_theory)
      end
    end)

  it("may know nothing, here or anywhere", function()
    local t = quiet { grid = grid, trial = square, predict = function(p)
      return p.x == 2 and { y = 5 }
    end }
    assert.are.same({ 5, 5, 5 }, t:where { x = 2 }:column "y_theory")
    assert.are.same({}, t:where { x = 1 }:numbers "y_theory")
    t = quiet { grid = grid, trial = square, predict = function() end }
    assert.are.same({ "x", "seed", "y" }, t:columns())
  end)

  it("is blank in tables where it knows nothing", function()
    local t = quiet { grid = grid, trial = square, predict = function(p)
      return { y = p.x == 2 and 5 or 0 / 0 }
    end, show = { { table = "y", by = "x" } } }
    local theory = t.tables[1].data.y_theory
    assert.is_nil(theory[1])
    assert.are.equal(5, theory[2])
  end)

  it("may be an object with typical, sd, slope and slope_sd", function()
    local t = quiet { grid = { depth = { 4, 8 }, seed = ortho.range(4) },
      params = { width = 16, init = "orthogonal_sqrt2", batch = 2 },
      trial = function(p, rng)
        local net = ortho.mlp { width = p.width, depth = p.depth, init = p.init,
          rng = rng:split "weights" }
        local x = rng:split "x":uniform(p.width, p.batch)
        return net:signal(x, rng:split "y":uniform(p.width, p.batch), "mse_half")
      end,
      predict = function(p)
        return ortho.theory.signal { like = p, q0 = 1 / 3, loss = "mse_half" }
      end,
      show = { { slope = "delta", over = "layer", check = true },
        { check = "gradient", by = "depth", where = { layer = 1 } } } }
    local known = ortho.theory.gradient_slope { init = "orthogonal",
      gain = math.sqrt(2), width = 16, depth = 8, batch = 2, q0 = 1 / 3,
      cotangent = "mse", reduction = "half" }
    local row = t.tables[1]:row(2)
    assert.are.equal(known.typical.delta, row.theory)
    assert.are.equal(known.sd.delta / 2, t.checks:row(2).error)
    local deep = ortho.theory.signal { init = "orthogonal", gain = math.sqrt(2),
      width = 16, depth = 8, batch = 2, q0 = 1 / 3, loss = "mse_half" }
    assert.is_true(math.abs(t.checks:row(4).error - deep.sd.gradient[1] / 2)
      < 1e-15)
    assert.is_truthy(t.data.forward_theory)
    assert.is_nil(t.data.loss_theory)
  end)

  it("refuses what fits no trial, and says which parameters", function()
    for message, f in pairs {
      ["predict (x=1): it must return a table, or false"] =
        function() return 3 end,
      ["predict (x=1): y must be a number or an array of them, not a string"] =
        function() return { y = "a" } end,
      ["y has 2 values, the trial's arrays have none"] =
        function() return { y = { 1, 2 } } end,
      ["predict (x=1): sd must be a table by name"] =
        function() return { y = 1, sd = 3 } end,
      ["it gives 'yy', which the trial does not return; predict gives: yy; " ..
        "the trial returns: y"] = function() return { yy = 1 } end,
      ["no theory today"] = function() error "no theory today" end,
    } do
      raises(message:gsub("a string$", "the string 'a'"), quiet,
        { grid = grid, trial = square, predict = f })
    end
  end)
end)

describe("a derived column", function()
  it("may use others, theory and parameters", function()
    local t = quiet { grid = { x = { 1, 2 } }, trial = square,
      predict = function() return { y = 10 } end,
      derive = { a = function(r) return r.b + 1 end,
        b = function(r) return r.y * r.y_theory end } }
    assert.are.same({ 11, 41 }, t:column "a")
  end)

  it("says whose function failed, and in which row", function()
    local grid = { x = { 1, 2 }, seed = { 5 } }
    raises("derive.bad: unknown column 'yy' (known: seed, x, y, bad) " ..
      "(seed=5, x=1)", quiet, { grid = grid, trial = square,
      derive = { bad = function(r) return r.yy end } })
    raises("(seed=5, x=2)", quiet, { grid = grid, trial = square,
      derive = { bad = function(r) return r.x == 2 and r.y.z or 1 end } })
    raises("derive.a needs itself: a needs b needs a", quiet, { grid = grid,
      trial = square, derive = { a = function(r) return r.b end,
      b = function(r) return r.a end } })
    raises("derive.a: the function must return a number", quiet, { grid = grid,
      trial = square, derive = { a = function() return {} end } })
    raises("derive.y would be the column 'y', which is there already", quiet,
      { grid = grid, trial = square, derive = { y = function() end } })
  end)

  it("of numbers groups in their order", function()
    local t = quiet { grid = { x = { 1, 2, 3 } }, trial = square,
      derive = { minus = function(r) return -r.x end },
      show = { { table = "y", by = "minus" } } }
    assert.are.same({ -3, -2, -1 }, t.tables[1]:column "minus")
  end)
end)

describe("a law that saturates", function()
  local definition = { params = { a = 3 }, grid = { n = { 2, 4, 8, 16 },
    seed = ortho.range(3) }, trial = function(p)
      return { y = 10 + p.seed - p.a / p.n } end }

  it("is fitted with its limit", function()
    definition.show = { { slope = "y", over = "n", model = "saturation" } }
    local row = quiet(definition).tables[1]:row(1)
    assert.is_true(math.abs(row.slope + 3) < 1e-12)
    assert.is_true(math.abs(row.limit - 12) < 1e-12)
  end)

  it("is checked against what other rows tell", function()
    local function told(key, rows)
      local fit = rows:where { n = { 2, 4, 8 } }:fit { x = "n", y = "y",
        model = "saturation" }:row(1)
      return fit.intercept + fit.slope / key.n
    end
    definition.show = { { check = "y", by = "n", where = { n = 16 }, predicted = told,
      error = function(...) return 0.01 * told(...) end },
      { check = "y", by = "n", where = { n = 16 }, at_most = told } }
    local checks = quiet(definition).checks
    assert.is_true(math.abs(checks:row(1).measured - (12 - 3 / 16)) < 1e-12)
    assert.is_true(math.abs(checks:row(1).z) < 1e-9)
    assert.is_true(math.abs(checks:row(1).error - (12 - 3 / 16) / 100) < 1e-12)
  end)
end)

describe("a derived table", function()
  -- steps is least at lr 2; stable up to 4; learnt from width 16 on
  local function searched(derive, show)
    return quiet { grid = { lr = { 1, 2, 4, 8 }, seed = ortho.range(3) },
      trial = function(p) return { steps = (p.lr - 2) ^ 2 + p.seed,
        stable = p.lr < 8 and not (p.lr == 4 and p.seed == 1), last = p.lr == 8,
        drift = p.lr * 10 } end, derive = derive, show = show or {} }
  end

  it("has the best, with everything that was found there", function()
    local t = searched({ fast = { best = "steps", over = "lr" },
      slow = { best = "steps", over = "lr", largest = true, among = "stable",
        share = 0.5 } })
    assert.are.same({ lr = 2, steps = 2.0, drift = 20.0 }, t.derived.fast:row(1))
    assert.are.equal(4, t.derived.slow:row(1).lr)
  end)

  it("has the least, the greatest, the first; NaN where none is", function()
    local t = searched {
      least = { least = "lr", where = "last" },
      greatest = { greatest = "lr", where = "stable" },
      first = { first = "lr", where = { drift = function(d) return d > 15 end } },
      by_seed = { greatest = "lr", where = "stable", by = "seed" },
      none = { least = "lr", where = "stable" } }
    assert.are.equal(8, t.derived.least:row(1).lr)
    assert.are.equal(4, t.derived.greatest:row(1).lr)
    assert.are.equal(2, t.derived.first:row(1).lr)
    assert.are.same({ 2, 4, 4 }, t.derived.by_seed:column "lr")
    local none = t.derived.none:row(1).lr
    assert.is_true(none ~= none)
  end)

  it("is shown, fitted and checked like results", function()
    local t = quiet { grid = { depth = { 2, 4, 8 }, lr = { 0.5, 0.25, 0.125,
      0.0625 }, seed = ortho.range(2) }, trial = function(p)
      return { ok = p.lr * p.depth <= 1 } end,
      derive = { limit = { greatest = "lr", where = "ok",
        by = { "depth", "seed" } } },
      show = { { table = "lr", of = "limit" }, { slope = "lr", of = "limit",
        over = "depth", model = "power", expected = -1 },
        { check = "lr", of = "limit", at_most = function(key)
          return 1 / key.depth
        end } } }
    assert.are.same({ 0.5, 0.25, 0.125 }, t.tables[1]:column "lr")
    assert.is_true(math.abs(t.tables[2]:row(1).slope + 1) < 1e-12)
    assert.are.same({ "yes", "yes", "yes" }, t.checks:column "agrees")
  end)

  it("says which answers are the end of what was searched", function()
    -- each seed's own: x from 1 at seed 1, from 4 at seed 2, not at all at seed 3
    local t = quiet { grid = { x = { 1, 2, 4 }, depth = { 1, 2, 3 }, seed = { 1, 2, 3 } },
      trial = function(p) return { y = (p.x - 2) ^ 2 + p.depth,
        ok = p.seed < 3 and p.x >= (p.seed == 1 and 1 or 4) * p.depth / 3 } end,
      derive = { need = { least = "x", where = "ok", by = { "depth", "seed" } },
        most = { greatest = "x", where = "ok", by = { "depth", "seed" } },
        low = { best = "y", over = "x", by = { "depth", "seed" } },
        high = { best = "y", over = "x", largest = true, by = { "depth", "seed" } } },
      show = { { table = "x", of = "need" }, { table = "y", of = "high" },
        { slope = "x", of = "need", over = "depth", by = {} },
        { slope = "y", of = "need", over = "depth", by = {} } } }
    assert.are.same({ "<=", "", "", "<=", "", "", "<=", "", "" },
      t.derived.need:column "censored")
    assert.are.same({ ">=", "", "", ">=", "", "", ">=", "", "" },
      t.derived.most:column "censored")
    assert.is_nil(t.derived.low.data.censored) -- x = 2 lies within
    assert.are.equal(">=", t.derived.high:row(1).censored)
    assert.are.same({ "<= 1 of 3", "<= 1 of 3", "<= 1 of 3" },
      t.tables[1]:column "censored")
    assert.are.equal(">=", t.tables[2]:row(1).censored)
    -- seed 2's x = 2, 4, 4 alone; y is not what was searched
    assert.is_true(math.abs(t.tables[3]:row(1).slope - 1) < 1e-12)
    assert.is_true(t.tables[4]:row(1).slope ~= t.tables[3]:row(1).slope)
  end)

  it("is refused where it is not there", function()
    raises("show[1]: of: unknown derived table 'fst' (did you mean 'fast'?",
      searched, { fast = { best = "steps", over = "lr" } },
      { { table = "lr", of = "fst" } })
    raises("derive.fast: unknown column 'step' (did you mean 'steps'?",
      searched, { fast = { best = "step", over = "lr" } })
    raises("derive.fast: where is missing", searched,
      { fast = { least = "lr" } })
    raises("derive.fast: over must name a column", searched,
      { fast = { best = "steps" } })
  end)
end)

describe("a table", function()
  it("counts a single result once a trial, an array's places each", function()
    local t = quiet { grid = { x = { 1, 2 }, seed = ortho.range(4) },
      trial = function(p) return { one = p.seed, many = { 1, 2, 3 } } end,
      show = { { table = "one" }, { table = "many" }, { table = { "one", "many" } } } }
    assert.are.same({ 4, 4 }, t.tables[1]:column "n")
    assert.are.same({ 12, 12 }, t.tables[2]:column "n")
    assert.are.same({ 4, 4 }, t.tables[3]:column "one_n")
    assert.are.same({ 12, 12 }, t.tables[3]:column "many_n")
  end)

  it("has shares of truth, texts that agree, and NaN left out", function()
    local t = quiet { grid = { seed = ortho.range(4) }, trial = function(p)
      return { b = p.seed > 1, s = "same", t = "t" .. p.seed,
        y = p.seed == 1 and 0 / 0 or 2 } end,
      show = { { table = { "b", "s", "t", "y" } } } }
    local row = t.tables[1]:row(1)
    assert.are.equal(0.75, row.b)
    assert.are.equal("same", row.s)
    assert.are.equal("4 kinds", row.t)
    assert.are.equal(2, row.y)
    assert.are.equal(3, row.n)
  end)

  it("bears columns with its own columns' names", function()
    local t = quiet { params = { n = 1 }, grid = { nan = { 1, 2 } },
      trial = function() return { y = 1, y_low = 2, error = 3, slope = 4,
        z = { 1, 2 } } end,
      show = { { table = { "y", "y_low", "error" } }, { slope = "z",
        over = "layer" } } }
    assert.are.same({ 2, 2 }, t.tables[1]:column "y_low")
    assert.are.same({ 1, 1 }, t.tables[2]:column "slope")
  end)

  it("leaves quantiles out where they are not wanted, or have no room",
    function()
      local text = [[grid = { x = { 1, 2 }, seed = ortho.range(3) },
        trial = function(p) return { first_result = p.seed, second_result = 1,
        third_result = 2 } end, show = { { table = "first_result" %s },
        { table = { "first_result", "second_result", "third_result" } } } ]]
      local said = results(text:format "")
      has(said, "medians of 3 values, with 10 and 90 % quantiles\n" ..
        "x  first_result  first_result_low")
      has(said, "x  first_result  second_result  third_result\n")
      has_not(results(text:format ", spread = false"), "first_result_low")
    end)
end)

describe("a slope", function()
  local grid = { x = { 1, 2, 4 }, seed = ortho.range(3) }
  local function trial(p, rng)
    local a = {}
    for i = 1, 4 do a[i] = 3 * i + p.seed end
    return { a = a, power = 5 * p.x ^ 2, noise = rng:normal(1, 1):get(1, 1) }
  end

  it("is one fit a trial over places, one fit a group over a parameter",
    function()
      local t = quiet { grid = grid, trial = trial, show = {
        { slope = "a", over = "layer", by = {} },
        { slope = "power", over = "x", model = "power", expected = { [1] = 7 } },
        { slope = "noise", over = "x", expected = 0, check = true } } }
      assert.are.equal(3, t.tables[1]:row(1).slope)
      assert.are.equal(0, t.tables[1]:row(1).error)
      assert.is_true(math.abs(t.tables[2]:row(1).slope - 2) < 1e-12)
      assert.is_nil(t.tables[2]:row(1).theory)
      local row = t.tables[3]:row(1)
      assert.are.equal(score(row.slope / row.error, 7), row.z)
      assert.are.equal(7, t.checks:row(1).df)
      assert.are.equal("slope of noise per x", t.checks:row(1).what)
    end)

  it("takes theory from the theory column, or by level", function()
    local t = quiet { grid = { x = { 1, 2, 4 }, how = { "up", "down" } },
      trial = function(p) return { y = (p.how == "up" and 1 or -1) * p.x } end,
      predict = function(p) return { y = 2 * p.x + 1 } end,
      show = { { slope = "y", over = "x" },
        { slope = "y", over = "x", expected = { up = 1 } } } }
    assert.are.same({ 1.0, -1.0 }, t.tables[1]:column "slope")
    assert.are.same({ 2, 2 }, t.tables[1]:column "theory")
    assert.are.same({ 1, 2 }, t.tables[2]:column "theory")
  end)

  it("is undecided where one fit has no error to check it by", function()
    local said = results [[grid = { x = { 1, 2 } }, trial = function(p)
      return { y = p.x, s = "text" } end, show = { { slope = "y", over = "x",
      expected = 2, check = true }, { slope = "s", over = "x" } } ]]
    has(said, "slope of y per x  2                 1  undecided")
    has(said, "slope of s over x: 's' holds texts")
  end)
end)

describe("a check", function()
  it("is in trials' standard errors, or within bounds", function()
    local t = quiet { grid = { x = { 1, 2 }, seed = ortho.range(4) },
      trial = function(p) return { y = p.x + p.seed, bad = p.x == 2 and 0 / 0
        or 1 } end,
      predict = function(p) return { y = p.x + 2, bad = 1 } end,
      show = { { check = "y" }, { check = "y", at_most = 4.5, what = "small" },
        { check = "bad" }, { check = "y", by = {}, predicted = 4, error = 0.5 } } }
    local list = {}
    for i, row in t.checks:rows() do list[i] = row end
    local sem = ortho.stats.sem { 1, 2, 3, 4 }
    assert.are.equal(score(0.5 / sem, 3), list[1].z)
    assert.are.equal(3, list[1].df)
    assert.is_nil(list[7].df)
    assert.are.equal(sem, list[1].error)
    assert.are.equal("x 1: small", list[3].what)
    assert.are.same({ "yes", "yes" }, { list[3].agrees, list[4].agrees })
    assert.are.same({ "yes", "no" }, { list[5].agrees, list[6].agrees })
    assert.are.equal(0, list[7].z)
    assert.are.equal(7, #list)
  end)

  it("says where there is nothing to hold a result against", function()
    has((results [[grid = { x = { 1 } }, trial = function() return { y = 1 } end,
      show = { { check = "y" } } ]]), "check of y: nothing to hold it against")
  end)
end)

describe("what an error is of", function()
  local function rough(p, rng)
    local a = {}
    for i = 1, 4 do a[i] = rng:normal(1, 1):get(1, 1) + p.seed end
    return { y = rng:normal(1, 1):get(1, 1), a = a }
  end

  it("is trials, not places of their arrays", function()
    local t = quiet { grid = { seed = ortho.range(6) }, trial = rough,
      predict = function() return { a = { 3, 3, 3, 3 } } end,
      show = { { check = "a" }, { slope = "a", over = "layer", expected = 0,
        check = true } } }
    assert.are.same({ 5, 5 }, t.checks:column "df")
    local means = {}
    for i, group in ipairs(t:group "seed") do
      means[i] = ortho.stats.mean(group.rows:column "a")
    end
    assert.are.equal(ortho.stats.sem(means), t.checks:row(1).error)
  end)

  it("is a place of arrays by place, which are correlated then", function()
    local t = quiet { grid = { seed = ortho.range(6) }, trial = function(p)
      return { a = { p.seed, 2 * p.seed, p.seed ^ 2 } } end,
      predict = function() return { a = { 3, 6, 12 } } end,
      show = { { check = "a", by = "layer" } } }
    assert.are.equal(3, #t.checks)
    assert.are.equal(3, t.overall.scores)
    assert.is_true(t.overall.df > 1 and t.overall.df < 1.1)
  end)

  it("is the difference from a theory that knows each trial", function()
    local t = quiet { grid = { x = { 1, 2, 4 }, seed = ortho.range(6) },
      trial = rough, predict = function(_, found)
        return { y = found.y + 0.25 }
      end, show = { { check = "y", by = {} },
        { slope = "y", over = "x", check = true } } }
    local row = t.checks:row(1)
    assert.is_true(row.error < 1e-15 and row.agrees == "no")
    assert.is_true(t.checks:row(2).error < 1e-15)
    assert.are.equal("yes", t.checks:row(2).agrees)
  end)

  it("is a seed's mean where trials of it draw the same", function()
    local function with(paired, trial)
      return quiet { grid = { x = { 1, 2, 4 }, seed = ortho.range(6) },
        paired = paired, trial = trial or rough, show = {
          { check = "y", by = {}, predicted = 0 },
          { slope = "y", over = "x", expected = 0, check = true } } }
    end
    assert.are.same({ 17, 16 }, with().checks:column "df")
    local paired = with { "x" }
    assert.are.equal(5, paired.checks:row(1).df)
    assert.are.equal(0, paired.checks:row(2).error)
    local own = with(nil, function(p) -- no generator is asked for
      return { y = ortho.rng(p.seed):normal(1, 1):get(1, 1) * p.x }
    end)
    assert.are.same({ 5, 5 }, own.checks:column "df")
    assert.is_true(own.overall.df < 1.001)
  end)

  it("is nothing where there is one", function()
    local t = quiet { grid = { x = { 1, 2 }, seed = { 1 } }, trial = rough,
      predict = function(p) return { y = p.x, a = { 0, 0, 0, 0 }, sd = { y = 10 } } end,
      show = { { check = "y" }, { check = "a" } } }
    assert.are.same({ "yes", "yes", "undecided", "undecided" },
      t.checks:column "agrees")
    assert.is_nil(t.checks:row(3).z)
    assert.are.equal(2, t.overall.scores)
  end)

  it("leaves out what theory does not know", function()
    local t = quiet { grid = { x = { 1, 2 }, seed = ortho.range(4) }, trial = rough,
      predict = function(p) return { y = p.x == 1 and 0 / 0 or 0,
        a = { 0 / 0, 3, 3, 0 / 0 } } end,
      show = { { check = "y" }, { check = "a" } } }
    assert.are.equal(3, #t.checks)
    assert.are.equal("x 2: y", t.checks:row(1).what)
    local of = t:where { x = 1, layer = { 2, 3 } }
    assert.is_true(math.abs(ortho.stats.mean(of:column "a") -
      t.checks:row(2).measured) < 1e-12)
  end)
end)

describe("theory that holds in a limit", function()
  -- measured over predicted is 1 + 2/width, or 1.5; `level` is exact
  local function wide(p, rng)
    local noise = 1e-3 * rng:normal(1, 1):get(1, 1)
    return { y = 3 * (1 + 2 / p.width) + noise, off = 1.5 + noise, level = 2.0 }
  end
  local function told(asymptotic)
    return function() return { y = 3, off = 1, level = 2, asymptotic = asymptotic } end
  end
  local grid = { width = { 10, 20, 40, 80 }, kind = { "a", "b" },
    seed = ortho.range(4) }

  it("has no verdict, but shows how its deviation shrinks", function()
    local t = quiet { grid = grid, trial = wide, predict = told "width",
      show = { { check = "y" }, { approach = "y" }, { approach = "off", by = {} } } }
    assert.are.equal(0, #t.checks)
    local y = t.tables[1]
    assert.are.equal(8, #y)
    for _, row in y:rows() do
      assert.are.equal("yes", row.shrinks)
      assert.near(2 / row.width, row.deviation, 5 * row.error)
      assert.are.equal(3, row.df)
      assert.near(-1, row.exponent, 0.05)
      assert.near(0, row.limit, 4 * row.limit_error)
    end
    for _, row in t.tables[2]:rows() do
      assert.are.equal("no", row.shrinks)
      assert.near(0.5, row.limit, 0.01)
      assert.are.equal(7, row.df)
    end
    for _, row in t.tables[3]:rows() do -- nobody asked for it
      assert.are.equal("no deviation", row.shrinks)
    end
  end)

  it("is printed, written and drawn", function()
    local said = results [[grid = { width = { 10, 20, 40 }, seed = ortho.range(4) },
      trial = function(p, rng) return { y = 1 + 2 / p.width + 1e-4 *
        rng:normal(1, 1):get(1, 1) } end,
      predict = function() return { y = 1, asymptotic = "width" } end,
      show = { { table = "y", by = "width" } } ]]
    has(said, "y: measured/predicted - 1 by width; its exponent in width, its limit")
    has(said, "+0.200024 ± 0.00003")
    assert.is_truthy(said:find "shrinks +width 10")
    assert.is_truthy(said:find "\nyes ")
    has(said, "x_approach_y.csv")
    assert.is_truthy(read_file(("%s/runs%d/x.svg"):format(folder, count)))
    assert.is_truthy(read_file(("%s/runs%d/x.html"):format(folder, count))
      :find "measured/predicted")
  end)

  it("may be one of small values, of some results, with draws in common", function()
    local t = quiet { grid = { rate = { 0.4, 0.2, 0.1, 0.05 }, seed = ortho.range(4) },
      paired = { "rate" }, trial = function(p, rng)
        local noise = rng:normal(1, 1):get(1, 1)
        return { y = 1 + p.rate * (2 + 0.1 * noise), z = noise }
      end,
      predict = function() return { y = 1, z = 0, asymptotic = { y = "1/rate" } } end,
      show = { { approach = "y" }, { check = "z", where = { rate = "largest" } } } }
    assert.are.equal(1, #t.checks)
    assert.are.same({ 0.4, 0.2, 0.1, 0.05 }, t.tables[1]:column "rate")
    local row = t.tables[1]:row(1)
    assert.near(-1, row.exponent, 0.01)
    assert.is_true(row.exponent_high - row.exponent_low < 0.01) -- all seeds say so
    assert.are.equal("yes", row.shrinks)
  end)

  it("lives with one seed, one value, nothing predicted", function()
    local t = quiet { grid = { width = { 10, 20 }, seed = { 1 } }, trial = wide,
      predict = told "width" }
    assert.are.equal("not decided", t.tables[2]:row(1).shrinks)
    local said = results [[grid = { width = { 8 }, seed = ortho.range(3) },
      trial = function() return { y = 1, s = "text" } end, predict = function()
        return { y = 1 } end, show = { { approach = "y" }, { approach = "y",
        over = "width" }, { approach = "s", over = "width" },
        { approach = "y", over = "width", where = { width = 7 } } } ]]
    has(said, "approach of y: over what? predict does not call it asymptotic")
    has(said, "approach of s: it holds texts")
    has(said, "approach of y: no rows where width 7")
  end)

  it("is refused before any trial where its parameter is none", function()
    local trials = 0
    local function counted(p, rng)
      trials = trials + 1
      return wide(p, rng)
    end
    for message, asymptotic in pairs {
      ["asymptotic: unknown parameter 'widht' (did you mean 'width'?"] = "widht",
      ["asymptotic: unknown prediction 'levle' (did you mean 'level'?"] =
        { levle = "width" },
      ["asymptotic.y must be a parameter's name, as \"width\" or \"1/rate\", not " ..
        "the number 3"] = { y = 3 },
      ["asymptotic: 'kind' is the string 'a' here; a limit is one of a number"] =
        { y = "1/kind" },
      ["asymptotic must be a parameter's name"] = 3,
    } do
      raises(message, quiet, { grid = grid, trial = counted, predict = told(asymptotic) })
    end
    raises("no theory", quiet, { grid = grid, trial = counted, predict = function()
      error "no theory" end })
    assert.are.equal(0, trials)
    raises("y is asymptotic in '1/width' and in 'width'", quiet, { grid = grid,
      trial = wide, predict = function(p)
        return { y = 3, asymptotic = p.width > 10 and "width" or "1/width" }
      end })
    raises("power must be a number above 0, not the number 0", quiet, { grid = grid,
      trial = wide, show = { { approach = "y", power = 0 } } })
    raises("unknown column 'widht' (did you mean 'width'?", quiet, { grid = grid,
      trial = wide, show = { { approach = "y", over = "1/widht" } } })
  end)
end)

describe("what no entry holds against its theory", function()
  local grid = { x = { 1, 2 }, seed = ortho.range(4) }
  local function predict(p) return { y = p.x, z = 0, sd = { z = 1 } } end
  local function trial(p, rng)
    local values = rng:normal(3, 1)
    return { y = p.x + values:get(1, 1), z = values:get(2, 1), w = values:get(3, 1) }
  end

  it("is in the verdict by itself, where no entry asks for one", function()
    local t = quiet { grid = grid, trial = trial, predict = predict,
      show = { { table = "y" } } }
    assert.are.same({ "x 1: y", "x 2: y", "x 1: z", "x 2: z" },
      t.checks:column "what")
    assert.are.same({ 3, 3 }, { t.checks:row(1).df, t.checks:row(2).df })
    assert.is_nil(t.checks:row(3).df)
    assert.are.equal(4, t.overall.scores)
    t = quiet { grid = grid, trial = trial, predict = predict,
      show = { { check = "y" } } }
    assert.are.equal(2, #t.checks)
    t = quiet { grid = grid, trial = trial, show = {} }
    assert.are.equal(0, #t.checks)
    assert.is_nil(t.overall)
  end)

  it("shows the worst of many rows", function()
    local said = results [[grid = { x = ortho.range(30), seed = ortho.range(2) },
      trial = function(p, rng) return { y = rng:normal(1, 1):get(1, 1) } end,
      predict = function() return { y = 0, sd = { y = 1 } } end ]]
    has(said, "the 20 worst of 30 rows; of the other 10, all agree")
    local _, rows = said:gsub("\nx %d+: y", "")
    assert.are.equal(20, rows)
    local csv_text = read_file(("%s/runs%d/x_checks.csv"):format(folder, count))
    local _, lines = csv_text:gsub("\n", "")
    assert.are.equal(32, lines) -- a header, and all together
    has(csv_text, "overall: chi-square of all scores,30,")
  end)
end)

describe("a comparison", function()
  local body = [[zip = { arm = { "a", "b" }, lr = { 0.1, 0.001 } },
    grid = { seed = ortho.range(6) }, paired = { "arm", "lr" },
    trial = function(p, rng)
      local z = rng:normal(1, 1):get(1, 1)
      local y = p.arm == "b" and z + 1 + p.seed / 100 or z
      return { y = y, list = { y, 2 * y } }
    end, ]]

  it("holds arm against arm over pairs that draw the same", function()
    local said = results(body .. [[show = { { compare = "y", between = "arm",
      test = "both" } }]])
    has(said, "y: difference from a over pairs of the same seed; low, high: " ..
      "95 % interval")
    assert.is_truthy(said:find("\nb +6 +1%.0350 +0%.0076 "), said)
    has(said, "0.03125") -- the least that 6 pairs allow
    local t = assert(read_file(("%s/runs%d/x_compare_y.csv"):format(folder,
      count)))
    has(t, "arm,against,n,difference,error,low,high,t,p,p_holm,w,p_wilcoxon," ..
      "p_wilcoxon_holm,effect,unpaired\nb,a,6,1.035")
    has(assert(read_file(("%s/runs%d/x.html"):format(folder, count))),
      "difference from a over pairs of the same seed")
  end)

  it("is made at each place of an array", function()
    local said = results(body .. [[show = { { compare = "list",
      between = "arm" } }]])
    assert.is_truthy(said:find("\n +1  b +6 +1%.0350"), said)
    assert.is_truthy(said:find("\n +2  b +6 +2%.0[67]"), said)
    has(said, "holm: corrected for 2")
  end)

  it("says where there is one arm, or one pair", function()
    local said = results(body .. [[show = { { compare = "y",
      between = "arm" } }]], "--arm a --lr 0.1")
    has(said, "compare of y: nothing to compare with arm a")
    said = results(body .. [[show = { { compare = "y", between = "arm" } }]],
      "--seed 3")
    has(said, "fewer than 2 pairs")
  end)

  it("plots both arms, whose learning rates go along with them", function()
    results(body .. [[show = { { plot = "list", over = "layer" } }]])
    local svg = assert(read_file(("%s/runs%d/x.svg"):format(folder, count)))
    has(svg, ">a<")
    has(svg, ">b<")
    has_not(svg, "lr 0.1")
  end)

  it("refuses what it does not know, before the trials", function()
    local function refused(entry, message)
      local _, code, err = run('return ortho.experiment { name = "x", ' .. body ..
        "show = { " .. entry .. " } }")
      assert.are.equal(1, code)
      has(err, message)
    end
    refused('{ compare = "y" }', "show[1]: compare needs between, the column " ..
      "of the arms")
    refused('{ compare = "y", between = "arm", test = "z" }',
      "show[1]: unknown test 'z'")
    refused('{ compare = "y", between = "amr" }', "show[1]: between: unknown " ..
      "column 'amr' (did you mean 'arm'?")
    refused('{ compare = "y", betwen = "arm" }', "did you mean 'between'?")
  end)
end)

describe("--until decided", function()
  local body = [[name = "x", params = { gain = 1.0 }, paired = { "arm" },
    grid = { arm = { "a", "b" }, seed = ortho.range(5) },
    trial = function(p, rng)
      local z = rng:normal(2, 1)
      return { y = z:get(1, 1) + (p.arm == "b" and z:get(2, 1) + p.gain or 0) }
    end, ]]
  local show = [[show = { { compare = "y", between = "arm" } } }]]

  local function go(text, options)
    local said, code, err = run("return ortho.experiment { " .. body .. text,
      options)
    assert.are.equal(0, code, err)
    return said, tonumber(said:match "decided after (%d+) seed"), err
  end

  it("adds seeds until the difference is", function()
    local said, seeds = go(show, "--until decided --gain 2")
    has(said, "\ndecided after")
    assert.is_true(seeds >= 5 and seeds <= 30 and seeds % 5 == 0, said)
    assert.is_truthy(said:find("\nb +" .. seeds .. " "), said)
    has(said, "evidence\nof 20 decides")
  end)

  it("ends at a limit where nothing differs", function()
    local said, seeds = go([[decide = { max_seeds = 12, block = 4,
      error = 0.001 }, ]] .. show, "--gain 0")
    has(said, "\nnot decided after 12 seeds: the error is at most 0.001")
    assert.are.equal(12, seeds)
    said = go([[decide = {}, ]] .. show, "--until done --gain 0")
    has_not(said, "decided")
    has(said, "5 seeds")
  end)

  it("goes on where it was, and says the same", function()
    local options = "--until decided --out '" .. folder .. "/again'"
    local first = go(show, options)
    local second, _, err = go(show, options)
    assert.are.equal(first, second)
    assert.are.equal(1, select(2, err:gsub("done already", "")), err)
    assert.are.equal(first, (go(show, options .. " --fresh")))
  end)

  it("shares the error between several rows", function()
    local said = go([[decide = { max_seeds = 5 },
      show = { { compare = "y", between = "arm" } } }]], "--arm a,b --until done")
    has_not(said, "evidence")
    said = select(1, run([[return ortho.experiment { name = "x",
      grid = { arm = { "a", "b", "c" }, seed = { 1, 2 } },
      decide = { max_seeds = 4, block = 1 }, trial = function(p, rng)
      return { y = rng:normal(1, 1):get(1, 1) } end, ]] .. show))
    has(said, "evidence of 40 decides")
  end)

  it("refuses what it cannot decide, before any trial", function()
    local function refused(text, options, message)
      local _, code, err = run("return ortho.experiment { " .. body .. text,
        options)
      assert.are.equal(1, code)
      has(err, message)
    end
    refused("}", "--until decided", "--until decided needs a comparison in show")
    refused(show, "--until decided --shard 1/2", "it does not go in shards")
    refused("decide = {} }", "", "decide: there is no comparison in show")
    refused("decide = { eror = 0.1 }, " .. show, "", "did you mean 'error'?")
    refused("decide = { error = 2 }, " .. show, "",
      "error must be a number above 0 and below 1, not the number 2")
    local _, code, err = run [[ortho.sweep { name = "s", grid = { seed = { 1 } },
      args = { "--until", "decided" }, trial = function() return { y = 1 } end
      }:run()]]
    assert.are.equal(2, code)
    has(err, "--until decided needs an experiment with a comparison in show")
  end)
end)

describe("a plot", function()
  local function svg(suffix)
    return read_file(("%s/runs%d/x%s.svg"):format(folder, count, suffix or ""))
  end

  it("finds colours, theory, axes and titles by itself", function()
    local said = results [[params = { width = 8 }, grid = { init = { "orthogonal",
      "he_normal" }, depth = { 1, 10, 100, 1000 }, k = { 1, 2 } },
      measures = { y = { label = "the result" } },
      trial = function(p) return { y = p.depth * p.k } end,
      predict = function(p) return { y = p.depth } end,
      show = { { plot = "y", over = "depth" } } ]]
    local picture = svg()
    for _, wanted in ipairs { "the result over depth, k 2", "orthogonal",
      "He, N(0, 2/n)", "theory", ">1000<" } do
      has(picture, wanted)
    end
    has(said, "plot    ")
  end)

  it("takes limits, reference lines and a size along", function()
    results [[grid = { x = { 1, 2, 3 } }, trial = function(p) return { y = p.x } end,
      show = { { plot = "y", over = "x", hline = { 2.5, "half way" }, vline = 2,
        xlim = { 0, 2.5 }, ylim = { 0, 11 }, size = { 700, 333 } } } ]]
    local picture = svg()
    for _, wanted in ipairs { 'width="700" height="333"', "half way", "outside",
      ">10<" } do
      has(picture, wanted)
    end
  end)

  it("begins another figure where it is told to", function()
    local said = results [[grid = { x = { 1, 2 } }, trial = function(p)
      return { y = p.x, b = p.x > 1, s = "a" } end, show = { { plot = "y", over = "x" },
      { plot = "y", over = "x" }, { plot = "b", over = "x", figure = "other" },
      { plot = "s", over = "x" } } ]]
    assert.is_truthy(svg())
    has(svg "_other", "share of b")
    has(said, "x_other.svg")
    has(said, "plot of s: it holds texts")
    assert.are.equal(1, select(2, svg():gsub("y over x", "")))
  end)

  it("has a curve for each of several results", function()
    results [[grid = { x = { 1, 2, 3 } }, trial = function(p) return { a = p.x,
      b = 2 * p.x } end, measures = { a = { label = "alpha" } },
      show = { { plot = { "a", "b" }, over = "x" } } ]]
    has(svg(), "alpha")
    has(svg(), ">b<")
  end)

  it("takes what ortho.plot takes", function()
    results [[grid = { x = { 1, 2, 3 }, k = { 1, 2 }, seed = ortho.range(5) },
      trial = function(p, rng) return { y = rng:normal(1, 1):get(1, 1),
      z = p.x * p.k } end, show = { { plot = "y", kind = "histogram",
      density = function() return 0.2 end, title = "spread" },
      { plot = "z", kind = "heat", over = "x", y = "k", title = "map" },
      { plot = "y", over = "x", kind = "points", facet = "k", band = false } } ]]
    for _, wanted in ipairs { "spread", "map", "k: 1", "k: 2" } do
      has(svg(), wanted)
    end
  end)
end)

describe("a scatter plot over a column that has NaN", function()
  it("leaves those points out", function()
    local out, code, err = run([[
      return ortho.experiment { grid = { x = { 1, 2, 3 } },
        trial = function(p) return { y = p.x, z = p.x < 3 and 2 * p.x or 0 / 0 } end,
        show = { { plot = "y", over = "z", kind = "scatter" } } }]], "--quiet")
    assert.are.equal("", err)
    assert.are.equal(0, code, out)
  end)
end)

describe("the ending", function()
  it("puts everything into the report and into files", function()
    local said = results [[asks = "What is <it>?", grid = { x = { 1, 2, 3 } },
      cases = { { "plain" }, { "fast", k = 3, label = "k is 3" } }, params = { k = 1 },
      trial = function(p) return { y = p.x * p.k } end,
      predict = function(p) return { y = p.x * p.k } end,
      derive = { top = { best = "y", over = "x", largest = true } },
      show = { { table = "y" }, { check = "y", at_most = 6 },
        function(t, e) return ("There are %d rows, %d tables."):format(#t, #e.tables) end,
        function(t) return t:select { "y" } end } ]]
    local page = read_file(("%s/runs%d/x.html"):format(folder, count))
    has(page, "What is &lt;it&gt;?")
    for _, text in ipairs { said, page } do
      has(text, "There are 6 rows, 1 tables.")
      has(text, "k is 3")
    end
    has(page, "5 of 6 predictions agree")
    for _, name in ipairs { "x.csv", "x_top.csv", "x_checks.csv", "x.html" } do
      has(said, name)
      assert.is_truthy(read_file(("%s/runs%d/%s"):format(folder, count, name)))
    end
  end)

  it("goes on with the trials that did not fail; status 3", function()
    local said, code, err = run [[return ortho.experiment { grid = { x = { 1, 2 } },
      trial = function(p) if p.x == 1 then error "no luck" end return { y = p.x } end }]]
    assert.are.equal(3, code)
    has(err, "no luck")
    has(said, "y\n2\n")
  end)

  it("is a shard's where there is one", function()
    local said, code, err = run([[return ortho.experiment { grid = { x = { 1, 2 } },
      trial = function(p) return { y = p.x } end }]], "--shard 1/2")
    assert.are.equal(0, code)
    assert.are.equal("", said)
    has(err, "shard 1 of 2 is done")
  end)

  it("has the same bits at any number of workers, and when it resumes",
    function()
      local text = [[grid = { x = { 1, 2, 3 }, seed = ortho.range(4) },
        trial = function(p, rng) return { y = rng:normal(1, 1):get(1, 1),
        a = { p.x, rng:split "b":normal(1, 1):get(1, 1) } } end ]]
      local function csv_of(options)
        results(text, options)
        return read_file(("%s/runs%d/x.csv"):format(folder, count))
      end
      local one = csv_of "--jobs 0"
      assert.are.equal(one, csv_of "--jobs 1")
      assert.are.equal(one, csv_of "--jobs 2 --shuffle")
      local script = folder .. "/resumed.lua"
      write("resumed.lua", 'local ortho = require "orthorun"\nreturn ' ..
        'ortho.experiment { name = "x", ' .. text .. "}")
      for _, options in ipairs { "--x 2", "--seed 3", "" } do
        os.execute(("'%s' '%s' --quiet --out '%s/resumed' %s >'%s/out'"):format(
          program, script, folder, options, folder))
      end
      assert.are.equal(one, read_file(folder .. "/resumed/x.csv"))
    end)

  it("tells Ctrl-C in the middle, and goes on from there", function()
    local text = [[return ortho.experiment { name = "x", grid = { seed = ortho.range(6) },
      trial = function(p) if p.seed > 2 and not os.getenv "GO_ON" then
      os.execute "sleep 5" end return { y = p.seed } end }]]
    local said, code, err = run(text, "--jobs 1", "timeout --preserve-status -s INT 2")
    assert.are.equal(130, code)
    assert.are.equal("", said)
    has(err, "stopped; 2 of 6 trials are done and safe")
    os.execute(("GO_ON=1 '%s' '%s/s%d.lua' --out '%s/runs%d' >'%s/out' 2>&1")
      :format(program, folder, count, folder, count, folder))
    has(read_file(folder .. "/out"), "2 of 6 trials are done already")
  end)

  it("answers to its defaults when there is no gnuplot", function()
    local said, code, err = run([[return ortho.experiment { grid = { x = { 1, 2 } },
      trial = function(p) return { y = p.x } end }]], "", "PATH=/nonexistent")
    assert.are.equal(0, code)
    has(err, "no plot drawn: cannot run gnuplot")
    has(said, "report  ")
  end)
end)

describe("experiment.load", function()
  local function file()
    return write("loaded.lua", [[
      local ortho = require "orthorun"
      return ortho.experiment { name = "loaded", params = { k = 2 },
        grid = { x = { 1, 2, 3 } }, trial = function(p) return { y = p.k * p.x } end }]])
  end

  it("gives results, with other values for parameters", function()
    local path = file()
    local said, code, err = run(([[
      local t = ortho.experiment.load("%s", { k = 5, x = { 7, 8 } })
      print(table.concat(t:column "y", " "))
      print(#ortho.experiment.load("%s"))]]):format(path, path), "--quiet",
      ("cd '%s';"):format(folder))
    assert.are.equal("", err:gsub("loaded: [^\n]*\n", ""))
    assert.are.equal(0, code)
    assert.are.equal("35 40\n3\n", said)
  end)

  it("refuses what the command line would, at the caller's line", function()
    local path = file()
    for message, overrides in pairs {
      ["unknown parameter 'kk'"] = { kk = 1 },
      ["load: --k: expected a whole number, got 'a'"] = { k = "a" },
      ["load: --x: expected an array of values, got"] = { x = {} },
    } do
      raises(message, ortho.experiment.load, path, overrides)
    end
    raises("No such file", ortho.experiment.load, folder .. "/none.lua")
    raises("does not end with `return ortho.experiment {...}`",
      ortho.experiment.load, write("plain.lua", "return 3"))
    raises("a file name is needed", ortho.experiment.load, 3)
  end)
end)

describe("a required experiment", function()
  it("prints and draws nothing, and reads no command line", function()
    write("inner.lua", [[
      local ortho = require "orthorun"
      return ortho.experiment { name = "inner", grid = { x = { 1, 2 } },
        trial = function(p) return { y = p.x } end }]])
    local said, code, err = run(([[
      local t = dofile "%s/inner.lua"
      print(#t, t:column("y")[2])
      local s = ortho.sweep { name = "outer", params = { z = 1 },
        trial = function() return { a = 1 } end }
      s:run()]]):format(folder), "--z 5 --quiet", ("cd '%s';"):format(folder))
    assert.are.equal("", err)
    assert.are.equal(0, code)
    assert.are.equal("2\t2\n", said)
  end)
end)

describe("wrong definitions", function()
  local function refused(message, definition)
    definition.trial = definition.trial or function()
      error "no trial should run"
    end
    raises(message, quiet, definition)
  end

  it("are refused before any trial", function()
    refused("unknown option 'shwo' (did you mean 'show'?", { shwo = {} })
    refused("case 'a': unknown parameter 'ratte' (did you mean 'rate'?",
      { params = { rate = 1 }, cases = { { "a", ratte = 2 } } })
    refused("show[1]: it needs one of plot, table, slope, check, approach, compare, ",
      { show = { { plto = "y" } } })
    refused("(did you mean 'plot'?)", { show = { { plto = "y" } } })
    refused("show[1]: unknown option 'wehre'",
      { show = { { plot = "y", wehre = {} } } })
    refused("derive.a: it needs one of best, least, greatest, first or variance",
      { derive = { a = {} } })
  end)

  it("are refused where an entry's field is of no use", function()
    for message, entry in pairs {
      ["plot must name columns, not"] = { plot = { 3 } },
      ["slope takes one column"] = { slope = { "y", "z" } },
      ["at_most must be a number or a function(key), not the string 'few'"] =
        { check = "y", at_most = "few" },
      ["expected must be a number, a table by level, or a function(key), not"] =
        { slope = "y", expected = "none" },
      ["sigmas must be a number above 0, not the number 0"] =
        { check = "y", at_most = 1, sigmas = 0 },
      ['log must be "x", "y", "xy" or "", not the string \'z\''] =
        { plot = "y", log = "z" },
      ["figure must be a name of letters, digits, _, . and -, not the string 'a/b'"] =
        { plot = "y", figure = "a/b" },
    } do
      refused("show[1]: " .. message, { show = { entry } })
    end
  end)

  it("are told at the script's line, also where it ended there",
    function()
      local wrong = "ortho.experiment { shwo = {}, trial = function() end }"
      local _, code, err = run("local t = " .. wrong)
      assert.are.equal(1, code)
      has(err, ("s%d.lua:2: experiment: unknown option 'shwo'"):format(count))
      _, code, err = run("return " .. wrong)
      assert.are.equal(1, code)
      has(err, ("s%d.lua:2: experiment: unknown option 'shwo'"):format(count))
      has_not(err, "stack traceback")
    end)

  it("are refused before any trial where two columns would share a name",
    function()
      local function one() return 1 end
      refused("derive.a: 'a' is a parameter already", { params = { a = 1 },
        derive = { a = one } })
      refused("derive.b: 'b' is a parameter already", { zip = { { b = { 1 } } },
        derive = { b = one } })
      refused("derive.layer: 'layer' is the column that counts",
        { grid = { a = { 1 } }, derive = { layer = one } })
      refused("derive.case: 'case' is the column of the cases",
        { params = { a = 1 }, cases = { { "x", a = 2 } },
          derive = { case = one } })
      refused("sweep: 'jobs' is a run option", { grid = { jobs = { 1 } } })
    end)

  it("are refused at the first trial where a result has a column's name",
    function()
      local trials = 0
      local function trial()
        trials = trials + 1
        return { y = 1 }
      end
      local function early(message, definition, none)
        definition.trial, trials = trial, 0
        definition.grid = { a = { 1, 2, 3 } }
        refused(message, definition)
        assert.equal(none and 0 or 1, trials)
      end
      early("derive.y would be the column 'y', which is there already",
        { derive = { y = function() return 1 end } })
      early("derive.y_theory would be the column 'y_theory'",
        { predict = function() return { y = 1 } end,
          derive = { y_theory = function() return 1 end } })
      early("predict: unknown parameter 'b' (known: a",
        { predict = function(p) return { y = p.b } end }, true)
    end)

  it("are refused in words, whatever stands in a field", function()
    local odd = { 3, 0 / 0, "", "text", true, false, {}, { 1 }, { {} },
      { a = 1 }, { { 1 }, { 2 } }, { "a", 2 }, { x = {} }, { x = { 1, 2 } },
      { x = { "a" } }, function() return 1 end, coroutine.create(print),
      ortho.matrix { 1 }, ortho.arms, { { "c" } }, { { "c", x = { 9, 8 } } },
      { z = { best = "y", over = "x" } }, { y = { label = 3 } },
      { { table = { "y", "y" } } }, { { table = "y", by = { "x", "x" } } },
      { { table = "y", of = "z" } }, { { table = "y", where = { x = {} } } },
      { { table = "y", also = "oops" } }, { { table = "y", units = 3 } },
      { { slope = "y", over = "y" } }, { { slope = "y", over = "layer" } },
      { { slope = "y", over = "x", model = "oops" } },
      { { check = "y", at_most = function() return "a" end } },
      { { plot = "y", over = "x", labels = 3 } },
      { { plot = "y", over = "x", kind = "oops" } },
      { { plot = { "y", "x" }, over = "x", color = "x" } } }
    for _, field in ipairs { "name", "asks", "title", "params", "grid", "zip",
      "cases", "help", "options", "index", "measures", "predict", "derive",
      "show", "cost" } do
      for i, value in ipairs(odd) do
        local definition = { grid = { x = { 1, 2, 3 } }, params = { k = 1 },
          trial = function() return { y = 4 } end, show = { { table = "y" } } }
        definition[field] = value
        local ok, message = pcall(quiet, definition)
        message = ok and "" or tostring(message)
        for _, sign in ipairs { "attempt to", "bad argument", "table index",
          "/lua/orthorun/" } do
          assert.is_nil(message:find(sign, 1, true),
            ("%s, value %d: %s"):format(field, i, message))
        end
      end
    end
  end)

  it("are refused at the first trial, where they name what is not there",
    function()
      local ran = 0
      local function trial() ran = ran + 1; return { grad = 1 } end
      local grid = { seed = ortho.range(10) }
      refused("it gives 'gradd', which the trial does not return (did you " ..
        "mean 'grad'?)", { grid = grid, trial = trial,
        predict = function() return { gradd = 1 } end })
      refused("show[1]: plot: unknown column 'graad' (did you mean 'grad'?",
        { grid = grid, trial = trial, show = { { plot = "graad" } } })
      assert.are.equal(2, ran)
    end)
end)

describe("results that are a tracker's probes", function()
  it("have labels, unless measures says otherwise", function()
    local body = [[grid = { seed = ortho.range(2) }, show = { { table =
      "relative_drift" } }, trial = function() return { relative_drift = 1 } end]]
    has((results(body)), "‖E‖_F/(g²√n)")
    has((results(body .. [[, measures = { relative_drift = { label = "D" } } ]])),
      "relative_drift is D")
  end)
end)

describe("a slope's theory", function()
  it("is 0 where the predictions are level, whatever rounding makes of them",
    function()
      local text = results [[grid = { x = { 1, 2, 3, 7 }, seed = ortho.range(3) },
        trial = function(p) return { y = 0.3 + 0.01 * p.seed } end,
        predict = function(p, found) return { y = found.y } end,
        show = { { slope = "y", over = "x", model = "power" } }]]
      assert.is_truthy(text:match "z\n *%S+ +%S+ +0 ", text)
    end)
end)
