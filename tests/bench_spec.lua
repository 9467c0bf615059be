-- bench_spec.lua: what `make bench` and `make bench-smoke` make of their
-- figures. The races themselves are not run here.
local race = dofile "bench/race.lua"
local counts = dofile "bench/counts.lua"
local growth = dofile "bench/growth.lua"
local page = dofile "bench/page.lua"
local verdict = dofile "bench/verdict.lua"

local function variant(side, times, more)
  local v = { name = side, side = side, times = { [""] = times } }
  for key, value in pairs(more or {}) do v[key] = value end
  return v
end

local function silent() end

describe("a race", function()
  it("reads numbers and texts of JSON, and passes over lists", function()
    assert.are.same({ impl = "torch", seconds = 1.5, n = 64, tiny = 2e-7 },
      race.read_json('{"impl": "torch", "seconds": 1.5, "list": [1, 2], ' ..
        '"n":64, "tiny": 2e-07}'))
  end)

  it("pairs the times of a turn, and takes no ratio of medians", function()
    local ratio = race.ratio(variant("orthorun", { 1, 2, 4 }),
      variant("floor", { 2, 6, 4 }), "")
    assert.are.same({ least = 1, middle = 2, most = 3 }, ratio)
    assert.is_nil(race.ratio(variant("orthorun", { 1 }), { times = {} }, ""))
  end)

  it("knows the fastest of a side, and of a library", function()
    local numpy = variant("tuned", { 3, 2, 9 }, { library = "numpy" })
    local torch = variant("tuned", { 1, 4, 8 }, { library = "torch" })
    local group = { variants = { torch, variant("floor", { 0.1 }), numpy } }
    assert.are.equal(numpy, race.fastest(group, "tuned", ""))
    assert.are.equal(torch, race.fastest(group, "tuned", "", "torch"))
    assert.is_nil(race.fastest(group, "orthorun", ""))
  end)

  -- A variant that notes its turn and its BLAS settings.
  local function noting(name, side, log)
    return { name = name, side = side, command = { "sh", "-c",
      ([[echo "$0 ${OPENBLAS_CORETYPE-none} ${OPENBLAS_NUM_THREADS-none}" >>%s
      echo '{"seconds": 0.25, "check": 1}']]):format(log), name } }
  end

  it("takes turns, and gives each its own surroundings", function()
    local log = os.tmpname()
    local group = { bare = true, variants = { noting("a", "found", log),
      noting("b", "tuned", log) } }
    race.run(group, 2, silent)
    local file = assert(io.open(log))
    local text = file:read "a"
    file:close()
    os.remove(log)
    local turn = ("a none none\nb %s 1\n"):format(ortho.environment.kernel)
    assert.are.equal(turn:rep(2), text)
    assert.are.same({ 0.25, 0.25 }, group.variants[2].times[""])
  end)

  it("stops where a program fails, and says which and why", function()
    local group = { bare = true, variants = { { side = "found",
      command = { "sh", "-c",
      "echo no such module >&2; exit 3" } } } }
    local ok, message = pcall(race.run, group, 1, silent)
    assert.is_false(ok)
    assert.truthy(message:find("ended with 3: no such module", 1, true))
  end)

  it("has a group for every target, and a target's case in it", function()
    local names = {}
    for _, group in ipairs(assert(loadfile "bench/groups.lua") "/tmp") do
      names[group.name] = group
    end
    for _, target in ipairs(dofile "bench/targets.lua") do
      local group = assert.truthy(names[target.group])
      local n = target.case and target.case:match "%d+$"
      assert.truthy(not n or table.concat(group.variants[1].command, " "):find(
        " " .. n .. " ", 1, true))
    end
  end)
end)

describe("a verdict", function()
  local function row(target, ours)
    local group = { name = "g", variants = { variant("orthorun", ours),
      variant("tuned", { 4, 4, 4 }, { library = "torch", peak = 100 }),
      variant("found", { 8, 8, 8 }, { library = "torch", peak = 100 }),
      variant("floor", { 1, 1, 1 }, { peak = 20 }) } }
    group.variants[1].peak = 30
    target.what, target.group = "w", "g"
    return verdict.rows({ target }, { group })[1]
  end

  it("wants the factor beside a tuned peer, twice it beside others", function()
    local cells = row({ tuned = 4, floor = 1.2 }, { 1, 1, 1 })
    assert.truthy(cells[2]:find("^reached: 4 "))
    assert.truthy(cells[3]:find "^reached: 8 .*wanted ≥ 8")
    assert.truthy(cells[4]:find "^reached: 1 ")
    assert.are.equal("4", cells[5])
    cells = row({ tuned = 4, floor = 1.2 }, { 1.25, 1.25, 1.25 })
    assert.truthy(cells[2]:find "^%*%*missed%*%*: 3%.2 ")
    assert.truthy(cells[3]:find "^%*%*missed%*%*: 6%.4 ")
    assert.truthy(cells[4]:find "^%*%*missed%*%*: 1%.25 ")
  end)

  it("of memory is a part of the peer's, and a multiple of the floor's",
    function()
      local cells = row({ memory = { torch = 0.25 }, floor = 1.5 }, { 1, 1, 1 })
      assert.truthy(cells[2]:find "^%*%*missed%*%*: 0%.3, wanted ≤ 0%.25")
      assert.truthy(cells[4]:find "^reached: 1%.5, wanted ≤ 1%.5")
    end)
end)

describe("the growth of time", function()
  it("has the exponent, its error, and that of the last step", function()
    local group = { title = "width", expected = "2", x = { 10, 20, 40 },
      variants = { variant("orthorun", { 1, 1 }), variant("orthorun", { 4, 4 }),
        variant("orthorun", { 32, 32 }) } }
    assert.are.same({ "width", "10, 20, 40", "1, 4, 32", "2.50 ± 0.14", "3.00",
      "2" }, growth.row(group))
  end)
end)

describe("the page", function()
  local path = os.tmpname()
  local function write(text)
    local file = assert(io.open(path, "w"))
    file:write(text)
    file:close()
  end
  teardown(function() os.remove(path) end)

  it("keeps what stands around the numbers", function()
    write "before\n<!-- measured by make bench -->\nold 1\n<!-- end -->\nafter\n"
    page.write(path, "new % 2")
    page.write(path, "new %1 3")
    local file = assert(io.open(path))
    assert.are.equal("before\n<!-- measured by make bench -->\n\nnew %1 3\n" ..
      "<!-- end -->\nafter\n", file:read "a")
    file:close()
  end)

  it("is not written where it has lost its marks", function()
    write "nothing\n"
    assert.has_error(function() page.write(path, "new") end)
  end)
end)

describe("instruction counts", function()
  it("are good within the tolerance, and bad on either side", function()
    assert.is_true(select(2, counts.compare("x", 1000, 1030, 0.03)))
    assert.is_true(select(2, counts.compare("x", 1000, 970, 0.03)))
    local line, good = counts.compare("x", 1000, 1031, 0.03)
    assert.is_false(good)
    assert.truthy(line:find("MORE", 1, true))
    line, good = counts.compare("x", 1000, 969, 0.03)
    assert.is_false(good)
    assert.truthy(line:find("FEWER", 1, true))
    assert.is_false(select(2, counts.compare("x", nil, 969, 0.03)))
  end)

  it("are read with the versions they were counted with", function()
    local versions, figures = counts.read("# a note\n# x 12\n" ..
      "versions GCC 12.2.0, glibc 2.36\nsweep    123\ntrain 4567\n")
    assert.are.equal("GCC 12.2.0, glibc 2.36", versions)
    assert.are.same({ sweep = 123, train = 4567 }, figures)
  end)
end)

describe("README's table", function()
  it("has the faster of a library's two sides, and the chosen work alone", function()
    local function of(name)
      return { name = name, title = "Work " .. name, variants = {
        variant("orthorun", { 0.01, 0.02, 0.03 }),
        variant("found", { 0.3 }, { library = "torch" }),
        variant("tuned", { 0.2 }, { library = "torch" }),
        variant("found", { 0.05 }, { library = "numpy" }) } }
    end
    local text = page.short { of "small", of "drift" }
    assert.equal("|  | orthorun | PyTorch | NumPy |\n|---|---|---|---|\n" ..
      "| Work small | 20 ms | 0.2 s | 50 ms |\n", text)
  end)
end)
