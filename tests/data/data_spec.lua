-- data_spec.lua: readers and writers of data files, against bytes that NumPy
-- wrote and numbers that it counted; broken files and what is said of them.
local ortho = require "orthorun"
local core = require "orthorun.core"
local data, matrix = ortho.data, ortho.matrix

local folder

local function path(name) return folder .. "/" .. name end

local function write(name, text)
  local file = assert(io.open(path(name), "wb"))
  file:write(text)
  file:close()
  return path(name)
end

local function read(name)
  local file = assert(io.open(path(name), "rb"))
  local text = file:read "a"
  file:close()
  return text
end

local function listing()
  local pipe = io.popen("ls -A '" .. folder .. "'")
  local text = pipe:read "a"
  pipe:close()
  return text
end

local function message_of(f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  return tostring(message)
end

local function says(wanted, f, ...)
  local message = message_of(f, ...)
  assert.is_truthy(message:find(wanted, 1, true),
    ("wanted %q in %q"):format(wanted, message))
end

setup(function()
  folder = os.tmpname()
  os.remove(folder)
  core.file.mkdir(folder)
end)

teardown(function() os.execute("rm -r '" .. folder .. "'") end)

-- --- .npy -----------------------------------------------------------------

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
    says("type '<c16'", data.npy, write("x.npy", header("'<c16'", "(3,)")))
    says("type records", data.npy,
      write("x.npy", header("[('a', '<f8')]", "(3,)")))
    says("3 dimensions (2 x 2 x 2)", data.npy,
      write("x.npy", header("'<f8'", "(2, 2, 2)")))
    says("0 dimensions", data.npy, write("x.npy", header("'<f8'", "()")))
    says("not an .npy file", data.npy, write("x.npy", "PK\3\4 something"))
    says("version 9", data.npy, write("x.npy", npy(c_order, c_bytes, 9)))
    says("No such file", data.npy, path "missing.npy")
    says("Is a directory", data.npy, folder)
    says("expected a file name, got a nil", data.npy)
  end)

  it("names the sizes of a truncated and of a longer file", function()
    local file = write("t.npy", npy(c_order, c_bytes:sub(1, -6)))
    says("t.npy: truncated: expected 48 bytes of numbers (2 x 3 of 8), " ..
      "found 43", data.npy, file)
    says("2 more follow", data.npy, write("t.npy",
      npy(c_order, c_bytes .. "xx")))
  end)

  it("does not believe a header that promises the moon", function()
    local moon = "{'descr': '<f8', 'fortran_order': False, 'shape': " ..
      "(200000, 200000), }"
    says("truncated: its header promises 320000000000 bytes", data.npy,
      write("m.npy", npy(moon, c_bytes)))
    says("promises 9999999999 x 2 numbers", data.npy, write("m.npy", npy(
      "{'descr': '|u1', 'fortran_order': False, 'shape': (9999999999, 2), }",
      ("x"):rep(99))))
    says("a size of 99999999999999999999", data.npy, write("m.npy", npy(
      "{'descr': '|u1', 'fortran_order': False, 'shape': (" ..
      ("9"):rep(20) .. ",), }", "")))
    says("promises 2147483648 x 1 numbers", data.idx, write("m",
      "\0\0\8\5" .. string.pack(">I4I4I4I4I4", 1, 65536, 65536, 65536, 65536)))
  end)

  it("leaves nothing behind where it cannot write", function()
    local before = listing()
    says("cannot write " .. path "no/x.npy", data.write_npy, path "no/x.npy",
      matrix.eye(2))
    says("Is a directory", data.write_npy, folder, matrix.eye(2))
    assert.are.equal(before, listing())
  end)

  it("keeps the old file where a full disk stops the new one", function()
    if not io.open("/dev/full", "w") then return pending "no /dev/full" end
    says("No space left on device", data.write_npy, "/dev/full", matrix.eye(2))
  end)
end)

-- --- IDX ------------------------------------------------------------------

local images = "\0\0\8\3" .. string.pack(">I4I4I4", 2, 2, 3) ..
  "\0\51\102\153\204\255" .. "\1\2\3\4\5\6"

describe("data.idx", function()
  it("reads images into columns, scaled to [0, 1]", function()
    local x = data.idx(write("images-idx3-ubyte", images))
    assert.are.same({ 6, 2 }, { x:shape() })
    assert.are.same({ 0, 0.2, 0.4, 0.6, 0.8, 1 }, x:col(1):tolist())
    assert.are.equal(5 / 255, x:get(5, 2))
  end)

  it("leaves bytes as they are with scaled = false", function()
    local x = data.idx(write("images-idx3-ubyte", images), { scaled = false })
    assert.are.same({ 1, 2, 3, 4, 5, 6 }, x:col(2):tolist())
  end)

  it("scales all bytes as a division does, in both precisions", function()
    local bytes = {}
    for i = 0, 599 do bytes[i + 1] = string.char(i % 256) end
    local file = write("all-idx2-ubyte", "\0\0\8\2" ..
      string.pack(">I4I4", 1, 600) .. table.concat(bytes))
    local x = data.idx(file):tolist()
    local y = data.idx(file, { precision = "float32" }):tolist()
    for i = 0, 599 do
      local exact = i % 256 / 255
      assert.are.equal(exact, x[i + 1])
      assert.are.equal(string.unpack("f", string.pack("f", exact)), y[i + 1])
    end
  end)

  it("reads labels into an array of integers", function()
    local labels = data.idx(write("labels-idx1-ubyte",
      "\0\0\8\1" .. string.pack(">I4", 3) .. "\9\0\255"))
    assert.are.same({ 9, 0, 255 }, labels)
    assert.are.equal("integer", math.type(labels[1]))
  end)

  it("reads wider numbers, big-endian", function()
    local x = data.idx(write("f", "\0\0\13\2" .. string.pack(">I4I4ffff", 2, 2,
      0.5, -1, 2, 1e30)))
    assert.are.same({ 0.5, -1 }, x:col(1):tolist())
    local y = data.idx(write("s", "\0\0\11\1" .. string.pack(">I4i2i2", 2,
      -300, 300)))
    assert.are.same({ -300, 300 }, y)
  end)

  it("takes a limit, also of a file that is broken behind it", function()
    local x = data.idx(write("part", images:sub(1, -3)), { limit = 1 })
    assert.are.same({ 6, 1 }, { x:shape() })
    assert.are.equal(2, data.idx(write("images", images), { limit = 99 })
      :cols())
    says("limit must be a whole number of at least 0, not -1", data.idx,
      path "images", { limit = -1 })
  end)

  it("names what is wrong with a file", function()
    says("truncated: expected 12 bytes of numbers (6 x 2 of 1), found 10",
      data.idx, write("t", images:sub(1, -3)))
    says("1 more follow", data.idx, write("t", images .. "x"))
    says("starts with the bytes 89 50 4e 47", data.idx,
      write("t", "\137PNG and more"))
    says("it has 2 bytes", data.idx, write("t", "\0\0"))
    says("truncated: 3 sizes expected", data.idx, write("t", images:sub(1, 9)))
    says("No such file", data.idx, path "missing")
    says("unknown option 'scale' (did you mean 'scaled'?", data.idx, "t",
      { scale = 1 })
  end)

  it("reads gzipped files, and knows damaged ones", function()
    os.execute("gzip -kf '" .. write("images", images) .. "'")
    assert.are.equal(5 / 255, data.idx(path "images.gz"):get(5, 2))
    local gz = read "images.gz"
    says("the gzip stream ends too early", data.idx,
      write("cut.gz", gz:sub(1, -12)))
    local flipped = gz:sub(1, -7) .. string.char(gz:byte(-6) ~ 1) ..
      gz:sub(-5)
    says("damaged gzip stream", data.idx, write("bad.gz", flipped))
  end)
end)

-- --- Fashion-MNIST ----------------------------------------------------------

local installed = core.file.head(
  "/usr/share/datasets/fashion-mnist/t10k-labels-idx1-ubyte.gz", 1)

describe("data.fashion_mnist", function()
  local function byte_sum(x) return math.floor(x:sum() * 255 + 0.5) end

  it("has the pixels and labels that NumPy counts", function()
    if not installed then return pending "dataset-fashion-mnist" end
    local set = data.fashion_mnist { split = "test" }
    assert.are.same({ 784, 10000 }, { set.x:shape() })
    assert.are.equal(573469082, byte_sum(set.x))
    assert.are.equal(33456, byte_sum(set.x:col(1)))
    assert.are.equal(24390, byte_sum(set.x:col(10000)))
    assert.are.same({ 0, 1, 228 / 255, 243 / 255, 172 / 255 },
      set.x:sub(401, 405, 3, 3):tolist())
    assert.are.same({ 10, 3, 2, 2, 7 }, table.move(set.labels, 1, 5, 1, {}))
    assert.are.equal("Ankle boot", set.classes[set.labels[1]])
    assert.are.equal(1000, set.y:row(4):sum())
    assert.are.equal(1, set.y:get(10, 1))
  end)

  it("reads 60,000 training images in time", function()
    if not installed then return pending "dataset-fashion-mnist" end
    local began = os.clock()
    local set = data.fashion_mnist { precision = "float32" }
    assert.is_true(os.clock() - began < 5) -- about 0.3 s, unless sanitized
    assert.are.equal(60000, set.x:cols())
    assert.are.equal(16684, byte_sum(set.x:col(60000)))
    assert.are.equal("float32", set.y:precision())
  end)

  it("reads a few without the rest", function()
    if not installed then return pending "dataset-fashion-mnist" end
    local set = data.fashion_mnist { limit = 32 }
    assert.are.same({ 784, 32 }, { set.x:shape() })
    assert.are.equal(32, #set.labels)
  end)

  it("says how to install it where it is missing", function()
    says("apt-get install dataset-fashion-mnist", data.fashion_mnist,
      { folder = path "nowhere" })
    says("unknown split 'tset' (did you mean 'test'?", data.fashion_mnist,
      { split = "tset" })
  end)
end)

-- --- CSV ------------------------------------------------------------------

describe("data.csv", function()
  it("puts one sample per line into a column", function()
    local set = data.csv(write("a.csv", "1,2,3\n4,5.5,-6e-3\n"))
    assert.are.same({ { 1, 4 }, { 2, 5.5 }, { 3, -6e-3 } }, set.x:totable())
    assert.is_nil(set.y)
    assert.is_nil(set.columns)
  end)

  it("finds a header, and takes labels and targets by name", function()
    local set = data.csv(write("a.csv",
      "height,kind,width\n1,cat,2\n3,dog,4\n5,cat,6\n"),
      { label = "kind", target = nil })
    assert.are.same({ "height", "width" }, set.columns)
    assert.are.same({ { 1, 3, 5 }, { 2, 4, 6 } }, set.x:totable())
    assert.are.same({ 1, 2, 1 }, set.labels)
    assert.are.same({ "cat", "dog" }, set.classes)
    assert.are.same({ { 1, 0, 1 }, { 0, 1, 0 } }, set.y:totable())
    local other = data.csv(path "a.csv",
      { label = "kind", target = { "width" } })
    assert.are.same({ { 2, 4, 6 } }, other.y:totable())
  end)

  it("sorts number labels by value", function()
    local set = data.csv(write("l.csv", "10,1\n9,1\n10,1\n"), { label = 1 })
    assert.are.same({ "9", "10" }, set.classes)
    assert.are.same({ 2, 1, 2 }, set.labels)
  end)

  it("reads RFC 4180: quotes, commas and line ends in them, CR LF, BOM",
    function()
      local set = data.csv(write("q.csv",
        '\239\187\191"a ""x"", b","two\r\nlines"\r\n"1",2\r\n\r\n3,4'))
      assert.are.same({ 'a "x", b', "two\r\nlines" }, set.columns)
      assert.are.same({ { 1, 3 }, { 2, 4 } }, set.x:totable())
    end)

  it("keeps NaN and infinities", function()
    local x = data.csv(write("n.csv", "nan,inf\n-Infinity,NaN\n")).x
    assert.are.equal(math.huge, x:get(2, 1))
    assert.are.equal(-math.huge, x:get(1, 2))
    assert.are_not.equal(x:get(1, 1), x:get(1, 1))
    assert.are_not.equal(x:get(2, 2), x:get(2, 2))
  end)

  it("names the line that is ragged, or holds no number", function()
    says("r.csv:3: 1 fields, expected 2 as in line 1", data.csv,
      write("r.csv", "1,2\n3,4\n5\n"))
    says("r.csv:4: field 2 is 'x', not a number", data.csv,
      write("r.csv", "a,b\n1,\"2\"\n\n3,x\n"))
    says("r.csv:2: field 1 is '', not a number (nan stands", data.csv,
      write("r.csv", "1,2\n,4\n"))
    says("r.csv:1: field 1 is 'a'", data.csv, write("r.csv", "a,b\n1,2\n"),
      { header = false })
    says("r.csv:2: a quoted field never ends", data.csv,
      write("r.csv", '1,2\n"3,4\n5,6\n'))
    says("r.csv:1: text behind a closing quote", data.csv,
      write("r.csv", '"1"x,2\n'))
  end)

  it("refuses empty files and unknown columns", function()
    says("no records", data.csv, write("e.csv", ""))
    says("no records", data.csv, write("e.csv", "a,b\n"))
    says("unknown column 'heigth' (did you mean 'height'?", data.csv,
      write("e.csv", "height,w\n1,2\n"), { label = "heigth" })
    says("no column 3: 2 columns", data.csv, write("e.csv", "1,2\n"),
      { label = 3 })
    says("No such file", data.csv, path "missing.csv")
  end)

  it("takes 0x10 for text, not for a number", function()
    says("field 1 is '0x10'", data.csv, write("h.csv", "1,2\n0x10,3\n"))
  end)

  it("gives back every bit of what write_csv wrote", function()
    local A = ortho.rng(3):normal(4, 6)
    A:set(1, 1, 0.1)
    A:set(2, 2, 1 / 0)
    A:set(3, 3, 5e-324)
    data.write_csv(path "w.csv", A, { header = { "a", "b,c", 'd"', "e" } })
    local set = data.csv(path "w.csv")
    assert.are.same(A:totable(), set.x:totable())
    assert.are.same({ "a", "b,c", 'd"', "e" }, set.columns)
  end)
end)

-- --- made-up data, samples, names -------------------------------------------

describe("data.synthetic", function()
  it("is uniform in [0, 1] by default, the same for the same rng", function()
    local a = data.synthetic { inputs = 50, samples = 40, rng = ortho.rng(1) }
    local b = data.synthetic { inputs = 50, samples = 40, rng = ortho.rng(1) }
    assert.are.same({ 50, 40 }, { a.y:shape() })
    assert.are.same(a.x:totable(), b.x:totable())
    local low, high = a.x:min(), a.x:max()
    assert.is_true(low >= 0 and high <= 1 and high - low > 0.9)
    assert.is_true(math.abs(a.x:mean() - 0.5) < 5 * (1 / 12 / 2000) ^ 0.5)
  end)

  it("has x and y independent of each other's size", function()
    local function x_of(outputs)
      return data.synthetic { inputs = 3, outputs = outputs, samples = 2,
        rng = ortho.rng(1), distribution = "normal" }.x:totable()
    end
    assert.are.same(x_of(1), x_of(7))
  end)

  it("names a missing or unknown option", function()
    says("samples is missing", data.synthetic, { inputs = 3,
      rng = ortho.rng(1) })
    says("unknown distribution 'norml' (did you mean 'normal'?",
      data.synthetic, { inputs = 3, samples = 1, rng = ortho.rng(1),
        distribution = "norml" })
  end)
end)

describe("data.sample", function()
  it("draws columns without replacement, labels with them", function()
    local set = { x = matrix { { 1, 2, 3, 4 } }, labels = { 1, 2, 3, 4 } }
    local drawn = data.sample(set, 4, ortho.rng(5))
    assert.are.same(drawn.labels, drawn.x:tolist())
    table.sort(drawn.labels)
    assert.are.same({ 1, 2, 3, 4 }, drawn.labels)
    says("5 of 4 samples", data.sample, set, 5, ortho.rng(5))
  end)
end)

describe("data.one_hot", function()
  it("has a 1 at each label", function()
    assert.are.same({ { 0, 1 }, { 0, 0 }, { 1, 0 } },
      data.one_hot({ 3, 1 }, 3):totable())
    says("label 2 is 0, expected 1 to 3", data.one_hot, { 1, 0 }, 3)
  end)
end)

describe("data.load", function()
  it("goes by name and by ending", function()
    write("s.csv", "1,2\n3,4\n5,6\n")
    assert.are.equal(3, data.load(path "s.csv").x:cols())
    data.write_npy(path "s.npy", matrix { { 1, 2 }, { 3, 4 }, { 5, 6 } })
    assert.are.same(data.load(path "s.csv").x:totable(),
      data.load(path "s.npy").x:totable())
    assert.are.equal(2, data.load(path "s.npy", { limit = 2 }).x:cols())
    write("s-idx3-ubyte", images)
    assert.are.equal(6, data.load(path "s-idx3-ubyte").x:rows())
    local set = data.load("synthetic", { inputs = 2, samples = 3,
      rng = ortho.rng(1) })
    assert.are.equal(3, set.x:cols())
  end)

  it("names the nearest of what it knows", function()
    says("unknown data 'fashion_mnsit' (did you mean 'fashion_mnist'?",
      data.load, "fashion_mnsit")
    says("unknown data 'x.parquet'", data.load, "x.parquet")
    says("holds labels", data.load, write("l.idx",
      "\0\0\8\1" .. string.pack(">I4", 1) .. "\9"))
  end)
end)
