-- The same bits for any number of threads, which live and die in order.
local ortho = require "orthorun"

local at_first = ortho.threads()

-- All elements of the matrices that `compute` returns, as bytes, made by so
-- many threads.
local function bytes(threads, compute)
  ortho.set_threads(threads)
  local parts = {}
  for i, m in ipairs { compute() } do
    local list = m:tolist()
    for j = 1, #list do list[j] = ("<n"):pack(list[j]) end
    parts[i] = table.concat(list)
  end
  return table.concat(parts)
end

local function products(m, k, n, opt)
  local rng = ortho.rng(m + n)
  local a, b = rng:normal(m, k, opt), rng:normal(k, n, opt)
  return a * b, a:t():t() * b, (b:t() * a:t())
end

-- A network's output, the gradients of its first and last weights, and dx.
local function passes(width, batch, precision)
  local rng = ortho.rng(width)
  local opt = { precision = precision }
  local net = ortho.mlp { width = width, depth = 3, rng = rng:split "weights",
    precision = precision }
  local x = rng:split("x"):normal(width, batch, opt)
  local y = net:forward(x)
  local dx = net:backward(y)
  local dw = net:weight_gradients()
  return y, dx, dw[1], dw[3]
end

describe("any number of threads", function()
  after_each(function() ortho.set_threads(at_first) end)

  for _, precision in ipairs { "float32", "float64" } do
    local opt = { precision = precision }
    for _, s in ipairs { { 300, 300, 300 }, { 256, 784, 128 }, { 784, 128, 256 },
      { 600, 500, 700 }, { 2100, 70, 65 }, { 70, 3000, 257 } } do
      it(("makes the same product %dx%dx%d, %s"):format(s[1], s[2], s[3],
        precision), function()
        local function compute() return products(s[1], s[2], s[3], opt) end
        local one = bytes(1, compute)
        for _, threads in ipairs { 2, 3, 7 } do
          assert.is_true(one == bytes(threads, compute), threads)
        end
      end)
    end

    it("makes the same passes and weights, " .. precision, function()
      local function compute() return passes(300, 260, precision) end
      local one = bytes(1, compute)
      for _, threads in ipairs { 2, 5 } do
        assert.is_true(one == bytes(threads, compute), threads)
      end
    end)
  end

  it("draws the same matrices", function()
    local init = ortho.init
    local function compute()
      local rng = ortho.rng(5)
      return rng:normal(301, 299), rng:uniform(700, 100),
        init.orthogonal {}(rng, 600, 600, "float32"),
        init.orthogonal {}(rng, 700, 520), init.orthogonal {}(rng, 130, 900)
    end
    local one = bytes(1, compute)
    for _, threads in ipairs { 2, 3, 8 } do
      assert.is_true(one == bytes(threads, compute), threads)
    end
  end)

  it("may change while the threads live", function()
    local function compute() return products(300, 300, 300) end
    local one = bytes(1, compute)
    for _, threads in ipairs { 3, 2, 8, 1, 4, 2 } do
      for _ = 1, 3 do assert.is_true(one == bytes(threads, compute)) end
    end
  end)

  it("flushes denormals on every thread as on the first", function()
    local function compute()
      local net = ortho.mlp { sizes = { 300, 300 }, rng = ortho.rng(1),
        precision = "float32" }
      net:rescale(false)
      local w = net:weights()[1]
      for i = 1, 300 do for j = 1, 300 do w:set(i, j, 2.0 ^ -140) end end
      return net:forward(ortho.matrix.ones(300, 300, { precision = "float32" }))
    end
    assert.equal(("\0"):rep(8 * 300 * 300), bytes(4, compute))
    assert.is_true(bytes(1, compute) == bytes(4, compute))
  end)

  it("goes on in a worker that was forked from a process with threads",
    function()
      ortho.set_threads(3)
      products(300, 300, 300)
      local workers = require "orthorun.core".worker
      local said
      local worker = workers.fork(function(channel)
        ortho.set_threads(3)
        channel:send(bytes(2, function() return products(300, 300, 300) end))
      end, {})
      local parts = {}
      repeat
        workers.wait({ worker }, 10)
        said = worker:reply()
        parts[#parts + 1] = said
      until said == nil
      assert.same({ "exit", 0 }, { worker:finish() })
      assert.is_true(table.concat(parts) ==
        bytes(1, function() return products(300, 300, 300) end))
    end)

  it("is refused where it is none", function()
    for _, wrong in ipairs { 0, -1, 257, 1.5, "two" } do
      assert.has_error(function() ortho.set_threads(wrong) end)
    end
  end)
end)
