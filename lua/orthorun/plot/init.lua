-- plot: pictures of result tables. Checks what is asked for; orthorun.figure
-- lays it out, and gnuplot or the terminal draws it.

--- Pictures of tables and arrays, drawn by gnuplot, without a shell; where there is
-- none, a line on stderr says so, and the picture is drawn in the terminal. Values
-- an axis cannot show are counted in the caption. [gallery.md](../gallery.md)
-- shows one of each kind.
--
-- In texts ‖W‖_F, x^2, 10^{-3} are drawn with sub- and superscripts: a group in
-- braces, a power, or one letter behind a single letter or sign. Names like
-- scaled_gaussian and layer_1 stay as they are, and so does what follows `\_` or
-- `\^`.
-- @module plot
-- @pragma nostrip

local core = require "orthorun.core"
local arrays = require "orthorun.plot.arrays"
local figure = require "orthorun.plot.figure"
local events = require "orthorun.base.events"
local files = require "orthorun.base.files"
local gnuplot = require "orthorun.plot.gnuplot"
local names = require "orthorun.base.names"
local output = require "orthorun.base.output"
local options_of = require "orthorun.base.options"
local terminal = require "orthorun.plot.terminal"
local fail = core.fail -- at the user's line

-- what a panel does not say, it takes from the whole
local inherited = { "kind", "data", "x", "y", "z", "color", "facet", "theory",
  "density", "bins", "range", "error", "middle", "band", "share", "log_x",
  "log_y", "log_z", "log10_y", "log10_z", "labels", "xlabel", "ylabel",
  "zlabel", "xlim", "ylim", "hline", "vline", "diagonal" }
local panel_fields = table.move(inherited, 1, #inherited, 2, { "title" })
local figure_fields = { "panels", "file", "formats", "caption", "direct", "size" }

-- what each kind needs, and what it has no use for
local needs = { line = { "x", "y" }, points = { "x", "y" },
  scatter = { "x", "y" }, histogram = { "x" }, heat = { "x", "y" } }
local useless = {
  line = { "z", "density", "bins", "range", "middle", "log_z", "log10_z",
    "error" },
  points = { "z", "density", "bins", "range", "middle", "log_z", "log10_z" },
  scatter = { "z", "density", "bins", "range", "middle", "log_z", "log10_z",
    "error", "theory" },
  histogram = { "y", "z", "theory", "error", "middle", "log_x", "log10_y",
    "log_z", "log10_z", "diagonal" },
  heat = { "color", "density", "error", "log10_y", "diagonal" },
}

local function is_pair(value)
  return type(value) == "table" and type(value[1]) == "number" and
    type(value[2]) == "number" and value[1] < value[2]
end

local function check_values(spec)
  if spec.log_y and spec.log10_y then
    fail("plot: log_y is for values, log10_y for their logarithms")
  end
  if spec.range ~= nil and not is_pair(spec.range) then
    fail("plot: range must be {low, high}, low below high")
  end
  for _, name in ipairs { "xlim", "ylim" } do
    local ends = spec[name]
    if ends ~= nil and not (is_pair(ends) and ends[2] - ends[1] < math.huge) then
      fail(("plot: %s must be {low, high}, finite, low below high"):format(name))
    end
  end
  if spec.bins ~= nil and (math.type(spec.bins) ~= "integer" or
    spec.bins < 1 or spec.bins > 10000) then
    fail(("plot: bins must be a whole number from 1 to 10000, not %s"):format(
      names.shown(spec.bins)))
  end
  if spec.band and not (is_pair(spec.band) and spec.band[1] >= 0 and
    spec.band[2] <= 1) then
    fail("plot: band must be {low, high}, quantiles from 0 to 1, or false")
  end
  if spec.kind == "heat" and spec.theory and
    type(spec.theory) ~= "function" then
    fail("plot: theory of a heat map is a function(x, record) that gives y")
  end
  if spec.density and type(spec.density) ~= "function" then
    fail("plot: density must be a function(x)")
  end
end

-- A reference line: a number, or {number, text}.
local function is_line(value)
  return type(value) == "number" and value - value == 0 or
    type(value) == "table" and type(value[1]) == "number" and
    value[1] - value[1] == 0 and type(value[2]) == "string"
end

-- hline= or vline= as an array of {at=, label=}; nil where it is none.
local function lines_of(spec, option)
  local given, list = spec[option], {}
  if given == nil then return nil end
  if is_line(given) then given = { given } end
  if type(given) ~= "table" or not is_line(given[1]) then given = { false } end
  for i, line in ipairs(given) do
    if not is_line(line) then
      fail(("plot: %s must be a number, {number, \"text\"}, or an array of " ..
        "these, not %s"):format(option, names.describe(spec[option])))
    end
    list[i] = type(line) == "number" and { at = line } or
      { at = line[1], label = line[2] }
  end
  return list
end

local function check_size(size)
  if size == nil then return end
  for i = 1, 2 do
    local n = type(size) == "table" and size[i]
    if math.type(n) ~= "integer" or n < 1 or n > 10000 then
      fail("plot: size must be {width, height}, whole numbers of pixels up " ..
        "to 10000")
    end
  end
end

-- Is what names a column one that is there?
local function check_columns(spec)
  for _, name in ipairs { "x", "y", "z", "color", "facet", "theory",
    "error" } do
    if type(spec[name]) == "string" and not spec.data.data[spec[name]] then
      fail("plot: " .. names.unknown("column", spec[name],
        spec.data:columns()))
    end
  end
end

local function check_panel(spec)
  if not needs[spec.kind] then
    fail("plot: " .. names.unknown("kind", tostring(spec.kind),
      figure.kinds))
  end
  if type(spec.data) ~= "table" or not spec.data.group then
    fail("plot: data must be a table of results")
  end
  for _, name in ipairs(needs[spec.kind]) do
    if spec[name] == nil then fail("plot: " .. name .. " is missing") end
  end
  for _, name in ipairs(useless[spec.kind]) do
    if spec[name] then
      fail(("plot: a plot of kind '%s' has no use for %s"):format(spec.kind,
        name))
    end
  end
  check_columns(spec)
  check_values(spec)
end

-- The panel definitions with what they take from the whole filled in.
local function panel_specs(spec)
  local list = {}
  for k, panel in ipairs(spec.panels or { spec }) do
    local full = { title = spec.panels and panel.title or nil }
    if spec.panels then names.options("plot panel", panel, panel_fields) end
    for _, name in ipairs(inherited) do
      full[name] = panel[name]
      if full[name] == nil then full[name] = spec[name] end
    end
    full.kind = full.kind or "line"
    if full.band == nil then full.band = { 0.1, 0.9 } end
    if full.share == nil then full.share = true end
    check_panel(full)
    full.hline, full.vline = lines_of(full, "hline"), lines_of(full, "vline")
    list[k] = full
  end
  return list
end

local function figure_of(spec) return figure.of(spec, panel_specs(spec)) end

local function warn(format, ...)
  io.stderr:write("orthorun: ", format:format(...), "\n")
end

local function check_format(who, format, known)
  if not names.has(known, format) then
    fail(who .. ": " .. names.unknown("format", tostring(format), known))
  end
end

local function check_formats(formats)
  for _, format in ipairs(formats) do
    check_format("plot", format, gnuplot.formats)
  end
end

-- --- pictures ---------------------------------------------------------------

-- What ortho.plot returns: the array of the files written, with methods.
local Picture = { __name = "orthorun.picture" }
Picture.__index = Picture

local figures = setmetatable({}, { __mode = "k" }) -- of pictures
local bytes_formats = { "svg", "png", "pdf", "sixel" }

local function terminal_options(options)
  local ascii = options.ascii
  if ascii == nil then ascii = options_of.in_force.ascii or false end
  return { ascii = ascii, width = options.width, height = options.height,
    colors = core.file.isterminal(1) and not os.getenv "NO_COLOR" }
end

local shown = setmetatable({}, { __mode = "k" }) -- pictures, by --show-plots

--- Prints the picture on stdout as braille dots, or in plain ASCII.
-- Not once more where `--show-plots` has just done so; `--ascii` has all of a run's
-- in ASCII. In a notebook it is a picture.
-- @function picture:show
-- @tparam[opt] table options
-- @tparam[opt=false] bool options.ascii
-- @tparam[opt] int options.width by default the terminal's
-- @tparam[opt] int options.height lines of a panel
-- @treturn picture
function Picture:show(options)
  if not options and (shown[self] or events.tell("show", self)) then
    shown[self] = nil
    return self
  end
  options = names.options("show", options, { "ascii", "width", "height" })
  output.write(terminal.draw(figures[self], terminal_options(options)))
  return self
end

--- What `picture:show` prints as text; `print` does it, too, without colours.
-- @function picture:totext
-- @tparam[opt] table options
-- @tparam[opt=false] bool options.ascii
-- @tparam[opt] int options.width
-- @tparam[opt] int options.height
-- @tparam[opt=false] bool options.colors with what colours it in a terminal
-- @treturn string
function Picture:totext(options)
  options = names.options("totext", options, { "ascii", "width", "height",
    "colors" })
  local how = terminal_options(options)
  how.colors = options.colors or false
  return terminal.draw(figures[self], how)
end

--- The picture as the bytes of a file, which is not written.
-- @function picture:bytes
-- @tparam string format "svg", "png", "pdf", or "sixel", which some terminals draw
-- @tparam[opt] table options
-- @tparam[opt=1] number options.scale of sixels: so many times as large
-- @tparam[opt=256] int options.colors of sixels
-- @treturn string
function Picture:bytes(format, options)
  options = names.options("bytes", options, { "scale", "colors" })
  check_format("bytes", format, bytes_formats)
  local bytes, message = gnuplot.draw(figures[self], format,
    options.scale or 1, options.colors or 256)
  if not bytes then fail(("bytes: no %s drawn: %s"):format(format, message)) end
  return bytes
end

--- Draws the picture into a file, format by the ending.
-- @function picture:save
-- @tparam string path
-- @treturn string path
function Picture:save(path)
  local format = type(path) == "string" and path:match "%.(%w+)$"
  if not format then
    fail("save: a file name with its ending is needed, like plot.svg")
  end
  check_formats { format }
  local bytes, message = gnuplot.draw(figures[self], format)
  if not bytes then
    fail(("save: %s not drawn: %s"):format(path, message))
  end
  return files.write(path, bytes)
end

-- Runs a program on a file and does not wait for its end. Is there one?
local function start_program(name, path)
  return core.file.spawn { "sh", "-c", 'command -v "$1" >/dev/null || exit 127\n' ..
    '"$1" "$2" </dev/null >/dev/null 2>&1 &', "sh", name, path } == 0
end

--- Shows the picture as SVG in a browser: $BROWSER, or what `xdg-open` finds right.
-- A picture without a file is drawn into a temporary one.
-- @function picture:open
-- @treturn picture
function Picture:open()
  local path
  for _, name in ipairs(self) do
    if name:find "%.svg$" then path = name end
  end
  if not path then
    local name = os.tmpname()
    os.remove(name)
    path = self:save(name .. ".svg")
  end
  local viewer = os.getenv "BROWSER" or "xdg-open"
  if not start_program(viewer, path) then
    fail(("open: no program '%s'; BROWSER names another, the picture is %s")
      :format(viewer, path))
  end
  return self
end

Picture.__tostring = Picture.totext

-- Writes the picture in each format, and says once what goes wrong; where
-- nothing could be drawn, draws in the terminal.
local function write_files(picture, path, formats)
  local said = {}
  for _, format in ipairs(formats) do
    local bytes, message, missing = gnuplot.draw(figures[picture], format)
    if bytes then
      table.insert(picture, files.write(path .. "." .. format, bytes))
    elseif not said[message] then
      said[message] = true
      warn(missing and "no plot drawn: cannot run gnuplot (%s); install it " ..
        "with `apt-get install gnuplot-nox`" or
        "no " .. path:gsub("%%", "%%%%") .. "." .. format ..
        " drawn: gnuplot says: %s", message)
    end
  end
  if #picture == 0 and #formats > 0 then picture:show() end
end

local plot = {}

local function checked(who, spec)
  local known = table.move(panel_fields, 1, #panel_fields, 1,
    table.move(figure_fields, 1, #figure_fields, #panel_fields + 1, {}))
  spec = names.options(who, spec, known)
  check_size(spec.size)
  return spec
end

--- A picture. Kinds: "line", medians over rows that share an x, bands their
-- quantiles; "points", with error bars, quantiles or ± the column error; "scatter",
-- a point for each row;
-- "histogram" of x, with density laid over it; "heat", the median of z over x and
-- y, or without z the density of y at each x. `plot(x, y, {options})` draws plain
-- arrays of numbers, or matrices: of one row or column, or y with a curve in each
-- column; `plot(y)` does so over 1, 2, ... Where one look would mean two things in
-- two panels, each has a legend of its own.
-- @function plot
-- @tparam table options
-- @tparam[opt="line"] "line"|"points"|"scatter"|"histogram"|"heat" options.kind
-- @tparam results|table options.data
-- @tparam string options.x a column; it may hold texts
-- @tparam[opt] string options.y
-- @tparam[opt] string options.z
-- @tparam[opt] string options.color one curve per value of that column, the same
--   one for the same initialization in every plot
-- @tparam[opt] string options.facet one panel per value
-- @tparam[opt] string|func options.theory drawn dashed: a column or a function of
--   a record; of a heat map, a function of x and a record of the panel's, y or nil
-- @tparam[opt] func options.density of a histogram, a function of x; declared with
--   two parameters, of x and a record of the group, a curve for each group
-- @tparam[opt] int options.bins
-- @tparam[opt] {number,...} options.range {low, high} of the bins
-- @tparam[opt] string options.error a column
-- @tparam[opt] number options.middle where a heat map's colours turn
-- @tparam[opt={0.1;0.9}] {number,...}|bool options.band quantiles; false: none
-- @tparam[opt=true] bool options.share facets share their axes
-- @tparam[opt] bool options.log_x
-- @tparam[opt] bool options.log_y
-- @tparam[opt] bool options.log_z
-- @tparam[opt] bool options.log10_y the column holds base-10 logarithms
-- @tparam[opt] bool options.log10_z
-- @tparam[opt] table options.labels texts for values of color and facet;
--   labels.theory: what legends call the dashed curves
-- @tparam[opt] string options.title
-- @tparam[opt] string options.xlabel
-- @tparam[opt] string options.ylabel
-- @tparam[opt] string options.zlabel
-- @tparam[opt] {number,...} options.xlim {low, high}, an axis's ends; what is
--   outside is counted in the caption
-- @tparam[opt] {number,...} options.ylim
-- @tparam[opt] number|table options.hline a reference line: a number, {number,
--   "text"}, or an array of these
-- @tparam[opt] number|table options.vline
-- @tparam[opt=false] bool options.diagonal the line y = x, drawn as a theory, which
--   labels.theory calls otherwise
-- @tparam[opt] {int,...} options.size {width, height} of the picture in pixels
-- @tparam[opt] string options.caption
-- @tparam[opt] bool options.direct names stand at the curves' ends, not in a
--   legend
-- @tparam[opt] {table,...} options.panels tables with what differs by panel
-- @tparam[opt] string options.file the files' path without its ending
-- @tparam[opt={"svg";"png"}] {string,...} options.formats svg, png, pdf
-- @treturn picture an array of the files written (none without file)
-- @usage
-- local t = ortho.table.of({ "x", "y" }, { { x = 1, y = 2 }, { x = 2, y = 3 } })
-- print(ortho.plot { data = t, x = "x", y = "y" })
-- print(ortho.plot({ 1, 2, 3 }, { 1, 4, 9 }, { title = "squares" }))
local function draw(_, spec, y, options)
  if arrays.are(spec, y) then spec = arrays.spec(spec, y, options) end
  spec = checked("plot", spec)
  if spec.file ~= nil and type(spec.file) ~= "string" then
    fail("plot: file must be a path without its ending")
  end
  local formats = spec.formats or { "svg", "png" }
  check_formats(formats)
  local picture = setmetatable({}, Picture)
  figures[picture] = figure_of(spec)
  events.tell("plot", figures[picture], nil, picture)
  if spec.file then write_files(picture, spec.file, formats) end
  if spec.file and options_of.in_force.show_plots and not (#picture == 0 and
    #formats > 0) then
    picture:show()
    shown[picture] = true
  end
  return picture
end

--- The gnuplot script of a plot.
-- @function plot.script
-- @like plot
-- @call plot.script(options [, format])
-- @tparam table options
-- @tparam[opt="svg"] string format
-- @treturn string
function plot.script(spec, format)
  return gnuplot.script(figure_of(checked("plot.script", spec)),
    format or "svg")
end

return setmetatable(plot, { __call = draw })
