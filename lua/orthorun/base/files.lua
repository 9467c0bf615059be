-- files: writing and naming files. A file appears whole or not at all.
local core = require("orthorun.core").file

local files = {}

-- Writes text to path, and the numbers of a matrix behind it where one is
-- given: into a new file beside it first, which then takes its name. Raises,
-- and leaves nothing behind, where that fails.
function files.write(path, text, level, matrix)
  local ok, message = core.save(path, text, matrix)
  if not ok then
    error(("cannot write %s: %s"):format(path, message), (level or 2) + 1)
  end
  return path
end

-- Makes a folder, and the folders above it, where they are missing.
function files.make_folder(path, level)
  local ok, message = core.mkdir(path)
  if not ok then
    error(("cannot make folder %s: %s"):format(path, message),
      (level or 2) + 1)
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

return files
