-- maker: what made the numbers of a trial: orthorun's version, BLAS and its
-- kernel, host and processor. Other kernels round otherwise, so results of
-- several are told apart wherever results are shown.
local core = require "orthorun.core"
local machine = require "orthorun.base.machine"
local text = require "orthorun.base.text"

local maker = {}

maker.fields = { "version", "blas", "kernel", "host", "machine" }

-- That of this process.
function maker.here()
  local place, environment = machine.describe(), core.environment
  return { version = environment.orthorun, blas = environment.blas,
    kernel = environment.kernel, host = place.host, machine = place.machine }
end

-- That of a row of a results file; fields that the file does not know are nil.
function maker.of(row)
  local m = {}
  for _, field in ipairs(maker.fields) do m[field] = row[field] end
  return m
end

-- Do both round alike? What is not known does not.
function maker.is_alike(a, b)
  return a.blas ~= nil and a.kernel ~= nil and a.blas == b.blas and
    a.kernel == b.kernel
end

-- "OpenBLAS 0.3.21, kernel Haswell"
function maker.linear_algebra(m)
  return ("%s, kernel %s"):format(m.blas or "an unknown BLAS",
    m.kernel or "unknown")
end

-- All of it in a line.
function maker.describe(m)
  return ("%s; orthorun %s; %s"):format(maker.linear_algebra(m),
    m.version or "?", m.machine or "an unknown processor")
end

-- Counts makers: an array of {trials = n, fields ...}, one for each that
-- differs in more than the host, those of most trials first.
function maker.tally(list)
  local counts, found = {}, {}
  for _, m in ipairs(list) do
    local name = maker.describe(m)
    if not found[name] then
      found[name] = { trials = 0 }
      for _, field in ipairs(maker.fields) do found[name][field] = m[field] end
      counts[#counts + 1] = found[name]
    end
    found[name].trials = found[name].trials + 1
  end
  table.sort(counts, function(a, b)
    if a.trials ~= b.trials then return a.trials > b.trials end
    return maker.describe(a) < maker.describe(b)
  end)
  return counts
end

-- One field of a tally as text: "Haswell", or where there are several
-- "Haswell (40 trials), Zen (20 trials)".
function maker.field_text(tally, field)
  local order, counts, parts = {}, {}, {}
  for _, m in ipairs(tally) do
    local value = m[field] or "unknown"
    if not counts[value] then order[#order + 1] = value end
    counts[value] = (counts[value] or 0) + m.trials
  end
  for i, value in ipairs(order) do
    parts[i] = #order == 1 and value or ("%s (%s)"):format(value,
      text.count(counts[value], "trial"))
  end
  return table.concat(parts, ", ")
end

return maker
