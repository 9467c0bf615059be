-- stream_spec.lua: the cipher in Lua, the rows for this build, and for wrong draws.
local laws = require "orthorun.selftest.laws"
local ortho = require "orthorun"
local stream = require "orthorun.selftest.stream"

local function drawing(changes)
  return setmetatable(changes, { __index = laws.draw })
end

local function row(rows, what)
  for _, r in ipairs(rows) do
    if r.what == what then return r end
  end
  error("no row " .. what)
end

describe("stream", function()
  it("has Philox's published answers, and notices others", function()
    assert.are.equal(0, stream.wrong_vectors(stream.philox))
    assert.are.equal(3, stream.wrong_vectors(function(...)
      local a, b, c, d = stream.philox(...)
      return a, b, c, d ~ 1
    end))
    assert.are.equal(1, stream.wrong_vectors(function(a, ...)
      return stream.philox(a == 0 and 1 or a, ...)
    end))
  end)

  it("finds this build's numbers right", function()
    for _, r in ipairs(stream.rows(laws.draw)) do
      assert.is_true(r.wrong == 0 or r.bound ~= nil and r.measured <= r.bound, r.what)
    end
  end)

  it("finds one wrong bit, in the precision that has it", function()
    local rows = stream.rows(drawing { uniform = function(r, m, n, precision)
      local U = laws.draw.uniform(r, m, n, precision)
      if precision == "float32" then U:set(4000, 1, U:get(4000, 1) + 2 ^ -24) end
      return U
    end })
    assert.are.equal(4, row(rows, "uniform numbers by Philox, float32").wrong)
    assert.are.equal(0, row(rows, "uniform numbers by Philox, float64").wrong)
  end)

  it("finds normals that are not those of the stream", function()
    for _, wrong in ipairs { function(_, m, n) return ortho.rng(6):normal(m, n) end,
      function(r, m, n) return -1 * r:normal(m, n) end,
      function(r, m, n) return (1 + 1e-14) * r:normal(m, n) end } do
      local r = row(stream.rows(drawing { normal = wrong }),
        "normal numbers by Box and Muller")
      assert.is_false(r.measured <= r.bound)
    end
  end)
end)
