-- distributions_spec.lua: against values of mpmath 1.3 with 40 digits.
local distributions = require "orthorun.table.distributions"

local betas = {
  { 0.1, 0.5, 0.5, 0.20483276469913345165 },
  { 0.5, 2, 3, 0.6875 },
  { 0.99, 10, 0.5, 0.65792817515678447032 },
  { 0.001, 0.5, 20, 0.15758381398363849393 },
  { 0.3, 150, 350, 0.50519263308328944074 },
  { 0.9999, 5000, 0.5, 0.31731050725792679656 },
  { 1e-10, 0.5, 0.5, 6.3661977237819167262e-6 },
  { 0.7, 1, 1, 0.7 },
  { 0.2, 1e-3, 4, 0.99968102278663457783 },
}

local tails = {
  { 1, 1, 0.5 },
  { 2.5, 4, 0.066766544811988145039 },
  { 0.01, 4, 0.99250015624589854736 },
  { 12.7, 1, 0.050024327689344157267 },
  { 3, 9.5, 0.014098459163801085533 },
  { 30, 6, 9.0991470444433763644e-8 },
  { 2, 100, 0.048212178731133679601 },
  { 6, 1000, 2.7553691733774691126e-9 },
  { 1.96, 1e6, 0.049996067585269786533 },
  { 1e-6, 3, 0.99999926489480610444 },
  { 100, 99, 3.0011321209127605669e-101 },
  { 5, 1e7, 5.7331280750085389921e-7 },
}

local quantiles = {
  { 0.05, 1, 12.706204736174704646 },
  { 0.05, 2, 4.3026527297494638523 },
  { 0.05, 4, 2.7764451051977943578 },
  { 0.05, 9, 2.2621571627982055426 },
  { 0.05, 30, 2.04227245630123831 },
  { 0.01, 4, 4.6040948713499932254 },
  { 0.001, 3, 12.923978636687483065 },
  { 0.05, 1000, 1.962339080826408485 },
  { 0.5, 7, 0.71114177808178630563 },
  { 1e-8, 5, 71.693502769820865223 },
  { 0.05, 1e6, 1.9599663568141070353 },
}

local normal = {
  { 0, 1.0 },
  { 0.1, 0.92034432544594203707 },
  { 1, 0.31731050786291410283 },
  { 1.96, 0.049995790296440868273 },
  { 2, 0.045500263896358414401 },
  { 3, 0.0026997960632601890533 },
  { 5, 5.7330314375838782335e-7 },
  { 8, 1.2441921148543568247e-15 },
  { 20, 5.5072482372124673902e-89 },
  { 37, 1.1451142445049153645e-299 },
}

-- Within 1e-10 of what is right, relative to it.
local function near(wanted, got, what)
  assert.is_true(math.abs(got - wanted) <= 1e-10 * math.abs(wanted),
    ("%s: %.17g, not %.17g"):format(what, got, wanted))
end

local function each(list, f, digits)
  for _, row in ipairs(list) do
    local wanted = row[#row]
    local got = f(table.unpack(row, 1, #row - 1))
    near(wanted, got, digits .. " of " .. table.concat(row, ", ", 1, #row - 1))
  end
end

describe("distributions", function()
  it("know the incomplete beta function", function()
    each(betas, distributions.incomplete_beta, "I")
    assert.are.equal(0, distributions.incomplete_beta(0, 2, 3))
    assert.are.equal(1, distributions.incomplete_beta(1, 2, 3))
  end)

  it("know the gamma function", function()
    local factorial = 1.0
    for n = 1, 30 do
      near(math.log(factorial) + 1, distributions.log_gamma(n) + 1, n)
      factorial = factorial * n
    end
    near(math.log(math.pi) / 2, distributions.log_gamma(0.5), "0.5")
  end)

  it("know Student's tails, also far ones and of many degrees", function()
    each(tails, distributions.t_tails, "t")
    assert.are.equal(1, distributions.t_tails(0, 3))
    assert.are.equal(0, distributions.t_tails(math.huge, 3))
    assert.are.equal(distributions.t_tails(2, 3), distributions.t_tails(-2, 3))
  end)

  it("know Student's quantiles", function()
    each(quantiles, distributions.t_quantile, "quantile")
    assert.are.equal(0, distributions.t_quantile(1, 4))
  end)

  it("know the normal distribution", function()
    each(normal, distributions.normal_tails, "z")
    near(0.97500210485177956586, distributions.normal_cdf(1.96), "cdf")
    near(0.024997895148220434, distributions.normal_cdf(-1.96), "cdf")
    assert.are.equal(0.5, distributions.normal_cdf(0))
    near(distributions.normal_tails(2.5 - 1e-13),
      distributions.normal_tails(2.5), "where the two ways meet")
  end)

  it("let NaN through", function()
    for _, x in ipairs { distributions.t_tails(0 / 0, 4),
      distributions.normal_tails(0 / 0), distributions.normal_cdf(0 / 0),
      distributions.incomplete_beta(0 / 0, 1, 1) } do
      assert.is_true(x ~= x)
    end
  end)
end)
