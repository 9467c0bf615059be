-- stream: the random numbers' known answers. Philox 4x32-10 (Salmon et al. 2011) in
-- plain Lua, which the published vectors check, and beside it what this build draws,
-- as src/core/rng.h says it: the same bits, whatever instructions make them.
local core = require "orthorun.core"
local scores = require "orthorun.selftest.scores"

local stream = {}

local low32 = 0xFFFFFFFF

-- --- Philox 4x32-10 ---------------------------------------------------------

-- The block of these four counter words under these two key words.
function stream.philox(a, b, c, d, key, other)
  for _ = 1, 10 do
    local p, q = 0xD2511F53 * a, 0xCD9E8D57 * c -- 64 bits, modulo nothing
    a, b, c, d = (q >> 32) ~ b ~ key, q & low32, (p >> 32) ~ d ~ other, p & low32
    key, other = (key + 0x9E3779B9) & low32, (other + 0xBB67AE85) & low32
  end
  return a, b, c, d
end

-- Counter, key and block, of Random123's kat_vectors.
stream.vectors = {
  { { 0, 0, 0, 0, 0, 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
  { { low32, low32, low32, low32, low32, low32 },
    { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
  { { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0 },
    { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
}

-- How many of the vectors a cipher gets wrong.
function stream.wrong_vectors(cipher)
  local wrong = 0
  for _, vector in ipairs(stream.vectors) do
    local block = { cipher(table.unpack(vector[1])) }
    for k = 1, 4 do
      if block[k] ~= vector[2][k] then wrong = wrong + 1 break end
    end
  end
  return wrong
end

-- --- what is drawn ----------------------------------------------------------

-- The first `blocks` blocks of a seed, as words.
local function words_of(seed, blocks)
  local words = {}
  local key, other = seed & low32, seed >> 32
  for c = 0, blocks - 1 do
    table.move({ stream.philox(c, 0, 0, 0, key, other) }, 1, 4, #words + 1, words)
  end
  return words
end

-- Word s of 64 bits, from 0.
local function wide(words, s) return words[2 * s + 1] | words[2 * s + 2] << 32 end

local function wrong_of(drawn, expected)
  local wrong = 0
  for k, x in ipairs(drawn) do
    if x ~= expected(k - 1) then wrong = wrong + 1 end
  end
  return wrong
end

local count = 4096

-- Uniform numbers of seeds, all bits.
local function uniform_rows(draw)
  local wrong, of = { float64 = 0, float32 = 0 }, 0
  for _, seed in ipairs { 0, 1, -1, 0x123456789ABCDEF } do
    local words = words_of(seed, count // 2)
    local function bits53(e) return (wide(words, e) >> 11) * 2.0 ^ -53 end
    local function bits24(e) return (words[e + 1] >> 8) * 2.0 ^ -24 end
    for precision, expected in pairs { float64 = bits53, float32 = bits24 } do
      local list = draw.uniform(core.rng(seed), count, 1, precision):tolist()
      wrong[precision] = wrong[precision] + wrong_of(list, expected)
    end
    of = of + count
  end
  return scores.exact("uniform numbers by Philox, float64", wrong.float64, of),
    scores.exact("uniform numbers by Philox, float32", wrong.float32, of)
end

-- Box and Muller's normals, by this machine's own logarithm and cosine: how far off
-- the worst is, in eps, where a short one is as exact as its logarithm near 1.
local function normal_row(draw)
  local words, worst = words_of(5, count // 2), 0.0
  for e, z in ipairs(draw.normal(core.rng(5), count, 1, "float64"):tolist()) do
    local pair = (e - 1) // 2 * 2
    local u = ((wide(words, pair) >> 11) + 0.5) * 2.0 ^ -53
    local a = 2 * math.pi * (((wide(words, pair + 1) >> 11) + 0.5) * 2.0 ^ -53)
    local turn = e % 2 == 1 and math.cos(a) or math.sin(a)
    local length = math.sqrt(-2 * math.log(u))
    worst = scores.worst(worst, math.abs(z - length * turn) * math.min(1, length) /
      math.max(1, length))
  end
  return scores.within("normal numbers by Box and Muller", worst * 2.0 ^ 52, 16)
end

-- split: a key is the first word of a block of its own.
local function split_row()
  local wrong, names = 0, { 0, 1, 7, 123456789 }
  for _, x in ipairs(names) do
    local key, other = 3, 0
    local a, b = stream.philox(x & low32, x >> 32, 0, 1, key, other)
    local split = stream.philox(0, 0, 0, 0, a, b)
    local drawn = core.rng(3):split(x):uniform(1, 1, { precision = "float32" })
    if drawn:get(1, 1) ~= (split >> 8) * 2.0 ^ -24 then wrong = wrong + 1 end
  end
  return scores.exact("generators by number", wrong, #names)
end

-- draw: as in laws.lua.
function stream.rows(draw)
  local rows = { scores.exact("Philox 4x32-10, published answers",
    stream.wrong_vectors(stream.philox), #stream.vectors) }
  rows[2], rows[3] = uniform_rows(draw)
  rows[4], rows[5] = normal_row(draw), split_row()
  return rows
end

return stream
