-- program: how orthorun itself, and not a script, ends with a message on stderr.
local core = require "orthorun.core"

local program = {}

-- Ends the program with this exit status.
function program.stop(status, message)
  io.stderr:write("orthorun: ", tostring(message), "\n")
  os.exit(status, true)
end

-- Ends it with status 2, for a wrong command line.
function program.usage(message) program.stop(2, message) end

-- The same as the host does it for an option before the script's name.
function program.host_usage(message)
  core.usage_error(message)
  os.exit(2, true)
end

return program
