-- sharpness_spec.lua: ortho.sharpness, and Lanczos' method beneath it, against
-- Hessians that are known.
local ortho = require "orthorun"
local lanczos = require "orthorun.net.lanczos"
local support = dofile "tests/support.lua"

local function data(inputs, outputs, samples)
  return ortho.rng(3):normal(inputs, samples),
    ortho.rng(4):normal(outputs, samples)
end

describe("sharpness", function()
  it("is the largest eigenvalue of xx'/N for one linear layer", function()
    local x, y = data(6, 3, 40)
    local net = ortho.mlp { sizes = { 6, 3 }, bias = false,
      rng = ortho.rng(1) }
    local wanted = (x * x:t() / 40):norm "spectral"
    local got, residual = ortho.sharpness(net, x, y, "mse_half",
      { tolerance = 0 })
    support.near(wanted, got, 1e-13 * wanted)
    assert.is_true(residual <= 1e-12 * wanted)
    for iterations = 1, 6 do
      local least, bound = ortho.sharpness(net, x, y, "mse_half",
        { iterations = iterations, tolerance = 0 })
      assert.is_true(least <= wanted * (1 + 1e-13))
      assert.is_true(bound > 0 or iterations == 6)
    end
  end)

  it("is that of a product's Hessian, worked out by hand", function()
    -- loss (abx - y)^2/2 at a = 2, b = 3, x = 1, y = 5, r = 1:
    -- [[b^2, ab + r], [ab + r, a^2]] = [[9, 7], [7, 4]]
    local one = ortho.matrix { { 1 } }
    local net = ortho.mlp { sizes = { 1, 1, 1 }, activation = "linear",
      bias = false, rng = ortho.rng(1) }
    net:weights()[1]:set(1, 1, 2)
    net:weights()[2]:set(1, 1, 3)
    local got = ortho.sharpness(net, one, 5 * one, "mse_half")
    support.near((13 + math.sqrt(25 + 4 * 49)) / 2, got, 1e-13)
  end)

  -- PyTorch's double backward and SciPy's eigsh on the same nets. Differences
  -- of gradients, which cross kinks, made 1256.6 and 694.5 of them.
  it("is exact for ReLU nets", function()
    for seed, wanted in pairs { [1] = 281.07749573, [11] = 365.65794573 } do
      local rng = ortho.rng(seed)
      local x = rng:split "x":normal(128, 32)
      local y = rng:split "y":normal(10, 32)
      local net = ortho.mlp { sizes = { 128, 128, 128, 128, 128, 10 },
        bias = false, activation = "relu",
        init = ortho.arms.orthogonal_sqrt2.init, rng = rng:split "weights" }
      local loss = ortho.loss.scaled(net, x)
      local got, residual = ortho.sharpness(net, x, y, loss)
      assert.is_true(residual <= 1e-4 * got)
      support.near(wanted, got, 1e-7 * wanted)
      got = ortho.sharpness(net, x, y, loss, { tolerance = 1e-10 })
      support.near(wanted, got, 3e-11 * wanted)
    end
  end)

  it("is the largest, not the one of largest size", function()
    -- loss f, a function: its Hessian in (a, b) is [[0, 1], [1, 0]], -1 and 1
    local one = ortho.matrix { { 1 } }
    local net = ortho.mlp { sizes = { 1, 1, 1 }, activation = "linear",
      bias = false, rng = ortho.rng(1) }
    local function bent(f) -- (f - 4)^2 (-1/2): eigenvalue near 0 at the top
      return -0.5 * (f - 4):norm() ^ 2, 4 - f
    end
    net:weights()[1]:set(1, 1, 2)
    net:weights()[2]:set(1, 1, 2) -- f = 4: H = -[[4, 4], [4, 4]]
    support.near(0, ortho.sharpness(net, one, one, bent), 1e-10)
  end)

  it("leaves net and gradients as they are, to the bit", function()
    local x, y = data(4, 2, 10)
    local net = ortho.mlp { sizes = { 4, 8, 2 }, activation = "tanh",
      rng = ortho.rng(1) }
    net:loss_gradient(x, y, "mse")
    local before, gradient = net:copy(), net:gradients()[1]:copy()
    ortho.sharpness(net, x, y, "mse_half")
    assert.has_error(function() ortho.sharpness(net, x, y, "nonsense") end)
    for i, w in ipairs(net:parameters()) do
      assert.is_true(w == before:parameters()[i])
    end
    assert.is_true(net:gradients()[1] == gradient)
  end)

  it("refuses what it cannot do", function()
    local x, y = data(4, 2, 10)
    local net = ortho.mlp { sizes = { 4, 2 }, rng = ortho.rng(1) }
    local function refuses(text, ...) support.raises(text, ortho.sharpness, ...) end
    refuses("iterations is 0", net, x, y, "mse", { iterations = 0 })
    refuses("tolerance is -1", net, x, y, "mse", { tolerance = -1 })
    refuses("must be a network, not the number 3", 3, x, y, "mse")
    refuses("no parameters", ortho.layer.tanh(), x, x, "mse")
    x:set(1, 1, 0 / 0)
    refuses("NaN", net, x, y, "mse")
  end)
end)

describe("lanczos", function()
  local function all(A, iterations)
    local n = A:rows()
    return lanczos(function(v) return A * v end, n, { iterations = iterations,
      start = ortho.rng(5):normal(n, 1, { precision = "float64" }),
      done = function() return false end })
  end

  it("finds all eigenvalues of a small matrix", function()
    local A = ortho.rng(1):normal(40, 40, { precision = "float64" })
    A = A + A:t()
    local wanted = A:eigh():tolist()
    local got, residuals = all(A, 40)
    for k = 1, 40 do
      support.near(wanted[41 - k], got[k], 1e-12)
      assert.is_true(residuals[k] < 1e-8)
    end
  end)

  it("has residuals that bound the distance to an eigenvalue", function()
    local A = ortho.rng(2):normal(60, 60, { precision = "float64" })
    A = A + A:t()
    local wanted = A:eigh():tolist()
    local got, residuals = all(A, 20)
    for k = 1, 20 do
      local away = math.huge
      for _, w in ipairs(wanted) do away = math.min(away, math.abs(w - got[k])) end
      assert.is_true(away <= residuals[k] + 1e-13)
    end
  end)

  it("ends in a space that the matrix keeps", function()
    local values, residuals = all(ortho.matrix.eye(9, { precision = "float64" }), 9)
    assert.are.equal(1, #values)
    support.near(1, values[1], 1e-14)
    assert.are.equal(0, residuals[1])
  end)
end)
