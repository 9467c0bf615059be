-- render: a table of results as aligned text, with the digits that the spread
-- of its values justifies.

-- Display width in characters, for UTF-8 text.
local function width_of(text) return utf8.len(text) or #text end

local widest = 40 -- characters of a text; the rest is cut off

local function short(text)
  text = text:gsub("%c", " ")
  if width_of(text) <= widest then return text end
  local cut = utf8.len(text) and utf8.offset(text, widest) or widest
  return text:sub(1, cut - 1) .. "…"
end

local function plain(value)
  if value == nil then return "" end
  if math.type(value) == "float" then
    if value ~= value then return "nan" end
    return (("%.4g"):format(value))
  end
  return short(tostring(value))
end

-- x rounded at a decimal place (10^place), with its zeros.
local function rounded(x, place)
  if x == 0 then return "0" end
  local digits = math.floor(math.log(math.abs(x), 10) + 1e-12) - place + 1
  if digits < 1 then digits = 1 end
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
    "_mean" } do
    local main = name:sub(1, -#ending - 1)
    if name:sub(-#ending) == ending and self.data[main] then return main end
  end
  return name
end

local function shown(self, name, i)
  local value = self.data[name][i]
  if math.type(value) ~= "float" or value - value ~= 0 then
    return plain(value)
  end
  local spread = spread_of(self, main_of(self, name), i)
  if not spread then return plain(value) end
  return rounded(value, math.floor(math.log(spread, 10)) - 1)
end

local function is_number_column(self, name)
  for i = 1, self.size do
    local value = self.data[name][i]
    if value ~= nil and type(value) ~= "number" then return false end
  end
  return true
end

local function pad(text, width, right)
  local fill = (" "):rep(width - width_of(text))
  return right and fill .. text or text .. fill
end

-- The texts of one column, header first, all of the same width.
local function column_texts(self, name, count, unit)
  local head = unit and ("%s (%s)"):format(name, unit) or name
  local texts, width = { head }, width_of(head)
  for i = 1, count do
    texts[i + 1] = shown(self, name, i)
    width = math.max(width, width_of(texts[i + 1]))
  end
  local right = is_number_column(self, name)
  for i, text in ipairs(texts) do texts[i] = pad(text, width, right) end
  return texts
end

-- The first `limit` rows of a table, of the columns named (nil: all).
return function(self, limit, units, columns)
  local count, view = math.min(self.size, limit), self
  if columns then view = self:select(columns) end
  local list, lines = {}, {}
  for k, name in ipairs(view.names) do
    list[k] = column_texts(self, name, count, units and units[name])
  end
  for i = 1, count + 1 do
    local parts = {}
    for k, texts in ipairs(list) do parts[k] = texts[i] end
    lines[i] = table.concat(parts, "  "):gsub("%s+$", "")
  end
  if count < self.size then
    lines[#lines + 1] = ("... %d more rows"):format(self.size - count)
  end
  return table.concat(lines, "\n") .. "\n"
end
