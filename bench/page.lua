-- page: the measured part of docs/performance.md, between its marks. What
-- stands around it is written by hand.
local ortho = require "orthorun"
local core = require "orthorun.core"
local machine = require "orthorun.machine"
local race = dofile "bench/race.lua"
local verdict = dofile "bench/verdict.lua"

local page = {}
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
    "orthorun %s, %s, %s; %s."):format(os.date "%Y-%m-%d",
    machine.describe().machine, core.worker.cores(), output_of("uname", "-r"),
    e.blas, e.kernel, e.orthorun, e.lua, e.compiler,
    output_of("/usr/bin/python3", "-c", versions))
end

local function seconds_text(s)
  if s < 0.1 then return ("%.3g ms"):format(1e3 * s) end
  return ("%.3g s"):format(s)
end

local function variant_row(variant, ratio, times)
  return { variant.name, times and seconds_text(ortho.stats.median(times)) or
    "", ("%.3g s"):format(variant.cpu), ("%.0f MiB"):format(variant.peak),
    ratio and ("%.3g (%.3g to %.3g)"):format(ratio.middle, ratio.least,
    ratio.most) or "" }
end

-- One piece of work: who took how long, and how many times as long as
-- orthorun.
local function whole_table(group)
  local us, rows = race.fastest(group, "orthorun", ""), {}
  for _, variant in ipairs(group.variants) do
    rows[#rows + 1] = variant_row(variant,
      us and race.ratio(us, variant, ""), variant.times[""])
  end
  return page.table({ group.title, "time", "processor", "peak memory",
    "orthorun's time, times" }, rows)
end

-- Several cases: who took how long for which.
local function case_table(group, cases)
  local shown, rows = {}, {}
  local function add(name, find)
    local row, any = { name }, false
    for i, case in ipairs(cases) do
      local variant = find(case)
      local times = variant and variant.times[case]
      row[i + 1] = times and seconds_text(ortho.stats.median(times)) or ""
      any = any or times ~= nil
    end
    if any then rows[#rows + 1] = row end
  end
  for _, variant in ipairs(group.variants) do
    if variant.side ~= "floor" then
      add(variant.name, function() return variant end)
    end
    shown[variant.side] = true
  end
  if shown.floor then
    add("floor", function(case) return race.fastest(group, "floor", case) end)
  end
  local head = { group.title }
  return page.table(table.move(cases, 1, #cases, 2, head), rows)
end

-- A group's measurements as a table.
function page.group(group)
  local cases = race.cases(group)
  if #cases > 1 then return case_table(group, cases) end
  return whole_table(group)
end

page.verdict_head = { "workload", "against the tuned peer",
  "against the peer as found", "against the floor" }

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
