-- text: texts of users made fit for pictures and pages: valid UTF-8 without
-- control characters, and with HTML's own characters escaped.
local text = {}

-- Valid UTF-8 in one line: control characters become spaces, bytes that are no
-- UTF-8 question marks.
function text.clean(s)
  s = tostring(s)
  while true do
    local good, at = utf8.len(s)
    if good then break end
    s = s:sub(1, at - 1) .. "?" .. s:sub(at + 1)
  end
  return (s:gsub("%c", " "):gsub("\194[\128-\159]", " "))
end

local entities = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;",
  ['"'] = "&quot;", ["'"] = "&#39;" }

-- For HTML and SVG, inside elements and quoted attributes.
function text.escape(s) return (tostring(s):gsub("[&<>\"']", entities)) end

-- How many characters wide it is.
function text.width(s) return utf8.len(s) or #s end

-- Cut or filled with spaces to a width; right: filled on the left.
function text.fit(s, width, right)
  local n = text.width(s)
  if n > width then return s:sub(1, (utf8.offset(s, width + 1) or 1) - 1) end
  local fill = (" "):rep(width - n)
  return right and fill .. s or s .. fill
end

return text
