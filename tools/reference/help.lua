-- help: the reference as the Lua table that help() and Tab read.
local model = require "model"
local help = {}

local function quoted(text) return ("%q"):format(text):gsub("\\\n", "\\n") end

-- A table of texts, tables and booleans on one line, its fields in order.
local function literal(value)
  if type(value) ~= "table" then
    return type(value) == "string" and (quoted(value)) or tostring(value)
  end
  local parts, keys = {}, {}
  for i, each in ipairs(value) do parts[i] = literal(each) end
  for key in pairs(value) do
    if type(key) == "string" then keys[#keys + 1] = key end
  end
  table.sort(keys)
  for _, key in ipairs(keys) do
    parts[#parts + 1] = key .. " = " .. literal(value[key])
  end
  return #parts == 0 and "{}" or "{ " .. table.concat(parts, ", ") .. " }"
end

local function params_of(list)
  local out = {}
  for i, p in ipairs(list or {}) do
    out[i] = { name = p.name, type = p.type, default = p.default,
      text = p.text ~= "" and p.text or nil }
  end
  return #out > 0 and out or nil
end

-- The parameters with something to say, without the option table itself.
local function arguments_of(item)
  local list = {}
  for _, p in ipairs(item.params) do
    if not p.options and p.text ~= "" then list[#list + 1] = p end
  end
  return params_of(list)
end

local function returns_of(item)
  local list = {}
  for i, r in ipairs(item.returns) do list[i] = { type = r.type, text = r.text } end
  return #list > 0 and list or nil
end

local function list_or_nil(list) return #list > 0 and list or nil end

-- The types of what stands before the options: a test calls so.
local function before_options(item)
  local list = {}
  for _, p in ipairs(item.params) do
    if p.options then return list_or_nil(list) end
    list[#list + 1] = p.type
  end
end

local function item_of(item)
  return { kind = item.kind, names = { item.name },
    before = before_options(item), signatures = item.signatures,
    text = item.text, arguments = arguments_of(item),
    options = params_of(model.all_options(item)), returns = returns_of(item),
    raise = list_or_nil(item.raise), paper = list_or_nil(item.paper),
    usage = list_or_nil(item.usage) }
end

-- Its own, and that of its sections.
local function page_text(page)
  local texts = { page.text }
  for _, section in ipairs(page.sections) do
    if section.text and section.text ~= "" then
      texts[#texts + 1] = section.title .. "\n\n" .. section.text
    end
  end
  return table.concat(texts, "\n\n")
end

-- The text of a Lua file that returns an array of {name, texts, items}.
function help.text(reference)
  local lines = { "-- reference: what help() and Tab know. Made by `make "
    .. "reference` from the", "-- comments at the functions; not to be edited.",
    "-- luacheck: ignore 631", "return {" }
  for _, page in ipairs(reference) do
    lines[#lines + 1] = ("{ name = %q, text = %s, items = {"):format(page.name,
      (quoted(page_text(page))))
    for _, item in ipairs(page.items) do
      lines[#lines + 1] = literal(item_of(item)) .. ","
    end
    lines[#lines + 1] = "} },"
  end
  lines[#lines + 1] = "}\n"
  return table.concat(lines, "\n")
end

return help
