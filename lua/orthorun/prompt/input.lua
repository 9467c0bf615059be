-- input: reading from the keyboard where there is none: what io.read, io.lines
-- and io.stdin ask for is asked of the front-end, a line at a time.
local getmetatable, pack, unpack = debug.getmetatable, table.pack, table.unpack
local select, tmpfile = select, io.tmpfile

local input = {}

-- What file:read(...) makes of a text.
local function read_from(text, ...)
  local file <close> = tmpfile()
  file:write(text, "\n")
  file:seek "set"
  local values = pack(file:read(...))
  return unpack(values, 1, values.n)
end

-- From now on ask() -> line, or nil at the end, is what reading from standard
-- input does.
function input.replace(ask)
  local stdin, current = io.stdin, io.input
  local methods = getmetatable(stdin).__index
  local read_default, lines_of = io.read, io.lines
  local read_file, lines_of_file = methods.read, methods.lines

  local function read(...)
    local text = ask()
    if text == nil then return nil end
    return read_from(text, ...)
  end

  local function lines(...)
    local formats = pack(...)
    return function() return read(unpack(formats, 1, formats.n)) end
  end

  io.read = function(...) -- luacheck: ignore
    if current() == stdin then return read(...) end
    return read_default(...)
  end
  io.lines = function(...) -- luacheck: ignore
    if select("#", ...) == 0 and current() == stdin then return lines() end
    return lines_of(...)
  end
  methods.read = function(file, ...)
    if file == stdin then return read(...) end
    return read_file(file, ...)
  end
  methods.lines = function(file, ...)
    if file == stdin then return lines(...) end
    return lines_of_file(file, ...)
  end
end

return input
