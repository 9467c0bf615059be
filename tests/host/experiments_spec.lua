-- experiments_spec.lua: experiments by name, wherever the program stands, and
-- the list of them.
local support = dofile "tests/support.lua"
local program = os.getenv "ORTHORUN" or arg[-1]
local folder = support.folder()
teardown(folder.remove)

-- Runs a shell line in the folder, in which `orthorun` stands for the program:
-- stdout, the exit code, stderr.
local function shell(line)
  line = line:gsub("^orthorun", "'" .. program .. "'")
  local _, _, code = os.execute(("cd '%s' && (%s) >out 2>err </dev/null")
    :format(folder.name, line))
  return folder.read "out", code, folder.read "err"
end

local function has(wanted, text)
  assert.is_truthy(text:find(wanted, 1, true),
    ("%q is not in %q"):format(wanted, text))
end

describe("an experiment's name", function()
  it("runs it from any folder, and is what its help calls it", function()
    local out, code = shell "orthorun orthogonality --help"
    assert.equal(0, code)
    has("usage: orthorun orthogonality [--option value ...]", out)
    local _, wrong, err = shell "orthorun orthogonality --wdth 3"
    assert.equal(2, wrong)
    has("orthorun: orthogonality: unknown option --wdth (did you mean --width?)",
      err)
  end)

  it("is its file's path in arg[0]", function()
    has("/experiments/orthogonality.lua",
      (shell [[orthorun -e 'print(arg[0]) os.exit(0)' orthogonality]]))
  end)

  it("may stand behind --pack", function()
    local out, code, err = shell
      "orthorun --pack orthogonality --width 4 --depth 2 --quiet --out run"
    assert.equal(0, code, err)
    has("packed  orthogonality.html", out)
  end)

  it("means a file of that name first, but no folder", function()
    folder.write("balance", "print 'mine'")
    assert.equal("mine\n", (shell "orthorun balance"))
    os.execute("mkdir '" .. folder.path "drift" .. "'")
    has("usage: orthorun drift", (shell "orthorun drift --help"))
  end)

  it("that nobody knows is told with the nearest and the others", function()
    local out, code, err = shell "orthorun depth_swep"
    assert.equal("", out)
    assert.equal(1, code)
    has("no file and no experiment is called 'depth_swep' " ..
      "(did you mean depth_sweep?)\nThe experiments: balance, ", err)
    has(" width_needed", err)
    has("called 'xyzzy'\nThe exp", select(3, shell "orthorun xyzzy"))
    has("called ''", select(3, shell "orthorun ''"))
    has("called 'nosuch'", select(3, shell "orthorun --pack nosuch"))
    has(("x"):rep(200) .. "'\n", select(3, shell("orthorun " .. ("x"):rep(300))))
  end)

  it("is told to who gives a path that is not there", function()
    has("cannot open experiments/drift.lua (the experiment: orthorun drift)",
      select(3, shell "orthorun experiments/drift.lua"))
    has("cannot open experiments/none.lua",
      select(3, shell "orthorun experiments/none.lua"))
  end)
end)

describe("--list", function()
  it("has each experiment with its first sentence", function()
    local out, code = shell "orthorun --list"
    assert.equal(0, code)
    local names = {}
    for line in out:gmatch "[^\n]+" do
      names[#names + 1] = line:match "^[%w_]+"
      assert.is_true(#line <= 84, line)
    end
    local pipe = io.popen "ls experiments/*.lua"
    local files = pipe:read "a"
    pipe:close()
    assert.equal((files:gsub("experiments/([%w_]+)%.lua", "%1")),
      table.concat(names, "\n") .. "\n")
    assert.matches("\nsgd_adam +SGD and Adam: same weights, same batches\n", out)
    assert.matches("\nisometry +How far from an isometry is a deep net%?\n", out)
    local column = out:find "Gradient flow"
    for _, words in ipairs { "SGD and Adam", "Behind a layer norm" } do
      local line = ("\n" .. out):match("\n([^\n]*" .. words .. ")")
      assert.equal(column - 1, #line - #words, line)
    end
  end)
end)

-- What `make install` lays out, without it: links to the checkout's own folders.
local function lay_out(root)
  assert(os.execute(([[root='%s' && mkdir -p "$root/bin" "$root/share/orthorun" &&
    cp '%s' "$root/bin/orthorun" && cp -r lua/orthorun "$root/share/orthorun" &&
    cp -r experiments "$root/share/orthorun"]]):format(folder.path(root), program)))
end

describe("the installed program", function()
  local function answers(command)
    local out, code, err = shell(command .. " -e 'print(ortho.range(2)[2], " ..
      "package.searchpath and arg[0])'")
    assert.equal(0, code, err)
    has("2\t", out)
    out, code, err = shell(command .. " orthogonality --help")
    assert.equal(0, code, err)
    has("usage: orthorun orthogonality", out)
  end

  it("finds what is its own in a folder of any name", function()
    for _, name in ipairs { "plain", "with space", "a;b?c%d" } do
      lay_out(name)
      answers(("'%s/bin/orthorun'"):format(folder.path(name)))
    end
  end)

  it("finds it through links, by PATH, and two versions side by side", function()
    lay_out "one"
    lay_out "two"
    folder.write("two/share/orthorun/experiments/only_two.lua", "print 'two'")
    os.execute(("cd '%s' && ln -s one/bin/orthorun link && ln -s link again")
      :format(folder.name))
    answers "./link"
    answers "./again"
    answers "PATH=\"$PWD/one/bin:$PATH\" orthorun"
    assert.equal("two\n", (shell "two/bin/orthorun only_two"))
    has("called 'only_two'", select(3, shell "one/bin/orthorun only_two"))
  end)

  -- A namespace in which the kernel does not say which program runs.
  local no_proc = "unshare -rm sh -c 'mount -t tmpfs none /proc"
  local without = os.execute(no_proc .. "' 2>/dev/null") and it or pending

  without("finds them without /proc, by its name and PATH", function()
    lay_out "bare"
    for _, command in ipairs { "bare/bin/orthorun", "$PWD/bare/bin/orthorun",
      "PATH=/nowhere:$PWD/bare/bin:$PATH orthorun", "PATH=bare/bin: orthorun",
      "cd bare/bin && PATH=: ./orthorun",
      "cd bare/bin && exec bash -c \"exec -a nameless ./orthorun --list\" #" } do
      local out, code, err = shell(("%s && %s --list'"):format(no_proc, command))
      assert.equal(0, code, err)
      has("\northogonality ", out)
    end
  end)

  it("says where it looked where its library is gone", function()
    lay_out "broken"
    os.execute(("rm -r '%s'"):format(folder.path "broken/share"))
    local _, _, err = shell "broken/bin/orthorun -e 'x = 1'"
    has("broken/share/orthorun/orthorun/init.lua'", err)
    assert.equal("no experiments are in " .. folder.path "broken" ..
      "/share/orthorun/experiments\n", (shell "broken/bin/orthorun --list"))
  end)
end)
