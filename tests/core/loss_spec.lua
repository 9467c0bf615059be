-- loss: cross-entropy and accuracy against their definitions, for columns of
-- any length, and where logits tie or are infinite. Gradients by finite
-- differences are in layer_spec.lua.
local ortho = require "orthorun"
local loss, matrix = ortho.loss, ortho.matrix

-- -log softmax(z)[label] and softmax of a column, in Lua's own arithmetic
local function defined(z, j, label)
  local top, total, p = -math.huge, 0, {}
  for i = 1, z:rows() do top = math.max(top, z:get(i, j)) end
  for i = 1, z:rows() do
    p[i] = math.exp(z:get(i, j) - top)
    total = total + p[i]
  end
  for i = 1, z:rows() do p[i] = p[i] / total end
  return math.log(total) - (z:get(label, j) - top), p, top
end

local function labels_for(z)
  local list = {}
  for j = 1, z:cols() do list[j] = (7 * j) % z:rows() + 1 end
  return list
end

local eps = { float32 = 2.0 ^ -23, float64 = 2.0 ^ -52 }

for precision, unit in pairs(eps) do
  describe("cross-entropy in " .. precision, function()
    it("is what it is defined as, for columns of any length", function()
      for _, rows in ipairs { 1, 2, 3, 10, 15, 16, 17, 33, 100 } do
        local z = ortho.rng(rows):normal(rows, 9,
          { std = 5, precision = precision })
        local labels, sum = labels_for(z), 0
        local value, gradient = loss.cross_entropy(z, labels)
        for j = 1, z:cols() do
          local one, p = defined(z, j, labels[j])
          sum = sum + one
          for i = 1, rows do
            local wanted = (p[i] - (i == labels[j] and 1 or 0)) / z:cols()
            assert(math.abs(gradient:get(i, j) - wanted) <= 20 * unit *
              p[i] / z:cols() + unit * math.abs(wanted))
          end
        end
        assert.is_near(sum / z:cols(), value,
          10 * unit * (1 + sum / z:cols()))
      end
    end)

    it("keeps a small loss's digits", function()
      local z = matrix({ { 30 }, { 0 }, { 1 } }, { precision = precision })
      local value = loss.cross_entropy(z, { 1 })
      local wanted = math.exp(-30) + math.exp(-29)
      -- 1 + 3.5e-13 has three digits of it in float64
      assert.is_near(1, value / wanted, 1e-3)
    end)

    it("takes one-hot columns as it takes labels", function()
      local z = ortho.rng(1):normal(11, 6, { precision = precision })
      local labels = labels_for(z)
      local hot = ortho.data.one_hot(labels, 11, { precision = precision })
      local a, ga = loss.cross_entropy(z, labels)
      local b, gb = loss.cross_entropy(z, hot)
      assert.is_near(a, b, 10 * unit)
      assert.is_true((ga - gb):norm() <= 4 * unit * ga:norm())
    end)

    it("knows ties and infinite logits, and hands NaN on", function()
      local inf = math.huge
      local z = matrix({ { 2, -inf }, { 2, 0 }, { -inf, 0 } },
        { precision = precision })
      local value, gradient = loss.cross_entropy(z, { 1, 2 })
      assert.is_near(math.log(2), value, 1e-7)
      assert.equal(0, gradient:get(3, 1))
      assert.equal(0, gradient:get(1, 2))
      assert.equal(-0.25, gradient:get(1, 1))
      assert.equal(inf, (loss.cross_entropy(z, { 3, 2 })))
      local bad = loss.cross_entropy(matrix({ { 0 / 0 }, { 1 } },
        { precision = precision }), { 2 })
      assert.is_true(bad ~= bad)
    end)
  end)

  describe("accuracy in " .. precision, function()
    it("counts the first of equal logits, and NaN as wrong", function()
      for _, rows in ipairs { 3, 16, 40 } do
        local z = matrix.zeros(rows, 4, { precision = precision })
        z:set(3, 1, 1)
        z:set(2, 2, 5)
        z:set(rows, 2, 5)
        z:set(rows, 4, 0 / 0)
        assert.equal(0.75, loss.accuracy(z, { 3, 2, 1, 1 }))
        assert.equal(0.25, loss.accuracy(z, { 3, 3, 2, rows }))
      end
    end)
  end)
end
