-- Order and chaos: for how many layers a net remembers how large an input was (xi_q) and
-- how much two were alike (xi_c), by the variances of weights and biases; and the line
-- between them. Poole et al. 2016, arXiv:1606.05340; Schoenholz et al. 2017, 1611.01232.
local ortho = require "orthorun"
local wide, decay_scale = { width = "largest" }, ortho.stats.decay_scale
local function field_of(p) -- and the first layer's correlation, off the one that stays
  local f = ortho.theory.mean_field { activation = p.activation, sigma_w2 = p.sigma_w2,
    sigma_b2 = p.sigma_b2 }
  f.c1 = math.max(f.c + (f.c > 0.7 and -0.2 or 0.2), 2 * p.sigma_b2 / f.q - 1)
  f.layers = math.min(p.layers, math.ceil(math.abs(f.xi_c)) + 3)
  return f
end
local function critical(b2, p)
  return ortho.theory.critical_line { activation = p.activation,
    sigma_b2 = { math.max(0, b2) } }[1].sigma_w2
end
local function map(plot, title)
  return { plot = plot, kind = "heat", over = "sigma_b2", y = "sigma_w2", log_z = true,
    theory = critical, where = wide, title = title, xlabel = "σ_b²", ylabel = "σ_w²" }
end
return ortho.experiment {
  asks = "How deep does a net remember its inputs, in order and in chaos?",
  params = { pairs = 24, layers = 60,
    activation = { "tanh", choices = { "tanh", "erf", "hard_tanh" } } },
  grid = { sigma_b2 = { 0.02, 0.08, 0.14, 0.2, 0.26, 0.32, above = 0 },
    sigma_w2 = { 0.4, 0.8, 1.2, 1.6, 2, 2.4, 2.8, 3.2, above = 0 },
    width = { 64, 256 }, seed = ortho.range(6) },
  measures = { xi_c = { label = "ξ_c, layers" }, xi_q = { label = "ξ_q, layers" } },
  trial = function(p, rng)
    local f, n, phi = field_of(p), p.width, ortho.layer[p.activation]()
    local u, v = rng:split "u":normal(n, p.pairs), rng:split "v":normal(n, p.pairs)
    local function size(q) return ((q - p.sigma_b2) / p.sigma_w2) ^ 0.5 end
    local c0 = (f.c1 * f.q - p.sigma_b2) / (f.q - p.sigma_b2) -- of the inputs
    local other, c, q, z = c0 * u + (1 - c0 ^ 2) ^ 0.5 * v, {}, {}, {}
    local a = { size(f.q) * u, size(f.q) * other, size(3 * f.q) * u }
    for l = 1, f.layers do
      local W = rng:split(l):normal(n, n, { std = (p.sigma_w2 / n) ^ 0.5 })
      local bias = rng:split(-l):normal(n, 1, { std = p.sigma_b2 ^ 0.5 })
      for i = 1, 3 do z[i] = W * a[i] + bias; a[i] = phi:forward(z[i]) end
      c[l] = z[1]:hadamard(z[2]):sum() / (z[1]:norm() * z[2]:norm())
      q[l] = z[3]:norm() ^ 2 / (n * p.pairs)
    end
    return { xi_c = decay_scale(c, f.c), xi_q = decay_scale(q, f.q, f.xi_q + 1) }
  end,
  predict = function(p) -- of infinite width, from the same start
    local f, path = field_of(p), ortho.theory.trajectory
    local q = path { like = p, layers = f.layers, q = 3 * f.q, c = 1 }
    local _, c = path { like = p, layers = f.layers, q = f.q, c = f.c1 }
    return { xi_c = decay_scale(c, f.c), xi_q = decay_scale(q, f.q, f.xi_q + 1),
      asymptotic = "width" }
  end,
  derive = { xi_c_star = function(r) return field_of(r).xi_c end,
    trainable = function(r) return 6 * math.abs(r.xi_c_star) end },
  show = { { table = { "xi_c", "xi_q", "xi_c_star", "trainable" }, where = wide,
    spread = false }, map("xi_c", "correlations"), map("xi_q", "variances"),
    { plot = { "xi_c", "xi_q" }, over = "sigma_w2", log = "y", where = wide,
      facet = "sigma_b2", figure = "curves" },
    { approach = "xi_c", by = "sigma_w2", figure = "width_c" },
    { approach = "xi_q", by = "sigma_w2", figure = "width_q" } },
}
