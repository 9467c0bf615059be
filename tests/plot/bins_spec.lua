-- bins_spec.lua: values counted in equal steps.
local bins = require "orthorun.plot.bins"

local function tally() return { outside = 0 } end

describe("bins", function()
  it("reach from the least value to the largest", function()
    local low, high = bins.range({}, { 3, 1, 2 })
    assert.is_true(low <= 1 and low > 0.999 and high >= 3 and high < 3.001)
    assert.same({ -1, 7 }, { bins.range({ range = { -1, 7 } }, { 3 }) })
  end)

  it("have a width where values are equal, or none are there", function()
    for _, values in ipairs { { 5, 5 }, { 0 }, { -1e300 }, { 1e-300 }, {} } do
      local low, high = bins.range({}, values)
      assert.is_true(low < high, tostring(values[1]))
    end
  end)

  it("hold a density: their area is 1", function()
    local heights, width = bins.heights({ 0, 0.1, 0.5, 0.9 }, 0, 1, 4, tally())
    local area = 0
    for _, h in ipairs(heights) do area = area + h * width end
    assert.is_near(1, area, 1e-15)
    assert.equal(0.25, width)
    assert.same({ 2, 0, 1, 1 }, heights)
  end)

  it("count the last end in, and others as outside", function()
    local t = tally()
    local heights = bins.heights({ 1, -0.1, 1.1 }, 0, 1, 2, t)
    assert.equal(2, t.outside)
    assert.equal(0, heights[1])
    assert.is_true(heights[2] > 0)
  end)
end)
