-- The reference, which is made from the comments at the functions, against the
-- program: names, options, defaults, examples; and what is committed of it.
local ortho = require "orthorun"
local docs = require "orthorun.prompt.docs"
local support = dofile "tests/support.lua"
local library = dofile "tests/library.lua"

local pages = require "orthorun.prompt.reference"

local function each_item(f)
  for _, page in ipairs(pages) do
    for _, item in ipairs(page.items) do f(item, item.names[1], page) end
  end
end

local function missing(from, among)
  local list = {}
  for name in pairs(from) do
    if not among[name] then list[#list + 1] = name end
  end
  table.sort(list)
  return table.concat(list, " ")
end

describe("the reference", function()
  it("is made anew where comments have changed (make reference)", function()
    local program = os.getenv "ORTHORUN" or "./orthorun"
    local status, said, errors = ortho.file.spawn { program,
      "tools/reference/make.lua", "--check" }
    assert.equal("", errors or said)
    assert.equal(0, status)
  end)

  it("has every name that a script can reach", function()
    assert.equal("", missing(library.names(), docs.reference().by_name))
  end)

  it("has nothing that does not exist", function()
    local there, written = library.names(), {}
    there.f = true -- an initializer, called
    each_item(function(item, name, page)
      if item.kind ~= "table" and page.name ~= "prompt" then
        written[name] = true
      end
    end)
    assert.equal("", missing(written, there))
  end)

  it("has every command of the prompt, and no other", function()
    local there, written = require "orthorun.prompt.commands".list, {}
    each_item(function(_, name, page)
      if page.name == "prompt" then written[name] = true end
    end)
    assert.equal("", missing(written, there))
    assert.equal("", missing(there, written))
  end)
end)

-- --- options ---------------------------------------------------------------

-- An argument of each type that functions with options take before them.
local function samples()
  local A = ortho.matrix.eye(2)
  local net = ortho.mlp { sizes = { 2, 2 }, rng = ortho.rng(1) }
  local t = ortho.table.of({ "x", "y" }, { { x = 1, y = 2 }, { x = 2, y = 3 } })
  return { matrix = A, rng = ortho.rng(1), layer = net, int = 2, number = 1,
    results = t, string = "relu", ["{number,...}"] = { 1, 2 },
    set = { x = A, y = A } }
end

-- What some want to know before they look at the rest.
local needed = { ["t:plot"] = { file = "f" } }

-- What a method is called on, by the letter or word of the reference.
local function objects(by_type)
  local t, net = by_type.results, by_type.layer
  return { A = by_type.matrix, r = by_type.rng, net = net, t = t,
    picture = ortho.plot { data = t, x = "x", y = "y" },
    history = ortho.train { net = net, x = by_type.matrix, steps = 1, lr = 0.1,
      y = by_type.matrix, loss = "mse" } }
end

local function callee(name, by_type)
  local object, method = name:match "^(%w+):(.*)$"
  local self = object and objects(by_type)[object]
  if self then return self[method], self end
  if not object then return library.value_at(name) end
end

-- The set of options that a call complains to know; nil where it does not.
local function known_options(f, ...)
  local ok, message = pcall(f, ...)
  local list = not ok and tostring(message):match
    "unknown option 'no_such_option' %(.-known: ([^)]*)%)"
  if not list then return nil end
  local set = {}
  if list == "none" then return set end
  for name in list:gmatch "[%w_]+" do set[name] = true end
  return set
end

-- Calls an item with an option that nothing has, behind what it needs.
local function options_of_code(item, name, by_type)
  local f, self = callee(name, by_type)
  if not f then return nil end
  local args = { n = 0 }
  local function add(value) args.n = args.n + 1 args[args.n] = value end
  if self then add(self) end
  for _, type in ipairs(item.before or {}) do
    add(by_type[type:match "^[^|]+"])
  end
  local options = { no_such_option = 1 }
  for key, value in pairs(needed[name] or {}) do options[key] = value end
  add(options)
  return known_options(f, table.unpack(args, 1, args.n))
end

-- Who checks options in the library's Lua, by the names in its source; those of
-- tables inside option tables are described in their owner's text.
local inner = { ["train: evaluate"] = true, ["verdict: check"] = true,
  ["plot panel"] = true, ["experiment: decide"] = true }

local function checkers()
  local found = io.popen [[grep -rhoE 'names\.options\("[^"]+",' lua]]
  local list = {}
  for line in found:lines() do
    local who = line:match '"(.-)"'
    if not inner[who] then list[who] = true end
  end
  found:close()
  return list
end

-- f() with the set of those who checked options meanwhile.
local function heard(f)
  local names, set = require "orthorun.base.names", {}
  local options = names.options
  names.options = function(who, ...)
    set[who] = true
    return options(who, ...)
  end
  local ok, message = pcall(f)
  names.options = options
  assert(ok, message)
  return set
end

describe("options", function()
  it("are asked of all who take some", function()
    local by_type = samples()
    local asked = heard(function()
      each_item(function(item, name) options_of_code(item, name, by_type) end)
    end)
    assert.equal("", missing(checkers(), asked))
  end)

  it("are documented where the code takes them, and taken where they are "
    .. "documented", function()
    local by_type, count, wrong = samples(), 0, {}
    local function compare(name, what, from, among)
      local list = missing(from, among)
      if list ~= "" then wrong[#wrong + 1] = name .. " " .. what .. ": " .. list end
    end
    each_item(function(item, name)
      local known = options_of_code(item, name, by_type)
      local listed = {}
      for _, option in ipairs(item.options or {}) do listed[option.name] = true end
      if known then
        compare(name, "takes", known, listed)
        compare(name, "does not take", listed, known)
        count = count + 1
      elseif item.options then
        wrong[#wrong + 1] = name .. " did not say what it takes"
      end
    end)
    assert.equal("", table.concat(wrong, "\n"))
    assert.is_true(count > 80)
  end)

  it("have the initializers' defaults as they are", function()
    local count = 0
    each_item(function(item, name)
      if name:find "^init%." and item.signatures[1]:find "{" then
        local f = assert(load("return " .. item.signatures[1], name, "t",
          setmetatable({ init = ortho.init }, { __index = _G })))
        assert.equal(tostring(ortho.init[name:match "%.(.*)"] {}), tostring(f()))
        count = count + 1
      end
    end)
    assert.equal(#ortho.init.names(), count)
  end)
end)

-- --- examples --------------------------------------------------------------

describe("an example", function()
  local folder = support.folder()
  teardown(folder.remove)

  -- In an environment of its own, as a script would run it.
  local function run(name, text)
    local env = setmetatable({ print = function() end }, { __index = _G })
    local f = assert(load(text, "=" .. name, "t", env))
    local globals = _G -- the library's, whatever busted shows of them
    local saved_arg, saved_io = globals.arg, globals.io
    globals.arg = { [0] = "example.lua", "--quiet", "--out=" .. folder.name }
    globals.io = setmetatable({ write = function() end }, { __index = io })
    local ok, message = xpcall(f, debug.traceback)
    globals.arg, globals.io = saved_arg, saved_io
    assert(ok, message)
  end

  each_item(function(item, name)
    for i, text in ipairs(item.usage or {}) do
      it(("of %s runs (%d)"):format(name, i), function() run(name, text) end)
    end
  end)
end)

-- --- types for editors -----------------------------------------------------

describe("the types for LuaLS", function()
  local text = assert(support.read "docs/stubs/orthorun.lua")

  it("are Lua", function() assert(load(text, "=stubs")) end)

  -- Words that LuaLS knows by itself.
  local known = { integer = true, number = true, string = true, boolean = true,
    ["function"] = true, table = true, any = true, ["nil"] = true, self = true,
    ["true"] = true, ["false"] = true }

  -- Complains of words in a type that are neither known nor a class.
  local function check_type(type, line)
    for word in type:gsub('"[^"]*"', ""):gmatch "%f[%w.][%a][%w_.]*" do
      assert.is_truthy(known[word] or
        text:find("---@class " .. word .. "\n", 1, true), line)
    end
  end

  it("use types that are defined", function()
    for line in text:gmatch "[^\n]+" do
      local type = line:match "^%-%-%-@return (%S+)" or
        line:match "^%-%-%-@param %S+ (%S+)" or
        line:match "^%-%-%-@field %S+ (%S+)"
      if type then check_type(type:gsub("^fun%b()", ""), line) end
    end
  end)

  it("define every function and every option", function()
    each_item(function(item, name, page)
      local method = name:match ":([%w_]+)$"
      if item.kind == "function" and page.name ~= "prompt" and name ~= "f" then
        local head = method and "_:" .. method .. "(" or
          "function orthorun." .. name .. "("
        assert.is_truthy(text:find(head, 1, true) or
          text:find("orthorun." .. name .. " = {}", 1, true), name)
      end
      if item.options then
        local class = text:match("%-%-%-@class orthorun%.options%." ..
          name:gsub("[.:]", "_") .. "\n(.-)\n\n")
        for _, option in ipairs(item.options) do
          assert.is_truthy(assert(class, name):find("field " .. option.name ..
            "%f[^%w_]"), name .. ": " .. option.name)
        end
      end
    end)
  end)
end)

