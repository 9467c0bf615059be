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

  it("of seconds are those of docs/performance.md", function()
    local measured = support.read "docs/performance.md"
    local rows, count = page:match "<!%-%- measured by make bench %-%->(.-)<!%-%-", 0
    for title, cells in rows:gmatch "\n| ([^|]+) |([^\n]*)|" do
      local from = select(2, measured:find("**" .. title .. "**", 1, true))
      local part = measured:sub(from, measured:find("\n**", from, true))
      for cell in cells:gmatch "%d%S* m?s" do
        count = count + 1
        assert.is_truthy(part:find("| " .. cell .. " |", 1, true), title .. cell)
      end
    end
    assert.is_true(count >= 14)
  end)
end)
