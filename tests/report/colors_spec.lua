-- colors_spec.lua: plots' colours on a dark ground.
local colors = require "orthorun.report.colors"
local palette = require "orthorun.plot.palette"

local function channels(hex)
  return tonumber(hex:sub(1, 2), 16), tonumber(hex:sub(3, 4), 16),
    tonumber(hex:sub(5, 6), 16)
end

local function distance(a, b)
  local r1, g1, b1 = channels(a)
  local r2, g2, b2 = channels(b)
  return math.sqrt((r1 - r2) ^ 2 + (g1 - g2) ^ 2 + (b1 - b2) ^ 2)
end

-- Contrast by WCAG 2, of a colour against the dark ground.
local function contrast(hex)
  local function luminance(color)
    local parts = { channels(color) }
    for i, x in ipairs(parts) do
      x = x / 255
      parts[i] = x <= 0.03928 and x / 12.92 or ((x + 0.055) / 1.055) ^ 2.4
    end
    return 0.2126 * parts[1] + 0.7152 * parts[2] + 0.0722 * parts[3]
  end
  return (luminance(hex) + 0.05) / (luminance "0d1117" + 0.05)
end

describe("colours on a dark ground", function()
  it("can be seen, and stay apart", function()
    local all = { palette.lone, table.unpack(palette.groups) }
    for i, a in ipairs(all) do
      local x = colors.on_dark(a)
      assert.is_true(contrast(x) > 5, a)
      for k = i + 1, #all do
        assert.is_true(distance(x, colors.on_dark(all[k])) > 60,
          a .. " and " .. all[k])
        assert.is_true(distance(a, all[k]) > 60, a .. " and " .. all[k])
      end
    end
  end)

  it("have theory lighter than its curve, on the lightest darker", function()
    for _, hex in ipairs { palette.lone, table.unpack(palette.groups) } do
      local theory, curve = contrast(colors.on_dark(palette.darker(hex))),
        contrast(colors.on_dark(hex))
      if hex == "000000" then theory, curve = curve, theory end
      assert.is_true(theory > 1.2 * curve, hex)
    end
  end)

  it("lift dark shades, in their order", function()
    local last = 0
    for i = 0, 20 do
      local now = contrast(colors.on_dark(palette.at(palette.scale, i / 20)))
      assert.is_true(now > 1.8 and now > last - 0.2, tostring(i))
      last = now
    end
  end)

  it("are rules for what an SVG has, and leave heat maps' cells", function()
    local svg = colors.plain [[<g fill="black" color="rgb(  0, 114, 178)">
      <path stroke='rgb( 68,  68,  68)'/><rect fill='rgb(68,1,84)'/>
      <g stroke="none" fill="rgb(0,158,115)" font-family="DejaVu"></g>
      <polygon fill = 'rgb(213, 94, 0)' fill-opacity = '0.18'/></g>]]
    assert.is_nil(svg:find "rgb%(")
    local rules = colors.rules { svg }
    for _, rule in ipairs { "svg [color='#FFFFFF']{color:var(--ground)}",
      'svg [color="#0072b2"]{color:#4c9dff}',
      'svg [stroke="#444444"]{stroke:#8b949e}',
      'svg [fill="#000000"]{fill:#e6edf3}',
      'svg [fill="#009e73"][font-family]{fill:#2fd3a0}',
      'svg [fill="#d55e00"][fill-opacity]{fill:#ff8a3d}' } do
      assert.is_truthy(rules:find(rule, 1, true), rule .. "\n" .. rules)
    end
    assert.is_nil(rules:find("440154", 1, true))
  end)
end)
