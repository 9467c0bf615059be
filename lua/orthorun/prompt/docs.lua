-- docs: the reference as data (reference.lua, made from the comments at the
-- functions): what `help` shows, and what Tab knows of options. More examples
-- come from the other pages.
local field_of = require "orthorun.base.names".field
local find, gsub, match, sub = string.find, string.gsub, string.match,
  string.sub

local docs = {}

local pages = { "getting-started", "recipes", "sweeps", "experiment", "gradients",
  "orthogonality", "theory" }

-- What the reference calls an object of each class, if not by the class's name.
local objects = { ["orthorun.matrix"] = "A", ["orthorun.rng"] = "r",
  ["orthorun.layer"] = "net", ["orthorun.optim"] = "opt",
  ["orthorun.table"] = "t", ["orthorun.sweep"] = "s" }

-- --- files -----------------------------------------------------------------

local here = debug.getinfo(1, "S").source:match "^@(.*)/orthorun/prompt/"

-- The text of a page, from the checkout or from where `make install` put it;
-- nil where there is none.
local function read(page)
  for _, folder in ipairs { "/../docs/", "/docs/" } do
    local file = here and io.open(here .. folder .. page .. ".md")
    if file then
      local text = file:read "a"
      file:close()
      return text
    end
  end
end

-- --- parsing ---------------------------------------------------------------

-- A text's paragraphs, points ("- ...") and rows of tables, each as one line.
function docs.blocks(text)
  local list, current = {}, nil
  for line in gsub(text, "\n*$", "\n"):gmatch "([^\n]*)\n" do
    local begins = find(line, "^%- ") or find(line, "^|")
    if line == "" then
      current = nil
    elseif current and not begins then
      list[current] = list[current] .. " " .. match(line, "^%s*(.*)")
    else
      current = #list + 1
      list[current] = line
    end
  end
  return list
end

local function read_pages()
  local parsed = { items = {}, by_name = {}, sections = {} }
  for _, page in ipairs(require "orthorun.prompt.reference") do
    local section = { name = page.name, items = page.items,
      texts = docs.blocks(page.text) }
    parsed.sections[#parsed.sections + 1] = section
    for _, item in ipairs(page.items) do
      item.section = section
      parsed.items[#parsed.items + 1] = item
      for _, name in ipairs(item.names) do parsed.by_name[name] = item end
    end
  end
  return parsed
end

local reference

-- {items, by_name, sections}
function docs.reference()
  reference = reference or read_pages()
  return reference
end

-- --- names -----------------------------------------------------------------

-- The item of a name such as "init.orthogonal", "A:svd" or "ortho.mlp".
function docs.item(name)
  return docs.reference().by_name[(gsub(name, "^ortho%.", ""))]
end

-- The signature of a name, or nil.
function docs.signature(name)
  local item = docs.item(name)
  for i, other in ipairs(item and item.names or {}) do
    if other == gsub(name, "^ortho%.", "") then return item.signatures[i] end
  end
end

-- The letter or word that the reference uses for an object of a class.
function docs.object(class) return objects[class] or match(class, "%.(.*)") end

-- The methods of a class as the reference has them: an array of names.
function docs.methods(class)
  local prefix, list = docs.object(class) .. ":", {}
  for name in pairs(docs.reference().by_name) do
    if sub(name, 1, #prefix) == prefix then
      list[#list + 1] = sub(name, #prefix + 1)
    end
  end
  table.sort(list)
  return list
end

-- The fields that the reference has of a module ("init", or "" for ortho
-- itself): an array of names. Items of kind "table" are types, and no names.
function docs.fields(module)
  local prefix, list, seen = module == "" and "" or module .. ".", {}, {}
  for name, item in pairs(docs.reference().by_name) do
    local ours = item.kind ~= "table" and item.section.name ~= "prompt"
    local rest = ours and sub(name, 1, #prefix) == prefix and
      sub(name, #prefix + 1)
    local field = rest and match(rest, "^[%a_][%w_]*")
    local method = field and find(rest, "^" .. field .. ":")
    if field and not method and not seen[field] and field ~= "f" then
      seen[field] = true
      list[#list + 1] = field
    end
  end
  table.sort(list)
  return list
end

-- The options of a function as {name, type, default, text}; nil where it takes
-- none.
function docs.options(name)
  local item = docs.item(name)
  return item and item.options
end

-- --- values ----------------------------------------------------------------

local value_names -- function or table -> its name in the reference

local function value_at(ortho, path)
  local value = ortho
  for field in path:gmatch "[^.]+" do
    if type(value) ~= "table" then return nil end
    value = field_of(value, field)
  end
  return value
end

local function add_methods(class, methods)
  if type(methods) ~= "table" then return end
  for name, f in next, methods do
    local full = type(name) == "string" and docs.object(class) .. ":" .. name
    if full and type(f) == "function" and docs.item(full) then
      value_names[f] = full
    end
  end
end

-- Objects of the classes written in C: by them their methods are found.
local function add_classes(ortho)
  local r = ortho.rng(0)
  for _, object in ipairs { ortho.matrix.zeros(0, 0), r, ortho.layer.relu(),
    ortho.optim.sgd { lr = 1 } } do
    local meta = debug.getmetatable(object)
    add_methods(meta.__name, meta.__index)
  end
end

-- The name in the reference of a function, a module or a method; nil where it
-- has none.
function docs.name_of(ortho, value)
  if not value_names then
    value_names = {}
    for name in pairs(docs.reference().by_name) do
      local found = not find(name, ":") and value_at(ortho, name)
      if type(found) == "function" or type(found) == "table" then
        value_names[found] = name
      end
    end
    for _, section in ipairs(docs.reference().sections) do
      local found = rawget(ortho, section.name)
      if type(found) == "table" and not value_names[found] then
        value_names[found] = section.name
      end
    end
    add_classes(ortho)
  end
  return value_names[value]
end

-- A class written in Lua shows its methods when an object of it is met.
function docs.learn_class(class, methods)
  if value_names then add_methods(class, methods) end
end

-- --- searching -------------------------------------------------------------

-- How well an item answers a word: 1 where a part of a name begins with it, 2
-- where a name holds it, 3 where the text does; nil.
local function rank(item, word)
  local names = " " .. table.concat(item.names, " "):lower()
  if find(names, "[ .:]" .. word:gsub("%p", "%%%0")) then return 1 end
  if find(names, word, 1, true) then return 2 end
  local all = gsub(item.text, "\n", " ") .. table.concat(item.signatures, " ")
  return find(all:lower(), word, 1, true) and 3 or nil
end

-- Items that hold the word, the best first.
function docs.search(word)
  local groups, list = { {}, {}, {} }, {}
  for _, item in ipairs(docs.reference().items) do
    local k = rank(item, word:lower())
    if k then table.insert(groups[k], item) end
  end
  for _, group in ipairs(groups) do
    table.move(group, 1, #group, #list + 1, list)
  end
  return list
end

local example_lines -- of all pages, in order

local function read_examples()
  local list = {}
  for _, page in ipairs(pages) do
    for kind, code in (read(page) or ""):gmatch "```(%l+)\n(.-)\n```" do
      for line in (code .. "\n"):gmatch "([^\n]*)\n" do
        local typed = kind == "lua" and line or
          kind == "console" and match(line, "^> (.*)")
        if typed then list[#list + 1] = typed end
      end
    end
  end
  return list
end

-- The lines from k on that belong together because a bracket is open; of more
-- than four the first ones, and dots.
local function whole(lines, k)
  local text, depth = "", 0
  for i = k, math.min(k + 3, #lines) do
    text = text .. (i > k and "\n" or "") .. lines[i]
    local _, opened = gsub(lines[i], "[({%[]", "")
    local _, closed = gsub(lines[i], "[)}%]]", "")
    depth = depth + opened - closed
    if depth <= 0 then return text end
  end
  return text .. " ..."
end

-- Up to `most` pieces of the pages' examples that use a name, without their
-- indentation.
function docs.examples(name, most)
  example_lines = example_lines or read_examples()
  local item, seen = docs.item(name), {}
  local list = table.move(item and item.usage or {}, 1, most, 1, {})
  if item and item.section.name == "prompt" then return list end
  local call = gsub(name, "^%a+:", ":"):gsub("%p", "%%%0")
  for k, line in ipairs(example_lines) do
    if #list < most and not seen[line] and
      find(line, call .. "%f[^%w_]%s*[({\"']") then
      seen[line] = true
      local indent = match(line, "^%s*")
      list[#list + 1] = gsub("\n" .. whole(example_lines, k), "\n" .. indent,
        "\n"):sub(2)
    end
  end
  return list
end

return docs
