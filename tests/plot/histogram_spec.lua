-- histogram_spec.lua: plots of kind "histogram".
local plot = require "orthorun".plot
local tabular = require "orthorun.table"
local raises = dofile("tests/support.lua").raises

local function has(text, wanted)
  assert.is_truthy(text:find(wanted, 1, true),
    ("no %q in the script:\n%s"):format(wanted, text))
end

describe("a histogram", function()
  it("is a density: its area is 1", function()
    local t = tabular.new { "s" }
    for i = 1, 10 do t:append { s = i <= 8 and 0.25 or 0.75 } end
    local text = plot.script { data = t, kind = "histogram", x = "s",
      range = { 0, 1 }, bins = 2, density = function() return 0.5 end }
    has(text, "\n0 1.6 0 1.6\n0.5 1.6 0 1.6\n0.5 0.4 0 0.4\n1 0.4 0 0.4\n")
    has(text, "\n0.01 0.5\n") -- the law
  end)

  it("draws values that are all equal, and counts those outside",
    function()
      local t = tabular.new { "s" }
      for _ = 1, 10 do t:append { s = 1.0 } end
      local text = plot.script { data = t, kind = "histogram", x = "s" }
      has(text, "set xrange [0.9:1.1]")
      has(plot.script { data = t, kind = "histogram", x = "s",
        range = { 2, 3 } }, "off the axis: 10 outside of 10 values")
    end)

  it("is a step for each group, in the colours of the palette", function()
    local t = tabular.new { "s", "k" }
    for i = 1, 20 do t:append { s = i / 20, k = i % 2 == 0 and "a" or "b" } end
    local text = plot.script { data = t, kind = "histogram", x = "s",
      color = "k", bins = 4 }
    local _, blocks = text:gsub("%$p%w+ <<%s*EOD", "")
    assert.equal(2, blocks)
    has(text, "$p1s2 << EOD")
  end)

  it("has a law for each group where the law takes a record", function()
    local t = tabular.new { "s", "k" }
    for i = 1, 20 do t:append { s = i / 20, k = i % 2 } end
    local text = plot.script { data = t, kind = "histogram", x = "s", color = "k",
      range = { 0, 1 }, density = function(x, row) return 10 * (row.k + 1) + x end }
    has(text, "\n0.5 10.5\n")
    has(text, "\n0.5 20.5\n")
  end)

  it("wants numbers, and at least one bin", function()
    local t = tabular.of({ "s", "k" }, { { s = 1, k = "a" } })
    raises("plot: bins must be a whole number from 1 to 10000, not 0",
      plot.script, { data = t, kind = "histogram", x = "s",
      bins = 0 })
    raises("unknown column 'none'", plot.script, { data = t,
      kind = "histogram", x = "none" })
  end)
end)
