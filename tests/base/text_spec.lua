-- text_spec.lua: texts of users made fit for pictures and pages.
local text = require "orthorun.base.text"

describe("a clean text", function()
  it("is valid UTF-8 in one line", function()
    assert.equal("plain", text.clean "plain")
    assert.equal("über é ∞", text.clean "über é ∞")
    assert.equal("two lines  tab", text.clean "two\nlines\r\ttab")
    assert.equal("a b", text.clean "a\0b")
    assert.equal("a b", text.clean "a\194\133b") -- a control beyond ASCII
    assert.equal("a\194\160b", text.clean "a\194\160b") -- and none
  end)

  it("has question marks for bytes that are no UTF-8", function()
    assert.equal("a?b", text.clean "a\255b")
    assert.equal("??", text.clean "\192\128") -- an overlong NUL
    assert.equal("???", text.clean "\237\160\128") -- a lone surrogate
    assert.equal("a?", text.clean "a\195") -- cut off
    local noise = {}
    for i = 0, 255 do noise[i + 1] = string.char(255 - i) end
    assert.is_truthy(utf8.len(text.clean(table.concat(noise))))
  end)

  it("is made of whatever tostring makes one of", function()
    assert.equal("3", text.clean(3))
    assert.equal("nil", text.clean(nil))
  end)
end)

describe("a text with C's -nan", function()
  it("has nan, as wide as it was where it was aligned", function()
    assert.equal("(nan +- nan)", text.clean "(-nan +- -nan)")
    assert.equal("a     nan b", text.unsigned_nan "a    -nan b")
    assert.equal("banana-nan -nano", text.unsigned_nan "banana-nan -nano")
  end)
end)

describe("an escaped text", function()
  it("is itself in HTML, in quotes, too", function()
    assert.equal("&lt;a href=&quot;x&quot;&gt;R&amp;D&#39;s&lt;/a&gt;",
      text.escape "<a href=\"x\">R&D's</a>")
    assert.equal("&amp;lt;", text.escape "&lt;")
    assert.equal("1", (text.escape(1)))
  end)

  it("is one value, not gsub's two", function()
    assert.equal(1, select("#", text.escape "<"))
    assert.equal(1, select("#", text.clean "a\nb"))
  end)
end)

describe("a count", function()
  it("is of one or of several", function()
    assert.equal("1 seed", text.count(1, "seed"))
    assert.equal("0 seeds", text.count(0, "seed"))
    assert.equal("5 seeds", text.count(5, "seed"))
  end)
end)

describe("a width", function()
  it("counts characters, and bytes where they are no UTF-8", function()
    assert.equal(0, text.width "")
    assert.equal(3, text.width "é∞a")
    assert.equal(2, text.width "\255\254")
    assert.equal(8, text.width "深度学习") -- two columns of a terminal each
    assert.equal(1, text.width "e\u{301}") -- an accent takes none
    assert.equal("深 ", text.fit("深度", 3))
  end)

  it("is filled or cut to", function()
    assert.equal("é  ", text.fit("é", 3))
    assert.equal("  é", text.fit("é", 3, true))
    assert.equal("é∞", text.fit("é∞a", 2))
    assert.equal("ab", text.fit("abc", 2, true))
    assert.equal("", text.fit("abc", 0))
    assert.equal("abc", text.fit("abc", 3))
  end)
end)
