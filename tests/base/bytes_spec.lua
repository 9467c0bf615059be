-- bytes_spec.lua: records as bytes, and back, to the last bit.
local ortho = require "orthorun"
local bytes = require "orthorun.base.bytes"
local raises = dofile("tests/support.lua").raises

local function again(record) return bytes.decode(bytes.encode(record)) end

describe("a record as bytes", function()
  it("comes back as it was, kinds of numbers, too", function()
    local record = { whole = 3, float = 3.0, text = "a\0b\n", yes = true,
      no = false, empty = "", least = math.mininteger, small = 5e-324,
      list = { 1.5, 2.5 }, counts = { 1, 2, 3 }, none = {},
      mixed = { 1, 2.5, "x", true } }
    local back = again(record)
    assert.same(record, back)
    assert.equal("integer", math.type(back.whole))
    assert.equal("float", math.type(back.float))
    assert.equal("integer", math.type(back.counts[1]))
    assert.equal("integer", math.type(back.mixed[1]))
    assert.equal("float", math.type(back.mixed[2]))
  end)

  it("keeps NaN, infinities and the sign of zero", function()
    local back = again { x = { 0 / 0, 1 / 0, -1 / 0, -0.0 }, y = 0 / 0 }
    assert.is_true(back.x[1] ~= back.x[1] and back.y ~= back.y)
    assert.equal(math.huge, back.x[2])
    assert.equal(-math.huge, back.x[3])
    assert.equal(-math.huge, 1 / back.x[4])
  end)

  it("holds arrays of any length, in whole chunks or not", function()
    for _, n in ipairs { 1, 127, 128, 129, 1000 } do
      local floats, integers = {}, {}
      for i = 1, n do floats[i], integers[i] = i / 3, i end
      assert.same({ a = floats, b = integers },
        again { a = floats, b = integers })
    end
  end)

  it("is the same for the same record, whoever made it", function()
    local first, second = {}, {}
    for i = 1, 50 do first["k" .. i] = i end
    for i = 50, 1, -1 do second["k" .. i] = i end
    assert.equal(bytes.encode(first), bytes.encode(second))
    assert.equal(4, #bytes.encode {})
    -- the format, to the byte: files of results are read again years later
    assert.equal("\2\0\0\0" .. "\1\0\0\0a" .. "i\5\0\0\0\0\0\0\0" ..
      "\1\0\0\0b" .. "D\1\0\0\0\0\0\0\0\0\0\248\63",
      bytes.encode { a = 5, b = { 1.5 } })
  end)

  it("has no place for what is no number, text, boolean or array", function()
    local function refused(wanted, value)
      raises(wanted, bytes.encode, { v = value })
    end
    refused("'v' is a function", print)
    refused("'v' is an orthorun.matrix (return numbers:",
      ortho.matrix.eye(2))
    refused("'v' is an orthorun.rng, not", ortho.rng(1))
    refused("'v' is a nested table", setmetatable({}, {}))
    refused("'v' has a nested table at place 2", { 1, {} })
    refused("'v' is an array with holes: 3 places, 2 values", { 1, nil, 3 })
    refused("'v' is no array: it has the key x", { 1, x = 2 })
    refused("'v' is no array: it has the key 0", { [0] = 1 })
    refused("'v' is no array: it has the key 1.5", { [1.5] = 1 })
    raises("results go by name, as in {error = 0.1}; found the key 1",
      bytes.encode, { 5 })
  end)

  it("asks no metamethod of an array", function()
    local sly = setmetatable({ 1, 2 }, { __index = error, __len = error })
    raises("a nested table", bytes.encode, { v = sly })
  end)
end)

describe("damaged bytes", function()
  local good = bytes.encode { a = { 1.5, 2.5 }, b = "text", c = { 1, "x" } }

  it("raise, wherever they end", function()
    for n = 0, #good - 1 do
      assert.is_false((pcall(bytes.decode, good:sub(1, n))), n)
    end
    assert.is_true((pcall(bytes.decode, good)))
  end)

  it("raise or are another record, whichever byte is wrong", function()
    for i = 1, #good do
      for _, byte in ipairs { 0, 127, 255 } do
        local ok, record = pcall(bytes.decode, good:sub(1, i - 1) ..
          string.char(byte) .. good:sub(i + 1))
        assert.equal(ok and "table" or "string", type(record))
      end
    end
    raises("a result that this version cannot read", bytes.decode,
      "\1\0\0\0\1\0\0\0aZ")
  end)
end)
