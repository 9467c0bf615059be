-- mpi_spec.lua: a sweep under a real mpirun: each rank takes its part, and the
-- merged results are those of one process.
local core = require "orthorun.core"
local program = os.getenv "ORTHORUN" or "./orthorun"
local folder

local read = dofile("tests/support.lua").read

local function shell(line)
  local _, how, code = os.execute(("cd '%s' && { %s; } >stdout 2>stderr")
    :format(folder, line))
  assert.are.equal("exit", how)
  return read(folder .. "/stdout"), code, read(folder .. "/stderr")
end

setup(function()
  folder = os.tmpname()
  os.remove(folder)
  core.file.mkdir(folder)
  local file = assert(io.open(folder .. "/sweep.lua", "w"))
  file:write [[
local ortho = require "orthorun"
local sweep = ortho.sweep { name = "ranks", params = { width = 16 },
  grid = { depth = { 2, 4, 8 }, seed = ortho.range(15) },
  trial = function(p, rng)
    local net = ortho.mlp { width = p.width, depth = p.depth, rng = rng,
      init = "he_normal" }
    net:backward(net:forward(rng:split "x":normal(p.width, 4)))
    return { grad = ortho.metric.log10_grad_norms(net), r = math.random() }
  end }
io.write(sweep:run():tocsv())
]]
  file:close()
end)

teardown(function() os.execute("rm -rf '" .. folder .. "'") end)

describe("mpirun", function()
  local mpirun = "OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 " ..
    "mpirun --oversubscribe -n %d '%s' sweep.lua --out %s"

  it("is installed", function()
    local _, code = shell "mpirun --version"
    assert.are.equal(0, code)
  end)

  it("has every rank do its part; merged, they are the whole", function()
    local wanted = shell(("'%s' sweep.lua --quiet --out one"):format(program))
    assert.are.equal(1 + 15 * (2 + 4 + 8), select(2, wanted:gsub("\n", "")))
    for _, ranks in ipairs { 2, 3 } do
      local out = "ranks" .. ranks
      local text, code, err = shell(mpirun:format(ranks, program, out))
      assert.are.equal(0, code, err)
      assert.are.equal("", text)
      for i = 1, ranks do
        assert.is_truthy(err:find(("shard %d of %d is done"):format(i, ranks),
          1, true), err)
      end
      text = shell(("'%s' --merge %s/shards/*.db -o %s/ranks.db"):format(
        program, out, out))
      assert.is_truthy(text:find("45 trials of 45 done, 0 failed", 1, true),
        text)
      text = shell(("'%s' sweep.lua --quiet --out %s"):format(program, out))
      assert.are.equal(wanted, text)
    end
  end)

  it("resumes a rank's part", function()
    local text, code, err = shell(mpirun:format(2, program, "ranks2"))
    assert.are.equal(0, code, err)
    assert.are.equal("", text)
    assert.is_truthy(err:find("all 23 trials are done already", 1, true), err)
  end)
end)
