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

describe("norms of batches of 32", function()
  -- Samples of one network share part of their fluctuations; theory's own
  -- approximations cost up to .05 in log10.
  local batch, allowed = 32, 0.05

  local function mean_sd(rows, key, l)
    local sum, squares = 0, 0
    for _, r in ipairs(rows) do sum = sum + r[key][l] end
    for _, r in ipairs(rows) do
      squares = squares + (r[key][l] - sum / #rows) ^ 2
    end
    return sum / #rows, math.sqrt(squares / (#rows - 1))
  end

  -- log10 norms of K networks under each cotangent; X and Y in [0,1]
  local function draw(arm, activation, n, layers, K)
    local found = { independent = {}, mse = {} }
    for seed = 1, K do
      local rng = ortho.rng(seed):split(arm.name):split(activation)
      local net = ortho.mlp { width = n, depth = layers, rng = rng:split "net",
        activation = activation,
        init = ortho.init[arm.init](arm.gain and { gain = arm.gain } or {}) }
      local f = net:forward(rng:split "x":uniform(n, batch))
      local _, df = ortho.loss.mse(f, rng:split "y":uniform(n, batch),
        { reduction = "half" })
      net:backward(df)
      found.mse[seed] = norms(net)
      net:zero_grad()
      net:backward(rng:split "dy":normal(n, batch) / math.sqrt(n))
      found.independent[seed] = norms(net)
    end
    return found
  end

  local function predict(arm, activation, n, layers, cotangent, samples)
    return theory.signal { init = arm.init, gain = arm.gain, width = n,
      depth = layers, activation = activation, batch = samples or batch,
      q0 = 1 / 3, cotangent = cotangent, reduction = "half" }
  end

  -- the farthest measured mean beyond its band, at three layers
  local function check_norms(rows, s, layers)
    for _, key in ipairs { "forward", "delta", "gradient" } do
      for _, l in ipairs { 1, layers // 2, layers - 1 } do
        local at, sd = mean_sd(rows, key, l)
        local off = at - s.typical[key][l]
        local what = ("%s %d: %.3f, predicted %.3f; sd %.3f, %.3f"):format(
          key, l, at, s.typical[key][l], sd, s.sd[key][l])
        assert(math.abs(off) <= allowed + theory.band(s.sd[key][l], #rows),
          what)
        -- the sd of an sd over 40 seeds is .11 of it
        assert(sd <= 1.6 * s.sd[key][l] + 0.02, what)
        assert(sd >= 0.6 * s.sd[key][l] - 0.02, what)
      end
    end
  end

  for _, activation in ipairs { "linear", "relu", "tanh" } do
    it("are predicted for five initializers, " .. activation, function()
      for _, arm in ipairs(arms) do
        local found = draw(arm, activation, width, depth, 40)
        for cotangent, rows in pairs(found) do
          local s = predict(arm, activation, width, depth, cotangent)
          local ok, message = pcall(check_norms, rows, s, depth)
          assert(ok, ("%s, %s: %s"):format(arm.name, cotangent, message))
        end
      end
    end)
  end

  it("are not one sample's where samples decorrelate: tanh N(0,1)", function()
    local n, layers, K = 128, 51, 20
    local rows = draw(arms[1], "tanh", n, layers, K).mse
    local s = predict(arms[1], "tanh", n, layers, "mse")
    check_norms(rows, s, layers)
    local one = predict(arms[1], "tanh", n, layers, "mse", 1)
    local at = mean_sd(rows, "delta", 1)
    local single = one.typical.delta[1] + -- 1/batch scales the loss
      0.5 * math.log(batch, 10) - math.log(batch, 10)
    assert(at - single > 0.6, ("%.3f, one sample %.3f"):format(at, single))
    assert(math.abs(theory.z_score(at, s.typical.delta[1], s.sd.delta[1], K))
      < 3.3)
  end)

  it("have slopes within their bands: tanh N(0,1), He", function()
    for _, arm in ipairs { arms[1], arms[3] } do
      local K = 20
      local rows = draw(arm, "tanh", width, depth, K).mse
      local p = theory.gradient_slope { init = arm.init, width = width,
        depth = depth, activation = "tanh", batch = batch, q0 = 1 / 3,
        cotangent = "mse", reduction = "half" }
      local mean = 0
      for _, r in ipairs(rows) do mean = mean + slope(r.delta, depth) / K end
      assert(math.abs(mean - p.typical.delta) <
        theory.band(p.sd.delta, K) + allowed / depth,
        ("%s: %.4f, predicted %.4f"):format(arm.name, mean, p.typical.delta))
    end
  end)
end)
