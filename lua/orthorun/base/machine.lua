-- machine: where a run takes place, and which part of it is ours: cores, and
-- the ranks and array tasks that Slurm and mpirun hand out.
local core = require "orthorun.core"

local machine = {}

local function first_line(path)
  local file = io.open(path)
  if not file then return nil end
  local line = file:read "l"
  file:close()
  return line
end

local function cpu_name()
  local file = io.open "/proc/cpuinfo"
  if not file then return "unknown" end
  for line in file:lines() do
    local name = line:match "^model name%s*:%s*(.+)$"
    if name then
      file:close()
      return name
    end
  end
  file:close()
  return "unknown"
end

local described

-- host, machine (its processor) and system, as texts. To be read only: they
-- are asked for once, since the kernel takes its time to tell the processor.
function machine.describe()
  described = described or {
    host = first_line "/proc/sys/kernel/hostname" or "unknown",
    machine = cpu_name(), system = first_line "/proc/version" or "unknown" }
  return described
end

local function whole(name, env)
  local text = env(name)
  return text and text:find "^%d+$" and tonumber(text) or nil
end

-- Ranks under mpirun or srun: {rank from 0, size}. Slurm's batch step has
-- SLURM_NTASKS too, but no step of its own: it is not one rank of many.
local function ranks(env)
  for _, pair in ipairs { { "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE" },
    { "PMI_RANK", "PMI_SIZE" }, { "SLURM_PROCID", "SLURM_STEP_NUM_TASKS" } } do
    local rank, size = whole(pair[1], env), whole(pair[2], env)
    if rank and size and rank < size then return rank, size end
  end
  return 0, 1
end

-- The place from 0 of this task in its array, and their number. Slurm does
-- not tell the tasks of a list such as 3,5,9: then nil and a message.
local function array_task(env)
  local id, count = whole("SLURM_ARRAY_TASK_ID", env),
    whole("SLURM_ARRAY_TASK_COUNT", env)
  if not id or not count then return 0, 1 end
  local least = whole("SLURM_ARRAY_TASK_MIN", env) or 0
  local most = whole("SLURM_ARRAY_TASK_MAX", env) or least + count - 1
  local step = math.max(1, whole("SLURM_ARRAY_TASK_STEP", env) or 1)
  if (most - least) // step + 1 ~= count or id < least or id > most then
    return nil, "the job array's tasks are no range, so this one's part is " ..
      "not known: say which, by --shard I/N"
  end
  return (id - least) // step, count
end

-- This process's part of the work as its surroundings tell it: i, n, or 1, 1
-- where they say nothing; nil and a message where they are unclear. env:
-- os.getenv, or what stands for it.
function machine.shard(env)
  env = env or os.getenv
  local rank, size = ranks(env)
  local task, count = array_task(env)
  if not task then return nil, count end
  return task * size + rank + 1, count * size
end

-- Processors' worth of time that a control group allows, if it says.
local function quota()
  local line = first_line "/sys/fs/cgroup/cpu.max"
  local most, period = (line or ""):match "^(%d+) (%d+)$"
  return most and math.max(1, math.ceil(tonumber(most) / tonumber(period)))
end

-- How many workers to start where nobody says: one per core that is ours;
-- one where mpirun or srun has started several of us.
function machine.jobs(env)
  env = env or os.getenv
  local _, size = ranks(env)
  local cores = math.min(core.worker.cores(), quota() or math.huge)
  local given = whole("SLURM_CPUS_PER_TASK", env)
  if given and given > 0 then return math.min(given, cores) end
  return size > 1 and 1 or cores
end

-- How many threads a trial that is alone gets: a core each, as many as
-- --threads may say.
function machine.threads(env)
  for _, option in ipairs(core.run_options) do
    if option.name == "threads" then
      return math.min(machine.jobs(env), option.high)
    end
  end
end

return machine
