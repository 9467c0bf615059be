-- graphics_spec.lua: plots as what a terminal draws. What real terminals say and
-- hear is tests/c/terminal_test.c's business.
local graphics = require "orthorun.prompt.graphics"
local ortho = require "orthorun"

local picture = ortho.plot { data = ortho.table.of({ "x", "y" },
  { { x = 1, y = 2 }, { x = 2, y = 3 } }), x = "x", y = "y" }

-- A terminal of so many columns and rows, of characters of 10x20 pixels.
local function terminal(known, columns, rows, asked)
  return { colors = false, ask_terminal = function(kitty)
    if asked then asked.kitty = kitty end
    return { kitty = known == "kitty", sixel = known == "sixel",
      colors = known == "sixel" and 256 or 0 }
  end, size = function() return columns, rows, columns * 10, rows * 20 end }
end

local function env(of) return function(name) return of[name] end end

local function draw(known, columns, rows)
  return graphics.text(terminal(known, columns, rows), picture,
    env { TERM = "xterm" })
end

local function size_of_sixel(text)
  local w, h = text:match '^\27P[^q]*q"%d+;%d+;(%d+);(%d+)'
  return tonumber(w), tonumber(h)
end

describe("a plot in a terminal", function()
  it("is characters where the terminal draws nothing", function()
    assert.equal(picture:totext(), draw("nothing", 100, 40))
  end)

  it("is sixels of its size where they have room, smaller where less", function()
    local w, h = size_of_sixel(draw("sixel", 100, 40))
    assert.is_true(w == 580 and h >= 390)
    local small = draw("sixel", 50, 40)
    assert.is_true(size_of_sixel(small) <= 500)
    assert.matches("\27\\\n$", small)
    assert.is_nil((size_of_sixel(draw("sixel", 20, 40)))) -- illegible
    assert.is_nil((size_of_sixel(draw("sixel", 100, 8))))
  end)

  it("is twice as large where characters are", function()
    local host = terminal("sixel", 100, 40)
    host.size = function() return 100, 50, 2000, 2000 end
    assert.equal(1000, (size_of_sixel(graphics.text(host, picture,
      env { TERM = "xterm" }))))
  end)

  it("is a PNG over whole characters for kitty", function()
    local text = draw("kitty", 100, 40)
    assert.matches("^\27_Ga=T,f=100,q=2,c=58,r=%d+,m=1;", text)
    assert.matches("^\27_Ga=T,f=100,q=2,c=40,r=%d+,m=1;", draw("kitty", 40, 40))
  end)

  it("asks for kitty's protocol where that can do no harm", function()
    local cases = { { { TERM = "xterm" }, true }, { { TERM = "tmux" }, false },
      { { TERM = "xterm", TMUX = "x" }, false }, { { TERM = "screen" }, false },
      { { TERM = "xterm", TERM_PROGRAM = "Apple_Terminal" }, false },
      { { TERM = "linux" }, nil } }
    for _, case in ipairs(cases) do
      local asked = {}
      graphics.known(terminal("nothing", 80, 24, asked), env(case[1]))
      assert.equal(case[2], asked.kitty)
    end
  end)

  it("is characters where gnuplot fails, but Ctrl-C goes on its way", function()
    local broken = setmetatable({ bytes = function() error "no gnuplot" end,
      totext = function() return "text" end }, {})
    local host = terminal("sixel", 100, 40)
    assert.equal("text", graphics.text(host, broken, env {}))
    broken.bytes = function() error("interrupted!", 0) end
    assert.has_error(function() graphics.text(host, broken, env {}) end,
      "interrupted!")
  end)
end)
