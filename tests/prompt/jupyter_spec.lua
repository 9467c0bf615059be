-- jupyter_spec.lua: orthorun --install-jupyter, where it writes and what. The
-- kernel itself is tested by `make test-jupyter`.
local json = require "dkjson"
local support = dofile "tests/support.lua"
local program = os.getenv "ORTHORUN" or "./orthorun"

local folder = support.folder()
teardown(folder.remove)

-- Runs it with words behind it; its output and its exit status.
local function install(words, before)
  local _, _, status = os.execute(("%s %s --install-jupyter %s >%s 2>&1"):format(
    before or "", program, words, folder.path "out"))
  return folder.read "out", status
end

local function spec(path)
  return json.decode(folder.read(path .. "/kernels/orthorun/kernel.json"))
end

describe("--install-jupyter", function()
  it("writes where --prefix says, with the paths of what runs", function()
    local out, status = install("--prefix " .. folder.path "a b"
      :gsub(" ", "\\ "))
    assert.equal(0, status)
    assert.is_truthy(out:find("a b/share/jupyter/kernels/orthorun/kernel.json",
      1, true))
    local told = spec "a b/share/jupyter"
    assert.equal("python3", told.argv[1])
    assert.is_truthy(support.read(told.argv[2]):find "IPKernelApp")
    assert.equal("{connection_file}", told.argv[4])
    assert.is_truthy(told.env.ORTHORUN:find "^/.*orthorun$")
    assert.equal("orthorun", told.display_name)
  end)

  it("writes into the user's own folder if nothing is said", function()
    local before = ("JUPYTER_DATA_DIR=%s"):format(folder.path "own")
    assert.equal(0, select(2, install("", before)))
    assert.equal("lua", spec "own".language)
    before = ("env -u JUPYTER_DATA_DIR XDG_DATA_HOME=%s"):format(
      folder.path "data")
    assert.equal(0, select(2, install("--user", before)))
    assert.equal("lua", spec "data/jupyter".language)
    before = ("env -u JUPYTER_DATA_DIR -u XDG_DATA_HOME HOME=%s"):format(
      folder.path "home")
    assert.equal(0, select(2, install("", before)))
    assert.equal("lua", spec "home/.local/share/jupyter".language)
  end)

  it("says what is wrong", function()
    local out, status = install "--everywhere"
    assert.equal(2, status)
    assert.is_truthy(out:find "%-%-prefix DIR may follow, not '%-%-everywhere'")
    out, status = install "--prefix /dev/null"
    assert.equal(1, status)
    assert.is_truthy(out:find "cannot make folder /dev/null/share")
  end)
end)
