-- dynamics_spec.lua: experiments on where training goes and stays, as a user runs them,
-- small: catapult, edge_of_stability, rotational_equilibrium.
local csv = require "orthorun.base.csv"
local program = os.getenv "ORTHORUN" or "./orthorun"
local folder = dofile("tests/support.lua").folder()

teardown(folder.remove)

-- The rows of a CSV, as records.
local function records(text)
  local rows, header = {}, nil
  for fields in csv.records(text) do
    local row = {}
    for i, field in ipairs(header and fields or {}) do
      row[header[i]] = csv.tonumber(field) or field
    end
    if header then rows[#rows + 1] = row end
    header = header or fields
  end
  return rows
end

-- Runs it, which must succeed: its results, its verdict's last column.
local function run(name, options)
  local command = ("'%s' experiments/%s.lua --fresh --quiet --out '%s' %s >'%s' 2>&1")
    :format(program, name, folder.name, options, folder.path "said")
  assert.is_true(os.execute(command), folder.read "said")
  local agrees = {}
  for i, row in ipairs(records(folder.read(name .. "_checks.csv"))) do
    agrees[i] = row.agrees
  end
  return records(folder.read(name .. ".csv")), table.concat(agrees, " ")
end

-- Those rows whose fields are these.
local function where(rows, wanted)
  local found = {}
  for _, row in ipairs(rows) do
    local good = true
    for name, value in pairs(wanted) do good = good and row[name] == value end
    if good then found[#found + 1] = row end
  end
  return found
end

describe("catapult", function()
  it("ends where the recursion says, and beyond 4/λ nowhere", function()
    local rows, agrees = run("catapult",
      "--width 32 --seed 4 --rate 1.9,2.5,3.6,4.1")
    assert.equal("yes yes yes yes", agrees)
    local linear = where(rows, { activation = "linear" })
    for i, survives in ipairs { "true", "true", "true", "false" } do
      assert.equal(survives, linear[i].survives)
    end
    assert.equal(0, linear[1].log10_peak)
    assert.is_true(linear[2].log10_peak > 1 and linear[3].log10_peak > 1)
    assert.is_true(linear[1].final > 1.8 and linear[2].final < 1.5)
    assert.is_true(linear[4].final ~= linear[4].final)
    assert.equal("true", where(rows, { activation = "relu", rate = 4.1 })[1].survives)
  end)
end)

describe("edge_of_stability", function()
  it("ends at 2/λ from half of it, and below where the rate is small", function()
    local rows, agrees = run("edge_of_stability",
      "--samples 100 --steps 1000 --every 50 --seed 1 --lr 0.02,0.3")
    assert.equal("yes", agrees)
    local small, large = where(rows, { lr = 0.02 }), where(rows, { lr = 0.3 })
    assert.is_true(small[1].last < 0.3)
    assert.is_true(large[1].start < 0.9)
    assert.is_near(1, large[1].last, 0.02)
    assert.same({ 20, 0, 50, 950 }, { #large, large[1].step, large[2].step,
      large[20].step })
    assert.is_true(large[20].loss < 1e-3 * large[1].loss)
  end)
end)

describe("rotational_equilibrium", function()
  local function farthest(options)
    local rows, agrees = run("rotational_equilibrium",
      "--width 16 --decay 0.01 --seed 1 " .. options)
    local by = {}
    for _, row in ipairs(rows) do
      by[row.optimizer] = math.max(by[row.optimizer] or 0, math.abs(row.ratio - 1))
    end
    return by, agrees
  end

  it("turns weights as theory says, once they are balanced", function()
    local by = farthest "--steps 1000"
    assert.is_true(by.sgd < 0.02, by.sgd)
    assert.is_true(by.momentum < 0.06, by.momentum)
    assert.is_true(by.adamw < 0.1, by.adamw)
  end)

  it("turns them otherwise before, and says so", function()
    local by, agrees = farthest "--steps 10 --warm_up 0"
    for name, off in pairs(by) do assert.is_true(off > 0.2, name) end
    assert.equal("no no no", agrees)
  end)
end)
