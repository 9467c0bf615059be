-- stop: raises an experiment's error as an object: its text is the message
-- alone, as the lines of the library that lead to it help nobody.
local Stop = { __name = "orthorun.stop" }
Stop.__tostring = function(self) return self.message end

local stop = {}

-- Raises a message as it is.
function stop.plain(message) error(setmetatable({ message = message }, Stop), 0) end

-- stop(format, ...): raises "experiment: ".
local function call(_, format, ...)
  stop.plain("experiment: " .. format:format(...))
end

return setmetatable(stop, { __call = call })
