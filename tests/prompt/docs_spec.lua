-- docs_spec.lua: the API reference as the prompt reads it, and its help.
local docs = require "orthorun.prompt.docs"
local help = require "orthorun.prompt.help"
local display = require "orthorun.prompt.display"

describe("the reference", function()
  it("has an item for every name of the library", function()
    assert.is_true(#docs.reference().items > 150)
    for _, name in ipairs { "init.orthogonal", "ortho.mlp", "A:svd", "t:print",
      "optim.sgd", "theory.quarter_circle.cdf", "fail" } do
      assert.is_table(docs.item(name), name)
    end
    assert.is_nil(docs.item "init.nothing")
  end)

  it("knows options and their defaults", function()
    local gain, det = table.unpack(docs.options "init.orthogonal")
    assert.same({ "gain", "1", "det", "nil" },
      { gain.name, gain.default, det.name, det.default })
    local names = {}
    for i, option in ipairs(docs.options "plot") do names[i] = option.name end
    assert.matches(" band file formats?", " " .. table.concat(names, " ")
      :gsub(" share.* caption", ""):gsub(" direct panels", ""))
    assert.is_nil(docs.options "A:svd")
    local signal = {}
    for _, option in ipairs(docs.options "theory.signal") do
      signal[option.name] = true
    end
    assert.is_true(signal.width and signal.depth)
  end)

  it("finds names by values: functions, modules, methods", function()
    assert.equal("init.orthogonal", docs.name_of(ortho, ortho.init.orthogonal))
    assert.equal("metric", docs.name_of(ortho, ortho.metric))
    assert.equal("A:svd", docs.name_of(ortho, ortho.matrix.eye(1).svd))
    assert.is_nil(docs.name_of(ortho, print))
  end)

  it("finds words in names before words in texts", function()
    local items = docs.search "haar"
    assert.is_true(#items >= 3)
    assert.same({ "optim.adam" }, docs.search "adam"[1].names)
    assert.same({}, docs.search "no such word")
  end)

  it("has examples from the other pages", function()
    assert.equal("U, s, Vt = A:svd()", docs.examples("A:svd", 3)[2])
    assert.is_true(#docs.examples("init.orthogonal", 2) == 2)
    local example = docs.examples("ortho.train", 2)[2]
    assert.matches("^local history = ortho.train{.*\n  optimizer.*}}$", example)
  end)
end)

describe("help", function()
  setup(function()
    display.set { colors = false, width = 80, ortho = ortho }
    rawset(package.loaded, "orthorun", ortho)
  end)

  it("tells of a function, an object, a module and a word", function()
    assert.matches("^init.orthogonal{gain=1, det=nil}\n  gain times a Haar",
      help.of_value(ortho.init.orthogonal))
    assert.matches("\n  %- orthogonality_error", help.of_word "tracker")
    assert.matches("matrix: its methods.*\n  A:svd()",
      help.of_value(ortho.matrix.eye(1)))
    assert.matches("^metric\n", help.of_value(ortho.metric))
    assert.matches("init.looks_linear", help.of_value "haar", 1, true)
    assert.matches("^A:svd%(%)", help.of_word "svd")
    assert.matches("nothing in the reference", help.of_word "zzzz")
    assert.matches("no part of the library", help.of_value(print))
  end)

  it("keeps to the width of the terminal", function()
    for _, word in ipairs { "theory.signal", "svd", "train", "data.load" } do
      local text = help.of_word(word):gsub("\n  for example\n.*", "")
      for line in text:gmatch "[^\n]+" do
        assert.is_true(utf8.len(line) <= 80, line)
      end
    end
  end)
end)
