-- jacobian: the singular values of a wide random network's input-output
-- Jacobian J = D^L W^L ... D^1 W^1, by free probability (Pennington,
-- Schoenholz, Ganguli 2018, arXiv:1802.09979). With m the moment function of
-- J J', sum_k m_k z^-k, and w that of the squared slopes d at the same m,
--   m = sum_d p_d d/(w - d),
--   z = g^2L (1 + m)/m (m w)^G (1 + m)^(L - G)    Gaussian weights,
--   z = g^2L (1 + m)/m (m w/(1 + m))^G            orthogonal ones
-- for L matrices and G gates D. On the real axis m(x + i0) has the density of
-- x = s^2 in its imaginary part; everything here is a function of w.

--- @module theory

local activation = require "orthorun.core".activation
local arms = require "orthorun.base.arms"
local mean_field = require "orthorun.theory.mean_field"
local names = require "orthorun.base.names"
local net_of = require "orthorun.theory.net"
local slope_law = require "orthorun.theory.slope_law"
local fail = require "orthorun.core".fail -- at the user's line

local jacobian = {}

local log, exp, pi = math.log, math.exp, math.pi

-- --- the transform -----------------------------------------------------------

local function over(ar, ai, br, bi)
  local size = br * br + bi * bi
  return (ar * br + ai * bi) / size, (ai * br - ar * bi) / size
end

-- m(w), dm/dw and 1 + m = sum_d p_d w/(w - d), which loses nothing where m is
-- near -1; each as real and imaginary part.
local function moments(law, wr, wi)
  local mr, mi, dr, di, sr, si = 0, 0, 0, 0, 0, 0
  for i = 1, #law do
    local d, p = law[i].value, law[i].share
    local ur, ui = over(1, 0, wr - d, wi)
    local pd = p * d
    mr, mi = mr + pd * ur, mi + pd * ui
    dr, di = dr - pd * (ur * ur - ui * ui), di - pd * 2 * ur * ui
    sr, si = sr + p * ur, si + p * ui
  end
  return mr, mi, dr, di, sr * wr - si * wi, sr * wi + si * wr
end

local function log_of(r, i) return 0.5 * log(r * r + i * i), math.atan(i, r) end

-- ln z and d(ln z)/dw at w.
local function log_z(of, wr, wi)
  local mr, mi, dr, di, nr, ni = moments(of.law, wr, wi)
  local G, A = of.gates, of.ones
  local lm, am = log_of(mr, mi)
  local ln, an = log_of(nr, ni)
  local lw, aw = log_of(wr, wi)
  local er, ei = over(A, 0, nr, ni)
  local fr, fi = over(G - 1, 0, mr, mi)
  local gr, gi = over(G, 0, wr, wi)
  er, ei = er + fr, ei + fi
  return of.log_scale + A * ln + (G - 1) * lm + G * lw,
    A * an + (G - 1) * am + G * aw,
    dr * er - di * ei + gr, dr * ei + di * er + gi
end

-- d(ln z)/dw at real w above all slopes: 0 at the spectrum's edge.
local function real_slope(of, w)
  local m, _, d = moments(of.law, w, 0)
  return d * (of.ones / (1 + m) + (of.gates - 1) / m) + of.gates / w
end

-- --- the upper edge ------------------------------------------------------------

-- The largest squared singular value, as its logarithm: ln z is smallest there
-- over w > max d. Where it falls all the way down to max d there is no minimum
-- inside, and the largest product of slopes is the edge.
local function log_edge(of)
  local top = of.law[#of.law].value
  local function slope(t) return real_slope(of, top * (1 + exp(t))) end
  local low, high = -34.0, 1.0
  if slope(low) >= 0 then return of.log_scale + of.gates * log(top) end
  while slope(high) < 0 do high = high + 1 end
  for _ = 1, 100 do
    local t = 0.5 * (low + high)
    if slope(t) < 0 then low = t else high = t end
  end
  return (log_z(of, top * (1 + exp(high)), 0))
end

-- --- inside the spectrum ---------------------------------------------------------

-- Newton's method in t = ln w for ln z(w) = (lr, li), from t; nil where it does
-- not arrive, leaves the upper half-plane, or ends far from where its first step,
-- the tangent, pointed: there it may have met another solution.
local function newton(of, lr, li, tr, ti)
  local rest_r, rest_i, allowed = 0, 0, nil
  for _ = 1, 8 do
    local size = exp(tr)
    local wr, wi = size * math.cos(ti), size * math.sin(ti)
    local zr, zi, sr, si = log_z(of, wr, wi)
    zr, zi = lr - zr, li - zi
    zi = zi - 2 * pi * math.floor(zi / (2 * pi) + 0.5)
    local hr, hi = over(zr, zi, sr * wr - si * wi, sr * wi + si * wr)
    tr, ti = tr + hr, ti + hi
    if allowed then rest_r, rest_i = rest_r + hr, rest_i + hi end
    local moved = hr * hr + hi * hi
    allowed = allowed or 0.04 * moved + 1e-20
    if not (moved < 0.25 and ti > -1e-9 and ti < 4) or
      rest_r * rest_r + rest_i * rest_i > allowed then return nil end
    if moved <= 1e-22 then return tr, math.max(ti, 0.0) end
  end
  return nil
end

-- From t at the logarithm a on to that at b, in steps that Newton's method can
-- take: t is analytic between, since z stays in the upper half-plane.
local function follow(of, ar, ai, br, bi, tr, ti)
  local length = math.max(math.abs(br - ar), math.abs(bi - ai), 1e-3)
  local at, step = 0.0, 0.25 / length
  while at < 1 do
    local to = math.min(1, at + step)
    local r, i = newton(of, ar + to * (br - ar), ai + to * (bi - ai), tr, ti)
    if r then
      at, tr, ti, step = to, r, i, 2 * step
    else
      step = step / 2
      if step * length < 1e-9 then return tr, ti end -- at an edge
    end
  end
  return tr, ti
end

-- ln w at z = i exp(far - k): the k-th of the points on the imaginary axis that
-- paths start from, the first far out, where w = z mu_1/m_1.
local function anchor(of, k)
  local known = of.anchors
  if #known == 0 then
    known[1] = { of.far - of.log_mean + log(slope_law.moment(of.law, 1)), pi / 2 }
  end
  while #known <= k do
    local at, last = of.far - #known, known[#known]
    known[#known + 1] = { follow(of, at + 1, pi / 2, at, pi / 2, last[1],
      last[2]) }
  end
  return known[k + 1][1], known[k + 1][2]
end

-- w at x + i0, x by its logarithm: down the imaginary axis, then along the circle.
local function at_real(of, log_x)
  local k = math.max(0, math.min(300, math.floor(of.far - log_x)))
  local tr, ti = anchor(of, k)
  tr, ti = follow(of, of.far - k, pi / 2, log_x, pi / 2, tr, ti)
  tr, ti = follow(of, log_x, pi / 2, log_x, 0, tr, ti)
  return exp(tr) * math.cos(ti), exp(tr) * math.sin(ti)
end

-- The antiderivative of m d(ln z), imaginary part.
local function antiderivative(of, wr, wi)
  local _, mi, _, _, nr, ni = moments(of.law, wr, wi)
  local _, an = log_of(nr, ni)
  local _, aw = log_of(wr, wi)
  local sum = of.ones * (mi - an) + (of.gates - 1) * mi
  for _, atom in ipairs(of.law) do
    local _, a = log_of(wr - atom.value, wi)
    sum = sum + of.gates * atom.share * (a - aw)
  end
  return sum
end

-- --- options -----------------------------------------------------------------------

local known = { "activation", "alpha", "init", "gain", "depth", "gates", "width",
  "q", "like" }

local function check_gain(who, gain)
  local kind = type(gain)
  if gain ~= nil and kind ~= "string" and kind ~= "function" and kind ~= "table" and
    not (kind == "number" and gain > 0 and gain < math.huge) then
    fail(("%s: gain is %s; a finite number above 0, or an activation's name, "
      .. "is needed"):format(who, names.shown(gain)))
  end
end

-- sigma_w^2 of a square layer, and whether it is orthogonal.
function jacobian.weight_variance(who, o)
  local init, gain = o.init or "scaled_gaussian", o.gain
  local arm = arms[init]
  if arm and gain == nil then init, gain = arm.theory.init, arm.theory.gain end
  check_gain(who, gain)
  if init == "gaussian" and not o.width then
    fail(who .. ": gaussian weights of a fixed variance grow with the width; "
      .. "width= is needed, or init=\"scaled_gaussian\"")
  end
  local n = o.width and net_of.check_size(who, "width", o.width, 1) or 1
  return n * net_of.init_variance(init, gain, n, n), init == "orthogonal"
end

-- The slopes at the variance q of the pre-activations: that given, or the fixed
-- point of the variance map.
local function law_of(who, o, w2)
  local name, shape = o.activation or "relu",
    activation.shape(o.activation or "relu", { alpha = o.alpha })
  local q = o.q
  if shape.homogeneous then return slope_law.halves(shape.slope_below,
    shape.slope_above) end
  if q == nil then
    q = mean_field.mean_field { activation = name, alpha = o.alpha,
      sigma_w2 = w2 }.q
  end
  if type(q) ~= "number" or not (q >= 0) then
    fail(("%s: q is %s; the variance of pre-activations, a number of at least "
      .. "0, is needed"):format(who, names.shown(q)))
  end
  if q == 0 then return slope_law.halves(shape.slope_below, shape.slope_above) end
  if q == math.huge then
    return slope_law.halves(shape.far_left, shape.far_right)
  end
  return slope_law.at(name, o.alpha, q)
end

local function written_out(who, options)
  local o = {}
  for key, value in pairs(names.options(who, options, known)) do o[key] = value end
  if o.like ~= nil then
    names.table_of(who, "like", o.like)
    for _, key in ipairs { "activation", "init", "depth", "width" } do
      if o[key] == nil then o[key] = o.like[key] end
    end
  end
  return o
end

-- What the options say, for the functions above.
local function read(who, options)
  local o = written_out(who, options)
  local depth = net_of.check_size(who, "depth", o.depth, 1)
  local gates = net_of.check_size(who, "gates", o.gates or depth, 0)
  if gates > depth then
    fail(("%s: gates is %d; at most one for each of the %d matrices is needed")
      :format(who, gates, depth))
  end
  local w2, orthogonal = jacobian.weight_variance(who, o)
  local law = gates > 0 and law_of(who, o, w2) or slope_law.halves(1, 1)
  local mu = slope_law.moment(law, 1)
  if not (mu > 0) then
    fail(who .. ": the activation's slope is 0 everywhere: no Jacobian")
  end
  local of = { law = law, depth = depth, gates = math.max(gates, 1),
    log_scale = depth * log(w2), orthogonal = orthogonal }
  of.ones = 1 - of.gates + (orthogonal and 0 or depth)
  of.log_mean = of.log_scale + of.gates * log(mu)
  of.variance = of.gates * (slope_law.moment(law, 2) / mu ^ 2 - 1) +
    (orthogonal and 0 or depth)
  of.single = orthogonal and #law == 1
  of.log_edge = of.single and of.log_mean or log_edge(of)
  of.far, of.anchors = of.log_edge + 12, {}
  return of
end

-- --- what scripts call ----------------------------------------------------------------

--- Singular values.
-- @section singular_values

--- The largest squared singular value of the Jacobian D^L W^L ... D^1 W^1 as the
-- width grows. relu, orthogonal, gain √2: L^L/(L−1)^(L−1) from L = 2 on; linear
-- Gaussian: (L+1)^(L+1)/L^L.
-- @function theory.jacobian_edge
-- @tparam table options
-- @tparam[opt="relu"] string|func|table options.activation
-- @tparam[opt="scaled_gaussian"] string options.init
-- @tparam[opt] number|string|func|table options.gain
-- @tparam int options.depth matrices
-- @tparam[opt=depth] int options.gates how many of the matrices an activation
--   follows (L − 1 in a net with a linear readout)
-- @tparam[opt] number options.q the variance of the pre-activations; by default
--   the variance map's fixed point
-- @tparam[opt] number options.alpha
-- @tparam[opt] int options.width for "gaussian", whose scale grows with it
-- @tparam[opt] table options.like as of parameters, with what is not given
-- @treturn number the square
-- @treturn number its natural logarithm, which is finite at any depth
-- @paper Pennington, Schoenholz, Ganguli 2018 (arXiv:1802.09979)
-- @usage
-- local square = ortho.theory.jacobian_edge { init = "orthogonal", depth = 2 }
-- print(square)
function jacobian.edge(options)
  local of = read("jacobian_edge", options)
  return exp(of.log_edge), of.log_edge
end

local function real(who, x)
  if type(x) ~= "number" or x ~= x then
    fail(("%s: a number is needed, not %s"):format(who, names.describe(x)))
  end
  return x
end

-- Density of the singular value s, s > 0.
local function density(of, s)
  local log_x = 2 * log(s)
  if of.single then return log_x == of.log_edge and math.huge or 0.0 end
  if log_x >= of.log_edge then return 0.0 end
  local wr, wi = at_real(of, log_x)
  local _, mi = moments(of.law, wr, wi)
  return math.max(0, -mi) * 2 / (pi * s)
end

-- The share of squared singular values up to exp(log_x).
local function share_below(of, log_x, zero)
  if log_x >= of.log_edge then return 1.0 end
  if of.single then return 0.0 end
  local above = antiderivative(of, at_real(of, log_x)) / pi
  return math.min(1, math.max(zero, 1 - above))
end

-- The share of singular values up to s.
local function cdf(of, s, zero)
  if s <= 0 then return s == 0 and zero or 0.0 end
  return share_below(of, 2 * log(s), zero)
end

local function quantile(of, p, zero)
  if type(p) ~= "number" or not (p >= 0 and p <= 1) then
    fail(("quantile: p is %s; a number in [0, 1] is needed"):format(
      names.shown(p)))
  end
  if p <= zero + 1e-12 then return 0.0 end
  local high, reach = of.log_edge, 2
  if p == 1 or of.single then return exp(high / 2) end
  while share_below(of, high - reach, zero) > p do
    reach = 2 * reach
    if reach > 1e7 then return 0.0 end
  end
  local low = high - reach
  for _ = 1, 60 do
    local t = 0.5 * (low + high)
    if share_below(of, t, zero) < p then low = t else high = t end
  end
  return exp(0.25 * (low + high))
end

--- What `theory.jacobian_spectrum` returns: a law of singular values s.
-- @table spectrum
-- @tfield number mean of s²
-- @tfield number variance of s² over its squared mean (L for linear Gaussian and
--   relu orthogonal, 0 for linear orthogonal, 2L for relu Gaussian)
-- @tfield number edge the largest s²
-- @tfield number log_mean natural logarithm
-- @tfield number log_edge natural logarithm
-- @tfield number zero the share that is exactly 0
-- @tfield func density density(s)
-- @tfield func cdf cdf(s), the share up to s
-- @tfield func quantile quantile(p)

--- The law of the Jacobian's singular values s as the width grows. Relative error
-- about 1e-13.
-- @function theory.jacobian_spectrum
-- @like theory.jacobian_edge
-- @call theory.jacobian_spectrum{depth=, ...}
-- @tparam table options
-- @tparam int options.depth matrices
-- @treturn spectrum
function jacobian.spectrum(options)
  local of = read("jacobian_spectrum", options)
  local zero = of.law[1].value == 0 and of.law[1].share or 0.0
  return {
    mean = exp(of.log_mean), variance = of.variance, edge = exp(of.log_edge),
    log_mean = of.log_mean, log_edge = of.log_edge, zero = zero,
    density = function(s)
      return real("density", s) > 0 and density(of, s) or 0.0
    end,
    cdf = function(s) return cdf(of, real("cdf", s), zero) end,
    quantile = function(p) return quantile(of, p, zero) end,
  }
end

return jacobian
