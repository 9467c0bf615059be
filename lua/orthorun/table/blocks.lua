-- blocks: columns of texts as lines: numbers with their points in one place; what is
-- wider than a line has the first texts broken, else columns in blocks, one below
-- the other.
local width_of = require("orthorun.base.text").width

local function pad(text, width, right)
  local fill = (" "):rep(width - width_of(text))
  return right and fill .. text or text .. fill
end

-- How much of a number stands before its point; all where it has none.
local function before_point(text)
  local at = text:find("[.e]%d") or text:find "e[+-]%d"
  return at and at - 1 or #text
end

-- The texts of a column of numbers, filled on the right so that points align.
local function at_points(texts)
  local most, list = 0, { texts[1] }
  for i = 2, #texts do most = math.max(most, #texts[i] - before_point(texts[i])) end
  for i = 2, #texts do
    list[i] = pad(texts[i], before_point(texts[i]) + most)
  end
  return list
end

-- The same texts, all of one width, which is the field `width`.
local function aligned(texts)
  local list, width = texts.numbers and at_points(texts) or texts, 0
  for _, text in ipairs(list) do width = math.max(width, width_of(text)) end
  local all = { width = width, is_key = texts.is_key, numbers = texts.numbers }
  for i, text in ipairs(list) do all[i] = pad(text, width, texts.numbers) end
  return all
end

local gap = 2 -- spaces between columns

-- How wide some columns are side by side.
local function sum_of(list, places)
  local sum = -gap
  for _, k in ipairs(places) do sum = sum + list[k].width + gap end
  return sum
end

-- --- blocks -----------------------------------------------------------------

-- How many columns each block repeats: the first ones that say what a row is, as
-- far as they take two thirds of a line; one may take more.
local function key_count(list, across)
  local count, places = 0, {}
  while count < #list - 1 and list[count + 1].is_key do
    places[count + 1] = count + 1
    local most = count == 0 and across - 8 or across * 2 // 3
    if sum_of(list, places) > most then break end
    count = count + 1
  end
  return count
end

-- Which columns go into which block: an array of arrays of their places.
local function blocks_of(list, across)
  local keys, blocks, block = {}, {}, nil
  for k = 1, key_count(list, across) do keys[k] = k end
  for k = #keys + 1, #list do
    if not block or sum_of(list, block) + gap + list[k].width > across then
      block = table.move(keys, 1, #keys, 1, {})
      blocks[#blocks + 1] = block
    end
    block[#block + 1] = k
  end
  return blocks
end

-- --- broken texts -----------------------------------------------------------

local least = 16 -- characters of a text that is broken

-- A text in lines of at most so many characters, but the first indented; nil where
-- a word has no room.
local function broken(text, width)
  local lines = { "" }
  for word in text:gmatch "%S+" do
    local line = lines[#lines]
    local longer = line:find "%S" and line .. " " .. word or line .. word
    if width_of(longer) > width then
      lines[#lines + 1] = "  " .. word
      if width_of(lines[#lines]) > width or line == "" then return nil end
    else
      lines[#lines] = longer
    end
  end
  return lines
end

-- The columns again, with the first's texts broken so that all has room: a row is
-- as many rows as its text has lines. nil where that does not help.
local function with_broken_texts(list, across)
  local all = {}
  for k in ipairs(list) do all[k] = k end
  local room = (list[1] or all).width and across - sum_of(list, all) +
    list[1].width or 0
  if room < least or list[1].numbers then return nil end
  local new = {}
  for k, texts in ipairs(list) do
    new[k] = { width = texts.width, is_key = texts.is_key }
  end
  new[1].width = room
  for i = 1, #list[1] do
    local lines = broken(list[1][i], room)
    if not lines then return nil end
    for part, line in ipairs(lines) do
      table.insert(new[1], pad(line, room))
      for k = 2, #list do
        table.insert(new[k], part == 1 and list[k][i] or "")
      end
    end
  end
  return new
end

-- --- all of it --------------------------------------------------------------

-- Columns of texts, header first, as an array of lines. columns: arrays of one
-- length; `numbers` in one: set right, points below each other; `is_key`: it says
-- what a row is. across: the characters of a line (nil: however many there are).
return function(columns, across)
  local list, all, lines = {}, {}, {}
  for k, texts in ipairs(columns) do list[k], all[k] = aligned(texts), k end
  local blocks = { all }
  if across and sum_of(list, all) > across then
    local new = with_broken_texts(list, across)
    list, blocks = new or list, new and blocks or blocks_of(list, across)
  end
  for b, block in ipairs(blocks) do
    if b > 1 then lines[#lines + 1] = "" end
    for i = 1, #(list[1] or {}) do
      local parts = {}
      for _, k in ipairs(block) do parts[#parts + 1] = list[k][i] end
      lines[#lines + 1] = table.concat(parts, (" "):rep(gap)):gsub("%s+$", "")
    end
  end
  return lines
end
