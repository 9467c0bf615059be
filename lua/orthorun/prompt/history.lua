-- history: the entries of earlier sessions, in a file of the user's: one entry
-- per line, with octal escapes for spaces and newlines as libedit writes them.
-- Entries are appended one by one, so that sessions side by side lose none.
local byte, find, format, gsub = string.byte, string.find, string.format,
  string.gsub

local history = {}

local cookie, most, most_bytes = "_HiStOrY_V2_", 5000, 4000000

-- $XDG_STATE_HOME/orthorun/history, or the one under ~/.local/state; nil where
-- there is no home.
function history.path(env)
  local state, home = env "XDG_STATE_HOME", env "HOME"
  if not state or not find(state, "^/") then
    if not home or not find(home, "^/") then return nil end
    state = home .. "/.local/state"
  end
  return state .. "/orthorun/history"
end

local function encode(entry)
  return (gsub(entry, "[%z\1-\32\127\\]", function(c)
    return c == "\\" and "\\\\" or format("\\%03o", byte(c))
  end))
end

local characters = {} -- by three octal digits
for code = 0, 255 do characters[format("%03o", code)] = string.char(code) end

local function decode(line)
  if not find(line, "\\\\", 1, true) then
    return (gsub(line, "\\([0-7][0-7][0-7])", characters))
  end
  return (gsub(line, "\\(\\?)([0-7]?[0-7]?[0-7]?)", function(escaped, octal)
    if escaped ~= "" then return "\\" .. octal end
    return characters[octal]
  end))
end

local function is_entry(text)
  return find(text, "%S") and utf8.len(text) and
    not find(text, "[%z\1-\8\11-\31\127]")
end

-- The last lines of a file, however large it is and whatever is in it.
local function last_lines(file)
  local size = file:seek "end" or 0
  file:seek("set", math.max(0, size - most_bytes))
  local text = file:read(most_bytes) or ""
  return size > most_bytes and gsub(text, "^[^\n]*\n", "", 1) or text
end

local function lines_of(text)
  local lines = {}
  for line in text:gmatch "[^\n]+" do lines[#lines + 1] = line end
  return lines
end

-- The last entries of a file, oldest first; what is no text is left out. Empty
-- where it cannot be read.
function history.load(path)
  local entries, file = {}, path and io.open(path, "rb")
  if not file then return entries end
  local good, text = pcall(last_lines, file) -- a folder opens, too
  file:close()
  local lines = lines_of(good and text or "")
  for i = #lines, 1, -1 do
    local entry = lines[i] ~= cookie and decode(lines[i])
    if entry and is_entry(entry) then entries[#entries + 1] = entry end
    if #entries == most then break end
  end
  for i = 1, #entries // 2 do
    local other = #entries + 1 - i
    entries[i], entries[other] = entries[other], entries[i]
  end
  return entries
end

-- Adds an entry to the file: append(path, text) does it. A file that cannot
-- be written is no matter: the session has its own.
function history.add(path, entry, append)
  if not path then return end
  local file = io.open(path, "rb")
  local begin = file and "" or cookie .. "\n"
  if file then
    local last = file:seek("end", -1) and file:read(1)
    if last and last ~= "\n" then begin = "\n" end
    file:close()
  end
  append(path, begin .. encode(entry) .. "\n")
end

return history
