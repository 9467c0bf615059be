-- race: runs the variants of a group in turns and keeps what they say.
-- Knows how to start a program and read its figures, and the statistics of
-- ratios paired in time.
local ortho = require "orthorun"
local clock = require "orthorun.core".worker.clock
local stats = ortho.stats

local race = {}

-- What must not leak from the user's shell into a variant.
local cleared = { "OPENBLAS_CORETYPE", "OPENBLAS_NUM_THREADS",
  "GOTO_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS" }

-- The command with its surroundings. Tuned peers and floors get orthorun's
-- BLAS kernel.
local function surrounded(variant)
  local words = { "/usr/bin/env" }
  for _, name in ipairs(cleared) do
    table.move({ "-u", name }, 1, 2, #words + 1, words)
  end
  local variables = {}
  if variant.side == "tuned" or variant.side == "floor" then
    variables.OPENBLAS_CORETYPE = ortho.environment.kernel
    variables.OPENBLAS_NUM_THREADS = variant.threads or 1
    variables.OMP_NUM_THREADS = variant.threads or 1
  end
  for name, value in pairs(variant.variables or {}) do variables[name] = value end
  for name, value in pairs(variables) do
    words[#words + 1] = ("%s=%s"):format(name, value)
  end
  return table.move(variant.command, 1, #variant.command, #words + 1, words)
end

-- The numbers and texts of a line of JSON, by name; lists are passed over.
function race.read_json(line)
  local record = {}
  for name, value in line:gmatch '"([%w_]+)": ?([^,}%[]+)' do
    record[name] = tonumber(value) or value:match '^"(.*)"$'
  end
  return record
end

local function records_of(output)
  local records = {}
  for line in output:gmatch "{[^\n]*}" do
    records[#records + 1] = race.read_json(line)
  end
  return records
end

-- Where a group does not say otherwise: what the last line calls seconds.
local function whole_run(record, put)
  if record.seconds then put("", record.seconds) end
end

-- Starts a program; the JSON records it printed, and the seconds it took.
local function start(words)
  local began = clock()
  local status, output, said = ortho.file.spawn(words)
  local seconds = clock() - began
  if status ~= 0 then
    error(("%s\nended with %s: %s"):format(table.concat(words, " "), status,
      said), 0)
  end
  return records_of(output), seconds
end

-- Seconds by case of one run. Of a variant that counts as a whole, the median
-- over a few runs, without surroundings: to set them takes a millisecond.
local function time(variant, read)
  if variant.whole then
    local list = {}
    for i = 1, variant.times_a_round do
      list[i] = select(2, start(variant.command))
    end
    return { [""] = stats.median(list) }
  end
  local seconds = {}
  for _, record in ipairs(start(surrounded(variant))) do
    read(record, function(case, value) seconds[case] = value end)
  end
  return seconds
end

-- The first round: memory, processor time and warm files; its times do not
-- count, because measuring disturbs.
local function measure(variant)
  local words = surrounded(variant)
  table.insert(words, #words - #variant.command + 1, "bench/measure.py")
  local records = start(words)
  local last = records[#records]
  variant.peak, variant.cpu, variant.check = last.peak, last.cpu,
    records[1].check
end

-- Runs a group's variants in turns, `rounds` times. Fills in each variant's
-- peak (MiB) and cpu (seconds), unless the group is bare, and times[case],
-- an array by round.
function race.run(group, rounds, tell)
  for _, variant in ipairs(group.variants) do
    variant.times = {}
    if not group.bare then
      tell(group, 0, variant)
      measure(variant)
    end
  end
  for round = 1, rounds do
    for _, variant in ipairs(group.variants) do
      tell(group, round, variant)
      for case, seconds in pairs(time(variant, group.read or whole_run)) do
        variant.times[case] = variant.times[case] or {}
        variant.times[case][round] = seconds
      end
    end
  end
  return group
end

-- How many times as fast as `other` a variant is: the median over rounds of
-- the ratio within a round, its least and greatest; or nil.
function race.ratio(variant, other, case)
  local mine, theirs = variant.times[case], other.times[case]
  if not mine or not theirs then return nil end
  local ratios = {}
  for round, seconds in ipairs(mine) do
    ratios[round] = theirs[round] / seconds
  end
  return { middle = stats.median(ratios), least = math.min(table.unpack(ratios)),
    most = math.max(table.unpack(ratios)) }
end

-- The fastest variant of a side (and a library, if named) by its median; nil
-- where there is none.
function race.fastest(group, side, case, library)
  local best, least
  for _, variant in ipairs(group.variants) do
    local ours = variant.side == side and
      (not library or variant.library == library)
    local times = ours and variant.times[case]
    local middle = times and stats.median(times)
    if middle and (not least or middle < least) then
      best, least = variant, middle
    end
  end
  return best
end

-- The variant of a side that needs the least memory.
function race.leanest(group, side)
  local best
  for _, variant in ipairs(group.variants) do
    if variant.side == side and (not best or variant.peak < best.peak) then
      best = variant
    end
  end
  return best
end

-- The cases of a group: by their words, then by their last number.
function race.cases(group)
  local cases = {}
  for case in pairs(group.variants[1].times) do cases[#cases + 1] = case end
  local function key(case)
    local words, number = case:match "^(.-)(%d*)$"
    return words, tonumber(number) or 0
  end
  table.sort(cases, function(a, b)
    local words, n = key(a)
    local others, m = key(b)
    return words < others or words == others and n < m
  end)
  return cases
end

return race
