-- files: writing and naming files. A file appears whole or not at all.
local core = require "orthorun.core"

local files = {}

-- Writes text to path, and the numbers of a matrix behind it where one is
-- given: into a new file beside it first, which then takes its name. Raises,
-- and leaves nothing behind, where that fails.
function files.write(path, text, matrix)
  local ok, message = core.file.save(path, text, matrix)
  if not ok then core.fail(("cannot write %s: %s"):format(path, message)) end
  return path
end

-- Makes a folder, and the folders above it, where they are missing.
function files.make_folder(path)
  local ok, message = core.file.mkdir(path)
  if not ok then
    core.fail(("cannot make folder %s: %s"):format(path, message))
  end
  return path
end

-- folder/name, without doubling the slash.
function files.join(folder, name)
  if folder == "" or name:sub(1, 1) == "/" then return name end
  return folder:gsub("/+$", "") .. "/" .. name
end

-- The folder part of a path: "." where it has none.
function files.folder(path) return path:match("^(.*)/[^/]*$") or "." end

-- A file's name without its folder and its ending.
function files.stem(path) return (path:match "[^/]*$":gsub("%.[^.]*$", "")) end

return files
