-- identity: a name for the code that a trial runs. Two trial functions have
-- the same name if their bytecode is the same (so comments, spaces and line
-- numbers do not matter) and if what they reach is: the script's functions
-- and constants that they use, through upvalues and globals. The library
-- counts by its version, Lua's own functions by their names.
local core = require "orthorun.core"
local names = require "orthorun.base.names"

local identity = {}

-- --- bytecode ---------------------------------------------------------------

-- Lua 5.4's precompiled form without line numbers, which stripping leaves in.
-- Sizes are in base 128, the last digit marked.
local function read_size(code, at)
  local value = 0
  repeat
    local byte = code:byte(at)
    value, at = value << 7 | byte & 127, at + 1
  until byte & 128 ~= 0
  return value, at
end

local function read_text(code, at)
  local size
  size, at = read_size(code, at)
  if size == 0 then return nil, at end
  return code:sub(at, at + size - 2), at + size - 1
end

local number_tags = { [3] = 8, [19] = 8 } -- integer, float
local text_tags = { [4] = true, [20] = true }

-- Passes the constants; adds those that are texts to `texts`.
local function read_constants(code, at, texts)
  local count
  count, at = read_size(code, at)
  for _ = 1, count do
    local tag = code:byte(at)
    at = at + 1 + (number_tags[tag] or 0)
    if text_tags[tag] then
      local text
      text, at = read_text(code, at)
      texts[text or ""] = true
    end
  end
  return at
end

-- Passes what stripping leaves of debug information: four empty lists.
local function pass_debug(code, at)
  for _ = 1, 4 do
    local count
    count, at = read_size(code, at)
    if count > 0 then error("not stripped", 0) end
  end
  return at
end

-- Passes one function and those inside it; puts into `out` all of it but its
-- line numbers, and into `texts` its text constants.
local function read_function(code, at, out, texts)
  local count, _
  _, at = read_text(code, at) -- the file's name
  _, at = read_size(code, at) -- first line
  _, at = read_size(code, at) -- last line
  local start = at
  at = at + 3 -- parameters, varargs, stack
  count, at = read_size(code, at)
  at = read_constants(code, at + 4 * count, texts)
  count, at = read_size(code, at)
  at = at + 3 * count -- upvalues
  count, at = read_size(code, at)
  out[#out + 1] = code:sub(start, at - 1)
  for _ = 1, count do at = read_function(code, at, out, texts) end
  return pass_debug(code, at)
end

-- "\27Lua", 5.4, official form, check bytes, sizes 4 8 8, check numbers
local header = "\27Lua\x54\0\x19\x93\r\n\x1a\n\4\8\8"
local header_size = #header + 16 + 1

-- The bytecode of a Lua function without its line numbers, and the set of its
-- text constants. Bytecode of a form that is not known counts as it is.
local function code_of(f)
  local code, out, texts = string.dump(f, true), {}, {}
  if code:sub(1, #header) == header then
    local ok, last = pcall(read_function, code, header_size + 1, out, texts)
    if ok and last == #code + 1 then return table.concat(out), texts end
  end
  for word in code:gmatch "[%a_][%w_]*" do texts[word] = true end
  return code, texts
end

-- --- what is not the script's -----------------------------------------------

local standard = { "_G", "string", "table", "math", "io", "os", "coroutine",
  "utf8", "debug", "package" }

-- Names the functions and tables under `value`.
local function name_all(known, name, value, depth)
  local kind = type(value)
  if kind ~= "table" and kind ~= "function" or known[value] then return end
  known[value] = name
  if kind ~= "table" or depth == 0 then return end
  local keys = {}
  for key in next, value do
    if type(key) == "string" then keys[#keys + 1] = key end
  end
  table.sort(keys)
  for _, key in ipairs(keys) do
    name_all(known, name .. "." .. key, rawget(value, key), depth - 1)
  end
end

local function libraries()
  local known = { [_G] = "_G" }
  for _, name in ipairs(standard) do
    local lib = package.loaded[name]
    if lib and lib ~= _G then name_all(known, name, lib, 3) end
  end
  for _, name in ipairs { "assert", "collectgarbage", "dofile", "error",
    "getmetatable", "ipairs", "load", "loadfile", "next", "pairs", "pcall",
    "print", "rawequal", "rawget", "rawlen", "rawset", "require", "select",
    "setmetatable", "tonumber", "tostring", "type", "warn", "xpcall" } do
    if _G[name] then known[_G[name]] = name end
  end
  for _, name in ipairs(names.keys(package.loaded)) do
    if tostring(name):find "^orthorun" then
      name_all(known, name, package.loaded[name], 4)
    end
  end
  return known
end

-- --- the walk ---------------------------------------------------------------

local write -- of any value

local function emit(state, ...)
  for i = 1, select("#", ...) do
    state.out[#state.out + 1] = tostring((select(i, ...)))
  end
end

local scalars = {}
scalars["nil"] = function() return "nil" end
scalars.boolean = tostring
function scalars.number(x)
  return math.type(x) == "integer" and ("i%d"):format(x) or
    "d" .. ("<d"):pack(x)
end
function scalars.string(x) return ("s%d:%s"):format(#x, x) end

-- A key's place in the order of keys: by type, then by value.
local function order_of(key)
  local scalar = scalars[type(key)]
  return scalar and type(key) .. scalar(key) or nil
end

local function write_table(state, value)
  local keys, strange = {}, 0
  for key in next, value do
    if order_of(key) then
      keys[#keys + 1] = key
    else
      strange = strange + 1
    end
  end
  table.sort(keys, function(a, b) return order_of(a) < order_of(b) end)
  emit(state, "{", #keys, ",", strange, ":")
  for _, key in ipairs(keys) do
    write(state, key)
    write(state, rawget(value, key))
  end
  local meta = debug.getmetatable(value)
  if type(meta) == "table" then write(state, meta) end
  emit(state, "}")
end

-- Globals are reached by their names, which are among the constants.
local function write_globals(state, env, texts)
  for _, name in ipairs(names.keys(texts)) do
    local value = rawget(env, name)
    if value ~= nil and not (state.known[value] and env == _G) then
      emit(state, "global ", name, "=")
      write(state, value)
    end
  end
end

local function write_upvalues(state, f, texts)
  for i = 1, debug.getinfo(f, "u").nups do
    local name, value = debug.getupvalue(f, i)
    if type(value) == "table" and (value == _G or name == "_ENV") then
      write_globals(state, value, texts)
    else
      write(state, value)
    end
  end
end

local function write_function(state, f)
  local info = debug.getinfo(f, "S")
  if info.what == "C" then return emit(state, "C function") end
  local code, texts = code_of(f)
  emit(state, "function ", #code, ":", code)
  write_upvalues(state, f, core.is_ours(info.source) and {} or texts)
end

-- What an initializer draws, in small: its text rounds its options.
local function write_draws(state, init)
  local ok, W = pcall(init, core.rng(0), 4, 4)
  if ok then emit(state, core.store.digest(W)) end
end

-- A network's numbers beside its text.
local function write_parameters(state, net)
  local ok, list = pcall(function() return net:parameters() end)
  for _, m in ipairs(ok and list or {}) do emit(state, core.store.digest(m)) end
end

-- Matrices by their numbers, other userdata by what they say of themselves
-- and by what they do.
local function write_userdata(state, value)
  local meta = debug.getmetatable(value)
  local class = type(meta) == "table" and rawget(meta, "__name")
  if class == "orthorun.matrix" then
    return emit(state, "matrix ", core.store.digest(value))
  end
  local text = tostring(value)
  if not tostring(class):find "^orthorun%." then
    text = text:gsub("0x%x+", "") -- an address
  end
  emit(state, class or "userdata", " ", text)
  if class == "orthorun.init" then write_draws(state, value) end
  if class == "orthorun.layer" then write_parameters(state, value) end
end

local composite = { table = write_table, ["function"] = write_function,
  userdata = write_userdata }

function write(state, value)
  local scalar = scalars[type(value)]
  if scalar then return emit(state, scalar(value)) end
  if state.known[value] then return emit(state, "@", state.known[value]) end
  if state.seen[value] then return emit(state, "#", state.seen[value]) end
  state.count = state.count + 1
  state.seen[value] = state.count
  local f = composite[type(value)]
  if f then f(state, value) else emit(state, type(value)) end
end

-- The name of a trial function: 32 hexadecimal digits. Trials reach the user's
-- own activations by names, so all that are defined count.
function identity.code(f)
  local state = { known = libraries(), seen = {}, count = 0, out = {} }
  write(state, f)
  local defined = core.activation.defined()
  if #defined > 0 then write(state, defined) end
  return core.store.digest(table.concat(state.out))
end

-- The name of a trial: of its code (identity.code), its parameters, the run's
-- seed where it counts, the library's version and the precision.
function identity.trial(code, p, seed, precision)
  local parts = { code, core.environment.orthorun, precision,
    scalars[type(seed)](seed) }
  for _, name in ipairs(names.keys(p)) do
    parts[#parts + 1] = scalars.string(name) ..
      scalars[type(p[name])](p[name])
  end
  return core.store.digest(table.concat(parts, " "))
end

return identity
