-- make bench-smoke: instructions of three small workloads, counted by
-- callgrind, against those of smoke.txt. Counts, unlike times, are the same on
-- a busy machine. Status 1 where one differs by more than 3 %; RENEW=1 stores
-- what was counted. With another compiler or library, figures would differ
-- for no fault of ours: then it only says so.
local ortho = require "orthorun"
local counts = dofile "bench/counts.lua"

local path, tolerance = "bench/smoke.txt", 0.03
local workloads = { "sweep", "train", "numbers" }
local program = os.getenv "ORTHORUN" or "./orthorun"

local head = [[
# Instructions of the workloads of `make bench-smoke`, and what they were
# counted with. Who makes something faster, or slower for a good reason, renews
# them in the same commit: make bench-smoke RENEW=1
]]

local function output_of(...)
  local status, said, errors = ortho.file.spawn { ... }
  if status ~= 0 then
    error(("%s: %s"):format((...), errors or said), 0)
  end
  return said, errors
end

local function versions()
  local e = ortho.environment
  return table.concat({ e.compiler, e.blas, e.lua,
    (output_of("getconf", "GNU_LIBC_VERSION"):gsub("%s+$", "")),
    (output_of("valgrind", "--version"):gsub("%s+$", "")) }, ", ")
end

-- valgrind knows AVX2 and no AVX-512: this kernel, on any machine.
local function count(name)
  local _, said = output_of("env", "OPENBLAS_CORETYPE=Haswell",
    "OPENBLAS_NUM_THREADS=1", "valgrind", "--tool=callgrind",
    "--callgrind-out-file=/dev/null", program, "--threads", "1",
    "--precision", "float32",
    ("bench/smoke/%s.lua"):format(name))
  return math.tointeger(said:match "Collected : (%d+)")
end

local function stored()
  local file = io.open(path)
  if not file then return nil, {} end
  local text = file:read "a"
  file:close()
  return counts.read(text)
end

local now = versions()
local before, figures = stored()
local lines, good = { "versions " .. now }, true
for _, name in ipairs(workloads) do
  local counted = count(name)
  lines[#lines + 1] = ("%-8s %d"):format(name, counted)
  local line, fine = counts.compare(name, figures[name], counted, tolerance)
  print(line)
  good = good and fine
end

if os.getenv "RENEW" == "1" then
  local file = assert(io.open(path, "w"))
  file:write(head, table.concat(lines, "\n"), "\n")
  file:close()
  print("stored in " .. path)
elseif before ~= now then
  print(("not comparable, so no verdict: stored with %s; here %s"):format(
    before or "nothing", now))
elseif not good then
  print("Meant so? Then store the new figures: make bench-smoke RENEW=1")
  os.exit(1)
end
