-- script: the script that runs: its name, its text and its arguments, for what
-- is kept beside results. A script out of a report has no file of its own.
local core = require "orthorun.core"

local script = {}

local loaded -- {name, source} of a script that is no file

-- Says that the script is not the file arg[0] but this text.
function script.set(name, source) loaded = { name = name, source = source } end

-- What programs begin with, ELF's and Mach-O's.
local magic = "^[\127\202\206\207]"

-- Its path (nil where there is none) and its text (nil where it cannot be
-- read). Where code comes from -e or the prompt, arg[0] is the program.
function script.get()
  if loaded then return loaded.name, loaded.source end
  local path = arg and arg[0]
  local file = path and io.open(path, "rb")
  local first = file and file:read(1)
  local is_program = first and first:find(magic) ~= nil
  local rest = file and not is_program and file:read "a" or nil
  if file then file:close() end
  if is_program then return nil, nil end
  return path, rest and (first or "") .. rest
end

-- Its name without a folder; "script.lua" where there is none.
function script.name()
  local path = script.get()
  return path and path:match "[^/]*$" or "script.lua"
end

-- What a user types to run it: the name of an experiment that came with the
-- program, else the path.
function script.command()
  local path, folder = (arg or {})[0], core.experiments_folder
  if folder and path and path:sub(1, #folder + 1) == folder .. "/" then
    return (path:sub(#folder + 2):gsub("%.lua$", ""))
  end
  return path
end

-- The words behind its name, as an array of texts.
function script.arguments()
  local words = {}
  for i = 1, #(arg or {}) do words[i] = tostring(arg[i]) end
  return words
end

return script
