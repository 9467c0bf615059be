-- packed.lua: what specs of reports share: a script, its report, and ways to
-- run our program: local packed = dofile "tests/report/packed.lua"; its
-- remove() is for teardown.
local core = require "orthorun.core"
local support = dofile "tests/support.lua"
local assert = require "luassert"

local program = os.getenv "ORTHORUN" or "./orthorun"
local own = support.folder()
local packed = { folder = own.name, remove = own.remove, write = own.write,
  read = support.read }

function packed.has(text, wanted)
  assert.is_truthy(text:find(wanted, 1, true),
    ("no %q in:\n%s"):format(wanted, text:sub(1, 3000)))
end

function packed.lacks(text, unwanted)
  assert.is_nil(text:find(unwanted, 1, true))
end

-- Runs our program; status, stdout, stderr.
function packed.run(words, environment)
  local all = { "/usr/bin/env", table.unpack(environment or {}) }
  all[#all + 1] = program
  table.move(words, 1, #words, #all + 1, all)
  return core.file.spawn(all)
end

packed.script = [==[
-- <b>a</b> comment & "quotes"
local ortho = require "orthorun"
local sweep = ortho.sweep {
  name = "sums", about = "Is <i>this</i> & that \"safe\"?",
  params = { n = 30 }, grid = { kind = { "a", "</script><b>" },
    seed = ortho.range(2) },
  trial = function(p, rng)
    local A = rng:normal(p.n, p.n)
    return { s = ortho.metric.singular_values(A * A) }
  end,
}
local results = sweep:run()
results:summary { by = "kind", of = "s" }:print()
ortho.plot { data = results, x = "layer", y = "s", color = "kind",
  log_y = true, title = "`touch pwned` <script>alert(1)</script> √2" }
ortho.report { file = sweep:path "sums.html", checks = {
  { what = "one <b>", predicted = 1, measured = 1.1, error = 0.05 },
  { what = "two", predicted = 1, measured = 2, error = 0.05 },
  { what = "three", measured = 3, at_most = 4 } } }
]==]

-- The report of that script: its path, and its text.
function packed.report()
  local path = own.write("sums.lua", packed.script)
  local shared = own.path "shared.html"
  local status, _, err = packed.run { "--pack", path, "--n", "20", "--out",
    own.path "runs", "--quiet", "-o", shared }
  assert.equal(0, status, err)
  return shared, packed.read(shared)
end

return packed
