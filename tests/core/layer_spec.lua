-- layer: every layer and loss against finite differences in both precisions,
-- parameters, accumulation, copies, layers written in Lua, bad input.
local ortho = require "orthorun"
local matrix, layer, loss = ortho.matrix, ortho.layer, ortho.loss

local raises = dofile("tests/support.lua").raises

-- d f / d M by five-point differences: f reads M, which is changed in place.
local function differences(f, M, h)
  local D = matrix.zeros(M:rows(), M:cols())
  for i = 1, M:rows() do
    for j = 1, M:cols() do
      local v = M:get(i, j)
      local function at(step)
        M:set(i, j, v + step * h)
        return f()
      end
      D:set(i, j, (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h))
      M:set(i, j, v)
    end
  end
  return D
end

local function relative(A, B)
  return (A:to "float64" - B:to "float64"):norm()
    / math.max(B:to("float64"):norm(), 1e-300)
end

-- float64 to 1e-9; float32 differences are good to about eps^(4/5)
local step = { float64 = 1e-3, float32 = 3e-2 }
local tolerance = { float64 = 1e-9, float32 = 2e-3 }

-- Checks dx and all parameter gradients of net at x against differences of
-- the scalar sum(C .* net(x)).
local function check_gradients(net, x, precision, tol)
  local h = step[precision]
  local y = net:forward(x)
  local C = ortho.rng(99):normal(y:rows(), y:cols(), { precision = precision })
  local function scalar() return C:dot(net:forward(x)) end
  net:zero_grad()
  net:forward(x)
  local dx = net:backward(C)
  tol = tol or tolerance[precision]
  assert.is_true(relative(dx, differences(scalar, x, h)) < tol)
  local gradients = net:gradients()
  for k, p in ipairs(net:parameters()) do
    local kept = gradients[k]:copy()
    assert.is_true(relative(kept, differences(scalar, p, h)) < tol)
  end
end

-- Inputs that stay clear of the kinks at 0 and +-1 by more than two steps.
local function input(rows, cols, precision)
  return ortho.rng(7):uniform(rows, cols, { low = -2.5, high = 2.5 })
    :map(function(v)
      local near = math.abs(v) < 0.1 or math.abs(math.abs(v) - 1) < 0.1
      return near and v + 0.3 or v
    end):to(precision)
end

local function linear(m, n, precision, seed)
  return layer.linear { inputs = n, outputs = m, rng = ortho.rng(seed or 1),
    init = ortho.init.scaled_gaussian {}, bias = ortho.init.gaussian {},
    precision = precision }
end

for _, precision in ipairs { "float64", "float32" } do
  describe("gradients in " .. precision .. " agree with differences for",
    function()
      for _, name in ipairs(ortho.activation.names()) do
        it(name, function()
          check_gradients(layer[name](), input(4, 5, precision), precision)
        end)
      end

      it("leaky_relu and elu with an alpha of one's own", function()
        local x = input(4, 5, precision)
        check_gradients(layer.leaky_relu { alpha = 0.3 }, x, precision)
        check_gradients(layer.elu { alpha = 0.7 }, x, precision)
      end)

      it("linear, with a bias and without", function()
        check_gradients(linear(3, 4, precision), input(4, 5, precision),
          precision)
        check_gradients(layer.linear { bias = false,
          weight = ortho.rng(4):normal(3, 4, { precision = precision }) },
          input(4, 5, precision), precision)
      end)

      it("layer_norm", function()
        local l = layer.layer_norm { size = 6, precision = precision }
        l:parameters()[1]:assign(ortho.rng(2):normal(6, 1))
        l:parameters()[2]:assign(ortho.rng(3):normal(6, 1))
        check_gradients(l, input(6, 5, precision), precision)
      end)

      it("residual", function()
        check_gradients(layer.residual { linear(4, 4, precision),
          layer.tanh(), linear(4, 4, precision, 2) }, input(4, 5, precision),
          precision)
      end)

      it("scale, alone and in a chain", function()
        local x = input(4, 5, precision)
        check_gradients(layer.scale(-0.75), x, precision)
        check_gradients(layer.sequential { linear(4, 4, precision),
          layer.scale(2), layer.tanh(), layer.scale(0.5),
          linear(3, 4, precision, 2), layer.scale(3) }, x, precision)
      end)

      it("a residual whose branch has a scale", function()
        check_gradients(layer.residual { scale = 0.3, linear(4, 4, precision),
          layer.residual { layer.tanh(), scale = -2 },
          linear(4, 4, precision, 2) }, input(4, 5, precision), precision)
      end)

      it("a sequential of everything, nested", function()
        check_gradients(layer.sequential { linear(6, 4, precision),
          layer.gelu(), layer.layer_norm { size = 6, precision = precision },
          layer.residual { layer.sequential { linear(6, 6, precision, 3),
            layer.softplus() }, layer.residual { layer.erf() } },
          linear(2, 6, precision, 4), layer.silu() },
          input(4, 5, precision), precision)
      end)

      it("residual blocks directly inside one another", function()
        check_gradients(layer.residual { layer.residual { layer.tanh() },
          layer.residual { linear(4, 4, precision) } },
          input(4, 5, precision), precision)
      end)

      local function check_loss(f, pred)
        local _, gradient = f(pred)
        local D = differences(function() return (f(pred)) end, pred,
          step[precision])
        assert.is_true(relative(gradient, D) < tolerance[precision])
      end

      it("mse in its three reductions", function()
        local target = ortho.rng(5):normal(3, 4, { precision = precision })
        for _, reduction in ipairs { "mean", "sum", "half" } do
          check_loss(function(p)
            return loss.mse(p, target, { reduction = reduction })
          end, ortho.rng(6):normal(3, 4, { precision = precision }))
        end
      end)

      it("cross-entropy of labels and of probabilities", function()
        local z = ortho.rng(6):normal(3, 4, { precision = precision })
        check_loss(function(p)
          return loss.cross_entropy(p, { 1, 3, 2, 2 })
        end, z)
        local soft = matrix({ { 0.2, 0, 1, 0 }, { 0.5, 1, 0, 0.25 },
          { 0.3, 0, 0, 0.75 } }, { precision = precision })
        check_loss(function(p) return loss.cross_entropy(p, soft) end, z)
      end)
    end)
end

describe("float32 gradients", function()
  it("agree with float64 ones to float32's precision", function()
    local function gradients(precision)
      local net = ortho.mlp { sizes = { 20, 30, 30, 5 }, activation = "gelu",
        rng = ortho.rng(1), precision = "float64" }
      if precision == "float32" then
        local layers = {}
        for _, W in ipairs(net:weights()) do
          layers[#layers + 1] = layer.linear { weight = W:to "float32" }
          layers[#layers + 1] = layer.gelu()
        end
        layers[#layers] = nil
        net = layer.sequential(layers)
      end
      local y = net:forward(ortho.rng(2):normal(20, 8):to(precision))
      net:backward(y)
      return net:weight_gradients()
    end
    local g64, g32 = gradients "float64", gradients "float32"
    for l = 1, 3 do
      assert.is_true(relative(g32[l], g64[l]) < 1e-5)
    end
  end)
end)

describe("a network", function()
  local function net()
    return ortho.mlp { sizes = { 3, 5, 5, 2 }, activation = "tanh",
      rng = ortho.rng(1) }
  end
  local x = ortho.rng(2):normal(3, 4)
  local dy = ortho.rng(3):normal(2, 4)

  it("adds gradients up until zero_grad", function()
    local n = net()
    n:forward(x)
    n:backward(dy)
    local once = n:weight_gradients()[1]:copy()
    n:forward(x)
    n:backward(dy)
    assert.is_true(relative(n:weight_gradients()[1], 2 * once) < 1e-15)
    n:zero_grad()
    assert.equal(0, n:weight_gradients()[1]:norm())
    n:forward(x)
    n:backward(dy)
    assert.is_true(n:weight_gradients()[1] == once)
  end)

  it("gives outputs that later passes do not change", function()
    local n = net()
    local y = n:forward(x)
    local kept = y:copy()
    n:forward(2 * x)
    assert.is_true(y == kept)
    n:forward(x)
    local dx = n:backward(dy)
    kept = dx:copy()
    n:backward(2 * dy)
    assert.is_true(dx == kept)
  end)

  it("leaves dy as it was, with every kind of last layer", function()
    local d = ortho.rng(3):normal(3, 4)
    for _, last in ipairs { layer.tanh(), layer.residual { layer.relu() },
      layer.layer_norm { size = 3 }, linear(3, 3, "float64") } do
      local kept = d:copy()
      last:forward(x)
      last:backward(d)
      assert.is_true(d == kept)
    end
  end)

  it("can be sent back twice after one forward", function()
    local n = net()
    n:forward(x)
    local first = n:backward(dy)
    assert.is_true(first == n:backward(dy))
  end)

  it("skips the input's gradient on request, and changes nothing else",
    function()
      local a, b = net(), net()
      a:forward(x)
      b:forward(x)
      a:backward(dy)
      assert.equal(0, select("#", b:backward(dy, false)))
      for l, g in ipairs(a:weight_gradients()) do
        assert.is_true(g == b:weight_gradients()[l])
      end
    end)

  it("has its weights changed by writing into them", function()
    local n = net()
    local before = n:forward(x)
    n:weights()[1]:assign(2 * n:weights()[1])
    assert.is_false(n:forward(x) == before)
  end)

  it("copies to a network of its own", function()
    local a = net()
    local b = a:copy()
    assert.is_true(a:forward(x) == b:forward(x))
    b:weights()[1]:assign(0)
    assert.is_false(a:forward(x) == b:forward(x))
  end)

  it("has a Jacobian that agrees with differences and leaves gradients alone",
    function()
      local n = net()
      n:forward(x)
      n:backward(dy)
      local gradient = n:weight_gradients()[1]:copy()
      local at = x:col(1):copy()
      local J = n:jacobian(at)
      assert.same({ 2, 3 }, { J:shape() })
      for i = 1, 2 do
        local D = differences(function() return n:forward(at):get(i, 1) end,
          at, 1e-3)
        assert.is_true(relative(J:row(i):t(), D) < 1e-9)
      end
      assert.is_true(n:weight_gradients()[1] == gradient)
    end)

  it("can have its Jacobian taken between forward and backward", function()
    local a, b = net(), net()
    a:forward(x)
    b:forward(x)
    b:jacobian(x:col(2))
    assert.is_true(a:backward(dy) == b:backward(dy))
  end)

  it("has a Jacobian of more rows than are pulled back at once", function()
    local W = ortho.rng(1):normal(300, 2)
    local n = layer.sequential { layer.linear { weight = W } }
    assert.is_true(n:jacobian(matrix { 1, 2 }) == W)
  end)

  it("depends on the seed and the layer, not on the depth", function()
    local a = ortho.mlp { width = 4, depth = 3, rng = ortho.rng(1) }
    local b = ortho.mlp { width = 4, depth = 5, rng = ortho.rng(1) }
    for l = 1, 3 do assert.is_true(a:weights()[l] == b:weights()[l]) end
    assert.is_false(a:weights()[1] == a:weights()[2])
  end)

  it("keeps its memory through 300 steps", function()
    local n = ortho.mlp { width = 100, depth = 5, rng = ortho.rng(1) }
    local input_, target = ortho.rng(2):normal(100, 50),
      ortho.rng(3):normal(100, 50)
    local function steps(k)
      for _ = 1, k do
        n:zero_grad()
        local _, g = loss.mse(n:forward(input_), target)
        n:backward(g, false)
      end
      collectgarbage()
      return collectgarbage "count"
    end
    local before = steps(5)
    assert.is_true(steps(300) - before < 10)
  end)
end)

describe("a layer written in Lua", function()
  local Square = {}
  Square.__index = Square
  function Square:forward(x)
    self.x = x
    return x:hadamard(x)
  end
  function Square:backward(dy) return 2 * dy:hadamard(self.x) end
  function Square.copy() return setmetatable({}, Square) end

  it("works among the others", function()
    check_gradients(layer.sequential { linear(4, 3, "float64"),
      setmetatable({}, Square), linear(2, 4, "float64", 2) },
      input(3, 5, "float64"), "float64")
  end)

  it("may have parameters", function()
    local Scale = { s = matrix { { 2 } }, ds = matrix { { 0 } } }
    function Scale:forward(x)
      self.x = x
      return self.s:get(1, 1) * x
    end
    function Scale:backward(dy)
      self.ds:set(1, 1, self.ds:get(1, 1) + dy:dot(self.x))
      return self.s:get(1, 1) * dy
    end
    function Scale:parameters() return { self.s } end
    function Scale:gradients() return { self.ds } end
    function Scale:zero_grad() self.ds:assign(0) end
    check_gradients(layer.sequential { linear(4, 3, "float64"), Scale },
      input(3, 5, "float64"), "float64")
  end)

  it("composes with exponents", function()
    local Double = { forward = function(_, x) return 2 * x end,
      backward = function(_, dy) return 2 * dy end }
    local layers = {}
    for _ = 1, 3000 do layers[#layers + 1] = setmetatable({}, { __index = Double }) end
    local net = layer.sequential(layers)
    local x = matrix { { 1 }, { 3 } }
    assert.is_near(3000 * math.log(2, 10) + math.log(10, 10) / 2,
      net:forward(x):log10_norm(), 1e-9)
    assert.is_near(3000 * math.log(2, 10) + math.log(10, 10) / 2,
      net:backward(x):log10_norm(), 1e-9)
  end)

  it("must return matrices", function()
    local bad = { forward = function() return 1 end, backward = function() end }
    raises("forward must return a matrix, not 1", function()
      layer.sequential { bad }:forward(matrix { 1 })
    end)
  end)
end)

describe("bad input to a layer", function()
  it("names sizes that do not fit", function()
    local l = linear(3, 4, "float64")
    raises("linear:forward: takes 4 inputs, got a 5x2 matrix", l.forward, l,
      matrix.zeros(5, 2))
    raises("call forward first", l.backward, l, matrix.zeros(3, 2))
    l:forward(matrix.zeros(4, 2))
    raises("dy is 3x5, the last output was 3x2", l.backward, l,
      matrix.zeros(3, 5))
    raises("the batch is empty", l.forward, l, matrix.zeros(4, 0))
    raises('convert with :to("float64")', l.forward, l,
      matrix.zeros(4, 2, { precision = "float32" }))
  end)

  it("names options and activations it does not know", function()
    raises("unknown option 'outputz' (did you mean 'outputs'?", layer.linear,
      { inputs = 1, outputz = 2 })
    raises("needs inputs= and outputs=", layer.linear, { inputs = 1 })
    raises("rng= must be an ortho.rng(seed), not nothing", layer.linear,
      { inputs = 1, outputs = 1, init = ortho.init.zeros {} })
    raises("returned a 2x2 matrix where 1x1", layer.linear, { inputs = 1,
      outputs = 1, rng = ortho.rng(1),
      init = function() return matrix.zeros(2, 2) end })
    raises("unknown activation 'rellu' (did you mean 'relu'?", ortho.mlp,
      { width = 2, depth = 2, rng = ortho.rng(1), activation = "rellu",
        init = "zeros" })
    raises("depth is 0", ortho.mlp, { width = 2, depth = 0,
      rng = ortho.rng(1) })
    raises("needs rng=", ortho.mlp, { width = 2, depth = 1 })
  end)

  it("refuses what is no layer, and a layer twice", function()
    raises("entry 2 is 3, not a layer", layer.sequential, { layer.relu(), 3 })
    local l = layer.relu()
    raises("entries 1 and 2 share a layer", layer.sequential, { l, l })
    raises("the input is 4x1 and the branch's output 3x1", function()
      layer.residual { linear(3, 4, "float64") }:forward(matrix.zeros(4, 1))
    end)
  end)

  it("names bad labels and targets", function()
    local z = matrix.zeros(3, 2)
    raises("label of sample 2 is 4, must be a whole number from 1 to 3",
      loss.cross_entropy, z, { 1, 4 })
    raises("label of sample 1 is 1.5", loss.cross_entropy, z, { 1.5, 1 })
    raises("3 labels for a batch of 2", loss.cross_entropy, z, { 1, 1, 1 })
    raises("target column 1 sums to 0", loss.cross_entropy, z,
      matrix.zeros(3, 2))
    raises("prediction is 3x2, target 2x3", loss.mse, z, matrix.zeros(2, 3))
    raises("unknown reduction 'median'", loss.mse, z, z,
      { reduction = "median" })
  end)
end)

describe("a network that is used in wicked ways", function()
  local function same(x) return x end
  local function identity(forward, backward)
    return { forward = function(_, x) return (forward or same)(x) end,
      backward = function(_, dy) return (backward or same)(dy) end }
  end

  it("refuses a layer that stands in two branches", function()
    local l = linear(3, 3, "float64")
    raises("entries 1 and 2 share a layer; use :copy()", layer.sequential,
      { l, layer.residual { layer.sequential { l } } })
  end)

  it("may be nested as deep as memory allows", function()
    local net, blocks = linear(2, 2, "float64"), linear(2, 2, "float64")
    for _ = 1, 3000 do net = layer.sequential { net } end
    for _ = 1, 300 do blocks = layer.residual { layer.tanh(), blocks } end
    for _, deep in ipairs { net, blocks } do
      local x = matrix { 1, 2 }
      local y = deep:forward(x)
      assert.equal(2, deep:backward(y):rows())
      assert.equal(2, deep:copy():jacobian(x):rows())
      assert.is_true(y == deep:copy():forward(x))
      assert.is_true(#tostring(deep) > 0)
      collectgarbage()
    end
  end)

  it("gets a clear error from a layer that calls its own network", function()
    local net
    local own = identity(function(x) return net:forward(x) end)
    net = layer.sequential { layer.relu(), own }
    raises("stack overflow", net.forward, net, matrix { 1 })
    raises("stack overflow", net.forward, net, matrix { 1 })
  end)

  it("cannot be suspended in the middle of a pass", function()
    local net = layer.sequential { identity(coroutine.yield) }
    local co = coroutine.create(function() return net:forward(matrix { 1 }) end)
    local ok, message = coroutine.resume(co)
    assert.is_false(ok)
    assert.is_truthy(message:find("attempt to yield across a C-call", 1, true))
  end)

  it("refuses a Jacobian from gradients of the wrong shape", function()
    local net = layer.sequential { identity(nil, function()
      return matrix.zeros(500, 700)
    end) }
    raises("a backward pass gave 500x700 where 2x2 was due", net.jacobian, net,
      matrix { 1, 2 })
    local both = layer.residual { identity(nil, function()
      return matrix.zeros(2, 1)
    end) }
    both:forward(matrix.ones(2, 3))
    raises("dy is 2x3, the branch's dx 2x1", both.backward, both,
      matrix.ones(2, 3))
  end)

  it("hands a Lua layer matrices that later passes leave alone", function()
    local kept = {}
    local net = layer.sequential { linear(3, 3, "float64"),
      identity(function(x) kept[#kept + 1] = x return x end) }
    local y = net:forward(input(3, 2, "float64"))
    net:forward(2 * input(3, 2, "float64"))
    assert.is_true(kept[1] == y)
  end)

  it("survives finalizers that run other passes", function()
    local net = layer.sequential { linear(8, 8, "float64"),
      layer.layer_norm { size = 8 }, layer.tanh(), linear(8, 8, "float64") }
    local function passes(batch)
      local y = net:forward(input(8, batch, "float64"))
      pcall(net.backward, net, y)
    end
    local batch = 1
    local function again()
      setmetatable({}, { __gc = function()
        batch = batch % 40 + 1
        passes(batch)
        if batch > 0 then again() end
      end })
    end
    again()
    for k = 1, 300 do
      pcall(passes, k % 17 + 1)
      collectgarbage("step")
    end
    batch = -math.huge -- the last finalizer makes no other
  end)

  it("says what is wrong with an initializer or a copy", function()
    raises("an initializer must be as from ortho.init, its name, or a function",
      layer.linear, { inputs = 1, outputs = 1, init = {} })
    raises("unknown initializer 'zeroes'", layer.linear, { inputs = 1,
      outputs = 1, init = "zeroes", rng = ortho.rng(1) })
    raises("from the initializer", layer.linear, { inputs = 1, outputs = 1,
      rng = ortho.rng(1), init = function() error "from the initializer" end })
    local odd = identity()
    function odd.copy() return 5 end
    local net = layer.sequential { odd }
    raises("the method copy of a layer returned 5", net.copy, net)
    function odd.parameters() return { matrix { 1 } } end
    function odd.gradients() return { 2 } end
    raises("alike in shape; entry 1 is not", function()
      ortho.optim.sgd { lr = 1 }:step(net)
    end)
    function odd.parameters() return 7 end
    raises("parameters must return an array, not 7", net.parameters, net)
  end)
end)

describe("layer.scale and a residual's scale", function()
  local x = ortho.rng(3):normal(4, 6)

  it("have the bits of what they were, where the scale is 1", function()
    local function block(options)
      options[1], options[2] = linear(4, 4, "float64"), layer.relu()
      return layer.residual(options)
    end
    local plain, scaled = block {}, block { scale = 1 }
    assert.equal(0, (plain:forward(x) - scaled:forward(x)):norm "max")
    assert.equal(0, (plain:backward(x) - scaled:backward(x)):norm "max")
    assert.equal(0, (layer.scale(1):forward(x) - x):norm "max")
  end)

  it("carry exponents: a net of factors that no float holds", function()
    local layers = {}
    for l = 1, 40 do layers[l] = layer.scale(1e200) end
    local net = layer.sequential(layers)
    local y = net:forward(x)
    assert.is_true(math.abs(y:log10_norm() - 8000 - x:log10_norm()) < 1e-9)
    assert.is_true(math.abs(net:backward(x):log10_norm() - 8000 -
      x:log10_norm()) < 1e-9)
    local block = layer.residual { layer.sequential { net,
      layer.scale(1e-100) }, scale = 1e-200 }
    assert.is_true(math.abs(block:forward(x):log10_norm() - 7700 -
      x:log10_norm()) < 1e-9)
  end)

  it("overflow as plain arithmetic does where that was asked for", function()
    local net = layer.sequential { layer.scale(1e200), layer.scale(1e200) }
    net:rescale(false)
    assert.equal(math.huge, net:forward(x):norm "max")
  end)

  it("are kept by copies, and shown", function()
    local net = layer.residual { scale = 0.5, layer.scale(3) }
    local y = net:copy():forward(x)
    assert.is_true((y - 2.5 * x):norm "max" < 1e-14)
    assert.equal("residual of 1 layer, times 0.5:\n  scale 3.0", tostring(net))
    assert.equal("layer: scale 3.0", tostring(layer.scale(3)))
    assert.equal(0, #net:parameters())
  end)

  it("are finite numbers", function()
    raises("layer.scale: takes a number, as in layer.scale(0.5), not",
      layer.scale, "0.5")
    raises("layer.scale: takes a number", layer.scale)
    raises("layer.scale: the factor is", layer.scale, 0 / 0)
    raises("layer.residual: scale is inf, must be finite", layer.residual,
      { scale = math.huge })
    raises("layer.residual: scale must be a number", layer.residual,
      { scale = "1/L" })
    raises("layer.residual: unknown option 'scael' (did you mean 'scale'?",
      layer.residual, { scael = 2, layer.relu() })
    raises("layer.sequential: unknown option 'scale'", layer.sequential,
      { scale = 2, layer.relu() })
  end)
end)
