-- special_spec.lua: digamma and trigamma, against mpmath's numbers and their
-- own recurrences.
local special = require "orthorun.theory.special"
local near = dofile("tests/support.lua").near

describe("digamma and trigamma", function()
  it("equal mpmath's to 1e-15", function()
    local golden = {
      { 0.1, -10.423754940411077, 101.43329915079276 },
      { 1, -0.57721566490153286, 1.6449340668482264 },
      { 3.7, 1.1671535393615114, 0.31003785767003832 },
      { 128, 4.8481189276876395, 0.0078430970500146151 },
    }
    for _, g in ipairs(golden) do
      near(g[2], special.digamma(g[1]), 1e-15 * math.max(1, math.abs(g[2])))
      near(g[3], special.trigamma(g[1]), 1e-15 * math.max(1, g[3]))
    end
  end)

  it("equal mpmath's on either side of the series' beginning, and far out",
    function()
      local golden = {
        { 1e-8, -100000000.57721564636, 1.0000000000000001226e16 },
        { 0.5, -1.9635100260214234794, 4.9348022005446793094 },
        { 11.9, 2.4339335368825374859, 0.087663201190004183574 },
        { 12, 2.4426616799758120167, 0.08690187287176839075 },
        { 1e6, 13.815510057964190771, 1.0000005000001666667e-6 },
        { 1e300, 690.77552789821370526, 1e-300 },
      }
      for _, g in ipairs(golden) do
        near(1, special.digamma(g[1]) / g[2], 1e-15, "digamma " .. g[1])
        near(1, special.trigamma(g[1]) / g[3], 1e-15, "trigamma " .. g[1])
      end
    end)

  it("satisfy psi(x + 1) = psi(x) + 1/x and its derivative", function()
    for k = 1, 60 do
      local x = 0.37 * k
      near(special.digamma(x) + 1 / x, special.digamma(x + 1),
        4e-15 * (1 + 1 / x))
      near(special.trigamma(x) - 1 / x ^ 2, special.trigamma(x + 1),
        4e-15 * (1 + 1 / x ^ 2))
    end
  end)

  it("are infinite, or nothing, at infinity", function()
    assert.equal(math.huge, special.digamma(math.huge))
    assert.equal(0, special.trigamma(math.huge))
  end)

  it("refuse what is not above 0", function()
    assert.error_matches(function() special.digamma(0) end, "above 0, got 0")
    assert.error_matches(function() special.digamma(-0.5) end, "got %-0.5")
    assert.error_matches(function() special.digamma(0 / 0) end, "nan")
    assert.error_matches(function() special.digamma() end,
      "digamma: expected a number above 0, got nil")
    assert.error_matches(function() special.trigamma("x") end, "got the string 'x'")
  end)
end)
