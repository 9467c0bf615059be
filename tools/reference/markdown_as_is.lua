-- markdown_as_is: what LDoc turns text into HTML with: discount, told to leave
-- dashes, quotes and powers alone; and σ_w is no emphasis. Run by LDoc, with
-- Lua 5.1.
local discount = require "discount"
local convert = type(discount) == "function" and discount or discount.to_html

-- Where the tag or code that begins at `first` ends.
local function end_of(text, first)
  if text:sub(first, first) == "`" then return text:find("`", first + 1, true) end
  local _, last = text:find(text:find("^<code>", first) and "</code>" or ">", first,
    true)
  return last
end

-- Underscores behind a letter, outside of `code` and <tags>.
local function escaped(text)
  local parts, from = {}, 1
  while from <= #text do
    local first = text:find("[`<]", from) or #text + 1
    parts[#parts + 1] = text:sub(from, first - 1):gsub("(%S)_", "%1\\_")
    local last = first <= #text and end_of(text, first) or #text
    parts[#parts + 1] = text:sub(first, last):gsub("^(<code>.*)$", function(code)
      return (code:gsub("_", "&#95;"))
    end)
    from = math.max(first, last) + 1
  end
  return table.concat(parts)
end

-- Lines of a comment are indented; that makes no code of them.
return function(text)
  text = text:gsub("^ +", ""):gsub("\n +", "\n")
  return convert(escaped(text), "nopants", "nosuperscript")
end
