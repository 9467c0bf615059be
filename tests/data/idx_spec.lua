-- idx_spec.lua: IDX files, MNIST's format: images, labels, broken ones.
local ortho = require "orthorun"
local data = ortho.data
local support = dofile("tests/support.lua")
local folder, raises = support.folder(), support.raises
local path, read, write = folder.path, folder.read, folder.write

teardown(folder.remove)

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
    raises("limit must be a whole number of at least 0, not -1", data.idx,
      path "images", { limit = -1 })
  end)

  it("names what is wrong with a file", function()
    raises("truncated: expected 12 bytes of numbers (6 x 2 of 1), found 10",
      data.idx, write("t", images:sub(1, -3)))
    raises("1 more follow", data.idx, write("t", images .. "x"))
    raises("starts with the bytes 89 50 4e 47", data.idx,
      write("t", "\137PNG and more"))
    raises("it has 2 bytes", data.idx, write("t", "\0\0"))
    raises("truncated: 3 sizes expected", data.idx,
      write("t", images:sub(1, 9)))
    raises("No such file", data.idx, path "missing")
    raises("unknown option 'scale' (did you mean 'scaled'?", data.idx, "t",
      { scale = 1 })
  end)

  it("does not believe a header that promises the moon", function()
    raises("promises 2147483648 x 1 numbers", data.idx, write("m",
      "\0\0\8\5" .. string.pack(">I4I4I4I4I4", 1, 65536, 65536, 65536, 65536)))
  end)

  it("reads gzipped files, and knows damaged ones", function()
    os.execute("gzip -kf '" .. write("images", images) .. "'")
    assert.are.equal(5 / 255, data.idx(path "images.gz"):get(5, 2))
    local gz = read "images.gz"
    raises("the gzip stream ends too early", data.idx,
      write("cut.gz", gz:sub(1, -12)))
    local flipped = gz:sub(1, -7) .. string.char(gz:byte(-6) ~ 1) ..
      gz:sub(-5)
    raises("damaged gzip stream", data.idx, write("bad.gz", flipped))
  end)
end)
