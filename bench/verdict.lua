-- verdict: the targets against what a race measured. Rows of text for a table:
-- what was wanted, what was measured, reached or missed.
local race = dofile "bench/race.lua"

local verdict = {}

local function number(x) return ("%.3g"):format(x) end

-- "reached: 5.2 of 5 (4.9 to 5.5), numpy"; is: the ratio measured. Larger is
-- better where `least` is given, smaller where `most` is.
local function cell(is, least, most, against)
  if not is then return "" end
  local good = least and is.middle >= least or most and is.middle <= most
  local spread = is.least and (" (%s to %s)"):format(number(is.least),
    number(is.most)) or ""
  return ("%s: %s%s, wanted %s %s%s"):format(good and "reached" or "**missed**",
    number(is.middle), spread, least and "≥" or "≤", number(least or most),
    against and ", " .. against or "")
end

local function peer_cell(group, side, case, least, library)
  local us = race.fastest(group, "orthorun", case)
  local them = race.fastest(group, side, case, library)
  if not least or not us or not them then return "" end
  return cell(race.ratio(us, them, case), least, nil, them.library)
end

local function floor_cell(group, case, most)
  local us = race.fastest(group, "orthorun", case)
  local floor = race.fastest(group, "floor", case)
  if not most or not us or not floor then return "" end
  return cell(race.ratio(floor, us, case), nil, most)
end

local function part(us, them) return { middle = us.peak / them.peak } end

local function memory_row(target, group)
  local us, row = group.variants[1], { target.what, "", "", "" }
  for column, side in ipairs { "tuned", "found" } do
    for library, most in pairs(target.memory) do
      for _, variant in ipairs(group.variants) do
        if variant.side == side and variant.library == library then
          row[column + 1] = cell(part(us, variant), nil, most, library)
        end
      end
    end
  end
  local floor = race.fastest(group, "floor", "") or race.leanest(group, "floor")
  row[4], row[5] = cell(part(us, floor), nil, target.floor), ""
  return row
end

-- How many times as fast as the fastest tuned peer the floor itself is: what
-- can be had.
local function floor_itself(group, case)
  local floor = race.fastest(group, "floor", case)
  local them = race.fastest(group, "tuned", case)
  if not floor or not them then return "" end
  return number(race.ratio(floor, them, case).middle)
end

local function time_row(target, group)
  local case = target.case or ""
  local found = target.found or target.tuned and 2 * target.tuned
  return { target.what,
    peer_cell(group, "tuned", case, target.tuned),
    peer_cell(group, "found", case, found, target.start),
    floor_cell(group, case, target.floor), floor_itself(group, case) }
end

-- A row for each target whose group ran: workload, tuned, found, floor, the
-- floor against tuned.
function verdict.rows(targets, groups)
  local by_name, rows = {}, {}
  for _, group in ipairs(groups) do by_name[group.name] = group end
  for _, target in ipairs(targets) do
    local group = by_name[target.group]
    if group then
      rows[#rows + 1] = (target.memory and memory_row or time_row)(target, group)
    end
  end
  return rows
end

return verdict
