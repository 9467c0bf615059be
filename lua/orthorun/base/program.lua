-- program: how orthorun itself, and not a script, ends with a message on stderr.
-- In a session (the prompt, a notebook) it does not end, but what was typed does.
local core = require "orthorun.core"

local program = {
  session = false, -- does somebody type what runs?
}

-- Ends the program with this exit status; in a session raises what was to end
-- it.
function program.leave(status, why)
  if program.session then core.fail(tostring(why)) end
  os.exit(status, true)
end

-- Ends the program with this exit status and a message.
function program.stop(status, message)
  if not program.session then
    io.stderr:write("orthorun: ", tostring(message), "\n")
  end
  program.leave(status, message)
end

-- Ends it with status 2, for a wrong command line.
function program.usage(message) program.stop(2, message) end

-- The same as the host does it for an option before the script's name.
function program.host_usage(message)
  if not program.session then core.usage_error(message) end
  program.leave(2, message)
end

return program
