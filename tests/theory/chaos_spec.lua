-- theory/chaos: maps and lines, against closed forms, mean_field and mpmath.
local ortho = require "orthorun"
local theory = ortho.theory

local support = dofile "tests/support.lua"
local raises, near = support.raises, support.near

describe("theory.correlation_map", function()
  it("is the arc-cosine map for relu at He's scale", function()
    for _, c in ipairs { -1, -0.4, 0, 0.3, 0.9, 1 } do
      near((math.sqrt(1 - c * c) + c * (math.pi - math.acos(c))) / math.pi,
        theory.correlation_map("relu", c, { sigma_w2 = 2, q = 1 }), 1e-14)
    end
  end)

  it("rests at mean_field's c*, with its slope", function()
    local at = { sigma_w2 = 4, sigma_b2 = 0.05 }
    local m = theory.mean_field { activation = "tanh", sigma_w2 = 4,
      sigma_b2 = 0.05 }
    local c, slope = theory.correlation_map("tanh", m.c, at)
    near(m.c, c, 1e-12)
    near(m.chi_c, slope, 1e-12)
    local h = 1e-5
    near(slope, (theory.correlation_map("tanh", m.c + h, at) -
      theory.correlation_map("tanh", m.c - h, at)) / (2 * h), 1e-9)
  end)

  it("keeps 1 at 1 at any variance", function()
    near(1, theory.correlation_map("gelu", 1, { q = 3, sigma_b2 = 0.2 }), 1e-14)
  end)

  it("refuses what is no correlation, no variance", function()
    local map = theory.correlation_map
    raises("correlation_map: c is 2; a correlation in [-1, 1] is needed", map,
      "tanh", 2)
    raises("the variance q is inf", map, "relu", 0.5, { sigma_w2 = 3,
      sigma_b2 = 1 })
    raises("the variance q is 0", map, "tanh", 0.5, { sigma_w2 = 0.5 })
    raises("sigma_w2 is -1", map, "tanh", 0.5, { sigma_w2 = -1 })
    raises("did you mean 'tanh'", map, "tanhh", 0.5)
  end)
end)

describe("theory.critical_line", function()
  local function line(name, biases)
    return theory.critical_line { activation = name, sigma_b2 = biases }
  end

  it("has chi_1 = 1 at the fixed points of its own nets", function()
    for _, name in ipairs { "tanh", "erf", "hard_tanh", "selu", "elu" } do
      for _, p in ipairs(line(name, { 0.01, 0.05 })) do
        local m = theory.mean_field { activation = name, sigma_w2 = p.sigma_w2,
          sigma_b2 = p.sigma_b2 }
        near(1, m.chi1, 1e-7, name)
        near(p.q, m.q, 1e-5 * p.q, name)
      end
    end
  end)

  it("equals mpmath's for tanh, and closed forms at 0", function()
    -- 1/E[tanh'^2] and q - E[tanh^2]/E[tanh'^2] = .05, by findroot
    local p = line("tanh", { 0.05 })[1]
    near(1.760954639606739, p.sigma_w2, 1e-12)
    near(0.5700478816407641, p.q, 1e-12)
    assert.same({ sigma_w2 = 1, sigma_b2 = 0, q = 0 }, line("tanh", { 0 })[1])
    near(math.pi / 4, line("erf", { 0 })[1].sigma_w2, 1e-14)
  end)

  it("says where there is none, and what homogeneous nets have", function()
    assert.same({ false, false }, line("softplus", { 0, 0.1 }))
    assert.is_false(line("gelu", { 0.05 })[1]) -- its fixed point is unstable
    local relu = line("relu", { 0, 0.1 })
    near(2, relu[2].sigma_w2, 1e-14)
    assert.equal(1, relu[1].q)
    assert.equal(math.huge, relu[2].q)
  end)

  it("refuses what is no list of variances", function()
    raises("sigma_b2", line, "tanh", nil)
    raises("sigma_b2 is empty", line, "tanh", {})
    raises("must be a finite number of at least 0", line, "tanh", { 0, -1 })
    raises("did you mean 'tanh'", line, "tahn", { 0 })
  end)
end)

describe("theory.trainable_depth", function()
  it("is six correlation lengths", function()
    local m = theory.mean_field { activation = "tanh", sigma_w2 = 4,
      sigma_b2 = 0.05 }
    near(6 * m.xi_c, theory.trainable_depth { sigma_w2 = 4, sigma_b2 = 0.05 },
      1e-12)
    near(m.xi_c, theory.trainable_depth { sigma_w2 = 4, sigma_b2 = 0.05,
      lengths = 1 }, 1e-12)
  end)

  it("is infinite where nothing decays, the signal's own where that vanishes",
    function()
      assert.equal(math.huge, theory.trainable_depth { activation = "relu",
        sigma_w2 = 2 })
      near(6 / math.log(2), theory.trainable_depth { activation = "relu",
        sigma_w2 = 1 }, 1e-12)
      raises("sigma_w2 is nil", theory.trainable_depth, {})
      raises("lengths is -1", theory.trainable_depth, { sigma_w2 = 1,
        lengths = -1 })
    end)
end)
