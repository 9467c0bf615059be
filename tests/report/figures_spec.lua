-- figures_spec.lua: the plots of a page: panels that stack, legends as text.
local figure = require "orthorun.plot.figure"
local figures = require "orthorun.report.figures"
local tabular = require "orthorun.table"

local function sample()
  local t = tabular.new { "x", "y", "g" }
  for x = 1, 3 do
    for _, g in ipairs { "a", "b" } do
      for seed = 1, 2 do t:append { x = x, y = x * seed, g = g } end
    end
  end
  return t
end

local function panel(more)
  local p = { kind = "line", data = sample(), x = "x", y = "y", share = true,
    band = { 0, 1 } }
  for name, value in pairs(more or {}) do p[name] = value end
  return p
end

local function html(panels, spec)
  local svgs = {}
  return figures.html(figure.of(spec or { title = "T <i>" }, panels), 3, svgs),
    svgs
end

local function count(text, pattern) return select(2, text:gsub(pattern, "")) end

describe("a page's figure", function()
  it("has an SVG for each panel, and text around them", function()
    local text = html { panel { color = "g", title = "one" },
      panel { color = "g", title = "two" }, panel { color = "g" } }
    assert.equal(3, count(text, '<div class="panel"><svg'))
    assert.equal(1, count(text, '<ul class="legend">'))
    assert.equal(2, count(text, "<li>"))
    assert.is_truthy(text:find("<h3>T &lt;i&gt;</h3>", 1, true))
    assert.is_truthy(text:find("<figcaption>lines: medians; bands: 0 to 100 %" ..
      "</figcaption>", 1, true))
    local seen = {}
    for id in text:gmatch " id='([^']*)'" do
      assert.is_nil(seen[id], id)
      seen[id] = true
    end
  end)

  it("has the plot's own marks in its legend: a star before a cross", function()
    local t = tabular.new { "x", "y", "g" }
    for i = 1, 7 do t:append { x = i, y = i, g = "g" .. i } end
    local text = html { panel { kind = "scatter", color = "g", data = t } }
    local cross = text:find('d="M10.6 2.6l6.8 6.8m0-6.8l-6.8 6.8"', 1, true)
    local star = text:find('m0-6.8l-6.8 6.8M14 1.6v8.8M9.6 6h8.8"', 1, true)
    assert.is_true(star < cross and cross < text:find(">g7</li>", 1, true))
  end)

  it("has a legend at each panel where colours mean different things", function()
    local text = html { panel(), panel { color = "g" } }
    assert.equal(1, count(text, '<ul class="legend">'))
    assert.is_truthy(text:find '</svg><ul class="legend">') -- the second's own
    text = html { panel { color = "g", data = sample():where { g = "a" } },
      panel { color = "g", data = sample():where { g = "b" } } }
    assert.equal(2, count(text, '<ul class="legend">'))
    assert.equal(2, count(text, "<li>"))
  end)

  it("has no legend but theory's where names stand at the curves", function()
    local direct = { direct = true }
    assert.equal(0, count(html({ panel { color = "g" } }, direct), "<li>"))
    local text = html({ panel { color = "g", theory = function(r)
      return r.x end } }, direct)
    assert.equal(1, count(text, "<li>"))
    assert.is_truthy(text:find("</svg>theory</li>", 1, true))
  end)

  it("has rules for every colour in the dark", function()
    local _, svgs = html { panel { color = "g", theory = function(r)
      return r.x end } }
    local rules = figures.dark_rules(svgs)
    for _, svg in ipairs(svgs) do
      for name, hex in svg:gmatch "(%l+)=['\"]#(%x%x%x%x%x%x)['\"]" do
        if name == "stroke" and hex:lower() ~= "ffffff" then
          assert.is_truthy(rules:find(('[stroke="#%s"]'):format(hex), 1, true),
            hex)
        end
      end
    end
  end)
end)
