-- events: what a script has just run, printed or drawn is told here, and who
-- wants to know it listens. Neither side knows the other.
local ipairs = ipairs -- scripts may change it

local events = {}

local listeners = {}

-- From now on f(value, title, more) is called for each event of a kind: "sweep",
-- "table", "text", "printed" (a text of the script's), "plot" (a figure; `more`
-- is its picture), "show" (a picture that is to be shown), "progress" (a line
-- in place of the one before; "": none), "csv" (the path of one that was
-- written), "required" (a version), "class" (of tables).
function events.listen(kind, f)
  listeners[kind] = listeners[kind] or {}
  table.insert(listeners[kind], f)
end

-- Does anybody listen to a kind?
function events.heard(kind) return listeners[kind] ~= nil end

-- Tells those who listen. Did one of them see to it (return true)?
function events.tell(kind, value, title, more)
  local done = false
  for _, f in ipairs(listeners[kind] or {}) do
    done = f(value, title, more) == true or done
  end
  return done
end

return events
