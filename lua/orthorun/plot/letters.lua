-- letters: how wide texts of pictures are, about, and where they are broken into
-- lines. Pixels of DejaVu Sans, in which gnuplot is told to write; other fonts are
-- narrower. Draws nothing.
local plain = require "orthorun.base.text"

local letters = {}

-- Pixels of a size of 1, as gnuplot is told to scale it.
local pixel = 1.02

-- Widths in em, by class.
local narrow, slim = "[ijlI.,:;'|!]", "[frt%(%)%[%]{}/ \"%-]"
local broad = "[mwMW%%@=+<>~]"

local function em(char)
  if #char > 1 then
    return plain.width(char) == 2 and 1 or plain.width(char) == 0 and 0 or
      char == "…" and 1 or char == "−" and 0.84 or 0.63
  end
  return char:find(narrow) and 0.31 or char:find(slim) and 0.38 or
    char:find(broad) and 0.87 or char:find "[%u%d_]" and 0.66 or 0.6
end

-- The signs that make scripts, which are not seen, and smaller what follows.
local function without_marks(text)
  return (text:gsub("[_^](%b{})", function(group) return group:sub(2, -2) end)
    :gsub("([‖%)%]])_(%w)", "%1%2"))
end

-- The width of a text of plots at a font's size.
function letters.width(text, size)
  text = plain.clean(text)
  if text:find("[_^]") then text = without_marks(text) end
  local sum = 0
  for char in text:gmatch(utf8.charpattern) do sum = sum + em(char) end
  return sum * size * pixel
end

-- Pieces of a word that fit into a width.
local function pieces(word, width, size)
  local list, part = {}, ""
  for char in word:gmatch(utf8.charpattern) do
    if part ~= "" and letters.width(part .. char, size) > width then
      list[#list + 1], part = part, ""
    end
    part = part .. char
  end
  list[#list + 1] = part
  return list
end

-- The lines of a text in a width, broken between words, and words only where one
-- alone is too wide.
function letters.wrap(text, width, size)
  local lines, line = {}, nil
  text = plain.clean(text)
  if letters.width(text, size) <= width then return { text } end
  for word in text:gmatch "%S+" do
    local wider = line and line .. " " .. word or word
    if line and letters.width(wider, size) <= width then
      line = wider
    else
      lines[#lines + 1] = line
      local list = pieces(word, width, size)
      line = table.remove(list)
      table.move(list, 1, #list, #lines + 1, lines)
    end
  end
  lines[#lines + 1] = line
  return lines
end

-- --- long names -------------------------------------------------------------

-- A text of at most so many characters.
local function shortened(text, most)
  local count = utf8.len(text)
  if not count or count <= most then return text end
  local head = (most - 1) // 2
  return text:sub(1, utf8.offset(text, head + 1) - 1) .. "…" ..
    text:sub(utf8.offset(text, count - (most - head - 1) + 1))
end

local longest = 48

-- Names short enough for ticks: their middles are left out where they are longer
-- than `least` (default 24); less of it where two would become one.
function letters.short(list, least)
  local out
  for _, most in ipairs { least or 24, 24, 36, longest } do
    local seen, twice = {}, false
    out = {}
    for i, name in ipairs(list) do
      out[i] = shortened(plain.clean(name), most)
      twice = twice or seen[out[i]] ~= nil and seen[out[i]] ~= name
      seen[out[i]] = name
    end
    if not twice then break end
  end
  return out
end

return letters
