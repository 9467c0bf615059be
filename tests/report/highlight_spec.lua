-- highlight_spec.lua: scripts as HTML: classes, and not a character lost.
local highlight = require "orthorun.report.highlight"
local text = require "orthorun.base.text"

local function span(class, s)
  return ('<span class="%s">%s</span>'):format(class, text.escape(s))
end

-- The script again, from its HTML.
local function plain(html)
  local entities = { amp = "&", lt = "<", gt = ">", quot = '"', ["#39"] = "'" }
  return (html:gsub("<[^>]*>", ""):gsub("&([#%w]+);", entities))
end

describe("highlighting", function()
  it("marks keywords, strings, numbers and comments", function()
    assert.equal(span("k", "local") .. " x = " .. span("n", "0x1F") .. " " ..
      span("c", "-- why"), highlight "local x = 0x1F -- why")
    assert.equal(span("s", '"a\\"b"') .. " " .. span("s", "'c'"),
      highlight [["a\"b" 'c']])
  end)

  it("knows long brackets of any level, over lines", function()
    assert.equal(span("s", "[==[ a ]] \n ]==]") .. " b",
      highlight "[==[ a ]] \n ]==] b")
    assert.equal(span("c", "--[[ a\nb ]]") .. "c", highlight "--[[ a\nb ]]c")
    assert.equal("a[b[" .. span("n", "1") .. "]]", highlight "a[b[1]]")
  end)

  it("does not take names for keywords", function()
    assert.equal("ending, _end, end2 = nothing",
      highlight "ending, _end, end2 = nothing")
    assert.equal(span("k", "end"), highlight "end")
  end)

  it("ends a string that is not closed with its line", function()
    assert.equal(span("s", "'a\n") .. span("k", "end"), highlight "'a\nend")
  end)

  it("escapes all that it writes", function()
    assert.equal("a &lt; b &amp; " .. span("s", '"<b>"'),
      highlight 'a < b & "<b>"')
  end)

  it("loses nothing of scripts that are broken or binary", function()
    local pieces = { "", "'", '"never ends', "--", "--[[ open", "[==[ open",
      "a = [", "\\", "'\\", "1..2", "é∞", "\0\255", "'a\nb'", "--[=", "[=" }
    for _, s in ipairs(pieces) do assert.equal(s, plain(highlight(s))) end
    local file = assert(io.open "lua/orthorun/report/highlight.lua")
    local own = file:read "a"
    file:close()
    assert.equal(own, plain(highlight(own)))
  end)
end)
