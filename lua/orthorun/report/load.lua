-- load: files as functions to run: a script, or a report with one in it.
local script = require "orthorun.base.script"
local share = require "orthorun.report.share"

local function is_page(path)
  local file = io.open(path, "rb")
  if not file then return false end
  local head = file:read(300) or ""
  file:close()
  return share.is_report(head)
end

-- The function that a file is. A report runs with its own arguments where none
-- are given. Raises a message.
return function(path)
  if not is_page(path) then return assert(loadfile(path, "t")) end
  local page = share.open(path)
  script.set(page.facts.script or "script.lua", page.script)
  if arg and #arg == 0 then
    table.move(page.facts.arguments, 1, #page.facts.arguments, 1, arg)
  end
  return assert(load(page.script, "@" .. path, "t"))
end
