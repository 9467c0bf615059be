-- graphics: a plot as what the terminal draws: a picture, where it says that it
-- takes kitty's protocol or sixel, else characters. The terminal is asked when
-- the first plot is shown, and by what it answers, not by its name: names are
-- inherited through ssh, and by other terminals.
local kitty = require "orthorun.prompt.kitty"
local find, gsub, match, unpack = string.find, string.gsub, string.match,
  string.unpack
local ceil, max, min = math.ceil, math.max, math.min
local tonumber, type = tonumber, type

local graphics = {}

local patience = 0.3 -- seconds for an answer
local largest_sixel = 1000 -- pixels a side that xterm draws
local cell_guess = { 8, 16 } -- pixels of a character, where nobody knows
local smallest = 0.6 -- of its size, at which a plot can still be read
local dense = 28 -- pixels of a character from which on a screen is a fine one

-- Inside tmux and screen, which hand no pictures on but their own sixel, and
-- on terminals that would show the question.
local function may_know_kitty(env)
  local term = env "TERM" or ""
  return not env "TMUX" and not find(term, "^screen") and
    not find(term, "^tmux") and env "TERM_PROGRAM" ~= "Apple_Terminal"
end

-- What the terminal draws: {kitty =, sixel =, colors =}. env: os.getenv.
function graphics.known(host, env)
  if find(env "TERM" or "", "^linux") then return {} end
  return host.ask_terminal(may_know_kitty(env), patience)
end

-- The terminal's columns, rows, and the pixels of a character.
local function cells(host)
  local columns, rows, width, height = host.size()
  columns, rows = columns > 0 and columns or 80, rows > 0 and rows or 24
  if width == 0 or height == 0 then
    return columns, rows, cell_guess[1], cell_guess[2]
  end
  return columns, rows, width / columns, height / rows
end

-- How much larger than it is a picture of these sizes should be drawn; nil
-- where it would be too small. A terminal keeps a line for the prompt.
local function scale_for(host, width, height, most)
  local columns, rows, across, down = cells(host)
  local room = min(columns * across, most) / width
  room = min(room, max(1, rows - 2) * down / height, most / height)
  local scale = min(down >= dense and 2 or 1, room)
  return scale >= smallest and scale or nil
end

local function sixel(host, picture, known)
  local colors = known.colors > 0 and known.colors or 256
  local bytes = picture:bytes("sixel", { colors = colors })
  local width, height = match(bytes, '^\27P[^q]*q"%d+;%d+;(%d+);(%d+)')
  if not width then return nil end
  local scale = scale_for(host, tonumber(width), tonumber(height),
    largest_sixel)
  if scale and scale ~= 1 then
    bytes = picture:bytes("sixel", { scale = scale, colors = colors })
  end
  return scale and (gsub(bytes, "%s*$", "")) .. "\n"
end

-- A PNG is drawn at twice its size: the terminal makes it fit its columns.
local function by_kitty(host, picture)
  local png = picture:bytes "png"
  local width, height = unpack(">I4I4", png, 17)
  local scale = scale_for(host, width / 2, height / 2, 1e5)
  if not scale then return nil end
  local _, _, across, down = cells(host)
  return kitty.picture(png, ceil(scale * width / 2 / across),
    ceil(scale * height / 2 / down)) .. "\n"
end

-- The text that draws a picture, ends of lines included.
function graphics.text(host, picture, env)
  local known = graphics.known(host, env)
  local draw = known.kitty and by_kitty or known.sixel and sixel
  if draw then
    local good, text = pcall(draw, host, picture, known)
    if good and text then return text end
    if not good and type(text) == "string" and find(text, "interrupted!$") then
      error(text, 0)
    end
  end
  return picture:totext { colors = host.colors }
end

return graphics
