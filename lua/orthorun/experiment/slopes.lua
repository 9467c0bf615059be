-- slopes: the entries { slope = ... } of `show`: fits by groups, with errors,
-- beside theory's slopes.
local checks = require "orthorun.experiment.checks"
local reduce = require "orthorun.experiment.reduce"
local results = require "orthorun.experiment.results"
local shown = require "orthorun.experiment.shown"
local models = require "orthorun.table.models"
local stats = require "orthorun.table.stats"
local t_score = require("orthorun.table.distributions").t_score
local tabular = require "orthorun.table"
local units = require "orthorun.experiment.units"

-- --- points -----------------------------------------------------------------

-- One place's x, measured and predicted y where the model is a line; nil where one of
-- the first two is not finite.
local function point(rows, i, columns, model)
  local x, y, theory = rows.data[columns.x][i], rows.data[columns.y][i],
    rows.data[columns.theory] and rows.data[columns.theory][i]
  x, y, theory = x and model[1](x), y and model[2](y), theory and model[2](theory)
  if not (x and y) or x - x ~= 0 or y - y ~= 0 then return nil end
  return { x = x, y = y, theory = theory and theory - theory == 0 and theory or nil }
end

local function points_of(rows, places, columns, model)
  local list = {}
  for _, i in ipairs(places) do list[#list + 1] = point(rows, i, columns, model) end
  return list
end

-- Their mean, which stands for a trial whose places all have one x.
local function middle(list)
  if #list < 2 then return list[1] end
  local y, theory = {}, {}
  for i, one in ipairs(list) do
    y[i], theory[#theory + 1] = one.y, one.theory
  end
  return { x = list[1].x, y = stats.mean(y), theory = #theory == #list and
    stats.mean(theory) or nil }
end

local function arrays_of(list)
  local x, y, theory = {}, {}, {}
  for i, one in ipairs(list) do x[i], y[i], theory[i] = one.x, one.y, one.theory end
  return x, y, #theory == #list and theory or nil
end

local function spread_out(list)
  for i = 2, #list do
    if list[i].x ~= list[1].x then return true end
  end
  return false
end

-- Each unit's lists of points, which are fitted by themselves: those of each trial,
-- where x changes within trials, else one point of each. And whether any list has
-- several x.
local function lists_of(e, entry, rows)
  local model = models[entry.model or "line"]
  local columns = { x = entry.over, y = entry.slope, theory = entry.slope .. "_theory" }
  local within = not entry.of and (entry.over == e.index or
    results.differs_within_trials(rows, entry.over))
  local list, several = units.of(e, entry, rows), within
  for _, unit in ipairs(list) do
    unit.lists = within and {} or { {} }
    for _, places in ipairs(unit.trials) do
      local points = points_of(rows, places, columns, model)
      if within then
        table.insert(unit.lists, points)
      else
        table.insert(unit.lists[1], middle(points))
      end
    end
    several = several or spread_out(unit.lists[1])
  end
  return list, several
end

-- --- fits -------------------------------------------------------------------

-- A level, where rounding makes a slope of it.
local function level(slope)
  return slope and math.abs(slope) < 1e-12 and 0.0 or slope
end

-- A unit's slope, theory's of the same points, and the intercept: means over its
-- lists.
local function unit_slopes(unit)
  local slopes, theories, intercepts = {}, {}, {}
  for _, list in ipairs(unit.lists) do
    local x, y, theory = arrays_of(list)
    local slope, intercept = stats.fit(x, y)
    if slope == slope then
      slopes[#slopes + 1], intercepts[#slopes + 1] = slope, intercept
      theories[#theories + 1] = theory and level((stats.fit(x, theory)))
    end
  end
  return stats.mean(slopes), #theories == #slopes and stats.mean(theories) or nil,
    stats.mean(intercepts)
end

-- The mean of the slopes that predict gives a unit's trials, and the mean of their
-- standard deviations; nil where it does not say.
local function told(e, rows, entry, unit)
  if entry.of or entry.over ~= e.index or (entry.model or "line") ~= "line" then
    return nil
  end
  local slopes, deviations = {}, {}
  for _, places in ipairs(unit.trials) do
    local one = e.predictions[rows.data[results.trial][places[1]]]
    local slope, sd
    if one then slope, sd = one.slope(entry.slope) end
    if not slope then return nil end
    slopes[#slopes + 1], deviations[#deviations + 1] = slope, sd
  end
  return stats.mean(slopes), #deviations == #slopes and stats.mean(deviations) or nil
end

-- Each unit's slope against theory's: `expected`, else what predict gives, else that
-- of the points predicted.
local function fit_units(e, rows, entry, list, expected)
  local kept, slopes, theories, squares, with_sd = {}, {}, {}, 0, 0
  local intercepts = {}
  for _, unit in ipairs(list) do
    local slope, theory, intercept = unit_slopes(unit)
    if slope == slope then
      local known, sd = told(e, rows, entry, unit)
      if sd then squares, with_sd = squares + sd ^ 2, with_sd + 1 end
      kept[#kept + 1], slopes[#slopes + 1] = unit, slope
      intercepts[#slopes] = intercept
      theories[#theories + 1] = expected or known or theory
    end
  end
  local n = #slopes
  local all, differences = #theories == n and n > 0, {}
  for i = 1, n do differences[i] = slopes[i] - (all and theories[i] or 0) end
  local sd = not expected and with_sd == n and n > 0 and math.sqrt(squares) / n or nil
  return { slope = stats.mean(slopes), error = stats.sem(slopes), count = n,
    limit = stats.mean(intercepts),
    theory = all and stats.mean(theories) or nil, against = sd or
      stats.sem(differences), df = not sd and n > 1 and n - 1 or nil,
    residuals = units.residuals(kept, differences) }
end

-- What is left of points when a line is taken away, by the key of each, and how much
-- each counts for the slope.
local function left_over(list, y)
  local x, _, _ = arrays_of(list)
  local slope, intercept = stats.fit(x, y)
  local residuals, weights, mean = {}, {}, stats.mean(x)
  for i, one in ipairs(list) do
    residuals[one.key] = y[i] - intercept - slope * x[i]
    weights[one.key] = x[i] - mean
  end
  return residuals, weights
end

-- One fit through all units' points, each unit having one.
local function fit_all(list, expected)
  local points = {}
  for _, unit in ipairs(list) do
    local one = middle(unit.lists[1])
    if one then
      one.key = unit.key
      points[#points + 1] = one
    end
  end
  local x, y, theory = arrays_of(points)
  local slope, intercept, error = stats.fit(x, y)
  local fit = { slope = slope, error = error, against = error, theory = expected,
    limit = intercept, df = #x > 2 and #x - 2 or nil, fitted = 2 }
  local differences = y
  if not expected and theory then
    fit.theory, differences = level((stats.fit(x, theory))), {}
    for i = 1, #y do differences[i] = y[i] - theory[i] end
    fit.against = select(3, stats.fit(x, differences))
  end
  if fit.theory ~= fit.theory then fit.theory = nil end
  fit.residuals, fit.weights = left_over(points, differences)
  return fit
end

local function expected_of(entry, key, by)
  local expected = entry.expected
  if type(expected) ~= "table" then
    return shown.number("expected", expected, key)
  end
  for _, name in ipairs(by) do
    local value = expected[key[name]]
    if value ~= nil then return shown.number("expected", value, key) end
  end
end

-- A group's {slope, error, theory, z}; `against`, the error that z is in, with df
-- degrees of freedom; `count`, of how many fits it is the mean, or nil where one goes
-- through all points.
local function fit_of(e, group, entry, by)
  local expected = expected_of(entry, group.key, by)
  local list, several = lists_of(e, entry, group.rows)
  local fit = several and fit_units(e, group.rows, entry, list, expected) or
    fit_all(list, expected)
  fit.intercept = fit.limit
  if entry.model ~= "saturation" then fit.limit = nil end
  if fit.slope == fit.theory then
    fit.z = 0.0
  elseif fit.theory then
    fit.z = t_score((fit.slope - fit.theory) / fit.against, fit.df)
  end
  return fit
end

-- --- tables -----------------------------------------------------------------

local fit_parts = { "slope", "error", "limit", "theory", "z" }

-- Has any of the fits a number for a part, as theory and errors may be missing?
local function is_there(list, part)
  for _, row in ipairs(list) do
    local value = row[2][part]
    if value ~= nil and value == value then return true end
  end
  return part == "slope"
end

-- The table of {key, fit}, its columns worth printing, and its spreads.
local function slope_table(list, by, levels)
  local taken, called = {}, {}
  local columns = table.move(by, 1, #by, 1, {})
  local printed = table.move(by, 1, #by, 1, {})
  for _, name in ipairs(by) do taken[name] = true end
  for i, part in ipairs(fit_parts) do
    called[part] = shown.free(part, taken)
    columns[#by + i] = called[part]
    if is_there(list, part) then printed[#printed + 1] = called[part] end
  end
  local t = tabular.new(columns, levels)
  for _, row in ipairs(list) do
    local record = row[1]
    for _, part in ipairs(fit_parts) do record[called[part]] = row[2][part] end
    t:append(record)
  end
  return t, printed, { [called.slope] = called.error, [called.error] = called.error,
      [called.theory] = called.error, [called.z] = 0.1 }
end

local model_words = { line = "slope of %s per %s",
  power = "exponent of %s in %s", exponential = "slope of log10 %s per %s",
  saturation = "%s as limit + slope/%s" }

local function slope_words(e, entry)
  local words = model_words[entry.model or "line"]
  local log = shown.is_log10(e, entry.slope) and "log10 " or ""
  return words:format(log .. shown.label(e, entry.slope), entry.over)
end

-- count: of how many fits it is the mean; nil: of one. repeated: a fit for each seed
-- over a parameter.
local function slope_title(e, entry, rows, count, repeated)
  local conditions = shown.where_text(e, entry, rows)
  local how = count == 1 and "of one trial" or
    count and ("mean and standard error of %d %s"):format(count, repeated and
    "fits, one for each seed" or "trials") or "least squares with standard error"
  return ("%s: %s%s"):format(slope_words(e, entry), how,
    conditions ~= "" and "; " .. conditions or "")
end

local function check_of(e, entry, group, fit, by)
  local key = shown.key(e, group, by)
  return { what = (key ~= "" and key .. ": " or "") ..
    (entry.what or slope_words(e, entry)), measured = fit.slope,
    predicted = fit.theory, error = fit.against, df = fit.df, sigmas = entry.sigmas,
    residuals = fit.residuals, weights = fit.weights, fitted = fit.fitted }
end

-- The rows without those that a derived table found at the end of its search, where
-- what is fitted may lie beyond; and how many there were.
local function within_search(e, entry, rows)
  local kept = rows
  if entry.of and rows.data.censored and
    reduce.bounded_by_search(e.reducers[entry.of], entry.slope) then
    kept = rows:where { censored = "" }
  end
  return kept, #rows - #kept
end

-- What a fit tells of other places: its line at x, as y.
local function value_at(fit, model, x)
  return models.back[model](fit.intercept + fit.slope * models[model][1](x))
end

-- Adds what each group's fit tells of the rows that `extrapolate` says to e.checks, or
-- an item that says why not.
local function extrapolate(e, entry, by, list)
  local conditions = {}
  for name, value in pairs(entry.where or {}) do conditions[name] = value end
  for name, value in pairs(entry.extrapolate) do conditions[name] = value end
  local function predicted(key)
    for _, row in ipairs(list) do
      local same = true
      for _, name in ipairs(by) do same = same and row[1][name] == key[name] end
      if same then return value_at(row[2], entry.model or "line", key[entry.over]) end
    end
    return 0 / 0 -- nothing was fitted there
  end
  local columns = table.move(by, 1, #by, 1, {})
  columns[#columns + 1] = entry.over
  local item = checks(e, { check = entry.slope, of = entry.of, by = columns,
    where = conditions, sigmas = entry.sigmas, predicted = predicted,
    error = function(key) return entry.error * math.abs(predicted(key)) end,
    what = (entry.what or shown.label(e, entry.slope)) .. ", extrapolated" })
  if item then table.insert(e.items, item) end
end

-- An item for { slope = ... }; its checks go to e.checks.
return function(e, entry)
  local rows = shown.rows_of(e, entry, shown.rows(e, entry), entry.slope)
  local censored
  rows, censored = within_search(e, entry, rows)
  if #rows == 0 then
    return shown.nothing(e, entry, "slope of " .. entry.slope, rows)
  end
  for _, name in ipairs { entry.slope, entry.over } do
    if shown.is_kind(rows, name, "string") then
      return shown.text("slope of %s over %s: '%s' holds texts", entry.slope,
        entry.over, name)
    end
  end
  local all = rows
  rows = shown.as_numbers(rows, entry.slope)
  local by = shown.by(e, entry, rows, entry.over)
  local list, count = {}, nil
  local asymptotic = e.limits[entry.slope] and entry.expected == nil
  rows = shown.narrow(rows, by, entry.over, entry.slope, entry.slope .. "_theory",
    units.columns(e, entry))
  for i, group in ipairs(rows:group(by)) do
    local fit = fit_of(e, group, entry, by)
    list[i] = { group.key, fit }
    count = (i == 1 or fit.count == count) and fit.count or nil
    if entry.check and fit.theory and not asymptotic then
      table.insert(e.checks, check_of(e, entry, group.key, fit, by))
    end
  end
  if entry.extrapolate then extrapolate(e, entry, by, list) end
  local t, columns, spreads = slope_table(list, by, rows.levels)
  if entry.check and asymptotic then
    table.insert(e.items, shown.text("%s: no verdict, as predict calls it asymptotic " ..
      "in %s", slope_words(e, entry), e.limits[entry.slope].text))
  end
  local title = entry.title or slope_title(e, entry, all, count,
    entry.over ~= e.index)
  if censored > 0 then
    title = title .. ("; without %d at the end of the search"):format(censored)
  end
  return { kind = "table", table = t, columns = columns, spreads = spreads,
    title = title }
end
