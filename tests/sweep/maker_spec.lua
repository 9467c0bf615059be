-- maker_spec.lua: what made a trial is known of each, and said wherever results
-- of several BLAS kernels stand together.
local core = require "orthorun.core"
local maker = require "orthorun.sweep.maker"
local support = dofile "tests/support.lua"
local program = os.getenv "ORTHORUN" or "./orthorun"
if not program:find "^/" then program = os.getenv "PWD" .. "/" .. program end

-- A kernel that this processor has, and its name for OPENBLAS_CORETYPE, which
-- is not the one of this run; nil where BLAS knows one only.
local function other_kernel()
  for _, name in ipairs { "Haswell", "Sandybridge", "Nehalem" } do
    local _, out = core.file.spawn { "/usr/bin/env", "OPENBLAS_CORETYPE=" ..
      name, program, "--version" }
    local kernel = out:match "kernel +(%S+)"
    if kernel and kernel ~= core.environment.kernel then return kernel, name end
  end
end

describe("what made a trial", function()
  local folder, here, other, word

  setup(function()
    here, other, word = core.environment.kernel, other_kernel()
    folder = support.folder()
    folder.write("mine.lua", [[
local sweep = ortho.sweep { name = "mine", params = { width = 40 },
  grid = { init = { "orthogonal", "he_normal" }, seed = ortho.range(2) },
  trial = function(p, rng)
    return { e = ortho.metric.orthogonality_error(
      ortho.init[p.init] {} (rng, p.width, p.width)) }
  end }
local results = sweep:run()
io.write(#results.made_by, "\n")]])
  end)

  teardown(function() folder.remove() end)

  -- Runs our program, under another kernel where `coretype` names one.
  local function run(words, coretype)
    local all = { "/usr/bin/env", "-u", "OPENBLAS_CORETYPE",
      "OPENBLAS_CORETYPE=" .. (coretype or here), program }
    table.move(words, 1, #words, #all + 1, all)
    local status, out, err = core.file.spawn(all)
    assert.equal(0, status, err)
    return out, err
  end

  local function sweep(out, options, coretype)
    local words = { folder.path "mine.lua", "--out", folder.path(out) }
    table.move(options, 1, #options, 3 + 1, words)
    return run(words, coretype)
  end

  local function has(text, wanted)
    assert.is_truthy(text:find(wanted, 1, true),
      ("no %q in:\n%s"):format(wanted, text))
  end

  local function lacks(text, unwanted)
    assert.is_nil(text:find(unwanted, 1, true), text)
  end

  -- A results file as it was before trials knew what made them.
  local function make_old(path)
    local db = assert(core.store.open(path, "write"))
    for _, column in ipairs { "blas", "kernel", "host", "machine" } do
      assert(db:run("ALTER TABLE trials DROP COLUMN " .. column))
    end
    db:close()
  end

  it("is counted, those of most trials first", function()
    local function of(kernel)
      return { version = "1", blas = "B", kernel = kernel, machine = "m" }
    end
    local tally = maker.tally { of "a", of "b", of "b" }
    assert.equal(2, #tally)
    assert.equal("b", tally[1].kernel)
    assert.equal(2, tally[1].trials)
    assert.equal("b (2 trials), a (1 trial)", maker.field_text(tally, "kernel"))
    assert.equal("B", maker.field_text(tally, "blas"))
    assert.is_true(maker.is_alike(of "a", of "a"))
    assert.is_false(maker.is_alike(of "a", of "b"))
    assert.is_false(maker.is_alike({}, {})) -- nobody knows
  end)

  it("is warned of where a run goes on under another kernel", function()
    if not other then return pending "one kernel only" end
    local _, err = sweep("a", { "--seed", "1" }, word)
    lacks(err, "warning")
    local out
    out, err = sweep("a", { "--seed", "1-2", "--quiet" })
    has(err, ("mine: warning: 2 of 4 trials were made by %s, kernel %s; this " ..
      "run has %s, kernel %s, which rounds otherwise. --fresh-kernel runs " ..
      "them again; OPENBLAS_CORETYPE=%s goes on with theirs"):format(
      core.environment.blas, other, core.environment.blas, here, other))
    assert.equal("2\n", out)
    _, err = sweep("a", {})
    lacks(err, "goes on with theirs") -- nothing is left to do
    out = sweep("a", { "--dry-run", "--fresh-kernel" })
    has(out, "4 trials, 2 to do")
    out, err = sweep("a", { "--fresh-kernel" })
    has(err, "2 of 4 trials are done already")
    lacks(err, "warning")
    lacks(err, "failed")
    assert.equal("1\n", out)
    _, err = sweep("a", {})
    lacks(err, "warning")
  end)

  it("is said by --show, in reports and by --verify", function()
    if not other then return pending "one kernel only" end
    sweep("b", { "--seed", "1" }, word)
    sweep("b", { "--seed", "1-2" })
    local shown = run { "--show", folder.path "b/mine.db" }
    for _, kernel in ipairs { here, other } do
      has(shown, ("2 trials: %s, kernel %s; orthorun %s; "):format(
        core.environment.blas, kernel, core.environment.orthorun))
    end
    has(shown, "results of different linear algebra differ in rounding")
    local page = folder.path "b.html"
    run { "--pack", folder.path "mine.lua", "--seed", "1-2", "--out",
      folder.path "b", "-o", page }
    local text = support.read(page)
    has(text, other .. " (2 trials)")
    has(text, here .. " (2 trials)")
    has(text, "tables and plots were made with")
    local said = run { "--verify", page }
    lacks(said, "the same version, BLAS, kernel and compiler")
    assert.matches("surroundings: kernel was [^\n]*%(2 trials%), [^\n]*" ..
      "%(2 trials%), is " .. here .. "\n", said)
  end)

  it("is of the trials, not of the process that packs them", function()
    if not other then return pending "one kernel only" end
    sweep("c", {}, word)
    local page = folder.path "c.html"
    local words = { "--pack", folder.path "mine.lua", "--out",
      folder.path "c", "-o", page }
    run(words)
    local said = run { "--verify", page }
    has(said, ("kernel was %s, is %s"):format(other, here))
    said = run({ "--verify", page }, word)
    has(said, "identical bits")
    has(said, ("the same version, BLAS, kernel and compiler (orthorun %s, " ..
      "%s, %s)"):format(core.environment.orthorun, core.environment.blas,
      other))
  end)

  it("is known of files from before through their runs", function()
    if not other then return pending "one kernel only" end
    sweep("d", { "--seed", "1" }, word)
    local path = folder.path "d/mine.db"
    make_old(path)
    has(run { "--show", path }, "2 trials: " .. core.environment.blas ..
      ", kernel " .. other)
    has(sweep("d", { "--dry-run" }), "4 trials, 2 to do")
    local _, err = sweep("d", { "--seed", "1-2" })
    has(err, "warning: 2 of 4 trials were made by")
    local shown = run { "--show", path }
    has(shown, "kernel " .. other .. ";")
    has(shown, "kernel " .. here .. ";")
    _, err = sweep("d", { "--fresh-kernel" })
    has(err, "2 of 4 trials are done already")
  end)

  it("stays with the trials of shards that are merged", function()
    if not other then return pending "one kernel only" end
    sweep("e", { "--shard", "1/2" }, word)
    sweep("e", { "--shard", "2/2" })
    local all = folder.path "e/mine.db"
    local _, err = run { "--merge", folder.path "e/shards/mine.1-of-2.db",
      folder.path "e/shards/mine.2-of-2.db", "-o", all }
    has(err, "different linear algebra")
    local tally = require "orthorun".results(all).made_by
    assert.equal(2, #tally)
    assert.equal(2, tally[1].trials)
    assert.not_equal(tally[1].kernel, tally[2].kernel)
    -- whose runs do not tell, if it is a file from before: nobody knows
    make_old(all)
    assert.equal("unknown", maker.field_text(
      require "orthorun".results(all).made_by, "kernel"))
    _, err = sweep("e", {})
    has(err, "an unknown BLAS, kernel unknown")
  end)
end)
