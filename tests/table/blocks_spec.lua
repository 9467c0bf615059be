-- blocks_spec.lua: columns of texts as lines that fit.
local blocks = require "orthorun.table.blocks"
local text = require "orthorun.base.text"

local function lines(columns, across)
  return table.concat(blocks(columns, across), "\n")
end

local function numbers(...)
  return { numbers = true, ... }
end

local names = { is_key = true, "what", "a", "b" }

describe("columns as lines", function()
  it("have their points below each other, and numbers on the right", function()
    assert.are.equal("what      x   n\na     12.5    7\nb      0.01  10",
      lines { names, numbers("x", "12.5", "0.01"), numbers("n", "7", "10") })
    assert.are.equal("        x\n  1e-05\n  1.5e+10\n 20\n -3.25\nnan\n" ..
      "inf\n -0.5", lines { numbers("x", "1e-05", "1.5e+10", "20", "-3.25",
        "nan", "inf", "-0.5") })
    assert.are.equal("n\n\n3", lines { numbers("n", "", "3") })
  end)

  it("go on below where they do not fit, behind the keys once more", function()
    local columns = { names, numbers("x_theory", "1.5", "2"),
      numbers("y_theory", "3", "4") }
    assert.are.equal("what  x_theory  y_theory\na          1.5         3\n" ..
      "b          2           4", lines(columns, 24))
    assert.are.equal("what  x_theory\na          1.5\nb          2\n\n" ..
      "what  y_theory\na            3\nb            4", lines(columns, 23))
  end)

  it("lose nothing however narrow it is", function()
    local columns, seen = { names }, {}
    for k = 1, 30 do columns[k + 1] = numbers("c" .. k, k .. ".5", "1") end
    for across = 1, 120 do
      local all = lines(columns, across) .. "\n"
      for line in all:gmatch "[^\n]+" do
        assert.is_true(text.width(line) <= math.max(across, 11), line)
      end
      for k = 1, 30 do
        assert.is_truthy(all:find("c" .. k .. "%f[%s]"), k)
        assert.is_truthy(all:find("%f[%d]" .. k .. "%.5%f[%s]"), k)
      end
      seen[select(2, all:gsub("what", ""))] = true
    end
    assert.is_true(seen[2])
  end)

  it("break the first one's texts where that is enough", function()
    local columns = { { is_key = true, "what", "width, He: exponent of drift",
      "rate" }, numbers("x", "1.25", "-3"), { "agrees", "yes", "no" } }
    assert.are.equal("what                     x  agrees\n" ..
      "width, He: exponent   1.25  yes\n  of drift\n" ..
      "rate                 -3     no", lines(columns, 34))
    -- a word without room: blocks
    columns[1][2] = ("é"):rep(22)
    local all = lines(columns, 34)
    assert.is_truthy(all:find(columns[1][2], 1, true))
    assert.is_truthy(all:find "\n\nwhat")
  end)

  it("of nothing are nothing", function()
    assert.are.same({}, blocks({}))
    assert.are.same({}, blocks({}, 10))
    assert.are.equal("a  b", lines({ { "a" }, numbers "b" }, 80))
  end)
end)
