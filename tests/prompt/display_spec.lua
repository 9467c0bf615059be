-- display_spec.lua: values as the prompt shows them: short and safe.
local display = require "orthorun.prompt.display"

local function show(value)
  display.set { colors = false, width = 80, ortho = ortho }
  return display.text(value)
end

local function lines(s) return select(2, s:gsub("\n", "")) + 1 end

describe("a matrix is shown", function()
  it("with its size, precision, range, elements and spectrum", function()
    assert.equal([[
matrix 2x3 float64, from 1 to 6
  1  2  3
  4  5  6
singular values 0.77287 to 9.508, ‖AA' − I‖ 89.4]],
      show(ortho.matrix { { 1, 2, 3 }, { 4, 5, 6 } }))
  end)

  it("with the count and the place of what is not finite", function()
    local A = ortho.matrix { { 1, 0 / 0 }, { math.huge, -5 }, { 0 / 0, 2 } }
    assert.matches("2 NaNs and 1 infinity, the first at (2,1), else from -5 to 2",
      show(A), 1, true)
    assert.not_matches("singular", show(A))
    assert.matches(", 4 infinities, the first at (1,1)\n",
      show(ortho.matrix.full(2, 2, math.huge)), 1, true)
  end)

  it("by a corner where it is large, within the width", function()
    local s = show(ortho.rng(1):normal(5000, 300))
    assert.is_true(lines(s) <= 13)
    for line in s:gmatch "[^\n]+" do assert.is_true(utf8.len(line) <= 80) end
    assert.matches("%.%.%.\n", s)
  end)

  it("empty, or with an exponent, in one line", function()
    assert.equal("matrix 0x3 float64", show(ortho.matrix.zeros(0, 3)))
    local A = ortho.matrix.full(2, 2, 1e200, { precision = "float64" })
    local B = A * A
    assert.equal(1, lines(show(B)))
    assert.matches("10^400", show(B), 1, true)
  end)
end)

describe("a network is shown", function()
  it("with its layers and parameters", function()
    local s = show(ortho.mlp { sizes = { 3, 4, 2 }, rng = ortho.rng(1) })
    assert.matches("linear 3 -> 4", s, 1, true)
    assert.matches("26 parameters, 2 weight matrices", s, 1, true)
  end)

  it("in few lines, however deep", function()
    local net = ortho.mlp { width = 1, depth = 10000, init = "gaussian",
      rng = ortho.rng(1) }
    assert.is_true(lines(show(net)) < 40)
  end)
end)

describe("a table of results is shown", function()
  it("by its first rows", function()
    local t = ortho.table.new { "depth", "init" }
    for i = 1, 100 do t:append { depth = i, init = "he" } end
    local s = show(t)
    assert.matches("^depth  init\n    1  he", s)
    assert.matches("90 more rows", s)
    assert.matches("100 rows, 2 columns$", s)
  end)

  it("by the columns that fit, the rest named", function()
    local names, record = {}, {}
    for i = 1, 30 do
      names[i] = "column" .. i
      record[names[i]] = i
    end
    local s = show(ortho.table.of(names, { record }))
    assert.matches("columns not shown: .*column30", s)
    assert.is_true(utf8.len(s:match "^[^\n]*") <= 80)
  end)
end)

describe("a Lua table is shown", function()
  it("with its fields, one level", function()
    assert.equal('{\n  name  = "x"\n  other = {...} 1 element\n}',
      show { name = "x", other = { 1 } })
    assert.equal('{1, 2.5, "a", true}', show { 1, 2.5, "a", true })
    assert.equal("{}", show {})
    assert.matches("[1] = {...} 0 fields", show { {}, {} }, 1, true)
  end)

  it("bounded, however large", function()
    local t = {}
    for i = 1, 200000 do t["k" .. i] = i end
    assert.is_true(#show(t) < 2000)
    assert.matches("more\n}$", show(t))
    t = {}
    for i = 1, 200000 do t[i] = i end
    assert.is_true(#show(t) < 2000)
    assert.matches("199900 more", show(t))
  end)

  it("that contains itself", function()
    local t = {}
    t.t = t
    assert.matches("t = {...} 1 field", show(t), 1, true)
  end)
end)

describe("the library is shown", function()
  it("by what is in it", function()
    local s = show(ortho)
    for _, name in ipairs { "matrix", "mlp", "train", "sweep", "orthogonal",
      "stable_rank" } do assert.matches(name, s, 1, true) end
    assert.matches("singular_values(W)", show(ortho.metric), 1, true)
  end)

  it("functions by their signatures, others by where they are", function()
    assert.matches("^init.orthogonal{gain=1, det=nil}",
      show(ortho.init.orthogonal))
    assert.matches("^function%(a, b, %.%.%.%)  .*display_spec",
      show(function(a, b, ...) return a, b, ... end)) -- luacheck: ignore
    assert.matches("^function: ", show(print))
  end)
end)

describe("an object that misbehaves", function()
  local function raise() error "no" end

  it("is shown without its metamethods", function()
    local t = setmetatable({ a = 1 }, { __index = raise, __pairs = raise,
      __len = raise, __eq = raise, __name = {}, __newindex = raise })
    assert.equal("{\n  a = 1\n}", show(t))
    assert.matches("{...} 1 field", show { t }, 1, true)
  end)

  it("may fail in __tostring, or return anything", function()
    assert.matches("its __tostring fails",
      show(setmetatable({}, { __tostring = raise })))
    assert.matches("its __tostring fails", show(setmetatable({},
      { __tostring = function() return {} end })))
    local s = show(setmetatable({}, { __tostring = function()
      return ("x"):rep(1e7) end }))
    assert.is_true(#s < 30000)
    assert.matches("10000000 bytes in all", s)
  end)

  it("calls nobody's functions for being inside a table", function()
    local function loop() while true do end end
    local all = { __tostring = loop, __index = loop, __pairs = loop, __len = loop,
      __eq = loop, __lt = loop, __call = loop, __concat = loop }
    local list = { plain = setmetatable({}, all),
      [setmetatable({}, all)] = "as a key" }
    for _, name in ipairs { "matrix", "table", "picture", "sweep" } do
      local meta = { __name = "orthorun." .. name }
      for key, f in pairs(all) do meta[key] = f end
      list[name] = setmetatable({}, meta)
    end
    local shown = show(list)
    assert.matches("picture += {...} 0 fields", shown)
    assert.matches('%[{...} 0 fields%] = "as a key"', shown)
  end)

  it("may pretend to be one of ours", function()
    for _, name in ipairs { "matrix", "layer", "table", "picture" } do
      local s = show(setmetatable({}, { __name = "orthorun." .. name }))
      assert.equal("string", type(s))
    end
  end)

  it("passes on Ctrl-C", function()
    assert.has_error(function()
      show(setmetatable({}, { __tostring = function()
        error "interrupted!" end }))
    end)
  end)
end)

describe("a text", function()
  it("that is no UTF-8, or steers the terminal, is shown as one types it", function()
    assert.equal([[a\255\254grün\194\155]], show "a\xff\xfegrün\u{9b}")
    assert.equal([[\27[2J]], show "\27[2J")
  end)

  it("is shown as it is, without what would move the cursor", function()
    assert.equal("two\nlines\there", show "two\nlines\there")
    assert.equal("\\27[31mred\\7", show "\27[31mred\7")
  end)

  it("is cut where it is very long", function()
    assert.matches("%.%.%. %(1000000 bytes in all%)$", show(("x"):rep(1000000)))
  end)

  it("stands beside others on one line", function()
    assert.equal("1\ta\tnil", display.values { n = 3, 1, "a" })
    assert.equal("a\nb\n1", display.values { n = 2, "a\nb", 1 })
  end)
end)
