-- idx: the file format of MNIST and its kin: two zero bytes, a type, a rank,
-- big-endian sizes, then the numbers, the last index fastest. Gzipped or not.
local numbers = require "orthorun.data.numbers"

local idx = {}

local encodings = {
  [0x08] = "|u1", [0x09] = "|i1", [0x0B] = ">i2", [0x0C] = ">i4",
  [0x0D] = ">f4", [0x0E] = ">f8",
}

local who = "data.idx"

local function hex(bytes)
  return (bytes:gsub(".", function(c) return ("%02x "):format(c:byte()) end)
    :gsub(" $", ""))
end

-- encoding, sizes (an array), and where the numbers start
local function read_header(path)
  local head = numbers.head(who, path, 4 + 4 * 8)
  if #head < 4 then
    numbers.fail(who, path, "not an IDX file: it has %d bytes", #head)
  end
  local zero, kind, rank = string.unpack(">I2 B B", head)
  local encoding = encodings[kind]
  if zero ~= 0 or not encoding or rank < 1 or rank > 8 then
    numbers.fail(who, path, "not an IDX file: it starts with the bytes %s, " ..
      "expected 00 00, a type 08 to 0e and a rank 01 to 08",
      hex(head:sub(1, 4)))
  end
  if #head < 4 + 4 * rank then
    numbers.fail(who, path, "truncated: %d sizes expected in the header", rank)
  end
  local sizes = { string.unpack(">" .. ("I4"):rep(rank), head, 5) }
  sizes[rank + 1] = nil
  return encoding, sizes, 4 + 4 * rank
end

-- Reads an IDX file. One size (labels): a Lua array of its numbers. More
-- (images): a matrix with one sample per column, a sample's numbers in the
-- file's order. Options: scaled (bytes divided by 255; default true), limit
-- (only the first so many samples), precision.
function idx.read(path, options)
  local encoding, sizes, offset = read_header(path)
  local count, rows = sizes[1], 1
  for i = 2, #sizes do -- 1 << 31 is more than a matrix has: no wrapping
    rows = math.min(rows * sizes[i], 1 << 31)
  end
  local taken = math.min(count, options.limit or count)
  local images = #sizes > 1
  local scaled = images and encoding == "|u1" and options.scaled ~= false
  local precision = options.precision
  if not images then precision = "float64" end -- exact for any label
  local matrix = numbers.load(who, path, {
    offset = offset, encoding = encoding, rows = rows, cols = taken,
    divisor = scaled and 255 or 1, partial = taken < count,
    precision = precision,
  })
  if images then return matrix end
  local list = matrix:tolist()
  if encoding:find("f") then return list end
  for i = 1, #list do list[i] = math.tointeger(list[i]) end
  return list
end

return idx
