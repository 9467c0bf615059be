-- sheet: sets out of CSV files, one sample a line, and matrices into them. What
-- CSV is, orthorun.base.csv knows.
local core = require "orthorun.core"
local csv = require "orthorun.base.csv"
local files = require "orthorun.base.files"
local names = require "orthorun.base.names"
local numbers = require "orthorun.data.numbers"
local samples = require "orthorun.data.samples"
local clean = require "orthorun.base.text".clean

local sheet = {}

local fail, matrix = core.fail, core.matrix

local function any_text(fields)
  for _, field in ipairs(fields) do
    if not csv.tonumber(field) then return true end
  end
  return false
end

-- The index of the column that is called, or numbered, so.
local function find_column(path, wanted, columns, width)
  if math.type(wanted) == "integer" and wanted >= 1 and wanted <= width then
    return wanted
  end
  for i, name in ipairs(columns or {}) do
    if name == wanted then return i end
  end
  if columns then
    numbers.fail("data.csv", path, "%s",
      names.unknown("column", tostring(wanted), columns))
  end
  numbers.fail("data.csv", path, "no column %s: %d columns, no header",
    tostring(wanted), width)
end

local function not_a_number(path, line, k, field)
  if #field > 60 then field = field:sub(1, 57) .. "..." end
  numbers.fail("data.csv", path .. ":" .. line,
    "field %d is '%s', not a number (nan stands for a missing one)", k,
    clean(field))
end

-- The numbers in the fields whose indices `places` lists.
local function numbers_at(path, fields, places, line)
  local values = {}
  for i, k in ipairs(places) do
    values[i] = csv.tonumber(fields[k]) or
      not_a_number(path, line, k, fields[k])
  end
  return values
end

-- The indices of the columns that are x, and that are targets; the index of
-- the label, or nil.
local function places_of(path, options, columns, width)
  local taken, x, target, label = {}, {}, {}, nil
  local function take(wanted)
    local k = find_column(path, wanted, columns, width)
    taken[k] = true
    return k
  end
  if options.label ~= nil then label = take(options.label) end
  local targets = options.target
  if type(targets) ~= "table" then targets = { targets } end
  for i, wanted in ipairs(targets) do target[i] = take(wanted) end
  for k = 1, width do
    if not taken[k] then x[#x + 1] = k end
  end
  return x, target, label
end

-- What the first record tells: the header, if it is one, and the places.
local function begin_parts(path, options, fields, line)
  local header = options.header
  if header == nil then header = any_text(fields) end
  local parts = { x = {}, target = {}, label = {}, width = #fields,
    line = line, columns = header and fields or nil }
  parts.x_at, parts.target_at, parts.label_at = places_of(path, options,
    parts.columns, #fields)
  return parts
end

local function add_record(parts, path, fields, line)
  if #fields ~= parts.width then
    numbers.fail("data.csv", path .. ":" .. line,
      "%d fields, expected %d as in line %d", #fields, parts.width, parts.line)
  end
  local n = #parts.x + 1
  parts.x[n] = numbers_at(path, fields, parts.x_at, line)
  parts.target[n] = numbers_at(path, fields, parts.target_at, line)
  parts.label[n] = fields[parts.label_at]
end

-- All records: rows of x and of target, texts of labels, and the header.
local function read_records(path, options)
  local parts
  for fields, line, message in csv.records(numbers.text("data.csv", path)) do
    if not fields then
      numbers.fail("data.csv", path .. ":" .. line, "%s", message)
    end
    local first = not parts
    parts = parts or begin_parts(path, options, fields, line)
    if options.limit and #parts.x >= options.limit then break end
    if not (first and parts.columns) then
      add_record(parts, path, fields, line)
    end
  end
  if not parts or #parts.x == 0 then
    numbers.fail("data.csv", path, "no records")
  end
  return parts
end

-- Class numbers 1, 2, ... for label texts, and the classes in order: by value
-- where all are numbers, else by text.
local function classify(texts)
  local classes, index, all_numbers = {}, {}, true
  for _, text in ipairs(texts) do
    if not index[text] then
      index[text] = true
      classes[#classes + 1] = text
      all_numbers = all_numbers and tonumber(text) ~= nil
    end
  end
  table.sort(classes, function(a, b)
    if all_numbers and tonumber(a) ~= tonumber(b) then
      return tonumber(a) < tonumber(b)
    end
    return a < b
  end)
  for i, text in ipairs(classes) do index[text] = i end
  local labels = {}
  for i, text in ipairs(texts) do labels[i] = index[text] end
  return labels, classes
end

-- The set in a CSV file: see data.csv.
function sheet.read(path, options)
  local parts = read_records(path, options)
  local precision = { precision = options.precision }
  local set = { x = matrix(parts.x, precision):t() }
  if options.label ~= nil then
    set.labels, set.classes = classify(parts.label)
    set.y = samples.one_hot(set.labels, #set.classes, precision)
  end
  if options.target ~= nil then
    set.y = matrix(parts.target, precision):t()
  end
  if parts.columns then
    set.columns = {}
    for i, k in ipairs(parts.x_at) do set.columns[i] = parts.columns[k] end
  end
  return set
end

-- data.write_csv(file, A [, {header = {...}}]): one line per column of A (one
-- sample per line), every number exact.
function sheet.write(file, A, options)
  options = names.options("data.write_csv", options, { "header" })
  names.expect("data.write_csv", "the second argument", A, "matrix")
  local lines = {}
  if options.header then
    if #options.header ~= A:rows() then
      fail(("data.write_csv: %d names for %d rows"):format(#options.header,
        A:rows()))
    end
    lines[1] = csv.line(options.header)
  end
  for j = 1, A:cols() do lines[#lines + 1] = csv.line(A:col(j):tolist()) end
  files.write(file, table.concat(lines))
  return file
end

return sheet
