-- highlight: a Lua script as HTML, its words in colours.
local text = require "orthorun.base.text"

local keywords = {}
for word in ([[and break do else elseif end false for function goto if in
  local nil not or repeat return then true until while]]):gmatch "%a+" do
  keywords[word] = true
end

-- The end of the long bracket that opens at `at`, or nil where none does.
local function long_end(s, at)
  local level = s:match("^%[(=*)%[", at)
  if not level then return nil end
  local _, stop = s:find("]" .. level .. "]", at, true)
  return stop or #s
end

local function comment_end(s, at)
  return long_end(s, at + 2) or (s:find("\n", at, true) or #s + 1) - 1
end

local function string_end(s, at)
  local quote, i = s:sub(at, at), at + 1
  while i <= #s do
    local c = s:sub(i, i)
    if c == quote or c == "\n" then return i end
    i = i + (c == "\\" and 2 or 1)
  end
  return #s
end

-- The class of the piece that starts at `at`, and its end.
local function piece(s, at)
  local c = s:sub(at, at)
  if s:find("^%-%-", at) then return "c", comment_end(s, at) end
  if c == '"' or c == "'" then return "s", string_end(s, at) end
  local long = c == "[" and long_end(s, at)
  if long then return "s", long end
  local _, stop = s:find("^[%a_][%w_]*", at)
  if stop then return keywords[s:sub(at, stop)] and "k" or nil, stop end
  _, stop = s:find("^%d[%w.]*", at)
  if stop then return "n", stop end
  return nil, at
end

-- The script escaped, in <span class="c|s|k|n">.
return function(s)
  local out, at = {}, 1
  while at <= #s do
    local class, stop = piece(s, at)
    local part = text.escape(s:sub(at, stop))
    out[#out + 1] = class and ('<span class="%s">%s</span>'):format(class,
      part) or part
    at = stop + 1
  end
  return table.concat(out)
end
