-- journal: what a script has shown so far, for a report to gather: its sweeps,
-- tables, texts and plots, what it printed, as they are told (base/events), the
-- CSV files that it wrote, and the version that it requires. The oldest entries
-- of a kind go where there are very many, the middle of a print that is long.
local events = require "orthorun.base.events"

-- scripts may change these
local insert, remove, concat, ipairs = table.insert, table.remove, table.concat,
  ipairs

local journal = { entries = {} }

local most = 200

local function count(kind)
  local n, first = 0, nil
  for i, entry in ipairs(journal.entries) do
    if entry.kind == kind then
      n, first = n + 1, first or i
    end
  end
  return n, first
end

-- Keeps an entry: kind "sweep", "table", "text", "printed", "plot" or "csv",
-- and what it is.
function journal.add(kind, value, title)
  local n, first = count(kind)
  if n >= most then remove(journal.entries, first) end
  insert(journal.entries, { kind = kind, value = value, title = title })
end

-- The entries of a kind, oldest first.
function journal.all(kind)
  local list = {}
  for _, entry in ipairs(journal.entries) do
    if entry.kind == kind then list[#list + 1] = entry end
  end
  return list
end

-- --- what is printed --------------------------------------------------------

local most_kept = 32768 -- bytes of its beginning, and of its end

-- Texts that are added up: the beginning, then parts of the end.
local Printed = {}
Printed.__index = Printed

local function new_printed()
  return setmetatable({ head = {}, head_size = 0, tail = {}, tail_size = 0,
    left_out = 0 }, Printed)
end

local function shorten_tail(self)
  local whole = concat(self.tail)
  local from = whole:find("\n", #whole - most_kept, true)
  from = from and from + 1 or #whole - most_kept + 1
  self.left_out = self.left_out + from - 1
  self.tail = { whole:sub(from) }
  self.tail_size = #self.tail[1]
end

function Printed:add(text)
  if self.tail_size == 0 and self.head_size + #text <= most_kept then
    insert(self.head, text)
    self.head_size = self.head_size + #text
    return
  end
  insert(self.tail, text)
  self.tail_size = self.tail_size + #text
  if self.tail_size > 2 * most_kept then shorten_tail(self) end
end

-- All of it as a text.
function Printed:__tostring()
  local left_out = self.left_out > 0 and
    ("\n... %d bytes are left out here ...\n"):format(self.left_out) or ""
  return concat(self.head) .. left_out .. concat(self.tail)
end

-- Adds to what was printed since the last table or plot.
local function add_printed(text)
  local last = journal.entries[#journal.entries]
  if not last or last.kind ~= "printed" then
    journal.add("printed", new_printed())
    last = journal.entries[#journal.entries]
  end
  last.value:add(text)
end

-- ----------------------------------------------------------------------------

for _, kind in ipairs { "sweep", "table", "text", "plot", "csv" } do
  events.listen(kind, function(value, title)
    journal.add(kind, value, title)
  end)
end

events.listen("printed", add_printed)
events.listen("required", function(version) journal.required = version end)

return journal
