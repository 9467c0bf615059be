-- ticks_spec.lua: where an axis has its ticks, and what stands at them.
local axis_of = require "orthorun.plot.axis"
local ticks = require "orthorun.plot.ticks"

local function size() return 24 end

-- The labels of an axis with these ends, and the factor that they leave out.
local function labels(low, high, more)
  local axis = { low = low, high = high }
  for name, value in pairs(more or {}) do axis[name] = value end
  local made, list = ticks.of(axis, 260, size), {}
  for _, tick in ipairs(made) do
    if not tick.minor then list[#list + 1] = tick.label end
  end
  return list, made.factor, made
end

describe("ticks", function()
  it("are round numbers with the same decimals", function()
    assert.same({ "0.0", "0.5", "1.0", "1.5", "2.0" }, (labels(0, 2.1)))
    assert.same({ "-2", "-1", "0", "1", "2", "3" }, (labels(-2.1, 3.2)))
    assert.same({ "0.11290", "0.11295", "0.11300", "0.11305", "0.11310" },
      (labels(0.11288, 0.11313)))
  end)

  it("are whole, and not beyond the data, where these are", function()
    local whole = { whole = true, first = 1, last = 3 }
    assert.same({ "1", "2", "3" }, (labels(0.9, 3.1, whole)))
    whole.last = 2
    assert.same({ "1", "2" }, (labels(0.9, 2.1, whole)))
    whole.last = 1
    assert.same({ "1" }, (labels(0.5, 1.5, whole)))
    whole.last = 51
    assert.same({ "10", "20", "30", "40", "50" }, (labels(0, 52, whole)))
    for high = 2, 400, 7 do
      for _, log in ipairs { false, true } do
        for _, label in ipairs((labels(0.98, high, { whole = true, log = log })))
        do
          assert.is_truthy(label:find "^%d+$", label)
        end
      end
    end
  end)

  it("stand at the values swept where these are few", function()
    local depths = { 2, 4, 8, 16, 32 }
    assert.same({ "2", "4", "8", "16", "32" }, (labels(1.9, 33, { log = true,
      swept = depths, whole = true })))
    assert.same({ "4", "10", "20", "30", "40", "51" }, (labels(3, 52,
      { swept = { 4, 10, 20, 30, 40, 51 }, whole = true, first = 4, last = 51 })))
    local widths = { 16, 19, 23, 27, 32, 38, 45, 54, 64, 76, 91, 108, 128, 152,
      181 }
    local list = labels(15, 190, { log = true, swept = widths, whole = true })
    assert.same({ "16", "23", "32", "45", "64", "91", "128", "181" }, list)
    assert.same({ "0.25", "0.5", "1" }, (labels(0.24, 1.1, { log = true,
      swept = { 0.25, 0.5, 1 } })))
    assert.same({ "10^{-5}", "10^{-4}", "10^{-3}" }, (labels(9e-6, 1.1e-3,
      { log = true, swept = { 1e-5, 1e-4, 1e-3 } })))
  end)

  it("are round where values swept have long labels or are many", function()
    local odd = { 0.123456, 0.234567, 0.345678 }
    assert.same({ "0.15", "0.20", "0.25", "0.30", "0.35" }, (labels(0.12, 0.35,
      { swept = odd })))
    local many = {}
    for i = 1, 51 do many[i] = i end
    assert.same({ "10", "20", "30", "40", "50" }, (labels(0, 52, { swept = many,
      whole = true, first = 1, last = 51 })))
  end)

  it("leave out a power of ten that they share", function()
    local list, factor = labels(0, 5.1e-13)
    assert.same({ "0", "1", "2", "3", "4", "5" }, list)
    assert.equal(-13, factor)
    list, factor = labels(1.6e-14, 1.76e-14, { log = true })
    assert.equal("1.60", list[1])
    assert.equal(-14, factor)
    list, factor = labels(0, 3e7)
    assert.equal(7, factor)
    assert.equal("3.0", list[#list])
    assert.is_nil((select(2, labels(0, 90000))))
    assert.is_nil((select(2, labels(0, 200000, { whole = true }))))
    assert.is_nil((select(2, labels(1e-3, 5e-3))))
  end)

  it("are powers of ten over decades, plain ones near 1", function()
    assert.same({ "0.001", "0.01", "0.1", "1" }, (labels(6e-4, 2, { log = true })))
    assert.same({ "10^{-8}", "10^{-6}", "10^{-4}", "10^{-2}", "10^{0}" },
      (labels(2e-10, 9, { log = true })))
    assert.same({ "0.5", "1", "2", "5", "10", "20", "50" }, (labels(0.4, 80,
      { log = true })))
    local _, _, made = labels(6e-4, 2, { log = true })
    assert.is_true(made[#made].minor)
  end)

  it("count logarithms in powers of ten, of any size", function()
    assert.same({ "10^{0}", "10^{20}", "10^{40}", "10^{60}", "10^{80}",
      "10^{100}" }, (labels(-12, 115, { powers = true })))
    local list, factor, made = labels(7444.2, 7445.1, { powers = true })
    assert.same({ "0.2", "0.5", "1" }, list)
    assert.equal(7445, factor)
    assert.is_near(7444 + math.log(2, 10), made[1].at, 1e-9)
  end)

  it("are there at any ends, a few, and within them", function()
    for _, ends in ipairs { { 1, 1 + 1e-15 }, { -1e308, 1e308 }, { 1e-300, 2e-300 },
      { 5, 5.1 }, { -3e-9, 7e4 }, { 1e15, 1e15 + 8 }, { 123456.1, 123456.2 } } do
      for _, more in ipairs { {}, { whole = true }, { powers = true },
        { log = true } } do
        local far = math.abs(ends[2]) > 1e12 or math.abs(ends[2]) < 1e-12
        if not (more.log and ends[1] <= 0) and not ((more.powers or
          more.whole) and far) then
          local _, _, made = labels(ends[1], ends[2], more)
          assert.is_true(#made < 60, ends[1])
          local axis = { low = ends[1], high = ends[2] }
          local seen = {}
          for _, tick in ipairs(made) do
            local at = axis_of.share_of(axis, tick.at)
            assert.is_true(at > -1e-6 and at < 1 + 1e-6 or at ~= at, ends[1])
            assert.is_nil(tick.label and seen[tick.label])
            seen[tick.label or false] = tick.label
          end
        end
      end
    end
  end)

  it("leave room for one another", function()
    local function wide(label) return 9 * #label end
    for _, ends in ipairs { { 0, 1e-3 }, { 1000, 99999 }, { 0.11, 0.1111 } } do
      local axis = { low = ends[1], high = ends[2] }
      local made = ticks.of(axis, 200, wide)
      for i = 2, #made do
        local gap = (axis_of.share_of(axis, made[i].at) -
          axis_of.share_of(axis, made[i - 1].at)) * 200
        assert.is_true(gap >= (wide(made[i].label) + wide(made[i - 1].label)) / 2)
      end
    end
  end)
end)
