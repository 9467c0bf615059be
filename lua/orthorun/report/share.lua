-- share: the parts of a report that programs read: script, facts, results. A
-- seal over the whole file tells a damaged or edited one. Knows nothing of
-- how a report looks.
local core = require "orthorun.core"
local text = require "orthorun.base.text"

local share = {}

-- --- bytes as text ----------------------------------------------------------

local digits =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
local values = {}
for i = 1, 64 do values[digits:byte(i)] = i - 1 end

local function digit(n) return digits:sub(n + 1, n + 1) end

-- Base64 (RFC 4648), in one line.
function share.encode(bytes)
  return (bytes:gsub("..?.?", function(part)
    local a, b, c = part:byte(1, 3)
    local n = a << 16 | (b or 0) << 8 | (c or 0)
    return digit(n >> 18) .. digit(n >> 12 & 63) ..
      (b and digit(n >> 6 & 63) or "=") .. (c and digit(n & 63) or "=")
  end))
end

function share.decode(s)
  return (s:gsub("[^%w+/]", ""):gsub("..?.?.?", function(part)
    local n, count = 0, #part
    for i = 1, 4 do
      n = n << 6 | (i <= count and values[part:byte(i)] or 0)
    end
    return (">I3"):pack(n):sub(1, count - 1)
  end))
end

local most = 1 << 30 -- bytes that a table in a report may have

-- A gzip stream, the same for the same bytes.
function share.compress(bytes) return assert(core.file.gzip(bytes)) end

-- What a gzip stream holds; nil and a message where it is damaged, or is more
-- than `limit` (default: a gibibyte).
function share.expand(bytes, limit)
  return core.file.gunzip(bytes, limit or most)
end

-- --- the seal ---------------------------------------------------------------

local nothing = ("0"):rep(64)
local mark = "<!-- orthorun report 1, sha256 %s of this file with zeros here -->"
local pattern = "<!%-%- orthorun report (%d+), sha256 (%x+) of this file"

share.first_lines = "<!DOCTYPE html>\n" .. mark:format(nothing) .. "\n"

-- SHA-256 by coreutils, also where PATH does not lead to it.
function share.digest(bytes)
  local status, out, err
  for _, folder in ipairs { "", "/usr/bin/", "/bin/" } do
    status, out, err = core.file.spawn({ folder .. "sha256sum" }, bytes)
    if status then break end
  end
  if not status then
    error(("cannot run sha256sum (%s)"):format(out), 0)
  elseif status ~= 0 then
    error(("sha256sum: %s"):format((err:match "^[^\n]*")), 0)
  end
  return out:match "^%x+"
end

-- A page that begins with share.first_lines, sealed.
function share.seal(page)
  return (page:gsub(nothing, share.digest(page), 1))
end

-- --- parts ------------------------------------------------------------------

-- A part as an element that browsers do not show.
function share.part(name, bytes)
  return ('<script type="application/x-orthorun" data-part="%s">%s</script>\n')
    :format(name, share.encode(bytes))
end

-- A table's CSV as a link that saves it.
function share.results(name, csv)
  return ('<a data-results="%s" download="%s.csv.gz" ' ..
    'href="data:application/gzip;base64,%s">%s.csv.gz</a>'):format(
    text.escape(name), text.escape(name), share.encode(share.compress(csv)),
    text.escape(name))
end

-- The same for another CSV file of the script's.
function share.csv(name, csv)
  return (share.results(name, csv):gsub("data%-results", "data-csv", 1))
end

-- Facts as lines "name: value"; a value has no line ends.
function share.write_facts(facts)
  local lines = {}
  for _, fact in ipairs(facts) do
    lines[#lines + 1] = ("%s: %s"):format(fact[1], text.clean(fact[2]))
  end
  return table.concat(lines, "\n")
end

local function read_facts(bytes)
  local facts, arguments = {}, {}
  for name, value in (bytes .. "\n"):gmatch "([%w_]+): ([^\n]*)\n" do
    if name == "argument" then
      arguments[#arguments + 1] = value
    else
      facts[name] = value
    end
  end
  facts.arguments = arguments
  return facts
end

local function part_of(page, name)
  local bytes = page:match('<script type="application/x%-orthorun" ' ..
    'data%-part="' .. name .. '">([%w+/=]*)</script>')
  return bytes and share.decode(bytes)
end

function share.is_report(page)
  return page:sub(1, 300):find(pattern) ~= nil
end

local function check_seal(path, page)
  local format, seal = page:sub(1, 300):match(pattern)
  if not format then error(path .. ": not a report of orthorun", 0) end
  if format ~= "1" then
    error(("%s: a report of another version of orthorun (its format is %s, " ..
      "this one reads 1)"):format(path, format), 0)
  end
  local plain = page:gsub(seal, nothing, 1)
  if share.digest(plain) ~= seal:lower() then
    error(path .. ": damaged or edited: its contents do not match its seal", 0)
  end
end

local function read(path)
  local file, message = io.open(path, "rb")
  if not file then error(message, 0) end
  local page = file:read "a"
  file:close()
  if not page then error(path .. ": cannot be read", 0) end
  return page
end

-- The CSVs in links with this attribute: an array of {name, csv}.
local function read_tables(path, page, attribute)
  local tables = {}
  for name, bytes in page:gmatch('<a data%-' .. attribute ..
    '="([^"]*)"[^>]-base64,([%w+/=]*)') do
    local csv, message = share.expand(share.decode(bytes))
    if not csv then
      error(("%s: %s '%s': %s"):format(path, attribute, name, message), 0)
    end
    tables[#tables + 1] = { name, csv }
  end
  return tables
end

-- Reads a report: {script, facts, results = {{name, csv}, ...}, files = the
-- same of other CSV files}. Raises where the file is none, or not as it was
-- written.
function share.open(path)
  local page = read(path)
  check_seal(path, page)
  local script, facts = part_of(page, "script"), part_of(page, "facts")
  if not script or not facts then
    error(path .. ": no script is in it", 0)
  end
  return { script = script, facts = read_facts(facts),
    results = read_tables(path, page, "results"),
    files = read_tables(path, page, "csv") }
end

return share
