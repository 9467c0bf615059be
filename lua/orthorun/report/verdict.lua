-- verdict: what was predicted beside what was measured, whether they agree, and
-- whether all rows together do.
local distributions = require "orthorun.table.distributions"
local names = require "orthorun.base.names"
local overall = require "orthorun.table.overall"
local tabular = require "orthorun.table"
local fail = require "orthorun.core".fail -- at the user's line

local verdict = {}

local check_fields = { "what", "predicted", "measured", "error", "df", "sigmas",
  "at_most", "at_least", "residuals", "weights", "fitted" }

local function check_check(check)
  names.options("verdict: check", check, check_fields)
  if type(check.what) ~= "string" then
    fail "verdict: a check needs what, a text that says what it is"
  end
  local number = type(check.measured) == "number"
  local against = type(check.predicted) == "number" and
    type(check.error) == "number" or check.at_most or check.at_least
  if not number or not against then
    fail(("verdict: '%s' needs measured, and predicted with error, or " ..
      "at_most, or at_least"):format(check.what))
  end
  if check.df ~= nil and (type(check.df) ~= "number" or not (check.df > 0)) then
    fail(("verdict: '%s': df, the degrees of freedom of its error, must be a " ..
      "number above 0, not %s"):format(check.what, names.shown(check.df)))
  end
  for _, name in ipairs { "residuals", "weights" } do
    local list, wrong = check[name], nil
    if list ~= nil and type(list) ~= "table" then wrong = list end
    for _, x in pairs(type(list) == "table" and list or {}) do
      if type(x) ~= "number" then wrong = x end
    end
    if wrong ~= nil then
      fail(("verdict: '%s': %s must be a table of numbers by trial, not %s"):format(
        check.what, name, names.describe(wrong)))
    end
  end
end

local rounding = 2 ^ -49 -- a difference of 8 ulps is no difference

-- The score, and whether it agrees: "yes", "no", or "undecided" where there is no
-- error to tell by.
local function judge(check)
  local x = check.measured
  if check.predicted then
    local difference = x - check.predicted
    if check.error ~= check.error and difference - difference == 0 then
      return nil, "undecided"
    end
    local exact = x == check.predicted or -- both may be infinite
      math.abs(difference) <= rounding * math.min(math.abs(x), math.abs(check.predicted))
    local t = exact and 0.0 or difference / check.error
    local z = distributions.t_score(t, check.df)
    return z, math.abs(z) <= (check.sigmas or 3.3) and "yes" or "no"
  end
  return nil, x == x and x <= (check.at_most or math.huge) and
    x >= (check.at_least or -math.huge) and "yes" or "no"
end

local function wanted(check)
  if check.predicted then return ("%.5g"):format(check.predicted) end
  local parts = {}
  if check.at_least then
    parts[1] = ("at least %.5g"):format(check.at_least)
  end
  if check.at_most then
    parts[#parts + 1] = ("at most %.5g"):format(check.at_most)
  end
  return table.concat(parts, ", ")
end

-- A table that is a verdict already, as the results of an experiment have it.
local function made_already(t)
  for _, name in ipairs { "what", "agrees", "z", "df" } do
    if not t.data[name] then
      fail(("verdict: these results are no verdict: they have no column '%s'"):format(
        name))
    end
  end
  return t, t.overall
end

-- The table of predictions and what became of them, and the chi-square of all that
-- have a score (table/overall), or nil. checks: an array of {what=, predicted=,
-- measured=, error=, df=, sigmas=3.3, residuals=, weights=, fitted=} (error: one
-- standard error of the difference, estimated with df degrees of freedom, or known),
-- or {what=, measured=, at_most=, at_least=}; or such a table.
function verdict.of(checks)
  if type(checks) ~= "table" then
    fail("verdict: expected an array of checks, got a " .. type(checks))
  end
  if rawget(checks, "data") then return made_already(checks) end
  local t, scored = tabular.new { "what", "predicted", "measured", "error", "df", "z",
    "agrees" }, {}
  for i, check in ipairs(checks) do
    check_check(check)
    local z, agrees = judge(check)
    local error = check.error
    if error ~= error then error = nil end
    t:append { what = check.what, predicted = wanted(check), df = check.df,
      measured = check.measured, error = error, z = z, agrees = agrees }
    local certain = check.error == 0 and z == 0 -- nothing random in it
    scored[i] = { z = not certain and z or nil, residuals = check.residuals,
      weights = check.weights, fitted = check.fitted }
  end
  t.overall = overall.of(scored)
  return t, t.overall
end

-- What a table's z is, in words.
function verdict.legend(t)
  return "z: the difference in standard errors" .. (next(t.data.df) ~= nil and
    ", as a normal score (of Student's t with df degrees of freedom, where trials " ..
    "give the error)" or "")
end

-- The digits that a verdict justifies: its errors', and hundredths of z.
verdict.spreads = { predicted = "error", measured = "error", error = "error",
  z = 0.1 }

-- Disagreeing rows first, then by the size of z.
local function badness(row)
  local rank = row.agrees == "no" and 2 or row.agrees == "undecided" and 1 or 0
  local z = row.z and math.abs(row.z) or -1
  return rank, z == z and z or math.huge
end

-- A verdict's table as it is shown: all of it, or of more than `most` rows the worst
-- ones, and a text that says what the rest are (nil: there is none).
function verdict.worst(t, most)
  if #t <= most then return t end
  local list, new, rest = {}, tabular.new(t:columns()), 0
  for i, row in t:rows() do
    local rank, z = badness(row)
    list[i] = { row = row, rank = rank, z = z, at = i }
  end
  table.sort(list, function(a, b)
    if a.rank ~= b.rank then return a.rank > b.rank end
    if a.z ~= b.z then return a.z > b.z end
    return a.at < b.at
  end)
  for i = 1, most do new:append(list[i].row) end
  for i = most + 1, #list do
    if list[i].rank == 0 then rest = rest + 1 end
  end
  return new, ("the %d worst of %d rows; of the other %d, %s"):format(most, #t,
    #t - most, rest == #t - most and "all agree" or rest .. " agree")
end

return verdict
