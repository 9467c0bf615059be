-- theory/residual: against closed forms and residual nets that were drawn.
local ortho = require "orthorun"
local theory = ortho.theory

local support = dofile "tests/support.lua"
local raises, near = support.raises, support.near

local function predicted(options)
  options.width, options.depth = options.width or 64, options.depth or 20
  return theory.residual_signal(options)
end

describe("theory.residual_signal", function()
  it("grows by the root of the depth with a layer norm", function()
    -- Q^l = 1 + l s^2; D grows by prod (1 + s^2 (1 - 2/n)/Q) on its way back
    local s2, n, energy = 0.25, 64, 0.0
    local t = predicted { init = "he_normal", inner = 1, scale = 0.5 }
    for l = 20, 1, -1 do
      near(0.5 * math.log(n * (1 + l * s2), 10), t.forward[l], 1e-12)
      energy = energy + math.log(1 + s2 * (1 - 2 / n) / (1 + (l - 1) * s2), 10)
      near(0.5 * energy, t.delta[l], 1e-12)
    end
    near(0.5 * math.log(s2 * n / 2, 10), t.gradient[20], 1e-12)
  end)

  it("multiplies in each block without one, at any depth", function()
    local t = predicted { init = "he_normal", norm = false, scale = 0.5,
      depth = 20000 }
    near(0.5 * (math.log(64, 10) + 20000 * math.log(1.25, 10)),
      t.forward[20000], 1e-8)
    near(0.5 * 20000 * math.log(1.25, 10), t.delta[1], 1e-8)
    -- where both grow alike, every matrix has the same gradient
    near(t.gradient[1], t.gradient[40000], 1e-8)
  end)

  it("names its scales as resnet does", function()
    local a = predicted { scale = "1/sqrt(L)", depth = 16 }
    assert.same(a, predicted { scale = 0.25, depth = 16 })
    assert.same(predicted { scale = "1/L", depth = 16 },
      predicted { scale = 1 / 16, depth = 16 })
    assert.same(predicted { scale = "1", depth = 16 }, predicted { depth = 16 })
    assert.same(a, theory.residual_signal { like = { width = 64, depth = 16,
      scale = "1/sqrt(L)", batch = 3 } })
  end)

  it("is what drawn residual nets show: means of logarithms, spreads", function()
    local n, L, seeds = 64, 8, 60
    for _, o in ipairs {
      { activation = "relu", init = "he_normal" },
      { activation = "relu", init = "he_normal", inner = 1, norm = false },
      { activation = "tanh", scale = "1/sqrt(L)", init = "scaled_gaussian" },
      { activation = "relu", norm = false, scale = "1/sqrt(L)", inner = 2,
        init = "orthogonal" },
      { activation = "tanh", norm = false, init = "orthogonal", scale = 0.5 } } do
      o.width, o.depth = n, L
      local t = theory.residual_signal(o)
      local got = { forward = {}, delta = {}, first = {}, last = {} }
      for seed = 1, seeds do
        local rng = ortho.rng(seed)
        local net = ortho.resnet { width = n, depth = L, inner = o.inner,
          norm = o.norm, scale = o.scale, activation = o.activation,
          init = o.init, rng = rng, bias = false }
        local x, u = rng:split "x":normal(n, 1), rng:split "dy":normal(n, 1)
        got.forward[seed] = net:forward(x * (n ^ 0.5 / x:norm())):log10_norm()
        got.delta[seed] = net:backward(u / u:norm()):log10_norm()
        local gradients = ortho.metric.log10_grad_norms(net)
        got.first[seed], got.last[seed] = gradients[1], gradients[#gradients]
      end
      for name, at in pairs { forward = { "forward", L }, delta = { "delta", 1 },
        first = { "gradient", 1 }, last = { "gradient", #t.gradient } } do
        local sd = t.sd[at[1]][at[2]]
        local what = o.activation .. " " .. name
        near(t.typical[at[1]][at[2]], ortho.stats.mean(got[name]), 2e-3 +
          theory.band(sd, seeds), what)
        -- the sd of an sd over 60 seeds is .09 of it
        assert.is_true(ortho.stats.std(got[name]) < 1.35 * sd, what)
        assert.is_true(ortho.stats.std(got[name]) > 0.7 * sd, what)
      end
    end
  end)

  it("spreads by 4 p (1 - p)/n a block of a linear net", function()
    -- ||x + s W x||^2 is 1 + s^2 + 2 s g/sqrt(n) + ...; W orthogonal: no more
    local n, L, s2 = 100, 12, 0.25
    local t = predicted { activation = "linear", init = "orthogonal", inner = 1,
      norm = false, scale = 0.5, width = n, depth = L }
    local p = s2 / (1 + s2)
    local sd = 0.5 * math.sqrt(L * 4 * p * (1 - p) / n) / math.log(10)
    near(sd, t.sd.forward[L], 1e-12)
    near(sd, t.sd.delta[1], 1e-12)
    near(t.slope.forward, t.typical.forward[2] - t.typical.forward[1], 1e-12)
    near(t.forward[L] - 0.5 * math.log(10) * (2 * sd) ^ 2 / 2,
      t.typical.forward[L], 1e-12)
  end)

  it("has what theory.signal has, of a function of one's own, too", function()
    local t = predicted { depth = 5, inner = 3, activation = math.sin }
    for _, by in ipairs { t, t.typical, t.sd } do
      assert.equal(5, #by.forward)
      assert.equal(5, #by.delta)
      assert.equal(15, #by.gradient)
      for _, x in ipairs(by.gradient) do assert.equal(0, x - x) end
    end
    assert.is_number(t.slope.gradient)
    assert.is_nil(predicted { depth = 3 }.slope.delta)
    assert.is_nil(predicted { depth = 3, inner = 1 }.slope)
  end)

  it("refuses what resnet refuses", function()
    local function no(text, options)
      raises(text, theory.residual_signal, options)
    end
    no("residual_signal: width is nil", { depth = 3 })
    no("depth is 0", { width = 8, depth = 0 })
    no('scale must be a finite number, "1", "1/sqrt(L)" or "1/L", not',
      { width = 8, depth = 3, scale = "1/l" })
    no('norm must be "layer" or false, not', { width = 8, depth = 3,
      norm = "batch" })
    no("did you mean", { width = 8, depth = 3, init = "he_norml" })
    no("inner is 0", { width = 8, depth = 3, inner = 0 })
  end)
end)
