-- journal_spec.lua: what a script has shown, for a report to gather.
local journal = require "orthorun.report.journal"

describe("the journal", function()
  local kept = journal.entries

  before_each(function() journal.entries = {} end)
  teardown(function() journal.entries = kept end)

  it("has its entries by kind, oldest first, with their titles", function()
    journal.add("table", "t1", "first")
    journal.add("plot", "p1")
    journal.add("table", "t2")
    local tables = journal.all "table"
    assert.equal("t1", tables[1].value)
    assert.equal("first", tables[1].title)
    assert.equal("t2", tables[2].value)
    assert.equal(1, #journal.all "plot")
    assert.same({}, journal.all "sweep")
  end)

  it("hears of tables that are printed and of plots that are made", function()
    local ortho = require "orthorun"
    local t = ortho.table.of({ "x" }, { { x = 1 }, { x = 2 } })
    local write = io.write
    io.write = function() end -- luacheck: ignore 122
    local ok, message = pcall(t.print, t, { title = "numbers" })
    io.write = write -- luacheck: ignore 122
    assert.is_true(ok, message)
    ortho.plot { data = t, x = "x", y = "x" }
    assert.equal(t, journal.all "table"[1].value.table)
    assert.equal("numbers", journal.all "table"[1].title)
    assert.equal(1, #journal.all "plot")
  end)

  it("lets the oldest go where there are very many", function()
    for i = 1, 250 do journal.add("table", i) end
    local tables = journal.all "table"
    assert.equal(200, #tables)
    assert.equal(51, tables[1].value)
    assert.equal(250, tables[200].value)
  end)
end)
