-- models: the laws that are fitted as lines: how x and y are transformed so that each
-- is one. Fits nothing.
local function same(x) return x end

local function log10(x) return x > 0 and math.log(x, 10) or 0 / 0 end

local function inverse(x) return 1 / x end

return { line = { same, same }, power = { log10, log10 },
  exponential = { same, log10 }, saturation = { inverse, same } }
