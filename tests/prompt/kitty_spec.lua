-- kitty_spec.lua: pictures by kitty's protocol.
local kitty = require "orthorun.prompt.kitty"

-- The bytes inside the escape sequences, by another's base64.
local function decode(s)
  local text = s:gsub("\27_G[^;]*;([^\27]*)\27\\", "%1")
  local name = os.tmpname()
  local file = assert(io.open(name, "w"))
  file:write(text)
  file:close()
  local pipe = io.popen("base64 -d " .. name)
  local bytes = pipe:read "a"
  pipe:close()
  os.remove(name)
  return bytes
end

describe("kitty's protocol", function()
  it("carries every byte, in pieces of 4096", function()
    for _, size in ipairs { 1, 2, 3, 4, 3071, 3072, 3073, 10000 } do
      local bytes = {}
      for i = 1, size do bytes[i] = string.char((i * i + size) % 256) end
      local s = kitty.picture(table.concat(bytes), 70, 25)
      assert.equal(table.concat(bytes), decode(s))
      local pieces, last = 0, nil
      for control, text in s:gmatch "\27_G([^;]*);([^\27]*)\27\\" do
        pieces, last = pieces + 1, control
        assert.is_true(#text <= 4096)
        assert.equal(pieces == 1, control:find "a=T,f=100,q=2,c=70,r=25," ~= nil)
      end
      assert.equal((size + 3071) // 3072, pieces)
      assert.matches("m=0$", last)
    end
  end)
end)
