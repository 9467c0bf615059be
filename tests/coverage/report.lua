-- report.lua: what `make coverage` has counted: the share of lines that the tests
-- run, by room of the library and folder of C, the files that have most lines
-- left, and whether core, bind and the library reach the floor.
-- `orthorun tests/coverage/report.lua FOLDER-OF-LINES GCOVR.csv [FILE]`; a FILE of
-- the library: its lines that nothing runs.
local folder, c_report, wanted = arg[1], arg[2], arg[3]
local least = 90 -- per cent

local function read(path)
  local file = io.open(path, "rb")
  local text = file and file:read "a"
  if file then file:close() end
  return text
end

local function output(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read "a"
  assert(pipe:close(), command)
  return text
end

-- --- Lua --------------------------------------------------------------------

-- Lines that are there for the eye: what closes a block or a table, where the
-- compiler puts a return that nothing reaches.
local function is_closing(line)
  return line:find "^%s*end[%s%),;%]}]*$" or line:find "^%s*[%)%]},;]*%s*$" or
    line:find "^%s*else%s*$"
end

-- The lines with instructions, as luac lists them.
local function active_lines(path)
  local texts, active = {}, {}
  for line in (read(path) .. "\n"):gmatch "([^\n]*)\n" do texts[#texts + 1] = line end
  for number, name in output(("luac5.4 -l -p '%s'"):format(path))
    :gmatch "\t%d+\t%[(%d+)%]\t(%u+)" do
    number = tonumber(number)
    if name ~= "VARARGPREP" and not is_closing(texts[number]) then
      active[number] = true
    end
  end
  return active, texts
end

-- {name, room, lines, run, missed = {{number, text}, ...}}
local function lua_file(path)
  local name = path:match "^lua/orthorun/(.*)$"
  local hits = read(folder .. "/" .. name:gsub("/", ".")) or ""
  local active, texts = active_lines(path)
  local f = { name = path, room = "lua/" .. (name:match "^(%w+)/" or "orthorun"),
    lines = 0, run = 0, missed = {} }
  for number = 1, #texts do
    if active[number] then
      f.lines = f.lines + 1
      if hits:byte(number + 1) == 1 then
        f.run = f.run + 1
      else
        f.missed[#f.missed + 1] = ("%5d  %s"):format(number, texts[number])
      end
    end
  end
  return f
end

if wanted then
  io.write(table.concat(lua_file(wanted).missed, "\n"), "\n")
  os.exit(true)
end

-- --- all files ----------------------------------------------------------------

local files = {}
for path in output "find lua/orthorun -name '*.lua' | sort":gmatch "[^\n]+" do
  files[#files + 1] = lua_file(path)
end
for line in read(c_report):gmatch "[^\n]+" do
  local name, lines, run = line:match "^([^,]+),(%d+),(%d+),"
  local room = name and name:match "^src/%w+"
  if room then
    files[#files + 1] = { name = name, room = room, lines = tonumber(lines),
      run = tonumber(run) }
  end
end

local function sum(list)
  local total = { lines = 0, run = 0 }
  for _, f in ipairs(list) do
    total.lines, total.run = total.lines + f.lines, total.run + f.run
  end
  total.share = total.lines > 0 and 100 * total.run / total.lines or 100
  return total
end

local function print_row(name, total)
  io.write(("%-32s %6d of %6d lines %6.1f %%\n"):format(name, total.run, total.lines,
    total.share))
end

local rooms, order = {}, {}
for _, f in ipairs(files) do
  if not rooms[f.room] then
    rooms[f.room] = {}
    order[#order + 1] = f.room
  end
  table.insert(rooms[f.room], f)
end
table.sort(order)
for _, room in ipairs(order) do print_row(room, sum(rooms[room])) end

table.sort(files, function(a, b)
  local left, right = a.lines - a.run, b.lines - b.run
  return left > right or left == right and a.name < b.name
end)
io.write "\nMost lines that no test runs:\n"
for i = 1, math.min(12, #files) do print_row(files[i].name, sum { files[i] }) end

local library = {}
for _, f in ipairs(files) do
  if f.room:find "^lua/" then library[#library + 1] = f end
end
io.write "\n"
local good = true
for _, part in ipairs { { "core", rooms["src/core"] }, { "bind", rooms["src/bind"] },
  { "library", library } } do
  local total = sum(part[2] or {})
  print_row("coverage: " .. part[1], total)
  good = good and total.share >= least and total.lines > 0
end
if not good then
  io.stderr:write(("coverage: below the floor of %d %%\n"):format(least))
end
os.exit(good)
