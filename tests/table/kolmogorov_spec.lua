-- kolmogorov_spec.lua: against SciPy 1.10.1, kstwo.sf and ks_2samp.
local kolmogorov = require "orthorun.table.kolmogorov"

-- n, d, P(D >= d)
local one = {
  { 1, 0.7, 0.60000000000000009 },
  { 2, 0.3, 0.97999999999999998 },
  { 5, 0.2, 0.96160000000000001 },
  { 5, 0.5, 0.112 },
  { 10, 0.1, 0.99963712000000005 },
  { 10, 0.41, 0.04932075782870482 },
  { 10, 0.9, 1.9999999999999957e-10 },
  { 20, 0.25, 0.13762569836717486 },
  { 50, 0.05, 0.99902380984618833 },
  { 50, 0.192, 0.043433192215033944 },
  { 100, 0.136, 0.044860299790847803 },
  { 100, 0.2, 0.00055519273279887749 },
  { 140, 0.11, 0.06252511429470399 },
  { 141, 0.11, 0.061026676517912715 },
  { 141, 0.05, 0.85484569300966284 },
  { 200, 0.02, 0.99999484801798577 },
  { 500, 0.06, 0.052434634890262233 },
  { 500, 0.03, 0.74731667004570212 },
  { 1000, 0.02, 0.81089716568955772 },
  { 1000, 0.06, 0.0014285978879528911 },
  { 10000, 0.01, 0.26821912770291922 },
  { 10000, 0.015, 0.021994157424192522 },
  { 100000, 0.003, 0.32845633277269559 },
  { 100000, 0.01, 4.0932780235492538e-09 },
  { 1000000, 0.0012, 0.11215991901443556 },
}

describe("kolmogorov", function()
  it("knows the law of the distance from a law", function()
    for _, row in ipairs(one) do
      local got = kolmogorov.tail(row[2], row[1])
      assert.is_true(math.abs(got - row[3]) <= 1e-9 * row[3],
        ("%d, %g: %.17g"):format(row[1], row[2], got))
    end
  end)

  it("knows its ends, and lets NaN through", function()
    assert.are.equal(0, kolmogorov.tail(1, 5))
    assert.are.equal(1, kolmogorov.tail(0.1, 5))
    assert.are.equal(0, kolmogorov.tail(0.5, 100000))
    assert.is_true(kolmogorov.tail(0 / 0, 5) ~= kolmogorov.tail(0 / 0, 5))
  end)

  it("knows the law of two samples' distance, by counting for few", function()
    assert.is_true(math.abs(kolmogorov.two_samples(18 / 35, 7, 5) -
      0.3282828282828283) < 1e-14)
    assert.is_true(math.abs(kolmogorov.two_samples(2 / 5, 4, 5) -
      0.7460317460317459) < 1e-14)
    assert.are.equal(1, kolmogorov.two_samples(1 / 2, 2, 2)) -- all 6 ways
    assert.is_true(math.abs(kolmogorov.two_samples(1, 2, 2) - 2 / 6) < 1e-15)
    assert.are.equal(1, kolmogorov.two_samples(0, 3, 4))
  end)
end)
