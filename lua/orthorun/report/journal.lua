-- journal: what a script has shown so far, for a report to gather: its sweeps,
-- tables, texts and plots, as they are told (base/events), and the version that it
-- requires. The oldest entries go where there are very many.
local events = require "orthorun.base.events"

local journal = { entries = {} }

local most = 200

-- Keeps an entry: kind "sweep", "table", "text" or "plot", and what it is.
function journal.add(kind, value, title)
  local entries = journal.entries
  if #entries >= most then table.remove(entries, 1) end
  entries[#entries + 1] = { kind = kind, value = value, title = title }
end

-- The entries of a kind, oldest first.
function journal.all(kind)
  local list = {}
  for _, entry in ipairs(journal.entries) do
    if entry.kind == kind then list[#list + 1] = entry end
  end
  return list
end

for _, kind in ipairs { "sweep", "table", "text", "plot" } do
  events.listen(kind, function(value, title)
    journal.add(kind, value, title)
  end)
end

events.listen("required", function(version) journal.required = version end)

return journal
