-- optim: the updates against PyTorch's, clipping, schedules, refusals.
local ortho = require "orthorun"
local optim, matrix = ortho.optim, ortho.matrix

local raises = dofile("tests/support.lua").raises

-- After 10 steps of PyTorch 1.13 in float64 from the same start: the loss,
-- and all parameters, weights row by row, layer 1 first.
local golden = {
  sgd = { loss = 0.044504612889197014,
    0.5477034919033295, 0.5827422715540447, 0.38031794006963027,
    0.5240055335056106, -0.17458642042024403, -0.6045202307080313,
    -0.040073865722713875, -0.5173541035817728, 0.498637117651378,
    -0.6091397800457181, 0.35495002298922984, -0.032098193705917405,
    0.39035657465746976, -0.2283168495074145, -0.4198371041202852,
    -0.3686933303235119, 0.22188465204598234, -0.19408995289751654,
    -0.6175434345916804, -0.7353224854338718, -0.14061961739352605,
    -0.5424183958050217, 0.021852430168700202, 0.34622756921863107,
    -0.2633427507921679, 0.07848081536436477 },
  sgd_decay = { loss = 0.05517893748608298,
    0.48778498540062837, 0.5285253354474786, 0.3471076997023846,
    0.4725304814023476, -0.15042817660858027, -0.5533179130521751,
    -0.015340865104654712, -0.4713816690539777, 0.44513709286656733,
    -0.5212399875142322, 0.31187233103049167, -0.04357196314383095,
    0.3663972502552501, -0.20974427941378082, -0.3983424840353002,
    -0.3639011416828341, 0.19447598302380273, -0.203902208489439,
    -0.5621752994656378, -0.6499301709582503, -0.13665468559590463,
    -0.497553638108376, 0.039819527535533424, 0.30346461364954663,
    -0.22255248127294092, 0.06879096758575094 },
  momentum = { loss = 0.06893947268157448,
    0.5440887619454265, 0.5903852876382634, 0.3595893257879359,
    0.5384357237360168, -0.1804026062398979, -0.625940227809022,
    -0.05278205347940694, -0.5183330601626079, 0.517717901164999,
    -0.6357254217089828, 0.37461737604616085, -0.019005378258408468,
    0.19240985651620923, -0.3127384964888678, -0.32430224560900467,
    -0.24351293094413565, 0.30044799154222895, -0.15983095147590118,
    -0.6476326530593489, -0.8188365602764625, 0.00742355610575622,
    -0.3631533222139282, -0.050279644668333776, 0.21637722191722064,
    -0.1226136270993221, 0.15432125134929175 },
  momentum_decay = { loss = 0.10762039448484946,
    0.49391219494265626, 0.5531445353084582, 0.30500797444406785,
    0.5049022103327487, -0.1776908159341467, -0.592388658880881,
    -0.0754582434827551, -0.47743727221664867, 0.4982943813164912,
    -0.6349731927326252, 0.3666811772136692, 0.010618589460479638,
    -0.0565479038980673, -0.4091800118427041, -0.19832223707787383,
    -0.07465324922047054, 0.36913369435338633, -0.1088152490058649,
    -0.6388764134819627, -0.8532485333555284, 0.19886879661545137,
    -0.15888662205006562, -0.15099223684652308, 0.0666692059504658,
    0.05699504730983989, 0.2098736848527263 },
  nesterov = { loss = 0.04642211905841679,
    0.546006125157886, 0.5844672586932398, 0.37575274869321384,
    0.5282845092806823, -0.174367226170333, -0.6114623556735853,
    -0.04001739379380254, -0.5171737718346433, 0.5027336106664713,
    -0.6095772520471049, 0.35903948939110464, -0.0324478020567367,
    0.34218304910617686, -0.2448445072887777, -0.39533720944480943,
    -0.3421510973161236, 0.24009049423658965, -0.1873358118301601,
    -0.6226717590822568, -0.7541342178386631, -0.10731867993162458,
    -0.49528442777974147, 0.009850423223896496, 0.31045888165956614,
    -0.2267549561304951, 0.09834568700305381 },
  nesterov_decay = { loss = 0.10893120815039417,
    0.39009737999103805, 0.4102186875425872, 0.24256138590469173,
    0.376305373376315, -0.13421919123460677, -0.44190384347719125,
    -0.06896501386909182, -0.3526556651264293, 0.365418504119479,
    -0.48575990290699744, 0.2718552948212833, 0.004648630425155908,
    0.09590289370411821, -0.30244707569624024, -0.24313069953691116,
    -0.15864319481118672, 0.27057897434495193, -0.09522408531983895,
    -0.48785918477968215, -0.6395843717499596, 0.08615046164783818,
    -0.27762263220851635, -0.09267061968568047, 0.1100663421624707,
    0.04070842318535499, 0.21327932151933515 },
  adam = { loss = 0.8354461990879691,
    0.5149010700809309, 0.6049236602716969, 0.3952899449302384,
    0.5355925529222496, -0.1433492245554347, -0.6076780791756493,
    0.07467428045178989, -0.5454570072544352, 0.4861762151548247,
    -0.46407517764365724, 0.3064607152114295, -0.09460796157232715,
    0.5355943894964966, 0.0746905237497593, -0.4441043798507242,
    -0.5653672113022076, 0.09464940491132985, -0.3079345913986904,
    -0.5809351638627616, -0.5654675665685337, -0.4440971441277519,
    -0.45382798757768467, 0.2864852020552503, 0.5544558660161185,
    -0.44410328122944, -0.5653651611077988 },
  adam_options = { loss = 0.11577518384396575,
    0.2655012421380784, 0.31612656779638204, 0.15920624448556342,
    0.30176104499830225, -0.07928600992729748, -0.6821214516378925,
    -0.13161602284834611, -0.316571680985109, 0.41499608860019277,
    -0.6676660300336104, 0.4784786085509032, 0.11930739655901618,
    0.2948842957832626, -0.17830013133759506, -0.2389000439519089,
    -0.3226626294208667, 0.30729276350125334, -0.141484776771828,
    -0.6971325997431451, -0.7433238540821724, -0.20167066728548408,
    -0.5813589143146333, 0.04675815369946406, 0.320351620948293,
    -0.2044076937457426, -0.3072761405604091 },
  adamw = { loss = 0.835256047670337,
    0.5148502048061947, 0.6048631512099507, 0.395249911496296,
    0.5355385634884187, -0.14333456213010343, -0.6076178022158842,
    0.07466626203423615, -0.5454017659516444, 0.4861280266227103,
    -0.4640292704325146, 0.30643052744956084, -0.09459798234996569,
    0.5355403475126798, 0.07468256708534406, -0.4440595645221851,
    -0.5653102134394368, 0.09464050946580277, -0.3079032950682509,
    -0.5808777035505257, -0.5654115825092185, -0.44405226110492235,
    -0.4537824485979487, 0.28645607343711277, 0.5543999500065739,
    -0.4440582699964857, -0.5653081235268572 },
  adamw_options = { loss = 0.1819791075065622,
    0.6661296066387572, 0.537453188661871, 0.2048845084762761,
    0.3372863643644783, -0.05767257482899889, -0.7436458485877853,
    -0.10133396583770136, -0.3377211288511012, 0.5956281144852918,
    -0.610481152571624, 0.4628663479972602, 0.07506980674186896,
    0.3329051427088231, -0.10586209290790981, -0.26614515359361035,
    -0.3601204177738635, 0.2605498387332856, -0.1538044653893032,
    -0.717998067490347, -0.7014949398157757, -0.245361863748361,
    -0.5019740406891681, 0.09792094666226368, 0.3517298267417393,
    -0.24375083945230264, -0.3546645729603553 },
  clipped = { loss = 0.2424834233747013,
    norms = {
    1.8419104403035065, 1.7246906044928332, 1.6107091276608492,
    1.499868843246628, 1.3920590532838535, 1.2871558357294832,
    1.1850228871822237, 1.0855131084066831, 0.9884712448161788,
    0.8937380815191085 },
    0.5106509738483979, 0.5941949472079475, 0.3953847169022614,
    0.5295263229729713, -0.1502503714842469, -0.6112870896771457,
    0.06075630195191237, -0.5475418002513674, 0.48334044455809966,
    -0.4849336642147021, 0.3143598121380541, -0.08888428682099321,
    0.4558322826008351, -0.08091191013194216, -0.4258848783695066,
    -0.47299686384951933, 0.13239019708169894, -0.2900504326054919,
    -0.5890784001254097, -0.6112353875631945, -0.2838124579980623,
    -0.4791993202032697, 0.17768468854100944, 0.4097369730667058,
    -0.3722958254173628, -0.23017720856050106 },
  loosely_clipped = { loss = 0.3836461035037006,
    norms = {
    1.8419104403035065, 1.7595672583680142, 1.6788197144340375,
    1.5996362841571683, 1.5219821909067435, 1.4458194103923543,
    1.3711067232756022, 1.2977998275278515, 1.225851525427251,
    1.1552120045537795 },
    0.5082672350360776, 0.5948782467659932, 0.39807680051230665,
    0.5350206673738886, -0.15103437867913636, -0.6077322282434944,
    0.06993500164753104, -0.5510385618059239, 0.4817247543628895,
    -0.47413216856507767, 0.308713268210255, -0.09409771495637986,
    0.47926339272086377, -0.029801132274743077, -0.4304502686153584,
    -0.5008177376843471, 0.11698043708045981, -0.2988933049095159,
    -0.5833755968295569, -0.5928040981904422, -0.3333478368183514,
    -0.46897688560806156, 0.21400643612019116, 0.4532005410361347,
    -0.3989448027692988, -0.33511268382349474 },
}

local function filled(rows, cols, k)
  local list = {}
  for i = 0, rows - 1 do
    list[i + 1] = {}
    for j = 0, cols - 1 do
      list[i + 1][j + 1] = 0.6 * math.sin(k + i + 0.7 * j * (i + 1))
    end
  end
  return list
end

local function numbers(rows, cols, k, precision)
  return matrix(filled(rows, cols, k), { precision = precision })
end

local function network(precision)
  local p = { precision = precision }
  local layer = ortho.layer
  local function linear(rows, cols, k)
    local l = layer.linear { weight = numbers(rows, cols, k, precision) }
    l:biases()[1]:assign(matrix(filled(rows, 1, k + 1), p))
    return l
  end
  return layer.sequential { linear(4, 3, 1), layer.tanh(), linear(2, 4, 3) }
end

-- 10 steps; the net, its loss after them, the norms before clipping.
local function run(opt, clip, precision)
  local net, norms = network(precision), {}
  local x, y = numbers(3, 5, 5, precision), numbers(2, 5, 6, precision)
  for i = 1, 10 do
    net:zero_grad()
    net:loss_gradient(x, y, "mse")
    if clip then norms[i] = optim.clip(net, clip) end
    opt:step(net)
  end
  return net, net:loss(x, y, "mse"), norms
end

local function parameters(net)
  local list = {}
  for _, m in ipairs(net:parameters()) do
    for _, row in ipairs(m:totable()) do
      table.move(row, 1, #row, #list + 1, list)
    end
  end
  return list
end

local function agrees(name, opt, tolerance, clip, precision)
  local net, loss, norms = run(opt, clip, precision)
  local expected = golden[name]
  assert.is_near(expected.loss, loss, tolerance)
  for i, value in ipairs(parameters(net)) do
    assert.is_near(expected[i], value, tolerance)
  end
  for i, norm in ipairs(expected.norms or {}) do
    assert.is_near(norm, norms[i], tolerance)
  end
end

local optimizers = {
  sgd = function() return optim.sgd { lr = 0.3 } end,
  sgd_decay = function() return optim.sgd { lr = 0.2, weight_decay = 0.05 } end,
  momentum = function() return optim.sgd { lr = 0.1, momentum = 0.8 } end,
  momentum_decay = function()
    return optim.sgd { lr = 0.1, momentum = 0.9, weight_decay = 0.02 }
  end,
  nesterov = function()
    return optim.sgd { lr = 0.1, momentum = 0.7, nesterov = true }
  end,
  nesterov_decay = function()
    return optim.sgd { lr = 0.07, momentum = 0.9, nesterov = true,
      weight_decay = 0.1 }
  end,
  adam = function() return optim.adam() end,
  adam_options = function()
    return optim.adam { lr = 0.03, beta1 = 0.7, beta2 = 0.95, eps = 1e-3,
      weight_decay = 0.04 }
  end,
  adamw = function() return optim.adamw() end,
  adamw_options = function()
    return optim.adamw { lr = 0.02, beta1 = 0.8, beta2 = 0.9, eps = 1e-4,
      weight_decay = 0.3 }
  end,
}

describe("ten steps end where PyTorch's do", function()
  for name, make in pairs(optimizers) do
    it("with " .. name .. ", in float64 to 1e-12", function()
      agrees(name, make(), 1e-12)
    end)
    it("with " .. name .. ", in float32 to 1e-5", function()
      agrees(name, make(), 1e-5, nil, "float32")
    end)
  end

  it("with clipping of each step, and of some", function()
    agrees("clipped", optim.sgd { lr = 0.5 }, 1e-12, 0.1)
    agrees("loosely_clipped", optim.sgd { lr = 0.1 }, 1e-12, 0.35)
  end)
end)

-- A net of one weight of 1 whose gradient is g.
local function single(g)
  local net = ortho.layer.linear { weight = matrix { 1 }, bias = false }
  net:forward(matrix { 1 })
  net:backward(matrix { g })
  return net
end

describe("clip", function()
  it("gives the joint norm and its logarithm, as does grad_norm", function()
    local net = network()
    net:loss_gradient(numbers(3, 5, 5), numbers(2, 5, 6), "mse")
    local sum = 0
    for _, g in ipairs(net:gradients()) do sum = sum + g:norm() ^ 2 end
    local norm, log10 = optim.grad_norm(net)
    assert.is_near(math.sqrt(sum), norm, 1e-15)
    assert.is_near(math.log(norm, 10), log10, 1e-14)
    assert.equal(norm, (optim.clip(net, 0.01)))
    assert.is_near(0.01 * norm / (norm + 1e-6), (optim.grad_norm(net)), 1e-17)
  end)

  it("leaves gradients below the limit as they are, bit for bit", function()
    local net = single(0.3)
    assert.equal(0.3, (optim.clip(net, 0.31)))
    assert.equal(0.3, net:weight_gradients()[1]:get(1, 1))
  end)

  it("brings back gradients that fit no number", function()
    local W = matrix.full(1, 1, 1e200)
    local layers = {}
    for l = 1, 10 do
      layers[l] = ortho.layer.linear { weight = W:copy(), bias = false }
    end
    local net = ortho.layer.sequential(layers)
    net:backward(net:forward(matrix { 1 }))
    local norm, log10 = optim.clip(net, 2)
    assert.equal(math.huge, norm)
    assert.is_near(3800 + 0.5, log10, 1e-9)
    assert.is_near(2, (optim.grad_norm(net)), 1e-12)
  end)

  it("and a step are one step with a scale, to the bit", function()
    for _, make in ipairs { optim.sgd, optim.adam } do
      for _, precision in ipairs { "float32", "float64" } do
        local first, second = network(precision), network(precision)
        local a, b = make { lr = 0.1 }, make { lr = 0.1 }
        for _ = 1, 5 do
          for _, net in ipairs { first, second } do
            local input = numbers(net:parameters()[1]:cols(), 8, 1, precision)
            local out = net:forward(input)
            net:zero_grad():backward(out)
          end
          local norm = optim.clip(first, 0.05)
          a:step(first)
          b:step(second, math.min(1, 0.05 / (norm + 1e-6)))
        end
        for i, w in ipairs(first:parameters()) do
          assert.same(w:tolist(), second:parameters()[i]:tolist())
        end
      end
    end
    raises("optim:step: scale is -1.0, must be finite", function()
      optim.sgd { lr = 1 }:step(network(), -1)
    end)
  end)

  it("changes nothing where the norm is NaN, and refuses limits of 0",
    function()
      local net = single(0 / 0)
      local norm = optim.clip(net, 1)
      assert.is_true(norm ~= norm)
      raises("optim.clip: max_norm is 0.0", optim.clip, net, 0)
      raises("must be positive", optim.clip, net, 0 / 0)
    end)
end)

describe("optimizers", function()
  it("tell and change their learning rate, and count steps", function()
    local opt = optim.sgd { lr = 0.5 }
    assert.equal(0.5, opt:lr())
    opt:lr(0.25)
    local net = single(2)
    opt:step(net)
    assert.equal(0.5, net:weights()[1]:get(1, 1))
    assert.equal(1, opt:steps())
    assert.equal("optim.sgd{lr=0.25}, 1 steps", tostring(opt))
  end)

  it("refuse senseless options", function()
    for _, lr in ipairs { 0, -1, 0 / 0, math.huge } do
      raises("lr is", optim.sgd, { lr = lr })
      raises("lr is", optim.adam, { lr = lr })
    end
    raises("needs lr=", optim.sgd)
    raises("nesterov needs a momentum", optim.sgd, { lr = 1, nesterov = true })
    raises("beta1 is 1.0", optim.adam, { beta1 = 1 })
    raises("weight_decay is -1.0", optim.adamw, { weight_decay = -1 })
    raises("did you mean 'momentum'", optim.sgd, { lr = 1, momentun = 1 })
    raises("lr is 0.0", optim.sgd { lr = 1 }.lr, optim.sgd { lr = 1 }, 0)
  end)

  it("belong to one network, and say when a gradient does not fit", function()
    local opt = optim.adam()
    opt:step(single(1))
    raises("one optimizer for one network", opt.step, opt, network())
    local wild = single(1e300)
    wild:backward(matrix { 1e300 })
    local net = ortho.layer.sequential {
      ortho.layer.linear { weight = matrix { 1e300 }, bias = false },
      ortho.layer.linear { weight = matrix { 1e300 }, bias = false } }
    net:backward(net:forward(matrix { 1 }))
    raises("clip it first", function() optim.sgd { lr = 1 }:step(net) end)
  end)
end)

describe("schedules", function()
  it("agree with PyTorch's CosineAnnealingLR and StepLR", function()
    local cosine = optim.cosine { lr = 0.4, steps = 7, final = 0.01 }
    for i, lr in ipairs { 0.4, 0.38068892924097175, 0.3265805113624531,
      0.24839158212148135, 0.16160841787851873, 0.08341948863754697,
      0.029311070759028286, 0.01 } do
      assert.is_near(lr, cosine(i - 1), 1e-15)
    end
    assert.equal(0.01, cosine(1000))
    local step = optim.step_decay { lr = 0.4, every = 3, factor = 0.3 }
    for i, lr in ipairs { 0.4, 0.4, 0.4, 0.12, 0.12, 0.12, 0.036, 0.036 } do
      assert.is_near(lr, step(i - 1), 1e-16)
    end
  end)

  it("are constant, or warm up", function()
    assert.equal(0.3, optim.constant { lr = 0.3 } (99))
    local warm = optim.warmup(optim.constant { lr = 1 }, 4)
    assert.same({ 0.25, 0.5, 0.75, 1, 1 },
      { warm(0), warm(1), warm(2), warm(3), warm(4) })
    assert.equal(1, optim.warmup(optim.constant { lr = 1 }, 0)(0))
    local cosine = optim.cosine { lr = 1, steps = 10, warmup = 2 }
    assert.equal(0.5, cosine(0))
    assert.equal(1, cosine(1))
    assert.equal(1, cosine(2))
    assert.is_near(0.5, cosine(6), 1e-15)
    assert.is_near(0, cosine(10), 1e-15)
  end)

  it("refuse what makes no sense", function()
    raises("optim.constant: lr is 0", optim.constant, { lr = 0 })
    raises("optim.cosine: lr is nil", optim.cosine, { steps = 3 })
    raises("steps is 3, must be more than warmup, 3", optim.cosine,
      { lr = 1, steps = 3, warmup = 3 })
    raises("every is 0", optim.step_decay, { lr = 1, every = 0 })
    raises("every is 1.5", optim.step_decay, { lr = 1, every = 1.5 })
    raises("factor is 0", optim.step_decay, { lr = 1, every = 1, factor = 0 })
    raises("must be a function", optim.warmup, 3, 4)
    raises("did you mean 'steps'", optim.cosine, { lr = 1, step = 3 })
  end)
end)
