-- caller: who called experiment{}: the script that the program runs, a file that
-- it requires, or somebody at the prompt; and what the experiment is called
-- after.
local script = require "orthorun.base.script"

local caller = {}

-- The file that a function comes from; nil for a text that was no file.
local function file_of(source) return source:match "^@(.*)$" end

-- Looks for who called experiment{}: the source of the nearest function of
-- Lua outside this room; whether that is a guess, because the caller ended with
-- `return ortho.experiment {...}` and left no trace; and whether the chunk of
-- the file `path` is running.
local function look_up(path)
  local source, is_guess, running = nil, false, false
  for level = 3, 200 do
    local info = debug.getinfo(level, "St")
    if not info then break end
    local ours = info.source:find "/orthorun/experiment/%a+%.lua$"
    is_guess = is_guess or ours and info.istailcall
    if not ours and info.what ~= "C" then source = source or info.source end
    running = running or info.what == "main" and file_of(info.source) == path
  end
  return source, is_guess, running
end

-- Was experiment{} called by the script that the program runs, and not by a
-- file that it requires? Where the caller left no trace, the trial's file
-- tells, unless the script has left none either: then it was the script.
function caller.is_main(def)
  local path = (arg or {})[0]
  local source, is_guess, running = look_up(path)
  if is_guess then
    source = debug.getinfo(def.trial, "S").source
    if not running and (arg or {})[-1] then return true end
  end
  local file = file_of(source or "")
  return not file or file == path
end

-- Was it typed at the prompt, or behind -e? Then no words are its options.
function caller.is_typed(def)
  local source = debug.getinfo(def.trial, "S").source
  return source == "=stdin" or source == "=(command line)" or
    source:find "^=cell " ~= nil
end

-- The name of the file that the trial is in. A script out of a report has kept
-- its own.
function caller.name(def)
  local path = file_of(debug.getinfo(def.trial, "S").source)
  if not path or path == (arg or {})[0] then path = script.name() end
  local name = path:match "[^/]*$":gsub("%.%w*$", "")
  name = name:gsub("[^%w_.+-\128-\255]", "_"):gsub("^[.+-]+", "")
  return name ~= "" and name or "experiment"
end

return caller
