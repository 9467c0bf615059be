-- spectra_spec.lua: the experiments on spectra of deep nets and on mean field, as a
-- user runs them, small: lyapunov, jacobian_spectrum, ten_thousand_layers, mean_field.
local runs = dofile "tests/experiments/runs.lua"
local results, verdict, between = runs.results, runs.verdict, runs.between

teardown(runs.remove)

local function mean(rows, name, where)
  local sum, count = 0, 0
  for _, row in ipairs(rows) do
    local fits = true
    for key, value in pairs(where) do fits = fits and row[key] == value end
    if fits then sum, count = sum + row[name], count + 1 end
  end
  return sum / count
end

describe("lyapunov", function()
  it("has theory's exponents, and singular values that come to them", function()
    local text, rows = results("lyapunov",
      "--width 16 --first 2 --depth 20,80 --seed 1-6")
    local yes, no = verdict(text)
    assert.are.same({ 4, 0 }, { yes, no }) -- direction 1 of each, and the variance
    local function off(depth)
      local where = { depth = depth, direction = 1 }
      return mean(rows, "growth", where) - mean(rows, "growth_theory", where)
    end
    between(0.02, 0.1, off(20))
    between(0, 0.6, off(80) / off(20))
  end)

  it("measures what theory does not know", function()
    local text = results("lyapunov", "--width 8 --first 2 --depth 5,10 --seed 1,2 " ..
      "--init orthogonal --activation tanh")
    assert.is_truthy(text:find("nothing to hold it against", 1, true))
  end)
end)

describe("jacobian_spectrum", function()
  it("has theory's spread for wide nets of each kind", function()
    local _, rows = results("jacobian_spectrum", "--width 50,100 --depth 4 --seed 1,2")
    local arms = { "scaled_gaussian", "he_normal", "orthogonal", "orthogonal_sqrt2" }
    for _, activation in ipairs { "linear", "relu", "tanh" } do
      for _, init in ipairs(arms) do
        local where = { k = 1, width = 100, init = init, activation = activation }
        local wanted = mean(rows, "spread_theory", where)
        between(0.75 * wanted - 1e-9, 1.25 * wanted + 1e-9, mean(rows, "spread", where))
      end
    end
  end)
end)

describe("ten_thousand_layers", function()
  it("holds ranks and largest values to theory's", function()
    local text, rows = results("ten_thousand_layers",
      "--width 12 --depth 400 --seed 1-5")
    local yes, no = verdict(text)
    assert.are.same({ 6, 0 }, { yes, no })
    between(0, 1e-12, math.abs(mean(rows, "s", { init = "orthogonal", k = 12 })))
    for _, row in ipairs(rows) do
      if row.init == "orthogonal" then
        between(0, 1e-10, math.abs(row.delta - row.delta_theory))
      end
    end
  end)
end)

describe("mean_field", function()
  local function off(rows, name, sigma_w2)
    local where = { sigma_w2 = sigma_w2, width = 128 }
    return mean(rows, name, where) / mean(rows, name .. "_theory", where)
  end

  it("has theory's depth scales in order and in chaos", function()
    local _, rows = results("mean_field", "--width 32,128 --sigma_b2 0.05,0.1 " ..
      "--sigma_w2 0.8,3.2 --seed 1-4")
    between(0.8, 1.25, off(rows, "xi_c", 0.8))
    between(0.5, 2, off(rows, "xi_c", 3.2))
    between(0.7, 1.4, off(rows, "xi_q", 0.8))
    between(0.8, 1.25, off(rows, "xi_q", 3.2))
  end)

  it("knows other activations", function()
    local _, rows = results("mean_field", "--width 64,128 --sigma_b2 0.1,0.2 " ..
      "--sigma_w2 0.5,0.8 --seed 1,2 --activation erf")
    between(0.6, 1.6, off(rows, "xi_c", 0.8))
  end)
end)
