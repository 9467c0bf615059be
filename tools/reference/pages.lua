-- pages: the reference as Markdown, a page for each namespace.
local pages = {}

local function anchor(name) return (name:lower():gsub("[^%w_-]", "")) end

-- Words that mean something else more often than what is called so.
local plain = { file = true, run = true, prompt = true, data = true,
  results = true, options = true, set = true, table = true }

-- Where an item stands, as seen from a page; nil for what should be no link.
local function link(reference, from, name)
  local item, page = reference.by_name[name], reference.by_page[name]
  if plain[name] or item and item.page.name == "prompt" and from ~= item.page then
    return nil
  elseif item then
    local file = item.page == from and "" or item.page.name .. ".md"
    return file .. "#" .. anchor(name)
  end
  return page and page ~= from and page.name .. ".md" or nil
end

-- Names in backquotes become links, save the one whose text it is.
local function linked(reference, from, text, own)
  return (text:gsub("(%f[`]`+)([%w_.:]+)`(%f[^`])", function(mark, name)
    local target = mark == "`" and name ~= own and link(reference, from, name)
    return target and ("[`%s`](%s)"):format(name, target)
  end))
end

-- --- lines -----------------------------------------------------------------

local function type_text(type)
  return (type:gsub("^%?", "nil|"):gsub("|", " or "))
end

local function param_line(param, link_in)
  local kind = type_text(param.type)
  if param.default then
    kind = kind .. ", default " .. param.default
  elseif param.optional then
    kind = kind .. ", optional"
  end
  local text = param.text ~= "" and ": " .. link_in(param.text) or ""
  return ("- `%s` (%s)%s"):format(param.name, kind, text)
end

local function return_line(r, link_in)
  local text = r.text ~= "" and ": " .. link_in(r.text) or ""
  return ("- → %s%s"):format(type_text(r.type), text)
end

local function item_lines(item, add, link_in)
  for _, param in ipairs(item.params) do
    if not param.options then add(param_line(param, link_in)) end
    for _, option in ipairs(param.options or {}) do
      add(param_line(option, link_in))
    end
    if param.inherited then
      add(link_in(("- and the options of `%s`"):format(item.like)))
    end
  end
  for i, r in ipairs(item.returns) do
    local before = item.returns[i - 1]
    local line = return_line(r, link_in)
    if before and before.group ~= r.group then
      line = line:gsub("→", "or →", 1)
    end
    add(line)
  end
  for _, text in ipairs(item.raise) do add("- Raises " .. link_in(text)) end
  if #item.paper > 0 then add("- Source: " .. table.concat(item.paper, "; ")) end
  if #item.see > 0 then
    local names = {}
    for i, name in ipairs(item.see) do names[i] = link_in("`" .. name .. "`") end
    add("- See " .. table.concat(names, ", "))
  end
end

-- --- a page ----------------------------------------------------------------

local head = "<!-- Made by `make reference` from the comments in the source. -->"

local function item_text(reference, item, level, add)
  local lines = {}
  add(("%s %s"):format(("#"):rep(level), item.name), "")
  for _, signature in ipairs(item.kind == "function" and item.signatures or {}) do
    add("    " .. signature)
  end
  if item.kind == "function" then add "" end
  add(linked(reference, item.page, item.text, item.name), "")
  item_lines(item, function(line) lines[#lines + 1] = line end, function(text)
    return linked(reference, item.page, text, item.name)
  end)
  if #lines > 0 then add(table.concat(lines, "\n"), "") end
  for _, usage in ipairs(item.usage) do add("```lua", usage, "```", "") end
end

-- The text of a page.
function pages.text(reference, page)
  local lines = {}
  local function add(...)
    for _, line in ipairs { ... } do lines[#lines + 1] = line end
  end
  add(head, "", "# " .. page.name, "", linked(reference, page, page.text), "")
  for _, section in ipairs(page.sections) do
    if section.title then add("## " .. section.title, "") end
    if section.text and section.text ~= "" then
      add(linked(reference, page, section.text), "")
    end
    for _, item in ipairs(section.items) do
      item_text(reference, item, section.title and 3 or 2, add)
    end
  end
  return (table.concat(lines, "\n"):gsub("\n+$", "\n"))
end

-- docs/api/README.md: the introduction, and what is on each page.
function pages.index(reference, introduction)
  local lines = { head, "", introduction }
  for _, page in ipairs(reference) do
    local names = {}
    for i, item in ipairs(page.items) do
      names[i] = ("[%s](%s.md#%s)"):format(item.name, page.name,
        anchor(item.name))
    end
    lines[#lines + 1] = ("**[%s](%s.md)**: %s\n"):format(page.name, page.name,
      table.concat(names, ", "))
  end
  return table.concat(lines, "\n")
end

return pages
