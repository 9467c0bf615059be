-- docs_pages_spec.lua: what the pages of the documentation say is so: their Lua
-- runs in order and prints what they show, their commands are understood, their
-- links lead somewhere, and the index has them all.
local core = require "orthorun.core"
local docs = dofile "tests/docs_support.lua"
local support = dofile "tests/support.lua"
local program = os.getenv "ORTHORUN" or "./orthorun"
local folder = support.folder()

teardown(folder.remove)

-- What a script is given instead of its run: it is planned, not done.
local function planned(words)
  for _, word in ipairs(words) do
    if word == "--help" then return words end
  end
  words[#words + 1] = "--dry-run"
  words[#words + 1] = "--quiet"
  words[#words + 1] = "--out=" .. folder.path "dry"
  return words
end

-- `orthorun ...` of an sh block; a command of another kind is its own concern,
-- but for targets of make.
local function check_command(line)
  local target = line:match "^make ([%a-]+)%f[%s%z]"
  if target then
    assert.is_truthy(docs.read "Makefile":find("\n" .. target .. ":", 1, true), line)
  end
  local rest = (line .. " "):gsub("%s#.*$", ""):match "^%.?/?orthorun%s+(.*)$"
  local words = { program }
  for word in (rest or ""):gmatch "%S+" do words[#words + 1] = word end
  if #words == 1 then return end
  local status, _, err = core.file.spawn(planned(words))
  assert.equal("", status == 0 and "" or err, line)
end

-- The lines of a block, those joined that end in a backslash.
local function commands(text)
  local list = {}
  for line in (text:gsub("\\\n%s*", "") .. "\n"):gmatch "([^\n]*)\n" do
    line = line:gsub("^%$ ", "")
    if line:find "%S" then list[#list + 1] = line end
  end
  return list
end

local function marked(block) return block.before:find "^<!%-%- not run: %S" end

-- The recipes are scripts of their own: docs_recipes_spec.lua; the reference's
-- examples have environments of their own: reference_spec.lua.
local function runs_here(page)
  return page ~= "docs/recipes.md" and not page:find "^docs/api/"
end

describe("an example", function()
  for _, page in ipairs(docs.pages()) do
    local console, said = docs.session(folder.name), nil
    for _, block in ipairs(runs_here(page) and docs.blocks(docs.read(page)) or {}) do
      local where = ("%s, line %d"):format(page, block.line)
      local kind = not marked(block) and block.kind
      if kind == "lua" then
        it("runs: " .. where, function() said = console.run(block) end)
      elseif kind == "text" then
        it("prints what is said: " .. where, function()
          docs.check_output(block.text, assert(said), block.line)
        end)
      elseif kind == "console" then
        it("answers what is said: " .. where, function()
          docs.check_transcript(console, block)
        end)
      elseif kind == "sh" then
        it("is understood: " .. where, function()
          for _, line in ipairs(commands(block.text)) do check_command(line) end
        end)
      end
    end
  end
end)

-- A heading as its anchor on the web.
local function anchor(heading)
  return (heading:gsub("%[([^%]]*)%]%b()", "%1"):lower()
    :gsub("[^%w%s_\x80-\xff-]", ""):gsub("%s", "-"))
end

local function anchors(text)
  local set = {}
  for heading in ("\n" .. text:gsub("```.-\n```", "")):gmatch "\n#+ ([^\n]*)" do
    set[anchor(heading)] = true
  end
  return set
end

local function exists(path)
  local file = io.open(path)
  if file then file:close() end
  return file ~= nil
end

describe("the pages", function()
  for _, page in ipairs(docs.pages()) do
    it("have links that lead somewhere: " .. page, function()
      local text = docs.read(page):gsub("```.-\n```", "")
      local base, wrong = page:match "^(.*/)" or "", {}
      for link in text:gmatch "%]%(([^)%s]+)%)" do
        local path, place = link:match "^([^#]*)#?(.*)$"
        local target = path == "" and page or base .. path
        while target:find "[^/]+/%.%./" do
          target = target:gsub("[^/]+/%.%./", "", 1)
        end
        if not link:find "^https?:" and (not exists(target) or
          place ~= "" and not anchors(docs.read(target))[place]) then
          wrong[#wrong + 1] = link
        end
      end
      assert.equal("", table.concat(wrong, " "))
    end)

    it("have commands in blocks that are tried: " .. page, function()
      local text = "\n" .. docs.read(page):gsub("```.-\n```", "")
      assert.is_nil(text:match "\n    (%.?/?orthorun [^\n]*)")
    end)
  end

  it("have every experiment", function()
    local page, pipe = docs.read "docs/experiments.md", assert(io.popen "ls experiments")
    for name in pipe:lines() do
      assert.is_truthy(page:find(("| `%s` |"):format(name), 1, true), name)
    end
    pipe:close()
  end)

  it("are all in the index", function()
    local index, missing = docs.read "docs/README.md", {}
    for _, page in ipairs(docs.pages()) do
      local name = page:match "^docs/([^/]+)$"
      if name and name ~= "README.md" and
        not index:find(("](%s)"):format(name), 1, true) then
        missing[#missing + 1] = name
      end
    end
    assert.equal("", table.concat(missing, " "))
  end)
end)
