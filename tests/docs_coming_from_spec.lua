-- docs_coming_from_spec.lua: the tables of docs/coming-from.md. What stands in the
-- orthorun column runs; the others run where they are installed, and what they give
-- is the same.
local ortho = require "orthorun"
local core = require "orthorun.core"
local docs = dofile "tests/docs_support.lua"
local support = dofile "tests/support.lua"
local page = docs.read "docs/coming-from.md"
local folder = support.folder()

teardown(folder.remove)

-- The rows of a section's table: what, and the code of each column by name.
local function rows_of(section)
  local text = page:match("\n## " .. section .. "\n(.-)\n## ") or
    page:match("\n## " .. section .. "\n(.*)$")
  local names, rows = nil, {}
  for line in text:gmatch "\n(|[^\n]*)" do
    local cells = {}
    for cell in line:gmatch "|([^|]*)" do
      cells[#cells + 1] = cell:match "^%s*(.-)%s*$"
    end
    if not names then
      names = cells
    elseif not line:find "^|%-" then
      local row = { what = cells[1] }
      for i = 2, #names do
        if names[i] ~= "" then row[names[i]] = cells[i]:match "^`(.-)`" end
      end
      rows[#rows + 1] = row
    end
  end
  return rows
end

local numbers = { A = { { 4, 1, 0.5 }, { 1, 3, -1 }, { 0.25, 2, 5 } },
  B = { { 1, 2, 3 }, { 2, 1, 1 }, { 1, -1, 2 } },
  S = { { 4, 1, 0 }, { 1, 3, 1 }, { 0, 1, 5 } }, v = { { 1 }, { 2 }, { 3 } },
  f = {}, y = {} }
for i = 1, 10 do
  numbers.f[i], numbers.y[i] = {}, {}
  for j = 1, 32 do
    numbers.f[i][j], numbers.y[i][j] = (7 * i + 3 * j) % 11 / 11, (5 * i + j) % 7 / 7
  end
end

-- A matrix as text: rows in brackets, between `open` and `close`.
local function text_of(rows, row_mark, open, close)
  local lines = {}
  for i, row in ipairs(rows) do
    lines[i] = open .. table.concat(row, ", ") .. close
  end
  return "[" .. table.concat(lines, row_mark) .. "]"
end

-- What a value is, flat: a number, a truth value, a matrix's elements by columns.
local function flat(value)
  local ok, list = pcall(function() return value:tolist() end)
  if ok then return list end
  if type(value) == "boolean" then return { value and 1 or 0 } end
  return type(value) == "number" and { value } or nil
end

-- A fresh environment for each row, as the page describes it.
local function surroundings(section)
  local env = setmetatable({ ortho = ortho, f = function(x) return x * x + 1 end },
    { __index = _G })
  for name, rows in pairs(numbers) do
    if name ~= "f" then env[name] = ortho.matrix(rows) end
  end
  if section == "Networks" then
    env.f, env.labels, env.rng = ortho.matrix(numbers.f), {}, ortho.rng(1)
    for j = 1, 32 do env.labels[j] = j % 10 + 1 end
    env.x = ortho.rng(1):normal(20, 32)
    env.net = ortho.mlp { sizes = { 20, 64, 10 }, rng = ortho.rng(1) }
    env.opt, env.W = ortho.optim.sgd { lr = 0.1 }, env.net:weights()[1]
    env.net:loss_gradient(env.x, env.y, "mse")
  end
  return env
end

-- The values of a row's orthorun column; several where it returns several.
local function run(row, section)
  local env = surroundings(section)
  local f = assert(load("return " .. row.orthorun, row.what, "t", env))
  return table.pack(f())
end

-- The answers of another program, by row: arrays of numbers, or nil.
local function ask(command, script)
  local path = folder.write("script", script)
  local words = {}
  for i, word in ipairs(command) do words[i] = word end
  words[#words + 1] = path
  local status, out, err = core.file.spawn(words)
  assert.equal("", status == 0 and "" or err)
  local answers = {}
  for line in out:gmatch "[^\n]+" do
    local k, rest = line:match "^#(%d+) ?(.*)$"
    if k then
      answers[tonumber(k)] = {}
      for word in rest:gmatch "%S+" do
        table.insert(answers[tonumber(k)], tonumber(word))
      end
    end
  end
  return answers
end

local python_head = [[
import copy
import numpy as np
def flat(k, value):
    if hasattr(value, "detach"): value = value.detach().numpy()
    if isinstance(value, (int, float, bool, np.ndarray, np.generic)):
        value = np.asarray(value, dtype=float).ravel(order="F")
        print("#%%d" %% k, *value.tolist())
    else: print("#%%d" %% k)
def run(k, code, names):
    try: compiled = compile(code, code, "eval")
    except SyntaxError:
        exec(code, names)
        return flat(k, names.get("A"))
    flat(k, eval(compiled, names))
def fresh():
    f = lambda x: x * x + 1
    %s
    return dict(globals(), **locals())
]]

local function matrices(mark, template)
  local list = {}
  for _, name in ipairs { "A", "B", "S", "v" } do
    list[#list + 1] = template:format(name, mark(numbers[name]))
  end
  return table.concat(list, "; ")
end

local function python_rows(rows)
  return text_of(rows, ", ", "[", "]")
end

local function python(rows, column, setup)
  local script = { python_head:format(setup) }
  for k, row in ipairs(rows) do
    if row[column] then
      script[#script + 1] = ("run(%d, %q, fresh())"):format(k, row[column])
    end
  end
  return ask({ "/usr/bin/python3" }, table.concat(script, "\n"))
end

local function octave(rows)
  local script = { "f = @(x) x .* x + 1;" }
  for k, row in ipairs(rows) do
    local code = row.Octave:gsub("'", "''")
    script[#script + 1] = matrices(function(m) return text_of(m, "; ", "", "") end,
      "%s = %s") .. ";"
    script[#script + 1] = ([[
ok = true;
try, r = eval('%s'); catch, ok = false; end
if ! ok, eval('%s;'); r = []; end
if ! isnumeric(r) && ! islogical(r), r = []; end
printf('#%d %%s\n', sprintf('%%.17g ', double(full(r))(:)));]]):format(code, code, k)
  end
  return ask({ "octave-cli", "--no-gui", "--no-init-file", "--quiet" },
    table.concat(script, "\n"))
end

local torch_setup = [[import torch, torch.nn as nn, torch.nn.functional as F
    from torch.utils.data import DataLoader, TensorDataset
    torch.manual_seed(1)
    f, y = torch.tensor(%s).T, torch.tensor(%s).T
    labels = torch.tensor([(j + 1) %% 10 for j in range(32)])
    x, W = torch.randn(32, 20), torch.randn(64, 20)
    net = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 10))
    opt = torch.optim.SGD(net.parameters(), lr=0.1)
    F.mse_loss(net(x), y).backward()]]

-- Rows whose values are random, or of weights that are.
local random = { ["normal numbers"] = true, ["a permutation"] = true, shape = true,
  ["set it"] = true }

local function compare(rows, answers, section, tolerance)
  local compared = 0
  for k, row in ipairs(rows) do
    local own, theirs = row.orthorun and flat(run(row, section)[1]), answers[k]
    local drawn = random[row.what] or row.orthorun and section == "Networks" and
      not row.orthorun:find "^ortho%.loss"
    if own and theirs and #theirs > 0 and not drawn then
      compared = compared + 1
      assert.equal(#own, #theirs, row.what)
      for i, x in ipairs(own) do
        support.near(x, theirs[i], tolerance * math.max(1, math.abs(x)), row.what)
      end
    end
  end
  return compared
end

local function installed(...) return core.file.spawn { ... } == 0 end

describe("coming-from.md", function()
  for _, section in ipairs { "Matrices", "Networks" } do
    for _, row in ipairs(rows_of(section)) do
      if row.orthorun then
        it(("%s: %s runs"):format(section, row.what), function() run(row, section) end)
      end
    end
  end

  it("says the same as NumPy", function()
    if not installed("/usr/bin/python3", "-c", "import numpy") then
      return pending "numpy is not installed"
    end
    local rows = rows_of "Matrices"
    local answers = python(rows, "NumPy", matrices(python_rows, "%s = np.array(%s)"))
    for k, row in ipairs(rows) do assert.is_table(answers[k], row.what) end
    assert.is_true(compare(rows, answers, "Matrices", 1e-12) > 30)
  end)

  it("says the same as Octave", function()
    if not installed("octave-cli", "--version") then
      return pending "octave is not installed"
    end
    local rows = rows_of "Matrices"
    local answers = octave(rows)
    for k, row in ipairs(rows) do assert.is_table(answers[k], row.what) end
    assert.is_true(compare(rows, answers, "Matrices", 1e-12) > 30)
  end)

  it("says the same as PyTorch", function()
    if not installed("/usr/bin/python3", "-c", "import torch") then
      return pending "torch is not installed"
    end
    local rows = rows_of "Networks"
    local answers = python(rows, "PyTorch", torch_setup:format(python_rows(numbers.f),
      python_rows(numbers.y)))
    for k, row in ipairs(rows) do assert.is_table(answers[k], row.what) end
    assert.equal(3, compare(rows, answers, "Networks", 1e-6))
  end)
end)
