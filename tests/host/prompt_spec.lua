-- prompt_spec.lua: the prompt as a person drives it: in a terminal that tmux
-- keeps, whose screen is read. Without tmux these tests are pending.

local support = dofile "tests/support.lua"
local worker = require "orthorun.core".worker
local program = os.getenv "ORTHORUN" or "./orthorun"
if not program:find "^/" then program = os.getenv "PWD" .. "/" .. program end

local has_tmux = os.execute "command -v tmux >/dev/null"
local folder = os.tmpname()
local server = folder:match "[^/]*$"
os.remove(folder)
os.execute("mkdir -p " .. folder)
teardown(function() os.execute("rm -rf " .. folder) end)

local function quoted(s) return "'" .. s:gsub("'", "'\\''") .. "'" end

local function tmux(...)
  local words = { "tmux -f /dev/null -L", server }
  for _, word in ipairs { ... } do words[#words + 1] = quoted(word) end
  local pipe = io.popen(table.concat(words, " ") .. " 2>&1")
  local out = pipe:read "a"
  pipe:close()
  return out
end

local function write_file(name, text)
  local file = assert(io.open(folder .. "/" .. name, "wb"))
  file:write(text)
  file:close()
  return folder .. "/" .. name
end

-- --- a session in a terminal --------------------------------------------------

-- All that was on the screen, with the lines that have left it.
local function screen()
  local shown = tmux("capture-pane", "-p", "-J", "-S", "-", "-t", "s")
  return (shown:gsub(" +\n", "\n"):gsub("%s*$", ""))
end

-- Waits until the end of the screen matches; fails with what it shows else.
local function see(pattern, seconds)
  local finish = worker.clock() + (seconds or 20)
  local shown
  repeat
    shown = screen()
    if shown:find(pattern) then return shown end
    os.execute "sleep 0.03"
  until worker.clock() > finish
  error(("never saw %q in:\n%s"):format(pattern, shown:sub(-3000)), 2)
end

-- Starts the program with words of shell before and after it, and waits for
-- its prompt.
local function start(before, after)
  tmux "kill-server"
  write_file("run", ([[
    cd %s
    trap : INT
    unset NO_COLOR
    export HOME=%s XDG_STATE_HOME=
    env %s %s %s
    echo left with $?
    sleep 1000
  ]]):format(folder, folder, before or "", quoted(program), after or ""))
  local out
  for _ = 1, 100 do -- the old server may be on its way
    out = tmux("new-session", "-d", "-s", "s", "-x", "100", "-y", "45", "sh",
      folder .. "/run")
    if out == "" then break end
    os.execute "sleep 0.05"
  end
  assert.equal("", out)
  tmux("set-option", "-g", "history-limit", "50000")
  see "\n?> ?$"
end

-- Keys one after the other, as a person presses them.
local function keys(...)
  for _, key in ipairs { ... } do
    local named = key:find "^C%-%l$" or key:find "^%u%l+$"
    if named then
      tmux("send-keys", "-t", "s", key)
    else
      tmux("send-keys", "-t", "s", "-l", key)
    end
    os.execute "sleep 0.03"
  end
end

local count = 0

-- Waits for the prompt after a mark; what is shown between them, without the
-- time that a slow machine has to add.
local function answer(mark, seconds)
  local rest
  local pattern = mark:gsub("%p", "%%%0") .. " *\n(.*)$"
  local finish = worker.clock() + (seconds or 20)
  repeat
    os.execute "sleep 0.03"
    rest = ("\n" .. (screen():match(pattern) or "")):match "^(.*)\n> ?$"
  until rest or worker.clock() > finish
  if not rest then error("no prompt in:\n" .. screen():sub(-3000), 3) end
  return (rest:gsub("\n[%d.]+ s$", ""):gsub("^\n", ""))
end

-- Types an entry, and returns what is shown until the prompt is back.
local function enter(line, seconds)
  count = count + 1
  local mark = ("-- entry %d"):format(count)
  tmux("send-keys", "-t", "s", "-l", line .. " " .. mark)
  tmux("send-keys", "-t", "s", "Enter")
  return answer(mark, seconds)
end

-- The same of an entry that Ctrl-C stops; seconds it took to stop.
local function interrupt(line, after)
  tmux("send-keys", "-t", "s", "-l", line)
  tmux("send-keys", "-t", "s", "Enter")
  os.execute("sleep " .. (after or 0.4))
  local before = select(2, screen():gsub("interrupted!", ""))
  local begin = worker.clock()
  tmux("send-keys", "-t", "s", "C-c")
  while select(2, screen():gsub("interrupted!%)?\n> ?", "")) <= before do
    if worker.clock() - begin > 20 then
      error("not stopped: " .. line .. "\n" .. screen():sub(-1000), 2)
    end
  end
  return worker.clock() - begin
end

-- Gives a text to the terminal as a paste; raw: without its marks.
local function paste(text, raw)
  local name = write_file("paste", text)
  tmux("load-buffer", name)
  if raw then
    tmux("paste-buffer", "-r", "-t", "s")
  else
    tmux("paste-buffer", "-p", "-r", "-t", "s")
  end
end

-- A test that needs a terminal.
local function terminal(name, f)
  if has_tmux then
    it(name, f)
  else
    pending(name .. " (needs tmux)")
  end
end

teardown(function() tmux "kill-server" end)

-- --- what one does there --------------------------------------------------------

describe("a session", function()
  terminal("greets, answers, helps, and leaves", function()
    start()
    assert.matches("help or ?name tells more", screen(), 1, true)
    assert.equal("2", enter "1 + 1")
    assert.equal("2", enter "_")
    assert.equal("7", enter "a = 7; a")
    assert.equal("", enter "a;")
    assert.matches("A:svd%(%)\n.*Vt, k×n.*for example", enter "?svd ")
    keys("help", "Enter")
    see "Ctrl%-C stops the current entry only"
    assert.matches("Haar%-distributed", enter 'help "haar"')
    assert.matches("did you mean 'print'", enter "pritn(5)")
    keys("quit", "Enter")
    see "left with 0"
  end)

  terminal("completes by Tab, and inserts tabs after blanks", function()
    start()
    keys("ortho.in", "Tab", ".orth", "Tab", "ga", "Tab", '"ta', "Tab", "}",
      "Enter")
    see "> ortho.init.orthogonal{gain=\"tanh\"}\ninit.orthogonal{gain=1.5925}"
    keys("ortho.metric.s", "Tab")
    see "singular_values +spectral_norm +stable_rank\n> ortho.metric.s$"
    keys "C-u"
    keys("x =", "Space", "Tab", "5", "Enter")
    assert.equal("5", enter "x")
    keys('dofile "pa', "Tab")
    write_file("paragraph.lua", "")
    keys("Tab")
    see 'dofile "paragraph.lua"$'
  end)

  terminal("takes entries of several lines, and recalls them as one", function()
    start()
    keys("function twice(x)", "Enter", "return 2 * x", "Enter", "end", "Enter")
    assert.equal("42", enter "twice(21)")
    keys("Up", "Up")
    see "> function twice%(x%)\n *return 2 %* x\n *end$"
    keys("C-c", "twice(4)", "Enter")
    see "\n8\n> ?$"
    keys "C-d"
    see "left with 0"
    start()
    keys("Up", "Up", "Up")
    see "function twice%(x%)\n *return 2 %* x\n *end$"
    keys("C-c", "C-r", "21")
    see "twice%(21%)"
    keys("Enter", "Enter")
    see "undefined variable 'twice'" -- another session
  end)

  terminal("remembers results, locals, and what was typed", function()
    start()
    enter "local r = ortho.rng(3)"
    enter "local A = r:normal(3, 3)"
    assert.matches("^matrix 3x3 float64, from ", enter "A")
    enter "A:norm()"
    enter "math.random(100)"
    enter "nothing.here"
    assert.matches("A +matrix 3x3 float64 +%(local%)", enter "who()")
    assert.matches("entries saved", enter('save "typed.lua"'))
    local saved = support.read(folder .. "/typed.lua")
    assert.matches("math.randomseed(0)", saved, 1, true)
    assert.matches("-- failed: nothing.here", saved, 1, true)
    local norm = screen():match "A:norm%(%) [^\n]*\n([%d.]+)"
    local number = screen():match "random%(100%) [^\n]*\n(%d+)"
    local pipe = io.popen(("%s %s/typed.lua"):format(quoted(program), folder))
    local printed = pipe:read "a"
    pipe:close()
    assert.matches("\n" .. norm .. "\n" .. number .. "\n$", printed)
  end)

  terminal("edits entries in an editor, and runs what comes of it", function()
    start "EDITOR='sed -i s/20/21/'"
    enter "2 * 20"
    keys("edit()", "Enter")
    see "2 %* 21[^\n]*\n42\n> ?$"
  end)

  terminal("times, and reloads modules", function()
    start()
    write_file("some.lua", "return {value = 1}")
    enter "some = require 'some'; other = some"
    write_file("some.lua", "return {value = 2}")
    enter "reload 'some';"
    assert.equal("2", enter "other.value")
    assert.matches("^%d+%.?%d* %S+s?\n5$", enter(
      "time(function(x) return x end, 5)"))
    assert.matches("median of %d+ runs; 10 to 90 %%: .*, 1 allocation of 56 bytes a run",
      enter "bench(function() return {} end, 0.05)")
    assert.matches(", 0 allocations of 0 bytes a run",
      enter "bench(function() return 1 end, 0.05)")
    enter "local t = os.clock() while os.clock() - t < 0.15 do end"
    assert.matches("entry %d+\n[%d.]+ s\n> ?$", screen())
  end)

  terminal("draws plots where they are", function()
    start()
    enter "t = ortho.table.of({'x', 'y'}, {{x = 1, y = 2}, {x = 2, y = 3}})"
    assert.matches("[\u{2801}-\u{28ff}]", enter "ortho.plot{data=t, x='x', y='y'}")
  end)
end)

describe("a paste", function()
  local twenty = {}
  for i = 1, 9 do
    twenty[#twenty + 1] = ("local\tv%d = %d -- init.orthogonal{ga\t"):format(i, i)
  end
  for _, line in ipairs { "function sum(...)", "\tlocal s = 0",
    "\tfor _, x in ipairs{...} do", "\t\ts = s + x", "\tend", "\treturn s", "end",
    "print('first', sum(v1, v2, v3))", "print('second', sum(v4, v5, v6))",
    "print('third', sum(v7, v8, v9))", "x = {", "\t1,", "\t2}", "#x" } do
    twenty[#twenty + 1] = line
  end
  local text = table.concat(twenty, "\n") .. "\n"

  for _, raw in ipairs { false, true } do
    terminal("of twenty lines runs line by line" ..
      (raw and ", from a terminal that does not mark it" or ""), function()
      start()
      paste(text, raw)
      local shown = see "%#x\n2\n> ?$"
      for _, line in ipairs { "first%s+6\n", "second%s+15\n", "third%s+24\n" } do
        assert.matches(line, shown)
      end
      assert.not_matches("stdin:", shown, 1, true)
      assert.equal("9", enter "v9")
    end)

    terminal("of a line of a megabyte is one entry" ..
      (raw and ", unmarked" or ""), function()
      start()
      paste('s = "' .. ("long "):rep(200000) .. '"\n', raw)
      see("> ?$", 60)
      assert.equal("1000000", enter("#s", 60))
    end)
  end

  terminal("of bytes that are no UTF-8 is a paste", function()
    start()
    paste("b = 'a\xff\xfe\xc3(\xe2\x80 grün'\n", true)
    paste("c = 'a\xff\xfe\xc3(\xe2\x80 grün'\n")
    assert.matches("grün$", enter "b")
    assert.equal("true", enter "b == c")
    tmux("send-keys", "-t", "s", "-H", "ff", "fe", "c3", "28")
    keys "C-u"
    assert.equal("3", enter "1 + 2")
  end)

  terminal("of getting-started.md runs its blocks", function()
    start(nil, "--jobs 2")
    local kinds = 0
    for kind, code in support.read "docs/getting-started.md"
      :gmatch "```(%l+)\n(.-)\n```" do
      local typed = kind == "lua" and code or ""
      if kind == "console" then
        for line in code:gmatch "> ([^\n]*)" do typed = typed .. line .. "\n" end
      end
      if typed ~= "" then
        kinds = kinds + 1
        paste(typed .. "\n")
        see("> ?$", 60)
        assert.matches("done", (enter(("print('done', %d)"):format(kinds), 120)))
      end
    end
    assert.is_true(kinds >= 9)
    local shown = screen()
    assert.not_matches("stdin:", shown, 1, true)
    assert.matches("Haar%s+0.00  1.01", shown)
    assert.matches("runs/mine/mine.svg", shown, 1, true)
    assert.matches("init +depth +gradient", shown)
  end)
end)

describe("Ctrl-C", function()
  terminal("stops the entry alone, whatever that does", function()
    start()
    enter "kept = 5"
    for _, line in ipairs { "while true do end",
      "while true do pcall(function() while true do end end) end",
      "coroutine.wrap(function() while true do end end)()",
      "co = coroutine.create(function() pcall(function() repeat until false end)" ..
        " while true do end end) while true do coroutine.resume(co) end",
      "setmetatable({}, {__tostring = function() while true do end end})",
      "table.sort({3, 2, 1}, function() while true do end end)",
      "for i = 1, 1e9 do print(('flood '):rep(20)) end" } do
      assert.is_true(interrupt(line) < 2, line)
      assert.equal("5", enter "kept")
    end
    keys("x = = 3", "Enter")
    see "stdin:1: unexpected symbol near '='\n> ?$"
  end)

  terminal("stops a training and a sweep", function()
    start()
    enter "r = ortho.rng(1); x = r:normal(64, 256); kept = 5;"
    enter "net = ortho.mlp{width = 64, depth = 20, rng = r};"
    assert.is_true(interrupt("ortho.train{net = net, x = x, y = x, " ..
      "loss = 'mse', lr = 1e-3, steps = 1000000}", 1) < 2)
    assert.equal("5", enter "kept")
    assert.is_true(interrupt("ortho.sweep{name = 'endless', grid = " ..
      "{seed = ortho.range(8)}, trial = function() while true do end end}:run()",
      1) < 2)
    assert.matches("endless: .*safe.* %(interrupted!%)", screen())
    assert.equal("5", enter "kept")
  end)

  terminal("stops a 3000x3000 SVD, with the variables there", function()
    start()
    enter "n = 3000; A = ortho.rng(1):normal(n, n); kept = 5;"
    local took = interrupt("U, s, Vt = A:svd()", 1)
    assert.is_true(took < 1, took)
    assert.equal("5\t3000", (enter("kept, A:rows()"):gsub(" +", "\t")))
    took = interrupt("A:inv()", 0.5)
    assert.is_true(took < 1, took)
    enter "self = io.open('/proc/self/stat'):read 'n';"
    assert.equal("0", enter "#io.popen('pgrep -P '..self..' orthorun'):read 'a'")
  end)

  terminal("stops what stays inside of C, at the first one", function()
    start()
    enter "kept = 5"
    for _, line in ipairs { "('a'):rep(40):find(('a?'):rep(40) .. ('a'):rep(40))",
      "s = ('a'):rep(2e6); s:find(s:sub(1, 1e6) .. 'b', 1, true)",
      "(('a'):rep(1e6)):gsub('a*b', '')", "('long'):rep(2e9)",
      "table.move({}, 1, 1e15, 2)", "while true do os.execute 'sleep 0.5' end",
      "while true do pcall(os.execute, 'sleep 0.5') end",
      "io.popen('sleep 30'):read()" } do
      assert.is_true(interrupt(line) < 2, line)
      assert.equal("5", enter "kept")
    end
  end)

  terminal("says so where nothing can be stopped, and then ends", function()
    start()
    tmux("send-keys", "-t", "s", "-l", "setmetatable({}, {__gc = function() " ..
      "while true do end end}) collectgarbage()")
    tmux("send-keys", "-t", "s", "Enter")
    os.execute "sleep 0.3"
    keys("C-c", "C-c")
    assert.not_matches("cannot be stopped", screen(), 1, true)
    keys "C-c"
    see "still in a call that cannot be stopped; Ctrl%-C once more ends"
    keys "C-c"
    see "left with 130"
  end)

  terminal("drops what is half typed, and the rest of a paste", function()
    start()
    keys('"half', "C-c", "6 * 7", "Enter")
    see "> \"half^C\n> 6 %* 7\n42\n> ?$"
    paste "while true do end\nprint 'not this'\n"
    os.execute "sleep 0.3"
    tmux("send-keys", "-t", "s", "C-c")
    see "interrupted!\n> ?$"
    assert.equal("1", enter "1")
    assert.not_matches("\nnot this", screen())
  end)
end)

describe("a long computation in a copy of the process", function()
  terminal("gives the bits it gives here", function()
    write_file("bits.lua", [[
      local A = ortho.rng(1):normal(1050, 1050)
      local U, s, Vt = A:svd()
      local B = A:inv()
      local d = {pcall(A.solve, A * 0, A)}
      return ("%a %a %a %a %s"):format(U:sum(), s:sum(), Vt:sum(), B:sum(),
        d[2])]])
    start()
    local here = io.popen(("cd %s; %s -e 'print((dofile \"bits.lua\"))'"):format(
      folder, quoted(program)))
    local expected = here:read "a"
    here:close()
    assert.matches("0x1.*singular", expected)
    assert.equal(expected, enter('dofile "bits.lua"', 60) .. "\n")
  end)
end)

describe("a script with -i", function()
  terminal("leaves its locals to the prompt, also after an error", function()
    write_file("s.lua", "local a = 20\nlocal function f() return a + 1 end\n" ..
      "b = f\nif ... then error 'stop' end\n")
    start(nil, "-i s.lua")
    assert.equal("21", enter "f()")
    enter "a = 41"
    assert.equal("42", enter "b()")
    keys "C-d"
    see "left with 0"
    start(nil, "-i s.lua fail")
    assert.matches("s.lua:4: stop\n", screen())
    enter "a = 41"
    assert.equal("42", enter "f()")
  end)
end)

describe("bad surroundings", function()
  terminal("TERM=dumb: lines are read as they come", function()
    start "TERM=dumb"
    assert.equal("2", enter "1 + 1")
    keys("while true do end", "Enter")
    keys "C-c"
    see "interrupted!\n> ?$"
    keys("C-d")
    see "left with 0"
  end)

  terminal("no home: history lasts for the session", function()
    start "-u HOME -u XDG_STATE_HOME"
    enter "1 + 1"
    keys "Up"
    see "> 1 %+ 1 %-%- entry %d+$"
  end)

  local bad = {
    ["of random bytes"] = "head -c 300000 /dev/urandom >$H/history",
    ["that is a pipe"] = "mkfifo $H/history",
    ["that is a folder"] = "mkdir $H/history",
    ["that ends in the midst"] = "printf 'print\\\\0405\\n\\\\' >$H/history",
    ["of one endless line"] = "head -c 9000000 /dev/zero >$H/history",
    ["in a folder that cannot be written"] = "chmod 500 $H",
    ["where no folder can be made"] = "rmdir $H; echo >$H",
  }
  for what, make in pairs(bad) do
    terminal("a history " .. what, function()
      local state = folder .. "/state"
      os.execute(("chmod -R u+w %s 2>/dev/null; rm -rf %s; mkdir -p %s/orthorun\n" ..
        "H=%s/orthorun; %s"):format(state, state, state, state, make))
      start("XDG_STATE_HOME=" .. state)
      assert.not_matches("history.lua", screen(), 1, true)
      assert.equal("2", enter "1 + 1")
      keys "Up"
      see "> 1 %+ 1 %-%- entry %d+$"
      keys("C-c", "C-d")
      see "left with 0"
    end)
  end

  terminal("the terminal gone: the program ends", function()
    start()
    local pid = enter "io.open('/proc/self/stat'):read('n')"
    tmux("kill-session", "-t", "s")
    for _ = 1, 60 do
      if not os.execute(("kill -0 %s 2>/dev/null"):format(pid)) then return end
      os.execute "sleep 0.05"
    end
    error("still there: " .. pid)
  end)

  terminal("a prompt that loops, and output that goes to a file", function()
    start()
    enter "io.output('out.txt')"
    assert.equal("2", enter "1 + 1")
    enter "loops = setmetatable({}, {__tostring = function() while true do end end})"
    keys("_PROMPT = loops", "Enter")
    os.execute "sleep 0.2"
    keys "C-c"
    see "loops\n.*> ?$"
    keys("_PROMPT = nil", "Enter")
    os.execute "sleep 0.2"
    keys "C-c"
    assert.equal("3", enter "1 + 2")
  end)

  terminal("objects that loop, wherever they are met: one Ctrl-C", function()
    start()
    write_file("hostile.lua", [[
      local function loop() while true do end end
      bad = setmetatable({}, { __tostring = loop, __index = loop, __pairs = loop,
        __len = loop, __eq = loop, __lt = loop, __name = "orthorun.matrix" })
      floods = setmetatable({}, { __tostring = function()
        for _ = 1, 1e9 do io.write(("flood "):rep(20)) end
      end })
      kept = 5]])
    enter "dofile 'hostile.lua'"
    assert.matches("bad += {...} 0 fields", enter "{bad = bad}")
    assert.matches("bad +{...} 0 fields", enter "who()")
    keys("bad.", "Tab", "C-u", "bad:", "Tab", "C-u")
    for _, line in ipairs { "bad", "error(bad)", "print(bad)", "floods",
      "coroutine.wrap(function() error(bad) end)()", "help(bad)", "bad.x",
      "for k in pairs(bad) do end", "bad < bad", "#bad" } do
      assert.is_true(interrupt(line) < 2, line)
      assert.equal("5", enter "kept")
    end
  end)

  terminal("objects that fail, loop or flood: the session lives", function()
    start()
    enter("bad = setmetatable({}, {__tostring = error, __name = {}, " ..
      "__index = error, __pairs = error, __len = error})")
    assert.matches("its __tostring fails", enter "bad")
    enter "{bad}"
    assert.matches("__tostring fails", enter "error(bad)")
    keys("bad.", "Tab", "C-u")
    assert.matches("300000000 bytes in all", enter(
      "setmetatable({}, {__tostring = function() return ('x'):rep(3e8) end})", 60))
    assert.matches("bytes in all", enter("error(('x'):rep(1e8))", 60))
    assert.matches("memory", enter "ortho.matrix.zeros(1e6, 1e6)")
    enter "string.format = nil; table.concat = nil; print = nil; require = nil"
    assert.equal("2", enter "1 + 1")
    assert.matches("{...} 0 fields", enter "{{}}", 1, true)
  end)
end)

describe("the start", function()
  it("takes less than 30 ms to the first prompt", function()
    local least = math.huge
    for _ = 1, 20 do
      local begin = worker.clock()
      os.execute(program .. " -i </dev/null >/dev/null 2>&1")
      least = math.min(least, worker.clock() - begin)
    end
    -- of an optimized build; a sanitizer's takes its time
    local slow = program:find("build/", 1, true) and 20 or 1
    assert.is_true(least < 0.030 * slow, least)
  end)
end)
