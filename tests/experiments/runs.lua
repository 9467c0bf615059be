-- runs.lua: experiments as a user runs them, for the specs of this folder:
-- local runs = dofile "tests/experiments/runs.lua". Everything goes into a folder of
-- the spec's own; runs.remove() is for teardown.
local assert = require "luassert"
local csv = require "orthorun.base.csv"
local support = dofile "tests/support.lua"
local program = os.getenv "ORTHORUN" or "./orthorun"
local own = support.folder()

local runs = { folder = own.name, remove = own.remove }

-- Runs the experiment; returns stdout, the exit code, stderr.
function runs.run(name, options)
  local _, how, code = os.execute(("'%s' experiments/%s.lua --fresh --quiet --out " ..
    "'%s' %s >'%s' 2>'%s'"):format(program, name, own.path(name), options,
    own.path "stdout", own.path "stderr"))
  assert.are.equal("exit", how)
  return own.read "stdout", code, own.read "stderr"
end

-- The rows of a CSV of the experiment, as records.
function runs.records(name, file)
  local rows, header = {}, nil
  for fields in csv.records(assert(own.read(("%s/%s.csv"):format(name, file)))) do
    local row = {}
    for i, field in ipairs(fields) do
      local value = csv.tonumber(field) or field
      if value == "true" then value = true end
      if value == "false" then value = false end
      if header then row[header[i]] = value end
    end
    if header then rows[#rows + 1] = row end
    header = header or fields
  end
  return rows
end

-- Runs it, which must succeed: stdout, and the results as records.
function runs.results(name, options)
  local text, code, err = runs.run(name, options)
  assert.are.equal("", err)
  assert.are.equal(0, code)
  for _, ending in ipairs { "svg", "png", "html" } do
    local file = own.path(("%s/%s.%s"):format(name, name, ending))
    assert.is_truthy(text:find(file, 1, true), text)
    assert.is_truthy(support.read(file))
  end
  return text, runs.records(name, name)
end

-- How many rows of the verdict agree, and how many do not, by what was printed.
function runs.verdict(text)
  local rows = text:match "measured against predicted.-\n\n"
  local _, yes = rows:gsub(" yes *\n", "")
  local _, no = rows:gsub(" no *\n", "")
  return yes, no
end

function runs.between(low, high, got)
  assert.is_true(got >= low and got <= high,
    ("wanted %g to %g, got %s"):format(low, high, tostring(got)))
end

return runs
