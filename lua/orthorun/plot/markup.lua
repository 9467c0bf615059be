-- markup: texts of plots for gnuplot's enhanced mode, and for HTML. Sub- and
-- superscripts are made of what is written as such (‖W‖_F, x^2, 10^{-3}); every
-- other character that means something to gnuplot or to HTML is escaped, so that a
-- text says what it says, and runs nothing: for gnuplot it goes in single quotes,
-- where that expands nothing.
--
-- A script is `_{...}` or `^{...}`; or of one letter: `_x` behind a single
-- letter or a sign (W_F, ‖W‖_F, but not scaled_gaussian or layer_1), of a word
-- behind a sign (σ_min, but not x_min); or a power: `^` and a number (10^-3) or a
-- letter. `\_` and `\^` are the signs themselves.
local plain = require "orthorun.base.text"

local markup = {}

local deepest = 4 -- scripts inside one another

-- Ways to write: escape(text) takes from a text what the reader would take for
-- commands, script(sign, text) makes a script.
local enhanced = {
  escape = function(text) return (text:gsub("[\\{}^_@&~]", "\\%0")) end,
  script = function(sign, text) return sign .. "{" .. text .. "}" end }
local html = { escape = plain.escape, script = function(sign, text)
  local tag = sign == "_" and "sub" or "sup"
  return ("<%s>%s</%s>"):format(tag, text, tag)
end }
local prose = { escape = html.escape, script = html.script, signs = true }

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

-- Does a sign stand before `at`, as ‖, σ or a bracket, and no letter of a name?
local function is_behind_sign(text, at)
  return text:find("^[\128-\255%)%]|]", at - 1) ~= nil
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
  local word = is_behind_sign(text, at) and text:match("^%a+%f[^%w_]", at + 1)
  if word then return word, at + 1 + #word end
  local one = character(text, at + 1)
  local ends = at + 1 + #one
  if one == "" or one:find "^[^%w*\128-\255]" or
    sign == "_" and not is_base(text, at) or
    is_word(text:sub(ends)) then return nil end
  return one, ends
end

local function converted(text, how, depth)
  local out, at = {}, 1
  while at <= #text do
    local next_sign = text:find("[_^\\]", at) or #text + 1
    out[#out + 1] = how.escape(text:sub(at, next_sign - 1))
    at = next_sign
    local sign = text:sub(at, at)
    if sign == "\\" and text:find("^[_^]", at + 1) then
      out[#out + 1] = how.escape(text:sub(at + 1, at + 1))
      at = at + 2
    elseif sign ~= "" then
      local inside, after
      if sign ~= "\\" and depth < deepest and
        (not how.signs or at > 1 and is_behind_sign(text, at)) then
        inside, after = script_at(text, at)
      end
      out[#out + 1] = inside and how.script(sign, converted(inside, how,
        depth + 1)) or how.escape(sign)
      if how == enhanced and text:find("^\\U", at) then
        out[#out + 1] = "{}" -- \U+221E is ∞
      end
      at = inside and after or at + 1
    end
  end
  return table.concat(out)
end

-- A text of the user's as gnuplot's, in single quotes.
function markup.quoted(text)
  return "'" .. converted(plain.clean(text), enhanced, 0):gsub("'", "''") .. "'"
end

-- The same text as HTML.
function markup.html(text) return converted(plain.clean(text), html, 0) end

-- A text of prose and names as HTML: scripts stand behind signs alone, so that
-- names stay what they are.
function markup.prose(text) return converted(plain.clean(text), prose, 0) end

return markup
