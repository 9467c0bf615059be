-- columns_spec.lua: a table's named columns: rows chosen, grouped, added.
local tabular = require "orthorun.table"
local raises = dofile("tests/support.lua").raises

local function sample()
  return tabular.of({ "init", "seed", "x" }, {
    { init = "b", seed = 1, x = 4 }, { init = "a", seed = 1, x = 1 },
    { init = "b", seed = 2, x = 6 }, { init = "a", seed = 2, x = 3 } })
end

describe("a table of results", function()
  it("selects rows by value, by list and by function", function()
    assert.are.same({ 1, 3 }, sample():where { init = "a" }:column "x")
    assert.are.same({ 4, 6 }, sample():where { x = { 4, 6, 9 } }:column "x")
    assert.are.same({ 6 }, sample():where { x = function(x) return x > 4 end,
      init = "b" }:column "x")
    assert.are.equal(0, #sample():where { x = "4" })
  end)

  it("groups in the order of appearance, or of levels", function()
    local groups = sample():group { "init" }
    assert.are.equal("b", groups[1].key.init)
    assert.are.same({ 4, 6 }, groups[1].rows:column "x")
    local t = sample()
    t.levels.init = { "a", "b", "c" }
    assert.are.equal("a", t:group "init" [1].key.init)
    assert.are.same({ "a", "b" }, t:unique "init")
  end)

  it("tells numbers from texts in groups", function()
    local t = tabular.of({ "k" }, { { k = 1 }, { k = "1" }, { k = true },
      { k = "true" } })
    assert.are.equal(4, #t:group "k")
  end)

  it("adds a computed column and leaves the old table alone", function()
    local t = sample()
    assert.are.same({ 8, 2, 12, 6 },
      t:with("y", function(r) return 2 * r.x end):column "y")
    assert.are.same({ "init", "seed", "x" }, t:columns())
  end)

  it("names the nearest column", function()
    assert.has_error(function() sample():column "sead" end,
      "table: unknown column 'sead' (did you mean 'seed'? " ..
      "known: init, seed, x)")
    assert.has_error(function() sample():where { y = 1 } end,
      "table: unknown column 'y' (known: init, seed, x)")
    assert.has_error(function() sample():numbers "init" end,
      "table: column 'init' has a string in row 1, not a number")
  end)

  it("has rows of columns that it knows", function()
    local t = tabular.new { "a", "b" }
    t:append { a = 1 }
    t:append { b = "x" }
    assert.are.equal(2, #t)
    assert.are.same({ b = "x" }, t:row(2))
    assert.are.same({ a = 1 }, t:row(1))
    assert.are.equal("table of 2 rows: a, b", tostring(t))
    raises("table: row 3 of 2", t.row, t, 3)
    raises("table: row 1.0 of 2", t.row, t, 1.0)
    raises("unknown column 'c'", t.append, t, { c = 1 })
    raises("a record must be a table, not number", t.append, t, 3)
    assert.are.equal(2, #t)
  end)

  it("hands out copies: what is changed there changes nothing here",
    function()
      local t = sample()
      t:column "x"[1] = 99
      t:columns()[1] = "other"
      t:row(1).x = 99
      assert.are.same({ 4, 1, 6, 3 }, t:column "x")
      assert.are.same({ "init", "seed", "x" }, t:columns())
    end)

  it("walks its rows in order", function()
    local seen = {}
    for i, record in sample():rows() do seen[i] = record.x end
    assert.are.same({ 4, 1, 6, 3 }, seen)
    for _ in tabular.new({ "a" }):rows() do error "no rows are there" end
  end)

  it("selects columns, in the order asked for", function()
    local t = sample():select { "x", "init" }
    assert.are.same({ "x", "init" }, t:columns())
    assert.are.same({ x = 4, init = "b" }, t:row(1))
    raises("unknown column 'inti' (did you mean 'init'?", t.select, t,
      { "inti" })
  end)

  it("takes a column from an array, of as many values as rows", function()
    local t = sample():with("x", { 1, 2, 3, 4 })
    assert.are.same({ 1, 2, 3, 4 }, t:column "x")
    raises("3 values for a column of 4 rows", t.with, t, "y", { 1, 2, 3 })
    raises("with: column y needs a function or an array, not the number 3",
      t.with, t, "y", 3)
  end)

  it("has groups in the order of two columns' levels", function()
    local t, seen = sample(), {}
    t.levels.init = { "a", "b" }
    for i, g in ipairs(t:group { "seed", "init" }) do
      seen[i] = g.key.seed .. g.key.init
    end
    assert.are.same({ "1a", "1b", "2a", "2b" }, seen)
    assert.are.equal(1, #t:group {})
    assert.are.equal(0, #t:where({ x = 99 }):group "init")
  end)

  it("keeps rows without a value apart in groups", function()
    local t = tabular.of({ "k", "x" }, { { x = 1 }, { k = 1, x = 2 },
      { x = 3 } })
    local groups = t:group "k"
    assert.are.equal(2, #groups)
    assert.are.same({ 1, 3 }, groups[1].rows:column "x")
    assert.are.same({ 1 }, t:unique "k")
  end)

  it("refuses what is no list of names, or names one twice", function()
    raises("columns must be an array of names, not string", tabular.new, "a")
    raises("column 1 is named by a number", tabular.new, { 1 })
    raises("column 'a' is there twice", tabular.new, { "a", "a" })
    raises("records must be an array of tables, not nil", tabular.of, { "a" })
    raises("the conditions must be a table, not the string 'a'",
      sample().where, sample(), "a")
  end)
end)
