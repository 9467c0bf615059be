-- golden: a small explicit network against NumPy. The numbers come from a
-- separate NumPy program that writes out z = W x + b and its derivatives.
local ortho = require "orthorun"
local matrix, layer, loss = ortho.matrix, ortho.layer, ortho.loss

local W1 = { { 0.5, -0.3, 0.8 }, { 0.1, 0.9, -0.4 }, { -0.7, 0.2, 0.6 },
  { 0.3, 0.4, -0.5 } }
local W2 = { { 0.6, -0.1, 0.4, 0.2 }, { -0.5, 0.7, 0.3, -0.8 } }
local b1, b2 = { 0.1, -0.2, 0.05, 0 }, { 0.02, -0.03 }
local X = { { 1, -0.5 }, { 0.3, 0.8 }, { -1.2, 0.4 } }
local T = { { 0.5, -1 }, { 0.25, 0.75 } }

local golden = {
  relu = {
    y = { { 0.15900000000000003, 0.30900000000000005 },
      { -0.3910000000000001, 0.42700000000000005 } },
    mse = 0.5862430000000002,
    dW1 = { { 0, 0, 0 },
      { -0.11805000000000004, -0.20499, 0.17736000000000005 },
      { -0.10667500000000002, 0.17068000000000005, 0.08534000000000003 },
      { 0.22230000000000005, 0.06669000000000001, -0.26676000000000005 } },
    db2 = { { 0.4840000000000001 }, { -0.48200000000000004 } },
    dX = { { 0.04596000000000001, -0.167195 },
      { -0.09765000000000001, -0.11797999999999997 },
      { -0.028230000000000005, 0.19941000000000003 } },
    entropy = 0.8796895765897778,
    logits = { { 0.3170677955054004, -0.26473290888061357 },
      { -0.3170677955054004, 0.2647329088806135 } },
  },
  tanh = {
    y = { { -0.4820432577151408, 0.20764126355475282 },
      { -0.29405737369633766, 0.4384527468329832 } },
    mse = 0.7039666245732892,
    dW1 = { { -0.3493829423358151, 0.31131299087230746, 0.3316536626823356 },
      { -0.01806879042951688, -0.1518450990157698, 0.05250875101792862 },
      { -0.1247970549190334, 0.06601759594681403, 0.127976105392835 },
      { -0.07394129341335746, 0.21072181154586733, 0.039697089028686953 } },
    db2 = { { 0.11279900291980605 }, { -0.42780231343167724 } },
    dX = { { -0.010863298858369404, 0.2009190018663474 },
      { -0.041123670433751494, -0.15028142679756232 },
      { -0.13276852326696315, 0.35483580134924697 } },
    entropy = 0.709381260685272,
    logits = { { 0.22657072056955724, -0.27872402830939025 },
      { -0.22657072056955724, 0.27872402830939025 } },
  },
  gelu = {
    y = { { 0.006424475803899585, 0.2301766992648971 },
      { -0.3467103255612639, 0.3223040342571061 } },
    mse = 0.5739846403109771,
    dW1 = { { -0.10554248428556592, 0.16921251712328897, 0.08436145221447727 },
      { -0.0972439424896793, -0.17756616091438124, 0.14793335797024196 },
      { -0.068942900349025, 0.15554211430911555, 0.045631483700130426 },
      { 0.13598402895667855, 0.1738051822590915, -0.1911829344474012 } },
    db2 = { { 0.3683005875343983 }, { -0.5122031456520789 } },
    dX = { { 0.027687937470981697, 0.002256669862823049 },
      { -0.07070823079050018, -0.11091291869665003 },
      { -0.018427109827489088, 0.27293411058569245 } },
    entropy = 0.8127468400534037,
    logits = { { 0.29368877655249115, -0.2615077787210935 },
      { -0.29368877655249115, 0.26150777872109343 } },
  },
}

-- A layer.linear with this weight and bias.
local function linear(W, b, precision)
  return layer.linear { weight = matrix(W, { precision = precision }),
    rng = ortho.rng(1), precision = precision,
    bias = function() return matrix(b, { precision = precision }) end }
end

for precision, tolerance in pairs { float64 = 4e-16, float32 = 2e-7 } do
  local opt = { precision = precision }
  local function near(expected, M)
    for i, row in ipairs(expected) do
      for j, v in ipairs(row) do
        assert.is_near(v, M:get(i, j), tolerance)
      end
    end
  end

  for name, g in pairs(golden) do
    describe(("a %s net in %s"):format(name, precision), function()
      local net = layer.sequential { linear(W1, b1, precision),
        layer[name](), linear(W2, b2, precision) }
      local y = net:forward(matrix(X, opt))

      it("has NumPy's output and losses", function()
        near(g.y, y)
        assert.is_near(g.mse, (loss.mse(y, matrix(T, opt))), tolerance)
        local entropy, logits = loss.cross_entropy(y, { 2, 1 })
        assert.is_near(g.entropy, entropy, tolerance)
        near(g.logits, logits)
      end)

      it("has NumPy's gradients", function()
        net:zero_grad()
        local _, dy = loss.mse(y, matrix(T, opt))
        near(g.dX, net:backward(dy))
        near(g.dW1, net:weight_gradients()[1])
        near(g.db2, net:bias_gradients()[2])
      end)
    end)
  end

  it("layer_norm has NumPy's output in " .. precision, function()
    local l = layer.layer_norm { size = 3, precision = precision }
    l:parameters()[1]:assign(matrix { 1.5, 0.5, -1 })
    l:parameters()[2]:assign(matrix { 0.1, 0.2, 0.3 })
    local Y = l:forward(matrix({ { 1, 2 }, { 3, -1 }, { 0.5, 4 } }, opt))
    local e = precision == "float64" and 1e-15 or 5e-7
    for i, row in ipairs { { -0.5943620989982233, 0.34333184354018387 },
      { 0.8943620989982233, -0.44888491610715725 },
      { 1.225816131997631, -0.8355486031875248 } } do
      for j, v in ipairs(row) do assert.is_near(v, Y:get(i, j), e) end
    end
  end)
end
