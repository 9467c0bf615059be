-- load: files as functions to run: a script, or a report with one in it.
local again = require "orthorun.report.again"
local core = require "orthorun.core"
local script = require "orthorun.base.script"
local share = require "orthorun.report.share"

local function is_page(path)
  local file = io.open(path, "rb")
  if not file then return false end
  local head = file:read(300) or ""
  file:close()
  return share.is_report(head)
end

-- Words of a command line as options: an array of {name, text, words}.
local function options_in(words)
  local list, i = {}, 1
  while i <= #words do
    local name = words[i]:match "^%-%-([^=]+)"
    local option = { name = name and name:gsub("-", "_"):gsub("^no_", ""),
      words = { words[i] } }
    local following = words[i + 1]
    if name and not words[i]:find("=", 1, true) and following and
      not following:find "^%-%-%a" then
      option.words[2] = following
      i = i + 1
    end
    list[#list + 1] = option
    i = i + 1
  end
  for _, option in ipairs(list) do
    local quoted = {}
    for k, word in ipairs(option.words) do quoted[k] = again.quoted(word) end
    option.text = table.concat(quoted, " "):gsub("^(%-%-[^=]+)=", "%1 ")
  end
  return list
end

local function by_name(list)
  local named = {}
  for _, option in ipairs(list) do
    if option.name then named[option.name] = option end
  end
  for name in pairs(core.options) do
    name = name:gsub("-", "_")
    named[name] = named[name] or { text = "" }
  end
  return named
end

local function say(path, kept, replaced)
  local parts = {}
  if #kept > 0 then parts[1] = "keeps its " .. table.concat(kept, " ") end
  if #replaced > 0 then
    parts[#parts + 1] = "what is given here stands for its " ..
      table.concat(replaced, " ")
  end
  if #parts > 0 then
    io.stderr:write(("orthorun: %s: %s\n"):format(path,
      table.concat(parts, "; ")))
  end
end

-- Puts the arguments that a page has in front of those given, which win; says
-- on stderr what it keeps, where something was given.
local function add_arguments(path, packed)
  local given, kept, replaced, words = options_in(script.arguments()), {}, {},
    {}
  local named = by_name(given)
  for _, option in ipairs(options_in(packed)) do
    local other = option.name and named[option.name]
    if other then
      if other.text ~= option.text then
        replaced[#replaced + 1] = option.text
      end
    else
      kept[#kept + 1] = option.text
      table.move(option.words, 1, #option.words, #words + 1, words)
    end
  end
  if #given > 0 and not named.quiet then say(path, kept, replaced) end
  for _, word in ipairs(script.arguments()) do words[#words + 1] = word end
  table.move(words, 1, #words, 1, arg)
end

local function must(f, message)
  return f or error(message, 0)
end

-- The function that a file is. A report runs with its own arguments, where none
-- of their names are given. Raises a message.
return function(path)
  if not is_page(path) then
    local f, message = loadfile(path, "t")
    if path:find "%.html$" and message and message:find "^[^\n]*:%d+: " then
      message = path .. ": not a report of orthorun"
    end
    return must(f, message)
  end
  local page = share.open(path)
  script.set(page.facts.script or "script.lua", page.script)
  if arg then add_arguments(path, page.facts.arguments) end
  return must(load(page.script, "@" .. path, "t"))
end
