-- version: what a script needs of the library, and whether this is it.

--- @module run

local core = require "orthorun.core"
local events = require "orthorun.base.events"

local function parts(s)
  local list = {}
  for part in s:gmatch "[^.]+" do
    list[#list + 1] = tonumber(part) or part
  end
  return list
end

local function is_enough(wanted, have)
  if wanted[1] ~= have[1] then return false end
  for i = 2, 3 do
    local w, h = wanted[i] or 0, have[i] or 0
    if w == "x" or h > w then return true end
    if h < w then return false end
  end
  return true
end

--- Raises unless the library has the major version of text ("1", "1.x", "1.2",
-- "1.2.3") and is no older.
-- @function require_version
-- @tparam string text
-- @treturn string the library's version

-- require_version(text): raises unless this library has that major version and
-- is no older: "1", "1.x", "1.2", "1.2.3". Returns the library's version.
return function(wanted)
  local here = core.environment.orthorun
  if type(wanted) ~= "string" or not (wanted .. "."):find "^%d+%.[%dx.]*$" then
    core.fail(("require_version: expected a version like \"1.2\" or " ..
      "\"1.x\", not %s"):format(tostring(wanted)))
  end
  if not is_enough(parts(wanted), parts(here)) then
    core.fail(("this script needs orthorun %s; this one is %s"):format(wanted,
      here))
  end
  events.tell("required", wanted)
  return here
end
