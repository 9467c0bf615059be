-- axis_spec.lua: what an axis shows, where values lie on it, and its ticks.
local axis = require "orthorun.plot.axis"
local tabular = require "orthorun.table"
local raises = dofile("tests/support.lua").raises

describe("an axis", function()
  it("counts what it cannot show, by why", function()
    local t, tally = tabular.new { "x" }, axis.tally()
    for _, x in ipairs { 1, 0, -1, 0 / 0, 1 / 0, 2 } do t:append { x = x } end
    assert.same({ 1, 0, -1, 1 / 0, 2 }, axis.numbers(t, "x", tally, true))
    assert.same({ total = 6, zero = 1, nan = 1, infinite = 1, negative = 1,
      outside = 0 }, tally)
    assert.equal("off the axis: 1 zero, 1 NaN, 1 infinite, 1 negative of 6 " ..
      "values", axis.tally_text(tally))
    assert.is_nil(axis.tally_text(axis.tally()))
    tally = axis.tally()
    tally.zero, tally.nan, tally.total = 6, 2, 9
    assert.equal("off the axis: 6 zeros, 2 NaN of 9 values", axis.tally_text(tally))
    assert.same({ 1, 0, -1, 2 }, axis.finite(t, "x", axis.tally()))
  end)

  it("counts -Inf as a zero where values are logarithms", function()
    local t, tally = tabular.of({ "x" }, { { x = -1 / 0 } }), axis.tally()
    axis.numbers(t, "x", tally, false, true)
    assert.equal(1, tally.zero)
    assert.equal(0, tally.infinite)
  end)

  it("has places from 0 to 1, and back", function()
    for _, log in ipairs { false, true } do
      local a = { low = 1, high = 100, log = log }
      assert.near(0, axis.share_of(a, 1), 1e-15)
      assert.near(1, axis.share_of(a, 100), 1e-15)
      assert.near(log and 0.5 or 9 / 99, axis.share_of(a, 10), 1e-15)
      assert.near(10, axis.value_at(a, axis.share_of(a, 10)), 1e-13)
    end
  end)

  it("leaves room around the data, and has a length in any case", function()
    local a = { low = 0, high = 10 }
    axis.pad(a, 0.1)
    assert.same({ low = -1, high = 11 }, a)
    a = { low = 10, high = 1000, log = true }
    axis.pad(a, 0.5)
    assert.same({ low = 1, high = 10000, log = true }, a)
    a = { low = 0, high = 10, floor = 0 }
    axis.pad(a, 0.1)
    assert.equal(0, a.low)
    for _, empty in ipairs { {}, { log = true }, { low = 3, high = 3 },
      { low = 0, high = 0 }, { low = 2, high = 2, log = true } } do
      axis.pad(empty, 0.1)
      assert.is_true(empty.low < empty.high)
      assert.is_true(not empty.log or empty.low > 0)
    end
  end)

  it("is shared: the longest ends of all", function()
    local a, b, empty = { low = 1, high = 2 }, { low = 0, high = 1.5 }, {}
    axis.share { a, b, empty }
    for _, each in ipairs { a, b, empty } do
      assert.same({ low = 0, high = 2 }, each)
    end
  end)

  it("has texts at 1, 2, ..., by their labels", function()
    local t = tabular.of({ "k" }, { { k = "b" }, { k = "a" } })
    local a, place = axis.of({ data = t, x = "k", labels = { a = "A" } }, "x")
    assert.same({ "b", "A" }, a.names)
    assert.equal(2, place "a")
    raises("plot: log_x is logarithmic, but 'k' holds texts", axis.of,
      { data = t, x = "k", log_x = true }, "x")
  end)

  it("knows whole numbers, and what was swept", function()
    local t = tabular.new { "n", "x", "none" }
    for i = 1, 100 do t:append { n = i % 5 == 0 and 0 / 0 or i, x = i / 4 } end
    assert.is_true(axis.is_whole(t, "n"))
    assert.is_false(axis.is_whole(t, "x"))
    assert.is_false(axis.is_whole(t, "none"))
    local few = tabular.of({ "n" }, { { n = 8 }, { n = 2 }, { n = 8 } })
    assert.same({ 2, 8 }, axis.of({ data = few, x = "n" }, "x").swept)
    assert.is_nil(axis.of({ data = t, x = "n" }, "x").swept) -- too many
  end)

  it("has steps of 1, 2 and 5", function()
    assert.equal(5, axis.nice(3))
    assert.equal(1000, axis.nice(501))
  end)
end)
