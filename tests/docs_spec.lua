-- The pages against the program: names in them exist. docs_pages_spec.lua runs
-- the examples; the reference has a spec of its own, reference_spec.lua.
local library = dofile "tests/library.lua"
local value_at = library.value_at
local docs = dofile "tests/docs_support.lua"
local read = docs.read

local function name_of(signature)
  return (signature:match "^[%w_.:]+":gsub("^ortho%.", ""))
end

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
