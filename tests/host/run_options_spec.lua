-- run_options_spec.lua: the options of a run are one table (host's
-- run_options.c), and say and do the same before and behind the script's name.
local ortho = require "orthorun"
local core = require "orthorun.core"
local support = dofile "tests/support.lua"

local program = os.getenv "ORTHORUN" or arg[-1]
local folder = os.tmpname()
os.remove(folder)
os.execute("mkdir -p '" .. folder .. "'")
teardown(function() os.execute("rm -rf '" .. folder .. "'") end)

local function write(name, text)
  local file = assert(io.open(folder .. "/" .. name, "w"))
  file:write(text)
  file:close()
end

-- Runs orthorun in the folder with this command line: stdout, status, stderr.
local function run(words)
  local line = ("cd '%s' && exec '%s' %s >out 2>err </dev/null"):format(folder,
    program, words)
  local _, _, status = os.execute(line)
  return support.read(folder .. "/out"), status, support.read(folder .. "/err")
end

local sweep = [[
local s = ortho.sweep { name = "s", params = { width = 3 },
  grid = { depth = { 1, 2 } %s }, trial = function(p)
    return { x = p.depth, threads = ortho.threads(),
      precision = ortho.precision() }
  end }
if arg.n then s:run() end
print(s.run_options["%s"], ortho.threads(), ortho.precision())
]]

-- A script that prints what a setting became.
local function script_of(name)
  write("s.lua", sweep:format("", name:gsub("-", "_")))
  write("seeds.lua", sweep:format(", seed = { 1 }", name:gsub("-", "_")))
end

-- Values that are right, as texts and as what they become, and wrong ones.
local good = {
  precision = { float32 = "float32", float64 = "float64" },
  seed = { ["7"] = "7", ["-3"] = "-3" },
  threads = { ["1"] = "1", ["2"] = "2", ["256"] = "256" },
  jobs = { ["0"] = "0", ["3"] = "3", ["100000"] = "100000" },
  out = { there = "there", ["a b"] = "a b" },
  shard = { ["1/1"] = "1", ["2/3"] = "2" },
  ["until"] = { done = "done", decided = "decided" },
  ["trial-timeout"] = { ["0"] = "0.0", ["2.5"] = "2.5", ["1e3"] = "1000.0" },
}
local bad = {
  precision = { "half", "", "float32,float64", "FLOAT32" },
  seed = { "x", "", "0.5", "1,x", "5-1", "1..", "99999999999999999999", " 1" },
  threads = { "0", "257", "1000", "-1", "x", "", "1.5", "1e1", "2x", " 2" },
  jobs = { "-1", "100001", "two", "", "nan", "99999999999999999999" },
  out = { "" },
  shard = { "0/1", "3/2", "1", "1/", "/2", "1/2/3", "x", "", "1/1000001" },
  ["until"] = { "yes", "", "decide", "Done" },
  ["trial-timeout"] = { "-1", "1e10", "inf", "nan", "0x10", "", "soon" },
}

describe("each run option", function()
  for _, row in ipairs(core.run_options) do
    local name = row.name
    local option = "--" .. name

    it(option .. " is taken on either side of the script's name", function()
      script_of(name)
      if not row.value then
        local before = run(option .. " s.lua")
        assert.are.equal(before, (run("s.lua " .. option)))
        assert.matches("^true\t", before)
        return
      end
      for text, value in pairs(good[name]) do
        for _, form in ipairs { "%s '%s'", "%s='%s'" } do
          local given = form:format(option, text)
          local before, status, err = run(given .. " s.lua")
          assert.are.equal("", err)
          assert.are.equal(0, status)
          assert.are.equal(value, before:match "^[^\t]*", given)
          assert.are.equal(before, (run("s.lua " .. given)))
        end
      end
    end)

    it(option .. " is refused alike on either side, with status 2", function()
      script_of(name)
      local values = row.value and bad[name] or { "yes", "" }
      assert.is_true(#values > 0)
      for _, text in ipairs(values) do
        local given = ("%s='%s'"):format(option, text)
        local out, status, before = run(given .. " s.lua")
        assert.are.equal("2 ", status .. " " .. out, given)
        assert.is_truthy(before:find(option, 1, true), given)
        assert.is_truthy(before:find(("got '%s'"):format(text), 1, true),
          before)
        for _, script in ipairs { "s.lua", "seeds.lua" } do
          local after
          out, status, after = run(script .. " " .. given)
          assert.are.equal("2 ", status .. " " .. out, given)
          assert.are.equal(before, after)
        end
      end
    end)

    if row.value then
      it(option .. " needs its value on either side", function()
        script_of(name)
        for _, rest in ipairs { "", " --quiet" } do
          local _, status, before = run(option .. rest)
          assert.are.equal(2, status)
          assert.is_truthy(before:find(option .. ": a value is missing: ", 1,
            true))
          local _, same, after = run("s.lua " .. option .. rest)
          assert.are.equal(2, same)
          assert.are.equal(before, after)
        end
      end)
    end
  end

  it("has values here, good and bad", function()
    for _, row in ipairs(core.run_options) do
      assert.are.equal(row.value ~= nil, good[row.name] ~= nil, row.name)
      assert.are.equal(row.value ~= nil, bad[row.name] ~= nil, row.name)
    end
  end)

  it("has a default that is in range, on a machine of a thousand cores", function()
    write("many.lua", [[local machine = require "orthorun.base.machine"
      machine.jobs = function() return 1000 end
      package.loaded.orthorun = nil
      print(require("orthorun").threads())]])
    local out, status, err = run "many.lua"
    assert.are.equal("256\n 0 ", out .. " " .. status .. " " .. err)
  end)

  it("may have '_' for '-' on either side", function()
    script_of "trial-timeout"
    assert.matches("^4%.0\t", (run "--trial_timeout 4 s.lua"))
    assert.matches("^4%.0\t", (run "s.lua --trial_timeout=4"))
  end)

  it("behind the script goes before one in front of it", function()
    script_of "threads"
    assert.matches("^2\t2\t", (run "--threads 1 s.lua --threads 2"))
  end)

  it("reaches a script without a sweep from the front", function()
    write("plain.lua", [[print(ortho.threads(), ortho.precision(),
      ortho.options.seed, ortho.options["dry-run"], math.random(1000), ...)]])
    local out = run "--threads 1 --precision float32 --seed 5 --dry-run plain.lua"
    assert.matches("^1\tfloat32\t5\ttrue\t%d+\n$", out)
    assert.are.equal(out, (run
      "--threads 1 --precision float32 --seed 5 --dry-run plain.lua"))
    assert.matches("\t%-%-threads\t9\n$", (run "plain.lua --threads 9"))
  end)
end)

describe("a seed in the grid", function()
  it("takes lists and ranges on either side", function()
    write("seeds.lua", [[local s = ortho.sweep { name = "s",
      grid = { seed = { 1 } }, trial = function() return {} end }
      print(table.concat(s.grid.seed, " "))]])
    for text, values in pairs { ["1-3"] = "1 2 3", ["4,6-7"] = "4 6 7",
      ["1..3"] = "1 2 3", ["1..1000:4log"] = "1 10 100 1000", ["-2"] = "-2" } do
      assert.are.equal(values .. "\n", (run("--seed " .. text .. " seeds.lua")))
      assert.are.equal(values .. "\n", (run("seeds.lua --seed " .. text)))
    end
  end)

  it("is needed for a list of them", function()
    script_of "seed"
    local _, status, before = run "--seed 1-3 s.lua"
    assert.are.equal(2, status)
    assert.is_truthy(before:find("--seed takes one number here", 1, true))
    local _, same, after = run "s.lua --seed 1-3"
    assert.are.equal(2, same)
    assert.are.equal(before, after)
  end)
end)

describe("a parameter with a run option's name", function()
  it("is the run's, too, where it is the seed or the precision", function()
    write("own.lua", [[local s = ortho.sweep { name = "s",
      params = { precision = "float64" }, grid = { a = { 1 } },
      trial = function() return {} end }
      print(s.params.precision, ortho.precision())]])
    assert.are.equal("float32\tfloat32\n",
      (run "own.lua --precision float32"))
    assert.are.equal("float32\tfloat32\n",
      (run "--precision float32 own.lua"))
    local _, status, before = run "--precision half own.lua"
    local _, same, after = run "own.lua --precision half"
    assert.are.equal(2, status)
    assert.are.equal(2, same)
    assert.are.equal(before, after)
  end)

  it("is else an error that says so, in params, grid and zip", function()
    for _, row in ipairs(require "orthorun.core".run_options) do
      local name = row.name:gsub("-", "_")
      if name ~= "seed" and name ~= "precision" then
        for _, part in ipairs { "params = { [%q] = 1 }, grid = { a = { 1 } }",
          "grid = { [%q] = { 1, 2 } }", "zip = { [%q] = { 1, 2 }, b = { 3, 4 } }" } do
          write("taken.lua", ("local a = 1\northo.sweep { name = 's', " .. part ..
            ", trial = function() return {} end }:run()"):format(name))
          local _, status, err = run "taken.lua"
          assert.are.equal(1, status)
          assert.is_truthy(err:find(("taken.lua:2: sweep: '%s' is a run option " ..
            "(--%s: "):format(name, row.name), 1, true), err)
          assert.is_truthy(err:find("call the parameter otherwise\n$"), err)
        end
      end
    end
  end)
end)

describe("the table of run options", function()
  -- "--jobs N", "what it does", "cores" of each line of a --help
  local function lines_of(help)
    local list = {}
    for name, rest in help:gmatch "\n  (%-%-[%w-]+) *([^\n]*)" do
      list[name] = rest
    end
    return list
  end

  local function left(row)
    return "--" .. row.name .. (row.value and " " .. row.value or "")
  end

  it("is what both texts of --help say", function()
    script_of "seed"
    local host, script = lines_of((run "--help")), lines_of((run "s.lua --help"))
    for _, row in ipairs(core.run_options) do
      for _, lines in ipairs { host, script } do
        local text = lines["--" .. row.name]
        assert.is_truthy(text, row.name)
        local value = row.value and row.value .. " +" or ""
        assert.is_truthy(text:find("^" .. value:gsub("%-", "%%-") ..
          row.about:gsub("%p", "%%%0")), text)
      end
      assert.is_truthy(host["--" .. row.name]:find(row.otherwise and
        ("[%s]"):format(row.otherwise) or row.about, 1, true))
    end
  end)

  it("fits a terminal", function()
    for line in run "--help":gmatch "[^\n]+" do
      assert.is_true(#line <= 79, line)
    end
  end)

  it("is what the reference says", function()
    local page, rows = support.read "docs/api/sweep.md", {}
    for i, row in ipairs(core.run_options) do
      rows[i] = ("| `%s` | %s | %s | %s |\n"):format(left(row), row.about,
        row.otherwise or "", row.changes_results and "yes" or "")
    end
    local text = table.concat(rows)
    assert.is_truthy(page:find(text, 1, true),
      "the rows of docs/api/sweep.md should be:\n" .. text)
  end)

  it("is in docs/sweeps.md, too", function()
    local page = support.read "docs/sweeps.md"
    for _, row in ipairs(core.run_options) do
      assert.is_truthy(page:find("| `" .. left(row):match "^[^ ]*", 1, true),
        row.name)
    end
  end)

  it("is no part of `ortho`", function()
    assert.is_nil(rawget(ortho, "run_options"))
    assert.is_nil(rawget(ortho, "read_run_option"))
  end)
end)
