-- distributions: tails of the normal, of Student's t and of the chi-squared
-- distribution, and what they are made of: the logarithm of the gamma function, the
-- incomplete beta and gamma functions. Relative errors are below 1e-12 up to a
-- thousand degrees of freedom, and below 1e-10 up to ten million. Logarithms of tails
-- go on where tails are below the least float. NaN goes through. No options, no
-- checks: for the library.
local distributions = {}

local exp, log, sqrt, abs = math.exp, math.log, math.sqrt, math.abs

-- log(1 + x) without the digits that 1 + x loses (Kahan).
local function log1p(x)
  local u = 1 + x
  if u == 1 then return x end
  return log(u) * x / (u - 1)
end

-- --- the gamma function -----------------------------------------------------

local from = 10 -- from here Stirling's series is good to rounding
local stirling = { 1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188,
  -691 / 360360, 1 / 156 }

-- log Gamma(x) - ((x - 1/2) log x - x + log(2 pi) / 2), x >= 10.
local function remainder(x)
  local sum, power = 0, 1 / x
  for _, c in ipairs(stirling) do
    sum, power = sum + c * power, power / (x * x)
  end
  return sum
end

-- log Gamma(x), x > 0.
function distributions.log_gamma(x)
  local product = 1
  while x < from do
    product, x = product * x, x + 1
  end
  return (x - 0.5) * log(x) - x + 0.5 * log(2 * math.pi) + remainder(x) -
    log(product)
end

local log_gamma = distributions.log_gamma

-- log B(a, b) for a >= b: large terms are cancelled before they are added.
local function log_beta(a, b)
  if a < b then a, b = b, a end
  if a < from then return log_gamma(a) + log_gamma(b) - log_gamma(a + b) end
  return log_gamma(b) - (a - 0.5) * log1p(b / a) - b * log(a + b) + b +
    remainder(a) - remainder(a + b)
end

-- --- the incomplete beta function -------------------------------------------

local tiny = 1e-300

-- Its continued fraction (DLMF 8.17.22) by Lentz's method.
local function fraction(x, a, b)
  local c, d = 1, 1 - (a + b) * x / (a + 1)
  d = 1 / (abs(d) < tiny and tiny or d)
  local value = d
  local function step(term)
    d = 1 + term * d
    c = 1 + term / c
    d = 1 / (abs(d) < tiny and tiny or d)
    c = abs(c) < tiny and tiny or c
    value = value * c * d
  end
  for m = 1, 100000 do
    step(m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)))
    step(-(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)))
    if abs(c * d - 1) < 2e-16 then break end
  end
  return value
end

-- The regularized incomplete beta function I_x(a, b), 0 <= x <= 1, a, b > 0.
-- y: 1 - x, for those who know it better.
function distributions.incomplete_beta(x, a, b, y)
  y = y or 1 - x
  if x ~= x or a ~= a or b ~= b then return 0 / 0 end
  if x <= 0 then return 0.0 end
  if y <= 0 then return 1.0 end
  local log_x = x > 0.5 and log1p(-y) or log(x)
  local log_y = y > 0.5 and log1p(-x) or log(y)
  local front = exp(a * log_x + b * log_y - log_beta(a, b))
  if x < (a + 1) / (a + b + 2) then return front * fraction(x, a, b) / a end
  return 1 - front * fraction(y, b, a) / b
end

-- --- Student's t ------------------------------------------------------------

-- The probability that |T| >= |t|, T with df > 0 degrees of freedom.
function distributions.t_tails(t, df)
  if t ~= t or df ~= df then return 0 / 0 end
  local ratio = t * t / df
  if ratio == math.huge then return 0.0 end
  return distributions.incomplete_beta(1 / (1 + ratio), df / 2, 0.5,
    ratio / (1 + ratio))
end

-- Its logarithm, also where it is less than any float.
function distributions.log_t_tails(t, df)
  if t ~= t or df ~= df then return 0 / 0 end
  t = abs(t)
  local root, a = t / sqrt(df), df / 2
  local x = 1 / (1 + root * root)
  if not (x < (a + 1) / (a + 2.5)) then return log(distributions.t_tails(t, df)) end
  if t == math.huge then return -math.huge end
  local log_x = root < 1e100 and -log1p(root * root) or -2 * log(root)
  return a * log_x + log1p(-x) / 2 - log_beta(a, 0.5) +
    log(fraction(x, a, 0.5) / a)
end

-- The density of T at t.
local function t_density(t, df)
  return exp(-(df + 1) / 2 * log1p(t * t / df) - log_beta(df / 2, 0.5)) /
    sqrt(df)
end

-- The t >= 0 for which the probability that |T| >= t is p, 0 < p <= 1. Newton's
-- method from the left: tails are convex, so it never goes too far.
function distributions.t_quantile(p, df)
  local t = 0.0
  for _ = 1, 10000 do
    local step = (distributions.t_tails(t, df) - p) / (2 * t_density(t, df))
    t = t + step
    if not (step > 4e-16 * t) then break end
  end
  return t
end

-- --- chi-squared ------------------------------------------------------------

-- The logarithm of x^a e^-x / Gamma(a + 1), large terms cancelled before they are
-- added.
local function log_gamma_front(a, x)
  if a < from then return a * log(x) - x - log_gamma(a + 1) end
  local away = (x - a) / a
  return a * (log1p(away) - away) - 0.5 * log(2 * math.pi * a) - remainder(a)
end

-- The incomplete gamma function's series: P(a, x) over its front.
local function gamma_series(a, x)
  local sum, term, k = 1.0, 1.0, a
  while term > 1e-17 * sum do
    k = k + 1
    term = term * x / k
    sum = sum + term
  end
  return sum
end

-- Q(a, x) over a times its front, by Lentz's method (DLMF 8.9.2).
local function gamma_fraction(a, x)
  local b = x + 1 - a
  local c, d = 1 / tiny, 1 / b
  local value = d
  for k = 1, 100000 do
    local term = k * (a - k)
    b = b + 2
    d = 1 / (b + term * d)
    c = b + term / c
    value = value * c * d
    if abs(c * d - 1) < 2e-16 then break end
  end
  return value
end

-- The probabilities that X <= x and that X >= x, X chi-squared with df > 0 degrees
-- of freedom.
function distributions.chi2_tails(x, df)
  if x ~= x or df ~= df then return 0 / 0, 0 / 0 end
  if x <= 0 then return 0.0, 1.0 end
  if x == math.huge then return 1.0, 0.0 end
  local a, half = df / 2, x / 2
  local front = exp(log_gamma_front(a, half))
  if half < a + 1 then
    local below = front * gamma_series(a, half)
    return below, 1 - below
  end
  local above = front * a * gamma_fraction(a, half)
  return 1 - above, above
end

-- The logarithm of the probability that X >= x, also where it is less than any float.
function distributions.log_chi2_tail(x, df)
  local a, half = df / 2, x / 2
  if x > 0 and x < math.huge and half >= a + 1 then
    return log_gamma_front(a, half) + log(a * gamma_fraction(a, half))
  end
  local below, above = distributions.chi2_tails(x, df)
  return below < 0.5 and log1p(-below) or log(above)
end

-- --- the normal distribution ------------------------------------------------

-- What the far tail's density is to be divided by: Laplace's continued fraction from
-- its far end.
local function below_tail(z)
  local below = z
  for k = 120, 1, -1 do below = z + k / below end
  return below
end

local series_to = 2.5 -- up to here a series is good, from here the fraction

-- The probability that |Z| >= |z|, Z standard normal.
function distributions.normal_tails(z)
  if z ~= z then return 0 / 0 end
  z = abs(z)
  local density = exp(-z * z / 2) / sqrt(2 * math.pi)
  if z < series_to then
    local sum, term, k = 0, z, 1
    while term > 1e-17 * sum and term > 0 do
      sum, k = sum + term, k + 2
      term = term * z * z / k
    end
    return 1 - 2 * density * sum
  end
  return 2 * density / below_tail(z)
end

-- Its logarithm, also where it is less than any float.
function distributions.log_normal_tails(z)
  z = abs(z)
  if not (z >= series_to) then return log(distributions.normal_tails(z)) end
  return log(2 / below_tail(z)) - z * z / 2 - log(2 * math.pi) / 2
end

-- The z >= 0 for which the probability that |Z| >= z is p, 0 <= p <= 1. Newton's
-- method on the tail's logarithm, which is concave, from the right.
function distributions.normal_quantile(p)
  if p ~= p or p <= 0 then return p == 0 and math.huge or 0 / 0 end
  local z = sqrt(-2 * log(math.min(p, 1)))
  for _ = 1, 100 do
    local tail = distributions.normal_tails(z)
    local density = 2 * exp(-z * z / 2) / sqrt(2 * math.pi)
    local step = log(p / tail) * tail / density
    z = z - step
    if not (step > 4e-16 * z) then break end
  end
  return math.max(z, 0.0)
end

-- The probability that Z <= z.
function distributions.normal_cdf(z)
  local tail = distributions.normal_tails(z) / 2
  return z > 0 and 1 - tail or tail
end

-- The z >= 0 for which log P(|Z| >= z) is log_p <= 0. Newton's method from the right:
-- the logarithm is concave, so it never goes too far.
function distributions.normal_score(log_p)
  if log_p ~= log_p then return log_p end
  if log_p >= 0 then return 0.0 end
  local z = sqrt(-2 * log_p)
  if z == math.huge then return z end
  for _ = 1, 100 do
    local tail = distributions.log_normal_tails(z)
    local hazard = z < series_to and 2 * exp(-z * z / 2 - tail) /
      sqrt(2 * math.pi) or below_tail(z)
    local step = (log_p - tail) / hazard
    z = z - step
    if not (abs(step) > 4e-16 * z) then break end
  end
  return math.max(z, 0.0)
end

-- The z that is as rare as a t of df degrees of freedom: of the same sign, with
-- P(|Z| >= |z|) = P(|T| >= |t|). df nil or infinite: t.
function distributions.t_score(t, df)
  if not df or df == math.huge or t ~= t or t == 0 then return t end
  local z = distributions.normal_score(distributions.log_t_tails(t, df))
  return t < 0 and -z or z
end

return distributions
