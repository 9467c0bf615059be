-- theory/lyapunov: against mpmath's sums, drawn nets and closed forms.
local ortho = require "orthorun"
local theory, metric = ortho.theory, ortho.metric
local support = dofile "tests/support.lua"
local raises, near = support.raises, support.near

local function mean_of(draws, f)
  local values, rng = {}, ortho.rng(11)
  for i = 1, draws do values[i] = f(rng:split(i)) end
  return ortho.stats.mean(values), ortho.stats.std(values) / math.sqrt(draws)
end

local function gaussian(rng, n) return rng:normal(n, n, { std = n ^ -0.5 }) end

describe("theory.lyapunov", function()
  it("has the exponents of Newman's formula", function()
    -- by mpmath: ln g + (ln(2/n) + psi((n - i + 1)/2))/2
    local exponents, variances = theory.lyapunov { width = 4 }
    near(-0.13518142273073879, exponents[1], 1e-15)
    near(-1.3283286032906844, exponents[4], 1e-14)
    near(math.pi ^ 2 / 24, variances[3], 1e-14)
    near(exponents[1] + math.log(3),
      theory.lyapunov({ width = 4, gain = 3 })[1], 1e-15)
  end)

  it("adds up to E ln |det| of one factor", function()
    local n, sum = 12, 0
    for _, exponent in ipairs(theory.lyapunov { width = n }) do
      sum = sum + exponent
    end
    local mean, error_of = mean_of(400, function(rng)
      return (gaussian(rng, n):logdet())
    end)
    near(sum, mean, 3.3 * error_of)
  end)

  it("takes its width from like, and refuses what is no width", function()
    assert.equal(5, #theory.lyapunov { like = { width = 5 } })
    raises("lyapunov: width is nil", theory.lyapunov, {})
    raises("gain is 0, must be a finite number above 0", theory.lyapunov,
      { width = 3, gain = 0 })
  end)

  it("counts relu's open units", function()
    -- by mpmath: sums over Bin(10, 1/2), i = 1 and 3
    local he = { width = 10, init = "he_normal", activation = "relu" }
    local exponents, variances = theory.lyapunov(he)
    near(-0.15373050534592859, exponents[1], 1e-14)
    near(-0.52047208747988172, exponents[3], 1e-14)
    near(0.21668356326315082, variances[1], 1e-14)
    near(0.53090441837574832, variances[3], 1e-13)
    local orthogonal = { width = 10, init = "orthogonal", gain = "relu",
      activation = "relu" }
    exponents, variances = theory.lyapunov(orthogonal)
    near(-0.10207038334477864, exponents[1], 1e-14)
    near(-0.34381196547873177, exponents[3], 1e-14)
    near(0.16135282432887198, variances[1], 1e-14)
    near(0.45994867944146949, variances[3], 1e-13)
  end)

  it("is ln g for orthogonal matrices, and knows the arms and a linear readout",
    function()
      local exponents, variances = theory.lyapunov { width = 7, init = "orthogonal",
        gain = 3 }
      for i = 1, 7 do
        near(math.log(3), exponents[i], 1e-15)
        near(0, variances[i], 1e-15)
      end
      local like = { width = 9, init = "he_normal", activation = "relu", depth = 4 }
      local gated, open = theory.lyapunov { like = like }, theory.lyapunov {
        like = like, activation = "linear" }
      near(0.75 * gated[2] + 0.25 * open[2],
        theory.lyapunov { like = like, gates = 3 }[2], 1e-14)
    end)

  it("is what nets' Jacobians have, at any depth", function()
    local p = { width = 24, init = "orthogonal_sqrt2", activation = "relu", depth = 6 }
    local wanted, variances = theory.lyapunov { like = p, gates = 5 }
    local sums, n = { 0, 0 }, 300
    for seed = 1, n do
      local r = ortho.rng(seed)
      local net = ortho.mlp { width = 24, depth = 6, activation = "relu", bias = false,
        init = p.init, rng = r:split "weights" }
      local found = metric.lyapunov(net, r:split "x":normal(24, 1))
      for i = 1, 2 do sums[i] = sums[i] + found[i] / n end
    end
    for i = 1, 2 do near(wanted[i], sums[i], 3.3 * (variances[i] / 6 / n) ^ 0.5) end
  end)

  it("refuses what it does not know", function()
    raises("activation is 'tanh'; exponents are known of linear and relu",
      theory.lyapunov, { width = 3, activation = "tanh" })
    raises("gates is 4; at most one for each of the 3 matrices", theory.lyapunov,
      { width = 3, activation = "relu", depth = 3, gates = 4 })
    raises("unknown initializer 'orthogonl'", theory.lyapunov, { width = 3,
      init = "orthogonl" })
  end)
end)

describe("theory.jacobian_rank", function()
  it("is the least number of open units", function()
    local mean, sd = theory.jacobian_rank { width = 2, depth = 1 } -- 0, 1, 1, 2
    near(1, mean, 1e-15)
    near(0.5 ^ 0.5, sd, 1e-15)
    mean, sd = theory.jacobian_rank { width = 1, depth = 3 }
    near(1 / 8, mean, 1e-15)
    near((7 / 64) ^ 0.5, sd, 1e-15)
    mean, sd = theory.jacobian_rank { width = 5, depth = 3, activation = "linear" }
    assert.are.same({ 5, 0.0 }, { mean, sd })
  end)

  it("is what drawn nets have", function()
    local wanted, sd = theory.jacobian_rank { width = 14, depth = 9, gates = 8 }
    local sum, n = 0, 200
    for seed = 1, n do
      local r = ortho.rng(seed)
      local net = ortho.mlp { width = 14, depth = 9, activation = "relu", bias = false,
        rng = r:split "weights" }
      local _, logs = metric.jacobian_spectrum(net, r:split "x":normal(14, 1))
      for _, log in ipairs(logs) do sum = sum + (log > -math.huge and 1 / n or 0) end
    end
    near(wanted, sum, 3.3 * sd / n ^ 0.5)
  end)

  it("refuses what has no depth", function()
    raises("jacobian_rank: depth is nil", theory.jacobian_rank, { width = 3 })
  end)
end)
