-- stop: raises an experiment's error at the user's line; where the script ends
-- with `return ortho.experiment{...}`, at that.
local core = require "orthorun.core"

-- stop(format, ...): as core.fail, of "experiment: " and the text.
return function(format, ...)
  core.fail("experiment: " .. format:format(...))
end
