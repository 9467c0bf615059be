-- records: what trials returned, as a table of columns; and results files,
-- opened for exploration. Knows the store; knows nothing of running trials.
local columns = require "orthorun.table.columns"
local maker = require "orthorun.sweep.maker"
local names = require "orthorun.base.names"
local packed = require "orthorun.base.bytes"
local store = require "orthorun.sweep.store"
local tabular = require "orthorun.table"

local records = {}

local most_bytes = 900000000 -- SQLite takes 10^9 in a row

-- --- results tables ---------------------------------------------------------

-- What a trial returned is kept as arrays; those of a results table say so by
-- the names of its columns under this key, which no script writes by chance.
local own_columns = "\0columns"

-- The values of a column of n rows: nil is NaN among numbers.
local function filled(t, name)
  local list, kind = t:column(name), nil
  for i = 1, #t do kind = kind or list[i] ~= nil and type(list[i]) or nil end
  if kind == nil and #t > 0 then return nil end
  for i = 1, #t do
    if list[i] == nil and kind ~= "number" then
      error(("trial: column '%s' of the table has no value in row %d")
        :format(name, i), 0)
    end
    if list[i] == nil then list[i] = 0 / 0 end
  end
  return list
end

-- The columns of a results table as arrays; those without a value are left out.
-- What is no such table, as it is.
local function arrays_of(out)
  if getmetatable(out) ~= columns.class then return out end
  local arrays, list = {}, {}
  for _, name in ipairs(out:columns()) do
    arrays[name] = filled(out, name)
    if arrays[name] then list[#list + 1] = name end
  end
  arrays[own_columns] = list
  return arrays
end

-- --- one trial --------------------------------------------------------------

-- The common length of the arrays that a trial returned, nil where all are
-- single values; raises where they differ.
local function length_of(index, out)
  local length, first
  if out[own_columns] then return #(out[out[own_columns][1]] or {}) end
  for _, name in ipairs(names.keys(out)) do
    local value = out[name]
    if type(value) == "table" then
      if length and #value ~= length then
        error(("trial: '%s' has %d values but '%s' has %d"):format(first,
          length, name, #value), 0)
      end
      length, first = #value, name
    end
  end
  if length and out[index] ~= nil then
    error(("trial: the result '%s' has the name of the column that counts " ..
      "through arrays; call it otherwise, or that column, as with index = " ..
      "\"place\""):format(index), 0)
  end
  return length
end

-- Checks what a trial with parameters p returned; raises what is wrong.
-- Returns it as bytes.
function records.encode(index, p, out)
  if type(out) ~= "table" then
    error(("trial: must return a table of results, not %s%s"):format(
      out == nil and "nil" or names.describe(out), out == nil and "; forgot return?" or
      ", as in {error = 0.1}"), 0)
  end
  out = arrays_of(out)
  local bytes = packed.encode(out)
  if #bytes > most_bytes then
    error(("trial: results of %d bytes; at most %d fit"):format(#bytes,
      most_bytes), 0)
  end
  for _, name in ipairs(names.keys(out)) do
    if p[name] ~= nil then
      error(("trial: the result '%s' has the name of a parameter; %s"):format(
        name, out[own_columns] and "t:select{...} leaves a column out" or
        "call it otherwise"), 0)
    end
  end
  if length_of(index, out) and p[index] ~= nil and not out[own_columns] then
    error(("trial: '%s' is the column that counts through arrays, and a " ..
      "parameter; name the column otherwise, as in index = \"place\"")
      :format(index), 0)
  end
  return bytes
end

-- What a trial returned, of its bytes; and where it was a results table, the
-- array of its columns.
function records.decode(bytes)
  local out = packed.decode(bytes)
  local own = out[own_columns]
  out[own_columns] = nil
  return out, own
end

-- --- all of them ------------------------------------------------------------

-- Columns in order: the grid's names, the parameters, the index where
-- arrays were returned, then what was measured.
local function columns_of(layout, list)
  local found, seen, measured, arrays = {}, {}, {}, false
  local function add(name)
    if not seen[name] then
      seen[name] = true
      found[#found + 1] = name
    end
  end
  for _, name in ipairs(layout.grid) do add(name) end
  for _, name in ipairs(layout.params) do add(name) end
  for _, trial in ipairs(list) do
    for name in pairs(trial.p) do measured[name] = true end
    for name in pairs(trial.out) do measured[name] = true end
    arrays = arrays or trial.length and not trial.columns
  end
  if arrays or measured[layout.index] and not (list[1] and list[1].columns) then
    add(layout.index)
  end
  for _, trial in ipairs(list) do
    for _, name in ipairs(trial.columns or {}) do add(name) end
  end
  for _, name in ipairs(names.keys(measured)) do add(name) end
  return found
end

-- Writes one trial's values of a column into it, from place `at` on.
local function fill(column, at, trial, name, index)
  local value = trial.out[name]
  if value == nil then value = trial.p[name] end
  if trial.length and name == index and not trial.columns then
    for i = 1, trial.length do column[at + i] = i end
  elseif type(value) == "table" then
    table.move(value, 1, trial.length, at + 1, column)
  else
    for i = 1, trial.length or 1 do column[at + i] = value end
  end
end

-- The table of all records, one for each place in a trial's arrays. layout:
-- index, the name of the counting column; grid and params, arrays of names;
-- levels, the values of grid columns in their order. trials: an array of {p,
-- bytes of what it returned}. Also an array with p, out (what it returned) and
-- rows (their number) of each trial.
function records.gather(layout, trials)
  local list = {}
  for i, trial in ipairs(trials) do
    local out, own = records.decode(trial[2])
    list[i] = { p = trial[1], out = out, columns = own,
      length = own and #(out[own[1]] or {}) or
        length_of(layout.index, out) }
  end
  local found, arrays, at = columns_of(layout, list), {}, 0
  for _, name in ipairs(found) do arrays[name] = {} end
  for _, trial in ipairs(list) do
    for _, name in ipairs(found) do
      fill(arrays[name], at, trial, name, layout.index)
    end
    trial.rows = trial.length or 1
    at = at + trial.rows
  end
  return tabular.wrap(found, arrays, at, layout.levels), list
end

-- --- layouts as bytes -------------------------------------------------------

function records.pack_layout(layout)
  local flat = { index = layout.index, grid = layout.grid,
    params = layout.params }
  for name, values in pairs(layout.levels) do flat["=" .. name] = values end
  return packed.encode(flat)
end

local function unpack_layout(bytes)
  local flat = packed.decode(bytes)
  local layout = { index = flat.index, grid = flat.grid, params = flat.params,
    levels = {} }
  for name, values in pairs(flat) do
    if name:sub(1, 1) == "=" then layout.levels[name:sub(2)] = values end
  end
  return layout
end

local function add_levels(into, from)
  local seen = {}
  for _, value in ipairs(into) do seen[value] = true end
  for _, value in ipairs(from) do
    if not seen[value] then
      seen[value] = true
      into[#into + 1] = value
    end
  end
end

-- The newest run's layout, with the levels of all runs of the same code.
local function layout_of(runs)
  local last = runs[#runs]
  local layout = unpack_layout(last.layout)
  layout.levels = {}
  for _, run in ipairs(runs) do
    if run.code == last.code then
      for name, values in pairs(unpack_layout(run.layout).levels) do
        layout.levels[name] = layout.levels[name] or {}
        add_levels(layout.levels[name], values)
      end
    end
  end
  return layout
end

-- Sorts trials as the grid has them: by level, the last name fastest.
local function sort_trials(layout, trials)
  local rank = {}
  for _, name in ipairs(layout.grid) do
    rank[name] = {}
    for i, value in ipairs(layout.levels[name] or {}) do
      rank[name][value] = i
    end
  end
  table.sort(trials, function(a, b)
    for _, name in ipairs(layout.grid) do
      local i = rank[name][a[1][name]] or 0
      local j = rank[name][b[1][name]] or 0
      if i ~= j then return i < j end
    end
    return a.key < b.key
  end)
end

-- --- files ------------------------------------------------------------------

local function newest(file, runs)
  if #runs == 0 then error(file .. ": no run is in it", 0) end
  return runs[#runs]
end

local function rows_of(rows)
  local done, failures, makers = {}, {}, {}
  for _, row in ipairs(rows) do
    local p = packed.decode(row.input)
    if row.status == "done" then
      done[#done + 1] = { p, row.output, key = row.key }
      makers[#done] = maker.of(row)
    else
      failures[#failures + 1] = { p, p = p, message = row.reason,
        key = row.key }
    end
  end
  return done, failures, maker.tally(makers)
end

-- The finished trials of a results file as a table of results: those of the
-- newest run's code, version and precision. `failures` has the failed ones,
-- `run` what the file knows of the newest run, `made_by` what made how many
-- of the finished (maker.tally).
local function open(file)
  local s <close> = store.read(file)
  local runs = s:runs()
  local last = newest(file, runs)
  local layout = layout_of(runs)
  local done, failures, made_by = rows_of(s:trials(last.code, last.version,
    last.precision))
  sort_trials(layout, done)
  sort_trials(layout, failures)
  local t = records.gather(layout, done)
  last.layout = nil
  t.failures, t.run, t.made_by = failures, last, made_by
  t.run_files = { path = function(name)
    return file:gsub("%.db$", "") .. "_" .. name
  end }
  return t
end

-- open(file) -> a table of results; raises where it is no results file.
function records.open(file)
  if type(file) ~= "string" then
    names.fail("results", "expected a file name, got a %s", type(file))
  end
  local ok, answer = pcall(open, file)
  if not ok then names.fail("results", "%s", tostring(answer)) end
  return answer
end

return records
