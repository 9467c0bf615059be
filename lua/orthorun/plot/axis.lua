-- axis: what an axis of a plot can show, where values lie on it, the room
-- around them. Draws nothing.
--
-- axis: low, high, log, powers (the data are exponents of ten), whole (they are
--   whole numbers), swept (sorted array of their values, where these are few),
--   first and last (the ends of the data), names (array of texts, for places 1,
--   2, ...), floor (its low end, where that is given).
-- tally: how many values an axis could not show, by why.
local core = require "orthorun.core"
local text = require "orthorun.base.text"

local axis = {}

-- --- values that an axis can show -------------------------------------------

-- Can an axis show y?
function axis.drawable(y, log)
  return y == y and y - y == 0 and (not log or y > 0)
end

-- Counts of the values of a figure that no axis shows.
function axis.tally()
  return { total = 0, zero = 0, nan = 0, infinite = 0, negative = 0,
    outside = 0 }
end

-- Counts what an axis cannot show. In log10 data a zero is -Inf.
local function count_odd(tally, y, log, powers)
  tally.total = tally.total + 1
  if y ~= y then
    tally.nan = tally.nan + 1
  elseif powers and y == -math.huge or log and y == 0 then
    tally.zero = tally.zero + 1
  elseif y - y ~= 0 then
    tally.infinite = tally.infinite + 1
  elseif log and y < 0 then
    tally.negative = tally.negative + 1
  end
end

-- The numbers of a column that are not NaN; all of them are counted.
function axis.numbers(rows, name, tally, log, powers)
  local kept = {}
  for _, y in ipairs(rows:numbers(name)) do
    count_odd(tally, y, log, powers)
    if y == y then kept[#kept + 1] = y end
  end
  return kept
end

-- The finite ones.
function axis.finite(rows, name, tally)
  local kept = {}
  for _, x in ipairs(axis.numbers(rows, name, tally)) do
    if axis.drawable(x) then kept[#kept + 1] = x end
  end
  return kept
end

-- What was counted, for a caption; nil where all could be shown.
function axis.tally_text(tally)
  local odd = {}
  for _, kind in ipairs { "zero", "nan", "infinite", "negative", "outside" } do
    if tally[kind] > 0 then
      odd[#odd + 1] = kind == "zero" and text.count(tally.zero, kind) or
        ("%d %s"):format(tally[kind], kind == "nan" and "NaN" or kind)
    end
  end
  return #odd > 0 and ("off the axis: %s of %d values"):format(
    table.concat(odd, ", "), tally.total) or nil
end

-- --- ends -------------------------------------------------------------------

-- Makes the axis long enough for a value.
function axis.widen(self, value)
  self.low = math.min(self.low or value, value)
  self.high = math.max(self.high or value, value)
end

-- Room around the data, in the axis's own measure; share: of its length.
function axis.pad(self, share)
  if not self.low then self.low, self.high = self.log and 1 or 0, 1 end
  if self.log then
    local factor = (self.high / self.low) ^ share
    if self.high == self.low then factor = 2 end
    self.low, self.high = self.low / factor, self.high * factor
    return
  end
  local room = (self.high - self.low) * share
  if self.high == self.low then
    room = self.powers and 1 or math.max(math.abs(self.high) * 0.1, 1e-300)
  end
  self.low, self.high = self.floor or self.low - room, self.high + room
end

-- Room above all values: the upper `share` of the axis, which was full.
function axis.raise(self, share)
  local more = share / (1 - share)
  if self.log then
    self.high = self.high * (self.high / self.low) ^ more
  else
    self.high = self.high + (self.high - self.low) * more
  end
end

-- Gives axes the same ends, so that their panels can be compared.
function axis.share(list)
  local all = {}
  for _, each in ipairs(list) do
    if each.low then
      axis.widen(all, each.low)
      axis.widen(all, each.high)
    end
  end
  for _, each in ipairs(list) do each.low, each.high = all.low, all.high end
end

-- --- places -----------------------------------------------------------------

-- Where x lies on an axis, 0 to 1.
function axis.share_of(self, x)
  if self.log then
    return math.log(x / self.low) / math.log(self.high / self.low)
  end
  return (x - self.low) / (self.high - self.low)
end

-- Is x between its ends?
function axis.shows(self, x)
  return x >= self.low and x <= self.high
end

-- What lies at 0 to 1 of its length.
function axis.value_at(self, t)
  if self.log then return self.low * (self.high / self.low) ^ t end
  return self.low + (self.high - self.low) * t
end

-- The places of a column's values on an axis: themselves, or 1, 2, ... of
-- texts; and the names of the places. log: the option that makes the axis
-- logarithmic, or nil.
local function places(spec, column, log)
  local texts = false
  for _, value in ipairs(spec.data:unique(column)) do
    texts = texts or type(value) ~= "number"
  end
  if not texts then return function(value) return value end end
  if log then
    core.fail(("plot: %s is logarithmic, but '%s' holds texts"):format(log,
      column))
  end
  local order, list = {}, {}
  for i, value in ipairs(spec.data:unique(column)) do
    order[value] = i
    list[i] = (spec.labels or {})[value] or tostring(value)
  end
  return function(value) return order[value] end, list
end

-- Are all numbers of a column whole, and is there one?
function axis.is_whole(t, column)
  local found = false
  for _, value in pairs(t.data[column] or {}) do
    if type(value) == "number" and value - value == 0 then
      if value % 1 ~= 0 then return false end
      found = true
    end
  end
  return found
end

local most_swept = 64

-- The finite numbers of a column in their order; nil where they are many.
local function swept(t, column)
  local list = {}
  for _, value in ipairs(t:unique(column)) do
    if axis.drawable(value) then list[#list + 1] = value end
    if #list > most_swept then return nil end
  end
  table.sort(list)
  return list
end

-- The axis "x" or "y" for a column of a panel's definition, and the function
-- that gives a value's place on it.
function axis.of(spec, name)
  local option = "log_" .. name
  local place, list = places(spec, spec[name], spec[option] and option)
  local own = { log = spec[option], names = list }
  if not list then
    own.swept = swept(spec.data, spec[name])
    own.whole = axis.is_whole(spec.data, spec[name])
  end
  return own, place
end

-- 1, 2 or 5 times a power of ten, at least x.
function axis.nice(x)
  local power = 10 ^ math.floor(math.log(x, 10))
  for _, step in ipairs { 1, 2, 5 } do
    if step * power >= x * (1 - 1e-9) then return step * power end
  end
  return 10 * power
end

return axis
