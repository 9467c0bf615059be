-- ending: how an experiment ends: what was asked, tables and texts in their
-- order, the verdict, files, report. Prints and draws; computes nothing.
local distributions = require "orthorun.table.distributions"
local events = require "orthorun.base.events"
local names = require "orthorun.base.names"
local output = require "orthorun.base.output"
local overall = require "orthorun.table.overall"
local plot = require "orthorun.plot"
local render = require "orthorun.table.render"
local report = require "orthorun.report"
local tabular = require "orthorun.table"
local verdict = require "orthorun.report.verdict"

local ending = {}

local write = output.write

local function value_text(value)
  if math.type(value) == "float" then return ("%.6g"):format(value) end
  return tostring(value)
end

-- "activation relu, batch 32; seeds 1, 2, 3": what is the same in all trials,
-- and how often each was repeated.
local function settings_text(e)
  local parts, seeds = {}, {}
  for _, name in ipairs(e.fixed) do
    parts[#parts + 1] = ("%s %s"):format(name:gsub("_", " "),
      e.labels[name] and e.labels[name][e.first[name]] or
      value_text(e.first[name]))
  end
  for _, seed in ipairs(e.seeds) do seeds[#seeds + 1] = value_text(seed) end
  local text = table.concat(parts, ", ")
  if #seeds > 0 then
    text = ("%s%s%s"):format(text, text ~= "" and "; " or "", #seeds == 1 and
      "seed " .. seeds[1] or ("%d seeds"):format(#seeds))
  end
  return text
end

local function print_heading(e)
  write(tabular.paragraph(e.asks), "\n")
  local settings = settings_text(e)
  if settings ~= "" then write(tabular.paragraph(settings), "\n") end
end

-- A table with the labels of cases in place of their names.
local function labelled(e, t)
  if not t.data.case or not e.labels.case then return t end
  local new = t:with("case", function(record)
    return e.labels.case[record.case] or record.case
  end)
  return new
end

local function print_table(e, item)
  local t = labelled(e, item.table)
  if item.title then write("\n", tabular.paragraph(item.title), "\n") end
  local text = render(t, { columns = item.columns, units = item.units,
    spreads = item.spreads, limit = item.limit, across = output.columns(),
    keys = item.keys })
  write(text)
  events.tell("table", { table = t, text = text, columns = item.columns,
    spreads = item.spreads, units = item.units }, item.title)
end

local function print_text(item)
  write("\n", item.text:gsub("%s+$", ""), "\n")
  events.tell("text", { text = item.text })
end

local function print_items(e)
  for _, item in ipairs(e.items) do
    if item.kind == "table" then
      print_table(e, item)
    else
      print_text(item)
    end
  end
end

local most_checks = 20 -- rows of the verdict that are printed

local function print_verdict(e)
  if #e.checks == 0 then return end
  local t, rest = verdict.worst(e.verdict, most_checks)
  local columns, has = { "what", "predicted", "measured" }, e.verdict.data
  for _, name in ipairs { "error", "df", "z" } do
    if next(has[name]) ~= nil then columns[#columns + 1] = name end
  end
  columns[#columns + 1] = "agrees"
  write("\n", tabular.paragraph("measured against predicted" .. (next(has.z) ~= nil
    and "; " .. verdict.legend(t) or "")), "\n")
  if rest then write(tabular.paragraph(rest), "\n") end
  write((render(t, { limit = most_checks, widest = 120, across = output.columns(),
    columns = columns, spreads = verdict.spreads })))
  if e.overall and e.overall.scores > 1 then
    write(tabular.paragraph(overall.words(e.overall)), "\n")
  end
end

-- The verdict as a table with p of each z, and with what all together say in a row of
-- its own.
local function verdict_table(e)
  local t, all = e.verdict:with("p", function(row)
    return row.z and distributions.normal_tails(row.z)
  end), e.overall
  if all then
    t:append { what = overall.name, predicted = ("%d"):format(all.scores),
      measured = all.chi_square, error = all.error, df = all.df, z = all.z,
      p = all.p, agrees = all.p >= 0.001 and "yes" or "no" }
  end
  return t
end

-- Tables of entries, each {name, table}; the second of a name has a 2 behind it.
local function write_numbered(e, list, kind)
  local count = {}
  for _, one in ipairs(list) do
    local n = (count[one.name] or 0) + 1
    count[one.name] = n
    write("CSV     ", one.table:csv(e.sweep:path(("%s_%s_%s%s.csv"):format(e.name, kind,
      one.name, n > 1 and n or ""))), "\n")
  end
end

local function write_tables(e)
  write("\nCSV     ", e.results:csv(e.sweep:path(e.name .. ".csv")), "\n")
  for _, name in ipairs(names.keys(e.derived)) do
    write("CSV     ", e.derived[name]:csv(e.sweep:path(("%s_%s.csv")
      :format(e.name, name))), "\n")
  end
  write_numbered(e, e.comparisons, "compare")
  write_numbered(e, e.approaches, "approach")
  if #e.checks > 0 then
    write("CSV     ", verdict_table(e):csv(e.sweep:path(e.name .. "_checks.csv")),
      "\n")
  end
end

local function title_of(e)
  local fixed = {}
  for _, name in ipairs(e.fixed) do
    local kind = type(e.first[name])
    if #fixed < 4 and e.first[name] ~= "" and kind ~= "boolean" then
      local value = value_text(e.first[name])
      fixed[#fixed + 1] = kind == "string" and value or name .. " " .. value
    end
  end
  local name = e.title or e.name:gsub("_", " ")
  return name .. (#fixed > 0 and not e.title and ": " ..
    table.concat(fixed, ", ") or "")
end

local function draw_figures(e)
  for _, figure in ipairs(e.figures) do
    if #figure.panels > 0 then
      local name = e.name .. (figure.suffix and "_" .. figure.suffix or "")
      local picture = plot { panels = figure.panels, caption = figure.caption,
        direct = figure.direct, formats = figure.formats, size = figure.size,
        title = title_of(e), file = e.sweep:path(name) }
      table.insert(e.pictures, picture)
      for _, file in ipairs(picture) do write("plot    ", file, "\n") end
    end
  end
end

-- Prints and draws all of it.
function ending.show(e)
  print_heading(e)
  print_items(e)
  print_verdict(e)
  write_tables(e)
  io.stdout:flush()
  draw_figures(e)
  for _, name in ipairs(names.keys(e.derived)) do
    events.tell("table", { table = e.derived[name] }, name)
  end
  write("report  ", report { checks = e.verdict, question = e.asks,
    file = e.sweep:path(e.name .. ".html") }, "\n")
end

return ending
