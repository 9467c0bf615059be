-- files_spec.lua: files that appear whole or not at all, and their names.
local files = require "orthorun.base.files"
local matrix = require "orthorun".matrix
local support = dofile("tests/support.lua")
local folder, raises = support.folder(), support.raises

teardown(folder.remove)

local function listing()
  local pipe = io.popen("ls -A '" .. folder.name .. "'")
  local text = pipe:read "a"
  pipe:close()
  return text
end

describe("files.write", function()
  it("replaces what was there, and returns the path", function()
    local path = folder.write("old", "old and longer")
    assert.equal(path, files.write(path, "new\0\n"))
    assert.equal("new\0\n", folder.read "old")
    assert.equal("old\n", listing())
  end)

  it("writes a matrix's numbers behind the text", function()
    local path = files.write(folder.path "old", "head",
      matrix { { 1, 2 }, { 3, 4 } })
    assert.equal("head" .. string.pack("dddd", 1, 3, 2, 4),
      support.read(path))
  end)

  it("leaves nothing behind, and the old file, where it cannot", function()
    local before = listing()
    raises("cannot write " .. folder.path "no/file", files.write,
      folder.path "no/file", "text")
    raises("Is a directory", files.write, folder.name, "text")
    assert.equal(before, listing())
  end)
end)

describe("files.make_folder", function()
  it("makes the folders above it, and takes what is there", function()
    for _ = 1, 2 do
      local path = folder.path "a/b/c"
      assert.equal(path, files.make_folder(path))
      files.write(files.join(path, "x"), "x")
      assert.equal("x", support.read(path .. "/x"))
    end
  end)

  it("says where a file is in its way", function()
    folder.write("file", "")
    raises("cannot make folder " .. folder.path "file/b", files.make_folder,
      folder.path "file/b")
  end)
end)

describe("a path", function()
  it("is joined with one slash", function()
    assert.equal("a/b", files.join("a", "b"))
    assert.equal("a/b", files.join("a//", "b"))
    assert.equal("b", files.join("", "b"))
    assert.equal("/b", files.join("a", "/b"))
    assert.equal("/b", files.join("/", "b"))
  end)

  it("has a folder part", function()
    assert.equal("a/b", files.folder "a/b/c")
    assert.equal(".", files.folder "c")
    assert.equal("a", files.folder "a/")
  end)
end)
