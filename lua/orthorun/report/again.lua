-- again: what is needed to run a report's script again: the arguments that
-- its results depend on, and what else made them.
local core = require "orthorun.core"
local journal = require "orthorun.report.journal"
local machine = require "orthorun.base.machine"
local maker = require "orthorun.sweep.maker"
local options = require "orthorun.base.options"
local script = require "orthorun.base.script"

local again = {}

-- The run option that a word of the command line sets, if results do not
-- depend on it.
local function passing(word)
  local name = word:match "^%-%-([^=]+)"
  local row = name and options.run_option(name)
  return row and not row.changes_results and row
end

-- The command line's words that results depend on, as of behind the script's
-- name.
function again.arguments()
  local list, given, i = {}, script.arguments(), 1
  for _, row in ipairs(core.run_options) do
    local value = row.changes_results and core.options[row.name]
    if value then list[#list + 1] = ("--%s=%s"):format(row.name, value) end
  end
  while i <= #given do
    local row = passing(given[i])
    if not row then
      list[#list + 1] = given[i]
    elseif row.value and not given[i]:find("=", 1, true) then
      i = i + 1
    end
    i = i + 1
  end
  return list
end

-- What made the trials' results (maker.tally); where there are none, this
-- process.
local function made_by()
  local all = {}
  for _, entry in ipairs(journal.all "sweep") do
    for _, m in ipairs(entry.value.made_by or {}) do all[#all + 1] = m end
  end
  if #all > 0 then return all end
  local here = maker.here()
  here.trials = 1
  return { here }
end

-- What made the results: an array of {name, text}, the arguments last. name:
-- the report's.
function again.facts(name)
  local here, environment, makers = machine.describe(), core.environment,
    made_by()
  local function made(field) return maker.field_text(makers, field) end
  local facts = { { "script", script.name() }, { "name", name },
    { "version", environment.orthorun },
    { "requires", journal.required or environment.orthorun:match "^%d+%.%d+" },
    { "precision", core.precision() }, { "blas", made "blas" },
    { "kernel", made "kernel" }, { "lua", environment.lua },
    { "compiler", environment.compiler }, { "processor", made "machine" },
    { "system", here.system }, { "made", os.date "!%Y-%m-%d %H:%M UTC" } }
  if made "kernel" ~= environment.kernel then
    facts[#facts + 1] = { "page", "tables and plots were made with " ..
      maker.linear_algebra(environment) }
  end
  for _, word in ipairs(again.arguments()) do
    facts[#facts + 1] = { "argument", word }
  end
  return facts
end

-- A word as a shell reads it.
function again.quoted(word)
  if word:find "^[%w_./=,:+-]+$" then return word end
  return "'" .. word:gsub("'", "'\\''") .. "'"
end

return again
