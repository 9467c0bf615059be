-- recipes_spec.lua: the scripts of docs/recipes as a user runs them, small.
local support = dofile "tests/support.lua"
local folder = support.folder()
local program = os.getenv "ORTHORUN" or "./orthorun"

teardown(folder.remove)

local function run(line)
  local _, how, code = os.execute(("'%s' %s --out '%s' >'%s' 2>'%s'"):format(
    program, line, folder.name, folder.path "out", folder.path "err"))
  assert.equal("exit", how)
  return folder.read "out", code, folder.read "err"
end

describe("a sweep with an activation of one's own", function()
  local script = [[
    local ortho = require "orthorun"
    ortho.activation.define { name = "mine", value = function(x) return %s end }
    local s = ortho.sweep { name = "defined", grid = { seed = { 1, 2, 3 } },
      trial = function(p) return { y = ortho.activation.value("mine", p.seed) } end }
    print(table.concat(s:run():column "y", " "))]]

  local function result(formula, options)
    folder.write("defined.lua", script:format(formula))
    local out, code, err = run(folder.path "defined.lua" .. " " .. options)
    return out, code, err
  end

  it("computes in workers, resumes, and runs again where it is edited",
    function()
      local first, _, said = result("2.0 * x", "--jobs 2 --quiet")
      assert.equal("2.0 4.0 6.0\n", first .. said)
      local out, _, err = result("--[[ a comment ]] 2.0 * x", "--jobs 2")
      assert.equal("2.0 4.0 6.0\n", out)
      assert.is_truthy(err:find("all 3 trials are done already", 1, true), err)
      assert.equal("3.0 6.0 9.0\n", (result("3.0 * x", "--jobs 2 --quiet")))
    end)

  it("loses the trials that it fails in, and says at which x", function()
    local out, code, err = result("x == 2 and error 'no' or x * 1.0",
      "--jobs 2 --quiet")
    assert.equal("1.0 3.0\n", out)
    assert.equal(3, code)
    assert.is_truthy(err:find("activation 'mine': value(2.0):", 1, true), err)
  end)
end)

describe("t:plot", function()
  local script = [[
    local ortho = require "orthorun"
    local s = ortho.sweep { name = "drawn", grid = { x = { 1, 2, 3 }, k = { "a", "b" } },
      trial = function(p) return { y = p.x ^ 2 } end }
    local t = s:run()
    t:plot { x = "x", y = "y", color = "k" }
    t:where { k = "a" }:plot { x = "x", y = "y" }
    t:summary { by = "x", of = "y" }:plot { x = "x", y = "y" }
    ortho.results(s:file()):plot { x = "y", kind = "histogram" }
    print(pcall(t.plot, t, { x = "x", y = "z" }))
    print(pcall(t.plot, t, { x = "x", y = "y", data = t }))
    local own = ortho.table.of({ "x" }, { { x = 1 } })
    print(pcall(own.plot, own, { x = "x", kind = "histogram" }))]]

  it("names its files in the run's folder and tells them", function()
    folder.write("drawn.lua", script)
    local out, code, err = run(folder.path "drawn.lua" .. " --quiet")
    assert.equal("", err)
    assert.equal(0, code)
    if os.execute "command -v gnuplot >/dev/null" then
      for _, name in ipairs { "drawn_y.svg", "drawn_y.png", "drawn_y_2.svg",
        "drawn_y_3.png" } do
        assert.is_truthy(out:find("plot    " .. folder.path(name) .. "\n", 1,
          true), out)
        assert.is_truthy(folder.read(name))
      end
    end
    assert.is_truthy(out:find("unknown column 'z'", 1, true), out)
    assert.is_truthy(out:find("t:plot: data= is the table itself already", 1,
      true), out)
    assert.is_truthy(out:find("t:plot: this table is of no run: give file=", 1,
      true), out)
  end)
end)
