-- pool_spec.lua: workers: threads, and results of any size.
local runs = dofile "tests/sweep/runs.lua"
local fresh, run, script = runs.fresh, runs.run, runs.script

teardown(runs.remove)

describe("a worker", function()
  it("has its share of the threads, and BLAS works in it", function()
    script [[local W = rng:normal(300, 300)
      local x = (W * W):norm()
      for line in io.lines "/proc/self/status" do
        local n = line:match "^Threads:%s*(%d+)"
        if n then return { threads = tonumber(n), finite = x < 1/0 } end
      end]]
    for seeds, share in pairs { ["1"] = 2, ["1,2"] = 1 } do
      local csv = run(("script.lua --quiet --threads 2 --jobs 2 --depth 1 " ..
        "--seed %s --out %s"):format(seeds, fresh()))
      local rows = {}
      for seed in seeds:gmatch "%d" do
        rows[#rows + 1] = ("1,%s,3,true,%d\n"):format(seed, share)
      end
      assert.are.equal("depth,seed,width,finite,threads\n" ..
        table.concat(rows), csv)
    end
  end)

  it("sends large results whole", function()
    script("local t = {} for i = 1, 300000 do t[i] = i + 0.5 end return " ..
      "{ t = t }", "partial = true,", "results = results:where { layer = " ..
      "300000 }")
    local csv = run("script.lua --quiet --jobs 2 --seed 1,2 --depth 1 --out " ..
      fresh())
    assert.are.equal("depth,seed,width,layer,t\n1,1,3,300000,300000.5\n" ..
      "1,2,3,300000,300000.5\n", csv)
  end)
end)
