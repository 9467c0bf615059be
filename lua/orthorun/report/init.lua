-- report: what a script asked and found, as one page that needs nothing else:
-- parameters, verdict, plots, tables, script, surroundings, data. What it
-- shows comes from the journal of what the script ran, printed and drew.

--- What a run gave, as one HTML page that needs nothing else.
-- [sharing.md](../sharing.md) tells what it is for.
-- @module report
-- @pragma nostrip

local again = require "orthorun.report.again"
local to_number = require("orthorun.base.csv").tonumber
local files = require "orthorun.base.files"
local figures = require "orthorun.report.figures"
local highlight = require "orthorun.report.highlight"
local journal = require "orthorun.report.journal"
local markup = require "orthorun.plot.markup"
local names = require "orthorun.base.names"
local overall = require "orthorun.table.overall"
local printed = require "orthorun.report.printed"
local render = require "orthorun.table.render"
local script = require "orthorun.base.script"
local share = require "orthorun.report.share"
local sheet = require "orthorun.report.style"
local text = require "orthorun.base.text"
local verdict = require "orthorun.report.verdict"

local fail = require("orthorun.core").fail -- at the user's line

local report = {}

-- The table of predictions and what became of them: see the module.
report.verdict = verdict.of

-- --- pieces of a page -------------------------------------------------------

local function shown(value)
  if value == nil then return "" end
  if type(value) == "function" then return "from the others" end
  if math.type(value) == "float" then return text.number(value, "%.5g") end
  return text.clean(value)
end

local most_rows = 60

-- What may be wider than the page has a box of its own, which scrolls.
local wide = '<div class="wide" tabindex="0">'

-- Are all texts of a column numbers? Those of a prediction may be words.
local function is_numeric(texts)
  for i = 2, #texts do
    if texts[i] ~= "" and not to_number(texts[i]) then return false end
  end
  return true
end

-- A table as it is printed. how: as for table/render.
local function html_table(t, how)
  how = how or {}
  local _, columns = render(t, { columns = how.columns, units = how.units,
    spreads = how.spreads, widest = 1000, limit = most_rows })
  local out = { wide .. "<table>\n" }
  for i = 1, math.min(#t, most_rows) + 1 do
    local row = {}
    for k, texts in ipairs(columns) do
      local tag = i == 1 and "th" or "td"
      row[k] = ("<%s%s>%s</%s>"):format(tag, #t > 0 and is_numeric(texts) and
        ' class="number"' or "", markup.prose(texts[i]), tag)
    end
    out[#out + 1] = ("<tr>%s</tr>\n"):format(table.concat(row))
  end
  out[#out + 1] = "</table></div>\n"
  if #t > most_rows then
    out[#out + 1] = ('<p class="soft">%s more</p>\n'):format(text.count(#t -
      most_rows, "row"))
  end
  return table.concat(out)
end

local function pairs_table(rows)
  local out = { wide .. '<table class="facts">\n' }
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

-- The columns of a verdict that have something in them; the outcome stands beside
-- what it is of, where a phone shows it, too.
local function verdict_columns(t)
  local list = { "what", "agrees", "predicted", "measured" }
  for _, name in ipairs { "error", "df", "z" } do
    if next(t.data[name]) ~= nil then list[#list + 1] = name end
  end
  return list
end

-- "3 of 5 predictions agree, 1 is undecided: one trial has no error."
local function count_text(t)
  local count = { yes = 0, no = 0, undecided = 0 }
  for _, row in t:rows() do count[row.agrees] = count[row.agrees] + 1 end
  return ("<p>%d of %d predictions agree%s.</p>\n"):format(count.yes, #t,
    count.undecided > 0 and (", %d undecided (no error)"):format(count.undecided) or
    "")
end

local function verdict_section(checks)
  if #checks == 0 then return "" end
  local t, together = verdict.of(checks)
  local kept, rest = verdict.worst(t, most_rows)
  local body = html_table(kept, { spreads = verdict.spreads, columns =
    verdict_columns(t) }):gsub("(</td>)<td>yes</td>", '%1<td class="yes">✓ yes</td>')
    :gsub("(</td>)<td>no</td>", '%1<td class="no">✗ no</td>')
  if rest then body = ('<p class="soft">%s</p>\n'):format(rest) .. body end
  if together and together.scores > 1 then
    body = body .. ("<p>%s</p>\n"):format(overall.words(together))
  end
  local note = next(t.data.z) ~= nil and ('<p class="soft">%s; it agrees up to 3.3 ' ..
    "unless stated otherwise.</p>\n"):format(text.escape(verdict.legend(t))) or ""
  return section("Verdict", count_text(t) .. body .. note)
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

-- The plots, and the array of their SVGs.
local function plot_section()
  local parts, svgs = {}, {}
  for i, entry in ipairs(journal.all "plot") do
    parts[i] = figures.html(entry.value, i, svgs)
  end
  return section("Plots", table.concat(parts)), svgs
end

-- What the script printed and found, in its order.
local function found_section()
  local parts, with_text = {}, false
  for _, entry in ipairs(journal.entries) do
    local html = ""
    if entry.kind == "text" then
      html = ('<p class="said lines">%s</p>\n'):format(
        text.escape(text.unsigned_nan(entry.value.text)))
    elseif entry.kind == "printed" then
      html = printed(tostring(entry.value))
    end
    with_text = with_text or html ~= ""
    parts[#parts + 1] = html
    if entry.kind == "table" then
      if entry.title then
        parts[#parts + 1] = ('<p class="title">%s</p>\n'):format(
          markup.prose(entry.title))
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

local function results_html(sweep, t, csv)
  local failed = ""
  if t.failures and #t.failures > 0 then
    failed = (" %s failed: %s"):format(text.count(#t.failures, "trial"),
      text.escape(text.clean(t.failures[1].message)))
  end
  return ("<p>%s: %s, every number exact, sha256 <code>%s</code>.%s</p>\n")
    :format(share.results(sweep.name, csv), text.count(#t, "row"),
    share.digest(csv), failed)
end

local function read(path)
  local file = io.open(path, "rb")
  local bytes = file and file:read "a"
  if file then file:close() end
  return bytes
end

-- The CSV files that the script wrote and that are no sweep's results.
local function csv_html(seen)
  local parts, last = {}, {}
  for _, entry in ipairs(journal.all "csv") do last[entry.value] = entry end
  for _, entry in ipairs(journal.all "csv") do
    local path = entry.value
    local bytes = last[path] == entry and read(path)
    if bytes and not seen[bytes] then
      seen[bytes] = true
      parts[#parts + 1] = ("<p>%s: written by the script, sha256 " ..
        "<code>%s</code>.</p>\n"):format(share.csv(files.stem(path), bytes),
        share.digest(bytes))
    end
  end
  return table.concat(parts)
end

local function data_section(sweeps)
  local parts, seen = {}, {}
  for i, entry in ipairs(sweeps) do
    local csv = entry.value.results:tocsv()
    seen[csv] = true
    parts[i] = results_html(entry.value.sweep, entry.value.results, csv)
  end
  return section("Data", table.concat(parts) .. csv_html(seen))
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
  local plots, svgs = plot_section()
  return table.concat { share.first_lines, '<html lang="en">\n<head>\n' ..
    '<meta charset="utf-8">\n<meta name="viewport" content="width=' ..
    'device-width, initial-scale=1">\n<title>', text.escape(text.clean(title)),
    "</title>\n<style>\n", sheet, "@media screen and (prefers-color-scheme: " ..
    "dark) {\n", figures.dark_rules(svgs), " }\n</style>\n</head>\n<body>\n<h1>",
    text.escape(text.clean(title)), '</h1>\n<p class="question">',
    text.escape(question), "</p>\n", verdict_section(asked.checks or {}),
    parameter_section(sweeps), plots, found_section(),
    section("Script", "<pre><code>" .. highlight(source) ..
    "</code></pre>\n"), section("Surroundings", pairs_table(shown_facts)),
    again_section(asked.file), data_section(sweeps),
    share.part("script", source), share.part("facts",
    share.write_facts(facts)), "</body>\n</html>\n" }
end

local fields = { "file", "title", "question", "checks" }

--- Predictions beside measurements.
-- z is the difference in standard errors: as a normal score, so that |z| <= 3.3 says
-- the same whether the error is known or df degrees of freedom estimate it. A row
-- agrees ("yes", "no") up to `sigmas`, and is "undecided" where the error is nan.
-- All z together are a chi-square; rows whose `residuals` have trials in common are
-- taken to be as correlated as these are (Brown 1975, Kost and McDermott 2002).
-- @function report.verdict
-- @tparam {table,...}|results checks each {what=, predicted=, measured=, error=, df=,
--   sigmas=3.3}, error being one standard error of the difference, df its degrees of
--   freedom (trials less numbers fitted; nil: the error is known); or {what=,
--   measured=, at_most=, at_least=}. For the chi-square also residuals=, by trial how
--   far it is from what the row measured, weights=, how much it counts, fitted=1,
--   how many numbers the row has of these trials. Or what this returned, as the
--   `checks` of an experiment's results
-- @treturn results with columns what, predicted, measured, error, df, z, agrees
-- @treturn table chi_square, scores, df (effective degrees of freedom), p, z,
--   error (of chi_square, where all agrees); nil where no row has a z
-- @usage
-- local t, all = ortho.report.verdict {
--   { what = "the gain", predicted = 1.4142, measured = 1.413, error = 0.002 },
--   { what = "its slope", predicted = 0, measured = 0.5, error = 0.2, df = 4 } }
-- assert(t:column("agrees")[2] == "yes" and all.scores == 2)

--- As `report`, without checking the checks first.
-- @function report.write
-- @like report
-- @call report.write{...}
-- @tparam table options
-- @treturn string file
function report.write(asked)
  asked = names.options("report.write", asked, fields)
  journal.report = asked
  return files.write(asked.file, share.seal(page_of(asked)))
end

--- Writes what the script has run, printed and drawn so far as one page: the
-- question, verdict, parameters, plots with their values under the mouse, what was
-- printed and its tables, in order, script, surroundings, how to run it again,
-- data with every CSV file that it wrote.
-- @function report
-- @tparam table options
-- @tparam string options.file
-- @tparam[opt] string options.title
-- @tparam[opt] string options.question by default the sweep's `about`
-- @tparam[opt] {table,...}|results options.checks as in `report.verdict`
-- @treturn string file
local function call(_, asked)
  asked = names.options("report", asked, fields)
  if type(asked.file) ~= "string" then fail "report: file is missing" end
  verdict.of(asked.checks or {})
  if #journal.entries == 0 and #(asked.checks or {}) == 0 then
    fail("report: there is nothing to report yet; write it after what it is to " ..
      "hold: a sweep's run, prints, tables, plots, or give checks=")
  end
  return report.write(asked)
end

return setmetatable(report, { __call = call })
