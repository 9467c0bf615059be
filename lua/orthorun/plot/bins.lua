-- bins: how values are counted in equal steps, for histograms and for heat maps
-- of a density.
local bins_of = {}

-- The bins' ends: as asked, or those of the data; never of width 0.
function bins_of.range(spec, values)
  if spec.range then return spec.range[1], spec.range[2] end
  local low, high = math.huge, -math.huge
  for _, x in ipairs(values) do
    low, high = math.min(low, x), math.max(high, x)
  end
  if low > high then return 0, 1 end
  local room = (high - low) * 1e-9
  if high - low <= 1e-12 * math.max(math.abs(low), math.abs(high)) then
    room = math.max(math.abs(high) * 0.1, 1e-300)
  end
  return low - room, high + room
end

-- The density of values in `count` bins from low to high, and a bin's width.
-- Values outside are counted in the tally.
function bins_of.heights(values, low, high, count, tally)
  local bins, width = {}, (high - low) / count
  for i = 1, count do bins[i] = 0 end
  for _, x in ipairs(values) do
    if x < low or x > high then
      tally.outside = tally.outside + 1
    else
      local i = math.min(count, (x - low) // width + 1)
      i = math.tointeger(i)
      bins[i] = bins[i] + 1
    end
  end
  for i = 1, count do bins[i] = bins[i] / (#values * width) end
  return bins, width
end

return bins_of
