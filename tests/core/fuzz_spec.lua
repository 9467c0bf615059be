-- fuzz: random arguments for everything, in processes of their own, so that a
-- crash is a failed test. What is a breach is said in fuzz.lua.
local program = os.getenv "ORTHORUN" or "./orthorun"

describe("functions and methods called with anything", function()
  for seed = 1, 2 do
    it("raise clear messages and never crash, seed " .. seed, function()
      local pipe = assert(io.popen(
        ("timeout 120 '%s' tests/fuzz.lua %d 30 2>&1"):format(program, seed)))
      local text = pipe:read "a"
      local _, how, code = pipe:close()
      assert.equal("exit 0", how .. " " .. code, text)
      local calls, breaches, rest = text:match "^(%d+) calls, (%d+) breaches\n(.*)"
      assert.equal("0", breaches, text)
      assert.equal("", rest)
      assert.is_true(tonumber(calls) > 5000)
    end)
  end
end)
