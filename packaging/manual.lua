-- manual.lua: the manual page, printed as mdoc(7): `orthorun
-- packaging/manual.lua`. Its options are the program's own tables.
local core = require "orthorun.core"

-- The day of the page: that of the package, where one is built, else today.
local function date()
  local epoch = tonumber(os.getenv "SOURCE_DATE_EPOCH") or os.time()
  return (os.date("!%B %e, %Y", epoch):gsub("  ", " "))
end

-- Text for roff: no escapes, no request at a line's beginning, and nothing that
-- mdoc takes for a macro.
local function plain(text)
  return (text:gsub("\\", "\\e"):gsub("^[.']", "\\&%0"):gsub("%-", "\\-"))
end

-- `code` in a text is a macro of its own.
local function with_code(text)
  text = plain(text):gsub("%s*`([^`]+)`(%p?)%s*", function(code, mark)
    return ("\n.Ql %s%s\n"):format(code, mark ~= "" and " " .. mark or "")
  end)
  return (text:gsub("^\n", ""):gsub("\n$", ""))
end

-- "FILE ... -o FILE" as arguments and options.
local function arguments(value)
  local parts = {}
  for word in (value or ""):gmatch "%S+" do
    local open, name, close = word:match "^(%[?)([^%]]*)(%]?)$"
    local flag = name:match "^%-+(.+)$"
    parts[#parts + 1] = (open ~= "" and "Oo " or "") ..
      (flag and "Fl " .. plain(name:sub(2)) or "Ar " .. name) ..
      (close ~= "" and " Oc" or "")
  end
  return #parts > 0 and " " .. table.concat(parts, " ") or ""
end

local function item(word, value, about)
  local head = word:find "^%-." and "Fl " .. plain(word:sub(2)) or
    word == "-" and "Fl" or "Ar " .. word
  io.write(".It ", head, arguments(value), "\n", with_code(about), "\n")
end

local function own_options(section)
  io.write ".Bl -tag -width Ds\n"
  for _, row in ipairs(core.own_options()) do
    if row.section == section then item(row.word, row.value, row.about) end
  end
  io.write ".El\n"
end

local function run_options()
  io.write ".Bl -tag -width Ds\n"
  for _, row in ipairs(core.run_options) do
    item("--" .. row.name, row.value, row.about .. (row.otherwise and
      (" [%s]"):format(row.otherwise) or ""))
  end
  io.write ".El\n"
end

local head = [[
.\" Made by packaging/manual.lua from the tables of options.
.Dd %s
.Dt ORTHORUN 1
.Os
.Sh NAME
.Nm orthorun
.Nd signals, gradients and singular values in deep networks
.Sh SYNOPSIS
.Nm
.Op Ar options
.Op Ar script Op Ar arguments
.Sh DESCRIPTION
.Nm
runs a script of Lua 5.4 with a library of matrices, networks, initializers,
metrics, theory, sweeps and plots in it, as the global
.Ql ortho .
The
.Ar script
is a file, or the name of an experiment that came with the program, such as
.Ql depth_sweep .
Without one it reads the standard input, or prompts where that is a terminal.
.Pp
A script that defines an experiment runs it: trials in parallel, tables on the
standard output, and results, plots and a report in a folder.
Every parameter of an experiment is an option behind the script's name;
.Nm
.Ar script
.Fl \-help
lists them.
What is done already is not computed again.
.Pp
Options of Lua's own, before the script:
]]

local tail = [[
.Sh ENVIRONMENT
.Bl -tag -width Ds
.It Ev LUA_INIT , LUA_PATH , LUA_CPATH
As for
.Xr lua 1 ,
with and without
.Ql _5_4 .
.It Ev NO_COLOR
No colours.
.It Ev OPENBLAS_CORETYPE
The kernel of OpenBLAS.
Where it is not set,
.Nm
sets it if OpenBLAS has chosen one that leaves the processor's vector units
idle.
.It Ev VISUAL , EDITOR
What
.Ql edit
at the prompt starts.
.It Ev XDG_STATE_HOME
The folder of the prompt's history; else
.Pa ~/.local/state .
.El
.Sh FILES
.Bl -tag -width Ds
.It Pa runs/NAME
What the experiment
.Ar NAME
writes, if
.Fl \-out
does not say otherwise: results in SQLite, CSV, plots and a report.
.It Pa share/orthorun
Below the folder of the installation: the library, the experiments and the
documentation as Markdown.
.El
.Sh EXIT STATUS
.Bl -tag -width Ds -compact
.It 0
All is well.
.It 1
An error in a script.
.It 2
Wrong usage.
.It 3
Some trials of a sweep failed.
.It 130
Ctrl\-C.
.El
.Sh EXAMPLES
The first experiment, then a part of it with deeper networks, and what a file of
results holds:
.Bd -literal -offset indent
orthorun depth_sweep
orthorun depth_sweep --activation tanh --depth 10,100 --seed 1-20
orthorun --show runs/depth_sweep/depth_sweep.db
.Ed
.Pp
An experiment of one's own, to start from:
.Bd -literal -offset indent
orthorun --new mine
orthorun mine.lua
.Ed
.Sh SEE ALSO
.Xr gnuplot 1 ,
.Xr lua 1
]]

io.write(head:format(date()))
own_options "lua"
io.write ".Pp\nOptions of a run, before the script or behind it:\n"
run_options()
for _, section in ipairs { { "scripts", "Experiments" },
  { "results", "Files of results" }, { "sharing", "Reports" },
  { "about", "The program" } } do
  io.write(".Ss ", section[2], "\n")
  own_options(section[1])
end
io.write(tail)
