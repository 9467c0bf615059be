-- names_spec.lua: what is said of a name that nobody knows, and of values that
-- are not what they should be.
local ortho = require "orthorun"
local names = require "orthorun.base.names"
local raises = dofile("tests/support.lua").raises

describe("the nearest name", function()
  local known = { "width", "depth", "init", "he_normal", "he_uniform" }

  it("is one slip of the finger or two away", function()
    assert.equal("width", names.nearest("widht", known))
    assert.equal("width", names.nearest("wdth", known))
    assert.equal("init", names.nearest("INIT", known))
    assert.equal("he_normal", names.nearest("he_normla", known))
    assert.equal("he_uniform", names.nearest("he_unifrom", known))
  end)

  it("is nil where none is near", function()
    assert.is_nil(names.nearest("activation", known))
    assert.is_nil(names.nearest("", known))
    assert.is_nil(names.nearest("x", known))
    assert.is_nil(names.nearest("width", {}))
  end)

  it("is not one that would have to be written anew", function()
    assert.is_nil(names.nearest("ab", { "xy", "x" }))
  end)

  it("of the first comes first where two are as near", function()
    assert.equal("cat", names.nearest("bat", { "cat", "hat" }))
  end)

  it("is not searched for very long names", function()
    local long = ("x"):rep(65)
    assert.is_nil(names.nearest(long, { long }))
  end)
end)

-- What the host, C's options and the library's own answer with.
describe("the rule for near names", function()
  it("takes two letters, or a third of a long name", function()
    local known = { "learning_rate" } -- 13 letters: up to 4
    assert.equal("learning_rate", names.nearest("lrning_rat", known))
    assert.is_nil(names.nearest("lrningXXrat", known))
    assert.equal("lr", names.nearest("lx", { "lr" }))
    assert.is_nil(names.nearest("xyz", { "lr" }))
    assert.is_nil(names.nearest("fzoqx", { "gain" }))
  end)

  it("takes the first three letters of a name, in any case", function()
    assert.equal("activation", names.nearest("ACT", { "depth", "activation" }))
    assert.equal("nonlinearity", names.nearest("non", { "nonlinearity" }))
    assert.is_nil(names.nearest("no", { "nonlinearity" }))
  end)

  it("is the same in C", function()
    for _, name in ipairs { "ortogonal", "ORTHO", "he_norml", "x", "",
      "looks_liner", "glorotnormal", "qwertyuiop", ("o"):rep(70) } do
      local near = names.nearest(name, ortho.init.names())
      local _, message = pcall(ortho.mlp, { sizes = { 2, 2 },
        rng = ortho.rng(1), init = name })
      assert.equal(near, message:match "did you mean '([^']*)'", name)
    end
  end)

  it("ignores what is not a list of texts", function()
    assert.is_nil(names.nearest("a", { 1, 2 }))
    raises("argument 2 must be a table, not nothing", names.nearest, "a")
    raises("argument 1 must be a string", names.nearest, nil, {})
  end)
end)

describe("an unknown name", function()
  it("is shown with the nearest, and with all that are known", function()
    assert.equal("unknown axis 'z' (known: x, y)",
      names.unknown("axis", "z", { "x", "y" }))
    assert.equal("unknown option 'seeed' (did you mean 'seed'? known: seed)",
      names.unknown("option", "seeed", { "seed" }))
    assert.equal("unknown option '3' (known: seed)",
      names.unknown("option", 3, { "seed" }))
  end)
end)

describe("a value in a message", function()
  it("is described by what it is", function()
    assert.equal("nothing", names.describe(nil))
    assert.equal("the string 'a'", names.describe "a")
    assert.equal("the number 2.5", names.describe(2.5))
    assert.equal("a boolean", names.describe(true))
    assert.equal("a table", names.describe {})
    assert.equal("a function", names.describe(print))
    assert.equal("a matrix", names.describe(ortho.matrix.eye(2)))
    assert.equal("an rng", names.describe(ortho.rng(1)))
  end)

  it("is expected to be of our classes", function()
    local rng = ortho.rng(1)
    assert.equal(rng, names.expect("f", "rng", rng, "rng"))
    raises("f: rng must be an rng, as from ortho.rng(seed), not the number 1",
      names.expect, "f", "rng", 1, "rng")
    raises("f: W must be a matrix, not an rng", names.expect, "f", "W", rng,
      "matrix")
  end)
end)

describe("an option table", function()
  it("may be nothing, and has known keys only", function()
    assert.same({}, names.options("f", nil, { "a" }))
    local options = { a = 1 }
    assert.equal(options, names.options("f", options, { "a", "b" }))
    raises("f: unknown option 'c' (known: a, b)", names.options, "f",
      { c = 1 }, { "a", "b" })
    raises("f: options go by name, as in {a = ...}; found the number 5 " ..
      "without a name", names.options, "f", { 5 }, { "a" })
    raises("f: options must be a table, not the number 3", names.options, "f",
      3, { "a" })
  end)

  it("with several unknown keys names the first by its name", function()
    for _ = 1, 5 do
      raises("unknown option 'q'", names.options, "f",
        { z = 1, q = 1, [true] = 1 }, { "a" })
    end
  end)

  it("may be asked for under another name", function()
    raises("f: the grid must be a table, not nothing", names.table_of, "f",
      "the grid", nil)
  end)
end)

describe("lists of names", function()
  it("are searched, and come sorted as texts", function()
    assert.is_true(names.has({ "a", "b" }, "b"))
    assert.is_false(names.has({ "a", "b" }, "c"))
    assert.same({ 10, 9, "a", "b" }, names.keys { b = 1, a = 1, [9] = 1,
      [10] = 1 })
    assert.same({}, names.keys {})
  end)
end)
