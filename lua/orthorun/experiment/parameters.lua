-- parameters: what an experiment's params, grid and zip say of each parameter
-- beside its values: help, bounds, choices, labels. What is not said follows
-- from the name, where it is a usual one. Gives what ortho.sweep takes.
local core = require "orthorun.core"
local arms = require "orthorun.base.arms"
local names = require "orthorun.base.names"

local parameters = {}

local function fail(message, ...)
  core.fail("experiment: " .. message:format(...))
end

-- --- what names tell --------------------------------------------------------

local usual = {
  width = "units in a layer", depth = "weight matrices",
  batch = "samples in a batch", samples = "samples to learn from",
  steps = "updates of the weights", epochs = "passes over the data",
  inputs = "units at the input", outputs = "units at the output",
  hidden = "units of the hidden layer",
}
local texts = { data = "a data set's name, or a file", init =
  "initialization of the weights", activation = "between the layers" }
local positive = { clip = "largest gradient norm", lr = "learning rate",
  rate = "learning rate" }

local function initializers()
  local list = table.move(arms.names, 1, #arms.names, 1, {})
  for _, name in ipairs(core.init.names()) do
    if not names.has(list, name) then list[#list + 1] = name end
  end
  return list
end

local function all_among(values, known)
  for _, value in ipairs(values) do
    if not names.has(known, value) then return false end
  end
  return true
end

-- The choices of a parameter: known names where all its values are such, else
-- the texts in its list.
local function choices_of(name, values, many)
  if type(values[1]) ~= "string" then return nil end
  local known = name == "init" and initializers() or
    name == "activation" and core.activation.names()
  if known and all_among(values, known) then return known end
  return many and values or nil
end

-- What follows from a parameter's name and values.
local function implied(name, values, many)
  local first = values[1]
  local out = { choices = choices_of(name, values, many) }
  if positive[name] and type(first) ~= "string" then
    out.help, out.above = positive[name], 0
  elseif usual[name] and (math.type(first) == "integer" or
    type(first) == "function") then
    out.help, out.least = usual[name], 1
  elseif texts[name] then
    out.help = texts[name]
  elseif name == "seed" and many then
    out.help = "one trial for each"
  end
  return out
end

-- --- reading ----------------------------------------------------------------

local own_fields = { "help", "least", "most", "above", "choices", "any" }

-- Splits { 4, 10, 20, help = "..." } into values, fields and labels. Values
-- may be tables with a name, and a label.
local function split(part, name, list)
  local values, fields, labels, named = {}, {}, nil, false
  for i, value in ipairs(list) do
    if type(value) == "table" and type(value.name) == "string" then
      named, labels = true, labels or {}
      labels[value.name] = value.label
      value = value.name
    elseif type(value) == "table" then
      fail("%s.%s: value %d is a table without a name", part, name, i)
    end
    values[i] = value
  end
  for key, value in pairs(list) do
    local known = names.has(own_fields, key)
    if known then
      fields[key] = value
    elseif type(key) == "string" and not named then
      fail("%s.%s: %s", part, name, names.unknown("field", key, own_fields))
    end
  end
  if #values == 0 then fail("%s.%s has no value", part, name) end
  return values, fields, labels
end

local function add(self, part, name, given, many)
  if type(name) ~= "string" then
    fail("%s: a name is needed for every value, not %s", part,
      names.describe(name))
  end
  local list = type(given) == "table" and given or { given }
  local values, fields, labels = split(part, name, list)
  if not many and #values > 1 then
    fail("params.%s has %d values; what varies belongs into grid, zip or cases",
      name, #values)
  end
  local option = implied(name, values, many)
  if fields.any then option.choices = nil end
  option.help = self.help[name] or option.help
  for key, value in pairs(fields) do option[key] = value end
  if fields.choices or fields.least or fields.most or fields.above then
    option.least, option.most, option.above = fields.least, fields.most,
      fields.above
  end
  option.any = nil
  self.options[name], self.labels[name] = option, labels
  if name == "init" then
    self.labels.init = setmetatable(labels or {}, { __index = arms.labels })
  end
  return many and values or values[1]
end

local function check_help(help, options)
  for name in pairs(help) do
    if not options[name] then
      fail("help: %s", names.unknown("parameter", tostring(name),
        names.keys(options)))
    end
  end
end

-- What every case calls itself.
local function case_labels(cases)
  local labels = {}
  for _, case in ipairs(type(cases) == "table" and cases or {}) do
    if type(case) == "table" and case[1] ~= nil then
      labels[case[1]] = case.label
    end
  end
  return labels
end

local function merge_options(self, given)
  for name, fields in pairs(given or {}) do
    if not self.options[name] then
      fail("options: %s", names.unknown("parameter", tostring(name),
        names.keys(self.options)))
    end
    names.table_of("experiment", "options." .. name, fields)
    for key, value in pairs(fields) do self.options[name][key] = value end
  end
end

-- Reads a definition: {params, grid, zip (an array of groups), options, labels
-- by parameter and value}. Raises at the user's line.
function parameters.read(def)
  for _, part in ipairs { "params", "grid", "zip", "help", "options" } do
    if def[part] ~= nil then names.table_of("experiment", part, def[part]) end
  end
  local self = { params = {}, grid = {}, zip = {}, options = {}, labels = {},
    help = def.help or {} }
  for name, value in pairs(def.params or {}) do
    self.params[name] = add(self, "params", name, value, false)
  end
  for name, value in pairs(def.grid or {}) do
    names.table_of("experiment", "grid." .. tostring(name), value)
    self.grid[name] = add(self, "grid", name, value, true)
  end
  local zip = def.zip or {}
  for i, group in ipairs(zip[1] == nil and next(zip) and { zip } or zip) do
    self.zip[i] = {}
    for name, value in pairs(names.table_of("experiment", "a group of zip",
      group)) do
      names.table_of("experiment", "zip." .. tostring(name), value)
      self.zip[i][name] = add(self, "zip", name, value, true)
    end
  end
  if def.cases then
    self.options.case = { help = "variations, one at a time" }
    self.labels.case = case_labels(def.cases)
  end
  check_help(self.help, self.options)
  merge_options(self, def.options)
  return self
end

return parameters
