-- theory/checked: options of theory's functions, right and wrong.
local checked = require "orthorun.theory.checked"
local raises = dofile("tests/support.lua").raises

describe("theory's options", function()
  it("come from like= where they are not given", function()
    local o = checked.with_like("f", { width = 3, like = { width = 4, depth = 5,
      seed = 1 } }, { "width", "depth" })
    assert.same({ width = 3, depth = 5 }, o)
  end)

  it("are known keys of a table", function()
    raises("f: needs a table of options, not nil", checked.options, "f", nil, {})
    raises("did you mean 'depth'", checked.with_like, "f", { dpeth = 1 },
      { "depth" })
    raises("f: like must be a table", checked.with_like, "f", { like = 1 }, {})
  end)

  it("are finite numbers in their range, or the default", function()
    assert.equal(2, checked.number("f", {}, "x", 2))
    assert.equal(-1, checked.number("f", { x = -1 }, "x", 2, -math.huge))
    assert.equal(0, checked.number("f", { x = 0 }, "x", 2, 0))
    raises("f: x is 0, must be a finite number above 0", checked.number, "f",
      { x = 0 }, "x")
    raises("x is -1, must be a finite number of at least 0", checked.number, "f",
      { x = -1 }, "x", nil, 0)
    raises("x is nan", checked.number, "f", { x = 0 / 0 }, "x", nil, -math.huge)
    raises("x is inf", checked.number, "f", { x = math.huge }, "x")
  end)

  it("are whole numbers where they count", function()
    assert.equal(2, checked.count("f", { n = 2 }, "n", nil, 1))
    raises("f: n is 2.5, must be a whole number of at least 1", checked.count,
      "f", { n = 2.5 }, "n", nil, 1)
    raises("n is nil", checked.count, "f", {}, "n", nil, 1)
  end)
end)
