-- journal: what a script has shown so far: its sweeps, tables and plots, for a
-- report to gather. The oldest entries go where there are very many.

local journal = { entries = {} }

local most = 200

-- Keeps an entry: kind "sweep", "table" or "plot", and what it is.
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

return journal
