-- hessian_spec.lua: metric.hessian_product against PyTorch's double backward,
-- Hessians worked out by hand, differences of gradients, and bad input.
local ortho = require "orthorun"
local support = dofile "tests/support.lua"

local matrix, layer = ortho.matrix, ortho.layer
local product = ortho.metric.hessian_product

-- As in tests/independent/hessian.py, which made the numbers: name, loss, u'Hv
-- and ||Hv||.
local torch = {
    { "linear", "mse", -7.037596433201185, 13.091210888984662 },
    { "linear", "cross_entropy", -1.595480875423177, 2.4029986282536497 },
    { "relu", "mse", -0.8103728267631888, 4.774455653071552 },
    { "relu", "cross_entropy", -0.5448752150702483, 1.639821292212413 },
    { "tanh", "mse", -2.2152074105375674, 5.066055957036146 },
    { "tanh", "cross_entropy", -0.4509732154285914, 1.4275318682277485 },
    { "leaky_relu", "mse", -0.8406071260845087, 4.764012174752803 },
    { "leaky_relu", "cross_entropy", -0.5392434169144997, 1.6275599079965912 },
    { "sigmoid", "mse", 0.13067650218973798, 0.9479081848076786 },
    { "sigmoid", "cross_entropy", 0.16947159097817538, 0.3934068535192393 },
    { "erf", "mse", -2.5844960242647352, 6.182312171579163 },
    { "erf", "cross_entropy", -0.5897271942018982, 1.7144162739243534 },
    { "gelu", "mse", -1.0763352250488243, 5.774286214769885 },
    { "gelu", "cross_entropy", -0.9636157375110324, 1.6553621131247205 },
    { "silu", "mse", -0.8255535719817381, 4.382361128642396 },
    { "silu", "cross_entropy", -0.7486967931925994, 1.2618329011450948 },
    { "selu", "mse", -4.870890675998927, 12.512275936440277 },
    { "selu", "cross_entropy", -1.381207676941896, 2.411312848040043 },
    { "elu", "mse", -2.097007247070837, 6.802524661024438 },
    { "elu", "cross_entropy", -0.6237191439357915, 1.59756804204287 },
    { "hard_tanh", "mse", -4.962121354092479, 9.798206749480876 },
    { "hard_tanh", "cross_entropy", -1.3116054176943828, 1.8681063541343794 },
    { "softplus", "mse", -0.3544906218742658, 2.017253873034845 },
    { "softplus", "cross_entropy", -0.18874529290975406, 0.8925061059849868 },
    { "blocks", "mse", -8.805696304877598, 27.401896738093207 },
    { "blocks", "cross_entropy", -3.1593449200134858, 6.441445144736695 },
}

local function entries(rows, cols, key, precision)
  return matrix.zeros(rows, cols, { precision = precision or "float64" })
    :map(function(_, i, j) return math.sin(key + 7 * i + 3 * j + i * j / 5) end)
end

local function linear(outputs, inputs)
  return layer.linear { weight = entries(outputs, inputs, 0) }
end

local function plain(activation)
  return layer.sequential { linear(5, 4), layer[activation](), linear(5, 5),
    layer[activation](), linear(3, 5) }
end

local function blocks()
  local norm = function()
    return layer.layer_norm { size = 5, precision = "float64" }
  end
  return layer.sequential { linear(5, 4), norm(), layer.tanh(),
    layer.residual { linear(5, 5), layer.gelu(),
      layer.residual { norm(), linear(5, 5), scale = 0.5 }, scale = 0.7 },
    linear(3, 5) }
end

-- Sines in all parameters, and arrays of such matrices beside them.
local function beside(net, first, step)
  local out = {}
  for k, p in ipairs(net:parameters()) do
    out[k] = entries(p:rows(), p:cols(), first + step * k, p:precision())
  end
  return out
end

local function fill(net)
  for k, sines in ipairs(beside(net, 0, 10)) do
    net:parameters()[k]:assign(sines)
  end
  return net
end

local function inner(u, v)
  local sum = 0
  for k, m in ipairs(u) do sum = sum + m:dot(v[k]) end
  return sum
end

local function data(loss)
  local labels = { 1, 2, 3, 1, 2, 3 }
  return entries(4, 6, 1), loss == "cross_entropy" and labels or entries(3, 6, 2)
end

-- The elements of all matrices in one column.
local function flat(list)
  local elements = {}
  for _, m in ipairs(list) do
    for j = 1, m:cols() do
      for i = 1, m:rows() do elements[#elements + 1] = { m:get(i, j) } end
    end
  end
  return matrix(elements)
end

local function count(net)
  local n = 0
  for _, p in ipairs(net:parameters()) do n = n + p:rows() * p:cols() end
  return n
end

local function identity(n) return matrix.eye(n, { precision = "float64" }) end

-- H v by five gradients.
local function differences(net, x, y, loss, v, h)
  local start, sum = net:copy(), nil
  for _, at in ipairs { { 1, 8 }, { -1, -8 }, { 2, -1 }, { -2, 1 } } do
    for k, p in ipairs(net:parameters()) do
      p:assign(start:parameters()[k] + at[1] * h * v[k])
    end
    net:zero_grad():loss_gradient(x, y, loss)
    local term = at[2] / (12 * h) * flat(net:gradients())
    sum = sum and sum + term or term
  end
  return sum
end

describe("metric.hessian_product", function()
  it("is PyTorch's double backward", function()
    for _, case in ipairs(torch) do
      local name, loss, form, size = table.unpack(case)
      local net = fill(name == "blocks" and blocks() or plain(name))
      local x, y = data(loss)
      local Hv = product(net, x, y, loss, beside(net, 100, 3))
      local where = name .. " " .. loss
      local got = inner(beside(net, 200, 5), Hv)
      support.near(form, got, 1e-13 * size, where)
      support.near(size, math.sqrt(inner(Hv, Hv)), 1e-13 * size, where)
    end
  end)

  it("is the same in float32, to its digits", function()
    local x, y = data "mse"
    local function net(precision)
      return ortho.mlp { sizes = { 4, 5, 3 }, activation = "gelu",
        precision = precision, rng = ortho.rng(1) }
    end
    local narrow, wide = net "float32", net "float64"
    for k, p in ipairs(wide:parameters()) do
      p:assign(narrow:parameters()[k]:to "float64")
    end
    local v = beside(narrow, 100, 3)
    local got = flat(product(narrow, x:to "float32", y:to "float32", "mse", v))
    for k, m in ipairs(v) do v[k] = m:to "float64" end
    local wanted = flat(product(wide, x, y, "mse", v))
    assert.is_true((got - wanted):norm() < 1e-5 * wanted:norm())
  end)

  it("is differences of gradients, where all is smooth", function()
    local net = fill(blocks())
    for _, loss in ipairs { "mse_half", "mse_sum", "cross_entropy" } do
      local x, y = data(loss)
      local v = beside(net, 100, 3)
      local Hv = flat(product(net, x, y, loss, v))
      local got = differences(net, x, y, loss, v, 2e-4)
      fill(net)
      assert.is_true((got - Hv):norm() < 1e-8 * Hv:norm(), loss)
    end
  end)

  it("is symmetric, and columns are products by themselves", function()
    local net = fill(plain "gelu")
    local x, y = data "cross_entropy"
    local n = count(net)
    local H = product(net, x, y, "cross_entropy", identity(n))
    assert.is_true((H - H:t()):norm() < 1e-15 * H:norm())
    local v = beside(net, 100, 3)
    local Hv = flat(product(net, x, y, "cross_entropy", v))
    assert.is_true((H * flat(v) - Hv):norm() < 1e-14 * Hv:norm())
    assert.is_true(product(net, x, y, "cross_entropy", flat(v)) == Hv)
  end)

  it("is the Hessian of small ReLU nets, worked out by hand", function()
    -- loss (b relu(a x) - y)^2/2, r = b a x - y: where a x > 0
    -- [[b^2 x^2, a b x^2 + r x], [a b x^2 + r x, a^2 x^2]], elsewhere zeros
    local net = ortho.mlp { sizes = { 1, 1, 1 }, activation = "relu",
      bias = false, rng = ortho.rng(1), precision = "float64" }
    net:weights()[1]:set(1, 1, 2)
    net:weights()[2]:set(1, 1, 3)
    local function at(x, y)
      return product(net, matrix { { x } }, matrix { { y } }, "mse_half",
        identity(2))
    end
    assert.is_true(at(0.5, 1) == matrix { { 2.25, 2.5 }, { 2.5, 1 } })
    assert.is_true(at(-0.5, 1) == matrix { { 0, 0 }, { 0, 0 } })
    assert.is_true(at(0, 1) == matrix { { 0, 0 }, { 0, 0 } }) -- relu'(0) = 0
  end)

  it("takes a loss that is a function, which may know its change", function()
    local net = fill(plain "tanh")
    local x, y = data "mse"
    local v = beside(net, 100, 3)
    local wanted = flat(product(net, x, y, "mse_half", v))
    local function half(f, t) return ortho.loss.mse(f, t, { reduction = "half" }) end
    local told
    local got = flat(product(net, x, y, half, v))
    assert.is_true((got - wanted):norm() < 1e-12 * wanted:norm())
    got = flat(product(net, x, y, function(f, t, along)
      told = along
      local value, gradient = half(f, t)
      return value, gradient, along * (1 / along:cols())
    end, v))
    assert.is_true((got - wanted):norm() < 1e-15 * wanted:norm())
    assert.are.equal("3x6", told:rows() .. "x" .. told:cols())
    local function quartic(f, t)
      local d = f - t
      local d3 = d:hadamard(d):hadamard(d)
      return d3:dot(d) / 4, d3
    end
    got = flat(product(net, x, y, quartic, v))
    local near = differences(net, x, y, quartic, v, 2e-4)
    assert.is_true((got - near):norm() < 1e-8 * got:norm())
  end)

  it("takes activations of the user's own, with and without phi''", function()
    local function value(x) return x / (1 + math.exp(-x)) end
    local function slope(x)
      local s = 1 / (1 + math.exp(-x))
      return s + x * s * (1 - s)
    end
    local function curvature(x)
      local s = 1 / (1 + math.exp(-x))
      return s * (1 - s) * (2 + x * (1 - 2 * s))
    end
    local define = ortho.activation.define
    define { name = "hp_all", value = value, slope = slope, curvature = curvature }
    define { name = "hp_slope", value = value, slope = slope }
    define { name = "hp_value", value = value }
    local x, y = data "mse"
    local net = fill(plain "silu")
    local v = beside(net, 100, 3)
    local wanted = flat(product(net, x, y, "mse", v))
    for name, digits in pairs { hp_all = 1e-13, hp_slope = 1e-10, hp_value = 1e-8 } do
      local got = flat(product(fill(plain(name)), x, y, "mse", v))
      assert.is_true((got - wanted):norm() < digits * wanted:norm(), name)
    end
  end)

  it("leaves parameters, gradients and the last pass as they are", function()
    local net = fill(plain "tanh")
    local x, y = data "mse"
    net:loss_gradient(x, y, "mse")
    local before, gradient = net:copy(), flat(net:gradients())
    local out = net:forward(x)
    product(net, x:sub(1, 4, 1, 2), y:sub(1, 3, 1, 2), "mse", beside(net, 9, 1))
    assert.is_true(flat(net:parameters()) == flat(before:parameters()))
    assert.is_true(flat(net:gradients()) == gradient)
    net:backward(out) -- of the forward above
  end)

  it("carries exponents where a net explodes", function()
    local net = ortho.mlp { width = 4, depth = 1200, activation = "leaky_relu",
      bias = false, init = ortho.init.gaussian { std = 3 }, rng = ortho.rng(1),
      precision = "float64" }
    local x = entries(4, 2, 1)
    local v = {}
    for k, w in ipairs(net:parameters()) do v[k] = w end
    local Hv = product(net, x, 0 * net:forward(x), "mse_half", v)
    -- homogeneous of degree 2 L: for target 0 H w = (2 L - 1) gradient
    net:loss_gradient(x, 0 * net:forward(x), "mse_half")
    local g = net:gradients()
    assert.are.equal(math.huge, g[7]:norm())
    for k = 1, 1200, 100 do
      local apart = Hv[k] - 2399 * g[k]
      assert.is_true(apart:log10_norm() < Hv[k]:log10_norm() - 11)
    end
    local column = product(net, x, 0 * net:forward(x), "mse_half", flat(v))
    assert.is_true(column:log10_norm() > 860)
  end)

  it("refuses what it cannot do, by name", function()
    local net = fill(plain "tanh")
    local x, y = data "mse"
    local v = beside(net, 100, 3)
    local function refuses(text, ...) support.raises(text, product, ...) end
    refuses("v is 3x3; an array of matrices like net:parameters() is needed, " ..
      "or a matrix with 73 rows", net, x, y, "mse", matrix.eye(3))
    refuses("v has 1 matrices, the network 6 parameters", net, x, y, "mse", { v[1] })
    refuses("v[2] is 5x4, parameter 2 is 5x1", net, x, y, "mse",
      { v[1], v[1], v[3], v[4], v[5], v[6] })
    refuses("v[2] must be a matrix like parameter 2, 5x1, not 7", net, x, y,
      "mse", { v[1], 7, v[3], v[4], v[5], v[6] })
    refuses("v is float32, the network float64", net, x, y, "mse",
      flat(v):to "float32")
    refuses("not nothing", net, x, y, "mse")
    refuses("unknown loss 'msee' (did you mean 'mse'?", net, x, y, "msee", v)
    refuses("prediction is 3x6, target 4x6", net, x, x, "mse", v)
    refuses("takes 4 inputs, got a 3x6 matrix", net, y, y, "mse", v)
    refuses("the batch is empty", net, matrix.zeros(4, 0), y, "mse", v)
    refuses("the network has no parameters", layer.tanh(), x, x, "mse", {})
    refuses("must return a number and the gradient, a matrix like the output, " ..
      "3x6; it returned 2", net, x, y, function() return 1, 2 end, v)
    refuses("a layer written in Lua", layer.sequential { plain "tanh",
      { forward = function(_, a) return a end,
        backward = function(_, a) return a end } }, x, y, "mse", v)
    refuses("boom", net, x, y, function() error "boom" end, v)
  end)

  it("lets NaN and Inf through as arithmetic does", function()
    local net = fill(plain "tanh")
    local x, y = data "mse"
    local v = beside(net, 100, 3)
    v[1]:set(1, 1, 0 / 0)
    local Hv = flat(product(net, x, y, "mse", v))
    assert.is_true(Hv:norm() ~= Hv:norm())
  end)
end)
