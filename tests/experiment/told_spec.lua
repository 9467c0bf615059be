-- told_spec.lua: the entries { text = ... } and { factors = ... } of an experiment's
-- `show`, and what a fit or an exact theory is held to: `extrapolate`, `within`.
local core = require "orthorun.core"
local ortho = require "orthorun"
local support = dofile "tests/support.lua"
local raises = support.raises
local program = os.getenv "ORTHORUN" or "./orthorun"
local folder = support.folder()

teardown(folder.remove)

-- The experiment with these entries, as one that is required: it prints nothing.
local function quiet(show, more)
  local definition = { name = "told", grid = { a = { 1, 2 }, seed = ortho.range(3) },
    show = show, trial = function(p) return { y = 12 * p.a + p.seed, z = 2 * p.a } end }
  for key, value in pairs(more or {}) do definition[key] = value end
  local options = core.options
  core.options = setmetatable({ out = folder.path "quiet", jobs = 0, quiet = true,
    fresh = true }, { __index = options })
  local ok, answer = pcall(ortho.experiment, definition)
  core.options = options
  if not ok then error(answer, 0) end
  return answer
end

describe("factors", function()
  it("are of medians, from each to the next, by group, with notes", function()
    local t = quiet({ { factors = { "y", "z", "a" }, notes = { name = "why", "x" } } })
      .tables[1]
    assert.are.same({ "a", "result", "median", "factor", "why" }, t:columns())
    assert.are.same({ a = 2, result = "y", median = 26, factor = 6.5, why = "x" },
      t:row(4))
    assert.are.same({ 14, 2, 1 }, table.move(t:column "median", 1, 3, 1, {}))
    assert.are.same({ 7, 2 }, table.move(t:column "factor", 1, 2, 1, {}))
    assert.is_nil(t:row(3).factor)
  end)

  it("leave NaN out, and take one group where by is empty", function()
    local t = quiet({ { factors = { "y", "z" }, by = {} } }, { trial = function(p)
      return { y = p.seed == 3 and 0 / 0 or p.seed, z = p.a } end }).tables[1]
    assert.are.same({ result = "y", median = 1.5, factor = 1 }, t:row(1))
  end)

  it("want two columns that there are", function()
    raises("factors takes two columns or more", quiet, { { factors = { "y" } } })
    raises("factors takes two columns or more", quiet, { { factors = "y" } })
    raises("notes must be a table", quiet, { { factors = { "y", "z" }, notes = "x" } })
    raises("unknown column 'zz'", quiet, { { factors = { "y", "zz" } } })
  end)
end)

describe("a text", function()
  it("is made of medians, a paragraph for each group", function()
    local path = folder.write("text.lua", [[
      local ortho = require "orthorun"
      return ortho.experiment { name = "text", grid = { a = { 1, 2 },
          seed = ortho.range(3) },
        trial = function(p) return { y = 12 * p.a + p.seed, kind = "odd" } end,
        show = { { text = function(m) return ("y is %g, %s"):format(m.y, m.kind) end },
          { text = function(m) return ("%g"):format(m.y) end, by = {},
            where = { a = "largest", seed = { 1, 2 } } },
          { text = function() return "never" end, where = { a = 7 } } } }]])
    local pipe = io.popen(("'%s' '%s' --quiet --out '%s' 2>&1"):format(program, path,
      folder.path "text"))
    local said = pipe:read "a"
    assert.is_true(pipe:close())
    assert.is_truthy(said:find("\na 1: y is 14, odd\na 2: y is 26, odd\n", 1, true), said)
    assert.is_truthy(said:find("\n25.5\n", 1, true), said)
    assert.is_truthy(said:find("text: no rows where a 7", 1, true), said)
  end)

  it("is refused where it is none, or asks for what is not there", function()
    raises("text must be a function", quiet, { { text = "y is {y}" } })
    raises("must return a text, not the number 1", quiet,
      { { text = function() return 1 end } })
    raises("unknown column 'yy' (known: a, seed, y, z)", quiet,
      { { text = function(m) return tostring(m.yy) end } })
  end)
end)

describe("within", function()
  local function checked(predict, within)
    return quiet({ { check = "y", by = "a", within = within } }, { predict = predict })
      .checks
  end

  it("bounds the largest distance from theory in each group", function()
    local checks = checked(function(p) return { y = 12 * p.a + 1.5 } end,
      function(key) return key.a end)
    assert.are.same({ 1.5, 1.5 }, checks:column "measured")
    assert.are.same({ "no", "yes" }, checks:column "agrees")
  end)

  it("is broken where theory or trial alone says NaN; and met where both do", function()
    assert.are.same({ "no", "no" }, checked(function() return { y = 0 / 0 } end, 100)
      :column "agrees")
    local checks = quiet({ { check = "y", within = 0 } }, { predict = function()
      return { y = 0 / 0 } end, trial = function() return { y = 0 / 0 } end }).checks
    assert.are.same({ "yes", "yes" }, checks:column "agrees")
  end)

  it("is of what the entry predicts, if it does", function()
    local checks = quiet({ { check = "y", by = {}, predicted = 20, within = 7 } }).checks
    assert.are.equal(7, checks:row(1).measured) -- 13 to 27
  end)
end)

describe("a fit that tells of other rows", function()
  local grid = { n = { 2, 4, 8, 16, 32 }, seed = ortho.range(2) }
  local function told(entry, y)
    entry.slope, entry.over, entry.where = "y", "n", { n = { 2, 4, 8 } }
    entry.extrapolate, entry.error = { n = { 16, 32 } }, 0.01
    return quiet({ entry }, { grid = grid, trial = function(p) return { y = y(p) } end })
      .checks
  end

  it("is held against them, within the error that is given", function()
    local checks = told({ model = "saturation" }, function(p)
      return 10 + p.seed - 3 / p.n + (p.n == 32 and 0.5 or 0) end)
    assert.are.equal(2, #checks)
    support.near(11.5 - 3 / 16, checks:row(1).predicted, 1e-3)
    support.near(0, checks:row(1).z, 1e-9)
    support.near((11.5 - 3 / 32) / 100, checks:row(2).error, 1e-9)
    support.near(0.5 / checks:row(2).error, checks:row(2).z, 1e-9)
    assert.are.equal("no", checks:row(2).agrees)
  end)

  it("goes back from logarithms", function()
    support.near(3 * 32 ^ 1.5, told({ model = "power" }, function(p)
      return 3 * p.n ^ 1.5 end):row(2).predicted, 0.01)
    support.near(3 * 2 ^ 16, told({ model = "exponential" }, function(p)
      return 3 * 2 ^ p.n end):row(1).predicted, 10)
    support.near(65, told({}, function(p) return 1 + 2 * p.n end):row(2).predicted, 1e-9)
  end)

  it("needs both conditions and error", function()
    raises("extrapolate = conditions and error", quiet, { { slope = "y", over = "a",
      extrapolate = { a = 2 } } })
    raises("error must be a number above 0", quiet, { { slope = "y", over = "a",
      extrapolate = { a = 2 }, error = -1 } })
    raises("unknown column 'b'", quiet, { { slope = "y", over = "a",
      extrapolate = { b = 2 }, error = 1 } })
  end)
end)
