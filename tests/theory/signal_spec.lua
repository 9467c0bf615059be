-- signal_spec.lua: norms by layer at finite width, against closed forms and
-- golden numbers from SciPy. What networks do is gradient_slope_spec's.
local ortho = require "orthorun"
local theory = ortho.theory
local near = dofile("tests/support.lua").near
local ln10 = math.log(10)

-- Variance of ln of an energy, from the standard deviation of log10 of a norm
local function log_variance(sd) return (2 * ln10 * sd) ^ 2 end

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

describe("signal like a trial", function()
  local signal = theory.signal

  local function same(a, b)
    for _, name in ipairs { "forward", "delta", "gradient" } do
      for l, x in ipairs(a.typical[name]) do
        near(x, b.typical[name][l], 1e-14)
      end
      assert.are.equal(#a.typical[name], #b.typical[name])
    end
  end

  it("takes what its parameters say, an arm's name too", function()
    local p = { width = 32, depth = 6, batch = 3, activation = "tanh",
      init = "orthogonal_sqrt2", seed = 9 }
    same(signal { like = p, q0 = 0.5 }, signal { width = 32, depth = 6,
      batch = 3, activation = "tanh", init = "orthogonal", gain = math.sqrt(2),
      q0 = 0.5 })
    same(signal { like = p, depth = 4, init = "he_normal" }, signal {
      width = 32, depth = 4, batch = 3, activation = "tanh",
      init = "he_normal" })
  end)

  it("knows the losses' names", function()
    for loss, reduction in pairs { mse = "mean", mse_half = "half",
      mse_sum = "sum" } do
      same(signal { width = 32, depth = 5, loss = loss }, signal { width = 32,
        depth = 5, cotangent = "mse", reduction = reduction })
    end
  end)

  it("knows nothing of initializers that theory has no law for", function()
    assert.is_nil(signal { like = { width = 8, depth = 4, init = "sparse" } })
    assert.is_nil(ortho.theory.gradient_slope { like = { width = 8, depth = 4,
      init = "identity" } })
  end)

  it("has the slopes that gradient_slope has, from four layers on", function()
    local options = { init = "gaussian", width = 32, depth = 9, batch = 2,
      loss = "mse_half" }
    local known = ortho.theory.gradient_slope(options)
    local found = signal(options)
    for _, name in ipairs { "forward", "delta", "gradient" } do
      assert.are.equal(known.typical[name], found.slope[name])
      assert.are.equal(known.sd[name], found.slope_sd[name])
    end
    assert.is_nil(signal { width = 32, depth = 3 }.slope)
  end)

  it("refuses what is no parameter table, no loss", function()
    for message, options in pairs {
      ["like must be a table of parameters, not the number 3"] = { like = 3 },
      ["unknown loss 'mse_hlaf' (did you mean 'mse_half'?"] =
        { loss = "mse_hlaf" },
    } do
      local ok, said = pcall(signal, options)
      assert.is_false(ok)
      assert.is_truthy(said:find(message, 1, true), said)
    end
  end)
end)
