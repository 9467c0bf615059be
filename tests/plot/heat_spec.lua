-- heat_spec.lua: plots of kind "heat".
local plot = require "orthorun".plot
local tabular = require "orthorun.table"
local sample = dofile "tests/plot/sample.lua"

local function has(text, wanted)
  assert.is_truthy(text:find(wanted, 1, true),
    ("no %q in the script:\n%s"):format(wanted, text))
end

local function with(changes)
  local spec = { data = sample(), x = "layer", y = "y" }
  for name, value in pairs(changes) do spec[name] = value end
  return plot.script(spec)
end

describe("a heat map", function()
  it("fills a cell around each place, half way to its neighbours",
    function()
      local text = with { kind = "heat", y = "seed", z = "y", log_z = true }
      has(text, "with boxxyerror")
      has(text, "\n1.5 2.5 0.5 1.5 0.01\n")
      has(text, "set logscale cb")
    end)

  it("without z shows the density of y at each x", function()
    local t = tabular.new { "step", "s" }
    for i = 1, 4 do t:append { step = 1, s = i // 4 } end
    has(plot.script { data = t, kind = "heat", x = "step", y = "s", bins = 2,
      range = { 0, 2 } }, "\n0.5 1.5 0 1 0.75\n0.5 1.5 1 2 0.25\n")
  end)

  it("has a middle for its colours, and a curve over it", function()
    local text = with { kind = "heat", y = "seed", z = "y", middle = 0.1,
      theory = function() return 2 end }
    assert.truthy(text:find "set cbrange %[%-0%.1%d*:0%.3%d*%]")
    has(text, "\n4.5 2\n")
    has(with { kind = "heat", y = "seed", z = "y", theory = function(_, row)
      return row.seed + 1
    end }, "\n4.5 2\n")
  end)
end)
