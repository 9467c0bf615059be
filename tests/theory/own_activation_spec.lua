-- own_activation_spec.lua: a Lua function as an activation, without a name, with or
-- without its derivative, wherever theory takes one: against mpmath's numbers for
-- functions that are none of ours, and against ours written out in Lua.
local ortho = require "orthorun"
local activation, theory = ortho.activation, ortho.theory
local names = require "orthorun.base.names"
local support = dofile "tests/support.lua"
local raises, near = support.raises, support.near

local function clip(x, low, high) return math.max(low, math.min(high, x)) end

local function tanh(x)
  local e = math.exp(-2 * math.abs(x))
  return (x < 0 and -1 or 1) * (1 - e) / (1 + e)
end

local function softplus(x)
  return math.max(x, 0) + math.log(1 + math.exp(-math.abs(x)))
end

-- None of these says where its kinks are.
local own = {
  sin = math.sin,
  hard_swish = function(x) return x * clip(x + 3, 0, 6) / 6 end,
  relu6 = function(x) return clip(x, 0, 6) end,
  mish = function(x) return x * tanh(softplus(x)) end,
  shrink = function(x)
    return x > 1 / 3 and x - 1 / 3 or x < -1 / 3 and x + 1 / 3 or 0
  end,
}

-- name, sigma_w2, sigma_b2: q, chi_1, chi_q, c, chi_c
-- (tests/independent/mean_field.py, as all numbers here)
local fixed = {
  { "sin", 3, .1, 1.529614163234056, 1.570385836765944, .1407716735318878,
    .19184477897634, .67803933461922 },
  { "sin", .8, .2, .4311107825300716, .5688892174699284, .3377784349398568, 1,
    .56888921746993 },
  { "hard_swish", 1.9, .1, .2028909529584285, .5178325344721952, .53924880111332, 1,
    .5178325344722 },
  { "relu6", 1.9, .1, 1.998408865343216, .9499791714264099, .9495849771303227, 1,
    .94997917142641 },
  { "mish", 1.6, .1, .2879963929799619, .6797305485706011, .7044048246091158, 1,
    .6797305485706 },
  { "shrink", .9, .2, .2843019897223801, .4786814759207216, .4786814759207216, 1,
    .47868147592072 },
}

-- name, q, c: c' and the slope, at sigma_w2 = 1.7, sigma_b2 = 0.1
local maps = {
  { "sin", 1, .3, .347853479998, .65374953230161 },
  { "sin", 2.5, -.6, -.20876302209665, .32826581805115 },
  { "sin", .4, .95, .95678947778013, 1.2228139819202 },
  { "hard_swish", 1, .3, .42596675054016, .47988458934393 },
  { "hard_swish", 2.5, -.6, -.071581627997942, .2300735506758 },
  { "hard_swish", .4, .95, .96592268090903, .49677442229212 },
  { "relu6", 1, .3, .53719225474422, .50743867815216 },
  { "relu6", 2.5, -.6, .11903791546672, .25089179874254 },
  { "relu6", .4, .95, .96396288784051, .76407976951138 },
  { "mish", 1, .3, .42760368444852, .61557740972559 },
  { "mish", 2.5, -.6, -.055589673842682, .3059993967328 },
  { "mish", .4, .95, .96146210402598, .7373545742822 },
  { "shrink", 1, .3, .35482079310607, .9332789602318 },
  { "shrink", 2.5, -.6, -.54041812376526, 1.1910594830046 },
  { "shrink", .4, .95, .95052534949114, .86754223236117 },
}

local gains = {
  sin = 1.520866623178815,
  hard_swish = 1.736657212766542,
  relu6 = 1.414213565095074,
  mish = 1.486847581273208,
  shrink = 1.325239412694948,
}

-- name, sigma_b2: sigma_w2, q
local line = {
  { "sin", .05, 1.5020701025579, .5520701025578998 },
  { "sin", .3, 1.800778477808912, 1.100778477808912 },
}

describe("a function as an activation", function()
  it("has mpmath's fixed points and slopes", function()
    for _, g in ipairs(fixed) do
      local m = theory.mean_field { activation = own[g[1]], sigma_w2 = g[2],
        sigma_b2 = g[3] }
      for i, key in ipairs { "q", "chi1", "chi_q", "c", "chi_c" } do
        near(g[3 + i], m[key], 1e-10 * math.max(1, g[3 + i]), g[1] .. " " .. key)
      end
    end
  end)

  it("has mpmath's maps, gains, critical line", function()
    for _, g in ipairs(maps) do
      local c, slope = theory.correlation_map(own[g[1]], g[3], { q = g[2],
        sigma_w2 = 1.7, sigma_b2 = 0.1 })
      near(g[4], c, 1e-10, g[1])
      near(g[5], slope, 1e-10, g[1])
    end
    for name, gain in pairs(gains) do
      near(gain, theory.gain(own[name]), 1e-12, name)
      near(1 / gain, (theory.variance_map(own[name], 1)) ^ 0.5, 1e-12, name)
    end
    for _, g in ipairs(line) do
      local p = theory.critical_line { activation = own[g[1]], sigma_b2 = { g[2] } }
      near(g[3], p[1].sigma_w2, 1e-10)
      near(g[4], p[1].q, 1e-9)
    end
  end)

  it("need not be smooth, slow or of bounded variation", function()
    local function mean(f, options) return activation.moment(f, options) end
    local slope = { slope = true }
    near(26.59443694906079, mean(function(x) return tanh(50 * x) end, slope), 1e-9)
    near(12.5, mean(function(x) return math.sin(5 * x) end,
      { q = 2, slope = true }), 1e-10)
    near(1.795240261806447, mean(function(x) return math.abs(x) ^ 1.5 end, slope),
      2e-8)
    near(1, mean(function(x) return math.abs(x - 1 / 3) end, slope), 1e-11)
    near(1.217995562088459, activation.joint(function(x)
      return x > 0 and x * x or 0
    end, { c = 0.5, slope = true }), 1e-11)
    -- gates of two kinks: P(0 < u < 1, 0 < v < 1), where both pass kinks at once
    near(0.0726402550049867, activation.joint(function(x) return clip(x, 0, 1) end,
      { q = 2, c = 0.3, slope = true }), 1e-13)
    near(0.5, mean(math.sin, { q = 1e4 }), 1e-10)
    near(1 / 3, mean(function(x) return math.abs((x + 1) % 4 - 2) - 1 end, { q = 9 }),
      1e-12)
    near(0.5, mean(function(x) return x > 0 and 1 or 0 end, {}), 1e-14)
    near(1, mean(function(x) return x > 0 and 1 or -1 end, {}), 1e-14)
  end)

  -- ours by name and as a function; as itself, with its derivative, in a table
  local ways = {
    { "tanh", tanh },
    { "tanh", { f = tanh, derivative = function(x) return 1 - tanh(x) ^ 2 end } },
    { "tanh", { value = tanh, slope = function(x) return 1 - tanh(x) ^ 2 end } },
    { "hard_tanh", function(x) return clip(x, -1, 1) end },
    { "hard_tanh", { f = function(x) return clip(x, -1, 1) end, kinks = { -1, 1 } } },
    { "elu", function(x) return x > 0 and x or math.exp(x) - 1 end },
    { "relu", function(x) return math.max(x, 0) end },
    { "leaky_relu", { "leaky_relu", alpha = 0.01 } },
  }

  -- Numbers in f's results, however deep.
  local function numbers(...)
    local list = {}
    local function add(value)
      if type(value) == "number" then
        list[#list + 1] = value
      elseif type(value) == "table" then
        for _, key in ipairs(names.keys(value)) do
          add(value[key])
        end
      end
    end
    for i = 1, select("#", ...) do add((select(i, ...))) end
    return list
  end

  local uses = {
    gain = function(f) return theory.gain(f) end,
    variance_map = function(f) return theory.variance_map(f, 2) end,
    chi1 = function(f) return theory.chi1(f, { q = 0.5 }) end,
    critical = function(f) return theory.critical(f, { q = 0.7 }) end,
    correlation_map = function(f)
      return theory.correlation_map(f, 0.3, { q = 2, sigma_w2 = 2 })
    end,
    mean_field = function(f)
      return theory.mean_field { activation = f, sigma_w2 = 1.2, sigma_b2 = 0.1 }
    end,
    critical_line = function(f)
      return theory.critical_line { activation = f, sigma_b2 = { 0, 0.05 } }
    end,
    trainable_depth = function(f)
      return theory.trainable_depth { activation = f, sigma_w2 = 1.2,
        sigma_b2 = 0.1 }
    end,
    init_variance = function(f) return theory.init_variance("orthogonal", f, 9, 5) end,
    signal = function(f)
      return theory.signal { activation = f, gain = f, init = "orthogonal",
        sizes = { 20, 40, 10 }, batch = 3, loss = "mse" }
    end,
    gradient_slope = function(f)
      return theory.gradient_slope { activation = f, gain = 1.1, width = 30,
        depth = 4 }
    end,
    first_layer = function(f)
      return theory.first_layer { activation = f, width = 30, depths = { 1, 2 } }
    end,
    residual_signal = function(f)
      return theory.residual_signal { activation = f, width = 30, depth = 4 }
    end,
    jacobian_edge = function(f)
      return theory.jacobian_edge { activation = f, gain = f, depth = 5, q = 0.9 }
    end,
    jacobian_spectrum = function(f)
      local law = theory.jacobian_spectrum { activation = f, gain = f, depth = 5,
        q = 0.9 }
      return { law.mean, law.variance, law.density(1), law.cdf(0.5) }
    end,
  }

  -- What takes a second of Lua calls for each way, and by what ways it is tried.
  local dear = { signal = { 1, 8 }, gradient_slope = { 8 }, first_layer = { 8 },
    correlation_map = { 1, 4, 8 }, mean_field = { 1, 2, 4, 7 } }

  for name, use in pairs(uses) do
    it("is what theory." .. name .. " takes", function()
      for i, way in ipairs(ways) do
        local skipped = dear[name] and not names.has(dear[name], i)
        local wanted = numbers(not skipped and use(way[1]))
        local got = numbers(not skipped and use(way[2]))
        assert.equal(#wanted, #got)
        for k, x in ipairs(wanted) do
          if x - x ~= 0 then
            assert.equal(x, got[k])
          else
            near(x, got[k], 1e-8 * math.max(1, math.abs(x)), name .. " " .. way[1])
          end
        end
      end
    end)
  end

  it("is known to be homogeneous where it is", function()
    local function relu(x) return x > 0 and x or 0 end
    assert.equal(1, theory.mean_field { activation = relu, sigma_w2 = 2 }.q)
    assert.equal(0.2, theory.fluctuations { activation = relu, width = 10,
      depth = 3 }.sum)
  end)

  it("is looked at again where its table has changed", function()
    local phi = { f = function(x) return x end }
    near(1, activation.gain(phi), 1e-14)
    phi.f = function(x) return 2 * x end
    near(0.5, activation.gain(phi), 1e-14)
  end)

  it("goes when nobody has it any more", function()
    collectgarbage()
    local before = collectgarbage "count"
    for i = 1, 300 do activation.moment(function(x) return x + i end, { q = 1 }) end
    collectgarbage()
    collectgarbage()
    assert.is_true(collectgarbage "count" - before < 200)
  end)
end)

describe("a function that is no activation", function()
  local mean = activation.moment

  it("is named by its place, with the argument and what came of it", function()
    raises("own_activation_spec.lua:", mean, function() return 0 / 0 end)
    raises("value(0.0) is nan, must be a finite number", mean, function()
      return 0 / 0
    end)
    raises("value(0.0) is -inf", mean, math.log)
    raises("value(0.0): ", mean, function() error "not today" end)
    raises("not today", mean, function() error "not today" end)
    raises("value(0.0) returned nothing, not a number (is there a return?)", mean,
      function() end)
    raises("returned the string '1', not a number", mean, function() return "1" end)
    raises("is nan, must be a finite number", mean, function(x) -- inf/inf
      return x * math.exp(x) / (1 + math.exp(x))
    end, { q = 1000 })
    raises("activation 'mine': value(0.0) is nan", mean, { name = "mine",
      f = function() return 0 / 0 end })
    raises("its value jumps at 0.0, where it has no slope", mean, function(x)
      return x > 0 and 1 or 0
    end, { slope = true })
    local rng = ortho.rng(1)
    raises("changes too fast, or too often, between -32.0 and 32.0", mean, function()
      return rng:integer(0, 1000)
    end)
    raises("changes too fast", mean, math.sin, { q = 1e10 })
  end)

  it("is refused in a table that is none", function()
    raises("the activation's f must be a function of a number, not 3", mean, {
      f = 3 })
    raises("an activation's table needs f = a function of a number", mean, {})
    raises("unknown part of an activation 'derivativ' (did you mean 'derivative'?",
      mean, { f = tanh, derivativ = tanh })
    raises("kinks[1] is the string 'a', must be a finite number", mean, { f = tanh,
      kinks = { "a" } })
    raises("an activation's table has a name and alpha", mean, { "leaky_relu",
      aplha = 0.1 })
    raises("did you mean 'leaky_relu'?", mean, { "leaky_rleu", alpha = 0.1 })
    raises("tanh takes no alpha", mean, { "tanh", alpha = 0.1 })
    raises("must be a name such as \"relu\", not number", mean, 3)
  end)
end)
