-- events_spec.lua: who listens hears what is told, of the kind it asked for.
local events = require "orthorun.base.events"

describe("events", function()
  it("reach all who listen to their kind, with their titles", function()
    local heard = {}
    for i = 1, 2 do
      events.listen("a test's", function(value, title)
        heard[#heard + 1] = { i, value, title }
      end)
    end
    events.tell("a test's", "v", "t")
    events.tell("another", "w")
    assert.same({ { 1, "v", "t" }, { 2, "v", "t" } }, heard)
  end)

  it("need nobody who listens", function()
    assert.has_no_error(function() events.tell("nobody's", 1) end)
  end)
end)
