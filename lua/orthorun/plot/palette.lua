-- palette: which colour a group of results has. The same initialization has
-- the same colour in every plot, and colour-blind readers can tell them apart.

local arms = require "orthorun.base.arms"

local palette = {}

-- Okabe and Ito's palette; yellow is left out (unreadable on white), black
-- comes last.
palette.groups = { "0072B2", "D55E00", "009E73", "CC79A7", "E69F00", "56B4E9",
  "000000" }

-- Initializations that have a colour of their own in every plot, in the order
-- of the colours above.
palette.inits = arms.names

-- Viridis (Smith, van der Walt 2015): even steps for the eye, dark to light.
palette.scale = { "440154", "472D7B", "3B528B", "2C728E", "21918C", "28AE80",
  "5EC962", "ADDC30", "FDE725" }

-- Blue to orange through white, for values on either side of a middle.
palette.diverging = { "2166AC", "67A9CF", "D1E5F0", "F7F7F7", "FDDBC7",
  "EF8A62", "B2182B" }

local function mix(a, b, t)
  local parts = {}
  for i = 1, 5, 2 do
    local x, y = tonumber(a:sub(i, i + 1), 16), tonumber(b:sub(i, i + 1), 16)
    parts[#parts + 1] = ("%02X"):format(math.floor(x + (y - x) * t + 0.5))
  end
  return table.concat(parts)
end

-- The colour at t in [0, 1] of a scale, as six hexadecimal digits.
function palette.at(scale, t)
  local place = math.max(0, math.min(1, t)) * (#scale - 1) + 1
  local below = math.min(math.floor(place), #scale - 1)
  return mix(scale[below], scale[below + 1], place - below)
end

-- A colour by number, or as it is.
function palette.color(color)
  if type(color) == "string" then return color end
  return palette.groups[(color - 1) % #palette.groups + 1]
end

-- A darker shade, for a theory's dashes on top of its measured line.
function palette.darker(hex)
  return (hex:gsub("%x%x", function(pair)
    return ("%02X"):format(tonumber(pair, 16) * 55 // 100)
  end))
end

local function place_of(list, value)
  for i, each in ipairs(list) do
    if each == value then return i end
  end
  return #list + 1
end

-- The numbers of the palette that the initializations among these levels do
-- not use.
local function spare(levels)
  local used, free = {}, {}
  for _, level in ipairs(levels) do
    local i = place_of(palette.inits, level)
    if i <= #palette.inits then used[i] = true end
  end
  for i = 1, #palette.groups do
    if not used[i] then free[#free + 1] = i end
  end
  return free
end

-- Do these levels take shades? Where they are more than the palette has: numbers
-- at once, names only when the palette has gone round three times.
local function are_shaded(levels)
  local most = #palette.groups
  if type(levels[1]) == "string" then most = 3 * most end
  return #levels > most
end

-- The colour of one of a column's levels: initializations have colours of
-- their own; many levels take shades, dark to light. Returns the colour (a
-- number of the palette, or digits) and the number of its mark, which differs
-- where colours come back.
function palette.choose(levels, value)
  local place = place_of(levels, value)
  if are_shaded(levels) then
    return palette.at(palette.scale, 0.94 * (place - 1) / (#levels - 1)), place
  end
  local arm = place_of(palette.inits, value)
  if arm <= #palette.inits then return arm, arm end
  local others = 0
  for i = 1, place do
    if place_of(palette.inits, levels[i]) > #palette.inits then
      others = others + 1
    end
  end
  local free = spare(levels)
  local index = free[(others - 1) % #free + 1]
  return index, index + (others - 1) // #free
end

return palette
