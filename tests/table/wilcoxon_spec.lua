-- wilcoxon_spec.lua: the signed-rank test against published examples, against
-- all signs counted, and by the normal approximation's formula.
local wilcoxon = require "orthorun.table.wilcoxon"

local function near(wanted, got)
  assert.is_true(math.abs(got - wanted) <= 1e-10 * math.abs(wanted),
    ("%.17g, not %.17g"):format(got, wanted))
end

-- The share of all signs of the ranks 1..n whose sum is as far from the middle.
local function counted(n, sum)
  local middle, count = n * (n + 1) / 4, 0
  for signs = 0, 2 ^ n - 1 do
    local s = 0
    for rank = 1, n do
      if math.floor(signs / 2 ^ (rank - 1)) % 2 == 1 then s = s + rank end
    end
    if math.abs(s - middle) >= math.abs(sum - middle) then count = count + 1 end
  end
  return count / 2 ^ n
end

describe("wilcoxon", function()
  it("finds what is published: depression scores (Hollander and Wolfe 1973)",
    function()
      local x = { 1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30 }
      local y = { 0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29 }
      local list = {}
      for i = 1, 9 do list[i] = x[i] - y[i] end
      local w, p = wilcoxon(list)
      assert.are.equal(40, w)
      near(0.0390625, p)
    end)

  it("counts all signs", function()
    for n = 2, 10 do
      local list = {}
      for i = 1, n do list[i] = i % 3 == 0 and -i or i end
      local w, p = wilcoxon(list)
      near(counted(n, w), p)
    end
    local _, p = wilcoxon { 1, 2, 3, 4, 5 }
    assert.are.equal(0.0625, p)
    _, p = wilcoxon { 1, -1.5 }
    assert.are.equal(1, p)
  end)

  it("is the same for the opposite differences", function()
    local a, b = {}, {}
    for i = 1, 23 do
      a[i] = (i * 7 % 23 - 9.3)
      b[i] = -a[i]
    end
    local _, p = wilcoxon(a)
    local _, q = wilcoxon(b)
    assert.are.equal(p, q)
  end)

  it("shares ranks between ties and leaves zeros out, with the normal " ..
    "approximation", function()
      -- magnitudes 1 1 2 3 3: ranks 1.5 1.5 3 4.5 4.5; positive: 1.5 3 4.5 4.5
      local w, p = wilcoxon { 1, -1, 2, 3, 3, 0, 0 }
      assert.are.equal(13.5, w)
      -- variance 5 * 6 * 11 / 24 - 12 / 48 = 13.5, z = 6 / sqrt(13.5)
      near(0.10247043485974937, p)
    end)

  it("approximates where there are more than 50", function()
    local list = {}
    for i = 1, 60 do list[i] = i % 4 == 0 and -i or i end
    local w, p = wilcoxon(list)
    assert.are.equal(1350, w)
    -- z = (1350 - 915) / sqrt(60 * 61 * 121 / 24)
    near(0.00136336209141379712, p)
  end)

  it("is NaN where there is nothing to rank", function()
    for _, list in ipairs { {}, { 1 }, { 0, 0, 0 } } do
      local w, p = wilcoxon(list)
      assert.is_true(w ~= w and p ~= p)
    end
  end)
end)
