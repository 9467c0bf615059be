-- theory/random_matrix: against published numbers and drawn matrices.
local ortho = require "orthorun"
local theory, metric = ortho.theory, ortho.metric

local support = dofile "tests/support.lua"
local raises, near = support.raises, support.near

-- Mean and standard error of f(rng) over draws.
local function mean_of(draws, f)
  local values, rng = {}, ortho.rng(11)
  for i = 1, draws do values[i] = f(rng:split(i)) end
  return ortho.stats.mean(values), ortho.stats.std(values) / math.sqrt(draws)
end

local function gaussian(rng, n) return rng:normal(n, n, { std = n ^ -0.5 }) end

describe("theory's extreme singular values", function()
  it("are those of drawn Gaussian matrices", function()
    for _, shape in ipairs { { 32, 32 }, { 60, 20 } } do
      local rows, cols = shape[1], shape[2]
      local mean, sd = theory.largest_singular_value { rows = rows, cols = cols,
        gain = 1.5 }
      local got, error_of = mean_of(400, function(rng)
        return metric.spectral_norm(rng:normal(rows, cols,
          { std = 1.5 * cols ^ -0.5 }))
      end)
      near(mean, got, 3.3 * error_of + 0.003)
      near(1, error_of * 20 / sd, 0.12)
    end
    local mean, sd = theory.smallest_singular_value { width = 24 }
    local got, error_of = mean_of(400, function(rng)
      return gaussian(rng, 24):singular_values():get(24, 1)
    end)
    near(mean, got, 3.3 * error_of)
    near(1, error_of * 20 / sd, 0.15)
  end)

  it("refuse sizes that are none", function()
    raises("rows is 1", theory.largest_singular_value, { rows = 1 })
    raises("width is 2.5", theory.smallest_singular_value, { width = 2.5 })
  end)
end)

describe("theory.isometry_gap", function()
  it("has the values of the closed form", function()
    near(1.09153, theory.isometry_gap { width = 16 }, 5e-6)
    near(1.03438, theory.isometry_gap { width = 64 }, 5e-6)
    near(1.01134, theory.isometry_gap { width = 256 }, 5e-6)
    near(0, theory.isometry_gap { width = 1 }, 1e-15)
  end)

  it("is the mean of metric.isometry_gap", function()
    local mean, error_of = mean_of(300, function(rng)
      return metric.isometry_gap(gaussian(rng, 16))
    end)
    near(theory.isometry_gap { width = 16 }, mean, 3.3 * error_of)
  end)
end)

describe("theory.fuss_catalan_edge", function()
  it("is 4 for one matrix, and finite as a logarithm at any depth", function()
    near(4, theory.fuss_catalan_edge { depth = 1 }, 1e-14)
    local edge, logarithm = theory.fuss_catalan_edge { depth = 1 << 60 }
    near(1, edge / (math.exp(1) * 2.0 ^ 60), 1e-13)
    near(math.log(edge), logarithm, 1e-12)
    raises("depth is 0", theory.fuss_catalan_edge, { depth = 0 })
  end)
end)
