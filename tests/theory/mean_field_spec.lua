-- mean_field_spec.lua: fixed points of variances and correlations, against
-- mpmath's numbers and closed forms.
local ortho = require "orthorun"
local theory = ortho.theory
local near = dofile("tests/support.lua").near

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
