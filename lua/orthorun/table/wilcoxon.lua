-- wilcoxon: the signed-rank test (Wilcoxon 1945) of an array of differences.
local distributions = require "orthorun.table.distributions"

local nan = 0 / 0

local exact_up_to = 50 -- differences; counts up to 2^50 are exact

-- The differences that are not 0, the smallest magnitude first.
local function sorted(list)
  local kept = {}
  for _, x in ipairs(list) do
    if x ~= 0 then kept[#kept + 1] = x end
  end
  table.sort(kept, function(a, b) return math.abs(a) < math.abs(b) end)
  return kept
end

-- The sum of the ranks of those above 0, equal magnitudes sharing the mean of
-- their ranks; and the sum of t^3 - t over ties of t.
local function rank_sum(kept)
  local sum, ties, i = 0, 0, 1
  while i <= #kept do
    local last = i
    while last < #kept and math.abs(kept[last + 1]) == math.abs(kept[i]) do
      last = last + 1
    end
    local t = last - i + 1
    ties = ties + t ^ 3 - t
    for k = i, last do
      if kept[k] > 0 then sum = sum + (i + last) / 2 end
    end
    i = last + 1
  end
  return sum, ties
end

-- How probable a sum as far from the middle is where each of n ranks has either
-- sign alike: counted over all 2^n.
local function exact(n, sum)
  local top = n * (n + 1) // 2
  local low = math.floor(math.min(sum, top - sum))
  local ways = { [0] = 1.0 }
  for s = 1, top do ways[s] = 0.0 end
  for rank = 1, n do
    for s = top, rank, -1 do ways[s] = ways[s] + ways[s - rank] end
  end
  local count = 0.0
  for s = 0, low do count = count + ways[s] end
  return math.min(1.0, 2 * count / 2.0 ^ n)
end

-- The sum of the positive differences' ranks, and the two-sided p. Differences
-- of 0 are left out. p is exact for up to 50 differences without zeros and ties;
-- else by the normal approximation with the variance that ties leave, without
-- a correction for continuity (SciPy's and R's rules, R's with correct=FALSE).
-- NaN for fewer than 2 differences, and where all are 0.
return function(list)
  local kept = sorted(list)
  local n = #kept
  if n == 0 or #list < 2 then return nan, nan end
  local sum, ties = rank_sum(kept)
  if ties == 0 and n == #list and n <= exact_up_to then
    return sum, exact(n, sum)
  end
  local middle = n * (n + 1) / 4
  local variance = n * (n + 1) * (2 * n + 1) / 24 - ties / 48
  return sum, distributions.normal_tails((sum - middle) / math.sqrt(variance))
end
