-- refused_spec.lua: what theory's signals and maps refuse: each message stands at the
-- user's line and names the function, what it was given, and what would be right.
local ortho = require "orthorun"
local theory = ortho.theory

local function square(x) return x * x end
local function dead() return 0 end
local function flat() return 1 end
local inf, nan = math.huge, 0 / 0

-- function, its arguments, what the message has
local cases = {
  { "mean_field", {}, "sigma_w2 is nil; a finite number above 0 is needed" },
  { "mean_field", { 3 }, "mean_field: options must be a table, not the number 3" },
  { "mean_field", { { sigma_w2 = 1 } }, "mean_field: needs activation=, a name" },
  { "mean_field", { { activation = "tanh", sigma_w2 = 0 } },
    "mean_field: sigma_w2 is 0; a finite number above 0 is needed" },
  { "mean_field", { { activation = "tanh", sigma_w2 = -1 } }, "sigma_w2 is -1" },
  { "mean_field", { { activation = "tanh", sigma_w2 = nan } }, "sigma_w2 is nan" },
  { "mean_field", { { activation = "tanh", sigma_w2 = inf } }, "sigma_w2 is inf" },
  { "mean_field", { { activation = "tanh", sigma_w2 = "1" } },
    "sigma_w2 is the string '1'" },
  { "mean_field", { { activation = "tanh", sigma_w2 = 1, sigma_b2 = -1 } },
    "sigma_b2 is -1; a finite number of at least 0 is needed" },
  { "mean_field", { { activation = "relu", sigma_w2 = 2, q0 = nan } },
    "q0 is nan; a finite number above 0 is needed" },
  { "mean_field", { { activation = "tahn", sigma_w2 = 2 } },
    "mean_field: unknown activation 'tahn' (did you mean 'tanh'?" },
  { "mean_field", { { activation = "tanh", alpha = 1, sigma_w2 = 2 } },
    "mean_field: tanh takes no alpha" },
  { "mean_field", { { activation = math.exp, sigma_w2 = 3 } }, "is inf, must be" },
  { "variance_map", { "tanh" }, "variance_map: q is nil" },
  { "variance_map", { "tanh", -1 }, "variance_map: q is -1" },
  { "variance_map", { "tanh", inf }, "variance_map: q is inf" },
  { "variance_map", { "tanh", 1, { sigma_w2 = 0 } }, "variance_map: sigma_w2 is 0" },
  { "variance_map", { "tanh", 1, { sigma_b2 = nan } }, "sigma_b2 is nan" },
  { "chi1", { "tanh", { sigma_w2 = -2 } }, "chi1: sigma_w2 is -2" },
  { "chi1", { "tanh", { q = "1" } }, "chi1: q is the string '1'" },
  { "critical", { "tanh", { q = -1 } }, "critical: q is -1" },
  { "critical", { flat }, "slopes are all 0 at q = 1; no weights are critical" },
  { "correlation_map", { "tanh", 1.5 }, "c is 1.5; a correlation in [-1, 1]" },
  { "correlation_map", { "tanh", 0.5, { sigma_w2 = 0 } },
    "correlation_map: sigma_w2 is 0, must be a finite number above 0" },
  { "correlation_map", { "tanh", 0.5, { sigma_w2 = 0.5 } }, "the variance q is 0" },
  { "correlation_map", { square, 0.5, { sigma_b2 = 1 } }, "the variance q is inf" },
  { "correlation_map", { dead, 0.5, { q = 1 } }, "the activation is 0 at q = 1" },
  { "critical_line", { {} }, "critical_line: sigma_b2 must be a table, not nothing" },
  { "critical_line", { { sigma_b2 = {} } }, "sigma_b2 is empty" },
  { "critical_line", { { sigma_b2 = { 0, "a" } } }, "sigma_b2[2] is the string 'a'" },
  { "critical_line", { { sigma_b2 = { 0 }, activation = "ttanh" } },
    "critical_line: unknown activation 'ttanh'" },
  { "trainable_depth", { { sigma_w2 = 0 } }, "trainable_depth: sigma_w2 is 0" },
  { "trainable_depth", { { sigma_w2 = 1, activation = {} } },
    "trainable_depth: an activation's table needs f" },
  { "signal", { 3 }, "signal: options must be a table" },
  { "signal", { { width = -1 } }, "signal: width is -1" },
  { "signal", { { width = 1 << 40 } }, "width is 1099511627776; at most 2147483647" },
  { "signal", { { depth = 1 << 60 } }, "at most 1000000" },
  { "signal", { { gain = 0 } }, "signal: a gain of 0 makes weights of variance 0" },
  { "signal", { { gain = nan } }, "gain is nan; a finite number is needed" },
  { "signal", { { gain = true } }, "gain must be a number or an activation" },
  { "signal", { { gain = dead } }, "is 0 everywhere: no gain keeps its values" },
  { "signal", { { q0 = 0 } }, "signal: q0 is 0" },
  { "signal", { { activation = dead } }, "values or its slopes are all 0" },
  { "signal", { { activation = flat } }, "values or its slopes are all 0" },
  { "signal", { { activation = math.sin, init = "gaussian", q0 = 1e9, depth = 3 } },
    "changes too fast, or too often" },
  { "signal", { { batch = 0 } }, "signal: batch is 0" },
  { "signal", { { init = "orthogonl" } }, "did you mean 'orthogonal'?" },
  { "gradient_slope", { { depth = 3 } }, "gradient_slope: depth is 3" },
  { "first_layer", { { depths = {} } }, "depths must be an array of network depths" },
  { "first_layer", { { depths = { 5, 0 } } }, "first_layer: depth is 0" },
  { "init_variance", { "orthogonal", 1 }, "init_variance: fan_in is nil" },
  { "init_variance", { "orthogonal", inf, 2 }, "gain is inf" },
  { "gain", {}, "activation must be a name such as" },
  { "residual_signal", { { width = 8, depth = 1 << 40 } }, "depth is 1099511627776" },
  { "residual_signal", { { width = 8, depth = 2, activation = dead } },
    "values or its slopes are all 0" },
}

describe("theory refuses", function()
  for _, case in ipairs(cases) do
    it(case[1] .. ": " .. case[3], function()
      local ok, message = pcall(theory[case[1]], table.unpack(case[2]))
      assert.is_false(ok)
      message = tostring(message)
      assert.is_truthy(message:find(case[3], 1, true), message)
      assert.is_truthy(message:find "refused_spec%.lua:%d+: ", message)
    end)
  end
end)
