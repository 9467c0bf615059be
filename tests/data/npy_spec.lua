-- npy_spec.lua: .npy files, against bytes that NumPy wrote; broken ones and
-- what is said of them.
local ortho = require "orthorun"
local data, matrix = ortho.data, ortho.matrix
local support = dofile("tests/support.lua")
local folder, raises = support.folder(), support.raises
local path, read, write = folder.path, folder.read, folder.write

teardown(folder.remove)

local function listing()
  local pipe = io.popen("ls -A '" .. folder.name .. "'")
  local text = pipe:read "a"
  pipe:close()
  return text
end

local function npy(header, bytes, version)
  local length = (version or 1) == 1 and "<I2" or "<I4"
  return "\147NUMPY" .. string.char(version or 1, 0) ..
    string.pack(length, #header) .. header .. bytes
end

local c_order = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }\n"
-- [[1.5, -2, 3e300], [0.1, inf, -0.0]] as NumPy 1.24 wrote it
local c_bytes = "\000\000\000\000\000\000\248\063\000\000\000\000\000\000\000" ..
  "\192\053\088\000\102\045\235\081\126\154\153\153\153\153\153\185\063\000" ..
  "\000\000\000\000\000\240\127\000\000\000\000\000\000\000\128"

describe("data.npy", function()
  it("reads rows in C order, infinities and -0 too", function()
    local A = data.npy(write("a.npy", npy(c_order, c_bytes)))
    assert.are.same({ { 1.5, -2, 3e300 }, { 0.1, math.huge, 0 } }, A:totable())
    assert.are.equal(-math.huge, 1 / A:get(2, 3))
  end)

  it("reads versions 2 and 3", function()
    for version = 2, 3 do
      local A = data.npy(write("a.npy", npy(c_order, c_bytes, version)))
      assert.are.equal(3e300, A:get(1, 3))
    end
  end)

  it("reads big-endian float32 in Fortran order", function()
    local A = data.npy(write("b.npy", npy(
      "{'descr': '>f4', 'fortran_order': True, 'shape': (2, 2), }\n",
      "\063\192\000\000\061\204\204\205\192\000\000\000\127\128\000\000")))
    assert.are.same({ { 1.5, -2 }, { 0.10000000149011612, math.huge } },
      A:totable())
  end)

  it("reads integers of every width and order, and bools", function()
    local cases = { ["|u1"] = "B", ["|i1"] = "b", ["|b1"] = "B",
      ["<u2"] = "<I2", [">u2"] = ">I2", ["<i2"] = "<i2", [">i2"] = ">i2",
      ["<u4"] = "<I4", [">u4"] = ">I4", ["<i4"] = "<i4", [">i4"] = ">i4",
      ["<u8"] = "<I8", [">u8"] = ">I8", ["<i8"] = "<i8", [">i8"] = ">i8" }
    for descr, pack in pairs(cases) do
      local first = pack:find "i" and -7 or 1
      if descr == "|i1" then first = -7 end
      local A = data.npy(write("i.npy", npy(
        ("{'descr': '%s', 'fortran_order': False, 'shape': (2,), }"):format(
          descr), string.pack(pack, first) .. string.pack(pack, 100))))
      assert.are.same({ { first }, { 100 } }, A:totable(), descr)
    end
  end)

  it("turns samples from rows into columns on request", function()
    local A = data.npy(write("a.npy", npy(c_order, c_bytes)),
      { transposed = true })
    assert.are.same({ 3, 2 }, { A:shape() })
    assert.are.equal(3e300, A:get(3, 1))
  end)

  it("writes what NumPy reads: aligned, column by column", function()
    data.write_npy(path "w.npy", matrix { { 1, 2 }, { 3, 4 }, { 5, 6 } })
    local text = read "w.npy"
    assert.are.equal("\147NUMPY\1\0", text:sub(1, 8))
    local length = string.unpack("<I2", text, 9)
    assert.are.equal(0, (10 + length) % 64)
    local header = text:sub(11, 10 + length)
    assert.is_truthy(header:find(
      "{'descr': '<f8', 'fortran_order': True, 'shape': (3, 2), }", 1, true))
    assert.are.equal("\n", header:sub(-1))
    assert.are.equal(string.pack("<dddddd", 1, 3, 5, 2, 4, 6),
      text:sub(11 + length))
  end)

  it("gives back what it wrote, in both precisions, views too", function()
    for _, precision in ipairs { "float64", "float32" } do
      local A = ortho.rng(1):normal(7, 5, { precision = precision })
      local part = A:sub(2, 6, 2, 4)
      data.write_npy(path "r.npy", part)
      assert.are.same(part:totable(),
        data.npy(path "r.npy", { precision = precision }):totable())
    end
  end)

  it("takes empty arrays", function()
    data.write_npy(path "e.npy", matrix.zeros(0, 3))
    assert.are.same({ 0, 3 }, { data.npy(path "e.npy"):shape() })
  end)

  it("refuses what it cannot read, and says what that is", function()
    local function header(descr, shape)
      return npy(("{'descr': %s, 'fortran_order': False, 'shape': %s, }")
        :format(descr, shape), "")
    end
    raises("type '<c16'", data.npy, write("x.npy", header("'<c16'", "(3,)")))
    raises("type records", data.npy,
      write("x.npy", header("[('a', '<f8')]", "(3,)")))
    raises("3 dimensions (2 x 2 x 2)", data.npy,
      write("x.npy", header("'<f8'", "(2, 2, 2)")))
    raises("0 dimensions", data.npy, write("x.npy", header("'<f8'", "()")))
    raises("not an .npy file", data.npy, write("x.npy", "PK\3\4 something"))
    raises("version 9", data.npy, write("x.npy", npy(c_order, c_bytes, 9)))
    raises("No such file", data.npy, path "missing.npy")
    raises("Is a directory", data.npy, folder.name)
    raises("expected a file name, got a nil", data.npy)
  end)

  it("names the sizes of a truncated and of a longer file", function()
    local file = write("t.npy", npy(c_order, c_bytes:sub(1, -6)))
    raises("t.npy: truncated: expected 48 bytes of numbers (2 x 3 of 8), " ..
      "found 43", data.npy, file)
    raises("2 more follow", data.npy, write("t.npy",
      npy(c_order, c_bytes .. "xx")))
  end)

  it("does not believe a header that promises the moon", function()
    local moon = "{'descr': '<f8', 'fortran_order': False, 'shape': " ..
      "(200000, 200000), }"
    raises("truncated: its header promises 320000000000 bytes", data.npy,
      write("m.npy", npy(moon, c_bytes)))
    raises("promises 9999999999 x 2 numbers", data.npy, write("m.npy", npy(
      "{'descr': '|u1', 'fortran_order': False, 'shape': (9999999999, 2), }",
      ("x"):rep(99))))
    raises("a size of 99999999999999999999", data.npy, write("m.npy", npy(
      "{'descr': '|u1', 'fortran_order': False, 'shape': (" ..
      ("9"):rep(20) .. ",), }", "")))
  end)

  it("leaves nothing behind where it cannot write", function()
    local before = listing()
    raises("cannot write " .. path "no/x.npy", data.write_npy, path "no/x.npy",
      matrix.eye(2))
    raises("Is a directory", data.write_npy, folder.name, matrix.eye(2))
    assert.are.equal(before, listing())
  end)

  it("keeps the old file where a full disk stops the new one", function()
    if not io.open("/dev/full", "w") then return pending "no /dev/full" end
    raises("No space left on device", data.write_npy, "/dev/full",
      matrix.eye(2))
  end)
end)
