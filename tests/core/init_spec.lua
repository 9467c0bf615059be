-- init_spec.lua: ortho.init as scripts see it: names, options, scales,
-- orthogonality, refusals. Views and Haar's distribution are tested in
-- tests/c/init_test.c.

local ortho = require "orthorun"
local init, matrix = ortho.init, ortho.matrix

local precisions = { "float32", "float64" }
local eps = { float32 = 2 ^ -23, float64 = 2 ^ -52 }

local function elements(m)
  local list = {}
  for j = 1, m:cols() do
    for i = 1, m:rows() do list[#list + 1] = m:get(i, j) end
  end
  return list
end

local function refuses(pattern, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.matches(pattern, message)
end

-- ||W'W - g^2 I||_F for the smaller side
local function orthogonality_error(w, gain)
  local p = w:precision()
  local gram = w:rows() >= w:cols() and w:t() * w or w * w:t()
  local eye = matrix.eye(gram:rows(), { precision = p })
  return (gram - (gain * gain) * eye):norm()
end

-- Mean and variance in standard errors from what a distribution with these
-- moments gives
local function z_scores(list, mean, variance, fourth)
  local n, sum, square = #list, 0, 0
  for _, x in ipairs(list) do sum = sum + x end
  for _, x in ipairs(list) do square = square + (x - mean) ^ 2 end
  return (sum / n - mean) / math.sqrt(variance / n),
    (square / n - variance) / math.sqrt((fourth - variance ^ 2) / n)
end

local function assert_moments(list, mean, variance, fourth)
  local z1, z2 = z_scores(list, mean, variance, fourth)
  assert.is_true(math.abs(z1) < 4.5, "mean off by z = " .. z1)
  assert.is_true(math.abs(z2) < 4.5, "variance off by z = " .. z2)
end

local function assert_normal(w, mean, std)
  assert_moments(elements(w), mean, std ^ 2, 3 * std ^ 4)
end

-- Uniform on [-b, b): variance b^2/3, fourth moment b^4/5
local function assert_symmetric_uniform(w, b)
  local list = elements(w)
  assert_moments(list, 0, b ^ 2 / 3, b ^ 4 / 5)
  local low, high = math.min(table.unpack(list, 1, 200)), 0
  for _, x in ipairs(list) do
    low, high = math.min(low, x), math.max(high, x)
  end
  assert.is_true(-b <= low and low < -0.995 * b)
  assert.is_true(0.995 * b < high and high < b * (1 + 1e-7))
end

describe("an initializer", function()
  it("makes a matrix of the precision asked for", function()
    for _, name in ipairs(init.names()) do
      local f = init[name] {}
      local w = f(ortho.rng(1), 4, 6)
      assert.are.equal("float64", w:precision())
      assert.are.same({ 4, 6 }, { w:rows(), w:cols() })
      assert.are.equal("float32", f(ortho.rng(1), 4, 6, "float32"):precision())
      assert.are.equal("float32",
        f(ortho.rng(1), 4, 6, { precision = "float32" }):precision())
    end
  end)

  it("gives the same matrix for the same stream, and then another", function()
    for _, name in ipairs(init.names()) do
      local f, r = init.get(name), ortho.rng(3)
      local a, b = f(r, 6, 4), f(ortho.rng(3), 6, 4)
      assert.are.same(elements(a), elements(b))
      if not (name == "zeros" or name == "constant" or name == "identity") then
        assert.are_not.same(elements(a), elements(f(r, 6, 4)))
      end
    end
  end)

  it("takes sizes of 0 and draws nothing for them", function()
    for _, name in ipairs(init.names()) do
      local r = ortho.rng(1)
      for _, p in ipairs(precisions) do
        assert.are.equal(4, init.get(name)(r, 0, 4, p):cols())
        assert.are.equal(4, init.get(name)(r, 4, 0, p):rows())
        assert.are.equal(0, init.get(name)(r, 0, 0, p):rows())
      end
      assert.are.equal(ortho.rng(1), r)
    end
  end)

  it("prints itself as it is written", function()
    assert.are.equal("init.orthogonal{gain=1.4142}",
      tostring(init.orthogonal { gain = "relu" }))
    assert.are.equal("init.orthogonal{gain=1, det=-1}",
      tostring(init.orthogonal { det = -1 }))
    assert.are.equal("init.gaussian{mean=0, std=1}", tostring(init.gaussian {}))
    assert.are.equal("init.zeros{}", tostring(init.zeros {}))
    assert.are.equal("init.truncated_normal{mean=0, std=0.5, a=-1, b=2}",
      tostring(init.truncated_normal { std = 0.5, a = -1 }))
    assert.are.equal("init.looks_linear{gain=1, layer=\"first\"}",
      tostring(init.looks_linear { layer = "first" }))
    assert.are.equal("init.he_normal{gain=1.4142, mode=\"fan_out\"}",
      tostring(init.he_normal { mode = "fan_out" }))
    assert.are.equal("init.sparse{std=1, nonzeros=15, per=\"row\"}",
      tostring(init.sparse {}))
  end)

  it("shows its name and options as fields", function()
    local f = init.orthogonal { gain = 2, det = 1 }
    assert.are.equal("orthogonal", f.name)
    assert.are.equal(2, f.gain)
    assert.are.equal(1, f.det)
    assert.is_nil(init.orthogonal {}.det)
    assert.is_nil(f.std)
  end)

  it("needs no option table", function()
    assert.are.equal(tostring(init.orthogonal {}), tostring(init.orthogonal()))
  end)
end)

describe("names", function()
  it("are those of the table, and each gets its default", function()
    assert.are.equal(15, #init.names())
    for _, name in ipairs(init.names()) do
      assert.are.equal(tostring(init[name] {}), tostring(init.get(name)))
    end
  end)

  it("are not needed for what is an initializer already", function()
    local f = init.orthogonal { gain = 2 }
    local function mine() end
    assert.are.equal(f, init.get(f))
    assert.are.equal(mine, init.get(mine))
  end)

  it("that are unknown bring up the nearest", function()
    refuses("unknown initializer 'ortogonal' %(did you mean 'orthogonal'",
      function() return init.ortogonal end)
    refuses("unknown initializer 'he_norml' %(did you mean 'he_normal'",
      init.get, "he_norml")
    refuses("unknown initializer 'xyzzy' %(known: gaussian, ",
      init.get, "xyzzy")
    refuses("needs a name, an initializer or a function%(rng, rows, cols%), " ..
      "not 3", init.get, 3)
    refuses("not nothing", init.get)
  end)
end)

describe("by variance:", function()
  local rows, cols = 250, 160
  local function drawn(f, p) return f(ortho.rng(11), rows, cols, p) end

  for _, p in ipairs(precisions) do
    it("gaussian is N(mean, std^2), " .. p, function()
      assert_normal(drawn(init.gaussian {}, p), 0, 1)
      assert_normal(drawn(init.gaussian { mean = 3, std = 0.1 }, p), 3, 0.1)
    end)

    it("scaled_gaussian is N(0, gain^2/fan_in), " .. p, function()
      assert_normal(drawn(init.scaled_gaussian {}, p), 0, cols ^ -0.5)
      assert_normal(drawn(init.scaled_gaussian { gain = 3 }, p), 0,
        3 * cols ^ -0.5)
    end)

    it("he_normal is N(0, 2/fan), " .. p, function()
      assert_normal(drawn(init.he_normal {}, p), 0, (2 / cols) ^ 0.5)
      assert_normal(drawn(init.he_normal { mode = "fan_out" }, p), 0,
        (2 / rows) ^ 0.5)
    end)

    it("he_uniform is U(-b, b), b = sqrt(6/fan), " .. p, function()
      assert_symmetric_uniform(drawn(init.he_uniform {}, p), (6 / cols) ^ 0.5)
      assert_symmetric_uniform(drawn(init.he_uniform { mode = "fan_out",
        gain = 1 }, p), (3 / rows) ^ 0.5)
    end)

    it("glorot has variance 2/(fan_in + fan_out), " .. p, function()
      assert_normal(drawn(init.glorot_normal {}, p), 0,
        (2 / (rows + cols)) ^ 0.5)
      assert_symmetric_uniform(drawn(init.glorot_uniform {}, p),
        (6 / (rows + cols)) ^ 0.5)
      assert_symmetric_uniform(drawn(init.glorot_uniform { gain = 2 }, p),
        2 * (6 / (rows + cols)) ^ 0.5)
    end)

    it("lecun_normal is N(0, 1/fan_in), " .. p, function()
      assert_normal(drawn(init.lecun_normal {}, p), 0, cols ^ -0.5)
    end)

    it("uniform is U[low, high), " .. p, function()
      local w = drawn(init.uniform { low = -2, high = 4 }, p)
      assert_symmetric_uniform(w - matrix.full(rows, cols, 1,
        { precision = p }), 3)
    end)
  end

  it("he with gain 0 is zero", function()
    for _, name in ipairs { "he_uniform", "he_normal", "orthogonal" } do
      assert.are.equal(0, init[name] { gain = 0 }(ortho.rng(1), 5, 5):norm())
    end
  end)
end)

-- Integral of the standard normal density over [a, b], and of its moments,
-- by Simpson's rule
local function truncated_moment(a, b, power)
  local n, sum = 2000, 0
  for i = 0, n do
    local z = a + (b - a) * i / n
    local weight = (i == 0 or i == n) and 1 or (i % 2 == 1 and 4 or 2)
    sum = sum + weight * z ^ power * math.exp((a * a - z * z) / 2)
  end
  return sum * (b - a) / n / 3
end

describe("truncated_normal", function()
  -- in the middle, one-sided, narrow, tails: each way of drawing, mirrored
  local intervals = { { -2, 2 }, { -0.5, 8 }, { -8, 0.5 }, { -0.3, 0.2 },
    { 1, 1.2 }, { 3, 9 }, { -9, -3 }, { 8, 12 }, { 0.5, 6 }, { -1.2, -1 } }

  for _, p in ipairs(precisions) do
    it("has the moments of the interval, " .. p, function()
      for _, t in ipairs(intervals) do
        local a, b = t[1], t[2]
        local list = elements(init.truncated_normal { mean = 5, std = 0.5,
          a = 5 + a / 2, b = 5 + b / 2 }(ortho.rng(4), 100, 100, p))
        local mass = truncated_moment(a, b, 0)
        local mean = truncated_moment(a, b, 1) / mass
        local function central(power)
          local sum, choose = 0, 1
          for k = 0, power do
            local m = truncated_moment(a, b, k) / mass
            sum = sum + choose * m * (-mean) ^ (power - k)
            choose = choose * (power - k) // (k + 1)
          end
          return sum
        end
        for i, x in ipairs(list) do
          assert.is_true(5 + a / 2 <= x and x <= 5 + b / 2)
          list[i] = (x - 5) * 2
        end
        assert_moments(list, mean, central(2), central(4))
      end
    end)
  end

  it("agrees with the plain normal where both are inside", function()
    local p = { precision = "float64" }
    local z = elements(ortho.rng(4):normal(30, 30, p))
    local x = elements(init.truncated_normal {}(ortho.rng(4), 30, 30))
    for i = 1, #z do
      if math.abs(z[i]) <= 2 then assert.are.equal(z[i], x[i]) end
      assert.is_true(math.abs(x[i]) <= 2)
    end
  end)

  it("stays inside an interval that float32 cannot name", function()
    local a, b = 1 / 3, 1 / 3 + 1e-7
    for _, x in ipairs(elements(init.truncated_normal { a = a, b = b }(
      ortho.rng(1), 5, 5, "float32"))) do
      assert.is_true(a <= x and x <= b)
    end
    refuses("values do not fit float32", init.truncated_normal { a = 1 / 3,
      b = 1 / 3 + 1e-10 }, ortho.rng(1), 5, 5, "float32")
  end)

  it("is the nearer end of an interval that is very far out", function()
    for _, t in ipairs { { 1e160, 2e160, 1e160 }, { -2e160, -1e160, -1e160 },
      { 1e300, 1.7e308, 1e300 }, { 1e155, 1e155 * (1 + 2 ^ -52), 1e155 } } do
      local x = elements(init.truncated_normal { a = t[1], b = t[2] }(
        ortho.rng(1), 2, 3, "float64"))
      assert.are.same({ t[3], t[3], t[3], t[3], t[3], t[3] }, x)
    end
    for _, x in ipairs(elements(init.truncated_normal { mean = -1e300,
      std = 1e140, a = 1e300, b = 1.5e300 }(ortho.rng(1), 2, 3, "float64"))) do
      assert.are.equal(1e300, x)
    end
  end)

  it("ends whatever mean and std are, or says what is wrong", function()
    for _, mean in ipairs { 0, 1e-300, -1e160, 1.7e308, -1.7e308 } do
      for _, std in ipairs { 5e-324, 1e-160, 1, 1e160, 1.7e308 } do
        for _, t in ipairs { { -2, 2 }, { 1e160, 2e160 }, { 1, 1.7e308 },
          { -1.7e308, 1.7e308 }, { 0, 5e-324 }, { -1.7e308, -1.6e308 } } do
          local good, x = pcall(init.truncated_normal { mean = mean,
            std = std, a = t[1], b = t[2] }, ortho.rng(1), 2, 2, "float64")
          if good then
            assert.is_true(t[1] <= x:min() and x:max() <= t[2])
          else
            assert.matches("too many deviations from the mean", x, 1, true)
          end
        end
      end
    end
  end)

  it("is the mean for std 0", function()
    local f = init.truncated_normal { mean = 1, std = 0 }
    assert.are.same({ 1, 1 }, elements(f(ortho.rng(1), 2, 1)))
  end)

  it("refuses an empty interval", function()
    refuses("a must not be greater than b, not 3.0 and 2.0",
      init.truncated_normal, { a = 3 })
    refuses("outside", init.truncated_normal, { mean = 5, std = 0 })
  end)
end)

describe("constant, zeros and identity", function()
  it("need no chance", function()
    local r = ortho.rng(1)
    assert.are.same({ 0.5, 0.5 }, elements(init.constant { value = 0.5 }(
      r, 1, 2)))
    assert.are.same({ 0, 0 }, elements(init.zeros {}(r, 2, 1)))
    assert.are.same({ 2, 0, 0, 2, 0, 0 },
      elements(init.identity { gain = 2 }(r, 2, 3)))
    assert.are.same({ 1, 0, 0, 0, 1, 0 }, elements(init.identity {}(r, 3, 2)))
    assert.are.equal(ortho.rng(1), r)
  end)
end)

describe("orthogonal", function()
  local shapes = { { 1, 1 }, { 2, 2 }, { 3, 3 }, { 15, 15 }, { 16, 16 },
    { 17, 17 }, { 64, 64 }, { 65, 65 }, { 256, 256 }, { 5, 3 }, { 3, 5 },
    { 100, 1 }, { 1, 100 }, { 300, 70 }, { 70, 300 }, { 257, 256 },
    { 40, 33 }, { 500, 301 }, { 590, 590 } }

  for _, p in ipairs(precisions) do
    it("is orthonormal on its smaller side, " .. p, function()
      for _, s in ipairs(shapes) do
        for _, gain in ipairs { 1, 0.001, 1.5 } do
          local w = init.orthogonal { gain = gain }(ortho.rng(8), s[1], s[2],
            p)
          local n = math.max(s[1], s[2])
          local err = orthogonality_error(w, gain) / gain ^ 2
          assert.is_true(err <= 4 * n * eps[p],
            ("%dx%d: %g"):format(s[1], s[2], err))
        end
      end
    end)
  end

  -- haar.h's definition, a reflection at a time
  local function by_definition(r, rows, cols, p)
    local m, n = math.max(rows, cols), math.min(rows, cols)
    local q = matrix.zeros(m, n, { precision = p })
    for k = n, 1, -1 do
      local v = r:normal(m - k + 1, 1, { precision = p })
      local alpha, norm = v:get(1, 1), v:norm()
      local sign = alpha < 0 and -1 or 1
      q:set(k, k, k == m and sign or -sign)
      if k < m then
        v:set(1, 1, alpha + sign * norm)
        local c = q:sub(k, m, k, n)
        c:assign(c - (2 / v:norm() ^ 2) * v * (v:t() * c))
      end
    end
    return rows >= cols and q or q:t()
  end

  for _, p in ipairs(precisions) do
    it("is the product of reflections that its stream says, " .. p, function()
      for _, s in ipairs { { 1, 1 }, { 6, 6 }, { 50, 50 }, { 70, 33 },
        { 33, 70 }, { 130, 130 }, { 290, 260 } } do
        local r, ours = ortho.rng(6), ortho.rng(6)
        local expected = by_definition(r, s[1], s[2], p)
        local w = init.orthogonal {}(ours, s[1], s[2], p)
        assert.are.equal(r, ours)
        local err = (w - expected):norm() / (math.max(s[1], s[2]) * eps[p])
        assert.is_true(err < 4, ("%dx%d: %g"):format(s[1], s[2], err))
      end
    end)
  end

  it("uses the random numbers of its rectangle, not of a square", function()
    local r = ortho.rng(8)
    init.orthogonal {}(r, 2000, 2)
    local blocks = tonumber(tostring(r):match "next block (%d+)")
    assert.are.equal(2000, blocks) -- 2000 and 1999 numbers, 2 a block
  end)

  it("has the same law in both precisions: close matrices never", function()
    local a = init.orthogonal {}(ortho.rng(8), 6, 6, "float64")
    local b = init.orthogonal {}(ortho.rng(8), 6, 6, "float32")
    assert.are_not.equal(a:get(1, 1), b:get(1, 1))
  end)

  it("is 1 or -1 where it is 1x1, exactly", function()
    local seen = {}
    for seed = 1, 50 do
      seen[init.orthogonal {}(ortho.rng(seed), 1, 1):get(1, 1)] = true
    end
    assert.are.same({ [1] = true, [-1] = true }, seen)
    for det = -1, 1, 2 do
      local w = init.orthogonal { det = det }(ortho.rng(2), 1, 1, "float32")
      assert.are.equal(det, w:get(1, 1))
    end
  end)

  it("refuses a determinant where there is none", function()
    local f = init.orthogonal { det = 1 }
    refuses("det=1 needs a square matrix; a 3x2 one has orthonormal columns",
      f, ortho.rng(1), 3, 2)
    refuses("a 2x3 one has orthonormal rows", f, ortho.rng(1), 2, 3)
    refuses("the determinant of a 0x0 matrix is 1, not %-1",
      init.orthogonal { det = -1 }, ortho.rng(1), 0, 0)
    refuses("det must be 1, %-1 or nil for either, not 2", init.orthogonal,
      { det = 2 })
    refuses("det must be a whole number, not 0.5", init.orthogonal,
      { det = 0.5 })
  end)
end)

describe("a gain", function()
  it("comes from the activation by quadrature", function()
    -- 1/sqrt(E phi(z)^2): relu sqrt 2, leaky_relu sqrt(2/(1 + 0.01^2)), tanh
    -- and gelu by SciPy's quad
    local gains = { linear = 1, relu = 2 ^ 0.5,
      leaky_relu = (2 / 1.0001) ^ 0.5, tanh = 1.592537419723,
      gelu = 1.533530441196 }
    for name, gain in pairs(gains) do
      for _, kind in ipairs { "orthogonal", "scaled_gaussian", "he_normal",
        "glorot_uniform" } do
        local got = init[kind] { gain = name }.gain
        assert.is_true(math.abs(got - gain) < 1e-11, name .. " " .. got)
      end
    end
  end)

  it("refuses other things", function()
    refuses("unknown activation 'rely' %(did you mean 'relu'",
      init.orthogonal, { gain = "rely" })
    refuses("gain must be finite and at least 0, not %-1",
      init.orthogonal, { gain = -1 })
    refuses("gain must be finite", init.he_normal, { gain = 1 / 0 })
    refuses("gain must be a number or an activation's name, not table",
      init.he_normal, { gain = {} })
  end)
end)

describe("looks_linear", function()
  local function relu(x)
    return x:map(function(v) return v > 0 and v or 0 end)
  end

  for _, p in ipairs(precisions) do
    it("makes a ReLU net linear and norm-preserving, " .. p, function()
      local r = ortho.rng(21)
      local w1 = init.looks_linear { layer = "first" }(r, 32, 16, p)
      local w2 = init.looks_linear {}(r, 32, 32, p)
      local w3 = init.looks_linear { layer = "last" }(r, 16, 32, p)
      local function net(x) return w3 * relu(w2 * relu(w1 * x)) end
      local x = r:normal(16, 5, { precision = p })
      local y = r:normal(16, 5, { precision = p })
      local sum = net(x + y) - net(x) - net(y)
      assert.is_true(sum:norm() <= 100 * eps[p] * net(x):norm())
      local kept = net(x):norm() / x:norm()
      assert.is_true(math.abs(kept - 1) <= 100 * eps[p])
    end)
  end

  it("is made of an orthogonal matrix of half the size, times gain", function()
    local w = init.looks_linear { gain = 2 }(ortho.rng(1), 6, 8)
    local q = w:sub(1, 3, 1, 4)
    assert.is_true(orthogonality_error(q, 2) < 1e-14)
    assert.are.equal(0, (q + w:sub(1, 3, 5, 8)):norm())
    assert.are.equal(0, (q + w:sub(4, 6, 1, 4)):norm())
    assert.are.equal(0, (q - w:sub(4, 6, 5, 8)):norm())
  end)

  it("refuses odd sizes where it needs halves", function()
    local r = ortho.rng(1)
    refuses("need even sizes, not 3x4", init.looks_linear {}, r, 3, 4)
    refuses("need even sizes, not 4x3", init.looks_linear {}, r, 4, 3)
    refuses("need even sizes", init.looks_linear { layer = "first" }, r, 3, 4)
    refuses("need even sizes", init.looks_linear { layer = "last" }, r, 4, 3)
    assert.are.equal(3, init.looks_linear { layer = "first" }(r, 4, 3):cols())
    refuses("unknown layer 'frist' %(did you mean 'first'",
      init.looks_linear, { layer = "frist" })
  end)
end)

describe("sparse", function()
  local function nonzeros(list)
    local n = 0
    for _, x in ipairs(list) do n = n + (x ~= 0 and 1 or 0) end
    return n
  end

  it("gives each unit its number of weights", function()
    for _, p in ipairs(precisions) do
      local w = init.sparse { nonzeros = 5 }(ortho.rng(2), 40, 30, p)
      for i = 1, 40 do assert.are.equal(5, nonzeros(elements(w:row(i)))) end
      local v = init.sparse { nonzeros = 5, per = "column" }(ortho.rng(2), 40,
        30, p)
      for j = 1, 30 do assert.are.equal(5, nonzeros(elements(v:col(j)))) end
    end
  end)

  it("gives fewer where there is no room", function()
    local w = init.sparse {}(ortho.rng(2), 4, 3)
    assert.are.equal(12, nonzeros(elements(w)))
    assert.are.equal(0, init.sparse { nonzeros = 0 }(ortho.rng(2), 4, 3):norm())
  end)

  it("chooses every place alike, with N(0, std^2) there", function()
    local w = init.sparse { nonzeros = 4, std = 0.5 }(ortho.rng(2), 6000, 12)
    local values = {}
    for j = 1, 12 do
      local here = nonzeros(elements(w:col(j)))
      assert.is_true(math.abs(here - 2000) < 4.5 * math.sqrt(6000 * 2 / 9))
    end
    for _, x in ipairs(elements(w)) do
      if x ~= 0 then values[#values + 1] = x end
    end
    assert.are.equal(24000, #values)
    assert_moments(values, 0, 0.25, 3 * 0.0625)
  end)

  it("refuses bad options", function()
    refuses("nonzeros is %-1, must be at least 0", init.sparse,
      { nonzeros = -1 })
    refuses("nonzeros must be a whole number, not 1.5", init.sparse,
      { nonzeros = 1.5 })
    refuses("unknown per 'col' %(did you mean 'column'", init.sparse,
      { per = "col" })
  end)
end)

describe("bad input", function()
  local r = ortho.rng(1)

  it("names unknown options and the nearest", function()
    refuses("init.orthogonal: unknown option 'gian' %(did you mean 'gain'",
      init.orthogonal, { gian = 1 })
    refuses("init.zeros: unknown option 'std'", init.zeros, { std = 1 })
    refuses("init.he_normal: options must be a table, as in {gain = ...}, not 2",
      init.he_normal, 2)
  end)

  it("names values that cannot be", function()
    refuses("init.gaussian: std must be at least 0, not %-1",
      init.gaussian, { std = -1 })
    refuses("init.gaussian: std must be finite", init.gaussian,
      { std = 0 / 0 })
    refuses("init.gaussian: mean must be a number, not the string '0'",
      init.gaussian, { mean = "0" })
    refuses("init.uniform: low must be less than high, not 1.0 and 1.0",
      init.uniform, { low = 1 })
    refuses("mode must be a string, not 1", init.he_normal, { mode = 1 })
    refuses("unknown mode 'fan_inn' %(did you mean 'fan_in'",
      init.he_normal, { mode = "fan_inn" })
    refuses("init.gaussian: values do not fit float32",
      init.gaussian { std = 1e300 }, r, 2, 2, "float32")
  end)

  it("is told apart in a call", function()
    local f = init.orthogonal {}
    refuses("init.orthogonal: the first argument must be an rng, not 3",
      f, 3, 2)
    refuses("rows is %-1, must be at least 0", f, r, -1, 2)
    refuses("cols must be a whole number, not nothing", f, r, 2)
    refuses("rows must be a whole number, not 2.5", f, r, 2.5, 2)
    refuses("too large", f, r, 2 ^ 31 - 1, 2 ^ 31 - 1)
    refuses("unknown precision 'float16'", f, r, 2, 2, "float16")
    refuses("unknown option 'precison'", f, r, 2, 2, { precison = "float32" })
  end)
end)
