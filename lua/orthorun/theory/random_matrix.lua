-- random_matrix: closed forms for matrices of N(0, gain^2/n) entries and their
-- products: edges, gaps. All real; n is the number of columns.

--- @module theory

local checked = require "orthorun.theory.checked"
local special = require "orthorun.theory.special"

local random_matrix = {}

local log, sqrt = math.log, math.sqrt
local count, number = checked.count, checked.number

-- Mean and standard deviation of the Tracy-Widom law of real matrices (beta = 1).
local tracy_widom_mean, tracy_widom_sd = -1.2065335745820, 1.2679777740090

-- Mean and variance of sqrt(n) sigma_min, whose survival function is
-- exp(-x^2/2 - x) for large n (Edelman 1988).
local smallest_mean, smallest_var = 0.65567954241879847, 0.25872482230486107

--- Singular values.
-- @section random_matrices

--- (L+1)^(L+1)/L^L, the largest squared singular value of a product of L large N(0,
-- 1/n) matrices; 4 for one.
-- @function theory.fuss_catalan_edge
-- @tparam table options
-- @tparam int options.depth
-- @tparam[opt] table options.like as of parameters, with what is not given
-- @treturn number the square
-- @treturn number its natural logarithm
function random_matrix.fuss_catalan_edge(options)
  local L = count("fuss_catalan_edge", checked.with_like("fuss_catalan_edge",
    options, { "depth" }), "depth", nil, 1)
  local whole = 1 + 1 / L -- ln(1 + 1/L), its rounding undone
  local part = whole == 1 and 1 / L or log(whole) / ((whole - 1) * L)
  local logarithm = log(L + 1) + L * part
  return math.exp(logarithm), logarithm
end

--- The largest singular value of a rows×cols matrix of N(0, gain²/cols) entries, by
-- the Tracy–Widom law at the quarter circle's edge, centred and scaled so that it
-- is good at modest sizes.
-- @function theory.largest_singular_value
-- @tparam table options
-- @tparam int options.rows
-- @tparam[opt=rows] int options.cols
-- @tparam[opt=1] number options.gain
-- @treturn number mean
-- @treturn number standard deviation
-- @paper Johnstone 2001; Ma 2012
function random_matrix.largest_singular_value(options)
  local who = "largest_singular_value"
  local o = checked.options(who, options, { "rows", "cols", "gain" })
  local rows = count(who, o, "rows", nil, 2)
  local cols = count(who, o, "cols", rows, 2)
  local scale = number(who, o, "gain", 1) / sqrt(cols)
  local a, b = sqrt(rows - 0.5), sqrt(cols - 0.5)
  local spread = (a + b) * (1 / a + 1 / b) ^ (1 / 3)
  local mean, sd = (a + b) ^ 2 + spread * tracy_widom_mean, spread * tracy_widom_sd
  return scale * (sqrt(mean) - sd ^ 2 / (8 * mean ^ 1.5)),
    scale * sd / (2 * sqrt(mean))
end

--- The smallest singular value of a large square matrix of N(0, gain²/n) entries:
-- 0.656 g/n on average, with a standard deviation of 0.509 g/n.
-- @function theory.smallest_singular_value
-- @tparam table options
-- @tparam int options.width
-- @tparam[opt=1] number options.gain
-- @tparam[opt] table options.like as of parameters, with what is not given
-- @treturn number mean
-- @treturn number standard deviation
-- @paper Edelman 1988
function random_matrix.smallest_singular_value(options)
  local who = "smallest_singular_value"
  local o = checked.with_like(who, options, { "width", "gain" })
  local unit = number(who, o, "gain", 1) / count(who, o, "width", nil, 1)
  return unit * smallest_mean, unit * sqrt(smallest_var)
end

--- The mean of `metric.isometry_gap` over square matrices of independent normal
-- entries of any scale, exactly: ψ(n²/2) − ln n − mean ψ(k/2), k = 1..n; towards 1
-- as n grows.
-- @function theory.isometry_gap
-- @tparam table options
-- @tparam int options.width
-- @tparam[opt] table options.like as of parameters, with what is not given
-- @treturn number
function random_matrix.isometry_gap(options)
  local n = count("isometry_gap", checked.with_like("isometry_gap", options,
    { "width" }), "width", nil, 1)
  local sum = 0.0
  for k = 1, n do sum = sum + special.digamma(k / 2) end
  return special.digamma(0.5 * n * n) - log(n) - sum / n
end

return random_matrix
