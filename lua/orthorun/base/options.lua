-- options: a script's command line, typed by the defaults of what it sets.
-- Reads an argument array; prints nothing and never exits: a usage error is
-- returned, and the caller decides.
local core = require "orthorun.core"
local csv = require "orthorun.base.csv"
local names = require "orthorun.base.names"

local options = {}

-- The kind of a default: "integer", "number", "boolean" or "string".
local function kind_of(value)
  local kind = math.type(value) or type(value)
  if kind == "float" then return "number" end
  if kind == "integer" or kind == "boolean" or kind == "string" then
    return kind
  end
end

-- One option: its name, its default, whether it takes a list, and of extra:
-- choices, the values allowed (an array); least, most and above, the bounds of
-- numbers; help, a line. nil and a message where the default has no type.
function options.spec(name, default, many, extra)
  extra = extra or {}
  local first = default
  if many then first = default[1] end
  local kind = kind_of(first)
  if not kind then
    return nil, ("'%s' must be a number, a string, a boolean%s, not a %s")
      :format(name, many and " in an array" or "", type(first))
  end
  for _, value in ipairs(many and default or {}) do
    if kind == "integer" and math.type(value) == "float" then
      kind = "number"
    elseif type(value) ~= type(first) then
      return nil, ("'%s' mixes %s and %s"):format(name, type(first),
        type(value))
    end
  end
  return { name = name, default = default, many = many, kind = kind,
    choices = extra.choices, least = extra.least, most = extra.most,
    above = extra.above, help = extra.help }
end

-- The same for a run option, a row of core.run_options: the host checks its
-- values, so that they are right or wrong on either side of the script's name.
function options.run_spec(row, default)
  return { name = row.name:gsub("-", "_"), default = default, run = row,
    help = row.about }
end

-- Has the host check the values of a script's own option that bears a run
-- option's name: both may be given on either side. each: every item of a list.
function options.check_as(spec, row, each)
  function spec.check(text)
    for part in text:gmatch(each and "[^,]*" or ".*") do
      local value, message = core.read_run_option(row.name, part)
      if value == nil then return message end
    end
  end
end

-- Run options for parts of the library that nobody hands settings to: those in
-- front of the script, until a sweep has read what stands behind it.
options.in_force = { ascii = core.options.ascii }

-- The run option that a name means ("dry-run", "dry_run"), or nil.
function options.run_option(name)
  for _, row in ipairs(core.run_options) do
    if row.name == name:gsub("_", "-") then return row end
  end
end

local readers = {}

function readers.integer(text)
  local value = math.tointeger(csv.tonumber(text))
  return value, "a whole number"
end

function readers.number(text) return csv.tonumber(text), "a number" end

function readers.string(text) return text, "text" end

local truth = { ["true"] = true, yes = true, on = true,
  ["false"] = false, no = false, off = false }

function readers.boolean(text) return truth[text], "true or false" end

local function refuse(spec, text, wanted)
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
local function read_item(spec, text)
  local value, wanted = readers[spec.kind](text)
  if value == nil or not is_within(spec, value) then
    return refuse(spec, text, wanted .. bounds(spec))
  end
  if not spec.choices then return value end
  for _, choice in ipairs(spec.choices) do
    if choice == value then return value end
  end
  return nil, ("--%s: %s"):format(spec.name,
    names.unknown("value", text, spec.choices))
end

-- Is a value (an array of them, where it takes a list) one that the option
-- could have been given? If not, a message.
function options.check(spec, value)
  local list = spec.many and value or { value }
  if type(list) ~= "table" or #list == 0 then
    return nil, ("--%s: expected an array of values, got %s"):format(spec.name,
      names.describe(value))
  end
  for _, each in ipairs(list) do
    local text = csv.plain(each)
    local read, message = read_item(spec, text)
    if read == nil then return nil, message end
    if type(read) ~= type(each) then
      return refuse(spec, text, "a " .. spec.kind)
    end
  end
  return true
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
    return refuse(spec, text, "whole ends, or a count: FROM..TO:COUNT")
  end
  if last < first or last - first >= most then
    return refuse(spec, text, "a range that rises, of at most a million")
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
    return refuse(spec, text, "a range FROM..TO, FROM..TO:COUNT or :COUNTlog")
  end
  if rest == "" then return steps(spec, text, from, to) end
  count = tonumber(count)
  if count < 1 or count > most or from - from ~= 0 or to - to ~= 0 then
    return refuse(spec, text, "finite ends and 1 to a million points")
  end
  if scale == "log" and not (from > 0 and to > 0) then
    return refuse(spec, text, "ends above 0 for a logarithmic range")
  end
  local points = spaced(from, to, count, scale == "log")
  return spec.kind == "integer" and whole(points) or points
end

-- Checks each point of a range as one item would be.
local function check_points(spec, points)
  for _, x in ipairs(points) do
    local value, message = read_item(spec, csv.number(x))
    if value == nil then return nil, message end
  end
  return points
end

-- The array of values that "10,20,50" or "1-20" stand for.
local function read_list(spec, text)
  local values = {}
  for part in (text .. ","):gmatch("([^,]*),") do
    local points, message = read_range(spec, part)
    if points then
      points, message = check_points(spec, points)
    elseif not message then
      local value
      value, message = read_item(spec, part)
      points = value ~= nil and { value } or nil
    end
    if not points then return nil, message end
    table.move(points, 1, #points, #values + 1, values)
  end
  return values
end

local function one_value(spec, text)
  if spec.kind ~= "string" and text:find(",", 1, true) then
    return nil, ("--%s takes one value here, got '%s'"):format(spec.name, text)
  end
  return read_item(spec, text)
end

local function find(specs, name)
  local wanted = name:gsub("-", "_")
  for _, spec in ipairs(specs) do
    if spec.name == wanted then return spec, true end
  end
  local negated = wanted:match("^no_(.+)$")
  for _, spec in ipairs(negated and specs or {}) do
    if spec.name == negated and spec.kind == "boolean" then
      return spec, false
    end
  end
end

local function unknown(specs, name)
  local known = {}
  for _, spec in ipairs(specs) do
    known[#known + 1] = "--" .. spec.name:gsub("_", "-")
  end
  local near = names.nearest("--" .. name, known)
  return ("unknown option --%s%s"):format(name,
    near and (" (did you mean %s?)"):format(near) or
    " (--help lists the options)")
end

-- The next word, unless it is an option itself.
local function next_word(argv, i)
  local word = argv[i + 1]
  return word and not word:find "^%-%-%a" and word or nil
end

-- The text that belongs to an option, and the index behind it.
local function operand(spec, text, argv, i)
  if text then return text, i end
  local following = next_word(argv, i)
  if spec.kind == "boolean" and not spec.many then
    if following and truth[following] ~= nil then return following, i + 1 end
    return "true", i
  end
  if following == nil then
    return nil, ("--%s: a value is missing"):format(spec.name)
  end
  return following, i + 1
end

local function read_run_option(spec, text, argv, i, values)
  local following = spec.run.value and not text and next_word(argv, i)
  local value, message = core.read_run_option(spec.run.name,
    text or following or nil)
  if value == nil then return nil, message, true end
  values[spec.name] = value
  return following and i + 1 or i
end

-- The value that `given` stands for; nil, a message, and whether the message
-- is the host's.
local function read_value(spec, given)
  local message = spec.check and spec.check(given)
  if message then return nil, message, true end
  return (spec.many and read_list or one_value)(spec, given)
end

local function read_option(specs, argv, i, values)
  local name, text = argv[i]:match("^%-%-([^=]+)=?(.*)$")
  if not argv[i]:find("=", 1, true) then text = nil end
  local spec, yes = find(specs, name)
  if not spec then return nil, unknown(specs, name) end
  if spec.run then return read_run_option(spec, text, argv, i, values) end
  if not yes then
    if text then return nil, ("--%s takes no value"):format(name) end
    values[spec.name] = spec.many and { false } or false
    return i
  end
  local given, rest = operand(spec, text, argv, i)
  if not given then return nil, rest end
  local value, message, by_host = read_value(spec, given)
  if value == nil then return nil, message, by_host end
  values[spec.name] = value
  return rest
end

-- Reads argv (strings from 1) by the specs. Returns a table with the values
-- that were given, or nil, a message, and true where the host would say the
-- same of an option in front of the script. Known beside the specs: --help, -h.
function options.parse(specs, argv)
  local values, i = {}, 1
  while i <= #argv do
    if argv[i] == "--help" or argv[i] == "-h" then
      values.help = true
    elseif argv[i]:find("^%-%-[^=]") then
      local last, message, by_host = read_option(specs, argv, i, values)
      if not last then return nil, message, by_host end
      i = last
    else
      return nil, ("unexpected argument '%s' (options look like --name value)")
        :format(argv[i])
    end
    i = i + 1
  end
  return values
end

local function default_text(spec)
  local default = spec.default
  if not spec.many then
    if type(default) == "number" then return csv.number(default) end
    return tostring(default)
  end
  local parts = {}
  for i, value in ipairs(default) do parts[i] = csv.field(value) end
  if #parts > 6 then
    return ("%s,%s,...,%s"):format(parts[1], parts[2], parts[#parts])
  end
  return table.concat(parts, ",")
end

-- "--width INTEGER", "--depth INTEGER,...", "--jobs N", "--flag".
local function left_side(spec)
  local shape = spec.run and spec.run.value or ""
  if not spec.run and (spec.many or spec.kind ~= "boolean") then
    shape = spec.kind:upper() .. (spec.many and ",..." or "")
  end
  return ("  --%s %s"):format(spec.name:gsub("_", "-"), shape)
end

local function right_side(spec)
  local parts = { spec.help }
  local is_flag = spec.run and not spec.run.value
  if spec.default ~= nil and spec.default ~= "" and not is_flag then
    parts[#parts + 1] = ("[%s]"):format(default_text(spec))
  end
  if spec.choices then
    parts[#parts + 1] = "one of " .. table.concat(spec.choices, ", ")
  end
  return table.concat(parts, " ")
end

-- The lines of --help for some specs.
function options.help(specs)
  local lines, width = {}, 0
  for i, spec in ipairs(specs) do
    lines[i] = left_side(spec)
    width = math.max(width, #lines[i])
  end
  for i, spec in ipairs(specs) do
    lines[i] = lines[i] .. (" "):rep(width - #lines[i] + 2) .. right_side(spec)
  end
  return table.concat(lines, "\n")
end

return options
