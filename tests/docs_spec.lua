-- The reference against the program: every name that a script can reach is in
-- docs/api.md, nothing else is. docs_pages_spec.lua runs the examples.
local library = dofile "tests/library.lua"
local value_at = library.value_at
local docs = dofile "tests/docs_support.lua"
local read = docs.read

-- The items of a page ("- `signature`, `signature` -> text"), as arrays of
-- their signatures.
local function items(text)
  local list, current = {}, nil
  for line in (text .. "\n\n"):gmatch "([^\n]*)\n" do
    local begins = line:find "^%- `"
    if current and (begins or not line:find "^  ") then
      local signatures = {}
      local head = current:match "^(.-) →" or current
      for span in head:gmatch "`([^`]+)`" do
        signatures[#signatures + 1] = span
      end
      list[#list + 1] = signatures
      current = nil
    end
    if begins then
      current = line
    elseif current then
      current = current .. " " .. line:match "^%s*(.*)"
    end
  end
  return list
end

local function name_of(signature)
  return (signature:match "^[%w_.:]+":gsub("^ortho%.", ""))
end

local function documented(text)
  local names = {}
  for _, signatures in ipairs(items(text)) do
    for _, signature in ipairs(signatures) do
      names[name_of(signature)] = true
    end
  end
  return names
end

local function missing(from, among)
  local list = {}
  for name in pairs(from) do
    if not among[name] then list[#list + 1] = name end
  end
  table.sort(list)
  return table.concat(list, " ")
end

-- The set of options that f knows, from its complaint about another; nil where
-- it does not complain.
local function known_options(f)
  local ok, message = pcall(f, { no_such_option = 1 })
  local list = not ok and tostring(message):match "known: ([^)]*)%)"
  if not list then return nil end
  local set = {}
  if list == "none" then return set end
  for name in list:gmatch "[%w_]+" do set[name] = true end
  return set
end

describe("docs/api.md", function()
  local text = read "docs/api.md"

  it("documents nothing that does not exist", function()
    assert.equal("", missing(documented(text), library.names()))
  end)

  it("lists every option of name{...}, and no other", function()
    local count = 0
    for _, signatures in ipairs(items(text)) do
      for _, signature in ipairs(signatures) do
        local name, options = signature:match "^([%w_.]+)(%b{})$"
        local known = name and known_options(value_at(name_of(name)))
        if known then
          local listed, more = {}, options:find("...", 1, true)
          for key in options:gmatch "([%w_]+)=" do listed[key] = true end
          assert.equal(name .. ": ", name .. ": " .. missing(listed, known))
          if not more then
            assert.equal(name .. ": ", name .. ": " .. missing(known, listed))
          end
          count = count + 1
        end
      end
    end
    assert.is_true(count > 20)
  end)
end)

-- Names in running text, `A:solve` or `metric.balance`, of any page.
describe("a name in backquotes", function()
  for _, page in ipairs(docs.pages()) do
    it("exists, in " .. page, function()
      local names, variables, wrong = library.names(), {}, {}
      for each in pairs(names) do
        variables[each:match "^(%w+):" or ""] = true
      end
      for span in read(page):gsub("```.-\n```", ""):gmatch "`([^`\n]+)`" do
        local object, method = span:match "^(%a+):([%a_][%w_]*)"
        local module = span:gsub("^ortho%.", ""):match "^(%l+)%.[%l_]"
        local name = name_of(span:match "^[%w_.:]+" and span or "f")
        if object and variables[object] and not names[object .. ":" .. method]
          or module and value_at(module) and value_at(name) == nil then
          wrong[#wrong + 1] = span
        end
      end
      assert.equal("", table.concat(wrong, " "))
    end)
  end
end)
