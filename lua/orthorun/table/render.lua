-- render: a table of results as aligned text, with the digits that the spread
-- of its values justifies.
local blocks = require "orthorun.table.blocks"

-- Display width in characters, for UTF-8 text.
local function width_of(text) return utf8.len(text) or #text end

local function short(text, widest)
  text = text:gsub("%c", " ")
  if width_of(text) <= widest then return text end
  local cut = utf8.len(text) and utf8.offset(text, widest) or widest
  return text:sub(1, cut - 1) .. "…"
end

local function plain(value, widest)
  if value == nil then return "" end
  if math.type(value) == "float" then
    if value ~= value then return "nan" end
    return (("%.4g"):format(value))
  end
  return short(tostring(value), widest)
end

-- x rounded at a decimal place (10^place), with its zeros.
local function rounded(x, place)
  if x == 0 then return "0" end
  local digits = math.floor(math.log(math.abs(x), 10) + 1e-12) - place + 1
  if digits < 1 then digits = 1 end
  if place > 0 and math.abs(x) < 9999 then -- 220, not 2.2e+02
    return ("%.0f"):format(math.floor(x / 10 ^ place + 0.5) * 10 ^ place)
  end
  if digits > 12 then return plain(x) end
  return (("%#." .. digits .. "g"):format(x):gsub("%.$", ""):gsub("%.e", "e"))
end

-- The spread beside a column of row i: of its quantiles, or its standard
-- error; nil where there is none.
local function spread_of(self, name, i)
  local low, high = self.data[name .. "_low"], self.data[name .. "_high"]
  local error = self.data[name .. "_sem"]
  local spread
  if error then spread = error[i] end
  if not spread and low and high and low[i] and high[i] then
    spread = high[i] - low[i]
  end
  local good = spread and spread > 0 and spread < math.huge
  return good and spread or nil
end

-- The column whose spread is beside this one: "grad" of "grad_low".
local function main_of(self, name)
  for _, ending in ipairs { "_interval_low", "_interval_high", "_low", "_high",
    "_mean", "_theory" } do
    local main = name:sub(1, -#ending - 1)
    if name:sub(-#ending) == ending and self.data[main] then return main end
  end
  return name
end

-- The error of a value: what `spreads` says (a number, or the column that has
-- it), else the spread that stands beside it.
local function error_of(self, name, i, spreads)
  local told = spreads and spreads[name]
  if type(told) == "string" then told = self.data[told][i] end
  if told and told > 0 and told < math.huge then return told end
  return spread_of(self, main_of(self, name), i)
end

local function shown(self, name, i, how)
  local value = self.data[name][i]
  if type(value) == "string" and (how.spreads or {})[name] then
    value = tonumber(value) and tonumber(value) + 0.0 or value
  end
  if math.type(value) ~= "float" or value - value ~= 0 then
    return plain(value, how.widest or 40)
  end
  local spread = error_of(self, name, i, how.spreads)
  if not spread then return plain(value) end
  return rounded(value, math.floor(math.log(spread, 10)) - 1)
end

-- Do all values of a column have one of these types, as far as there are any?
local function is_column_of(self, name, wanted)
  for i = 1, self.size do
    local value = self.data[name][i]
    if value ~= nil and not wanted[math.type(value) or type(value)] then
      return false
    end
  end
  return true
end

local number = { integer = true, float = true }
local whole = { integer = true, string = true, boolean = true }

-- The texts of one column, header first; numbers: whether it has nothing else;
-- is_key: whether it says what a row is, as parameters, texts and counts do.
local function column_texts(self, name, count, how, place)
  local unit = how.units and how.units[name]
  local texts = { unit and ("%s (%s)"):format(name, unit) or name,
    numbers = is_column_of(self, name, number),
    is_key = how.keys and place <= how.keys or not how.keys and
      ((self.levels or {})[name] ~= nil or is_column_of(self, name, whole)) }
  for i = 1, count do texts[i + 1] = shown(self, name, i, how) end
  return texts
end

-- A table as text; also an array of the texts of each of its columns, header
-- first. how: limit, the rows shown (default 40); units, by column; columns,
-- which ones (nil: all); widest, the characters of a text that are shown
-- (default 40); spreads, by column: its error, or which column has it; across,
-- the characters of a line, beyond which columns go on below (nil: none do); keys, how
-- many of the first columns say what a row is and are repeated there (nil: as found).
return function(self, how)
  local count, view = math.min(self.size, how.limit or 40), self
  if how.columns then view = self:select(how.columns) end
  local columns = {}
  for k, name in ipairs(view.names) do
    columns[k] = column_texts(self, name, count, how, k)
  end
  local lines = blocks(columns, how.across)
  if count < self.size then
    lines[#lines + 1] = ("... %d more rows"):format(self.size - count)
  end
  return table.concat(lines, "\n") .. "\n", columns
end
