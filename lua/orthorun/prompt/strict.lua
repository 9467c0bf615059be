-- strict: reading a global that nobody has set is an error, in the script that
-- runs and at the prompt. So is setting a new one inside a function of the
-- script: it was meant to be local. Modules, and all else that Lua loads, are
-- left as they are. The rules are those of Lua's own strict.lua, told apart by
-- the file that the code stands in.
local core = require "orthorun.core"
local names = require "orthorun.base.names"
local getinfo = debug.getinfo
local error, next, tostring, type = error, next, tostring, type
local format, sub = string.format, string.sub

local strict = {}

local sources = {}  -- source -> "script" or "prompt"
local mains = {}    -- functions that are a script's outermost code
-- Names that were set once, if only to nil. Drafts of Lua 5.4 had a constant
-- undef; its own test suite still reads one.
local declared = { undef = true }
local also = function() return nil, false end
local also_names = function() return {} end

local function known_names()
  local list = also_names()
  for name in next, _G do
    if type(name) == "string" then list[#list + 1] = name end
  end
  return list
end

-- "ortho.mlp" for "mlp", or nil.
local function ortho_name(name)
  local ortho = rawget(_G, "ortho")
  local is_there = type(ortho) == "table" and names.field(ortho, name) ~= nil
  return is_there and "ortho." .. name or nil
end

-- "undefined variable 'x' (did you mean 'y'?)"; in a script it says what else
-- may have been meant.
local function undefined(name, where)
  name = tostring(name)
  local here = ortho_name(name) or names.advice("", name)
  if here then return format("undefined variable '%s' (here: %s)", name, here) end
  local near = names.nearest(name, known_names())
  if near and #name < 4 and sub(near, 1, 1) ~= sub(name, 1, 1) then near = nil end
  local hint = near and format("did you mean '%s'?", near) or ""
  if where == "script" then
    hint = format("%s%s--no-strict reads nil; rawget(_G, '%s') asks", hint,
      near and " " or "", name)
  end
  return format("undefined variable '%s'%s", name,
    hint ~= "" and " (" .. hint .. ")" or "")
end

-- The handlers' levels: theirs, the guard's, the code that reads or sets.
local function on_read(name)
  local where = sources[getinfo(3, "S").source]
  if where == "prompt" then
    local value, found = also(name)
    if found then return value end
  end
  if declared[name] then return nil end
  error(undefined(name, where), 3)
end

local function on_write(name)
  local frame = getinfo(3, "Sf")
  if sources[frame.source] ~= "script" or frame.what == "main" or
    mains[frame.func] or declared[name] then return end
  error(format("assignment to undeclared variable '%s': write `local %s`, " ..
    "or set it outside of functions first (--no-strict allows it)",
    tostring(name), tostring(name)), 3)
end

local read, write = core.global_guards(sources, declared, on_read, on_write)

-- A metatable that somebody else has given _G keeps what it has.
local function install()
  local meta = getmetatable(_G)
  if meta == nil then
    meta = {}
    setmetatable(_G, meta)
  end
  if type(meta) ~= "table" or meta.__index == read then return end
  for name in next, _G do declared[name] = true end
  if meta.__index == nil then meta.__index = read end
  if meta.__newindex == nil then meta.__newindex = write end
end

-- Watches the code of a file: source as Lua names it, "@script.lua"; main: the
-- function that is its outermost code.
function strict.script(source, main)
  sources[source], mains[main] = "script", true
  install()
end

-- Watches what is typed. find(name) -> value, found: what an undefined name
-- may be beside a global; list() -> an array of those names, and of others that
-- a misspelt name may stand for.
function strict.prompt(source, find, list)
  sources[source], also, also_names = "prompt", find, list
  install()
end

return strict
