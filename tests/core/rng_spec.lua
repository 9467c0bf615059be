-- rng_spec.lua: ortho.rng as scripts see it. The cipher, the transforms and
-- the long statistics are tested in tests/c/rng_test.c.

local ortho = require "orthorun"

local function near(expected, actual, tolerance)
  local scale = math.max(1, math.abs(expected))
  assert.is_true(math.abs(expected - actual) <= tolerance * scale,
    ("expected %.17g, got %.17g"):format(expected, actual))
end

-- The column-major elements of a matrix
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

-- First draws of each seed, from an implementation in Python integers and
-- 120-bit floats (the stream is described in src/core/rng.h). They never
-- change.
local golden = {
  [0] = {
    normal64 = { -0.39766753844418212, -0.31039547880173829,
      1.3868444271028377, 0.32921320019214373, -0.2057862889642246,
      1.4966587865707794 },
    normal32 = { 0.99113768, -0.924662588, -0.617608959, -0.482068587,
      -0.15363823, 0.180825898 },
    uniform64 = { 0.88052019788861424, 0.60548185387992126,
      0.36209111566940344 },
    uniform32 = { 0.399046421, 0.880520165, 0.735712767, 0.605481803,
      0.972241163 },
    dice = { 4, 5, 4, 2, 1, 6, 3, 4, 5, 5, 1, 1 },
    wide = { -2204013331526194987, 6679402142117448868 },
    rejected = { 5892734326067077929, 739844498490715944,
      5878307397411128147 },
    permutation = { 9, 3, 7, 6, 4, 1, 5, 2, 8, 10 },
    split = { [""] = "adf5a0dbdd2fc514", a = "e9ddd3bbc61a72db",
      ["layer 12"] = "cb978629602e5e1f",
      ["layer 12, weights"] = "cd5809f998ae6cd2", [7] = "ea3aefe47ab96fe8",
      [-7] = "b3d1c0874f17688b", [0] = "1348e23f2dce73e5" },
  },
  [42] = {
    normal64 = { -0.66537486780734922, 1.0360238086554647,
      -1.4338891806537388, 0.4232781812444521, 0.13500793462831787,
      -0.90438638506663505 },
    normal32 = { -0.97018979, 0.194018955, -1.23562074, 1.92392675,
      -0.0731815084, 0.139137496 },
    uniform64 = { 0.46858651833910492, 0.34086154938517876,
      0.32706338120338474 },
    uniform32 = { 0.612959862, 0.468586504, 0.0732316971, 0.340861499,
      0.987718642 },
    dice = { 4, 4, 4, 2, 5, 6, 5, 2, 3, 5, 6, 2 },
    wide = { 8643895580192075859, 6033254488940945703 },
    rejected = { 5226249022593565220, 5453592704993133684,
      1642598582920946618 },
    permutation = { 3, 9, 8, 1, 2, 7, 5, 6, 4, 10 },
    split = { [""] = "2ff5bc5753c0fa72", a = "5e380e203e0109cc",
      ["layer 12"] = "3844f2778750e4eb",
      ["layer 12, weights"] = "d3dcd45c91854b83", [7] = "d53e8e3dd9c2c303",
      [-7] = "3dcede0a214819f9", [0] = "9807e02220439b04" },
  },
  [-1] = {
    normal64 = { 1.4785186758104725, 1.6700148489165694,
      -1.1080786643157801, -1.1030635092118883, -1.0576159855256249,
      -0.74055207367287845 },
    normal32 = { 1.09859574, 0.632302245, 0.645859967, 0.729511066,
      -0.590948333, 2.0555517 },
    uniform64 = { 0.083118869328829836, 0.13466801369145887,
      0.2945537688447033 },
    uniform32 = { 0.447822034, 0.083118856, 0.622096062, 0.134667993,
      0.101544678 },
    dice = { 6, 4, 5, 3, 5, 3, 1, 6, 5, 5, 3, 1 },
    wide = { 1533272510205032201, 5433557989824845073 },
    rejected = { 1098181313587991169, 5643553988152381459,
      581288031838805996 },
    permutation = { 6, 9, 4, 8, 10, 7, 5, 3, 1, 2 },
    split = { [""] = "39482252e11f364a", a = "5c487d50b5ee5b6b",
      ["layer 12"] = "45865b255b931eb1",
      ["layer 12, weights"] = "9221887fb17d0748", [7] = "7feeca0e4db0f39d",
      [-7] = "99e8c9d60cb8d391", [0] = "34111be33cb754d5" },
  },
}

describe("the first draws of a seed", function()
  for seed, expected in pairs(golden) do
    local function same(name, tolerance, actual)
      assert.are.equal(#expected[name], #actual)
      for i, x in ipairs(expected[name]) do near(x, actual[i], tolerance) end
    end

    it(("are the golden normals, seed %d"):format(seed), function()
      local wide = ortho.rng(seed):normal(2, 3, { precision = "float64" })
      local single = ortho.rng(seed):normal(2, 3, { precision = "float32" })
      same("normal64", 1e-15, elements(wide))
      same("normal32", 5e-7, elements(single))
    end)

    it(("are the golden uniforms, seed %d"):format(seed), function()
      local wide = ortho.rng(seed):uniform(3, 1, { precision = "float64" })
      local single = ortho.rng(seed):uniform(1, 5, { precision = "float32" })
      same("uniform64", 0, elements(wide))
      same("uniform32", 1e-8, elements(single))
    end)

    it(("are the golden integers, seed %d"):format(seed), function()
      local function draws(n, low, high)
        local r, list = ortho.rng(seed), {}
        for i = 1, n do list[i] = r:integer(low, high) end
        return list
      end
      assert.are.same(expected.dice, draws(12, 1, 6))
      assert.are.same(expected.wide,
        draws(2, math.mininteger, math.maxinteger))
      local r = ortho.rng(seed)
      for _ = 1, 2 do r:integer(math.mininteger, math.maxinteger) end
      for _, x in ipairs(expected.rejected) do
        assert.are.equal(x, r:integer(0, 3 << 61))
      end
    end)

    it(("are the golden permutation, seed %d"):format(seed), function()
      assert.are.same(expected.permutation, ortho.rng(seed):permutation(10))
    end)

    it(("split into the golden keys, seed %d"):format(seed), function()
      for name, key in pairs(expected.split) do
        local text = tostring(ortho.rng(seed):split(name))
        assert.is_truthy(text:find("0x" .. key, 1, true), text)
      end
    end)
  end
end)

describe("a generator", function()
  it("gives the same numbers again for the same seed", function()
    local a, b = ortho.rng(7):normal(3, 4), ortho.rng(7):normal(3, 4)
    assert.are.same(elements(a), elements(b))
    assert.are_not.same(elements(a), elements(ortho.rng(8):normal(3, 4)))
  end)

  it("gives new numbers at each call", function()
    local r = ortho.rng(7)
    assert.are_not.same(elements(r:normal(3, 4)), elements(r:normal(3, 4)))
  end)

  it("takes any 64-bit seed, and a float that is whole", function()
    for _, seed in ipairs { math.mininteger, math.maxinteger, -1, 0 } do
      assert.are.equal(ortho.rng(seed), ortho.rng(seed))
    end
    assert.are.equal(ortho.rng(3), ortho.rng(3.0))
    assert.are_not.equal(ortho.rng(3), ortho.rng(-3))
  end)

  it("refuses other seeds and says what came", function()
    refuses("seed must be a whole number, not 1.5", ortho.rng, 1.5)
    refuses("seed must be a whole number, not %-?nan", ortho.rng, 0 / 0)
    refuses("seed must be a whole number, not 1e%+19", ortho.rng, 1e19)
    refuses("not the string '12'", ortho.rng, "12")
    refuses("not nothing", ortho.rng)
    refuses("not table", ortho.rng, {})
  end)

  it("prints its key and position", function()
    assert.are.equal("rng: Philox 4x32-10, key 0x2a, next block 0",
      tostring(ortho.rng(42)))
  end)

  it("goes on from a copy as from itself", function()
    local r = ortho.rng(1)
    r:normal(5, 5)
    local copy = r:copy()
    assert.are.equal(r, copy)
    assert.are.equal(r:uniform(), copy:uniform())
    r:uniform()
    assert.are_not.equal(r, copy)
  end)

  it("knows nothing of a spare normal: odd sizes start afresh", function()
    local r = ortho.rng(1)
    r:normal(3, 1, { precision = "float64" }) -- 2 blocks of 2 numbers
    local after = r:normal(2, 1, { precision = "float64" })
    local all = ortho.rng(1):normal(6, 1, { precision = "float64" })
    assert.are.equal(all:get(5, 1), after:get(1, 1))
    assert.are.equal(all:get(6, 1), after:get(2, 1))
  end)
end)

describe("normal and uniform", function()
  it("shift and scale the same draws", function()
    for _, p in ipairs { "float32", "float64" } do
      local eps = p == "float32" and 2 ^ -23 or 2 ^ -52
      local z = elements(ortho.rng(5):normal(50, 3, { precision = p }))
      local x = elements(ortho.rng(5):normal(50, 3,
        { mean = 10, std = 0.5, precision = p }))
      for i = 1, #z do near(10 + 0.5 * z[i], x[i], 2 * eps) end
      local u = elements(ortho.rng(5):uniform(50, 3, { precision = p }))
      local v = elements(ortho.rng(5):uniform(50, 3,
        { low = -1, high = 3, precision = p }))
      for i = 1, #u do near(-1 + 4 * u[i], v[i], 4 * eps) end
    end
  end)

  it("take no numbers for an empty matrix", function()
    local r = ortho.rng(5)
    assert.are.equal(0, r:normal(0, 3):rows())
    assert.are.equal(0, r:uniform(3, 0):cols())
    assert.are.equal(ortho.rng(5), r)
  end)

  it("give one number where no size is asked for", function()
    local r, s = ortho.rng(5), ortho.rng(5)
    local p = { precision = "float64" }
    assert.are.equal(s:normal(1, 1, p):get(1, 1), r:normal())
    assert.are.equal(s:uniform(1, 1, p):get(1, 1), r:uniform())
  end)

  it("follow the run's precision unless told", function()
    assert.are.equal("float64", ortho.rng(1):normal(2, 2):precision())
    assert.are.equal("float32",
      ortho.rng(1):normal(2, 2, { precision = "float32" }):precision())
  end)

  it("give the mean alone for std 0", function()
    for _, x in ipairs(elements(ortho.rng(1):normal(3, 3,
      { mean = 2.5, std = 0 }))) do
      assert.are.equal(2.5, x)
    end
  end)

  it("refuse bad options and name them", function()
    local r = ortho.rng(1)
    local before = r:copy()
    refuses("rng:normal: std must be at least 0, not %-1",
      r.normal, r, 2, 2, { std = -1 })
    refuses("std must be finite", r.normal, r, 2, 2, { std = 0 / 0 })
    refuses("mean must be finite", r.normal, r, 2, 2, { mean = 1 / 0 })
    refuses("std must be a number, not the string '1'",
      r.normal, r, 2, 2, { std = "1" })
    refuses("unknown option 'sdt' %(did you mean 'std'",
      r.normal, r, 2, 2, { sdt = 1 })
    refuses("overflows float32",
      r.normal, r, 2, 2, { std = 1e38, precision = "float32" })
    refuses("low must be less than high, not 1.0 and 1.0",
      r.uniform, r, 2, 2, { low = 1, high = 1 })
    refuses("same number, or too far apart, in float32", r.uniform, r, 2, 2,
      { low = 1, high = 1 + 1e-9, precision = "float32" })
    refuses("too far apart, in float64", r.uniform, r, 2, 2,
      { low = -1.7e308, high = 1.7e308 })
    refuses("high must be finite", r.uniform, r, 2, 2, { high = 0 / 0 })
    assert.are.equal(before, r)
  end)

  it("refuse bad sizes", function()
    local r = ortho.rng(1)
    refuses("rows is %-1, must be at least 0", r.normal, r, -1, 2)
    refuses("cols must be a whole number, not 1.5", r.normal, r, 1, 1.5)
    refuses("cols must be a whole number, not nothing", r.uniform, r, 2)
    refuses("rows must be a whole number, not the string '2'",
      r.uniform, r, "2", 2)
    refuses("too large", r.normal, r, 2 ^ 31 - 1, 2 ^ 31 - 1)
    refuses("options must be a table", r.normal, r, 2, 2, 2)
    refuses("rng:normal: self must be an rng, as from ortho.rng%(seed%), not 1",
      r.normal, 1, 2, 2)
  end)
end)

describe("integer and permutation", function()
  it("stay in their range, ends included", function()
    local r, seen = ortho.rng(3), {}
    for _ = 1, 200 do
      local x = r:integer(-2, 2)
      assert.are.equal("integer", math.type(x))
      seen[x] = true
    end
    for x = -2, 2 do assert.is_true(seen[x]) end
    assert.are.equal(9, r:integer(9, 9))
  end)

  it("holds each of 1..n once, for n = 0 too", function()
    local list = ortho.rng(3):permutation(1000)
    table.sort(list)
    for i = 1, 1000 do assert.are.equal(i, list[i]) end
    assert.are.same({}, ortho.rng(3):permutation(0))
    assert.are.same({ 1 }, ortho.rng(3):permutation(1))
  end)

  it("refuse what is no range", function()
    local r = ortho.rng(3)
    refuses("high is 1, must be at least 2", r.integer, r, 2, 1)
    refuses("low must be a whole number, not 0.5", r.integer, r, 0.5, 1)
    refuses("high must be a whole number, not nothing", r.integer, r, 1)
    refuses("n is %-1", r.permutation, r, -1)
    refuses("n must be a whole number", r.permutation, r, "5")
  end)
end)

describe("split", function()
  it("depends on key and name, not on what was drawn", function()
    local a, b = ortho.rng(9), ortho.rng(9)
    b:normal(10, 10)
    assert.are.equal(a:split("w"), b:split("w"))
    assert.are.equal(a:split(4), b:split(4))
    assert.are.equal(a:split(4), a:split(4.0))
  end)

  it("leaves the parent where it is", function()
    local r = ortho.rng(9)
    r:split("w")
    assert.are.equal(ortho.rng(9), r)
  end)

  it("tells apart names, numbers and their digits", function()
    local r, keys = ortho.rng(9), {}
    for _, name in ipairs { "", "\0", "a", "a\0", "b", "12", 12, -12,
      ("x"):rep(8), ("x"):rep(9), ("x"):rep(16), ("x"):rep(1000) } do
      local text = tostring(r:split(name))
      assert.is_nil(keys[text])
      keys[text] = true
    end
  end)

  it("splits again and again without meeting itself", function()
    local keys, n = {}, 0
    local root = ortho.rng(9)
    for i = 1, 100 do
      local child = root:split(i)
      for j = 1, 100 do
        local text = tostring(child:split(j))
        if not keys[text] then n = n + 1 end
        keys[text] = true
      end
    end
    assert.are.equal(10000, n)
  end)

  it("refuses other keys", function()
    local r = ortho.rng(9)
    refuses("key must be a whole number, not 1.5", r.split, r, 1.5)
    refuses("key must be a string or an integer, not table", r.split, r, {})
    refuses("key must be a string or an integer, not nothing", r.split, r)
  end)
end)
