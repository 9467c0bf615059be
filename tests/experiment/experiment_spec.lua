-- experiment_spec.lua: ortho.experiment as a script uses it: what it prints,
-- draws, writes and returns, and what it says of wrong definitions.
local core = require "orthorun.core"
local csv = require "orthorun.base.csv"
local ortho = require "orthorun"
local support = dofile "tests/support.lua"
local program = os.getenv "ORTHORUN" or "./orthorun"
local read_file, raises = support.read, support.raises
local folder, count = nil, 0

setup(function()
  folder = os.tmpname()
  os.remove(folder)
  core.file.mkdir(folder)
end)

teardown(function() os.execute("rm -rf '" .. folder .. "'") end)

local function write(name, text)
  local path = folder .. "/" .. name
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
  return path
end

-- Runs a definition's text as a script; stdout, exit code, stderr.
local function run(text, options, before)
  count = count + 1
  local path = write(("s%d.lua"):format(count),
    'local ortho = require "orthorun"\n' .. text)
  local out, err = folder .. "/out", folder .. "/err"
  local _, _, code = os.execute(("%s '%s' '%s' --out '%s' %s >'%s' 2>'%s'")
    :format(before or "", program, path, folder .. "/runs" .. count,
    options or "", out, err))
  return read_file(out), code, read_file(err)
end

-- The same, which must go well; the CSV's rows as records, too.
local function results(text, options)
  local said, code, err = run('return ortho.experiment { name = "x", ' ..
    text .. " }", options)
  assert.are.equal("", err)
  assert.are.equal(0, code)
  local rows, header = {}, nil
  for fields in csv.records(assert(read_file(("%s/runs%d/x.csv"):format(folder,
    count)))) do
    local row = {}
    for i, field in ipairs(fields) do
      if header then row[header[i]] = csv.tonumber(field) or field end
    end
    if header then rows[#rows + 1] = row end
    header = header or fields
  end
  return said, rows, header
end

local function has(text, wanted)
  assert.is_truthy(text:find(wanted, 1, true),
    ("no %q in:\n%s"):format(wanted, text))
end

local function has_not(text, unwanted)
  assert.is_nil(text:find(unwanted, 1, true), text)
end

-- An experiment that is required: quiet; its results go into the test's folder.
local function quiet(definition)
  count = count + 1
  definition.name = definition.name or "q" .. count
  local options = core.options
  core.options = setmetatable({ out = folder .. "/quiet" .. count,
    jobs = 0, quiet = true }, { __index = options })
  local ok, answer = pcall(ortho.experiment, definition)
  core.options = options
  if not ok then error(answer, 0) end
  return answer
end

local function square(p) return { y = p.x ^ 2 } end

describe("an experiment", function()
  it("needs a trial alone: a table and a plot of what it returns", function()
    local said, rows = results "grid = { x = { 1, 2, 3 } }, trial = function(p)\
      return { y = 2 * p.x } end"
    assert.are.equal(3, #rows)
    assert.are.equal(6, rows[3].y)
    has(said, "x  y\n1  2\n2  4\n3  6\n")
    for _, ending in ipairs { "csv", "svg", "png", "html" } do
      has(said, ("runs%d/x.%s"):format(count, ending))
    end
  end)

  it("returns its results, with what was derived, shown and checked", function()
    local t = quiet { grid = { x = { 1, 2, 3, 4 }, seed = ortho.range(3) },
      params = { k = 7 }, trial = square,
      predict = function(p) return { y = p.x ^ 2 + 0.5, sd = { y = 1 } } end,
      derive = { ratio = function(r) return r.y / r.x end },
      show = { { table = "y" }, { check = "y" } } }
    assert.are.same({ "x", "seed", "k", "y", "y_theory", "ratio" }, t:columns())
    assert.are.same({ 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4 }, t:column "ratio")
    assert.are.equal(1, #t.tables)
    assert.are.same({ 1, 4, 9, 16 }, t.tables[1]:column "y")
    assert.are.same({ 1.5, 4.5, 9.5, 16.5 }, t.tables[1]:column "y_theory")
    assert.are.equal(4, #t.checks)
    for _, row in t.checks:rows() do
      assert.is_true(math.abs(row.z - -0.5 * math.sqrt(3)) < 1e-12)
    end
    assert.are.equal(7, t.params.k)
    assert.are.same({}, t.pictures)
  end)

  it("takes the largest and the smallest that the command line left", function()
    local text = "grid = { x = { 1, 2, 5 }, z = { 1, 2 } }, trial = function(p)\
      return { y = p.x * 10 + p.z } end,\
      show = { { table = 'y', where = { x = 'largest', z = 'smallest' } } }"
    has((results(text)), "\n51\n")
    has((results(text, "--x 1,3 --z 2")), "\n32\n")
  end)

  it("never runs a trial again for another prediction, text or plot", function()
    local path = write("again.lua", "")
    local function once(more)
      write("again.lua", 'local ortho = require "orthorun"\n' ..
        'return ortho.experiment { name = "again", grid = { x = { 1, 2 } }, ' ..
        'trial = function(p) return { y = p.x } end, ' .. more .. " }")
      local out = folder .. "/out"
      os.execute(("'%s' '%s' --out '%s/again' >'%s' 2>&1"):format(program, path,
        folder, out))
      return read_file(out)
    end
    has_not(once "", "done already")
    has(once "predict = function(p) return { y = p.x } end", "all 2 trials are")
    has(once ("derive = { z = function(r) return r.y + 1 end }, " ..
      "show = { { table = 'z' } }"),
      "all 2 trials are done already")
  end)
end)

describe("a required experiment", function()
  it("prints and draws nothing, and reads no command line", function()
    write("inner.lua", [[
      local ortho = require "orthorun"
      return ortho.experiment { name = "inner", grid = { x = { 1, 2 } },
        trial = function(p) return { y = p.x } end }]])
    local said, code, err = run(([[
      local t = dofile "%s/inner.lua"
      print(#t, t:column("y")[2])
      local s = ortho.sweep { name = "outer", params = { z = 1 },
        trial = function() return { a = 1 } end }
      s:run()]]):format(folder), "--z 5 --quiet", ("cd '%s';"):format(folder))
    assert.are.equal("", err)
    assert.are.equal(0, code)
    assert.are.equal("2\t2\n", said)
  end)
end)

describe("wrong definitions", function()
  local function refused(message, definition)
    definition.trial = definition.trial or function()
      error "no trial should run"
    end
    raises(message, quiet, definition)
  end

  it("are refused before any trial", function()
    refused("unknown option 'shwo' (did you mean 'show'?", { shwo = {} })
    refused("case 'a': unknown parameter 'ratte' (did you mean 'rate'?",
      { params = { rate = 1 }, cases = { { "a", ratte = 2 } } })
    refused("show[1]: it needs one of plot, table, slope or check",
      { show = { { plto = "y" } } })
    refused("(did you mean 'plot'?)", { show = { { plto = "y" } } })
    refused("show[1]: unknown option 'wehre'",
      { show = { { plot = "y", wehre = {} } } })
    refused("derive.a: it needs one of best, least, greatest or first",
      { derive = { a = {} } })
  end)

  it("are refused at the first trial, where they name what is not there",
    function()
      local ran = 0
      local function trial() ran = ran + 1; return { grad = 1 } end
      local grid = { seed = ortho.range(10) }
      refused("it gives 'gradd', which the trial does not return (did you " ..
        "mean 'grad'?)", { grid = grid, trial = trial,
        predict = function() return { gradd = 1 } end })
      refused("show[1]: plot: unknown column 'graad' (did you mean 'grad'?",
        { grid = grid, trial = trial, show = { { plot = "graad" } } })
      assert.are.equal(2, ran)
    end)
end)
