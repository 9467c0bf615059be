-- ortho.theory against tabulated fixed points, closed forms and golden
-- numbers from mpmath and SciPy. What networks really do is slopes_spec's.
local ortho = require "orthorun"
local theory = ortho.theory
local ln10 = math.log(10)

local function near(expected, got, allowed, what)
  assert(math.abs(got - expected) <= allowed, ("%s: expected %.12g, got %.12g")
    :format(what or "value", expected, got))
end

-- Variance of ln of an energy, from the standard deviation of log10 of a norm
local function log_variance(sd) return (2 * ln10 * sd) ^ 2 end

describe("digamma and trigamma", function()
  it("equal mpmath's to 1e-15", function()
    local golden = {
      { 0.1, -10.423754940411077, 101.43329915079276 },
      { 1, -0.57721566490153286, 1.6449340668482264 },
      { 3.7, 1.1671535393615114, 0.31003785767003832 },
      { 128, 4.8481189276876395, 0.0078430970500146151 },
    }
    for _, g in ipairs(golden) do
      near(g[2], theory.digamma(g[1]), 1e-15 * math.max(1, math.abs(g[2])))
      near(g[3], theory.trigamma(g[1]), 1e-15 * math.max(1, g[3]))
    end
  end)

  it("refuse what is not above 0", function()
    assert.error_matches(function() theory.digamma(0) end, "above 0, got 0")
    assert.error_matches(function() theory.trigamma("x") end, "got x")
  end)
end)

describe("mean-field fixed points", function()
  -- activation, sigma_w2, sigma_b2: q, chi1, chi_q, xi_q, c, xi_c.
  -- From mpmath; c and xi_c of the kinked ones need care: Gauss-Hermite
  -- misses them by a fifth.
  local golden = {
    { "tanh", 1.5, 0, .286894, 1.04057, .69549, 2.75, 0, 52.4 },
    { "tanh", 4, .05, 2.19549, 1.3424, .3182, .87, .1651, 6.98 },
    { "tanh", 1, .05, .19359, .75903, .5643, 1.75, 1, 3.63 },
    { "erf", 2, 0, .88075, 1.1974, .4336, 1.20, 0, 12.3 },
    { "hard_tanh", 1.1, 0, .26556, 1.0425, .7833, 4.09, 0, 82.2 },
    { "selu", 1, 0, 1, 1.07158, .78265, 4.08, 0, 33.6 },
    { "gelu", 1.9, .1, .28569, .69382, .76746, 3.78, 1, 2.74 },
  }

  it("are those of the table", function()
    for _, g in ipairs(golden) do
      local m = theory.mean_field { activation = g[1], sigma_w2 = g[2],
        sigma_b2 = g[3] }
      near(g[4], m.q, 6e-6 * math.max(1, g[4]), g[1] .. " q")
      near(g[5], m.chi1, 6e-5, g[1] .. " chi1")
      near(g[6], m.chi_q, 6e-5, g[1] .. " chi_q")
      near(g[7], m.xi_q, 6e-3, g[1] .. " xi_q")
      near(g[8], m.c, 6e-5, g[1] .. " c")
      near(g[9], m.xi_c, 6e-2, g[1] .. " xi_c")
    end
  end)

  it("are fixed", function()
    for _, g in ipairs(golden) do
      local m = theory.mean_field { activation = g[1], sigma_w2 = g[2],
        sigma_b2 = g[3] }
      near(m.q, theory.variance_map(g[1], m.q,
        { sigma_w2 = g[2], sigma_b2 = g[3] }), 1e-13 * m.q)
      local c = (g[2] * ortho.activation.joint(g[1], { q = m.q, c = m.c })
        + g[3]) / m.q
      near(m.c, c, 1e-12, g[1] .. " c")
    end
  end)

  it("of hard_tanh at c = 0: chi_c is sigma_w2 erf(1/sqrt(2q))^2", function()
    local m = theory.mean_field { activation = "hard_tanh", sigma_w2 = 1.1 }
    near(0.98791139909807441, m.chi_c, 1e-9)
  end)

  it("lie at 0 for tanh on the edge, and are any q for He relu", function()
    local m = theory.mean_field { activation = "tanh", sigma_w2 = 1 }
    assert.equal(0, m.q)
    assert.equal(1, m.chi1)
    assert.equal(math.huge, m.xi_grad)
    assert.is_nil(m.c)
    m = theory.mean_field { activation = "relu", sigma_w2 = 2, q0 = 3 }
    assert.equal(3, m.q)
    assert.equal(math.huge, m.xi_q)
    m = theory.mean_field { activation = "relu", sigma_w2 = 1, sigma_b2 = 1 }
    near(2, m.q, 1e-14)
  end)

  it("run away for N(0,1) weights: chi_1 = n/2 for relu", function()
    local m = theory.mean_field { activation = "relu", sigma_w2 = 256 }
    assert.equal(math.huge, m.q)
    assert.equal(128, m.chi1)
    near(-1 / math.log(128), m.xi_grad, 1e-15)
  end)

  it("refuse what is no variance or no activation", function()
    assert.error_matches(function()
      theory.mean_field { activation = "relu", sigma_w2 = -1 }
    end, "sigma_w2 is %-1")
    assert.error_matches(function()
      theory.mean_field { activation = "relu" }
    end, "sigma_w2 is nil")
    assert.error_matches(function()
      theory.mean_field { activation = "rellu", sigma_w2 = 1 }
    end, "did you mean 'relu'")
    assert.error_matches(function()
      theory.mean_field { activation = "relu", sigma2 = 1 }
    end, "unknown option 'sigma2'")
  end)
end)

describe("critical weights", function()
  it("are He's for relu at every q, and 1 for tanh at 0", function()
    near(math.sqrt(2), (theory.critical "relu"), 1e-15)
    near(math.sqrt(2), (theory.critical("relu", { q = 7 })), 1e-15)
    near(math.sqrt(2 / 1.09),
      (theory.critical("leaky_relu", { alpha = 0.3 })), 1e-15)
    near(1, (theory.critical("tanh", { q = 0 })), 1e-15)
  end)

  it("come with the bias variance that holds q there", function()
    local w, b2 = theory.critical("tanh", { q = 0.5 })
    local m = theory.mean_field { activation = "tanh", sigma_w2 = w * w,
      sigma_b2 = b2 }
    near(0.5, m.q, 1e-9)
    near(1, m.chi1, 1e-9)
  end)
end)

describe("variance of a weight", function()
  it("is what each initializer draws", function()
    local v = theory.init_variance
    assert.equal(1, v("gaussian", nil, 64, 64))
    assert.equal(4, v("gaussian", 2, 64, 64))
    assert.equal(1 / 64, v("scaled_gaussian", nil, 64, 32))
    near(2 / 64, v("he_normal", nil, 64, 32), 1e-17)
    near(2 / 64, v("scaled_gaussian", "relu", 64, 32), 1e-16)
    assert.equal(2 / 96, v("glorot_uniform", nil, 64, 32))
    assert.equal(1 / 64, v("orthogonal", nil, 64, 32))
    assert.equal(1 / 64, v("orthogonal", nil, 32, 64))
    assert.equal(1 / 64, v("lecun_normal", nil, 64, 32))
  end)

  it("refuses unknown names and sizes", function()
    assert.error_matches(function()
      theory.init_variance("orthgonal", 1, 4, 4)
    end, "did you mean 'orthogonal'")
    assert.error_matches(function()
      theory.init_variance("gaussian", 1, 0, 4)
    end, "fan_in is 0")
    assert.error_matches(function()
      theory.init_variance("gaussian", 1, 4, 2.5)
    end, "fan_out is 2.5")
  end)
end)

describe("second moments of homogeneous networks", function()
  -- activation, init, gain; E growth of an energy per layer, width 64
  local growth = {
    { "linear", "gaussian", 1, 64 }, { "relu", "gaussian", 1, 32 },
    { "linear", "scaled_gaussian", 1, 1 },
    { "relu", "scaled_gaussian", 1, 1 / 2 },
    { "linear", "he_normal", nil, 2 }, { "relu", "he_normal", nil, 1 },
    { "linear", "orthogonal", 1, 1 }, { "relu", "orthogonal", 1, 1 / 2 },
    { "relu", "orthogonal", "relu", 1 },
  }

  it("grow by n v E[phi^2] a layer, forward up and backward down", function()
    for _, g in ipairs(growth) do
      local s = theory.gradient_slope { activation = g[1], init = g[2],
        gain = g[3], width = 64, depth = 20 }
      local rate = 0.5 * math.log(g[4]) / ln10
      near(rate, s.forward, 1e-13)
      near(-rate, s.delta, 1e-13)
      near(0, s.gradient, 1e-13)
      near(rate, s.depth, 1e-13)
    end
  end)

  it("reach depth 10,000 without overflow", function()
    local s = theory.signal { init = "gaussian", width = 64, depth = 10000 }
    local rate = 0.5 * math.log(32) / ln10
    near(9999 * rate + 0.5 * math.log(64, 10), s.delta[1] + s.forward[1]
      - rate + s.delta[10000], 1e-6)
    near(s.gradient[1], s.gradient[10000], 1e-6)
  end)

  it("are relu's, linear's and leaky relu's where phi is straight", function()
    -- far out gelu is relu, softplus too; tanh near 0 is linear
    local function growth_of(activation, init, gain, alpha)
      return theory.gradient_slope { activation = activation, init = init,
        gain = gain, alpha = alpha, width = 64, depth = 60, batch = 8 }.depth
    end
    for _, name in ipairs { "gelu", "silu", "softplus" } do
      near(0.5 * math.log(32, 10), growth_of(name, "gaussian"), 1e-6, name)
    end
    near(0.5 * math.log(32 * 1.01, 10),
      growth_of("leaky_relu", "gaussian", 1, 0.1), 1e-9)
    near(-3, growth_of("tanh", "orthogonal", 1e-3), 1e-5)
  end)

  it("with the mse's residual f, double the growth with depth", function()
    local s = theory.gradient_slope { activation = "linear",
      init = "orthogonal", gain = 2, width = 64, depth = 40,
      cotangent = "mse" }
    near(2 * math.log(2, 10), s.depth, 1e-9)
    s = theory.gradient_slope { activation = "relu", init = "gaussian",
      width = 64, depth = 200, cotangent = "mse" }
    near(2 * 0.5 * math.log(32, 10), s.depth, 2e-3)
  end)

  it("with the mse's residual -y, keep it", function()
    local s = theory.gradient_slope { activation = "relu",
      init = "orthogonal", width = 256, depth = 100, cotangent = "mse" }
    near(-0.5 * math.log(2, 10), s.depth, 1e-9)
  end)

  it("with residual f, grow by 2k+1 (Gaussian) and k+1 (orthogonal)",
    function()
      -- relu; E||delta^(L-k)||^2 over chi^k E||delta^L||^2, f alone
      local n, L = 4096, 12
      for init, coupling in pairs { gaussian = 2, orthogonal = 1 } do
        local s = theory.signal { init = init, gain = init == "orthogonal"
          and 8 or nil, width = n, depth = L, cotangent = "mse",
          target2 = 1e-12 }
        local chi = init == "gaussian" and n / 2 or 32
        for k = 0, L - 1 do
          local energy = 10 ^ (2 * (s.delta[L - k] - s.delta[L]))
          near(coupling * k + 1, energy / chi ^ k, 0.007 * k + 1e-9)
        end
      end
    end)

  it("with ||f||^2 = 2||y||^2 at He scale, gain 13 and 7 in 9 layers",
    function()
      -- measured, 16 seeds: 11.9+-.6 Gaussian, 6.74+-.33 orthogonal
      local function ratio(init, gain)
        local s = theory.signal { init = init, gain = gain, width = 512,
          depth = 10, q0 = 1, cotangent = "mse", target2 = 512 }
        return 10 ^ (2 * (s.delta[1] - s.delta[10]))
      end
      near(13, ratio("he_normal"), 0.25) -- 13 is for infinite width
      near(7, ratio("orthogonal", math.sqrt(2)), 0.1)
    end)
end)

describe("fluctuations of log norms", function()
  local function variance(options)
    options.width, options.depth = options.width or 64, options.depth or 21
    local s = theory.signal(options)
    return log_variance(s.sd.gradient[options.layer or 7])
  end

  it("of gradients do not depend on the layer", function()
    for _, init in ipairs { "he_normal", "orthogonal" } do
      local s = theory.signal { init = init, gain = math.sqrt(2), width = 64,
        depth = 20 }
      for l = 2, 19 do
        near(s.sd.gradient[1], s.sd.gradient[l], 0.02 * s.sd.gradient[1])
      end
    end
  end)

  it("are the psi functions' for linear Gaussian, nil for orthogonal",
    function()
      local s = theory.signal { activation = "linear", width = 64, depth = 21 }
      near(20 * theory.trigamma(32), log_variance(s.sd.gradient[1]), 1e-7)
      local shift = theory.digamma(32) + math.log(2) - math.log(64)
      near(20 * shift / (2 * ln10),
        s.typical.gradient[1] - s.gradient[1], 1e-9)
      s = theory.signal { activation = "linear", init = "orthogonal",
        width = 64, depth = 21 }
      near(0, s.sd.gradient[1], 1e-5)
    end)

  it("are near 5(L-1)/n for relu He, 3(L-1)/n for orthogonal", function()
    near(5.31 * 20 / 64, variance { init = "he_normal" }, 0.01)
    near(3.28 * 20 / 64, variance { init = "orthogonal" }, 0.01)
    near(5 * 20 / 4096, variance { init = "he_normal", width = 4096 }, 3e-4)
    near(3 * 20 / 4096, variance { init = "orthogonal", width = 4096 }, 3e-4)
  end)

  it("shift relu's mean logarithm by the binomial sum over psi", function()
    -- SciPy: E psi(K/2) + ln(4/n), K ~ Bin(64, 1/2) given K > 0
    local n, mean, weight = 64, 0, 0
    local p = 0.5 ^ n
    for K = 1, n do
      p = p * (n - K + 1) / K
      mean = mean + p * theory.digamma(K / 2)
      weight = weight + p
    end
    mean = mean / weight + math.log(4 / n)
    near(3.4256273039639806 - math.log(2) + math.log(4 / 64), mean, 1e-12)
    local s = theory.signal { init = "he_normal", width = n, depth = 10 }
    near(9 * mean / (2 * ln10), s.typical.delta[1] - s.delta[1], 1e-9)
    s = theory.signal { init = "orthogonal", gain = math.sqrt(2), width = n,
      depth = 10 }
    mean = mean + math.log(n / 2) - theory.digamma(n / 2)
    near(9 * mean / (2 * ln10), s.typical.delta[1] - s.delta[1], 1e-9)
  end)

  it("are those of 3000 networks, n = 64, L = 20, to 4 %", function()
    -- sd of log10||grad W^l||, l = 1, 10, 20 (its own error is 1.3 %); with
    -- the mse and exploding f all factors count twice near the output
    local golden = {
      { "relu", "gaussian", nil, "mse", .46058, .49831, .54231 },
      { "tanh", "scaled_gaussian", nil, "independent", .19762, .13163,
        .09596 },
      { "tanh", "orthogonal", 1, "independent", .05580, .01373 },
      { "tanh", "orthogonal", math.sqrt(2), "independent", .14200, .09400,
        .01362 },
      { "tanh", "he_normal", nil, "independent", .24907, .17322, .02975 },
    }
    for _, g in ipairs(golden) do
      local s = theory.signal { activation = g[1], init = g[2], gain = g[3],
        cotangent = g[4], width = 64, depth = 20 }
      for i, l in ipairs { 1, 10, 20 } do
        local sd = g[4 + i]
        if sd then near(sd, s.sd.gradient[l], 0.04 * sd, g[1] .. l) end
      end
    end
  end)

  it("are 6(1+a^4)/(1+a^2)^2 - 1 for leaky relu at large width", function()
    local a, n = 0.3, 8192
    local c = 6 * (1 + a ^ 4) / (1 + a ^ 2) ^ 2 - 1
    local options = { activation = "leaky_relu", alpha = a, width = n }
    near(c * 20 / n, variance(options), 2e-3 * c * 20 / n)
    options.init = "orthogonal"
    near((c - 2) * 20 / n, variance(options), 3e-3 * c * 20 / n)
  end)

  it("hardly grow for orthogonal tanh: .128 Gaussian, .014 measured",
    function()
      local s = theory.signal { activation = "tanh", width = 64, depth = 20 }
      near(0.128, s.sd.gradient[10], 0.012)
      s = theory.signal { activation = "tanh", init = "orthogonal",
        width = 64, depth = 20 }
      near(0.014, s.sd.gradient[10], 0.005)
    end)
end)

describe("batches", function()
  it("add up incoherently for independent cotangents", function()
    local one = theory.signal { width = 64, depth = 5 }
    local many = theory.signal { width = 64, depth = 5, batch = 100 }
    near(1, many.gradient[2] - one.gradient[2], 1e-12)
    near(1, many.delta[2] - one.delta[2], 1e-12)
    near(1, many.forward[2] - one.forward[2], 1e-12)
  end)

  it("of one are one sample, of few between one and many", function()
    local options = { width = 64, depth = 20, activation = "tanh",
      init = "gaussian", q0 = 1 / 3 }
    local one = theory.signal(options)
    options.batch = 2
    local two = theory.signal(options)
    options.batch = 1024
    local many = theory.signal(options)
    local function shift(s, B)
      return s.typical.delta[1] - one.typical.delta[1] -
        0.5 * math.log(B, 10)
    end
    assert(0 < shift(two, 2) and shift(two, 2) < shift(many, 1024))
    assert(many.sd.delta[1] < two.sd.delta[1])
    assert(two.sd.delta[1] < one.sd.delta[1])
  end)

  it("share all fluctuations where samples are equal", function()
    -- E||f||^2 far above the target's: nothing private enters there
    local options = { init = "he_normal", width = 64, depth = 20, q0 = 1e6,
      cotangent = "mse", reduction = "sum", input_c = 1, target_c = 1 }
    local one = theory.signal(options)
    options.batch = 32
    local many = theory.signal(options)
    for _, key in ipairs { "forward", "delta", "gradient" } do
      for l = 1, 20 do
        near(one.sd[key][l], many.sd[key][l], 1e-3 + 0.01 * one.sd[key][l])
      end
    end
  end)

  it("of equal samples and targets add up coherently", function()
    local options = { width = 64, depth = 5, cotangent = "mse",
      reduction = "sum", input_c = 1, target_c = 1 }
    local one = theory.signal(options)
    options.batch = 100
    local many = theory.signal(options)
    for l = 1, 5 do near(2, many.gradient[l] - one.gradient[l], 1e-7) end
  end)
end)

describe("the mean of B lognormals", function()
  local lognormal = require "orthorun.theory.lognormal"

  it("has the logarithm's mean and variance of NumPy's quadrature", function()
    -- two samples: double trapezoidal sum; B: int (e^-t - M(t)^B)/t dt
    local golden = { { 2, .4, 0.0385469293353058, 0.0827748011188704 },
      { 2, 2, 0.64224886568848, 2.48672233076066 },
      { 2, 7, 3.32171426864915, 32.9754099456677 },
      { 32, .5, 0.120588515301971 }, { 32, 3.6, 4.55719229434532 },
      { 5, 9, 8.96672997509886 } }
    for _, g in ipairs(golden) do
      local mean, var = lognormal.exact_moments(g[1], g[2])
      near(g[3], mean, 1e-8, "mean")
      if g[4] then near(g[4], var, 1e-8 * (1 + g[4]), "variance") end
      local m, v = lognormal.log_mean(g[1], g[2])
      near(mean, m, 3e-7, "interpolated mean")
      near(var, v, 3e-6, "interpolated variance")
    end
  end)

  it("has the variance of NumPy's 125,000 and 500,000 draws", function()
    local golden = { { 32, 1.7, 0.25091, .0005 }, { 32, 3.6, 2.2570, .0045 },
      { 256, 2.5, .26366, .0015 }, { 5, 20, 178.087, .141 } }
    for _, g in ipairs(golden) do -- four standard errors
      local _, var = lognormal.log_mean(g[1], g[2])
      near(g[3], var, 4 * g[4])
    end
  end)

  it("is one lognormal's for B = 1, and none's for s = 0", function()
    local mean, var = lognormal.log_mean(1, 3)
    assert.equal(0, mean)
    assert.equal(9, var)
    mean, var = lognormal.log_mean(32, 0)
    near(0, mean, 1e-8)
    near(0, var, 1e-7)
  end)
end)

describe("means over two samples", function()
  local energy = ortho.activation.joint_energy

  it("of energies: Wick's for linear, arccosines for relu", function()
    local c, q = 0.6, 2.5
    local angle, sine = math.acos(c), math.sqrt(1 - c * c)
    near(q ^ 2 * (1 + 2 * c ^ 2), energy("linear", { q = q, c = c }), 1e-12)
    -- Cho and Saul's J_2 and J_0 over 2 pi
    near(q ^ 2 * (3 * sine * c + (math.pi - angle) * (1 + 2 * c * c)) /
      (2 * math.pi), energy("relu", { q = q, c = c }), 1e-12)
    near((math.pi - angle) / (2 * math.pi),
      energy("relu", { q = q, c = c, slopes = 2 }), 1e-12)
    near(q * (math.pi - angle + sine * c) / (2 * math.pi),
      energy("relu", { q = q, c = c, slopes = 1 }), 1e-12)
  end)

  it("of energies are one sample's at c = 1, products at c = 0", function()
    local q, mean = 1.7, ortho.activation.mean
    for _, name in ipairs { "tanh", "gelu", "hard_tanh" } do
      local v = mean(name, { q = q, value = 2 })
      local mu = mean(name, { q = q, slope = 2 })
      local alone = { mean(name, { q = q, value = 4 }),
        mean(name, { q = q, value = 2, slope = 2 }),
        mean(name, { q = q, slope = 4 }) }
      local apart = { v * v, v * mu, mu * mu }
      for slopes = 0, 2 do
        near(alone[slopes + 1],
          energy(name, { q = q, c = 1, slopes = slopes }), 1e-9)
        near(apart[slopes + 1],
          energy(name, { q = q, c = 0, slopes = slopes }), 1e-11)
      end
    end
  end)

  it("refuse what is no variance or correlation", function()
    assert.error_matches(function() energy("relu", { q = 0 }) end, "q is 0")
    assert.error_matches(function() energy("relu", { c = 2 }) end, "c is 2")
    assert.error_matches(function() energy("relu", { slopes = 3 }) end,
      "slopes")
  end)
end)

describe("bands", function()
  it("are 3.3 standard deviations of a mean over the seeds", function()
    near(3.3 * 0.2 / 5, theory.band(0.2, 25), 1e-15)
    near(2 * 0.2 / 5, theory.band({ 0.1, 0.2 }, 25, 2)[2], 1e-15)
    near(-2.5, theory.z_score(1, 1.1, 0.2, 25), 1e-12)
    local z = theory.z_score({ 1, 2 }, { 1.1, 2 }, { 0.2, 0 }, 25)
    near(-2.5, z[1], 1e-12)
    assert.equal(0, z[2])
  end)

  it("refuse no seeds, and arrays of other lengths", function()
    local function message(f) return select(2, pcall(f)) end
    assert.matches("theory_spec.lua:%d+: band: 0 seeds",
      message(function() local _ = theory.band(1, 0) end))
    assert.matches("theory_spec.lua:%d+: z_score: argument 2",
      message(function()
        local _ = theory.z_score({ 1 }, { 1, 2 }, { 1 }, 3)
      end))
  end)
end)

describe("the first layer's norm", function()
  it("is the signal's, for each depth", function()
    local f = theory.first_layer { init = "he_normal", width = 32,
      depths = { 1, 5, 30 } }
    for i, depth in ipairs { 1, 5, 30 } do
      local s = theory.signal { init = "he_normal", width = 32,
        depth = depth }
      assert.equal(s.gradient[1], f[i])
      assert.equal(s.typical.gradient[1], f.typical[i])
      assert.equal(s.sd.gradient[1], f.sd[i])
    end
  end)
end)

describe("the quarter circle", function()
  it("has the tabulated quantiles", function()
    local p = { .10, .25, .50, .75, .90 }
    local x = { .15724, .39529, .80795, 1.2694, 1.6108 }
    for i = 1, 5 do
      near(p[i], theory.quarter_circle.cdf(x[i]), 2e-5)
      near(x[i], theory.quarter_circle.quantile(p[i]), 5e-5)
    end
  end)

  it("integrates its density", function()
    local sum, h = 0, 1e-4
    for k = 1, 10000 do
      sum = sum + h * theory.quarter_circle.density((k - 0.5) * h)
    end
    near(theory.quarter_circle.cdf(1), sum, 1e-9)
    assert.equal(0, theory.quarter_circle.density(2.1))
    assert.equal(1, theory.quarter_circle.cdf(3))
    assert.equal(0, theory.quarter_circle.cdf(-1))
  end)
end)

describe("bad options to theory", function()
  local function fails(pattern, options)
    local ok, message = pcall(theory.signal, options)
    assert.is_false(ok)
    assert.matches(pattern, message)
  end

  it("are named, with the value or the nearest name", function()
    fails("unknown option 'widht' %(did you mean 'width'", { widht = 3 })
    fails("unknown initializer 'he' ", { init = "he" })
    fails("unknown activation 'tan' ", { activation = "tan" })
    fails("unknown cotangent 'mes' %(did you mean 'mse'",
      { cotangent = "mes" })
    fails("depth is 0", { depth = 0 })
    fails("width is 1.5", { width = 1.5 })
    fails("q0 is %-1", { q0 = -1 })
    fails("input_c is 2", { input_c = 2 })
    assert.error_matches(function()
      theory.gradient_slope { depth = 3 }
    end, "depth is 3")
  end)
end)
