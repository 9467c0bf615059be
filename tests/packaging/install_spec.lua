-- install_spec.lua: make install and make uninstall, and what they put beside the
-- program: the manual page and the shells' completions. Shells and checkers that
-- are not installed leave their tests pending.
local core = require "orthorun.core"
local support = dofile "tests/support.lua"
local folder = support.folder()
teardown(folder.remove)

-- Runs a shell line at the root: stdout, the exit code, stderr.
local function shell(line)
  local _, _, code = os.execute(("(%s) >'%s' 2>'%s' </dev/null"):format(line,
    folder.path "out", folder.path "err"))
  return folder.read "out", code, folder.read "err"
end

local function has_program(name)
  return os.execute(("command -v %s >/dev/null"):format(name))
end

-- it(), or pending() where a program is missing.
local function with(program, name, f)
  if has_program(program) then it(name, f) else pending(name) end
end

local function has(wanted, text)
  assert.is_truthy(text:find(wanted, 1, true),
    ("%q is not in:\n%s"):format(wanted, text))
end

-- make with a target and settings, into folders whose names have spaces.
local prefix = folder.path "my programs"
local function make(words)
  local out, code, err = shell("make --no-print-directory " .. words)
  assert.equal(0, code, out .. err)
end

local function files()
  return (shell(("cd '%s' && find . ! -name out ! -name err | sort")
    :format(folder.name)))
end

setup(function() make(("install PREFIX='%s'"):format(prefix)) end)

describe("what make install lays out", function()
  it("runs from anywhere, as anybody, and finds its experiments", function()
    local program = prefix .. "/bin/orthorun"
    local out, code, err = shell(("cd / && chmod -R a-w '%s' && '%s' " ..
      "orthorun --help; '%s' orthogonality --help"):format(prefix, program, program))
    os.execute(("chmod -R u+w '%s'"):format(prefix))
    assert.equal(0, code, err)
    has("usage: orthorun orthogonality", out)
    has("no file and no experiment is called 'orthorun'", err)
    local listed = shell(("'%s' --list"):format(program))
    assert.equal(shell(("'%s' --list"):format(os.getenv "ORTHORUN" or
      "./orthorun")), listed)
  end)

  it("tests itself from anywhere", function()
    local out, code, err = shell(("cd / && '%s/bin/orthorun' --selftest"):format(prefix))
    assert.equal(0, code, out .. err)
    has(" checks: all passed;", out)
  end)

  it("has all of the library", function()
    local _, code, err = shell(("diff -r lua '%s/share/orthorun' | " ..
      "grep -v 'Only in %s/share/orthorun: '; test ${PIPESTATUS:-0} -lt 2")
      :format(prefix, prefix))
    assert.equal(0, code, err)
    assert.equal("", folder.read "out")
  end)

  it("keeps to its own library where another one is near", function()
    local out = shell(("'%s/bin/orthorun' -e 'print(package.searchpath(" ..
      "\"orthorun\", \"\"), debug.getinfo(ortho.range, \"S\").source)'"):format(prefix))
    has(prefix .. "/share/orthorun/orthorun/", out)
  end)

  with("pkg-config", "is what pkg-config says", function()
    local out = shell(("PKG_CONFIG_PATH='%s/share/pkgconfig' sh -c 'pkg-config " ..
      "--modversion orthorun; pkg-config --variable=experiments orthorun'")
      :format(prefix))
    assert.equal(("%s\n%s/share/orthorun/experiments\n"):format(
      core.environment.orthorun, prefix), out)
  end)
end)

describe("make uninstall", function()
  it("leaves nothing, in DESTDIR neither", function()
    local before = files()
    make(("install DESTDIR='%s' PREFIX=/usr"):format(folder.path "st age"))
    assert.is_truthy(files():find("st age/usr/bin/orthorun", 1, true))
    make(("uninstall DESTDIR='%s' PREFIX=/usr"):format(folder.path "st age"))
    assert.equal(before .. "./st age\n./st age/usr\n", files())
  end)

  it("leaves what is not orthorun's", function()
    folder.write("mine", "")
    os.execute(("cd '%s' && mkdir -p other/bin && cp mine other/bin"):format(folder.name))
    make(("install PREFIX='%s'"):format(folder.path "other"))
    make(("uninstall PREFIX='%s'"):format(folder.path "other"))
    local left = shell(("find '%s'"):format(folder.path "other"))
    assert.equal(("%s\n%s/bin\n%s/bin/mine\n"):gsub("%%s", folder.path "other") .. "",
      left)
  end)
end)

-- --- options: they are in the page and in the completions ---------------------

local function words()
  local list = {}
  for _, row in ipairs(core.own_options()) do list[#list + 1] = row.word end
  for _, row in ipairs(core.run_options) do list[#list + 1] = "--" .. row.name end
  return list
end

describe("the manual page", function()
  local page = prefix .. "/share/man/man1/orthorun.1"

  it("has every option", function()
    local text = support.read(page):gsub("\\", "")
    for _, word in ipairs(words()) do
      local head = word == "-" and ".It Fl\n" or word:find "^%-" and
        ".It Fl " .. word:sub(2) or ".It Ar " .. word
      has(head, text)
    end
  end)

  with("mandoc", "is right by mandoc", function()
    local out, code = shell(("mandoc -T lint -W warning '%s'"):format(page))
    assert.equal("", out)
    assert.equal(0, code)
  end)

  with("man", "is shown by man without a warning", function()
    local out, _, err = shell(("MANWIDTH=78 man --warnings -l '%s' | col -b")
      :format(page))
    assert.equal("", err)
    has("--trial-timeout S", out)
    has("seconds that a trial may take; 0: any [0]", out)
  end)
end)

-- Command lines, and one of the completions that they have.
local expected = {
  { "--jo", "--jobs" }, { "--precision fl", "float32" }, { "--until de", "decided" },
  { "dep", "depth_sweep" }, { "--pack orthog", "orthogonality" },
  { "orthogonality --wi", "--width" }, { "--jobs 3 orthogonality --wi", "--width" },
  { "orthogonality --show-p", "--show-plots" },
  { "experiments/dri", "experiments/drift.lua" },
  { "nosuch.lua --dry", "--dry-run" }, { "--show CHANGEL", "CHANGELOG.md" },
}

-- --- a terminal -----------------------------------------------------------------

local socket = folder.name:match "[^/]*$"

local function tmux(line)
  local pipe = io.popen(("tmux -f /dev/null -L %s %s 2>&1"):format(socket, line))
  local text = pipe:read "a"
  pipe:close()
  return text
end

local function see(text)
  for _ = 1, 200 do
    if tmux "capture-pane -p":find(text, 1, true) then return end
    os.execute "sleep 0.05"
  end
  error(("never saw %q in:\n%s"):format(text, tmux "capture-pane -p"))
end

-- An interactive shell in which orthorun is the one that is installed.
local function start(command, line)
  finally(function() tmux "kill-server" end)
  socket = socket .. "+" -- a server that is asked to end is there for a while
  tmux(("new-session -d -x 100 -y 30 '%s'"):format(command))
  local rc = folder.write("rc", ("PS1='> '; PATH='%s/bin':$PATH; %s; clear; " ..
    "echo ready\n"):format(prefix, line))
  tmux(("send-keys '. %s' Enter"):format(rc))
  see "ready\n>"
end

describe("bash", function()
  local script = prefix .. "/share/bash-completion/completions/orthorun"

  local function completions(line)
    local run = folder.write("complete.sh", ([[
      PATH='%s/bin':$PATH; source '%s'
      COMP_WORDS=(orthorun %s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
      _orthorun 2>/dev/null; printf '%%s\n' "${COMPREPLY[@]}"]]):format(prefix, script,
      line:gsub(" $", " ''")))
    return "\n" .. shell("bash --norc " .. run)
  end

  for _, case in ipairs(expected) do
    with("bash", "completes orthorun " .. case[1], function()
      has("\n" .. case[2] .. "\n", completions(case[1]))
    end)
  end

  with("bash", "offers every option", function()
    local all = completions "-"
    for _, word in ipairs(words()) do
      if word:find "^%-." and word ~= "--" then has("\n" .. word .. "\n", all) end
    end
  end)

  with("bash", "completes --name=value, and files with spaces", function()
    has("\nfloat64\n", completions "--precision = ")
    os.execute(("cd '%s' && touch 'a b.lua'"):format(folder.name))
    has("a b.lua\n", completions(("'%s/a'"):format(folder.name)))
  end)

  with("tmux", "does so when a person presses Tab", function()
    start("bash --norc -i", (". '%s'"):format(script))
    tmux "send-keys 'orthorun ortho' Tab '--wid' Tab '16 --prec' Tab 'float3' Tab"
    see "> orthorun orthogonality --width 16 --precision float32"
  end)
end)

describe("fish", function()
  with("fish", "completes what bash does", function()
    local lines = { ("source '%s/share/fish/vendor_completions.d/orthorun.fish'")
      :format(prefix) }
    for i, case in ipairs(expected) do
      lines[#lines + 1] = ("echo case %d"):format(i)
      lines[#lines + 1] = ("complete -C 'orthorun %s'"):format(case[1])
    end
    local run = folder.write("complete.fish", table.concat(lines, "\n") .. "\n")
    local out = shell(("PATH='%s/bin':$PATH HOME='%s' fish --no-config '%s'")
      :format(prefix, folder.name, run)) .. "case"
    for i, case in ipairs(expected) do
      local said = out:match(("case %d\n(.-)case"):format(i))
      assert.is_truthy(("\n" .. said):find("\n" .. case[2]:gsub("%p", "%%%0") ..
        "[\t\n]"), case[1] .. " -> " .. said)
    end
  end)
end)

describe("zsh", function()
  with("zsh", "reads its file", function()
    local _, code, err = shell(("zsh -n '%s/share/zsh/site-functions/_orthorun'")
      :format(prefix))
    assert.equal(0, code, err)
  end)

  with("zsh", "completes when a person presses Tab", function()
    start("zsh -f -i", ("fpath=('%s/share/zsh/site-functions' $fpath); " ..
      "autoload -U compinit; compinit -u -D"):format(prefix))
    for _, case in ipairs(expected) do
      tmux(("send-keys 'orthorun %s' Tab"):format(case[1]))
      see("> orthorun " .. case[1]:gsub("%S*$", "") .. case[2]:gsub("%d+$", ""))
      tmux "send-keys C-u"
    end
  end)
end)
