-- records_spec.lua: what trials returned as a table of columns. Results files
-- as they are after runs: store_spec.lua and run_spec.lua.
local ortho = require "orthorun"
local records = require "orthorun.sweep.records"
local support = dofile("tests/support.lua")
local folder, raises = support.folder(), support.raises

teardown(folder.remove)

local function layout(changes)
  local l = { index = "layer", grid = { "depth" }, params = { "width" },
    levels = { depth = { 2, 1 } } }
  for key, value in pairs(changes or {}) do l[key] = value end
  return l
end

-- The table of trials {depth, results}, all of width 8.
local function gather(trials, changes)
  local list = {}
  for i, trial in ipairs(trials) do
    local p = { depth = trial[1], width = 8 }
    list[i] = { p, records.encode("layer", p, trial[2]) }
  end
  return records.gather(layout(changes), list)
end

describe("records", function()
  it("have a row per trial: grid, parameters, results by name", function()
    local t = gather { { 1, { y = 10, x = "a" } }, { 2, { y = 20 } } }
    assert.are.same({ "depth", "width", "x", "y" }, t:columns())
    assert.are.same({ depth = 1, width = 8, x = "a", y = 10 }, t:row(1))
    assert.are.same({ depth = 2, width = 8, y = 20 }, t:row(2))
    assert.are.same({ 2, 1 }, t:unique "depth")
  end)

  it("have a row per place of arrays, single values beside each", function()
    local t, list = gather { { 2, { norm = { 1.5, 2.5 }, loss = 3 } },
      { 1, { norm = { 9.5 }, loss = 4 } } }
    assert.are.same({ 1, 2, 1 }, t:column "layer")
    assert.are.same({ 3, 3, 4 }, t:column "loss")
    assert.are.same({ 1.5, 2.5, 9.5 }, t:column "norm")
    assert.are.equal(2, list[1].rows)
    assert.are.equal(1, list[2].rows)
  end)

  it("of an empty array have no row", function()
    local t = gather { { 1, { norm = {} } }, { 2, { norm = { 1 } } } }
    assert.are.equal(1, #t)
    assert.are.equal(2, t:row(1).depth)
  end)

  it("of no trials are a table with the columns of the grid", function()
    local t = gather {}
    assert.are.equal(0, #t)
    assert.are.same({ "depth", "width" }, t:columns())
  end)

  it("do not change when what was returned is changed later", function()
    local out = { y = { 1, 2 } }
    local bytes = records.encode("layer", { depth = 1 }, out)
    out.y[1] = 99
    local t = records.gather(layout(), { { { depth = 1 }, bytes } })
    assert.are.same({ 1, 2 }, t:column "y")
  end)
end)

describe("what a trial returns", function()
  local function refused(wanted, out)
    raises(wanted, records.encode, "layer", { depth = 1 }, out)
  end

  it("is refused where it is no results", function()
    refused("must return a table of results, not nil", nil)
    refused("must return a table of results, not the number 3", 3)
    refused("result 'depth' has the name of a parameter", { depth = 1 })
    refused("'a' has 2 values but 'b' has 3", { a = { 1, 2 },
      b = { 1, 2, 3 } })
    refused("the result 'layer' has the name of the column that counts",
      { layer = 1, a = { 1 } })
  end)

  it("may have a column named as the index where nothing counts", function()
    assert.are.equal("string", type(records.encode("layer", { depth = 1 },
      { layer = 3 })))
  end)
end)

describe("opening", function()
  it("says what is no results file", function()
    raises("results: expected a file name, got a nil", records.open)
    raises("results: ", records.open, folder.path "none.db")
    raises("results: ", records.open, folder.write("text.db", "no database"))
    raises("results: ", records.open, folder.write("empty.db", ""))
  end)
end)

describe("a results table that a trial returned", function()
  local function tracked(...)
    return ortho.table.of({ "step", "layer", "index", "value" }, { ... })
  end

  it("has its own rows and columns, in their order, and no index", function()
    local t, list = gather { { 1, tracked({ step = 0, layer = 1, value = 5 },
      { step = 0, layer = 2, value = 6 }) },
      { 2, tracked { step = 9, layer = 1, value = 7 } } }
    assert.same({ "depth", "width", "step", "layer", "value" }, t:columns())
    assert.same({ 1, 1, 2 }, t:column "depth")
    assert.same({ 1, 2, 1 }, t:column "layer")
    assert.same({ 5, 6, 7 }, t:column "value")
    assert.equal(2, list[1].rows)
    assert.same({ 5, 6 }, list[1].out.value)
    assert.is_nil(list[1].out["\0columns"])
  end)

  it("may be empty, or stand beside other trials' arrays", function()
    local t = gather { { 1, tracked() }, { 2, tracked { step = 1, value = 2 } } }
    assert.equal(1, #t)
    t = gather { { 1, tracked { step = 3, value = 2 } }, { 2, { value = { 8, 9 } } } }
    assert.same({ 2, 8, 9 }, t:column "value")
    assert.is_nil(t:row(1).layer)
    assert.equal(2, t:row(3).layer)
  end)

  it("has NaN where a number is missing; texts may not", function()
    local t = gather { { 1, tracked({ step = 0, value = 5 }, { step = 1 }) } }
    assert.is_true(t:column("value")[2] ~= t:column("value")[2])
    raises("trial: column 'a' of the table has no value in row 2", gather,
      { { 1, ortho.table.of({ "a", "b" }, { { a = "x", b = 1 }, { b = 2 } }) } })
  end)

  it("may have no column named like a parameter", function()
    raises("trial: the result 'depth' has the name of a parameter; t:select{...} " ..
      "leaves a column out", gather,
      { { 1, ortho.table.of({ "depth" }, { { depth = 3 } }) } })
  end)
end)
