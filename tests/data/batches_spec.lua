-- batches and samples: minibatches, teachers, standardization, splits, the
-- digits.
local ortho = require "orthorun"
local data, matrix, metric = ortho.data, ortho.matrix, ortho.metric

local raises = dofile("tests/support.lua").raises

-- 10 samples of 2 numbers; x(1, j) = y(1, j) = j.
local x = matrix { { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 },
  { 0, 1, 0, 1, 0, 1, 0, 1, 0, 1 } }
local y = x:row(1)

-- The samples of an epoch's batches: an array of arrays.
local function epoch(batches, e)
  local list = {}
  for bx, by in batches:epoch(e) do
    assert.same(bx:row(1):tolist(), by:tolist())
    list[#list + 1] = bx:row(1):tolist()
  end
  return list
end

local function flat(lists)
  local all = {}
  for _, list in ipairs(lists) do table.move(list, 1, #list, #all + 1, all) end
  return all
end

describe("data.batches", function()
  it("in order are views of the data, the last one short", function()
    local b = data.batches { x = x, y = y, size = 4, shuffle = false }
    assert.equal(3, #b)
    assert.same({ { 1, 2, 3, 4 }, { 5, 6, 7, 8 }, { 9, 10 } }, epoch(b, 1))
    local own = x:copy()
    local views = data.batches { x = own, y = y, size = 4, shuffle = false }
    own:set(1, 5, 55)
    assert.equal(55, views:get(2):get(1, 1))
    local whole = data.batches { x = x, y = y, size = 4, shuffle = false,
      drop_last = true }
    assert.same({ { 1, 2, 3, 4 }, { 5, 6, 7, 8 } }, epoch(whole, 1))
  end)

  it("shuffled are a permutation by rng and epoch alone", function()
    local function new(seed)
      return data.batches { x = x, y = y, size = 4, rng = ortho.rng(seed) }
    end
    local b = new(1)
    local first, second = epoch(b, 1), epoch(b, 2)
    assert.same(ortho.rng(1):split("shuffle"):split(1):permutation(10),
      flat(first))
    assert.same(first, epoch(b, 1))
    assert.same(second, epoch(new(1), 2))
    assert.is_false(table.concat(flat(first)) == table.concat(flat(second)))
    assert.is_false(table.concat(flat(first)) ==
      table.concat(flat(epoch(new(2), 1))))
    local sorted = flat(second)
    table.sort(sorted)
    assert.same(x:row(1):tolist(), sorted)
  end)

  it("of all samples need no generator; labels come as a row", function()
    local b = data.batches { x = x, y = { 1, 2, 3, 1, 2, 3, 1, 2, 3, 1 } }
    local bx, by = b:get(1)
    assert.is_true(bx == x)
    assert.equal("1 10", table.concat({ by:shape() }, " "))
    assert.equal(3, by:get(1, 3))
    assert.equal(1, #b)
  end)

  it("refuse what does not fit, and NaN unless told", function()
    local function try(pattern, o)
      o.x, o.y = o.x or x, o.y or y
      raises(pattern, data.batches, o)
    end
    try("the batch size is 11, but there are only 10 samples", { size = 11 })
    try("the batch size is -1", { size = -1 })
    try("the batch size is 2.5", { size = 2.5 })
    try("x has 10 samples, y has 3", { y = { 1, 2, 3 } })
    try("label of sample 2 is a, must be", { y = { 1, "a" } })
    try("shuffling needs rng=", { size = 2 })
    try("x must be a matrix", { x = 3 })
    try("y must be a matrix or an array", { y = 3 })
    try("did you mean 'size'", { sice = 3 })
    local bad = x:copy():set(2, 7, 0 / 0)
    try("data.batches: x has a NaN or Inf: row 2 of sample 7", { x = bad })
    assert.equal(1, #data.batches { x = bad, y = y, check = false })
  end)
end)

describe("A:gather", function()
  it("fills columns from a list, from any place on", function()
    local a = matrix.zeros(2, 3)
    a:gather(x, { 9, 1, 4, 2, 2 }, 3)
    assert.same({ 4, 2, 2 }, a:row(1):tolist())
    a:gather(x, { 9, 1, 4 })
    assert.same({ 9, 1, 4 }, a:row(1):tolist())
    a:sub(1, 2, 2, 3):gather(x, { 10, 10 })
    assert.same({ 9, 10, 10 }, a:row(1):tolist())
    assert.same({ 0, 1, 1 }, a:row(2):tolist())
  end)

  it("refuses indices and shapes that do not fit", function()
    local a = matrix.zeros(2, 3)
    raises("column is 11, must be 1 to 10 in a 2x10", a.gather, a, x,
      { 1, 2, 11 })
    raises("column is 0", a.gather, a, x, { 1, 2, 0 })
    raises("3 columns from place 2 on, of 3 indices", a.gather, a, x,
      { 1, 2, 3 }, 2)
    raises("columns of a 1x10", a.gather, a, y, { 1, 2, 3 })
    raises("float32", a.gather, a, x:to "float32", { 1, 2, 3 })
    raises("must be at least 1", a.gather, a, x, { 1, 2, 3 }, 0)
  end)
end)

describe("data.standardize", function()
  it("makes rows of mean 0 and variance 1, and does others likewise",
    function()
      local raw = ortho.rng(1):normal(3, 200) * 5 + 7
      local z, transform = data.standardize(raw)
      for i = 1, 3 do
        assert.is_near(0, z:row(i):mean(), 1e-14)
        assert.is_near(200, z:row(i):dot(z:row(i)), 1e-11)
      end
      local other = ortho.rng(2):normal(3, 4)
      local o = transform(other)
      assert.is_near((other:get(2, 3) - transform.mean:get(2, 1))
        / transform.std:get(2, 1), o:get(2, 3), 1e-15)
    end)

  it("turns constant rows into zeros", function()
    for _, precision in ipairs { "float64", "float32" } do
      local c = matrix({ { 0.1, 0.1, 0.1 }, { 0, 0, 0 }, { 1, 2, 3 } },
        { precision = precision })
      local z = data.standardize(c)
      assert.is_true(z:sub(1, 2, 1, 3):norm "max" < 1e-6)
      assert.is_near(1.5 ^ 0.5, z:get(3, 3), 1e-6)
    end
  end)

  it("refuses other shapes", function()
    local _, transform = data.standardize(x)
    raises("the transform is of 2 rows, got 1 rows", transform, y)
    raises("expected a matrix", data.standardize, { x = x })
    raises("x has no samples", data.standardize, matrix.zeros(3, 0))
  end)
end)

describe("data.split", function()
  local set = { x = x, y = y, labels = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 },
    classes = { "a" } }

  it("parts a set without loss or overlap", function()
    local a, b = data.split(set, { fraction = 0.7, rng = ortho.rng(1) })
    assert.equal(7, a.x:cols())
    assert.equal(3, b.x:cols())
    assert.same(a.x:row(1):tolist(), a.y:tolist())
    local all = flat { a.labels, b.labels }
    assert.same(ortho.rng(1):split("split"):permutation(10), all)
    assert.same(set.classes, b.classes)
  end)

  it("keeps the order without a generator; takes x and y, too", function()
    local a, b = data.split(x, y)
    assert.same({ 1, 2, 3, 4, 5, 6, 7, 8 }, a.y:tolist())
    assert.same({ 9, 10 }, b.x:row(1):tolist())
    local c = data.split(x, set.labels, { fraction = 0.5 })
    assert.same({ 1, 2, 3, 4, 5 }, c.labels)
  end)

  it("refuses empty sides", function()
    raises("0.01 of 10 samples leaves one side with none", data.split, set,
      { fraction = 0.01 })
    raises("fraction is 1", data.split, set, { fraction = 1 })
    raises("x has 10 samples, y has 2", data.split, x, { 1, 2 })
    raises("expected a set", data.split, 3)
  end)
end)

describe("data.teacher", function()
  it("is linear with given singular values and determinant", function()
    for _, det in ipairs { 1, -1 } do
      local s = data.teacher { inputs = 4, samples = 7, rng = ortho.rng(1),
        singular_values = { 1, 4, 2, 3 }, det = det }
      assert.is_near(24 * det, s.weight:det(), 1e-12)
      assert.is_true(s.y == s.weight * s.x)
    end
    local low = data.teacher { inputs = 5, outputs = 3, samples = 7,
      rng = ortho.rng(1), singular_values = { 2, 1 } }
    local found = metric.singular_values(low.weight)
    for i, v in ipairs { 2, 1, 0 } do assert.is_near(v, found[i], 1e-14) end
  end)

  it("takes W and x as they are, and adds noise", function()
    local W = matrix { { 1, 2 } }
    local s = data.teacher { x = x, weight = W }
    assert.is_true(s.y == W * x)
    local n = data.teacher { x = x, weight = W, noise = 0.5,
      rng = ortho.rng(1) }
    assert.is_near(0, (n.y - s.y - ortho.rng(1):split("noise"):normal(1, 10,
      { std = 0.5 })):norm(), 1e-14)
  end)

  it("is a network", function()
    local s = data.teacher { sizes = { 3, 5, 2 }, samples = 6,
      rng = ortho.rng(1), activation = "tanh", precision = "float32" }
    assert.is_true(s.net:forward(s.x) == s.y)
    assert.equal("float32", s.y:precision())
    local again = data.teacher { net = s.net, inputs = 3, samples = 6,
      rng = ortho.rng(1), distribution = "uniform", precision = "float32" }
    assert.is_true(again.x:min() >= 0 and again.x:max() < 1)
  end)

  it("draws N(0, 1/inputs) when nothing is said", function()
    local s = data.teacher { inputs = 400, outputs = 100, samples = 1,
      rng = ortho.rng(1) }
    assert.is_near(10, s.weight:norm(), 0.2)
  end)

  it("refuses what contradicts itself", function()
    local r = ortho.rng(1)
    raises("not both", data.teacher, { weight = x, sizes = { 3, 2 }, rng = r,
      samples = 1 })
    raises("5 singular values for a 3x4 matrix", data.teacher, { inputs = 4,
      outputs = 3, samples = 1, rng = r, singular_values = { 1, 1, 1, 1, 1 } })
    raises("det= needs as many singular values", data.teacher, { inputs = 4,
      samples = 1, rng = r, singular_values = { 1 }, det = 1 })
    raises("samples is nil", data.teacher, { inputs = 4, rng = r })
    raises("inputs is nil", data.teacher, { samples = 4, rng = r })
    raises("needs rng=", data.teacher, { samples = 4, inputs = 1 })
    raises("did you mean 'normal'", data.teacher, { samples = 4, inputs = 1,
      rng = r, distribution = "norml" })
  end)
end)

describe("data.digits", function()
  it("are the 1,797 of the UCI repository", function()
    local set = data.digits()
    assert.same({ 64, 1797 }, { set.x:shape() })
    assert.equal(1797, #set.labels)
    assert.same({ "0", "1", "2", "3", "4", "5", "6", "7", "8", "9" },
      set.classes)
    local counts = {}
    for _, label in ipairs(set.labels) do
      counts[label] = (counts[label] or 0) + 1
    end
    -- from the repository's description of the test set
    assert.same({ 178, 182, 177, 183, 181, 182, 181, 179, 174, 180 }, counts)
    assert.equal(1, set.x:max())
    assert.equal(0, set.x:min())
    assert.equal(561718, 16 * set.x:sum())
    assert.equal(5 / 16, set.x:get(3, 1))
    assert.is_true(data.load "digits".x == set.x)
    assert.equal(10, #data.digits { limit = 10 }.labels)
  end)
end)
