-- help: the API reference at the prompt, by value, by name, or by a word in it.
local display = require "orthorun.prompt.display"
local docs = require "orthorun.prompt.docs"
local concat = table.concat
local find, gsub, match, sub = string.find, string.gsub, string.match,
  string.sub

local help = {}

local most = 12 -- matches shown of a search

local intro = [[
An expression shows its value; `;` behind it does not. Locals live on.
  ortho            what is in the library
  ?name, name?     help on a name: ?svd, ?ortho.train, ?A for a variable
  help "haar"      what the reference says of a word
  Tab              completes names, options, names in strings, files
  _, _1 .. _9      the last results, the newest first
  who()            the variables of this session
  time(f), bench(f)    how long f takes
  edit(), edit "f.lua" the last entry, or a file, in $EDITOR; then runs it
  save "s.lua"     what was typed, as a script
  reload "module"  load a module again
  quit, Ctrl-D     leave; Ctrl-C stops the current entry only
Every plot{...} is drawn here; picture:open() shows it in a browser.]]

-- --- text ------------------------------------------------------------------

local function width() return math.min(display.width() - 2, 88) end

local function paragraph(s, indent)
  local lines, line = {}, ""
  for word in gsub(gsub(s, "`", ""), "%[([^%]]*)%]%b()", "%1"):gmatch "%S+" do
    if utf8.len(line .. word) and utf8.len(line .. word) >= width() - #indent then
      lines[#lines + 1], line = indent .. line, ""
    end
    line = line == "" and word or line .. " " .. word
  end
  lines[#lines + 1] = indent .. line
  return concat(lines, "\n")
end

-- A signature, broken between options where it is longer than a line.
local function signature_text(signature)
  local lines, line = {}, ""
  for part in gsub(signature, ", ", ",\n"):gmatch "[^\n]+" do
    if line ~= "" and #line + #part + 1 > width() then
      lines[#lines + 1], line = line, "    " .. part
    else
      line = line == "" and part or line .. " " .. part
    end
  end
  lines[#lines + 1] = line
  return display.bold(concat(lines, "\n"))
end

local function add_examples(lines, names, count)
  local list = {}
  for _, name in ipairs(names) do
    for _, example in ipairs(docs.examples(name, count - #list)) do
      list[#list + 1] = "    " .. gsub(example, "\n", "\n    ")
    end
  end
  if #list == 0 then return end
  lines[#lines + 1] = display.dim "  for example"
  table.move(list, 1, #list, #lines + 1, lines)
end

-- "  name  text", further lines below the text; name is `widest` letters wide.
local function entry(name, text, widest)
  local indent = "    " .. (" "):rep(widest)
  local lines = paragraph(text, indent)
  return "  " .. display.bold(name) .. (" "):rep(widest - utf8.len(name)) ..
    "  " .. sub(lines, #indent + 1)
end

local function add_entries(lines, entries)
  local widest = 0
  for _, e in ipairs(entries) do widest = math.max(widest, utf8.len(e[1])) end
  for _, e in ipairs(entries) do
    lines[#lines + 1] = entry(e[1], e[2], math.min(widest, 24))
  end
end

local function type_text(type) return (gsub(type, "|", " or ")) end

-- Options without a word of their own are in the signature.
local function add_arguments(lines, item)
  local entries = {}
  for _, each in ipairs { item.arguments or {}, item.options or {} } do
    for _, p in ipairs(each) do
      local text = p.text or type_text(p.type)
      if p.default then text = text .. " (default " .. p.default .. ")" end
      entries[#entries + 1] = { p.name, text }
    end
  end
  add_entries(lines, entries)
end

local function add_returns(lines, item)
  local entries = {}
  for i, r in ipairs(item.returns or {}) do
    entries[i] = { "→", type_text(r.type) .. (r.text ~= "" and ": " or "") ..
      r.text }
  end
  add_entries(lines, entries)
  for _, text in ipairs(item.raise or {}) do
    lines[#lines + 1] = paragraph("raises " .. text, "  ")
  end
  if item.paper then
    lines[#lines + 1] = display.dim(paragraph(concat(item.paper, "; "), "  "))
  end
end

-- One item: signatures, text, arguments, results.
local function item_text(item, with_examples)
  local lines = {}
  for _, signature in ipairs(item.signatures) do
    lines[#lines + 1] = signature_text(signature)
  end
  for _, block in ipairs(docs.blocks(item.text)) do
    lines[#lines + 1] = paragraph(block, "  ")
  end
  add_arguments(lines, item)
  add_returns(lines, item)
  if with_examples then add_examples(lines, item.names, 4) end
  return concat(lines, "\n")
end

-- A row of a table: its first cell as wide as all first ones.
local function row_text(row, widest)
  local first, rest = match(row, "^|%s*(.-)%s*|%s*(.-)%s*|$")
  if not first or find(first, "^[-|]*$") then return "" end
  local name = gsub(first, "`", "")
  return "  " .. name .. (" "):rep(widest - utf8.len(name)) .. "  " ..
    gsub(rest, "`", "")
end

local function widest_first(texts)
  local widest = 0
  for _, text in ipairs(texts) do
    local first = gsub(match(text, "^|%s*(.-)%s*|") or "", "`", "")
    widest = math.max(widest, utf8.len(first))
  end
  return widest
end

local function section_text(section)
  local lines = { display.bold(section.name) }
  local widest = widest_first(section.texts)
  for _, text in ipairs(section.texts) do
    lines[#lines + 1] = find(text, "^|") and row_text(text, widest) or
      paragraph(text, "  ")
  end
  for _, item in ipairs(section.items) do
    for _, signature in ipairs(item.signatures) do
      lines[#lines + 1] = "  " .. display.bold(signature)
    end
  end
  return gsub(concat(lines, "\n"), "\n\n+", "\n")
end

-- --- what is asked for -----------------------------------------------------

local function section_of(name)
  for _, section in ipairs(docs.reference().sections) do
    if section.name == name then return section end
  end
end

-- Items whose last part is the name: A:svd of svd.
local function by_last_part(name)
  local list = {}
  for _, item in ipairs(docs.reference().items) do
    for _, full in ipairs(item.names) do
      if match(full, "[.:]([%w_]+)$") == name then
        list[#list + 1] = item
        break
      end
    end
  end
  return list
end

local function list_text(items, word)
  if #items == 0 then
    return ("nothing in the reference about '%s'"):format(word)
  end
  local parts = {}
  for i = 1, math.min(#items, most) do
    parts[i] = item_text(items[i], #items <= 4 or i == 1)
  end
  if #items > most then
    parts[#parts + 1] = display.dim(("%d more: a longer word finds fewer")
      :format(#items - most))
  end
  return concat(parts, "\n")
end

-- Of a name or a word.
function help.of_word(word)
  local item = docs.item(word)
  if item then return item_text(item, true) end
  local section = section_of(gsub(word, "^ortho%.", "") .. "")
  if section then return section_text(section) end
  local same = by_last_part(match(word, "[%w_]+$") or "")
  if #same > 0 then return list_text(same, word) end
  return list_text(docs.search(word), word)
end

local function class_text(class)
  local object, lines = docs.object(class), {}
  lines[1] = display.bold(match(class, "%.(.*)")) ..
    display.dim(": its methods, called as " .. object .. ":name(...)")
  for _, method in ipairs(docs.methods(class)) do
    lines[#lines + 1] = "  " .. (docs.signature(object .. ":" .. method) or method)
  end
  return concat(lines, "\n")
end

-- Of a value: a function or module of the library, an object of it, or what
-- else it is.
function help.of_value(value)
  if type(value) == "string" then return help.of_word(value) end
  local name = docs.name_of(package.loaded.orthorun, value)
  if name then return help.of_word(name) end
  local class = display.class_of(value)
  if class and #docs.methods(class) > 0 then return class_text(class) end
  if rawequal(value, package.loaded.orthorun) then return display.text(value) end
  return display.text(value) ..
    display.dim "\nno part of the library; help \"word\" searches its reference"
end

help.intro = intro

return help
