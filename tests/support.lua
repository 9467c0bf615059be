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

-- All of a file, or nil where there is none.
function support.read(path)
  local file = io.open(path, "rb")
  local text = file and file:read "a"
  if file then file:close() end
  return text
end

return support
