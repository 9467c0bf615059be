-- palette_spec.lua: which colour a group of results has.
local ortho = require "orthorun"
local palette = require "orthorun.plot.palette"

describe("a colour", function()
  it("belongs to an initialization, whatever is beside it", function()
    local one = palette.choose({ "orthogonal" }, "orthogonal")
    local arms = ortho.arms.names
    assert.are.same(arms, palette.inits)
    assert.equal(one, (palette.choose(arms, "orthogonal")))
    assert.equal(one, (palette.choose({ "mine", "orthogonal" }, "orthogonal")))
    assert.not_equal(one, (palette.choose({ "mine", "orthogonal" }, "mine")))
  end)
end)

describe("many colours", function()
  it("are shades of numbers, and come back with other marks of names",
    function()
      local numbers, texts = {}, {}
      for i = 1, 15 do numbers[i], texts[i] = i, "name " .. i end
      assert.equal("440154", (palette.choose(numbers, 1)))
      local seen = {}
      for i = 1, 15 do
        local color, mark = palette.choose(texts, texts[i])
        assert.equal("number", type(color))
        assert.is_nil(seen[color .. " " .. mark])
        seen[color .. " " .. mark] = true
      end
    end)
end)

describe("a scale", function()
  it("has its own colours at its steps, and mixtures between", function()
    for i, color in ipairs(palette.scale) do
      assert.equal(color, palette.at(palette.scale,
        (i - 1) / (#palette.scale - 1)))
    end
    assert.equal("7F7F7F", (palette.at({ "000000", "FEFEFE" }, 0.5)))
  end)

  it("ends where its colours end", function()
    assert.equal(palette.scale[1], palette.at(palette.scale, -3))
    assert.equal(palette.scale[#palette.scale], palette.at(palette.scale, 9))
    assert.equal("F7F7F7", palette.at(palette.diverging, 0.5))
  end)
end)

describe("a colour's number", function()
  it("goes round the palette; digits are themselves", function()
    assert.equal("0072B2", palette.color(1))
    assert.equal("000000", palette.color(7))
    assert.equal("0072B2", palette.color(8))
    assert.equal("123ABC", palette.color "123ABC")
  end)

  it("has a darker shade, channel by channel", function()
    assert.equal("000000", palette.darker "000000")
    assert.equal("8C0055", palette.darker "FF009B")
  end)
end)

describe("levels", function()
  it("beside initializations take what those leave", function()
    local arms = palette.inits
    local levels, seen = { arms[1], "x", "y", arms[2] }, {}
    for _, level in ipairs(levels) do
      local color = palette.choose(levels, level)
      assert.is_nil(seen[color])
      seen[color] = true
    end
  end)

  it("are shades from dark to light where there are many", function()
    local numbers = {}
    for i = 1, 20 do numbers[i] = i end
    local function sum(hex)
      local total = 0
      for pair in hex:gmatch "%x%x" do total = total + tonumber(pair, 16) end
      return total
    end
    assert.equal("440154", (palette.choose(numbers, 1)))
    assert.is_true(sum(palette.choose(numbers, 20)) >
      sum(palette.choose(numbers, 1)) + 200)
  end)
end)
