-- samples_spec.lua: standardization and splits of data sets.
local ortho = require "orthorun"
local data, matrix = ortho.data, ortho.matrix

local raises = dofile("tests/support.lua").raises

-- 10 samples of 2 numbers; x(1, j) = y(1, j) = j.
local x = matrix { { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 },
  { 0, 1, 0, 1, 0, 1, 0, 1, 0, 1 } }
local y = x:row(1)

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
    local all = table.move(b.labels, 1, #b.labels, #a.labels + 1,
      table.move(a.labels, 1, #a.labels, 1, {}))
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
