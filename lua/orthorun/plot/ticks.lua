-- ticks: where an axis has its ticks, and what stands at them: the values swept
-- where these are few, else round numbers, whole ones where the data are whole.
-- A power of ten that all labels share stands once, beside the axis. Powers are
-- written 10^{-3}. Draws nothing.
local axis_of = require "orthorun.plot.axis"

local ticks = {}

-- Labels outside of these are shorter with a power of ten.
local small, large = 1e-3, 1e5

local function log10(x) return math.log(x, 10) end

-- The power of ten of x, where 1000 is 3 and not 2.999...
local function power_of(x) return math.floor(log10(math.abs(x)) + 1e-9) end

-- "10^{-14}"
local function power_text(k) return ("10^{%d}"):format(k) end

-- --- labels -----------------------------------------------------------------

local function largest_of(list)
  local most = 0
  for _, x in ipairs(list) do most = math.max(most, math.abs(x)) end
  return most
end

-- The power of ten that the labels of these numbers leave out; 0: none.
local function factor_of(list, whole)
  local most = largest_of(list)
  if most == 0 or most >= small and most < (whole and 10 * large or large) then
    return 0
  end
  return power_of(most)
end

-- Numbers at equal steps, all with the decimals that the step has.
local function label_steps(list, step, whole)
  local factor = factor_of(list, whole)
  local unit = 10.0 ^ factor
  local decimals = math.max(0, -power_of(step / unit))
  local out = { factor = factor ~= 0 and factor or nil }
  for i, x in ipairs(list) do
    if x == 0 then x = 0.0 end -- no -0
    out[i] = { at = x, label = ("%%.%df"):format(math.min(decimals, 17)):format(
      x / unit) }
  end
  return out
end

local function is_power(x) return math.abs(x / 10.0 ^ power_of(x) - 1) < 1e-9 end

local function are_powers(list)
  for _, x in ipairs(list) do
    if not is_power(x) then return false end
  end
  return true
end

-- Numbers on a logarithmic axis: as they are, as powers of ten, with one power
-- that all share, or, decades apart, each with its own.
local function label_numbers(list, whole)
  local low, high, out = math.huge, 0, {}
  for _, x in ipairs(list) do
    if x ~= 0 then low, high = math.min(low, math.abs(x)), math.max(high, math.abs(x)) end
  end
  if low >= small and high < (whole and 10 * large or large) then
    for i, x in ipairs(list) do out[i] = { at = x, label = ("%.6g"):format(x) } end
    return out
  end
  local powers, near = are_powers(list), high / low < 1e3
  out.factor = near and not powers and factor_of(list, whole) or nil
  out.factor = out.factor ~= 0 and out.factor or nil
  for i, x in ipairs(list) do
    local k = powers and power_of(x) or near and (out.factor or 0) or power_of(x)
    local digits = ("%.4g"):format(x / 10.0 ^ k)
    out[i] = { at = x, label = powers and power_text(k) or near and digits or
      digits .. "×" .. power_text(k) }
  end
  return out
end

-- --- linear axes ------------------------------------------------------------

local function multiples(low, high, step)
  local list = {}
  for i = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) do
    list[#list + 1] = i * step
  end
  return list
end

-- Round numbers, at most so many and one. Of data that are whole the ticks are
-- whole and between the first and the last of them.
local function round_ticks(self, most)
  local low, high = self.low, self.high
  local reach, range = math.max(math.abs(low), math.abs(high)), high / most -
    low / most
  if not (range > 1e-12 * reach) then -- no digits would tell them apart
    local middle = low / 2 + high / 2
    return { { at = middle, label = ("%.15g"):format(middle) } }
  end
  local step = axis_of.nice(range)
  if self.whole then
    step = math.max(1, step)
    low, high = math.max(low, self.first or low), math.min(high,
      self.last or high)
  end
  return label_steps(multiples(low, high, step), step, self.whole)
end

-- --- logarithmic axes -------------------------------------------------------

-- Both kinds, values and their logarithms, by the powers of ten of their ends.
local function ends_of(self)
  if self.powers then return self.low, self.high end
  return log10(self.low), log10(self.high)
end

-- Where t * 10^k lies.
local function place(self, t, k)
  if self.powers then return k + log10(t) end
  return t * 10.0 ^ k
end

local function add_minor(out, self, digits, low, high)
  for k = math.floor(low), math.floor(high) do
    for _, t in ipairs(digits) do
      local at = k + log10(t)
      if at >= low and at <= high then
        out[#out + 1] = { at = place(self, t, k), minor = true }
      end
    end
  end
end

-- Powers of ten, every n-th where they are many.
local function decades(self, most)
  local low, high = ends_of(self)
  local step = math.max(1, axis_of.nice((high - low) / most))
  local list, out = multiples(low, high, step), {}
  local plain = list[1] and list[1] >= -3 and list[#list] <= 4
  for i, k in ipairs(list) do
    k = math.tointeger(k) or k
    out[i] = { at = place(self, 1, k), label = plain and
      ("%.6g"):format(10.0 ^ k) or ("10^{%.0f}"):format(k) }
  end
  if step == 1 and high - low < 6 and not self.whole then
    add_minor(out, self, { 2, 3, 4, 5, 6, 7, 8, 9 }, low, high)
  elseif step > 1 and high - low <= 60 then
    add_minor(out, self, { 1 }, low, high)
  end
  return out
end

-- Gives labels of numbers, counted in 10^k, to their places on this axis.
local function placed(self, k, out)
  for _, tick in ipairs(out) do
    tick.at = self.powers and k + log10(tick.at) or tick.at * 10.0 ^ k
  end
  if out.factor then out.factor = out.factor + k end
  return out
end

-- What the numbers of an axis are counted in: powers of ten that no float holds
-- stay a factor.
local function unit_of(self, high)
  local k = math.floor(high + 1e-9)
  return self.powers and (k < -3 or k > 4) and k or 0
end

-- 1, 2 and 5 times powers of ten, or 1 alone.
local function digits_ticks(self, digits)
  local low, high = ends_of(self)
  local unit, list = unit_of(self, high), {}
  for k = math.floor(low), math.floor(high) do
    for _, t in ipairs(digits) do
      local at, x = k + log10(t), t * 10.0 ^ (k - unit)
      if at >= low - 1e-9 and at <= high + 1e-9 and
        (not self.whole or x % 1 == 0) then
        list[#list + 1] = x
      end
    end
  end
  local out = placed(self, unit, label_numbers(list, self.whole))
  if unit ~= 0 then out.factor = out.factor or unit end
  return out
end

-- Round steps where even 1, 2 and 5 are too far apart.
local function close_ticks(self, most)
  local low, high = ends_of(self)
  local unit = unit_of(self, high)
  local from, to = 10.0 ^ (low - unit), 10.0 ^ (high - unit)
  local out = placed(self, unit, round_ticks({ low = from, high = to,
    whole = self.whole }, most))
  if unit ~= 0 then out.factor = out.factor or unit end
  return out
end

local function log_ticks(self, most)
  local low, high = ends_of(self)
  if high - low < log10(4) then return close_ticks(self, most) end
  local count = math.floor(high) - math.ceil(low) + 1
  if count >= 3 then return decades(self, most) end
  local out = digits_ticks(self, { 1, 2, 5 })
  return #out <= most + 1 and #out > 1 and out or digits_ticks(self, { 1 })
end

-- --- values swept -----------------------------------------------------------

local most_swept = { linear = 7, log = 24 }

-- Is a value short to write?
local function is_short(x, log)
  local plain = x == 0 or math.abs(x) >= small and math.abs(x) < large
  return (log or plain) and math.abs(("%.4g"):format(x) - x) <= 1e-9 * math.abs(x)
end

-- Every n-th of the values swept; nil where they are too many, or long to write.
local function swept_ticks(self, stride)
  local list, shown = self.swept, {}
  if not list or self.powers or #list > most_swept[self.log and "log" or
    "linear"] then return nil end
  for i = 1, #list, stride do
    if not is_short(list[i], self.log) then return nil end
    if axis_of.shows(self, list[i]) then shown[#shown + 1] = list[i] end
  end
  if #shown < math.min(2, #list) then return nil end
  return label_numbers(shown, self.whole)
end

-- --- all of it --------------------------------------------------------------

-- Do labels leave room for one another? size(label): what one takes of `length`.
local function fit(self, list, length, size)
  local last, reach
  for _, tick in ipairs(list) do
    if not tick.minor then
      local at = axis_of.share_of(self, tick.at) * length
      local half = size(tick.label) / 2
      if last and at - half < last + reach then return false end
      last, reach = at, half
    end
  end
  return true
end

local function best(self, length, size)
  for stride = 1, self.log and 4 or 1 do
    local list = swept_ticks(self, stride)
    if list and fit(self, list, length, size) then return list end
  end
  local list
  for most = 8, 1, -1 do
    list = (self.log or self.powers) and log_ticks(self, most) or
      round_ticks(self, most)
    if #list > 0 and fit(self, list, length, size) then return list end
  end
  return list
end

-- The ticks of an axis with its ends: array of {at, label}, or {at, minor = true}
-- of small ones without a label; factor: the power of ten that the labels leave
-- out. length: of the axis; size(label): what a label takes of it, with the gap
-- to the next. An axis of names has a tick for each.
function ticks.of(self, length, size)
  if self.names then
    local list = {}
    for i, name in ipairs(self.names) do list[i] = { at = i, label = name } end
    return list
  end
  return best(self, length, size)
end

return ticks
