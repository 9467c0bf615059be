-- method: t:plot{...} of tables: ortho.plot of that table, into a file of the
-- run that it came from, which is named and told. The plots themselves are
-- loaded when the first is asked for.

--- @module results

local names = require "orthorun.base.names"
local output = require "orthorun.base.output"

-- The path, without its ending, that a run has for a plot of this name; one
-- that is asked for again has a number.
local function place_of(run, name)
  run.plots = run.plots or {}
  run.plots[name] = (run.plots[name] or 0) + 1
  if run.plots[name] > 1 then name = name .. "_" .. run.plots[name] end
  return run.path(name)
end

-- What the plot shows, as a part of a file's name.
local function subject(spec)
  local column = spec.z or spec.y or spec.x
  local first = type(spec.panels) == "table" and spec.panels[1]
  if not column and type(first) == "table" then
    column = first.z or first.y or first.x
  end
  return (tostring(column or "plot"):gsub("[^%w_-]", "_"))
end

--- Comparing, printing, writing.
-- @section plots

--- `plot` of the table t. Without file= it goes into the folder of the run that t
-- came from, as RUN_COLUMN.svg and .png, and the files are printed.
-- @function t:plot
-- @like plot
-- @call t:plot{...}
-- @tparam table options
-- @treturn picture
return function(self, options)
  local spec = {}
  for name, value in pairs(names.table_of("t:plot", "options", options)) do
    spec[name] = value
  end
  if spec.data ~= nil then
    names.fail("t:plot", "data= is the table itself already")
  elseif spec.file == nil and not self.run_files then
    names.fail("t:plot", "this table is of no run: give file=, a path " ..
      "without its ending")
  end
  spec.data = self
  if spec.file == nil then
    local made = require "orthorun.plot".script(spec) -- raises what is wrong
    spec.file = made and place_of(self.run_files, subject(spec))
  end
  local picture = require "orthorun.plot"(spec)
  for _, file in ipairs(picture) do output.write("plot    ", file, "\n") end
  return picture
end
