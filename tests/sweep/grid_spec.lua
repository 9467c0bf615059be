-- grid_spec.lua: which trials a sweep has: crossed lists, lists that go
-- together, cases, parameters computed from others; and what is refused.
local grid = require "orthorun.sweep.grid"
local raises = dofile("tests/support.lua").raises

-- The trials as texts "a=1 b=2", the names in the order given.
local function trials(def, order, values)
  grid.check(def)
  local list = {}
  for i, p in ipairs(grid.trials(def, values or {})) do
    local parts = {}
    for k, name in ipairs(order) do parts[k] = tostring(p[name]) end
    list[i] = table.concat(parts, " ")
  end
  return list
end

local function refused(message, def)
  def.name, def.trial, def.args = "g", function() end, {}
  raises(message, require "orthorun.sweep", def)
end

describe("a grid", function()
  it("crosses lists, the last name fastest, the seed last of all", function()
    assert.are.same({ "1 x 1", "1 x 2", "1 y 1", "1 y 2" },
      trials({ params = { k = 1 }, grid = { z = { "x", "y" },
        seed = { 1, 2 } } }, { "k", "z", "seed" }))
  end)

  it("has one trial where nothing varies", function()
    assert.are.same({ "3" }, trials({ params = { k = 3 } }, { "k" }))
    assert.are.equal(1, #grid.trials({}, {}))
  end)

  it("takes what the command line gave in place of its own values", function()
    assert.are.same({ "9 5", "9 6" }, trials({ params = { k = 1 },
      grid = { z = { 1, 2, 3 } } }, { "k", "z" }, { k = 9, z = { 5, 6 } }))
  end)

  it("keeps false among values", function()
    assert.are.same({ "false", "true" },
      trials({ grid = { f = { false, true } } }, { "f" }))
    assert.are.same({ "false" }, trials({ params = { f = true } }, { "f" },
      { f = false }))
  end)
end)

describe("zip", function()
  it("lets lists go together, crossed with others", function()
    assert.are.same({ "1 a 0", "1 a 9", "2 b 0", "2 b 9" },
      trials({ zip = { x = { 1, 2 }, y = { "a", "b" } },
        grid = { z = { 0, 9 } } }, { "x", "y", "z" }))
  end)

  it("has several groups", function()
    assert.are.equal(4, #trials({ zip = { { a = { 1, 2 }, b = { 3, 4 } },
      { c = { 5, 6 }, d = { 7, 8 } } } }, { "a" }))
  end)

  it("refuses unequal lengths, naming both, also those that were given",
    function()
      refused("'x' has 1 value but 'y' has 2: they go together (zip)",
        { zip = { x = { 1 }, y = { 1, 2 } } })
      raises("'x' has 3 values but 'y' has 2", grid.trials,
        { zip = { x = { 1, 2 }, y = { 1, 2 } } }, { x = { 1, 2, 3 } })
    end)

  it("refuses what is elsewhere, too, and what is no list", function()
    refused("'x' is in zip and elsewhere", { params = { x = 1 },
      zip = { x = { 1 }, y = { 2 } } })
    refused("zip.x must be an array of values", { zip = { x = 1 } })
    refused("zip must be a table", { zip = 3 })
  end)
end)

describe("cases", function()
  local def = { params = { rate = 1, width = 8 }, cases = { { "plain" },
    { "fast", rate = 5, label = "5/λ" }, { "wide", width = { 16, 32 } } },
    grid = { seed = { 1, 2 } } }

  it("vary all else one at a time, a list within its case", function()
    assert.are.same({ "plain 1 8 1", "plain 1 8 2", "fast 5 8 1", "fast 5 8 2",
      "wide 1 16 1", "wide 1 16 2", "wide 1 32 1", "wide 1 32 2" },
      trials(def, { "case", "rate", "width", "seed" }))
    assert.are.same({ { "case", "width", "seed" }, { "rate" } },
      { grid.names(def) })
  end)

  it("are chosen by name, and start from what was given", function()
    assert.are.same({ "fast 5 9" }, trials(def, { "case", "rate", "width" },
      { case = { "fast" }, width = 9, rate = 2, seed = { 1 } }))
    assert.are.same({ "plain 2 9" }, trials(def, { "case", "rate", "width" },
      { case = { "plain" }, width = 9, rate = 2, seed = { 1 } }))
  end)

  it("give up their list for one that is given, which others sweep", function()
    local function with(width)
      return trials(def, { "case", "rate", "width" }, { width = width,
        seed = { 1 } })
    end
    assert.are.same({ "plain 1 3", "plain 1 4", "fast 5 3", "fast 5 4",
      "wide 1 3", "wide 1 4" }, with { 3, 4 })
    assert.are.same({ "plain 1 3", "fast 5 3", "wide 1 3" }, with { 3 })
    local option
    for _, each in ipairs(grid.options(def)) do
      if each.name == "width" then option = each end
    end
    assert.is_true(option.many)
    assert.are.same({ 8, unset = true }, option.default)
    assert.are.same({ "plain 1 8", "fast 5 8", "wide 1 16", "wide 1 32" },
      with(option.default))
  end)

  it("keep a value of their own where a list is given", function()
    assert.are.same({ "a 3", "a 4", "b 7", "c 3", "c 4" }, trials({ params =
      { x = 1 }, cases = { { "a" }, { "b", x = 7 }, { "c", x = { 8, 9 } } } },
      { "case", "x" }, { x = { 3, 4 } }))
  end)

  it("set a grid's parameter to values of their own", function()
    assert.are.same({ "a 1", "a 2", "b 7" }, trials({ grid = { x = { 1, 2 } },
      cases = { { "a" }, { "b", x = 7 } } }, { "case", "x" }))
  end)

  it("refuse what they do not know, naming the nearest", function()
    refused("case 'a': unknown parameter 'widht' (did you mean 'width'?",
      { params = { width = 1 }, cases = { { "a", widht = 2 } } })
    refused("two cases have the name 'a'", { cases = { { "a" }, { "a" } } })
    refused("case 1 must be a table that begins with its name",
      { cases = { { rate = 1 } } })
    refused("case 'a' has more than a name", { cases = { { "a", "b" } } })
    refused("'case' is the column that names the cases",
      { params = { case = 1 }, cases = { { "a" } } })
    refused("case 'a': 'x' is in zip", { zip = { x = { 1 } },
      cases = { { "a", x = 1 } } })
    refused("case 'a': 'x' is an empty list", { params = { x = 1 },
      cases = { { "a", x = {} } } })
    refused("cases is empty", { cases = {} })
    refused("case 'a': --x: expected a whole number, got '1.5'", { params = { x = 1 },
      cases = { { "a", x = 1.5 } } })
    refused("case 'a': --x: expected a number, got 'b'", { params = { x = 0.5 },
      cases = { { "a", x = { 1.5, "b" } } } })
  end)
end)

describe("computed parameters", function()
  it("follow from the others, in any order, unless they are given", function()
    local def = { params = { a = function(p) return p.b + 1 end,
      b = function(p) return 10 * p.x end }, grid = { x = { 1, 2 } } }
    assert.are.same({ "11 10", "21 20" }, trials(def, { "a", "b" }))
    assert.are.same({ "8 7", "8 7" }, trials(def, { "a", "b" }, { b = 7 }))
  end)

  it("are computed within a case", function()
    assert.are.same({ "4 10", "4 4" }, trials({ params = { width = 4,
      outputs = 10 }, cases = { { "few" }, { "all",
      outputs = function(p) return p.width end } } }, { "width", "outputs" }))
  end)

  it("refuse circles, and what is no value", function()
    refused("params.a needs itself: a needs b needs a", { params = {
      a = function(p) return p.b end, b = function(p) return p.a end } })
    refused("params.a: the function must return a number, a string or a " ..
      "boolean, not nothing", { params = { a = function() end } })
    refused("attempt to perform arithmetic on a nil value (field 'c')",
      { params = { a = function(p) return p.c + 1 end } })
  end)
end)

describe("the order of levels", function()
  it("is the definition's, with rising numbers sorted", function()
    local def = { grid = { d = { 4, 20 }, s = { "b", "a" }, e = { 9, 1 } } }
    local list = grid.trials(def, { d = { 10, 4 }, s = { "c", "a" },
      e = { 5 } })
    assert.are.same({ 4, 10, 20 }, grid.levels(def, list, "d"))
    assert.are.same({ "b", "a", "c" }, grid.levels(def, list, "s"))
    assert.are.same({ 9, 1, 5 }, grid.levels(def, list, "e"))
  end)
end)
