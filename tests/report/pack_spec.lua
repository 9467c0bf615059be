-- pack_spec.lua: --pack and --new, as scripts' users have them.
local packed = dofile "tests/report/packed.lua"
local folder, has, lacks = packed.folder, packed.has, packed.lacks
local read, run, write = packed.read, packed.run, packed.write

teardown(packed.remove)

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
    has(out, "N(0, 1/n): mean_square")
    has(read(folder .. "/mine/mine.html"), "<h1>mine</h1>")
    assert.equal(1, (run { "--new", folder .. "/mine" }))
    assert.equal(text, read(path))
  end)
end)
