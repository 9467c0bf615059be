-- patterns_spec.lua: at the prompt string.find and its like look at Ctrl-C, and
-- otherwise do what Lua's own do: both are run side by side.
local program = os.getenv "ORTHORUN" or "./orthorun"

-- Runs a text at a prompt, where `own` has Lua's functions; what it prints.
local function at_prompt(text)
  local name = os.tmpname()
  local file = assert(io.open(name, "w"))
  file:write(text)
  file:close()
  local pipe = io.popen(("%s -i -e 'own = {} for k, v in pairs(string) do " ..
    "own[k] = v end own.concat, own.sort = table.concat, table.sort' " ..
    "<%s 2>&1"):format(program, name))
  local out = pipe:read "a"
  pipe:close()
  os.remove(name)
  return out
end

-- Compares f of both libraries; says where they differ.
local compare = [==[
local function show(t)
  local parts = {}
  for i = 1, t.n do -- by what name a function is called, Lua looks up
    parts[i] = own.format("%s:%s", type(t[i]),
      (own.gsub(tostring(t[i]), "^(bad argument #%d) to '[^']*'", "%1")))
  end
  return own.concat(parts, " ")
end
differences, compared = 0, 0
function both(name, ...)
  local ours = table[name] or string[name]
  local a = show(table.pack(pcall(ours, ...)))
  local b = show(table.pack(pcall(own[name], ...)))
  compared = compared + 1
  if a ~= b and differences < 10 then
    print(name, ...) print("  ours", a) print("  Lua's", b)
  end
  differences = differences + (a == b and 0 or 1)
end
]==]

describe("string functions at the prompt", function()
  it("are ours there", function()
    local out = at_prompt "print('same', own.find == string.find)"
    assert.matches("same\tfalse", out)
  end)

  it("find, match and replace what Lua's do, in random texts", function()
    local out = at_prompt(compare .. [==[
local pieces = { "a", "b", "x", ".", "%a", "%d", "%s", "%S", "[ab]", "[^a]",
  "[a-c]", "[%a_]", "[]]", "[^]]", "[a-]", "%%", "%.", "(", ")", "()", "*", "+",
  "-", "?", "^", "$", "%b()", "%bab", "%f[%a]", "%f[^b]", "%1", "%2", "%", "[",
  "[%", "%b", "%f", "\0", "%z", "%W", "\xff", "[\1-\xff]" }
local letters = { "a", "b", "x", "(", ")", " ", "1", "\0", "]", "-", "\xff", "_" }
local with = { "<%0>", "%1", "%2%%", "", "%", "%x", "plain" }
math.randomseed(7)
local function draw(from, most)
  local parts = {}
  for i = 1, math.random(0, most) do parts[i] = from[math.random(#from)] end
  return own.concat(parts)
end
local function words(f, s, p)
  local list = {}
  for a, b in f(s, p) do
    list[#list + 1] = own.format("%s,%s", a, b)
    if #list > 50 then break end
  end
  return own.concat(list, ";")
end
string.words = function(...) return words(string.gmatch, ...) end
own.words = function(...) return words(own.gmatch, ...) end
for _ = 1, 10000 do
  local s, p, init = draw(letters, 12), draw(pieces, 5), math.random(-14, 14)
  both("find", s, p, init)
  both("find", s, p, init, true)
  both("match", s, p, init)
  both("words", s, p)
  both("gsub", s, p, with[math.random(#with)], math.random(0, 5))
  both("gsub", s, p, { a = "A", b = false, x = 5 })
  both("gsub", s, p, function(x, y) return y or x == "a" and {} or nil end)
end
print("compared", compared, "differences", differences)]==])
    assert.matches("compared\t70000\tdifferences\t0", out)
  end)

  it("take wrong arguments, and long patterns, as Lua's do", function()
    local out = at_prompt(compare .. [==[
for _, name in ipairs { "find", "match", "gsub", "rep" } do
  both(name) both(name, nil, "a") both(name, "a", {}) both(name, 5, 5)
  both(name, "a", "a", {}) both(name, "a", "a", nil, {})
end
both("gsub", "a", "a", "b", "c") both("gsub", "abc", "%w", "%9")
for _, n in ipairs { 10, 199, 200, 201, 1000, 30000 } do
  both("find", own.rep("a", n), own.rep("a*", n))
  both("find", own.rep("b", n), own.rep("a?", n))
  both("find", own.rep("a", n), own.rep("a-", n))
  both("match", "x", own.rep("(", n)) both("match", "x", own.rep("()", n))
  both("find", own.rep("(", n) .. own.rep(")", n), "%b()")
  both("find", own.rep("a", n) .. "b", own.rep("a", n // 2) .. "b", 1, true)
end
for _, n in ipairs { -1, 0, 1, 2, 3, 1000, 1 << 62, math.maxinteger } do
  both("rep", "ab", n, "")
  if n < 1e6 then both("rep", "", n) both("rep", "", n, "-") end
end
both("rep", "ab", 3, "--") both("rep", "a", 3000000) both("rep", "", 3000001, "xyz")
print("compared", compared, "differences", differences)]==])
    assert.matches("differences\t0", out)
  end)

  it("join and sort long tables as Lua's do", function()
    local out = at_prompt(compare .. [==[
math.randomseed(1)
local t = {}
for i = 1, 400000 do t[i] = math.random(1000000) end
both("concat", t) both("concat", t, ", ") both("concat", t, "", 5, 300000)
local a, b = table.move(t, 1, #t, 1, {}), table.move(t, 1, #t, 1, {})
table.sort(a) own.sort(b)
print("sorted", own.concat(a, " ") == own.concat(b, " "))
t[399999] = {}
both("concat", t) both("sort", t) both("sort", 5) both("concat", nil)
both("concat", setmetatable({}, {__len = function() return 2 end,
  __index = function(_, k) return k end}), "-")
print("compared", compared, "differences", differences)]==])
    assert.matches("sorted\ttrue", out)
    assert.matches("differences\t0", out)
  end)
end)
