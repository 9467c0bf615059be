-- trial_spec.lua: trials that raise, crash, hang, end, print or return junk cost
-- themselves alone.
local runs = dofile "tests/sweep/runs.lua"
local program = os.getenv "ORTHORUN" or "./orthorun"
local folder, fresh, has = runs.folder, runs.fresh, runs.has
local is_sound, query, run = runs.is_sound, runs.query, runs.run
local script, write = runs.script, runs.write

teardown(runs.remove)

describe("a trial that", function()
  -- The message of the trials with depth 2, whose body this is; the others
  -- must have gone on.
  local function failing(body, options, before)
    script("if p.depth == 2 then " .. body .. " end return { x = 1 }")
    local out = fresh()
    local csv, code, err = run(("script.lua %s --jobs 2 --seed 1,2 --out %s")
      :format(options or "", out), before)
    assert.are.equal(3, code, err)
    assert.are.equal(5, select(2, csv:gsub("\n", "")))
    has(err, "2 of 6 trials failed")
    local rows = query(out .. "/demo.db",
      "SELECT reason FROM trials WHERE status = 'failed'")
    assert.are.equal(2, #rows)
    is_sound(out .. "/demo.db")
    return err, rows[1].reason
  end

  it("raises is recorded with its message", function()
    local err, reason = failing "error 'boom'"
    has(err, "demo: trial (depth=2, seed=1) failed: ")
    has(reason, "script.lua:5: boom")
  end)

  it("crashes is recorded with its signal", function()
    local err = failing "os.execute('kill -ABRT $PPID')"
    has(err, "crashed: Aborted (signal 6)")
  end)

  it("is killed is recorded as killed", function()
    has(failing "os.execute('kill -9 $PPID')",
      "killed (signal 9), perhaps for want of memory")
  end)

  it("ends its process is recorded with the status", function()
    has(failing "os.exit(7, true)",
      "the trial ended its process (exit status 7)")
    has(failing "os.exit(0)", "the trial ended its process (exit status 0)")
  end)

  it("hangs is ended by --trial-timeout", function()
    local err = failing("while true do end", "--trial-timeout 0.3")
    has(err, "took longer than 0.3 s (--trial-timeout)")
    has(failing("os.execute 'sleep 100'", "--trial-timeout 0.3"), "0.3 s")
  end)

  it("wants too much memory fails alone", function()
    local limit = program:find "build/address" and
      "ASAN_OPTIONS=$ASAN_OPTIONS:max_allocation_size_mb=400" or
      "ulimit -v 400000;"
    local err = failing("local s = ('x'):rep(1 << 30)", "", limit)
    has(err, "script.lua:5: not enough memory: 1.0 GiB were asked for")
  end)

  it("reads a parameter that is not there is told the nearest", function()
    has(failing "local x = p.dpeth", "script.lua:5: trial: unknown parameter " ..
      "'dpeth' (did you mean 'depth'? known: depth, seed, width)")
  end)

  it("gives its parameters to the library may leave some out", function()
    has(failing [[p.seed, p.rng = nil, rng
      error("a " .. tostring(ortho.mlp(p)):match "^[^\n]*")]],
      "a sequential of 3 layers")
  end)

  it("returns junk is told what it returned", function()
    local function refused(value, wanted) has(failing("return " .. value),
      wanted) end
    refused("nil", "must return a table of results, not nil")
    refused("{ f = print }", "'f' is a function, not a number")
    refused("{ a = { { 1 } } }", "'a' has a nested table at place 1")
    refused("{ a = { 1, nil, 3 } }", "'a' is an array with holes")
    refused("{ a = { x = 1 } }", "'a' is no array: it has the key x")
    refused("{ W = rng:normal(2, 2) }", "'W' is an orthorun.matrix")
    refused("{ 1, 2 }", "results go by name")
    refused("{ depth = 1 }", "'depth' has the name of a parameter")
    refused("{ c = coroutine.create(print) }", "'c' is a thread")
    refused("{ a = setmetatable({}, { __index = error }) }", "nested table")
  end)

  it("prints leaves results, tables and the bar alone", function()
    script [[print("said", p.seed) io.write "no newline"
      io.stderr:write "and this\n" return { x = 1 }]]
    local csv, code, err = run("script.lua --jobs 2 --depth 1 --seed 1 --out " ..
      fresh())
    assert.are.equal(0, code)
    assert.are.equal("depth,seed,width,x\n1,1,3,1\n", csv)
    has(err, "said\t1\n")
    has(err, "no newline")
    has(err, "and this\n")
  end)

  it("reads stdin finds it at its end", function()
    script "return { x = io.read() == nil }"
    local csv = run("script.lua --jobs 2 --depth 1 --seed 1 --out " .. fresh(),
      "echo hello |")
    has(csv, "true")
  end)

  it("failed is tried again by the same command", function()
    script("if not io.open('ok') then error 'not yet' end return { x = 1 }")
    local out = fresh()
    local _, code, err = run("script.lua --out " .. out)
    assert.are.equal(1, code)
    has(err, "all 24 trials failed, this one first")
    has(err, "script.lua:5: ")
    write(folder .. "/ok", "")
    local csv
    csv, code, err = run("script.lua --out " .. out)
    assert.are.equal(0, code)
    has(err, "24 that failed before are tried again")
    assert.are.equal(25, select(2, csv:gsub("\n", "")))
  end)

  it("fails first ends the run with --fail-fast", function()
    script "if p.depth == 2 then error 'boom' end return { x = 1 }"
    local out = fresh()
    local csv, code, err = run("script.lua --jobs 1 --fail-fast --out " .. out)
    assert.are.equal(1, code)
    assert.are.equal("", csv)
    has(err, "stopped at the first failure; 8 of 24 trials are done and safe")
    assert.are.equal(9, query(out .. "/demo.db",
      "SELECT count(*) AS n FROM trials")[1].n)
  end)
end)
