-- terminal_spec.lua: pictures in the terminal, and where gnuplot fails.
local ortho = require "orthorun"
local core = require "orthorun.core"
local tabular = require "orthorun.table"
local sample = dofile "tests/plot/sample.lua"
local folder = dofile("tests/support.lua").folder()

teardown(folder.remove)

describe("a picture in the terminal", function()
  local function picture()
    return ortho.plot { data = sample(), x = "layer", y = "y",
      color = "init", log_y = true, title = "a \27[31mtitle" }
  end

  it("is as wide as told, in braille or ASCII", function()
    for _, ascii in ipairs { false, true } do
      local text = picture():totext { width = 50, ascii = ascii }
      for line in text:gmatch "[^\n]+" do
        assert.is_true(utf8.len(line) <= 50, line)
      end
      assert.equal(ascii, not text:find "[\128-\255]")
      assert.truthy(text:find("a  [31mtitle", 1, true))
    end
  end)

  it("has ticks at the values swept, and a shared power of ten once", function()
    local t = tabular.new { "depth", "y" }
    for _, depth in ipairs { 2, 4, 8, 16 } do
      t:append { depth = depth, y = depth * 1e-14 }
    end
    for _, log in ipairs { true, false } do
      local text = ortho.plot { data = t, x = "depth", y = "y", log_x = log }
        :totext { width = 60 }
      assert.truthy(text:find "\n +2 +4 +8 +16\n", text)
      assert.equal(1, select(2, text:gsub("×10⁻¹³", "")))
      assert.truthy(text:find("1.5 ┤", 1, true))
      text = ortho.plot { data = t, x = "depth", y = "y", log_x = log }
        :totext { width = 60, ascii = true }
      assert.truthy(text:find("y x1e-13\n", 1, true))
    end
  end)

  it("keeps names apart and in its width", function()
    local t = tabular.new { "name", "x", "y" }
    for i = 1, 12 do
      for x = 1, 2 do
        t:append { name = "a_long_name_with_a_number_" .. i, x = x, y = i * x }
      end
    end
    for _, spec in ipairs { { x = "x", y = "y", color = "name" }, { x = "name",
      y = "name", z = "y", kind = "heat" } } do
      spec.data = t
      local text, seen = ortho.plot(spec):totext { width = 30, height = 30 }, {}
      for line in text:gmatch "[^\n]+" do
        assert.is_true(utf8.len(line) <= 30, line)
        local name = line:match "^%S? ?(a_%S+)"
        assert.is_nil(name and seen[name])
        seen[name or false] = name
      end
    end
  end)

  it("tells theories apart in ASCII", function()
    local t = tabular.new { "x", "g", "y", "th" }
    for x = 1, 9 do
      for i, g in ipairs { "a", "b" } do
        t:append { x = x, g = g, y = i * 10, th = i * 2 }
      end
    end
    local text = ortho.plot { data = t, x = "x", y = "y", color = "g",
      theory = "th" }:totext { width = 60, ascii = true }
    assert.truthy(text:find(("."):rep(20), 1, true))
    assert.truthy(text:find(("'"):rep(20), 1, true))
    assert.truthy(text:find(".' theory", 1, true))
  end)

  it("is plain ASCII with --ascii, on either side of the script", function()
    local name = folder.name .. "/show.lua"
    local f = assert(io.open(name, "w"))
    f:write(([[local s = ortho.sweep{name = "show", grid = {x = {1, 2}},
      trial = function(p) return {y = p.x} end}
      ortho.plot{data = s:run(), x = "x", y = "y"}:show()]]))
    f:close()
    local program = os.getenv "ORTHORUN" or "./orthorun"
    local out = "--out=" .. folder.name .. "/show"
    for braille, words in pairs { [false] = { program, "--ascii", name, out },
      [0] = { program, name, out, "--ascii" },
      [true] = { program, name, out } } do
      local status, text = core.file.spawn(words)
      assert.equal(0, status)
      assert.equal(braille == true, text:find "[\128-\255]" ~= nil)
    end
  end)

  it("puts a straight line's dots where they belong", function()
    local t = tabular.new { "x", "y" }
    for i = 0, 10 do t:append { x = i, y = i } end
    local text = ortho.plot { data = t, x = "x", y = "y" }
      :totext { ascii = true, width = 40, height = 10 }
    local rows = {}
    for row in text:gmatch "|([^\n]*)" do rows[#rows + 1] = row end
    assert.equal(10, #rows)
    for i = 2, 10 do
      local above, below = rows[i - 1]:find "%*", rows[i]:find "%*"
      assert.is_true(above > below)
    end
  end)

  it("is drawn where gnuplot is missing, in a script that goes on", function()
    local name = folder.name .. "/missing.lua"
    local f = assert(io.open(name, "w"))
    f:write(([[local t = ortho.table.of({"x", "y"}, {{x = 1, y = 2},
      {x = 2, y = 3}})
      local p = ortho.plot{data = t, x = "x", y = "y", file = %q}
      print("went on", #p)]]):format(folder.path "figure" .. "-none"))
    f:close()
    local status, out, err = core.file.spawn { "/usr/bin/env", "PATH=/nowhere",
      os.getenv "ORTHORUN" or "./orthorun", name }
    assert.equal(0, status)
    assert.truthy(out:find("went on\t0", 1, true))
    assert.truthy(out:find "⠀" or out:find "[⠁-⣿]")
    assert.truthy(err:find("cannot run gnuplot", 1, true))
    local _, lines = err:gsub("\n", "")
    assert.equal(1, lines)
  end)

  it("is drawn where gnuplot fails, which is said once", function()
    local bin = folder.name .. "/bin"
    core.file.mkdir(bin)
    local f = assert(io.open(bin .. "/gnuplot", "w"))
    f:write "#!/bin/sh\necho 'line 0: no such terminal' >&2\nexit 1\n"
    f:close()
    core.file.spawn { "chmod", "755", bin .. "/gnuplot" }
    local status, out, err = core.file.spawn { "/usr/bin/env",
      "PATH=" .. bin .. ":/usr/bin:/bin", os.getenv "ORTHORUN" or "./orthorun",
      folder.name .. "/missing.lua" }
    assert.equal(0, status)
    assert.truthy(out:find("went on\t0", 1, true))
    assert.truthy(err:find("gnuplot says: line 0: no such terminal", 1, true))
    local _, lines = err:gsub("\n", "")
    assert.equal(1, lines)
    local _, pictures = out:gsub("└", "")
    assert.equal(1, pictures)
  end)

  it("is saved under a name, or says why not", function()
    local p = picture()
    assert.equal(folder.path "figure" .. "2.svg", p:save(folder.path "figure" .. "2.svg"))
    assert.has_error(function() p:save "no-ending" end)
    local ok, message = pcall(p.save, p, "/nowhere/x.svg")
    assert.is_false(ok)
    assert.truthy(message:find("cannot write /nowhere/x.svg", 1, true))
  end)
end)
