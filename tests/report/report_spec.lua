-- report_spec.lua: what a report says, that nothing in it runs or leaves the
-- page, and that what it carries can be checked by others.
local ortho = require "orthorun"
local core = require "orthorun.core"
local share = require "orthorun.report.share"
local spawn = core.file.spawn

local program = os.getenv "ORTHORUN" or "./orthorun"
local folder

local function write(name, text)
  local file = assert(io.open(folder .. "/" .. name, "wb"))
  file:write(text)
  file:close()
  return folder .. "/" .. name
end

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read "a"
  file:close()
  return text
end

local function has(text, wanted)
  assert.is_truthy(text:find(wanted, 1, true),
    ("no %q in:\n%s"):format(wanted, text:sub(1, 3000)))
end

local function lacks(text, unwanted)
  assert.is_nil(text:find(unwanted, 1, true))
end

-- Runs our program; status, stdout, stderr.
local function run(words, environment)
  local all = { "/usr/bin/env", table.unpack(environment or {}) }
  all[#all + 1] = program
  table.move(words, 1, #words, #all + 1, all)
  return spawn(all)
end

local script = [==[
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

local page, shared -- text and path of the script's report

setup(function()
  folder = os.tmpname()
  os.remove(folder)
  core.file.mkdir(folder)
  local path = write("sums.lua", script)
  shared = folder .. "/shared.html"
  local status, _, err = run { "--pack", path, "--n", "20", "--out",
    folder .. "/runs", "--quiet", "-o", shared }
  assert.equal(0, status, err)
  page = read(shared)
end)

teardown(function() spawn { "rm", "-r", folder } end)

describe("a report", function()
  it("has all its sections", function()
    for _, title in ipairs { "Verdict", "Parameters", "Plots", "Tables",
      "Script", "Surroundings", "How to run it again", "Data" } do
      has(page, "<h2>" .. title .. "</h2>")
    end
    has(page, "2 of 3 predictions agree")
    has(page, "<svg")
    has(page, "<title>a\nlayer = 1\n") -- under the mouse
  end)

  it("escapes what users wrote", function()
    has(page, "Is &lt;i&gt;this&lt;/i&gt; &amp; that &quot;safe&quot;?")
    has(page, "one &lt;b&gt;")
    has(page, "&lt;b&gt;a&lt;/b&gt; comment &amp; &quot;quotes&quot;")
    lacks(page, "<script>")
    lacks(page, "</script><b>")
    assert.is_nil(io.open "pwned")
  end)

  it("needs no network, and is small", function()
    for address in page:gmatch "https?://[%w./]+" do
      assert.truthy(address:find("www.w3.org", 1, true), address)
    end
    assert.is_nil(page:find "<link" or page:find "@import" or
      page:find "<img")
    assert.is_true(#page < 300e3)
  end)

  it("carries the script, the arguments and the results", function()
    local inside = share.open(shared)
    assert.equal(script, inside.script)
    assert.same({ "--n", "20" }, inside.facts.arguments)
    assert.equal("sums.lua", inside.facts.script)
    assert.equal(1, #inside.results)
    has(inside.results[1][2], "kind,seed,n,layer,s\n")
    local _, lines = inside.results[1][2]:gsub("\n", "")
    assert.equal(2 * 2 * 20 + 1, lines)
  end)

  it("names a missing file and a place that cannot be written", function()
    assert.has_error(function() ortho.report {} end, nil)
    local ok, message = pcall(ortho.report, { file = "/nowhere/a.html" })
    assert.is_false(ok)
    has(message, "cannot write /nowhere/a.html")
  end)
end)

describe("base64", function()
  it("is RFC 4648's", function()
    for plain, coded in pairs { [""] = "", f = "Zg==", fo = "Zm8=",
      foo = "Zm9v", foob = "Zm9vYg==", fooba = "Zm9vYmE=",
      foobar = "Zm9vYmFy" } do
      assert.equal(coded, share.encode(plain))
      assert.equal(plain, share.decode(coded))
    end
    local all = {}
    for i = 0, 255 do all[i + 1] = string.char(i) end
    local bytes = table.concat(all)
    assert.equal(bytes, share.decode(share.encode(bytes)))
  end)
end)

-- The page with `from` replaced, sealed again as a forger would.
local function forged(change)
  local mark = page:match "sha256 (%x+)"
  local plain = change((page:gsub(mark, ("0"):rep(64), 1)))
  return write("forged.html", share.seal(plain))
end

describe("--verify", function()
  it("says that the bits are identical", function()
    local status, out = run { "--verify", shared }
    assert.equal(0, status)
    has(out, "identical bits")
    has(out, "the same version, BLAS, kernel and compiler")
  end)

  it("says that another kernel's results are the same within a tolerance",
    function()
      local kernel = core.environment.kernel == "Haswell" and "PRESCOTT" or
        "HASWELL"
      local status, out = run({ "--verify", shared },
        { "OPENBLAS_CORETYPE=" .. kernel })
      assert.equal(0, status, out)
      assert.truthy(out:find("identical bits", 1, true) or
        out:find("within tolerance; largest deviation", 1, true), out)
      local strict, said = run({ "--verify", shared, "--tolerance", "0" },
        { "OPENBLAS_CORETYPE=" .. kernel })
      assert.equal(said:find("DIFFERENT", 1, true) and 1 or 0, strict)
    end)

  it("tells a damaged or edited file, wherever it is", function()
    for _, at in ipairs { 400, #page // 2, #page - 20 } do
      local byte = page:sub(at, at) == "x" and "y" or "x"
      local path = write("damaged.html", page:sub(1, at - 1) .. byte ..
        page:sub(at + 1))
      local status, _, err = run { "--verify", path }
      assert.equal(1, status)
      has(err, "damaged or edited")
      assert.equal(1, (run { path }))
    end
    write("short.html", page:sub(1, #page // 2))
    assert.equal(1, (run { "--verify", folder .. "/short.html" }))
  end)

  it("finds results that the script does not give, and where", function()
    local inside = share.open(shared)
    local csv = inside.results[1][2]:gsub("a,1,20,1,[^\n]*", "a,1,20,1,3.25")
    local path = forged(function(plain)
      local code = share.encode(share.compress(csv))
      return (plain:gsub("base64,[%w+/=]*", function()
        return "base64," .. code
      end))
    end)
    local status, out = run { "--verify", path }
    assert.equal(1, status)
    has(out, "DIFFERENT")
    has(out, "s at kind=a, seed=1, n=20, layer=1: 3.25, now ")
  end)

  it("finds another number of rows", function()
    local path = forged(function(plain)
      local code = share.encode(share.compress "kind,seed,n,layer,s\n")
      return (plain:gsub("base64,[%w+/=]*", function()
        return "base64," .. code
      end))
    end)
    local status, out = run { "--verify", path }
    assert.equal(1, status)
    has(out, "0 rows against 80")
  end)

  it("says what is wrong with other files and words", function()
    local other = write("other.html", "<!DOCTYPE html><p>hello")
    local status, _, err = run { "--verify", other }
    assert.equal(1, status)
    has(err, "not a report of orthorun")
    assert.equal(1, (run { "--verify", folder .. "/none.html" }))
    assert.equal(2, (run { "--verify" }))
    assert.equal(2, (run { "--verify", shared, "--tolerance", "x" }))
    assert.equal(2, (run { "--verify", shared, "--tolerence", "1" }))
  end)

  it("says so where the script fails when run again", function()
    local path = forged(function(plain)
      return (plain:gsub('(data%-part="script">)[%w+/=]*', "%1" ..
        share.encode "error 'no more'"))
    end)
    local status, _, err = run { "--verify", path }
    assert.equal(1, status)
    has(err, "the script failed when run again")
    has(err, "no more")
  end)
end)

describe("a report as a script", function()
  it("keeps the options that results depend on, of either side", function()
    local path = write("own.lua", [==[
      local sweep = ortho.sweep { name = "own", params = { ascii = false },
        grid = { n = { 1, 2 } }, trial = function(p) return { x = p.n } end }
      sweep:run()]==])
    local to = folder .. "/own.html"
    local status, _, err = run { "--seed", "3", "--jobs=1", "--pack", path,
      "--threads", "1", "--n", "2", "--quiet", "--trial_timeout=9",
      "--precision=float32", "--fail-fast", "--ascii", "--jobs", "0",
      "--shuffle", "--fresh", "--out", folder .. "/own", "-o", to }
    assert.equal(0, status, err)
    assert.same({ "--seed=3", "--n", "2", "--precision=float32", "--ascii" },
      share.open(to).facts.arguments)
  end)

  it("runs with its own arguments, or with others", function()
    local out = folder .. "/again"
    local status, said, err = run { shared, "--out", out, "--n", "5",
      "--quiet" }
    assert.equal(0, status, err)
    has(said, "</script><b>  10")
    assert.equal(script, ortho.results(out .. "/sums.db").run.source)
  end)
end)

describe("--pack and --new", function()
  it("refuse what they cannot do", function()
    assert.equal(2, (run { "--pack" }))
    local status, _, err = run { "--pack", folder .. "/none.lua" }
    assert.equal(1, status)
    has(err, "none.lua")
    local quiet = write("quiet.lua", "return 1")
    status, _, err = run { "--pack", quiet, "-o", folder .. "/quiet.html" }
    assert.equal(1, status)
    has(err, "it ran no sweep")
    assert.equal(2, (run { "--new" }))
    assert.equal(2, (run { "--new", "a b" }))
    assert.equal(1, (run { "--new", "/nowhere/a" }))
  end)

  it("write an experiment that runs, and keep one that is there", function()
    local path = folder .. "/mine.lua"
    assert.equal(0, (run { "--new", folder .. "/mine" }))
    local text = read(path)
    lacks(text, "NAME")
    local status, out, err = run { path, "--width", "20", "--out",
      folder .. "/mine", "--quiet" }
    assert.equal(0, status, err)
    has(out, "mean s² of N(0, 1/n)")
    has(read(folder .. "/mine/mine.html"), "<h1>mine</h1>")
    assert.equal(1, (run { "--new", folder .. "/mine" }))
    assert.equal(text, read(path))
  end)
end)
