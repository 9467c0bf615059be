-- export_spec.lua: a table as JSON and as a NumPy file.
local tabular = require "orthorun.table"
local export = require "orthorun.table.export"
local support = dofile("tests/support.lua")
local folder, raises = support.folder(), support.raises

local inf = math.huge

teardown(folder.remove)

local bytes_of = support.read

describe("a table as JSON", function()
  it("writes JSON that keeps NaN, infinities and the kind of numbers",
    function()
      local t = tabular.of({ "a", "b" }, { { a = 0 / 0, b = 'x"\n\1' },
        { a = -inf }, { a = 1.0, b = true }, { a = 3, b = "é" } })
      assert.are.equal('[{"a": "NaN", "b": "x\\"\\n\\u0001"},\n' ..
        '{"a": "-Infinity", "b": null},\n{"a": 1.0, "b": true},\n' ..
        '{"a": 3, "b": "é"}]\n', bytes_of(t:json(folder.path "t.json")))
    end)

  it("of no rows is an empty array", function()
    assert.are.equal("[]\n", export.json(tabular.new { "a" }))
  end)

  it("keeps every bit of a number", function()
    local t = tabular.of({ "x" }, { { x = 0.1 + 0.2 }, { x = 5e-324 },
      { x = math.mininteger }, { x = -0.0 } })
    assert.are.equal('[{"x": 0.30000000000000004},\n{"x": ' ..
      '4.94065645841247e-324},\n{"x": -9223372036854775808},\n' ..
      '{"x": -0.0}]\n', export.json(t))
  end)

  it("is written to a file, or says why it is not", function()
    raises("cannot write " .. folder.path "no/t.json",
      tabular.new({ "a" }).json, tabular.new { "a" }, folder.path "no/t.json")
  end)
end)

describe("a table as a NumPy file", function()
  it("writes a structured array as NumPy does", function()
    local t = tabular.of({ "d", "s", "x", "f" }, { { d = 1, s = "é", x = 0.5,
      f = true }, { d = -2, s = "ab", x = nil, f = false } })
    local bytes = bytes_of(t:npy(folder.path "t.npy"))
    assert.are.equal("\147NUMPY\1\0", bytes:sub(1, 8))
    local length = ("<I2"):unpack(bytes, 9)
    assert.are.equal(0, (10 + length) % 64)
    assert.are.equal("{'descr': [('d', '<i8'), ('s', '<U2'), ('x', '<f8'), " ..
      "('f', '|b1')], 'fortran_order': False, 'shape': (2,), }",
      (bytes:sub(11, 10 + length):gsub("%s+$", "")))
    local d, e, z, x, f = ("<i8 I4 I4 d c1"):unpack(bytes, 11 + length)
    assert.are.same({ 1, 233, 0, 0.5, "\1" }, { d, e, z, x, f })
    d, e, z, x, f = ("<i8 I4 I4 d c1"):unpack(bytes, 11 + length + 25)
    assert.are.same({ -2, 97, 98, "\0" }, { d, e, z, f })
    assert.is_true(x ~= x)
  end)

  it("has texts where a column mixes, and NaN where a number is missing",
    function()
      local t = tabular.of({ "m", "b", "i" }, { { m = 1, b = true, i = 1 },
        { m = "x", i = nil } })
      local bytes = export.npy(t)
      local length = ("<I2"):unpack(bytes, 9)
      assert.is_truthy(bytes:find("[('m', '<U1'), ('b', '<U4'), " ..
        "('i', '<f8')]", 1, true))
      -- a row: one code point, four, and a double
      local m, t1 = ("<I4 I4"):unpack(bytes, 11 + length)
      assert.are.same({ 49, 116 }, { m, t1 })
      local second = 11 + length + 4 + 16 + 8
      local x, none, _, _, _, missing = ("<I4 I4 I4 I4 I4 d"):unpack(bytes,
        second)
      assert.are.same({ 120, 0 }, { x, none })
      assert.is_true(missing ~= missing)
    end)

  it("takes names and texts that are no ASCII, or no UTF-8", function()
    local t = tabular.of({ "it's é" }, { { ["it's é"] = "\255\254" } })
    local bytes = export.npy(t)
    assert.is_truthy(bytes:find("('it\\x27s \\xc3\\xa9', '<U2')", 1, true))
    local a, b = ("<I4 I4"):unpack(bytes, #bytes - 7)
    assert.are.same({ 255, 254 }, { a, b })
  end)

  it("refuses a header that the format cannot hold", function()
    local columns = {}
    for i = 1, 4000 do columns[i] = "column_number_" .. i end
    raises("npy: too many columns", export.npy, tabular.new(columns))
  end)
end)
