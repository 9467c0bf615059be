-- commands: what can be called at the prompt beside Lua and the library. They
-- are no globals: a variable of the same name hides one.

--- What can be called at the prompt beside Lua and the library:
-- [prompt.md](../prompt.md) tells of the rest. They are no globals: a variable of
-- the same name hides one. `_` and `_1` to `_9` are the last results.
-- @module prompt
-- @pragma nostrip

local core = require "orthorun.core"
local display = require "orthorun.prompt.display"
local docs = require "orthorun.prompt.docs"
local entries = require "orthorun.prompt.entries"
local help = require "orthorun.prompt.help"
local lexer = require "orthorun.prompt.lexer"
local names = require "orthorun.base.names"
local session = require "orthorun.prompt.session"
local files = require "orthorun.base.files"
local stats = require "orthorun.table.stats"
local concat, pack, unpack = table.concat, table.pack, table.unpack
local fail, field_of = core.fail, names.field

local commands = {}
local list = {}
commands.list = list

local function clock() return entries.host.clock() end

-- --- help ------------------------------------------------------------------

-- Not io.write: the session may have turned that to a file.
local function show(text) io.stdout:write(text, "\n") end

--- What the reference says; `?name` and `name?` do the same.
-- @function help
-- @call help()
-- @call help(value)
-- @call help "word"
-- @tparam[opt] any value a function, a module or an object of the library; or a
--   name or a word, which is sought in names and texts
function list.help(...)
  if select("#", ...) == 0 then return show(help.intro) end
  local value = ...
  for name, f in next, list do
    if rawequal(value, f) or value == name then return commands.question(name) end
  end
  show(help.of_value(value))
end

-- The value of a path of names, without calling anybody's __index: second, is
-- there one?
local function value_of(path)
  local value, found
  for name in path:gmatch "[%a_][%w_]*" do
    if not found then
      value, found = session.get(name)
      if not found then value = rawget(_G, name) end
      found = value ~= nil
    elseif rawequal(value, package.loaded.orthorun) then
      value = field_of(value, name)
    elseif type(value) == "table" then
      value = rawget(value, name)
    else
      return nil, false
    end
  end
  return value, value ~= nil
end

-- What `?asked` shows; second: is it a name that is there?
function commands.about(asked)
  asked = asked:gsub("%s*%-%-.*$", ""):gsub("[%s\"'(){};]+$", "")
    :gsub("^[%s\"']", "")
  if asked == "" or asked == "help" then return help.intro, true end
  if asked:find "^[%a_][%w_.:]*$" then
    local value, found = value_of(asked)
    if found then return help.of_value(value), true end
  end
  return help.of_word(asked), docs.item(asked) ~= nil
end

-- Shows it; also what a command does whose name alone was typed.
function commands.question(asked)
  if asked:find "^%s*who[%s;]*$" and not value_of "who" then
    return list.who()
  end
  show((commands.about(asked)))
end

-- --- leaving ---------------------------------------------------------------

--- Leaves; so do `quit` alone and Ctrl-D.
-- @function quit
-- @tparam[opt=0] int|bool status
function list.quit(status)
  io.stdout:flush()
  os.exit(status == nil or status, true)
end
--- As `quit`.
-- @function exit
-- @tparam[opt=0] int|bool status

list.exit = list.quit

-- --- time ------------------------------------------------------------------

local function seconds_text(s)
  for _, unit in ipairs { { 1, "s" }, { 1e-3, "ms" }, { 1e-6, "µs" } } do
    if s >= unit[1] then return ("%.4g %s"):format(s / unit[1], unit[2]) end
  end
  return ("%.4g ns"):format(s * 1e9)
end

local function check_callable(who, f)
  local meta = debug.getmetatable(f)
  if type(f) ~= "function" and not (meta and meta.__call) then
    fail(("%s: needs a function, as in %s(function() ... end), not %s"):format(
      who, who, names.describe(f)))
  end
end

--- Prints how long f(...) takes.
-- @function time
-- @tparam func f
-- @tparam any ... its arguments
-- @treturn any what f returns
function list.time(f, ...)
  check_callable("time", f)
  local begin = clock()
  local results = pack(f(...))
  show(display.dim(seconds_text(clock() - begin)))
  return unpack(results, 1, results.n)
end

local Bench = {}

function Bench:__tostring()
  return ("%s (median of %d runs; 10 to 90 %%: %s to %s), %d allocation%s of %s a run")
    :format(seconds_text(self.median), self.runs, seconds_text(self.low),
      seconds_text(self.high), self.allocations,
      self.allocations == 1 and "" or "s", self.bytes < 1024 and
      ("%.0f bytes"):format(self.bytes) or ("%.4g KiB"):format(self.bytes / 1024))
end

-- How many calls of f take a millisecond: a clock is too coarse for less.
local function batch_of(f)
  local count = 1
  while true do
    local begin = clock()
    for _ = 1, count do f() end
    local took = clock() - begin
    if took >= 1e-3 or count >= 1 << 20 then return count end
    count = count * 2
  end
end

--- The median time of f(), its spread, and what a call of it allocates.
-- @function bench
-- @tparam func f
-- @tparam[opt=1] number seconds
-- @treturn table {median, low, high, mean, runs, allocations, bytes}; it prints as a line
function list.bench(f, seconds)
  check_callable("bench", f)
  if seconds ~= nil and not (type(seconds) == "number" and seconds > 0) then
    fail("bench: the second argument is a number of seconds, not " ..
      names.describe(seconds))
  end
  local count, times = batch_of(f), {}
  local allocations, bytes = entries.host.allocations(function() f() end)
  local finish = clock() + (seconds or 1)
  repeat
    local begin = clock()
    for _ = 1, count do f() end
    times[#times + 1] = (clock() - begin) / count
  until #times >= 5 and clock() >= finish
  local s = stats.summary(times)
  return setmetatable({ median = s.median, low = s.low, high = s.high,
    mean = s.mean, runs = #times * count, allocations = allocations,
    bytes = bytes }, Bench)
end

-- --- the session -----------------------------------------------------------

-- what Lua and the host put there
local standard = {}
for name in ([[_G _VERSION arg assert collectgarbage coroutine debug dofile error
  getmetatable io ipairs load loadfile math next ortho os package pairs pcall
  print rawequal rawget rawlen rawset require select setmetatable string table
  tonumber tostring type utf8 warn xpcall _PROMPT _PROMPT2]]):gmatch "%S+" do
  standard[name] = true
end

--- The variables of this session, with what they are.
-- @function who
function list.who()
  local found, sorted, widest = {}, {}, 0
  for name, value in next, _G do
    if type(name) == "string" and not standard[name] then found[name] = { value } end
  end
  for name in next, session.cells do found[name] = { (session.get(name)) } end
  for name in next, found do
    sorted[#sorted + 1] = name
    widest = math.max(widest, #name)
  end
  table.sort(sorted)
  if #sorted == 0 then return show(display.dim "no variables yet") end
  for _, name in ipairs(sorted) do
    show(("%s%s  %s%s"):format(name, (" "):rep(widest - #name),
      display.short(found[name][1]),
      session.cells[name] and display.dim "  (local)" or ""))
  end
end

--- Loads a module anew; who has its table finds the new fields in it.
-- @function reload
-- @call reload "module"
-- @tparam string module
-- @treturn any the module
function list.reload(module)
  if type(module) ~= "string" then
    fail("reload: needs the name of a module, as for require, not " ..
      names.describe(module))
  end
  local old = package.loaded[module]
  package.loaded[module] = nil
  local good, new = pcall(require, module)
  if not good then
    package.loaded[module] = old
    error(new, 0)
  end
  if type(old) ~= "table" or type(new) ~= "table" then return new end
  for key in next, old do
    if rawget(new, key) == nil then rawset(old, key, nil) end
  end
  for key, value in next, new do rawset(old, key, value) end
  setmetatable(old, getmetatable(new))
  package.loaded[module] = old
  return old
end

-- --- saving and editing ----------------------------------------------------

local function uses_results(text)
  for _, token in ipairs(lexer.tokens(text)) do
    if token.kind == "name" and token.text:find "^_%d?$" then return true end
  end
  return false
end

local function begins_with_command(text)
  local name = text:match "^%s*([%a_]+)"
  return list[name] and rawget(_G, name) == nil and not session.cells[name]
end

local function commented(text) return "-- " .. text:gsub("\n", "\n-- ") end

-- A script that needs results gives them their names as the prompt did.
local shift = "_9, _8, _7, _6, _5, _4, _3, _2, _1 = _8, _7, _6, _5, _4, _3, " ..
  "_2, _1, %s\n_ = _1 print(_)"

local function script_lines(typed)
  local lines, results = {}, false
  for _, entry in ipairs(typed) do
    results = results or uses_results(entry.text)
  end
  for _, entry in ipairs(typed) do
    local expression = results and entry.script:match "^print(%b())$"
    if entry.failed then
      lines[#lines + 1] = commented("failed: " .. entry.text)
    elseif begins_with_command(entry.text) then
      lines[#lines + 1] = commented(entry.text)
    else
      lines[#lines + 1] = expression and shift:format(expression) or entry.script
    end
  end
  return lines
end

--- Writes what was typed as a script that does it again, the seed included.
-- @function save
-- @call save "session.lua"
-- @tparam string path
function list.save(path)
  if type(path) ~= "string" or path == "" then
    fail "save: needs the name of a file, as in save \"session.lua\""
  end
  local seed = (core.options or {}).seed or "0"
  local lines = { ("-- A session of %s; orthorun %s."):format(
    os.date "%Y-%m-%d %H:%M", core.environment.orthorun),
    ("local ortho = require %q"):format "orthorun",
    ("math.randomseed(%s)"):format(seed:match "^%-?%d+$" or "0") }
  local precision = (core.options or {}).precision
  if precision then
    lines[#lines + 1] = ("ortho.set_precision(%q)"):format(precision)
  end
  local typed = table.move(session.entries, 1, #session.entries - 1, 1, {})
  local script = script_lines(typed)
  table.move(script, 1, #script, #lines + 1, lines)
  files.write(path, concat(lines, "\n") .. "\n")
  show(("%d entries saved in %s"):format(#typed, path))
end

local function quoted(path) return "'" .. path:gsub("'", "'\\''") .. "'" end

local function run_editor(path)
  local editor = os.getenv "VISUAL" or os.getenv "EDITOR" or "vi"
  if not os.execute(editor .. " " .. quoted(path)) then
    fail(("edit: '%s' failed; VISUAL or EDITOR names another editor"):format(
      editor))
  end
  local file = io.open(path)
  local text = file and file:read "a"
  if file then file:close() end
  return text
end

--- Opens the last entry, or a file, in $VISUAL, $EDITOR or vi, and runs what is in
-- it then.
-- @function edit
-- @call edit()
-- @call edit "file"
-- @tparam[opt] string path
function list.edit(path)
  if path ~= nil and type(path) ~= "string" then
    fail("edit: needs the name of a file, or nothing, not " ..
      names.describe(path))
  elseif entries.host.send then
    fail "edit: there is no terminal for an editor here"
  end
  local text
  if path then
    text = run_editor(path)
  else
    local last = session.entries[#session.entries - 1]
    local name = os.tmpname()
    files.write(name, (last and last.text or "") .. "\n")
    local good, result = pcall(run_editor, name)
    os.remove(name)
    if not good then error(result, 0) end
    text = result
  end
  text = (text or ""):gsub("%s+$", "")
  if text ~= "" then
    show(display.dim(text))
    entries.pending = text
  end
end

return commands
