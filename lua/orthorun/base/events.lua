-- events: what a script has just run, printed or drawn is told here, and who
-- wants to know it listens. Neither side knows the other.
local ipairs = ipairs -- scripts may change it

local events = {}

local listeners = {}

-- From now on f(value, title) is called for each event of a kind: "sweep",
-- "table", "text", "printed" (a text of the script's), "plot", "csv" (the path
-- of one that was written), "required" (a version), "class" (of tables).
function events.listen(kind, f)
  listeners[kind] = listeners[kind] or {}
  table.insert(listeners[kind], f)
end

-- Tells those who listen.
function events.tell(kind, value, title)
  for _, f in ipairs(listeners[kind] or {}) do f(value, title) end
end

return events
