-- support.lua: what several specs need: local support = dofile "tests/support.lua".
local assert = require "luassert"

local support = {}

-- f(...) raises an error whose message contains the text.
function support.raises(text, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok, "no error, where this was expected: " .. text)
  assert.is_truthy(tostring(message):find(text, 1, true),
    ("%q does not contain %q"):format(tostring(message), text))
end

-- got is within `allowed` of `expected`; `what` names it in the message.
function support.near(expected, got, allowed, what)
  assert(math.abs(got - expected) <= allowed,
    ("%s: expected %.12g, got %.12g"):format(what or "value", expected, got))
end

-- All of a file, or nil where there is none.
function support.read(path)
  local file = io.open(path, "rb")
  local text = file and file:read "a"
  if file then file:close() end
  return text
end

-- A new folder of a spec's own: folder.path(name), folder.write(name, text),
-- which returns the path, folder.read(name), and folder.remove() for teardown.
function support.folder()
  local folder = { name = os.tmpname() }
  assert(os.remove(folder.name))
  assert(os.execute("mkdir '" .. folder.name .. "'"))
  function folder.path(name) return folder.name .. "/" .. name end
  function folder.write(name, text)
    local file = assert(io.open(folder.path(name), "wb"))
    assert(file:write(text))
    file:close()
    return folder.path(name)
  end
  function folder.read(name) return support.read(folder.path(name)) end
  function folder.remove() os.execute("rm -r '" .. folder.name .. "'") end
  return folder
end

return support
