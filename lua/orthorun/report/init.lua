-- report: what a script asked and found, as one page that needs nothing else:
-- parameters, verdict, plots, tables, script, surroundings, data. What it
-- shows comes from the journal of what the script ran, printed and drew.
local again = require "orthorun.report.again"
local files = require "orthorun.base.files"
local highlight = require "orthorun.report.highlight"
local inline = require "orthorun.report.svg"
local journal = require "orthorun.report.journal"
local names = require "orthorun.base.names"
local render = require "orthorun.table.render"
local script = require "orthorun.base.script"
local share = require "orthorun.report.share"
local sheet = require "orthorun.report.style"
local terminal = require "orthorun.plot.terminal"
local text = require "orthorun.base.text"
local verdict = require "orthorun.report.verdict"

local fail = require("orthorun.core").fail -- at the user's line

local report = {}

-- The digits that a verdict justifies: its errors', and hundredths of z.
local verdict_spreads = { measured = "error", error = "error", z = 0.1 }

-- The table of predictions and what became of them: see the module.
report.verdict = verdict

-- --- pieces of a page -------------------------------------------------------

local function shown(value)
  if value == nil then return "" end
  if type(value) == "function" then return "from the others" end
  if math.type(value) == "float" then return ("%.5g"):format(value) end
  return text.clean(value)
end

local most_rows = 60

-- A table as it is printed. how: as for table/render.
local function html_table(t, how)
  how = how or {}
  local _, columns = render(t, { columns = how.columns, units = how.units,
    spreads = how.spreads, widest = 1000, limit = most_rows })
  local out = { '<div class="wide"><table>\n' }
  for i = 1, math.min(#t, most_rows) + 1 do
    local row = {}
    for k, texts in ipairs(columns) do
      local tag = i == 1 and "th" or "td"
      row[k] = ("<%s%s>%s</%s>"):format(tag, texts.numbers and #t > 0 and
        ' class="number"' or "", text.escape(text.clean(texts[i])), tag)
    end
    out[#out + 1] = ("<tr>%s</tr>\n"):format(table.concat(row))
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
  local t, agreed = verdict(checks), 0
  for _, row in t:rows() do
    if row.agrees == "yes" then agreed = agreed + 1 end
  end
  local body = html_table(t, { spreads = verdict_spreads }):gsub("<td>yes</td></tr>",
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
      parts[#parts + 1] = html_table(entry.value.table, entry.value)
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

local function again_section(file)
  local words = {}
  for i, word in ipairs(again.arguments()) do words[i] = again.quoted(word) end
  local page = again.quoted(file:match "[^/]*$")
  local lines = {
    "orthorun --verify " .. page .. "   # run it again, and compare the results",
    "orthorun " .. page .. "            # run the script that is in this file",
    "orthorun " .. again.quoted(script.name()) .. " " .. table.concat(words, " ") }
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
  local facts, shown_facts = again.facts(title), {}
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
function report.write(asked)
  journal.report = asked
  return files.write(asked.file, share.seal(page_of(asked)))
end

-- ortho.report{file=...} writes what the script has done so far, its sweeps,
-- printed tables and plots, as one HTML page; returns its path. title and
-- question: by default the sweep's name and about; checks: as for verdict.
local function call(_, asked)
  asked = names.options("report", asked, fields)
  if type(asked.file) ~= "string" then fail "report: file is missing" end
  verdict(asked.checks or {})
  return report.write(asked)
end

return setmetatable(report, { __call = call })
