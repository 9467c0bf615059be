-- run_spec.lua: runs that survive: the same results at any number of workers, in
-- parts, after kills; what stops them.
local runs = dofile "tests/sweep/runs.lua"
local draws, folder, fresh = runs.draws, runs.folder, runs.fresh
local has, is_sound, query = runs.has, runs.is_sound, runs.query
local run, script = runs.run, runs.script

teardown(runs.remove)

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
    has(err, "demo: stopped; ")
    has(err, "goes on from there (interrupted!)\n")
    assert.is_nil(err:find("traceback", 1, true))
    assert.is_nil(err:find("pool.lua", 1, true))
    assert.are.equal(1, select(2, err:gsub("interrupted!", "")))
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

describe("forty random kills", function()
  it("lose nothing that was finished (make test-kill: a thousand)", function()
    local said, code = run(os.getenv "PWD" .. "/tests/kill.lua 40")
    assert.are.equal(0, code, said)
    has(said, "40 kills: ")
  end)
end)
