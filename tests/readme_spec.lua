-- readme_spec.lua: the numbers in README.md come from runs, which are repeated
-- here. Other kernels of BLAS round otherwise: so to the last digit shown.
local core = require "orthorun.core"
local support = dofile "tests/support.lua"
local program = os.getenv "ORTHORUN" or "./orthorun"
local page = support.read "README.md"

-- The rows of numbers of a table, by the word they begin with.
local function rows_of(text)
  local rows = {}
  for line in text:gmatch "[^\n]+" do
    local name, rest = line:match "^%s*([%a_][%w_]*)%s+(%-?%d.*)$"
    if name and not rest:find "[^%d%s.e+-]" then
      rows[name] = rows[name] or {}
      for word in rest:gmatch "%S+" do
        table.insert(rows[name], tonumber(word))
      end
    end
  end
  return rows
end

describe("README's numbers", function()
  it("of the depth sweep are what it prints", function()
    local folder = support.folder()
    local status, out, err = core.file.spawn { program,
      "experiments/depth_sweep.lua", "--depth", "51", "--quiet", "--out",
      folder.path "run" }
    folder.remove()
    assert.equal(0, status, err)
    local block = page:match "\n    init +gradient [^\n]*\n(.-)\n\n"
    local said = rows_of(block)
    local first = out:match "\ninit +gradient [^\n]*\n(.-)\n\n"
    local now, count = rows_of(first), 0
    for name, numbers in pairs(said) do
      count = count + 1
      assert.equal(#numbers, #(now[name] or {}), name)
      for i, x in ipairs(numbers) do
        support.near(x, now[name][i], 0.0101, name)
      end
    end
    assert.equal(5, count)
  end)

  it("of the prompt are what it prints", function()
    local lines, answers = {}, {}
    for line in page:match "```console\n(.-)```":gmatch "[^\n]+" do
      local typed = line:match "^> (.*)$"
      if typed then
        lines[#lines + 1] = typed
      elseif line:sub(1, 1) ~= "$" then
        answers[#answers + 1] = line
      end
    end
    local env = setmetatable({}, { __index = _G })
    env.ortho = require "orthorun"
    local given = {}
    for _, line in ipairs(lines) do
      local f = load("return " .. line, "=", "t", env) or
        assert(load(line, "=", "t", env))
      local value = f()
      if value ~= nil then given[#given + 1] = tostring(value) end
    end
    assert.equal(#answers, #given)
    local error, norm = tonumber(answers[1]), answers[2]
    local now = tonumber(given[1])
    assert.is_true(now > error / 1.5 and now < error * 1.5, given[1])
    assert.equal(norm:match "norm 10%^%d+%.%d", given[2]:match "norm 10%^%d+%.%d")
    assert.equal(norm:match "^matrix %S+ %S+", given[2]:match "^matrix %S+ %S+")
  end)

  it("of gradients in ten thousand layers is about right", function()
    local ortho = require "orthorun"
    local net = ortho.mlp { width = 64, depth = 10000, init = "gaussian",
      rng = ortho.rng(1) }
    local s = net:signal(ortho.rng(2):uniform(64, 32),
      ortho.rng(3):uniform(64, 32), "mse_half")
    local said = tonumber(page:match "about%s+10%^(%d+)")
    local most = 0
    for _, value in pairs(s) do
      if type(value) == "table" then
        for _, x in ipairs(value) do most = math.max(most, x) end
      end
    end
    support.near(said, most, 200, "exponent")
  end)
end)
