-- training_experiments_spec.lua: the experiments that train, as a user runs
-- them, small: measured against predicted, their files, their options.
local runs = dofile "tests/experiments/runs.lua"
local folder, run, records, results, verdict, between = runs.folder, runs.run,
  runs.records, runs.results, runs.verdict, runs.between

teardown(runs.remove)

-- How many rows of an experiment's verdict agree, and how many do not, by its CSV.
local function judged(name)
  local yes, no = 0, 0
  for _, row in ipairs(records(name, name .. "_checks")) do
    if row.agrees == "yes" then yes = yes + 1 else no = no + 1 end
  end
  return yes, no
end

local function near(wanted, got)
  between(wanted - 1e-9 * math.abs(wanted), wanted + 1e-9 * math.abs(wanted), got)
end

describe("drift", function()
  local text, rows
  setup(function()
    text, rows = results("drift", "--data digits --hidden 32 --epochs 10 " ..
      "--lr 0.1 --batch 64 --seed 1")
  end)

  it("learns the digits", function()
    assert.are.equal(0, rows[1].step)
    between(0, 0.3, rows[1].accuracy)
    between(0.85, 0.99, rows[#rows].accuracy)
    assert.are.equal(10 * 23, rows[#rows].step)
    assert.is_true(rows[#rows].loss < rows[1].loss / 3)
  end)

  it("has every bound above the next, the drift below all", function()
    for i = 2, #rows do
      local row = rows[i]
      local order = { row.bound_maxima, row.bound_sums, row.bound_spectral,
        row.bound_mixed, row.bound_tight, row.gram_drift }
      for k = 2, #order do
        assert.is_true(order[k] <= order[k - 1], i .. ", bound " .. k)
      end
      between(row.gram_drift, row.bound_sums, row.gram_path)
    end
  end)

  it("says how far from orthogonal the end is", function()
    local last = rows[#rows]
    assert.is_truthy(text:find(("‖E‖ is %.1f %% of ‖W₀W₀ᵀ‖: not"):format(100 *
      last.relative_drift), 1, true))
    local tame = results("drift", "--data digits --hidden 32 --epochs 1 --seed 1")
    assert.is_truthy(tame:find("of ‖W₀W₀ᵀ‖: near it.", 1, true))
    between(1, 2, last.relative_drift) -- in units of ||W0W0'||: far
    between(0.7, 1, last.way_share)
    near((last.gram_drift / last.bound_tight) ^ 2, last.way_share)
  end)

  it("has layers whose squared norms grow alike, to what steps allow", function()
    local last = rows[#rows]
    between(10, 100, last.grown_1)
    between(0.98, 1.02, last.grown_1 / last.grown_2)
    between(-1, 1, last.unequal)
    between(0.375, 0.625, last.first_share)
    assert.are.same({ 4, 0 }, { judged "drift" }) -- three, and the scores' overall
  end)

  it("keeps the clipped gradient norm at the clip", function()
    for _, row in ipairs(rows) do between(0, 1, row.gradient) end
    assert.is_truthy(text:find("1508.95", 1, true))
  end)

  it("says what each bound gives away, and by what factor", function()
    local product, last = 1, rows[#rows]
    for _, name in ipairs { "maxima", "sums", "spectral", "mixed", "tight" } do
      local factor = text:match("\nbound_" .. name .. " +%S+ +(%S+)  ")
      between(1, 40, tonumber(factor))
      product = product * tonumber(factor)
    end
    between(0.99, 1.01, product / (last.bound_maxima / last.gram_drift))
    assert.is_truthy(text:find("the skew part, which turns W only", 1, true))
  end)
end)

describe("learning_time", function()
  -- steps at rate 0.25/L by depth, and the seeds' best updates by case and depth
  local function found(rows, fastest)
    local time, best = {}, {}
    for _, row in ipairs(rows) do
      if row.case == "orthogonal" and row.rate == 0.25 then
        time[row.depth] = time[row.depth] or {}
        time[row.depth][row.seed] = row.time
      end
    end
    for _, row in ipairs(fastest) do
      local key = row.case .. row.depth
      best[key] = math.max(best[key] or 0, row.updates)
    end
    return time, best
  end

  it("saturates with depth from orthogonal weights, as 1/L says", function()
    local text, rows = results("learning_time", "--case orthogonal,aligned " ..
      "--depth 2,16,32,64,128 --rate 0.25,0.4 --seed 1,2 --width 16 --outputs 4")
    local time = found(rows, {})
    for seed = 1, 2 do
      local told = time[64][seed] + (time[64][seed] - time[32][seed]) / 2
      between(0.998, 1.002, time[128][seed] / told)
      between(1.3, 4, time[128][seed] / time[2][seed]) -- longer than a shallow one
      between(1, 1.1, time[128][seed] / time[32][seed])
    end
    for _, row in ipairs(rows) do
      if row.case == "aligned" then assert.are.equal(row.updates_theory, row.updates) end
    end
    -- 128 layers as 16 to 64 tell; the mode equation's steps at five depths; overall
    assert.are.same({ 7, 0 }, { judged "learning_time" })
    assert.is_truthy(text:find("as limit + slope/depth", 1, true))
  end)

  it("grows with depth from Gaussian ones; the end of the search is said", function()
    local text, rows = results("learning_time", "--case orthogonal,scaled_gaussian " ..
      "--depth 2,12 --rate 0.25,0.35 --seed 1,2 --width 16 --outputs 4 --most 600")
    local _, best = found(rows, records("learning_time", "learning_time_fastest"))
    between(1, 6, best.orthogonal12 / best.orthogonal2)
    assert.is_true(best.scaled_gaussian12 > 3 * best.orthogonal12)
    assert.is_truthy(text:find("censored", 1, true))
  end)
end)

describe("width_needed", function()
  it("is the least for orthogonal weights, more for Gaussian ones", function()
    local text, rows = results("width_needed",
      "--depth 16,32 --width 16,24,64 --seed 1,2")
    for _, row in ipairs(rows) do
      if row.init == "orthogonal" then assert.are.equal(true, row.learnt) end
      if row.init == "scaled_gaussian" and row.depth == 32 then
        assert.are.equal(row.width == 64, row.learnt)
      end
    end
    assert.is_truthy(text:find("scaled_gaussian +32 +64"), text)
    assert.is_truthy(text:find("orthogonal +32 +16[ 16]+<=\n"), text)
    assert.is_truthy(text:find("without%s+4%s+at%s+the%s+end%s+of%s+the%s+search"), text)
    local bounded = 0
    for _, row in ipairs(records("width_needed", "width_needed_checks")) do
      if row.what:find("against the inputs", 1, true) then
        assert.are.equal("yes", row.agrees)
        bounded = bounded + 1
      end
    end
    assert.are.equal(2, bounded)
  end)
end)

describe("sgd_adam", function()
  it("starts both from the same weights, which Adam lets grow more", function()
    local text, rows = results("sgd_adam", "--steps 300 --every 150 --seed 1-3")
    local first = {}
    for _, row in ipairs(rows) do
      if row.step == 0 then
        local key = row.seed .. " " .. row.layer
        assert.are.equal(first[key] or row.sigma, row.sigma)
        first[key] = row.sigma
      end
    end
    assert.is_truthy(text:find("difference from sgd over pairs of the same seed",
      1, true))
    local compared = records("sgd_adam", "sgd_adam_compare_sigma")
    assert.are.equal(3, #compared)
    assert.are.equal(3, compared[2].n)
    assert.is_true(compared[2].difference > 3 * compared[2].error)
  end)

  it("has at most 15 lines", function()
    local count = 0
    for _ in io.lines "experiments/sgd_adam.lua" do count = count + 1 end
    assert.is_true(count <= 15)
  end)
end)

describe("lr_sweep", function()
  it("bears 4/lambda, past which nets of two layers are lost", function()
    local _, rows = results("lr_sweep", "--depth 2,8,16 --width 32 --seed 1-3 " ..
      "--init orthogonal --times 1,2,2.83,5.66 --samples 64")
    local limit, borne = {}, {}
    for _, row in ipairs(rows) do
      local key = ("%d %g"):format(row.depth, row.times)
      limit[row.depth] = row.limit
      borne[key] = (borne[key] or 0) + (row.borne and 1 or 0)
      near(row.times, row.lr / row.limit)
    end
    between(2.5, 6, limit[2] / limit[8])
    assert.are.equal(3, borne["2 1"])
    assert.are.equal(0, borne["2 5.66"])
    assert.are.equal(3, borne["8 2"])
    for _, row in ipairs(records("lr_sweep", "lr_sweep_sharpest")) do
      between(0.3, 1.2, row.edge) -- where it ends, it is all but stable
    end
    assert.are.same({ 8, 0 }, { judged "lr_sweep" })
  end)

  it("is borne nowhere far above 4/lambda", function()
    local _, rows = results("lr_sweep", "--depth 2 --width 32 --seed 1 " ..
      "--init orthogonal --times 8,16 --samples 64")
    for _, row in ipairs(rows) do assert.are.equal(false, row.borne) end
  end)
end)

describe("linear_drift", function()
  it("is what s^(1/L) predicts", function()
    local text, rows = results("linear_drift", "--seed 1,2")
    -- sqrt(mean (s^(2/L) - 1)^2) for 16 values s from 0.5 to 2, by NumPy
    local wanted = { [2] = 0.52440, [4] = 0.23535, [8] = 0.11287,
      [16] = 0.05547, [32] = 0.02752, [64] = 0.01371 }
    assert.are.equal(12, #rows)
    for _, row in ipairs(rows) do
      local drift = wanted[row.depth]
      between(drift * 0.999, drift * 1.001, row.relative_drift)
      between(drift * 0.999, drift * 1.001, row.relative_drift_theory)
      between(0.999, 1.001, row.singular_max / 2 ^ (1 / row.depth))
      between(0.999, 1.001, row.singular_min * 2 ^ (1 / row.depth))
    end
    assert.are.same({ 6, 0 }, { verdict(text) })
  end)
end)

describe("balance", function()
  it("is lost in proportion to the rate, which drift hardly feels", function()
    local text, rows = results("balance", "--seed 1,2")
    local before = {}
    for _, row in ipairs(rows) do
      between(0.1127, 0.1138, row.relative_drift)
      local last = before[row.seed]
      if last then between(1.9, 2.2, row.balance / last) end
      before[row.seed] = row.balance
    end
    assert.are.equal(8, #rows)
    assert.is_truthy(text:find("exponent of .* in rate"))
  end)
end)

-- The rows of a CSV by their case.
local function by_case(rows)
  local found = {}
  for _, row in ipairs(rows) do
    found[row.case] = found[row.case] or {}
    table.insert(found[row.case], row)
  end
  return found
end

-- Are the ratios of these cases' runs, which have learnt, within these ends?
local function ratios_within(found, cases)
  for case, ends in pairs(cases) do
    assert.is_true(#found[case] > 0)
    for _, row in ipairs(found[case]) do
      assert.is_true(row.learnt, case)
      assert.is_true(row.ratio >= ends[1] and row.ratio <= ends[2],
        ("%s: %g"):format(case, row.ratio))
    end
  end
end

describe("lazy_drift", function()
  local text, found
  setup(function()
    local rows
    text, rows = results("lazy_drift", "--seed 1,2 --width 64,128 " ..
      "--case orthogonal_sqrt2,he_normal,samples,scale")
    found = by_case(rows)
  end)

  it("is what the tangent kernel says, in a random direction", function()
    for case, low in pairs { orthogonal_sqrt2 = 0.95, he_normal = 0.9, scale = 0.95,
      samples = 0.9 } do
      for _, row in ipairs(found[case]) do
        if row.width == 128 then
          between(low, 1.15, row.ratio)
          between(0.95, 1.05, row.drift_ratio)
        end
      end
    end
  end)

  it("moves two eigenvalues for each sample", function()
    for _, row in ipairs(found.samples) do
      if row.width == 128 then
        between(1.5 * row.samples, 2.5 * row.samples, row.moved_eigenvalues)
      end
    end
  end)

  it("goes as 1/scale, and into the verdict", function()
    local slope = tonumber(text:match "exponent of .-\ncase scale +(%S+)" or
      text:match "exponent of .-\nscale +(%S+)")
    between(-1.05, -0.95, slope)
    local _, no = verdict(text)
    assert.are.equal(0, no)
  end)
end)

describe("why_orthogonal", function()
  local text, found
  setup(function()
    local rows
    text, rows = results("why_orthogonal", "--seed 1 --case rate,samples,scale,deep," ..
      "decay,adam,adam_1,rich,digits,narrow,classes,parts")
    found = by_case(rows)
  end)

  it("is on the diagonal for lazy and deep linear nets, weight decay, Adam's first step",
    function()
      ratios_within(found, { scale = { 0.97, 1.05 }, samples = { 0.95, 1.1 },
        digits = { 0.95, 1.05 }, decay = { 0.93, 1.05 }, deep = { 0.999, 1.003 },
        adam_1 = { 0.93, 1.02 }, parts = { 0.85, 1.05 }, classes = { 0.75, 1.05 } })
      assert.are.same({ 6, 0 }, { verdict(text) })
    end)

  it("is off it for large rates, Adam, narrow nets and those that learn features",
    function()
      ratios_within(found, { rate = { 1.2, 50 }, adam = { 1.3, 50 },
        narrow = { 0.1, 0.9 } })
      for _, row in ipairs(found.rich) do
        if row.scale > 0.05 then between(0.3, 0.95, row.ratio) end
      end
    end)

  it("flags runs that do not get there, and draws conclusions from the others alone",
    function()
      local short = run("why_orthogonal", "--seed 1 --case scale --steps 3")
      for _, row in ipairs(records("why_orthogonal", "why_orthogonal")) do
        assert.are.equal(false, row.learnt)
      end
      assert.is_truthy(short:find("check of ratio: no rows", 1, true), short)
    end)
end)

describe("odd choices", function()
  it("are answered: one study, one level, none, a diverging run", function()
    results("lazy_drift", "--case orthogonal_sqrt2 --width 32 --seed 1")
    local _, code, err = run("lazy_drift", "--case scael")
    assert.are.equal(2, code)
    assert.is_truthy(err:find("(did you mean 'scale'?", 1, true), err)
    results("drift", "--data digits --lr 1e300 --epochs 1")
    local last
    for _, row in ipairs(records("drift", "drift_checks")) do
      if row.what == "share of runs that diverged" then last = row end
    end
    assert.are.equal("at most 0", last.predicted)
    assert.are.equal(1, last.measured)
    assert.are.equal("no", last.agrees)
  end)

  it("of data are refused: no file, no labels, too large a batch", function()
    local file = folder .. "/plain.csv"
    local out = assert(io.open(file, "w"))
    for i = 1, 20 do out:write(i, ",", -i, "\n") end
    out:close()
    for options, wanted in pairs {
      ["--data /no/such.csv"] = "No such file",
      ["--data '" .. file .. "'"] = "has no labels",
      ["--data digits --batch 5000"] = "only 1438 samples",
    } do
      local _, code, err = run("drift", options)
      assert.are.equal(1, code)
      assert.is_truthy(err:find(wanted, 1, true), err)
    end
  end)
end)

describe("every experiment that trains", function()
  it("lists its options, and refuses others", function()
    for _, name in ipairs { "drift", "learning_time", "width_needed",
      "lr_sweep", "linear_drift", "balance", "lazy_drift", "why_orthogonal" } do
      local text, code = run(name, "--help")
      assert.are.equal(0, code)
      assert.is_truthy(text:find("--seed", 1, true))
      local _, status, err = run(name, "--dpeth 3")
      assert.are.equal(2, status)
      assert.is_truthy(err:find("unknown option --dpeth", 1, true))
    end
  end)
end)
