-- library.lua: what a script can reach of the library, found by walking it:
-- local library = dofile "tests/library.lua".
local ortho = require "orthorun"

local library = {}

-- The fields of `ortho`, those that load at first use among them.
local function modules()
  local load_field, lazy = debug.getmetatable(ortho).__index, nil
  for i = 1, 20 do
    local name, value = debug.getupvalue(load_field, i)
    if name == "lazy" then lazy = value end
  end
  local all = { range = ortho.range }
  for name in pairs(assert(lazy, "init.lua keeps its modules in `lazy`")) do
    all[name] = ortho[name]
  end
  for name, value in pairs(ortho) do all[name] = value end
  return all
end

-- Is it a table without functions, such as ortho.environment?
local function is_data(value)
  if type(value) ~= "table" or debug.getmetatable(value) then return false end
  for _, field in pairs(value) do
    if type(field) == "function" or
      type(field) == "table" and not is_data(field) then return false end
  end
  return true
end

local function add_module(names, prefix, module)
  local meta = debug.getmetatable(module)
  if type(module) ~= "table" or meta and meta.__call or is_data(module) then
    names[prefix] = true
  end
  if type(module) ~= "table" or is_data(module) then return end
  for key, value in pairs(module) do
    add_module(names, prefix .. "." .. key, value)
  end
end

-- What the reference calls an object of each class, if not by its name.
local objects = { ["orthorun.matrix"] = "A", ["orthorun.rng"] = "r",
  ["orthorun.layer"] = "net", ["orthorun.optim"] = "opt",
  ["orthorun.table"] = "t", ["orthorun.sweep"] = "s" }

-- Adds the classes written in Lua: tables with a __name of ours, among what
-- a module's functions refer to.
local function add_lua_classes(found, value, seen)
  local kind = type(value)
  if kind ~= "table" and kind ~= "function" or seen[value] then return end
  seen[value] = true
  if kind == "function" then
    for i = 1, 255 do
      local name, upvalue = debug.getupvalue(value, i)
      if not name then return end
      if name ~= "_ENV" then add_lua_classes(found, upvalue, seen) end
    end
    return
  end
  local name = rawget(value, "__name")
  if type(name) == "string" and name:find "^orthorun%." and
    type(value.__index) == "table" then
    found[name] = value.__index
  end
  for _, field in pairs(value) do add_lua_classes(found, field, seen) end
  add_lua_classes(found, debug.getmetatable(value), seen)
end

local function classes()
  local found = {}
  for key, value in pairs(debug.getregistry()) do
    local ours = type(key) == "string" and key:find "^orthorun%."
    if ours and type(value) == "table" and type(value.__index) == "table" and
      next(value.__index) then
      found[key] = value.__index
    end
  end
  local seen = {}
  for name, module in pairs(package.loaded) do
    if name:find "^orthorun%." then add_lua_classes(found, module, seen) end
  end
  return found
end

-- The set of all names: ortho's fields, and OBJECT:method.
function library.names()
  local names = {}
  for name, module in pairs(modules()) do add_module(names, name, module) end
  for class, methods in pairs(classes()) do
    local object = objects[class] or class:match "%.(.*)"
    for name, value in pairs(methods) do
      if type(value) == "function" and not name:find "^__" then
        names[object .. ":" .. name] = true
      end
    end
  end
  return names
end

-- The value at a path such as arms.he_normal.init, or nil.
function library.value_at(path)
  local value = ortho
  for field in path:gmatch "[^.]+" do
    if type(value) ~= "table" then return nil end
    local ok, found = pcall(function() return value[field] end)
    value = ok and found or nil
  end
  return value
end

return library
