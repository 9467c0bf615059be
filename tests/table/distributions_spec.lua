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

-- x, degrees of freedom, below, above
local chi2 = {
  { 0.5, 1, 0.52049987781304653768, 0.47950012218695346232 },
  { 3.84, 1, 0.94995647875129489681, 0.050043521248705103189 },
  { 0.001, 2, 0.00049987502083072943746, 0.99950012497916927056 },
  { 20, 2, 0.99995460007023751515, 0.000045399929762484851536 },
  { 5, 4.5, 0.6491617835011035297, 0.3508382164988964703 },
  { 30, 20, 0.93014633930059023231, 0.069853660699409767692 },
  { 100, 100, 0.51880831547204328189, 0.48119168452795671811 },
  { 160, 100, 0.99986921602340858966, 0.00013078397659141033656 },
  { 60, 100, 0.00051889146254803429258, 0.99948110853745196571 },
  { 1000, 1000, 0.50594714617076035805, 0.49405285382923964195 },
  { 1300, 1000, 0.99999999961102635005, 3.8897364994868524768e-10 },
  { 700, 1000, 2.8903599395611955604e-14, 0.9999999999999710964 },
  { 100000, 100000, 0.50059470810479331139, 0.49940529189520668861 },
  { 102000, 100000, 0.99999558806074487969, 4.4119392551203061853e-6 },
  { 10000000, 10000000, 0.50005947080393783768, 0.49994052919606216232 },
  { 10020000, 10000000, 0.99999607632940271544, 3.9236705972845646062e-6 },
  { 400, 3, 1, 2.2138865931011177432e-86 },
  { 1e-08, 10, 2.6041666558159725179e-44, 1.0 },
}

local normal_quantiles = {
  { 0.9, 0.12566134685507403421 },
  { 0.5, 0.6744897501960817432 },
  { 0.05, 1.9599639845400542355 },
  { 0.001, 3.2905267314918947932 },
  { 1e-8, 5.7307288682362896501 },
  { 1e-15, 8.0268588825345408924 },
  { 1e-100, 21.305940069351527446 },
  { 1e-300, 37.065787880772130393 },
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

-- t, degrees of freedom, the logarithm of both tails, the normal score.
local scores = {
  { 0.5, 1, -0.34979471750208644, 0.37880487807081295 },
  { 3.3, 4, -3.5087796942129047, 2.1709702660366857 },
  { 12.706, 1, -2.9957162265200816, 1.9599571203790684 },
  { 0.001, 2, -0.00070735672219849572, 0.0008862268199028879 },
  { 100, 2, -9.2104903582279325, 3.8906282781968749 },
  { 1e10, 4, -90.311644250533772, 13.228593067085997 },
  { 1e+150, 3, -1035.372421227716, 45.416522757126752 },
  { 50, 1000, -629.89356592638901, 35.38645640379269 },
  { 300, 1000, -2259.1041584210524, 67.151637241765944 },
  { 3, 9, -4.2026183900949416, 2.4334339495644792 },
  { 2.0, 49, -2.9747705485179186, 1.9509823261078088 },
  { 5, 2, -3.2767816881094169, 2.0775638207774887 },
  { 1.0, 3, -0.93904204393417719, 0.85780125084095694 },
}

-- x, degrees of freedom, the logarithm of the upper tail.
local chi_squares = {
  { 0.1, 1, -0.28524553116967685 },
  { 3.84, 1, -2.9948622271800273 },
  { 12.3, 9.4, -1.4993790351381164 },
  { 0.001, 0.5, -0.18027535262043358 },
  { 100, 3, -47.913352111990124 },
  { 30, 30, -0.76431303495651109 },
  { 5, 20, -0.00027739056382620555 },
  { 2000, 10, -975.54302871710205 },
  { 1100, 1000, -4.2257473789266177 },
  { 7, 0.7, -5.3913299169901617 },
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

  it("know chi-squared, both tails, also far ones and of many degrees", function()
    for _, row in ipairs(chi2) do
      local below, above = distributions.chi2_tails(row[1], row[2])
      near(row[3], below, "below " .. row[1])
      near(row[4], above, "above " .. row[1])
    end
    assert.are.same({ 0, 1 }, { distributions.chi2_tails(0, 3) })
    assert.are.same({ 1, 0 }, { distributions.chi2_tails(math.huge, 3) })
  end)

  it("know the normal distribution's quantiles", function()
    each(normal_quantiles, distributions.normal_quantile, "quantile")
    assert.are.equal(0, distributions.normal_quantile(1))
    assert.are.equal(math.huge, distributions.normal_quantile(0))
  end)

  it("let NaN through", function()
    for _, x in ipairs { distributions.t_tails(0 / 0, 4),
      distributions.normal_tails(0 / 0), distributions.normal_cdf(0 / 0),
      distributions.incomplete_beta(0 / 0, 1, 1),
      distributions.normal_quantile(0 / 0),
      (distributions.chi2_tails(0 / 0, 3)) } do
      assert.is_true(x ~= x)
    end
  end)

  it("has t's score: the normal number that is as rare", function()
    for _, row in ipairs(scores) do
      local t, df, log_tails, z = table.unpack(row)
      near(log_tails, distributions.log_t_tails(t, df), ("log t %g %g"):format(t, df))
      near(z, distributions.t_score(t, df), ("score %g %g"):format(t, df))
      assert.are.equal(-distributions.t_score(t, df), distributions.t_score(-t, df))
    end
    assert.are.equal(3.3, distributions.t_score(3.3))
    assert.are.equal(0, distributions.t_score(0, 4))
    assert.are.equal(math.huge, distributions.t_score(math.huge, 4))
    assert.are.equal(-math.huge, distributions.t_score(-math.huge, 4))
    assert.is_true(distributions.t_score(0 / 0, 4) ~= distributions.t_score(0 / 0, 4))
    near(3.3 * (1 - 11.89 / 4e7), distributions.t_score(3.3, 1e7), "1e7 degrees")
    local last = 0
    for k = -300, 300 do -- never falls, never nonsense
      local z = distributions.t_score(10.0 ^ k, 2)
      assert.is_true(z >= last and z <= 10.0 ^ k and z < 60, ("1e%d"):format(k))
      last = z
    end
  end)

  it("has the logarithm of a chi-square's tail, of any degrees of freedom", function()
    for _, row in ipairs(chi_squares) do
      local x, df, tail = table.unpack(row)
      near(tail, distributions.log_chi2_tail(x, df),
        ("chi-square %g %g"):format(x, df))
    end
    assert.are.equal(0, distributions.log_chi2_tail(0, 3))
    assert.is_true(math.abs(distributions.log_chi2_tail(0.5, 100)) < 1e-15)
    assert.are.equal(-math.huge, distributions.log_chi2_tail(math.huge, 3))
    assert.is_true(distributions.log_chi2_tail(1e6, 3) < -4e5)
  end)
end)
