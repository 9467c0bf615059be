-- selftest_spec.lua: `orthorun --selftest` as a user calls it: what it says of this
-- build, and of a BLAS that is almost right (wrong_blas.c, preloaded).
local support = dofile "tests/support.lua"
local program = os.getenv "ORTHORUN" or "./orthorun"
local folder = support.folder()

teardown(folder.remove)

-- Runs it: stdout, the exit status, stderr.
local function run(arguments, environment)
  local out, err = folder.path "out", folder.path "err"
  local _, how, status = os.execute(("%s timeout 100 '%s' %s >'%s' 2>'%s'"):format(
    environment or "", program, arguments, out, err))
  assert.are.equal("exit", how)
  return folder.read "out", status, folder.read "err"
end

-- The names of the rows that failed.
local function failed(text)
  local rows = {}
  for line in text:gmatch "[^\n]+" do
    local what = line:match "^  (.-)  .*FAILED$"
    if what then rows[what] = true end
  end
  return rows
end

describe("orthorun --selftest", function()
  local good

  it("finds this build right, and says what it is", function()
    local status, err
    good, status, err = run "--selftest"
    assert.are.equal("", err)
    assert.are.equal(0, status, good)
    local environment = require "orthorun".environment
    assert.matches(("blas       %s, kernel %s, "):format(environment.blas,
      environment.kernel), good, 1, true)
    assert.matches("orthorun " .. environment.orthorun .. " self-test, seed 0\n", good,
      1, true)
    assert.matches("\n%d+ checks: all passed; chi%-square [%d.]+ of %d+ laws, " ..
      "p = 0%.%d+\n$", good)
    for _, name in ipairs { "Philox", "Haar: tr Q ", "angles", "W a", "quarter circle",
      "Euler", "slope of", "ln|det W|", "SVD, float32", "threads", "differences" } do
      assert.matches(name, good, 1, true)
    end
  end)

  it("draws anew by --seed", function()
    local seven, status = run "--seed 8 --selftest --seed=7"
    assert.are.equal(0, status)
    assert.matches("self-test, seed 7\n", seven, 1, true)
    assert.are_not.equal(good:match "chi%-square.*", seven:match "chi%-square.*")
  end)

  it("refuses what it does not know", function()
    for arguments, message in pairs {
      ["--selftest --sede 1"] = "--selftest: --seed N may follow, not '--sede'",
      ["--selftest --seed"] = "--selftest: --seed needs an integer, not ''",
      ["--selftest --seed 1-3"] = "--selftest: --seed needs an integer, not '1-3'",
    } do
      local out, status, err = run(arguments)
      assert.are.same({ "", 2 }, { out, status })
      assert.matches("orthorun: " .. message, err, 1, true)
    end
  end)

  describe("with a wrong BLAS", function()
    local library = folder.path "wrong_blas.so"

    -- The rows that fail, and all that is said. A sanitizer's own library comes
    -- second then, which it is told to bear.
    local function with(wrong)
      local out, status = run("--selftest", ("WRONG_BLAS=%s LD_PRELOAD='%s' " ..
        'ASAN_OPTIONS="$ASAN_OPTIONS:verify_asan_link_order=0"'):format(wrong, library))
      assert.are.equal(1, status, out)
      local count = tonumber(out:match "%d+ checks: %d+ passed, (%d+) FAILED;")
      local rows, listed = failed(out), 0
      for _ in pairs(rows) do listed = listed + 1 end
      assert.are.equal(count, listed, out)
      return rows, out
    end

    setup(function()
      assert(os.execute(("cc -shared -fPIC -O1 -o '%s' tests/selftest/wrong_blas.c"):
        format(library)))
    end)

    it("finds one element of large products off by a millionth of a millionth",
      function()
        local rows = with "last"
        assert.is_true(rows["products of large, odd sizes, float64"])
        assert.is_nil(rows["products of large, odd sizes, float32"])
        assert.is_nil(rows["normal numbers by Box and Muller"])
      end)

    it("finds float32 products wrong, and LAPACK's float64 in its last digits",
      function()
        local rows = with "float+lapack"
        for _, what in ipairs { "products of small sizes, float32",
          "layers, forward and back, float32",
          "Euler: <W, dW> equal in all layers, float32", "SVD, float64",
          "known singular values, float64", "LU, solve, float64" } do
          assert.is_true(rows[what], what)
        end
        for _, what in ipairs { "products of small sizes, float64", "QR, float64",
          "Euler: <W, dW> equal in all layers, float64", "SVD, float32" } do
          assert.is_nil(rows[what], what)
        end
      end)

    it("goes on where NaN ends a part, and says what ended it", function()
      local rows, out = with "nan"
      assert.is_true(rows["products of small sizes, float64"])
      assert.matches("\n[%w_]+: [^\n]*[Nn]a[Nn]", out)
    end)
  end)
end)
