-- entries: what stands in `show`, checked: before any trial as far as it can
-- be, and against the names of columns once there are results.
local core = require "orthorun.core"
local names = require "orthorun.base.names"
local stop = require "orthorun.experiment.stop"
local where = require "orthorun.experiment.where"

local entries = {}

local kinds = { "compare", "plot", "table", "slope", "check", "approach", "text",
  "factors" }
local fields = {
  table = { "table", "by", "where", "of", "title", "units", "limit", "also",
    "spread" },
  slope = { "slope", "over", "by", "where", "of", "model", "expected", "check",
    "title", "what", "sigmas", "extrapolate", "error" },
  plot = { "plot", "over", "y", "color", "by", "where", "of", "figure", "log",
    "theory", "kind", "facet", "title", "xlabel", "ylabel", "zlabel",
    "density", "bins", "range", "error", "middle", "band", "share", "log_x",
    "log_y", "log_z", "log10_y", "log10_z", "labels", "caption", "direct",
    "formats", "xlim", "ylim", "hline", "vline", "diagonal",
    "size" },
  check = { "check", "by", "where", "of", "at_most", "at_least", "predicted",
    "error", "sigmas", "what", "within" },
  approach = { "approach", "over", "by", "where", "of", "power", "title", "facet",
    "figure" },
  compare = { "compare", "between", "against", "by", "pair", "test", "correct",
    "where", "of", "title" },
  text = { "text", "by", "where", "of" },
  factors = { "factors", "by", "where", "of", "notes", "title" },
}

local function fail(i, message, ...)
  core.fail(("experiment: show[%d]: "):format(i) .. message:format(...))
end

-- The field that says what an entry is, or "function".
function entries.kind(entry)
  if type(entry) == "function" then return "function" end
  for _, kind in ipairs(kinds) do
    if entry[kind] ~= nil and entry[kind] ~= true then return kind end
  end
end

local function check_kind(i, entry)
  if type(entry) ~= "table" and type(entry) ~= "function" then
    fail(i, "it must be a table or a function, not %s", names.describe(entry))
  end
  local kind = entries.kind(entry)
  if kind then return kind end
  local near
  for _, key in ipairs(names.keys(entry)) do
    near = near or names.nearest(tostring(key), kinds)
  end
  fail(i, "it needs one of plot, table, slope, check, approach, compare, text or " ..
    "factors, as in { plot = \"loss\", over = \"depth\" }%s", near and
    (" (did you mean '%s'?)"):format(near) or "")
end

local function list_of(value)
  if value == nil then return {} end
  return type(value) == "table" and value or { value }
end

local function check_names(i, field, value)
  for _, name in ipairs(list_of(value)) do
    if type(name) ~= "string" then
      fail(i, "%s must name columns, not %s", field, names.describe(name))
    end
  end
end

-- One column, but for tables and plots, which may have several.
local function check_count(i, kind, entry)
  local list = list_of(entry[kind])
  if #list == 0 then fail(i, "%s names no column", kind) end
  if type(entry[kind]) == "string" and kind ~= "factors" then return end
  if kind == "factors" then
    if #list < 2 or type(entry.factors) ~= "table" then
      fail(i, "factors takes two columns or more, as { \"loose\", \"tight\" }")
    end
  elseif kind ~= "plot" and kind ~= "table" then
    fail(i, "%s takes one column, as \"loss\"", kind)
  elseif kind == "plot" and #list > 1 and (entry.color or
    entry.kind == "heat") then
    fail(i, "several results in a plot have colours of their own; it takes " ..
      "no color, and cannot be a heat map")
  end
end

-- What fields of entries hold, if they are there.
local types = { title = "string", xlabel = "string", ylabel = "string",
  zlabel = "string", caption = "string", what = "string", units = "table",
  labels = "table", formats = "table", limit = "number", spread = "boolean",
  diagonal = "boolean", density = "function", text = "function", notes = "table" }
local choices = { model = { "line", "power", "exponential", "saturation" },
  kind = { "line", "points", "scatter", "histogram", "heat" },
  also = { "mean", "std", "sem", "min", "max", "interval" },
  formats = { "svg", "png", "pdf" }, test = { "t", "wilcoxon", "both" },
  correct = { "holm", "none" } }

local function check_types(i, entry)
  for _, field in ipairs(names.keys(entry)) do
    local value = entry[field]
    if types[field] and type(value) ~= types[field] then
      fail(i, "%s must be a %s, not %s", field, types[field],
        names.describe(value))
    end
    for _, choice in ipairs(choices[field] and list_of(value) or {}) do
      if not names.has(choices[field], choice) then
        fail(i, "%s", names.unknown(field, tostring(choice), choices[field]))
      end
    end
  end
end

local function is_bound(value)
  local kind = type(value)
  return kind == "nil" or kind == "number" or kind == "function"
end

-- What a fit is to tell of other rows, and how well.
local function check_extrapolation(i, entry)
  local error = entry.error
  if (entry.extrapolate == nil) ~= (error == nil) then
    fail(i, "extrapolate = conditions and error, the share of what is told that the " ..
      "law leaves, go together")
  elseif error ~= nil and (type(error) ~= "number" or not (error > 0 and
    error < math.huge)) then
    fail(i, "error must be a number above 0, not %s", names.describe(error))
  end
  where.check(("experiment: show[%d]: extrapolate"):format(i), entry.extrapolate)
end

local function check_values(i, kind, entry)
  for _, field in ipairs { "at_most", "at_least", "predicted", "error", "within" } do
    local value = entry[field]
    if kind == "check" and not is_bound(value) then
      fail(i, "%s must be a number or a function(key), not %s", field,
        names.describe(value))
    end
  end
  if kind == "slope" then check_extrapolation(i, entry) end
  if kind == "slope" and entry.expected ~= nil and
    not is_bound(entry.expected) and type(entry.expected) ~= "table" then
    fail(i, "expected must be a number, a table by level, or a " ..
      "function(key), not %s", names.describe(entry.expected))
  end
  if entry.power ~= nil and (type(entry.power) ~= "number" or not (entry.power > 0 and
    entry.power < math.huge)) then
    fail(i, "power must be a number above 0, not %s", names.describe(entry.power))
  end
  if kind == "compare" and type(entry.between) ~= "string" then
    fail(i, "compare needs between, the column of the arms, as in { compare " ..
      "= \"loss\", between = \"optimizer\" }")
  end
  if entry.sigmas ~= nil and (type(entry.sigmas) ~= "number" or
    not (entry.sigmas > 0)) then
    fail(i, "sigmas must be a number above 0, not %s",
      names.describe(entry.sigmas))
  end
  if kind == "plot" and entry.log ~= nil and not names.has({ "", "x", "y",
    "xy", "yx" }, entry.log) then
    fail(i, "log must be \"x\", \"y\", \"xy\" or \"\", not %s",
      names.describe(entry.log))
  end
  if entry.figure ~= nil and (type(entry.figure) ~= "string" or
    not entry.figure:find "^[%w_.-]+$") then
    fail(i, "figure must be a name of letters, digits, _, . and -, not %s",
      names.describe(entry.figure))
  end
end

local function check_derived(i, entry, derived)
  if entry.of == nil then return end
  local tables = {}
  for _, name in ipairs(names.keys(derived or {})) do
    if type(derived[name]) == "table" then tables[#tables + 1] = name end
  end
  if #tables == 0 then
    fail(i, "of = %s: `derive` makes no table", names.describe(entry.of))
  elseif not names.has(tables, entry.of) then
    fail(i, "of: %s", names.unknown("derived table", tostring(entry.of),
      tables))
  end
end

-- The result that an entry holds against its theory, if any.
function entries.held(entry)
  if type(entry) ~= "table" then return nil end
  local kind = entries.kind(entry)
  if kind == "check" or kind == "approach" then return entry[kind] end
  return kind == "slope" and entry.check and entry.slope or nil
end

-- Checks `show` before any trial. derived: the definition's `derive`.
function entries.check(show, derived)
  if show == nil then return end
  names.table_of("experiment", "show", show)
  for key in pairs(show) do
    if math.type(key) ~= "integer" or key < 1 or key > #show then
      core.fail(("experiment: show must be an array, each entry in braces of " ..
        "its own; it has a field %s"):format(names.describe(key)))
    end
  end
  for i, entry in ipairs(show) do
    local kind = check_kind(i, entry)
    if kind ~= "function" then
      local who = ("experiment: show[%d]"):format(i)
      names.options(who, entry, fields[kind])
      for _, field in ipairs { kind ~= "text" and kind or "by", "by", "over", "color",
        "facet", "y", "between", "pair" } do
        check_names(i, field, entry[field])
      end
      if kind ~= "text" then check_count(i, kind, entry) end
      where.check(who, entry.where)
      check_types(i, entry)
      check_values(i, kind, entry)
      check_derived(i, entry, derived)
    end
  end
end

-- Raises where an entry names a column that is not among `known`. of: known
-- columns by derived table.
function entries.check_columns(show, known, of)
  for i, entry in ipairs(show or {}) do
    local kind = entries.kind(entry)
    local all = entry ~= nil and kind ~= "function" and (entry.of and of[entry.of]
      or known) or {}
    local function check(field, value)
      for _, name in ipairs(list_of(value)) do
        if not names.has(all, name) then
          stop("show[%d]: %s: %s", i, field, names.unknown("column", name,
            all))
        end
      end
    end
    if kind ~= "function" then
      for _, field in ipairs { kind ~= "text" and kind or "by", "by", "over", "color",
        "facet", "y", "between", "pair" } do
        local value = entry[field]
        if kind == "approach" and field == "over" and type(value) == "string" then
          value = value:gsub("^1/", "") -- the limit of small values
        end
        check(field, value)
      end
      for _, field in ipairs { "theory", "error" } do
        if kind == "plot" and type(entry[field]) == "string" then
          check(field, entry[field])
        end
      end
      check("where", names.keys(entry.where or {}))
      check("extrapolate", names.keys(entry.extrapolate or {}))
    end
  end
end

return entries
