-- theory/lazy, through theory.lazy_drift: against a kernel matrix in NumPy, the limit
-- of many samples, and wide nets' own kernels.
local ortho = require "orthorun"
local theory = ortho.theory
local raises = dofile("tests/support.lua").raises

describe("theory.lazy_drift with the wide kernel's constants", function()
  local function wide(options)
    options.kernel = "wide"
    return theory.lazy_drift(options)
  end

  it("is the kernel's answer, by NumPy and SciPy", function()
    local net = { width = 128, depth = 5, samples = 32, outputs = 10,
      gain = math.sqrt(2), target = 0.1 }
    local mean, layers = wide(net)
    assert.is_near(0.0234929953669489, mean, 1e-14)
    for l, wanted in ipairs { 0.0261586566470042, 0.0249663025984872,
      0.0229673637882179, 0.0198796584340863 } do
      assert.is_near(wanted, layers[l], 1e-14)
    end
    net.target = nil
    assert.is_near(0.0345825796258243, (wide(net)), 1e-14)
    assert.is_near(0.00530603360735502, (wide { width = 100, depth = 4,
      samples = 7, outputs = 3, gain = 1.2, q0 = 0.8, input_c = 0.3,
      target = 0.05, scale = 2, residual = 0.5, activation = "tanh" }), 1e-12)
    assert.is_near(0.00511082104752258, (wide { width = 64, depth = 2,
      samples = 1, outputs = 1, gain = 1.3, target = 0.2 }), 1e-14)
  end)

  it("is 1.256 and 0.859 times the simple law for many samples", function()
    local net = { width = 1 << 30, depth = 5, samples = 10000000, outputs = 1,
      gain = math.sqrt(2) }
    local simple = theory.lazy_drift(net)
    assert.is_near(1.256082, wide(net) / simple, 5e-6)
    net.target = 0.1
    assert.is_near(0.858874, wide(net) / simple, 5e-6)
  end)

  it("is the simple law for linear nets that learn all", function()
    local net = { width = 64, depth = 3, samples = 4, outputs = 2,
      activation = "linear" }
    assert.is_near(theory.lazy_drift { width = 64, depth = 3, samples = 4,
      outputs = 2 }, (wide(net)), 1e-15)
  end)

  it("is what wide nets' own kernels say", function()
    local n, N = 512, 16
    local rng, sum = ortho.rng(4), 0
    for seed = 1, 2 do
      local r = rng:split(seed)
      local set = ortho.data.synthetic { inputs = n, outputs = 24, samples = N,
        distribution = "normal", rng = r }
      local net = ortho.mlp { for_data = set, width = n, depth = 4, bias = false,
        init = "orthogonal_sqrt2", rng = r:split "weights" }
      sum = sum + ortho.stats.mean(ortho.lazy { net = net, x = set.x, y = set.y,
        target = 0.1, layers = { 1, 2, 3 } }.drift) / 2 /
        (set.y:norm() / math.sqrt(24 * N))
    end
    assert.is_near(1, sum / wide { width = n, depth = 4, samples = N,
      outputs = 24, gain = math.sqrt(2), target = 0.1 }, 0.05)
  end)

  it("refuses what has no such kernel", function()
    local base = { width = 8, samples = 2, outputs = 2, depth = 3 }
    local function with(name, value)
      return setmetatable({ like = base, [name] = value }, nil)
    end
    raises("depth is 1, must be at least 2", wide, with("depth", 1))
    raises("at most 10000", wide, with("depth", 1000000000))
    raises("input_c is 2", wide, with("input_c", 2))
    raises("target is -1", wide, with("target", -1))
    raises("target 1", wide, with("target", 1))
    raises("unknown activation", wide, with("activation", "tanhh"))
    raises("unknown kernel 'wid' (did you mean 'wide'?", theory.lazy_drift,
      with("kernel", "wid"))
  end)
end)
