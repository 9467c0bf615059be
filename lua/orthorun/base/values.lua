-- values: what the texts of a command line stand for, by an option's kind, its
-- bounds and choices (options.spec): a number, a list, a range. Each answers
-- nil and a message for a text that is wrong.
local csv = require "orthorun.base.csv"
local names = require "orthorun.base.names"

local values = {}

local readers = {}

function readers.integer(text)
  local value = math.tointeger(csv.tonumber(text))
  return value, "a whole number"
end

function readers.number(text) return csv.tonumber(text), "a number" end

function readers.string(text) return text, "text" end

-- Words for true and false.
values.truth = { ["true"] = true, yes = true, on = true,
  ["false"] = false, no = false, off = false }

function readers.boolean(text) return values.truth[text], "true or false" end

-- nil, and the message that an option wants something else.
function values.refuse(spec, text, wanted)
  return nil, ("--%s: expected %s, got '%s'"):format(spec.name, wanted, text)
end

-- " of at least 1 and at most 10".
local function bounds(spec)
  local parts = {}
  if spec.least then parts[1] = "of at least " .. spec.least end
  if spec.above then parts[#parts + 1] = "above " .. spec.above end
  if spec.most then parts[#parts + 1] = "at most " .. spec.most end
  return #parts > 0 and " " .. table.concat(parts, " and ") or ""
end

local function is_within(spec, value)
  return (not spec.least or value >= spec.least) and
    (not spec.most or value <= spec.most) and
    (not spec.above or value > spec.above)
end

-- The value of one item of text for this option; nil and a message.
function values.item(spec, text)
  local value, wanted = readers[spec.kind](text)
  if value == nil or not is_within(spec, value) then
    return values.refuse(spec, text, wanted .. bounds(spec))
  end
  if not spec.choices then return value end
  for _, choice in ipairs(spec.choices) do
    if choice == value then return value end
  end
  return nil, ("--%s: %s"):format(spec.name,
    names.unknown("value", text, spec.choices))
end

-- The points of a range FROM..TO with `count` of them, evenly spaced, or
-- evenly in the logarithm.
local function spaced(from, to, count, log)
  local points = {}
  for i = 0, count - 1 do
    local t = count == 1 and 0 or i / (count - 1)
    local x = log and from * (to / from) ^ t or from + (to - from) * t
    if i == count - 1 and count > 1 then x = to end
    points[#points + 1] = x
  end
  return points
end

local function whole(points)
  local rounded = {}
  for _, x in ipairs(points) do
    local n = math.tointeger(math.floor(x + 0.5))
    if n ~= rounded[#rounded] then rounded[#rounded + 1] = n end
  end
  return rounded
end

local most = 1000000

local function steps(spec, text, from, to)
  local first, last = math.tointeger(from), math.tointeger(to)
  if not first or not last then
    return values.refuse(spec, text, "whole ends, or a count: FROM..TO:COUNT")
  end
  if last < first or last - first >= most then
    return values.refuse(spec, text, "a range that rises, of at most a million")
  end
  local points = {}
  for i = first, last do points[#points + 1] = i end
  return points
end

-- FROM-TO and FROM..TO count by one; FROM..TO:N has N points, FROM..TO:Nlog
-- has them evenly in the logarithm. nil where the text is no range; false and
-- a message where it is a broken one.
local function read_range(spec, text)
  if spec.kind == "string" or spec.kind == "boolean" then return nil end
  local a, b = text:match("^(%d+)%-(%d+)$")
  if a then return steps(spec, text, tonumber(a), tonumber(b)) end
  local from, to, rest = text:match("^(.-)%.%.([^:]*)(.*)$")
  if not from then return nil end
  from, to = csv.tonumber(from), csv.tonumber(to)
  local count, scale = rest:match("^:(%d+)(%a*)$")
  local known = scale == "" or scale == "log" or scale == "lin"
  if not from or not to or (rest ~= "" and not known) then
    return values.refuse(spec, text, "a range FROM..TO, FROM..TO:COUNT or :COUNTlog")
  end
  if rest == "" then return steps(spec, text, from, to) end
  count = tonumber(count)
  if count < 1 or count > most or from - from ~= 0 or to - to ~= 0 then
    return values.refuse(spec, text, "finite ends and 1 to a million points")
  end
  if scale == "log" and not (from > 0 and to > 0) then
    return values.refuse(spec, text, "ends above 0 for a logarithmic range")
  end
  local points = spaced(from, to, count, scale == "log")
  return spec.kind == "integer" and whole(points) or points
end

-- Checks each point of a range as one item would be.
local function check_points(spec, points)
  for _, x in ipairs(points) do
    local value, message = values.item(spec, csv.number(x))
    if value == nil then return nil, message end
  end
  return points
end

-- The array of values that "10,20,50" or "1-20" stand for.
function values.list(spec, text)
  local list = {}
  for part in (text .. ","):gmatch("([^,]*),") do
    local points, message = read_range(spec, part)
    if points then
      points, message = check_points(spec, points)
    elseif not message then
      local value
      value, message = values.item(spec, part)
      points = value ~= nil and { value } or nil
    end
    if not points then return nil, message end
    table.move(points, 1, #points, #list + 1, list)
  end
  return list
end

-- The value of an option that takes no list.
function values.one(spec, text)
  if spec.kind ~= "string" and text:find(",", 1, true) then
    return nil, ("--%s takes one value here, got '%s'"):format(spec.name, text)
  end
  return values.item(spec, text)
end

return values
