-- theory/jacobian: against closed forms, mpmath's numbers and drawn matrices.
local ortho = require "orthorun"
local theory, matrix = ortho.theory, ortho.matrix

local support = dofile "tests/support.lua"
local raises, near = support.raises, support.near
local root2 = math.sqrt(2)

local function close(expected, got, what)
  near(1, got / expected, 1e-12, what)
end

describe("theory.jacobian_edge", function()
  it("is L^L/(L - 1)^(L - 1) for relu and orthogonal weights of gain sqrt 2",
    function()
      for _, L in ipairs { 2, 3, 5, 16, 100, 10000 } do
        local _, log_edge = theory.jacobian_edge { activation = "relu",
          init = "orthogonal", gain = root2, depth = L }
        near(L * math.log(L) - (L - 1) * math.log(L - 1), log_edge,
          4e-16 * L ^ 1.2 + 1e-13)
      end
      close(2, (theory.jacobian_edge { init = "orthogonal", gain = "relu",
        depth = 1 }), "one layer: the gates only")
    end)

  it("is (L + 1)^(L + 1)/L^L for linear Gaussian nets", function()
    for L = 1, 20 do
      close((L + 1) ^ (L + 1) / L ^ L, (theory.jacobian_edge { depth = L,
        activation = "linear", init = "scaled_gaussian" }))
      close((L + 1) ^ (L + 1) / L ^ L, (theory.fuss_catalan_edge { depth = L }))
    end
  end)

  it("equals mpmath's for slopes of other laws", function()
    -- the least z(w) by 30-digit quadrature of E[d/(w - d)]
    close(87.013313699335, (theory.jacobian_edge { init = "he_normal",
      depth = 16 }))
    close(32.852839175487187, (theory.jacobian_edge { activation = "tanh",
      init = "orthogonal", gain = 1.5, depth = 6, q = 0.5 }))
    close(2.2196210309183358, (theory.jacobian_edge { activation = "tanh",
      gain = 1.2, depth = 3, q = 2 }))
    close(7.91066843735478, (theory.jacobian_edge { activation = "selu",
      init = "orthogonal", depth = 4, q = 1 }))
  end)

  it("counts the gates that there are", function()
    -- no activation, whatever its name; and one gate fewer than matrices
    close(27 / 4, (theory.jacobian_edge { depth = 2, gates = 0 }))
    close(4, (theory.jacobian_edge { init = "orthogonal", gain = root2,
      depth = 2, gates = 1 }))
  end)

  it("takes a trial's parameters, arms by name", function()
    local p = { activation = "relu", init = "orthogonal_sqrt2", depth = 5,
      width = 64, lr = 1 }
    close(5 ^ 5 / 4 ^ 4, (theory.jacobian_edge { like = p }))
    close(2 ^ 5 * (theory.jacobian_edge { like = p, init = "scaled_gaussian" }),
      (theory.jacobian_edge { like = p, init = "he_normal" }))
    close(64 ^ 5, (theory.jacobian_edge { like = p, init = "gaussian" }) /
      (theory.jacobian_edge { like = p, init = "scaled_gaussian" }))
  end)

  it("refuses what describes no Jacobian", function()
    local function no(text, options)
      raises(text, theory.jacobian_edge, options)
    end
    no("jacobian_edge: depth is nil", {})
    no("depth is 0", { depth = 0 })
    no("gates is 4; at most one for each of the 3 matrices", { depth = 3,
      gates = 4 })
    no("gain is nan", { depth = 3, gain = 0 / 0 })
    no("gain is -1", { depth = 3, gain = -1 })
    no("width= is needed", { depth = 3, init = "gaussian" })
    no("did you mean", { depth = 3, init = "orthogonl" })
    no("q is -1", { depth = 3, activation = "tanh", q = -1 })
    no("dpeth", { dpeth = 3 })
    no("like must be a table", { like = 3 })
  end)
end)

-- Simpson's rule for f over s = exp(high - v^2), in v: smooth at the edge.
local function integral(f, high)
  local n, sum = 120, 0.0
  local h = math.sqrt(12) / n
  for i = 0, n do
    local s = math.exp(high - (i * h) ^ 2)
    local weight = (i == 0 or i == n) and 1 or i % 2 == 1 and 4 or 2
    sum = sum + weight * f(s) * s * 2 * i * h
  end
  return sum * h / 3
end

describe("theory.jacobian_spectrum", function()
  it("is the quarter circle for one Gaussian matrix", function()
    local law = theory.jacobian_spectrum { activation = "linear", depth = 1 }
    for _, s in ipairs { 1e-6, 0.1, 1, 1.9, 1.9999 } do
      close(theory.quarter_circle.density(s), law.density(s))
      near(theory.quarter_circle.cdf(s), law.cdf(s), 1e-13)
    end
    near(0.80794550659903, law.quantile(0.5), 1e-12)
  end)

  it("is the arcsine law for two orthogonal layers and relu", function()
    local law = theory.jacobian_spectrum { init = "orthogonal", gain = root2,
      depth = 2 }
    near(0.5, law.zero, 1e-15)
    for _, s in ipairs { 0.001, 1, 1.999 } do
      close(1 / (math.pi * math.sqrt(4 - s * s)), law.density(s))
      near(0.5 + math.asin(s / 2) / math.pi, law.cdf(s), 1e-12)
    end
    assert.equal(0, law.quantile(0.5))
    near(1, law.quantile(2 / 3), 1e-11)
  end)

  it("is the Fuss-Catalan law for products", function()
    -- x = sin(3t)^3/(sin t sin(2t)^2), density sin(t)^2 sin(2t)/(pi sin(3t)^2)
    local law = theory.jacobian_spectrum { activation = "linear", depth = 2 }
    for _, t in ipairs { 0.1, 0.4, 0.7, 1 } do
      local s = math.sqrt(math.sin(3 * t) ^ 3 / (math.sin(t) *
        math.sin(2 * t) ^ 2))
      close(2 * s * math.sin(t) ^ 2 * math.sin(2 * t) /
        (math.pi * math.sin(3 * t) ^ 2), law.density(s))
    end
  end)

  it("equals mpmath's roots of the polynomial in between", function()
    local cubic = theory.jacobian_spectrum { init = "orthogonal",
      gain = root2, depth = 3 }
    for x, wanted in pairs { [1] = 0.0850078741616349948,
      [3] = 0.0492237975497416063, [6] = 0.0364658361905424223 } do
      close(wanted, cubic.density(math.sqrt(x)) / (2 * math.sqrt(x)))
    end
    local gauss = theory.jacobian_spectrum { activation = "hard_tanh", q = 1,
      depth = 2 }
    for x, wanted in pairs { [0.5] = 0.264831012450353753,
      [2] = 0.0676964970483995577 } do
      close(wanted, gauss.density(math.sqrt(x)) / (2 * math.sqrt(x)))
    end
    near(1 - 0.68268949213708590, gauss.zero, 1e-14)
  end)

  it("has the moments that it names, and their closed forms", function()
    for _, case in ipairs {
      { "linear", "scaled_gaussian", 1, 7, 7 }, { "relu", "orthogonal", root2, 7, 7 },
      { "relu", "he_normal", nil, 7, 14 }, { "tanh", "orthogonal", 1.5, 7 },
      { "selu", "scaled_gaussian", 1, 3 } } do
      local law = theory.jacobian_spectrum { activation = case[1],
        init = case[2], gain = case[3], depth = case[4] }
      if case[5] then near(case[5], law.variance, 1e-11, case[1]) end
      local high = law.log_edge / 2
      local function moment(k)
        return integral(function(s) return s ^ k * law.density(s) end, high)
      end
      near(1, moment(2) / law.mean, 1e-6, case[1] .. ", mean")
      near(1, moment(4) / law.mean ^ 2 / (1 + law.variance), 1e-6,
        case[1] .. ", variance")
    end
  end)

  it("has one distribution: cdf, density and quantile belong together", function()
    for _, options in ipairs { { depth = 40, init = "he_normal" },
      { depth = 6, init = "orthogonal", activation = "leaky_relu", alpha = 0.3 },
      { depth = 6, init = "orthogonal", activation = "tanh", gain = 1.5 } } do
      local law = theory.jacobian_spectrum(options)
      for k = 0, 20 do
        local s, h = math.exp(law.log_edge / 2 - 0.4 * k - 0.01), 1e-4
        near(law.density(s), (law.cdf(s * (1 + h)) - law.cdf(s * (1 - h))) /
          (2 * h * s), 1e-6 * (1 + law.density(s)), "at " .. s)
      end
      for _, p in ipairs { 0.6, 0.9, 0.99 } do
        near(p, law.cdf(law.quantile(p)), 1e-11)
      end
    end
  end)

  it("leaves gaps empty: leaky slopes keep orthogonal spectra off 0", function()
    local law = theory.jacobian_spectrum { depth = 6, init = "orthogonal",
      activation = "leaky_relu", alpha = 0.3 }
    assert.equal(0, law.zero)
    near(0, law.density(0.01 * law.quantile(1e-9)), 1e-9)
    near(0, law.cdf(0.01 * law.quantile(1e-9)), 1e-9)
  end)

  it("is a point where every singular value is the same", function()
    local law = theory.jacobian_spectrum { depth = 50, init = "orthogonal",
      activation = "linear" }
    assert.same({ 1, 0, 1, 0 }, { law.mean, law.variance, law.edge, law.zero })
    assert.same({ 0, math.huge, 0 },
      { law.density(0.9), law.density(1), law.density(1.1) })
    assert.same({ 0, 1, 1 }, { law.cdf(0.999), law.cdf(1), law.quantile(0.5) })
  end)

  it("is what the singular values of drawn products show", function()
    -- gates that are open for just half of the units: the law's assumption
    local n, rng = 160, ortho.rng(7)
    local function gates(r)
      local open = {}
      for i, place in ipairs(r:permutation(n)) do
        open[i] = place <= n / 2 and 1 or 0
      end
      return matrix.diag(open)
    end
    for _, arm in ipairs { "orthogonal_sqrt2", "he_normal" } do
      local J = matrix.eye(n)
      for l = 1, 5 do
        local r = rng:split(l)
        J = gates(r) * (ortho.arms[arm].init(r, n, n) * J)
      end
      local law = theory.jacobian_spectrum { init = arm, depth = 5 }
      local s = J:singular_values():tolist()
      for _, k in ipairs { 2, 8, 16, 32, 48 } do -- levels repel: little scatter
        near(1 - k / n, law.cdf(s[k]), 0.02, arm .. ", singular value " .. k)
      end
    end
  end)

  it("refuses what is no number, no probability", function()
    local law = theory.jacobian_spectrum { depth = 2 }
    raises("density: a number is needed, not nothing", law.density)
    raises("cdf: a number is needed, not a table", law.cdf, {})
    raises("quantile: p is 2", law.quantile, 2)
    assert.same({ 0, 0, 1 }, { law.density(-1), law.cdf(-1), law.cdf(1e9) })
  end)
end)
