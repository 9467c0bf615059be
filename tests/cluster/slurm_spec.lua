-- slurm_spec.lua: a sweep as a Slurm job array and under srun, on the Slurm
-- that tests/cluster/slurm has set up on this machine.
local core = require "orthorun.core"
local program = os.getenv "ORTHORUN" or "./orthorun"
local folder

local read = dofile("tests/support.lua").read

local function shell(line)
  local _, how, code = os.execute(("cd '%s' && { %s; } >stdout 2>stderr")
    :format(folder, line))
  assert.are.equal("exit", how)
  return read(folder .. "/stdout"), code, read(folder .. "/stderr")
end

setup(function()
  folder = os.tmpname()
  os.remove(folder)
  core.file.mkdir(folder)
  local file = assert(io.open(folder .. "/sweep.lua", "w"))
  file:write [[
local ortho = require "orthorun"
local sweep = ortho.sweep { name = "tasks", grid = { seed = ortho.range(40) },
  trial = function(p, rng) return { x = rng:normal(1, 1):get(1, 1) } end }
io.write(sweep:run():tocsv())
]]
  file:close()
end)

teardown(function() os.execute("rm -rf '" .. folder .. "'") end)

local function merged(out)
  local text, code, err = shell(("'%s' --merge %s/shards/*.db -o %s/tasks.db")
    :format(program, out, out))
  assert.are.equal(0, code, err)
  assert.is_truthy(text:find("40 trials of 40 done, 0 failed", 1, true), text)
  return (shell(("'%s' sweep.lua --quiet --out %s"):format(program, out)))
end

describe("Slurm", function()
  local wanted

  setup(function()
    wanted = shell(("'%s' sweep.lua --quiet --out one"):format(program))
    assert.are.equal(41, select(2, wanted:gsub("\n", "")))
  end)

  it("gives every task of an array its part", function()
    local _, code, err = shell(("sbatch --wait --array=1-4 " ..
      "--output=array-%%a.log --wrap \"'%s' sweep.lua --out array\""):format(
      program))
    assert.are.equal(0, code, err)
    for task = 1, 4 do
      local log = read(("%s/array-%d.log"):format(folder, task))
      assert.is_truthy(log:find(("shard %d of 4 is done"):format(task), 1,
        true), log)
    end
    assert.are.equal(wanted, merged "array")
  end)

  it("gives every task of srun its part", function()
    local _, code, err = shell(("srun -n 2 '%s' sweep.lua --out steps")
      :format(program))
    assert.are.equal(0, code, err)
    assert.is_truthy(err:find("shard 2 of 2 is done", 1, true), err)
    assert.are.equal(wanted, merged "steps")
  end)

  it("does not divide a batch step that only asked for tasks", function()
    local _, code, err = shell(("sbatch --wait --ntasks=2 --output=batch.log " ..
      "--wrap \"'%s' sweep.lua --quiet --out batch\""):format(program))
    assert.are.equal(0, code, err)
    assert.are.equal(wanted, read(folder .. "/batch.log"))
  end)

  it("divides a task's part among its ranks", function()
    local _, code, err = shell(("sbatch --wait --array=3-5:2 --ntasks=2 " ..
      "--output=both-%%a.log --wrap \"srun '%s' sweep.lua --out both\"")
      :format(program))
    assert.are.equal(0, code, err)
    local logs = read(folder .. "/both-3.log") .. read(folder .. "/both-5.log")
    for i = 1, 4 do
      assert.is_truthy(logs:find(("shard %d of 4 is done"):format(i), 1, true),
        logs)
    end
    assert.are.equal(wanted, merged "both")
  end)

  it("is asked which part a task of a list is", function()
    local _, code = shell(("sbatch --wait --array=3,5 --output=list-%%a.log " ..
      "--wrap \"'%s' sweep.lua --out list\""):format(program))
    assert.are.equal(2, code)
    assert.is_truthy(read(folder .. "/list-5.log"):find("by --shard I/N", 1,
      true))
  end)
end)
