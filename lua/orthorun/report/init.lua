-- report: what a script asked and found, as one page that needs nothing else:
-- parameters, verdict, plots, tables, script, surroundings, data. What it
-- shows comes from the journal of what the script ran, printed and drew.
local core = require "orthorun.core"
local files = require "orthorun.base.files"
local highlight = require "orthorun.report.highlight"
local inline = require "orthorun.report.svg"
local journal = require "orthorun.report.journal"
local machine = require "orthorun.base.machine"
local names = require "orthorun.base.names"
local options = require "orthorun.base.options"
local script = require "orthorun.base.script"
local share = require "orthorun.report.share"
local sheet = require "orthorun.report.style"
local tabular = require "orthorun.table"
local terminal = require "orthorun.plot.terminal"
local text = require "orthorun.base.text"

local report = {}

-- --- the verdict ------------------------------------------------------------

local check_fields = { "what", "predicted", "measured", "error", "sigmas",
  "at_most", "at_least" }

local function check_check(check, level)
  names.options("verdict: check", check, check_fields, level + 1)
  if type(check.what) ~= "string" then
    error("verdict: a check needs what, a text that says what it is", level + 1)
  end
  local number = type(check.measured) == "number"
  local against = type(check.predicted) == "number" and
    type(check.error) == "number" or check.at_most or check.at_least
  if not number or not against then
    error(("verdict: '%s' needs measured, and predicted with error, or " ..
      "at_most, or at_least"):format(check.what), level + 1)
  end
end

-- z and whether it agrees.
local function judge(check)
  local x = check.measured
  if check.predicted then
    local z = (x - check.predicted) / check.error
    if x == check.predicted then z = 0.0 end
    return z, math.abs(z) <= (check.sigmas or 3.3)
  end
  return nil, x == x and x <= (check.at_most or math.huge) and
    x >= (check.at_least or -math.huge)
end

local function wanted(check)
  if check.predicted then return ("%.5g"):format(check.predicted) end
  local parts = {}
  if check.at_least then
    parts[1] = ("at least %.5g"):format(check.at_least)
  end
  if check.at_most then
    parts[#parts + 1] = ("at most %.5g"):format(check.at_most)
  end
  return table.concat(parts, ", ")
end

local function verdict(checks, level)
  if type(checks) ~= "table" then
    error("verdict: expected an array of checks, got a " .. type(checks),
      level + 1)
  end
  local t = tabular.new { "what", "predicted", "measured", "error", "z",
    "agrees" }
  for _, check in ipairs(checks) do
    check_check(check, level + 1)
    local z, agrees = judge(check)
    t:append { what = check.what, predicted = wanted(check),
      measured = check.measured, error = check.error, z = z,
      agrees = agrees and "yes" or "no" }
  end
  return t
end

-- The table of predictions and what became of them. checks: an array of
-- {what=, predicted=, measured=, error=, sigmas=3.3} (error: one standard
-- error of the difference), or {what=, measured=, at_most=, at_least=}.
function report.verdict(checks) return verdict(checks, 2) end

-- --- pieces of a page -------------------------------------------------------

local function shown(value)
  if value == nil then return "" end
  if type(value) == "function" then return "from the others" end
  if math.type(value) == "float" then return ("%.5g"):format(value) end
  return text.clean(value)
end

local function cell(tag, value)
  local class = type(value) == "number" and ' class="number"' or ""
  return ("<%s%s>%s</%s>"):format(tag, class, text.escape(shown(value)), tag)
end

local most_rows = 60

local function html_table(t, columns)
  columns = columns or t:columns()
  local out = { '<div class="wide"><table>\n<tr>' }
  for _, name in ipairs(columns) do
    local number = #t > 0 and type(t:column(name)[1]) == "number"
    out[#out + 1] = ("<th%s>%s</th>"):format(number and ' class="number"' or
      "", text.escape(name))
  end
  out[#out + 1] = "</tr>\n"
  for i, record in t:rows() do
    if i > most_rows then break end
    out[#out + 1] = "<tr>"
    for _, name in ipairs(columns) do
      out[#out + 1] = cell("td", record[name])
    end
    out[#out + 1] = "</tr>\n"
  end
  out[#out + 1] = "</table></div>\n"
  if #t > most_rows then
    out[#out + 1] = ('<p class="soft">%d more rows</p>\n'):format(#t -
      most_rows)
  end
  return table.concat(out)
end

local function pairs_table(rows)
  local out = { '<div class="wide"><table>\n' }
  for _, row in ipairs(rows) do
    out[#out + 1] = ("<tr><th>%s</th><td>%s</td></tr>\n"):format(
      text.escape(row[1]), text.escape(text.clean(row[2])))
  end
  out[#out + 1] = "</table></div>\n"
  return table.concat(out)
end

local function section(title, body)
  if body == "" then return "" end
  return ("<section>\n<h2>%s</h2>\n%s</section>\n"):format(text.escape(title),
    body)
end

-- --- sections ---------------------------------------------------------------

local function verdict_section(checks)
  if #checks == 0 then return "" end
  local t, agreed = verdict(checks, 4), 0
  for _, row in t:rows() do
    if row.agrees == "yes" then agreed = agreed + 1 end
  end
  local body = html_table(t):gsub("<td>yes</td></tr>",
    '<td class="yes">✓ yes</td></tr>'):gsub("<td>no</td></tr>",
    '<td class="no">✗ no</td></tr>')
  return section("Verdict", ("<p>%d of %d predictions agree.</p>\n"):format(
    agreed, #t) .. body .. '<p class="soft">z: the difference in standard ' ..
    "errors; it agrees up to 3.3 unless stated otherwise.</p>\n")
end

local function list_text(values)
  local parts = {}
  for i, value in ipairs(values) do parts[i] = shown(value) end
  if #parts > 12 then
    return ("%s, … %s (%d values)"):format(table.concat(parts, ", ", 1, 10),
      parts[#parts], #parts)
  end
  return table.concat(parts, ", ")
end

local function parameter_section(sweeps)
  local rows = {}
  for _, entry in ipairs(sweeps) do
    local sweep = entry.value.sweep
    for _, name in ipairs(names.keys(sweep.grid)) do
      rows[#rows + 1] = { name, list_text(sweep.grid[name]) }
    end
    for _, name in ipairs(names.keys(sweep.params)) do
      rows[#rows + 1] = { name, shown(sweep.params[name]) }
    end
    if sweep.run_options.seed then
      rows[#rows + 1] = { "seed", sweep.run_options.seed }
    end
  end
  return section("Parameters", #rows > 0 and pairs_table(rows) or "")
end

local function figure_html(figure, number)
  local svg, width = inline.svg(figure, number)
  if not svg then
    return ("<figure><pre>%s</pre></figure>\n"):format(text.escape(
      terminal.draw(figure, { width = 90 })))
  end
  return ('<figure style="max-width: %dpx">\n%s\n</figure>\n'):format(
    math.max(width, 640), svg)
end

local function plot_section()
  local parts = {}
  for i, entry in ipairs(journal.all "plot") do
    parts[i] = figure_html(entry.value, i)
  end
  return section("Plots", table.concat(parts))
end

-- Texts that a script found, and tables, in their order.
local function table_section()
  local parts, with_text = {}, false
  for _, entry in ipairs(journal.entries) do
    if entry.kind == "text" then
      with_text = true
      parts[#parts + 1] = ('<p class="found">%s</p>\n'):format(
        text.escape(entry.value.text))
    elseif entry.kind == "table" then
      if entry.title then
        parts[#parts + 1] = ("<p>%s</p>\n"):format(text.escape(entry.title))
      end
      parts[#parts + 1] = html_table(entry.value.table, entry.value.columns)
    end
  end
  return section(with_text and "What was found" or "Tables",
    table.concat(parts))
end

-- The script's name and text.
local function script_of()
  local _, source = script.get()
  return script.name(), source or ""
end

-- --- what to run again ------------------------------------------------------

local function is_parameter(name)
  for _, entry in ipairs(journal.all "sweep") do
    local sweep = entry.value.sweep
    if sweep.params[name] ~= nil or sweep.grid[name] then return true end
  end
end

-- The run option that a word of the command line sets, if results do not
-- depend on it.
local function passing(word)
  local name = word:match "^%-%-([^=]+)"
  local row = name and options.run_option(name)
  local ours = row and is_parameter(row.name:gsub("-", "_"))
  return row and not row.changes_results and not ours and row
end

-- The command line's words that results depend on, as of behind the script's
-- name.
local function lasting_arguments()
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

local function facts_of(name)
  local here, environment = machine.describe(), core.environment
  local facts = { { "script", script.name() }, { "name", name },
    { "version", environment.orthorun },
    { "requires", journal.required or environment.orthorun:match "^%d+%.%d+" },
    { "precision", core.precision() }, { "blas", environment.blas },
    { "kernel", environment.kernel }, { "lua", environment.lua },
    { "compiler", environment.compiler }, { "processor", here.machine },
    { "system", here.system }, { "made", os.date "!%Y-%m-%d %H:%M UTC" } }
  for _, word in ipairs(lasting_arguments()) do
    facts[#facts + 1] = { "argument", word }
  end
  return facts
end

local function quoted(word)
  if word:find "^[%w_./=,:+-]+$" then return word end
  return "'" .. word:gsub("'", "'\\''") .. "'"
end

local function again_section(file)
  local words = {}
  for i, word in ipairs(lasting_arguments()) do words[i] = quoted(word) end
  local page = quoted(file:match "[^/]*$")
  local lines = {
    "orthorun --verify " .. page .. "   # run it again, and compare the results",
    "orthorun " .. page .. "            # run the script that is in this file",
    "orthorun " .. quoted(script.name()) .. " " .. table.concat(words, " ") }
  return section("How to run it again", "<pre>" .. text.escape(
    table.concat(lines, "\n")) .. "</pre>\n")
end

local function data_section(sweeps)
  local parts = {}
  for _, entry in ipairs(sweeps) do
    local sweep, t = entry.value.sweep, entry.value.results
    local csv = t:tocsv()
    parts[#parts + 1] = ("<p>%s: %d rows, every number exact, sha256 %s.")
      :format(share.results(sweep.name, csv), #t, share.digest(csv))
    if t.failures and #t.failures > 0 then
      parts[#parts + 1] = (" %d trials failed: %s"):format(#t.failures,
        text.escape(text.clean(t.failures[1].message)))
    end
    parts[#parts + 1] = "</p>\n"
  end
  return section("Data", table.concat(parts))
end

-- --- the page ---------------------------------------------------------------

local function title_of(asked, sweeps)
  local first = sweeps[1] and sweeps[1].value.sweep
  return asked.title or first and first.name or script.name(),
    asked.question or first and first.about or ""
end

local function page_of(asked)
  local sweeps = journal.all "sweep"
  local title, question = title_of(asked, sweeps)
  local _, source = script_of()
  local facts, shown_facts = facts_of(title), {}
  for _, fact in ipairs(facts) do
    if fact[1] ~= "argument" then shown_facts[#shown_facts + 1] = fact end
  end
  return table.concat { share.first_lines, '<html lang="en">\n<head>\n' ..
    '<meta charset="utf-8">\n<meta name="viewport" content="width=' ..
    'device-width, initial-scale=1">\n<title>', text.escape(text.clean(title)),
    "</title>\n<style>\n", sheet, "</style>\n</head>\n<body>\n<h1>",
    text.escape(text.clean(title)), '</h1>\n<p class="question">',
    text.escape(question), "</p>\n", verdict_section(asked.checks or {}),
    parameter_section(sweeps), plot_section(), table_section(),
    section("Script", "<pre><code>" .. highlight(source) ..
    "</code></pre>\n"), section("Surroundings", pairs_table(shown_facts)),
    again_section(asked.file), data_section(sweeps),
    share.part("script", source), share.part("facts",
    share.write_facts(facts)), "</body>\n</html>\n" }
end

local fields = { "file", "title", "question", "checks" }

-- Writes the page to asked.file.
function report.write(asked, level)
  journal.report = asked
  return files.write(asked.file, share.seal(page_of(asked)), (level or 2) + 1)
end

-- ortho.report{file=...} writes what the script has done so far, its sweeps,
-- printed tables and plots, as one HTML page; returns its path. title and
-- question: by default the sweep's name and about; checks: as for verdict.
local function call(_, asked)
  asked = names.options("report", asked, fields)
  if type(asked.file) ~= "string" then error("report: file is missing", 2) end
  verdict(asked.checks or {}, 2)
  return report.write(asked, 2)
end

return setmetatable(report, { __call = call })
