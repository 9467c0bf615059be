-- fuzz: random arguments for everything, in processes of their own, so that a
-- crash is a failed test. What is a breach is said in fuzz.lua. They run in a
-- folder of their own: what they write must not end up in ours.
local program = os.getenv "ORTHORUN" or "./orthorun"
local folder

setup(function()
  folder = os.tmpname()
  os.remove(folder)
  os.execute("mkdir " .. folder)
end)

teardown(function() os.execute("rm -r " .. folder) end)

describe("functions and methods called with anything", function()
  for seed = 1, 2 do
    it("raise clear messages and never crash, seed " .. seed, function()
      local pipe = assert(io.popen((
        "program=$(realpath '%s') fuzz=$(realpath tests/fuzz.lua); cd %s && " ..
        "timeout 120 \"$program\" \"$fuzz\" %d 30 2>&1"):format(program, folder,
        seed)))
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
