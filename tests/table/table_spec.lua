-- table_spec.lua: tables to CSV and to the screen, and paragraphs beside them.
local csv = require "orthorun.base.csv"
local tabular = require "orthorun.table"
local support = dofile("tests/support.lua")
local folder, raises = support.folder(), support.raises

local inf = math.huge

teardown(folder.remove)

local function sample()
  return tabular.of({ "init", "seed", "x" }, {
    { init = "b", seed = 1, x = 4 }, { init = "a", seed = 1, x = 1 },
    { init = "b", seed = 2, x = 6 }, { init = "a", seed = 2, x = 3 } })
end

describe("a table of results", function()
  it("keeps every number, NaN, infinity and text through CSV", function()
    local t = tabular.of({ "a", "b" }, { { a = 0.1, b = 'say "hi", x' },
      { a = 0 / 0, b = "two\nlines" }, { a = -inf }, { a = 1e-320 },
      { a = 123456789012345678, b = true } })
    local text = t:tocsv()
    assert.are.equal('a,b\n0.1,"say ""hi"", x"\nnan,"two\nlines"\n-inf,\n' ..
      "9.99988867182683e-321,\n123456789012345678,true\n", text)
    local read = {}
    for fields in csv.records(text) do read[#read + 1] = fields end
    assert.are.equal('say "hi", x', read[2][2])
    assert.are.equal("two\nlines", read[3][2])
    assert.are.equal(1e-320, csv.tonumber(read[5][1]))
  end)

  it("writes its CSV to a file, or says why it cannot", function()
    local path = folder.path "t.csv"
    assert.are.equal(path, sample():csv(path))
    assert.are.equal(sample():tocsv(), folder.read "t.csv")
    raises("cannot write " .. folder.path "no/t.csv", sample().csv, sample(),
      folder.path "no/t.csv")
  end)
end)

describe("table.count and table.number", function()
  it("say one and several", function()
    assert.equal("1 seed", tabular.count(1, "seed"))
    assert.equal("3 seeds", tabular.count(3, "seed"))
    assert.has_error(function() tabular.count(1.5, "seed") end)
  end)

  it("print no sign of what is no number", function()
    for _, x in ipairs { 0 / 0, -(0 / 0) } do
      assert.equal("nan", tabular.number(x))
      assert.equal("nan", tabular.number(x, "%.3f"))
      assert.equal("     nan", tabular.number(x, "%8.3f"))
    end
    assert.equal("-2.50", tabular.number(-2.5, "%.2f"))
    assert.equal("0.3333", tabular.number(1 / 3))
    assert.has_error(function() tabular.number "1" end)
  end)
end)

describe("table.paragraph", function()
  it("breaks lines between words", function()
    assert.are.equal("one two\nthree", tabular.paragraph("one  two\nthree", 8))
    assert.are.equal("", tabular.paragraph "")
    assert.are.equal("a\nlong-word\nb", tabular.paragraph("a long-word b", 4))
    assert.are.equal("long-word", tabular.paragraph("long-word", 4))
    for line in tabular.paragraph(("word "):rep(60)):gmatch "[^\n]+" do
      assert.is_true(#line <= 79)
    end
  end)

  it("refuses what is no text", function()
    raises("a text and a whole number are needed, not the number 3",
      tabular.paragraph, 3)
    raises("not the string 'a' and the number 2.5", tabular.paragraph, "a",
      2.5)
  end)
end)
