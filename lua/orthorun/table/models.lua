-- models: the laws that are fitted as lines: how x and y are transformed so that each
-- is one, and how y is made of the line again. Fits nothing.
local function same(x) return x end

local function log10(x) return x > 0 and math.log(x, 10) or 0 / 0 end

local function inverse(x) return 1 / x end

local function power_of_10(x) return 10 ^ x end

return { line = { same, same }, power = { log10, log10 },
  exponential = { same, log10 }, saturation = { inverse, same },
  back = { line = same, power = power_of_10, exponential = power_of_10,
    saturation = same } }
