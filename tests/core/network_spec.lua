-- network: passes inside other passes of the same net, layers written in Lua
-- whose outputs change shape, batches of many shapes. Steps, plans and gradients
-- themselves are tested in tests/c/network_test.c, layers in layer_spec.lua.
local ortho = require "orthorun"
local matrix, layer, metric = ortho.matrix, ortho.layer, ortho.metric

local raises = dofile("tests/support.lua").raises

local function input(rows, cols, seed)
  return ortho.rng(seed or 7):normal(rows, cols)
end

local function linear(outputs, inputs, seed)
  return layer.linear { weight = ortho.rng(seed or 1):normal(outputs, inputs) }
end

-- A Lua layer that calls hook(net) on the way and leaves numbers as they are.
local function hooked(hooks)
  return { forward = function(_, x)
      if hooks.forward then hooks.forward() end
      return x
    end, backward = function(_, dy)
      if hooks.backward then hooks.backward() end
      return dy
    end, copy = function() return hooked {} end }
end

local function net_with(hooks)
  return layer.sequential { linear(4, 3, 1), layer.tanh(), hooked(hooks),
    layer.residual { layer.layer_norm { size = 4 }, linear(4, 4, 2) },
    layer.relu(), linear(2, 4, 3) }
end

-- Runs f, the hook of this name doing what `inner` does, once.
local function inside(hooks, name, inner, f)
  hooks[name] = function()
    hooks[name] = nil
    inner()
  end
  return f()
end

describe("a pass inside another of the same net", function()
  local x, y = input(3, 5), input(2, 5, 8)
  local hooks = {}
  local net, plain = net_with(hooks), net_with {}
  local inner = {
    ["a forward of the same shape"] = function() net:forward(2 * x) end,
    ["one of another shape"] = function() net:forward(input(3, 9)) end,
    ["a forward and a backward"] = function()
      net:backward(net:forward(input(3, 9)))
    end,
    ["a loss"] = function() net:loss(3 * x, y, "mse") end,
    ["a signal"] = function() net:signal(3 * x, y, "mse") end,
    ["a Jacobian"] = function() net:jacobian(input(3, 1)) end,
    ["norms"] = function() pcall(metric.activation_norms, net) end,
    ["one that fails"] = function()
      assert(not pcall(net.forward, net, input(4, 5)))
      assert(not pcall(net.backward, net, input(7, 5)))
    end,
    ["a collection"] = function() collectgarbage() end,
  }

  for name, run in pairs(inner) do
    for _, way in ipairs { "forward", "backward" } do
      it(("changes nothing of it: %s, on the way %s"):format(name, way),
        function()
          local expected = plain:signal(x, y, "mse")
          assert.same(expected, inside(hooks, way, run, function()
            return net:signal(x, y, "mse")
          end))
          plain:loss_gradient(x, y, "mse")
          assert.equal((plain:loss(x, y, "mse")),
            (inside(hooks, way, run, function()
              return net:loss_gradient(x, y, "mse")
            end)))
          local out = plain:forward(x)
          assert.is_true(out == inside(hooks, way, run, function()
            return net:forward(x)
          end))
          assert.is_true(plain:backward(out) == inside(hooks, way, run,
            function() return net:backward(out) end))
        end)
    end
  end

  it("makes gradients that are right, whatever the inner pass adds", function()
    net:zero_grad()
    plain:zero_grad()
    plain:loss_gradient(x, y, "mse")
    inside(hooks, "forward", function() net:forward(x) end, function()
      net:loss_gradient(x, y, "mse")
    end)
    for i, g in ipairs(plain:gradients()) do
      assert.is_true(g == net:gradients()[i])
    end
  end)

  it("may come from a loss function", function()
    local function own(p, target)
      net:forward(input(3, 5, 99))
      return ortho.loss.mse(p, target)
    end
    assert.equal((plain:loss_gradient(x, y, "mse")),
      (net:loss_gradient(x, y, own)))
    assert.same(plain:signal(x, y, "mse"), net:signal(x, y, own))
  end)

  it("cannot take the place of the last forward while that is gone back from",
    function()
      local out = net:forward(x)
      local ok, message
      inside(hooks, "backward", function()
        ok, message = pcall(net.backward, net, out)
      end, function() net:backward(out) end)
      assert.is_false(ok)
      assert.is_truthy(message:find("call forward first", 1, true))
      assert.is_true(plain:backward(plain:forward(x)) == net:backward(out))
    end)

  it("may come from a table of labels, with more classes", function()
    local relu = layer.sequential { layer.relu() }
    local logits, many = input(3, 4), input(5000, 4)
    local function table_of(label)
      return setmetatable({}, { __len = function() return 4 end,
        __index = function(_, i)
          if i == 4 then
            relu:loss(many, { 4998, 4999, 5000, 5000 }, "cross_entropy")
            relu:loss_gradient(many, { 4998, 4999, 5000, 5000 },
              "cross_entropy")
          end
          return label
        end })
    end
    for _, method in ipairs { "loss", "loss_gradient" } do
      local expected = relu[method](relu, logits, { 2, 2, 2, 2 },
        "cross_entropy")
      assert.equal(expected, (relu[method](relu, logits, table_of(2),
        "cross_entropy")))
    end
    relu:signal(logits, table_of(1), "cross_entropy")
    assert.equal((ortho.loss.cross_entropy(logits, { 1, 1, 1, 1 })),
      (ortho.loss.cross_entropy(logits, table_of(1))))
    raises("label of sample 1 is 4, must be a whole number from 1 to 3",
      relu.loss, relu, logits, table_of(4), "cross_entropy")
  end)
end)

describe("an error in a pass", function()
  it("comes through as it was, and leaves the net as it was", function()
    local hooks, thrown = {}, {}
    local net, plain = net_with(hooks), net_with {}
    local x = input(3, 5)
    local out = plain:forward(x)
    for _, way in ipairs { "forward", "backward" } do
      hooks[way] = function() error(thrown) end
      local ok, message = pcall(function() return net:backward(net:forward(x)) end)
      assert.is_false(ok)
      assert.equal(thrown, message)
      hooks[way] = nil
      raises("call forward first", net.backward, net, out)
      assert.is_true(out == net:forward(x))
      assert.is_true(plain:backward(plain:forward(x)) == net:backward(out))
    end
  end)

  it("leaves the way forward good where it is dy that does not fit", function()
    local net = net_with {}
    local y = net:forward(input(3, 5))
    raises("dy is 7x5, the last output was 2x5", net.backward, net, input(7, 5))
    raises("dy is float32, the layer float64", net.backward, net,
      y:to "float32")
    assert.equal(3, net:backward(y):rows())
  end)

  it("names what does not fit, after a layer written in Lua", function()
    local net = layer.sequential { linear(3, 3), { forward = function(_, x)
        return matrix.zeros(5, x:cols())
      end, backward = function() return matrix.zeros(2, 2) end },
      linear(2, 4) }
    raises("linear:forward: takes 4 inputs, got a 5x2 matrix", net.forward, net,
      input(3, 2))
    local other = layer.sequential { linear(3, 3), { forward = function(_, x)
        return x
      end, backward = function() return matrix.zeros(2, 2) end } }
    other:forward(input(3, 4))
    raises("linear:backward: dy is 2x2, the last output was 3x4",
      other.backward, other, input(3, 4))
  end)
end)

describe("a layer written in Lua", function()
  -- `times` copies of the rows, one below the other
  local function repeating(state)
    return { forward = function(_, x)
        local list = {}
        for i = 1, state.times do list[i] = x end
        return matrix.vcat(table.unpack(list))
      end, backward = function(_, dy)
        local n = dy:rows() // state.times
        local sum = dy:sub(1, n, 1, dy:cols()):copy()
        for i = 2, state.times do
          sum = sum + dy:sub((i - 1) * n + 1, i * n, 1, dy:cols())
        end
        return sum
      end }
  end

  it("may make outputs of other shapes, and of others the next time", function()
    local state = {}
    local net = layer.sequential { linear(4, 3), layer.relu(), layer.tanh(),
      layer.residual { linear(4, 4), layer.layer_norm { size = 4 } },
      repeating(state), layer.residual { layer.gelu() }, layer.relu() }
    local x = input(3, 5)
    for _, times in ipairs { 1, 3, 2, 2, 5, 1 } do
      state.times = times
      local y = net:forward(x)
      assert.equal(4 * times, y:rows())
      state.times = 1
      local once = net:forward(x)
      assert.is_true(once == y:sub(1, 4, 1, 5))
      local dx = net:backward(once)
      state.times = times
      net:forward(x)
      local all = net:backward(y)
      assert.is_true((all - times * dx):norm() <= 1e-13 * all:norm())
    end
  end)

  it("may change the precision", function()
    local net = layer.sequential { { forward = function(_, x)
        return x:to "float32"
      end, backward = function(_, dy) return dy:to "float64" end },
      layer.linear { weight = input(2, 3):to "float32" } }
    local y = net:forward(input(3, 4))
    assert.equal("float32", y:precision())
    assert.equal("float64", net:backward(y):precision())
  end)

  it("sees what it is given change nowhere", function()
    local seen = {}
    local net = layer.sequential { linear(4, 4), hooked {}, layer.relu() }
    local spy = { forward = function(_, x) seen[#seen + 1] = x return x end,
      backward = function(_, dy) seen[#seen + 1] = dy return dy end }
    local watched = layer.sequential { linear(4, 4), spy, layer.relu() }
    local x = input(4, 3)
    watched:backward(watched:forward(x))
    local first = { seen[1]:copy(), seen[2]:copy() }
    watched:backward(watched:forward(2 * x))
    assert.is_true(first[1] == seen[1] and first[2] == seen[2])
    assert.is_true(net:forward(x) == watched:forward(x))
  end)
end)

describe("a net", function()
  it("keeps apart batches of more shapes than it keeps plans", function()
    local net, plain = net_with {}, net_with {}
    for k = 1, 40 do
      local x = input(3, k % 7 + 1, k)
      local y = net:forward(x)
      local fresh = net:copy()
      assert.is_true(y == fresh:forward(x))
      assert.is_true(net:backward(y) == fresh:backward(y))
    end
    assert.is_true(plain:forward(input(3, 2)) == net:forward(input(3, 2)))
  end)

  it("shares layers with another, without either's passes in the way", function()
    local shared = linear(3, 3)
    local a = layer.sequential { shared, layer.tanh() }
    local b = layer.sequential { linear(3, 3, 5), shared, layer.relu() }
    local x = input(3, 4)
    local y = a:forward(x)
    local expected = a:backward(y)
    a:forward(x)
    b:forward(2 * x)
    assert.is_true(expected == a:backward(y))
  end)

  it("has norms of parts of it", function()
    local block = layer.sequential { linear(3, 3, 5), layer.tanh() }
    local net = layer.sequential { linear(3, 3), block, linear(2, 3, 4) }
    local x, y = input(3, 4), input(2, 4)
    net:zero_grad()
    net:loss_gradient(x, y, "mse")
    assert.equal(metric.delta_norms(net)[2], metric.delta_norms(block)[1])
    assert.equal(metric.grad_norms(net)[2], metric.grad_norms(block)[1])
    raises("no forward pass yet", metric.activation_norms, block)
    net:signal(x, y, "mse")
    assert.equal(metric.activation_norms(net)[2],
      metric.activation_norms(block)[1])
  end)

  it("reads weights that are views with their parents' exponents", function()
    local both = matrix.ones(4, 3)
    local net = layer.linear { weight = both:sub(1, 2, 1, 3), bias = false }
    local x = matrix.ones(3, 1)
    assert.equal(3, net:forward(x):get(1, 1))
    both:assign(2 * both)
    assert.equal(6, net:forward(x):get(1, 1))
  end)
end)
