-- theory/shattered: against the product of arccosine kernels by hand, and drawn nets.
local ortho = require "orthorun"
local theory = ortho.theory

local support = dofile "tests/support.lua"
local raises, near = support.raises, support.near

local he = { depth = 2, sigma_w2 = 2 }


-- 1 - angle/pi, and the correlation one layer on: Cho and Saul (2009).
local function kernels(c)
  local angle = math.acos(c)
  return 1 - angle / math.pi,
    (math.sqrt(1 - c * c) + c * (math.pi - angle)) / math.pi
end

describe("theory.gradient_correlation", function()
  it("is the product of arccosine kernels for relu", function()
    for _, c in ipairs { -0.9, 0.0, 0.4, 0.99 } do
      local alike, at = 1, c
      for depth = 2, 30 do
        local factor, after = kernels(at)
        alike, at = alike * factor, after
        local found, signals = theory.gradient_correlation("relu", c,
          { depth = depth, sigma_w2 = 2 })
        near(alike, found, 1e-12 * depth)
        near(at, signals, 1e-12 * depth)
      end
    end
  end)

  it("adds the shortcut of residual blocks, of any scale", function()
    for _, scale in ipairs { 1, 0.3, "1/sqrt(L)" } do
      local s2 = scale == "1/sqrt(L)" and 1 / 12 or scale ^ 2
      local alike, c = 1, 0.2
      for _ = 1, 12 do
        local factor, after = kernels(c)
        alike, c = alike * (1 + s2 * factor) / (1 + s2), (c + s2 * after) / (1 + s2)
      end
      near(alike, (theory.gradient_correlation("relu", 0.2,
        { depth = 12, sigma_w2 = 2, residual = scale })), 1e-12)
    end
  end)

  it("stays 1 at one input, and falls as depth^-3 in relu nets", function()
    for _, name in ipairs { "relu", "tanh", "erf", "gelu" } do
      near(1, (theory.gradient_correlation(name, 1, { depth = 9, sigma_w2 = 2,
        sigma_b2 = 0.1, q = 1 })),
        1e-12, name)
    end
    near(1, (theory.gradient_correlation("linear", -0.5, { depth = 9 })), 1e-12)
    local function at(depth)
      return (theory.gradient_correlation("relu", 0.5, { depth = depth, sigma_w2 = 2 }))
    end
    near(-3, math.log(at(800) / at(400)) / math.log(2), 0.15)
  end)

  it("is what wide tanh nets have", function()
    local rng, n, c = ortho.rng(3), 250, 0.5
    local sum, options = 0, { depth = 5, sigma_w2 = 2, sigma_b2 = 0 }
    local q = theory.mean_field { activation = "tanh", sigma_w2 = 2 }.q
    local length = math.sqrt(n * q / 2) -- so that z begins at the fixed point
    for i = 1, 8 do
      local axes = rng:split(i):normal(n, 2):qr()
      local x = axes * ortho.matrix { { 1, c }, { 0, math.sqrt(1 - c * c) } } * length
      local net = ortho.mlp { width = n, depth = 5, activation = "tanh", bias = false,
        init = ortho.init.scaled_gaussian { gain = math.sqrt(2) }, rng = rng:split(-i) }
      net:forward(x)
      local g = net:backward(rng:split(100 + i):normal(n, 1) * ortho.matrix.ones(1, 2))
      local a, b = g:col(1), g:col(2)
      sum = sum + a:hadamard(b):sum() / (a:norm() * b:norm()) / 8
    end
    near(theory.gradient_correlation("tanh", c, options), sum, 0.02)
  end)

  it("refuses what it has no law for", function()
    raises("residual nets only of homogeneous activations without biases, not of tanh",
      theory.gradient_correlation, "tanh", 0.5, { depth = 3, residual = 1 })
    raises("not of sigma_b2 = 0.1", theory.gradient_correlation, "relu", 0.5,
      { depth = 3, residual = 1, sigma_b2 = 0.1 })
    raises("residual must be a finite number", theory.gradient_correlation, "relu",
      0.5, { depth = 3, residual = "1/l" })
    raises("depth is nil", theory.gradient_correlation, "relu", 0.5, {})
    raises("gradient_correlation: sigma_w2 is 0", theory.gradient_correlation, "relu",
      0.5, { depth = 3, sigma_w2 = 0 })
    raises("gradient_correlation: q is nan", theory.gradient_correlation, "relu", 0.5,
      { depth = 3, q = 0 / 0 })
    raises("gradient_correlation: c is 2", theory.gradient_correlation, "relu", 2, he)
    raises("c is nan", theory.gradient_correlation, "relu", 0 / 0, he)
    raises("unknown option 'widht'", theory.gradient_correlation, "relu", 0.5,
      { widht = 3 })
    raises("unknown activation 'rely'", theory.gradient_correlation, "rely", 0.5, he)
    raises("needs a table of options", theory.gradient_correlation, "relu", 0.5)
  end)
end)
