-- products: matrix products against loops in Lua. Of whole numbers so small that no
-- sum is ever rounded: each bit must be right, whatever order BLAS adds in. multiply:
-- a function of two matrices that gives their product, `*` unless a test says
-- otherwise.
local core = require "orthorun.core"
local linear = core.layer.linear
local matrix = core.matrix
local scores = require "orthorun.selftest.scores"

local products = {}

local precisions = { "float64", "float32" }

function products.multiply(A, B) return A * B end

-- --- whole numbers, in Lua --------------------------------------------------

-- A rows×cols table of whole numbers in -most..most.
local function whole(rng, rows, cols, most)
  local list = rng:uniform(rows, cols, { precision = "float64" }):totable()
  for i = 1, rows do
    local row = list[i]
    for j = 1, cols do row[j] = math.floor((2 * most + 1) * row[j]) - most + 0.0 end
  end
  return list
end

-- A B by the plain triple loop.
local function by_loop(A, B, n)
  local C = {}
  for i, row in ipairs(A) do
    local out = {}
    for j = 1, n do out[j] = 0.0 end
    for k, a in ipairs(row) do
      local other = B[k]
      for j = 1, n do out[j] = out[j] + a * other[j] end
    end
    C[i] = out
  end
  return C
end

local function transposed(A)
  local T = {}
  for j = 1, #A[1] do
    T[j] = {}
    for i = 1, #A do T[j][i] = A[i][j] end
  end
  return T
end

local function of(table_of_rows, precision)
  return matrix(table_of_rows, { precision = precision })
end

-- --- every small shape ------------------------------------------------------

local small = { 1, 2, 3, 5, 7, 8, 9, 15, 17, 31, 33 }

-- All shapes of small sizes, in both precisions.
local function small_rows(rng, multiply)
  local wrong, count, left, right = { float64 = 0, float32 = 0 }, 0, {}, {}
  local function kept(list, m, n)
    local key = m * 1000 + n
    list[key] = list[key] or whole(rng, m, n, 8)
    return list[key]
  end
  for _, m in ipairs(small) do
    for _, k in ipairs(small) do
      for _, n in ipairs(small) do
        local A, B = kept(left, m, k), kept(right, k, n)
        local C = by_loop(A, B, n)
        count = count + 1
        for _, p in ipairs(precisions) do
          if multiply(of(A, p), of(B, p)) ~= of(C, p) then wrong[p] = wrong[p] + 1 end
        end
      end
    end
  end
  return scores.exact("products of small sizes, float64", wrong.float64, count),
    scores.exact("products of small sizes, float32", wrong.float32, count)
end

-- --- large and odd ones -----------------------------------------------------

local large = { { 257, 129, 65 }, { 64, 513, 127 }, { 385, 63, 257 }, { 129, 1031, 33 },
  { 1, 1000, 7 }, { 777, 1, 333 }, { 1000, 999, 1 }, { 511, 513, 255 } }

-- Is C x not A (B x)? All of them are whole numbers.
local function differs(A, B, C, x)
  local column = {}
  for j, value in ipairs(x) do column[j] = { value } end
  local expected, found = by_loop(A, by_loop(B, column, 1), 1), by_loop(C, column, 1)
  for i = 1, #A do
    if expected[i][1] ~= found[i][1] then return true end
  end
  return false
end

-- Freivalds's check: a wrong element shows with all but one of the 2001 numbers that
-- multiply it.
local function large_rows(rng, multiply)
  local rows = {}
  for _, p in ipairs(precisions) do
    local wrong = 0
    for _, shape in ipairs(large) do
      local m, k, n = table.unpack(shape)
      local A, B = whole(rng, m, k, 8), whole(rng, k, n, 8)
      local x = transposed(whole(rng, n, 1, 1000))[1]
      local C = multiply(of(A, p), of(B, p)):totable()
      if differs(A, B, C, x) then wrong = wrong + 1 end
    end
    rows[#rows + 1] = scores.exact("products of large, odd sizes, " .. p, wrong,
      #large)
  end
  return rows[1], rows[2]
end

-- --- transposed, as on the way back -----------------------------------------

local back = { { 1, 5, 3 }, { 7, 2, 9 }, { 17, 33, 5 }, { 31, 16, 65 }, { 64, 63, 33 },
  { 100, 37, 20 }, { 5, 129, 130 } }

-- A linear layer's W x, dz x' and W'dz.
local function layer_rows(rng)
  local rows = {}
  for _, p in ipairs(precisions) do
    local wrong = 0
    for _, shape in ipairs(back) do
      local m, k, n = table.unpack(shape)
      local W, x, dz = whole(rng, m, k, 8), whole(rng, k, n, 8), whole(rng, m, n, 8)
      local layer = linear { weight = of(W, p), bias = false }
      local z = layer:forward(of(x, p))
      local dx = layer:backward(of(dz, p))
      local good = z == of(by_loop(W, x, n), p) and
        dx == of(by_loop(transposed(W), dz, n), p) and
        layer:weight_gradients()[1] == of(by_loop(dz, transposed(x), k), p)
      if not good then wrong = wrong + 1 end
    end
    rows[#rows + 1] = scores.exact("layers, forward and back, " .. p, wrong, #back)
  end
  return rows[1], rows[2]
end

-- --- rounding ---------------------------------------------------------------

-- Normal numbers: the largest |C - AB| over eps |A||B|, element by element.
local function rounded_row(rng, multiply, p)
  local m, k, n = 67, 131, 45
  local A = rng:normal(m, k, { precision = p })
  local B = rng:normal(k, n, { precision = p })
  local a, b = A:totable(), B:totable()
  local sizes = by_loop(A:abs():totable(), B:abs():totable(), n)
  local expected, found, worst = by_loop(a, b, n), multiply(A, B):totable(), 0.0
  for i = 1, m do
    for j = 1, n do
      worst = scores.worst(worst, math.abs(found[i][j] - expected[i][j]) / sizes[i][j])
    end
  end
  local eps = p == "float64" and 2.0 ^ -52 or 2.0 ^ -23
  return scores.within("a product's rounding, " .. p, worst / eps, 8)
end

-- --- threads ----------------------------------------------------------------

-- The numbers of threads with which f() gives other bits than with one.
local function disagreeing(f)
  local before, wrong = core.threads(), 0
  local _ <close> = setmetatable({}, { __close = function()
    core.set_threads(before)
  end })
  local counts = { 2, 3, 4, before }
  core.set_threads(1)
  local one = f()
  for _, n in ipairs(counts) do
    core.set_threads(n)
    if f() ~= one then wrong = wrong + 1 end
  end
  return wrong, #counts
end

local function thread_rows(rng, multiply)
  local rows = {}
  for _, p in ipairs(precisions) do
    local A = rng:normal(513, 401, { precision = p })
    local B = rng:normal(401, 777, { precision = p })
    rows[#rows + 1] = scores.exact("same bits on 1, 2, 3, 4 threads, " .. p,
      disagreeing(function() return multiply(A, B) end))
  end
  return rows[1], rows[2]
end

function products.rows(rng, multiply)
  local rows = {}
  local function add(...)
    for _, row in ipairs { ... } do rows[#rows + 1] = row end
  end
  add(small_rows(rng:split "small", multiply))
  add(large_rows(rng:split "large", multiply))
  add(layer_rows(rng:split "layers"))
  add(rounded_row(rng:split "rounded", multiply, "float64"),
    rounded_row(rng:split "rounded", multiply, "float32"))
  add(thread_rows(rng:split "threads", multiply))
  return rows
end

return products
