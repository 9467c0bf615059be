-- model: what LDoc found (filter.lua), as pages of items with their signatures
-- and options. What is wrong with a comment is collected in `wrong`.
local model = {}

-- What the reference calls an object of each class.
model.objects = { A = "matrix", r = "rng", f = "initializer", net = "layer",
  opt = "optimizer", history = "history", tracker = "tracker",
  batches = "batches", s = "sweep", t = "results", picture = "picture" }

-- --- text ------------------------------------------------------------------

-- Lines but for the first are indented in a comment, all alike.
local function tidy(text)
  local least = math.huge
  for indent in (text or ""):gmatch "\n( *)[^ \n]" do
    least = math.min(least, #indent)
  end
  least = least < math.huge and (" "):rep(least) or ""
  return ((text or ""):gsub("\n" .. least, "\n"):gsub("^%s+", "")
    :gsub("%s+$", ""))
end

local function one_line(text) return (tidy(text):gsub("%s+", " ")) end

-- A @usage's lines, as far to the left as they go.
local function code(text)
  local lines, least = {}, math.huge
  for line in (text .. "\n"):gmatch "([^\n]*)\n" do
    lines[#lines + 1] = line
    if line:find "%S" then least = math.min(least, #line:match "^ *") end
  end
  for i, line in ipairs(lines) do lines[i] = line:sub(least + 1) end
  return (table.concat(lines, "\n"):gsub("^%s*\n", ""):gsub("%s+$", ""))
end

-- --- parameters ------------------------------------------------------------

-- {name, type, optional, default, text}; in a default ; stands for , which
-- would end LDoc's modifier.
local function param_of(raw)
  local default = raw.default
  return { name = raw.name:match "[^.]+$" or raw.name, type = raw.type or "",
    optional = default ~= nil or nil,
    default = type(default) == "string" and default:gsub(";", ",") or nil,
    text = one_line(raw.text) }
end

-- The parameters in order; those with a dot are options of the one before it.
local function params_of(item, raw)
  item.params = {}
  for _, each in ipairs(raw.params) do
    local table_name = each.name:match "^(%w+)%."
    if table_name then
      local owner = item.params[#item.params]
      if not owner or owner.name ~= table_name then
        model.complain("%s: %s has no table before it", item.name, each.name)
      else
        owner.options = owner.options or {}
        table.insert(owner.options, param_of(each))
      end
    else
      item.params[#item.params + 1] = param_of(each)
    end
  end
end

-- The options that a function takes: of its first parameter that has some.
function model.options(item)
  for _, param in ipairs(item.params) do
    if param.options then return param.options, param end
  end
end

-- --- signatures ------------------------------------------------------------

local function options_text(options)
  local parts = {}
  for i, option in ipairs(options) do
    parts[i] = option.name .. "=" .. (option.default or "")
  end
  return "{" .. table.concat(parts, ", ") .. "}"
end

local function argument_text(param)
  if param.options then return options_text(param.options) end
  return param.name .. (param.default and "=" .. param.default or "")
end

-- name(a, b [, c=1 [, {key=}]]), or name{key=} where there is nothing else.
local function signature(item)
  local params = item.params
  if #params == 1 and params[1].options and not params[1].optional then
    return item.name .. options_text(params[1].options)
  end
  local text, open = "", 0
  for i, param in ipairs(params) do
    local comma = i == 1 and "" or ", "
    if param.optional then
      text = text .. (i == 1 and "[" or " [") .. comma
      open = open + 1
    else
      text = text .. comma
    end
    text = text .. argument_text(param)
  end
  return ("%s(%s%s)"):format(item.name, text, ("]"):rep(open))
end

-- --- items -----------------------------------------------------------------

local function returns_of(raw)
  local list = {}
  for i, r in ipairs(raw.returns) do
    list[i] = { type = r.type or "", text = one_line(r.text), group = r.group }
  end
  return list
end

local function texts(list, how)
  local tidied = {}
  for i, text in ipairs(list) do tidied[i] = how(text) end
  return tidied
end

local function item_of(raw, page)
  local item = { name = raw.name, kind = raw.kind, page = page,
    text = tidy(raw.text), returns = returns_of(raw),
    raise = texts(raw.raise, one_line), paper = texts(raw.paper, one_line),
    see = texts(raw.see, one_line), usage = texts(raw.usage, code),
    like = raw.like[1] and one_line(raw.like[1]) }
  params_of(item, raw)
  local calls = texts(raw.call, one_line)
  item.signatures = #calls > 0 and calls or
    { item.kind == "function" and signature(item) or item.name }
  item.spelt = #calls > 0
  if item.text == "" then model.complain("%s: no text", item.name) end
  return item
end

-- --- pages -----------------------------------------------------------------

-- What is called by one word (`plot`) before the rest (`plot.script`).
local function callables_first(items)
  local first, rest = {}, {}
  for _, item in ipairs(items) do
    local one = item.kind == "function" and not item.name:find "[.:]"
    table.insert(one and first or rest, item)
  end
  table.move(first, 1, #first, 1, items)
  table.move(rest, 1, #rest, #first + 1, items)
end

-- Items under the sections that they are in, in order: {title, text, items}.
local function sections_of(page, raw)
  local list, by_title = { { items = {} } }, {}
  for _, section in ipairs(raw.sections) do
    local entry = { title = one_line(section.title), text = tidy(section.text),
      items = {} }
    list[#list + 1], by_title[section.title] = entry, entry
  end
  for i, item in ipairs(page.items) do
    local entry = by_title[raw.items[i].section] or list[1]
    table.insert(entry.items, item)
  end
  return list
end

local function table_param(item)
  for _, param in ipairs(item.params) do
    if param.type == "table" then return param end
  end
  model.complain("%s: @like, and no table", item.name)
  return {}
end

-- `@like NAME`: the options of another function, too.
local function add_likes(pages)
  for _, item in pairs(pages.by_name) do
    local other = item.like and pages.by_name[item.like]
    if item.like and not other then
      model.complain("%s: @like %s, which is not there", item.name, item.like)
    elseif other then
      local own, param = model.options(item)
      if not own then
        param = table_param(item)
        param.options, own = {}, {}
      end
      local seen = {}
      for _, option in ipairs(own) do seen[option.name] = true end
      param.inherited = {}
      for _, option in ipairs((model.options(other))) do
        if not seen[option.name] then table.insert(param.inherited, option) end
      end
    end
  end
end

-- All options, those of @like among them.
function model.all_options(item)
  local own, param = model.options(item)
  if not own then return nil end
  local all = table.move(own, 1, #own, 1, {})
  for _, option in ipairs(param.inherited or {}) do all[#all + 1] = option end
  return all
end

local function check_references(pages)
  for name, item in pairs(pages.by_name) do
    for _, see in ipairs(item.see) do
      if not pages.by_name[see] and not pages.by_page[see] then
        model.complain("%s: @see %s, which is not there", name, see)
      end
    end
  end
end

-- An array of {name, text, items, sections}, with by_name (items) and by_page;
-- and what is wrong, an array of texts.
function model.read(path)
  local raws = assert(loadfile(path, "t", {}))()
  local wrong = {}
  function model.complain(...) wrong[#wrong + 1] = (...):format(select(2, ...)) end
  local pages = { by_name = {}, by_page = {} }
  for i, raw in ipairs(raws) do
    local page = { name = raw.name, text = tidy(raw.text), items = {} }
    for k, each in ipairs(raw.items) do
      local item = item_of(each, page)
      if pages.by_name[item.name] then
        model.complain("%s is documented twice", item.name)
      end
      page.items[k], pages.by_name[item.name] = item, item
    end
    page.sections = sections_of(page, raw)
    callables_first(page.sections[1].items)
    pages[i], pages.by_page[page.name] = page, page
  end
  add_likes(pages)
  check_references(pages)
  table.sort(wrong)
  return pages, wrong
end

return model
