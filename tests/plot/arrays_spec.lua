-- arrays_spec.lua: ortho.plot(x, y) of plain arrays and matrices.
local ortho = require "orthorun"
local arrays = require "orthorun.plot.arrays"
local raises = dofile("tests/support.lua").raises

local function points(...)
  local t = arrays.spec(...).data
  return t:column "x", t:column "y", t:column "column"
end

describe("ortho.plot(x, y)", function()
  it("draws arrays, and matrices of one row or column", function()
    local column = ortho.matrix { { 3 }, { 4 }, { 8 } }
    for _, y in ipairs { { 3, 4, 8 }, column, column:t() } do
      local xs, ys = points({ 1, 2, 5 }, y)
      assert.same({ 1, 2, 5 }, xs)
      assert.same({ 3, 4, 8 }, ys)
    end
    assert.is_truthy(ortho.plot({ 1, 2, 5 }, column:col(1), { title = "one" })
      :totext():find("one", 1, true))
  end)

  it("draws y alone over 1, 2, ..., and a curve for each column", function()
    assert.same({ 1, 2 }, (points { 7, 9 }))
    local xs, ys, columns = points(ortho.matrix { { 1, 10 }, { 2, 20 } })
    assert.same({ 1, 2, 1, 2 }, xs)
    assert.same({ 1, 2, 10, 20 }, ys)
    assert.same({ 1, 1, 2, 2 }, columns)
    assert.equal("t", arrays.spec({ 7, 9 }, { title = "t" }).title)
  end)

  it("says what is wrong", function()
    raises("plot: x has 2 values, y has 3", ortho.plot, { 1, 2 }, { 1, 2, 3 })
    raises("plot: y[2] must be a number, not the string 'a'", ortho.plot,
      { 1, 2 }, { 1, "a" })
    raises("plot: y must be an array of numbers or a matrix, not the number 3",
      ortho.plot, { 1, 2 }, 3)
    raises("plot: x has 2 columns, must have one", ortho.plot,
      ortho.matrix.zeros(3, 2), { 1, 2, 3 })
    raises("plot: unknown option 'titel' (did you mean 'title'?", ortho.plot,
      { 1 }, { 1 }, { titel = "x" })
    raises("plot: options must be a table", ortho.plot, { 1 }, { 1 }, 3)
  end)
end)
