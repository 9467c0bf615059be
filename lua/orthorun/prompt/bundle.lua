-- bundle: results and plots as front-ends take them: the same thing in several
-- forms, by MIME type, of which a front-end shows the best it can.
local display = require "orthorun.prompt.display"
local html = require "orthorun.prompt.html"
local kitty = require "orthorun.prompt.kitty"
local concat = table.concat
local gsub = string.gsub
local time = os.time

local bundle = {}

local most_svg = 500000 -- bytes; what is larger is sent as pixels
local count = 0 -- of pictures

-- SVG for a page that may have others: the names inside it are its own.
local function fit_for_page(svg)
  count = count + 1
  local own, named = ("_%x_%d"):format(time(), count), {}
  svg = gsub(gsub(svg, "^.-<svg", "<svg", 1), ' id="gnuplot_[%w_]*"', "")
  svg = gsub(svg, "( id=['\"])([%w_]+)", function(before, name)
    named[name] = name .. own
    return before .. named[name]
  end)
  return (gsub(svg, "#([%a_][%w_]*)", function(name)
    return named[name] and "#" .. named[name]
  end))
end

-- A picture; nil where it cannot be drawn.
function bundle.picture(picture)
  local svg = display.drawn_as(picture, "svg")
  local data = { ["text/plain"] = display.try(picture.totext, picture) or "" }
  if svg and #svg <= most_svg then
    data["image/svg+xml"] = fit_for_page(svg)
    return data
  end
  local png = svg and display.drawn_as(picture, "png")
  data["image/png"] = png and kitty.base64(png)
  return png and data
end

local function text_as_html(text)
  return "<pre>" .. gsub(text, "[&<>]", { ["&"] = "&amp;", ["<"] = "&lt;",
    [">"] = "&gt;" }) .. "</pre>"
end

-- The values of an entry, {n =, ...}, as one: their text, and HTML where one of
-- them has a better form than that.
function bundle.values(values)
  local data = { ["text/plain"] = display.values(values) }
  local parts, some = {}, false
  for i = 1, math.min(values.n, 20) do
    local form = html.of(values[i])
    some = some or form ~= nil
    parts[i] = form or text_as_html(display.text(values[i]))
  end
  if values.n > 20 then
    parts[21] = text_as_html(("... %d more"):format(values.n - 20))
  end
  if some then data["text/html"] = concat(parts, "\n") end
  return data
end

-- Is the value a picture?
function bundle.is_picture(value)
  return display.class_of(value) == "orthorun.picture"
end

-- The values that are no pictures, and the pictures.
function bundle.sort(values)
  local rest, pictures = { n = 0 }, {}
  for i = 1, values.n do
    if bundle.is_picture(values[i]) then
      pictures[#pictures + 1] = values[i]
    else
      rest.n = rest.n + 1
      rest[rest.n] = values[i]
    end
  end
  return rest, pictures
end

return bundle
