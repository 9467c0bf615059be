-- sequential_spec.lua: evidence that may be looked at as often as one likes.
local ortho = require "orthorun"
local sequential = require "orthorun.table.sequential"

local function normals(name, n, mean)
  local list = {}
  for i, row in ipairs(ortho.rng(16):split(name):normal(n, 1):totable()) do
    list[i] = row[1] + mean
  end
  return list
end

-- How many differences there are when it is decided, looking after each block of
-- 5 up to 100; nil where it is not.
local function decided(list, error)
  local seen = {}
  for i, x in ipairs(list) do
    seen[i] = x
    if i % 5 == 0 and sequential.evidence(seen, 1) >= 1 / error then return i end
  end
end

describe("sequential", function()
  it("has the Bayes factor of the t test, by quadrature", function()
    -- of the likelihood over effects d ~ N(0, 1) and scales s with density 1/s,
    -- over that of d = 0, with mpmath's quadrature
    local list = { 1, 2, 3, 4, 5 }
    local n, r, k = 5, 5 * 9 / 10, 6
    local wanted = k ^ -0.5 * ((1 + r) / (1 + r / k)) ^ (n / 2)
    local got = sequential.evidence(list, 1)
    assert.is_true(math.abs(got / wanted - 1) < 1e-12)
    assert.is_true(math.abs(got / 7.1488465795301 - 1) < 1e-6)
  end)

  it("does not depend on the unit", function()
    local a, b = normals("unit", 20, 0.5), {}
    for i, x in ipairs(a) do b[i] = -1024 * x end
    assert.are.equal(sequential.evidence(a, 1), sequential.evidence(b, 1))
  end)

  it("errs in at most the given share of runs where nothing differs", function()
    for _, error in ipairs { 0.05, 0.2 } do
      local runs, wrong = 2000, 0
      for run = 1, runs do
        if decided(normals("none" .. run, 100, 0), error) then
          wrong = wrong + 1
        end
      end
      local noise = math.sqrt(runs * error * (1 - error))
      assert.is_true(wrong <= runs * error + 3 * noise, wrong)
      assert.is_true(wrong > 0) -- it can
    end
  end)

  it("errs no more where differences have two values", function()
    local runs, wrong = 1000, 0
    for run = 1, runs do
      local r, list = ortho.rng(17):split(run), {}
      for i = 1, 40 do list[i] = 2.0 * r:integer(0, 1) - 1 end
      if decided(list, 0.05) then wrong = wrong + 1 end
    end
    assert.is_true(wrong <= runs * 0.05, wrong)
    assert.is_true(wrong > 0)
  end)

  it("decides soon where the effect is large", function()
    local found, sum = 0, 0
    for run = 1, 200 do
      local n = decided(normals("one" .. run, 100, 1), 0.05)
      if n then found, sum = found + 1, sum + n end
    end
    assert.are.equal(200, found)
    assert.is_true(sum / found < 20, sum / found)
  end)

  it("has intervals that leave 0 out where it is decided, and cover", function()
    local covered = 0
    for run = 1, 200 do
      local list, all = normals("cover" .. run, 60, 0.3), true
      local seen = {}
      for i, x in ipairs(list) do
        seen[i] = x
        local low, high = sequential.interval(seen, 0.05, 1)
        all = all and low <= 0.3 and 0.3 <= high
        assert.are.equal(sequential.evidence(seen, 1) >= 20,
          low > 0 or high < 0)
      end
      covered = covered + (all and 1 or 0)
    end
    assert.is_true(covered >= 200 * 0.95 - 3 * math.sqrt(200 * 0.05 * 0.95))
  end)

  it("knows nothing of fewer than 2, and of none that differ", function()
    assert.are.equal(1, sequential.evidence({}, 1))
    assert.are.equal(1, sequential.evidence({ 3 }, 1))
    assert.are.equal(1, sequential.evidence({ 0, 0, 0 }, 1))
    assert.are.equal(16, sequential.evidence({ 2, 2, 2, 2, 2 }, 1))
    assert.are.same({ -math.huge, math.huge },
      { sequential.interval({ 2, 2, 2, 2, 2 }, 0.05, 1) })
    assert.are.same({ -math.huge, math.huge },
      { sequential.interval({ 3 }, 0.05, 1) })
  end)
end)
