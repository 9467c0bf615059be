-- custom_spec.lua: activation functions of the user's own (activation.define)
-- against built-in ones written out in Lua: layers, nets, gains, theory, sweeps;
-- differences in place of slopes; what raises and what is no number.
local ortho = require "orthorun"
local support = dofile "tests/support.lua"
local raises, near = support.raises, support.near
local activation, define = ortho.activation, ortho.activation.define

local function tanh(x)
  if math.abs(x) < 1e-5 then return x - x ^ 3 / 3 end
  local e = math.exp(-2 * math.abs(x))
  return (x < 0 and -1 or 1) * (1 - e) / (1 + e)
end

-- 4th-order differences are good to this
local rough = 1e-10

define { name = "own_tanh", value = tanh,
  slope = function(x) return 1 - tanh(x) ^ 2 end }
define { name = "rough_tanh", value = tanh }
define { name = "own_relu", value = function(x) return math.max(x, 0.0) end,
  kinks = { 0 } }
define { name = "own_clamp", kinks = { 1, -1 },
  value = function(x) return math.max(-1, math.min(1, x)) end }
define { name = "own_softplus",
  value = function(x) return math.log(1 + math.exp(-math.abs(x)))
    + math.max(x, 0) end }

local pairs_of = { own_tanh = "tanh", rough_tanh = "tanh", own_relu = "relu",
  own_clamp = "hard_tanh", own_softplus = "softplus" }

local function each(f)
  for _, name in ipairs { "own_tanh", "rough_tanh", "own_relu", "own_clamp",
    "own_softplus" } do f(name, pairs_of[name]) end
end

local function distance(A, B)
  return (A:to "float64" - B:to "float64"):norm() /
    math.max(B:to "float64":norm(), 1e-300)
end

local function nets(name, built_in, options)
  local list = {}
  for i, phi in ipairs { name, built_in } do
    local o = { width = 8, depth = 4, init = "he_normal", activation = phi,
      rng = ortho.rng(3) }
    for key, value in pairs(options or {}) do o[key] = value end
    list[i] = ortho.mlp(o)
  end
  return list[1], list[2]
end

describe("a defined activation", function()
  it("has the values, slopes and expectations of what it is", function()
    each(function(own, known)
      for _, x in ipairs { -3, -1, -1e-4, 0, 0.3, 0.9999, 2, 30 } do
        near(activation.value(known, x), activation.value(own, x), 1e-15, own)
        near(activation.slope(known, x), activation.slope(own, x), rough,
          own .. "'s slope at " .. x)
      end
      near(activation.gain(known), activation.gain(own), 1e-13, own)
      local q = { q = 2.5, c = 0.4, slope = true }
      near(activation.joint(known, q), activation.joint(own, q), rough, own)
      near(activation.mean(known, { value = 1, slope = 1, power = 1 }),
        activation.mean(own, { value = 1, slope = 1, power = 1 }), rough, own)
      near(activation.log_energy(known, { count = 20 }),
        activation.log_energy(own, { count = 20 }), 1e-9, own)
      near(activation.moment(known, { q = 0 }),
        activation.moment(own, { q = 0 }), 1e-13, own)
    end)
  end)

  it("is a name like the others: names, gain=, theory, shape", function()
    assert.equal("wave", define { name = "wave",
      value = function(x) return math.sin(x) + x / 2 end })
    local last = activation.names()
    assert.equal("wave", last[#last])
    local W = ortho.init.orthogonal { gain = "own_tanh" }(ortho.rng(1), 6, 6)
    near(activation.gain "tanh" * math.sqrt(6), W:norm(), 1e-12)
    local o = { sigma_w2 = 1.7, sigma_b2 = 0.1, activation = "own_tanh" }
    local own = ortho.theory.mean_field(o)
    o.activation = "tanh"
    for key, value in pairs(ortho.theory.mean_field(o)) do
      near(value, own[key], 1e-8 * math.abs(value), key)
    end
    near(ortho.theory.gain "tanh", ortho.theory.gain "own_tanh", 1e-13)
    assert.is_true(activation.shape "own_relu".homogeneous)
    assert.is_false(activation.shape "own_tanh".homogeneous)
    assert.equal(1, activation.shape "own_relu".slope_above)
    near(1, activation.shape "rough_tanh".slope_above, rough)
    raises("(did you mean 'own_relu'?", activation.gain, "own_rleu")
    raises("activation.gain: own_relu takes no alpha", activation.gain,
      "own_relu", { alpha = 1 })
  end)

  it("is theory.signal's as well", function()
    local function signal(name)
      return ortho.theory.signal { activation = name, depth = 6, width = 64,
        init = "orthogonal", gain = name }
    end
    local own, known = signal "own_tanh", signal "tanh"
    for l = 1, 6 do
      near(known.gradient[l], own.gradient[l], 1e-7, "layer " .. l)
    end
  end)

  for _, precision in ipairs { "float64", "float32" } do
    local tol = precision == "float64" and 1e-10 or 1e-5
    it("is a layer: forward, backward, norms; in " .. precision, function()
      local r = ortho.rng(5)
      local x = r:split "x":normal(8, 5, { precision = precision })
      local dy = r:split "dy":normal(8, 5, { precision = precision })
      each(function(own, known)
        local a, b = nets(own, known, { precision = precision })
        assert.is_true(distance(a:forward(x), b:forward(x)) < tol, own)
        assert.is_true(distance(a:backward(dy), b:backward(dy)) < tol, own)
        for i, g in ipairs(b:gradients()) do
          assert.is_true(distance(a:gradients()[i], g) < tol, own)
        end
        assert.equal(precision, a:forward(x):precision())
        local s, t = a:signal(x, dy, "mse_half"), b:signal(x, dy, "mse_half")
        for name, list in pairs(t) do
          for l, v in ipairs(type(list) == "table" and list or {}) do
            near(v, s[name][l], tol, own .. " " .. name)
          end
        end
        assert.equal(#b:log10_activation_norms(), #a:log10_activation_norms())
        assert.is_true(distance(a:jacobian(x:col(1)), b:jacobian(x:col(1)))
          < tol, own)
      end)
    end)
  end

  it("first, last, beside itself, in residuals, and alone", function()
    local function build(phi)
      local layer = ortho.layer
      return layer.sequential { layer[phi](), layer[phi](),
        layer.residual { scale = 0.5, layer[phi](), layer.layer_norm { size = 4 },
          layer[phi]() }, layer[phi]() }
    end
    local x = ortho.rng(8):normal(4, 3)
    local a, b = build "own_tanh", build "tanh"
    assert.is_true(distance(a:forward(x), b:forward(x)) < 1e-13)
    assert.is_true(distance(a:backward(x), b:backward(x)) < 1e-13)
    local one = ortho.layer.own_tanh()
    assert.equal("layer: own_tanh", tostring(one))
    near(tanh(x:get(1, 1)), one:forward(x):get(1, 1), 0)
  end)

  it("carries exponents where its input vanishes", function()
    local o = { depth = 400, init = ortho.init.orthogonal { gain = 1e-3 } }
    local x = ortho.rng(4):normal(8, 2)
    for _, precision in ipairs { "float64", "float32" } do
      o.precision = precision
      local a, b = nets("own_tanh", "tanh", o)
      local input = x:to(precision)
      near(b:forward(input):log10_norm(), a:forward(input):log10_norm(), 1e-3)
      near(b:backward(input):log10_norm(), a:backward(input):log10_norm(), 1e-3)
      assert.is_true(a:forward(input):log10_norm() < -1000)
    end
  end)

  it("takes what a double holds, also in float32, and no more", function()
    local o = { depth = 12, init = ortho.init.orthogonal { gain = 1e6 },
      precision = "float32" }
    local x = ortho.rng(4):normal(8, 2, { precision = "float32" })
    local a, b = nets("own_relu", "relu", o)
    assert.is_true(distance(a:forward(x), b:forward(x)) < 1e-5)
    near(b:backward(x):log10_norm(), a:backward(x):log10_norm(), 1e-5)
    o.depth = 80
    a = nets("own_relu", "relu", o)
    raises("activation 'own_relu': its input has norm 10^", a.forward, a, x)
    raises("which no number of Lua's holds", a.forward, a, x)
  end)

  it("overflows plainly where a net does not rescale; NaN passes", function()
    local net = ortho.layer.sequential { ortho.layer.scale(1e300),
      ortho.layer.scale(1e300), ortho.layer.own_relu() }
    net:rescale(false)
    assert.equal(math.huge, net:forward(ortho.matrix { { 2 } }):get(1, 1))
    local y = ortho.layer.own_relu():forward(ortho.matrix { { 0 / 0 } })
    assert.is_true(y:get(1, 1) ~= y:get(1, 1))
  end)

  it("learns", function()
    local digits = ortho.data.digits { limit = 100 }
    local function loss(phi)
      local net = ortho.mlp { sizes = { 64, 12, 10 }, activation = phi,
        init = "he_normal", rng = ortho.rng(1) }
      return ortho.train { net = net, data = digits, loss = "cross_entropy",
        steps = 20, lr = 0.5 }.loss
    end
    near(loss "tanh", loss "own_tanh", 1e-10)
  end)
end)

describe("definitions", function()
  it("are kept by nets and their copies when the name is defined anew",
    function()
      define { name = "twice", value = function(x) return 2 * x end }
      local net = ortho.layer.sequential { ortho.layer.twice() }
      local copy, x = net:copy(), ortho.matrix { { 3 } }
      define { name = "twice", value = function(z) return -z end }
      collectgarbage()
      assert.equal(6, net:forward(x):get(1, 1))
      assert.equal(6, copy:forward(x):get(1, 1))
      assert.equal(6, net:copy():forward(x):get(1, 1))
      assert.equal(-3, ortho.layer.twice():forward(x):get(1, 1))
      local count = 0
      for _, name in ipairs(activation.names()) do
        count = count + (name == "twice" and 1 or 0)
      end
      assert.equal(1, count)
    end)

  it("are listed with their functions and kinks", function()
    for _, d in ipairs(activation.defined()) do
      if d.name == "own_clamp" then
        assert.same({ 1, -1 }, d.kinks)
        assert.equal(0.5, d.value(0.5))
        assert.is_nil(d.slope)
      elseif d.name == "own_tanh" then
        assert.equal(1, d.slope(0))
      end
    end
  end)

  it("may use activations themselves, and passes of other nets", function()
    local inner = ortho.layer.own_tanh()
    define { name = "nested", value = function(x)
      return inner:forward(ortho.matrix { { x } }):get(1, 1) *
        activation.gain "own_tanh"
    end }
    local co = coroutine.wrap(function() return activation.gain "nested" end)
    near(1, co(), 1e-12)
    near(1, activation.gain "nested", 1e-12)
    local x = ortho.rng(1):normal(3, 2)
    near(activation.gain "tanh" * tanh(x:get(2, 1)),
      ortho.layer.nested():forward(x):get(2, 1), 1e-12)
  end)

  it("are refused where they are none", function()
    local function f() return 0 end
    local function refused(wanted, options)
      raises("activation.define: " .. wanted, define, options)
    end
    refused("name must be a string, as in name = \"wavy\", not nothing",
      { value = f })
    refused("relu is built in", { name = "relu", value = f })
    refused("layer.sequential is another layer", { name = "sequential",
      value = f })
    refused("name is", { name = "a b", value = f })
    refused("name is", { name = "", value = f })
    refused("name is", { name = "1x", value = f })
    refused("name is", { name = "a\0b", value = f })
    refused("name is", { name = ("x"):rep(64), value = f })
    refused("value must be a function(x), not nothing", { name = "a1" })
    refused("slope must be a function(x), not 3", { name = "a1", value = f,
      slope = 3 })
    refused("kinks must be an array", { name = "a1", value = f, kinks = 0 })
    refused("kinks[2] is", { name = "a1", value = f, kinks = { 0, "1" } })
    refused("kinks[1] is", { name = "a1", value = f, kinks = { 0 / 0 } })
    refused("kinks must be an array of at most 8 numbers, not a longer one",
      { name = "a1", value = f, kinks = { 1, 2, 3, 4, 5, 6, 7, 8, 9 } })
    refused("unknown option 'vlaue' (did you mean 'value'?",
      { name = "a1", vlaue = f })
    raises("activation 'a1': value(0.0) returned nothing, not a number (is " ..
      "there a return?)", define, { name = "a1", value = function() end })
    raises("activation 'a1': value(0.0) is -inf, must be a finite number",
      define, { name = "a1", value = math.log })
    assert.is_false(ortho.activation.names()[13] == "a1")
    raises("unknown activation 'a1'", activation.gain, "a1")
  end)

  it("say at which x they fail: in layers, gains and theory", function()
    define { name = "fragile", value = function(x)
      if x > 2 then error "too much" end
      return x < -2 and 0 / 0 or x
    end }
    local layer = ortho.layer.fragile()
    raises("activation 'fragile': value(2.5): ", layer.forward, layer,
      ortho.matrix { { 2.5 } })
    raises("too much", layer.forward, layer, ortho.matrix { { 2.5 } })
    raises("activation 'fragile': value(-3.0) is nan", layer.forward, layer,
      ortho.matrix { { -3 } })
    near(1, layer:forward(ortho.matrix { { 1 } }):get(1, 1), 0) -- as before
    raises("activation 'fragile': value(", activation.gain, "fragile")
    raises("activation 'fragile': value(", ortho.init.orthogonal,
      { gain = "fragile" })
    raises("activation 'fragile': value(", ortho.theory.mean_field,
      { activation = "fragile", sigma_w2 = 2, sigma_b2 = 1 })
    raises("activation 'fragile': value(", activation.log_energy, "fragile")
    define { name = "slopeless", value = function(x) return x end,
      slope = function(z) return z == 1 and "1" or 1 end }
    local other = ortho.layer.slopeless()
    other:forward(ortho.matrix { { 1 } })
    raises("activation 'slopeless': slope(1.0) returned the string '1', not " ..
      "a number", other.backward, other, ortho.matrix { { 1 } })
  end)
end)
