-- stats_spec.lua: summaries of arrays, against NumPy's numbers.
local stats = require "orthorun.table.stats"

local x = { 3.1, -1.2, 0.5, 7.25, 2.0, 2.0, -8.125 }
local inf = math.huge

local function near(wanted, got, tolerance)
  assert.is_true(math.abs(wanted - got) <= (tolerance or 1e-15) *
    math.max(1, math.abs(wanted)), ("wanted %.17g, got %.17g"):format(wanted,
    got))
end

describe("stats", function()
  it("has the scale of a decay, exactly where it is geometric", function()
    local decay, values = require "orthorun".stats.decay_scale, {}
    for i = 1, 9 do values[i] = 3 + 2 * 0.7 ^ i end
    assert.is_true(math.abs(decay(values, 3) + 1 / math.log(0.7)) < 1e-12)
    assert.is_true(math.abs(decay(values, 3, 3.2) + 1 / math.log(0.7)) < 1e-12)
    assert.is_true(decay { 1, 2, 4 } < 0)
    assert.is_true(decay { 1, -2 } ~= decay { 1, -2 })
    local ok, message = pcall(decay, { 1 })
    assert.is_false(ok)
    assert.is_truthy(message:find("at least 2 values are needed, got 1", 1, true))
    ok, message = pcall(decay, { 1, 2 }, 0, "two")
    assert.is_false(ok)
    assert.is_truthy(message:find("count is the string 'two'", 1, true))
  end)

  it("has NumPy's quantiles to the last bit", function()
    assert.are.equal(-3.969999999999999, stats.quantile(x, 0.1))
    assert.are.equal(-0.35, stats.quantile(x, 0.25))
    assert.are.equal(2.0, stats.quantile(x, 0.5))
    assert.are.equal(4.760000000000002, stats.quantile(x, 0.9))
    assert.are.equal(-8.125, stats.quantile(x, 0))
    assert.are.equal(7.25, stats.quantile(x, 1))
  end)

  it("leaves its input as it was", function()
    local values = { 3, 1, 2 }
    stats.median(values)
    assert.are.same({ 3, 1, 2 }, values)
  end)

  it("has NumPy's mean and sample deviation", function()
    near(0.7892857142857144, stats.mean(x))
    near(4.717296567395557, stats.std(x))
    near(4.717296567395557 / 7 ^ 0.5, stats.sem(x))
  end)

  it("keeps a mean exact beside huge equal values", function()
    assert.are.equal(1e16 + 2, stats.mean { 1e16, 1e16 + 2, 1e16 + 4 })
  end)

  it("answers NaN where a NaN is, and for nothing at all", function()
    for _, values in ipairs { { 1, 0 / 0, 2 }, {} } do
      local median, mean = stats.median(values), stats.mean(values)
      assert.are_not.equal(median, median)
      assert.are_not.equal(mean, mean)
    end
  end)

  it("sorts infinities like numbers", function()
    assert.are.equal(-inf, stats.quantile({ 1, -inf, 2, 3, inf }, 0))
    assert.are.equal(2, stats.median { 1, -inf, 2, 3, inf })
    assert.are.equal(-inf, stats.quantile({ -inf, 1 }, 0.5))
    assert.are.equal(-inf, stats.median { -inf, -inf })
  end)

  it("fits a line with NumPy's slope, intercept and error", function()
    local slope, intercept, spread = stats.fit({ 1, 2, 4, 7, 9 },
      { 2.1, 3.9, 8.3, 13.8, 18.4 })
    near(91.4 / 45.2, slope, 1e-14)
    near(-1.76991150e-03, intercept, 1e-11)
    near(0.04188375, spread, 1e-8)
  end)

  it("has no slope where all x are the same", function()
    local slope = stats.fit({ 2, 2 }, { 1, 5 })
    assert.are_not.equal(slope, slope)
  end)

  it("counts NaN apart in a summary", function()
    local s = stats.summary { 1, 0 / 0, 3, 2 }
    assert.are.equal(3, s.n)
    assert.are.equal(1, s.nans)
    assert.are.equal(2, s.median)
    assert.are.equal(1, s.min)
    assert.are.equal(3, s.max)
  end)

  it("says what was wrong with its input", function()
    assert.has_error(function() stats.median "abc" end,
      "median: expected an array of numbers, got the string 'abc'")
    assert.has_error(function() stats.mean { 1, "2" } end,
      "mean: element 2 is a string, not a number")
    assert.has_error(function() stats.quantile({ 1 }, 1.5) end,
      "quantile: p must be in [0, 1], got 1.5")
    assert.has_error(function() stats.fit({ 1 }, { 1, 2 }) end,
      "fit: 1 x values but 2 y values")
  end)

  it("has a bootstrap interval that covers as often as it says", function()
    local ortho = require "orthorun"
    local covered, rng = 0, ortho.rng(7)
    for k = 1, 200 do -- means of 20 normals, true mean 0
      local values = rng:split(k):normal(20, 1):t():totable()[1]
      local low, high = stats.bootstrap(values, { f = stats.mean, draws = 300,
        level = 0.9 })
      assert.is_true(low < high)
      if low <= 0 and 0 <= high then covered = covered + 1 end
    end
    -- 0.9 less what is known to be missing at n = 20 (about 0.02), 4 sigma
    assert.is_true(covered > 160 and covered < 194, tostring(covered))
  end)

  it("has the same bootstrap interval for the same values", function()
    local a, b = stats.bootstrap(x)
    local c, d = stats.bootstrap(x)
    assert.are.same({ a, b }, { c, d })
    assert.is_true(a >= -8.125 and b <= 7.25)
    local low, high = stats.bootstrap { 1, 0 / 0, 2 }
    assert.is_true(low ~= low and high ~= high)
    low = stats.bootstrap { 1 }
    assert.is_true(low ~= low)
    assert.has_error(function() stats.bootstrap(x, { level = 2 }) end,
      "bootstrap: level must be in (0, 1), got 2")
  end)

  describe("ks_test", function() -- numbers of SciPy 1.10.1
    local normal_cdf = require "orthorun.table.distributions".normal_cdf
    local a = { 0.1, -1.3, 0.7, 2.2, -0.4, 1.05, 0.33 }
    local b = { 1.5, 0.9, 2.5, -0.2, 3.1 }
    local function identity(u) return u end

    -- the fractions of multiples of an irrational number, to a power
    local function fractions(n, factor, power)
      local values = {}
      for i = 1, n do values[i] = ((i * factor) % 1) ^ power end
      return values
    end
    local golden, root3 = 0.6180339887498949, 0.7320508075688772

    local function gives(d, p, ...)
      local got_d, got_p = stats.ks_test(...)
      near(d, got_d)
      near(p, got_p, 1e-12)
    end

    it("finds SciPy's distances and probabilities", function()
      gives(0.2541135515627433, 0.6692838264713744, a, normal_cdf)
      gives(0.037070788467534754, 0.7898460082199377,
        fractions(300, golden, 1.1), identity)
      gives(0.5142857142857142, 0.3282828282828283, a, b)
      gives(0.07666666666666666, 0.4652958754312205,
        fractions(300, golden, 1.2), fractions(200, root3, 1))
      gives(0.03633333333333333, 0.08210463450688721,
        fractions(3000, golden, 1.1), fractions(2000, root3, 1))
      gives(0.4, 0.7460317460317459, { 1, 1, 2, 3 }, { 1, 2, 2, 5, 6 })
    end)

    it("leaves its arguments as they were", function()
      local values, other = { 3, 1, 2 }, { 2, 1 }
      stats.ks_test(values, other)
      assert.are.same({ { 3, 1, 2 }, { 2, 1 } }, { values, other })
    end)

    it("is NaN where there is nothing to say", function()
      for _, pair in ipairs { { {}, identity }, { { 0 / 0 }, identity },
        { { 1 }, {} }, { { 1 }, { 0 / 0 } } } do
        local d, p = stats.ks_test(pair[1], pair[2])
        assert.is_true(d ~= d and p ~= p)
      end
    end)

    it("names what is wrong", function()
      assert.has_error(function() stats.ks_test({ 2 }, identity) end,
        "ks_test: the law must give a share in [0, 1], gave 2 at 2")
      assert.has_error(function() stats.ks_test({ 2 }, function() end) end,
        "ks_test: the law must give a share in [0, 1], gave nil at 2")
      assert.has_error(function() stats.ks_test({ 2 }, "normal") end,
        "ks_test: the law must be a function or an array of numbers, " ..
        "got the string 'normal'")
      assert.has_error(function() stats.ks_test({ 2 }, { "x" }) end,
        "ks_test: element 1 is a string, not a number")
    end)
  end)
end)
