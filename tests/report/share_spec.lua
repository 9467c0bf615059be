-- share_spec.lua: the parts of a report that programs read: base64, gzip
-- streams, facts, and the seal over all of it.
local core = require "orthorun.core"
local share = require "orthorun.report.share"
local support = dofile("tests/support.lua")
local folder, raises = support.folder(), support.raises

teardown(folder.remove)

local function bytes_of(n)
  local bytes = {}
  for i = 1, n do bytes[i] = string.char(i * i * 7 % 256) end
  return table.concat(bytes)
end

describe("base64", function()
  it("is that of RFC 4648", function()
    for text, encoded in pairs { [""] = "", f = "Zg==", fo = "Zm8=",
      foo = "Zm9v", foobar = "Zm9vYmFy" } do
      assert.equal(encoded, share.encode(text))
      assert.equal(text, share.decode(encoded))
    end
  end)
end)

describe("a table's gzip stream", function()
  it("is the same for the same bytes, and gunzip's", function()
    for _, n in ipairs { 0, 1, 1000, 300000 } do
      local bytes = bytes_of(n)
      local packed = share.compress(bytes)
      assert.equal(packed, share.compress(bytes))
      assert.equal(("\0"):rep(4), packed:sub(5, 8)) -- no time
      local status, out = core.file.spawn({ "gunzip", "-c" }, packed)
      assert.equal(0, status)
      assert.is_true(out == bytes)
      assert.is_true(share.expand(packed) == bytes)
    end
  end)

  it("starts no program", function()
    local code = ("%q"):format("abc")
    local status, out = core.file.spawn { "/usr/bin/env", "PATH=/nowhere",
      os.getenv "ORTHORUN" or "./orthorun", "-e", "local share = require " ..
      "'orthorun.report.share' io.write(share.expand(share.compress(" ..
      code .. ")))" }
    assert.equal("abc", out)
    assert.equal(0, status)
  end)

  it("made by gzip is read", function()
    local bytes = bytes_of(70000)
    local _, packed = core.file.spawn({ "gzip" }, bytes)
    assert.is_true(share.expand(packed) == bytes)
  end)

  it("that is damaged, cut or too large is refused with the reason", function()
    local packed = share.compress(bytes_of(5000))
    local function refused(reason, bytes, limit)
      local text, message = share.expand(bytes, limit)
      assert.is_nil(text)
      assert.equal(reason, message)
    end
    refused("the gzip stream ends too early", "")
    refused("the gzip stream ends too early", packed:sub(1, -2))
    refused("damaged gzip stream", packed:sub(1, 40) .. ("x"):rep(99))
    refused("damaged gzip stream", packed .. "x and more")
    refused("damaged gzip stream", "no gzip stream at all")
    refused("the gzip stream expands to more than is allowed", packed, 4999)
    assert.equal(5000, #share.expand(packed, 5000))
  end)

  it("of a bomb is not expanded", function()
    local bomb = share.compress(("\0"):rep(1 << 20)):rep(1100) -- 1.1 GiB
    local text, message = share.expand(bomb)
    assert.is_nil(text)
    assert.is_truthy(message:find("more than is allowed", 1, true))
  end)
end)

describe("a report", function()
  local function page(results)
    return share.seal(share.first_lines .. share.part("script", "print(1)") ..
      share.part("facts", share.write_facts { { "name", "x\ny" } }) .. results)
  end

  it("gives back what was written", function()
    local path = folder.write("good.html", page(share.results("t", "a\n1\n")))
    local report = share.open(path)
    assert.equal("print(1)", report.script)
    assert.equal("x y", report.facts.name)
    assert.same({ { "t", "a\n1\n" } }, report.results)
  end)

  it("is refused where a byte is another", function()
    local text = page("")
    raises("damaged or edited", share.open,
      folder.write("bad.html", text:sub(1, -3) .. "?" .. text:sub(-1)))
    raises("not a report", share.open, folder.write("none.html", "<html>"))
    raises("No such file", share.open, folder.path "missing.html")
  end)

  it("names itself and the results whose stream is damaged", function()
    local whole = share.results("drift", ("1,2\n"):rep(1000))
    local cut = whole:gsub("(base64,[%w+/]+)%w%w%w%w", "%1", 1)
    local path = folder.write("cut.html", page(cut))
    raises(path .. ": results 'drift': the gzip stream ends too early",
      share.open, path)
  end)
end)
