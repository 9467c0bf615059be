-- csv: comma separated text (RFC 4180), to and from plain Lua. Knows quoting
-- and numbers; knows nothing of matrices or result tables.
local csv = {}

-- A number's shortest text that reads back as the same number; nan, inf and
-- -inf as NumPy and pandas read them.
function csv.number(x)
  if math.type(x) == "integer" then return ("%d"):format(x) end
  if x ~= x then return "nan" end
  if x == math.huge then return "inf" end
  if x == -math.huge then return "-inf" end
  for digits = 15, 16 do
    local text = ("%." .. digits .. "g"):format(x)
    if tonumber(text) == x then return text end
  end
  return ("%.17g"):format(x)
end

-- A value as text, numbers as csv.number has them.
function csv.plain(value)
  return type(value) == "number" and csv.number(value) or tostring(value)
end

-- One field: numbers as csv.number has them, nil as nothing, text quoted
-- where it must be.
function csv.field(value)
  if value == nil then return "" end
  if type(value) == "number" then return csv.number(value) end
  local text = tostring(value)
  if text:find('[,"\r\n]') or text:find("^%s") or text:find("%s$") then
    return '"' .. text:gsub('"', '""') .. '"'
  end
  return text
end

-- One line, with its newline, from the first n entries of an array.
function csv.line(values, n)
  local fields = {}
  for i = 1, n or #values do fields[i] = csv.field(values[i]) end
  return table.concat(fields, ",") .. "\n"
end

local special = {
  nan = 0 / 0, ["+nan"] = 0 / 0, ["-nan"] = 0 / 0, na = 0 / 0,
  inf = math.huge, ["+inf"] = math.huge, ["-inf"] = -math.huge,
  infinity = math.huge, ["+infinity"] = math.huge,
  ["-infinity"] = -math.huge,
}

-- The number that a field holds, or nil. Decimal only (no 0x), and the
-- usual spellings of NaN and infinity in any case.
function csv.tonumber(text)
  if text:find("x", 1, true) or text:find("X", 1, true) then return nil end
  return tonumber(text) or special[text:lower():match("^%s*(.-)%s*$")]
end

-- The quoted field that starts at `start` (behind its quote): its text, and
-- where its closing quote stands; nil where there is none.
local function quoted(text, start)
  local parts, from = {}, start
  while true do
    local quote = text:find('"', from, true)
    if not quote then return nil end
    parts[#parts + 1] = text:sub(from, quote - 1)
    if text:byte(quote + 1) ~= 34 then return table.concat(parts), quote end
    parts[#parts + 1] = '"'
    from = quote + 2
  end
end

-- One field from `start`: its text and the position behind it; nil and a
-- message where quoting is broken.
local function read_field(text, start)
  if text:byte(start) ~= 34 then
    local stop = text:find("[,\r\n]", start) or #text + 1
    return text:sub(start, stop - 1), stop
  end
  local value, quote = quoted(text, start + 1)
  if not value then return nil, "a quoted field never ends" end
  if text:find("^[^,\r\n]", quote + 1) then
    return nil, "text behind a closing quote"
  end
  return value, quote + 1
end

-- Newlines inside the field that spans from..to (quoted ones only have any).
local function newlines(text, from, to)
  if text:byte(from) ~= 34 then return 0 end
  local _, count = text:sub(from, to):gsub("\n", "")
  return count
end

-- The record of a line that has no quote in it.
local function plain_record(line)
  local fields, n = {}, 0
  for field in (line .. ","):gmatch("([^,]*),") do
    n = n + 1
    fields[n] = field
  end
  return fields
end

-- The fields of the record at `at`, where its line end stands, and how many
-- newlines it has inside; false and a message where quoting is broken.
local function quoted_record(text, at)
  local fields, inside = {}, 0
  while true do
    local value, stop = read_field(text, at)
    if not value then return false, stop end
    fields[#fields + 1] = value
    inside = inside + newlines(text, at, stop - 1)
    if text:byte(stop) ~= 44 then return fields, stop, inside end
    at = stop + 1
  end
end

-- Walks the records of a text: for fields, line in csv.records(text), where
-- `line` is the number of the record's first line. Empty lines are skipped.
-- A broken record ends the walk with false, line, message.
function csv.records(text)
  local at, line = text:find("^\239\187\191") and 4 or 1, 1
  local quote = text:find('"', at, true) or math.huge -- the next one
  local function record()
    local stop = text:find("[\r\n]", at) or #text + 1
    local fields, inside
    if quote > stop then
      fields, inside = plain_record(text:sub(at, stop - 1)), 0
    else
      fields, stop, inside = quoted_record(text, at)
      if not fields then return false, stop end
      quote = text:find('"', stop, true) or math.huge
    end
    at = text:sub(stop, stop + 1) == "\r\n" and stop + 2 or stop + 1
    return fields, inside + 1
  end
  return function()
    while at <= #text do
      local first = line
      local fields, lines = record()
      if not fields then
        at = #text + 1
        return false, first, lines
      end
      line = line + lines
      if #fields > 1 or fields[1] ~= "" then return fields, first end
    end
  end
end

return csv
