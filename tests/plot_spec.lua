-- plot_spec.lua: what a plot draws, what it says of values it cannot draw,
-- and that no text of a user reaches gnuplot's interpreter.
local ortho = require "orthorun"
local core = require "orthorun.core"
local plot = ortho.plot
local tabular = require "orthorun.tabular"

local inf = math.huge
local folder

local function base() return folder .. "/figure" end

local function read(name)
  local file = assert(io.open(name, "rb"))
  local text = file:read "a"
  file:close()
  return text
end

-- init in {a, b}, three seeds, four layers; y = 10^-layer times the seed
local function sample()
  local t = tabular.new({ "init", "seed", "layer", "y" },
    { init = { "z", "a", "b" } })
  for _, init in ipairs { "b", "a" } do
    for seed = 1, 3 do
      for layer = 1, 4 do
        t:append { init = init, seed = seed, layer = layer,
          y = seed * 10.0 ^ -layer }
      end
    end
  end
  return t
end

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
  it("draws medians with a band over seeds", function()
    local text = script { band = { 0, 1 } }
    has(text, "\n2 0.02 0.01 0.03\n3 0.002 0.001 0.003\n")
    has(text, "with filledcurves")
    has(text, "lines: medians; bands: 0 to 100 %")
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

  it("dashes theory, from a column or a function", function()
    local with = sample():with("th", function(r) return 10.0 ^ -r.layer end)
    has(script { data = with, theory = "th" }, "dt (7,5)")
    has(script { theory = function(r) return r.layer end }, "title 'theory'")
    lacks(script {}, "theory")
  end)

  it("has ticks that say powers of ten", function()
    has(script { log_y = true }, "set logscale y")
    local logs = sample():with("y", function(r) return -10 * r.layer end)
    has(script { data = logs, log10_y = true }, "set format y '10^{%g}'")
    has(script { data = logs, log10_y = true }, "set ytics 5")
  end)

  it("labels a logarithmic axis shorter than a decade", function()
    local near = sample():with("y", function(r)
      return 1.7e-14 + r.seed * 1e-15
    end)
    has(script { data = near, log_y = true }, "'1.9×10^{-14}'")
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
    has(text, "set title 'init: a'")
    has(text, "set title 'init: b'")
    local two = script { panels = { { title = "one" }, { title = "two",
      log_y = true } } }
    has(two, "set title 'one'")
    has(two, "set title 'two'")
  end)

  it("quotes texts so that gnuplot runs none of them", function()
    local evil = "a`touch " .. folder .. "/pwned`'\n\"$(id)\" @x\n!id"
    local text = script { title = evil, xlabel = evil, caption = evil,
      labels = { a = evil } }
    has(text, "'a`touch " .. folder .. "/pwned`'' \"$(id)\" @x !id'")
    ortho.plot { data = sample(), x = "layer", y = "y", color = "init",
      title = evil, labels = { a = evil }, file = base() }
    assert.is_nil(io.open(folder .. "/pwned"))
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
    refused("file is missing", { data = sample(), x = "layer", y = "y" })
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

describe("spawn", function()
  local spawn = core.file.spawn

  it("passes text through a program", function()
    local text = ("0123456789"):rep(100000) -- more than a pipe holds
    assert.are.same({ 0, text, "" }, { spawn({ "cat" }, text) })
  end)

  it("gives arguments as they are, with no shell between", function()
    assert.are.same({ 0, "$HOME `id` '*' \n", "" },
      { spawn { "printf", "%s\n", "$HOME `id` '*' " } })
  end)

  it("returns status and stderr", function()
    assert.are.same({ 3, "", "no\n" },
      { spawn({ "sh" }, "echo no >&2; exit 3") })
    assert.are.equal(128 + 15, (spawn({ "sh" }, "kill -TERM $$")))
  end)

  it("survives a program that does not read its input", function()
    assert.are.equal(0, (spawn({ "true" }, ("x"):rep(1000000))))
  end)

  it("says that a program is missing", function()
    local status, message = spawn { "no-such-program-here" }
    assert.is_nil(status)
    assert.are.equal("No such file or directory", message)
  end)

  it("leaves no descriptor and no process behind", function()
    local function descriptors()
      local _, out = spawn { "ls", "/proc/self/fd" }
      return select(2, out:gsub("\n", ""))
    end
    local before = descriptors()
    for _ = 1, 20 do
      spawn { "true" }
      spawn { "no-such-program-here" }
    end
    assert.are.equal(before, descriptors())
    local _, children = spawn({ "sh" },
      "ps --no-headers --ppid $PPID -o comm 2>/dev/null | grep -c true")
    assert.are.equal("0", children:match "%d+" or "0")
  end)

  it("refuses anything but strings", function()
    assert.has_error(function() spawn {} end)
    assert.has_error(function() spawn { "ls", 3 } end)
    assert.has_error(function() spawn "ls" end)
  end)
end)
