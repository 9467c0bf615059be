-- store_spec.lua: results files: foreign, damaged, locked, on a full disk; what they
-- hold.
local core = require "orthorun.core"
local runs = dofile "tests/sweep/runs.lua"
local store = core.store
local program = os.getenv "ORTHORUN" or "./orthorun"
local draws, folder, fresh = runs.draws, runs.folder, runs.fresh
local has, is_sound, query = runs.has, runs.is_sound, runs.query
local read, run, script = runs.read, runs.run, runs.script
local write = runs.write

teardown(runs.remove)

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
    -- A write that the system refused may yet have come to the disk whole.
    local found = tonumber(err:match "(%d+) of 24 trials are done already")
    assert.is_true(found == done or found == done + 1, err)
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
