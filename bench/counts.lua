-- counts: stored figures of `make bench-smoke` against counted ones.
local counts = {}

-- Reads what `counts.text` wrote: versions, and a table of figures by name.
function counts.read(text)
  local versions, figures = nil, {}
  for line in text:gmatch "[^\n]+" do
    local name, rest = line:match "^(%a%w*) +(.+)$"
    if name == "versions" then
      versions = rest
    elseif name and rest:find "^%d+$" then
      figures[name] = math.tointeger(rest)
    end
  end
  return versions, figures
end

-- One verdict: a line of text, and whether it is good. tolerance: the part
-- by which a count may differ, in either direction: one far below the stored
-- figure would let everything pass that is lost later.
function counts.compare(name, stored, counted, tolerance)
  if not stored then
    return ("%-8s %11d instructions, none stored"):format(name, counted), false
  end
  local change = counted / stored - 1
  local good = math.abs(counted - stored) <= tolerance * stored
  local word = good and "as stored" or change > 0 and "MORE than stored" or
    "FEWER than stored"
  return ("%-8s %11d instructions, %+.1f %%: %s"):format(name, counted,
    100 * change, word), good
end

return counts
