-- net_spec.lua: nets whose widths differ from layer to layer: second moments against
-- mpmath's, logarithms against the exact law, both against drawn nets.
local ortho = require "orthorun"
local theory, metric = ortho.theory, ortho.metric
local support = dofile "tests/support.lua"
local near, raises = support.near, support.raises
local ln10 = math.log(10)

describe("second moments of rectangles", function()
  -- the maps A^l = n_l E[phi(sqrt(v_l A^(l-1)) z)^2] and back, by mpmath's quad at 25
  -- digits, split at 0; q0 = 1/3, E||delta^L||^2 = 1; log10 norms
  local golden = {
    { "relu", "he_normal", nil, { 784, 256, 128, 10 },
      forward = { .9655593552960936, .815044357464103, .4119543704721594 },
      delta = { 0, 0, 0 },
      gradient = { 1.208597403982388, .9655593552960936, .815044357464103 } },
    { "leaky_relu", "orthogonal", 2, { 784, 256, 128, 10 }, alpha = 0.25,
      forward = { 1.129238822489259, 1.142403291850433, .8898283026904803 },
      delta = { .3273589343863303, .1636794671931652, 0 },
      gradient = { 1.535956338368718, 1.292918289682424, 1.142403291850433 } },
    { "tanh", "glorot_normal", nil, { 20, 80, 40, 160, 5 },
      forward = { .4662685321263705, .3276811978446578, .4115274530868704,
        -.1972145190200827 },
      delta = { -.1026562310304906, -.120245078980413, .126085867371096, 0 },
      gradient = { .3092981394416688, .3460234531459575, .4537670652157538,
        .4115274530868704 } },
    { "tanh", "orthogonal", math.sqrt(2), { 20, 80, 40, 160, 5 },
      forward = { .5049988319907592, .4242853538673464, .5413824286134176,
        -.0606775627145448 },
      delta = { -.008184988786874813, -.1052506810758114, .1185743522158847, 0 },
      gradient = { .4037693816852846, .3997481509149479, .5428597060832312,
        .5413824286134176 } },
  }

  it("are mpmath's", function()
    for _, g in ipairs(golden) do
      -- on the way back tanh has a correction of order 1/n that the maps have not
      local back = g[1] == "tanh" and 3e-3 or 1e-13
      local s = theory.signal { activation = g[1], init = g[2], gain = g[3],
        sizes = g[4], alpha = g.alpha, q0 = 1 / 3 }
      for _, name in ipairs { "forward", "delta", "gradient" } do
        assert.equal(#g[4] - 1, #s[name])
        for l, x in ipairs(g[name]) do
          near(x, s[name][l], name == "forward" and 1e-13 or back, g[1] .. name)
        end
      end
    end
  end)
end)

local shapes = { { 784, 256, 128, 10 }, { 10, 100, 10, 100, 10, 3 }, { 5, 40, 1 },
  { 64, 64, 64 } }

describe("logarithms in rectangles", function()
  it("have the exact law's mean and variance where phi is homogeneous", function()
    for _, sizes in ipairs(shapes) do
      for _, o in ipairs { { "linear", "glorot_normal" }, { "relu", "he_normal" },
        { "linear", "orthogonal" }, { "relu", "orthogonal", "relu" } } do
        local options = { sizes = sizes, activation = o[1], init = o[2],
          gain = o[3], q0 = 0.7, cotangent2 = 2 }
        local s, law = theory.signal(options), theory.fluctuations(options)
        for _, name in ipairs { "forward", "delta", "gradient" } do
          for l = 1, #sizes - 1 do
            near(law[name].mean[l], 2 * ln10 * s.typical[name][l], 1e-12)
            near(law[name].var[l], (2 * ln10 * s.sd[name][l]) ^ 2, 1e-13)
          end
        end
      end
    end
  end)

  -- Columns of one length.
  local function columns(rng, rows, batch, length)
    local x = rng:normal(rows, batch)
    for j = 1, batch do
      local column = x:col(j)
      column:assign(column * (length / column:norm()))
    end
    return x
  end

  it("are those of drawn nets, one input and a batch", function()
    local sizes, seeds = { 48, 96, 32, 64, 8 }, 60
    for _, o in ipairs { { "relu", "he_normal" }, { "relu", "orthogonal" },
      { "tanh", "glorot_normal" }, { "tanh", "orthogonal" } } do
      for _, batch in ipairs { 1, 6 } do
        local got = { forward = {}, delta = {}, gradient = {} }
        for seed = 1, seeds do
          local rng = ortho.rng(seed):split(o[1]):split(o[2])
          local net = ortho.mlp { sizes = sizes, activation = o[1], init = o[2],
            rng = rng }
          net:forward(columns(rng:split "x", sizes[1], batch, 48 ^ 0.5))
          net:backward(columns(rng:split "dy", 8, batch, 1))
          for name, f in pairs { forward = metric.log10_activation_norms,
            delta = metric.log10_delta_norms, gradient = metric.log10_grad_norms } do
            got[name][seed] = f(net)
          end
        end
        local s = theory.signal { sizes = sizes, activation = o[1], init = o[2],
          batch = batch, input_c = 0 }
        for name, rows in pairs(got) do
          for l = 1, #sizes - 1 do
            local column = {}
            for i, row in ipairs(rows) do column[i] = row[l] end
            local what = ("%s %s %d %s %d"):format(o[1], o[2], batch, name, l)
            -- 1e-9: of orthogonal matrices, norms that cannot vary
            near(s.typical[name][l], ortho.stats.mean(column), 1e-9 +
              (batch > 1 and 0.01 or 0.003) + theory.band(s.sd[name][l], seeds), what)
            local sd = ortho.stats.std(column)
            assert.is_true(sd < 1.5 * s.sd[name][l] + 0.01, what)
            assert.is_true(sd > 0.6 * s.sd[name][l] - 0.01, what)
          end
        end
      end
    end
  end)

  it("are the square net's where all sizes are one", function()
    local a = theory.signal { sizes = { 32, 32, 32, 32, 32 }, batch = 3,
      loss = "mse", init = "orthogonal" }
    local b = theory.signal { width = 32, depth = 4, batch = 3, loss = "mse",
      init = "orthogonal" }
    assert.same(a.typical, b.typical)
    assert.same(a.sd, b.sd)
    assert.same(a.slope, b.slope)
    local c = theory.signal { width = 32, depth = 4, inputs = 7, outputs = 3 }
    assert.same(c.sd, theory.signal { sizes = { 7, 32, 32, 32, 3 } }.sd)
  end)

  it("take a trial's sizes", function()
    local sizes = { 6, 12, 3 }
    local p = { sizes = sizes, init = "he_normal", activation = "tanh", batch = 2 }
    assert.same(theory.signal { sizes = sizes, init = "he_normal",
      activation = "tanh", batch = 2 }.sd, theory.signal { like = p }.sd)
    assert.equal(9, #theory.signal { like = p, depth = 9 }.forward)
    p = { width = 8, depth = 3 }
    assert.equal(2, #theory.signal { like = p, sizes = sizes }.forward)
  end)

  it("have slopes by layer, but no slope by depth", function()
    local g = theory.gradient_slope { sizes = { 9, 8, 7, 6, 5 } }
    assert.is_number(g.gradient)
    assert.is_nil(g.depth)
  end)
end)

describe("sizes that are none", function()
  local function no(text, options) raises(text, theory.signal, options) end

  it("are refused, with their place and value", function()
    no("signal: sizes has no entries; inputs and outputs are two at least", {
      sizes = {} })
    no("sizes has one entry", { sizes = { 5 } })
    no("sizes[2] is 0; a whole number of at least 1 is needed", {
      sizes = { 5, 0, 3 } })
    no("sizes[3] is 2.5;", { sizes = { 5, 4, 2.5 } })
    no("sizes[1] is the string '784';", { sizes = { "784", 10 } })
    no("sizes must be a table, not the number 784", { sizes = 784 })
    no("give sizes=, or width= and depth=, not both (found width = 3)", {
      sizes = { 4, 4 }, width = 3 })
    no("not both (found outputs = 3)", { sizes = { 4, 4 }, outputs = 3 })
    no("depth is 10000000000; at most 1000000", { depth = 10000000000 })
    no("inputs is 0", { inputs = 0 })
    raises("first_layer: depths are compared of nets of one width; sizes differ",
      theory.first_layer, { sizes = { 4, 5, 6 }, depths = { 3 } })
  end)
end)
