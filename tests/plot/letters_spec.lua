-- letters_spec.lua: how wide texts of pictures are, and where they are broken.
local letters = require "orthorun.plot.letters"

describe("letters", function()
  it("are as wide as they look, about", function()
    assert.is_true(letters.width("iiii", 12) < letters.width("mmmm", 12))
    assert.is_near(161, letters.width("Haar sampler (Householder)", 12) / 1.02, 15)
    assert.equal(2 * letters.width("abc", 5), letters.width("abc", 10))
    assert.is_true(letters.width("10^{-14}", 10) < letters.width("10^^{-14}x", 10))
  end)

  it("are broken between words, and nothing of them is lost", function()
    local text = "a title of words, some are_rather_long_and_have_no_space"
    for _, width in ipairs { 60, 100, 250 } do
      local lines = letters.wrap(text, width, 12)
      for _, line in ipairs(lines) do
        assert.is_true(letters.width(line, 12) <= width, line)
      end
      assert.equal((text:gsub(" ", "")), (table.concat(lines):gsub(" ", "")))
    end
    assert.same({ text }, letters.wrap(text, 1000, 12))
  end)

  it("of long names stay different", function()
    local list = {}
    for i = 1, 12 do list[i] = "a_long_name_with_under_scores_" .. i end
    local short, seen = letters.short(list), {}
    for i, name in ipairs(short) do
      assert.is_true(utf8.len(name) <= 24)
      assert.is_nil(seen[name])
      seen[name] = i
    end
    local middle = { ("x"):rep(20) .. "a" .. ("x"):rep(20), ("x"):rep(20) .. "b" ..
      ("x"):rep(20) }
    short = letters.short(middle)
    assert.not_equal(short[1], short[2])
    assert.same({ "kurz", "ä" }, letters.short { "kurz", "ä" })
    assert.same({ "abcd…hij.k" }, letters.short({ "abcdefghij.k" }, 10))
    for _, name in ipairs(letters.short({ ("x"):rep(99) .. "1", ("x"):rep(99) ..
      "2" }, 9)) do
      assert.equal(9, utf8.len(name))
    end
  end)
end)
