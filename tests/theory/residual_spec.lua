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

  it("is what drawn residual nets show", function()
    local n, L, seeds = 96, 8, 24
    for _, o in ipairs {
      { activation = "relu", init = "he_normal" },
      { activation = "tanh", scale = "1/sqrt(L)", init = "scaled_gaussian" },
      { activation = "relu", norm = false, scale = 0.5, inner = 1,
        init = "he_normal" },
      { activation = "tanh", norm = false, init = "orthogonal" } } do
      o.width, o.depth = n, L
      local t = theory.residual_signal(o)
      local got = { forward = {}, delta = {}, first = {}, last = {} }
      for seed = 1, seeds do
        local rng = ortho.rng(seed)
        local net = ortho.resnet { width = n, depth = L, inner = o.inner,
          norm = o.norm, scale = o.scale, activation = o.activation,
          init = o.init, rng = rng, bias = false }
        got.forward[seed] = net:forward(rng:split "x":normal(n, 1)):log10_norm()
        got.delta[seed] = net:backward(rng:split "dy":normal(n, 1,
          { std = n ^ -0.5 })):log10_norm()
        local gradients = ortho.metric.log10_grad_norms(net)
        got.first[seed], got.last[seed] = gradients[1], gradients[#gradients]
      end
      for name, wanted in pairs { forward = t.forward[L], delta = t.delta[1],
        first = t.gradient[1], last = t.gradient[#t.gradient] } do
        local values = got[name]
        -- a mean of logarithms lies some 1/n a block below
        near(wanted, ortho.stats.mean(values), 0.03 + 3.3 *
          ortho.stats.std(values) / math.sqrt(seeds), o.activation .. " " .. name)
      end
    end
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
