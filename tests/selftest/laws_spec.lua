-- laws_spec.lua: each law holds for what this build draws, and finds out what follows
-- another one, in the row that is about it.
local laws = require "orthorun.selftest.laws"
local ortho = require "orthorun"

local limit = 4.6 -- the self-test's own

local function rng() return ortho.rng(3) end

-- draw with some functions replaced.
local function drawing(changes)
  return setmetatable(changes, { __index = laws.draw })
end

local function is_bad(row)
  if row.z then return not (math.abs(row.z) <= limit) end
  return not (row.measured <= row.bound)
end

-- The texts of the rows that are off.
local function found(name, draw)
  local list = {}
  for _, row in ipairs(laws[name](rng(), draw)) do
    if is_bad(row) then list[#list + 1] = row.what end
  end
  return table.concat(list, "; ")
end

local function finds(what, name, changes)
  assert.matches(what, found(name, drawing(changes)), 1, true)
end

-- --- what is wrong ----------------------------------------------------------

-- Q of LAPACK's QR without R's signs: not Haar, though orthogonal.
local function unsigned(r, m, n)
  return (r:normal(m, n, { precision = "float64" }):qr())
end

local function scaled(name, factor)
  return function(...) return factor * laws.draw[name](...) end
end

-- Haar, but of one sign alone.
local function proper(r, m, n)
  return laws.draw.orthogonal(r, m, n, m == n and 1 or nil)
end

-- Of the other half.
local function other_half(r, m, n, det)
  return laws.draw.orthogonal(r, m, n, det and -det)
end

local function flipped(r, m, n) -- det > 0
  local W = laws.draw.normal(r, m, n, "float64")
  local _, sign = W:logdet()
  if sign < 0 then W:row(1):assign(-1 * W:row(1)) end
  return W
end

-- The variance is right, the law is not.
local function laplace(r, m, n, precision)
  return r:uniform(m, n, { low = -0.5, high = 0.5, precision = precision })
    :map(function(u)
      local x = -math.log(1 - 2 * math.abs(u)) / math.sqrt(2)
      return u < 0 and -x or x
    end)
end

-- Half of its singular values are 0, the sum of squares is right.
local function low_rank(r, m, n)
  local W = laws.draw.weights(r, m, n, "float64")
  W:sub(1, m, 1, n // 2):assign(0)
  return math.sqrt(2) * W
end

describe("laws", function()
  it("hold for what is drawn", function()
    for _, name in ipairs(laws.names) do
      assert.are.equal("", found(name, laws.draw), name)
    end
  end)

  it("are all there", function()
    local rooms = { draw = true, names = true }
    for _, name in ipairs(laws.names) do rooms[name] = true end
    for name in pairs(laws) do assert.is_true(rooms[name], name) end
  end)

  it("find numbers that are not uniform, or not normal", function()
    finds("uniform numbers: KS, float64", "numbers",
      { uniform = scaled("uniform", 0.97) })
    finds("normal numbers: KS, float64", "numbers", { normal = scaled("normal", 1.1) })
    finds("normal numbers: KS, float32", "numbers", { normal = laplace })
  end)

  it("find orthogonal matrices that are not Haar's", function()
    local all = found("traces", drawing { orthogonal = unsigned })
    for _, what in ipairs { "tr Q;", "(tr Q)²", "tr Q²", "tr Q, KS" } do
      assert.matches(what, all, 1, true)
    end
    finds("det = 1, KS", "angles", { orthogonal = unsigned })
    finds("9×9, KS", "entries", { orthogonal = unsigned })
    finds("det = 1, KS", "angles", { orthogonal = other_half })
    finds("half of all", "halves", { orthogonal = proper })
  end)

  it("find weights of another size", function()
    finds("float64", "energy", { weights = scaled("weights", 1.05) })
    finds("float32", "energy", { weights = scaled("weights", 0.95) })
    finds("KS", "rotation", { orthogonal = scaled("orthogonal", 1.15) })
    finds("KS", "rotation", { normal = laplace, orthogonal = function(_, m, n)
      return ortho.matrix.eye(m, { precision = "float64" }):sub(1, m, 1, n):copy()
    end })
  end)

  it("find singular values off the quarter circle", function()
    finds("Σ s⁴", "quarter_circle", { weights = scaled("weights", 1.05) })
    finds("distance", "quarter_circle", { weights = low_rank })
  end)

  it("find determinants of another size or sign", function()
    finds("ln|det W|", "determinants", { normal = scaled("normal", 1.01) })
    finds("half of all", "determinants", { normal = flipped })
  end)

  it("find nets whose norms grow otherwise", function()
    local he = ortho.init.he_normal { gain = 1.05 * math.sqrt(2) }
    finds("ln‖a‖²", "signal", { he = he })
    finds("ln‖δ‖²", "signal", { he = he })
  end)

  it("find wrong gains", function()
    finds("gains", "gains", { gain = function(name)
      return laws.draw.gain(name) * (1 + 1e-14)
    end })
  end)
end)
