-- fuzz.lua: calls every function of the library and every method of its
-- classes with random arguments: `orthorun tests/fuzz.lua [seed [rounds]]`.
-- A call may do what it likes with good arguments and must raise a string
-- that names the function for bad ones. Prints one line for each breach, and
-- at the end how many calls there were. fuzz_spec.lua runs it and looks, in an
-- empty folder: random names may become files.
local ortho = require "orthorun"
local seed, rounds = tonumber(arg[1]) or 1, tonumber(arg[2]) or 60
local trace = os.getenv "FUZZ_TRACE"

math.randomseed(seed)
local random = math.random
local function pick(list) return list[random(#list)] end

-- Not called: they write files, start programs, draw, or run whole sweeps.
local skipped = { ["file.save"] = true, ["file.mkdir"] = true,
  ["file.spawn"] = true, ["data.write_npy"] = true, ["data.write_csv"] = true,
  ["table.csv"] = true, ["table:csv"] = true, ["table:print"] = true,
  ["plot.script"] = true, ["set_precision"] = true }

-- --- arguments -------------------------------------------------------------

local numbers = { 0, 1, 2, 3, -1, -0.0, 0.5, 1.5, -7, 12, 1e-320, 1e300,
  -1e308, 0 / 0, 1 / 0, -1 / 0, 2 ^ 31, 2 ^ 40, 2 ^ 53, 1 << 62,
  math.maxinteger, math.mininteger, 64, 100 }
local strings = { "", "relu", "float32", "float64", "orthogonal", "mean",
  "spectral", "/dev/null/x", "12", "a\0b", ("x"):rep(300), "%s%d%n", "inf" }
local keys = { "precision", "std", "mean", "low", "high", "gain", "det",
  "inputs", "outputs", "init", "rng", "bias", "weight", "size", "eps",
  "alpha", "reduction", "scale", "sizes", "width", "depth", "activation", "q",
  "c", "power", "slope", "count", "mode", "layer", "a", "b", "value", "lr",
  "momentum", "batch", "n", "name", "variance", "unknown", 1, 2 }

local deep = ortho.matrix { { 2.0 ^ 900, 1 }, { -3, 0 } }
for _ = 1, 40 do deep = deep:hadamard(deep) end

local function matrix(rows, cols, precision)
  local r = ortho.rng(random(1000))
  return r:normal(rows, cols, { precision = precision or "float64" })
end

local function spoiled(value)
  local m = matrix(3, 3)
  m:set(random(3), random(3), value)
  return m
end

local matrices = {
  function() return matrix(3, 3) end, function() return matrix(3, 3) end,
  function() return matrix(3, 2) end, function() return matrix(2, 3) end,
  function() return matrix(3, 3, "float32") end,
  function() return matrix(3, 1) end, function() return matrix(1, 3) end,
  function() return matrix(1, 1) end, function() return matrix(17, 5) end,
  function() return matrix(0, 0) end, function() return matrix(0, 3) end,
  function() return matrix(3, 0, "float32") end,
  function() return spoiled(0 / 0) end, function() return spoiled(1 / 0) end,
  function() return spoiled(1e308) end, function() return spoiled(5e-324) end,
  function() return ortho.matrix.eye(3) end,
  function() return ortho.matrix.zeros(3, 3) end,
  function() return matrix(5, 5):sub(2, 4, 1, 3) end,
  function() return matrix(4, 5):col(2) end,
  function() return deep end, function() return deep:sub(1, 2, 2, 2) end,
  function() return deep:to "float32" end,
  function() return ortho.matrix { { 1, 2, 3 } } end,
}

local layers
layers = {
  function() return ortho.layer.relu() end,
  function() return ortho.layer.tanh() end,
  function() return ortho.layer.layer_norm { size = 3 } end,
  function() return ortho.layer.linear { weight = pick(matrices)() } end,
  function() return ortho.layer.sequential { pick(layers)() } end,
  function() return ortho.layer.residual { pick(layers)(), pick(layers)() } end,
  function()
    return ortho.mlp { sizes = { 3, 4, 2 }, rng = ortho.rng(1) }
  end,
  function() -- a layer in Lua that returns anything
    return ortho.layer.sequential { pick(layers)(), {
      forward = function(_, x) return random(2) == 1 and x or pick(matrices)() end,
      backward = function(_, y) return random(2) == 1 and y or pick(matrices)() end,
    } }
  end,
}

local value -- makes a random argument

local function options()
  local t = {}
  for _ = 1, random(0, 4) do t[pick(keys)] = value() end
  return t
end

local makers = {
  function() return nil end,
  function() return random(2) == 1 end,
  function() return pick(numbers) end, function() return pick(numbers) end,
  function() return random(4) end, function() return random(4) end,
  function() return pick(strings) end,
  function() return options() end, function() return options() end,
  function() return { 1, 2, 3 } end,
  function() return { { 1, 2 }, { 3, 4 } } end,
  function() return os.clock end, -- a C function that takes anything
  function() return function(...) return ... end end,
  function() return function() error "from a callback" end end,
  function() return io.stderr end,
  function() return coroutine.create(print) end,
  function() return setmetatable({}, { __len = function() return -1 end }) end,
  function() return setmetatable({}, { __index = function() return 1 end }) end,
  function() return ortho.rng(random(9)) end,
  function() return ortho.rng(random(9)) end,
  function() return ortho.init.orthogonal() end,
  function() return pick(layers)() end,
}

function value()
  return random(3) == 1 and pick(matrices)() or pick(makers)()
end

-- --- calls -----------------------------------------------------------------

local calls, breaches = 0, 0

local function breach(name, format, ...)
  breaches = breaches + 1
  print(("%s: " .. format):format(name, ...))
end

local forbidden = { "internal", "'%?'", "%(null%)", "bad argument",
  "bad self", "attempt to" }

-- Errors of the caller's own functions are not ours to judge.
local own = { "from a callback", "not enough memory" }

local function check_message(name, message)
  if type(message) ~= "string" then
    return breach(name, "raised a %s", type(message))
  end
  for _, pattern in ipairs(own) do
    if message:find(pattern, 1, true) then
      return
    end
  end
  for _, pattern in ipairs(forbidden) do
    if message:find(pattern) then return breach(name, "%s", message) end
  end
end

local function describe(v)
  local ok, text = pcall(tostring, v)
  return ok and text:gsub("%s+", " "):sub(1, 60) or "?"
end

local function show(name, arguments)
  local text = {}
  for i = 1, arguments.n do text[i] = describe(arguments[i]) end
  io.stderr:write(name, "(", table.concat(text, ", "), ")\n")
end

local function hook() error("takes too long", 2) end

local function call(name, f, arguments)
  calls = calls + 1
  if trace then show(name, arguments) end
  debug.sethook(hook, "", 50000000)
  local began = os.clock()
  local ok, message = pcall(f, table.unpack(arguments, 1, arguments.n))
  debug.sethook()
  if os.clock() - began > 1 then
    breach(name, "took %.1f s", os.clock() - began)
  end
  if not ok then check_message(name, message) end
  return ok, message
end

-- The subject is called as a method's own self three times in four.
local function fuzz(name, f, subject)
  for _ = 1, rounds do
    local n = random(0, 5)
    local arguments = { n = n }
    for i = 1, n do arguments[i] = value() end
    if subject and random(4) > 1 then
      arguments[1], arguments.n = subject(), math.max(n, 1)
    end
    call(name, f, arguments)
  end
end

local function sorted(t)
  local list = {}
  for k in pairs(t) do
    if type(k) == "string" then list[#list + 1] = k end
  end
  table.sort(list)
  return list
end

local function fuzz_table(prefix, t, subject)
  for _, key in ipairs(sorted(t)) do
    local name, f = prefix .. key, t[key]
    if type(f) == "function" and not skipped[name] then
      fuzz(name, f, subject)
    elseif type(f) == "table" and prefix:sub(-1) ~= ":" then
      fuzz_table(name .. ".", f)
    end
  end
  local meta = debug.getmetatable(t)
  if meta and meta.__call and not skipped[prefix .. "__call"] then
    fuzz(prefix .. "__call", t)
  end
end

-- Methods and metamethods, with the class's objects as first argument.
local function fuzz_class(name, make)
  local meta = debug.getmetatable(make())
  for _, key in ipairs(sorted(meta)) do
    if type(meta[key]) == "function" and key ~= "__gc" and key ~= "__close" then
      fuzz(name .. ":" .. key, meta[key], make)
    end
  end
  if type(meta.__index) == "table" then
    fuzz_table(name .. ":", meta.__index, make)
  end
end

-- A pass through a net of random layers, forwards and back.
local function fuzz_nets()
  for _ = 1, 10 * rounds do
    local net = pick(layers)()
    local ok, y = call("net:forward", net.forward, { net, pick(matrices)(), n = 2 })
    if ok then
      local dy = random(2) == 1 and y or pick(matrices)()
      call("net:backward", net.backward, { net, dy, n = 2 })
      call("net:jacobian", net.jacobian, { net, pick(matrices)(), n = 2 })
      call("net:gradients", net.gradients, { net, n = 1 })
    end
  end
end

for _, name in ipairs { "activation", "init", "layer", "loss", "metric",
  "matrix", "rng", "theory", "stats", "data", "table", "file", "optim" } do
  local part = ortho[name]
  if part then fuzz_table(name .. ".", part) end
end
fuzz("mlp", ortho.mlp)
fuzz("range", ortho.range)
fuzz_class("matrix", function() return pick(matrices)() end)
fuzz_class("rng", function() return ortho.rng(random(9)) end)
fuzz_class("init", function() return ortho.init[pick(ortho.init.names())]() end)
fuzz_class("layer", function() return pick(layers)() end)
fuzz_class("optim", function()
  return ortho.optim[pick { "sgd", "adam", "adamw" }] { lr = 0.1 }
end)
fuzz_nets()

print(("%d calls, %d breaches"):format(calls, breaches))
