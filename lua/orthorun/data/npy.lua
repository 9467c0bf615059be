-- npy: NumPy's file format for one array, versions 1 to 3: a magic string, a
-- header that is a Python dictionary, then the numbers in either order.
local core = require "orthorun.core"
local names = require "orthorun.base.names"
local files = require "orthorun.base.files"
local numbers = require "orthorun.data.numbers"
local clean = require "orthorun.base.text".clean

local npy = {}

local magic = "\147NUMPY"
local who = "data.npy"

-- The header's text, and where the numbers start.
local function header_text(path)
  local head = numbers.head(who, path, 1 << 16) -- hardly any is longer
  if head:sub(1, 6) ~= magic then
    numbers.fail(who, path,
      "not an .npy file: it does not start with \\x93NUMPY")
  end
  if #head < 12 then
    numbers.fail(who, path, "truncated: it has %d bytes", #head)
  end
  local major = head:byte(7)
  if major < 1 or major > 3 then
    numbers.fail(who, path, "version %d of the format; 1, 2 and 3 are known",
      major)
  end
  local length, start = string.unpack(major == 1 and "<I2" or "<I4", head, 9)
  if length > 1 << 20 then
    numbers.fail(who, path, "a header of %d bytes", length)
  end
  if start - 1 + length > #head then
    head = numbers.head(who, path, start - 1 + length)
  end
  local text = head:sub(start, start - 1 + length)
  if #text < length then
    numbers.fail(who, path,
      "truncated: a header of %d bytes expected, found %d", length, #text)
  end
  return text, start - 1 + length
end

-- A name of the header in quotes, short and in one line.
local function text_of(name)
  return ("'%s'"):format(clean(name:sub(1, 40)))
end

local function shape_of(path, text)
  local list = text:match("['\"]shape['\"]%s*:%s*%(([%d%s,L]*)%)")
  if not list then numbers.fail(who, path, "no shape in its header") end
  local shape = {}
  for digits in list:gmatch("%d+") do
    local size = math.tointeger(tonumber(digits))
    if not size then numbers.fail(who, path, "a size of %s", digits) end
    shape[#shape + 1] = size
  end
  return shape
end

local function encoding_of(path, text)
  local found = text:match("['\"]descr['\"]%s*:%s*(.-)%s*$")
  if not found then numbers.fail(who, path, "no descr in its header") end
  local name = found:match("^['\"]([^'\"]*)['\"]")
  if not name or not core.file.encoding_size(name) then
    numbers.fail(who, path, "numbers of type %s; known are float32, " ..
      "float64, bool, and signed and unsigned integers of 8 to 64 bits, " ..
      "those of several bytes with an order (< or >)",
      name and text_of(name) or "records")
  end
  return name
end

-- Reads a 1-D array (a column) or a 2-D array (rows and columns as NumPy has
-- them) into a matrix. Options: precision; transposed (true: one sample per
-- row of the file becomes one per column).
function npy.read(path, options)
  local text, offset = header_text(path)
  local encoding, shape = encoding_of(path, text), shape_of(path, text)
  local fortran = text:match("['\"]fortran_order['\"]%s*:%s*(%a+)")
  if fortran ~= "True" and fortran ~= "False" then
    numbers.fail(who, path, "no fortran_order in its header")
  end
  if #shape < 1 or #shape > 2 then
    numbers.fail(who, path, "an array of %d dimensions (%s); 1 or 2 are known",
      #shape, table.concat(shape, " x "))
  end
  local rows, cols = shape[1], shape[2] or 1
  local by_rows = fortran == "False"
  if options.transposed then
    rows, cols, by_rows = cols, rows, not by_rows
  end
  return numbers.load(who, path, { offset = offset, encoding = encoding,
    rows = rows, cols = cols, by_rows = by_rows, partial = false,
    precision = options.precision })
end

local function native_order()
  return string.pack("=I2", 1):byte(1) == 1 and "<" or ">"
end

-- Writes a matrix so that numpy.load gives the same array, in its own
-- precision: version 1, column-major, numbers on a 64-byte boundary. The
-- file appears whole or not at all.
function npy.write(path, matrix)
  names.expect("data.write_npy", "the second argument", matrix, "matrix")
  local bits = matrix:precision() == "float32" and "f4" or "f8"
  local text = ("{'descr': '%s%s', 'fortran_order': True, 'shape': (%d, %d), }")
    :format(native_order(), bits, matrix:rows(), matrix:cols())
  local fill = -(#magic + 4 + #text + 1) % 64
  text = text .. (" "):rep(fill) .. "\n"
  return files.write(path, magic .. "\1\0" .. string.pack("<I2", #text) ..
    text, matrix)
end

return npy
