-- lexer: Lua text as tokens, for what a compiler does not tell: which locals an
-- entry declares, where its last statement begins, and where the cursor is. It
-- takes any text; what is no Lua becomes tokens of kind "other".
local find, sub = string.find, string.sub

local lexer = {}

local keywords = {}
for word in ([[and break do else elseif end false for function goto if in local
  nil not or repeat return then true until while]]):gmatch "%a+" do
  keywords[word] = true
end
lexer.keywords = keywords

-- The end of a long bracket that opens at `at`, and where its text begins; the
-- end is nil where it does not close. Nothing where none opens.
local function long_bracket(text, at)
  local _, opened, level = find(text, "^%[(=*)%[", at)
  if not opened then return nil end
  local _, closed = find(text, "]" .. level .. "]", opened + 1, true)
  return opened + 1, closed
end

-- The end of a quoted string that opens at `at`, or nil where the line or the
-- text ends first.
local function quoted_end(text, at)
  local quote, i = sub(text, at, at), at + 1
  while true do
    local where = find(text, "[\\\n'\"]", i)
    if not where then return nil end
    local c = sub(text, where, where)
    if c == quote then return where end
    if c == "\n" then return nil end
    i = where + (c == "\\" and 2 or 1)
  end
end

local function string_token(text, at)
  local last = quoted_end(text, at)
  return { kind = "string", first = at, last = last or #text, open = not last,
    inner = at + 1 }
end

local function bracket_token(text, at, kind, from)
  local inner, last = long_bracket(text, from)
  if not inner then return nil end
  return { kind = kind, first = at, last = last or #text, open = not last,
    inner = inner }
end

local function comment_token(text, at)
  local long = bracket_token(text, at, "comment", at + 2)
  if long then return long end
  local newline = find(text, "\n", at, true)
  return { kind = "comment", first = at, last = (newline or #text + 1) - 1,
    open = not newline }
end

local function word_token(text, at)
  local _, last = find(text, "^[%a_][%w_]*", at)
  local word = sub(text, at, last)
  return { kind = keywords[word] and "keyword" or "name", first = at,
    last = last, text = word }
end

local function number_token(text, at)
  local _, last = find(text, "^0[xX][%x.]*", at)
  if not last then _, last = find(text, "^[%d.]+", at) end
  local exponent = find(text, "^0[xX]", at) and "^[pP][+-]?%d+"
    or "^[eE][+-]?%d+"
  local _, more = find(text, exponent, last + 1)
  return { kind = "number", first = at, last = more or last }
end

local long_operators = { ["..."] = true, [".."] = true, ["=="] = true,
  ["~="] = true, ["<="] = true, [">="] = true, ["//"] = true, ["::"] = true,
  ["<<"] = true, [">>"] = true }

local function operator_token(text, at)
  for size = 3, 2, -1 do
    local candidate = sub(text, at, at + size - 1)
    if long_operators[candidate] then
      return { kind = "operator", first = at, last = at + size - 1,
        text = candidate }
    end
  end
  return { kind = "operator", first = at, last = at, text = sub(text, at, at) }
end

local function token_at(text, at)
  local c = sub(text, at, at)
  if find(c, "[%a_]") then return word_token(text, at) end
  if find(c, "%d") or find(text, "^%.%d", at) then
    return number_token(text, at)
  end
  if c == '"' or c == "'" then return string_token(text, at) end
  if c == "-" and sub(text, at + 1, at + 1) == "-" then
    return comment_token(text, at)
  end
  return c == "[" and bracket_token(text, at, "string", at) or
    operator_token(text, at)
end

-- The tokens of a text, comments among them: {kind, first, last} with `text`
-- for names, keywords and operators; `open` where a string or a comment does
-- not end.
function lexer.tokens(text)
  local list, at = {}, 1
  while true do
    at = find(text, "%S", at)
    if not at then return list end
    local token = token_at(text, at)
    list[#list + 1] = token
    at = token.last + 1
  end
end

local opens = { ["function"] = true, ["do"] = true, ["if"] = true,
  ["repeat"] = true, ["("] = true, ["{"] = true, ["["] = true }
local closes = { ["end"] = true, ["until"] = true, [")"] = true,
  ["}"] = true, ["]"] = true }

-- How many blocks and brackets a token opens: 1, 0 or -1.
function lexer.step(token)
  if token.kind ~= "keyword" and token.kind ~= "operator" then return 0 end
  return opens[token.text] and 1 or closes[token.text] and -1 or 0
end

return lexer
