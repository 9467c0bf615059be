-- host_spec.lua: the program itself: its command line, exit codes, errors,
-- Ctrl-C, and the prompt. Each test runs it as a user would, from a shell.

local program = os.getenv "ORTHORUN" or "./orthorun"

local function write_file(name, text)
  local file = assert(io.open(name, "w"))
  file:write(text)
  file:close()
  return name
end

local function read_file(name)
  local file = assert(io.open(name))
  local text = file:read "a"
  file:close()
  return text
end

-- Runs a shell line in which `orthorun` stands for the program; returns
-- stdout, the exit code, stderr.
local function shell(line)
  local out, err = os.tmpname(), os.tmpname()
  line = line:gsub("orthorun", "'" .. program .. "'", 1)
  local _, how, code = os.execute(("(%s) >%s 2>%s"):format(line, out, err))
  local stdout, stderr = read_file(out), read_file(err)
  os.remove(out)
  os.remove(err)
  assert.are.equal("exit", how)
  return stdout, code, stderr
end

local script = os.tmpname()

local function run_script(text, arguments)
  write_file(script, text)
  return shell(("orthorun %s %s"):format(script, arguments or ""))
end

teardown(function() os.remove(script) end)

describe("lua's command line", function()
  it("runs a script with arg and ...", function()
    local out, code = run_script(
      "print(#arg, arg[1], arg[2], select('#', ...))", "a 'b c'")
    assert.are.equal("2\ta\tb c\t2\n", out)
    assert.are.equal(0, code)
  end)

  it("gives the program and its options negative indices in arg", function()
    write_file(script, "print(arg[-1], arg[-2], arg[-3] ~= nil, arg[-4])")
    local out = shell("orthorun --seed 3 " .. script)
    assert.are.equal("3\t--seed\ttrue\tnil\n", out)
  end)

  it("runs -e pieces and -l libraries in the order given", function()
    local out = shell [[orthorun -e 'a = 1' -l m=math -e 'print(a, m.pi > 3)']]
    assert.are.equal("1\ttrue\n", out)
  end)

  it("runs stdin without a script, and with -", function()
    assert.are.equal("5\n", (shell "echo 'print(5)' | orthorun"))
    assert.are.equal("x\n", (shell "echo 'print(...)' | orthorun - x"))
  end)

  it("ends the options at --", function()
    write_file("-odd.lua", "print 'odd'")
    local out = shell "orthorun -- -odd.lua"
    os.remove "-odd.lua"
    assert.are.equal("odd\n", out)
  end)

  it("skips a #! line and keeps line numbers right", function()
    local _, code, err = run_script "#!/usr/bin/env orthorun\n\nerror 'here'"
    assert.are.equal(1, code)
    assert.matches(":3: here", err, 1, true)
  end)

  it("obeys LUA_INIT unless -E is given", function()
    assert.are.equal("7\n",
      (shell "LUA_INIT='x=7' orthorun -e 'print(x)'"))
    assert.are.equal("8\n",
      (shell "LUA_INIT='x=7' LUA_INIT_5_4='x=8' orthorun -e 'print(x)'"))
    assert.are.equal("nil\n",
      (shell "LUA_INIT='x=7' orthorun -E -e 'print(x)'"))
  end)

  it("shows warnings after -W only", function()
    local _, _, silent = shell [[orthorun -e 'warn "w"']]
    assert.are.equal("", silent)
    local _, _, loud = shell [[orthorun -W -e 'warn "w"']]
    assert.are.equal("Lua warning: w\n", loud)
  end)

  it("leaves package.path to LUA_PATH", function()
    assert.are.equal("here\n",
      (shell "LUA_PATH=here orthorun -e 'print(package.path)'"))
  end)

  it("never prompts after a script", function()
    write_file(script, "print 'done'")
    local out = shell(("echo 'print(1)' | orthorun %s"):format(script))
    assert.are.equal("done\n", out)
  end)
end)

describe("exit codes and messages", function()
  it("are 1 and a traceback for an error", function()
    local _, code, err = run_script "local function f() error 'bad' end\nf()"
    assert.are.equal(1, code)
    assert.matches(script .. ":1: bad\nstack traceback:", err, 1, true)
    assert.matches(script .. ":2: in main chunk\n$", err)
  end)

  it("say the type of an error that is no string", function()
    local _, code, err = shell "orthorun -e 'error{}'"
    assert.are.equal(1, code)
    assert.matches("(error object is a table value)", err, 1, true)
  end)

  it("use __tostring of an error object", function()
    local _, _, err = shell [[orthorun -e 'error(setmetatable({},
      {__tostring = function() return "mine" end}))']]
    assert.matches(": mine\n$", err)
  end)

  it("are 1 for a missing file and a syntax error", function()
    local _, code, err = shell "orthorun no-such-file.lua"
    assert.are.equal(1, code)
    assert.matches("cannot open no-such-file.lua", err, 1, true)
    _, code = shell "orthorun -e 'x ='"
    assert.are.equal(1, code)
  end)

  it("are the script's own after os.exit", function()
    local _, code = shell "orthorun -e 'os.exit(7)'"
    assert.are.equal(7, code)
  end)

  it("are 1 where the output cannot be written", function()
    for _, rest in ipairs { "", " os.exit(0)" } do
      local _, code, err = shell("orthorun -e 'print(1)" .. rest ..
        "' >/dev/full")
      assert.are.equal(1, code)
      assert.matches("cannot write to standard output", err, 1, true)
    end
  end)

  it("are 2 for a wrong option, whose nearest is named", function()
    local _, code, err = shell "orthorun --presision float32"
    assert.are.equal(2, code)
    assert.matches("unknown option --presision (did you mean --precision?)",
      err, 1, true)
    for _, wrong in ipairs { "-x", "-e", "-l", "--out", "--jobs=-1",
      "--jobs two", "--quiet=yes", "--shard 3/2", "--shard 1",
      "--precision half", "--seed pi", "---" } do
      _, code, err = shell("orthorun " .. wrong)
      assert.are.equal(2, code, wrong)
      assert.matches("orthorun --help", err, 1, true)
    end
  end)
end)

describe("--help and --version", function()
  it("print to stdout", function()
    local out, code, err = shell "orthorun --help"
    assert.matches("^usage: orthorun ", out)
    assert.are.equal("", err)
    assert.are.equal(0, code)
  end)

  it("name every part", function()
    local out, code = shell "orthorun --version"
    assert.are.equal(0, code)
    for _, part in ipairs { "orthorun %d+%.%d+", "Lua 5%.4", "blas", "kernel",
      "threads +%d+\n", "random123", "compiler" } do
      assert.matches(part, out)
    end
  end)

  it("name the threads that scripts have, too", function()
    for _, options in ipairs { "", "--threads 1", "--threads 3" } do
      local out = shell("orthorun " .. options .. " --version")
      local threads = shell("orthorun " .. options ..
        " -e 'io.write(ortho.threads())'")
      assert.equal(threads, out:match "threads +(%d+)\n")
    end
  end)

  it("has a one-line form in -v", function()
    assert.matches("^orthorun %S+, Lua 5%.4[^\n]*\n$", (shell "orthorun -v"))
  end)
end)

describe("run options", function()
  local show = [[orthorun %s -e 'local o = require "orthorun.core".options
    print(o.seed, o.jobs, o.out, o.quiet, o.fresh, o.shard, o.precision)']]

  it("reach the library as given", function()
    assert.are.equal("1-3\t2\td\ttrue\tnil\t1/4\tfloat32\n", (shell(show:format
      "--seed 1-3 --jobs=2 --out d --quiet --shard 1/4 --precision float32")))
    assert.are.equal(("nil\t"):rep(6) .. "nil\n", (shell(show:format "")))
  end)

  it("accept negative seeds, lists and ranges", function()
    assert.matches("^%-5\t", (shell(show:format "--seed -5")))
    assert.matches("^1,4,7%-9\t", (shell(show:format "--seed=1,4,7-9")))
  end)

  it("survive a library that is loaded again", function()
    local out = shell [[orthorun --out d -e 'local name = "orthorun.core"
      local first = require(name)
      package.loaded[name] = nil
      print(require(name) ~= first, require(name).options.out)']]
    assert.are.equal("true\td\n", out)
  end)

  it("set the default precision", function()
    local line = "orthorun %s -e 'print(ortho.matrix.zeros(1, 1))'"
    assert.matches("float32", (shell(line:format "--precision float32")))
    assert.matches("float64", (shell(line:format "")))
  end)

  it("seed math.random, with 0 by default", function()
    local function draw(option)
      local line = "orthorun %s -e 'print(math.random(1 << 30))'"
      return (shell(line:format(option)))
    end
    assert.are.equal(draw "", draw "--seed 0")
    assert.are.equal(draw "--seed 9", draw "--seed=9")
    assert.are_not.equal(draw "--seed 9", draw "--seed 8")
  end)
end)

describe("the library", function()
  it("is the global ortho, and what require returns", function()
    assert.are.equal("true\n",
      (shell "orthorun -e 'print(ortho == require \"orthorun\")'"))
  end)

  it("is found from any folder and through a symbolic link", function()
    local out = shell [[program=orthorun; dir=$(mktemp -d)
      ln -s "$(realpath "$program")" $dir/or; cd $dir
      ./or -e 'print(type(ortho.matrix))'; rm -r $dir]]
    assert.are.equal("table\n", out)
  end)

  it("says which files were tried where a module is missing", function()
    local _, _, err = shell "orthorun -e 'require \"orthorun.nothing\"'"
    assert.matches("lua/orthorun/nothing.lua", err, 1, true)
  end)
end)

describe("Ctrl-C", function()
  -- exit code of a program that gets SIGINT soon after it says `ready`
  local function interrupt(code)
    write_file(script, "print 'ready' io.stdout:flush()\n" .. code)
    local name = os.tmpname()
    local out, status, err = shell(([[
      orthorun %s >%s & pid=$!
      for i in $(seq 100); do [ -s %s ] && break; sleep 0.02; done
      sleep 0.05; kill -INT $pid; wait $pid; status=$?
      cat %s; rm %s; exit $status]]):format(script, name, name, name, name))
    return status, err, out
  end

  it("stops a script with 130 and says where", function()
    local code, err = interrupt "while true do end"
    assert.are.equal(130, code)
    assert.matches("interrupted!", err, 1, true)
    assert.matches(":2: in main chunk", err, 1, true)
  end)

  it("can be caught by pcall", function()
    local code, _, out = interrupt(
      "print((pcall(function() while true do end end)))")
    assert.are.equal(0, code)
    assert.matches("false", out, 1, true)
  end)

  it("that comes twice at once is one, and ends a script that goes on", function()
    local function signals(code, pause)
      write_file(script, "print 'ready' io.stdout:flush()\n" .. code)
      return shell(([[
        orthorun %s >%s.out & pid=$!
        for i in $(seq 100); do [ -s %s.out ] && break; sleep 0.02; done
        sleep 0.05; kill -INT $pid; sleep %s; kill -INT $pid; wait $pid; status=$?
        cat %s.out; rm %s.out; exit $status]]):format(script, script, script,
        pause, script, script))
    end
    local catch = "pcall(function() while true do end end) " ..
      "local t = os.time() repeat until os.time() > t + 1 print 'done'"
    local out, code = signals(catch, 0)
    assert.are.equal("ready\ndone\n", out)
    assert.are.equal(0, code)
    out, code = signals(catch, 0.4)
    assert.are.equal("ready\n", out)
    assert.are.equal(130, code)
  end)

  it("stops a script that waits for input", function()
    local code = interrupt "io.popen('sleep 1'):read 'a'"
    assert.are.equal(130, code)
  end)
end)

describe("the prompt", function()
  local function session(input)
    write_file(script, input)
    return shell("orthorun -i <" .. script)
  end

  it("prints values of expressions", function()
    assert.matches("> 1 + 1\n2\n> 'a', nil\na\tnil\n", (session
      "1 + 1\n'a', nil\n"), 1, true)
  end)

  it("runs each line exactly once", function()
    local out = session "n = 0\n(function() n = n + 1 return n end)()\nn\n"
    assert.matches("return n end)()\n1\n> n\n1\n", out, 1, true)
  end)

  it("reads on as long as the code is incomplete", function()
    local out = session "for i = 1, 2 do\nprint(i)\nend\n"
    assert.matches(">> end\n1\n2\n", out, 1, true)
  end)

  it("goes on after an error", function()
    local out, code, err = session "error 'no'\nx = = 1\n'still here'\n"
    assert.matches("> 'still here'\nstill here\n", out, 1, true)
    assert.matches("^stdin:1: no\n", err)
    assert.not_matches("[C]", err, 1, true)
    assert.matches("unexpected symbol near '='", err, 1, true)
    assert.are.equal(0, code)
  end)

  it("uses _PROMPT", function()
    assert.matches("\n$ 1\n1\n", (session "_PROMPT = '$ '\n1\n"), 1, true)
  end)

  it("shows values by a print of the user's own", function()
    assert.matches("> 1, 2\nmine 1\n", (session
      "function print(x) io.write('mine ', x, '\\n') end\n1, 2\n"), 1, true)
    local _, _, err = session "print = nil\n10\n"
    assert.matches("error calling 'print'", err, 1, true)
  end)

  it("starts after the script with -i", function()
    write_file(script, "x = 41")
    local out = shell(("echo 'x + 1' | orthorun -i %s"):format(script))
    assert.matches("> x + 1\n42\n", out, 1, true)
  end)

  -- script(1) gives the program a terminal; each key is typed when the screen
  -- shows that the one before has done its work
  it("loses only the current line to Ctrl-C, and leaves at Ctrl-D", function()
    local home = os.tmpname()
    os.remove(home)
    local out, code = shell(([[
      program=orthorun; dir=$(mktemp -d); mkfifo $dir/keys; : >$dir/screen
      see() { for i in $(seq 400); do
        [ $(grep -o -- "$1" $dir/screen | wc -l) -ge $2 ] && return
        sleep 0.02; done; echo "never saw $1"; }
      XDG_STATE_HOME=%s TERM=xterm script -qefc "$program" $dir/screen \
        <$dir/keys >/dev/null & exec 3>$dir/keys
      see '> ' 1; printf 'io.write("on", "ce\\n") while true do end\n' >&3
      see once 1; printf '\003' >&3
      see 'interrupted!' 1; see '> ' 2; printf '"half' >&3
      see half 1; printf '\003' >&3
      see '> ' 3; printf '6 * 7\n' >&3
      see '42.$' 1; see '> ' 4; printf '\004' >&3
      exec 3>&-; wait $!; status=$?; cat $dir/screen; rm -r $dir
      exit $status]])
      :format(home))
    out = out:gsub("\27%[[%d;?]*%a\r?", "") -- what only the terminal sees
    assert.are.equal(0, code)
    assert.matches("interrupted!", out, 1, true)
    assert.matches("\n42\r?\n", out)
    local history = read_file(home .. "/orthorun/history")
    assert.matches("6\\040*\\0407", history, 1, true)
    assert.not_matches("half", history, 1, true)
    os.execute("rm -r " .. home)
  end)
end)
