-- options: a script's command line, typed by the defaults of what it sets.
-- Reads an argument array; prints nothing and never exits: a usage error is
-- returned, and the caller decides.
local core = require "orthorun.core"
local csv = require "orthorun.base.csv"
local names = require "orthorun.base.names"
local values_of = require "orthorun.base.values"

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
    local is_init = getmetatable(first) == "orthorun.init"
    return nil, ("'%s' must be a number, a string, a boolean%s, not %s%s")
      :format(name, many and " in an array" or "", names.describe(first),
      is_init and "; give its name, as \"orthogonal\"" or "")
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
options.in_force = { ascii = core.options.ascii,
  show_plots = core.options["show-plots"] or core.options.ascii }

-- The run option that a name means ("dry-run", "dry_run"), or nil.
function options.run_option(name)
  for _, row in ipairs(core.run_options) do
    if row.name == name:gsub("_", "-") then return row end
  end
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
    local read, message = values_of.item(spec, text)
    if read == nil then return nil, message end
    if type(read) ~= type(each) then
      return values_of.refuse(spec, text, "a " .. spec.kind)
    end
  end
  return true
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
    if following and values_of.truth[following] ~= nil then return following, i + 1 end
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
  return (spec.many and values_of.list or values_of.one)(spec, given)
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
