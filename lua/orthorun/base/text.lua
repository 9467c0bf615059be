-- text: texts of users made fit for pictures and pages: valid UTF-8 without
-- control characters, and with HTML's own characters escaped.
local find, gsub = string.find, string.gsub -- scripts may change them

local text = {}

-- A text in which nan stands for C's -nan, as wide where it was aligned.
function text.unsigned_nan(s)
  if not find(s, "-nan", 1, true) then return s end
  s = gsub(s, "(  ?)%-nan%f[%W]", function(spaces)
    return (#spaces == 2 and "   " or " ") .. "nan"
  end)
  return (gsub(s, "%f[%w-]%-nan%f[%W]", "nan"))
end

-- Valid UTF-8 in one line: control characters become spaces, bytes that are no
-- UTF-8 question marks, and -nan is nan.
function text.clean(s)
  s = tostring(s)
  while true do
    local good, at = utf8.len(s)
    if good then break end
    s = s:sub(1, at - 1) .. "?" .. s:sub(at + 1)
  end
  return text.unsigned_nan(s:gsub("%c", " "):gsub("\194[\128-\159]", " "))
end

local entities = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;",
  ['"'] = "&quot;", ["'"] = "&#39;" }

-- For HTML and SVG, inside elements and quoted attributes.
function text.escape(s) return (tostring(s):gsub("[&<>\"']", entities)) end

-- A number by string.format (default "%.4g"); nan where it is none, without
-- the sign that C prints.
function text.number(x, format)
  format = format or "%.4g"
  if x == x then return (format:format(x)) end
  return text.unsigned_nan(format:format(0 / 0))
end

-- "1 seed", "5 seeds", "1234 trials".
function text.count(n, what)
  return ("%d %s%s"):format(n, what, n == 1 and "" or "s")
end

-- Code points that take two columns of a terminal (East Asian ones, emoji),
-- and marks that take none.
local wide = { { 0x1100, 0x115F }, { 0x2E80, 0x303E }, { 0x3041, 0xA4CF },
  { 0xAC00, 0xD7A3 }, { 0xF900, 0xFAFF }, { 0xFE30, 0xFE6F },
  { 0xFF00, 0xFF60 }, { 0xFFE0, 0xFFE6 }, { 0x1F300, 0x1F64F },
  { 0x1F900, 0x1F9FF }, { 0x20000, 0x3FFFD } }
local none = { { 0x300, 0x36F }, { 0x200B, 0x200F }, { 0x20D0, 0x20FF },
  { 0xFE00, 0xFE0F } }

local function is_in(ranges, code)
  for _, range in ipairs(ranges) do
    if code >= range[1] and code <= range[2] then return true end
  end
  return false
end

local function columns_of(code)
  if code < 0x300 then return 1 end
  return is_in(none, code) and 0 or is_in(wide, code) and 2 or 1
end

-- How many columns of a terminal it takes; bytes count where it is no UTF-8.
function text.width(s)
  if not s:find "[\128-\255]" or not utf8.len(s) then return #s end
  local columns = 0
  for _, code in utf8.codes(s) do columns = columns + columns_of(code) end
  return columns
end

-- As much of the beginning as fits into so many columns.
function text.cut(s, width)
  if not utf8.len(s) then return s:sub(1, math.max(0, width)) end
  local columns = 0
  for at, code in utf8.codes(s) do
    columns = columns + columns_of(code)
    if columns > width then return s:sub(1, at - 1) end
  end
  return s
end

-- Cut or filled with spaces to a width; right: filled on the left.
function text.fit(s, width, right)
  s = text.cut(s, width)
  local n = text.width(s)
  local fill = (" "):rep(width - n)
  return right and fill .. s or s .. fill
end

return text
