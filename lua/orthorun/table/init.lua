-- tabular: tables of named columns, the shape of every result: made and
-- reduced by the files beside this one, written and printed here. Knows
-- nothing of sweeps.
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

-- Text broken into lines of at most `width` (79) characters, to stand beside
-- a table.
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

-- "1 seed", "5 seeds": a number and what it is of.
function tabular.count(n, what)
  if math.type(n) ~= "integer" or type(what) ~= "string" then
    fail(("count: a whole number and a word are needed, not %s and %s"):format(
      names.describe(n), names.describe(what)))
  end
  return count(n, what)
end

-- A number in a text: as string.format has it (default "%.4g"), and nan where
-- it is none, whatever its sign.
function tabular.number(x, format)
  if type(x) ~= "number" or format and type(format) ~= "string" then
    fail(("number: a number and a format like \"%%.3g\" are needed, not %s " ..
      "and %s"):format(names.describe(x), names.describe(format)))
  end
  return text_of.number(x, format)
end

local Table = columns.class

-- Loaded when it is asked for, with the distributions that it needs.
function Table:compare(options)
  return require "orthorun.table.compare".compare(self, options)
end

Table.summary, Table.fit, Table.pivot = reduce.summary, reduce.fit, reduce.pivot

-- The table as CSV text, header first.
function Table:tocsv()
  local lines, width = { csv.line(self.names) }, #self.names
  for i = 1, self.size do
    local values = {}
    for k, name in ipairs(self.names) do values[k] = self.data[name][i] end
    lines[i + 1] = csv.line(values, width)
  end
  return table.concat(lines)
end

-- Writes the table as CSV (NaN as nan, infinities as inf and -inf). The file
-- appears whole or not at all; raises where it cannot be written.
function Table:csv(path)
  files.write(path, self:tocsv())
  events.tell("csv", path)
  return path
end

-- Writes the table as JSON: an array of records, one a line, missing values as
-- null. NaN and infinities, which JSON lacks, are the texts "NaN", "Infinity"
-- and "-Infinity".
function Table:json(path)
  files.write(path, export.json(self))
  return path
end

-- Writes the table as a NumPy file: one structured array, whose fields are the
-- columns, as numpy.load(path)["depth"]. Whole numbers are int64, others
-- float64 (missing ones NaN), texts Unicode.
function Table:npy(path)
  files.write(path, export.npy(self))
  return path
end

-- The table as aligned text, at most `limit` rows of it (default 40). units:
-- what stands behind a column's name, as {time = "s"}.
function Table:totext(limit, units)
  return (render(self, { limit = limit, units = units }))
end

-- Prints the table on stdout. Options: title, a line above; columns, which
-- ones; limit, how many rows at most (default 40); units, by column. A value
-- beside its spread (NAME_low and NAME_high, NAME_sem) has the digits that the
-- spread justifies: two of the spread's own.
function Table:print(options)
  options = names.options("print", options, { "title", "columns", "limit",
    "units" })
  if options.title then output.write(options.title, "\n") end
  local shown = render(self, options)
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
