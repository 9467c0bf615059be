-- theory/chain, through theory.signal: against another implementation's draws of the
-- same chain, and against networks, even and uneven. Their errors add up.
local ortho = require "orthorun"
local metric, stats, theory = ortho.metric, ortho.stats, ortho.theory
local chain = require "orthorun.theory.chain"
local near = dofile("tests/support.lua").near

local root2 = math.sqrt(2)

local function norms(net, x, y)
  local _, residual = ortho.loss.mse(net:forward(x), y, { reduction = "half" })
  net:backward(residual)
  return metric.log10_delta_norms(net), metric.log10_grad_norms(net)
end

local function of_length(v, length) return v * (length / v:norm()) end

-- Least-squares slope over the layers
local function slope(y)
  local middle, top, bottom = 0.5 * (#y + 1), 0, 0
  for l, value in ipairs(y) do
    top = top + (l - middle) * value
    bottom = bottom + (l - middle) ^ 2
  end
  return top / bottom
end

-- Of drawn networks: by layer, arrays over the nets; and the slopes
local function drawn(o, nets)
  local out = { delta = {}, gradient = {}, slope = { delta = {}, gradient = {} } }
  local n_in, n_out = o.sizes[1], o.sizes[#o.sizes]
  for seed = 1, nets do
    local rng = ortho.rng(3):split(o.init .. o.activation):split(seed)
    local net = ortho.mlp { sizes = o.sizes, rng = rng:split "net",
      init = ortho.init[o.init] { gain = o.gain },
      activation = o.alpha and { o.activation, alpha = o.alpha } or o.activation }
    local delta, gradient = norms(net, of_length(rng:normal(n_in, 1), n_in ^ 0.5),
      of_length(rng:normal(n_out, 1), n_out ^ 0.5))
    if gradient[1] > -math.huge then
      for name, found in pairs { delta = delta, gradient = gradient } do
        for l, value in ipairs(found) do
          out[name][l] = out[name][l] or {}
          table.insert(out[name][l], value)
        end
        table.insert(out.slope[name], slope(found))
      end
    end
  end
  return out
end

local function predicted(o)
  return theory.signal { sizes = o.sizes, init = o.init, gain = o.gain,
    activation = o.activation, alpha = o.alpha, loss = "mse_half",
    target2 = o.sizes[#o.sizes] }
end

local function check(o, nets)
  local found, law = drawn(o, nets), predicted(o)
  for _, name in ipairs { "delta", "gradient" } do
    for l, values in ipairs(found[name]) do
      local what = ("%s %s %s layer %d"):format(o.activation, o.init, name, l)
      local sd = law.sd[name][l]
      near(law.typical[name][l], stats.mean(values), 1e-9 + 3.7 * math.sqrt(
        sd ^ 2 / #values + law.error[name][l] ^ 2), what)
      near(1, (stats.std(values) + 1e-6) / (sd + 1e-6), 0.17, what .. ", spread")
    end
    local slopes = found.slope[name]
    near(law.slope[name], stats.mean(slopes),
      4 * law.slope_sd[name] / math.sqrt(#slopes), name .. " slope")
    near(1, stats.std(slopes) / law.slope_sd[name], 0.17, name .. " slope's spread")
  end
end

describe("theory.signal of one input under a squared error", function()
  it("has the draws that another implementation makes", function()
    local layers = { 1, 13, 26, 39, 51 }
    for init, wanted in pairs {
      he_normal = { 1.5893, 1.5504, 1.4886, 1.3790, 1.0086 },
      orthogonal = { 1.8058, 1.7591, 1.6876, 1.5663, 1.2153 } } do
      local law = theory.signal { width = 64, depth = 51, init = init,
        gain = root2, q0 = 1 / 3, loss = "mse_half" }
      for k, l in ipairs(layers) do
        near(wanted[k], law.typical.gradient[l], 0.005, init .. " layer " .. l)
        assert.is_true(law.error.gradient[l] < 0.004)
      end
    end
    -- of 4,000 nets in NumPy
    local law = theory.signal { width = 64, depth = 51, init = "he_normal",
      q0 = 1 / 3, loss = "mse_half" }
    near(0.752, law.sd.gradient[1], 0.03)
    near(0.0112, law.slope_sd.delta, 0.0004)
    near(0.0068, law.slope_sd.gradient, 0.0003)
  end)

  it("is what networks of uneven sizes have, in every layer", function()
    local sizes = { 5, 12, 8, 20, 6 }
    check({ sizes = sizes, activation = "relu", init = "he_normal", gain = root2 },
      700)
    check({ sizes = sizes, activation = "relu", init = "orthogonal", gain = 1.3 },
      700)
    check({ sizes = sizes, activation = "leaky_relu", alpha = 0.3,
      init = "scaled_gaussian", gain = 1.2 }, 700)
    check({ sizes = sizes, activation = "leaky_relu", alpha = 0.3,
      init = "orthogonal", gain = 1.2 }, 700)
    check({ sizes = sizes, activation = "linear", init = "orthogonal", gain = 1 },
      700)
  end)

  it("is exact where nothing is left to chance", function()
    local law = theory.signal { width = 64, depth = 30, init = "orthogonal",
      gain = 2, activation = "linear", q0 = 1, loss = "mse_half",
      target2 = 1e-30 }
    for l = 1, 30 do
      near(math.log(64 * 2.0 ^ 59, 10), law.typical.gradient[l], 1e-9)
      near(0, law.sd.gradient[l], 1e-9)
    end
  end)

  it("reaches thousands of layers in bounded memory and time", function()
    local law = theory.signal { width = 16, depth = 1000, init = "gaussian",
      loss = "mse" }
    near(law.typical.gradient[1], law.typical.gradient[800], 1)
    assert.is_false(chain.fits { cotangent = "mse", depth = 1000000,
      phi = { shape = { homogeneous = true, slope_above = 1 } } })
  end)

  it("leaves independent cotangents and others as they were", function()
    assert.is_nil(theory.signal({ width = 8, depth = 5 }).error)
    assert.is_nil(theory.signal({ width = 8, depth = 5, activation = "tanh",
      loss = "mse" }).error)
  end)

  it("draws in double precision, whatever a run computes in", function()
    local function both(width, batch)
      local law = theory.signal { width = width, depth = 5, init = "gaussian",
        loss = "mse", batch = batch, like = {} }
      return { law.typical.gradient, law.sd.gradient }
    end
    local function kept_nothing(f, ...)
      for _, name in ipairs { "chain", "pool", "gram", "controlled" } do
        package.loaded["orthorun.theory." .. name] = nil
      end
      return f(...)
    end
    local wanted = { kept_nothing(both, 19, 1), kept_nothing(both, 19, 4) }
    ortho.set_precision "float32"
    local ok, got = pcall(function()
      return { kept_nothing(both, 19, 1), kept_nothing(both, 19, 4) }
    end)
    ortho.set_precision "float64"
    assert.is_true(ok, got)
    assert.same(wanted, got)
  end)

  it("draws the same numbers each time", function()
    local function first()
      return theory.signal({ width = 17, depth = 6, init = "he_normal",
        loss = "mse", like = {} }).typical.gradient
    end
    assert.same(first(), first())
  end)
end)
