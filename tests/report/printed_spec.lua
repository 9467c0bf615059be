-- printed_spec.lua: what a script printed, as HTML.
local printed = require "orthorun.report.printed"

describe("a printed text", function()
  it("flows where its lines were broken to fit", function()
    local line = ("word "):rep(14):sub(1, -2)
    assert.equal(('<p class="said">%s %s end</p>\n'):format(line, line),
      printed(line .. "\n" .. line .. "\nend\n"))
  end)

  it("keeps its lines where they are short", function()
    assert.equal('<p class="said lines">one\ntwo</p>\n', printed "one\ntwo\n")
  end)

  it("keeps its columns", function()
    assert.equal('<pre class="said">grad       of the loss\nby_layer   its slope</pre>\n',
      printed "grad       of the loss\nby_layer   its slope\n")
    assert.equal('<pre class="said">a    1</pre>\n', printed "a\t1\n")
  end)

  it("has a paragraph for each block", function()
    assert.equal('<p class="said">a</p>\n<p class="said">b</p>\n',
      printed "\n\na\n\n\nb")
    assert.equal("", printed "\n \n")
  end)

  it("leaves out lines that name files which the page has", function()
    assert.equal('<p class="said">done</p>\n', printed(
      "CSV   runs/x/x.csv\nplot  runs/x/x.svg\nreport  x.html\ndone\n"))
    assert.equal('<p class="said">see runs/x/x.csv for more</p>\n',
      printed "see runs/x/x.csv for more")
  end)

  it("is escaped, without colours and control characters", function()
    assert.equal('<p class="said">&lt;b&gt; red ? x</p>\n',
      printed "<b> \27[31mred\27[0m \255 x\7")
  end)
end)
