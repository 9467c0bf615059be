-- filter: what LDoc found, as a Lua table in the file that REFERENCE_DUMP
-- names. LDoc runs this with Lua 5.1: `ldoc --filter filter.write .`
local pretty = require "pl.pretty"

local filter = {}

local function text_of(thing)
  return (thing.summary or "") .. (thing.description or "")
end

local function list_of(value)
  if value == nil then return {} end
  if type(value) ~= "table" then return { value } end
  local list = {}
  for i, part in ipairs(value) do
    list[i] = type(part) == "table" and part[1] or part
  end
  return list
end

local function params_of(item)
  local list = {}
  for i, name in ipairs(item.params or {}) do list[i] = name end
  local all = {}
  local function add(name)
    local m = item.modifiers.param and item.modifiers.param[name] or {}
    all[#all + 1] = { name = name, type = m.type, default = m.opt,
      text = item.params.map[name] }
  end
  for _, name in ipairs(list) do
    local sub = rawget(item.subparams, name)
    if not sub or item.params.map[name] then add(name) end
    for _, field in ipairs(sub or {}) do add(field) end
  end
  return all
end

-- In the order of their groups: {type, text, group}.
local function returns_of(item)
  local list = {}
  for _, group in ipairs(item.retgroups or {}) do
    for _, r in ipairs(group) do
      list[#list + 1] = { type = r.type, text = r.text, group = group.g }
    end
  end
  return list
end

local function item_of(item)
  return { name = item.name, kind = item.type, text = text_of(item),
    section = item.section, params = params_of(item),
    returns = returns_of(item), raise = list_of(item.raise or item.tags.raise),
    paper = list_of(item.tags.paper), see = list_of(item.tags.see),
    usage = list_of(item.usage), call = list_of(item.tags.call),
    like = list_of(item.tags.like) }
end

local function page_of(mod)
  local page = { name = mod.name, text = text_of(mod), sections = {},
    items = {}, usage = list_of(mod.usage) }
  for i, section in ipairs(mod.sections) do
    page.sections[i] = { title = section.display_name,
      text = section.description }
  end
  for i, item in ipairs(mod.items) do page.items[i] = item_of(item) end
  return page
end

function filter.write(modules)
  local pages = {}
  for mod in modules:iter() do pages[#pages + 1] = page_of(mod) end
  local file = assert(io.open(os.getenv "REFERENCE_DUMP", "w"))
  file:write("return ", pretty.write(pages), "\n")
  file:close()
end

return filter
