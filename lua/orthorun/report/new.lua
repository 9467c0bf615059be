-- new: `orthorun --new NAME`: a commented experiment to start from.
local files = require "orthorun.base.files"
local program = require "orthorun.base.program"
local skeleton = require "orthorun.report.skeleton"

-- Writes NAME.lua, unless it is there already.
return function(...)
  local words = { ... }
  local name = words[1] or program.usage "--new: what name?"
  if words[2] then program.usage "--new: one name" end
  local path = name:find "%.lua$" and name or name .. ".lua"
  local word = files.stem(path)
  if not word:find "^[%a_][%w_-]*$" then
    program.usage(("--new: '%s' is no name: letters, digits, _ and -"):format(word))
  end
  local there = io.open(path, "rb")
  if there then
    there:close()
    program.stop(1, path .. " is there already; it is left as it is")
  end
  local ok, message = pcall(files.write, path, (skeleton:gsub("NAME", word)))
  if not ok then program.stop(1, message) end
  io.write(("%s is written; run it:  orthorun %s\n"):format(path, path))
end
