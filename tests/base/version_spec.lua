-- version_spec.lua: ortho.require_version.
local core = require "orthorun.core"
local require_version = require "orthorun".require_version
local raises = dofile("tests/support.lua").raises

describe("require_version", function()
  it("accepts this version and older ones of its major number", function()
    for _, wanted in ipairs { "0", "0.x", "0.1", "0.1.0", "0.1.x", "0.0.9" } do
      assert.equal(core.environment.orthorun, require_version(wanted))
    end
  end)

  it("raises for others, and says which", function()
    for _, wanted in ipairs { "1", "1.x", "0.99", "0.1.99" } do
      raises("this script needs orthorun " .. wanted, require_version, wanted)
    end
    for _, wrong in ipairs { "", "x", "one", 1, false } do
      raises("expected a version like \"1.2\" or \"1.x\", not " ..
        tostring(wrong), require_version, wrong)
    end
  end)
end)
