-- tabular: tables of named columns, the shape of every result: made and
-- reduced by the files beside this one, written and printed here. Knows
-- nothing of sweeps.

--- @module results

local columns = require "orthorun.table.columns"
local csv = require "orthorun.base.csv"
local events = require "orthorun.base.events"
local export = require "orthorun.table.export"
local files = require "orthorun.base.files"
local names = require "orthorun.base.names"
local output = require "orthorun.base.output"
local reduce = require "orthorun.table.reduce"
local render = require "orthorun.table.render"
local text_of = require "orthorun.base.text"
local count, width_of = text_of.count, text_of.width
local fail = require "orthorun.core".fail -- at the user's line

local tabular = { new = columns.new, of = columns.of, wrap = columns.wrap }

--- Comparing, printing, writing.
-- @section output

--- The text broken into lines, to stand beside a table.
-- @function table.paragraph
-- @tparam string text
-- @tparam[opt=79] int width
-- @treturn string
function tabular.paragraph(text, width)
  width = width or 79
  if type(text) ~= "string" or math.type(width) ~= "integer" then
    fail(("paragraph: a text and a whole number are needed, not %s and %s")
      :format(names.describe(text), names.describe(width)))
  end
  local lines, line = {}, ""
  for word in text:gmatch "%S+" do
    if line ~= "" and width_of(line) + width_of(word) >= width then
      lines[#lines + 1], line = line, word
    else
      line = line == "" and word or line .. " " .. word
    end
  end
  lines[#lines + 1] = line
  return table.concat(lines, "\n")
end

--- `"1 seed"`, `"5 seeds"`.
-- @function table.count
-- @tparam int n
-- @tparam string word
-- @treturn string
function tabular.count(n, what)
  if math.type(n) ~= "integer" or type(what) ~= "string" then
    fail(("count: a whole number and a word are needed, not %s and %s"):format(
      names.describe(n), names.describe(what)))
  end
  return count(n, what)
end

--- A number as text; NaN is `nan`, whatever its sign (`string.format` may say
-- `-nan`).
-- @function table.number
-- @tparam number x
-- @tparam[opt="%.4g"] string format
-- @treturn string
function tabular.number(x, format)
  if type(x) ~= "number" or format and type(format) ~= "string" then
    fail(("number: a number and a format like \"%%.3g\" are needed, not %s " ..
      "and %s"):format(names.describe(x), names.describe(format)))
  end
  return text_of.number(x, format)
end

local Table = columns.class

--- Arm against arm over pairs of rows: one row per group in `by` and level of
-- `between` but the first (or `against`): n pairs; difference, the mean of arm
-- minus reference; error, its standard error; low, high, Student's 95 % interval;
-- effect, Cohen's d_z (mean over standard deviation of the differences); unpaired,
-- the values of both arms without a partner or not finite, which are left out;
-- note, where there is something to say (fewer than 2 pairs: NaN). p_holm and
-- p_wilcoxon_holm are corrected over all rows.
-- @function t:compare
-- @tparam table options
-- @tparam string options.of
-- @tparam string options.between
-- @tparam[opt] any options.against the reference's level
-- @tparam[opt] string|{string,...} options.by
-- @tparam[opt] {string,...} options.pair the columns that tell pairs; by default
--   all parameters that vary but for those in `by` and those that change with the
--   arms
-- @tparam[opt="t"] "t"|"wilcoxon"|"both" options.test t: t, p; wilcoxon: w (sum of
--   the positive ranks), p_wilcoxon, exact for up to 50 differences without zeros
--   and ties, else without the zeros by the normal approximation with the variance
--   that ties leave
-- @tparam[opt="holm"] "holm"|"none" options.correct
-- @tparam[opt] table options.where as `t:where`
-- @treturn results
-- @treturn {{number,...},...} each row's differences
-- @treturn {string,...} pair
-- @paper Holm 1979
function Table:compare(options)
  return require "orthorun.table.compare".compare(self, options)
end

Table.summary, Table.fit, Table.pivot = reduce.summary, reduce.fit, reduce.pivot

--- The CSV text.
-- @function t:tocsv
-- @treturn string
function Table:tocsv()
  local lines, width = { csv.line(self.names) }, #self.names
  for i = 1, self.size do
    local values = {}
    for k, name in ipairs(self.names) do values[k] = self.data[name][i] end
    lines[i + 1] = csv.line(values, width)
  end
  return table.concat(lines)
end

--- Writes a CSV file, whole or not at all; NaN as nan, infinities as inf and −inf.
-- @function t:csv
-- @tparam string path
-- @treturn string path
-- @raise where it cannot be written.
function Table:csv(path)
  files.write(path, self:tocsv())
  events.tell("csv", path)
  return path
end

--- Writes an array of records. NaN and infinities, which JSON lacks, are the texts
-- "NaN", "Infinity", "-Infinity"; missing values are null.
-- @function t:json
-- @tparam string path
-- @treturn string path
function Table:json(path)
  files.write(path, export.json(self))
  return path
end

--- Writes one structured NumPy array, `numpy.load(path)["depth"]`. Whole numbers
-- are int64, others float64 (missing ones NaN), texts Unicode.
-- @function t:npy
-- @tparam string path
-- @treturn string path
function Table:npy(path)
  files.write(path, export.npy(self))
  return path
end

--- What `t:print` prints, as text.
-- @function t:totext
-- @tparam[opt=40] int limit
-- @tparam[opt] table units what stands behind a column's name, as {time = "s"}
-- @treturn string
function Table:totext(limit, units)
  return (render(self, { limit = limit, units = units }))
end

--- Prints the table on stdout. A value whose spread is in the table (NAME_low and
-- NAME_high, or NAME_sem) is printed with the digits that it justifies: two of the
-- spread's own. Columns that have no room in a line go on below, behind those that
-- say what a row is.
-- @function t:print
-- @tparam[opt] table options
-- @tparam[opt] string options.title
-- @tparam[opt] {string,...} options.columns
-- @tparam[opt=40] int options.limit rows
-- @tparam[opt] table options.units texts by column
-- @tparam[opt] int options.width characters of a line: the terminal's, else COLUMNS,
--   else 80
function Table:print(options)
  options = names.options("print", options, { "title", "columns", "limit",
    "units", "width" })
  if options.title then output.write(options.title, "\n") end
  local shown = render(self, { columns = options.columns,
    limit = options.limit, units = options.units,
    across = options.width or output.columns() })
  output.write(shown)
  events.tell("table", { table = self, text = shown,
    columns = options.columns, units = options.units }, options.title)
end

function Table:__tostring()
  return ("table of %s: %s"):format(count(self.size, "row"),
    table.concat(self.names, ", "))
end

-- Rooms above add methods of theirs.
events.tell("class", Table)

return tabular
