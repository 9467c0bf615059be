-- picture: seconds by workload, and milliseconds for an orthogonal matrix by
-- size, of orthorun, the faster peer and the floor.
local ortho = require "orthorun"
local race = dofile "bench/race.lua"

local picture = {}

local labels = { small = "small", medium = "medium", large = "large",
  f64 = "float64", gauss = "Gauss", drift = "drift",
  fashion = "Fashion" }
local sides = { { "found", "faster peer, as found" },
  { "tuned", "faster peer, tuned" }, { "orthorun", "orthorun" },
  { "floor", "floor" } }

local function add(t, group, case, x)
  for _, side in ipairs(sides) do
    local variant = race.fastest(group, side[1], case)
    for _, seconds in ipairs(variant and variant.times[case] or {}) do
      t:append { x = x, seconds = seconds, who = side[2] }
    end
  end
end

local function new_table()
  local names = {}
  for i, side in ipairs(sides) do names[i] = side[2] end
  return ortho.table.new({ "x", "seconds", "who" }, { who = names })
end

function picture.draw(groups, path)
  local work, init = new_table(), new_table()
  for _, group in ipairs(groups) do
    if labels[group.name] then add(work, group, "", labels[group.name]) end
    for _, case in ipairs(group.name == "init" and race.cases(group) or {}) do
      add(init, group, case, tonumber(case:match "%d+$"))
    end
  end
  return ortho.plot { color = "who", y = "seconds", log_y = true, share = false,
    title = "orthorun beside its peers and its floor", panels = {
      { kind = "points", data = work, x = "x", title = "by workload",
        xlabel = "", ylabel = "seconds" },
      { kind = "line", data = init, x = "x", log_x = true, xlabel = "n",
        title = "an orthogonal n×n matrix, one thread",
        ylabel = "seconds" } },
    file = path, formats = { "png" } }
end

return picture
