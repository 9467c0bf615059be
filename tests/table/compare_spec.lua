-- compare_spec.lua: arm against arm over pairs.
local ortho = require "orthorun"

local function near(wanted, got)
  assert.is_true(math.abs(got - wanted) <= 1e-10 * math.abs(wanted),
    ("%.17g, not %.17g"):format(got, wanted))
end

-- Hollander and Wolfe's depression scores; R's t.test(x, y, paired = TRUE).
local x = { 1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30 }
local y = { 0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29 }

-- A table of arms over seeds: arms = {{name, values}, ...}.
local function table_of(arms)
  local t = ortho.table.new { "arm", "seed", "loss" }
  for _, arm in ipairs(arms) do
    for seed, value in ipairs(arm[2]) do
      t:append { arm = arm[1], seed = seed, loss = value }
    end
  end
  return t
end

local scores = table_of { { "before", x }, { "after", y } }

local function refused(message, t, options)
  local ok, raised = pcall(t.compare, t, options)
  assert.is_false(ok)
  assert.are.equal("compare: " .. message,
    (tostring(raised):gsub("^[^\n]-:%d+: ", "")))
end

describe("compare", function()
  it("has the mean difference, its error, interval, tests and effect",
    function()
      local row = scores:compare { of = "loss", between = "arm",
        test = "both" }:row(1)
      assert.are.equal("after", row.arm)
      assert.are.equal("before", row.against)
      assert.are.equal(9, row.n)
      assert.are.equal(0, row.unpaired)
      near(-0.43188888888888889, row.difference)
      near(0.142285164023641532, row.error)
      near(-3.0353754156485914, row.t)
      near(0.01617662743490810, row.p)
      near(-0.7599990655056092, row.low)
      near(-0.1037787122721686, row.high)
      near(row.t / 3, row.effect) -- d_z = t / sqrt(n)
      assert.are.equal(5, row.w)
      near(0.0390625, row.p_wilcoxon)
      assert.are.equal(row.p, row.p_holm)
    end)

  it("has SciPy's numbers (1.10: ttest_rel, wilcoxon without correction)",
    function()
      -- n, t, p, effect, w (of the positive differences), p_wilcoxon
      for _, case in ipairs {
        { 5, -0.389311937137028, 0.71688317477755303, -0.1741055911781039, 6,
          0.8125 }, -- exact
        { 30, 0.83587512552736576, 0.41005962455397893, 0.15260922050293352,
          264, 0.5169813920335393 }, -- ties, by approximation
        { 51, 1.2588819693550946, 0.21391893810267754, 0.17627873498298988,
          768, 0.20770027564591753 }, -- ties and a zero
        { 300, 2.7197731977523145, 0.0069148233773478887, 0.1570261787857028,
          25995, 0.0090098589058386375 } } do
        local a, b = {}, {}
        for i = 1, case[1] do
          a[i], b[i] = 1024 + i * i * 37 % 101 / 8, 1024 + i * 53 % 89 / 8
        end
        local row = table_of { { "b", b }, { "a", a } }
          :compare { of = "loss", between = "arm", test = "both" }:row(1)
        assert.are.equal(case[1], row.n)
        near(case[2], row.t)
        near(case[3], row.p)
        near(case[4], row.effect)
        assert.are.equal(case[5], row.w)
        near(case[6], row.p_wilcoxon)
      end
    end)

  it("takes another reference, and has only what is asked for", function()
    local t = scores:compare { of = "loss", between = "arm",
      against = "after", correct = "none", test = "wilcoxon" }
    near(0.43188888888888889, t:row(1).difference)
    assert.are.same({ "arm", "against", "n", "difference", "error", "low",
      "high", "w", "p_wilcoxon", "effect", "unpaired" }, t:columns())
  end)

  it("corrects by Holm over all rows, whatever their order", function()
    local function shifted(by)
      local list = {}
      for i, value in ipairs(x) do list[i] = value + by + (i * 7 % 5) / 10 end
      return list
    end
    local t = table_of { { "a", x }, { "b", shifted(-0.1) },
      { "c", shifted(-0.3) }, { "d", shifted(0) } }
      :compare { of = "loss", between = "arm" }
    local p = t:column "p"
    table.sort(p)
    local wanted = { math.min(1, 3 * p[1]) }
    wanted[2] = math.max(wanted[1], math.min(1, 2 * p[2]))
    wanted[3] = math.max(wanted[2], p[3])
    local holm = t:column "p_holm"
    table.sort(holm)
    assert.are.same(wanted, holm)
    assert.are.equal(3, #t)
  end)

  it("counts what has no partner, and what is not finite", function()
    local t = table_of { { "a", { 1, 2, 3, 0 / 0, 5, 6 } },
      { "b", { 2, 2.5, math.huge, 4 } } }
    local row = t:compare { of = "loss", between = "arm" }:row(1)
    assert.are.equal(2, row.n)
    assert.are.equal(0.75, row.difference)
    assert.are.equal(6, row.unpaired)
  end)

  it("says where there are fewer than 2 pairs, and where nothing differs",
    function()
      local row = table_of { { "a", { 1 } }, { "b", { 2 } } }
        :compare { of = "loss", between = "arm", test = "both" }:row(1)
      assert.are.equal("fewer than 2 pairs", row.note)
      assert.are.equal(1, row.difference)
      for _, name in ipairs { "error", "t", "p", "p_holm", "p_wilcoxon",
        "effect", "low" } do
        assert.is_true(row[name] ~= row[name], name)
      end
      row = table_of { { "a", x }, { "b", x } }
        :compare { of = "loss", between = "arm" }:row(1)
      assert.are.equal("no difference in any pair", row.note)
      assert.are.equal(0, row.difference)
    end)

  it("pairs by all parameters that vary, but for those that change with the " ..
    "arms", function()
      local folder = os.tmpname()
      os.remove(folder)
      local t = ortho.sweep { name = "c", zip = { arm = { "a", "b" },
        lr = { 0.1, 0.2 } }, grid = { depth = { 1, 2 }, seed = ortho.range(3) },
        trial = function(p) return { loss = p.depth * p.seed + p.lr * p.seed } end,
        args = { "--out", folder, "--quiet", "--jobs", "0" } }:run()
      os.execute("rm -rf '" .. folder .. "'")
      local _, lists, pair = t:compare { of = "loss", between = "arm" }
      assert.are.same({ "depth", "seed" }, pair)
      assert.are.equal(6, #lists[1])
      local by = t:compare { of = "loss", between = "arm", by = "depth" }
      assert.are.same({ 1, 2 }, by:column "depth")
      assert.are.same({ 3, 3 }, by:column "n")
      near(0.2, by:row(1).difference)
      assert.are.equal(3, t:compare { of = "loss", between = "arm",
        where = { depth = 1 } }:row(1).n)
    end)

  it("refuses several values for one arm in one pair, and says what differs",
    function()
      local t = ortho.table.of({ "arm", "seed", "layer", "loss" }, {
        { arm = "a", seed = 1, layer = 1, loss = 1 },
        { arm = "a", seed = 1, layer = 2, loss = 2 },
        { arm = "b", seed = 1, layer = 1, loss = 2 } })
      refused("several rows with different 'loss' have arm = a, seed = 1: put " ..
        "what tells them apart into by or pair, or choose by where (they " ..
        "differ in layer)", t, { of = "loss", between = "arm" })
      assert.are.equal(2, #t:compare { of = "loss", between = "arm",
        by = "layer" })
    end)

  it("refuses what it does not know", function()
    refused("of must name a column, as in { of = \"loss\", between = " ..
      "\"optimizer\" }, not nothing", scores, {})
    refused("of: unknown column 'lss' (did you mean 'loss'? known: arm, seed, " ..
      "loss)", scores, { of = "lss", between = "arm" })
    refused("unknown test 'wilcox' (did you mean 'wilcoxon'? known: t, " ..
      "wilcoxon, both)", scores, { of = "loss", between = "arm",
      test = "wilcox" })
    refused("against: unknown arm 'befor' (did you mean 'before'? known: " ..
      "before, after)", scores, { of = "loss", between = "arm",
      against = "befor" })
    refused("by: 'arm' is what is compared", scores, { of = "loss",
      between = "arm", by = "arm" })
  end)
end)
