-- entries: what is done with an entry, whichever front it came from: the
-- terminal's (init) or the one of JSON lines (json). What asks for help, what is
-- a command, how one is run, and what names mean there beside Lua's.
local program = require "orthorun.base.program"
local session = require "orthorun.prompt.session"
local strict = require "orthorun.prompt.strict"
local match = string.match
local pack, rawget, require, unpack = table.pack, rawget, require, table.unpack
local next = next

local entries = {
  host = nil,    -- functions of the process, from the front; `send`: no terminal
  pending = nil, -- what `edit` wants to be run next
}

-- Loaded at first use: the prompt comes sooner.
local commands = setmetatable({}, { __index = function(self, field)
  local value = require "orthorun.prompt.commands"[field]
  self[field] = value
  return value
end })

-- What `?name` or `name?` asks for, or nil.
function entries.asked(text)
  return match(text, "^%s*%?%s*(.-)%s*$") or
    match(text, "^%s*([%w_.:]+)%s*%?%s*$")
end

-- The command whose name alone was typed, or nil: a variable hides it.
function entries.command(text)
  local word = match(text, "^%s*(%a+)%s*;?%s*$")
  return word and commands.list[word] and rawget(_G, word) == nil and
    not session.cells[word] and word or nil
end

-- Shows what an entry asks for that is a question, or a command's name.
function entries.answer(text)
  commands.question(entries.asked(text) or text)
end

-- What a name means that is no global: a result, or a command.
local function find_name(name)
  local value, found = session.result(name)
  if found then return value, true end
  if name == "_" or match(name, "^_[1-9]$") then return nil, true end
  value = commands.list[name]
  return value, value ~= nil
end

local function all_names()
  local names = {}
  for name in next, session.cells do names[#names + 1] = name end
  for name in next, commands.list do names[#names + 1] = name end
  return names
end

-- Compiles an entry as session.compile does. name: what errors call it.
function entries.compile(text, name)
  program.session, session.chunk = true, "=" .. name
  strict.prompt(session.chunk, find_name, all_names)
  return session.compile(text)
end

-- Runs what an entry was compiled to; handler: of its errors. Returns {values,
-- seconds}, or {message, interrupted, seconds}: what the handler made of the
-- error, and whether Ctrl-C was it.
function entries.run(text, entry, handler)
  local host = entries.host
  local record = { text = text, script = entry.script }
  session.entries[#session.entries + 1] = record
  local begin = host.clock()
  local answer = pack(host.call(entry.f, handler))
  local seconds = host.clock() - begin
  if not answer[1] then
    record.failed = true
    return { message = answer[2], interrupted = answer[3], seconds = seconds }
  end
  local values = pack(unpack(answer, 2, answer.n))
  session.remember(values)
  return { values = values, seconds = seconds }
end

return entries
