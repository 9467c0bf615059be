-- jupyter: what `orthorun --install-jupyter` does: it tells Jupyter of the
-- kernel (jupyter/orthorun_kernel.py), which then is in every notebook's menu.
local core = require "orthorun.core"
local files = require "orthorun.base.files"
local program = require "orthorun.base.program"

local jupyter = {}

local name = "--install-jupyter"

-- --- where things are ------------------------------------------------------

local here = debug.getinfo(1, "S").source:match "^@(.*)/orthorun/prompt/"

local function exists(path)
  local file = io.open(path)
  if file then file:close() end
  return file ~= nil
end

-- A shell's command, its output in one line; "" where it fails.
local function output_of(command, word)
  local status, out = core.file.spawn { "sh", "-c", command, "sh", word }
  return status == 0 and out:gsub("%s+$", "") or ""
end

local function absolute(path) return output_of('readlink -f -- "$1"', path) end

-- The folder of the kernel, in the checkout or where `make install` put it.
local function kernel_folder()
  for _, folder in ipairs { "/../jupyter", "/jupyter" } do
    local path = here and here .. folder
    if path and exists(path .. "/orthorun_kernel.py") then
      return absolute(path)
    end
  end
  program.stop(1, name .. ": orthorun_kernel.py is not where orthorun's " ..
    "library is; install it again")
end

-- The program that runs, so that the kernel finds the same one.
local function own_path()
  local path = output_of('readlink -f "/proc/$PPID/exe"', "")
  return path ~= "" and path or "orthorun"
end

-- --- where Jupyter looks ---------------------------------------------------

local function environment(variable)
  local value = os.getenv(variable)
  return value and value:find "^/" and value or nil
end

-- As jupyter_core has it.
local function user_folder()
  local data = environment "JUPYTER_DATA_DIR"
  if data then return data end
  local home = environment "HOME"
  if output_of("uname -s", "") == "Darwin" and home then
    return home .. "/Library/Jupyter"
  end
  data = environment "XDG_DATA_HOME" or home and home .. "/.local/share"
  if not data then
    program.stop(1, name .. ": HOME is not set; --prefix DIR says where to")
  end
  return data .. "/jupyter"
end

local function system_folder()
  local prefix = output_of("python3 -c 'import sys; print(sys.prefix)'", "")
  if prefix == "" then program.stop(1, name .. ": cannot run python3") end
  return prefix .. "/share/jupyter"
end

-- Jupyter's folder as the words say.
local function folder_of(words)
  if #words == 0 or #words == 1 and words[1] == "--user" then
    return user_folder()
  elseif #words == 1 and words[1] == "--sys-prefix" then
    return system_folder()
  elseif #words == 2 and words[1] == "--prefix" and words[2] ~= "" then
    return words[2] .. "/share/jupyter"
  end
  program.usage(("%s: --user, --sys-prefix or --prefix DIR may follow, not " ..
    "'%s'"):format(name, table.concat(words, " ")))
end

-- --- installing ------------------------------------------------------------

-- What Jupyter is told: the file beside the kernel, with paths in it.
local function spec_text()
  local found, json = pcall(require, "dkjson")
  if not found then
    program.stop(1, name .. ": the kernel needs the Lua module dkjson " ..
      "(Debian: lua-dkjson), which is not there")
  end
  local quote, folder = json.quotestring, kernel_folder()
  local file <close> = assert(io.open(folder .. "/kernel.json"))
  local paths = { KERNEL = quote(folder .. "/orthorun_kernel.py"),
    ORTHORUN = quote(own_path()) }
  return (file:read "a":gsub('"@(%u+)@"', paths))
end

-- orthorun --install-jupyter [--user | --sys-prefix | --prefix DIR]
jupyter["install-jupyter"] = function(...)
  local path = folder_of { ... } .. "/kernels/orthorun/kernel.json"
  local text = spec_text()
  local ok, message = pcall(function()
    files.make_folder(path:match "^(.*)/")
    files.write(path, text)
  end)
  if not ok then program.stop(1, name .. ": " .. tostring(message)) end
  io.write("kernel  ", path, "\n")
  if output_of("python3 -c 'import ipykernel' && echo good", "") ~= "good" then
    io.stderr:write("orthorun: this python3 has no ipykernel, which the " ..
      "kernel needs: `apt-get install python3-ipykernel jupyter-notebook`, " ..
      "or pip in an environment of your own\n")
  end
end

return jupyter
