-- module_spec.lua: `require "orthorun"` in stock Lua 5.4, by the module that
-- `make module` builds and the rockspec installs: the same library, the same
-- numbers, without the host. Pending without lua5.4, and in builds for
-- sanitizers, which another host cannot load.
local core = require "orthorun.core"
local support = dofile "tests/support.lua"
local program = os.getenv "ORTHORUN" or "./orthorun"
local root = (os.getenv "PWD")
local module = root .. "/build/release/module"
local usable = os.execute "command -v lua5.4 >/dev/null" and
  not program:find "/build/" and support.read(module .. "/orthorun/core.so")
local test = usable and it or pending
local folder = support.folder()
teardown(folder.remove)

-- Runs a shell line in the folder; `lua` is the stock one, which finds the
-- library under `place`.
local function shell(line, place)
  local where = place or root .. "/lua"
  local _, _, code = os.execute(([[cd '%s' && export LUA_PATH='%s/?.lua;%s/?/init.lua' &&
    export LUA_CPATH='%s/?.so' && unset LUA_INIT && (%s) >out 2>err </dev/null]])
    :format(folder.name, where, where, module, line:gsub("^lua ", "lua5.4 ")))
  return folder.read "out", code, folder.read "err"
end

local function has(wanted, text)
  assert.is_truthy(text:find(wanted, 1, true),
    ("%q is not in %q"):format(wanted, text))
end

-- The blocks of a page, as one script.
local function script_of(page)
  local parts = { 'local ortho = require "orthorun"' }
  for kind, code in support.read(page):gmatch "```(%l+)\n(.-)\n```" do
    if kind == "lua" then parts[#parts + 1] = "do end\n" .. code end
  end
  assert.is_true(#parts > 5)
  return table.concat(parts, "\n")
end

describe("in stock Lua", function()
  test("the tutorial runs, and prints what it prints in orthorun", function()
    folder.write("tutorial.lua", script_of "docs/getting-started.md")
    local words = " tutorial.lua --quiet"
    local ours, _, wrong = shell("'" .. program .. "'" .. words)
    os.execute(("rm -r '%s'"):format(folder.path "runs"))
    local stock, code, err = shell("lua" .. words)
    assert.equal(0, code, err)
    assert.equal("", wrong .. err)
    assert.equal(ours, stock)
    has("report  runs/mine/mine.html", stock)
  end)

  test("the environment is the program's: BLAS, kernel, versions", function()
    local out = shell [[lua -e 'local e, names = require "orthorun".environment, {}
      for name in pairs(e) do names[#names + 1] = name end
      table.sort(names)
      for i, name in ipairs(names) do print(name, e[name]) end
      assert(not ortho)']]
    for name, text in pairs(core.environment) do
      has(("%s\t%s\n"):format(name, text), out)
    end
  end)

  local sweep = [[
    local ortho = require "orthorun"
    local s = ortho.sweep { name = "s", params = { width = 3 }, grid = { k = { 1, 2 } },
      trial = function(p, rng)
        if p.k == p.width then error "no" end
        return { x = rng:normal(p.width, 1):norm(), precision = ortho.precision() }
      end }
    local t = s:run()
    print(#t, t:column "x"[1], t:column "precision"[1], #t.failures)]]

  test("run options stand behind the script", function()
    folder.write("s.lua", sweep)
    local out, code, err = shell
      "lua s.lua --precision float32 --quiet --out r --jobs 2 --width 4"
    assert.equal(0, code, err)
    assert.matches("^2\t[%d.]+\tfloat32\t0\n$", out)
    local _
    _, code, err = shell "lua s.lua --jobs many"
    assert.equal(2, code)
    assert.equal("--jobs: expected a whole number from 0 to 100000, got 'many'\n" ..
      "Try --help behind the script's name.\n", err)
    out = shell "lua s.lua --help"
    has("usage: orthorun s.lua", out)
    has("--jobs N", out)
  end)

  test("Ctrl-C stops a sweep, and what is done is safe", function()
    folder.write("long.lua", [[
      local ortho = require "orthorun"
      ortho.sweep { name = "long", grid = { k = ortho.range(4000) }, trial = function()
        ortho.rng(1):normal(150, 150):svd()
        return { x = 1 }
      end }:run()]])
    -- In the foreground: else timeout sends two signals, the second kills.
    local _, code, err = shell
      "timeout --foreground -s INT 1 lua5.4 long.lua --quiet"
    assert.equal(124, code)
    has("safe in runs/long/long.db; the same command goes on from there", err)
  end)

  test("errors stand at the user's line, wherever the library is", function()
    os.execute(("cp -r lua '%s'"):format(folder.path "any place"))
    folder.write("wrong.lua", 'local ortho = require "orthorun"\n\n' ..
      'local t = ortho.theory.mean_field { actvation = "tanh" }\n')
    local _, code, err = shell("lua wrong.lua", folder.path "any place")
    assert.equal(1, code)
    has("lua5.4: wrong.lua:3: ", err)
    has("'actvation' (did you mean 'activation'?", err)
  end)

  test("a state that ends leaves the threads alone, and another one may follow",
    function()
      local out, code, err = shell [[lua -e 'for i = 1, 2 do
        package.loaded["orthorun.core"] = nil
        local core = require "orthorun.core"
        core.set_threads(2)
        local a = core.rng(1):normal(400, 400)
        print((a * a):norm())
      end']]
      assert.equal(0, code, err)
      local first, second = out:match "(%S+)\n(%S+)"
      assert.equal(first, second)
    end)
end)

-- An engine that wants another kernel than OpenBLAS has chosen: the machine's own
-- may be right at once.
local engine = [[
  #include <lua.h>
  #include <string.h>
  char *openblas_get_corename(void);
  const char *orthorun_missing_kernel(void) {
    return strcmp(openblas_get_corename(), "Nehalem") ? "Nehalem" : 0; }
  int luaopen_orthorun_engine(lua_State *L) {
    lua_pushstring(L, openblas_get_corename()); return 1; }]]

describe("the loader", function()
  test("has OpenBLAS loaded again where its kernel is wrong", function()
    os.execute(("mkdir -p '%s'"):format(folder.path "fake/orthorun"))
    folder.write("engine.c", engine)
    local _, code, err = shell(("cc -shared -fPIC $(pkg-config --cflags lua5.4) " ..
      "engine.c -o fake/orthorun/engine.so -lopenblas && cp '%s/orthorun/core.so' " ..
      "fake/orthorun"):format(module))
    assert.equal(0, code, err)
    local line = "env -u OPENBLAS_CORETYPE LUA_CPATH='./fake/?.so' lua5.4 -e " ..
      "'print(require \"orthorun.core\", os.getenv \"OPENBLAS_CORETYPE\")'"
    assert.equal("Nehalem\tnil\n", (shell(line)))
    assert.equal("Prescott\tPrescott\n", (shell((line:gsub("%-u OPENBLAS_CORETYPE",
      "OPENBLAS_CORETYPE=Prescott")))))
  end)

  test("says what is missing", function()
    os.execute(("mkdir -p '%s'"):format(folder.path "half/orthorun"))
    local _, code, err = shell(("cp '%s/orthorun/core.so' half/orthorun && " ..
      "LUA_CPATH='./half/?.so' lua5.4 -e 'require \"orthorun.core\"'"):format(module))
    assert.equal(1, code)
    has("half/orthorun/engine.so: cannot open shared object file", err)
  end)
end)

describe("the rockspec", function()
  it("is of this version", function()
    local version = core.environment.orthorun
    local env = {}
    assert(loadfile(("orthorun-%s-1.rockspec"):format(version), "t", env))()
    assert.equal(version .. "-1", env.version)
    assert.equal("orthorun", env.package)
  end)

  it("and Debian's changelog are", function()
    has(("orthorun (%s)"):format(core.environment.orthorun),
      support.read "debian/changelog")
  end)
end)
