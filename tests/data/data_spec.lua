-- data_spec.lua: data sets by name and from CSV: Fashion-MNIST against numbers
-- that NumPy counted, the digits against their repository's description.
local ortho = require "orthorun"
local core = require "orthorun.core"
local data, matrix = ortho.data, ortho.matrix
local support = dofile("tests/support.lua")
local folder, raises = support.folder(), support.raises
local path, write = folder.path, folder.write

teardown(folder.remove)

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
    raises("apt-get install dataset-fashion-mnist", data.fashion_mnist,
      { folder = path "nowhere" })
    raises("unknown split 'tset' (did you mean 'test'?", data.fashion_mnist,
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
    raises("r.csv:3: 1 fields, expected 2 as in line 1", data.csv,
      write("r.csv", "1,2\n3,4\n5\n"))
    raises("r.csv:4: field 2 is 'x', not a number", data.csv,
      write("r.csv", "a,b\n1,\"2\"\n\n3,x\n"))
    raises("r.csv:2: field 1 is '', not a number (nan stands", data.csv,
      write("r.csv", "1,2\n,4\n"))
    raises("r.csv:1: field 1 is 'a'", data.csv, write("r.csv", "a,b\n1,2\n"),
      { header = false })
    raises("r.csv:2: a quoted field never ends", data.csv,
      write("r.csv", '1,2\n"3,4\n5,6\n'))
    raises("r.csv:1: text behind a closing quote", data.csv,
      write("r.csv", '"1"x,2\n'))
  end)

  it("refuses empty files and unknown columns", function()
    raises("no records", data.csv, write("e.csv", ""))
    raises("no records", data.csv, write("e.csv", "a,b\n"))
    raises("unknown column 'heigth' (did you mean 'height'?", data.csv,
      write("e.csv", "height,w\n1,2\n"), { label = "heigth" })
    raises("no column 3: 2 columns", data.csv, write("e.csv", "1,2\n"),
      { label = 3 })
    raises("No such file", data.csv, path "missing.csv")
  end)

  it("takes 0x10 for text, not for a number", function()
    raises("field 1 is '0x10'", data.csv, write("h.csv", "1,2\n0x10,3\n"))
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
    raises("2 names for 4 rows", data.write_csv, path "w.csv", A,
      { header = { "a", "b" } })
    raises("must be a matrix", data.write_csv, path "w.csv", { 1 })
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
    raises("samples is missing", data.synthetic, { inputs = 3,
      rng = ortho.rng(1) })
    raises("unknown distribution 'norml' (did you mean 'normal'?",
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
    raises("5 of 4 samples", data.sample, set, 5, ortho.rng(5))
    raises("-1 of 4 samples", data.sample, set, -1, ortho.rng(5))
    raises("rng must be an rng", data.sample, set, 1)
    raises("set must be a table with a matrix x", data.sample, set.x, 1)
  end)
end)

describe("data.batch", function()
  it("draws from a data set, or makes samples up", function()
    local file = write("pool.csv", "1,10\n2,20\n3,30\n4,40\n")
    local set = data.batch { data = file, size = 3, outputs = 5,
      rng = ortho.rng(1) }
    assert.are.same({ 2, 3 }, { set.x:shape() })
    assert.are.same({ 5, 3 }, { set.y:shape() })
    assert.are.same((10 * set.x:row(1)):tolist(), set.x:row(2):tolist())
    assert.are.equal(4, data.batch { data = file, size = 9, inputs = 2,
      rng = ortho.rng(1) }.x:cols())
    local made = data.batch { size = 6, inputs = 2, outputs = 3,
      rng = ortho.rng(1) }
    assert.is_true(made.x == data.synthetic { samples = 6, inputs = 2,
      rng = ortho.rng(1) }.x)
  end)

  it("names what is missing", function()
    raises("rng must be an rng, as from ortho.rng(seed), not nothing",
      data.batch, { size = 3, inputs = 2 })
    raises("unknown data 'digist' (did you mean 'digits'?", data.batch,
      { data = "digist", size = 3, rng = ortho.rng(1) })
  end)
end)

describe("data.one_hot", function()
  it("has a 1 at each label", function()
    assert.are.same({ { 0, 1 }, { 0, 0 }, { 1, 0 } },
      data.one_hot({ 3, 1 }, 3):totable())
    raises("label 2 is 0, expected 1 to 3", data.one_hot, { 1, 0 }, 3)
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
    write("s-idx3-ubyte",
      "\0\0\8\3" .. string.pack(">I4I4I4", 2, 2, 3) .. ("\7"):rep(12))
    assert.are.equal(6, data.load(path "s-idx3-ubyte").x:rows())
    local set = data.load("synthetic", { inputs = 2, samples = 3,
      rng = ortho.rng(1) })
    assert.are.equal(3, set.x:cols())
  end)

  it("names the nearest of what it knows", function()
    raises("unknown data 'fashion_mnsit' (did you mean 'fashion_mnist'?",
      data.load, "fashion_mnsit")
    raises("unknown data 'x.parquet'", data.load, "x.parquet")
    raises("holds labels", data.load, write("l.idx",
      "\0\0\8\1" .. string.pack(">I4", 1) .. "\9"))
  end)
end)

describe("data.digits", function()
  it("are the 1,797 of the UCI repository", function()
    local set = data.digits()
    assert.same({ 64, 1797 }, { set.x:shape() })
    assert.equal(1797, #set.labels)
    assert.same({ "0", "1", "2", "3", "4", "5", "6", "7", "8", "9" },
      set.classes)
    local counts = {}
    for _, label in ipairs(set.labels) do
      counts[label] = (counts[label] or 0) + 1
    end
    -- from the repository's description of the test set
    assert.same({ 178, 182, 177, 183, 181, 182, 181, 179, 174, 180 }, counts)
    assert.equal(1, set.x:max())
    assert.equal(0, set.x:min())
    assert.equal(561718, 16 * set.x:sum())
    assert.equal(5 / 16, set.x:get(3, 1))
    assert.is_true(data.load "digits".x == set.x)
    assert.equal(10, #data.digits { limit = 10 }.labels)
  end)
end)

describe("data.available", function()
  it("knows whether a data set or a file is there", function()
    assert.is_true(data.available "digits")
    assert.is_true(data.available "synthetic")
    assert.is_true(data.available(write("there.csv", "1,2\n")))
    assert.is_false(data.available(path "none.csv"))
    assert.equal(data.available "fashion_mnist", core.file.head(
      "/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz", 1) ~= nil)
    raises("expected a name or a file", data.available, 3)
  end)
end)

describe("data.for_classes", function()
  it("gives four fifths of the samples and the rest", function()
    local train, test = data.for_classes("digits", { rng = ortho.rng(1) })
    local a, b = data.split(data.digits {}, { rng = ortho.rng(1) })
    assert.is_true(train.x == a.x)
    assert.same(a.labels, train.labels)
    assert.is_true(test.x == b.x)
    assert.same(b.labels, test.labels)
  end)

  it("gives Fashion-MNIST's own two sets", function()
    if not data.available "fashion_mnist" then return end
    local train, test = data.for_classes("fashion_mnist",
      { precision = "float32" })
    assert.equal(60000, #train.labels)
    assert.equal(10000, #test.labels)
    assert.equal("float32", test.x:precision())
  end)

  it("refuses data without labels, and none at all", function()
    raises("has no labels", data.for_classes, write("plain.csv", "1,2\n3,4\n"))
    raises("No such file", data.for_classes, path "none.csv")
    raises("did you mean 'digits'", data.for_classes, "digit")
  end)
end)

describe("data.batch", function()
  it("has targets with a 1 for each label, and normal synthetic ones, when asked to",
    function()
      local set = data.batch { data = "digits", size = 5, one_hot = true,
        rng = ortho.rng(1) }
      assert.equal(10, set.y:rows())
      assert.is_true(set.y == data.one_hot(set.labels, 10))
      local function made(distribution)
        return data.batch { inputs = 40, size = 40, distribution = distribution,
          rng = ortho.rng(1) }.x
      end
      assert.is_near(0, made "normal":mean(), 0.1)
      assert.is_true(made() == made "uniform")
    end)

  it("standardizes its samples when asked to", function()
    local function batch(standardize)
      return data.batch { data = "digits", size = 50, rng = ortho.rng(1),
        standardize = standardize }
    end
    local plain, set = batch(), batch(true)
    assert.is_true(set.x == data.standardize(plain.x))
    assert.is_true(set.y == plain.y)
    assert.same(plain.labels, set.labels)
  end)
end)
