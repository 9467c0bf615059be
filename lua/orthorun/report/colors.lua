-- colors: the colours of a page's plots on a dark ground, as rules of CSS that
-- go by the colours that the SVG has. Groups that differ on white differ there,
-- theory is lighter than what it predicts, and bands are stronger.
local palette = require "orthorun.plot.palette"

local colors = {}

-- The palette's groups, and curves of none, each as it is on a dark ground.
local groups = { ["0072b2"] = "4c9dff", d55e00 = "ff8a3d",
  ["009e73"] = "2fd3a0", cc79a7 = "f09ac8", e69f00 = "ffd24a",
  ["56b4e9"] = "9adcff", ["000000"] = "e6edf3",
  [palette.lone:lower()] = "9fb3c8" }

-- Axes, grid, texts.
local neutral = { ["444444"] = "8b949e", e2e2e2 = "2a313a",
  ["222222"] = "c9d1d9", ["555555"] = "9aa4af", ["333333"] = "d0d7de",
  ["000000"] = "e6edf3" }

local function channels(hex)
  return tonumber(hex:sub(1, 2), 16), tonumber(hex:sub(3, 4), 16),
    tonumber(hex:sub(5, 6), 16)
end

-- A colour so much on the way to white, from 0 to 1.
local function lighter(hex, share)
  return (hex:gsub("%x%x", function(pair)
    local x = tonumber(pair, 16)
    return ("%02x"):format(math.floor(x + (255 - x) * share + 0.5))
  end))
end

-- How bright a colour is to the eye, from 0 to 1 (Rec. 709's weights).
local function brightness(hex)
  local r, g, b = channels(hex)
  return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255
end

-- The shades of theory's curves, by their colour on white; on the lightest curve
-- a darker one.
local theories = {}
for name, hex in pairs(groups) do
  theories[palette.darker(name:upper()):lower()] = lighter(hex, 0.55)
end
theories[palette.darker("000000"):lower()] = "6e7681"

-- A colour of a curve on a dark ground: known ones as above, dark shades of
-- others lifted, their order kept.
function colors.on_dark(hex)
  hex = hex:lower()
  local known = groups[hex] or neutral[hex] or theories[hex]
  if known then return known end
  local b = brightness(hex)
  return b < 0.6 and lighter(hex, 0.42 * (0.6 - b) / 0.6 + 0.12) or hex
end

-- gnuplot's "rgb( 12, 3, 4)" and names as "#0c0304".
function colors.plain(svg)
  return (svg:gsub("rgb%(%s*(%d+),%s*(%d+),%s*(%d+)%)", function(r, g, b)
    return ("#%02x%02x%02x"):format(r, g, b)
  end):gsub("([%w-]+)%s*=%s*(['\"])black%2", '%1="#000000"')
    :gsub("([%w-]+) = '", "%1='"))
end

-- The rules for the SVGs of a page (colors.plain): strokes, marks, texts and
-- bands; the cells of heat maps stay as they are.
function colors.rules(svgs)
  local seen, rules = {}, {}
  local function add(name, hex, behind)
    local rule = ('svg [%s="#%s"]%s{%s:#%s}'):format(name, hex, behind or "",
      name, colors.on_dark(hex))
    if not seen[rule] then
      seen[rule] = true
      rules[#rules + 1] = rule
    end
  end
  for _, svg in ipairs(svgs) do
    for name, hex in svg:gmatch "([%w-]+)=['\"]#(%x%x%x%x%x%x)['\"]" do
      if (name == "stroke" or name == "color") and hex ~= "ffffff" and
        hex ~= "FFFFFF" then
        add(name, hex)
      elseif name == "fill" and neutral[hex:lower()] then
        add(name, hex)
      end
    end
    for _, kind in ipairs { "fill%-opacity", "font%-family" } do
      for hex in svg:gmatch("fill=['\"]#(%x%x%x%x%x%x)['\"] " .. kind) do
        add("fill", hex, "[" .. kind:gsub("%%", "") .. "]")
      end
    end
  end
  -- gnuplot's gap around marks on error bars, in the colour of the page
  rules[#rules + 1] = "svg [color='#FFFFFF']{color:var(--ground)}"
  table.sort(rules)
  rules[#rules + 1] = "svg [fill-opacity]{fill-opacity:.34}"
  return table.concat(rules, "\n")
end

return colors
