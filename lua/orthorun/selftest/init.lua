-- selftest: what `orthorun --selftest` does: holds this machine's BLAS and this build
-- against what has a closed form, prints a table, and fails where something is off.
-- The host alone uses it. What is held against what stands in the files beside this.
local blocks = require "orthorun.table.blocks"
local core = require "orthorun.core"
local factors = require "orthorun.selftest.factors"
local laws = require "orthorun.selftest.laws"
local machine = require "orthorun.base.machine"
local passes = require "orthorun.selftest.passes"
local products = require "orthorun.selftest.products"
local program = require "orthorun.base.program"
local scores = require "orthorun.selftest.scores"
local stream = require "orthorun.selftest.stream"
local text = require "orthorun.base.text"

local selftest = {}

-- --- the rows ---------------------------------------------------------------

-- The parts in the order of the table: a title, and a function of a generator that
-- gives rows.
local parts = {
  { "random numbers", function() return stream.rows(laws.draw) end },
  { "products", function(rng) return products.rows(rng, products.multiply) end },
  { "factorizations", factors.rows },
  { "networks", function(rng)
    return passes.rows(rng, passes.gradient, passes.product)
  end },
}

for _, name in ipairs(laws.names) do
  table.insert(parts, { "laws", function(rng)
    return laws[name](rng, laws.draw)
  end, name })
end

-- The rows of a part; one that says what went wrong where it could not go on.
local function rows_of(part, rng)
  local ok, rows = pcall(part[2], rng:split(part[3] or part[1]))
  if ok then return rows end
  if tostring(rows):find("interrupted!", 1, true) then error(rows, 0) end
  return { { what = part[3] or part[1], failure = tostring(rows) } }
end

-- All rows of a seed, in order; each has its part's title as `group`.
function selftest.rows(seed)
  local rng, rows = core.rng(seed):split "selftest", {}
  for _, part in ipairs(parts) do
    for _, row in ipairs(rows_of(part, rng)) do
      row.group = part[1]
      rows[#rows + 1] = row
    end
  end
  return rows
end

-- --- the table --------------------------------------------------------------

local headers = { "check", "measured", "expected", "error", "z, or bound", "" }

local function number(x, format) return x and text.number(x, format) or "" end

-- The texts of one row, column by column.
local function cells(row)
  local verdict = row.ok and "ok" or "FAILED"
  local what = "  " .. row.what
  if row.failure then return { what, "", "", "", "", verdict } end
  if row.wrong then
    return { what, ("%d right"):format(row.of - row.wrong), ("%d"):format(row.of),
      "", "all", verdict }
  end
  if row.bound then
    local unit = row.unit == "" and "" or " " .. row.unit
    return { what, "", "", number(row.measured, "%.3g") .. unit,
      ("at most %g%s"):format(row.bound, unit), verdict }
  end
  return { what, number(row.measured, "%.5g"), number(row.expected, "%.5g"),
    number(row.error, "%.2g"), number(row.z, "%.2f"), verdict }
end

local function table_text(rows)
  local columns, group = {}, nil
  for k, header in ipairs(headers) do columns[k] = { header } end
  local function add(texts)
    for k, column in ipairs(columns) do column[#column + 1] = texts[k] or "" end
  end
  for _, row in ipairs(rows) do
    if row.group ~= group then add { row.group } end
    group = row.group
    add(cells(row))
  end
  return table.concat(blocks(columns), "\n") .. "\n"
end

-- --- what is said -----------------------------------------------------------

local function print_machine(seed)
  local e = core.environment
  io.write(("orthorun %s self-test, seed %d\n"):format(e.orthorun, seed),
    ("  blas       %s, kernel %s, %s\n"):format(e.blas, e.kernel,
      text.count(core.threads(), "thread")),
    ("  processor  %s\n"):format(machine.describe().machine),
    ("  build      %s, %s, Random123 %s\n"):format(e.compiler, e.lua, e.random123),
    "  numbers    float64 and float32\n\n")
end

local function print_failures(rows)
  for _, row in ipairs(rows) do
    if row.failure then
      io.write(("%s: %s\n"):format(row.what, row.failure))
    end
  end
end

-- The last line: all of it.
local function conclusion(rows, passed, all)
  local failed = #rows - passed
  return ("%s: %s; chi-square %.1f of %s, p = %.3g%s\n"):format(
    text.count(#rows, "check"), failed == 0 and "all passed" or
    ("%d passed, %d FAILED"):format(passed, failed), all.sum,
    text.count(all.count, "law"), all.p, all.ok and "" or ", FAILED")
end

-- Prints the test of a seed. Returns whether all is good.
function selftest.run(seed)
  print_machine(seed)
  local rows = selftest.rows(seed)
  local all, passed, most = scores.judge(rows)
  io.write(table_text(rows), "\n")
  print_failures(rows)
  io.write(("|z| is at most %.2f: of other seeds, one in %d may fail by chance\n")
    :format(most, 1 / scores.false_alarms // 1))
  io.write(conclusion(rows, passed, all))
  return passed == #rows and all.ok
end

-- --- the command line -------------------------------------------------------

local name = "--selftest"

local function seed_of(word)
  local seed = word and core.read_run_option("seed", word)
  if math.type(seed) ~= "integer" then
    program.usage(("%s: --seed needs an integer, not '%s'"):format(name, word or ""))
  end
  return seed
end

-- The seed that the words ask for.
local function read_words(words)
  local seed, i = core.options.seed or "0", 1
  while i <= #words do
    local word = words[i]
    if word == "--seed" then
      i = i + 1
      seed = words[i] or ""
    elseif word:find "^%-%-seed=" then
      seed = word:match "=(.*)"
    else
      program.usage(("%s: --seed N may follow, not '%s'"):format(name, word))
    end
    i = i + 1
  end
  return seed_of(seed)
end

-- orthorun --selftest [--seed N]
function selftest.selftest(...)
  if not selftest.run(read_words { ... }) then core.set_exit_status(1) end
end

return selftest
