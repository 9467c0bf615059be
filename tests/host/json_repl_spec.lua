-- json_repl_spec.lua: orthorun --json-repl as a program drives it: lines of
-- JSON in, lines out, of which each must be valid, whatever entries do.
local json = require "dkjson"
local support = dofile "tests/support.lua"
local worker = require "orthorun.core".worker
local program = os.getenv "ORTHORUN" or "./orthorun"
if not program:find "^/" then program = os.getenv "PWD" .. "/" .. program end

local folder = support.folder()
teardown(folder.remove)

local function quoted(s) return "'" .. s:gsub("'", "'\\''") .. "'" end

-- What stands before the program on a command line: a history of its own.
local before = ("cd %s && XDG_STATE_HOME=%s "):format(quoted(folder.name),
  quoted(folder.name))

-- Lines as messages; each is to be an object, in UTF-8.
local function messages_of(text)
  local list = {}
  for line in text:gmatch "([^\n]*)\n" do
    assert.is_truthy(utf8.len(line), "no UTF-8: " .. line:sub(1, 200))
    local message, after = json.decode(line)
    assert.is_table(message, "no JSON: " .. line:sub(1, 200))
    assert.equal(#line + 1, after)
    list[#list + 1] = message
  end
  return list
end

-- Runs a session of requests: tables, texts of code, or lines as they are
-- ({line = ...}). The messages that came, of request k list.of(k), and how the
-- process ended.
local function session(requests, rest)
  local lines = {}
  for k, request in ipairs(requests) do
    if type(request) == "string" then
      request = { op = "execute", code = request }
    end
    request.id = request.id or k
    lines[k] = request.line or json.encode(request)
  end
  folder.write("in", table.concat(lines, "\n") .. "\n")
  local _, _, status = os.execute(("%s %s --json-repl <in >out 2>err %s"):format(
    before, quoted(program), rest or ""))
  local list = messages_of(folder.read "out")
  assert.equal("ready", list[1] and list[1].event)
  assert.equal("", folder.read "err")
  local by_id = {}
  for _, message in ipairs(list) do
    local id = message.id or 0
    by_id[id] = by_id[id] or {}
    table.insert(by_id[id], message)
  end
  return by_id, status
end

-- The message of a kind, an event's name or "reply"; nil where there is none.
local function find(messages, kind)
  for _, message in ipairs(messages or {}) do
    if message.event == kind or kind == "reply" and message.reply then
      return message
    end
  end
end

-- What was printed: "stdout: text", "stderr: text" ... in its order.
local function printed(messages)
  local parts, last = {}, nil
  for _, message in ipairs(messages) do
    if message.event == "stream" then
      if message.name ~= last then
        parts[#parts + 1] = message.name .. ": "
      end
      parts[#parts + 1], last = message.text, message.name
    end
  end
  return table.concat(parts)
end

local function result(messages)
  local message = find(messages, "result")
  return message and message.data["text/plain"]
end

describe("a session in JSON lines", function()
  it("says that it is there, runs entries and keeps their variables", function()
    local got, status = session { "local a = 20; a + 1", "_ * 2", "a = a + 1;",
      "print(a)", "function double(x) return 2 * x end", "double(a), a" }
    assert.equal("21", result(got[1]))
    assert.equal("42", result(got[2]))
    assert.is_nil(find(got[3], "result"))
    assert.equal("stdout: 21\n", printed(got[4]))
    assert.equal("42\t21", result(got[6]))
    for k = 1, 6 do
      assert.equal("busy", got[k][1].state)
      assert.equal("idle", got[k][#got[k] - 1].state)
      assert.is_true(got[k][#got[k]].ok)
      assert.equal("execute", got[k][#got[k]].reply)
    end
    assert.equal(1, got[0][1].protocol)
    assert.equal(0, status)
  end)

  it("tells of errors with their line and the user's functions", function()
    local got = session { "local function f()\n  error 'deep'\nend\n\nf()",
      "x = = 3", "prnit(1)", "error(setmetatable({}, {__tostring = error}))",
      { op = "execute", code = "ortho.init.orthogonal{gian = 1}", name = "mine" },
      "f()" }
    local told = find(got[1], "error")
    assert.equal("cell 1:2: deep", told.message)
    assert.equal(5, told.line)
    assert.same({ "cell 1:2: in local 'f'" }, told.traceback)
    assert.is_false(find(got[1], "reply").ok)
    assert.equal(1, find(got[2], "error").line)
    assert.is_truthy(find(got[3], "error").message:find "did you mean 'print'")
    assert.is_truthy(find(got[4], "error").message:find "__tostring fails")
    assert.is_truthy(find(got[5], "error").message:find "^mine:1:.*gain")
    assert.equal("cell 1:2: deep", find(got[6], "error").message)
    assert.equal(1, find(got[6], "error").line)
  end)

  it("keeps all that is printed in its order, whoever prints it", function()
    local got = session { [[
      print "one"; io.stderr:write "two\n"; io.write "three\n"
      os.execute "echo four; echo five >&2"
      print "six"; io.stdout:write "seven"; io.stderr:write "eight\n"
      warn "@on"; warn "nine"
      local p = io.popen("cat", "w"); p:write "ten\n"; p:close() print "end"]],
      "print(io.read and 1, 2)" }
    assert.equal("stdout: one\nstderr: two\nstdout: three\nfour\n" ..
      "stderr: five\nstdout: six\nsevenstderr: eight\nLua warning: nine\n" ..
      "stdout: ten\nend\n", printed(got[1]))
    assert.equal("stdout: 1\t2\n", printed(got[2]))
  end)

  it("repairs what is no UTF-8, and only that", function()
    local got = session { [[io.write("gr\xc3"); io.stdout:flush()
      io.write("\xbc\xc3\x9f \xff\xed\xa0\x80 \u{1F600} \0\1\"\\\t")]],
      [["\xff" .. "ü"]], [[error "\xfe"]] }
    assert.equal("stdout: grüß \u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD} \u{1F600} " ..
      "\0\1\"\\\t", printed(got[1]))
    assert.equal([[\255ü]], result(got[2])) -- as it is typed, by display
    assert.matches([[\254]], find(got[3], "error").message, 1, true)
  end)

  it("answers help, commands and questions", function()
    local got = session { "?svd", "who", "x = 1", "who", "A = 7\nhelp 'haar'",
      { op = "history", most = 2 }, "quit", "never()" }
    assert.is_truthy(printed(got[1]):find "A:svd%(%)")
    assert.is_truthy(printed(got[2]):find "no variables yet")
    assert.is_truthy(printed(got[4]):find "x  1")
    assert.is_truthy(printed(got[5]):find "orthogonal")
    assert.same({ "who", "A = 7\nhelp 'haar'" }, find(got[6], "reply").entries)
    assert.is_true(find(got[7], "reply").leaves)
    assert.is_nil(got[8])
  end)

  it("has HTML for matrices, networks and tables, all of them bounded", function()
    local got = session { "ortho.matrix{{1, 2}, {3, 4}}",
      "ortho.rng(1):normal(2000, 2000)",
      "ortho.mlp{width = 4, depth = 500, rng = ortho.rng(1)}",
      [[rows = {} for i = 1, 5000 do
          rows[i] = {["a<b"] = i, b = "<script>" .. i}
        end
        require "orthorun.table".of({ "a<b", "b" }, rows)]],
      "ortho.matrix.zeros(0, 5)", "(ortho.matrix.eye(2):svd())", "1, 'a<b'" }
    local function page(k) return find(got[k], "result").data["text/html"] end
    assert.is_truthy(page(1):find(
      "<tr><td>1</td><td>2</td></tr>\n<tr><td>3</td><td>4</td></tr>", 1, true))
    assert.is_truthy(page(2):find "matrix 2000x2000.*⋯.*⋮")
    assert.is_truthy(page(3):find("<td>linear</td><td>4 -&gt; 4</td>", 1, true))
    assert.is_truthy(page(3):find("<td>⋮</td><td>and 987 more</td>", 1, true))
    assert.is_truthy(page(4):find("<th>a&lt;b</th>", 1, true))
    assert.is_truthy(page(4):find("<td>&lt;script&gt;30</td>", 1, true))
    assert.is_truthy(page(4):find("5000 rows, 2 columns; shown: 30 and 2", 1, true))
    for k = 1, 6 do assert.is_true(#page(k) < 10000) end
    assert.is_nil(page(7))
  end)

  it("shows each plot once, as SVG that others may stand beside", function()
    local got = session { "p = ortho.plot({1, 2}, {3, 4}); p",
      "q = ortho.plot({1, 2}, {3, 5})", "p", "p:show() p:show()",
      "for i = 1, 45 do ortho.plot({1, 2}, {3, 5}) end" }
    local function count(k)
      local n = 0
      for _, message in ipairs(got[k]) do
        if message.event == "display" then n = n + 1 end
      end
      return n
    end
    local ids = {}
    for k = 1, 4 do
      assert.equal(1, count(k))
      assert.is_nil(find(got[k], "result"))
      local data = find(got[k], "display").data
      assert.is_truthy(data["image/svg+xml"]:find "^<svg.*</svg>%s*$")
      assert.is_truthy(data["text/plain"]:find "⠔")
      for id in data["image/svg+xml"]:gmatch " id=['\"]([^'\"]*)" do
        assert.is_nil(ids[id], id)
        ids[id] = true
        assert.is_truthy(data["image/svg+xml"]:find(" id=['\"]" .. id))
      end
      for id in data["image/svg+xml"]:gmatch "#(gp[%w_]*)" do
        assert.is_true(ids[id], id)
      end
    end
    assert.equal(40, count(5))
    assert.is_truthy(printed(got[5]):find "40 plots are shown")
  end)

  it("completes and explains where the cursor is, in characters", function()
    local got = session { "W = ortho.matrix.eye(2)",
      { op = "complete", code = "ortho.init.orthogonal{ga" },
      { op = "complete", code = "s = 'üüü' W:singul  -- x", cursor = 18 },
      { op = "complete", code = "ortho.mlp{init = \"ortho" },
      { op = "inspect", code = "y = W:svd()", cursor = 8 },
      { op = "inspect", code = "ortho.init.orthogonal{ga" },
      { op = "inspect", code = "local nothing = 1" },
      { op = "inspect", code = "" }, { op = "complete", code = "" },
      { op = "complete", code = "x", cursor = 2 }, { op = "complete" } }
    local reply = find(got[2], "reply")
    assert.same({ "gain=" }, reply.matches)
    assert.equal(22, reply.from)
    assert.equal(24, reply.to)
    reply = find(got[3], "reply")
    assert.same({ "singular_values" }, reply.matches)
    assert.equal(12, reply.from)
    assert.equal(18, reply.to)
    assert.same({ "orthogonal" }, find(got[4], "reply").matches)
    assert.is_truthy(find(got[5], "reply").data["text/plain"]:find "A:svd%(%)")
    assert.is_truthy(find(got[6], "reply").data["text/plain"]:find "Haar")
    assert.is_false(find(got[7], "reply").found)
    assert.is_false(find(got[8], "reply").found)
    assert.same({}, find(got[9], "reply").matches)
    assert.is_truthy(find(got[10], "reply").message:find "from 0 to 1")
    assert.is_truthy(find(got[11], "reply").message:find "code must be a text")
  end)

  it("knows whether code is complete, and runs none of it", function()
    local codes = { "x = 1", "for i = 1, 2 do", "f(\n{", "x = = 1", "?svd", "",
      "os.exit(7)", "s = [[" }
    local requests = {}
    for k, code in ipairs(codes) do
      requests[k] = { op = "is_complete", code = code }
    end
    local got, status = session(requests)
    local found = {}
    for k in ipairs(codes) do
      local reply = find(got[k], "reply")
      found[k] = reply.status .. (reply.indent or "-")
    end
    assert.same({ "complete-", "incomplete  ", "incomplete    ", "invalid-",
      "complete-", "complete-", "complete-", "incomplete" }, found)
    assert.equal(0, status)
  end)
end)

describe("what goes wrong around a session in JSON lines", function()
  it("answers lines that are no requests, and lives", function()
    local got = session { { line = "{\"id\":1,\"op\":" }, { line = "[1, 2]" },
      { line = "\"x\"" }, { line = "null" }, { line = "" }, { line = "\xff{}" },
      { line = "{} {}" }, { line = ("["):rep(300000) },
      { line = "{\"id\":{},\"op\":\"execute\"}" },
      { op = "explode" }, { op = "execute" }, { op = "execute", code = 5 },
      { op = "execute", code = "1", limit = -1 },
      { op = "execute", code = "1", name = "a:b" },
      { op = "input", text = "x" }, { line = ("x"):rep(3000000) }, "6 * 7" }
    assert.equal(9, #got[0] - 1) -- all that have no id, or none that can be read
    for k = 2, #got[0] do assert.is_false(got[0][k].ok) end
    for k = 10, 15 do assert.is_false(find(got[k], "reply").ok) end
    assert.is_truthy(find(got[10], "reply").message:find "unknown op 'explode'")
    assert.equal("42", result(got[17]))
  end)

  it("takes entries of a megabyte, and a last line without a newline", function()
    local long = "x = '" .. ("ä"):rep(500000) .. "'; #x"
    local got = session { long, ("y = 1\n"):rep(200000) .. "y" }
    assert.equal("1000000", result(got[1]))
    assert.equal("1", result(got[2]))
    folder.write("in", "{\"id\":1,\"op\":\"execute\",\"code\":\"1 + 1\"}")
    os.execute(before .. quoted(program) .. " --json-repl <in >out")
    assert.equal("2", result(messages_of(folder.read "out")))
  end)

  it("sends so much of what is printed, the end of it, and how much not",
    function()
    local got = session {
      "for i = 1, 300000 do print(i, 'and some more to fill the line') end",
      "os.execute \"yes 'from a child' | head -n 2000000\"; print 'end'",
      { op = "execute", limit = 10, code = "print '12345678901234567890'" },
      "print 'as before'" }
    for k = 1, 2 do
      local text = printed(got[k])
      assert.is_true(#text < 1010000)
      assert.is_true(#text > 990000)
      assert.is_truthy(text:find "\n%.%.%. %d+ bytes of output left out %.%.%.\n")
    end
    assert.is_truthy(printed(got[1]):find "\n300000\t[%a ]+\n$")
    assert.is_truthy(printed(got[2]):find "from a child\nend\n$")
    assert.equal("stdout: 12345678901234567890\n", printed(got[3]))
    assert.equal("stdout: as before\n", printed(got[4]))
  end)

  it("asks for what is read from the keyboard, where somebody answers", function()
    local got = session { "io.read()", "for line in io.lines() do end",
      { op = "execute", allow_input = true, id = 3,
        code = "print 'how many?'; n = io.read 'n'; s = io.stdin:read(); n, s" },
      { op = "complete", code = "n" }, -- waits
      { op = "input", text = " 12 of them" }, { op = "input", text = "ü" },
      "os.execute 'cat'" }
    for k = 1, 2 do
      assert.is_truthy(find(got[k], "error").message:find "no keyboard")
    end
    assert.is_truthy(find(got[3], "input"))
    assert.equal("12\tü", result(got[3]))
    assert.is_true(find(got[4], "reply").ok)
    assert.is_true(find(got[7], "reply").ok)
  end)

  it("loses nothing that was printed before os.exit", function()
    local got, status = session { "io.write 'bye'; os.exit(3)", "print 'no'" }
    assert.equal("stdout: bye", printed(got[1]))
    assert.is_nil(find(got[1], "reply"))
    assert.equal(3, status)
    got, status = session { "os.exit(true, true)" }
    assert.is_nil(find(got[1], "reply"))
    assert.equal(0, status)
  end)

  it("goes on where a script would end with a wrong command line", function()
    local sweep = "ortho.sweep { name = 's', grid = { x = { 1, 2 } }, " ..
      "trial = function(p) return { y = 1 } end, args = { '%s' } }:run()"
    local got, status = session { "kept = 5", sweep:format "--jbos=2",
      sweep:format "--help", sweep:format "--dry-run", sweep:format "--shard=1/2",
      "edit()", "kept" }
    local said = {}
    for k = 2, 6 do said[k - 1] = find(got[k], "error").message end
    assert.is_truthy(said[1]:find "^cell 2:1: .*did you mean %-%-jobs")
    assert.is_truthy(said[2]:find "%-%-help shows options")
    assert.is_truthy(said[3]:find "%-%-dry%-run lists")
    assert.is_truthy(said[4]:find "one shard")
    assert.is_truthy(said[5]:find "no terminal")
    assert.is_truthy(printed(got[3]):find "usage: orthorun")
    assert.equal("5", result(got[7]))
    assert.equal(0, status)
  end)

  it("survives entries that break what it stands on", function()
    local got = session { "string.format, table.concat, pcall, type = nil",
      "io.write, print = nil", "_G.tostring = error; 1",
      "getmetatable('').__index = nil", "io.stdout:close()", "1 + 1" }
    assert.equal("2", result(got[6]))
  end)

  it("runs sweeps in workers, with one line of progress", function()
    local got = session { [[
      t = ortho.sweep { name = "slow", grid = { x = { 1, 2, 3, 4 } },
        trial = function(p)
          os.execute "sleep 0.4"
          print("in trial", p.x)
          return { y = p.x ^ 2 }
        end }:run()
      t]], "#t" }
    local lines = {}
    for _, message in ipairs(got[1]) do
      if message.event == "progress" then lines[#lines + 1] = message.text end
    end
    assert.is_true(#lines >= 2 and #lines < 8)
    assert.is_truthy(lines[1]:find "slow .*/4")
    assert.equal("", lines[#lines])
    local text = printed(got[1])
    for x = 1, 4 do assert.is_truthy(text:find("in trial\t" .. x)) end
    assert.is_nil(text:find "\r")
    assert.is_truthy(find(got[1], "result").data["text/html"]:find "<th>y</th>")
    assert.equal("4", result(got[2]))
  end, 20)
end)

describe("a process in JSON lines", function()
  -- Starts a session whose requests come through a pipe: shell code that may
  -- write to descriptor 3, wait for a text in `out`, and use $pid.
  local function drive(code)
    folder.write("drive", ([[
      cd %s || exit 1
      export XDG_STATE_HOME=$PWD
      rm -f pipe out; mkfifo pipe; : >out
      see() { until grep -q "$1" out; do sleep 0.01; done; }
      now() { date +%%s%%N; }
      send() { echo "{\"id\":$1,\"op\":\"execute\",\"code\":\"$2\"}" >&3; }
      %s --json-repl <pipe >out & pid=$!
      exec 3>pipe
      %s
      exec 3>&-
      wait $pid; echo ended with $? >>end]]):format(quoted(folder.name),
      quoted(program), code))
    folder.write("end", "")
    os.execute("timeout 60 bash " .. quoted(folder.path "drive"))
    return messages_of(folder.read "out"), folder.read "end"
  end

  it("stops a long SVD at SIGINT within a second, and keeps variables", function()
    local list, ended = drive [[
      send 1 "A = ortho.rng(1):normal(3000, 3000); x = 7"
      see '"reply":"execute","id":1'
      send 2 "U, s, V = A:svd()"
      see '"id":2,"state":"busy"'; sleep 0.6
      begin=$(now); kill -INT $pid
      see '"reply":"execute","id":2'; echo $((($(now) - begin) / 1000000)) >>end
      send 3 "while true do end"
      see '"id":3,"state":"busy"'; sleep 0.1; kill -INT $pid
      see '"reply":"execute","id":3'; kill -INT $pid; sleep 0.1
      send 4 'io.read()","allow_input":true,"x":"'
      see '"event":"input"'; kill -INT $pid
      see '"reply":"execute","id":4'
      send 5 "x, A:rows()"]]
    local interrupted = 0
    for _, message in ipairs(list) do
      if message.event == "error" and message.interrupted then
        interrupted = interrupted + 1
        assert.is_truthy(message.message:find "interrupted!")
      end
    end
    assert.equal(3, interrupted)
    assert.equal("7\t3000", result(list))
    assert.is_true(tonumber(ended:match "^%d+") < 1000)
    assert.is_truthy(ended:find "ended with 0")
  end)

  it("shows what is printed while an entry runs", function()
    local _, ended = drive [[
      send 1 "print(1); io.write(2); io.stdout:flush(); while true do end"
      see '1\\n2'; echo seen >>end
      kill -INT $pid; see '"reply"']]
    assert.is_truthy(ended:find "^seen")
  end)

  it("ends when nobody reads any more, whatever it does", function()
    local began = worker.clock()
    folder.write("in", json.encode { op = "execute", id = 1,
      code = "while true do end" } .. "\n")
    os.execute(("%s timeout 20 sh -c 'cat in /dev/zero | %s --json-repl | head -n 2 " ..
      ">out' <&-"):format(before, quoted(program)))
    assert.is_true(worker.clock() - began < 10)
    assert.equal("busy", messages_of(folder.read "out")[2].state)
  end)

  it("takes -e, a script and run options before the requests", function()
    folder.write("defs.lua", "local secret = 5\nfunction three() return 3 end\n")
    folder.write("in", json.encode { op = "execute", id = 1,
      code = "e, three(), secret, #arg, arg[0]" } .. "\n")
    os.execute(before .. quoted(program) ..
      " --seed 4 -e 'e = 1' --json-repl defs.lua <in >out 2>&1")
    assert.equal("1\t3\t5\t0\tdefs.lua",
      result(messages_of(folder.read "out")))
    os.execute(before .. "LUA_PATH='/nowhere/?.lua' " .. quoted(program) ..
      " --json-repl <in >out 2>&1")
    assert.is_truthy(printed(messages_of(folder.read "out")):find(
      "^stderr: %-%-json%-repl needs the module dkjson [^\n]*\n$"))
    os.execute(before .. quoted(program) .. " --json-rep </dev/null >out 2>&1")
    assert.is_truthy(folder.read "out":find "did you mean %-%-json%-repl")
  end)
end)
