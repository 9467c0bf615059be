-- machine_spec.lua: which part of the work is this process's, and how many
-- workers it starts, as Slurm and mpirun tell it.
local core = require "orthorun.core"
local machine = require "orthorun.base.machine"

describe("this process's part", function()
  local function part(env)
    local i, n = machine.shard(function(name) return env[name] end)
    return i .. "/" .. n
  end

  it("is read from mpirun, srun and job arrays", function()
    assert.are.equal("1/1", part {})
    assert.are.equal("3/8", part { OMPI_COMM_WORLD_RANK = "2",
      OMPI_COMM_WORLD_SIZE = "8" })
    assert.are.equal("4/4", part { PMI_RANK = "3", PMI_SIZE = "4" })
    assert.are.equal("2/4", part { SLURM_PROCID = "1",
      SLURM_STEP_NUM_TASKS = "4" })
    assert.are.equal("1/16", part { SLURM_ARRAY_TASK_ID = "0",
      SLURM_ARRAY_TASK_COUNT = "16", SLURM_ARRAY_TASK_MIN = "0" })
    assert.are.equal("6/8", part { SLURM_ARRAY_TASK_ID = "3",
      SLURM_ARRAY_TASK_COUNT = "4", SLURM_ARRAY_TASK_MIN = "1",
      SLURM_PROCID = "1", SLURM_STEP_NUM_TASKS = "2" })
  end)

  it("is asked for where an array is a list", function()
    local env = { SLURM_ARRAY_TASK_ID = "5", SLURM_ARRAY_TASK_COUNT = "2",
      SLURM_ARRAY_TASK_MIN = "3", SLURM_ARRAY_TASK_MAX = "5",
      SLURM_ARRAY_TASK_STEP = "1" }
    local i, message = machine.shard(function(name) return env[name] end)
    assert.is_nil(i)
    assert.is_truthy(message:find("say which, by --shard I/N", 1, true))
    env.SLURM_ARRAY_TASK_STEP = "2"
    assert.are.equal("2/2", part(env))
  end)

  it("is all of it in a Slurm batch step, or where it makes no sense",
    function()
      assert.are.equal("1/1", part { SLURM_PROCID = "0", SLURM_NTASKS = "4" })
      assert.are.equal("1/1", part { OMPI_COMM_WORLD_RANK = "x",
        OMPI_COMM_WORLD_SIZE = "4" })
      assert.are.equal("1/1", part { PMI_RANK = "4", PMI_SIZE = "4" })
    end)
end)

describe("the number of workers", function()
  local cores = core.worker.cores()
  local function jobs(env)
    return machine.jobs(function(name) return env[name] end)
  end

  it("is at most one per core", function()
    local n = jobs {}
    assert.is_true(n >= 1 and n <= cores)
    assert.are.equal(cores, jobs { SLURM_CPUS_PER_TASK = "100000" })
    assert.are.equal(1, jobs { SLURM_CPUS_PER_TASK = "1" })
  end)

  it("is one for each of several ranks", function()
    assert.are.equal(1, jobs { PMI_RANK = "0", PMI_SIZE = "2" })
  end)

  it("does not believe what is no number, or 0", function()
    assert.are.equal(jobs {}, jobs { SLURM_CPUS_PER_TASK = "0" })
    assert.are.equal(jobs {}, jobs { SLURM_CPUS_PER_TASK = "two" })
  end)
end)

describe("a machine's description", function()
  it("is three texts of one line", function()
    local here = machine.describe()
    for _, key in ipairs { "host", "machine", "system" } do
      assert.are.equal("string", type(here[key]))
      assert.is_truthy(here[key]:find "^[^\n]+$")
    end
  end)
end)
