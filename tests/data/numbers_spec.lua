-- numbers_spec.lua: a block of binary numbers of a file, and what is said
-- where the file is not what its header promised.
local numbers = require "orthorun.data.numbers"
local support = dofile("tests/support.lua")
local folder, raises = support.folder(), support.raises

teardown(folder.remove)

-- A block of little-endian doubles behind 4 bytes of header.
local function block(changes)
  local b = { offset = 4, encoding = "<f8", rows = 2, cols = 3 }
  for key, value in pairs(changes or {}) do b[key] = value end
  return b
end

local six = "head" .. string.pack("<dddddd", 1, 2, 3, 4, 5, 6)
local file = folder.write("six", six)

local function load(path, changes)
  return numbers.load("data.test", path, block(changes))
end

describe("numbers", function()
  it("come column by column, or row by row on request", function()
    assert.are.same({ { 1, 3, 5 }, { 2, 4, 6 } }, load(file):totable())
    assert.are.same({ { 1, 2, 3 }, { 4, 5, 6 } },
      load(file, { by_rows = true }):totable())
  end)

  it("are divided where bytes are scaled", function()
    local bytes = folder.write("bytes", "head\0\51\255")
    assert.are.same({ 0, 0.2, 1 }, load(bytes, { encoding = "|u1", rows = 1,
      divisor = 255 }):tolist())
  end)

  it("may be a part of the file only where that is said", function()
    assert.are.same({ 1, 2 },
      load(file, { cols = 1, partial = true }):tolist())
    raises("expected 16 bytes of numbers, but 32 more follow", load, file,
      { cols = 1 })
    raises("truncated: expected 64 bytes of numbers (2 x 4 of 8), found 48",
      load, file, { cols = 4 })
    raises("truncated", load, file, { cols = 4, partial = true })
  end)

  it("are not believed to be many before the file is looked at", function()
    raises("data.test: " .. file .. ": truncated: its header promises " ..
      "1073741824 bytes of numbers, it has 48", load, file,
      { rows = 1 << 13, cols = 1 << 14 })
    raises("promises 2147483648 x 1 numbers; a matrix has at most", load,
      file, { rows = 1 << 31, cols = 1 })
    raises("No such file", load, folder.path "none",
      { rows = 1 << 13, cols = 1 << 14 })
  end)

  it("name the file that cannot be read", function()
    raises("data.test: " .. folder.path "none", load, folder.path "none")
    raises("data.test: expected a file name, got a number", numbers.head,
      "data.test", 3, 1)
    raises("Is a directory", numbers.head, "data.test", folder.name, 1)
    assert.are.equal("head", numbers.head("data.test", file, 4))
    assert.are.equal(six, numbers.head("data.test", file, 1000))
  end)
end)
