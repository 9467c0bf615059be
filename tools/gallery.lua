-- gallery: runs the examples of docs/gallery.md, which draw its pictures, and
-- keeps what the last of them prints in the page. From the root:
--   ./orthorun tools/gallery.lua
local path = "docs/gallery.md"
local file = assert(io.open(path))
local page = file:read "a"
file:close()

local code, said = {}, {}
for block in page:gmatch "```lua\n(.-)```" do code[#code + 1] = block end

local write = io.write
io.write = function(...) said[#said + 1] = table.concat { ... } end -- luacheck: ignore
local ok, message = xpcall(assert(load(table.concat(code, "\n"), "=" .. path)),
  debug.traceback)
io.write = write -- luacheck: ignore
assert(ok, message)

local head = page:gsub("```text\n.-```\n?$", "")
file = assert(io.open(path, "w"))
file:write((head:gsub("%s+$", "")), "\n\n```text\n", table.concat(said),
  "```\n")
file:close()
print(("%d examples of %s"):format(#code, path))
