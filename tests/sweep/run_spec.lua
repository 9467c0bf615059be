-- run_spec.lua: runs that survive: workers that die, runs that are killed,
-- files that are damaged, foreign, locked or on a full disk; and the same
-- results after all of it.
local core = require "orthorun.core"
local store = core.store
local program = os.getenv "ORTHORUN" or "./orthorun"
local folder, count

local read = dofile("tests/support.lua").read

local function write(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
  return path
end

setup(function()
  folder, count = os.tmpname(), 0
  os.remove(folder)
  core.file.mkdir(folder)
end)

teardown(function() os.execute("rm -rf '" .. folder .. "'") end)

-- A new folder for a run.
local function fresh()
  count = count + 1
  return folder .. "/run" .. count
end

-- A sweep of 3 x 8 trials; `body` is the trial's, `rest` the sweep's fields.
local function script(body, rest, tail)
  return write(folder .. "/script.lua", ([[
local ortho = require "orthorun"
local sweep = ortho.sweep {
  name = "demo", params = { width = 3 },
  grid = { depth = { 1, 2, 3 }, seed = ortho.range(8) }, %s
  trial = function(p, rng) %s end,
}
local results = sweep:run()
%s
io.write(results:tocsv())
]]):format(rest or "", body, tail or ""))
end

local draws = [[
  local W = rng:normal(p.width, p.width)
  return { s = W:singular_values():totable()[1][1],
    r = { W:get(1, 1), math.random(), 0/0, 1/0 }, t = "a,b", i = p.depth }]]

-- Runs `orthorun LINE`: stdout, exit status, stderr. `before`: what a shell
-- is told first.
local function run(line, before)
  local out, err = folder .. "/stdout", folder .. "/stderr"
  local _, how, code = os.execute(("cd '%s' && %s '%s' %s >'%s' 2>'%s'")
    :format(folder, before or "", program:find "^/" and program or
    os.getenv "PWD" .. "/" .. program, line, out, err))
  return read(out), how == "exit" and code or 128 + code, read(err)
end

local function has(text, wanted)
  assert.is_truthy(text:find(wanted, 1, true),
    ("no %q in:\n%s"):format(wanted, text))
end

local function query(path, sql)
  local db = assert(store.open(path, "read"))
  local rows = assert(db:run(sql))
  db:close()
  return rows
end

local function is_sound(path)
  assert.are.equal("ok", query(path, "PRAGMA integrity_check")[1]
    .integrity_check)
end

describe("results", function()
  local wanted

  setup(function()
    script(draws)
    wanted = run("script.lua --quiet --jobs 1 --out " .. fresh())
    assert.are.equal(1 + 4 * 24, select(2, wanted:gsub("\n", "")))
  end)

  it("are the same bytes at any --jobs, and in this process", function()
    for _, jobs in ipairs { 0, 2, 4, 30 } do
      assert.are.equal(wanted, (run(("script.lua --quiet --jobs %d --out %s")
        :format(jobs, fresh()))))
    end
  end)

  it("are the same bytes in random order", function()
    assert.are.equal(wanted, (run("script.lua --quiet --shuffle --jobs 2 " ..
      "--out " .. fresh())))
  end)

  it("are the same bytes when done in parts", function()
    local out = fresh()
    run("script.lua --quiet --depth 2 --out " .. out)
    run("script.lua --quiet --seed 3-5 --out " .. out)
    local csv, _, err = run("script.lua --out " .. out)
    assert.are.equal(wanted, csv)
    has(err, "demo: 14 of 24 trials are done already")
    csv, _, err = run("script.lua --out " .. out)
    assert.are.equal(wanted, csv)
    has(err, "demo: all 24 trials are done already")
  end)

  it("are the same bytes from three shards, merged", function()
    local out = fresh()
    for i = 1, 3 do
      local csv, code, err = run(("script.lua --shard %d/3 --out %s"):format(
        i, out))
      assert.are.equal("", csv)
      assert.are.equal(0, code)
      has(err, ("shard %d of 3 is done"):format(i))
    end
    local said, code = run(("--merge %s/shards/*.db -o %s/demo.db"):format(
      out, out))
    assert.are.equal(0, code)
    has(said, "24 trials of 24 done, 0 failed, from 3 files")
    local csv, _, err = run("script.lua --out " .. out)
    assert.are.equal(wanted, csv)
    has(err, "all 24 trials are done already")
    assert.are.equal(wanted, (run(("-e 'io.write(ortho.results(\"%s\")" ..
      ":tocsv())'"):format(out .. "/demo.db"))))
    is_sound(out .. "/demo.db")
  end)

  it("are the same bytes from ranks and array tasks", function()
    local out = fresh()
    for rank = 0, 2 do
      local _, code = run("script.lua --quiet --out " .. out,
        ("OMPI_COMM_WORLD_RANK=%d OMPI_COMM_WORLD_SIZE=3"):format(rank))
      assert.are.equal(0, code)
    end
    run(("--merge %s/shards/*.db -o %s/demo.db"):format(out, out))
    assert.are.equal(wanted, (run("script.lua --quiet --out " .. out)))
    out = fresh()
    for task = 5, 9, 2 do
      run("script.lua --quiet --out " .. out, ("SLURM_ARRAY_TASK_ID=%d " ..
        "SLURM_ARRAY_TASK_COUNT=3 SLURM_ARRAY_TASK_MIN=5 " ..
        "SLURM_ARRAY_TASK_STEP=2"):format(task))
    end
    run(("--merge %s/shards/*.db -o %s/demo.db"):format(out, out))
    assert.are.equal(wanted, (run("script.lua --quiet --out " .. out)))
  end)

  it("start over with --fresh", function()
    local out = fresh()
    run("script.lua --quiet --out " .. out)
    local csv, _, err = run("script.lua --fresh --out " .. out)
    assert.are.equal("", err)
    assert.are.equal(wanted, csv)
    assert.are.equal(1, query(out .. "/demo.db",
      "SELECT count(*) AS n FROM runs")[1].n)
  end)

  it("are those of another seed or precision where asked", function()
    local out = fresh()
    script(draws, "partial = true,")
    run("script.lua --quiet --out " .. out)
    local csv, _, err = run("script.lua --precision float32 --out " .. out)
    assert.are_not.equal(wanted, csv)
    has(err, "24 trials start anew: changed since they ran: the precision")
    assert.are.equal(wanted, (run("script.lua --quiet --out " .. out)))
    script(draws)
  end)

  it("carry every number, text and truth through the file", function()
    script [[return { a = { -0.0, 1e-320, 0/0, 1/0, -1/0, 0.1 },
      b = { 1, 2.5, math.mininteger, "x\0y", true, false },
      c = math.maxinteger, d = "", e = false, f = -0.0 } ]]
    local out = fresh()
    local csv = run("script.lua --depth 1 --seed 1 --quiet --out " .. out)
    assert.are.equal("depth,seed,width,layer,a,b,c,d,e,f\n" ..
      "1,1,3,1,-0,1,9223372036854775807,,false,-0\n" ..
      "1,1,3,2,9.99988867182683e-321,2.5,9223372036854775807,,false,-0\n" ..
      "1,1,3,3,nan,-9223372036854775808,9223372036854775807,,false,-0\n" ..
      "1,1,3,4,inf,x\0y,9223372036854775807,,false,-0\n" ..
      "1,1,3,5,-inf,true,9223372036854775807,,false,-0\n" ..
      "1,1,3,6,0.1,false,9223372036854775807,,false,-0\n", csv)
    assert.are.equal(csv, (run("script.lua --depth 1 --seed 1 --quiet --out "
      .. out)))
  end)
end)

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
    has(err, "not enough memory")
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

describe("the code of a trial", function()
  -- How many trials run when `second` follows `first` in the same folder.
  local function rerun(first, second)
    local out = fresh()
    write(folder .. "/script.lua", first)
    local _, code, before = run("script.lua --out " .. out)
    assert.are.equal(0, code, before)
    write(folder .. "/script.lua", second)
    local _, _, err = run("script.lua --out " .. out)
    return tonumber(err:match "(%d+) trials start anew") or 0, err
  end

  local base = [[
local ortho = require "orthorun"
local scale = { gain = 2, init = ortho.init.orthogonal { gain = 2 } }
local function helper(x) return x * scale.gain end
function global_helper(x) return x + 1 end
local sweep = ortho.sweep { name = "demo", grid = { seed = ortho.range(4) },
  trial = function(p, rng)
    local function inner(x) return x + 1 end
    return { x = helper(inner(global_helper(p.seed))) }
  end }
local function plot() print "plot" end
sweep:run() plot()
]]

  local function changed(from, to)
    local text, n = base:gsub(from, to, 1)
    assert.are.equal(1, n)
    return rerun(base, text)
  end

  it("stays itself when comments, lines and plots change", function()
    assert.are.equal(0, (rerun(base, "-- a comment\n\n\n" .. base)))
    assert.are.equal(0, (changed("return x %* scale", "--[[why]]\nreturn x * scale")))
    assert.are.equal(0, (changed('print "plot"', 'print "another"')))
    assert.are.equal(0, (changed("sweep:run%(%)", "sweep:run():print()")))
  end)

  it("is new when it changes, or what it reaches", function()
    assert.are.equal(4, (changed("return x %+ 1 end\n    return",
      "return x + 2 end\n    return")))
    assert.are.equal(4, (changed("x %* scale", "x / scale")))
    assert.are.equal(4, (changed("gain = 2,", "gain = 3,")))
    assert.are.equal(4, (changed("gain = 2 }", "gain = 3 }")))
    local n, err = changed("return x %+ 1 end\nlocal sweep",
      "return x + 3 end\nlocal sweep")
    assert.are.equal(4, n)
    has(err, "4 trials start anew: changed since they ran: the trial's code")
  end)

  it("sees every digit and every weight that it reaches", function()
    local identity = require "orthorun.sweep.identity"
    local ortho = require "orthorun"
    local function code(value)
      return identity.code(function() return value end)
    end
    local function net(seed)
      return ortho.mlp { width = 3, depth = 2, rng = ortho.rng(seed) }
    end
    local function differ(a, b, same)
      assert.are.equal(code(a), code(same))
      assert.are_not.equal(code(a), code(b))
    end
    differ(1, 1.0, 1)
    differ(0.1, 0.1 + 2 ^ -55, 0.1)
    differ(ortho.init.gaussian { std = 0.1 }, ortho.init.gaussian {
      std = 0.1 + 1e-12 }, ortho.init.gaussian { std = 0.1 })
    differ(ortho.matrix.eye(3), ortho.matrix.eye(4), ortho.matrix.eye(3))
    differ(ortho.matrix { { 1, 2 } }, ortho.matrix { { 1, 2 + 1e-15 } },
      ortho.matrix { { 1, 2 } })
    differ(net(1), net(2), net(1))
    differ(ortho.rng(1), ortho.rng(2), ortho.rng(1))
    differ({ a = 1, b = { 2 } }, { a = 1, b = { 3 } }, { b = { 2 }, a = 1 })
    differ(math.sin, math.cos, math.sin)
    local loop = {}
    loop.self = loop
    assert.are.equal(code(loop), code(loop))
  end)

  it("counts again when the edit is undone", function()
    local out = fresh()
    for _, text in ipairs { base, (base:gsub("x %* scale", "x / scale")),
      base } do
      write(folder .. "/script.lua", text)
      local _, _, err = run("script.lua --out " .. out)
      if text ~= base then has(err, "start anew") end
    end
    has(read(folder .. "/stderr"), "all 4 trials are done already")
  end)
end)

describe("a results file", function()
  local function refused(out, wanted)
    local path = out .. "/demo.db"
    local before = read(path)
    script(draws)
    local csv, code, err = run("script.lua --out " .. out)
    assert.are.equal(1, code)
    assert.are.equal("", csv)
    has(err, path .. ": ")
    has(err, wanted)
    assert.are.equal(before, read(path))
    return err
  end

  it("of another program is refused and left alone", function()
    local out = fresh()
    core.file.mkdir(out)
    write(out .. "/demo.db", ("not a database\n"):rep(100))
    refused(out, "not a results file of orthorun")
    os.remove(out .. "/demo.db")
    local db = store.open(out .. "/demo.db", "create")
    db:run "CREATE TABLE trials (x)"
    db:close()
    refused(out, "not a results file of orthorun")
  end)

  it("of another format is refused and left alone", function()
    local out = fresh()
    script(draws)
    run("script.lua --quiet --seed 1 --out " .. out)
    local db = store.open(out .. "/demo.db", "write")
    db:run "PRAGMA user_version = 99"
    db:close()
    refused(out, "written by another version of orthorun (its format is 99")
  end)

  it("of another sweep is refused and left alone", function()
    local out = fresh()
    script(draws)
    run("script.lua --quiet --seed 1 --out " .. out)
    local db = store.open(out .. "/demo.db", "write")
    db:run "UPDATE runs SET name = 'other'"
    db:close()
    refused(out, "it holds the sweep 'other', not 'demo'")
  end)

  it("that is damaged is refused and left alone", function()
    local out = fresh()
    script(draws)
    run("script.lua --quiet --out " .. out)
    local bytes = read(out .. "/demo.db")
    write(out .. "/demo.db", bytes:sub(1, 4096) .. ("\255"):rep(4096) ..
      bytes:sub(8193))
    refused(out, "damaged")
    write(out .. "/demo.db", bytes:sub(1, 6000))
    refused(out, "damaged")
  end)

  it("that another program writes to is waited for, then refused", function()
    local out = fresh()
    script(draws)
    run("script.lua --quiet --seed 1 --out " .. out)
    local db = store.open(out .. "/demo.db", "write")
    db:run "PRAGMA locking_mode = EXCLUSIVE"
    db:run "BEGIN EXCLUSIVE"
    local _, code, err = run("script.lua --out " .. out)
    db:close()
    assert.are.equal(1, code)
    has(err, "another program is using it")
  end)

  it("has a quick trial before the next one begins, without workers", function()
    local out = fresh()
    script(([[local store = require "orthorun.core".store
      local db = store.open("%s/demo.db", "read")
      local rows = db:run "SELECT count(*) AS n FROM trials"
      db:close()
      return { before = rows[1].n } ]]):format(out))
    local csv = run("script.lua --quiet --jobs 0 --depth 1 --seed 1-3 --out " ..
      out)
    assert.are.equal("depth,seed,width,before\n1,1,3,0\n1,2,3,1\n1,3,3,2\n",
      csv)
  end)

  it("that another run writes to is refused at once", function()
    local out = fresh()
    script "os.execute 'sleep 0.02' return { x = p.seed }"
    os.execute(("cd '%s' && '%s' script.lua --quiet --jobs 1 --out %s " ..
      ">/dev/null & sleep 0.15"):format(folder, program, out))
    local _, code, err = run("script.lua --out " .. out)
    assert.are.equal(1, code)
    has(err, "another run is writing to it (process ")
    -- and others may read meanwhile
    local said = run("--show " .. out .. "/demo.db")
    has(said, "running")
    for _ = 1, 100 do
      _, code = run("script.lua --quiet --out " .. out)
      if code == 0 then break end
      os.execute "sleep 0.05"
    end
    assert.are.equal(0, code)
    assert.is_nil(read(out .. "/demo.db.lock"))
    assert.is_nil(read(out .. "/demo.db-wal"))
  end)

  it("that cannot be written ends the run at once, all safe", function()
    local out = fresh()
    script [[return { x = ("y"):rep(4000) .. p.seed }]]
    local csv, code, err = run("script.lua --out " .. out,
      "trap '' XFSZ; ulimit -f 110;")
    assert.are.equal(1, code)
    assert.are.equal("", csv)
    has(err, out .. "/demo.db: ")
    has(err, "what was finished is safe")
    local done = tonumber(err:match "stopped; (%d+) of 24 trials are done")
    assert.is_true(done > 2 and done < 24)
    csv, code, err = run("script.lua --out " .. out)
    assert.are.equal(0, code)
    has(err, ("%d of 24 trials are done already"):format(done))
    assert.are.equal(25, select(2, csv:gsub("\n", "")))
    is_sound(out .. "/demo.db")
  end)

  it("has what made it", function()
    local out = fresh()
    script(draws)
    run("script.lua --quiet --seed 1,2 --out " .. out)
    local made = query(out .. "/demo.db", "SELECT * FROM runs")[1]
    assert.are.equal(read(folder .. "/script.lua"), made.source)
    assert.are.equal("--quiet --seed 1,2 --out " .. out, made.arguments)
    for _, field in ipairs { "version", "lua", "blas", "kernel", "machine",
      "host", "system", "compiler", "random123", "sqlite", "started",
      "finished" } do
      assert.is_truthy(made[field] and #made[field] > 0, field)
    end
    assert.are.equal("finished", made.status)
    assert.are.equal(6, made.trials)
    local said, code = run("--show " .. out .. "/demo.db")
    assert.are.equal(0, code)
    has(said, "sweep   demo")
    has(said, "6 done, 0 failed")
  end)

  it("opens as a table, with its failures", function()
    local out = fresh()
    script "if p.seed > 6 then error 'boom' end return { x = p.seed }"
    run("script.lua --quiet --out " .. out)
    local ortho = require "orthorun"
    local t = ortho.results(out .. "/demo.db")
    assert.are.equal(18, #t)
    assert.are.equal(6, #t.failures)
    assert.are.same({ depth = 1, seed = 7, width = 3 }, t.failures[1].p)
    assert.are.equal("demo", t.run.name)
    local ok, err = pcall(ortho.results, out .. "/none.db")
    assert.is_false(ok)
    has(err, "No such file")
    assert.is_false((pcall(ortho.results, folder .. "/script.lua")))
  end)
end)

describe("--merge", function()
  local function shard(i, out, options)
    run(("script.lua --quiet --shard %d/2 --out %s %s"):format(i, out,
      options or ""))
    return ("%s/shards/demo.%d-of-2.db"):format(out, i)
  end

  it("refuses shards of another script or version, and says which", function()
    local out, other = fresh(), fresh()
    script(draws)
    local one = shard(1, out)
    local single = shard(2, other, "--precision float32")
    script "return { x = 2 }"
    local two = shard(2, out)
    local said, code, err = run(("--merge %s %s -o %s/all.db"):format(one, two,
      out))
    assert.are.equal(1, code)
    assert.are.equal("", said)
    has(err, two .. " is of other trial code than " .. one)
    has(select(3, run(("--merge %s %s -o %s/all.db"):format(one, single, out))),
      "is of another precision")
    for _, change in ipairs { "version = '0.0.1'", "name = 'other'" } do
      local elsewhere = fresh()
      script(draws)
      local changed = shard(2, elsewhere)
      local db = store.open(changed, "write")
      db:run("UPDATE runs SET " .. change)
      db:close()
      has(select(3, run(("--merge %s %s -o %s/all.db"):format(one, changed,
        out))), change:find "^version" and
        "is of another version of orthorun than" or "is of another sweep than")
    end
    assert.is_nil(read(out .. "/all.db"))
  end)

  it("never writes over a file", function()
    local out = fresh()
    script(draws)
    local one = shard(1, out)
    local before = read(one)
    local _, code, err = run(("--merge %s -o %s"):format(one, one))
    assert.are.equal(1, code)
    has(err, "is there already; it is left as it is")
    assert.are.equal(before, read(one))
  end)

  it("counts what is missing", function()
    local out = fresh()
    script "if p.seed == 1 then error 'x' end return { y = 1 }"
    local one = shard(1, out)
    has((run(("--merge %s -o %s/all.db"):format(one, out))),
      "9 trials of 12 done, 3 failed, from 1 files")
  end)

  it("wants files", function()
    local _, code, err = run "--merge -o x.db"
    assert.are.equal(2, code)
    has(err, "which results files?")
    _, code, err = run "--merge x.db"
    assert.are.equal(2, code)
    has(err, "into which file?")
    _, code = run "--show"
    assert.are.equal(2, code)
    _, code, err = run "--show /no/such.db"
    assert.are.equal(1, code)
    has(err, "No such file")
  end)
end)

describe("a worker", function()
  it("has its share of the threads, and BLAS works in it", function()
    script [[local W = rng:normal(300, 300)
      local x = (W * W):norm()
      for line in io.lines "/proc/self/status" do
        local n = line:match "^Threads:%s*(%d+)"
        if n then return { threads = tonumber(n), finite = x < 1/0 } end
      end]]
    for seeds, share in pairs { ["1"] = 2, ["1,2"] = 1 } do
      local csv = run(("script.lua --quiet --threads 2 --jobs 2 --depth 1 " ..
        "--seed %s --out %s"):format(seeds, fresh()))
      local rows = {}
      for seed in seeds:gmatch "%d" do
        rows[#rows + 1] = ("1,%s,3,true,%d\n"):format(seed, share)
      end
      assert.are.equal("depth,seed,width,finite,threads\n" ..
        table.concat(rows), csv)
    end
  end)

  it("sends large results whole", function()
    script("local t = {} for i = 1, 300000 do t[i] = i + 0.5 end return " ..
      "{ t = t }", "partial = true,", "results = results:where { layer = " ..
      "300000 }")
    local csv = run("script.lua --quiet --jobs 2 --seed 1,2 --depth 1 --out " ..
      fresh())
    assert.are.equal("depth,seed,width,layer,t\n1,1,3,300000,300000.5\n" ..
      "1,2,3,300000,300000.5\n", csv)
  end)
end)

describe("progress", function()
  local progress = require "orthorun.sweep.progress"

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

describe("a plan", function()
  it("lists every trial, and what it would cost", function()
    script(draws)
    local out = fresh()
    local said, code = run("script.lua --dry-run --out " .. out)
    assert.are.equal(0, code)
    assert.are.equal(25, select(2, said:gsub("\n", "")))
    has(said, "to do      2.08 %   depth=1, seed=1")
    has(said, "24 trials, 24 to do")
    assert.is_nil(read(out .. "/demo.db"))
    run("script.lua --quiet --seed 1-4 --out " .. out)
    said = run("script.lua --dry-run --jobs 2 --out " .. out)
    has(said, "24 trials, 12 to do, about ")
    has(said, "with 2 at a time")
    has(said, "done ")
  end)

  it("is made by options on either side of the script", function()
    script "if p.seed == 1 then while true do end end return { x = 1 }"
    local out = fresh()
    local said = run("--dry-run --shuffle --out " .. out .. " script.lua")
    has(said, "24 trials, 24 to do")
    local order = said:gsub("[^\n]*%%   ", "")
    assert.is_nil(order:find("depth=1, seed=1\ndepth=1, seed=2\ndepth=1, s"))
    assert.are.equal(said, (run("script.lua --shuffle --dry-run --out " .. out)))
    local _, code, err = run("--trial-timeout 0.2 --jobs 2 --fail-fast --out " ..
      out .. " script.lua --depth 1")
    assert.are.equal(1, code)
    has(err, "took longer than 0.2 s")
  end)

  it("takes the sweep's own cost", function()
    script(draws, "cost = function(p) return p.depth == 3 and 98 or 1 end,")
    local said = run("script.lua --dry-run --seed 1 --out " .. fresh())
    has(said, "98 %   depth=3, seed=1")
    script(draws, "cost = function() return 0 end,")
    local _, code, err = run("script.lua --dry-run --out " .. fresh())
    assert.are.equal(1, code)
    has(err, "cost must give a number above 0, not 0")
  end)
end)

describe("a run", function()
  it("that is stopped by Ctrl-C keeps what it has, and goes on", function()
    local out = fresh()
    -- one trial, when it first runs, interrupts the sweep and waits for it
    script(([[
      local mark = "%s/interrupted"
      if p.depth == 2 and p.seed == 8 and not io.open(mark) then
        io.open(mark, "w"):close()
        local sweep = io.open "/proc/self/stat":read "a"
          :match "^%%d+ %%b() %%a (%%d+)"
        os.execute("kill -INT " .. sweep .. "; sleep 20")
      end
      return { x = p.seed }]]):format(folder))
    local _, code, err = run("script.lua --jobs 2 --out " .. out)
    assert.are.equal(130, code)
    has(err, "trials are done and safe in " .. out .. "/demo.db")
    has(err, "interrupted!")
    is_sound(out .. "/demo.db")
    local csv
    csv, code, err = run("script.lua --out " .. out)
    assert.are.equal(0, code)
    has(err, "of 24 trials are done already")
    assert.are.equal(25, select(2, csv:gsub("\n", "")))
  end)

  it("leaves no worker behind when its parent is killed", function()
    local out = fresh()
    script "while true do end"
    local mark = out:match "[^/]+/[^/]+$"
    run("script.lua --jobs 2 --out " .. out, "timeout -s KILL 0.3")
    os.execute "sleep 0.1"
    local left = io.popen("pgrep -f '" .. mark .. "' | grep -v $$"):read "a"
    assert.are.equal("", left:gsub("%s", ""))
    script "return { x = 1 }" -- and its lock is gone with it
    local _, code = run("script.lua --quiet --out " .. out)
    assert.are.equal(0, code)
  end)

  it("takes ten thousand values on one line", function()
    local values = {}
    for i = 1, 10000 do values[i] = i end
    script("return { x = p.seed }")
    local csv, code = run("script.lua --quiet --depth 1 --out " .. fresh() ..
      " --seed " .. table.concat(values, ","))
    assert.are.equal(0, code)
    assert.are.equal(10001, select(2, csv:gsub("\n", "")))
  end)

  it("says that it cannot make its folder", function()
    script(draws)
    local _, code, err = run "script.lua --out /proc/none"
    assert.are.equal(1, code)
    has(err, "cannot make folder /proc/none")
    _, code, err = run "script.lua --out /proc"
    assert.are.equal(1, code)
    has(err, "/proc/demo.db.lock: cannot lock it: ")
  end)

  it("draws in a trial as it would alone, math.random too", function()
    script "return { x = math.random(), y = rng:normal(1, 1):get(1, 1) }"
    local all = run("script.lua --quiet --jobs 2 --out " .. fresh())
    local one = run("script.lua --quiet --depth 2 --seed 5 --out " .. fresh())
    has(all, one:match "\n(.*)$")
  end)
end)

describe("the digest", function()
  it("is FNV-1a's published one", function()
    assert.are.equal("6c62272e07bb014262b821756295c58d", store.digest "")
    assert.are.equal("d228cb696f1a8caf78912b704e4a8964", store.digest "a")
    assert.are.equal("343e1662793c64bf6f0d3597ba446f18", store.digest "foobar")
  end)
end)

describe("forty random kills", function()
  it("lose nothing that was finished (make test-kill: a thousand)", function()
    local said, code = run(os.getenv "PWD" .. "/tests/kill.lua 40")
    assert.are.equal(0, code, said)
    has(said, "40 kills: ")
  end)
end)
