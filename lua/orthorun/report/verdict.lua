-- verdict: what was predicted beside what was measured, and whether they agree.
local names = require "orthorun.base.names"
local tabular = require "orthorun.table"
local fail = require "orthorun.core".fail -- at the user's line

local check_fields = { "what", "predicted", "measured", "error", "sigmas",
  "at_most", "at_least" }

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
end

-- z and whether it agrees.
local function judge(check)
  local x = check.measured
  if check.predicted then
    local z = (x - check.predicted) / check.error
    if x == check.predicted then z = 0.0 end
    return z, math.abs(z) <= (check.sigmas or 3.3)
  end
  return nil, x == x and x <= (check.at_most or math.huge) and
    x >= (check.at_least or -math.huge)
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

-- The table of predictions and what became of them. checks: an array of
-- {what=, predicted=, measured=, error=, sigmas=3.3} (error: one standard
-- error of the difference), or {what=, measured=, at_most=, at_least=}.
return function(checks)
  if type(checks) ~= "table" then
    fail("verdict: expected an array of checks, got a " .. type(checks))
  end
  local t = tabular.new { "what", "predicted", "measured", "error", "z",
    "agrees" }
  for _, check in ipairs(checks) do
    check_check(check)
    local z, agrees = judge(check)
    t:append { what = check.what, predicted = wanted(check),
      measured = check.measured, error = check.error, z = z,
      agrees = agrees and "yes" or "no" }
  end
  return t
end
