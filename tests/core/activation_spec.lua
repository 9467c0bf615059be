-- ortho.activation: values, slopes and Gaussian expectations. Golden numbers
-- from mpmath with 40 digits (two-dimensional ones with 20).
local ortho = require "orthorun"
local activation = ortho.activation
local within = dofile("tests/support.lua").near

local eps = 2.0 ^ -52

local function near(expected, got, relative, what)
  local allowed = relative * math.max(math.abs(expected), 1e-300)
  assert(math.abs(got - expected) <= allowed, ("%s: expected %.17g, got %.17g")
    :format(what or "value", expected, got))
end

-- name = { value(-2.5), slope(-2.5), value(.75), slope(.75) }
local points = {
  linear = { -2.5, 1, 0.75, 1 },
  relu = { 0, 0, 0.75, 1 },
  leaky_relu = { -0.025, 0.01, 0.75, 1 },
  tanh = { -0.98661429815143029, 0.02659222668316062, 0.63514895238728732,
    0.59658580828133143 },
  sigmoid = { 0.075858180021243551, 0.070103716545108157, 0.67917869917539297,
    0.21789499376181403 },
  erf = { -0.99959304798255504, 0.0021782842303527097, 0.71115563365351513,
    0.64293106919520733 },
  gelu = { -0.015524163314440338, -0.037611085908145208, 0.58002948571734885,
    0.9992257217392351 },
  silu = { -0.18964545005310888, -0.099401111341526841, 0.50938402438154473,
    0.8425999444967535 },
  selu = { -1.6137857588732426, 0.14431358197413431, 0.78802574051661037,
    1.0507009873554805 },
  elu = { -0.9179150013761012, 0.082084998623898795, 0.75, 1 },
  hard_tanh = { -1.0, 0, 0.75, 1 },
  softplus = { 0.078889734292549623, 0.075858180021243551, 1.1368710061148999,
    0.67917869917539297 },
}

-- at q = 1.7: E phi^2, E phi'^2, E phi'^4; and the gain (at q = 1)
local moments = {
  linear = { 1.7, 1.0, 1.0, 1.0 },
  relu = { 0.85, 0.5, 0.5, 1.414213562373095 },
  leaky_relu = { 0.850085, 0.50005, 0.500000005, 1.4141428569978353 },
  tanh = { 0.49094442453862054, 0.37468965620301992, 0.26881013625863419,
    1.5925374197228314 },
  sigmoid = { 0.3119765298446341, 0.038918707634101674, 0.0018962388575607081,
    1.8462285453386054 },
  erf = { 0.56221590273624766, 0.45589288810002295, 0.42427145106844666,
    1.4671669504891386 },
  gelu = { 0.77170121253597754, 0.48325689916156571, 0.48583436002908288,
    1.5335304411955352 },
  silu = { 0.66182266236219354, 0.41610015973673148, 0.35536892257306329,
    1.6765324703310912 },
  selu = { 1.5154106908626792, 0.97412214177093895, 1.3158365360306386, 1.0 },
  elu = { 1.0366872203102883, 0.63657318062247269, 0.57394574855498106,
    1.2451983007007066 },
  hard_tanh = { 0.61459786735685251, 0.55689766800909091, 0.55689766800909091,
    1.3920361404483098 },
  softplus = { 1.2423933017655417, 0.3119765298446341, 0.16287176732336987,
    1.0418668355353017 },
}

-- name = { curvature(-2.5), (-1/128), (.75), (6) }, by mpmath
local curvatures = {
  tanh = { 0.052472542130580504, 0.015623728500210677,
    -0.75784170227802139, -4.9152490800271891e-5 },
  sigmoid = { 0.059467835845434068, 0.0009765426320427623,
    -0.078084283078144409, -0.0024543117953803045 },
  erf = { 0.010891421151763549, 0.017629848412476045,
    -0.96439660379281099, -3.1407614870991178e-15 },
  gelu = { -0.074495277097666284, 0.79783586290864403,
    0.43288505872253133, -2.0658001689399171e-7 },
  silu = { -0.0084621565233688556, 0.49998474144376546,
    0.37722677521501975, -0.0097928521895617311 },
  selu = { 0.14431358197413431, 1.7444177032322774,
    0.0, 0.0 },
  elu = { 0.082084998623898795, 0.99221793826024351,
    0.0, 0.0 },
  softplus = { 0.070103716545108157, 0.24999618534153915,
    0.21789499376181403, 0.0024665092913600478 },
  linear = { 0, 0, 0, 0 },
  relu = { 0, 0, 0, 0 },
  leaky_relu = { 0, 0, 0, 0 },
  hard_tanh = { 0, 0, 0, 0 },
}

-- name, count, slope, q, mean and variance of ln X, by mpmath
-- (tests/independent/log_energy.py)
local log_energies = {
  { "relu", 1, false, 1, -1.2703628454614782, 4.9348022005446793 },
  { "relu", 1, true, 1, -1.2703628454614782, 4.9348022005446793 },
  { "relu", 2, false, 1, -0.8082647250881813, 4.2652488350175963 },
  { "relu", 2, true, 1, -0.8082647250881813, 4.2652488350175963 },
  { "relu", 8, false, 1, 0.98751709125313402, 1.2469891277666586 },
  { "relu", 8, true, 1, 0.98751709125313402, 1.2469891277666586 },
  { "relu", 64, false, 1, 3.4256273039639809, 0.082997350556447586 },
  { "relu", 64, true, 1, 3.4256273039639809, 0.082997350556447586 },
  { "relu", 512, false, 1, 5.540278965126867, 0.009836836036995097 },
  { "relu", 512, true, 1, 5.540278965126867, 0.009836836036995097 },
  { "relu", 4096, false, 1, 7.6240083910364576, 0.0012218070471239834 },
  { "relu", 4096, true, 1, 7.6240083910364576, 0.0012218070471239834 },
  { "tanh", 1, false, 1, -1.7122763864853835, 3.5891887586179569 },
  { "tanh", 8, false, 1, 1.1051217984394587, 0.094769624893222753 },
  { "tanh", 512, false, 1, 5.3070539062046124, 0.0012283128324751634 },
  { "tanh", 1, true, 1, -2.7686316754272301, 7.9710813873025262 },
  { "tanh", 512, true, 1, 5.4676572476529485, 0.0073446948189676562 },
  { "gelu", 8, false, 1, 0.76762940431409803, 1.1810879628695394 },
  { "gelu", 512, false, 1, 5.3770873469412665, 0.012243995774836884 },
  { "gelu", 8, true, 1, 0.93945107289570322, 0.87079552406442496 },
  { "gelu", 4096, true, 1, 7.5315337833218011, 0.0012861471510816564 },
  { "sigmoid", 8, false, 0.01, 0.69501171254063015, 0.0012407085601580739 },
  { "sigmoid", 512, false, 0.01, 4.8545050817599958, 1.9362145279376667e-5 },
  { "softplus", 64, true, 2, 2.982183337164227, 0.065602048111185262 },
  { "elu", 512, true, 1, 5.8320831173946477, 0.005864984062578232 },
  { "hard_tanh", 2, false, 2, 0.059094080372740213, 0.64866570860264968 },
  { "hard_tanh", 64, false, 2, 3.7121595396560668, 0.0062812792590315637 },
  { "hard_tanh", 2, true, 2, -0.78265349366418273, 4.2156488095691725 },
  { "hard_tanh", 512, true, 2, 5.5806929169640371, 0.0093681614041726091 },
}

describe("activation functions", function()
  it("are the twelve that the tables here know", function()
    local found = activation.names()
    assert.equal(12, #found)
    for _, name in ipairs(found) do assert.truthy(points[name], name) end
  end)

  it("have mpmath's values and slopes to a few units in the last place",
    function()
      for name, golden in pairs(points) do
        for k, x in ipairs { -2.5, 0.75 } do
          near(golden[2 * k - 1], activation.value(name, x), 4 * eps, name)
          near(golden[2 * k], activation.slope(name, x), 8 * eps, name .. "'")
        end
      end
    end)

  it("have mpmath's error function on both sides of the seam, and far out",
    function()
      for x, wanted in pairs { [0.0001] = 0.00011283791633342487,
        [0.5] = 0.52049987781304654, [0.99] = 0.8385080695553698,
        [1.01] = 0.8468104962282767, [3] = 0.99997790950300141,
        [5] = 0.99999999999846254 } do
        near(wanted, activation.value("erf", x), 2 * eps)
        near(-wanted, activation.value("erf", -x), 2 * eps)
      end
      for x, wanted in pairs {
        [-30] = { -1.4720141781444561e-196, -4.4160316907084944e-195 },
        [-10] = { -7.6198530241605261e-23, -7.6184000964648141e-22 },
        [-4] = { -0.00012668496733247969, -0.00050364966122642149 },
        [-0.5] = { -0.15426876936299345, 0.13250487534383716 },
        [0.3] = { 0.18537342665668578, 0.73232776682710985 },
        [1.5] = { 1.3997891980967129, 1.1274691922299795 },
        [6] = { 5.9999999940804741, 1.0000000354687095 } } do
        near(wanted[1], activation.value("gelu", x), 4 * eps)
        near(wanted[2], activation.slope("gelu", x), 8 * eps)
      end
    end)

  it("have mpmath's second derivatives", function()
    for name, golden in pairs(curvatures) do
      for k, x in ipairs { -2.5, -1 / 128, 0.75, 6 } do
        near(golden[k], activation.curvature(name, x), 16 * eps, name .. "''")
      end
      assert.is_true(math.abs(activation.curvature(name, -1e300)) == 0)
      assert.equal(0, activation.curvature(name, math.huge))
      assert.is_true(activation.curvature(name, 0 / 0) ~= 0)
    end
  end)

  it("have no curvature at their kinks, on the right of them or far left", function()
    for _, name in ipairs { "relu", "leaky_relu" } do
      assert.equal(0, activation.curvature(name, 0))
    end
    assert.equal(1, activation.curvature("elu", 0))
    assert.equal(0, activation.curvature("elu", 1e-300))
    assert.equal(2, activation.curvature("elu", 0, 2))
  end)

  it("have PyTorch's slopes at their kinks", function()
    assert.equal(0, activation.slope("relu", 0))
    assert.equal(0.01, activation.slope("leaky_relu", 0))
    assert.equal(0.3, activation.slope("leaky_relu", 0, 0.3))
    assert.equal(0, activation.slope("hard_tanh", 1))
    assert.equal(0, activation.slope("hard_tanh", -1))
    assert.equal(2, activation.slope("elu", 0, 2))
    near(1.7580993408473769, activation.slope("selu", 0), eps)
  end)

  it("have slopes that finite differences agree with", function()
    for _, name in ipairs(activation.names()) do
      for _, x in ipairs { -3.3, -0.6, -1e-3, 0.2, 0.9, 2.7 } do
        local h = 1e-6 * math.max(1, math.abs(x))
        local d = (activation.value(name, x + h) -
          activation.value(name, x - h)) / (2 * h)
        assert(math.abs(d - activation.slope(name, x)) < 1e-9, name)
      end
    end
  end)

  it("keep their digits in the tails, where 1 - tanh^2 would have none",
    function()
      near(4 * math.exp(-60), activation.slope("tanh", 30), 4 * eps)
      near(math.exp(-50), activation.slope("sigmoid", 50), 4 * eps)
      near(math.exp(-50), activation.value("softplus", -50), 4 * eps)
      near(2 / math.sqrt(math.pi) * math.exp(-225),
        activation.slope("erf", 15), 8 * eps)
    end)

  it("have limits, not NaN, at infinity and at the largest numbers",
    function()
      for _, x in ipairs { math.huge, 1.7e308, 1e5 } do
        for _, name in ipairs { "tanh", "sigmoid", "erf", "hard_tanh" } do
          assert.equal(1, activation.value(name, x), name)
          assert.equal(0, activation.slope(name, x), name)
          assert.equal(0, activation.slope(name, -x), name)
        end
        for _, name in ipairs { "relu", "gelu", "silu", "elu", "softplus" } do
          assert.equal(x, activation.value(name, x), name)
          assert.equal(1, activation.slope(name, x), name)
          assert.equal(0, activation.slope(name, -x), name)
        end
        for _, name in ipairs { "relu", "gelu", "silu", "softplus" } do
          assert.equal(0, activation.value(name, -x), name)
        end
      end
    end)

  it("give NaN for NaN", function()
    local nan = 0 / 0
    for _, name in ipairs(activation.names()) do
      local y, d = activation.value(name, nan), activation.slope(name, nan)
      assert(y ~= y, name)
      assert(d ~= d, name .. "'")
    end
  end)
end)

describe("activation layers", function()
  local rng = ortho.rng(7)
  local n = 1003 -- no multiple of any vector's length

  local function run(name, precision)
    local x = rng:split(name):normal(n, 1, { std = 4, precision = precision })
    local layer = ortho.layer[name]()
    local y = layer:forward(x)
    local dx = layer:backward(ortho.matrix.ones(n, 1,
      { precision = precision }))
    return x, y, dx
  end

  it("have the same bits in long loops as for one number", function()
    for _, name in ipairs(activation.names()) do
      local x, y, dx = run(name, "float64")
      for i = 1, n do
        assert.equal(activation.value(name, x:get(i, 1)), y:get(i, 1), name)
        assert.equal(activation.slope(name, x:get(i, 1)), dx:get(i, 1), name)
      end
    end
  end)

  it("are as accurate in float32 as it allows", function()
    local eps32 = 2.0 ^ -23
    for _, name in ipairs(activation.names()) do
      local x, y, dx = run(name, "float32")
      for i = 1, n do
        local z = x:get(i, 1)
        -- relative to the terms that cancel in gelu' and silu'
        local smooth = name == "gelu" or name == "silu"
        local value, slope = activation.value(name, z),
          activation.slope(name, z)
        assert(math.abs(y:get(i, 1) - value)
          <= 4 * eps32 * math.abs(value) + 1e-37, name .. " " .. z)
        assert(math.abs(dx:get(i, 1) - slope) <= 4 * eps32 *
          math.max(math.abs(slope), smooth and 0.5 or 0) + 1e-37,
          name .. "' " .. z)
      end
    end
  end)
end)

describe("Gaussian moments", function()
  it("equal mpmath's to 1e-14, kinks or none", function()
    for name, golden in pairs(moments) do
      near(golden[1], activation.moment(name, { q = 1.7 }), 1e-14, name)
      near(golden[2], activation.moment(name, { q = 1.7, slope = true }),
        1e-14, name)
      near(golden[3], activation.moment(name,
        { q = 1.7, power = 4, slope = true }), 1e-14, name)
      near(golden[4], activation.gain(name), 1e-14, name)
    end
  end)

  it("integrate polynomials exactly, up to the nodes' own digits", function()
    local double_factorial = 1
    for power = 2, 20, 2 do
      double_factorial = double_factorial * (power - 1)
      near(double_factorial, activation.moment("linear", { power = power }),
        1e-14, "z^" .. power)
    end
  end)

  it("follow the closed forms from q = 1e-6 to 1e8", function()
    for k = -6, 8 do
      local q = 10.0 ^ k
      local erf_slope = 4 / math.pi / math.sqrt(1 + 4 * q)
      near(2 / math.pi * math.asin(2 * q / (1 + 2 * q)),
        activation.moment("erf", { q = q }), k < 0 and 1e-14 or 3e-12)
      near(erf_slope, activation.moment("erf", { q = q, slope = true }),
        2e-14)
      near(q / 2, activation.moment("relu", { q = q }), 1e-14)
      near(activation.value("erf", 1 / math.sqrt(2 * q)),
        activation.moment("hard_tanh", { q = q, slope = true }), 1e-14)
      near(q * (1 + 0.09) / 2, activation.moment("leaky_relu",
        { q = q, alpha = 0.3 }), 1e-14)
    end
  end)

  it("go to the one-sided limits at q = 0", function()
    assert.equal(0.5, activation.moment("relu", { q = 0, slope = true }))
    assert.equal(1, activation.moment("tanh", { q = 0, slope = true }))
    assert.equal(0.25, activation.moment("sigmoid", { q = 0 }))
    near(0.5 * math.sqrt(2 / math.pi),
      activation.mean("relu", { q = 0, slope = 1, power = 1 }), 4 * eps)
  end)

  it("obey Stein's lemma, E[z phi] = sqrt(q) E[phi']", function()
    for _, name in ipairs(activation.names()) do
      for _, q in ipairs { 0.2, 1, 9 } do
        near(math.sqrt(q) * activation.mean(name, { q = q, slope = 1 }),
          activation.mean(name, { q = q, value = 1, power = 1 }), 2e-14, name)
      end
    end
  end)
end)

describe("joint Gaussian moments", function()
  it("equal mpmath's", function()
    local golden = {
      tanh = { 0.2730346713702567, 0.2864945660332119 },
      gelu = { 0.484705647534884, 0.3701481677410657 },
      hard_tanh = { 0.3306014807596071, 0.3555674515799112 },
      selu = { 0.8894338307319033, 0.8929112350103475 },
    }
    for name, pair in pairs(golden) do
      near(pair[1], activation.joint(name, { q = 1.7, c = 0.6 }), 1e-13, name)
      near(pair[2], activation.joint(name,
        { q = 1.7, c = 0.6, slope = true }), 1e-13, name)
    end
  end)

  it("follow the arc-cosine and arc-sine kernels, up to c = +-1", function()
    for _, q in ipairs { 0.3, 1, 40 } do
      for _, c in ipairs { -1, -0.99, -0.4, 0, 0.5, 0.999999, 1 } do
        local angle = math.acos(c)
        local relu = q * (math.sqrt(1 - c * c) + c * (math.pi - angle))
          / (2 * math.pi)
        local got = activation.joint("relu", { q = q, c = c })
        assert(math.abs(got - relu) < 1e-14 * q)
        got = activation.joint("relu", { q = q, c = c, slope = true })
        assert(math.abs(got - (math.pi - angle) / (2 * math.pi)) < 1e-14)
        got = activation.joint("erf", { q = q, c = c })
        assert(math.abs(got - 2 / math.pi * math.asin(2 * q * c / (1 + 2 * q)))
          < 1e-14)
        near(4 / math.pi / math.sqrt((1 + 2 * q) ^ 2 - (2 * q * c) ^ 2),
          activation.joint("erf", { q = q, c = c, slope = true }), 3e-14)
      end
    end
  end)

  it("split at c = 0 and meet the moment at c = 1, for every activation",
    function()
      for _, name in ipairs(activation.names()) do
        for _, slope in ipairs { false, true } do
          local one = { q = 2, power = 1, slope = slope }
          local two = { q = 2, power = 2, slope = slope }
          near(activation.moment(name, two), activation.joint(name,
            { q = 2, c = 1, slope = slope }), 1e-14, name)
          local apart = activation.joint(name, { q = 2, c = 0, slope = slope })
          assert(math.abs(activation.moment(name, one) ^ 2 - apart) < 1e-14)
        end
      end
    end)
end)

describe("the logarithm of a layer's energy", function()
  local digamma, trigamma = ortho.theory.digamma, ortho.theory.trigamma

  it("has mpmath's mean and variance of a sum's logarithm", function()
    for _, case in ipairs(log_energies) do
      local name, count, slope, q, mean, variance = table.unpack(case)
      local got, var = activation.log_energy(name, { count = count,
        slope = slope, q = q })
      local what = name .. " " .. count
      assert.is_true(math.abs(got - mean) <= 1e-14, what)
      near(variance, var, 1e-14, what)
    end
  end)

  it("is a log chi-squared for linear units, forward and backward",
    function()
      for _, n in ipairs { 32, 64, 512 } do
        for _, slope in ipairs { false, true } do
          local mean, variance = activation.log_energy("linear",
            { count = n, slope = slope })
          near(digamma(n / 2) + math.log(2), mean, 1e-14)
          near(trigamma(n / 2), variance, 1e-13)
        end
      end
    end)

  it("has THEORY's variance for relu: 5.68, 5.31, 5.15, 5.07 over n",
    function()
      for n, c in pairs { [32] = 5.68, [64] = 5.31, [128] = 5.15,
        [256] = 5.07 } do
        local _, variance = activation.log_energy("relu", { count = n })
        assert(math.abs(n * variance - c) < 0.006, n .. " " .. n * variance)
      end
    end)

  it("agrees with 40,000 draws by NumPy for saturated tanh", function()
    local mean, variance = activation.log_energy("tanh",
      { q = 256, count = 256, slope = true })
    assert(math.abs(mean - 2.0193) < 0.008)
    assert(math.abs(variance - 0.2708) < 0.006)
  end)
end)

describe("joint_energy, the mean over two samples", function()
  local energy = activation.joint_energy

  it("is Wick's for linear, arccosines for relu", function()
    local c, q = 0.6, 2.5
    local angle, sine = math.acos(c), math.sqrt(1 - c * c)
    within(q ^ 2 * (1 + 2 * c ^ 2), energy("linear", { q = q, c = c }), 1e-12)
    -- Cho and Saul's J_2 and J_0 over 2 pi
    within(q ^ 2 * (3 * sine * c + (math.pi - angle) * (1 + 2 * c * c)) /
      (2 * math.pi), energy("relu", { q = q, c = c }), 1e-12)
    within((math.pi - angle) / (2 * math.pi),
      energy("relu", { q = q, c = c, slopes = 2 }), 1e-12)
    within(q * (math.pi - angle + sine * c) / (2 * math.pi),
      energy("relu", { q = q, c = c, slopes = 1 }), 1e-12)
  end)

  it("is one sample's at c = 1, a product at c = 0", function()
    local q, mean = 1.7, activation.mean
    for _, name in ipairs { "tanh", "gelu", "hard_tanh" } do
      local v = mean(name, { q = q, value = 2 })
      local mu = mean(name, { q = q, slope = 2 })
      local alone = { mean(name, { q = q, value = 4 }),
        mean(name, { q = q, value = 2, slope = 2 }),
        mean(name, { q = q, slope = 4 }) }
      local apart = { v * v, v * mu, mu * mu }
      for slopes = 0, 2 do
        within(alone[slopes + 1],
          energy(name, { q = q, c = 1, slopes = slopes }), 1e-9)
        within(apart[slopes + 1],
          energy(name, { q = q, c = 0, slopes = slopes }), 1e-11)
      end
    end
  end)

  it("refuses what is no variance or correlation", function()
    assert.error_matches(function() energy("relu", { q = 0 }) end, "q is 0")
    assert.error_matches(function() energy("relu", { c = 2 }) end, "c is 2")
    assert.error_matches(function() energy("relu", { slopes = 3 }) end,
      "slopes")
  end)
end)

describe("bad arguments to activation", function()
  local function fails(pattern, f, ...)
    local ok, message = pcall(f, ...)
    assert.is_false(ok)
    assert.matches(pattern, message)
  end

  it("name the nearest activation", function()
    fails("activation.gain: unknown activation 'rely' %(did you mean 'relu'%?",
      activation.gain, "rely")
    fails("must be a name such as \"relu\", not nil", activation.moment)
  end)

  it("name the nearest option", function()
    fails("unknown option 'powr' %(did you mean 'power'%?",
      activation.moment, "relu", { powr = 2 })
  end)

  it("say the value and the range", function()
    fails("q is %-1", activation.moment, "relu", { q = -1 })
    fails("q is inf", activation.moment, "relu", { q = math.huge })
    fails("nan", activation.moment, "relu", { q = 0 / 0 })
    fails("c is 1.5", activation.joint, "relu", { c = 1.5 })
    fails("power", activation.moment, "relu", { power = -1 })
    fails("power", activation.moment, "relu", { power = 1.5 })
    fails("relu takes no alpha", activation.value, "relu", 1, 0.1)
    fails("tanh takes no alpha", activation.gain, "tanh", { alpha = 1 })
    fails("x must be a number, not string", activation.value, "relu", "1")
    fails("q is 0", activation.log_energy, "relu", { q = 0 })
  end)
end)
