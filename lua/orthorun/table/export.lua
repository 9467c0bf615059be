-- export: a table of results as JSON text and as the bytes of a NumPy file.
-- Writes no files.
local csv = require "orthorun.base.csv"
local fail = require "orthorun.core".fail -- at the user's line

local export = {}

-- --- JSON -------------------------------------------------------------------

local escapes = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n",
  ["\r"] = "\\r", ["\t"] = "\\t" }

local function escape(c)
  return escapes[c] or ("\\u%04x"):format(c:byte())
end

local function json_text(text)
  return '"' .. text:gsub('[%c"\\\127]', escape) .. '"'
end

-- A value as JSON; whole floats keep their point, so that they stay floats.
local function json_value(value)
  if value == nil then return "null" end
  if type(value) == "boolean" then return tostring(value) end
  if type(value) ~= "number" then return json_text(tostring(value)) end
  if value ~= value then return '"NaN"' end
  if value == math.huge then return '"Infinity"' end
  if value == -math.huge then return '"-Infinity"' end
  local text = csv.number(value)
  if math.type(value) == "float" and not text:find "[.e]" then
    text = text .. ".0"
  end
  return text
end

-- An array of records, one a line.
function export.json(t)
  local lines = {}
  for i = 1, t.size do
    local parts = {}
    for k, name in ipairs(t.names) do
      parts[k] = json_text(name) .. ": " .. json_value(t.data[name][i])
    end
    lines[i] = "{" .. table.concat(parts, ", ") .. "}"
  end
  return "[" .. table.concat(lines, ",\n") .. "]\n"
end

-- --- NumPy ------------------------------------------------------------------

-- The code points of a text; its bytes where it is no UTF-8.
local function points_of(text)
  if utf8.len(text) then return { utf8.codepoint(text, 1, -1) } end
  return { text:byte(1, -1) }
end

local function kinds_of(t, name)
  local kinds = {}
  for i = 1, t.size do
    local value = t.data[name][i]
    kinds[math.type(value) or type(value)] = true
  end
  return kinds
end

local function text_field(t, name)
  local most, column = 1, {}
  for i = 1, t.size do
    local value = t.data[name][i]
    column[i] = points_of(value == nil and "" or csv.plain(value))
    most = math.max(most, #column[i])
  end
  return { descr = "<U" .. most, write = function(i)
    local points = column[i]
    return ("<" .. ("I4"):rep(#points)):pack(table.unpack(points)) ..
      ("\0"):rep(4 * (most - #points))
  end }
end

local function number_field(t, name, descr, code, missing)
  local format, column = "<" .. code, t.data[name]
  return { descr = descr, write = function(i)
    local value = column[i]
    if value == nil then value = missing end
    return format:pack(value)
  end }
end

-- How a column is stored: its NumPy type, and a function from row to bytes.
local function field_of(t, name)
  local kinds = kinds_of(t, name)
  if kinds.string or kinds.boolean and (kinds.integer or kinds.float or
    kinds["nil"]) then
    return text_field(t, name)
  elseif kinds.boolean then
    local column = t.data[name]
    return { descr = "|b1", write = function(i)
      return column[i] and "\1" or "\0"
    end }
  elseif kinds.integer and not kinds.float and not kinds["nil"] then
    return number_field(t, name, "<i8", "i8")
  end
  return number_field(t, name, "<f8", "d", 0 / 0)
end

-- A text as Python reads it in quotes.
local function python_text(text)
  return "'" .. text:gsub("[%c'\\\127-\255]", function(c)
    return ("\\x%02x"):format(c:byte())
  end) .. "'"
end

-- Format 1.0: magic, length, a Python dictionary, records row by row.
function export.npy(t)
  local fields, types = {}, {}
  for k, name in ipairs(t.names) do
    fields[k] = field_of(t, name)
    types[k] = ("(%s, '%s')"):format(python_text(name), fields[k].descr)
  end
  local header = ("{'descr': [%s], 'fortran_order': False, 'shape': (%d,), }")
    :format(table.concat(types, ", "), t.size)
  header = header .. (" "):rep(-(#header + 11) % 64) .. "\n"
  if #header > 65535 then fail("npy: too many columns") end
  local out = { "\147NUMPY\1\0" .. ("<I2"):pack(#header) .. header }
  for i = 1, t.size do
    for k = 1, #fields do out[#out + 1] = fields[k].write(i) end
  end
  return table.concat(out)
end

return export
