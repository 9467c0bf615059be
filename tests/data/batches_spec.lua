-- batches_spec.lua: minibatches, and the gathering of their columns.
local ortho = require "orthorun"
local data, matrix = ortho.data, ortho.matrix

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
    try("label of sample 2 is the string 'a', must be", { y = { 1, "a" } })
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
