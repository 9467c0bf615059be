-- matrix: making, reading, views, operators, exponents, bad input.
local ortho = require "orthorun"
local matrix = ortho.matrix

local function rows(m) return m:totable() end

local raises = dofile("tests/support.lua").raises

for _, precision in ipairs { "float64", "float32" } do
  local opt = { precision = precision }
  local function M(t) return matrix(t, opt) end

  describe("a " .. precision .. " matrix", function()
    it("is made from rows, and gives them back", function()
      local A = M { { 1, 2, 3 }, { 4, 5, 6 } }
      assert.same({ 2, 3 }, { A:shape() })
      assert.same({ { 1, 2, 3 }, { 4, 5, 6 } }, rows(A))
      assert.equal(6, A:get(2, 3))
      assert.equal(precision, A:precision())
    end)

    it("is a column when made from numbers", function()
      assert.same({ { 1 }, { 2 } }, rows(M { 1, 2 }))
    end)

    it("comes filled, as identity, diagonal and linspace", function()
      assert.same({ { 0, 0 } }, rows(matrix.zeros(1, 2, opt)))
      assert.same({ { 1 }, { 1 } }, rows(matrix.ones(2, 1, opt)))
      assert.same({ { 7, 7 } }, rows(matrix.full(1, 2, 7, opt)))
      assert.same({ { 1, 0 }, { 0, 1 } }, rows(matrix.eye(2, opt)))
      assert.same({ { 2, 0 }, { 0, 3 } }, rows(matrix.diag({ 2, 3 }, opt)))
      assert.same({ { 0 }, { 0.25 }, { 0.5 }, { 0.75 }, { 1 } },
        rows(matrix.linspace(0, 1, 5, opt)))
    end)

    it("adds, subtracts, scales, negates and divides", function()
      local A, B = M { { 1, 2 }, { 3, 4 } }, M { { 5, 6 }, { 7, 8 } }
      assert.same({ { 6, 8 }, { 10, 12 } }, rows(A + B))
      assert.same({ { -4, -4 }, { -4, -4 } }, rows(A - B))
      assert.same({ { 2, 4 }, { 6, 8 } }, rows(2 * A))
      assert.same({ { 2, 4 }, { 6, 8 } }, rows(A * 2))
      assert.same({ { -1, -2 }, { -3, -4 } }, rows(-A))
      assert.same({ { 0.5, 1 }, { 1.5, 2 } }, rows(A / 2))
      assert.same({ { 2, 3 }, { 4, 5 } }, rows(A + 1))
      assert.same({ { 0, -1 }, { -2, -3 } }, rows(1 - A))
    end)

    it("broadcasts columns and rows, on either side", function()
      local A = M { { 1, 2 }, { 3, 4 } }
      local c, r = M { 10, 20 }, M { { 10, 20 } }
      assert.same({ { 11, 12 }, { 23, 24 } }, rows(A + c))
      assert.same({ { 11, 12 }, { 23, 24 } }, rows(c + A))
      assert.same({ { 9, 8 }, { 17, 16 } }, rows(c - A))
      assert.same({ { 11, 22 }, { 13, 24 } }, rows(A + r))
      assert.same({ { 10, 20 }, { 60, 80 } }, rows(A:hadamard(c)))
      assert.same({ { 0.1, 0.2 }, { 0.15, 0.2 } },
        rows(M { { 1, 2 }, { 3, 4 } }:to("float64"):divide(matrix { 10, 20 })))
    end)

    it("multiplies", function()
      local A, B = M { { 1, 2, 3 }, { 4, 5, 6 } }, M { { 1 }, { 0 }, { -1 } }
      assert.same({ { -2 }, { -2 } }, rows(A * B))
      assert.same({ { 14, 32 }, { 32, 77 } }, rows(A * A:t()))
    end)

    it("multiplies views: blocks, rows and transposes agree", function()
      local r = ortho.rng(3)
      local A, B = r:normal(9, 8, opt), r:normal(8, 7, opt)
      local whole = A * B
      local block = A:sub(2, 5, 1, 8) * B:sub(1, 8, 3, 6)
      local c = (A:row(4) * B:col(5)):get(1, 1)
      local eps = precision == "float64" and 1e-14 or 1e-5
      assert.is_true((block - whole:sub(2, 5, 3, 6)):norm() < eps)
      assert.is_true(math.abs(c - whole:get(4, 5)) < eps)
    end)

    it("has sums, means and extremes", function()
      local A = M { { 1, -2 }, { 3, 4 } }
      assert.equal(6, A:sum())
      assert.equal(1.5, A:mean())
      assert.equal(4, A:max())
      assert.equal(-2, A:min())
      assert.same({ { 4, 2 } }, rows(A:col_sums()))
      assert.same({ { -1 }, { 7 } }, rows(A:row_sums()))
      assert.equal(30, A:dot(A))
    end)

    it("keeps views tied to their parent", function()
      local A = M { { 1, 2 }, { 3, 4 } }
      local v = A:col(2)
      v:set(1, 1, 20)
      assert.equal(20, A:get(1, 2))
      A:row(2):assign(M { { 7, 8 } })
      assert.same({ { 1, 20 }, { 7, 8 } }, rows(A))
      A:sub(1, 1, 1, 2):assign(0)
      assert.same({ { 0, 0 }, { 7, 8 } }, rows(A))
    end)

    it("keeps a view's numbers alive when the parent is dropped", function()
      local v = matrix.full(100, 100, 3, opt):col(7)
      for _ = 1, 3 do
        collectgarbage()
        matrix.full(100, 100, 9, opt)
      end
      assert.equal(300, v:sum())
    end)

    it("assigns overlapping views as if copied first", function()
      local A = M { { 1, 2, 3, 4 } }
      A:sub(1, 1, 2, 4):assign(A:sub(1, 1, 1, 3))
      assert.same({ { 1, 1, 2, 3 } }, rows(A))
    end)

    it("maps, and knows the usual functions", function()
      local A = M { { 1, 4 }, { 9, 16 } }
      assert.same({ { 1, 2 }, { 3, 4 } }, rows(A:sqrt()))
      assert.same({ { 2, 5 }, { 10, 17 } },
        rows(A:map(function(x) return x + 1 end)))
      assert.same({ { 11, 12 }, { 21, 22 } },
        rows(A:map(function(_, i, j) return 10 * i + j end)))
      assert.same({ { 1, 0 }, { 1, -1 } },
        rows(M { { 3, 0 }, { 0.5, -2 } }:sign()))
    end)

    it("selects columns, reshapes, joins", function()
      local A = M { { 1, 2, 3 }, { 4, 5, 6 } }
      assert.same({ { 3, 1, 1 }, { 6, 4, 4 } }, rows(A:select { 3, 1, 1 }))
      assert.same({ { 1, 5 }, { 4, 3 }, { 2, 6 } }, rows(A:reshape(3, 2)))
      assert.same({ { 1, 2, 3, 1 }, { 4, 5, 6, 4 } },
        rows(matrix.hcat(A, A:col(1))))
      assert.same({ { 1, 2, 3 }, { 4, 5, 6 }, { 1, 2, 3 } },
        rows(matrix.vcat(A, A:row(1))))
    end)

    it("compares elementwise", function()
      local A = M { { 1, 2 } }
      assert.is_true(A == A:copy())
      assert.is_false(A == M { { 1, 3 } })
      assert.is_false(A == A:t())
      assert.is_false(M { 0 / 0 } == M { 0 / 0 })
    end)

    it("transposes sizes that no tile divides", function()
      local A = ortho.rng(5):normal(37, 53, opt)
      local T = A:t()
      for i = 1, 37 do
        for j = 1, 53 do assert.equal(A:get(i, j), T:get(j, i)) end
      end
    end)
  end)

  describe(precision .. " products that overflow", function()
    it("carry an exponent instead", function()
      local P = matrix.eye(2, opt)
      local A = M { { 1, 2 }, { 3, 4 } }
      for _ = 1, 10000 do P = A * P end
      -- 10000 log10 of the largest eigenvalue (5+sqrt(33))/2, and the
      -- constant that NumPy gives from an eigendecomposition
      assert.is_near(7301.593949753, P:log10_norm(), 1e-6)
      assert.is_true(P:exponent() > 0)
      raises("past what a number holds", P.get, P, 1, 1)
      assert.is_truthy(tostring(P):find("norm 10^7301.59", 1, true))
    end)

    it("come back to exponent 0 when they return to size", function()
      local up, down = M { { 2 ^ 30 } }, M { { 2 ^ -30 } }
      local P = M { { 3 } }
      for _ = 1, 100 do P = up * P end
      assert.is_true(P:exponent() > 0)
      for _ = 1, 100 do P = down * P end
      assert.equal(0, P:exponent())
      assert.equal(3, P:get(1, 1))
    end)

    it("add up with aligned exponents", function()
      local A = M { { 1e30, 2e30 } }
      local big = M { { 1e30 } } * (M { { 1e30 } } * (M { { 1e30 } } * A))
      local sum = big + big
      assert.is_near(big:log10_norm() + math.log(2, 10), sum:log10_norm(),
        1e-12)
      assert.equal(0, (sum - big - big):norm())
      assert.equal(big:log10_norm(), (big + A):log10_norm())
      assert.equal(big:log10_norm(), (matrix.zeros(1, 2, opt) + big):log10_norm())
    end)

    it("survive operands at the ends of the range", function()
      local top = precision == "float64" and 1e308 or 1e38
      local P = M { { top, top } } * M { { top }, { top } }
      assert.is_near(math.log(2, 10) + 2 * math.log(top, 10), P:log10_norm(),
        1e-6)
      local bottom = precision == "float64" and 1e-300 or 1e-36
      local Q = M { { bottom, bottom } } * M { { bottom }, { bottom } }
      assert.is_near(math.log(2, 10) + 2 * math.log(bottom, 10),
        Q:log10_norm(), 1e-6)
      -- what cancels exactly in true arithmetic is 0, not NaN
      local power = precision == "float64" and 2.0 ^ 1023 or 2.0 ^ 127
      local Z = M { { power, -power } } * M { { power }, { power } }
      assert.equal(0, Z:get(1, 1))
    end)

    it("let NaN and Inf through as IEEE does", function()
      local inf = math.huge
      assert.equal(inf, (M { { inf } } * M { { 2 } }):get(1, 1))
      local nan = (M { { inf, 1 } } * M { { 0 }, { 1 } }):get(1, 1)
      assert.is_true(nan ~= nan)
    end)
  end)
end

describe("an empty matrix", function()
  it("has sizes, sums to 0 and multiplies to zeros", function()
    local A, B = matrix.zeros(3, 0), matrix.zeros(0, 2)
    assert.same({ { 0, 0 }, { 0, 0 }, { 0, 0 } }, rows(A * B))
    assert.equal(0, A:sum())
    assert.same({ 2, 0 }, { matrix.zeros(0, 2):t():shape() })
    assert.equal("matrix 3x0 float64", tostring(A))
    -- in lines of 80 characters, columns of one width, none of the ten lost
    local wide, cells = tostring(ortho.matrix.full(2, 10, -1.23456e-205)), 0
    for line in wide:gmatch "[^\n]+" do
      assert.is_true(#line <= 80, line)
      for _ in line:gmatch " %-1%.2346e%-205%f[ \0]" do cells = cells + 1 end
    end
    assert.equal(20, cells)
    assert.is_truthy(wide:find("\ncolumns 1 to 6\n", 1, true), wide)
    assert.equal("matrix 2x2 float64\n       1e-05  1.2346e+07\n" ..
      "           3 -1.2346e-20", tostring(ortho.matrix { { 1e-5, 12345678 },
        { 3, -1.23456e-20 } }))
    raises("no elements", A.max, A)
    assert.is_true(A:mean() ~= A:mean())
  end)
end)

describe("converting precision", function()
  it("rounds to float32 and back", function()
    local A = matrix { { 1 / 3, 1e-3 } }
    local B = A:to "float32"
    assert.equal("float32", B:precision())
    assert.is_near(1 / 3, B:get(1, 1), 1e-8)
    assert.is_true(B:get(1, 1) ~= 1 / 3)
    assert.equal(B:get(1, 2), B:to("float64"):get(1, 2))
  end)

  it("keeps what float32 cannot hold in the exponent", function()
    local A = matrix { { 1e200, 3e200 } }:to "float32"
    assert.is_near(200 + math.log(math.sqrt(10), 10), A:log10_norm(), 1e-6)
    assert.is_near(3e200, A:to("float64"):get(1, 2), 1e194)
  end)

  it("refuses mixed operands and says how to convert", function()
    local A, B = matrix { { 1 } }, matrix({ { 1 } }, { precision = "float32" })
    raises('convert one with :to("float64")', function() return A + B end)
    raises('convert one with :to("float64")', function() return A * B end)
  end)
end)

describe("bad input to a matrix", function()
  local A = matrix { { 1, 2 }, { 3, 4 } }

  it("names both shapes of a product", function()
    raises("matrix product: 2x2 by 3x2 (inner sizes 2 and 3 differ)",
      function() return A * matrix.zeros(3, 2) end)
  end)

  it("names both shapes of a sum", function()
    raises("matrix sum: 2x2 and 3x2", function()
      return A + matrix.zeros(3, 2)
    end)
  end)

  it("is refused in rows", function()
    raises("row 2 has 1 numbers, row 1 has 2", matrix, { { 1, 2 }, { 3 } })
    raises("element (1,2) is the string 'x', not a number", matrix,
      { { 1, "x" } })
    raises("row 2 is 5, not a table", matrix, { { 1 }, 5 })
    raises("not nothing", matrix)
  end)

  it("is refused in sizes", function()
    raises("rows is -1, must be at least 0", matrix.zeros, -1, 2)
    raises("cols must be a whole number, not 2.5", matrix.zeros, 1, 2.5)
    raises("rows must be a whole number, not the string '3'", matrix.zeros,
      "3", 1)
    raises("too large", matrix.zeros, 2147483647, 2147483647)
    raises("must be at most 2147483647", matrix.zeros, 2 ^ 40, 1)
    raises("must be a whole number, not nothing", matrix.zeros)
  end)

  it("is refused when memory cannot hold it", function()
    raises("not enough memory", matrix.zeros, 2000000, 2000000)
  end)

  it("is refused in indices", function()
    raises("row is 3, must be 1 to 2 in a 2x2 matrix", A.get, A, 3, 1)
    raises("column is 0", A.get, A, 1, 0)
    raises("column is 1.5", A.col, A, 1.5)
    raises("past the end of a 2x2 matrix", A.sub, A, 1, 3, 1, 1)
  end)

  it("is refused in options, with the nearest name", function()
    raises("unknown option 'precison' (did you mean 'precision'?",
      matrix.zeros, 1, 1, { precison = "float32" })
    raises("unknown precision 'float16'", matrix.zeros, 1, 1,
      { precision = "float16" })
    raises("options must be a table, as in {precision = ...}, not 3",
      matrix.zeros, 1, 1, 3)
  end)

  it("is refused where a value does not fit float32", function()
    local S = matrix.zeros(1, 1, { precision = "float32" })
    raises("does not fit float32", S.set, S, 1, 1, 1e300)
    raises("do not fit this float32 matrix", S.assign, S, matrix { { 1e300 } })
  end)

  it("is refused by map", function()
    raises("f returned nothing for element (1,1)", A.map, A, function() end)
  end)

  it("names the line of the script", function()
    local chunk = load("local ortho = ...\n\nreturn ortho.matrix.zeros(-1, 1)",
      "=script.lua")
    raises("script.lua:3: matrix.zeros", chunk, ortho)
  end)

  it("hides its metatable", function()
    assert.equal("orthorun.matrix", getmetatable(A))
    raises("matrix:get: self must be a matrix, not orthorun.rng",
      A.get, ortho.rng(1), 1, 1)
  end)
end)

describe("memory", function()
  it("is the collector's: 20,000 temporaries stay small", function()
    local function resident()
      for line in io.lines "/proc/self/status" do
        local kb = line:match "^VmHWM:%s+(%d+)"
        if kb then return tonumber(kb) / 1024 end
      end
    end
    local before = resident()
    for _ = 1, 20000 do matrix.zeros(100, 100) end
    assert.is_true(resident() - before < 60)
  end)
end)

describe("a matrix at the ends of the range", function()
  it("meets numbers that its precision cannot hold", function()
    local A = matrix({ { 1.5, 2 }, { 3, -4 } }, { precision = "float32" })
    assert.is_near(300 + math.log(2, 10), (A + 1e300):log10_norm(), 1e-6)
    assert.is_near(300 + A:log10_norm(), (A / 1e-300):log10_norm(), 1e-6)
    assert.is_true((A / 1e-300) * 1e-300 == A)
    assert.is_true(A + 1e-300 == A)
  end)

  it("has an end to its exponents, and says so", function()
    local A = matrix { { 2.0 ^ 200 } }
    local function grow(f)
      local B = A
      for _ = 1, 100 do B = f(B) end
    end
    raises("matrix:hadamard: the result is past 2^1152921504606846976", grow,
      function(B) return B:hadamard(B) end)
    raises("matrix product", grow, function(B) return B * B end)
    raises("matrix:divide: the result is past", grow,
      function(B) return B:divide(matrix.ones(1, 1):divide(B)) end)
  end)

  it("joins matrices without numbers up to the largest size", function()
    local A = matrix.zeros(0, 2 ^ 31 - 1)
    assert.equal(2 ^ 31 - 1, matrix.hcat(A):cols())
    raises("matrix.hcat: cannot make a 0x4294967294", matrix.hcat, A, A)
  end)

  it("may be read into itself, across views that overlap", function()
    local A = matrix { { 1, 2, 3 }, { 4, 5, 6 }, { 7, 8, 9 } }
    A:assign(A)
    A:assign(A:t())
    assert.same({ { 1, 4, 7 }, { 2, 5, 8 }, { 3, 6, 9 } }, rows(A))
    A:sub(2, 3, 2, 3):assign(A:sub(1, 2, 1, 2))
    assert.same({ { 1, 4, 7 }, { 2, 1, 4 }, { 3, 2, 5 } }, rows(A))
    local v = A:sub(1, 2, 1, 2)
    assert.same({ { 9, 8 }, { 4, 9 } }, rows(v * v))
    assert.same({ { 2, 8 }, { 4, 2 } }, rows(v + v))
    v:assign(v * v + v)
    assert.same({ { 10, 12, 7 }, { 6, 10, 4 }, { 3, 2, 5 } }, rows(A))
    assert.is_true(v:row(1):hadamard(v:row(1)) == matrix { { 100, 144 } })
  end)

  it("is read from tables that lie about themselves", function()
    local shrinking = {}
    local rows_read = setmetatable({}, { __len = function() return 3 end,
      __index = function(_, i)
        shrinking[#shrinking + 1] = i
        return #shrinking > 4 and 7 or { 1, 2 }
      end })
    assert.is_false(pcall(matrix, rows_read))
    assert.is_false(pcall(matrix, setmetatable({ { 1 } }, {
      __len = function() return "x" end })))
    raises("too large", matrix, { setmetatable({}, {
      __len = function() return 1 << 50 end }) })
    assert.is_false(pcall(matrix, setmetatable({}, {
      __len = function() return -5 end, __index = function() return 1 end })))
  end)

  it("passes on what a function of its elements raises", function()
    local A = matrix.ones(2, 2)
    raises("from map", A.map, A, function() error "from map" end)
    raises("f returned nothing for element (1,1)", A.map, A, function() end)
    raises("must be a function, not the string 'sin'", A.map, A, "sin")
    local co = coroutine.create(function() A:map(coroutine.yield) end)
    raises("attempt to yield across a C-call", function()
      assert(coroutine.resume(co))
    end)
    local B = A:map(function(x)
      A:assign(5)
      collectgarbage()
      return x
    end)
    assert.same({ { 1, 5 }, { 5, 5 } }, rows(B))
  end)
end)
