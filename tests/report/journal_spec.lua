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

  it("joins what is printed, up to the next table", function()
    local events = require "orthorun.base.events"
    for _, text in ipairs { "a", "b\n" } do events.tell("printed", text) end
    journal.add("table", "t")
    events.tell("printed", "c")
    local list = journal.all "printed"
    assert.equal(2, #list)
    assert.equal("ab\n", tostring(list[1].value))
    assert.equal("c", tostring(list[2].value))
  end)

  it("keeps the beginning and the end of a long print", function()
    local events = require "orthorun.base.events"
    for i = 1, 200000 do events.tell("printed", ("line %d\n"):format(i)) end
    local text = tostring(journal.all "printed"[1].value)
    assert.is_true(#text < 110000)
    assert.matches("^line 1\nline 2\n", text)
    assert.matches("\nline 199999\nline 200000\n$", text)
    local left_out = tonumber(text:match "\n%.%.%. (%d+) bytes are left out")
    local whole = 0
    for i = 1, 200000 do whole = whole + #("line %d\n"):format(i) end
    assert.equal(whole, left_out + #text:gsub("\n%.%.%. %d+ [^\n]*\n", ""))
  end)

  it("lets no sweep go for what is printed", function()
    journal.add("sweep", "s")
    for i = 1, 500 do
      journal.add("table", i)
      journal.add("text", i)
    end
    assert.equal("s", journal.all "sweep"[1].value)
  end)
end)
