-- verify: `orthorun --pack`, `--verify` and `--new`, and scripts that run out
-- of a report.
local core = require "orthorun.core"
local csv = require "orthorun.base.csv"
local files = require "orthorun.base.files"
local journal = require "orthorun.report.journal"
local report = require "orthorun.report"
local script = require "orthorun.base.script"
local share = require "orthorun.report.share"
local skeleton = require "orthorun.report.skeleton"

local verify = {}

local function stop(status, message)
  io.stderr:write("orthorun: ", tostring(message), "\n")
  os.exit(status, true)
end

local function usage(message) stop(2, message) end

-- --- scripts out of reports -------------------------------------------------

local function is_page(path)
  local file = io.open(path, "rb")
  if not file then return false end
  local head = file:read(300) or ""
  file:close()
  return share.is_report(head)
end

-- The function that a file is, a script or a report with one in it. A report
-- runs with its own arguments where none are given. Raises a message.
function verify.load(path)
  if not is_page(path) then return assert(loadfile(path, "t")) end
  local page = share.open(path)
  script.set(page.facts.script or "script.lua", page.script)
  if arg and #arg == 0 then
    table.move(page.facts.arguments, 1, #page.facts.arguments, 1, arg)
  end
  return assert(load(page.script, "@" .. path, "t"))
end

-- --- pack -------------------------------------------------------------------

-- Takes "-o FILE" out of the words that follow the script.
local function take_output(who, words)
  local rest, to, i = {}, nil, 1
  while i <= #words do
    if words[i] == "-o" then
      to = words[i + 1] or usage(who .. ": -o needs a file name")
      i = i + 1
    else
      rest[#rest + 1] = words[i]
    end
    i = i + 1
  end
  return rest, to
end

local function name_of(path)
  return (path:match "[^/]*$":gsub("%.[^.]*$", ""))
end

-- orthorun --pack SCRIPT [arguments] [-o FILE.html]: runs the script, or what
-- of it is not done yet, and writes its report.
function verify.pack(...)
  local words, to = take_output("--pack", { ... })
  local path = table.remove(words, 1)
  if not path then usage "--pack: which script?" end
  to = to or name_of(path) .. ".html"
  arg = setmetatable({ [0] = path }, getmetatable(arg)) -- luacheck: ignore
  table.move(words, 1, #words, 1, arg)
  local ok, f = pcall(verify.load, path)
  if not ok then stop(1, f) end
  f(table.unpack(arg))
  local options = {}
  for name, value in pairs(journal.report or {}) do options[name] = value end
  options.file = to
  if #journal.all "sweep" == 0 then
    stop(1, path .. ": it ran no sweep, so there are no results to share")
  end
  local written, message = pcall(report.write, options)
  if not written then stop(1, message) end
  io.write("packed  ", to, "\n")
end

-- --- comparing results ------------------------------------------------------

local function read_csv(bytes)
  local rows = {}
  for fields, line, message in csv.records(bytes) do
    if not fields then error(("line %d: %s"):format(line, message), 0) end
    rows[#rows + 1] = fields
  end
  return rows
end

-- Below this a difference is rounding, whatever it is relative to.
local least = 1e-3

local function deviation(a, b)
  if a == b then return 0 end
  local x, y = csv.tonumber(a), csv.tonumber(b)
  if not x or not y then return math.huge end
  if x == y or x ~= x and y ~= y then return 0 end
  local d = math.abs(x - y) / math.max(math.abs(x), math.abs(y), least)
  return d == d and d or math.huge
end

-- What a row is: its values before the column that differs.
local function place_of(header, row, column)
  local parts = {}
  for k = 1, math.min(#header, 6) do
    if k ~= column then
      parts[#parts + 1] = ("%s=%s"):format(header[k], row[k])
    end
  end
  return ("%s at %s"):format(header[column], table.concat(parts, ", "))
end

-- The largest deviation between two tables, and where it is; nil and a message
-- where they are not even of one shape.
local function compare(old, new)
  if #old ~= #new then
    return nil, ("%d rows against %d"):format(#old - 1, #new - 1)
  end
  local worst, where = 0, nil
  for i, row in ipairs(old) do
    if #row ~= #new[i] or i == 1 and
      table.concat(row, ",") ~= table.concat(new[1], ",") then
      return nil, "other columns"
    end
    for k, field in ipairs(row) do
      local d = deviation(field, new[i][k])
      if d > worst then
        worst = d
        where = ("%s: %s, now %s"):format(place_of(old[1], row, k), field,
          new[i][k])
      end
    end
  end
  return worst, where
end

-- --- verify -----------------------------------------------------------------

local function program()
  local first = 0
  while arg[first - 1] do first = first - 1 end
  local own = io.open("/proc/self/exe", "rb")
  if own then own:close() end
  return own and "/proc/self/exe" or arg[first]
end

-- Runs the report's script again in a folder of its own; the new report.
local function run_again(path, page)
  local folder = os.tmpname()
  os.remove(folder)
  files.make_folder(folder)
  local to = folder .. "/again.html"
  local words = { program(), "--pack", path }
  table.move(page.facts.arguments, 1, #page.facts.arguments, 4, words)
  for _, word in ipairs { "--out", folder, "--quiet", "-o", to } do
    words[#words + 1] = word
  end
  local status, out, err = core.file.spawn(words)
  local ok, new = pcall(share.open, to)
  core.file.spawn { "rm", "-r", folder }
  if not ok then
    local said = (err ~= "" and err or out):gsub("%s+$", "")
    stop(1, ("%s: the script failed when run again (status %s):\n%s"):format(
      path, status, said))
  end
  return new
end

local function surroundings(old, new)
  local parts = {}
  for _, name in ipairs { "version", "blas", "kernel", "precision", "lua",
    "compiler", "processor" } do
    local a, b = old.facts[name] or "?", new.facts[name] or "?"
    if a ~= b then
      parts[#parts + 1] = ("%s was %s, is %s"):format(name, a, b)
    end
  end
  return #parts > 0 and table.concat(parts, "; ") or
    "the same version, BLAS, kernel and compiler"
end

local function tolerance_of(words, page)
  local tolerance, rest = nil, {}
  for i, word in ipairs(words) do
    local value = word:match "^%-%-tolerance=(.*)$" or
      words[i - 1] == "--tolerance" and word
    if value then
      tolerance = tonumber(value)
      if not tolerance or not (tolerance >= 0) then
        usage("--verify: --tolerance must be a number, not " .. value)
      end
    elseif word:find "^%-" and word ~= "--tolerance" then
      usage(("--verify: unknown option '%s'"):format(word))
    elseif word ~= "--tolerance" then
      rest[#rest + 1] = word
    end
  end
  if page then
    tolerance = tolerance or page.facts.precision == "float32" and 1e-4 or 1e-9
  end
  return tolerance, rest
end

local function judge(path, old, new, tolerance)
  local same, bad = true, false
  for i, result in ipairs(old.results) do
    local name, bytes = result[1], result[2]
    local again = new.results[i] and new.results[i][2] or ""
    if bytes ~= again then
      same = false
      local worst, where = compare(read_csv(bytes), read_csv(again))
      local state = worst and worst <= tolerance and "within tolerance" or
        "DIFFERENT"
      bad = bad or state == "DIFFERENT"
      io.write(("%s: %s; %s\n"):format(name, state, worst and
        ("largest deviation %.2g, tolerance %g\n  %s"):format(worst,
        tolerance, where or "") or where))
    end
  end
  io.write("surroundings: ", surroundings(old, new), "\n")
  io.write(("%s: %s\n"):format(path, same and "identical bits" or bad and
    "different" or ("the same within %g"):format(tolerance)))
  return not bad
end

-- orthorun --verify FILE [--tolerance T]: runs the script of a report again
-- and compares the results. Exit status 1 where they differ.
function verify.verify(...)
  local _, rest = tolerance_of({ ... })
  local path = rest[1] or usage "--verify: which report?"
  if rest[2] then usage("--verify: one report at a time") end
  local ok, page = pcall(share.open, path)
  if not ok then stop(1, page) end
  local tolerance = tolerance_of({ ... }, page)
  if #page.results == 0 then stop(1, path .. ": no results are in it") end
  io.write(("%s: genuine; %s of orthorun %s, made %s; running it again\n")
    :format(path, page.facts.script, page.facts.version, page.facts.made))
  io.stdout:flush()
  if not judge(path, page, run_again(path, page), tolerance) then
    os.exit(1, true)
  end
end

-- --- new --------------------------------------------------------------------

-- orthorun --new NAME: NAME.lua, a commented experiment to start from.
function verify.new(...)
  local words = { ... }
  local name = words[1] or usage "--new: what name?"
  if words[2] then usage "--new: one name" end
  local path = name:find "%.lua$" and name or name .. ".lua"
  local word = name_of(path)
  if not word:find "^[%a_][%w_-]*$" then
    usage(("--new: '%s' is no name: letters, digits, _ and -"):format(word))
  end
  local there = io.open(path, "rb")
  if there then
    there:close()
    stop(1, path .. " is there already; it is left as it is")
  end
  local ok, message = pcall(files.write, path, (skeleton:gsub("NAME", word)))
  if not ok then stop(1, message) end
  io.write(("%s is written; run it:  orthorun %s\n"):format(path, path))
end

return verify
