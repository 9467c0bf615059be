-- render_spec.lua: a table as aligned text.
local tabular = require "orthorun.table"
local render = require "orthorun.table.render"

local function sample()
  return tabular.of({ "init", "seed", "x" }, {
    { init = "b", seed = 1, x = 4 }, { init = "a", seed = 1, x = 1 },
    { init = "b", seed = 2, x = 6 }, { init = "a", seed = 2, x = 3 } })
end

describe("a table as text", function()
  it("prints aligned columns, and says what it left out", function()
    assert.are.equal("init  seed  x\nb        1  4\na        1  1\n" ..
      "... 2 more rows\n", sample():totext(2))
  end)

  it("prints the beginning of a long text", function()
    local t = tabular.of({ "s", "x" }, { { s = ("é"):rep(500), x = 1 },
      { s = "two\nlines", x = 2 } })
    assert.are.equal("s" .. (" "):rep(41) .. "x\n" .. ("é"):rep(39) ..
      "…  1\ntwo lines" .. (" "):rep(33) .. "2\n", t:totext())
  end)

  it("prints the digits that the spread justifies", function()
    local t = tabular.of({ "x", "x_low", "x_high", "y" }, {
      { x = 108.6712, x_low = 108.49, x_high = 108.83, y = 108.6712 },
      { x = 0.00123456, x_low = 0.001, x_high = 0.002, y = 1 / 3 },
      { x = 61234.5, x_low = 61000.0, x_high = 62000.0, y = 2 } })
    assert.are.equal("         x       x_low      x_high     y (s)\n" ..
      "108.67      108.49      108.83      108.7\n" ..
      "  0.0012      0.0010      0.0020      0.3333\n" ..
      "  6.12e+04    6.10e+04    6.20e+04    2\n", t:totext(nil, { y = "s" }))
  end)

  it("has its columns in the order asked for, with units", function()
    local t = tabular.of({ "t", "n" }, { { t = 1.5, n = "a" } })
    assert.are.equal("n  t (s)\na    1.5\n",
      render(t, { units = { t = "s" }, columns = { "n", "t" } }))
  end)

  it("sets numbers right and texts left, with gaps where nothing is",
    function()
      local t = tabular.of({ "s", "x" }, { { s = "long text", x = 1 },
        { x = 1000 }, { s = "b" } })
      assert.are.equal("s" .. (" "):rep(13) .. "x\nlong text     1\n" ..
        (" "):rep(11) .. "1000\nb\n", t:totext())
    end)

  it("shows NaN, infinities and zero as they are, whatever the spread",
    function()
      local t = tabular.of({ "x", "x_sem" }, { { x = 0 / 0, x_sem = 0.1 },
        { x = math.huge, x_sem = 0.1 }, { x = 0.0, x_sem = 0.1 },
        { x = 1 / 3, x_sem = 0 / 0 }, { x = 1 / 3, x_sem = 0.0 } })
      local shown = {}
      for line in t:totext():gmatch "[^\n]+" do
        shown[#shown + 1] = line:match "^%s*(%S+)"
      end
      assert.are.same({ "x", "nan", "inf", "0", "0.3333", "0.3333" }, shown)
    end)

  it("of no rows is its header", function()
    assert.are.equal("a  b\n", tabular.new({ "a", "b" }):totext())
    assert.are.equal("init  seed  x\n... 4 more rows\n", sample():totext(0))
  end)

  it("does not break on bytes that are no UTF-8", function()
    local t = tabular.of({ "s" }, { { s = ("\255"):rep(60) } })
    assert.are.equal("s\n" .. ("\255"):rep(39) .. "…\n", t:totext())
  end)

  it("of a sweep has its parameters in each block, fractions or not", function()
    local t = tabular.of({ "lr", "steps", "loss" }, { { lr = 0.25, steps = 10,
      loss = 1.5 }, { lr = 0.125, steps = 20, loss = 0.25 } })
    assert.are.equal("   lr  steps\n0.25      10\n0.125     20\n\n" ..
      "   lr  loss\n0.25   1.5\n0.125  0.25\n",
      (render(tabular.wrap({ "lr", "steps", "loss" }, t.data, 2,
        { lr = { 0.25, 0.125 } }), { across = 14 })))
  end)

  it("of many rows says how many are left, once", function()
    local text = render(sample(), { across = 12, limit = 1 })
    assert.are.equal("init  seed\nb        1\n\ninit  x\nb     4\n" ..
      "... 3 more rows\n", text)
  end)
end)
