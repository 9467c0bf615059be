-- html: the reference as HTML, by LDoc, in build/docs: its settings with what
-- LDoc cannot know (signatures, where names stand), and the search's index.
local model = require "model"
local html = {}

local function quoted(text) return (("%q"):format(text):gsub("\\\n", "\\n")) end

-- A pattern that is the name and nothing else.
local function exactly(name) return "^(" .. name:gsub("%p", "%%%0") .. ")$" end

-- Settings behind those of config.ld.
local function settings(reference, introduction, folder)
  local lines = { ("dir = %q"):format(folder), 'format = "markdown_as_is"',
    'template = "."', 'style = "."',
    "local signatures, places = {}, {}",
    "full_description = " .. quoted((introduction:gsub("^# [^\n]*", ""))) }
  for name, item in pairs(reference.by_name) do
    if item.kind == "function" then
      lines[#lines + 1] = ("signatures[%q] = %s"):format(name,
        quoted(table.concat(item.signatures, "\n")))
    end
    lines[#lines + 1] = ("custom_see_handler(%q, function(name) return name, "
      .. '"../modules/%s.html#" .. name end)'):format(exactly(name),
      item.page.name)
  end
  -- Pages that are no part of it stay where they are: docs, beside build.
  lines[#lines + 1] = "postprocess_html = function(out) return (out:gsub("
    .. [['href="%.%./([%w-]+%.md)"', 'href="../../../docs/%1"')) end]]
  lines[#lines + 1] = "custom_display_name_handler = function(item, default) "
    .. "return signatures[item.name] or default(item) end"
  return table.concat(lines, "\n") .. "\n"
end

-- For JavaScript: Lua's escapes of bytes are not its.
local function json(text)
  return '"' .. text:gsub("[\\\"]", "\\%0"):gsub("%s+", " ") .. '"'
end

local function index(reference)
  local rows = {}
  for _, page in ipairs(reference) do
    for _, item in ipairs(page.items) do
      local words = { (item.text:gsub("`", "")) }
      for _, option in ipairs(model.all_options(item) or {}) do
        words[#words + 1] = option.name .. "="
      end
      rows[#rows + 1] = ("[%s,%s,%s]"):format(json(item.name), json(page.name),
        json(table.concat(words, " ")))
    end
  end
  return "const entries = [\n" .. table.concat(rows, ",\n") .. "\n];\n"
end

local function write(path, text)
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
end

-- Writes the pages into build/docs.
function html.write(reference, read)
  local config = "tools/reference/html.ld"
  os.execute "mkdir -p build/docs"
  write(config, read "tools/reference/config.ld" .. settings(reference,
    read "tools/reference/introduction.md", "../../build/docs"))
  local done = os.execute "cd tools/reference && ldoc -q -c html.ld . >/dev/null"
  os.remove(config)
  if not done then error("ldoc failed", 0) end
  write("build/docs/index.js", index(reference))
  write("build/docs/search.js", read "tools/reference/search.js")
  print "made build/docs/index.html"
end

return html
