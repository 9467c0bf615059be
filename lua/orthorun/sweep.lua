-- sweep: one trial function over a grid of parameters, every one of which is
-- a command-line option of the script. Knows nothing of networks or plots.
--
--   local sweep = ortho.sweep {
--     name = "demo", about = "what it shows",
--     params = { width = 64 },                           -- fixed
--     grid = { init = {"a", "b"}, seed = ortho.range(5) }, -- crossed
--     trial = function(p, rng) return { error = ..., norms = {...} } end,
--   }
--   local results = sweep:run()
local core = require "orthorun.core"
local csv = require "orthorun.csv"
local files = require "orthorun.files"
local names = require "orthorun.names"
local options = require "orthorun.options"
local tabular = require "orthorun.tabular"

local Sweep = { __name = "orthorun.sweep" }
Sweep.__index = Sweep

local sweep = {}

-- range(n): 1..n. range(a, b [, step]): a, a+step, ... up to b.
function sweep.range(a, b, step)
  if b == nil then a, b = 1, a end
  step = step or 1
  for i = 1, 3 do
    local x = ({ a, b, step })[i]
    if type(x) ~= "number" then
      error("range: expected numbers, got a " .. type(x), 2)
    end
  end
  if step == 0 or step ~= step then error("range: the step is 0", 2) end
  local count = math.floor((b - a) / step + 1e-9)
  if count >= 1e7 then error("range: more than ten million points", 2) end
  local values = {}
  for i = 0, count do values[#values + 1] = a + i * step end
  return values
end

local known_fields = { "name", "about", "params", "grid", "options", "trial",
  "index", "args" }

local function check_definition(definition)
  names.options("sweep", definition, known_fields, 3)
  if type(definition.name) ~= "string" or definition.name == "" then
    error("sweep: a name is needed, like name = \"depth_sweep\"", 3)
  end
  if type(definition.trial) ~= "function" then
    error("sweep: trial must be a function(p, rng), not a " ..
      type(definition.trial), 3)
  end
  for name, values in pairs(definition.grid or {}) do
    if type(values) ~= "table" or #values == 0 then
      error(("sweep: grid.%s must be an array of values"):format(name), 3)
    end
    if (definition.params or {})[name] ~= nil then
      error(("sweep: '%s' is in params and in grid"):format(name), 3)
    end
  end
end

-- The options that every sweep has. `seed` gives way to a grid's own.
local function run_specs(definition)
  local specs = {
    { name = "out", default = files.join("runs", definition.name),
      help = "folder for the results" },
    { name = "seed", default = 0, help = "seed of the run" },
    { name = "jobs", default = 1, least = 1, help = "trials at a time" },
    { name = "precision", default = core.precision and core.precision() or
      "float64", choices = { "float64", "float32" } },
    { name = "shard", default = "1/1", help = "the I-th of N parts, as I/N" },
    { name = "fresh", default = false, help = "use no earlier results" },
    { name = "quiet", default = false, help = "no progress on stderr" },
  }
  local kept = {}
  for _, s in ipairs(specs) do
    local taken = (definition.grid or {})[s.name] ~= nil or
      (definition.params or {})[s.name] ~= nil
    if not taken then
      s.run = true
      kept[#kept + 1] = options.spec(s.name, s.default, false, s)
    end
  end
  return kept
end

-- Parameter names in the order of columns and loops: alphabetical, the seed
-- last, so that trials which differ in the seed alone stand together.
local function ordered(group)
  local list = names.keys(group or {})
  for i, name in ipairs(list) do
    if name == "seed" then table.insert(list, table.remove(list, i)) end
  end
  return list
end

local function script_specs(definition)
  local specs, extra = {}, definition.options or {}
  for _, part in ipairs { "grid", "params" } do
    for _, name in ipairs(ordered(definition[part])) do
      local spec, message = options.spec(name, definition[part][name],
        part == "grid", extra[name])
      if not spec then error("sweep: " .. message, 3) end
      specs[#specs + 1] = spec
    end
  end
  for name in pairs(extra) do
    if (definition.params or {})[name] == nil and
      (definition.grid or {})[name] == nil then
      error(("sweep: options.%s names no parameter"):format(name), 3)
    end
  end
  return specs
end

local function help_text(self, script, run)
  return ("%s\n\nusage: orthorun %s [--option value ...]\n\n" ..
    "What is swept and what is fixed (lists: 10,20,50; ranges: 1-20, " ..
    "1e-4..1e-1:7log):\n%s\n\nThe run:\n%s\n  --help\n"):format(
    self.about or self.name, arg and arg[0] or self.name .. ".lua",
    options.help(script), options.help(run))
end

local function usage_error(message)
  io.stderr:write(("orthorun: %s: %s\n"):format(
    arg and arg[0] or "script", message))
  os.exit(2, true)
end

-- A host option in front of the script counts unless the script's own side
-- sets it.
local function from_host(specs, given)
  local host = core.options or {}
  local argv = {}
  for _, spec in ipairs(specs) do
    local value = host[spec.name]
    local ours = spec.run or spec.name == "seed" or spec.name == "precision"
    if ours and value ~= nil and given[spec.name] == nil then
      argv[#argv + 1] = ("--%s=%s"):format(spec.name, tostring(value))
    end
  end
  local values, message = options.parse(specs, argv)
  if not values then usage_error(message) end
  for name, value in pairs(values) do given[name] = value end
end

local function settle(self, specs, given)
  for _, spec in ipairs(specs) do
    local value = given[spec.name]
    if value == nil then value = spec.default end
    if spec.run then
      self.run_options[spec.name] = value
    elseif spec.many then
      self.grid[spec.name] = value
    else
      self.params[spec.name] = value
    end
  end
end

-- Defines a sweep, reads the command line, and answers --help. A wrong
-- option ends the program with status 2. Fields: name, about, params, grid,
-- trial; options = {NAME = {choices=, least=, help=}}; index, the name of the
-- column that counts through arrays (default "layer"); args, an argument
-- array to read instead of the script's.
local function define(_, definition)
  check_definition(definition)
  local self = setmetatable({
    name = definition.name, about = definition.about,
    trial = definition.trial, index = definition.index or "layer",
    defaults = definition.grid or {}, params = {}, grid = {},
    run_options = {}, grid_names = ordered(definition.grid),
    param_names = ordered(definition.params),
  }, Sweep)
  local script, run = script_specs(definition), run_specs(definition)
  local all = table.move(run, 1, #run, #script + 1,
    table.move(script, 1, #script, 1, {}))
  local given, message = options.parse(all, definition.args or arg or {})
  if not given then usage_error(message) end
  if given.help then
    io.write(help_text(self, script, run))
    os.exit(0, true)
  end
  from_host(all, given)
  settle(self, all, given)
  local precision = self.run_options.precision or self.params.precision
  if precision and core.set_precision then core.set_precision(precision) end
  return self
end

-- Where a file of this run goes: its folder (--out), which is made if need
-- be, and the name.
function Sweep:path(name)
  return files.join(files.make_folder(self.run_options.out), name)
end

-- The parameters of every trial, an array of tables; the last name of the
-- grid varies fastest.
function Sweep:trials()
  local trials = { {} }
  for _, name in ipairs(self.param_names) do
    trials[1][name] = self.params[name]
  end
  for _, name in ipairs(self.grid_names) do
    local crossed = {}
    for _, p in ipairs(trials) do
      for _, value in ipairs(self.grid[name]) do
        local q = {}
        for key, v in pairs(p) do q[key] = v end
        q[name] = value
        crossed[#crossed + 1] = q
      end
    end
    trials = crossed
  end
  return trials
end

-- What names a trial's random numbers: its parameters without the seed, in
-- the order of their names. Nothing of other trials, or of their order.
local function key_of(p)
  local parts = {}
  for _, name in ipairs(names.keys(p)) do
    if name ~= "seed" then
      parts[#parts + 1] = ("%s=%q"):format(name, p[name])
    end
  end
  return table.concat(parts, " ")
end

function Sweep:rng(p)
  local seed = p.seed
  if seed == nil then seed = self.run_options.seed end
  local whole = math.tointeger(seed)
  local rng = core.rng(whole or 0)
  if not whole then rng = rng:split(tostring(seed)) end
  return rng:split(key_of(p))
end

-- "init=he_normal, depth=10": what distinguishes a trial, for messages.
function Sweep:describe(p)
  local parts = {}
  for _, name in ipairs(self.grid_names) do
    parts[#parts + 1] = ("%s=%s"):format(name, csv.field(p[name]))
  end
  return table.concat(parts, ", ")
end

local scalar = { number = true, string = true, boolean = true }

-- The common length of the arrays that a trial returned, nil where all are
-- single values; raises where they differ.
local function length_of(self, out)
  local length, first
  for _, name in ipairs(names.keys(out)) do
    local value = out[name]
    if type(value) == "table" then
      if length and #value ~= length then
        error(("trial: '%s' has %d values but '%s' has %d"):format(first,
          length, name, #value), 0)
      end
      length, first = #value, name
    elseif not scalar[type(value)] then
      error(("trial: '%s' is a %s, not a number or an array"):format(name,
        type(value)), 0)
    end
  end
  if length and out[self.index] ~= nil then
    error(("trial: '%s' is the column that counts through arrays")
      :format(self.index), 0)
  end
  return length
end

-- The records of one trial: one for each place in its arrays.
local function records(self, p, out)
  if type(out) ~= "table" then
    error(("trial: must return a table of results, not %s"):format(
      type(out)), 0)
  end
  for name in pairs(out) do
    if p[name] ~= nil then
      error(("trial: result '%s' has the name of a parameter"):format(name), 0)
    end
  end
  local list, length = {}, length_of(self, out)
  for i = 1, length or 1 do
    local record = {}
    for name, value in pairs(p) do record[name] = value end
    for name, value in pairs(out) do
      if type(value) == "table" then value = value[i] end
      record[name] = value
    end
    if length then record[self.index] = i end
    list[i] = record
  end
  return list
end

-- Levels of a grid column: the script's own values first, so that order and
-- colours stay the same whatever subset is asked for.
local function levels(self)
  local all = {}
  for _, name in ipairs(self.grid_names) do
    local list = table.move(self.defaults[name], 1, #self.defaults[name], 1, {})
    all[name] = table.move(self.grid[name], 1, #self.grid[name], #list + 1,
      list)
  end
  return all
end

-- The table of all records: parameters, the index, then measurements.
local function gather(self, list)
  local columns, seen, measured = {}, {}, {}
  local function add(name)
    if not seen[name] then
      seen[name] = true
      columns[#columns + 1] = name
    end
  end
  for _, name in ipairs(self.grid_names) do add(name) end
  for _, name in ipairs(self.param_names) do add(name) end
  for _, record in ipairs(list) do
    for name in pairs(record) do measured[name] = true end
  end
  if measured[self.index] then add(self.index) end
  for _, name in ipairs(names.keys(measured)) do add(name) end
  local results = tabular.new(columns, levels(self))
  for _, record in ipairs(list) do results:append(record) end
  return results
end

local function progress(self, done, total, began)
  if not self.live then return end
  local spent = os.time() - began
  local left = done > 0 and spent > 1 and
    (", about %d s left"):format(spent * (total - done) // done) or ""
  io.stderr:write(("\r%s: %d of %d trials%s\27[K"):format(self.name, done,
    total, left))
  if done == total then io.stderr:write("\r\27[K") end
end

-- A failed trial's message, with the lines of the script that led to it.
local function handler(message)
  local text = debug.traceback(tostring(message), 2)
  return { message = tostring(message),
    traceback = text:gsub("\n[^\n]*/orthorun/sweep%.lua:.*", "") }
end

-- Raises the error of a run in which every trial failed. An object, so that
-- nobody adds a second traceback to the trial's own.
local function raise_failure(self, failure, total)
  local text = ("%s\n(sweep %s: %s)"):format(failure.traceback, self.name,
    total == 1 and "the only trial failed" or
    ("all %d trials failed, this one first"):format(total))
  error(setmetatable({ message = failure.message },
    { __tostring = function() return text end }), 0)
end

local function attempt(self, p)
  return xpcall(function()
    return records(self, p, self.trial(p, self:rng(p)))
  end, handler)
end

-- Tells stderr which trials failed, each distinct message once.
local function report(self, failures, total)
  local seen = {}
  for _, failure in ipairs(failures) do
    if not seen[failure.message] then
      seen[failure.message] = true
      io.stderr:write(("%s: trial (%s) failed: %s\n"):format(self.name,
        self:describe(failure.p), failure.message))
    end
  end
  io.stderr:write(("%s: %d of %d trials failed; the results are of the " ..
    "others\n"):format(self.name, #failures, total))
end

local function copy(p)
  local q = {}
  for name, value in pairs(p) do q[name] = value end
  return q
end

-- The trials of this shard (--shard I/N): every N-th, from the I-th on.
local function shard_of(self, trials)
  local text = self.run_options.shard or "1/1"
  local i, n = text:match("^(%d+)/(%d+)$")
  i, n = tonumber(i), tonumber(n)
  if not i or i < 1 or i > n then
    usage_error(("--shard: expected I/N with 1 <= I <= N, got '%s'"):format(
      text))
  end
  local mine = {}
  for k = i, #trials, n do mine[#mine + 1] = trials[k] end
  return mine
end

-- Runs every trial and returns the table of results: one row per trial, or
-- per place in the arrays a trial returned. A trial that fails is named on
-- stderr and left out (results.failures has it); if all fail, the first
-- error is raised.
function Sweep:run()
  local trials, list, failures = shard_of(self, self:trials()), {}, {}
  local began = os.time()
  self.live = not self.run_options.quiet and core.file.isterminal(2)
  for i, p in ipairs(trials) do
    progress(self, i - 1, #trials, began)
    local ok, out = attempt(self, copy(p))
    if ok then
      table.move(out, 1, #out, #list + 1, list)
    elseif out.message:find("interrupted!", 1, true) then
      error("interrupted!", 0)
    else
      out.p = p
      failures[#failures + 1] = out
    end
  end
  progress(self, #trials, #trials, began)
  if #failures == #trials and #trials > 0 then
    raise_failure(self, failures[1], #trials)
  end
  if #failures > 0 then report(self, failures, #trials) end
  local results = gather(self, list)
  results.failures = failures
  return results
end

function Sweep:__tostring()
  return ("sweep %s: %d trials over %s"):format(self.name, #self:trials(),
    table.concat(self.grid_names, ", "))
end

return setmetatable(sweep, { __call = define })
