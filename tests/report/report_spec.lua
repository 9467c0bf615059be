-- report_spec.lua: what a report says, and that nothing in it runs or leaves
-- the page.
local ortho = require "orthorun"
local packed = dofile "tests/report/packed.lua"
local share = require "orthorun.report.share"
local has, lacks, script = packed.has, packed.lacks, packed.script
local shared, page

setup(function() shared, page = packed.report() end)

teardown(packed.remove)

describe("a report", function()
  it("has all its sections", function()
    for _, title in ipairs { "Verdict", "Parameters", "Plots", "Tables",
      "Script", "Surroundings", "How to run it again", "Data" } do
      has(page, "<h2>" .. title .. "</h2>")
    end
    has(page, "2 of 3 predictions agree")
    has(page, "<svg")
    has(page, "<title>a\nlayer = 1\n") -- under the mouse
  end)

  it("escapes what users wrote", function()
    has(page, "Is &lt;i&gt;this&lt;/i&gt; &amp; that &quot;safe&quot;?")
    has(page, "one &lt;b&gt;")
    has(page, "&lt;b&gt;a&lt;/b&gt; comment &amp; &quot;quotes&quot;")
    lacks(page, "<script>")
    lacks(page, "</script><b>")
    assert.is_nil(io.open "pwned")
  end)

  it("needs no network, and is small", function()
    for address in page:gmatch "https?://[%w./]+" do
      assert.truthy(address:find("www.w3.org", 1, true), address)
    end
    assert.is_nil(page:find "<link" or page:find "@import" or
      page:find "<img")
    assert.is_true(#page < 300e3)
  end)

  it("carries the script, the arguments and the results", function()
    local inside = share.open(shared)
    assert.equal(script, inside.script)
    assert.same({ "--n", "20" }, inside.facts.arguments)
    assert.equal("sums.lua", inside.facts.script)
    assert.equal(1, #inside.results)
    has(inside.results[1][2], "kind,seed,n,layer,s\n")
    local _, lines = inside.results[1][2]:gsub("\n", "")
    assert.equal(2 * 2 * 20 + 1, lines)
  end)

  it("names a missing file and a place that cannot be written", function()
    assert.has_error(function() ortho.report {} end, nil)
    local ok, message = pcall(ortho.report, { file = "/nowhere/a.html" })
    assert.is_false(ok)
    has(message, "cannot write /nowhere/a.html")
  end)
end)
