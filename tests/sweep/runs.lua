-- runs.lua: what specs share that run sweeps in processes of their own, in a
-- folder of their own: local runs = dofile "tests/sweep/runs.lua"; its remove()
-- is for teardown.
local core = require "orthorun.core"
local support = dofile "tests/support.lua"
local assert = require "luassert"

local program = os.getenv "ORTHORUN" or "./orthorun"
local own = support.folder()
local runs = { folder = own.name, remove = own.remove, read = support.read }
local count = 0

function runs.write(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
  return path
end

-- A new folder for a run.
function runs.fresh()
  count = count + 1
  return runs.folder .. "/run" .. count
end

-- A sweep of 3 x 8 trials; `body` is the trial's, `rest` the sweep's fields.
function runs.script(body, rest, tail)
  return own.write("script.lua", ([[
local ortho = require "orthorun"
local sweep = ortho.sweep {
  name = "demo", params = { width = 3 },
  grid = { depth = { 1, 2, 3 }, seed = ortho.range(8) }, %s
  trial = function(p, rng) %s end,
}
local results = sweep:run()
%s
io.write(results:tocsv())
]]):format(rest or "", body, tail or ""))
end

-- A trial's body that draws in every way there is.
runs.draws = [[
  local W = rng:normal(p.width, p.width)
  return { s = W:singular_values():totable()[1][1],
    r = { W:get(1, 1), math.random(), 0/0, 1/0 }, t = "a,b", i = p.depth }]]

-- Runs `orthorun LINE`: stdout, exit status, stderr. `before`: what a shell
-- is told first.
function runs.run(line, before)
  local out, err = own.path "stdout", own.path "stderr"
  local _, how, code = os.execute(("cd '%s' && %s '%s' %s >'%s' 2>'%s'")
    :format(runs.folder, before or "", program:find "^/" and program or
    os.getenv "PWD" .. "/" .. program, line, out, err))
  return own.read "stdout", how == "exit" and code or 128 + code,
    own.read "stderr"
end

function runs.has(text, wanted)
  assert.is_truthy(text:find(wanted, 1, true),
    ("no %q in:\n%s"):format(wanted, text))
end

-- The rows that SQL gives of a results file.
function runs.query(path, sql)
  local db = assert(core.store.open(path, "read"))
  local rows = assert(db:run(sql))
  db:close()
  return rows
end

function runs.is_sound(path)
  assert.are.equal("ok", runs.query(path, "PRAGMA integrity_check")[1]
    .integrity_check)
end

return runs
