-- output: what goes to stdout. What a script prints, by print, io.write or
-- io.stdout:write, is told to those who listen (base/events: "printed"); what
-- the library itself prints is not, since it tells what it was. In both, nan
-- stands for what C's formats call -nan.
local core = require "orthorun.core"
local events = require "orthorun.base.events"
local text = require "orthorun.base.text"

-- Scripts may change what Lua has; printing goes on.
local concat, pack, unpack = table.concat, table.pack, table.unpack
local format, match = string.format, string.match
local error, pcall, tonumber, tostring, type = error, pcall, tonumber, tostring,
  type
local math_type, default_output = math.type, io.output
local getenv, tointeger, file_columns = os.getenv, math.tointeger, core.file.columns
local fail, tell_all, unsigned_nan = core.fail, events.tell, text.unsigned_nan

local output = {}

local own = false -- the library is printing

-- Prints the library's own texts.
function output.write(...)
  own = true
  local ok, message = pcall(io.write, ...)
  own = false
  if not ok then error(message, 0) end
end

-- The characters of a line: of the terminal that stdout is, else what COLUMNS
-- says, else 80.
function output.columns()
  local given = tointeger(tonumber(getenv "COLUMNS" or ""))
  return file_columns(1) or given and given > 0 and given or 80
end

-- A number as io.write has it.
local function number_text(x)
  return format(math_type(x) == "integer" and "%d" or "%.14g", x)
end

-- The same values, with no -nan among them.
local function plain(...)
  local values = pack(...)
  for i = 1, values.n do
    local value = values[i]
    if type(value) == "string" then
      values[i] = unsigned_nan(value)
    elseif value ~= value then
      values[i] = "nan"
    end
  end
  return values
end

local function tell(values)
  if own then return end
  local parts = {}
  for i = 1, values.n do
    local value = values[i]
    parts[i] = type(value) == "number" and number_text(value) or
      tostring(value)
  end
  tell_all("printed", concat(parts))
end

-- What pcall returned, or its error: of the script's own code as it is, of
-- Lua's at the script's line. method: its first argument is a file.
local function results(method, ok, ...)
  if ok then return ... end
  local message = ...
  local number, rest = match(tostring(message),
    "bad argument #(%d+) to '[^']*'(.*)$")
  if number then
    fail(format("bad argument #%d to 'write'%s",
      tonumber(number) - (method and 1 or 0), rest))
  end
  local own_line = match(tostring(message), "/base/output%.lua:%d+: (.*)$")
  if own_line then fail(own_line) end
  error(message, 0)
end

local function line_of(...)
  local values = pack(...)
  for i = 1, values.n do
    values[i] = unsigned_nan(tostring(values[i]))
  end
  return concat(values, "\t", 1, values.n)
end

-- Puts functions of ours in place of Lua's print, io.write and files' write.
-- They print the same, call for call.
function output.watch()
  local stdout, methods = io.stdout, getmetatable(io.stdout).__index
  local print_line = core.original("print", print)
  local write_default = core.original("io.write", io.write)
  local write_file = core.original("file:write", methods.write)
  print = core.stand_in("print", function(...) -- luacheck: ignore
    local line = results(false, pcall(line_of, ...))
    if not own then tell_all("printed", line .. "\n") end
    return print_line(line)
  end)
  io.write = core.stand_in("io.write", function(...) -- luacheck: ignore
    if default_output() ~= stdout then
      return results(false, pcall(write_default, ...))
    end
    local values = plain(...)
    tell(values)
    return results(false, pcall(write_default, unpack(values, 1, values.n)))
  end)
  methods.write = core.stand_in("file:write", function(file, ...)
    if file ~= stdout then return results(true, pcall(write_file, file, ...)) end
    local values = plain(...)
    tell(values)
    return results(true, pcall(write_file, file, unpack(values, 1, values.n)))
  end)
end

return output
