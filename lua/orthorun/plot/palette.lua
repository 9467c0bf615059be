-- palette: which colour a group of results has. The same initialization has
-- the same colour in every plot, and colour-blind readers can tell them apart.

local palette = {}

-- Okabe and Ito's palette; yellow is left out (unreadable on white), black
-- comes last.
palette.groups = { "0072B2", "D55E00", "009E73", "CC79A7", "E69F00", "56B4E9",
  "000000" }

-- Initializations that have a colour of their own in every plot, by its number in
-- palette.groups: this table is the one place that says so.
palette.inits = { gaussian = 1, scaled_gaussian = 2, he_normal = 3,
  orthogonal = 4, orthogonal_sqrt2 = 5 }

-- Other names of theirs.
palette.synonyms = { lecun_normal = "scaled_gaussian", he = "he_normal",
  kaiming_normal = "he_normal" }

-- Curves that are no group's; theories that are not one group's alone.
palette.lone, palette.theory = "53657A", "333333"

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

-- A darker shade, for a theory's dashes on top of its measured line; of black,
-- which has none, a lighter one.
function palette.darker(hex)
  if hex == "000000" then return "9A9A9A" end
  return (hex:gsub("%x%x", function(pair)
    return ("%02X"):format(tonumber(pair, 16) * 58 // 100)
  end))
end

-- Dashes of theories, by the number of their group's mark: lines and gaps.
local dashes = { "7,5", "3,3", "11,4,3,4", "15,5", "5,3", "9,3,3,3,3,3", "5,8" }

-- Those of a number, as gnuplot and SVG take them.
function palette.dash(n) return dashes[(n - 1) % #dashes + 1] end

-- Do these levels take shades? Where they are more than the palette has: numbers
-- at once, names only when the palette has gone round three times.
local function are_shaded(levels)
  local most = #palette.groups
  if type(levels[1]) == "string" then most = 3 * most end
  return #levels > most
end

local function shades(levels)
  local given = {}
  for i, level in ipairs(levels) do
    given[level] = { color = palette.at(palette.scale, 0.94 * (i - 1) /
      (#levels - 1)), mark = i }
  end
  return given
end

-- Gives the initializations among these levels their colours: their own name
-- comes before a synonym. Returns which numbers are used.
local function give_inits(given, levels)
  local used = {}
  for _, names in ipairs { false, palette.synonyms } do
    for _, level in ipairs(levels) do
      local n = palette.inits[names and names[level] or level]
      if n and not used[n] and not given[level] then
        given[level], used[n] = { color = n, mark = n }, true
      end
    end
  end
  return used
end

-- The numbers of the palette that are in none of these sets: beside
-- initializations, those first that no initialization has anywhere.
local function spare(...)
  local sets, any, known, free, more = { ... }, false, {}, {}, {}
  for _, set in ipairs(sets) do any = any or next(set) ~= nil end
  for _, n in pairs(any and palette.inits or {}) do known[n] = true end
  for i = 1, #palette.groups do
    local taken = false
    for _, set in ipairs(sets) do taken = taken or set[i] end
    local list = known[i] and more or free
    if not taken then list[#list + 1] = i end
  end
  return table.move(more, 1, #more, #free + 1, free)
end

-- The colours of a column's levels, by level: {color, mark}; color is a number of
-- the palette, or digits, and marks differ where colours come back.
-- Initializations have their own; other levels take, in their order, what those
-- leave, here and in the rest of the figure (others: more levels); many take
-- shades, dark to light.
function palette.assign(levels, others)
  if are_shaded(levels) then return shades(levels) end
  local given = {}
  local used = give_inits(given, levels)
  local free = spare(used, give_inits({}, others or {}))
  if #free == 0 then free = spare(used) end
  if #free == 0 then free = spare() end
  local count = 0
  for _, level in ipairs(levels) do
    if not given[level] then
      local index, round = free[count % #free + 1], count // #free
      given[level], count = { color = index, mark = index + round }, count + 1
    end
  end
  return given
end

-- The number of an initialization's colour; nil of another name.
function palette.init(name)
  return palette.inits[palette.synonyms[name] or name]
end

return palette
