-- progress_spec.lua: the bar, and times as people tell them.
local progress = require "orthorun.sweep.progress"
local runs = dofile "tests/sweep/runs.lua"
local program = os.getenv "ORTHORUN" or "./orthorun"
local folder, fresh, has = runs.folder, runs.fresh, runs.has
local script = runs.script

teardown(runs.remove)

describe("a bar's state", function()
  local function of(total, cost) return progress.new("p", total, cost, true) end

  it("counts, and tells what failed", function()
    local p = of(3, 3)
    assert.are.equal("0/3", p:state())
    p:add(1, true)
    p:add(1, false)
    assert.is_truthy(p:state():find "^2/3, .*1 failed")
    assert.is_truthy(p:state():find " left$")
    p:add(1, true)
    assert.is_truthy(p:state():find "^3/3")
    assert.is_nil(p:state():find "left")
  end)

  it("never costs more than all of it", function()
    local p = of(2, 10)
    p:add(8, true)
    p:add(8, true)
    assert.are.equal(10, p.spent)
  end)

  it("of trials that cost nothing has no time left to tell", function()
    local p = of(2, 0)
    p:add(0, true)
    assert.is_truthy(p:state():find "^1/2")
    assert.is_nil(p:state():find "left")
  end)
end)

describe("a bar's line", function()
  local text = require "orthorun.base.text"
  local function of(name)
    local p = progress.new(name, 200, 200, true)
    p.began = p.began - 100
    for i = 1, 50 do p:add(1, i > 3) end
    return p
  end

  it("fits into any width, whatever the name", function()
    for _, name in ipairs { "sums", ("long_name_"):rep(8), ("größe_"):rep(6),
      ("深度学习"):rep(5), "a\nb", "x\255y" } do
      for width = 1, 120 do
        local line = of(name):line(width)
        assert.is_true(text.width(line) <= width, ("%d: %q"):format(width, line))
        assert.is_truthy(utf8.len(line))
        assert.is_nil(line:find "%c")
      end
    end
  end)

  it("gives up the bar, then words, before the count", function()
    local p = of "demo"
    assert.matches("^demo %[#####%.+%] 50/200, 3 failed, 2 s each, 5 min 0 s left$",
      p:line(100))
    assert.matches("^demo %[#+%.+%] 50/200, 3 failed", p:line(60))
    assert.matches("^demo 50/200, 3 failed$", p:line(25))
    assert.equal("demo [#.....] 50/200", p:line(20))
    assert.equal("demo 50/200", p:line(12))
    assert.equal("a_lo… 50/200", of("a_long_name"):line(12))
    assert.equal("50/200", p:line(6))
  end)
end)

describe("a duration", function()
  it("is told in the two largest units", function()
    for wanted, seconds in pairs { ["0 s"] = 0, ["0.25 s"] = 0.25,
      ["1 s"] = 0.6, ["59 s"] = 59.4, ["1 min 0 s"] = 59.6,
      ["1 h 0 min"] = 3600, ["23 h 59 min"] = 86399, ["1 d 0 h"] = 86400,
      ["11574 d 1 h"] = 1e9 - 1 } do
      assert.are.equal(wanted, progress.duration(seconds))
    end
  end)

  it("that makes no sense is a question mark", function()
    for _, seconds in ipairs { -1, 0 / 0, 1e9, math.huge } do
      assert.are.equal("?", progress.duration(seconds))
    end
  end)
end)

describe("progress", function()
  it("is a bar on a terminal, and tells failures in red", function()
    script [[os.execute "sleep 0.1" if p.seed == 1 then error "x" end
      return { x = 1 }]]
    local line = "script -qec '%s script.lua --jobs 1 --depth 1 --seed 1-4 " ..
      "--out %s %s' /dev/null"
    local function typed(before, options)
      local text = io.popen(("cd '%s' && %s TERM=xterm " .. line):format(folder,
        before, program, fresh(), options)):read "a"
      return text
    end
    local text = typed("", "")
    has(text, "\rdemo [#####...............] 1/4, \27[31m1 failed\27[0m, ")
    has(text, " left\27[K")
    text = typed("NO_COLOR=1", "")
    has(text, "1/4, 1 failed, ")
    text = typed("", "--quiet")
    assert.is_nil(text:find("###", 1, true))
  end)

  it("is as wide as the terminal, and follows it", function()
    script [[os.execute "sleep 0.15" return { x = 1 }]]
    for _, columns in ipairs { 20, 50, 200 } do
      local line = ("script -qec 'stty cols %d; %s script.lua --jobs 1 " ..
        "--depth 1 --seed 1-4 --out %s' /dev/null"):format(columns, program,
        fresh())
      local said = io.popen(("cd '%s' && TERM=xterm NO_COLOR=1 %s"):format(folder,
        line)):read "a"
      local count = 0
      for drawn in said:gmatch "\r(demo [^\r\n]*)\27%[K" do
        count = count + 1
        assert.is_true(#drawn < columns, drawn)
      end
      assert.is_true(count > 1, said)
    end
  end)

  it("weighs what is left by its cost", function()
    local bar = progress.new("x", 4, 100, true)
    bar.began = bar.began - 10
    bar:add(20, true)
    has(bar:state(), "1/4, 10 s each, 40 s left")
    bar:add(60, false)
    has(bar:state(), ", 3 s left")
    bar.began = bar.began - 3600
    has(bar:state(), ", 15 min 3 s left")
  end)

  it("tells times as people do", function()
    assert.are.equal("0.25 s", progress.duration(0.25))
    assert.are.equal("59 s", progress.duration(59.4))
    assert.are.equal("3 min 20 s", progress.duration(200))
    assert.are.equal("2 h 5 min", progress.duration(7500))
    assert.are.equal("3 d 4 h", progress.duration(76 * 3600 + 5))
    assert.are.equal("?", progress.duration(0 / 0))
  end)
end)
