-- noise_spec.lua: how norms vary from net to net, small: fluctuations, four_point,
-- isometry_gap, shattered_gradients, residual_scaling, my_activation.
local ortho = require "orthorun"
local csv = require "orthorun.base.csv"
local support = dofile "tests/support.lua"
local folder = support.folder()
local near = support.near
local program = os.getenv "ORTHORUN" or "./orthorun"

teardown(folder.remove)

-- Runs an experiment; its output.
local function run(line)
  local _, how, code = os.execute(("'%s' experiments/%s --out '%s' --jobs 2 --quiet " ..
    ">'%s' 2>'%s'"):format(program, line, folder.name, folder.path "out",
    folder.path "err"))
  assert.equal("exit", how)
  assert.equal("", folder.read "err")
  assert.equal(0, code)
  return folder.read "out"
end

-- The rows of a CSV as records.
local function rows_of(name)
  local header, rows = nil, {}
  for fields in csv.records(assert(folder.read(name))) do
    local row = {}
    for i, field in ipairs(fields) do
      row[header and header[i] or i] = csv.tonumber(field) or field
    end
    if header then rows[#rows + 1] = row else header = fields end
  end
  return rows
end

local function all_agree(name, count)
  local found = 0
  for _, row in ipairs(rows_of(name .. "_checks.csv")) do
    if not row.what:find "^overall" then found = found + 1 end
    assert.equal("yes", row.agrees, row.what)
  end
  assert.equal(count, found)
end

describe("fluctuations", function()
  it("has Hanin and Nica's variance, whatever the widths", function()
    local out = run "fluctuations.lua --width 32 --sum 0.125,0.25 --seed 1-150"
    all_agree("fluctuations", 3 * 3 + 3)
    assert.is_truthy(out:find("sd, orthogonal over He: 0.", 1, true), out)
    for _, row in ipairs(rows_of "fluctuations_noise.csv") do
      if row.weights == "he_normal" and row.sum == 0.25 then
        near(1.4199822978076842, row.variance_theory, 1e-12) -- mpmath
      elseif row.weights == "orthogonal" and row.sum == 0.25 then
        near(0.9040, row.variance_theory, 1e-4) -- 3.62/32 times 8
      end
      near(row.variance_theory, row.variance, 6 * row.variance_error)
    end
  end)
end)

describe("four_point", function()
  it("is 2.02949 at width 64 and depth 10, and takes many nets", function()
    run "four_point.lua --depth 2,10 --nets 20 --seed 1-10"
    all_agree("four_point", 4)
    local rows = rows_of "four_point.csv"
    for _, row in ipairs(rows) do
      if row.depth == 10 and row.init == "he_normal" then
        near(2.02949, row.four_theory, 1e-5)
        near(1e4 * (55.76255753039895 / row.four_theory ^ 2 - 1), row.needed_theory, 1e-6)
        assert.is_true(row.needed < row.needed_theory) -- so few nets do not know
      end
    end
  end)
end)

describe("isometry_gap", function()
  it("has the closed form, and half the squared drift", function()
    run "isometry_gap.lua --width 16,64 --depth 8 --steps 40 --seed 1-4"
    all_agree("isometry_gap", 4)
    local found = {}
    for _, row in ipairs(rows_of "isometry_gap.csv") do
      if row.init == "he_normal" then found[row.width] = row.fresh_theory end
    end
    near(1.09153, found[16], 1e-5) -- THEORY's
    near(1.03438, found[64], 1e-5)
  end)
end)

describe("shattered_gradients", function()
  it("follow the product of arccosine kernels; looks-linear nets have none", function()
    run "shattered_gradients.lua --width 64 --depth 2,20 --seed 1-6"
    all_agree("shattered_gradients", 3 * 2 + 1)
    local deep = {}
    for _, row in ipairs(rows_of "shattered_gradients.csv") do
      if row.depth == 20 and row.lag == 2 then
        deep[row.net] = (deep[row.net] or 0) + row.correlation / 6
        near(({ plain = 0.15858706049126, looks_linear = 1 })[row.net] or
          row.correlation_theory, row.correlation_theory, 1e-12, row.net)
      end
    end
    assert.is_true(deep.plain < 0.4)
    assert.is_true(deep.scaled_residual > 0.8)
    near(1, deep.looks_linear, 1e-12)
  end)
end)

describe("residual_scaling", function()
  it("meets theory's growth, from the same weights for each scale", function()
    run "residual_scaling.lua --depth 1,16 --seed 1-6 --width 64"
    all_agree("residual_scaling", 12)
    local at_one = {}
    for _, row in ipairs(rows_of "residual_scaling.csv") do
      if row.norm == "none" then -- in wide nets, by hand: (1 + scale^2)^depth
        local scale = ({ ["1"] = 1, ["1/L"] = 1 / row.depth,
          ["1/sqrt(L)"] = row.depth ^ -0.5 })[tostring(row.scale)]
        near(math.log(1 + scale ^ 2, 10) * row.depth / 2, row.delta_theory,
          row.depth * scale ^ 2 / 64)
      end
      local key = row.seed .. row.norm
      if row.depth == 1 then
        assert.equal(at_one[key] or row.delta, row.delta) -- there the scales are one
        at_one[key] = row.delta
      end
    end
  end)
end)

describe("my_activation", function()
  it("measures what theory predicts of a function of one's own", function()
    local out = run "my_activation.lua --depth 5,10 --seed 1-4 --width 48 --batch 8"
    all_agree("my_activation", 2)
    assert.is_truthy(out:find("wavy has gain 0.8808", 1, true), out)
    local rows = rows_of "my_activation.csv"
    assert.equal(2 * 4 * (5 + 10), #rows)
    for _, row in ipairs(rows) do near(row.gradient_theory, row.gradient, 0.35) end
    assert.is_truthy(folder.read "my_activation.html":find("wavy", 1, true))
  end)
end)

describe("these experiments", function()
  it("are short", function()
    for _, name in ipairs { "fluctuations", "four_point", "isometry_gap",
      "shattered_gradients", "residual_scaling", "my_activation" } do
      local text = assert(support.read("experiments/" .. name .. ".lua"))
      assert.is_true(select(2, text:gsub("\n", "\n")) <= 60, name)
    end
    assert.is_function(ortho.theory.gradient_correlation)
  end)
end)
