-- broken_files_spec.lua: every reader on every kind of broken file. The error
-- says which reader, which file, and what is wrong with it.
local ortho = require "orthorun"
local core = require "orthorun.core"
local support = dofile("tests/support.lua")
local folder = support.folder()
local program = os.getenv "ORTHORUN" or "./orthorun"
local data = ortho.data

teardown(folder.remove)

local readers = { "csv", "npy", "idx" }

-- data.READER(path) raises "data.READER: path: ...", or, in a line of it,
-- "data.READER: path:line: ...", with the text in it.
local function refuses(text, reader, path, options)
  local ok, message = pcall(data[reader], path, options)
  local start = ("data.%s: %s:"):format(reader, path)
  assert.is_false(ok, start)
  assert.is_truthy(message:find(start, 1, true),
    ("%q does not name %s"):format(message, start))
  assert.is_truthy(message:find(text, 1, true),
    ("%q does not contain %q"):format(message, text))
  assert.is_true(#message < 500, message)
end

local function npy(descr, shape, bytes)
  local header = ("{'descr': %s, 'fortran_order': False, 'shape': %s, }")
    :format(descr, shape)
  return "\147NUMPY\1\0" .. string.pack("<s2", header) .. (bytes or "")
end

local function idx(sizes, bytes)
  return "\0\0\8" .. string.char(#sizes) ..
    string.pack(">" .. ("I4"):rep(#sizes), table.unpack(sizes)) ..
    (bytes or "")
end

local good = { csv = "1,2\n3,4\n", npy = npy("'|u1'", "(2, 2)", "\1\2\3\4"),
  idx = idx({ 2, 2 }, "\1\2\3\4") }

describe("every reader", function()
  it("reads what is good, plain and gzipped", function()
    for _, reader in ipairs(readers) do
      for _, bytes in ipairs { good[reader], core.file.gzip(good[reader]) } do
        local got = data[reader](folder.write("good", bytes),
          reader == "idx" and { scaled = false } or nil)
        if type(got) == "table" then got = got.x end
        assert.are.equal(10, got:sum(), reader)
      end
    end
  end)

  it("names a file that is missing, a folder, or closed to it", function()
    local secret = folder.write("secret", good.csv)
    os.execute("chmod 000 " .. secret)
    local readable = io.open(secret) -- root may read everything
    if readable then readable:close() end
    for _, reader in ipairs(readers) do
      refuses("No such file or directory", reader, folder.path "missing")
      refuses("Is a directory", reader, folder.name)
      refuses("Not a directory", reader, secret .. "/x")
      if not readable then refuses("Permission denied", reader, secret) end
    end
  end)

  it("names an empty file", function()
    local empty = folder.write("empty", "")
    local packed = folder.write("empty.gz", core.file.gzip "")
    for _, path in ipairs { empty, packed } do
      refuses("no records", "csv", path)
      refuses("not an .npy file", "npy", path)
      refuses("it has 0 bytes", "idx", path)
    end
  end)

  it("names a gzip stream that ends early, at any of its bytes", function()
    for _, reader in ipairs(readers) do
      local packed = core.file.gzip(good[reader])
      for cut = 2, #packed - 1 do
        refuses("the gzip stream ends too early", reader,
          folder.write("cut.gz", packed:sub(1, cut)))
      end
    end
  end)

  it("names a damaged gzip stream", function()
    for _, reader in ipairs(readers) do
      local packed = core.file.gzip(good[reader]:rep(100))
      for _, at in ipairs { 4, 12, #packed - 5 } do
        local path = folder.write("bad.gz", packed:sub(1, at - 1) ..
          string.char(packed:byte(at) ~ 0xe1) .. packed:sub(at + 1))
        local ok, message = pcall(data[reader], path)
        assert.is_false(ok)
        assert.is_truthy(message:find("data." .. reader .. ": " .. path .. ": ",
          1, true), message)
      end
    end
  end)

  it("names a file of another kind, in a few words", function()
    local junk = folder.write("junk", "\137PNG\r\n\26\n" .. ("\1\2\255"):rep(9e4))
    refuses("not an .npy file", "npy", junk)
    refuses("starts with the bytes 89 50 4e 47", "idx", junk)
    refuses("", "csv", junk)
    refuses("not a number", "csv", folder.write("long", "1\n" ..
      ("y"):rep(1e6) .. "\n"))
  end)

  it("names a file for which there is no memory", function()
    local cases = { npy = npy("'|u1'", "(30000, 30000)", "\1"),
      idx = idx({ 1, 30000, 30000 }, "\1") }
    for reader, bytes in pairs(cases) do
      local path = folder.write("large", bytes)
      -- a limit of 4 GB for the process; a sanitizer has its own
      local _, out = core.file.spawn { "sh", "-c", ([[
        if (ulimit -v 4000000; exec '%s' -e '' 2>&-); then
          ulimit -v 4000000
        fi
        ASAN_OPTIONS="$ASAN_OPTIONS:allocator_may_return_null=1"
        export ASAN_OPTIONS="$ASAN_OPTIONS:max_allocation_size_mb=4000"
          '%s' -e 'print(pcall(ortho.data.%s, "%s"))' 2>&1]]):format(program,
        program, reader, path) }
      assert.is_truthy(out:find(("data.%s: %s: not enough memory: a "):format(
        reader, path), 1, true), out)
    end
  end)
end)

describe("data.npy", function()
  local function refused(text, bytes)
    refuses(text, "npy", folder.write("x.npy", bytes))
  end

  it("names the encoding that it does not know, and the file", function()
    for _, descr in ipairs { "|u3", "|u2", "<u3", "=f2", "<f16", "<c8", "|S5",
      "<U3", ">M8[ns]", "", "f8" } do
      refused(("type '%s'"):format(descr), npy(("'%s'"):format(descr), "(1,)",
        ("x"):rep(40)))
    end
    refused("type records", npy("[('a', '<f8')]", "(1,)"))
    refused("no descr", "\147NUMPY\1\0" .. string.pack("<s2", "{'shape': (1,)}"))
    refused("no shape", npy("'<f8'", "(-1,)"))
    refused("type '" .. ("z"):rep(30), npy("'" .. ("z"):rep(30000) .. "'",
      "(1,)"))
  end)

  it("names what a header promises in vain", function()
    refused("truncated: its header promises 8000000000 bytes", npy("'<f8'",
      "(1000000000,)", "x"))
    refused("more than any file has", npy("'<f8'", "(2147483647, 2147483647)"))
    refused("a matrix has at most 2147483647", npy("'|u1'", "(9999999999,)"))
    refused("truncated: it has 9 bytes", "\147NUMPY\1\0x")
    refused("truncated: a header of 700 bytes expected, found 3",
      "\147NUMPY\1\0" .. string.pack("<I2", 700) .. "xxx")
  end)

  it("does not read a pipe, whose bytes would be missing", function()
    local path = folder.write("good.npy", good.npy)
    local _, out = core.file.spawn({ program, "-e",
      'print(pcall(ortho.data.npy, "/dev/stdin"))' }, support.read(path) ..
      ("x"):rep(1e6))
    assert.is_truthy(out:find("data.npy: /dev/stdin: ", 1, true), out)
    assert.is_truthy(out:find("a file is needed", 1, true), out)
  end)
end)

describe("data.idx", function()
  it("looks before it takes memory for a part, too", function()
    local path = folder.write("x", idx({ 100, 65535, 32767 }, "xyz"))
    refuses("truncated: its header promises", "idx", path, { limit = 2 })
    refuses("truncated: its header promises", "idx", path)
  end)
end)

describe("data.csv", function()
  it("reads a pipe", function()
    local _, out = core.file.spawn({ program, "-e",
      'print(ortho.data.csv("/dev/stdin").x:sum())' }, good.csv:rep(1e5))
    assert.are.equal("1000000.0\n", out)
  end)
end)

describe("data.fashion_mnist", function()
  it("says why it does not read its files, and how to get them", function()
    local path = folder.name .. "/train-images-idx3-ubyte.gz"
    os.execute("mkdir " .. path)
    support.raises(path .. ": Is a directory; install it", data.fashion_mnist,
      { folder = folder.name })
  end)
end)
