-- arms_spec.lua: the five initializations of a comparison. What theory says of
-- them against what they do: tests/theory/gradient_slope_spec.lua.
local ortho = require "orthorun"
local arms = require "orthorun.base.arms"

describe("the arms", function()
  it("are the same by number and by name, each with a label", function()
    assert.equal(5, #arms)
    for i, name in ipairs(arms.names) do
      assert.equal(arms[i], arms[name])
      assert.equal(name, arms[i].name)
      assert.equal(arms[i].label, arms.labels[name])
      assert.is_truthy(utf8.len(arms[i].label))
    end
  end)

  it("draw weights of the variance that theory takes them to have", function()
    local n = 120
    for _, arm in ipairs(arms) do
      local w = arm.init(ortho.rng(1), n, n)
      local v = ortho.theory.init_variance(arm.theory.init, arm.theory.gain, n,
        n)
      -- n^2 squares of normals: to four standard errors
      assert.is_near(1, w:norm() ^ 2 / (n * n * v), 4 * (2 / (n * n)) ^ 0.5,
        arm.name)
    end
  end)

  it("have two scales: of N(0, 1/n), and of He", function()
    local function size(name)
      return arms[name].init(ortho.rng(2), 64, 64):norm()
    end
    assert.is_near(2 ^ 0.5, size "orthogonal_sqrt2" / size "orthogonal", 1e-12)
    assert.is_near(2 ^ 0.5, size "he_normal" / size "scaled_gaussian", 0.05)
    assert.is_near(1, size "scaled_gaussian" / size "orthogonal", 0.05)
  end)
end)
