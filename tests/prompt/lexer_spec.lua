-- lexer_spec.lua: Lua text as tokens.
local lexer = require "orthorun.prompt.lexer"

-- "kind:text kind:text", of the whole text that a token covers
local function tokens(text)
  local list = {}
  for i, token in ipairs(lexer.tokens(text)) do
    list[i] = token.kind .. ":" .. text:sub(token.first, token.last) ..
      (token.open and "!" or "")
  end
  return table.concat(list, " ")
end

describe("the lexer", function()
  it("tells names, keywords, numbers and operators", function()
    assert.equal("keyword:local name:x operator:= number:0x1p-4 operator:.. " ..
      "number:3.5e+2 operator:// name:_y", tokens "local x=0x1p-4 .. 3.5e+2//_y")
  end)

  it("takes strings and comments of every form as one", function()
    local said = tokens("\"a\\\"b\"'it' --[==[ x ]] ]==] [[l]] -- end\n")
    assert.equal("string:\"a\\\"b\" string:'it' comment:--[==[ x ]] ]==] " ..
      "string:[[l]] comment:-- end", said)
  end)

  it("marks what does not end", function()
    for _, text in ipairs { '"abc', "'a\\", "[==[ x ]]", "--[[ x", "-- x" } do
      assert.is_true(lexer.tokens(text)[1].open, text)
    end
  end)

  it("counts blocks and brackets", function()
    local function depth(text)
      local n = 0
      for _, token in ipairs(lexer.tokens(text)) do n = n + lexer.step(token) end
      return n
    end
    assert.equal(0, depth "for i = 1, 2 do if x then f{(a[1])} else end end")
    assert.equal(0, depth "repeat local function f() return 1 end until x")
    assert.equal(2, depth "while x do f(")
  end)

  it("ends on any bytes", function()
    math.randomseed(3)
    for _ = 1, 300 do
      local bytes = {}
      for i = 1, 40 do bytes[i] = string.char(math.random(0, 255)) end
      local last = 0
      for _, token in ipairs(lexer.tokens(table.concat(bytes))) do
        assert.is_true(token.first > last and token.last >= token.first)
        last = token.last
      end
    end
  end)
end)
