-- progress: how far a long run is, on stderr: a bar on a terminal, a line now
-- and then elsewhere, nothing where it is quiet. A notebook listens to the bar
-- (base/events: "progress") and shows it in its own way.
local core = require "orthorun.core"
local events = require "orthorun.base.events"
local text = require "orthorun.base.text"

local Progress = { __name = "progress bar" }
Progress.__index = Progress

local progress = {}

local bar_width = 20
local redraw_after = 0.1 -- seconds
local tell_after = 0.5
local line_after = 10 -- seconds between lines where there is no terminal

-- Seconds as "42 s", "3 min 20 s", "2 h 5 min", "3 d 4 h".
function progress.duration(seconds)
  if not (seconds >= 0 and seconds < 1e9) then return "?" end
  local s = math.floor(seconds + 0.5)
  if s < 1 then return ("%.2g s"):format(seconds) end
  if s < 60 then return ("%d s"):format(s) end
  if s < 3600 then return ("%d min %d s"):format(s // 60, s % 60) end
  if s < 86400 then return ("%d h %d min"):format(s // 3600, s % 3600 // 60) end
  return ("%d d %d h"):format(s // 86400, s % 86400 // 3600)
end

-- Starts one. name: whose; total: of how many; cost: of how much, in the
-- units that `add` is told; quiet: say nothing.
function progress.new(name, total, cost, quiet)
  local now = core.worker.clock()
  local terminal = core.file.isterminal(2) and os.getenv "TERM" ~= "dumb"
  local plain = os.getenv "NO_COLOR"
  return setmetatable({ name = name, total = total, cost = cost,
    done = 0, failed = 0, spent = 0, began = now, said = now,
    quiet = quiet, terminal = terminal, told = events.heard "progress",
    color = terminal and (plain == nil or plain == "") }, Progress)
end

local function red(self, words)
  return self.color and "\27[31m" .. words .. "\27[0m" or words
end

-- What there is to say: count, failures, rate, time left; nil where not known.
local function parts_of(self)
  local seconds = core.worker.clock() - self.began
  local count = ("%d/%d"):format(self.done, self.total)
  local failed, rate, left
  if self.failed > 0 then failed = ("%d failed"):format(self.failed) end
  if self.done > 0 and seconds > 0 then
    local each = self.done / seconds
    rate = each >= 1 and ("%.3g/s"):format(each) or
      progress.duration(1 / each) .. " each"
  end
  if self.spent > 0 and self.done < self.total then
    left = progress.duration(seconds * (self.cost - self.spent) /
      self.spent) .. " left"
  end
  return count, failed, rate, left
end

local function join(...)
  local parts = {}
  for i = 1, select("#", ...) do parts[#parts + 1] = (select(i, ...)) end
  return table.concat(parts, ", ")
end

-- "34/200, 2 failed, 12 /s, 1 min 3 s left"
function Progress:state() return join(parts_of(self)) end

-- The same in at most so many columns: without the rate, then without the time
-- left, then without failures.
local function short_state(self, width)
  local count, failed, rate, left = parts_of(self)
  for _, words in ipairs { join(count, failed, rate, left),
    join(count, failed, left), join(count, failed), count } do
    if text.width(words) <= width then return words end
  end
  return text.cut(count, width)
end

local function name_in(name, width)
  if text.width(name) <= width then return name end
  return width > 1 and text.cut(name, width - 1) .. "…" or ""
end

-- The bar's line in at most so many columns: name, bar and state; of them the
-- bar gets narrow and goes first, then the name is cut, then the state.
function Progress:line(width)
  local name = text.clean(self.name)
  local state = short_state(self, math.max(width - math.min(
    text.width(name), 12) - 1, math.min(width, 8)))
  local room = width - text.width(state)
  local bar = math.min(bar_width, room - text.width(name) - 4)
  if bar < 5 then
    name = name_in(name, room - 1)
    return name ~= "" and name .. " " .. state or state
  end
  local share = self.cost > 0 and self.spent / self.cost or 1
  local full = math.floor(share * bar + 1e-9)
  return ("%s [%s%s] %s"):format(name, ("#"):rep(full),
    ("."):rep(bar - full), state)
end

-- The last column stays free: some terminals go to the next line there.
local function draw(self)
  local line = self:line((core.file.columns(2) or 80) - 1)
  if self.failed > 0 then
    line = line:gsub("%d+ failed", function(words) return red(self, words) end)
  end
  io.stderr:write("\r", line, "\27[K")
  self.drawn = true
end

-- Shows what is new, if it is time to.
function Progress:tick()
  if self.quiet then return end
  local now = core.worker.clock()
  local due = self.told and tell_after or self.terminal and redraw_after or
    line_after
  if now - self.said < due then return end
  self.said = now
  if self.told then
    self.drawn = true
    return events.tell("progress", self:line(79))
  end
  if self.terminal then return draw(self) end
  io.stderr:write(("%s: %s\n"):format(self.name, self:state()))
end

-- One more is done, of this cost.
function Progress:add(cost, ok)
  self.done = self.done + 1
  self.spent = math.min(self.spent + cost, self.cost)
  if not ok then self.failed = self.failed + 1 end
end

-- Takes the bar away, so that other text may come.
function Progress:clear()
  if self.drawn and self.told then
    events.tell("progress", "")
  elseif self.drawn then
    io.stderr:write "\r\27[K"
  end
  self.drawn = false
end

-- Writes other text between two pictures of the bar.
function Progress:print(words)
  self:clear()
  io.stderr:write(words)
end

return progress
