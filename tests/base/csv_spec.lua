-- csv_spec.lua: comma separated text, RFC 4180, to and from Lua.
local csv = require "orthorun.base.csv"

-- The records of a text; the line and the message of a broken one.
local function records(text)
  local list, lines = {}, {}
  for fields, line, message in csv.records(text) do
    if not fields then return list, line, message end
    list[#list + 1], lines[#lines + 1] = fields, line
  end
  return list, lines
end

describe("a number's text", function()
  it("is the shortest that reads back as the same number", function()
    assert.equal("0.1", csv.number(0.1))
    assert.equal("0.30000000000000004", csv.number(0.1 + 0.2))
    assert.equal("0.1234567890123456", csv.number(0.1234567890123456))
    assert.equal("1", csv.number(1.0))
    assert.equal("1", csv.number(1))
    assert.equal("-9223372036854775808", csv.number(math.mininteger))
    assert.equal("1e+300", csv.number(1e300))
    assert.equal("-0", csv.number(-0.0))
  end)

  it("is exact for all of a thousand doubles", function()
    local state = 12345
    for _ = 1, 1000 do
      state = state * 6364136223846793005 + 1442695040888963407
      local x = string.unpack("d", string.pack("i8", state))
      if x - x == 0 then
        assert.equal(x, tonumber(csv.number(x)))
        assert.equal(x, csv.tonumber(csv.number(x)))
      end
    end
  end)

  it("is NumPy's for what is not finite", function()
    assert.equal("nan", csv.number(0 / 0))
    assert.equal("inf", csv.number(math.huge))
    assert.equal("-inf", csv.number(-math.huge))
  end)
end)

describe("a text's number", function()
  it("is decimal, NaN or infinite in any spelling", function()
    assert.equal(-2.5, csv.tonumber "-2.5")
    assert.equal(1000, csv.tonumber " 1e3 ")
    assert.equal("integer", math.type(csv.tonumber "3"))
    assert.equal(math.huge, csv.tonumber "Infinity")
    assert.equal(-math.huge, csv.tonumber " -INF ")
    for _, nan in ipairs { "nan", "NaN", "-nan", "NA" } do
      assert.is_true(csv.tonumber(nan) ~= csv.tonumber(nan), nan)
    end
  end)

  it("is none where there is none", function()
    for _, text in ipairs { "", " ", "abc", "1,5", "0x10", "0X1p3", "1e",
      "infinite", "--1", "1 2" } do
      assert.is_nil(csv.tonumber(text), text)
    end
  end)
end)

describe("a field", function()
  it("is quoted where it must be", function()
    assert.equal("plain", csv.field "plain")
    assert.equal('"a,b"', csv.field "a,b")
    assert.equal('"say ""hi"""', csv.field 'say "hi"')
    assert.equal('"two\nlines"', csv.field "two\nlines")
    assert.equal('" edge"', csv.field " edge")
    assert.equal('"edge\t"', csv.field "edge\t")
    assert.equal("", csv.field(nil))
    assert.equal("true", csv.field(true))
  end)

  it("stands in a line, also where values are missing", function()
    assert.equal("1,,3\n", csv.line({ 1, nil, 3 }, 3))
    assert.equal("a\n", csv.line { "a" })
    assert.equal("nan", csv.plain(0 / 0))
    assert.equal("false", csv.plain(false))
  end)
end)

describe("records", function()
  it("come with the number of their first line", function()
    local list, lines = records "a,b\n\n1,2\r\n\"x\ny\",3\r4,5"
    assert.same({ { "a", "b" }, { "1", "2" }, { "x\ny", "3" }, { "4", "5" } },
      list)
    assert.same({ 1, 3, 4, 6 }, lines)
  end)

  it("are read back as they were written", function()
    local values = { "a,b", 'q"q', "l\nl", " s", "", "é", "\r\n" }
    local list = records(csv.line(values))
    assert.same({ values }, list)
  end)

  it("may have empty fields, and a byte order mark before them", function()
    assert.same({ { "", "" }, { "a", "" } }, (records "\239\187\191,\na,\n"))
    assert.same({ { "", "x" } }, (records '"",x'))
    assert.same({}, (records ""))
    assert.same({}, (records "\n\r\n\n"))
  end)

  it("end at a broken quote, whose line is named", function()
    local list, line, message = records 'a\n"b\nc'
    assert.same({ { "a" } }, list)
    assert.equal(2, line)
    assert.equal("a quoted field never ends", message)
    list, line, message = records '"a\nb" c\nd'
    assert.same({}, list)
    assert.equal(1, line)
    assert.equal("text behind a closing quote", message)
  end)

  it("have quotes only where a field begins", function()
    assert.same({ { 'a"b', "c" } }, (records 'a"b,c\n'))
  end)
end)
