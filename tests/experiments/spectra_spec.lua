-- spectra_spec.lua: the experiments on spectra of deep nets and on mean field, as a
-- user runs them, small: lyapunov, jacobian_spectrum, ten_thousand_layers, mean_field.
local csv = require "orthorun.base.csv"
local core = require "orthorun.core"
local program = os.getenv "ORTHORUN" or "./orthorun"
local folder

local read_file = dofile("tests/support.lua").read

-- Runs the experiment; returns stdout, the exit code, stderr.
local function run(name, options)
  local out, err = folder .. "/stdout", folder .. "/stderr"
  local _, how, code = os.execute(("'%s' experiments/%s.lua --fresh --quiet --out " ..
    "'%s/%s' %s >'%s' 2>'%s'"):format(program, name, folder, name,
    options, out, err))
  assert.are.equal("exit", how)
  return read_file(out), code, read_file(err)
end

-- The rows of a CSV of the experiment, as records.
local function records(name, file)
  local rows, header = {}, nil
  for fields in csv.records(assert(read_file(
    ("%s/%s/%s.csv"):format(folder, name, file)))) do
    local row = {}
    for i, field in ipairs(fields) do
      local value = csv.tonumber(field) or field
      if value == "true" then value = true end
      if value == "false" then value = false end
      if header then row[header[i]] = value end
    end
    if header then rows[#rows + 1] = row end
    header = header or fields
  end
  return rows
end

-- Runs it, which must succeed: stdout, and the results as records.
local function results(name, options)
  local text, code, err = run(name, options)
  assert.are.equal("", err)
  assert.are.equal(0, code)
  for _, ending in ipairs { "svg", "png", "html" } do
    local file = ("%s/%s/%s.%s"):format(folder, name, name, ending)
    assert.is_truthy(text:find(file, 1, true), text)
    assert.is_truthy(read_file(file))
  end
  return text, records(name, name)
end

-- How many rows of the verdict agree, and how many do not.
local function verdict(text)
  local rows = text:match "measured against predicted.-\n\n"
  local _, yes = rows:gsub(" yes *\n", "")
  local _, no = rows:gsub(" no *\n", "")
  return yes, no
end

local function between(low, high, got)
  assert.is_true(got >= low and got <= high,
    ("wanted %g to %g, got %s"):format(low, high, tostring(got)))
end

setup(function()
  folder = os.tmpname()
  os.remove(folder)
  core.file.mkdir(folder)
end)

teardown(function() os.execute("rm -rf '" .. folder .. "'") end)


local function mean(rows, name, where)
  local sum, count = 0, 0
  for _, row in ipairs(rows) do
    local fits = true
    for key, value in pairs(where) do fits = fits and row[key] == value end
    if fits then sum, count = sum + row[name], count + 1 end
  end
  return sum / count
end

describe("lyapunov", function()
  it("has theory's exponents, and singular values that come to them", function()
    local text, rows = results("lyapunov",
      "--width 16 --first 2 --depth 20,80 --seed 1-6")
    local yes, no = verdict(text)
    assert.are.same({ 4, 0 }, { yes, no }) -- direction 1 of each, and the variance
    local function off(depth)
      local where = { depth = depth, direction = 1 }
      return mean(rows, "growth", where) - mean(rows, "growth_theory", where)
    end
    between(0.02, 0.1, off(20))
    between(0, 0.6, off(80) / off(20))
  end)

  it("measures what theory does not know", function()
    local text = results("lyapunov", "--width 8 --first 2 --depth 5,10 --seed 1,2 " ..
      "--init orthogonal --activation tanh")
    assert.is_truthy(text:find("nothing to hold it against", 1, true))
  end)
end)

describe("jacobian_spectrum", function()
  it("has theory's spread for wide nets of each kind", function()
    local _, rows = results("jacobian_spectrum", "--width 50,100 --depth 4 --seed 1,2")
    local arms = { "scaled_gaussian", "he_normal", "orthogonal", "orthogonal_sqrt2" }
    for _, activation in ipairs { "linear", "relu", "tanh" } do
      for _, init in ipairs(arms) do
        local where = { k = 1, width = 100, init = init, activation = activation }
        local wanted = mean(rows, "spread_theory", where)
        between(0.75 * wanted - 1e-9, 1.25 * wanted + 1e-9, mean(rows, "spread", where))
      end
    end
  end)
end)

describe("ten_thousand_layers", function()
  it("holds ranks and largest values to theory's", function()
    local text, rows = results("ten_thousand_layers",
      "--width 12 --depth 400 --seed 1-5")
    local yes, no = verdict(text)
    assert.are.same({ 6, 0 }, { yes, no })
    between(0, 1e-12, math.abs(mean(rows, "s", { init = "orthogonal", k = 12 })))
    for _, row in ipairs(rows) do
      if row.init == "orthogonal" then
        between(0, 1e-10, math.abs(row.delta - row.delta_theory))
      end
    end
  end)
end)

describe("mean_field", function()
  local function off(rows, name, sigma_w2)
    local where = { sigma_w2 = sigma_w2, width = 128 }
    return mean(rows, name, where) / mean(rows, name .. "_theory", where)
  end

  it("has theory's depth scales in order and in chaos", function()
    local _, rows = results("mean_field", "--width 32,128 --sigma_b2 0.05,0.1 " ..
      "--sigma_w2 0.8,3.2 --seed 1-4")
    between(0.8, 1.25, off(rows, "xi_c", 0.8))
    between(0.5, 2, off(rows, "xi_c", 3.2))
    between(0.7, 1.4, off(rows, "xi_q", 0.8))
    between(0.8, 1.25, off(rows, "xi_q", 3.2))
  end)

  it("knows other activations", function()
    local _, rows = results("mean_field", "--width 64,128 --sigma_b2 0.1,0.2 " ..
      "--sigma_w2 0.5,0.8 --seed 1,2 --activation erf")
    between(0.6, 1.6, off(rows, "xi_c", 0.8))
  end)
end)
