-- pool: tasks done by worker processes. A worker that crashes, is killed or
-- takes too long costs its task, and the others go on. Knows nothing of what
-- the tasks are.
local core = require "orthorun.core"
local workers = core.worker

local pool = {}

local collect_above = 2 * 1024 -- KiB that a worker keeps between tasks
local quick = 0.005 -- seconds; after such a task, the next ones wait in line
local line_length = 8 -- with the worker itself, and it need not wait for us

-- --- in the worker ----------------------------------------------------------

-- A reply: a letter, the seconds it took, and bytes.
local reply_format = "<c1 d s4"
local reply_head = 1 + 8 + 4

local function perform(work, task)
  local began = workers.clock()
  local ok, bytes = work(task)
  return reply_format:pack(ok and "k" or "f", workers.clock() - began, bytes)
end

local function serve(work, threads)
  return function(channel)
    core.set_threads(threads)
    while true do
      local task = channel:receive(4)
      if not task then return end
      local reply = perform(work, (("<I4"):unpack(task)))
      io.stdout:flush()
      if not channel:send(reply) then return end
      if collectgarbage "count" > collect_above then collectgarbage() end
    end
  end
end

-- --- in the parent ----------------------------------------------------------

-- Passes on what a worker printed, in whole lines.
local function pass_output(self, slot)
  local bytes = slot.worker:output()
  if bytes == "" or bytes == nil then return end
  slot.said = slot.said .. bytes
  local last = slot.said:match "^.*()\n"
  if not last and #slot.said > 65536 then last = #slot.said end
  if last then
    self.print(slot.said:sub(1, last))
    slot.said = slot.said:sub(last + 1)
  end
end

-- The same for what is left, with a last line that may not be whole.
local function pass_rest(self, slot)
  repeat
    local before = slot.said
    pass_output(self, slot)
  until slot.said == before
  if slot.said ~= "" then self.print(slot.said .. "\n") end
end

local function start_worker(self)
  local others = {}
  for i, slot in ipairs(self.slots) do others[i] = slot.worker end
  local worker, message = workers.fork(serve(self.work, self.threads or 1),
    others)
  if not worker then
    if #self.slots > 0 then return nil end -- then with fewer
    error("cannot start a worker: " .. message, 0)
  end
  local slot = { worker = worker, held = {}, parts = {}, size = 0,
    said = "" }
  self.slots[#self.slots + 1] = slot
  return slot
end

-- How many tasks a worker may hold: one, or several where they are quick and
-- there are enough for everybody.
local function allowance(self, slot)
  local left = #self.tasks - self.next
  if not slot.quick or left <= 2 * self.jobs then return 1 end
  return left > 2 * line_length * self.jobs and line_length or 2
end

local function hand_out(self, slot)
  while #slot.held < allowance(self, slot) and self.tasks[self.next] do
    local task = self.tasks[self.next]
    self.next = self.next + 1
    if #slot.held == 0 then slot.began = workers.clock() end
    table.insert(slot.held, task)
    slot.worker:send(("<I4"):pack(task)) -- if it has ended, reply tells
  end
end

-- Every idle worker gets a task; new workers start while there are tasks.
local function assign_tasks(self)
  for _, slot in ipairs(self.slots) do
    if #slot.held == 0 then hand_out(self, slot) end
  end
  while #self.slots < self.jobs and self.tasks[self.next] do
    local slot = start_worker(self)
    if not slot then return end
    hand_out(self, slot)
  end
end

local function finish(self, task, ok, bytes, seconds)
  self.left = self.left - 1
  if self.done(task, ok, bytes, seconds) == false then self.stopped = true end
end

-- The next reply, once it is all there.
local function next_reply(slot)
  if slot.size < (slot.wanted or reply_head) then return nil end
  local bytes = table.concat(slot.parts)
  slot.parts = { bytes }
  slot.wanted = reply_head + ("<I4"):unpack(bytes, reply_head - 3)
  if #bytes < slot.wanted then return nil end
  slot.parts = { bytes:sub(slot.wanted + 1) }
  slot.size, slot.wanted = #slot.parts[1], nil
  return reply_format:unpack(bytes)
end

local function why_ended(kind, number, name)
  if kind == "exit" then
    return ("the trial ended its process (exit status %d)"):format(number)
  elseif number == 9 then
    return "killed (signal 9), perhaps for want of memory"
  end
  return ("crashed: %s (signal %d)"):format(name, number)
end

-- Waits for a worker's end. The task it had begun has failed, for `reason` or
-- as its process ended; those it had not begun wait again.
local function remove_worker(self, slot, reason)
  for i, other in ipairs(self.slots) do
    if other == slot then table.remove(self.slots, i) end
  end
  local cause = why_ended(slot.worker:finish())
  pass_rest(self, slot)
  for i = #slot.held, 2, -1 do -- those that it had not begun
    self.next = self.next - 1
    self.tasks[self.next] = slot.held[i]
  end
  if slot.held[1] then
    finish(self, slot.held[1], nil, reason or cause, workers.clock() -
      slot.began)
  end
end

-- Takes the replies that have come. The worker has its next task before the
-- last one's result is written.
local function take_replies(self, slot)
  local letter, seconds, payload = next_reply(slot)
  while letter and not self.stopped do
    local task = table.remove(slot.held, 1)
    slot.began, slot.quick = workers.clock(), seconds < quick
    pass_output(self, slot)
    hand_out(self, slot)
    finish(self, task, letter == "k", payload, seconds)
    letter, seconds, payload = next_reply(slot)
  end
end

-- Takes what a worker has printed and replied.
local function read_from(self, slot)
  pass_output(self, slot)
  while not self.stopped do
    local bytes = slot.worker:reply()
    if bytes == nil then return remove_worker(self, slot) end
    if bytes == "" then return end
    slot.parts[#slot.parts + 1] = bytes
    slot.size = slot.size + #bytes
    take_replies(self, slot)
  end
end

local function check_time(self)
  if not self.timeout then return end
  local now = workers.clock()
  for _, slot in ipairs({ table.unpack(self.slots) }) do
    if slot.held[1] and now - slot.began > self.timeout then
      slot.worker:kill()
      remove_worker(self, slot,
        ("took longer than %g s (--trial-timeout)"):format(self.timeout))
    end
  end
end

-- Seconds until something is due: a tick of the progress bar, a time limit.
local function seconds_to_wait(self)
  local least = self.interval
  if self.timeout then
    local now = workers.clock()
    for _, slot in ipairs(self.slots) do
      if slot.held[1] then
        least = math.min(least, slot.began + self.timeout - now)
      end
    end
  end
  return math.max(least, 0.001)
end

local function end_workers(self)
  for _, slot in ipairs(self.slots) do slot.worker:kill() end
  for _, slot in ipairs(self.slots) do
    slot.worker:finish()
    pass_rest(self, slot)
  end
  self.slots = {}
end

-- Does tasks (numbers from 1 to 2^32) by `jobs` workers. Fields:
--   tasks    array of numbers, done in this order as workers get free
--   work     function(task) -> ok, bytes; called in a worker
--   done     function(task, ok, bytes, seconds); called here, for each task
--            once; where its worker ended, ok is nil, and bytes says why.
--            false: stop
--   print    function(text): what workers printed
--   tick     function(), called about every `interval` seconds (default 0.5)
--   threads  of each worker (default 1)
--   timeout  seconds a task may take (nil: any)
-- Workers end with this function, however it ends.
function pool.run(options)
  local count = #options.tasks
  local self = setmetatable({ slots = {}, next = 1, left = count,
    tasks = table.move(options.tasks, 1, count, 1, {}), interval = 0.5 },
    { __index = options, __close = end_workers })
  local guard <close> = self
  while self.left > 0 and not self.stopped do
    assign_tasks(self)
    local list = {}
    for i, slot in ipairs(self.slots) do list[i] = slot.worker end
    workers.wait(list, seconds_to_wait(self))
    for _, slot in ipairs({ table.unpack(self.slots) }) do
      read_from(self, slot)
      if self.stopped then break end
    end
    check_time(self)
    self.tick()
  end
  return guard.left == 0
end

-- The same in this very process, one task after the other: no time limits,
-- and a crash is a crash.
function pool.run_here(options)
  for _, task in ipairs(options.tasks) do
    local began = workers.clock()
    local ok, bytes = options.work(task)
    if options.done(task, ok, bytes, workers.clock() - began) == false then
      return false
    end
    options.tick()
  end
  return true
end

return pool
