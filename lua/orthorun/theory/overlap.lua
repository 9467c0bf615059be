-- overlap: how far the samples of a batch go together through a random network,
-- and what the norm over the batch makes of it. Samples' logarithms deviate by
-- a part they share and parts of their own; a batch's squared norm is a sum
-- over samples, so the parts of their own add up as lognormals do.
local layer_noise = require "orthorun.theory.layer_noise"
local lognormal = require "orthorun.theory.lognormal"
local net_of = require "orthorun.theory.net"
local special = require "orthorun.theory.special"

local overlap = {}

local exp, log, sqrt = math.exp, math.log, math.sqrt

-- --- correlations ----------------------------------------------------------

local function signed_root(square, sign)
  return sign < 0 and -sqrt(square) or sqrt(square)
end

-- A correlation of n units is off by 1/n in the mean square at 0 and by
-- nothing at 1; `less` of it is what orthogonal weights take away.
local function scatter(square, spread)
  return math.min(1, square + (1 - square) * spread)
end

-- The share of the 1/n_l by which layer l scatters a correlation that orthogonal
-- weights, between it and its neighbour, take away: all if none of the directions
-- at the neighbour's end are lost.
local function held(net, l, neighbour)
  if not net.orthogonal then return 0 end
  return math.min(1, net.sizes[l] / net.sizes[neighbour])
end

-- Correlations of two samples' a^l, l = 0..L: c of the mean field, c2 the mean
-- square at width n; and each layer's means over the two.
local function forward_correlations(net, layers)
  local n, L = net.sizes, net.depth
  local c, c2 = { [0] = net.input_c }, {}
  local pairs_of, means = layer_noise.pairs(), {}
  c2[0] = scatter(c[0] ^ 2, (1 - c[0] ^ 2) / n[0])
  for l = 1, L - 1 do
    local p = pairs_of(layers[l], signed_root(c2[l - 1], c[l - 1]))
    local kept = held(net, l, l - 1) * math.min(1, p.change ^ 2)
    means[l] = p
    c[l] = layer_noise.correlate(layers[l], c[l - 1])
    c2[l] = scatter(p.value ^ 2, (1 - kept) / n[l])
  end
  return c, c2, means
end

-- At the output: c mean correlation of the delta, r2 its mean square, and how
-- it follows the correlation of a^(L-1).
local function output_correlations(net, c, c2)
  local n = net.sizes[net.depth]
  if net.cotangent == "independent" then
    return { c = 0, r2 = 1 / n, follows = 0 }
  end
  local f, L = net.output_share, net.depth
  local mean = f * c[L - 1] + (1 - f) * net.target_c
  local at_width = f * signed_root(c2[L - 1], c[L - 1]) +
    (1 - f) * net.target_c
  return { c = mean, follows = f,
    r2 = scatter(at_width ^ 2, (1 - at_width ^ 2) / n) }
end

-- One layer back: `share` of delta goes along a, `alike` of it with one sign
-- for all samples, and the rest as delta above, through the gates.
local function correlations_back(net, l, above, p, share, alike, c, c2)
  local rest, along = 1 - share, share * alike
  local at_width = along * signed_root(c2, c) +
    rest * signed_root(above.r2, above.c) * p.slope
  local square = at_width ^ 2 + (share - along) ^ 2 * c2
  local kept = held(net, l, l + 1) * p.slope ^ 2
  return { c = along * c + rest * above.c * p.slope,
    follows = (along + rest * p.slope * above.follows) * p.change,
    r2 = scatter(math.min(1, square),
      math.max(0, p.slopes - kept) / net.sizes[l]) }
end

-- A layer like s, with other noise.
local function with_noise(s, noise)
  return setmetatable({ noise = noise }, { __index = s })
end

-- Of homogeneous nets under a squared error, in place of the mean correlations' map:
-- how samples' gradients add up by draws of theory.gram.
local function put_draws(net, out)
  local gram = require "orthorun.theory.gram"
  if not gram.fits(net) then return end
  local f = net.output_share
  out.drawn = gram.adding_up(net, log((1 - f) / f), net_of.is_even(net))
  for l, found in ipairs(out.drawn) do
    out.kappa[l] = (exp(found.mean) - 1) / (net.batch - 1)
    out.kappa_var[l] = 0
  end
end

-- What two samples share. Returns layers like `layers` whose noise is what
-- the samples have in common; `along`, the same for samples whose deltas are
-- parallel, as those of a sum over the batch are; `output`, the correlation of
-- what the output itself adds; and by layer l, for the weight gradient, kappa,
-- the mean product of the correlations of a^(l-1) and of delta^l; kappa2, its
-- mean square; and kappa_var, the variance over nets that c brings into it.
function overlap.common(net, layers, share)
  local L = net.depth
  local c, c2, means = forward_correlations(net, layers)
  local delta = output_correlations(net, c, c2)
  local out = { layers = {}, along = {},
    kappa = {}, kappa2 = {}, kappa_var = {},
    output = signed_root(c2[L - 1], c[L - 1]) * net.target_c }
  out.layers[L] = with_noise(layers[L],
    layer_noise.shared_readout(layers[L], sqrt(c2[L - 1])))
  out.along[L] = out.layers[L]
  for l = L, 1, -1 do
    if l < L then
      local function shared(r2)
        return with_noise(layers[l],
          layer_noise.shared(layers[l], means[l], r2))
      end
      out.layers[l], out.along[l] = shared(delta.r2), shared(1)
      delta = correlations_back(net, l, delta, means[l], share[l],
        share.same_sign[l], c[l], c2[l])
    end
    local kappa = c[l - 1] * delta.c +
      delta.follows * (c2[l - 1] - c[l - 1] ^ 2)
    out.kappa[l] = math.max(-1 / net.batch, math.min(1, kappa))
    out.kappa2[l] = c2[l - 1] * delta.r2
    out.kappa_var[l] = math.max(0, c2[l - 1] - c[l - 1] ^ 2) *
      (delta.c + c[l - 1] * delta.follows) ^ 2
  end
  put_draws(net, out)
  return out
end

-- --- sums over the batch ---------------------------------------------------

-- ln of how much the weight gradients of B samples add up to in the mean
-- square, over one sample's.
function overlap.factor(B, kappa) return log(B) + log(1 + (B - 1) * kappa) end

-- The common part of a variance, and the standard deviation of the rest.
local function parts(total, common)
  common = math.max(0, math.min(common, total))
  return common, sqrt(math.max(0, total - common))
end

-- Mean and variance of ln of a sum of B samples' energies over B times one's,
-- whose logarithms have variance `total`, and covariance `common`.
function overlap.sum(B, total, common)
  local shared, s = parts(total, common)
  local mean, var = lognormal.log_mean(B, s)
  return mean, shared + var
end

-- Off the diagonal, sum_bb' Delta_bb' A_bb' has terms of either sign too: a
-- quadratic form in Gaussians, here a gamma variable of the same variance.
local function interference(B, kappa, kappa2)
  local scale = 1 + (B - 1) * kappa
  local var = 2 * (B - 1) * B * math.max(0, kappa2 - kappa ^ 2) /
    (B * scale) ^ 2
  if var < 1e-12 then return 0, 0 end
  return special.digamma(1 / var) + log(var), special.trigamma(1 / var)
end

-- The same as overlap.sum for the squared norm of the weight gradient at layer
-- l, over what overlap.factor expects: energies add up where samples are at
-- right angles, (1 - kappa), and lengths, half the logarithm, where they go
-- along, with the covariance `along`. found: of overlap.common.
function overlap.gradient(B, total, common, along, found, l)
  local k, kappa_var = math.max(0, found.kappa[l]), found.kappa_var[l]
  local first, first_var = overlap.sum(B, total, common)
  local shared, s = parts(total, along)
  local second, second_var = lognormal.log_mean(B, 0.5 * s)
  second_var = shared + 4 * second_var
  first, second = (1 - k) * exp(first), k * B * exp(2 * second)
  local share = first / (first + second)
  local mean, var = interference(B, k, found.kappa2[l])
  mean = mean + log(first + second) - log(1 + (B - 1) * k)
  var = var + kappa_var * ((B - 1) / (1 + (B - 1) * k)) ^ 2
  if found.drawn then
    var = math.max(0, var + found.drawn[l].var + 2 * found.drawn[l].cov)
  end
  return mean, var + (share * sqrt(first_var) +
    (1 - share) * sqrt(second_var)) ^ 2
end

return overlap
