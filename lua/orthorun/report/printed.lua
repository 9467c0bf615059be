-- printed: what a script printed, as HTML: paragraphs that flow, and what is
-- laid out in columns as it was. Lines that only name files which the page has
-- itself are left out.
local text = require "orthorun.base.text"

local endings = { csv = true, svg = true, png = true, pdf = true, html = true,
  db = true }

local function names_a_file(line)
  local ending = line:match "^%s*%a+:?%s+%S+%.(%a+)%s*$"
  return ending and endings[ending]
end

-- Paragraphs as arrays of lines, without what terminals alone understand.
local function blocks_of(printed)
  local blocks, block = {}, {}
  local plain = printed:gsub("\27%[[%d;]*%a", ""):gsub("\r\n", "\n")
  for line in (plain .. "\n\n"):gmatch "([^\n]*)\n" do
    line = text.clean((line:gsub("\t", "    "))):gsub("%s+$", "")
    if line ~= "" then
      if not names_a_file(line) then block[#block + 1] = line end
    elseif #block > 0 then
      blocks[#blocks + 1], block = block, {}
    end
  end
  if #block > 0 then blocks[#blocks + 1] = block end
  return blocks
end

-- Is it laid out: indented, or with gaps inside lines?
local function is_laid_out(block)
  for _, line in ipairs(block) do
    if line:find "^%s" or line:find "%S%s%s+%S" then return true end
  end
  return false
end

local flowing = 50 -- lines of at least so many columns were broken to fit

local function is_prose(block)
  for i = 1, #block - 1 do
    if text.width(block[i]) < flowing then return false end
  end
  return true
end

-- The text as paragraphs and <pre>s.
return function(printed)
  local parts = {}
  for i, block in ipairs(blocks_of(printed)) do
    if is_laid_out(block) then
      parts[i] = ('<pre class="said">%s</pre>\n'):format(
        text.escape(table.concat(block, "\n")))
    elseif is_prose(block) then
      parts[i] = ('<p class="said">%s</p>\n'):format(
        text.escape(table.concat(block, " ")))
    else
      parts[i] = ('<p class="said lines">%s</p>\n'):format(
        text.escape(table.concat(block, "\n")))
    end
  end
  return table.concat(parts)
end
