-- legend_spec.lua: where the entries of a legend stand.
local legend = require "orthorun.plot.legend"

local function entries(...)
  local list = {}
  for i, label in ipairs { ... } do list[i] = { label = label } end
  return list
end

describe("a legend", function()
  it("is one row in the middle where there is room", function()
    local cells, height = legend.place(entries("a", "b", "c"), 600, 12)
    assert.equal(3, #cells)
    assert.equal(cells[1].y, cells[3].y)
    assert.is_near(600 - cells[1].x, cells[3].x + cells[3].width, 1)
    assert.is_true(height < 25)
  end)

  it("has columns that begin below one another, and nothing outside", function()
    local cells, height = legend.place(entries("one", "a longer name", "three",
      "four", "the longest name of all"), 330, 12)
    assert.is_true(height > 30)
    local columns = {}
    for _, cell in ipairs(cells) do
      columns[cell.x] = (columns[cell.x] or 0) + 1
      assert.is_true(cell.x >= 0 and cell.x + cell.width <= 330)
    end
    local count = 0
    for _ in pairs(columns) do count = count + 1 end
    assert.is_true(count < #cells)
  end)

  it("goes on in the next line where one entry is too long", function()
    local cells, height = legend.place(entries(("word "):rep(30), "b"), 200, 12)
    assert.is_true(#cells[1].lines > 3)
    assert.is_true(cells[2].y >= #cells[1].lines * legend.line_height)
    assert.is_true(height > cells[2].y)
  end)

  it("of nothing takes no room", function()
    assert.same({}, (legend.place({}, 100, 12)))
    assert.equal(0, (select(2, legend.place({}, 100, 12))))
  end)
end)
