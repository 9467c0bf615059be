-- merge_spec.lua: --merge: shards into one file.
local core = require "orthorun.core"
local runs = dofile "tests/sweep/runs.lua"
local store = core.store
local draws, fresh, has = runs.draws, runs.fresh, runs.has
local read, run, script = runs.read, runs.run, runs.script

teardown(runs.remove)

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
      "9 trials of 12 done, 3 failed, from 1 file\n")
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
