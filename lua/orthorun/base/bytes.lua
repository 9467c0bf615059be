-- bytes: what a trial returned, as bytes, to the last bit: a table of numbers,
-- texts, booleans, and arrays of these. Knows nothing of files or sweeps.
--
--   record: count, then name and value, in the order of names
--   name:   length (4 bytes, little-endian, as everything here) and text
--   value:  a letter: i 8-byte integer, d double, s text, t true, f false;
--           D count and doubles, I count and integers, A count and values
local names = require "orthorun.base.names"

local packed = {}

local chunk = 128 -- numbers in one call of string.pack

local function write_numbers(out, letter, code, values)
  out[#out + 1] = letter .. ("<I4"):pack(#values)
  for i = 1, #values, chunk do
    local last = math.min(i + chunk - 1, #values)
    out[#out + 1] = ("<" .. code:rep(last - i + 1)):pack(
      table.unpack(values, i, last))
  end
end

local writers = {}

function writers.number(out, x)
  local whole = math.type(x) == "integer"
  out[#out + 1] = whole and ("<c1i8"):pack("i", x) or ("<c1d"):pack("d", x)
end

function writers.string(out, x) out[#out + 1] = ("<c1s4"):pack("s", x) end

function writers.boolean(out, x) out[#out + 1] = x and "t" or "f" end

-- What a value that has no place in a result is called in messages.
local function kind_of(value)
  local meta = debug.getmetatable(value)
  local name = type(meta) == "table" and rawget(meta, "__name")
  if type(name) == "string" then
    return "an " .. name .. (name == "orthorun.matrix" and
      " (return numbers: m:get(i, j), or m:col(j):totable())" or "")
  end
  return (type(value) == "table" and "a nested table") or
    "a " .. type(value)
end

-- Checks that a table is an array without holes or other keys, of values
-- that have a writer; the math.type of all its numbers, nil where they mix.
local function check_array(name, values)
  local count, common = 0, nil
  for key in next, values do
    count = count + 1
    if math.type(key) ~= "integer" or key < 1 or key > #values then
      error(("trial: '%s' is no array: it has the key %s"):format(name,
        tostring(key)), 0)
    end
  end
  if count ~= #values then
    error(("trial: '%s' is an array with holes: %d places, %d values"):format(
      name, #values, count), 0)
  end
  for i = 1, count do
    local value = rawget(values, i)
    if not writers[type(value)] then
      error(("trial: '%s' has %s at place %d, not a number, a text or a " ..
        "boolean"):format(name, kind_of(value), i), 0)
    end
    local kind = math.type(value) or "other"
    common = (i == 1 or common == kind) and kind or "mixed"
  end
  return common
end

local function write_array(out, name, values)
  local kind = check_array(name, values)
  if kind == "float" then
    write_numbers(out, "D", "d", values)
  elseif kind == "integer" then
    write_numbers(out, "I", "i8", values)
  else
    out[#out + 1] = ("<c1I4"):pack("A", #values)
    for i = 1, #values do writers[type(values[i])](out, values[i]) end
  end
end

local function write_value(out, name, value)
  local plain = type(value) == "table" and not debug.getmetatable(value)
  if plain then
    write_array(out, name, value)
  elseif writers[type(value)] then
    writers[type(value)](out, value)
  else
    error(("trial: '%s' is %s, not a number, a text, a boolean or an array " ..
      "of these"):format(name, kind_of(value)), 0)
  end
end

-- The bytes of a record; the same record always has the same bytes. Raises
-- where something in it has no place there, and says what and where.
function packed.encode(record)
  local keys = names.keys(record)
  local out = { ("<I4"):pack(#keys) }
  for _, name in ipairs(keys) do
    if type(name) ~= "string" then
      error(("trial: results go by name, as in {error = 0.1}; found the key " ..
        "%s"):format(tostring(name)), 0)
    end
    out[#out + 1] = ("<s4"):pack(name)
    write_value(out, name, record[name])
  end
  return table.concat(out)
end

local function read_numbers(code, size)
  return function(bytes, at)
    local count, values = ("<I4"):unpack(bytes, at), {}
    at = at + 4
    for i = 1, count, chunk do
      local n = math.min(chunk, count - i + 1)
      table.move({ ("<" .. code:rep(n)):unpack(bytes, at) }, 1, n, i, values)
      at = at + n * size
    end
    return values, at
  end
end

local readers = {
  i = function(bytes, at) return ("<i8"):unpack(bytes, at) end,
  d = function(bytes, at) return ("<d"):unpack(bytes, at) end,
  s = function(bytes, at) return ("<s4"):unpack(bytes, at) end,
  t = function(_, at) return true, at end,
  f = function(_, at) return false, at end,
  D = read_numbers("d", 8),
  I = read_numbers("i8", 8),
}

local function read_value(bytes, at)
  local reader = readers[bytes:sub(at, at)]
  if not reader then error("a result that this version cannot read", 0) end
  return reader(bytes, at + 1)
end

function readers.A(bytes, at)
  local count, values = ("<I4"):unpack(bytes, at), {}
  at = at + 4
  for i = 1, count do values[i], at = read_value(bytes, at) end
  return values, at
end

-- The record that the bytes stand for. Raises where they are damaged.
function packed.decode(bytes)
  local count, at = ("<I4"):unpack(bytes)
  local record = {}
  for _ = 1, count do
    local name, start = ("<s4"):unpack(bytes, at)
    record[name], at = read_value(bytes, start)
  end
  return record
end

return packed
