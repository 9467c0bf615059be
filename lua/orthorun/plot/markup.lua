-- markup: texts of plots for gnuplot's enhanced mode. Sub- and superscripts are
-- made of what is written as such (‖W‖_F, x^2, 10^{-3}); every other character
-- that means something to gnuplot is escaped, so that a text says what it says,
-- and runs nothing: it goes in single quotes, where gnuplot expands nothing.
--
-- A script is `_{...}` or `^{...}`; or of one letter: `_x` behind a single
-- letter or a sign (W_F, ‖W‖_F, but not scaled_gaussian or layer_1); or a power:
-- `^` and a number (10^-3) or a letter. `\_` and `\^` are the signs themselves.
local plain = require "orthorun.base.text"

local markup = {}

local deepest = 4 -- scripts inside one another

-- What enhanced mode takes for commands.
local function escape(text) return (text:gsub("[\\{}^_@&~]", "\\%0")) end

local function is_word(text) return text:find "^[%w_]" ~= nil end

-- The UTF-8 character at `at`, or the byte.
local function character(text, at)
  return text:match("^" .. utf8.charpattern, at) or text:sub(at, at)
end

-- Is what stands before `at` a base for `_x`: one letter alone, or a sign?
local function is_base(text, at)
  local before = text:sub(1, at - 1)
  if before:find "[%w_][%w]$" then return false end
  return before:find "[^%s_]$" ~= nil
end

local function group_at(text, at)
  return text:match("^%b{}", at)
end

-- The script that the sign at `at` begins: its text and the place behind it.
local function script_at(text, at)
  local sign, group = text:sub(at, at), group_at(text, at + 1)
  if group then
    return at > 1 and group:sub(2, -2) or nil, at + 1 + #group
  end
  if at == 1 or text:find("^%s", at - 1) then return nil end
  if sign == "^" then
    local power = text:match("^[-+]?%d+", at + 1) or
      text:match("^−%d+", at + 1)
    if power then return power, at + 1 + #power end
  end
  local one = character(text, at + 1)
  local ends = at + 1 + #one
  if one == "" or one:find "^[^%w*\128-\255]" or
    sign == "_" and not is_base(text, at) or
    is_word(text:sub(ends)) then return nil end
  return one, ends
end

local function converted(text, depth)
  local out, at = {}, 1
  while at <= #text do
    local next_sign = text:find("[_^\\]", at) or #text + 1
    out[#out + 1] = escape(text:sub(at, next_sign - 1))
    at = next_sign
    local sign = text:sub(at, at)
    if sign == "\\" and text:find("^[_^]", at + 1) then
      out[#out + 1] = escape(text:sub(at + 1, at + 1))
      at = at + 2
    elseif sign ~= "" then
      local inside, after
      if sign ~= "\\" and depth < deepest then
        inside, after = script_at(text, at)
      end
      out[#out + 1] = inside and sign .. "{" .. converted(inside, depth + 1) ..
        "}" or escape(sign)
      if text:find("^\\U", at) then out[#out + 1] = "{}" end -- \U+221E is ∞
      at = inside and after or at + 1
    end
  end
  return table.concat(out)
end

-- A text of the user's as gnuplot's, in single quotes.
function markup.quoted(text)
  return "'" .. converted(plain.clean(text), 0):gsub("'", "''") .. "'"
end

return markup
