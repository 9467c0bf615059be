-- plot_spec.lua: what a plot draws, what it says of values it cannot draw,
-- and that no text of a user reaches gnuplot's interpreter.
local ortho = require "orthorun"
local core = require "orthorun.core"
local plot = ortho.plot
local tabular = require "orthorun.table"

local inf = math.huge
local folder

local function base() return folder .. "/figure" end

local function read(name)
  local file = assert(io.open(name, "rb"))
  local text = file:read "a"
  file:close()
  return text
end

local sample = dofile "tests/plot/sample.lua"

local function script(changes)
  local spec = { data = sample(), x = "layer", y = "y", color = "init",
    file = "unused" }
  for name, value in pairs(changes) do spec[name] = value end
  return plot.script(spec)
end

local function has(text, wanted)
  assert.is_truthy(text:find(wanted, 1, true),
    ("no %q in the script:\n%s"):format(wanted, text))
end

local function lacks(text, unwanted)
  assert.is_nil(text:find(unwanted, 1, true))
end

setup(function()
  folder = os.tmpname()
  os.remove(folder)
  core.file.mkdir(folder)
end)

teardown(function() os.execute("rm -r '" .. folder .. "'") end)

describe("plot", function()
  -- init in {gaussian, orthogonal, mine}, five depths; y and two theories
  local function arms()
    local t = tabular.new { "init", "depth", "y", "same", "own" }
    for i, init in ipairs { "gaussian", "orthogonal", "mine" } do
      for k, depth in ipairs { 2, 4, 8, 16, 32 } do
        t:append { init = init, depth = depth, y = i * k, same = 1 / depth,
          own = i / depth }
      end
    end
    return t
  end

  local function dashed(text) -- what draws the theories of its panels
    local list = {}
    for color, dash in text:gmatch
      "%$p%d+s%d+t using 1:2 with lines lc rgb '#(%x+)' lw %S+ dt (%S+)" do
      list[#list + 1] = color .. dash
    end
    return list
  end

  it("tells theories of different groups apart, by colour and by dashes",
    function()
      local list = dashed(plot.script { data = arms(), x = "depth", y = "y",
        color = "init", theory = "own" })
      assert.equal(3, #list)
      local colors, dashes = {}, {}
      for i, one in ipairs(list) do
        local color, dash = one:match "^(%x+)(%(.*)$"
        assert.is_nil(colors[color])
        assert.is_nil(dashes[dash])
        colors[color], dashes[dash] = i, i
      end
    end)

  it("draws theories that are one curve once, as no group's", function()
    local spec = { data = arms(), x = "depth", y = "y", color = "init",
      theory = "same" }
    assert.same({ "333333(7,5)" }, dashed(plot.script(spec)))
    spec.data = spec.data:with("same", function(r) -- part of another's
      return not (r.init == "mine" and r.depth == 32) and r.same or nil
    end)
    assert.same({ "333333(7,5)" }, dashed(plot.script(spec)))
  end)

  it("gives no group the colour of an initialization that is elsewhere",
    function()
      local method = arms():with("method", function(r)
        return r.init == "mine" and "one" or "two"
      end)
      local text = plot.script { data = method, x = "depth", y = "y", panels = {
        { color = "init" }, { color = "method" },
        { data = method:where { init = "orthogonal" } } } }
      local function color(name)
        return text:match("%$" .. name .. " using [^#]*'#(%x+)'")
      end
      local inits = { [color "p1s1"] = true, [color "p1s2"] = true }
      assert.equal("0072B2", color "p1s1")
      assert.equal("CC79A7", color "p1s2")
      assert.is_nil(inits[color "p2s1"])
      assert.is_nil(inits[color "p2s2"])
      assert.equal("CC79A7", color "p3s1") -- one initialization's curve alone
      assert.equal("53657A", plot.script { data = arms(), x = "depth", y = "y" }
        :match "%$p1s1 using [^#]*'#(%x+)'") -- several: no group's
    end)

  it("has a tick at each depth that was swept, and none between layers",
    function()
      for _, log in ipairs { true, false } do
        local text = plot.script { data = arms(), x = "depth", y = "y",
          log_x = log }
        has(text, "('2' 2, '4' 4, '8' 8, '16' 16, '32' 32)")
      end
      local five = sample():with("y", function(r) return r.layer end)
      has(script { data = five }, "('1' 1, '2' 2, '3' 3, '4' 4)")
    end)

  it("names groups once, in the titles of panels where each has one", function()
    local spec = { data = arms(), x = "depth", y = "y", color = "init",
      facet = "init" }
    local function count(text, name)
      return select(2, text:gsub("'[^']*" .. name .. "' at screen", ""))
    end
    assert.equal(1, count(plot.script(spec), "mine"))
    spec.theory = "own"
    assert.equal(1, count(plot.script(spec), "mine"))
    assert.equal(1, count(plot.script(spec), "theory"))
  end)

  it("calls a curve alone in its panel what its axis says, or measured",
    function()
      local alone = { data = arms():where { init = "mine" }, x = "depth", y = "y" }
      lacks(plot.script(alone), "nohead")
      alone.theory = "own"
      has(plot.script(alone), "'measured' at screen")
      has(plot.script(alone), "'theory' at screen")
    end)

  it("cuts no legend, title or caption: they go on in the next line", function()
    local long = ("word "):rep(40)
    local text = script { title = long, caption = long, labels = { a = long },
      panels = { { title = long } } }
    local lines, widest = 0, 0
    for line in text:gmatch "set label %d+ '([word ]+)' at" do
      lines, widest = lines + 1, math.max(widest, #line)
    end
    assert.is_true(lines >= 10)
    assert.is_true(widest <= 110)
    assert.equal(160, select(2, text:gsub("word", "")))
  end)

  it("draws medians with a band over seeds", function()
    local text = script { band = { 0, 1 } }
    has(text, "\n2 0.02 0.01 0.03\n3 0.002 0.001 0.003\n")
    has(text, "with filledcurves")
    has(text, "lines: medians; bands: 0 to 100 %")
  end)

  it("claims no band where none can be seen", function()
    local one = sample():where { seed = 2 }
    lacks(script { data = one }, "bands")
    local twice = one:with("y", function(r) return r.y end)
    for _, row in one:rows() do twice:append(row) end
    lacks(script { data = twice }, "bands") -- equal seeds: a band of no width
    lacks(script { band = false }, "bands")
    has(script { panels = { { band = { 0, 1 } }, { band = { 0.25, 0.75 } },
      { band = false } } }, "bands: 0 to 100 % and 25 to 75 %")
    local picture = ortho.plot { data = sample(), x = "layer", y = "y" }
    assert.is_nil(picture:totext():find("bands", 1, true))
    assert.is_truthy(picture:totext():find("lines: medians", 1, true))
  end)

  it("draws no band of a single seed", function()
    lacks(script { data = sample():where { seed = 2 } }, "filledcurves")
    lacks(script { band = false }, "filledcurves")
  end)

  it("gives a group the same colour in every subset", function()
    local vermillion, green = "D55E00", "009E73" -- a and b, after z
    has(script {}, vermillion)
    has(script {}, green)
    local only_b = script { data = sample():where { init = "b" } }
    has(only_b, green)
    lacks(only_b, vermillion)
  end)

  it("puts names at the curves' ends, apart from one another", function()
    local text = script { direct = true, facet = "seed" }
    local last
    for y in text:gmatch "set label %d+ '[ab]' at screen %S+, screen (%S+)" do
      assert.is_true(not last or math.abs(y - last) > 0.01)
      last = tonumber(y)
    end
    assert.is_truthy(last)
    lacks(text, "nohead") -- no legend
    has(script {}, "nohead lc rgb '#D55E00'")
    assert.equal(1, select(2, script {}:gsub("set label %d+ 'a' at", "")))
  end)

  it("dashes theory, from a column or a function", function()
    local with = sample():with("th", function(r) return 10.0 ^ -r.layer end)
    has(script { data = with, theory = "th" }, "dt (7,5)")
    has(script { theory = function(r) return r.layer end }, "'theory' at screen")
    has(script { theory = function(r) return r.layer end,
      labels = { theory = "2/λ" } }, "'2/λ' at screen")
    lacks(script {}, "theory")
  end)

  it("has ticks that say powers of ten", function()
    has(script { log_y = true }, "set logscale y")
    local logs = sample():with("y", function(r) return -10 * r.layer end)
    has(script { data = logs, log10_y = true }, "('10^{−40}' -40, '10^{−35}' -35,")
  end)

  it("says a power of ten that all ticks share once", function()
    local near = sample():with("y", function(r)
      return 1.7e-14 + r.seed * 1e-15
    end)
    for _, log in ipairs { true, false } do
      local text = script { data = near, log_y = log }
      has(text, "'1.90' 1.9")
      assert.equal(1, select(2, text:gsub("×10^{−14}", "")))
    end
  end)

  it("counts what an axis cannot show", function()
    local odd = sample():with("y", function(r, i)
      return ({ 0, 0 / 0, inf, -1 })[i] or r.y
    end)
    has(script { data = odd, log_y = true },
      "off the axis: 1 zero, 1 NaN, 1 infinite, 1 negative of 24 values")
    local logs = sample():with("y", function(_, i)
      return i == 1 and -inf or i == 2 and inf or -1.5
    end)
    has(script { data = logs, log10_y = true },
      "off the axis: 1 zero, 1 infinite of 24 values")
    lacks(script { log_y = true }, "off the axis")
  end)

  it("has a panel per facet, or as told", function()
    local text = script { facet = "init", color = "seed" }
    has(text, "'init: a' at screen")
    has(text, "'init: b' at screen")
    local two = script { panels = { { title = "one" }, { title = "two",
      log_y = true } } }
    has(two, "'one' at screen")
    has(two, "'two' at screen")
  end)

  it("says along which axis facets are drawn once in a row", function()
    local function count(changes)
      return select(2, script(changes):gsub("'y' at screen", ""))
    end
    assert.equal(1, count { facet = "init", color = "seed" })
    assert.equal(2, count { facet = "init", color = "seed", share = false })
    assert.equal(2, count { panels = { {}, {} } })
  end)

  it("quotes texts so that gnuplot runs none of them", function()
    local evil = "a`touch " .. folder .. "/pwned`'\n\"$(id)\" @x\n!id"
    local text = script { title = evil, xlabel = evil, caption = evil,
      labels = { a = evil } }
    has(text, "'a`touch " .. folder:gsub("_", "\\_") ..
      "/pwned`'' \"$(id)\" \\@x !id'")
    ortho.plot { data = sample(), x = "layer", y = "y", color = "init",
      title = evil, labels = { a = evil }, file = base() }
    assert.is_nil(io.open(folder .. "/pwned"))
  end)

  it("has one legend for all panels, or one in each where looks would mislead",
    function()
      local function places(text, label) -- across and down the picture
        local list = {}
        for x, y in text:gmatch("'" .. label .. "' at screen (%S+), screen (%S+)")
        do
          list[#list + 1] = { tonumber(x), tonumber(y) }
        end
        return list
      end
      local whole = script { panels = { { title = "one" }, { title = "two" } } }
      assert.equal(1, #places(whole, "a"))
      assert.is_true(places(whole, "a")[1][2] < 0.1)
      local apart = { panels = { { title = "one" }, { title = "two",
        color = "seed" } } }
      local text = script(apart)
      assert.equal(1, #places(text, "a"))
      assert.is_true(places(text, "a")[1][1] < 0.5)
      assert.is_true(places(text, "1")[1][1] > 0.5)
      local frame = tonumber(text:match "set bmargin at screen (%S+)")
      assert.is_true(places(text, "a")[1][2] < frame) -- below, over no curve
      local mixed = script { color = false, panels = { { title = "lone" },
        { title = "two", color = "seed" } } }
      assert.is_true(places(mixed, "1")[1][1] > 0.5)
      apart.data, apart.x, apart.y, apart.color = sample(), "layer", "y", "init"
      local shown = plot(apart):totext { ascii = true }
      assert.is_true(shown:find("a a   b b", 1, true) <
        shown:find("a 1   b 2", 1, true))
    end)

  it("has the ends that were asked for, and counts what is outside", function()
    local text = script { xlim = { 1.5, 3 }, ylim = { 0.001, 1 }, log_y = true }
    has(text, "set xrange [1.5:3]")
    has(text, "set yrange [0.001:1]")
    has(text, "outside of 24 values")
    local picture = plot { data = sample(), x = "layer", y = "y",
      xlim = { -1e9, 1e9 }, ylim = { 1e-9, 2e-9 } }
    assert.is_string(picture:totext())
  end)

  it("has the size that was asked for", function()
    has(script { size = { 700, 300 } }, "set terminal svg size 700,300")
    has(script { size = { 700, 400 }, facet = "init", title = "x" },
      "set terminal svg size 700,400")
  end)

  it("draws reference lines with their texts, where the axis has them", function()
    local text = script { hline = { { 0.5, "2/λ_1" }, 4 }, vline = 2,
      log_y = true }
    has(text, "from graph 0, first 0.5 to graph 1, first 0.5 nohead")
    has(text, "'2/λ_{1}' at graph 0.99, first 0.5")
    has(text, "from graph 0, first 4 to")
    has(text, "from first 2, graph 0 to first 2, graph 1 nohead")
    lacks(script { hline = 4, ylim = { 0, 1 } }, "dt (2,4)")
    has(script { hline = { 2, "two" } }, "'two'")
    assert.is_string(plot { data = sample(), x = "layer", y = "y",
      hline = 0.5, vline = { { 2, "x" } } }:totext { ascii = true })
  end)

  it("refuses ends, sizes and lines that are none", function()
    local function refused(wanted, changes)
      local ok, message = pcall(script, changes)
      assert.is_false(ok)
      has(message, wanted)
    end
    refused("plot: xlim must be {low, high}", { xlim = { 2, 1 } })
    refused("plot: ylim must be {low, high}", { ylim = { 0, inf } })
    refused("plot: ylim must be {low, high}", { ylim = 3 })
    refused("plot: ylim begins at 0; a logarithmic axis", { ylim = { 0, 1 },
      log_y = true })
    refused("plot: size must be {width, height}", { size = 3 })
    refused("plot: size must be {width, height}", { size = { 1e9, 4 } })
    refused("leaves no room for 1 panel", { size = { 50, 50 } })
    refused("plot: hline must be a number, {number, \"text\"}", { hline = "x" })
    refused("plot: vline must be a number", { vline = { 1, { "x", 2 } } })
    refused("plot: hline at -1 cannot stand on a logarithmic axis",
      { hline = -1, log_y = true })
  end)

  it("writes SVG, PNG and PDF", function()
    if not core.file.spawn { "gnuplot", "--version" } then
      return pending "gnuplot"
    end
    local files = ortho.plot { data = sample(), x = "layer", y = "y",
      color = "init", log_y = true, title = "×√2", file = base(),
      formats = { "svg", "png", "pdf" } }
    assert.are.same({ base() .. ".svg", base() .. ".png", base() .. ".pdf" },
      files)
    assert.are.equal("<?xml", read(files[1]):sub(1, 5))
    assert.is_truthy(read(files[1]):find("×√2", 1, true))
    assert.are.equal("\137PNG\r\n\26\n", read(files[2]):sub(1, 8))
    assert.are.equal("%PDF", read(files[3]):sub(1, 4))
  end)

  it("draws tables without a drawable value, or without rows", function()
    if not core.file.spawn { "gnuplot", "--version" } then
      return pending "gnuplot"
    end
    local none = sample():with("y", function() return 0 / 0 end)
    for _, data in ipairs { none, sample():where { init = "q" } } do
      assert.are.equal(1, #ortho.plot { data = data, x = "layer", y = "y",
        color = "init", log_y = true, log_x = true, file = base(),
        formats = { "svg" } })
    end
  end)

  it("names unknown options, columns and formats", function()
    local function refused(wanted, spec)
      local _, err = pcall(ortho.plot, spec)
      assert.is_truthy(tostring(err):find(wanted, 1, true), tostring(err))
    end
    refused("unknown option 'colour' (did you mean 'color'?",
      { colour = "init" })
    refused("file must be a path", { data = sample(), x = "layer", y = "y",
      file = 3 })
    refused("unknown column 'layr' (did you mean 'layer'?",
      { data = sample(), x = "layr", y = "y", file = "f" })
    refused("y is missing", { data = sample(), x = "layer", file = "f" })
    refused("data must be a table of results", { x = "layer", y = "y",
      file = "f" })
    refused("unknown format 'sgv' (did you mean 'svg'?", { data = sample(),
      x = "layer", y = "y", file = "f", formats = { "sgv" } })
    refused("unknown option 'file'", { data = sample(), x = "layer", y = "y",
      file = "f", panels = { { file = "g" } } })
  end)
end)

-- values 1..n under names
local function categories(n)
  local t = tabular.new { "name", "v" }
  for i = 1, n do
    for k = -1, 1 do t:append { name = "category " .. i, v = i + k } end
  end
  return t
end

describe("a plot of kind", function()
  local function with(changes)
    local spec = { data = sample(), x = "layer", y = "y" }
    for name, value in pairs(changes) do spec[name] = value end
    return plot.script(spec)
  end

  it("points has error bars: quantiles, or a column of errors", function()
    local text = with { kind = "points", color = "init", band = { 0, 1 } }
    has(text, "with yerrorbars")
    has(text, "\n2 0.02 0.01 0.03\n")
    has(text, "points: medians; bars: 0 to 100 %")
    local one = sample():where { seed = 2, init = "a" }
      :with("se", function() return 0.5 end)
    has(with { data = one, kind = "points", error = "se" },
      "\n1 0.2 -0.3 0.7\n")
  end)

  it("scatter has a point for each row, and no theory", function()
    local text = with { kind = "scatter", color = "init" }
    local _, count = text:gsub("\n[%d.e-]+ [%d.e-]+ [%d.e-]+ [%d.e-]+%f[\n]", "")
    assert.equal(#sample(), count)
    has(text, "using 1:2 with points")
    assert.is_nil(text:find("medians", 1, true))
    local odd = sample():with("y", function(r) return r.seed == 1 and 0 or r.y end)
    has(with { data = odd, kind = "scatter", log_y = true }, "off the axis")
    local ok, message = pcall(with, { kind = "scatter", theory = "y" })
    assert.is_false(ok)
    has(message, "'scatter' has no use for theory")
  end)

  it("any has a diagonal as far as both axes go, named in the legend", function()
    local both = sample():with("x", function(r) return 10 * r.y end)
    local text = with { data = both, x = "x", kind = "scatter", log_x = true,
      log_y = true, diagonal = true, labels = { theory = "as predicted" } }
    has(text, "as predicted")
    local low, high = text:match "set xrange %[(%S+):%S+%].-set yrange %[%S+:(%S+)%]"
    has(text, ("\n%s %s\n%s %s\n"):format(low, low, high, high))
    has(with { data = both, x = "x", diagonal = true }, "y = x")
    local apart = both:with("x", function() return 1e9 end)
    assert.is_nil(with { data = apart, x = "x", kind = "scatter", diagonal = true }
      :find("y = x", 1, true))
    for _, changes in ipairs { { log_y = true }, { x = "init" }, { log10_y = true } } do
      changes.diagonal = true
      local ok, message = pcall(with, changes)
      assert.is_false(ok)
      has(message, "a diagonal needs two axes of numbers")
    end
  end)

  it("any shares the axes of its facets", function()
    local _, shared = with({ facet = "init" }):gsub("set yrange %[%S*%]", "")
    local text = with { data = sample():with("y", function(r)
      return r.init == "a" and 1 or 100 + r.layer
    end), facet = "init" }
    assert.equal(2, shared)
    local first = text:match "set yrange (%b[])"
    local _, count = text:gsub(first:gsub("%p", "%%%0"), "")
    assert.equal(2, count)
    local own = with { data = sample():with("y", function(r)
      return r.init == "a" and 1 or 100 + r.layer
    end), facet = "init", share = false }
    _, count = own:gsub(own:match "set yrange (%b[])":gsub("%p", "%%%0"), "")
    assert.equal(1, count)
  end)

  it("any takes texts for x, 60 of them, too", function()
    local text = plot.script { data = categories(60), kind = "points",
      x = "name", y = "v" }
    has(text, "rotate by -90")
    has(text, "'category 60' 60)")
    has(text, "set xrange [0.5:60.5]")
    local curves = plot.script { data = categories(60), x = "v", y = "v",
      color = "name" }
    has(curves, "30 more curves")
    has(curves, "#440154")
  end)

  it("any is drawn from one point, none, equal values and NaN", function()
    if not core.file.spawn { "gnuplot", "--version" } then
      return pending "gnuplot"
    end
    local all = categories(60)
    local function valued(v) return all:with("v", function() return v end) end
    for _, data in ipairs { all:where { name = "category 1" }, valued(3),
      all:where { name = "none" }, valued(0 / 0), valued(0) } do
      for _, spec in ipairs { { kind = "line", x = "name", y = "v" },
        { kind = "points", x = "name", y = "v", log_y = true },
        { kind = "histogram", x = "v", log_y = true },
        { kind = "heat", x = "name", y = "v" },
        { kind = "heat", x = "name", y = "name", z = "v", log_z = true } } do
        spec.data, spec.file, spec.formats = data, base(), { "svg" }
        local picture = ortho.plot(spec)
        assert.equal(1, #picture)
        assert.truthy(picture:totext { width = 60 }:find "\n")
      end
    end
  end)

  it("any refuses what it has no use for", function()
    for wanted, changes in pairs {
      ["unknown kind 'hist'"] = { kind = "hist" },
      ["a plot of kind 'line' has no use for bins"] = { bins = 3 },
      ["a plot of kind 'histogram' has no use for y"] = { kind = "histogram" },
      ["range must be {low, high}"] = { kind = "heat", range = { 2, 1 } },
      ["bins must be a whole number"] = { kind = "heat", bins = 0 },
      ["band must be {low, high}"] = { band = { 0.9, 2 } },
      ["theory of a heat map is a function"] = { kind = "heat", theory = "y" },
      ["log_x is logarithmic, but 'init' holds texts"] = { x = "init",
        log_x = true } } do
      local ok, message = pcall(with, changes)
      assert.is_false(ok)
      assert.truthy(tostring(message):find(wanted, 1, true), tostring(message))
    end
  end)

  it("line of 100 layers, 5 inits and 20 seeds takes under a second",
    function()
      local t = tabular.new { "init", "seed", "layer", "y" }
      for init = 1, 5 do
        for seed = 1, 20 do
          for layer = 1, 100 do
            t:append { init = "i" .. init, seed = seed, layer = layer,
              y = init ^ (layer / 10) * (1 + seed / 100) }
          end
        end
      end
      local start = os.clock()
      ortho.plot { data = t, x = "layer", y = "y", color = "init",
        log_y = true, file = base(), formats = { "svg" } }
      assert.is_true(os.clock() - start < 1)
    end)
end)

describe("--show-plots and --ascii", function()
  it("draw a plot in the terminal once, beside its files", function()
    local program = os.getenv "ORTHORUN" or "./orthorun"
    local path = folder .. "/shown.lua"
    local file = assert(io.open(path, "w"))
    file:write(([==[
      local sweep = ortho.sweep { name = "shown", grid = { k = { 1, 2, 3 } },
        trial = function(p) return { y = p.k } end }
      local results = sweep:run()
      local picture = ortho.plot { data = results, x = "k", y = "y",
        title = "A TITLE", file = %q, formats = { "svg" } }
      if arg[#arg] ~= "--quiet" then picture:show() end]==]):format(
      folder .. "/shown"))
    file:close()
    local function titles(...)
      local status, out, err = core.file.spawn { program, path, "--out",
        folder .. "/shown_runs", ... }
      assert.equal(0, status, err)
      return select(2, out:gsub("A TITLE", "")), out
    end
    assert.equal(0, (titles "--quiet"))
    assert.equal(1, (titles()))
    local count, out = titles("--show-plots", "--quiet")
    assert.equal(1, count)
    assert.is_truthy(out:find "\u{2800}" or out:find "[\u{2801}-\u{28ff}]")
    count, out = titles("--ascii", "--quiet")
    assert.equal(1, count)
    assert.is_nil(out:find "[\128-\255]")
    assert.equal(1, (titles "--show-plots")) -- not once more by show()
  end)
end)
