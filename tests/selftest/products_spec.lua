-- products_spec.lua: wrong products are found, each in the row that is about it.
local ortho = require "orthorun"
local products = require "orthorun.selftest.products"

-- The texts of the rows that fail.
local function found(multiply)
  local list = {}
  for _, row in ipairs(products.rows(ortho.rng(2), multiply)) do
    local good = row.wrong == 0 or row.bound and row.measured <= row.bound
    if not good then list[#list + 1] = row.what end
  end
  return table.concat(list, "; ")
end

-- Adds `off` to the last element where `when(C)`.
local function spoilt(when, off)
  return function(A, B)
    local C = A * B
    local m, n = C:shape()
    if when(C, A) then C:set(m, n, C:get(m, n) + off) end
    return C
  end
end

describe("products", function()
  it("are found wrong by what is wrong, and nothing else is", function()
    local threads = ortho.threads()
    local function is_wrong(C, A)
      local one_small = C:rows() == 17 and C:cols() == 31 and A:cols() == 3 and
        C:precision() == "float32"
      return one_small or C:cols() == 777 and ortho.threads() == 3
    end
    local element = spoilt(is_wrong, 1)
    local one_large = spoilt(function(C)
      return C:rows() == 385 and C:precision() == "float64"
    end, 0 / 0)
    assert.are.equal("products of small sizes, float32; " ..
      "products of large, odd sizes, float64; a product's rounding, float64; " ..
      "same bits on 1, 2, 3, 4 threads, float64; " ..
      "same bits on 1, 2, 3, 4 threads, float32", found(function(A, B)
        local whole = A:get(1, 1) % 1 == 0
        if not whole and A:rows() == 67 and A:precision() == "float64" then
          return (A:to "float32" * B:to "float32"):to "float64"
        end
        return A:rows() == 385 and one_large(A, B) or element(A, B)
      end))
    assert.are.equal(threads, ortho.threads())
  end)
end)
