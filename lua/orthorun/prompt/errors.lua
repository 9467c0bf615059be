-- errors: what is said when an entry fails: the message, and the user's own
-- functions on the way to it. Frames of the library and of C are left out.
local session = require "orthorun.prompt.session"
local getinfo, getlocal = debug.getinfo, debug.getlocal
local find, format, sub = string.find, string.format, string.sub
local concat, unpack = table.concat, table.unpack
local pcall, tostring, type = pcall, tostring, type
local max, stack_depth = math.max, require("orthorun.core").stack_depth

local errors = {}

local longest, deepest = 4000, 20

-- An error object as text, whatever it is.
function errors.text_of(message)
  if type(message) == "string" or type(message) == "number" then
    return tostring(message)
  end
  local meta = debug.getmetatable(message)
  if type(meta) == "table" and meta.__tostring then
    local good, text = pcall(tostring, message)
    if good and type(text) == "string" then return text end
    if not good and type(text) == "string" and find(text, "interrupted!$") then
      return "interrupted!"
    end
    return format("(error object is a %s value whose __tostring fails)",
      type(message))
  end
  return format("(error object is a %s value)", type(message))
end

local function shorten(text)
  if #text <= longest then return text end
  return format("%s ... (%d bytes in all)", sub(text, 1, longest), #text)
end

local function is_users(frame)
  return frame.what ~= "C" and
    not find(frame.source, "/lua/orthorun/", 1, true) and
    not find(frame.source, "/share/orthorun/orthorun/", 1, true)
end

local function name_of(frame)
  if frame.what == "main" then return "main chunk" end
  if frame.name and frame.name ~= "?" then
    return format("%s '%s'", frame.namewhat ~= "" and frame.namewhat or
      "function", frame.name)
  end
  return format("function <%s:%d>", frame.short_src, frame.linedefined)
end

-- Makes locals of the session of those that a function had at a level of the
-- stack. Where one of them is a function that refers to another, they go on
-- sharing it.
local function keep_level(level)
  local values = {}
  for i = 1, 250 do
    local name, value = getlocal(level + 1, i)
    if name and find(name, "^[%a_]") then
      session.set(name, value)
      values[name] = value
    end
  end
  for _, value in next, values do
    for i = 1, type(value) == "function" and 255 or 0 do
      local name, content = debug.getupvalue(value, i)
      if not name then break end
      if values[name] ~= nil and rawequal(values[name], content) then
        session.cells[name] = { f = value, i = i }
      end
    end
  end
end

local far = 200 -- Lua counts frames to find one: of a deep stack we see the ends

-- Keeps the locals that f has, which has just failed: an outer frame.
function errors.keep_locals(f)
  local outermost = stack_depth()
  for level = outermost, max(2, outermost - far), -1 do
    if getinfo(level, "f").func == f then
      keep_level(level) -- no tail call: it counts levels
      return
    end
  end
end

-- The line of f, an outer frame, that was reached; nil where f is not there.
local function line_of(f)
  local outermost = stack_depth()
  for level = outermost, max(2, outermost - far), -1 do
    local frame = getinfo(level, "lf")
    if frame.func == f then
      return frame.currentline > 0 and frame.currentline or nil
    end
  end
end

-- What is told of an error in what f does: {text, frames}, an array of the
-- user's functions on the way to it, and the line of f that was reached.
local function tell_of(message, f)
  local told = { text = shorten(errors.text_of(message)), frames = {},
    line = line_of(f) }
  for level = 3, far do
    local frame = getinfo(level, "Slnf")
    if not frame or frame.func == f or #told.frames == deepest then break end
    if is_users(frame) then
      told.frames[#told.frames + 1] = format("%s:%d: in %s", frame.short_src,
        frame.currentline, name_of(frame))
    end
  end
  return told
end

-- Message handlers for what calls f; the locals of f that were there are the
-- session's from now on. This one returns {text, frames, line}.
function errors.teller(f)
  return function(message)
    local told = tell_of(message, f)
    if f then errors.keep_locals(f) end
    return told
  end
end

-- This one returns the text to print.
function errors.handler(f)
  local tell = errors.teller(f)
  return function(message)
    local told = tell(message)
    return concat({ told.text, unpack(told.frames) }, "\n  ")
  end
end

return errors
