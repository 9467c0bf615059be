-- json: the prompt for programs: requests come as lines of JSON, answers and
-- what entries print, show and draw go the same way (docs/jupyter.md has the
-- lines). The host carries the lines, and catches what is printed
-- (src/host/streams.c); the session is the prompt's own.
local core = require "orthorun.core"
local bundle = require "orthorun.prompt.bundle"
local commands = require "orthorun.prompt.commands"
local complete = require "orthorun.prompt.complete"
local display = require "orthorun.prompt.display"
local entries = require "orthorun.prompt.entries"
local errors = require "orthorun.prompt.errors"
local events = require "orthorun.base.events"
local history = require "orthorun.prompt.history"
local input = require "orthorun.prompt.input"
local lexer = require "orthorun.prompt.lexer"
local names = require "orthorun.base.names"
local found_json, json = pcall(require, "dkjson")
local find, format, gsub, match, sub = string.find, string.format, string.gsub,
  string.match, string.sub
local error, ipairs, loaded, pcall, tostring, type = error, ipairs,
  package.loaded, pcall, tostring, type
local getenv, math_type = os.getenv, math.type
local utf8_len, utf8_offset = utf8.len, utf8.offset

if not found_json then
  error("--json-repl needs the module dkjson (Debian: lua-dkjson): " ..
    match(tostring(json), "^[^\n]*"), 0)
end

local front = {}

local protocol = 1
local most_printed = 1000000 -- bytes of an entry's output, if not told otherwise
local most_pictures = 40     -- of one entry
local longest_id, long_entry = 150, 100000

local host     -- functions of the process
local started  -- has the front-end been told that we are there?
local path     -- of the history file
local count = 0    -- of entries
local current = {} -- what is being answered: {id, shown, allow_input}
local waiting = {} -- requests that came while an entry asked for input

-- --- lines -----------------------------------------------------------------

local key_order = { keyorder = { "event", "reply", "id", "ok" } }

local function send(message)
  host.send(json.encode(message, key_order))
end

local function tell(event, fields)
  fields.event = event
  fields.id = current.id == nil and json.null or current.id
  send(fields)
end

-- The answer that every request gets once.
local function reply(op, id, ok, fields)
  fields = fields or {}
  fields.reply, fields.ok = op, ok
  fields.id = id == nil and json.null or id
  send(fields)
end

-- A line as a request; nil and what is wrong with it.
local function decode(line)
  local good, at = utf8_len(line)
  if not good then
    return nil, format("the line is no UTF-8 (byte %d)", at)
  end
  local called, request, after, message = pcall(json.decode, line)
  if not called or request == nil then
    return nil, "the line is no JSON: " .. tostring(called and message or
      request)
  end
  if type(request) ~= "table" or request[1] ~= nil or request == json.null then
    return nil, "the line is no JSON object"
  end
  if find(line, "%S", after) then
    return nil, format("something follows the JSON object (byte %d)",
      find(line, "%S", after))
  end
  return request
end

local function check_id(id)
  if id == nil or math_type(id) or type(id) == "string" and
    #id <= longest_id then return end
  return format("id must be a number or a text of at most %d bytes", longest_id)
end

-- --- what an entry shows ---------------------------------------------------

-- Texts are this wide: results, and what is beside the cursor.
local wide, narrow = 100, 76

local function set_display(width)
  display.set { colors = false, ortho = loaded.orthorun, width = width }
end

-- Shows a picture, unless the entry has shown it already. false where it
-- cannot be drawn.
local function show_picture(picture)
  if current.shown[picture] then return true end
  if #current.shown >= most_pictures then
    if #current.shown == most_pictures then
      current.shown[most_pictures + 1] = picture
      io.stderr:write(format("%d plots are shown; the others of this entry " ..
        "are not\n", most_pictures))
    end
    return true
  end
  local data = bundle.picture(picture)
  if not data then return false end
  current.shown[picture] = true
  current.shown[#current.shown + 1] = picture
  tell("display", { data = data })
  return true
end

-- What the library tells of. Nothing of it is shown by a worker.
local function listen()
  events.listen("plot", function(_, _, picture)
    if current.shown then show_picture(picture) end
  end)
  events.listen("show", function(picture)
    return current.shown and show_picture(picture)
  end)
  events.listen("progress", function(line) tell("progress", { text = line }) end)
end

local function show_values(values)
  local rest, pictures = bundle.sort(values)
  for _, picture in ipairs(pictures) do
    if not show_picture(picture) then
      rest.n = rest.n + 1
      rest[rest.n] = picture
    end
  end
  if rest.n > 0 then tell("result", { data = bundle.values(rest) }) end
end

-- told: what errors.teller made of an error, or a text.
local function tell_error(told, interrupted)
  if type(told) ~= "table" then
    told = { text = type(told) == "string" and told or
      "not enough memory, or an error in the handling of an error", frames = {} }
  end
  tell("error", { message = display.tame(told.text), traceback = told.frames,
    line = told.line, interrupted = interrupted or nil })
end

-- f() as an entry's own code is run; true where it has ended well.
local function guarded(f)
  local good, message, interrupted = host.call(f, errors.teller(f))
  if not good then tell_error(message, interrupted) end
  return good, interrupted
end

-- --- requests --------------------------------------------------------------

local operations = {}

-- The text that a request is about, and the part before its cursor.
local function code_of(request)
  local code = request.code
  if type(code) ~= "string" then error("code must be a text", 0) end
  local length = utf8_len(code)
  if not length then error("code is no UTF-8", 0) end
  local cursor = request.cursor or length
  if math_type(cursor) ~= "integer" or cursor < 0 or cursor > length then
    error(format("cursor must be a whole number from 0 to %d", length), 0)
  end
  local at = utf8_offset(code, cursor + 1) - 1
  return code, sub(code, 1, at), sub(code, at + 1)
end

local function remember(request, code)
  if request.store == false or not find(code, "%S") or #code > long_entry then
    return
  end
  history.add(path, code, host.append)
end

-- Runs a compiled entry. Returns the reply's fields.
local function run(code, entry)
  local outcome = entries.run(code, entry, errors.teller(entry.f))
  local good, interrupted = outcome.values ~= nil, outcome.interrupted
  if not good then
    tell_error(outcome.message, interrupted)
  elseif outcome.values.n > 0 and not entry.silent then
    good, interrupted = guarded(function() show_values(outcome.values) end)
  end
  return good, { seconds = outcome.seconds, interrupted = interrupted or nil }
end

-- An entry, of whatever kind. Returns whether it went well, the reply's fields,
-- and whether the session goes on.
local function perform(code, name)
  local command = entries.command(code)
  if command == "quit" or command == "exit" then
    return true, { leaves = true }, false
  elseif command or entries.asked(code) then
    return guarded(function() entries.answer(code) end), {}, true
  end
  local entry, message = entries.compile(code, name)
  if not entry then
    tell_error { text = message, frames = {},
      line = math.tointeger(match(message, ":(%d+): ")) }
    return false, {}, true
  end
  local good, fields = run(code, entry)
  return good, fields, true
end

function operations.execute(request)
  local code = code_of(request)
  local most = request.limit or most_printed
  if math_type(most) ~= "integer" or most < 0 then
    error("limit must be a whole number of bytes, 0 or more", 0)
  end
  count = count + 1
  local name = request.name == nil and format("cell %d", count) or request.name
  if type(name) ~= "string" or not find(name, "^[%w_ ]+$") or #name > 40 then
    error("name must be a text of letters, digits, spaces and _", 0)
  end
  host.begin(json.encode(current.id == nil and json.null or current.id), most)
  current.shown, current.allow_input = {}, request.allow_input
  tell("status", { state = "busy" })
  remember(request, code)
  local good, fields, on = perform(code, name)
  host.finish()
  tell("status", { state = "idle" })
  reply("execute", request.id, good, fields)
  return on
end

-- Places in the code count characters.
function operations.complete(request)
  local _, before = code_of(request)
  local list, at = complete.list(before, host)
  reply("complete", request.id, true, { matches = list,
    from = utf8_len(before, 1, at), to = utf8_len(before) })
end

function operations.inspect(request)
  local _, before, rest = code_of(request)
  local text, found
  set_display(narrow)
  for _, subject in ipairs(complete.subjects(before, rest)) do
    text, found = commands.about(subject)
    if found then break end
  end
  reply("inspect", request.id, true, { found = found or false,
    data = found and { ["text/plain"] = text } or nil })
end

function operations.is_complete(request)
  local code = code_of(request)
  if entries.asked(code) or entries.command(code) then
    return reply("is_complete", request.id, true, { status = "complete" })
  end
  local entry, _, more = entries.compile(code, "code")
  local depth = 0
  for _, token in ipairs(more and lexer.tokens(code) or {}) do
    depth = depth + lexer.step(token)
  end
  reply("is_complete", request.id, true, { status = entry and "complete" or
    more and "incomplete" or "invalid", indent = more and
    ("  "):rep(math.max(0, math.min(depth, 20))) or nil })
end

-- The last entries of this and of earlier sessions, oldest first.
function operations.history(request)
  local most = request.most or 1000
  if math_type(most) ~= "integer" or most < 0 then
    error("most must be a whole number, 0 or more", 0)
  end
  local list = history.load(path)
  reply("history", request.id, true, { entries = table.move(list,
    math.max(1, #list - most + 1), #list, 1, {}) })
end

function operations.shutdown(request)
  reply("shutdown", request.id, true)
  return false
end

function operations.input(request)
  reply("input", request.id, false, { message = "nobody has asked for input" })
end

-- --- the loop --------------------------------------------------------------

local function refuse(request, message)
  reply(request and type(request.op) == "string" and request.op or "unknown",
    request and not check_id(request.id) and request.id or nil, false,
    { message = message })
end

-- Answers a request; false where it ends the session.
local function answer(request)
  local wrong = check_id(request.id)
  if wrong then return refuse(request, wrong) end
  local f = type(request.op) == "string" and operations[request.op]
  if not f then
    return refuse(request, names.unknown("op", tostring(request.op),
      names.keys(operations)))
  end
  current = { id = request.id }
  set_display(wide)
  local good, on = pcall(f, request)
  if good then return on end
  host.finish()
  refuse(request, gsub(tostring(on), "^[^\n]-/prompt/json%.lua:%d+: ",
    "internal error: ", 1))
end

-- The next request: true and it, or true and nil where the line was none;
-- false at the end.
local function next_request()
  local line, why = host.read()
  if not line then
    if why == "memory" then refuse(nil, "not enough memory for the line") end
    return why ~= "end", nil
  end
  if not find(line, "%S") then return true, nil end
  local request, message = decode(line)
  if not request then refuse(nil, message) end
  return true, request
end

-- For input: asks the front-end for a line. nil at the end of all input.
local function ask()
  if not current.allow_input then
    core.fail("there is no keyboard to read from: the front-end of this " ..
      "session answers no questions")
  end
  tell("input", {})
  while true do
    local on, request = next_request()
    if not on then return nil end
    if request and request.op == "input" then
      reply("input", request.id, true)
      return type(request.text) == "string" and request.text or ""
    elseif request then
      waiting[#waiting + 1] = request
    end
  end
end

local function start()
  path = history.path(getenv)
  input.replace(ask)
  listen()
  local facts = core.environment
  send { event = "ready", protocol = protocol, version = facts.orthorun,
    lua = facts.lua, banner = format("orthorun %s, %s\nhelp or ?name tells more",
    facts.orthorun, facts.lua) }
end

-- Answers requests until there are no more. It may be called again where an
-- error of its own has ended it.
function front.run(functions)
  host, entries.host = functions, functions
  if not started then
    start()
    started = true
  end
  while true do
    local on, request = true, table.remove(waiting, 1)
    if not request then on, request = next_request() end
    if not on or request and answer(request) == false then return end
  end
end

return front
