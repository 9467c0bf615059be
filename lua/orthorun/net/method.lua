-- method: net:train{...}, which is ortho.train{net = net, ...}, as a method of
-- all layers. The loop itself, in train.lua, is loaded when it is first asked.

--- @module training

local core = require "orthorun.core"
local names = require "orthorun.base.names"

--- Short for `train` of this network.
-- @function net:train
-- @like train
-- @call net:train{...}
-- @tparam table options
-- @treturn history
core.add_method("orthorun.layer", "train", function(net, options)
  names.expect("net:train", "self", net, "layer")
  names.table_of("net:train", "options", options)
  if options.net ~= nil then
    names.fail("net:train", "net= is the network itself already")
  end
  local all = { net = net }
  for name, value in pairs(options) do all[name] = value end
  return (require "orthorun.net.train"(all))
end)
