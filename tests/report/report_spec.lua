-- report_spec.lua: what a report says, and that nothing in it runs or leaves
-- the page.
local ortho = require "orthorun"
local core = require "orthorun.core"
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

  it("holds what was printed, in order, and the CSV files written", function()
    local path = packed.write("told.lua", [==[
print "Before anything: a heading."
local sweep = ortho.sweep { name = "told", grid = { k = { 1, 2 },
  seed = ortho.range(3) }, trial = function(p, rng)
    print "a trial's own words are not the script's"
    return { x = p.k + rng:normal(1, 1):get(1, 1) / 100 } end }
local results = sweep:run()
io.write("grad      the loss's gradient\n", "by_layer  its slope\n")
local summary = results:summary { by = "k", of = "x" }
summary:print { title = "The first table" }
print(("It grows as n^(%.2f +- %.2f)."):format(0 / 0, 0 / 0))
local more = ortho.table.of({ "a", "b" }, { { a = 1, b = 0 / 0 } })
io.stdout:write "and more:\n"
more:print()
print("CSV   " .. results:csv(sweep:path "told.csv"))
print("CSV   " .. more:csv(sweep:path "more.csv"))
print "So it is."]==])
    local to = packed.folder .. "/told.html"
    local status, out, err = packed.run { "--pack", path, "--quiet", "--out",
      packed.folder .. "/told", "-o", to }
    assert.equal(0, status, err)
    local text, at = packed.read(to), 0
    for _, wanted in ipairs { "<h2>What was found</h2>",
      "Before anything: a heading.", '<pre class="said">grad      the loss&#39;s',
      '<p class="title">The first table</p>', '<th class="number">x_low</th>',
      "It grows as n^(nan +- nan).", "and more:", "So it is.",
      "<h2>Script</h2>" } do
      local found = text:find(wanted, at + 1, true)
      assert.is_truthy(found, wanted)
      at = found
    end
    local body = text:gsub("<script.-</script>", ""):gsub("base64,[%w+/=]*", "")
    lacks(body, "-nan")
    lacks(out, "-nan")
    lacks(body:match "What was found.-<h2>Script", "a trial&#39;s own words")
    lacks(body:match "What was found.-<h2>Script", "told.csv")
    local inside = share.open(to)
    assert.equal(1, #inside.results)
    assert.same({ { "more", "a,b\n1,nan\n" } }, inside.files) -- the other is results
    -- digits as in the terminal's table
    local shown = out:match "\n1 +3 +(%S+) "
    assert.matches("^%d%.%d+$", shown)
    has(text, '<td class="number">' .. shown .. "</td>")
  end)

  it("says what is missing where nothing has been run, printed or drawn",
    function()
      local program = os.getenv "ORTHORUN" or "./orthorun"
      local to = os.tmpname()
      os.remove(to)
      local function run(code)
        return core.file.spawn { program, "-e", code:format(to) }
      end
      local status, _, err = run "ortho.report { file = %q }"
      assert.equal(1, status)
      has(err, "report: there is nothing to report yet; write it after what it is " ..
        "to hold: a sweep's run, prints, tables, plots, or give checks=")
      assert.is_nil(io.open(to))
      assert.equal(0, (run "print(1) ortho.report { file = %q }"))
      local file = assert(io.open(to, "rb"))
      assert.is_true(#file:read "a" < 20000) -- the program is not in it
      file:close()
      os.remove(to)
    end)

  it("has the outcome beside what it is of, and no empty column", function()
    local verdict = page:match "<h2>Verdict</h2>(.-)</section>"
    local heads = {}
    for head in verdict:gmatch "<th[^>]*>([^<]*)</th>" do
      heads[#heads + 1] = head
    end
    assert.equal("what agrees predicted measured", table.concat(heads, " ", 1, 4))
    for _, name in ipairs { "error", "z" } do
      local column = select(2, verdict:gsub(">" .. name .. "<", ""))
      assert.is_true(column <= 1)
    end
    assert.equal(2, select(2, verdict:gsub('<td class="yes">', "")))
    assert.equal(1, select(2, verdict:gsub('<td class="no">', "")))
  end)

  it("names a missing file and a place that cannot be written", function()
    assert.has_error(function() ortho.report {} end, nil)
    local ok, message = pcall(ortho.report, { file = "/nowhere/a.html" })
    assert.is_false(ok)
    has(message, "cannot write /nowhere/a.html")
  end)
end)
