-- kitty: pictures in terminals that take PNG by kitty's graphics protocol
-- (kitty, WezTerm, Ghostty), which say so in the environment.
local byte, format, sub = string.byte, string.format, string.sub
local concat = table.concat

local kitty = {}

local chunk = 4096 -- bytes of base64 in one escape sequence, as the protocol asks
local programs = { WezTerm = true, ghostty = true }

-- Does the terminal say that it can? env: os.getenv, or what stands for it.
-- Inside tmux or screen the sequences would not arrive.
function kitty.speaks(env)
  if env "TMUX" or (env "TERM" or ""):find "^screen" then return false end
  return env "TERM" == "xterm-kitty" or env "KITTY_WINDOW_ID" ~= nil or
    programs[env "TERM_PROGRAM"] or false
end

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

-- The bytes of a PNG as what the terminal draws.
function kitty.picture(png)
  local text, parts = kitty.base64(png), {}
  for first = 1, #text, chunk do
    local more = first + chunk <= #text and 1 or 0
    parts[#parts + 1] = format("\27_G%sm=%d;%s\27\\", first == 1 and
      "a=T,f=100,q=2," or "", more, sub(text, first, first + chunk - 1))
  end
  return concat(parts)
end

return kitty
