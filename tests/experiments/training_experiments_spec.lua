-- training_experiments_spec.lua: the experiments that train, as a user runs
-- them, small: measured against predicted, their files, their options.
local csv = require "orthorun.base.csv"
local core = require "orthorun.core"
local program = os.getenv "ORTHORUN" or "./orthorun"
local folder

local read_file = dofile("tests/support.lua").read

-- Runs the experiment; returns stdout, the exit code, stderr.
local function run(name, options)
  local out, err = folder .. "/stdout", folder .. "/stderr"
  local _, how, code = os.execute(("'%s' experiments/%s.lua --fresh --out " ..
    "'%s/%s' %s >'%s' 2>'%s'"):format(program, name, folder, name,
    options, out, err))
  assert.are.equal("exit", how)
  return read_file(out), code, read_file(err)
end

-- Runs it, which must succeed: stdout, and the CSV's rows as records.
local function results(name, options)
  local text, code, err = run(name, options)
  assert.are.equal("", err)
  assert.are.equal(0, code)
  local rows, names = {}, nil
  for fields in csv.records(assert(read_file(
    ("%s/%s/%s.csv"):format(folder, name, name)))) do
    local row = {}
    for i, field in ipairs(fields) do
      if names then row[names[i]] = csv.tonumber(field) or field end
    end
    if names then rows[#rows + 1] = row end
    names = names or fields
  end
  for _, ending in ipairs { "svg", "png" } do
    local file = ("%s/%s/%s.%s"):format(folder, name, name, ending)
    assert.is_truthy(text:find("plot  " .. file, 1, true), text)
    assert.is_truthy(read_file(file))
  end
  return text, rows
end

local function between(low, high, got)
  assert.is_true(got >= low and got <= high,
    ("wanted %g to %g, got %s"):format(low, high, tostring(got)))
end

setup(function()
  folder = os.tmpname()
  os.remove(folder)
  core.file.mkdir(folder)
end)

teardown(function() os.execute("rm -rf '" .. folder .. "'") end)

describe("drift", function()
  local text, rows
  setup(function()
    text, rows = results("drift", "--data digits --hidden 32 --epochs 10 " ..
      "--lr 0.1 --batch 64")
  end)

  it("learns the digits", function()
    assert.are.equal(0, rows[1].step)
    between(0, 0.3, rows[1].accuracy)
    between(0.85, 0.99, rows[#rows].accuracy)
    assert.are.equal(10 * 23, rows[#rows].step)
    assert.is_true(rows[#rows].loss < rows[1].loss / 3)
  end)

  it("has every bound above the next, the drift below all", function()
    for i = 2, #rows do
      local row = rows[i]
      local order = { row.maxima, row.sums, row.spectral, row.mixed, row.tight,
        row.drift }
      for k = 2, #order do
        assert.is_true(order[k] <= order[k - 1], i .. ", bound " .. k)
      end
      between(row.drift, row.sums, row.gram_path)
      between(row.moved, row.sums, row.path)
    end
  end)

  it("keeps the clipped gradient norm at the clip", function()
    for _, row in ipairs(rows) do between(0, 1, row.grad) end
    assert.is_truthy(text:find("1508.95", 1, true))
  end)
end)

describe("learning_time", function()
  it("equals the mode equation where aligned; Gaussian nets slow down",
    function()
    local _, rows = results("learning_time", "--depth 2,12 --seed 1,2 " ..
      "--width 16 --outputs 4 --most 400")
    local found = {}
    for _, row in ipairs(rows) do
      local key = row.init .. row.depth
      found[key] = math.max(found[key] or 0, row.steps)
      if row.init == "aligned" then
        assert.are.equal(row.theory, row.steps)
        assert.are.equal(row.theory_rate, row.rate)
      end
    end
    between(1, 6, found.orthogonal12 / found.orthogonal2)
    assert.is_true(found.scaled_gaussian12 > 3 * found.orthogonal12)
  end)
end)

describe("width_needed", function()
  it("is the least for orthogonal weights, more for Gaussian ones", function()
    local text, rows = results("width_needed",
      "--depth 4,32 --width 16,24,64 --seed 1,2")
    for _, row in ipairs(rows) do
      if row.init == "orthogonal" then assert.are.equal(1, row.learnt) end
      if row.init == "gaussian" and row.depth == 32 then
        assert.are.equal(row.width == 64 and 1 or 0, row.learnt)
      end
    end
    assert.is_truthy(text:find("gaussian +32 +64 "), text)
    assert.is_truthy(text:find("orthogonal +32 +16 "), text)
  end)
end)

describe("lr_sweep", function()
  it("finds stable rates about 2/lambda, which fall as 1/depth", function()
    local _, rows = results("lr_sweep", "--depth 4,16 --width 32 --seed 1 " ..
      "--init orthogonal --lr 4e-3..0.256:7log --samples 64")
    local stable, limit = {}, {}
    for _, row in ipairs(rows) do
      limit[row.depth] = row.limit
      if row.stable == true or row.stable == "true" then
        stable[row.depth] = math.max(stable[row.depth] or 0, row.lr)
      end
    end
    for _, depth in ipairs { 4, 16 } do
      between(0.9, 4, stable[depth] / limit[depth])
    end
    between(3, 6, limit[4] / limit[16])
  end)

  it("is stable nowhere far above 2/lambda", function()
    local _, rows = results("lr_sweep", "--depth 8 --width 32 --seed 1 " ..
      "--init orthogonal --lr 1,4 --samples 64")
    for _, row in ipairs(rows) do
      assert.is_true(row.stable == false or row.stable == "false")
    end
  end)
end)

describe("why_orthogonal", function()
  local text, rows
  local found = {}
  setup(function()
    text, rows = results("why_orthogonal", "--level 1,2 --seed 1,2 --study " ..
      "samples,scale,lazy,faster,narrow,decay,adam_1")
    for _, row in ipairs(rows) do
      local list = found[row.study] or {}
      found[row.study] = list
      if row.drift then list[#list + 1] = row end
    end
  end)

  it("meets the drift of linear nets that s^(1/L) predicts", function()
    -- sqrt(mean (s^(2/L) - 1)^2) for 16 values s from 0.5 to 2, by NumPy
    for depth, wanted in pairs { [2] = 0.52440, [4] = 0.23535,
      [8] = 0.11287, [16] = 0.05547, [32] = 0.02752, [64] = 0.01371 } do
      local measured, predicted = text:match(("\n *%d +2 +(%%S+) +(%%S+)")
        :format(depth))
      between(wanted * 0.999, wanted * 1.001, tonumber(measured))
      between(wanted * 0.999, wanted * 1.001, tonumber(predicted))
    end
  end)

  it("loses balance in proportion to the rate, and hardly feels it else",
    function()
      local before
      for _, rate in ipairs { 0.04, 0.08, 0.16, 0.32 } do
        local drift, balance = text:match(("\n *%g +2 +(%%S+) +(%%S+)")
          :format(rate))
        between(0.1127, 0.1138, tonumber(drift))
        if before then between(1.9, 2.2, tonumber(balance) / before) end
        before = tonumber(balance)
      end
    end)

  it("finds a lazy net's drift at theory's, in a random direction", function()
    assert.are.equal(2, #found.lazy)
    for _, row in ipairs(found.lazy) do
      between(0.8, 1.1, row.drift / row.predicted)
      between(0.95, 1.05, row.ratio)
      between(0.4, 0.6, row.symmetric)
    end
    for _, row in ipairs(found.scale) do
      between(0.8, 1.1, row.drift / row.predicted)
    end
    for _, row in ipairs(found.samples) do
      between(1.5 * row.value, 2.5 * row.value, row.moved)
    end
  end)

  it("finds what Adam's first step and weight decay do", function()
    for _, row in ipairs(found.adam_1) do
      between(0.9, 1.1, row.drift / row.predicted)
    end
    for _, row in ipairs(found.decay) do
      between(0.9, 1.1, row.drift / row.predicted)
    end
  end)

  it("tells what breaks it in words made from the numbers", function()
    local _, count = text:gsub("above%s+0%.4,%s+with:", "")
    assert.are.equal(1, count)
    local broken, whole = text:match "with:(.-)All%s+stay%s+nearer%s+with:(.*)"
    assert.is_truthy(broken:gsub("%s+", " "):find("rate 8/lambda", 1, true))
    assert.is_truthy(broken:gsub("%s+", " "):find("width 16", 1, true))
    assert.is_truthy(whole:gsub("%s+", " "):find("width 128", 1, true))
  end)
end)

describe("odd choices", function()
  it("are answered: one study, one level, none, a diverging run", function()
    for _, options in ipairs { "--study adam_20 --seed 1", "--study width " ..
      "--level 1 --seed 1", "--study fast --steps 1 --seed 1" } do
      results("why_orthogonal", options)
    end
    local _, code, err = run("why_orthogonal", "--study lazy --level 2")
    assert.are.equal(1, code)
    assert.is_truthy(err:find("level 1 only", 1, true), err)
    local text = results("drift", "--data digits --lr 1e300 --epochs 1")
    assert.is_truthy(text:find("diverged", 1, true), text)
  end)

  it("of data are refused: no file, no labels, too large a batch", function()
    local file = folder .. "/plain.csv"
    local out = assert(io.open(file, "w"))
    for i = 1, 20 do out:write(i, ",", -i, "\n") end
    out:close()
    for options, wanted in pairs {
      ["--data /no/such.csv"] = "No such file",
      ["--data '" .. file .. "'"] = "has no labels",
      ["--data digits --batch 5000"] = "only 1438 samples",
    } do
      local _, code, err = run("drift", options)
      assert.are.equal(1, code)
      assert.is_truthy(err:find(wanted, 1, true), err)
    end
  end)
end)

describe("every experiment that trains", function()
  it("lists its options, and refuses others", function()
    for _, name in ipairs { "drift", "learning_time", "width_needed",
      "lr_sweep", "why_orthogonal" } do
      local text, code = run(name, "--help")
      assert.are.equal(0, code)
      assert.is_truthy(text:find("--seed", 1, true))
      local _, status, err = run(name, "--dpeth 3")
      assert.are.equal(2, status)
      assert.is_truthy(err:find("unknown option --dpeth", 1, true))
    end
  end)
end)
