-- kitty: pictures by kitty's graphics protocol, which takes PNG in base64, and
-- which WezTerm, Ghostty and Konsole speak, too. Whether a terminal does is
-- graphics.lua's business.
local byte, format, sub = string.byte, string.format, string.sub
local concat = table.concat

local kitty = {}

local chunk = 4096 -- bytes of base64 in one escape sequence, as the protocol asks

local digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

-- Bytes in base64.
function kitty.base64(bytes)
  local parts = {}
  for i = 1, #bytes, 3 do
    local a, b, c = byte(bytes, i, i + 2)
    local n = a << 16 | (b or 0) << 8 | (c or 0)
    local text = ""
    for shift = 18, 0, -6 do
      local k = n >> shift & 63
      text = text .. sub(digits, k + 1, k + 1)
    end
    parts[#parts + 1] = not b and sub(text, 1, 2) .. "==" or
      not c and sub(text, 1, 3) .. "=" or text
  end
  return concat(parts)
end

-- The bytes of a PNG as what the terminal draws, over so many columns
-- and rows of characters.
function kitty.picture(png, columns, rows)
  local text, parts = kitty.base64(png), {}
  for first = 1, #text, chunk do
    local more = first + chunk <= #text and 1 or 0
    local what = first == 1 and
      format("a=T,f=100,q=2,c=%d,r=%d,", columns, rows) or ""
    parts[#parts + 1] = format("\27_G%sm=%d;%s\27\\", what, more,
      sub(text, first, first + chunk - 1))
  end
  return concat(parts)
end

return kitty
