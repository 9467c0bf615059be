-- docs_recipes_spec.lua: each script of docs/recipes stands in docs/recipes.md as
-- it is, is short, answers a question, and prints what the page says.
local docs = dofile "tests/docs_support.lua"
local support = dofile "tests/support.lua"
local program = os.getenv "ORTHORUN" or "./orthorun"
local folder = support.folder()
local page = docs.read "docs/recipes.md"

teardown(folder.remove)

local function recipes()
  local list = {}
  local pipe = assert(io.popen "ls docs/recipes/*.lua")
  for path in pipe:lines() do list[#list + 1] = path end
  pipe:close()
  return list
end

-- What it prints, run in a folder of the spec's own; files it writes stay there.
local function output(path)
  local name = path:match "([^/]+)%.lua$"
  local status = os.execute(([[root=$PWD; case "%s" in /*) p="%s";; *) p="$root/%s";; esac
    cd '%s' && "$p" --quiet --out runs/%s "$root/%s" >out 2>err]]):format(program,
    program, program, folder.name, name, path))
  assert.is_true(status, folder.read "err")
  assert.equal("", folder.read "err")
  return folder.read "out"
end

describe("the recipe", function()
  for _, path in ipairs(recipes()) do
    local name = path:match "([^/]+)$"
    local text = docs.read(path)

    it(name .. " is short, and begins with its question", function()
      assert.is_true(select(2, text:gsub("\n", "\n")) <= 20)
      assert.is_truthy(text:match "^%-%- [%u][^\n]*%?", text:match "^[^\n]*")
      assert.is_truthy(text:find 'local ortho = require "orthorun"')
    end)

    it(name .. " stands in the page, and prints what that says", function()
      local link = ("](recipes/%s)\n\n```lua\n"):format(name)
      local place = select(2, page:find(link, 1, true))
      assert.is_truthy(place, "docs/recipes.md does not have " .. name)
      local quoted, said = page:match("^(.-)```\n\n```text\n(.-)```\n", place + 1)
      assert.equal(text, quoted, "renew by: ./orthorun tools/recipes.lua")
      docs.check_output(said, output(path), 0)
    end)
  end

  it("answers one of at least twenty questions", function()
    assert.is_true(#recipes() >= 20)
  end)
end)
