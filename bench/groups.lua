-- groups: what races whom. A group is one piece of work, and its variants are
-- the programs that do it. A variant has a name; a side: "orthorun", "found"
-- (a peer as a user finds it), "tuned" (the same with orthorun's BLAS kernel
-- and one thread), "floor" (ceiling/) or another, which no target looks at; a
-- command; variables for it. A group's `read` says which figures of a JSON line
-- are seconds for which case, where there are several; its share, the part of
-- the rounds that it runs (0: for the memory alone); bare, that its memory is
-- not measured.
local folder = ...

local python, peers = "/usr/bin/python3", "bench/peers/"
local program = os.getenv "ORTHORUN" or "./orthorun"
local ceilings = os.getenv "CEILINGS" or "build/release"

local groups = {}

-- A command line as an array, from texts, numbers and arrays of them.
local function line(...)
  local words = {}
  for _, part in ipairs { ... } do
    for _, word in ipairs(type(part) == "table" and part or { part }) do
      words[#words + 1] = tostring(word)
    end
  end
  return words
end

local function orthorun(name, ...)
  return { name = name, side = "orthorun", command = line(program, ...) }
end

-- torch and numpy, each as found and tuned. torch is told its threads.
local function both(script, arguments, torch_only)
  local list = {}
  for _, library in ipairs(torch_only and { "torch" } or { "torch", "numpy" }) do
    for _, side in ipairs { "found", "tuned" } do
      local threads = library == "torch" and
        { "--threads", side == "found" and 0 or 1 } or {}
      list[#list + 1] = { name = library .. (side == "found" and " as found" or
        " tuned"), side = side, library = library,
        command = line(python, peers .. script:format(library), arguments,
          threads) }
    end
  end
  return list
end

-- How many of its Householder reflections the floor applies at a time: the
-- best for each width, or those among which machines differ.
local blocks = { [64] = { 16 }, [128] = { 16 }, [256] = { 32, 16 },
  [512] = { 32 }, [1024] = { 48, 64 }, [2048] = { 64 } }

local function floor(name, block, precision, threads, ...)
  return { name = name, side = "floor", threads = threads,
    variables = { NB = block },
    command = line(ceilings .. (precision == "float64" and "/ceiling_f64" or
      "/ceiling_f32"), ...) }
end

local function join(...)
  local all = {}
  for _, list in ipairs { ... } do table.move(list, 1, #list, #all + 1, all) end
  return all
end

-- --- sweeps -----------------------------------------------------------------

local function floors_of(w)
  local function one(name, mode, workers, threads, gram)
    return floor(name, blocks[w.width][1], w.precision, threads, "sweep", w.width,
      w.depths, w.seeds, w.batch, mode, workers, gram or 0)
  end
  if w.init == "gaussian" then
    return { one("floor, 2 workers", "gauss", 2, 1),
      one("floor, 2 BLAS threads", "gauss", 1, 2) }
  end
  return { one("floor, 1 worker", "stewart", 1, 1),
    one("floor, 2 workers", "stewart", 2, 1),
    one("floor, Q implicit, 2 workers", "implicit", 2, 1),
    one("floor, 2 BLAS threads", "stewart", 1, 2),
    w.width > w.batch and
      one("floor, Gram trick, 2 workers", "stewart", 2, 1, 1) or nil }
end

local function ours(name, w, ...)
  return orthorun(name, "--precision", w.precision, "--fresh", "--quiet",
    "--out", folder, "bench/workloads/sweep.lua", "--width", w.width,
    "--batch", w.batch, "--depth", w.depths, "--seed", "1-" .. w.seeds,
    "--init", w.init, ...)
end

local function sweep(name, title, w)
  w.precision, w.init = w.precision or "float32", w.init or "orthogonal"
  return { name = name, title = title, work = w, variants = join(
    { ours("orthorun", w), ours("orthorun, 1 core", w, "--jobs", 1,
      "--threads", 1) },
    both("depth_sweep_%s.py", line("--width", w.width, "--depths", w.depths,
      "--seeds", w.seeds, "--batch", w.batch, "--init", w.init, "--dtype",
      w.precision)), floors_of(w)) }
end

groups[1] = sweep("small", "Small sweep: n = 64, batch 128, depths 10, 20, " ..
  "..., 50, 5 seeds", { width = 64, batch = 128, depths = "10,20,30,40,50",
  seeds = 5 })
local medium = { width = 256, batch = 256, depths = "10,20,50", seeds = 2 }
local function like_medium(changes)
  return setmetatable(changes, { __index = medium })
end
groups[2] = sweep("medium", "Medium sweep: n = 256, batch 256, depths 10, " ..
  "20, 50, 2 seeds", like_medium {})
-- What "as found" means where OpenBLAS does not know the processor, and takes
-- its kernel of 2004.
table.insert(groups[2].variants, 5, { name = "torch, kernel Prescott",
  side = "unknown", variables = { OPENBLAS_CORETYPE = "Prescott" },
  command = groups[2].variants[3].command })
groups[3] = sweep("large", "Large, one trial: n = 1024, batch 512, depth 10",
  { width = 1024, batch = 512, depths = "10", seeds = 1 })
groups[4] = sweep("f64", "Medium sweep in float64",
  like_medium { precision = "float64" })
groups[5] = sweep("gauss", "Medium sweep, Gaussian init",
  like_medium { init = "gaussian" })

-- --- drift ------------------------------------------------------------------

groups[6] = { name = "drift", title = "Drift: n = 256, depth 20, batch 128, " ..
  "60 steps, ‖W'W − I‖ of every layer at every step", variants = join(
  { orthorun("orthorun", "--precision", "float32", "bench/workloads/drift.lua",
    60) },
  both("train_drift_%s.py", line("--width", 256, "--depth", 20, "--batch", 128,
    "--steps", 60, "--every", 1, "--dtype", "float32")),
  { floor("floor, 1 thread", 32, "float32", 1, "drift", 256, 20, 128, 60, 1,
    0), floor("floor, 2 BLAS threads", 32, "float32", 2, "drift", 256, 20, 128,
    60, 1, 0) }) }

-- --- orthogonal matrices ----------------------------------------------------

local sizes = { 64, 128, 256, 512, 1024, 2048 }

local function by_size(record, put)
  if record.ms and (record.alg or "stewart+WY") == "stewart+WY" then
    put("n = " .. record.n, record.ms / 1e3)
  end
end

local function init(name, title, precision, list)
  local group = { name = name, title = title, share = 0.6, bare = true,
    read = by_size,
    variants = join({ orthorun("orthorun", "--precision", precision,
      "--threads", 1, "bench/workloads/init.lua", list) },
      both("ortho_init_%s.py", line("--sizes", table.concat(list, ","),
        "--dtype", precision))) }
  for _, n in ipairs(list) do
    for _, block in ipairs(blocks[n]) do
      table.insert(group.variants, floor("floor, block " .. block, block,
        precision, 1, "init", n))
    end
  end
  return group
end

groups[7] = init("init", "Orthogonal init, one thread", "float32", sizes)
groups[8] = init("init64", "Orthogonal init in float64, one thread", "float64",
  { 64, 256, 1024 })

-- --- spectra ----------------------------------------------------------------

-- What the floor and the others call the same thing.
local spectra = { gesdd_N = "singular values", svdvals_ms = "singular values",
  specnorm_ms = "spectral norm", ["syrk+frob"] = "‖W'W − I‖",
  orth_err_ms = "‖W'W − I‖" }

local function by_metric(record, put)
  local function add(what, ms)
    put(("%s, n = %d"):format(what, record.n), ms / 1e3)
  end
  for key, what in pairs(spectra) do
    if record[key] then add(what, record[key]) end
  end
  if spectra[record.alg] then add(spectra[record.alg], record.ms) end
end

groups[9] = { name = "spectra", title = "Spectra of Gaussian matrices",
  share = 0.6, bare = true, read = by_metric, variants = join(
  { orthorun("orthorun", "--precision", "float32", "bench/workloads/spectra.lua",
    64, 256, 1024) },
  both("svd_spectrum_%s.py", line("--sizes", "64,256,1024", "--reps", 3,
    "--depth", 1)),
  { floor("floor", 32, "float32", 1, "svd", 64, 256, 1024) }) }

-- --- training, start, the vanishing -----------------------------------------

groups[10] = { name = "fashion", title = "Fashion-MNIST: 784-256-10, 10 " ..
  "epochs of batches of 128, ‖WW' − W0W0'‖ at every step", share = 0.4,
  bare = true, variants = join(
  { orthorun("orthorun", "--precision", "float32", "bench/workloads/fashion.lua",
    10) }, both("fashion_torch.py", {}, true)) }

-- Everything from start to end, many times: some take a millisecond.
local function short(name, side, library, times, ...)
  return { name = name, side = side, library = library, whole = true,
    times_a_round = times, command = line(...) }
end

groups[11] = { name = "start", title = "Start to the first number",
  variants = {
  short("orthorun", "orthorun", nil, 20, program, "-e",
    "print(ortho.rng(1):normal(3, 3):norm())"),
  short("torch", "found", "torch", 1, python, "-c",
    "import torch; print(torch.randn(3, 3).norm())"),
  short("numpy", "found", "numpy", 4, python, "-c", "import numpy as np; " ..
    "print(np.linalg.norm(np.random.default_rng(1).standard_normal((3, 3))))"),
  short("lua5.4", "floor", nil, 20, "lua5.4", "-e", "print(1)") } }

-- Gradients of 10^-41 and less beside ordinary ones.
local deep = like_medium { precision = "float32", init = "orthogonal",
  depths = "50" }
groups[12] = { name = "vanish", title = "A vanishing sweep: n = 256, depth " ..
  "50, gain 0.2 beside √2", variants = { ours("orthorun, vanishing", deep,
  "--gain", 0.2), ours("orthorun, ordinary", deep) } }
groups[12].variants[2].side = "floor"

-- Peers as found need the same memory, and longer.
local deepest = sweep("deepest", "Memory: n = 1024, batch 512, depth 50",
  { width = 1024, batch = 512, depths = "50", seeds = 1 })
deepest.share = 0
for i = #deepest.variants, 1, -1 do
  if deepest.variants[i].side == "found" then table.remove(deepest.variants, i) end
end
groups[13] = deepest

-- --- how time grows ---------------------------------------------------------

-- One thing grows, the others stay.
local function growing(name, title, expected, x, command)
  local group = { name = name, title = title, expected = expected, x = x,
    share = 0.6, bare = true, variants = {} }
  for i, value in ipairs(x) do group.variants[i] = command(value) end
  return group
end

-- A sweep of one depth on one core, unless told otherwise.
local function one_depth(w)
  local all = { precision = "float32", init = "orthogonal", width = 256,
    batch = 256, depths = 10, seeds = 1, jobs = 1 }
  for name, value in pairs(w) do all[name] = value end
  return ours("orthorun", all, "--jobs", all.jobs, "--threads", all.jobs)
end

groups.growing = {
  growing("depth", "depth, n = 256", "1", { 10, 20, 40, 80 },
    function(x) return one_depth { depths = x } end),
  growing("width", "width, batch 256, depth 10", "2 (products with a batch) " ..
    "to 3 (sampling)", { 64, 128, 256, 512, 1024 },
    function(x) return one_depth { width = x } end),
  growing("seeds", "seeds, n = 256, depth 10", "1", { 4, 8, 16, 32 },
    function(x) return one_depth { seeds = x } end),
  growing("workers", "workers, 32 seeds", "−1", { 1, 2 },
    function(x) return one_depth { seeds = 32, jobs = x } end),
  growing("steps", "steps of drift", "1", { 15, 30, 60, 120 },
    function(x)
      return orthorun("steps", "--precision", "float32",
        "bench/workloads/drift.lua", x)
    end),
}

return groups
