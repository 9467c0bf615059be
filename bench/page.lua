-- page: the measured part of docs/performance.md, between its marks. What
-- stands around it is written by hand.
local ortho = require "orthorun"
local core = require "orthorun.core"
local machine = require "orthorun.base.machine"
local race = dofile "bench/race.lua"
local verdict = dofile "bench/verdict.lua"

local page = {}
local load = io.open "/proc/loadavg":read "a":match "^%S+" -- before we start
local first, last = "<!-- measured by make bench -->", "<!-- end -->"

-- Rows of cells as a table of Markdown.
function page.table(head, rows)
  local lines = { "| " .. table.concat(head, " | ") .. " |",
    "|" .. ("---|"):rep(#head) }
  for _, row in ipairs(rows) do
    lines[#lines + 1] = "| " .. table.concat(row, " | ") .. " |"
  end
  return table.concat(lines, "\n") .. "\n"
end

local function output_of(...)
  local status, said = ortho.file.spawn { ... }
  return status == 0 and said:match "^%s*(.-)%s*$" or "unknown"
end

local versions = "import platform, numpy, torch; print('Python', " ..
  "platform.python_version() + ', NumPy', numpy.__version__ + ', PyTorch', " ..
  "torch.__version__)"

-- Where and when, without names of hosts or people.
function page.machine()
  local e = ortho.environment
  return ("Measured on %s: %s, %d cores, Linux %s; %s with its kernel %s; " ..
    "orthorun %s, %s, %s; %s. Load of other programs when it began: %s.")
    :format(os.date "%Y-%m-%d",
    machine.describe().machine, core.worker.cores(),
    output_of("uname", "-r"):match "^[%d.]*%d",
    e.blas, e.kernel, e.orthorun, e.lua, e.compiler,
    output_of("/usr/bin/python3", "-c", versions), load)
end

local function seconds_text(s)
  if s < 0.1 then return ("%.3g ms"):format(1e3 * s) end
  return ("%.3g s"):format(s)
end

local function ratio_text(ratio)
  return ("%.3g (%.3g to %.3g)"):format(ratio.middle, ratio.least, ratio.most)
end

-- One piece of work: who needed how much, how long, and how many times as long
-- as orthorun; of these what was measured.
local function whole_table(group)
  local us, rows = race.fastest(group, "orthorun", ""), {}
  local head = { "" }
  if us then table.move({ "time", "times orthorun's" }, 1, 2, 2, head) end
  if not group.bare then
    table.move({ "peak memory", "processor time" }, 1, 2, #head + 1, head)
  end
  for i, variant in ipairs(group.variants) do
    local row = { variant.name }
    if us then
      row[2] = seconds_text(ortho.stats.median(variant.times[""]))
      row[3] = ratio_text(race.ratio(us, variant, ""))
    end
    if not group.bare then
      row[#row + 1] = ("%.0f MiB"):format(variant.peak)
      row[#row + 1] = ("%.2g s"):format(variant.cpu)
    end
    rows[i] = row
  end
  return page.table(head, rows)
end

-- What a variant needed for a case.
local function cell(case, variant)
  local times = variant and variant.times[case]
  return times and seconds_text(ortho.stats.median(times)) or ""
end

-- Several cases: a row for each, a column for each variant, one for floors.
local function case_table(group, cases)
  local head, rows, shown = { "" }, {}, {}
  for _, variant in ipairs(group.variants) do
    if variant.side ~= "floor" then
      shown[#shown + 1] = variant
      head[#head + 1] = variant.name
    end
  end
  for i, case in ipairs(cases) do
    rows[i] = { case }
    for _, variant in ipairs(shown) do
      table.insert(rows[i], cell(case, variant))
    end
    table.insert(rows[i], cell(case, race.fastest(group, "floor", case)))
  end
  head[#head + 1] = "floor"
  return page.table(head, rows)
end

-- A group's measurements: a title and a table.
function page.group(group)
  local cases = race.cases(group)
  local make = #cases > 1 and case_table or whole_table
  return ("**%s**\n\n%s"):format(group.title, make(group, cases))
end

-- The faster of a library's two sides, its own settings and ours.
local function best_of(group, library)
  local found = race.fastest(group, "found", "", library)
  local tuned = race.fastest(group, "tuned", "", library)
  local least = math.min(found and ortho.stats.median(found.times[""]) or math.huge,
    tuned and ortho.stats.median(tuned.times[""]) or math.huge)
  return least < math.huge and seconds_text(least) or ""
end

-- README's table: a row for each of these pieces of work.
function page.short(groups)
  local rows, shown = {}, { small = true, medium = true, large = true,
    fashion = true, start = true }
  for _, group in ipairs(groups) do
    local us = race.fastest(group, "orthorun", "")
    if us and shown[group.name] then
      rows[#rows + 1] = { group.title, seconds_text(ortho.stats.median(us.times[""])),
        best_of(group, "torch"), best_of(group, "numpy") }
    end
  end
  return page.table({ "", "orthorun", "PyTorch", "NumPy" }, rows)
end

page.verdict_head = { "workload", "against the tuned peer",
  "against the peer as found", "against the floor",
  "the floor against the tuned peer" }

-- The whole measured part as text.
function page.text(groups, targets, growth)
  local parts = { page.machine() .. "\n",
    page.table(page.verdict_head, verdict.rows(targets, groups)) }
  for _, group in ipairs(groups) do parts[#parts + 1] = page.group(group) end
  parts[#parts + 1] = growth
  return table.concat(parts, "\n")
end

-- Puts the text between the marks of the file.
function page.write(path, text)
  local file = assert(io.open(path))
  local old = file:read "a"
  file:close()
  local _, from = old:find(first, 1, true)
  local to = old:find(last, from, true)
  assert(from and to, path .. " has lost its marks")
  file = assert(io.open(path, "w"))
  file:write(old:sub(1, from), "\n\n", text, "\n", old:sub(to))
  file:close()
end

return page
