-- stubs: the reference as types for LuaLS (lua-language-server): one file that
-- defines `require "orthorun"` and the global `ortho`. The classes have the
-- names of their metatables where there is one.
local model = require "model"
local stubs = {}

-- A word of the reference's types -> LuaLS's.
local words = { int = "integer", bool = "boolean", func = "function",
  tab = "table", any = "any" }
for _, name in pairs(model.objects) do words[name] = "orthorun." .. name end

-- Classes besides those of objects: tables that items of kind "table" describe.
local function add_records(reference)
  for name, item in pairs(reference.by_name) do
    if item.kind == "table" then words[name] = "orthorun." .. name end
  end
end

local type_of

-- {T,...} is T[], {[K]=V} a table<K, V>.
local function braced(inside)
  local element = inside:match "^(.-),%.%.%.$"
  if element then return ("(%s)[]"):format(type_of(element)) end
  local key, value = inside:match "^%[(.-)%]=(.*)$"
  if key then return ("table<%s, %s>"):format(type_of(key), type_of(value)) end
  return "table"
end

local function single(text)
  local inside = text:match "^{(.*)}$"
  if inside then return braced(inside) end
  return words[text] or text
end

-- Splits at bars that are not inside braces.
function type_of(text)
  if text == "" then return "any" end
  local optional = text:match "^%?(.*)"
  local parts, part, depth = {}, "", 0
  for c in (optional or text):gmatch "." do
    depth = depth + (c == "{" and 1 or c == "}" and -1 or 0)
    if c == "|" and depth == 0 then
      parts[#parts + 1], part = single(part), ""
    else
      part = part .. c
    end
  end
  parts[#parts + 1] = single(part)
  if optional then parts[#parts + 1] = "nil" end
  return (table.concat(parts, "|"):gsub("^%((%w+)%)%[%]$", "%1[]"))
end

-- --- items -----------------------------------------------------------------

local function described(text, default)
  local said = default and ("(default %s)"):format(default) or ""
  local both = (text .. (text ~= "" and said ~= "" and " " or "") .. said)
  return both == "" and "" or " " .. both
end

local function comment(add, text)
  for line in (text .. "\n"):gmatch "([^\n]*)\n" do add("---" .. line) end
end

local function class_of_options(item)
  return "orthorun.options." .. item.name:gsub("[.:]", "_")
end

local function add_option_class(add, item)
  local options = model.all_options(item)
  if not options then return end
  add("---@class " .. class_of_options(item))
  for _, o in ipairs(options) do
    add(("---@field %s%s %s%s"):format(o.name, o.optional and "?" or "",
      type_of(o.type), described(o.text, o.default)))
  end
  add ""
end

local reserved = { ["end"] = true, ["function"] = true, ["nil"] = true }

local function param_name(p) return reserved[p.name] and p.name .. "_" or p.name end

local function param_type(item, p)
  return p.options and class_of_options(item) or type_of(p.type)
end

-- The returns of the first group; others are unions with it.
local function returned(item)
  local list, place, group = {}, 0, nil
  for _, r in ipairs(item.returns) do
    if r.group ~= group then place, group = 0, r.group end
    place = place + 1
    local type = type_of(r.type)
    local before = list[place]
    if before then
      before.type = before.type .. "|" .. type
    else
      list[place] = { type = type, text = r.text }
    end
  end
  return list
end

local function names_of(item)
  local names = {}
  for i, p in ipairs(item.params) do names[i] = param_name(p) end
  return table.concat(names, ", ")
end

local function add_function(add, item, head)
  comment(add, item.text)
  for _, p in ipairs(item.params) do
    add(("---@param %s%s %s%s"):format(param_name(p), p.optional and "?" or "",
      param_type(item, p), described(p.text, p.default)))
  end
  for _, r in ipairs(returned(item)) do
    add(("---@return %s%s"):format(r.type, r.text ~= "" and " # " .. r.text or ""))
  end
  for _, name in ipairs(item.see) do add("---@see " .. name) end
  add(("function %s(%s) end"):format(head, names_of(item)))
  add ""
end

-- fun(...): what a table or an object does that can be called.
local function fun(item)
  local params, results = {}, {}
  for i, p in ipairs(item.params) do
    params[i] = ("%s%s: %s"):format(param_name(p), p.optional and "?" or "",
      param_type(item, p))
  end
  for i, r in ipairs(returned(item)) do results[i] = r.type end
  return ("fun(%s)%s"):format(table.concat(params, ", "),
    #results > 0 and ": " .. table.concat(results, ", ") or "")
end

-- --- classes ---------------------------------------------------------------

-- A word that the reference has for an object, and a module's name, too.
local both = { tracker = true }

local function is_object(name) return model.objects[name] and not both[name] end

local operators = { A = {
  "mul(orthorun.matrix): orthorun.matrix", "mul(number): orthorun.matrix",
  "div(number): orthorun.matrix", "unm: orthorun.matrix",
  "add(orthorun.matrix|number): orthorun.matrix",
  "sub(orthorun.matrix|number): orthorun.matrix" } }

-- Fields "A.name" of kind field, of a class or a module.
local function add_fields(add, reference, prefix)
  for _, page in ipairs(reference) do
    for _, item in ipairs(page.items) do
      local name = item.name:match("^" .. prefix .. "%.([%w_]+)$")
      if name and item.kind == "field" then
        local p = item.params[1]
        add(("---@field %s %s%s"):format(name, type_of(p and p.type or ""),
          described(p and p.text or "", nil)))
      end
    end
  end
end

local function add_class(add, reference, object, class)
  add("---@class orthorun." .. class)
  add_fields(add, reference, object)
  for _, operator in ipairs(operators[object] or {}) do
    add("---@operator " .. operator)
  end
  local call = reference.by_name[object]
  if call and not both[object] then add("---@overload " .. fun(call)) end
  local variable = class .. "_"
  add(("local %s = {}"):format(variable))
  add ""
  for _, page in ipairs(reference) do
    for _, item in ipairs(page.items) do
      local method = item.name:match("^" .. object .. ":([%w_]+)$")
      if method then add_function(add, item, variable .. ":" .. method) end
    end
  end
end

local function add_record(add, item)
  comment(add, item.text)
  add("---@class orthorun." .. item.name)
  for _, p in ipairs(item.params) do
    add(("---@field %s%s %s%s"):format(p.name, p.optional and "?" or "",
      type_of(p.type), described(p.text, p.default)))
  end
  add ""
end

-- --- the library -----------------------------------------------------------

-- Names with a dot in them make tables: those of "theory.x.y" are theory and
-- theory.x.
local function tables_of(reference)
  local list, seen = {}, {}
  for _, page in ipairs(reference) do
    for _, item in ipairs(page.items) do
      local path = ""
      for part in item.name:gmatch "([%w_]+)%." do
        path = path == "" and part or path .. "." .. part
        if not seen[path] and not is_object(path) and not item.name:find ":" then
          seen[path] = true
          list[#list + 1] = path
        end
      end
    end
  end
  return list, seen
end

local function add_tables(add, reference, list)
  for _, path in ipairs(list) do
    add("---@class orthorun.module." .. path)
    add_fields(add, reference, path)
    local call = reference.by_name[path]
    if call then
      comment(add, call.text)
      add("---@overload " .. fun(call))
    end
    add(("orthorun.%s = {}"):format(path))
    add ""
  end
end

local function is_function_of_ortho(item, tables)
  return item.kind == "function" and not item.name:find ":" and
    not tables[item.name] and not is_object(item.name) and
    item.page.name ~= "prompt"
end

-- The text of the file.
function stubs.text(reference)
  local lines = {}
  local function add(line) lines[#lines + 1] = line end
  add_records(reference)
  add "---@meta orthorun"
  add "-- The library's types, for LuaLS in editors. Made by `make reference` from"
  add "-- the comments at the functions; not to be edited, and never run."
  add "-- luacheck: ignore"
  add ""
  for _, page in ipairs(reference) do
    for _, item in ipairs(page.items) do
      if item.kind == "table" then add_record(add, item) end
      add_option_class(add, item)
    end
  end
  local order = {}
  for object in pairs(model.objects) do order[#order + 1] = object end
  table.sort(order)
  for _, object in ipairs(order) do
    add_class(add, reference, object, model.objects[object])
  end
  add "---@class orthorun"
  add_fields(add, reference, "ortho")
  add "local orthorun = {}"
  add "ortho = orthorun"
  add ""
  local list, tables = tables_of(reference)
  add_tables(add, reference, list)
  for _, page in ipairs(reference) do
    for _, item in ipairs(page.items) do
      if is_function_of_ortho(item, tables) then
        add_function(add, item, "orthorun." .. item.name)
      end
    end
  end
  add "return orthorun"
  return table.concat(lines, "\n") .. "\n"
end

return stubs
