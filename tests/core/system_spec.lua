-- system_spec.lua: files, programs, workers and databases as Lua sees them.
-- What stands below, src/system, has a test of its own without Lua:
-- tests/c/system_test.c; workers at work: tests/sweep.
local core = require "orthorun.core"
local support = dofile("tests/support.lua")
local folder, raises = support.folder(), support.raises
local file, store, worker = core.file, core.store, core.worker

teardown(folder.remove)

describe("file", function()
  it("reads all of a file or its head, plain or gzipped", function()
    local text = ("0123456789"):rep(20000)
    for _, bytes in ipairs { text, file.gzip(text) } do
      local path = folder.write("f", bytes)
      assert.is_true(file.read(path) == text)
      assert.equal("0123456789012", file.head(path, 13))
      assert.equal("", file.head(path, 0))
      assert.equal(200000, #file.head(path, 1 << 62))
      assert.equal(200000, file.size(path))
      assert.equal(70000, file.size(path, 70000))
    end
  end)

  it("returns what the system says", function()
    local path = folder.path "missing"
    for _, name in ipairs { "read", "size" } do
      assert.same({ n = 2, nil, "No such file or directory" },
        table.pack(file[name](path)))
    end
    local ok, message = file.save(folder.name, "x")
    assert.is_nil(ok)
    assert.equal("Is a directory", message)
  end)

  it("knows the sizes of NumPy's numbers", function()
    assert.equal(8, file.encoding_size "<f8")
    assert.equal(1, file.encoding_size "|u1")
    assert.is_nil(file.encoding_size "|u2")
    assert.is_nil(file.encoding_size "<u3")
  end)

  it("writes into a file under its name only when it is complete", function()
    local path = folder.write("kept", "old")
    raises("argument 2 must be a string", file.save, path)
    local status, out = file.spawn { "sh", "-c", ([[trap '' XFSZ; ulimit -f 10
      exec '%s' -e 'print(ortho.file.save("%s", ("x"):rep(1e6)))']]):format(
      os.getenv "ORTHORUN" or "./orthorun", path) }
    assert.equal("nil\tFile too large\n", out)
    assert.equal(0, status)
    assert.equal("old", support.read(path))
    assert.is_truthy(file.save(path, "new"))
    assert.equal("new", support.read(path))
  end)
end)

describe("file.spawn", function()
  it("gives the input, and returns the status and both outputs", function()
    local text = ("line\n"):rep(1e5)
    local status, out, err = file.spawn({ "sh", "-c",
      "cat; echo wrong >&2; exit 3" }, text)
    assert.equal(3, status)
    assert.is_true(out == text)
    assert.equal("wrong\n", err)
    assert.equal(128 + 15, (file.spawn { "sh", "-c", "kill -15 $$" }))
    assert.equal(0, (file.spawn({ "true" }, text))) -- which reads nothing
  end)

  it("says that there is no such program, and checks its arguments", function()
    local status, message = file.spawn { "no such program" }
    assert.is_nil(status)
    assert.equal("No such file or directory", message)
    raises("needs 1 to 999 strings, got 0", file.spawn, {})
    raises("string 2 of the command is 5", file.spawn, { "a", 5 })
  end)

  it("gives arguments as they are, with no shell between", function()
    assert.same({ 0, "$HOME `id` '*' \n", "" },
      { file.spawn { "printf", "%s\n", "$HOME `id` '*' " } })
  end)

  it("leaves no process behind", function()
    for _ = 1, 20 do
      file.spawn { "true" }
      file.spawn { "no-such-program-here" }
    end
    local _, children = file.spawn({ "sh" },
      "ps --no-headers --ppid $PPID -o comm 2>/dev/null | grep -c true")
    assert.equal("0", children:match "%d+" or "0")
  end)

  it("leaves no descriptor open", function()
    local function open_files()
      collectgarbage() -- closes what others have left
      collectgarbage()
      -- lists them when its input has ended: the child's ends are closed then
      local _, names = file.spawn { "sh", "-c",
        "cat >/dev/null; ls /proc/$PPID/fd" }
      local _, count = names:gsub("\n", "")
      return count
    end
    assert.is_true(open_files() >= 3)
    local before = open_files()
    for _ = 1, 20 do file.spawn { "true" } end
    assert.equal(before, open_files())
  end)
end)

describe("a worker", function()
  -- What a worker that does f printed, and how it ended.
  local function ended(f)
    local w <close> = assert(worker.fork(f, {}))
    local kind, number = w:finish()
    return w:output(), kind, number
  end

  it("sends and receives", function()
    local w <close> = assert(worker.fork(function(channel)
      channel:send(channel:receive(5):upper())
    end, {}))
    assert.is_true(w:send "bytes")
    worker.wait({ w }, 10)
    assert.equal("BYTES", w:reply())
    assert.same({ "exit", 0 }, { w:finish() })
    assert.is_nil(w:reply())
    assert.same({}, { w:finish() })
  end)

  it("ends with what it raises, whatever that is", function()
    local text, kind, number = ended(function() error("no luck", 0) end)
    assert.same({ "worker: no luck\n", "exit", 1 }, { text, kind, number })
    text, kind, number = ended(function()
      error(setmetatable({}, { __tostring = function() error "again" end }))
    end)
    assert.same({ "worker: table\n", "exit", 1 }, { text, kind, number })
  end)

  it("is started with a list of others only", function()
    raises("expected", worker.fork, print, { 1 })
    raises("too many", worker.fork, print, setmetatable({},
      { __len = function() return 1000000 end }))
  end)
end)

describe("a database", function()
  local function open(name) return store.open(folder.path(name), "create") end

  it("takes and gives every kind of value", function()
    local db = open "values"
    db:run "CREATE TABLE t (a, b, c, d, e, f)"
    db:run("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)", nil, math.mininteger,
      0.1, "a\0b", { "blob\0" }, true)
    assert.same({ { b = math.mininteger, c = 0.1, d = "a\0b", e = "blob\0",
      f = 1 } }, db:run "SELECT * FROM t")
    db:close()
    db:close()
    raises("database: closed", db.run, db, "SELECT 1")
  end)

  it("goes on after a statement that raised midway", function()
    local db = open "midway"
    db:run "CREATE TABLE t (a)"
    raises("a value that SQLite has", db.run, db, "INSERT INTO t VALUES (?)",
      print)
    raises("expected {bytes}", db.run, db, "INSERT INTO t VALUES (?)", {})
    db:run("INSERT INTO t VALUES (?)", 1)
    assert.same({ { a = 1 } }, db:run "SELECT * FROM t")
    db:close()
  end)

  it("goes on after a hook that raised at any place, as stock Lua's Ctrl-C", function()
    local db = open "hook"
    db:run "CREATE TABLE t (a)"
    local raised = 0
    for k = 1, 60 do
      local n = 0
      local function hook()
        n = n + 1
        if n ~= k then return end
        debug.sethook()
        raised = raised + 1
        error "interrupted!"
      end
      pcall(function()
        debug.sethook(hook, "crl", 1)
        db:run("INSERT INTO t VALUES (?)", k)
        debug.sethook()
      end)
      debug.sethook()
      assert.is_number(#db:run "SELECT * FROM t")
    end
    assert.is_true(raised > 20, raised)
    db:close()
  end)

  it("is not used by a finalizer while one of its statements runs", function()
    local db, to_run, to_close = open "finalizer", nil, nil
    local function collected()
      local ok, message = pcall(db.run, db, "SELECT 1")
      if ok then return end -- no statement runs just then
      to_run = message
      ok, to_close = pcall(db.close, db)
      assert(not ok)
    end
    collectgarbage()
    collectgarbage("incremental", 100, 400) -- a collection ends while it runs
    for _ = 1, 50 do setmetatable({}, { __gc = collected }) end
    local rows = db:run([[WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL
      SELECT i + 1 FROM n WHERE i < 20000) SELECT i FROM n]])
    collectgarbage("incremental", 200, 100)
    assert.equal(20000, #rows)
    assert.equal(20000, rows[20000].i)
    local wanted = "database: used while one of its statements runs"
    assert.same({ wanted, wanted }, { to_run, to_close })
    db:close()
  end)

  it("says what is wrong in a word", function()
    local db, message, word = store.open(folder.path "none/x", "read")
    assert.is_nil(db)
    assert.equal("missing", word)
    assert.is_truthy(message:find("unable to open", 1, true))
    local path = folder.write("foreign", ("no database at all "):rep(99))
    db = store.open(path, "read")
    assert.equal("foreign", select(3, db:run "SELECT * FROM t"))
    db:close()
  end)
end)

describe("a lock", function()
  it("is one process's, names it, and leaves no file", function()
    local path = folder.path "lock"
    local lock = assert(store.lock(path))
    local w <close> = assert(worker.fork(function()
      local other, message, pid = store.lock(path)
      lock:release() -- a copy, which releases nothing
      print(other, message, pid)
      os.exit(store.lock(path) and 1 or 0)
    end, {}))
    assert.same({ "exit", 0 }, { w:finish() })
    assert.is_truthy(w:output():find "^nil\tlocked\t%d+\n$")
    assert.is_truthy(io.open(path)):close()
    lock:release()
    assert.is_nil(io.open(path))
    assert.equal("No such file or directory",
      select(2, store.lock(folder.path "none/lock")))
  end)
end)
