-- What random networks do against what theory says they should: slopes of
-- log10 norms per layer for five initializers and three activations, their
-- spread over seeds, and the article's figure 1 in absolute numbers. Bands are
-- theory's own: 3.3 predicted standard deviations of a mean over the seeds.
local ortho = require "orthorun"
local metric, theory = ortho.metric, ortho.theory

local width, depth, seeds = 64, 20, 50
local root2 = math.sqrt(2)

local arms = {
  { name = "gaussian", init = "gaussian" },
  { name = "scaled_gaussian", init = "scaled_gaussian" },
  { name = "he_normal", init = "he_normal" },
  { name = "orthogonal 1", init = "orthogonal", gain = 1 },
  { name = "orthogonal sqrt 2", init = "orthogonal", gain = root2 },
}

-- A random column with norm exactly `length`
local function direction(rng, length)
  local x = rng:normal(width, 1)
  return x * (length / x:norm())
end

local function norms(net)
  return { forward = metric.log10_activation_norms(net),
    delta = metric.log10_delta_norms(net),
    gradient = metric.log10_grad_norms(net) }
end

-- log10 norms per layer of one fresh network under both cotangents; input of
-- mean square 1, output cotangent of norm 1 or target of mean square 1/3
local function trial(arm, activation, layers, rng)
  local options = arm.gain and { gain = arm.gain } or {}
  local net = ortho.mlp { width = width, depth = layers,
    activation = activation, init = ortho.init[arm.init](options),
    rng = rng:split "net" }
  local f = net:forward(direction(rng:split "x", math.sqrt(width)))
  local target = direction(rng:split "y", math.sqrt(width / 3))
  local _, residual = ortho.loss.mse(f, target)
  local found = {}
  net:backward(direction(rng:split "dy", 1))
  found.independent = norms(net)
  net:zero_grad()
  net:backward(residual)
  found.mse = norms(net)
  return found
end

-- least-squares slope of y[1..last]
local function slope(y, last)
  local middle, top, bottom = 0.5 * (last + 1), 0, 0
  for l = 1, last do
    top = top + (l - middle) * y[l]
    bottom = bottom + (l - middle) ^ 2
  end
  return top / bottom
end

-- slopes against the layer index, then of the first layer's gradient against
-- the network's depth, and its own log10 norm
local quantities = { "forward", "delta", "gradient", "depth", "first" }

local function slopes_of(deep, shallow)
  return { forward = slope(deep.forward, depth - 1),
    delta = slope(deep.delta, depth), gradient = slope(deep.gradient, depth),
    depth = (deep.gradient[1] - shallow.gradient[1]) / (depth - depth // 2),
    first = deep.gradient[1] }
end

-- mean and standard deviation over the seeds, by quantity
local function statistics(samples)
  local mean, sd = {}, {}
  for _, key in ipairs(quantities) do
    local sum, squares = 0, 0
    for _, s in ipairs(samples) do sum = sum + s[key] end
    mean[key] = sum / #samples
    for _, s in ipairs(samples) do
      squares = squares + (s[key] - mean[key]) ^ 2
    end
    sd[key] = math.sqrt(squares / (#samples - 1))
  end
  return mean, sd
end

local measured = {} -- kept from one test to the next

local function measure(arm, activation)
  local key = arm.name .. " " .. activation .. ortho.precision()
  if measured[key] then return measured[key] end
  local samples = { independent = {}, mse = {} }
  for seed = 1, seeds do
    local rng = ortho.rng(seed):split(arm.name):split(activation)
    local deep = trial(arm, activation, depth, rng:split "deep")
    local shallow = trial(arm, activation, depth // 2, rng:split "shallow")
    for cotangent, list in pairs(samples) do
      list[seed] = slopes_of(deep[cotangent], shallow[cotangent])
    end
  end
  measured[key] = samples
  return samples
end

local function prediction(arm, activation, cotangent)
  local options = { init = arm.init, gain = arm.gain, width = width,
    activation = activation, depth = depth, cotangent = cotangent,
    target2 = width / 3 }
  local p = theory.gradient_slope(options)
  local first = theory.first_layer {
    init = arm.init, gain = arm.gain, width = width, activation = activation,
    cotangent = cotangent, target2 = width / 3,
    depths = { depth // 2, depth } }
  -- two networks drawn apart
  p.sd.depth = math.sqrt(first.sd[1] ^ 2 + first.sd[2] ^ 2)
    / (depth - depth // 2)
  p.typical.first, p.sd.first = first.typical[2], first.sd[2]
  return p
end

local function check(arm, activation, cotangent)
  local mean, sd = statistics(measure(arm, activation)[cotangent])
  local p = prediction(arm, activation, cotangent)
  for _, key in ipairs(quantities) do
    local band = 3.3 * p.sd[key] / math.sqrt(seeds) + 1e-9
    local off = mean[key] - p.typical[key]
    assert(math.abs(off) <= band, ("%s: measured %.5f, predicted %.5f, "
      .. "band %.5f"):format(key, mean[key], p.typical[key], band))
  end
  return sd, p.sd
end

for _, activation in ipairs { "linear", "relu", "tanh" } do
  describe("slopes of log10 norms, " .. activation .. ",", function()
    for _, arm in ipairs(arms) do
      it(arm.name .. ": independent cotangent, within the bands", function()
        local sd, predicted = check(arm, activation, "independent")
        for _, key in ipairs(quantities) do -- sd of an sd: 1/sqrt(2 K) = .09
          assert(sd[key] <= 1.4 * predicted[key] + 1e-9 and
            sd[key] >= 0.65 * predicted[key] - 1e-9, ("%s: sd %.5f, "
            .. "predicted %.5f"):format(key, sd[key], predicted[key]))
        end
      end)

      it(arm.name .. ": the mse's residual, within the bands", function()
        check(arm, activation, "mse")
      end)
    end
  end)
end

describe("slopes of log10 norms in float32", function()
  it("are float64's", function()
    ortho.set_precision "float32"
    local ok, message = pcall(check, arms[1], "relu", "independent")
    ortho.set_precision "float64"
    assert(ok, message)
  end)
end)

describe("the article's figure 1", function()
  -- 51 matrices of 256 x 256, relu, X and Y uniform in [0,1], 32 samples,
  -- half the squared error; mean over K networks of log10||grad W^l||
  local n, layers, batch, K = 256, 51, 32, 6

  local function means(init)
    local at = { 0, 0, 0 }
    for seed = 1, K do
      local rng = ortho.rng(seed):split(init)
      local net = ortho.mlp { width = n, depth = layers, rng = rng,
        activation = "relu", init = ortho.init[init] {} }
      local f = net:forward(rng:split "x":uniform(n, batch))
      local _, df = ortho.loss.mse(f, rng:split "y":uniform(n, batch),
        { reduction = "half" })
      net:backward(df)
      local g = metric.log10_grad_norms(net)
      for i, l in ipairs { 1, 26, 51 } do at[i] = at[i] + g[l] / K end
    end
    return at
  end

  local function compare(init, article)
    local at = means(init)
    local s = theory.signal { init = init, width = n, depth = layers,
      q0 = 1 / 3, cotangent = "mse", reduction = "half", batch = batch }
    for i, l in ipairs { 1, 26, 51 } do
      local band = 3.3 * s.sd.gradient[l] / math.sqrt(K) + 0.1
      assert(math.abs(at[i] - s.typical.gradient[l]) < band,
        ("layer %d: %.3f, predicted %.3f"):format(l, at[i],
          s.typical.gradient[l]))
    end
    assert(math.abs(at[2] - article) < 1)
  end

  it("explodes to 1e109 for N(0,1), as predicted", function()
    compare("gaussian", 109.4)
  end)

  it("vanishes to 1e-6 for orthogonal weights, as predicted", function()
    compare("orthogonal", -6.2)
  end)
end)
