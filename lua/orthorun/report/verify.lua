-- verify: `orthorun --verify`: a report's script run again, and its results
-- compared with those in the report.
local core = require "orthorun.core"
local csv = require "orthorun.base.csv"
local files = require "orthorun.base.files"
local program = require "orthorun.base.program"
local share = require "orthorun.report.share"
local text = require "orthorun.base.text"

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
    return nil, ("%s against %d"):format(text.count(#old - 1, "row"), #new - 1)
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

-- --- running it again -------------------------------------------------------

local function own_path()
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
  local words = { own_path(), "--pack", path }
  table.move(page.facts.arguments, 1, #page.facts.arguments, 4, words)
  for _, word in ipairs { "--out", folder, "--quiet", "-o", to } do
    words[#words + 1] = word
  end
  local status, out, err = core.file.spawn(words)
  local ok, new = pcall(share.open, to)
  core.file.spawn { "rm", "-r", folder }
  if not ok then
    local said = (err ~= "" and err or out):gsub("%s+$", "")
    program.stop(1, ("%s: the script failed when run again (status %s):\n%s"):format(
      path, status, said))
  end
  return new
end

-- What was and what is, in words, and whether it is the same.
local function surroundings(old, new)
  local parts = {}
  for _, name in ipairs { "version", "blas", "kernel", "precision", "lua",
    "compiler", "processor" } do
    local a, b = old.facts[name] or "?", new.facts[name] or "?"
    if a ~= b then
      parts[#parts + 1] = ("%s was %s, is %s"):format(name, a, b)
    end
  end
  if #parts > 0 then return table.concat(parts, "; "), false end
  return ("the same version, BLAS, kernel and compiler (orthorun %s, %s, %s)")
    :format(new.facts.version, new.facts.blas, new.facts.kernel), true
end

local function tolerance_of(words, page)
  local tolerance, rest = nil, {}
  for i, word in ipairs(words) do
    local value = word:match "^%-%-tolerance=(.*)$" or
      words[i - 1] == "--tolerance" and word
    if value then
      tolerance = tonumber(value)
      if not tolerance or not (tolerance >= 0) then
        program.usage("--verify: --tolerance must be a number, not " .. value)
      end
    elseif word:find "^%-" and word ~= "--tolerance" then
      program.usage(("--verify: unknown option '%s'"):format(word))
    elseif word ~= "--tolerance" then
      rest[#rest + 1] = word
    end
  end
  if page then
    tolerance = tolerance or page.facts.precision == "float32" and 1e-4 or 1e-9
  end
  return tolerance, rest
end

-- Compares one CSV with what came of it now, and says what differs. Returns
-- whether it is the same bytes, and whether it is so within the tolerance.
local function judge_one(name, bytes, again, tolerance, note)
  if bytes == again then return true, true end
  local worst, where
  if again then
    worst, where = compare(read_csv(bytes), read_csv(again))
  else
    where = "it is not written any more"
  end
  local near = worst and worst <= tolerance
  io.write(("%s: %s; %s\n"):format(name, near and "within tolerance" or note or
    "DIFFERENT", worst and ("largest deviation %.2g, tolerance %g\n  %s")
    :format(worst, tolerance, where or "") or where))
  return false, near
end

local function named(tables)
  local by_name = {}
  for _, t in ipairs(tables) do by_name[t[1]] = by_name[t[1]] or t[2] end
  return by_name
end

-- Holds the results of the sweeps against one another, and other CSV files
-- that the script wrote. Those are of no known kind (a z-score amplifies
-- rounding), so that they count where the surroundings are the same.
local function judge(path, old, new, tolerance)
  local same, good = true, true
  local around, alike = surroundings(old, new)
  local results, files_now = named(new.results), named(new.files)
  for _, t in ipairs(old.results) do
    local is_same, near = judge_one(t[1], t[2], results[t[1]], tolerance)
    same, good = same and is_same, good and near
  end
  for _, t in ipairs(old.files) do
    local is_same, near = judge_one(t[1] .. ".csv", t[2], files_now[t[1]],
      tolerance, not alike and "differs, as other surroundings may make it")
    same, good = same and is_same, good and (near or not alike)
  end
  io.write("surroundings: ", around, "\n")
  io.write(("%s: %s\n"):format(path, same and "identical bits" or not good and
    "different" or ("the same within %g"):format(tolerance)))
  return good
end

-- orthorun --verify FILE [--tolerance T]: runs the script of a report again
-- and compares the results. Exit status 1 where they differ.
return function(...)
  local _, rest = tolerance_of({ ... })
  local path = rest[1] or program.usage "--verify: which report?"
  if rest[2] then program.usage("--verify: one report at a time") end
  local ok, page = pcall(share.open, path)
  if not ok then program.stop(1, page) end
  local tolerance = tolerance_of({ ... }, page)
  if #page.results == 0 then program.stop(1, path .. ": no results are in it") end
  io.write(("%s: genuine; %s of orthorun %s, made %s; running it again\n")
    :format(path, page.facts.script, page.facts.version, page.facts.made))
  io.stdout:flush()
  if not judge(path, page, run_again(path, page), tolerance) then
    os.exit(1, true)
  end
end
