-- theory/trajectory: against the maps one by one, and closed forms.
local ortho = require "orthorun"
local theory = ortho.theory
local support = dofile "tests/support.lua"
local raises, near = support.raises, support.near

describe("theory.trajectory", function()
  it("goes through the maps", function()
    local o = { sigma_w2 = 1.7, sigma_b2 = 0.04 }
    local q, c = theory.trajectory { sigma_w2 = 1.7, sigma_b2 = 0.04, layers = 5, q = 2,
      c = 0.3 }
    assert.are.same({ 2, 0.3, 5, 5 }, { q[1], c[1], #q, #c })
    for l = 2, 5 do
      near(theory.variance_map("tanh", q[l - 1], o), q[l], 1e-14)
      near(theory.correlation_map("tanh", c[l - 1], { sigma_w2 = 1.7, sigma_b2 = 0.04,
        q = q[l - 1] }), c[l], 1e-13)
    end
  end)

  it("ends at the fixed point, and stays where c = 1", function()
    local m = theory.mean_field { activation = "erf", sigma_w2 = 3, sigma_b2 = 0.1 }
    local q, c = theory.trajectory { activation = "erf", sigma_w2 = 3, sigma_b2 = 0.1,
      layers = 100, c = 0.9 }
    near(m.q, q[100], 1e-12)
    near(m.c, c[100], 1e-6)
    q, c = theory.trajectory { sigma_w2 = 0.9, sigma_b2 = 0.1, layers = 3 }
    near(q[1], q[3], 1e-12)
    assert.are.same({ 1, 1.0, 1.0 }, c)
  end)

  it("is the arc-cosine map for relu", function()
    local _, c = theory.trajectory { activation = "relu", sigma_w2 = 2, layers = 2, q = 1,
      c = 0.5 }
    near((math.sqrt(0.75) + 0.5 * (math.pi - math.acos(0.5))) / math.pi, c[2], 1e-12)
  end)

  it("refuses what describes no path", function()
    local function no(text, options) raises(text, theory.trajectory, options) end
    no("trajectory: sigma_w2 is nil", { layers = 3 })
    no("layers is 0", { sigma_w2 = 1, layers = 0 })
    no("q is 0", { sigma_w2 = 1, layers = 2 }) -- tanh without biases: q* = 0
    no("sigma_w2 is -1", { sigma_w2 = -1, layers = 2 })
  end)
end)
