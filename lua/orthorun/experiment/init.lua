-- experiment: a question, parameters, a trial, what theory predicts of it, and
-- what to show, in one table; the rest (options, runs, tables, plots, verdict,
-- files, report) follows. Made of a sweep and of what stands below it.
--
--   return ortho.experiment {
--     asks = "Does orthogonality survive depth?",
--     params = { width = 64 },
--     grid = { init = { "he_normal", "orthogonal" }, depth = { 5, 10, 20 },
--       seed = ortho.range(5) },
--     trial = function(p, rng) ... return { gap = ... } end,
--     show = { { plot = "gap", over = "depth" } },
--   }

--- A question, parameters, a trial, what theory predicts and what to show, in one
-- table: [experiment.md](../experiment.md) has examples and every entry of `show`.
--
-- The results have the fields `derived` (tables by name), `tables` (those that
-- were shown), `checks` (the verdict), `overall` (its chi-square), `pictures` and
-- `params`. In a file that
-- another script requires nothing is printed or drawn, and the command line is not
-- read.
-- @module experiment
-- @pragma nostrip

local approaches = require "orthorun.experiment.approaches"
local caller = require "orthorun.experiment.caller"
local checks = require "orthorun.experiment.checks"
local comparisons = require "orthorun.experiment.comparisons"
local core = require "orthorun.core"
local decide = require "orthorun.experiment.decide"
local ending = require "orthorun.experiment.ending"
local entries = require "orthorun.experiment.entries"
local medians = require "orthorun.experiment.medians"
local names = require "orthorun.base.names"
local files = require "orthorun.base.files"
local journal = require "orthorun.report.journal"
local overrides = require "orthorun.experiment.overrides"
local panels = require "orthorun.experiment.panels"
local parameters = require "orthorun.experiment.parameters"
local predict = require "orthorun.experiment.predict"
local reduce = require "orthorun.experiment.reduce"
local report = require "orthorun.report"
local records = require "orthorun.sweep.records"
local results = require "orthorun.experiment.results"
local script = require "orthorun.base.script"
local shown = require "orthorun.experiment.shown"
local slopes = require "orthorun.experiment.slopes"
local stop = require "orthorun.experiment.stop"
local sweep = require "orthorun.sweep"
local tabular = require "orthorun.table"
local units = require "orthorun.experiment.units"

local experiment = {}

local function fail(message, ...)
  core.fail("experiment: " .. message:format(...))
end

-- --- the definition ---------------------------------------------------------

local known_fields = { "name", "asks", "title", "params", "grid", "zip",
  "cases", "help", "options", "index", "measures", "trial", "predict",
  "derive", "show", "cost", "paired", "decide" }

local function check_kinds(def, kind, fields)
  for _, name in ipairs(fields) do
    if def[name] ~= nil and type(def[name]) ~= kind then
      fail("%s must be a %s, not %s", name, kind, names.describe(def[name]))
    end
  end
end

local function check_derive(derive)
  for _, name in ipairs(names.keys(derive or {})) do
    local entry = derive[name]
    if type(name) ~= "string" then
      fail("derive needs names, as in { ratio = function(r) ... end }")
    elseif type(entry) == "table" then
      reduce.check(name, entry)
    elseif type(entry) ~= "function" then
      fail("derive.%s must be a function(r) or a table, not %s", name,
        names.describe(entry))
    end
  end
end

-- Raises where a derived column would have a parameter's name, or the index's.
local function check_derived_names(def)
  local taken = { [def.index or "layer"] = "the column that counts through " ..
    "arrays", case = def.cases and "the column of the cases" }
  local function take(part)
    for name in pairs(type(part) == "table" and part or {}) do
      taken[name] = "a parameter"
    end
  end
  take(def.params)
  take(def.grid)
  for _, group in ipairs(type(def.zip) == "table" and { def.zip,
    table.unpack(def.zip) } or {}) do
    take(group)
  end
  for name, entry in pairs(def.derive or {}) do
    if type(entry) == "function" and taken[name] then
      fail("derive.%s: '%s' is %s already; call it otherwise", name, name,
        taken[name])
    end
  end
end

local function check_measures(measures)
  for _, name in ipairs(names.keys(measures or {})) do
    names.options("experiment: measures." .. tostring(name), measures[name],
      { "label", "log10" })
  end
end

local function check(def)
  names.table_of("experiment", "the definition", def)
  names.options("experiment", def, known_fields)
  check_kinds(def, "string", { "name", "asks", "title", "index" })
  check_kinds(def, "function", { "trial", "predict", "cost" })
  check_kinds(def, "table", { "params", "grid", "cases", "derive", "measures",
    "show" })
  if not def.trial then fail "trial, a function(p, rng), is missing" end
  if def.name == "" or def.name and def.name:find "[/%c]" then
    fail("name = %q: files are called so; it must have no / in it", def.name)
  end
  check_measures(def.measures)
  check_derive(def.derive)
  check_derived_names(def)
  entries.check(def.show, def.derive)
  decide.check(def)
end

-- --- what comes in ----------------------------------------------------------

-- The names in derive that are functions, and those that are reducers.
local function split_derive(derive)
  local functions, reducers = {}, {}
  for name, entry in pairs(derive or {}) do
    if type(entry) == "function" then
      functions[name] = entry
    else
      reducers[name] = entry
    end
  end
  return functions, reducers
end

-- Every column that results will have: parameters, the index, what the trial
-- returned, predictions, derived columns.
local function columns_of(e, p, out, one)
  local found = {}
  for _, value in pairs(out) do
    if type(value) == "table" and not e.own_columns then
      found[e.index] = true
    end
  end
  for _, group in ipairs { p, out, e.functions } do
    for name in pairs(group) do found[name] = true end
  end
  for name in pairs(one and one.values or {}) do
    found[name .. "_theory"] = true
  end
  return names.keys(found)
end

-- The columns of each derived table.
local function derived_columns(e, known)
  local of = {}
  for name in pairs(e.reducers) do
    of[name] = reduce.made(e.reducers[name], known)
  end
  return of
end

-- Holds every name that the definition uses against what a trial returned.
local function check_names(e, p, out, one)
  local known = columns_of(e, p, out, one)
  results.check_free(p, out, one and one.values, e.functions)
  for _, name in ipairs(names.keys(e.reducers)) do
    for _, column in ipairs(reduce.columns(e.reducers[name])) do
      if not names.has(known, column) then
        stop("derive.%s: %s", name, names.unknown("column", column, known))
      end
    end
  end
  local of, every = derived_columns(e, known), table.move(known, 1, #known, 1, {})
  for _, columns in pairs(of) do
    table.move(columns, 1, #columns, #every + 1, every)
  end
  for _, name in ipairs(names.keys(e.measures)) do
    if not names.has(every, name) and not e.reducers[name] then
      stop("measures: %s", names.unknown("result", name, known))
    end
  end
  entries.check_columns(e.show, known, of)
end

-- Makes the derived columns of a trial's first row, so that a function that
-- fails does so before the others have run.
local function try_derive(e, p, out, one)
  local record = {}
  for name, value in pairs(p) do record[name] = value end
  for name, value in pairs(out) do
    if type(value) == "table" then
      if not e.own_columns then record[e.index] = 1 end
      value = value[1]
    end
    record[name] = value
  end
  for name, value in pairs(one and one.values or {}) do
    if type(value) == "table" then value = value[1] end
    record[name .. "_theory"] = value
  end
  results.with_derived(tabular.of(names.keys(record), { record }), e.functions,
    e.sweep.grid_names)
end

-- Sees trials as they come: the first is held against the definition, each
-- has its prediction made while workers go on.
local function watcher(e)
  local checked = false
  return {
    trial = function(p, bytes)
      local out, own = records.decode(bytes)
      e.own_columns = own
      local one = e.predictor:of(p, out)
      if not checked then
        try_derive(e, p, out, one)
        check_names(e, p, out, one)
      end
      checked = true
    end,
    all = function(list) e.trials = list end,
  }
end

-- --- what came out ----------------------------------------------------------

-- Which parameters vary, texts before numbers, and which are fixed.
local function sort_out(e)
  local values, first = {}, e.trials[1].p
  e.first, e.varying, e.fixed, e.seeds = first, {}, {}, {}
  for _, trial in ipairs(e.trials) do
    for name, value in pairs(trial.p) do
      values[name] = values[name] or {}
      values[name][value] = true
    end
  end
  local function count(name)
    local n = 0
    for _ in pairs(values[name] or {}) do n = n + 1 end
    return n
  end
  for _, kind in ipairs { "string", "boolean", "number" } do
    for _, name in ipairs(e.sweep.grid_names) do
      if type(first[name]) == kind and count(name) > 1 then
        table.insert(e.varying, name)
      end
    end
  end
  for _, name in ipairs(names.keys(first)) do
    if name ~= "seed" and count(name) == 1 then table.insert(e.fixed, name) end
  end
  e.seeds = names.keys(values.seed or {})
  if type(e.seeds[1]) == "number" then table.sort(e.seeds) end
end

-- Which results, and which columns derived from them, differ within a trial;
-- the names of all results.
local function find_arrays(e)
  e.arrays = {}
  for _, trial in ipairs(e.trials) do
    for name, value in pairs(trial.out) do
      e.arrays[name] = e.arrays[name] or type(value) == "table"
    end
  end
  e.returned = names.keys(e.arrays)
  for name in pairs(e.functions) do
    e.arrays[name] = results.differs_within_trials(e.all, name)
  end
end

local function derive_tables(e)
  for _, name in ipairs(names.keys(e.reducers)) do
    local entry = e.reducers[name]
    local by = entry.by and shown.list(entry.by) or
      shown.by(e, {}, e.all, entry.over or entry[reduce.kind(entry)])
    local rows = entry.variance and
      shown.rows_of(e, { by = by }, e.all, entry.variance) or e.all
    e.derived_by[name] = by
    e.derived[name], e.residuals[name] = reduce.table(rows, entry, by,
      names.keys(e.first), e.draws)
  end
end

-- What is shown where nothing is said: a table of the single results, plots of
-- them over the first parameter that is a number, of arrays over their index.
local function default_show(e)
  local show, numeric, single = {}, nil, {}
  for _, name in ipairs(e.varying) do
    if name ~= "seed" and type(e.first[name]) == "number" then
      numeric = numeric or name
    end
  end
  for _, name in ipairs(e.returned) do
    if not e.arrays[name] then single[#single + 1] = name end
  end
  if #single > 0 then show[1] = { table = single } end
  for _, name in ipairs(e.returned) do
    local text = type(e.all.data[name][1]) == "string"
    local over = e.arrays[name] and e.index or numeric
    if over and e.all.data[over] and over ~= name and not text then
      show[#show + 1] = { plot = name, over = over }
    end
  end
  return show
end

-- --- show -------------------------------------------------------------------

local makers = { table = medians, slope = slopes, check = checks,
  plot = panels.add, compare = comparisons.item, approach = approaches.item }
for _, kind in ipairs { "text", "factors" } do -- loaded where they are used
  makers[kind] = function(e, entry)
    return require "orthorun.experiment.told"[kind](e, entry)
  end
end

-- What a function in `show` returned, as an item.
local function item_of(i, value)
  if value == nil or value == false then return nil end
  if type(value) == "string" then return { kind = "text", text = value } end
  if type(value) == "table" and value.tocsv then
    return { kind = "table", table = value }
  end
  stop("show[%d]: the function must return a text, a table of results or " ..
    "nil, not %s", i, names.describe(value))
end

local function handler(message)
  return (debug.traceback(tostring(message), 2)
    :gsub("\n[^\n]*%[C%]: in function 'xpcall'.*", ""))
end

local function evaluate(e, i, entry)
  local maker = makers[entries.kind(entry)]
  if maker then return maker(e, entry) end
  local ok, value = xpcall(entry, handler, e.results, e)
  if not ok and tostring(value):find("interrupted!", 1, true) then
    error(value, 0)
  end
  if not ok then stop("show[%d]: %s", i, tostring(value)) end
  return item_of(i, value)
end

-- What is shown without being asked for: of each result that is predicted, and held
-- against its theory by no entry, its agreement; where theory holds in a limit, how it
-- is approached.
local function with_agreement(e, show)
  local all, held = table.move(show, 1, #show, 1, {}), {}
  for _, entry in ipairs(show) do
    local name = entries.held(entry)
    if name then held[name] = true end
  end
  for _, name in ipairs(results.predicted_names(e.predictions)) do
    local text = shown.is_kind(e.all, name, "string")
    if not held[name] and not text then
      all[#all + 1] = e.limits[name] and { approach = name } or not next(held) and
        { check = name } or nil
    end
  end
  return all
end

local function show_all(e)
  e.limits = approaches.limits(e.predictions)
  for i, entry in ipairs(with_agreement(e, e.show or default_show(e))) do
    local item = evaluate(e, i, entry)
    if item then
      table.insert(e.items, item)
      if item.kind == "table" then
        table.insert(e.tables, item.result or item.table)
      end
      if e.decide and e.decide.entry == entry then
        table.insert(e.items, decide.item(e))
      end
    end
  end
  e.verdict, e.overall = report.verdict(e.checks)
end

-- The results as the script gets them.
local function returned(e)
  local t = e.results
  t.derived, t.tables, t.checks, t.overall, t.pictures, t.params = e.derived,
    e.tables, e.verdict, e.overall, e.pictures, e.params
  return t
end

-- --- from outside -----------------------------------------------------------

-- Has a trial function no place for a generator, so that it draws what it draws from
-- the seed, if from anything?
local function takes_no_generator(trial)
  local info = debug.getinfo(trial, "u")
  return info.nparams < 2 and not info.isvararg
end

local function start(def, main, other)
  local read = parameters.read(def)
  local e = { name = def.name or caller.name(def), asks = def.asks,
    title = def.title, index = def.index or "layer", show = def.show,
    measures = def.measures or {}, labels = read.labels,
    predictor = predict.new(def.predict), predictions = {}, derived = {},
    derived_by = {}, residuals = {}, tables = {}, items = {}, checks = {}, figures = {},
    pictures = {}, comparisons = {}, approaches = {} }
  e.asks = e.asks or e.name:gsub("_", " ")
  e.functions, e.reducers = split_derive(def.derive)
  local made = { name = e.name, about = e.asks, params = read.params,
    grid = read.grid, zip = read.zip, cases = def.cases, trial = def.trial,
    options = read.options, index = e.index, cost = def.cost,
    paired = def.paired,
    args = (not main or caller.is_typed(def)) and {} or nil, watch = watcher(e) }
  if other then overrides(made, other) end
  e.sweep = sweep(made)
  e.paired, e.own_draws = e.sweep.paired, takes_no_generator(def.trial)
  local word = e.sweep.run_options["until"] or nil
  e.decide = (main or def.decide) and decide.of(def, word, e.sweep)
  return e
end

-- What a sweep's table becomes: theory and derived columns beside it, and what
-- there is to know of its parameters.
local function take(e, t)
  for i, trial in ipairs(e.trials) do
    e.predictions[i] = e.predictor:of(trial.p, trial.out)
  end
  e.draws = units.keys(e)
  sort_out(e)
  e.all = results.with_theory(t, e.trials, e.predictions)
  e.all = results.with_derived(e.all, e.functions, e.sweep.grid_names)
  results.order(e.all, names.keys(e.first))
  results.order(e.all, names.keys(e.functions))
  e.results = e.all:select(results.visible(e.all:columns()))
  e.results.failures, e.results.made_by = t.failures, t.made_by
  e.results.run_files = t.run_files
  find_arrays(e)
  for _, trial in ipairs(e.trials) do trial.out = nil end
  e.params = e.first
  derive_tables(e)
end

local function run(e)
  if not e.sweep.run_options.dry_run then e.predictor:try(e.sweep:trials()[1]) end
  local t = e.sweep:run(e.decide and function(t)
    take(e, t)
    return decide.more(e, e.sweep.values.seed)
  end or nil)
  if not e.decide then take(e, t) end
  for _, entry in ipairs(journal.all "sweep") do
    if entry.value.sweep == e.sweep then entry.value.results = e.results end
  end
end

-- A definition, checked and made ready to run; and whether it is the script's
-- own. asked: what experiment.load wants.
local function prepare(def, asked)
  check(def)
  local main = not asked and caller.is_main(def)
  return start(def, main, asked and asked.overrides), main
end

-- What experiment.load wants of the file that it is loading.
local loading

--- Reads the command line, runs the trials that are not done, prints, draws and
-- writes a report. Only trial is needed.
-- @function experiment
-- @tparam table options
-- @tparam[opt] string options.name of the files; by default the script's
-- @tparam[opt] string options.asks the question
-- @tparam[opt] string options.title of the figures
-- @tparam[opt] table options.params as for `sweep`; a parameter's value may be a
--   table with `help`, `least`, `most`, `above`, `choices` or (texts in a grid)
--   `any` behind its values, as in {4, 10, help="weight matrices"}
-- @tparam[opt] table options.grid as for `sweep`
-- @tparam[opt] table options.zip as for `sweep`
-- @tparam[opt] {table,...} options.cases as for `sweep`
-- @tparam[opt] {string,...} options.paired as for `sweep`
-- @tparam[opt] table options.help lines by parameter
-- @tparam[opt] table options.options as for `sweep`
-- @tparam[opt="layer"] string options.index as for `sweep`
-- @tparam[opt] table options.measures measures[column] = {label=, log10=}: how it
--   is called; whether it holds logarithms
-- @tparam func options.trial as for `sweep`
-- @tparam[opt] func options.predict function(p) → what is expected, under the
--   results' names, or false; or function(p, found), called with each trial's
--   results; besides sd=, slope=, slope_sd= by name, and asymptotic="width" or by name,
--   where theory holds in the limit of a parameter alone
-- @tparam[opt] table options.derive new columns (functions of a row) and tables
--   (searches)
-- @tparam[opt] {table,...} options.show {table=}, {slope=}, {plot=}, {check=},
--   {approach=}, {compare=}, {text=}, {factors=} and functions
-- @tparam[opt] func options.cost as for `sweep`
-- @tparam[opt] table options.decide {error=0.05, max_seeds=100, block=5,
--   effect=1}: seeds are added until the first comparison is decided, as by
--   `--until decided`, unless `--until done`
-- @treturn results
-- @usage
-- local results = ortho.experiment {
--   grid = { depth = { 2, 4 }, seed = ortho.range(2) },
--   trial = function(p, rng)
--     local net = ortho.mlp { width = 8, depth = p.depth, rng = rng }
--     return { gap = ortho.metric.isometry_gap(net:weights()[1]) }
--   end,
-- }
local function define(_, def)
  local asked = loading
  loading = nil
  local e, main = prepare(def, asked)
  run(e)
  show_all(e)
  if main then ending.show(e) end
  return returned(e)
end

-- The function that a file of Lua is: at `path`, or beside the script.
local function load_file(path)
  local beside = files.join(files.folder((script.get()) or "."), path)
  local f, message = loadfile(path, "t")
  if not f and core.file.size(beside) then f, message = loadfile(beside, "t") end
  if not f then fail("load: %s", message) end
  return f
end

--- The results of the experiment that a file defines: it runs what is not done yet,
-- and prints and draws nothing. What the command line would refuse is an error.
-- The file is sought here, then beside the script.
-- @function experiment.load
-- @tparam string path
-- @tparam[opt] table overrides values by parameter, arrays for those that vary;
--   `case` has the cases' names
-- @treturn results
function experiment.load(path, other)
  if type(path) ~= "string" then
    fail("load: a file name is needed, not %s", names.describe(path))
  end
  other = other or {}
  names.table_of("experiment: load", "the overrides", other)
  local f, outer = load_file(path), loading
  local asked = { overrides = other }
  loading = asked
  local ok, t = xpcall(f, function(message) return message end)
  local untouched = loading == asked
  loading = outer
  if not ok then error(t, 0) end
  if untouched or type(t) ~= "table" or not t.tocsv then
    fail("load: %s does not end with `return ortho.experiment {...}`", path)
  end
  return t
end

return setmetatable(experiment, { __call = define })
