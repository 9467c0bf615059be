-- metric: measures of weights against hand-made matrices, and
-- measures of networks against their definitions.
local ortho = require "orthorun"
local matrix, metric, init = ortho.matrix, ortho.metric, ortho.init

local raises = dofile("tests/support.lua").raises

-- W = [[2,1,0],[1,3,1]], V = [[1,0,1],[0,1,1]]
local W = matrix { { 2, 1, 0 }, { 1, 3, 1 } }
local V = matrix { { 1, 0, 1 }, { 0, 1, 1 } }

describe("orthogonality_error", function()
  it("is roundoff for orthogonal weights, of either precision", function()
    for precision, eps in pairs { float64 = 2 ^ -52, float32 = 2 ^ -23 } do
      for _, shape in ipairs { { 64, 64 }, { 80, 30 }, { 30, 80 } } do
        local Q = init.orthogonal {} (ortho.rng(1), shape[1], shape[2],
          precision)
        assert.is_true(metric.orthogonality_error(Q) < 64 * eps)
      end
    end
  end)

  it("takes a gain as scale", function()
    local Q = init.orthogonal { gain = 3 } (ortho.rng(1), 20, 20)
    assert.is_true(metric.orthogonality_error(Q, { scale = 3 }) < 1e-13)
    assert.is_near(8 * math.sqrt(20), metric.orthogonality_error(Q), 1e-11)
  end)

  it("uses the Gram matrix of the smaller side", function()
    -- W W' - I = [[4,5],[5,10]]
    assert.is_near(math.sqrt(16 + 25 + 25 + 100),
      metric.orthogonality_error(W), 1e-12)
    assert.is_near(math.sqrt(16 + 25 + 25 + 100),
      metric.orthogonality_error(W:t()), 1e-12)
  end)

  -- its definition, in float64
  local function defined(A, scale)
    A = A:to "float64" / scale
    local gram = A:rows() < A:cols() and A * A:t() or A:t() * A
    return (gram - matrix.eye(gram:rows())):norm()
  end

  it("is that of float32 weights at any distance from orthogonal", function()
    for _, shape in ipairs { { 7, 7 }, { 200, 200 }, { 300, 150 },
      { 130, 260 } } do
      local Q = init.orthogonal { gain = 1.5 } (ortho.rng(1), shape[1],
        shape[2], "float32")
      local D = ortho.rng(2):normal(shape[1], shape[2],
        { precision = "float32" })
      for power = -16, 0 do
        local A = Q + 10.0 ^ (power / 2) * D
        local wanted = defined(A, 1.5)
        local near = wanted < 5e-4
        assert.is_near(1, metric.orthogonality_error(A, { scale = 1.5 })
          / wanted, near and 1e-9 or 1e-3)
      end
    end
  end)

  it("has the same bits for any number of threads", function()
    for _, n in ipairs { 200, 1500 } do
      local A = ortho.rng(1):normal(n, n)
      local before, errors, drifts = ortho.threads(), {}, {}
      for threads = 1, 3 do
        ortho.set_threads(threads)
        errors[threads] = metric.orthogonality_error(A)
        drifts[threads] = metric.gram_drift(A, 2 * A)
          + metric.gram_drift(A, 2 * A, 4 * A * A:t())
      end
      ortho.set_threads(before)
      assert.same({ errors[1], errors[1], errors[1] }, errors)
      assert.same({ drifts[1], drifts[1], drifts[1] }, drifts)
    end
  end)

  it("is that of weights of any size", function()
    for _, k in ipairs { -500, -200, -120, 120, 200, 500 } do
      local A = ortho.rng(1):normal(5, 4)
      local size = 2.0 ^ k
      assert.is_near(1, metric.orthogonality_error(size * A)
        / defined(A, 1 / size), 1e-12)
      assert.is_near(1, metric.orthogonality_error(size * A, { scale = size })
        / defined(A, 1), 1e-12)
      local B = A:to "float32"
      assert.is_near(1, metric.orthogonality_error(size * B, { scale = size })
        / defined(A:to "float32", 1), 1e-3)
    end
  end)

  it("is 0 for an empty matrix, NaN for one with NaN", function()
    assert.equal(0, metric.orthogonality_error(matrix.zeros(0, 3)))
    local e = metric.orthogonality_error(matrix { { 0 / 0 } })
    assert.is_true(e ~= e)
  end)
end)

describe("pairs of matrices", function()
  it("drift by the difference of their Gram matrices", function()
    -- WW' = [[5,5],[5,11]], VV' = [[2,1],[1,2]]
    assert.is_near(math.sqrt(9 + 16 + 16 + 81), metric.gram_drift(W, V), 1e-12)
    assert.equal(0, metric.gram_drift(W, W))
  end)

  it("drift by that, too, where the first one's is at hand", function()
    for precision, tolerance in pairs { float32 = 1e-4, float64 = 1e-8 } do
      for seed, shape in ipairs { { 30, 30 }, { 150, 300 }, { 260, 90 } } do
        local options = { precision = precision }
        local A = ortho.rng(seed):normal(shape[1], shape[2], options)
        local D = ortho.rng(9):normal(shape[1], shape[2], options)
        local G = A * A:t()
        assert.equal(0, metric.gram_drift(A, A, G))
        for power = -14, 1 do
          local B = A + 10.0 ^ power * D
          local a, b = A:to "float64", B:to "float64"
          -- exact, but for float64's rounding in the last digits
          local P = (b - a) * ((a + b) / 2):t()
          local wanted = (P + P:t()):norm()
          local drift = metric.gram_drift(B, A, G)
          assert.is_true(math.abs(drift - wanted) <= tolerance * wanted)
        end
      end
    end
  end)

  it("need a first Gram matrix that is one", function()
    raises("metric.gram_drift: G0 is 3x3, W0*W0:t() is 2x2", metric.gram_drift,
      W, V, matrix.eye(3))
    raises("metric.gram_drift: G0 is float32, W0 is float64",
      metric.gram_drift, W, V, matrix.eye(2):to "float32")
  end)

  it("are balanced when V'V = WW'", function()
    local A = ortho.rng(1):normal(4, 4)
    local U, s, Vt = A:svd()
    local root = matrix.diag(s:sqrt())
    assert.is_true(metric.balance(U * root, root * Vt) < 1e-13)
    assert.is_near((A:t() * A - A * A:t()):norm(), metric.balance(A, A), 1e-12)
  end)

  it("split W'G into symmetric and skew parts", function()
    local G = ortho.rng(2):normal(2, 3)
    local P = W:t() * G
    local symmetric, skew = metric.gradient_split(W, G)
    assert.is_near(((P + P:t()) / 2):norm(), symmetric, 1e-12)
    assert.is_near(((P - P:t()) / 2):norm(), skew, 1e-12)
  end)

  -- n * n * 8 is 2^64 and some, and n * n is no int
  it("of empty matrices are 0, however long the other side", function()
    local n = 1518500250
    for _, p in ipairs { "float64", "float32" } do
      local tall = ortho.matrix.zeros(n, 0, { precision = p })
      local wide = ortho.matrix.zeros(0, n, { precision = p })
      assert.are.equal(0, metric.gram_drift(tall, tall))
      assert.are.equal(0, metric.gram_drift(wide, wide))
      assert.are.equal(0, metric.gram_drift(tall, tall:to "float64"))
      assert.are.equal(0, metric.balance(wide, tall))
      assert.are.equal(0, metric.balance(tall, wide))
      assert.are.equal(0, metric.orthogonality_error(tall))
      assert.are.same({ 0, 0 }, { metric.gradient_split(wide, wide) })
    end
  end)

  it("refuse results that no memory holds", function()
    local tall = ortho.matrix.zeros(1518500250, 0)
    local wide = ortho.matrix.zeros(0, 1518500250)
    local size = "1518500250x1518500250 float64 matrix"
    raises(size, function() return tall * wide end)
    raises(size, wide.polar, wide)
    raises(size, wide.solve, wide, wide)
    assert.are.equal(0, tall:svd():cols())
  end)

  it("must fit", function()
    raises("metric.gram_drift: 2x3 and 3x2 do not fit", metric.gram_drift, W,
      V:t())
    raises("metric.gradient_split: 2x3 and 3x2", metric.gradient_split, W,
      V:t())
  end)
end)

describe("spectra", function()
  it("agree with the closed form of a 2x3 matrix", function()
    -- WW' has trace 16 and determinant 30
    local s = metric.singular_values(W)
    assert.is_near(math.sqrt(8 + math.sqrt(34)), s[1], 1e-14)
    assert.is_near(math.sqrt(8 - math.sqrt(34)), s[2], 1e-14)
    assert.is_near(s[1], metric.spectral_norm(W), 1e-13)
    assert.is_near(s[1] / s[2], metric.condition_number(W), 1e-12)
    assert.is_near((s[1] ^ 2 + s[2] ^ 2) / s[1] ^ 2, metric.stable_rank(W),
      1e-12)
    local p = s[1] / (s[1] + s[2])
    assert.is_near(math.exp(-p * math.log(p) - (1 - p) * math.log(1 - p)),
      metric.effective_rank(W), 1e-12)
    assert.is_near(math.log((s[1] ^ 2 + s[2] ^ 2) / 2)
      - math.log(s[1] ^ 2 * s[2] ^ 2) / 2, metric.isometry_gap(W), 1e-12)
  end)

  it("of an orthogonal matrix are flat", function()
    local Q = init.orthogonal {} (ortho.rng(1), 30, 30)
    assert.is_near(0, metric.isometry_gap(Q), 1e-13)
    assert.is_near(30, metric.stable_rank(Q), 1e-11)
    assert.is_near(30, metric.effective_rank(Q), 1e-11)
    assert.is_near(1, metric.condition_number(Q), 1e-13)
  end)

  it("of singular and huge matrices are what they are", function()
    local S = matrix { { 1, 1 }, { 1, 1 } }
    assert.is_true(metric.isometry_gap(S) > 30)
    local big = matrix { { 1e200, 0 }, { 0, 2e200 } }
    assert.is_near(1.25, metric.stable_rank(big), 1e-12)
    -- cubed it is past the floats: singular values 1 and 8
    assert.is_near(1 + 1 / 64, metric.stable_rank(big * big * big), 1e-12)
  end)

  it("refuse NaN and empty matrices", function()
    raises("metric.stable_rank: NaN or Inf at (1,1)", metric.stable_rank,
      matrix { { 0 / 0 } })
    raises("has no singular values", metric.isometry_gap, matrix.zeros(0, 3))
  end)
end)

describe("norms of a network", function()
  local net = ortho.mlp { sizes = { 4, 6, 5, 3 }, activation = "tanh",
    rng = ortho.rng(1), bias = init.gaussian {} }
  local x = ortho.rng(2):normal(4, 7)
  local W1, W2, W3 = table.unpack(net:weights())
  local b1, b2, b3 = table.unpack(net:biases())
  local tanh = ortho.layer.tanh()

  it("are those of the definitions", function()
    local y = net:forward(x)
    net:zero_grad()
    net:backward(y)
    local a1 = tanh:forward(W1 * x + b1)
    local a2 = tanh:forward(W2 * a1 + b2)
    local d3 = W3 * a2 + b3
    tanh:forward(W2 * a1 + b2)
    local d2 = tanh:backward(W3:t() * d3)
    local activations = metric.activation_norms(net)
    assert.equal(3, #activations)
    assert.is_near(a1:norm(), activations[1], 1e-12)
    assert.is_near(a2:norm(), activations[2], 1e-12)
    assert.is_near(d3:norm(), activations[3], 1e-12)
    local deltas = metric.delta_norms(net)
    assert.is_near(d3:norm(), deltas[3], 1e-12)
    assert.is_near(d2:norm(), deltas[2], 1e-12)
    local grads = metric.grad_norms(net)
    assert.is_near((d3 * a2:t()):norm(), grads[3], 1e-11)
    assert.is_near((d2 * a1:t()):norm(), grads[2], 1e-11)
    assert.is_near(math.log(grads[2], 10), metric.log10_grad_norms(net)[2],
      1e-12)
  end)

  it("need the passes they are of", function()
    local fresh = ortho.mlp { width = 2, depth = 2, rng = ortho.rng(1) }
    raises("no backward pass yet", metric.delta_norms, fresh)
    raises("no forward pass yet", metric.activation_norms, fresh)
    raises("grad_norms: no backward pass yet", metric.grad_norms, fresh)
    raises("grad_norms: no backward pass yet", metric.log10_grad_norms, fresh)
    raises("metric.grad_norms: argument 1 must be a layer, not orthorun.matrix",
      metric.grad_norms, matrix { 1 })
  end)

  it("satisfy Euler's theorem: <W_l, grad W_l> is the same for all layers",
    function()
      local relu = ortho.mlp { sizes = { 5, 9, 8, 7, 3 }, bias = false,
        rng = ortho.rng(3), init = "he_normal" }
      local out = relu:forward(ortho.rng(4):normal(5, 6))
      relu:backward(out)
      local inner = out:dot(out)
      for l, weight in ipairs(relu:weights()) do
        assert.is_near(1, weight:dot(relu:weight_gradients()[l]) / inner,
          1e-12)
      end
    end)

  it("have the Jacobian's spectrum", function()
    local linear = ortho.mlp { sizes = { 4, 4, 4 }, activation = "linear",
      rng = ortho.rng(5), init = "gaussian" }
    local A, B = table.unpack(linear:weights())
    local expected = metric.singular_values(B * A)
    local got = metric.jacobian_spectrum(linear, ortho.rng(6):normal(4, 1))
    for i = 1, 4 do assert.is_near(expected[i], got[i], 1e-12) end
    raises("x must be one column", metric.jacobian_spectrum, linear,
      matrix.zeros(4, 2))
  end)
end)
