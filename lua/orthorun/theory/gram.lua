-- gram: how a few samples go together through a random homogeneous net, by draws of
-- the exact Markov chain of their Gram matrix A^l_bb' = <a^l_b, a^l_b'>: given A^(l-1),
-- each unit's z is normal with that covariance (an orthogonal matrix's units share it
-- out), whatever the gain. What the correlations do of themselves, the map of their
-- means does not have: in relu nets ln(1 - c) scatters ever more with depth.
local core = require "orthorun.core"
local matrix = core.matrix

local gram = {}

local double = { precision = "float64" } -- whatever a run computes in
local samples, most_units, deepest = 4, 8192, 400

-- --- triangles of 1 x draws matrices, entry (j, k), k <= j -------------------

local function triangle(f)
  local T = {}
  for j = 1, samples do
    T[j] = {}
    for k = 1, j do T[j][k] = f(j, k) end
  end
  return T
end

-- The root of what is left of a diagonal element, 1e-13 of it at least: samples that
-- have become parallel are so to rounding.
local function root(left, diagonal)
  local more = left - 1e-13 * diagonal
  return (0.5 * (more + more:abs()) + 1e-13 * diagonal):sqrt() + 1e-150
end

-- L of A = L L'
local function cholesky(A)
  local L = {}
  for j = 1, samples do
    L[j] = {}
    for k = 1, j do
      local rest = A[j][k]
      for m = 1, k - 1 do rest = rest - L[j][m]:hadamard(L[k][m]) end
      L[j][k] = j == k and root(rest, A[j][j]) or rest:divide(L[k][k])
    end
  end
  return L
end

-- M of M R = L
local function divided(L, R)
  local M = {}
  for j = 1, samples do
    M[j] = {}
    for k = j, 1, -1 do
      local rest = L[j][k]
      for m = k + 1, j do rest = rest - M[j][m]:hadamard(R[m][k]) end
      M[j][k] = rest:divide(R[k][k])
    end
  end
  return M
end

-- --- one layer ---------------------------------------------------------------

-- Pre-activations of n units, of n x draws matrices one for each sample.
local function drawn(A, n, longer, orthogonal, count, rng)
  local G, L = {}, cholesky(A)
  local rows = orthogonal and longer or n
  for k = 1, samples do G[k] = rng:normal(rows, count, double) end
  if orthogonal then
    L = divided(L, cholesky(triangle(function(j, k)
      return G[j]:hadamard(G[k]):col_sums() * (1 / rows)
    end)))
    if rows > n then
      for k = 1, samples do G[k] = G[k]:sub(1, n, 1, count) end
    end
  end
  local z = {}
  for j = 1, samples do
    z[j] = G[1]:hadamard(L[j][1])
    for k = 2, j do z[j] = z[j] + G[k]:hadamard(L[j][k]) end
  end
  return z
end

-- The activation, of slope 1 above 0 and `below` under it, and its slopes.
local function activated(z, below)
  local phi = below == 0 and core.layer.relu() or core.layer.leaky_relu { alpha = below }
  local a = phi:forward(z)
  return a, phi:backward(matrix.ones(z:rows(), z:cols(), double))
end

-- <x_j, x_k> over the units, times scale
local function products(x, scale)
  return triangle(function(j, k) return x[j]:hadamard(x[k]):col_sums() * scale end)
end

-- One layer more of a chunk of draws: its new Gram matrix, of energies over their
-- means, and the same of the slopes, over the units' number.
local function advance(A, path, l, rng)
  local n, below = path.sizes(l), path.below
  local z = drawn(A, n, math.max(n, path.sizes(l - 1)), path.orthogonal,
    A[1][1]:cols(), rng)
  local a, slopes = {}, {}
  for j = 1, samples do a[j], slopes[j] = activated(z[j], below) end
  return products(a, 2 / (n * (1 + below ^ 2))), products(slopes, 1)
end

-- What the way back needs of a layer: the Gram matrix of energies; `inverse`, of their
-- diagonal; `passed`, how many of the dimensions at right angles to a the gates of two
-- samples leave; and of what goes along a the share `aligned`.
local function gates(path, energy, slope)
  local b, ones = path.below ^ 2, matrix.ones(1, energy[1][1]:cols(), double)
  local at = { energy = energy, inverse = {}, aligned = (1 + b * b) / (1 + b) }
  local roots = {}
  for j = 1, samples do
    at.inverse[j] = ones:divide(energy[j][j] + 1e-150)
    roots[j] = at.inverse[j]:sqrt()
  end
  at.passed = triangle(function(j, k)
    return slope[j][k] - energy[j][k]:hadamard(roots[j]):hadamard(roots[k]) *
      at.aligned
  end)
  return at
end

-- --- paths, kept -------------------------------------------------------------

-- The chunks' triangles side by side.
local function joined(parts)
  return triangle(function(j, k)
    local list = {}
    for i, T in ipairs(parts) do list[i] = T[j][k] end
    return matrix.hcat(table.unpack(list))
  end)
end

local function extend(path, l)
  local energies, slopes = {}, {}
  for i, A in ipairs(path.state) do
    energies[i], slopes[i] = advance(A, path, l, path.rng:split(l):split(i))
    path.state[i] = energies[i]
  end
  path[l] = gates(path, joined(energies), joined(slopes))
end

local function begin(net, key, draws, even)
  local sizes, n, c = net.sizes, net.sizes[0], net.input_c
  local widest = 1
  for l = 0, net.depth do widest = math.max(widest, sizes[l]) end
  local chunk = math.max(8, math.min(draws, 8192 // widest))
  local path = { below = net.phi.shape.slope_below, orthogonal = net.orthogonal,
    sizes = even and function() return n end or function(l) return sizes[l] end,
    rng = core.rng(20261125):split(key), state = {} }
  for i = 1, math.ceil(draws / chunk) do
    local ones = matrix.ones(1, chunk, double)
    path.state[i] = triangle(function(j, k) return j == k and ones or ones * c end)
  end
  path[0] = { energy = joined(path.state) }
  return path
end

local known = {}

local function draws_of(net)
  local widest = 1
  for l = 0, net.depth do widest = math.max(widest, net.sizes[l]) end
  local draws = math.max(64, math.min(512, 24576 // widest))
  return math.max(32, net.depth > 64 and draws * 64 // net.depth or draws)
end

-- Has the net such a path, one that is worth drawing? (Where the activation is linear
-- the map of mean correlations has as much.)
function gram.fits(net)
  local shape, least, widest = net.phi.shape, math.huge, 0
  if not shape.homogeneous or shape.slope_above ~= 1 or shape.slope_below == 1 or
    net.cotangent ~= "mse" or net.batch < 2 or net.depth < 2 or
    net.depth > deepest or net.input_c < 0 or net.input_c >= 1 then
    return false
  end
  for l = 0, net.depth do
    least, widest = math.min(least, net.sizes[l]), math.max(widest, net.sizes[l])
  end
  return least >= 8 and widest <= most_units
end

-- By layer l = 0..last draws of <a^l_j, a^l_k> over the mean of ||a^l||^2 (energy), and
-- of the mean product of slopes (slope; false: always 1). Paths are kept, and grow as
-- nets do.
function gram.path(net, even, last)
  local parts = { draws_of(net), net.orthogonal or false,
    net.phi.shape.slope_below, net.input_c }
  for l = 0, even and 0 or net.depth do parts[#parts + 1] = net.sizes[l] end
  for i, part in ipairs(parts) do parts[i] = tostring(part) end
  local key = table.concat(parts, " ")
  known[key] = known[key] or begin(net, key, parts[1] // 1, even)
  for l = 1, last do
    if not known[key][l] then extend(known[key], l) end
  end
  return known[key]
end

-- --- a batch of B samples ----------------------------------------------------

-- Samples that pairs p and r of the four have in common: 0, 1, 2.
local function alike(p, r)
  local found = 0
  for _, a in ipairs(p) do
    for _, b in ipairs(r) do found = found + (a == b and 1 or 0) end
  end
  return found
end

-- The variance of the mean over the pairs of b samples, by the mean covariances of
-- pairs with 0, 1 and 2 samples in common.
local function of_pairs(b, by_alike)
  return (by_alike[2] + 2 * (b - 2) * by_alike[1] +
    (b - 2) * (b - 3) / 2 * by_alike[0]) / (b * (b - 1) / 2)
end

local the_pairs = {}
for j = 2, samples do
  for k = 1, j - 1 do the_pairs[#the_pairs + 1] = { j, k } end
end

-- Draws of the mean over all pairs of B samples of what is given for each pair of
-- four: the four's own means, drawn together as far as those of B scatter less.
function gram.of_batch(values, B)
  local n, mean = values[1]:cols(), values[1]
  for p = 2, #values do mean = mean + values[p] end
  mean = mean * (1 / #values)
  local centre = mean:sum() / n
  local sums, counts, centred = { [0] = 0, 0, 0 }, { [0] = 0, 0, 0 }, {}
  for p, x in ipairs(values) do
    centred[p] = x + (-centre)
    for r = 1, p do
      local k = alike(the_pairs[p], the_pairs[r])
      sums[k] = sums[k] + centred[p]:dot(centred[r]) / n
      counts[k] = counts[k] + 1
    end
  end
  for k = 0, 2 do sums[k] = sums[k] / counts[k] end
  local own, whole = of_pairs(samples, sums), of_pairs(math.max(B, 2), sums)
  local ratio = own > 0 and math.max(0, math.min(1, whole / own)) or 0
  return (mean + (-centre)) * math.sqrt(ratio) + centre
end

local function covariance(x, y)
  local n = x:cols()
  return (x:dot(y) - x:sum() * y:sum() / n) / (n - 1)
end

-- --- the way back ------------------------------------------------------------

-- delta^L = f - y in units of f: Gram matrices of f and of the targets, y at right
-- angles to nothing. Returns delta's Gram matrix and <f_b, delta_b>.
local function residual(path, net, F, w)
  local rng, n = path.rng:split "output", F[1][1]:cols()
  local scale = net.sizes[net.depth] ^ -0.5
  local L, T = cholesky(F), cholesky(triangle(function(j, k)
    return matrix.full(1, 1, j == k and 1 or net.target_c, double)
  end))
  local function target(j, k) return T[j][k]:get(1, 1) end
  local fy, axes = {}, {} -- <f_j, y_k>
  for k = 1, samples do
    axes[k] = {}
    for j = 1, samples do axes[k][j] = rng:normal(1, n, double) * scale end
  end
  for j = 1, samples do
    fy[j] = {}
    for k = 1, samples do
      local sum
      for m = 1, k do
        for i = 1, j do
          local part = target(k, m) * L[j][i]:hadamard(axes[m][i])
          sum = sum and sum + part or part
        end
      end
      fy[j][k] = w * sum
    end
  end
  local unit = 1 / math.max(1, w)
  local s = {}
  for j = 1, samples do s[j] = unit * (F[j][j] - fy[j][j]) end
  return triangle(function(j, k)
    local y = w * w * (j == k and 1 or net.target_c)
    return unit ^ 2 * (F[j][k] - fy[j][k] - fy[k][j] + y)
  end), s
end

-- One layer back, in the mean over what the pass forward leaves open: of W'delta the
-- part along a, s/|a|, is known and passes the gates as a does, and the rest as they
-- overlap. Units: delta's of layer l over what it is multiplied by from l to L.
local function step_back(net, path, l, delta, s)
  local n, above, at, g = net.sizes[l], net.sizes[l + 1], path[l], {}
  local mean = l + 1 < net.depth and (1 + net.phi.shape.slope_below ^ 2) / 2 or 1
  local unit = 1 / (above * mean)
  for j = 1, samples do g[j] = s[j]:hadamard(at.inverse[j]) end
  return triangle(function(j, k)
    local along = g[j]:hadamard(g[k]):hadamard(at.energy[j][k])
    local rest = delta[j][k]
    if net.orthogonal then
      rest = (rest * (math.max(n, above) * unit) - along):hadamard(at.passed[j][k])
      return at.aligned * along + rest * (1 / (n - 1))
    end
    return at.aligned * along + rest:hadamard(at.passed[j][k]) * unit
  end)
end

-- Draws of ln(1 + (B-1) kappa), kappa the ratio of the pairs' part in the gradient's
-- energy to the samples' own; its mean, its variance and its covariance with ln of
-- the samples' own.
local function adding_up(A, delta, B)
  local own, kappa = A[1][1]:hadamard(delta[1][1]), {}
  for j = 2, samples do own = own + A[j][j]:hadamard(delta[j][j]) end
  own = own * (1 / samples) + 1e-300
  for p, pair in ipairs(the_pairs) do
    local j, k = pair[1], pair[2]
    kappa[p] = A[j][k]:hadamard(delta[j][k]):divide(own)
  end
  kappa = gram.of_batch(kappa, B)
  local x = ((B - 1) * (0.5 * (kappa + kappa:abs())) + 1):log()
  return { mean = x:sum() / x:cols(), var = covariance(x, x),
    cov = covariance(x, own:log()) }
end

-- By layer the moments of ln(1 + (B-1) kappa), by how much the weight gradients of a
-- batch add up. log_ratio: ln of E||y||^2 over E||f||^2.
function gram.adding_up(net, log_ratio, even)
  local L, out = net.depth, {}
  local path = gram.path(net, even, L - 1)
  local delta, s = residual(path, net, path[L - 1].energy,
    math.exp(0.5 * math.max(-200, math.min(200, log_ratio))))
  for l = L, 1, -1 do
    if l < L then delta = step_back(net, path, l, delta, s) end
    out[l] = adding_up(path[l - 1].energy, delta, net.batch)
  end
  return out
end

return gram
