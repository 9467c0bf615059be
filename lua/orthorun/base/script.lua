-- script: the script that runs: its name, its text and its arguments, for what
-- is kept beside results. A script out of a report has no file of its own.
local script = {}

local loaded -- {name, source} of a script that is no file

-- Says that the script is not the file arg[0] but this text.
function script.set(name, source) loaded = { name = name, source = source } end

-- Its path (nil where there is none) and its text (nil where it cannot be
-- read).
function script.get()
  if loaded then return loaded.name, loaded.source end
  local path = arg and arg[0]
  local file = path and io.open(path, "rb")
  local source = file and file:read "a"
  if file then file:close() end
  return path, source
end

-- Its name without a folder; "script.lua" where there is none.
function script.name()
  local path = script.get()
  return path and path:match "[^/]*$" or "script.lua"
end

-- The words behind its name, as an array of texts.
function script.arguments()
  local words = {}
  for i = 1, #(arg or {}) do words[i] = tostring(arg[i]) end
  return words
end

return script
