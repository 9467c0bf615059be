-- prompt: what `orthorun` without a script is: it reads entries, runs each
-- once, and shows what it gives. The host has the terminal (src/host/repl.c);
-- this is the loop, and the modules beside it are what it is made of.
local core = require "orthorun.core"
local entries = require "orthorun.prompt.entries"
local history = require "orthorun.prompt.history"
local find, format, gsub, match = string.find, string.format, string.gsub,
  string.match
local sub = string.sub
local unpack, tostring, type = table.unpack, tostring, type
local getinfo = debug.getinfo
local ipairs, rawget, require = ipairs, rawget, require
local getenv = os.getenv
local stdout = io.stdout

local prompt = {}

local slow = 0.1 -- seconds from which on the time is shown
local longest_prompt = 1000
local long_entry = 100000 -- bytes beyond which history forgets it

-- Loaded at first use: the prompt comes sooner.
local function lazy(name)
  return setmetatable({}, { __index = function(self, field)
    local value = require("orthorun.prompt." .. name)[field]
    self[field] = value
    return value
  end })
end

local complete, display, errors, graphics = lazy "complete", lazy "display",
  lazy "errors", lazy "graphics"

local host    -- functions of the process and its terminal
local path    -- of the history file
local begun   -- the lines of the entry that is being typed
local started -- have the modules been told about the session?

-- --- reading ---------------------------------------------------------------

-- Not io.write: the session may have turned that to a file.
local function write(...) stdout:write(...) end

-- The prompt's text: the global _PROMPT (or _PROMPT2), any value.
local function prompt_text(first)
  local value = rawget(_G, first and "_PROMPT" or "_PROMPT2")
  if value == nil then return first and "> " or ">> " end
  local good, s = host.call(function() return tostring(value) end, function() end)
  return good and gsub(sub(s, 1, longest_prompt), "%z", "") or "> "
end

-- How many blocks and brackets lines leave open. Only for entries so long that
-- compiling them anew at every line would take its time.
local function still_open(text)
  if #text < 20000 then return false end
  local lexer, depth = require "orthorun.prompt.lexer", 0
  local tokens = lexer.tokens(text)
  for _, token in ipairs(tokens) do depth = depth + lexer.step(token) end
  return depth > 0
end

-- Does the next line of a paste go on where a line could have ended? So do
-- calls of methods that stand below each other, and operators.
local function goes_on()
  local line = host.peek()
  return line and (find(line, "^%s*[.:*/%%^<>&|+,]") or
    find(line, "^%s*and%f[^%w_]") or find(line, "^%s*or%f[^%w_]")) and
    not find(line, "^%s*::")
end

-- Reads lines until they are an entry: its text, and what session.compile
-- makes of it. nil and "end" or "cancelled" where there is none.
local function read_entry()
  begun = nil
  local text, why = host.read(prompt_text(true))
  if not text then return nil, why end
  while true do
    begun = text
    if entries.asked(text) then return text end
    local entry, message, more
    if still_open(text) then
      more = true
    else
      entry, message, more = entries.compile(text, "stdin")
    end
    more = more or entry and goes_on()
    if not more then return text, entry, message end
    local line
    line, why = host.read(prompt_text(false))
    if why == "cancelled" then return nil, why end
    if not line then return text, entry, message end
    text = text .. "\n" .. line
  end
end

local function remember(text)
  if not find(text, "%S") or #text > long_entry or not host.edited then
    return
  end
  host.remember(text)
  history.add(path, text, host.append)
end

-- --- running ---------------------------------------------------------------

local function say_error(message, interrupted)
  stdout:flush()
  if interrupted then
    local said = type(message) == "string" and match(message, "^[^\n]*") or ""
    local more = not find(said, "interrupted!$") -- a sweep says what is safe
    host.message(more and said ~= "" and said or "interrupted!")
    host.drop_input()
  elseif type(message) == "string" then
    message = core.explain_memory(message)
    host.message(host.colors and "\27[31m" .. message .. "\27[0m" or message)
  else
    host.message "not enough memory, or an error in the handling of an error"
  end
end

local function show_time(seconds)
  if not host.interactive or seconds < slow then return end
  write(display.dim(format("%.3g s", seconds)), "\n")
end

local function draw(picture) return graphics.text(host, picture, getenv) end

-- Before each entry: the terminal may have changed its width.
local function set_display()
  display.set { colors = host.colors, ortho = package.loaded.orthorun,
    draw = host.interactive and draw or nil, width = core.file.columns(1) or 80 }
end

local function is_luas(f)
  return type(f) == "function" and getinfo(f, "S").what == "C"
end

-- Shows an entry's values; in a session that is no terminal's by the global
-- `print`, as lua does, where that is the user's own.
local function show_values(values)
  local own = not host.interactive and not is_luas(rawget(_G, "print"))
  set_display()
  local good, message, interrupted = host.call(function()
    if own then return rawget(_G, "print")(unpack(values, 1, values.n)) end
    local s = display.values(values)
    if s ~= "" then write(s, "\n") end
  end, errors.handler())
  if not good then
    say_error(own and format("error calling 'print' (%s)", message) or message,
      interrupted)
  end
end

-- Runs an entry, and shows its values.
local function run_compiled(text, entry)
  local outcome = entries.run(text, entry, errors.handler(entry.f))
  local values = outcome.values
  if not values then return say_error(outcome.message, outcome.interrupted) end
  if values.n > 0 and not entry.silent then show_values(values) end
  show_time(outcome.seconds)
end

-- Runs a text as if it had been typed.
local function run_text(text)
  local entry, message = entries.compile(text, "stdin")
  remember(text)
  if not entry then return say_error(message) end
  run_compiled(text, entry)
end

local function question(text)
  set_display()
  local good, message, interrupted = host.call(function()
    entries.answer(text)
  end, errors.handler())
  if not good then say_error(message, interrupted) end
end

-- Reads and runs one entry; false at the end of the session.
local function step()
  local text, entry, message = read_entry()
  if not text then return entry == "cancelled" end
  local command = entries.command(text)
  if command == "quit" or command == "exit" then return false end
  remember(text)
  if command or not entry and not message then
    question(text)
  elseif not entry then
    say_error(message)
  else
    run_compiled(text, entry)
    local more = entries.pending -- from `edit`
    entries.pending = nil
    if more then run_text(more) end
  end
  stdout:flush()
  return true
end

-- --- the session -----------------------------------------------------------

local function start()
  if host.interactive then
    write(host.colors and "\27[2m" or "", "help or ?name tells more, Tab ",
      "completes, quit leaves", host.colors and "\27[0m" or "", "\n")
  end
  path = host.edited and history.path(getenv) or nil
  if path and host.is_special(path) then path = nil end
  for _, entry in ipairs(history.load(path)) do host.remember(entry) end
  if host.edited then host.set_completer(function(text)
    return complete.answer(begun, text, host)
  end) end
end

-- Runs the loop until the user leaves. It may be called again where an error of
-- the prompt's own has ended it: the session is the same.
function prompt.run(functions)
  host = functions
  host.colors = host.interactive and not getenv "NO_COLOR" and
    getenv "TERM" ~= "dumb"
  entries.host = host
  if not started then
    started = true
    start()
  end
  while step() do end
end

return prompt
