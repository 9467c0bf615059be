-- experiments_spec.lua: the experiments as a user runs them, small: their
-- numbers, their files, their options, and what they say when things go wrong.
local csv = require "orthorun.base.csv"
local core = require "orthorun.core"
local program = os.getenv "ORTHORUN" or "./orthorun"
local folder

local read_file = dofile("tests/support.lua").read

-- Runs `orthorun LINE`; returns stdout, the exit code, stderr.
local function run(line, before)
  local out, err = folder .. "/stdout", folder .. "/stderr"
  local _, how, code = os.execute(("%s '%s' %s >'%s' 2>'%s'"):format(
    before or "", program, line, out, err))
  assert.are.equal("exit", how)
  return read_file(out), code, read_file(err)
end

local function has(text, wanted)
  assert.is_truthy(text:find(wanted, 1, true),
    ("no %q in:\n%s"):format(wanted, text))
end

-- The printed table under the line that starts with `first`, the one behind
-- the line with `title` where that is given: its rows as records, by the first
-- column.
local function printed(text, first, title)
  local rows, header = {}, nil
  if title then text = text:sub((assert(text:find(title, 1, true), text))) end
  for line in text:gmatch "([^\n]*)\n" do
    local words = {}
    for word in line:gmatch "%S+" do words[#words + 1] = word end
    if words[1] == first then
      header = words
    elseif header and #words == #header then
      local row = {}
      for i, name in ipairs(header) do
        row[name] = tonumber(words[i]) or words[i]
      end
      rows[#rows + 1] = row
      rows[words[1]] = row
    elseif header then
      break
    end
  end
  return rows
end

local function columns_of(file)
  local names, columns = nil, {}
  for fields in csv.records(assert(read_file(file))) do
    for i, field in ipairs(fields) do
      if names then
        table.insert(columns[names[i]], csv.tonumber(field) or field)
      else
        columns[field] = {}
      end
    end
    names = names or fields
  end
  return columns
end

local function near(wanted, got, tolerance)
  assert.is_true(math.abs(wanted - got) <= tolerance,
    ("wanted %g +- %g, got %g"):format(wanted, tolerance, got))
end

setup(function()
  folder = os.tmpname()
  os.remove(folder)
  core.file.mkdir(folder)
end)

teardown(function() os.execute("rm -rf '" .. folder .. "'") end)

-- The slopes that depth_sweep prints: by_layer, by_depth and their theory, with
-- the gradient's median, by initialization.
local function slopes(text)
  local rows = printed(text, "init", "gradient is log10")
  for name, title in pairs { by_layer = "slope of log10 ‖∂L/∂z‖ per layer",
    by_depth = "slope of log10 ‖∂L/∂W‖ per depth" } do
    for _, row in ipairs(printed(text, "init", title)) do
      rows[row.init][name] = row.slope
      rows[row.init][name .. "_theory"] = row.theory
    end
  end
  return rows
end

local sweep = "experiments/depth_sweep.lua --out '%s' "
local small = " --width 32 --batch 8 --depth 4,12,20 --seed 1-4 "

local function depth_sweep(options, before)
  return run(sweep:format(folder .. "/sweep") .. small .. options, before)
end

describe("depth_sweep", function()
  it("measures theory's slopes for relu, and names its files", function()
    local text, code, err = depth_sweep ""
    assert.are.equal(0, code)
    assert.are.equal("", err)
    local rows = slopes(text)
    assert.are.equal(5, #rows)
    -- per layer: -log10 of (v n / 2)^(1/2), n = 32
    near(-0.602, rows.gaussian.by_layer, 0.08)
    near(0.15, rows.scaled_gaussian.by_layer, 0.08)
    near(0, rows.he_normal.by_layer, 0.08)
    near(0.15, rows.orthogonal.by_layer, 0.08)
    near(0, rows.orthogonal_sqrt2.by_layer, 0.08)
    near(2 * 0.602, rows.gaussian.by_depth, 0.1)
    for _, row in ipairs(rows) do
      near(row.by_layer_theory, row.by_layer, 0.08)
      near(row.by_depth_theory, row.by_depth, 0.1)
      near(row.gradient_theory, row.gradient, 1.2)
    end
    has(assert(read_file(folder .. "/sweep/depth_sweep_checks.csv")),
      "orthogonal: mean log10 ‖∂L/∂W‖") -- a logarithm, and over all layers
    for _, ending in ipairs { "csv", "svg", "png" } do
      has(text, folder .. "/sweep/depth_sweep." .. ending)
      assert.is_truthy(read_file(folder .. "/sweep/depth_sweep." .. ending))
    end
  end)

  it("has no slope for orthogonal weights in a linear net", function()
    local text = depth_sweep "--activation linear --init orthogonal"
    local row = slopes(text).orthogonal
    near(0, row.by_layer, 1e-12)
    near(0, row.by_depth, 0.01)
  end)

  it("agrees with theory for tanh, too", function()
    local rows = slopes(depth_sweep("--activation tanh --init " ..
      "scaled_gaussian,he_normal,orthogonal,orthogonal_sqrt2"))
    assert.are.equal(4, #rows)
    for _, row in ipairs(rows) do
      near(row.by_layer_theory, row.by_layer, 0.03)
      near(row.by_depth_theory, row.by_depth, 0.05)
    end
  end)

  it("writes a row per layer to the CSV", function()
    depth_sweep "--init gaussian --depth 3,5 --seed 1,2"
    local columns = columns_of(folder .. "/sweep/depth_sweep.csv")
    assert.are.equal(2 * (3 + 5), #columns.layer)
    for i, layer in ipairs(columns.layer) do
      assert.is_true(layer <= columns.depth[i])
      assert.are.equal("number", type(columns.gradient[i]))
    end
  end)

  it("gives the same numbers again, and in a subset", function()
    local function numbers(options)
      depth_sweep(options)
      return columns_of(folder .. "/sweep/depth_sweep.csv").gradient
    end
    local one = numbers "--init orthogonal --depth 4 --seed 2"
    local again = numbers "--init he_normal,orthogonal --depth 4 --seed 2"
    assert.are.same(one, table.move(again, 5, 8, 1, {}))
  end)

  it("runs in float32, and far past its range", function()
    local text, code = depth_sweep(
      "--precision float32 --depth 300 --seed 1 --init gaussian")
    assert.are.equal(0, code)
    local row = printed(text, "init", "gradient is log10").gaussian
    assert.is_true(row.gradient > 300 and row.gradient < 500)
    row = printed(text, "init", "slope of log10 ‖∂L/∂z‖").gaussian
    near(-0.602, row.slope, 0.05)
  end)

  it("takes Fashion-MNIST, CSV and .npy files", function()
    if core.file.head(
      "/usr/share/datasets/fashion-mnist/train-labels-idx1-ubyte.gz", 1) then
      local text, code = depth_sweep(
        "--data fashion_mnist --depth 4,8 --seed 1 --init orthogonal")
      assert.are.equal(0, code)
      near(0.15, slopes(text).orthogonal.by_layer, 0.1)
    end
    local file = folder .. "/rows.csv"
    local out = assert(io.open(file, "w"))
    for i = 1, 20 do out:write(i / 20, ",", 1 - i / 20, ",0.5\n") end
    out:close()
    local text, code, err = depth_sweep("--seed 1 --data '" .. file .. "'")
    assert.are.equal("", err)
    assert.are.equal(0, code)
    has(text, "batch 8, data " .. file)
  end)

  it("has run options on either side of the script", function()
    local text, code = run("--quiet --seed 3 --precision float32 --out '" ..
      folder .. "/before' experiments/depth_sweep.lua --width 8 --depth 4 " ..
      "--init he_normal")
    assert.are.equal(0, code)
    has(text, "seed 3")
    has(text, folder .. "/before/depth_sweep.csv")
  end)

  it("lists its options under --help", function()
    local text, code = depth_sweep "--help"
    assert.are.equal(0, code)
    for _, wanted in ipairs { "--depth INTEGER,...", "[4,10,20,30,40,51]",
      "--activation STRING", "one of linear, relu", "--data STRING",
      "weight matrices", "--precision", "--out DIR", "first figure" } do
      has(text, wanted)
    end
  end)

  it("refuses wrong options with status 2", function()
    for options, wanted in pairs {
      ["--dpeth 3"] = "unknown option --dpeth (did you mean --depth?)",
      ["--depth -3"] = "--depth: expected a whole number of at least 1",
      ["--depth 2.5"] = "--depth: expected a whole number of at least 1, " ..
        "got '2.5'",
      ["--width abc"] = "--width: expected a whole number",
      ["--init ortogonal"] = "(did you mean 'orthogonal'?",
      ["--activation rleu"] = "(did you mean 'relu'?",
      ["--precision float16"] = "expected float64 or float32, got 'float16'",
      ["extra"] = "unexpected argument 'extra'",
    } do
      local text, code, err = depth_sweep(options)
      assert.are.equal(2, code, options)
      assert.are.equal("", text)
      has(err, wanted)
    end
  end)

  it("says what is wrong with a data file, status 1", function()
    local _, code, err = depth_sweep "--data /no/such.csv"
    assert.are.equal(1, code)
    has(err, "data.csv: /no/such.csv: No such file or directory")
    has(err, "experiments/depth_sweep.lua:")
    _, code, err = depth_sweep "--data fashion_mnsit"
    assert.are.equal(1, code)
    has(err, "(did you mean 'fashion_mnist'?")
  end)

  it("goes on without gnuplot", function()
    local text, code, err = depth_sweep("", "PATH=/nonexistent")
    assert.are.equal(0, code)
    has(text, "depth_sweep.csv")
    has(err, "no plot drawn: cannot run gnuplot")
    assert.is_nil(text:find("svg", 1, true))
    has(err, "trials are done already")
    assert.are.equal(2, select(2, err:gsub("\n", "")))
  end)

  it("says that it cannot write before it computes", function()
    local text, code, err = run(sweep:format "/proc/none" .. small)
    assert.are.equal(1, code)
    assert.are.equal("", text)
    has(err, "cannot make folder /proc/none")
  end)
end)

describe("orthogonality", function()
  it("finds the rounding of the factorization, by either method", function()
    local text, code, err = run(
      "experiments/orthogonality.lua --depth 4 --width 16,64 --out '" ..
      folder .. "/ortho'")
    assert.are.equal("", err)
    assert.are.equal(0, code)
    local found = {}
    has(text, "medians of 20 values")
    for _, row in ipairs(printed(text, "method")) do
      found[row.method .. row.width] = row.error
    end
    has(text, "at least 0.76923, at most 1.3") -- 1.1 eps n^(3/4), at 64 alone
    has(text, "trace_theory")
    -- NumPy's QR: 5.6e-15 at 64
    for _, method in ipairs { "qr", "householder" } do
      local error = found[method .. 64]
      assert.is_true(error > 3e-15 and error < 12e-15, tostring(error))
      assert.is_true(found[method .. 16] < error)
    end
    assert.is_truthy(read_file(folder .. "/ortho/orthogonality.svg"))
  end)

  it("finds float32's rounding in float32", function()
    local text = run("experiments/orthogonality.lua --depth 2 --width 32 " ..
      "--precision float32 --out '" .. folder .. "/ortho'")
    for _, row in ipairs(printed(text, "method")) do
      assert.is_true(row.error > 2e-7 and row.error < 1e-5)
    end
  end)
end)

describe("isometry", function()
  it("meets free probability's spread, and nears its edge with the width", function()
    local text, code, err = run("experiments/isometry.lua --width 24,96 " ..
      "--depth 2,6 --seed 1-6 --out '" .. folder .. "/iso'")
    assert.are.equal("", err)
    assert.are.equal(0, code)
    local columns = columns_of(folder .. "/iso/isometry.csv")
    local mean, theory = {}, {}
    for i, width in ipairs(columns.width) do
      local key = ("%s %s %d %d"):format(columns.activation[i], columns.init[i],
        columns.depth[i], width)
      mean[key] = mean[key] or { spread = 0, off = 0 }
      mean[key].spread = mean[key].spread + columns.spread[i] / 6
      mean[key].off = mean[key].off + columns.largest[i] / columns.largest_theory[i] / 6
      theory[key] = columns.spread_theory[i]
    end
    near(11, theory["relu scaled_gaussian 6 96"], 1e-9) -- L + (L - 1)
    near(5, theory["relu orthogonal 6 96"], 1e-9)
    near(0, mean["linear orthogonal 6 96"].spread, 1e-13)
    for key, wanted in pairs(theory) do
      if key:find "96$" and wanted > 0 then
        near(1, mean[key].spread / wanted, 0.3)
      end
    end
    for _, net in ipairs { "linear scaled_gaussian 6 ", "relu orthogonal 6 " } do
      local narrow, wide = mean[net .. 24].off, mean[net .. 96].off
      assert.is_true(narrow < wide and wide < 1.1, net)
    end
    has(text, "largest_theory")
    local approach = columns_of(folder .. "/iso/isometry_approach_largest.csv")
    assert.are.equal(8, #approach.width) -- 4 nets, 2 widths
    for i, init in ipairs(approach.init) do
      local exact = init == "orthogonal" and approach.activation[i] == "linear"
      assert.are.equal(exact, approach.shrinks[i] == "no deviation")
      assert.are_not.equal("no", approach.shrinks[i])
    end
    assert.is_truthy(read_file(folder .. "/iso/isometry.svg"))
  end)
end)

-- Those that are longer, and how long they may be: 20 cases have their lines.
local longer = { ["experiments/why_orthogonal.lua"] = 77 }

describe("every experiment", function()
  it("has 60 lines at most: what is general is the library's", function()
    local pipe, count = assert(io.popen "ls experiments/*.lua"), 0
    for path in pipe:lines() do
      local _, lines = read_file(path):gsub("\n", "")
      assert.is_true(lines <= (longer[path] or 60), path .. ": " .. lines .. " lines")
      count = count + 1
    end
    pipe:close()
    assert.is_true(count >= 20)
  end)
end)
