-- script: the script on the command line, as the host runs it: watched for
-- globals that nobody set and, where a prompt follows it (-i), with its
-- outermost locals kept for that.
local strict = require "orthorun.prompt.strict"

local script = {}

local function read(path)
  local file = io.open(path, "rb")
  local text = file and file:read "a"
  if file then file:close() end
  return text
end

-- f, so that the locals it has when it fails are kept, too.
local function guarded(f)
  local errors = require "orthorun.prompt.errors"
  return function(...)
    local function handler(message)
      errors.keep_locals(f)
      local text = debug.traceback(errors.text_of(message), 2)
      return (text:gsub("\n[^\n]*in function 'xpcall'.*", ""))
    end
    local results = table.pack(xpcall(f, handler, ...))
    if results[1] then return table.unpack(results, 2, results.n) end
    error(setmetatable({}, { __tostring = function() return results[2] end }), 0)
  end
end

-- What to run for a script that was loaded as f. path: its file, or nil;
-- watch: are undeclared globals errors? keep: does a prompt follow?
function script.prepare(f, path, watch, keep)
  local source = debug.getinfo(f, "S").source
  local text = keep and path and read(path)
  if text then
    f = require "orthorun.prompt.session".script(text, source) or f
  end
  if watch then strict.script(source, f) end
  return keep and guarded(f) or f
end

return script
