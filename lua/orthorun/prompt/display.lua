-- display: a result as text for the prompt: short, however large the value is,
-- and whatever its metamethods do.
local core = require "orthorun.core"
local docs = require "orthorun.prompt.docs"
local text = require "orthorun.base.text"
local concat, insert, sort = table.concat, table.insert, table.sort
local ipairs, max, min = ipairs, math.max, math.min
local byte, find, format, gsub, rep, sub = string.byte, string.find,
  string.format, string.gsub, string.rep, string.sub
local getmetatable = debug.getmetatable -- the real one
local next, pcall, rawget, rawequal, tostring, type = next, pcall, rawget,
  rawequal, tostring, type
local huge, utf8_len = math.huge, utf8.len

local display = {}

local most_rows, most_text, most_keys, modest = 24, 20000, 10000, 512

-- colors: false where they are not wanted; width: of lines; draw: a function
-- that makes text of a picture; ortho: the library, which shows what is in it.
local settings = { colors = false, width = 80 }

function display.set(new) settings = new end
function display.width() return settings.width end

-- Text beside the matter.
function display.dim(s)
  return settings.colors and s ~= "" and "\27[2m" .. s .. "\27[0m" or s
end

function display.bold(s)
  return settings.colors and "\27[1m" .. s .. "\27[0m" or s
end

local dim, bold = display.dim, display.bold

-- --- care ------------------------------------------------------------------

-- f(...), or nil where that raises; Ctrl-C goes on its way.
local function try(f, ...)
  local good, a, b = pcall(f, ...)
  if good then return a, b end
  if type(a) == "string" and find(a, "interrupted!$") then error(a, 0) end
  return nil
end

local function escape(c)
  return (gsub(c, ".", function(b) return format("\\%d", byte(b)) end))
end

-- Bytes that are no UTF-8 become what one would type for them.
local function escape_invalid(s)
  local parts, at = {}, 1
  while true do
    local good, bad = utf8_len(s, at)
    if good then break end
    parts[#parts + 1] = sub(s, at, bad - 1) .. escape(sub(s, bad, bad))
    at = bad + 1
  end
  return concat(parts) .. sub(s, at)
end

-- So do characters that would move the cursor, or change colours.
local function tame(s)
  s = gsub(s, "[%z\1-\8\11-\31\127]", escape)
  if utf8_len(s) then return (gsub(s, "\xc2[\x80-\x9f]", escape)) end
  return tame(escape_invalid(s))
end

local function cut(s, most)
  if #s <= most then return tame(s) end
  return format("%s... %s", tame(sub(s, 1, most)),
    dim(format("(%d bytes in all)", #s)))
end

-- At most so many lines of a text, and how many are left out.
local function head(s, most)
  local lines = {}
  for line in gsub(s, "\n*$", "\n"):gmatch "([^\n]*)\n" do
    lines[#lines + 1] = line
  end
  if #lines <= most + 1 then return concat(lines, "\n") end
  local first = most - 5
  local kept = table.move(lines, 1, first, 1, {})
  kept[#kept + 1] = dim(format("  ... %d more lines", #lines - most))
  table.move(lines, #lines - 4, #lines, #kept + 1, kept)
  return concat(kept, "\n")
end

local library = debug.getinfo(1, "S").source:match "^(@.*/)prompt/"

-- Are all functions of a class written in Lua the library's? Anybody may give a
-- metatable any name.
local function is_genuine(meta)
  local some = false
  for _, f in next, meta do
    if type(f) == "function" then
      local info = debug.getinfo(f, "S")
      some = true
      if info.what ~= "C" and sub(info.source, 1, #library) ~= library then
        return false
      end
    end
  end
  return some
end

-- The name of one of our classes, or nil.
local function class_of(value)
  local meta = getmetatable(value)
  if type(meta) ~= "table" or type(value) == "string" then return nil end
  local name = rawget(meta, "__name")
  if type(name) ~= "string" or not find(name, "^orthorun%.") then return nil end
  return (type(value) == "userdata" or is_genuine(meta)) and name or nil
end
display.class_of = class_of

-- --- short forms -----------------------------------------------------------

local function address(value) return format("%s: %p", type(value), value) end

local function count_keys(t)
  local n, key = 0, next(t)
  while key ~= nil and n < most_keys do
    n, key = n + 1, next(t, key)
  end
  return n
end

local function shape(value)
  return format("matrix %dx%d %s", value:rows(), value:cols(),
    value:precision())
end

local short_class = {
  ["orthorun.matrix"] = shape,
  ["orthorun.table"] = function(value)
    return format("results: %d rows of %s", #value,
      concat(value:columns(), ", "))
  end,
}

local function quoted(s, most)
  local text_of = #s > most and sub(s, 1, most) .. "..." or s
  return '"' .. tame(gsub(gsub(text_of, '[\\"]', "\\%0"), "\n", "\\n")) .. '"'
end

local function parameters(f)
  local list, info = {}, debug.getinfo(f, "u")
  for i = 1, info.nparams do list[i] = debug.getlocal(f, i) end
  if info.isvararg then list[#list + 1] = "..." end
  return concat(list, ", ")
end

local function short_function(f)
  local info = debug.getinfo(f, "S")
  if info.what == "C" then return address(f) end
  return format("function(%s)  %s", parameters(f), dim(format("%s:%d",
    info.short_src, info.linedefined)))
end

-- One line for a value inside another.
local function short(value)
  local kind = type(value)
  if kind == "string" then return quoted(value, 60) end
  if kind == "number" or kind == "boolean" or kind == "nil" then
    return tostring(value)
  end
  local class = class_of(value)
  local line = class and try(short_class[class] or tostring, value)
  if type(line) == "string" then
    return (gsub(cut(line, 70), "\n.*", " ..."))
  end
  if kind == "table" then
    local n = count_keys(value)
    local many = n >= most_keys and "many" or tostring(n)
    local what = rawlen(value) == n and n > 0 and "element" or "field"
    return format("{...} %s", dim(format("%s %s%s", many, what, n == 1 and "" or
      "s")))
  end
  return kind == "function" and short_function(value) or address(value)
end

-- --- matrices --------------------------------------------------------------

local function cell(x)
  if x ~= x then return "nan" end
  return (gsub(format("%.5g", x), "^%-?inf$", x < 0 and "-inf" or "inf"))
end

-- How many NaN and infinities, and the least and the largest of the rest.
local function survey(A)
  local nans, infinities, low, high = 0, 0, huge, -huge
  for j = 1, A:cols() do
    for _, x in ipairs(A:col(j):tolist()) do
      if x ~= x then
        nans = nans + 1
      elseif x == huge or x == -huge then
        infinities = infinities + 1
      else
        if x < low then low = x end
        if x > high then high = x end
      end
    end
  end
  return nans, infinities, low, high
end

local function plural(n, word)
  return format("%d %s%s", n, word, n == 1 and "" or "s")
end

-- ", from 1 to 4" and what is not finite.
local function range_of(A)
  if A:rows() * A:cols() == 0 then return "" end
  local finite, i, j = A:is_finite()
  if finite then
    return format(", from %s to %s", cell(A:min()), cell(A:max()))
  end
  local nans, infinities, low, high = survey(A)
  local parts = {}
  if nans > 0 then parts[1] = plural(nans, "NaN") end
  if infinities > 0 then insert(parts, plural(infinities, "infinity")
    :gsub("infinitys", "infinities") .. "") end
  local rest = low <= high and format(", else from %s to %s", cell(low),
    cell(high)) or ""
  return format(", %s, the first at (%d,%d)%s", concat(parts, " and "), i, j,
    rest)
end

-- The upper left corner: an array of columns of texts, which may be of more
-- columns than are to be shown; second: how many rows.
local function corner_texts(A)
  local rows, cols = A:rows(), A:cols()
  local shown_rows = rows <= 12 and rows or 10
  local columns = {}
  for j = 1, min(cols, cols <= 12 and 12 or 10) do
    columns[j] = {}
    for i = 1, shown_rows do columns[j][i] = cell(A:get(i, j)) end
  end
  return columns, shown_rows
end

-- The same as aligned lines, as wide as the terminal.
local function corner(A)
  local texts, shown_rows = corner_texts(A)
  local columns, width = {}, 0
  for j, list in ipairs(texts) do
    local widest = 0
    for _, s in ipairs(list) do widest = max(widest, #s) end
    if width + widest + 2 > settings.width - 5 and j > 1 then break end
    for i, s in ipairs(list) do list[i] = rep(" ", widest - #s) .. s end
    columns[j], width = list, width + widest + 2
  end
  local lines = {}
  for i = 1, shown_rows do
    local parts = { "" }
    for j, list in ipairs(columns) do parts[j + 1] = list[i] end
    if #columns < A:cols() then insert(parts, "...") end
    lines[i] = concat(parts, "  ")
  end
  if shown_rows < A:rows() then lines[#lines + 1] = "  ..." end
  return lines
end

-- How far from orthogonal, for matrices whose singular values cost little.
local function spectrum(A)
  local rows, cols = A:rows(), A:cols()
  if min(rows, cols) < 2 or max(rows, cols) > modest or
    not A:is_finite() then return nil end
  local s = A:singular_values():tolist()
  return format("singular values %s to %s, ‖%s − I‖ %.3g", cell(s[#s]),
    cell(s[1]), rows >= cols and "A'A" or "AA'",
    core.metric.orthogonality_error(A))
end

local function show_matrix(A)
  if A:exponent() ~= 0 then return tostring(A) end
  local lines = { bold(shape(A)) .. range_of(A) }
  if A:rows() * A:cols() == 0 then return lines[1] end
  for _, line in ipairs(corner(A)) do lines[#lines + 1] = line end
  local good = try(spectrum, A)
  if good then lines[#lines + 1] = dim(good) end
  return concat(lines, "\n")
end

-- --- other objects of ours -------------------------------------------------

-- How many parameters; nil where there is no more than one matrix.
local function network_note(net)
  local weights = try(net.weights, net)
  if not weights or #weights < 2 then return nil end
  local count = 0
  for _, W in ipairs(net:parameters()) do count = count + W:rows() * W:cols() end
  return format("%d parameters, %d weight matrices", count, #weights)
end

local function show_network(net)
  local layers, note = head(tostring(net), most_rows), network_note(net)
  return note and layers .. "\n" .. dim(note) or layers
end

local function widest_line(s)
  local most = 0
  for line in s:gmatch "[^\n]+" do most = max(most, text.width(line)) end
  return most
end

-- The first rows, of as many columns as fit.
local function show_results(t)
  local names, left_out = t:columns(), {}
  local view = t
  local body = view:totext(10)
  while widest_line(body) > settings.width and #names > 1 do
    insert(left_out, 1, table.remove(names))
    body = t:select(names):totext(10)
  end
  local lines = { (gsub(body, "\n*$", "")) }
  if #left_out > 0 then
    lines[2] = dim("columns not shown: " .. concat(left_out, ", "))
  end
  lines[#lines + 1] = dim(format("%s, %s", plural(#t, "row"),
    plural(#t:columns(), "column")))
  return concat(lines, "\n")
end

-- The picture as the bytes of a file of this format ("png", "svg"), or nil.
local function drawn_as(picture, kind) return try(picture.bytes, picture, kind) end

-- The picture as whoever shows it draws it, and the files it was written to.
local function show_picture(picture)
  local drawn = settings.draw and settings.draw(picture) or picture:totext()
  return gsub(drawn, "\n$", "") ..
    (#picture > 0 and "\n" .. dim(concat(picture, "\n")) or "")
end

local show_class = {
  ["orthorun.matrix"] = show_matrix,
  ["orthorun.layer"] = show_network,
  ["orthorun.table"] = show_results,
  ["orthorun.picture"] = show_picture,
}

-- --- functions and modules -------------------------------------------------

local function show_function(f)
  local name = docs.name_of(settings.ortho, f)
  if name then
    return format("%s  %s", bold(docs.signature(name) or name),
      dim("?" .. name .. " tells more"))
  end
  return short_function(f)
end

local function wrapped(words, indent)
  local lines, line = {}, ""
  for _, word in ipairs(words) do
    if #line + #word + 1 > settings.width - indent then
      lines[#lines + 1], line = line, ""
    end
    line = line == "" and word or line .. " " .. word
  end
  lines[#lines + 1] = line
  return concat(lines, "\n" .. rep(" ", indent))
end

-- What is in the library: a line per module.
local function show_library()
  local lines = { bold "ortho" .. dim "  ?name tells more of a name" }
  for _, name in ipairs(docs.fields "") do
    local fields = docs.fields(name)
    local signature = gsub(docs.signature(name) or "", "^ortho%.", "")
    local what = #fields > 0 and wrapped(fields, 18) or
      dim(sub(signature, #name + 1, #name + 58))
    lines[#lines + 1] = format("  %-15s %s", name, what)
  end
  return concat(lines, "\n")
end

local function show_module(name)
  local lines = { bold("ortho." .. name) }
  for _, field in ipairs(docs.fields(name)) do
    local full = name .. "." .. field
    lines[#lines + 1] = "  " .. (docs.signature(full) or full)
  end
  return concat(lines, "\n")
end

-- --- tables ----------------------------------------------------------------

local function is_scalar(value)
  local kind = type(value)
  return kind == "number" or kind == "boolean" or
    kind == "string" and #value <= 40
end

local function scalar(value)
  return type(value) == "string" and quoted(value, 40) or tostring(value)
end

-- An array of scalars in a few lines, or nil where t is something else.
local function show_array(t, n)
  if n == 0 then return nil end
  local words = {}
  for i = 1, min(n, 100) do
    local value = rawget(t, i)
    if not is_scalar(value) then return nil end
    words[i] = scalar(value) .. (i < n and "," or "")
  end
  if n > 100 then words[101] = format("... %d more", n - 100) end
  return "{" .. wrapped(words, 1) .. "}"
end

local rank = { number = 1, string = 2 }

local function before(a, b)
  local p, q = rank[type(a)] or 3, rank[type(b)] or 3
  if p ~= q then return p < q end
  if p == 3 then return address(a) < address(b) end
  return a < b
end

local function keys_of(t)
  local keys, key = {}, next(t)
  while key ~= nil and #keys < most_keys do
    keys[#keys + 1], key = key, next(t, key)
  end
  sort(keys, before)
  return keys, key ~= nil
end

local function key_text(key)
  if type(key) == "string" and find(key, "^[%a_][%w_]*$") and #key <= 40 then
    return key
  end
  local plain = gsub(short(key), "\27%[%d*m", "")
  return "[" .. gsub(plain, "\n.*", "...") .. "]"
end

local function show_fields(t)
  local keys, more = keys_of(t)
  if #keys == 0 then return "{}" end
  local shown, widest = min(#keys, most_rows), 0
  local names, lines = {}, { "{" }
  for i = 1, shown do
    names[i] = key_text(keys[i])
    widest = max(widest, text.width(names[i]))
  end
  for i = 1, shown do
    lines[#lines + 1] = format("  %s = %s", text.fit(names[i], widest),
      short(rawget(t, keys[i])))
  end
  if more or #keys > shown then
    lines[#lines + 1] = dim(format("  ... %s%d more", more and "over " or "",
      #keys - shown))
  end
  lines[#lines + 1] = "}"
  return concat(lines, "\n")
end

local function own_text(value)
  local meta = getmetatable(value)
  if type(meta) ~= "table" then return nil end
  if rawget(meta, "__tostring") ~= nil then
    local s = try(tostring, value)
    if type(s) == "string" then return head(cut(s, most_text), most_rows) end
    return address(value) .. dim "  (its __tostring fails)"
  end
end

local function show_table(t)
  if rawequal(t, settings.ortho) then return show_library() end
  local name = docs.name_of(settings.ortho, t)
  if name and #docs.fields(name) > 0 then return show_module(name) end
  local own = own_text(t)
  if own then return own end
  local n = rawlen(t)
  if next(t, n > 0 and n or nil) == nil or n == count_keys(t) then
    local array = show_array(t, n)
    if array then return array end
  end
  return show_fields(t)
end

-- --- any value -------------------------------------------------------------

local show = {
  ["nil"] = tostring, boolean = tostring, number = tostring,
  string = function(s) return cut(s, most_text) end,
  ["function"] = show_function,
  table = show_table,
}

-- The text of one value, without a newline at its end.
function display.text(value)
  local class = class_of(value)
  if class then
    local s = try(show_class[class] or tostring, value)
    if type(s) == "string" then return s end
  end
  local s = try(show[type(value)] or function(v)
    return own_text(v) or address(v)
  end, value)
  return type(s) == "string" and s or address(value)
end

-- The values of an entry, {n =, ...}: side by side where all are of one line,
-- else one below the other.
function display.values(values)
  local parts, long = {}, false
  for i = 1, min(values.n, 100) do
    parts[i] = display.text(values[i])
    long = long or find(parts[i], "\n", 1, true)
  end
  if values.n > 100 then parts[101] = format("... %d more", values.n - 100) end
  return concat(parts, long and "\n" or "\t")
end

-- What the other forms of these values are made of (html).
display.short = short
display.tame = tame
display.try = try
display.shape = shape
display.plural = plural
display.range_of = range_of
display.corner_texts = corner_texts
display.spectrum = spectrum
display.drawn_as = drawn_as
display.network_note = network_note

return display
