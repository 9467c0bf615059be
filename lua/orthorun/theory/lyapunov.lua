-- lyapunov: how fast the directions of random products and of random nets' Jacobians
-- grow, exactly at every width and depth. Of A_k Q = Q' R the R_ii are independent:
-- of Gaussian A chi-distributed with n - i + 1 degrees of freedom (Bartlett), of K of
-- its rows with K - i + 1, of K rows of an orthogonal A sqrt Beta((K-i+1)/2, (n-K)/2).
-- relu leaves K ~ Bin(n, 1/2) rows, whatever came in: the law of rows does not see
-- their signs, which the gates are.

--- @module theory

local activation = require "orthorun.core".activation
local checked = require "orthorun.theory.checked"
local jacobian = require "orthorun.theory.jacobian"
local special = require "orthorun.theory.special"
local fail = require "orthorun.core".fail -- at the user's line

local lyapunov = {}

local log, digamma, trigamma = math.log, special.digamma, special.trigamma

-- Mean and variance of ln |R_ii| of K rows of n, weights of variance 1/n.
local function of_rows(n, K, i, orthogonal)
  local mean, variance = digamma((K - i + 1) / 2), trigamma((K - i + 1) / 2)
  if not orthogonal then return 0.5 * (log(2 / n) + mean), variance / 4 end
  return 0.5 * (mean - digamma((n - i + 1) / 2)),
    (variance - trigamma((n - i + 1) / 2)) / 4
end

-- ln of the probability of K out of n.
local function log_binomial(n)
  local list = { [0] = -n * log(2) }
  for K = 1, n do list[K] = list[K - 1] + log((n - K + 1) / K) end
  return list
end

-- The same with relu's gates, given that at least i rows are left.
local function of_gates(n, i, orthogonal, log_share)
  local sum, mean, square = 0.0, 0.0, 0.0
  for K = n, i, -1 do
    local share = math.exp(log_share[K])
    local m, v = of_rows(n, K, i, orthogonal)
    sum, mean, square = sum + share, mean + share * m, square + share * (v + m * m)
  end
  mean = mean / sum
  return mean, square / sum - mean * mean
end

local known = { "width", "gain", "init", "activation", "depth", "gates" }

-- Whether there is a gate behind the matrices.
local function has_gates(who, o)
  local shape = activation.shape(o.activation or "linear")
  if shape.homogeneous and shape.slope_below == shape.slope_above then return false end
  if shape.homogeneous and shape.slope_below == 0 and shape.slope_above == 1 then
    return true
  end
  fail(("%s: activation is '%s'; exponents are known of linear and relu"):format(who,
    o.activation))
end

-- The share of the matrices that a gate follows.
local function gated_share(who, o)
  if not has_gates(who, o) then return 0 end
  if o.depth == nil and o.gates == nil then return 1 end
  local depth = checked.count(who, o, "depth", nil, 1)
  local gates = checked.count(who, o, "gates", depth, 0)
  if gates > depth then
    fail(("%s: gates is %d; at most one for each of the %d matrices is needed")
      :format(who, gates, depth))
  end
  return gates / depth
end

--- Singular values.
-- @section random_matrices

--- Lyapunov exponents: by how much the logarithms of a product's singular values grow
-- with each width×width matrix, of N(0, gain²/width) entries or another init, and
-- where there is an activation, with the gates behind it: those of a net's Jacobian.
-- Exact at every width, and at every depth for the means that `metric.lyapunov`
-- takes: ln g + ½(ln(2/n) + ψ((n−i+1)/2)) of Gaussian matrices, ln g of orthogonal
-- ones; with relu's gates K ~ Bin(n, ½) in the place of n: the mean of ψ((K−i+1)/2),
-- less ψ((n−i+1)/2) of orthogonal matrices, given that K ≥ i rows are left.
-- @function theory.lyapunov
-- @tparam table options
-- @tparam int options.width
-- @tparam[opt=1] number options.gain
-- @tparam[opt="scaled_gaussian"] string options.init
-- @tparam[opt="linear"] string options.activation or "relu"
-- @tparam[opt] int options.depth matrices
-- @tparam[opt=depth] int options.gates how many of the matrices an activation
--   follows (depth − 1 in a net with a linear readout)
-- @tparam[opt] table options.like as of parameters, with what is not given
-- @treturn {number,...} exponents, largest first
-- @treturn {number,...} their variances per factor (¼ψ'((n−i+1)/2) of Gaussian
--   matrices): over L factors the exponents' means vary by 1/L of it
-- @paper Newman 1986; Forrester 2015 (arXiv:1501.05702)
-- @usage
-- local exponents = ortho.theory.lyapunov { width = 64, init = "orthogonal",
--   gain = math.sqrt(2), activation = "relu" }
-- print(exponents[1]) -- a norm's growth: about -3/(4n)
function lyapunov.lyapunov(options)
  local who = "lyapunov"
  local o = checked.with_like(who, options, known)
  local n = checked.count(who, o, "width", nil, 1)
  if o.init == nil then o.gain = checked.number(who, o, "gain", 1) end
  local w2, orthogonal = jacobian.weight_variance(who, o)
  local share = gated_share(who, o)
  local exponents, variances, log_share = {}, {}, share > 0 and log_binomial(n)
  for i = 1, n do
    local mean, variance = of_rows(n, n, i, orthogonal)
    if share > 0 then
      local m, v = of_gates(n, i, orthogonal, log_share)
      mean, variance = mean + share * (m - mean), variance + share * (v - variance)
    end
    exponents[i], variances[i] = 0.5 * log(w2) + mean, variance
  end
  return exponents, variances
end

--- The rank of a net's Jacobian D^L W^L ... D^1 W^1, square, without bias:
-- what relu leaves, the least of its gates' Bin(width, ½) open units; exactly. Linear
-- nets keep it all.
-- @function theory.jacobian_rank
-- @tparam table options
-- @tparam int options.width
-- @tparam int options.depth matrices
-- @tparam[opt=depth] int options.gates how many of the matrices an activation
--   follows (depth − 1 in a net with a linear readout)
-- @tparam[opt="relu"] string options.activation or "linear"
-- @tparam[opt] table options.like as of parameters, with what is not given
-- @treturn number mean
-- @treturn number standard deviation
-- @usage
-- print(ortho.theory.jacobian_rank { width = 128, depth = 16 }) -- 54 and 2.5
function lyapunov.rank(options)
  local who = "jacobian_rank"
  local o = checked.with_like(who, options, { "width", "depth", "gates", "activation" })
  local n = checked.count(who, o, "width", nil, 1)
  o.activation = o.activation or "relu"
  local gates = gated_share(who, o) * checked.count(who, o, "depth", nil, 1)
  if gates == 0 then return n, 0.0 end
  local log_share, above, mean, square = log_binomial(n), 0.0, 0.0, 0.0
  for K = n, 1, -1 do -- sums of P(rank >= K) and of (2 K - 1) times it
    above = math.min(1, above + math.exp(log_share[K]))
    local share = above ^ gates
    mean, square = mean + share, square + (2 * K - 1) * share
  end
  return mean, math.max(0, square - mean * mean) ^ 0.5
end

return lyapunov
