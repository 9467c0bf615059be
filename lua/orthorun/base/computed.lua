-- computed: values that functions compute from other values of the same table,
-- each when it is first asked for, in whatever order they depend on another.
local names = require "orthorun.base.names"

-- Fills in the values of `functions` (name -> function(values)) in `values`.
-- Each function sees the table with the others computed on demand; `missing`
-- (may be nil) is called with a name that is nowhere, for its value. Raises a
-- plain message, with `what` before the name: "params.outputs: ...".
return function(values, functions, what, missing)
  local running, order = {}, {}
  local proxy, blamed
  -- Raises what the function of a name raised; the innermost one is to blame.
  local function blame(name, message)
    if not blamed and type(message) == "string" then
      message = ("%s.%s: %s"):format(what, name, message)
    end
    blamed = true
    error(message, 0)
  end
  local function compute(name)
    if running[name] then
      order[#order + 1], blamed = name, true
      error(("%s.%s needs itself: %s"):format(what, name,
        table.concat(order, " needs ", running[name])), 0)
    end
    order[#order + 1] = name
    running[name] = #order
    local ok, value = pcall(functions[name], proxy)
    if not ok then blame(name, value) end
    order[#order], running[name] = nil, nil
    values[name] = value
    return value
  end
  proxy = setmetatable({}, {
    __index = function(_, name)
      local value = values[name]
      if value ~= nil then return value end
      if functions[name] then return compute(name) end
      return missing and missing(name)
    end,
    __newindex = function(_, name)
      error(("a function of %s sets '%s': it only returns a value"):format(
        what, tostring(name)), 0)
    end,
    __pairs = function() return pairs(values) end,
  })
  for _, name in ipairs(names.keys(functions)) do
    if values[name] == nil then compute(name) end
  end
  return values
end
