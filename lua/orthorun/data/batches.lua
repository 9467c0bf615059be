-- batches: minibatches of a data set, data.batches{...}. A batch of shuffled
-- samples is gathered into buffers made once; one of samples in their order
-- is a view. Either way a step makes no garbage.

--- @module data

local core = require "orthorun.core"
local names = require "orthorun.base.names"

local matrix = core.matrix
local Batches = { __name = "orthorun.batches" }
Batches.__index = Batches

local known = { "x", "y", "size", "rng", "shuffle", "drop_last", "check" }

local function is_matrix(value)
  return type(value) == "userdata" and getmetatable(value) == "orthorun.matrix"
end

local fail = names.fail

-- Raises with the place of the first NaN or Inf in m.
local function check_finite(who, name, m)
  local finite, i, j = m:is_finite()
  if not finite then
    fail(who, "%s has a NaN or Inf: row %d of sample %d (check = false lets " ..
      "it pass)", name, i, j)
  end
end

-- Labels as a 1 x samples row that batches can be cut from.
local function label_row(who, labels, precision)
  for j = 1, #labels do
    if math.type(labels[j]) ~= "integer" then
      fail(who, "label of sample %d is %s, must be a whole number", j,
        names.shown(labels[j]))
    end
  end
  return matrix({ labels }, { precision = precision })
end

-- x, y as matrices with as many columns, checked.
local function samples(who, options)
  local x, y = options.x, options.y
  if not is_matrix(x) then
    fail(who, "x must be a matrix with a sample per column, not a %s", type(x))
  end
  if x:cols() == 0 then fail(who, "x has no samples (%dx0)", x:rows()) end
  if type(y) == "table" then y = label_row(who, y, x:precision()) end
  if not is_matrix(y) then
    fail(who, "y must be a matrix or an array of labels, not a %s", type(y))
  end
  if y:cols() ~= x:cols() then
    fail(who, "x has %d samples, y has %d", x:cols(), y:cols())
  end
  if options.check ~= false then
    check_finite(who, "x", x)
    check_finite(who, "y", y)
  end
  return x, y
end

local function check_size(who, size, count)
  if math.type(size) ~= "integer" or size < 1 then
    fail(who, "the batch size is %s, must be a whole number of at least 1",
      names.not_whole(size))
  elseif size > count then
    fail(who, "the batch size is %d, but there are only %d samples", size,
      count)
  end
end

local function columns(m, first, last) return m:sub(1, m:rows(), first, last) end

-- Where the batches begin and end.
local function ranges(count, size, drop_last)
  local list = {}
  for first = 1, count, size do
    local last = math.min(first + size - 1, count)
    if last - first + 1 == size or not drop_last then
      list[#list + 1] = { first = first, last = last }
    end
  end
  return list
end

-- Views of the data, for batches in order; of one buffer, for shuffled ones.
local function add_views(self)
  local x, y = self.x, self.y
  if self.shuffle then
    x = matrix.zeros(x:rows(), self.size, { precision = x:precision() })
    y = matrix.zeros(y:rows(), self.size, { precision = y:precision() })
  end
  for _, range in ipairs(self.ranges) do
    local offset = self.shuffle and range.first - 1 or 0
    range.x = columns(x, range.first - offset, range.last - offset)
    range.y = columns(y, range.first - offset, range.last - offset)
  end
end

-- data.batches{x=, y=, size=, shuffle=true, rng=, drop_last=false,
-- check=true}: x inputs x samples; y targets x samples, or an array of
-- labels; size: samples a batch (default: all of them). The last batch of an
-- epoch is short where size does not divide the samples, unless drop_last.
-- Epoch e is shuffled by rng:split("shuffle"):split(e): it depends on rng and
-- e alone. NaN or Inf in the data is an error unless check = false.
--   for epoch = 1, 10 do
--     for x, y in batches:epoch(epoch) do ... end
--   end
-- #batches is their number in an epoch. A batch is valid until the next one.
local function new(options, who)
  who = who or "data.batches"
  options = names.options(who, options, known)
  local x, y = samples(who, options)
  local self = setmetatable({ x = x, y = y, size = options.size or x:cols(),
    rng = options.rng, shuffle = options.shuffle ~= false }, Batches)
  check_size(who, self.size, x:cols())
  if self.size == x:cols() then self.shuffle = false end -- nothing to choose
  if self.shuffle and not self.rng then
    fail(who, "shuffling needs rng=, for example rng = ortho.rng(1)")
  end
  self.ranges = ranges(x:cols(), self.size, options.drop_last)
  add_views(self)
  return self
end

function Batches:__len() return #self.ranges end

--- Draws the order of epoch e.
-- @function batches:begin
-- @tparam int e
function Batches:begin(e)
  if self.shuffle then
    self.order = self.rng:split("shuffle"):split(e):permutation(self.x:cols())
  end
end

--- Batch i of the epoch that was begun.
-- @function batches:get
-- @tparam int i
-- @treturn matrix x
-- @treturn ?matrix|{int,...} y
function Batches:get(i)
  local range = self.ranges[i]
  if self.shuffle then
    range.x:gather(self.x, self.order, range.first)
    range.y:gather(self.y, self.order, range.first)
  end
  return range.x, range.y
end

--- An iterator: `for x, y in batches:epoch(e) do`. Epoch e is shuffled by
-- `rng:split("shuffle"):split(e)`. A batch is valid until the next one.
-- @function batches:epoch
-- @tparam int e
-- @treturn func
function Batches:epoch(e)
  local i = 0
  self:begin(e)
  return function()
    i = i + 1
    if i <= #self.ranges then return self:get(i) end
  end
end

return { new = new }
