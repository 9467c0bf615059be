-- stop: raises an experiment's error as an object: its text is the message
-- alone, as the lines of the library that lead to it help nobody.
local Stop = { __name = "orthorun.stop" }
Stop.__tostring = function(self) return self.message end

-- stop(format, ...): like error(format:format(...), 0).
return function(format, ...)
  error(setmetatable({ message = "experiment: " .. format:format(...) }, Stop),
    0)
end
