-- growth: seconds against the amount of work, one amount at a time, and the
-- exponents: log-log slopes, whose errors are those of the fit.
local ortho = require "orthorun"

local growth = {}

-- The measurements of a growth's group as a table with columns x, seconds.
function growth.table(group)
  local t = ortho.table.new { "x", "seconds" }
  for i, variant in ipairs(group.variants) do
    for _, seconds in ipairs(variant.times[""] or {}) do
      t:append { x = group.x[i], seconds = seconds }
    end
  end
  return t
end

-- The row of a group: what grew, its amounts, their median seconds, the
-- exponent with its error, and the exponent between the two largest.
function growth.row(group)
  local t = growth.table(group)
  local fit = t:fit { x = "x", y = "seconds", model = "power" }:row(1)
  local x, middle = group.x, {}
  for i, variant in ipairs(group.variants) do
    middle[i] = ortho.stats.median(variant.times[""])
  end
  local n = #x
  local texts = {}
  for i, seconds in ipairs(middle) do texts[i] = ("%.3g"):format(seconds) end
  return { group.title, table.concat(x, ", "), table.concat(texts, ", "),
    ("%.2f"):format(fit.slope) .. (fit.error == fit.error and
      (" ± %.2f"):format(fit.error) or ""),
    ("%.2f"):format(math.log(middle[n] / middle[n - 1]) /
      math.log(x[n] / x[n - 1])), group.expected }
end

growth.head = { "what grows", "to", "seconds", "exponent",
  "between the last two", "expected" }

return growth
