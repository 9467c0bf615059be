-- palette_spec.lua: which colour a group of results has.
local ortho = require "orthorun"
local palette = require "orthorun.plot.palette"

-- The colour of one level among these, and its mark.
local function choose(levels, value, others)
  local look = palette.assign(levels, others)[value]
  return look.color, look.mark
end

describe("a colour", function()
  it("belongs to an initialization, whatever is beside it", function()
    local one, seen = choose({ "orthogonal" }, "orthogonal"), {}
    local arms = ortho.arms.names
    for i, name in ipairs(arms) do
      assert.equal(i, palette.inits[name])
      assert.equal(i, (choose({ "mine", name, "x" }, name)))
      assert.equal(i, (choose(arms, name)))
      seen[palette.color(i)] = name
    end
    for _, name in ipairs(arms) do
      assert.equal(name, seen[palette.color(palette.init(name))])
    end
    assert.equal(one, (choose({ "mine", "orthogonal" }, "orthogonal")))
    assert.not_equal(one, (choose({ "mine", "orthogonal" }, "mine")))
  end)

  it("is that of a synonym, unless the name itself is there", function()
    assert.equal(palette.inits.he_normal, (choose({ "he" }, "he")))
    for _, levels in ipairs { { "he", "he_normal" }, { "he_normal", "he" } } do
      assert.equal(palette.inits.he_normal, (choose(levels, "he_normal")))
      assert.not_equal(palette.inits.he_normal, (choose(levels, "he")))
    end
    for name, meant in pairs(palette.synonyms) do
      assert.is_truthy(palette.inits[meant], name)
      assert.equal(palette.inits[meant], palette.init(name))
    end
  end)

  it("of another name is none of an initialization in the figure", function()
    local all = { "x", "y", "z", "orthogonal", "gaussian" }
    for _, name in ipairs { "x", "y", "z" } do
      local color = choose({ "x", "y", "z" }, name, all)
      assert.not_equal(palette.inits.orthogonal, color)
      assert.not_equal(palette.inits.gaussian, color)
      assert.equal(color, (choose(all, name)))
    end
    local crowded = { table.unpack(ortho.arms.names) }
    for i = 1, 10 do crowded[#crowded + 1] = "more " .. i end
    local seen = {}
    for _, name in ipairs(crowded) do
      local look = ("%s %s"):format(choose(crowded, name))
      assert.is_nil(seen[look])
      seen[look] = true
    end
  end)
end)

describe("many colours", function()
  it("are shades of numbers, and come back with other marks of names",
    function()
      local numbers, texts = {}, {}
      for i = 1, 15 do numbers[i], texts[i] = i, "name " .. i end
      assert.equal("440154", (choose(numbers, 1)))
      local seen = {}
      for i = 1, 15 do
        local color, mark = choose(texts, texts[i])
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
    assert.equal("930059", palette.darker "FF009B")
    assert.equal("9A9A9A", palette.darker "000000") -- seen on black
  end)

  it("has dashes, others for each", function()
    local seen = {}
    for i = 1, #palette.groups do
      local dash = palette.dash(i)
      assert.is_truthy(dash:find "^%d+,%d+")
      assert.is_nil(seen[dash])
      seen[dash] = true
    end
    assert.equal(palette.dash(1), palette.dash(1 + #palette.groups))
  end)
end)

describe("levels", function()
  it("beside initializations take what those leave", function()
    local arms = ortho.arms.names
    local levels, seen = { arms[1], "x", "y", arms[2] }, {}
    for _, level in ipairs(levels) do
      local color = choose(levels, level)
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
    assert.equal("440154", (choose(numbers, 1)))
    assert.is_true(sum(choose(numbers, 20)) >
      sum(choose(numbers, 1)) + 200)
  end)
end)
