-- make reference: reads the comments (LDoc does) and writes docs/api, the data
-- of help() and the types for editors. `--check` writes nothing, and fails
-- where one of them is not what the comments say; `--html` has LDoc write HTML
-- with a search box. Run from the root.
package.path = "tools/reference/?.lua;" .. package.path
local model = require "model"
local pages = require "pages"
local help = require "help"
local stubs = require "stubs"
local html = require "html"

local function read(path)
  local file = io.open(path)
  if not file then return nil end
  local text = file:read "a"
  file:close()
  return text
end

-- LDoc's own complaints about names it does not find are not ours: the model
-- looks for them on all pages.
local function run_ldoc()
  if not os.execute "command -v ldoc >/dev/null" then
    error("ldoc is missing (Debian: lua-ldoc; tools/deps installs it)", 0)
  end
  local dump, said = os.tmpname(), os.tmpname()
  local done = os.execute(("cd tools/reference && REFERENCE_DUMP=%s ldoc -c "
    .. "config.ld --filter filter.write . >/dev/null 2>%s"):format(dump, said))
  local complaints = {}
  for line in (read(said) or ""):gmatch "[^\n]+" do
    if not line:find "not found" then complaints[#complaints + 1] = line end
  end
  os.remove(said)
  if not done or #complaints > 0 then
    error("ldoc: " .. table.concat(complaints, "\n"), 0)
  end
  return dump
end

-- LDoc passes over a comment in Lua whose first line has two dashes further on.
local function check_first_lines()
  local found = io.popen [[grep -rnE '^ *--- [^@]*[^-]--[^-]*$' lua]]
  local lines = found:read "a"
  found:close()
  if lines ~= "" then error("LDoc takes these for rulers:\n" .. lines, 0) end
end

local function made_from(reference)
  local files = { ["lua/orthorun/prompt/reference.lua"] = help.text(reference),
    ["docs/stubs/orthorun.lua"] = stubs.text(reference),
    ["docs/api/README.md"] = pages.index(reference,
      read "tools/reference/introduction.md") }
  for _, page in ipairs(reference) do
    files[("docs/api/%s.md"):format(page.name)] = pages.text(reference, page)
  end
  return files
end

-- Files that nobody makes any more.
local function leftovers(files)
  local list = {}
  local found = io.popen "ls docs/api/*.md 2>/dev/null"
  for path in found:lines() do
    if not files[path] then list[#list + 1] = path end
  end
  found:close()
  return list
end

local function write(files)
  for path, text in pairs(files) do
    if read(path) ~= text then
      local file = assert(io.open(path, "w"))
      file:write(text)
      file:close()
      print("made " .. path)
    end
  end
  for _, path in ipairs(leftovers(files)) do
    os.remove(path)
    print("removed " .. path)
  end
end

local function stale(files)
  local list = leftovers(files)
  for path, text in pairs(files) do
    if read(path) ~= text then list[#list + 1] = path end
  end
  table.sort(list)
  return list
end

check_first_lines()
local dump = run_ldoc()
local reference, wrong = model.read(dump)
os.remove(dump)
if #wrong > 0 then error(table.concat(wrong, "\n"), 0) end
local files = made_from(reference)
if arg[1] == "--check" then
  local list = stale(files)
  if #list > 0 then
    error("not what the comments say (make reference): "
      .. table.concat(list, " "), 0)
  end
elseif arg[1] == "--html" then
  html.write(reference, read)
else
  os.execute "mkdir -p docs/api docs/stubs"
  write(files)
end
