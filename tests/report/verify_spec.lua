-- verify_spec.lua: --verify: what is identical, within tolerance, damaged,
-- forged or different.
local core = require "orthorun.core"
local packed = dofile "tests/report/packed.lua"
local share = require "orthorun.report.share"
local folder, has, run, write = packed.folder, packed.has, packed.run,
  packed.write
local shared, page

setup(function() shared, page = packed.report() end)

teardown(packed.remove)

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

  it("holds other CSV files against what is written now", function()
    local path = packed.write("other.lua", [==[
      local sweep = ortho.sweep { name = "other", grid = { n = { 1, 2 } },
        trial = function(p) return { x = p.n } end }
      sweep:run()
      ortho.table.of({ "y" }, { { y = 3 } }):csv(sweep:path "extra.csv")]==])
    local to = folder .. "/other_sweep.html"
    local status, _, err = run { "--pack", path, "--quiet", "--out",
      folder .. "/other", "-o", to }
    assert.equal(0, status, err)
    local out
    status, out = run { "--verify", to }
    assert.equal(0, status, out)
    has(out, "identical bits")
    local function with_extra(text)
      local mark = packed.read(to):match "sha256 (%x+)"
      local plain = packed.read(to):gsub(mark, ("0"):rep(64), 1)
        :gsub('(data%-csv="[^>]-base64,)[%w+/=]*', function(head)
          return head .. share.encode(share.compress(text))
        end)
      return write("extra.html", share.seal(plain))
    end
    status, out = run { "--verify", with_extra "y\n4\n" }
    assert.equal(1, status)
    has(out, "extra.csv: DIFFERENT; largest deviation 0.25")
    -- under other surroundings it need not be the same
    if core.environment.blas:find "OpenBLAS" then
      local kernel = core.environment.kernel == "Haswell" and "PRESCOTT" or
        "HASWELL"
      status, out = run({ "--verify", with_extra "y\n4\n" },
        { "OPENBLAS_CORETYPE=" .. kernel })
      assert.equal(0, status)
      has(out, "extra.csv: differs, as other surroundings may make it")
    end
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
