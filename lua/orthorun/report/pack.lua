-- pack: `orthorun --pack`: a script run, and it and its results as one page.
local files = require "orthorun.base.files"
local journal = require "orthorun.report.journal"
local load = require "orthorun.report.load"
local program = require "orthorun.base.program"
local report = require "orthorun.report"

-- Takes "-o FILE" out of the words that follow the script.
local function take_output(who, words)
  local rest, to, i = {}, nil, 1
  while i <= #words do
    if words[i] == "-o" then
      to = words[i + 1] or program.usage(who .. ": -o needs a file name")
      i = i + 1
    else
      rest[#rest + 1] = words[i]
    end
    i = i + 1
  end
  return rest, to
end

-- orthorun --pack SCRIPT [arguments] [-o FILE.html]: runs the script, or what
-- of it is not done yet, and writes its report.
return function(...)
  local words, to = take_output("--pack", { ... })
  local path = table.remove(words, 1)
  if not path then program.usage "--pack: which script?" end
  to = to or files.stem(path) .. ".html"
  arg = setmetatable({ [0] = path }, getmetatable(arg)) -- luacheck: ignore
  table.move(words, 1, #words, 1, arg)
  local ok, f = pcall(load, path)
  if not ok then program.stop(1, f) end
  f(table.unpack(arg))
  local options = {}
  for name, value in pairs(journal.report or {}) do options[name] = value end
  options.file = to
  if #journal.all "sweep" == 0 then
    program.stop(1, path .. ": it ran no sweep, so there are no results to share")
  end
  local written, message = pcall(report.write, options)
  if not written then program.stop(1, message) end
  io.write("packed  ", to, "\n")
end
