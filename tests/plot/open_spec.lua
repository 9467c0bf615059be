-- open_spec.lua: picture:open(), with a browser that tells what it was given.
local program = os.getenv "ORTHORUN" or "./orthorun"
local seen = os.tmpname()
local browser = os.tmpname()

setup(function()
  local file = assert(io.open(browser, "w"))
  file:write("#!/bin/sh\nhead -c 400 \"$1\" >", seen, ".part\n",
    "echo \"$1\" >>", seen, ".part\nmv ", seen, ".part ", seen, "\n")
  file:close()
  os.execute("chmod +x " .. browser)
end)
teardown(function()
  os.remove(seen)
  os.remove(browser)
end)

-- Runs code that has a picture; what it printed.
local function run(name, code)
  local pipe = io.popen(([[BROWSER=%s '%s' -e '
    local t = ortho.table.of({"x", "y"}, {{x = 1, y = 2}, {x = 2, y = 3}})
    local picture = ortho.plot{data = t, x = "x", y = "y", file = %s}
    %s' 2>&1]]):format(browser, program, name, code))
  local out = pipe:read "a"
  pipe:close()
  return out
end

-- What the browser was given, as soon as it has told.
local function given()
  for _ = 1, 200 do
    local file = io.open(seen)
    local text = file and file:read "a"
    if file then file:close() end
    if text and text ~= "" then return text end
    os.execute "sleep 0.05"
  end
  error "the browser was not started"
end

describe("picture:open", function()
  before_each(function() os.remove(seen) end)

  it("shows the SVG file that was written", function()
    local name = os.tmpname()
    assert.equal("true\n", run(("%q"):format(name),
      "print(picture:open() == picture)"))
    assert.matches("<svg.*" .. name:gsub("%p", "%%%0") .. "%.svg\n$", given())
    for _, ending in ipairs { "", ".svg", ".png" } do os.remove(name .. ending) end
  end)

  it("draws one where there is none", function()
    assert.equal("", run("nil", "picture:open()"))
    local text = given()
    assert.matches("<svg", text)
    os.remove(text:match "([^\n]*)\n$")
  end)

  it("says where the picture is where there is no browser", function()
    browser, seen = seen, browser -- a name that is no program
    local out = run("nil", "picture:open()")
    browser, seen = seen, browser
    assert.matches("open: no program '.*'; BROWSER names another, the picture " ..
      "is (/[^\n]*%.svg)\n", out)
    os.remove(out:match "picture is ([^\n]*%.svg)")
  end)
end)
