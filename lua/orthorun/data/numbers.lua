-- numbers: a block of binary numbers of a file into a matrix, with the file
-- held to the size that its header promises. Formats (idx, npy) stand on it.
local core = require "orthorun.core"

local numbers = {}

local function fail(who, path, text, ...)
  error(("%s: %s: %s"):format(who, path, text:format(...)), 0)
end
numbers.fail = fail

local function check_path(who, path)
  if type(path) ~= "string" then
    error(("%s: expected a file name, got a %s"):format(who, type(path)), 0)
  end
end

-- The first n bytes of a file (unpacked where gzipped), as a string.
function numbers.head(who, path, n)
  check_path(who, path)
  local bytes, message = core.file.head(path, n)
  return bytes or fail(who, path, "%s", message)
end

-- All of it.
function numbers.text(who, path)
  check_path(who, path)
  local bytes, message = core.file.read(path)
  return bytes or fail(who, path, "%s", message)
end

-- A header can promise more than memory holds: past a gibibyte, look at the
-- file before believing it.
local function check_promise(who, path, offset, expected)
  if expected < 1 << 30 then return end
  local size, message = core.file.size(path, offset + expected)
  if not size then fail(who, path, "%s", message) end
  if size - offset < expected then
    fail(who, path, "truncated: its header promises %d bytes of numbers, " ..
      "it has %d", expected, math.max(size - offset, 0))
  end
end

-- The bytes that the block's numbers have.
local function expected_bytes(who, path, block, size)
  local most = math.maxinteger >> 32
  if block.rows > most or block.cols > most then
    fail(who, path, "its header promises %d x %d numbers; a matrix has at " ..
      "most %d rows or columns", block.rows, block.cols, most)
  elseif 1.0 * block.rows * block.cols * size >= 2 ^ 62 then
    fail(who, path, "its header promises %d x %d numbers of %d bytes, more " ..
      "than any file has", block.rows, block.cols, size)
  end
  return block.rows * block.cols * size
end

-- The numbers behind `block.offset` as a matrix. block: offset, encoding
-- (NumPy's name, as "<f8"), rows, cols, by_rows, divisor, precision, partial
-- (true: more may follow). Raises on a file that is shorter or longer.
function numbers.load(who, path, block)
  local size = core.file.encoding_size(block.encoding)
  local expected = expected_bytes(who, path, block, size)
  check_promise(who, path, block.offset, expected)
  local matrix, found = core.file.load(path, block)
  if not matrix then fail(who, path, "%s", found) end
  if found < expected then
    fail(who, path, "truncated: expected %d bytes of numbers (%d x %d of " ..
      "%d), found %d", expected, block.rows, block.cols, size, found)
  elseif found > expected then
    fail(who, path, "expected %d bytes of numbers, but %d more follow",
      expected, found - expected)
  end
  return matrix
end

return numbers
