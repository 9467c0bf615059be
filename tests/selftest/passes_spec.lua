-- passes_spec.lua: right gradients pass, wrong ones do not.
local ortho = require "orthorun"
local passes = require "orthorun.selftest.passes"

local function found(gradient, product)
  local list = {}
  for _, row in ipairs(passes.rows(ortho.rng(5), gradient, product)) do
    if not (row.measured <= row.bound) then list[#list + 1] = row.what end
  end
  return table.concat(list, "; ")
end

describe("passes", function()
  it("are right", function()
    assert.are.equal("", found(passes.gradient, passes.product))
  end)

  it("are found wrong in one layer, by a thousandth", function()
    local all = found(function(net, x, y)
      passes.gradient(net, x, y)
      local dW = net:weight_gradients()[2]
      dW:assign(1.001 * dW)
    end, passes.product)
    assert.matches("Euler: <W, dW> equal in all layers, float64", all, 1, true)
    assert.matches("Euler: <W, dW> equal in all layers, float32", all, 1, true)
    assert.matches("differences of the loss", all, 1, true)
  end)

  it("are found wrong where the Hessian is not symmetric", function()
    assert.are.equal("Hessian: u'Hv = v'Hu", found(passes.gradient, function(...)
      local Hv = passes.product(...)
      Hv[1]:row(2):assign(1.00001 * Hv[1]:row(2))
      return Hv
    end))
  end)
end)
