-- theory/slope_law: the probabilities of an activation's squared slopes.
local ortho = require "orthorun"
local slope_law = require "orthorun.theory.slope_law"
local near = dofile("tests/support.lua").near

describe("slope_law", function()
  it("has few values where the slope has", function()
    local relu = slope_law.at("relu", nil, 1)
    assert.equal(2, #relu)
    near(0.5, relu[1].share, 1e-15)
    assert.same({ 0, 1 }, { relu[1].value, relu[2].value })
    local hard = slope_law.at("hard_tanh", nil, 4)
    assert.equal(2, #hard)
    near(0.38292492254802621, hard[2].share, 1e-14) -- erf(1/sqrt 8)
  end)

  it("has the moments of the core's quadrature, at any variance", function()
    for _, name in ipairs { "tanh", "selu", "gelu", "silu", "hard_tanh" } do
      for _, q in ipairs { 1e-4, 1, 30, 1e4 } do
        local law = slope_law.at(name, nil, q)
        for power = 1, 2 do
          local wanted = ortho.activation.moment(name, { q = q, slope = true,
            power = 2 * power })
          near(1, slope_law.moment(law, power) / wanted, 1e-12,
            ("%s, q = %g"):format(name, q))
        end
      end
    end
  end)

  it("knows the kinks of one's own activation", function()
    ortho.activation.define { name = "slope_law_step", kinks = { 0.3 },
      value = function(x) return x < 0.3 and 0 or 2 * (x - 0.3) end }
    local law = slope_law.at("slope_law_step", nil, 1)
    near(4 * 0.38208857781104736, slope_law.moment(law, 1), 1e-9)
  end)
end)
