-- recipes: writes docs/recipes.md anew: each script that it links to is quoted,
-- with what it prints. What stands around the quotes is the page's own. From the
-- root:
--   ./orthorun tools/recipes.lua
local core = require "orthorun.core"
local page = "docs/recipes.md"

local function read(path)
  local file = assert(io.open(path))
  local text = file:read "a"
  file:close()
  return text
end

-- What a script prints, run in a folder of its own.
local function output(path)
  local folder = os.tmpname()
  assert(os.remove(folder))
  assert(core.file.mkdir(folder))
  local status, out, err = core.file.spawn { "sh", "-c",
    'root=$PWD; cd "$1" && "$root/orthorun" --quiet --out runs/it "$root/$2"', "sh",
    folder, path }
  assert(status == 0, err)
  os.execute("rm -r '" .. folder .. "'")
  return (out:gsub("runs/it", "runs/" .. path:match "([^/]+)%.lua$"))
end

local count = 0
local text = read(page):gsub("(%[[^%]]+%]%((recipes/[%w_]+%.lua)%)\n\n)" ..
  "```lua\n.-```\n\n```text\n.-```\n", function(link, path)
    count = count + 1
    return ("%s```lua\n%s```\n\n```text\n%s\n```\n"):format(link, read("docs/" .. path),
      (output("docs/" .. path):gsub("%s+$", "")))
  end)
local file = assert(io.open(page, "w"))
file:write(text)
file:close()
print(("%d recipes in %s"):format(count, page))
