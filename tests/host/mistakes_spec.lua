-- mistakes_spec.lua: mistakes that newcomers make, and what is said of each: one
-- message, at the script's line, of what to write instead. All are tried in one
-- process, by the handler that the program itself has.
local core = require "orthorun.core"
local support = dofile "tests/support.lua"
local program = os.getenv "ORTHORUN" or "./orthorun"
if program:sub(1, 1) ~= "/" then -- the cases run in another folder
  program = os.getenv "PWD" .. "/" .. program
end
local folder = support.folder()

teardown(folder.remove)

-- What many cases begin with.
local A = "local A = ortho.matrix.ones(2, 3) "
local net = "local net = ortho.mlp{width = 8, depth = 3, " ..
  "rng = ortho.rng(1)} "
local digits = "local d = ortho.data.digits{} " ..
  "local net = ortho.mlp{sizes = {64, 10}, rng = ortho.rng(1)} "
local mlp = "ortho.mlp{width = 8, depth = 3, rng = ortho.rng(1), %s}"
local function train(options)
  return digits .. "ortho.train{net = net, x = d.x, " .. options .. "}"
end
local labels = 'y = d.labels, loss = "cross_entropy", '
local sweeps = 0
local function sweep(trial, more)
  sweeps = sweeps + 1
  return ('local r = ortho.sweep{name = "s%d", grid = {x = {1, 2}}, ' ..
    "trial = %s}:run() %s"):format(sweeps, trial, more or "")
end
local one = "function(p) return {y = p.x} end"
local function defined(fields)
  return ("ortho.sweep{trial = %s, %s}:run()"):format(one, fields)
end

-- { code, message }: what is said at line 1 of the script, or where there is a
-- third, at that. { code, says = text }: no error, but this on the output.
local cases = {
  -- matrices
  { A .. "print(A * A)", "matrix product: 2x3 by 2x3 (inner sizes 3 and 2" },
  { A .. "print(A + A:t())", "matrix sum: 2x3 and 3x2 (sizes must agree" },
  { A .. "A:set(0, 1, 5)", "matrix:set: row is 0, must be 1 to 2 in a 2x3" },
  { A .. "print(A:get(3, 1))", "matrix:get: row is 3, must be 1 to 2" },
  { A .. "print(A.t())", "not nothing; call it with a colon" },
  { A .. 'print(A.norm("fro"))', "not the string 'fro'; call it with a colon" },
  { "print(ortho.matrix:zeros(2, 3))", "matrix.zeros: rows must be a whole " ..
    "number, not ortho.matrix; call it with a dot" },
  { "print(ortho.matrix{{1, 2}, {3}})", "matrix: row 2 has 1 numbers, row 1" },
  { 'print(ortho.matrix{{1, "a"}})', "element (1,2) is the string 'a'" },
  { "ortho.matrix.zeros(-1, 2)", "matrix.zeros: rows is -1, must be at least" },
  { "ortho.matrix.zeros(3)", "matrix.zeros: cols must be a whole number" },
  { "ortho.matrix.zeros(1e5 // 1 | 0, 10000000)", "matrix.zeros: not enough " ..
    "memory: a 100000x10000000 float64 matrix needs 7.3 TiB" },
  { A .. "print(A[1])", "matrix: A[1] is no element and no row: use A:get(" },
  { A .. "print(A[1][2])", "matrix: A[1] is no element and no row: use A:get(" },
  { A .. "A[1] = 2", "matrix: A[1] cannot be assigned: use A:set(i, j, x)" },
  { A .. "A.foo = 3", "matrix: A.foo cannot be assigned: use A:set(i, j, x)" },
  { A .. "print(A.T)", "matrix has no 'T': the transpose is A:t()" },
  { A .. "print(A.nrom)", "matrix has no method 'nrom' (did you mean 'norm'?)" },
  { A .. "print(A.qwertyuiop)", "matrix has no method 'qwertyuiop'" },
  { A .. "print(A ^ 2)", "matrix power: A ^ n is not defined: write A * A" },
  { A .. "print(A / A)", "matrix quotient: only a number can stand below" },
  { A .. 'print(A:t():to("float32") * A)', "matrix product: float32 by " ..
    "float64; convert one" },
  { "print(ortho.matrix{{1, 2}, {2, 4}}:inv())", "matrix:inv: matrix is " ..
    "singular: pivot 2 of 2 is exactly zero" },
  { "local x = ortho.matrix.ones(4, 4) x:set(2, 3, 0/0) x:svd()",
    "matrix:svd: NaN at (2,3) of a 4x4 matrix" },
  -- random numbers
  { "ortho.rng()", "rng: seed must be a whole number, not nothing" },
  { 'ortho.rng("abc")', "rng: seed must be a whole number, not the string" },
  { "ortho.rng(1.5)", "rng: seed must be a whole number, not 1.5" },
  { "ortho.rng(1).normal(2, 2)", "self must be an rng, as from ortho.rng(seed)" ..
    ", not 2; call it with a colon" },
  -- networks
  { "ortho.mlp{width = 8, depth = 3}", "mlp: needs rng=, for example rng=" },
  { "ortho.mlp{widht = 8}", "mlp: unknown option 'widht' (did you mean 'width'" },
  { "ortho.mlp{width = 8, depth = 3, rng = 1}", "mlp: rng must be an rng, as " ..
    "from ortho.rng(seed), not the number 1" },
  { 'ortho.mlp{width = "8", depth = 3, rng = ortho.rng(1)}', "mlp: width is " ..
    "the string '8', must be a whole number" },
  { "ortho.mlp{rng = ortho.rng(1)}", "mlp: needs sizes=, as in {784, 256, 10}" ..
    ", or width= and depth=" },
  { "ortho.mlp{64, 32, 10}", "mlp: sizes go by name, as in mlp{sizes = {" },
  { "ortho.mlp({64, 32, 10})", "mlp: sizes go by name, as in mlp{sizes = {" },
  { "ortho.mlp{sizes = {64}, rng = ortho.rng(1)}", "mlp: sizes must be a table " ..
    "of at least two" },
  { "ortho.mlp{layers = {64, 10}, rng = ortho.rng(1)}", "mlp: unknown option " ..
    "'layers' (known: sizes, width" },
  { mlp:format 'activation = "ReLU"', "unknown activation 'ReLU' (did you mean" },
  { mlp:format "activation = function(x) return math.sin(x) end",
    "mlp: activation is a function, which must make a layer, as" },
  { mlp:format "activation = function() return 3 end", "called with nothing " ..
    "it returned the number 3. For a function of a number: " ..
    "ortho.activation.define{name = \"mine\", value = f, slope = df}" },
  { mlp:format 'init = "xavier"', "unknown initializer 'xavier': it is " ..
    "'glorot_normal' here, or glorot_uniform" },
  { mlp:format 'init = "kaiming_uniform"', "it is 'he_uniform' here" },
  { mlp:format "init = ortho.init.orthogonal", "init.orthogonal: options must " ..
    "be a table, not an rng: init.orthogonal{} makes an initializer" },
  { "ortho.init.orthogonal(8, 8)", "init.orthogonal: options must be a table" },
  { "ortho.init.orthogonal{}(8, 8)", "the first argument must be an rng, not 8" },
  { "ortho.init.orthogonal{gian = 2}", "unknown option 'gian' (did you mean " ..
    "'gain'?" },
  { "ortho.layer.linear{8, 8, rng = ortho.rng(1)}", "layer.linear: options go " ..
    "by name, as in {inputs=...}" },
  { "ortho.layer.linear{inputs = 8, outputs = 8}", "layer.linear: needs init=" },
  { "local l = ortho.layer.relu() ortho.layer.sequential{l, l}",
    "entries 1 and 2 share a layer; use :copy()" },
  { net .. "net:backward(ortho.matrix.ones(8, 1))", "call forward first" },
  { net .. "net:forward(ortho.matrix.ones(9, 1))", "takes 8 inputs, got a 9x1 " ..
    "matrix (one sample a column)" },
  { net .. "net:forward({1, 2, 3})", "argument 1 must be a matrix, not table" },
  { net .. "net.forward(ortho.matrix.ones(8, 1))", "call it with a colon" },
  { net .. "net:forward(ortho.matrix.ones(8, 1)) " ..
    "net:backward(ortho.matrix.ones(8, 2))", "dy is 8x2, the last output was" },
  { net .. "for _ in net:weights() do end", "attempt to call a table value" },
  { net .. "print(net:weights()[0]:norm())", "attempt to index a nil value" },
  { net .. "for _, W in ipairs(net:weights()) do print(W[1]) end",
    "matrix: A[1] is no element and no row" },
  { net .. "net:grad_norms()", "layer has no 'grad_norms': it is " ..
    "ortho.metric.grad_norms(net), or net:log10_grad_norms()" },
  { net .. "net.foo = 1", "layer: 'foo' cannot be assigned" },
  { net .. "ortho.metric.grad_norms(net)", "grad_norms: no backward pass yet" },
  { net .. "net:log10_grad_norms()", "grad_norms: no backward pass yet" },
  { net .. "ortho.metric.delta_norms(net)", "delta_norms: no backward pass" },
  -- training
  { train 'y = d.y, loss = "crossentropy", lr = 0.1, epochs = 1', "train: " ..
    "unknown loss 'crossentropy' (did you mean 'cross_entropy'?" },
  { train(labels .. "epochs = 1"), "train: needs optimizer=, for example" },
  { train(labels .. "lr = 0.1, epochs = 1, batch = 32"), "train: shuffling " ..
    "needs rng=, for example rng = ortho.rng(1)" },
  { train(labels .. "lr = 0.1"), "train: give either steps= or epochs=" },
  { train(labels .. 'lr = 0.1, optimizer = ortho.optim.adam{}, epochs = 1'),
    "train: give optimizer= or lr=" },
  { train 'y = d.labels, loss = "mse", lr = 0.1, epochs = 1', "labels go with " ..
    'loss = "cross_entropy"' },
  { train(labels .. 'lr = 0.1, epochs = 1, tracker = {probes = ' ..
    '{"spectral_norm"}}'), "unknown probe 'spectral_norm': it is " ..
    "'singular_max' here" },
  { digits .. "ortho.train{net, d.x, d.labels}", "train: options go by name, " ..
    "as in {net = ...}; found a layer without a name" },
  { (train(labels .. "lr = 0.1, epochs = 1"):gsub("64, 10", "64, 9")),
    "label of sample 10 in y is 10; the net has 9 classes" },
  { (train(labels .. "lr = 0.1, epochs = 1"):gsub("x = d.x", "x = d.x:t()")),
    "train: x has 64 samples, y has 1797" },
  { "local x = ortho.matrix.ones(4, 5) x:set(2, 3, 0/0) ortho.train{" ..
    "net = ortho.mlp{sizes = {4, 1}, rng = ortho.rng(1)}, x = x, " ..
    'y = ortho.matrix.ones(1, 5), loss = "mse", lr = 0.1, steps = 3}',
    "train: x has a NaN or Inf: row 2 of sample 3" },
  { (train(labels .. "lr = 1e9, epochs = 2, batch = 32, rng = ortho.rng(2)")
    :gsub("ortho.train", "print(ortho.train", 1)) .. ")",
    says = "history: 114 steps, loss " },
  { "ortho.optim.sgd{}", "optim.sgd: needs lr=, as in {lr=0.01}" },
  { "ortho.optim.sgd()", "optim.sgd: needs lr=, as in {lr=0.01}" },
  { 'ortho.optim.sgd{lr = "1"}', "optim.sgd: lr must be a number, not the " ..
    "string '1'" },
  { "ortho.loss.mse(ortho.matrix.ones(2, 3), ortho.matrix.ones(3, 2))",
    "loss.mse: prediction is 2x3, target 3x2" },
  { "ortho.loss.cross_entropy(ortho.matrix.ones(10, 3), {0, 1, 2})",
    "label of sample 1 is 0, must be a whole number from 1 to 10" },
  -- modules
  { "ortho.matrx.zeros(2, 2)", "ortho has no 'matrx' (did you mean 'matrix'?)" },
  { "ortho.optim.SGD{lr = 1}", "ortho.optim has no 'SGD' (did you mean 'sgd'?)" },
  { "ortho.metric.orthogonality_eror(1)", "ortho.metric has no " ..
    "'orthogonality_eror' (did you mean 'orthogonality_error'?)" },
  { "ortho.theory.quarter_circle.densty(1)", "ortho.theory.quarter_circle has " ..
    "no 'densty' (did you mean 'density'?)" },
  { "ortho.foo()", "ortho has no 'foo'" },
  { 'require "numpy"', "module 'numpy' not found" },
  { 'ortho.require_version "2"', "this script needs orthorun 2; this one is" },
  -- data
  { 'ortho.data.csv("nosuch.csv")', "data.csv: nosuch.csv: No such file or" },
  { 'ortho.data.load("mnist")', "data.load: unknown data 'mnist' (known:" },
  { 'ortho.data.csv("bad.csv", {label = "z"})', "unknown column 'z' (known: a" },
  { 'ortho.data.npy("bad.csv")', "data.npy: bad.csv: not an .npy file" },
  -- numbers
  { 'ortho.theory.chi1("relu", {sigma_w2 = "2"})', "chi1: sigma_w2 is the " ..
    "string '2'; a finite number above 0 is needed" },
  { 'ortho.theory.variance_map("relu", 1, {sigma_b2 = "2"})',
    "variance_map: sigma_b2 is the string '2'" },
  { 'ortho.theory.signal{width = "8", depth = 3}', "signal: width is the " ..
    "string '8'" },
  { 'ortho.theory.adam_drift{lr = "1", width = 8}', "adam_drift: lr is the " ..
    "string '1'" },
  { "ortho.stats.mean(ortho.matrix{1, 2, 3})", "got a matrix: A:tolist() " ..
    "makes one of it; A:mean() is its mean" },
  { "ortho.stats.fit({1, 2}, {1})", "fit: 2 x values but 1 y values" },
  { "ortho.metric.spectral_norm({1, 2})", "argument 1 must be a matrix, not" },
  { "print(ortho.range(0, 1, 0.25)[5], ortho.range(3, 1)[1])",
    says = "1.0\tnil" },
  -- sweeps
  { defined 'name = "a", grid = {x = 3}', "sweep: grid.x must be an array" },
  { 'ortho.sweep{name = "a", grid = {x = {1}}, trail = print}', "sweep: " ..
    "unknown option 'trail' (did you mean 'trial'?" },
  { defined 'name = "b c/d", grid = {x = {1}}', "sweep: 'b c/d' cannot be the " ..
    "sweep's name, which files have: letters, digits" },
  { defined 'name = "a", grid = {x = {1}, help = {1}}', "sweep: 'help' is " ..
    "what --help asks for; call the parameter otherwise" },
  { defined 'name = "a", params = {out = 1}', "sweep: 'out' is a run option" },
  { defined 'name = "a", params = {layer = 1}', "sweep: 'layer' is the column " ..
    'that counts through arrays; call that otherwise, as with index = "place"' },
  { defined 'name = "a", grid = {x = {1, "a"}}', "sweep: 'x' mixes number and" },
  { defined 'name = "a", grid = {init = {ortho.init.orthogonal{}}}',
    "sweep: 'init' must be a number, a string, a boolean in an array, not an " ..
    'initializer; give its name, as "orthogonal"' },
  { defined 'name = "fixed", grid = {x = {1, 2}}, params = {seed = 3}',
    says = "" },
  -- trials
  { sweep "function(p) return p.x end", "trial: must return a table of " ..
    "results, not the number 1, as in {error = 0.1}" },
  { sweep "function() end", "trial: must return a table of results, not nil; " ..
    "forgot return?" },
  { sweep "function(p) return {y = p.y + 1} end", "trial: unknown parameter " ..
    "'y' (known: x)" },
  { sweep "\nfunction(p)\nreturn {y = p.widht} end", "trial: unknown parameter" ..
    " 'widht' (known: x)", 3 },
  { sweep "\nfunction() return {y = {1, 2}, z = {1, 2, 3}} end", "trial: 'y' " ..
    "has 2 values but 'z' has 3", 2 },
  { sweep "function() return {m = ortho.matrix.eye(2)} end", "trial: 'm' is " ..
    "an orthorun.matrix (return numbers: m:get(i, j)" },
  { sweep "function() return {x = 1} end", "trial: the result 'x' has the " ..
    "name of a parameter; call it otherwise" },
  { sweep "function() return {layer = 1, a = {1}} end", "trial: the result " ..
    "'layer' has the name of the column that counts" },
  { sweep('function(p) if p.x == 2 then error("bad luck") end return {y = 1} ' ..
    "end", "print(#r, r.failures[1].message)"), says = "1\tcase.lua:1: bad" },
  { sweep('function(p) print("hello", p.x) return {y = 1} end', "r:print()"),
    says = "x  y\n1  1\n2  1\n" },
  { sweep "\nfunction() os.exit(0) end", "the trial ended its process (exit " ..
    "status 0)", 2 },
  -- tables and plots
  { sweep(one, '\northo.plot{data = r, x = "x", y = "z"}'), "plot: unknown " ..
    "column 'z' (known: x, y)", 2 },
  { sweep(one, 'ortho.plot{data = r, x = "x", y = "y", colour = "x"}'),
    "plot: unknown option 'colour' (did you mean 'color'?" },
  { sweep(one, '\nr:summary{by = "foo", of = "y"}'), "table: unknown column " ..
    "'foo' (known: x, y)", 2 },
  { 'ortho.plot{x = "a", y = "b"}', "plot: data must be a table of results" },
  { "ortho.plot{data = {{1, 2}, {3, 4}}, x = 1, y = 2}", "plot: data must be" },
  { "ortho.plot{x = ortho.range(5), y = ortho.range(5)}", "plot: data must be" },
  { "ortho.plot(ortho.range(5), ortho.range(4))", "plot: x has 5 values, y has 4" },
  { "print(1) ortho.report{file = 'one.html'} print(io.open 'one.html' ~= nil)",
    says = "true" },
  -- names and ways of NumPy, PyTorch, Julia and Octave
  { "ortho.matrix.randn(3, 3)", "ortho.matrix has no 'randn' (here: ortho.rng(" ..
    "seed):normal(rows, cols))" },
  { "ortho.zeros(3, 3)", "ortho has no 'zeros' (here: ortho.matrix.zeros)" },
  { "ortho.nn.Linear(3, 4)", "ortho has no 'nn' (here: ortho.layer)" },
  { "ortho.manual_seed(3)", "ortho has no 'manual_seed' (here: ortho.rng(seed)" },
  { "ortho.data.mnist{}", "ortho.data has no 'mnist' (here: ortho.data.idx(file)" },
  { "ortho.loss.mse_loss()", "ortho.loss has no 'mse_loss' (here: ortho.loss.mse" },
  { "ortho.plot.show()", "ortho.plot has no 'show' (here: picture:show()" },
  { "ortho.matrix(3, 3)", "matrix: rows must be a table as in {{1,2},{3,4}}, not " ..
    "3; matrix.zeros(rows, cols)" },
  { A .. "print(A(1, 2))", "matrix: A(...) is no element and no loop: use A:get(" },
  { A .. "for row in A do end", "matrix: A(...) is no element and no loop" },
  { A .. "print(#A)", "matrix: #A is not defined: use A:rows() or A:cols()" },
  { A .. "A:get(1)", "matrix:get: column is nothing, must be 1 to 3" },
  { A .. "A:sum(1)", "matrix:sum: it is over all elements and takes no argument" },
  { A .. "A:max{axis = 1}", "matrix:max: it is over all elements" },
  { A .. "A:size()", "matrix has no 'size': it is A:shape()" },
  { A .. "A:numpy()", "matrix has no 'numpy': A:totable() is a table" },
  { "ortho.rng(1):choice{1, 2}", "rng has no 'choice': list[rng:integer(1, #list)]" },
  { "ortho.layer.linear(3, 4)", "layer.linear: argument 1 must be a table, as in " ..
    "layer.linear{...}, not 3" },
  { "ortho.layer.sequential(ortho.layer.relu(), ortho.layer.tanh())",
    "as in layer.sequential{...}, not orthorun.layer" },
  { "ortho.layer.leaky_relu(0.1)", "options must be a table, as in {alpha = ...}" },
  { "ortho.init.he_normal(ortho.rng(1), 3, 3)", "init.he_normal{} makes an " ..
    "initializer, which takes (rng, rows, cols)" },
  { net .. "net(ortho.matrix.ones(8, 1))", "layer: net(x) is written " ..
    "net:forward(x) here" },
  { net .. "net:weight()", "layer has no method 'weight' (did you mean 'weights'" },
  { mlp:format "init = ortho.matrix.ones(8, 8)", "not orthorun.matrix" },
  { mlp:format 'activation = {"leaky_relu", 0.1}', "mlp: activation: its number " ..
    'goes by name, as in {"leaky_relu", alpha = 0.1}; found the number 0.1' },
  { mlp:format 'activation = "swish"', "unknown activation 'swish': it is 'silu'" },
  { "ortho.mlp{width = 1e3, depth = 3, rng = ortho.rng(1)}", "mlp: width is " ..
    "1000.0, a float (write 1000), must be a whole number" },
  { train(labels .. "lr = 0.1, steps = 1e4"), "train: steps is 10000.0, a float " ..
    "(write 10000), must be a whole number" },
  { train(labels .. "lr = 0.1, steps = 1"):gsub("ortho.train", "local h = %0") ..
    " print(h.losses)", "history has no 'losses' (here: history.steps:column" },
  { "ortho.optim.adam(1e-3)", "optim.adam: options must be a table, as in {lr = " },
  { "ortho.optim.sgd{lr = 1}:zero_grad()", "optim has no 'zero_grad': it is net:" },
  { 'ortho.stats.quantile({1, 2}, "0.5")', "p must be in [0, 1], got the string" },
  { "ortho.table.of({'a'}, {{a = 1}}):mean('a')", "table has no 'mean' (here: " ..
    "t:summary{by = ..., of = ...} has medians" },
  { "print(ortho.table.of({'a'}, {{a = 1}})[1])", "table: there is no [1]: t:row(" },
  { "print(ortho.table.of({'a'}, {{a = 1}}).summry)", "table has no 'summry' (did " ..
    "you mean 'summary'?)" },
  { sweep(one):gsub(":run%(%) ", ".run()"), "call it with a colon" },
  { sweep(one):gsub(":run%(%) ", ".results"), "sweep has no 'results' (here: " ..
    "sweep:run() returns the results" },
  { defined 'name = "a", grid = {x = {1, 1}}', "sweep: grid.x has the number 1 " ..
    "twice, in places 1 and 2: a trial would count twice" },
  { defined 'name = "a", grid = {x = {1, nil, 3}}', "sweep: grid.x has no value " ..
    "in place 2, but one in place 3" },
  { sweep "function() error{code = 1} end", "(error object is a table value)" },
  { sweep "\nfunction() local function f() return f() + 1 end return f() end",
    "stack overflow", 2 },
  -- the language
  { "local x = 5\nprint(x\n", "')' expected (to close '(' at line 2) near <eof>",
    3 },
  { "if x = 3 then end", "'then' expected near '='" },
  { "x += 1", "syntax error near '+'" },
  { "x != 3", "syntax error near '!'" },
  { "print(ortho.matrix.eye(2):det)", "function arguments expected near ')'" },
  { "print(undefined + 1)", "nil value (global 'undefined')" },
  { 'prnt("a")', "nil value (global 'prnt')" },
  { "local t = {} t.x.y = 1", "attempt to index a nil value (field 'x')" },
}

-- Tries the cases, and prints for each what it wrote and what was said of it.
local driver = [[
local core = require "orthorun.core"
local function handler(message)
  local _, whole = core.traceback(tostring(message))
  return whole
end
for i, code in ipairs(dofile "cases.lua") do
  local f, message = load(code, "@case.lua")
  local ok = f ~= nil
  if f then ok, message = xpcall(f, handler) end
  print(("\1%d\2%s"):format(i, ok and "" or tostring(message)))
end
core.set_exit_status(0)
]]

local function run_all()
  local list = {}
  for i, case in ipairs(cases) do list[i] = ("%q"):format(case[1]) end
  folder.write("cases.lua", "return {" .. table.concat(list, ",\n") .. "}")
  folder.write("driver.lua", driver)
  folder.write("bad.csv", "a,b,label\n1,2,x\n3,nan,y\n4,5\n")
  local status, out, err = core.file.spawn { "sh", "-c", ("cd '%s' && exec " ..
    "'%s' driver.lua --quiet --jobs 2"):format(folder.name, program) }
  assert(status == 0, err)
  local answers = {}
  for said, message in out:gmatch "([^\1]*)\1%d+\2([^\1]-)\n%f[^\n]" do
    answers[#answers + 1] = { said, message }
  end
  return answers, out
end

describe("a mistake", function()
  local answers, out

  setup(function() answers, out = run_all() end)

  it("never ends the process", function()
    assert.equal(#cases, select(2, out:gsub("\1%d+\2", "")))
  end)

  for i, case in ipairs(cases) do
    it("is told: " .. case[1]:gsub("%s+", " "):sub(-60), function()
      local said, message = table.unpack(answers[i])
      if case.says then
        assert.equal("", message)
        assert.is_truthy(said:find(case.says, 1, true), said)
        return
      end
      local place = ("case.lua:%d: "):format(case[3] or 1)
      assert.equal(place, message:sub(1, #place), message)
      assert.is_truthy(message:find(case[2], 1, true), message)
      assert.is_nil(message:find("/lua/orthorun/", 1, true), message)
      assert.is_nil(message:find("[C]", 1, true), message)
    end)
  end
end)

-- The program's own words: what it writes on stderr, and its exit status.
local function run(words)
  local status, _, err = core.file.spawn { "sh", "-c", ("cd '%s' && exec " ..
    "'%s' %s"):format(folder.name, program, words) }
  return status, err
end

local function ends(wanted, words, with)
  local status, err = run(words)
  assert.equal(with or 1, status, err)
  assert.is_truthy(err:find(wanted, 1, true), err)
  assert.is_nil(err:find("[C]", 1, true), err)
  assert.is_nil(err:find("/lua/orthorun/", 1, true), err)
end

describe("an error of a script", function()
  setup(function()
    folder.write("deep.lua", "local function make()\n  ortho.mlp{widht = 3}\n" ..
      "end\nmake()\n")
    folder.write("tail.lua", "-- ends with a tail call\nreturn " ..
      "ortho.experiment{\n  grid = {x = {1}}, trail = print}\n")
    folder.write("good.lua", "local s = ortho.sweep{name = 'g', " ..
      "grid = {x = {1}},\n  trial = function() return {y = 1} end}\ns:run()\n")
    folder.write("foreign.html", "<html>hi</html>")
  end)

  it("lists the script's lines alone, and with --traceback all", function()
    local _, err = run "deep.lua"
    assert.matches("deep.lua:2: mlp: unknown option 'widht'", err, 1, true)
    assert.matches("\nstack traceback:\n\tdeep.lua:2: in [^\n]*'make'\n" ..
      "\tdeep.lua:4: in main chunk\n$", err)
    _, err = run "--traceback deep.lua"
    assert.matches("[C]: in function", err, 1, true)
    assert.matches("/lua/orthorun/", err, 1, true)
    assert.matches("deep.lua:4: in main chunk\n$", err)
  end)

  it("is told at once, of an endless recursion, too", function()
    folder.write("endless.lua", "local function f() return f() + 1 end\n\nf()\n")
    local began = os.time()
    local _, err = run "endless.lua"
    assert.is_true(os.time() - began < 30) -- frame by frame it took minutes
    assert.matches("endless.lua:1: stack overflow\nstack traceback:\n" ..
      "\tendless.lua:1: in upvalue 'f'\n", err, 1, true)
    assert.matches("\t...\n.*\tendless.lua:3: in main chunk\n$", err)
    local _, count = err:gsub("in upvalue 'f'", "")
    assert.equal(18, count)
  end)

  it("has what to write in place of a foreign global", function()
    folder.write("foreign.lua", "print(np.zeros(3))\n")
    ends("foreign.lua:1: undefined variable 'np' (here: ortho.matrix", "foreign.lua")
    folder.write("foreign.lua", "for i in range(3) do end\n")
    ends("undefined variable 'range' (here: ortho.range)", "foreign.lua")
    folder.write("foreign.lua", "print(sqrt(3))\n")
    ends("undefined variable 'sqrt' (here: math.sqrt, or A:map(math.sqrt)",
      "foreign.lua")
    folder.write("foreign.lua", "return mlp{}\n")
    ends("undefined variable 'mlp' (here: ortho.mlp)", "foreign.lua")
  end)

  it("has a line also where the script ended with a tail call", function()
    ends("tail.lua:2: experiment: unknown option 'trail'", "tail.lua")
  end)

  it("that the command line caused stands at the script's line", function()
    ends("good.lua:3: cannot make folder /proc/x: ",
      "good.lua --quiet --out /proc/x")
  end)
end)

describe("want of memory", function()
  local limit = program:find "build/address" and
    "ASAN_OPTIONS=$ASAN_OPTIONS:max_allocation_size_mb=200" or
    "ulimit -v 300000;"

  local function said(code, words)
    folder.write("greedy.lua", code)
    local _, out, err = core.file.spawn { "sh", "-c", ("cd '%s'; %s '%s' %s")
      :format(folder.name, limit, program, words or "greedy.lua") }
    return out .. err
  end

  it("is told with the size and the line, in tables, texts, coroutines",
    function()
      local greedy = "while true do\n    t[#t + 1] = #t\n  end\n"
      assert.matches("greedy.lua:5: not enough memory: %d+ MiB were asked for\n",
        said("local function f()\n  local t = {}\n  -- 3\n  " .. greedy ..
          "end\nf()\n"))
      assert.matches("greedy.lua:4: not enough memory: %d+ MiB were asked for\n",
        said("local f = coroutine.wrap(function()\n  local t = {}\n  " ..
          greedy .. "end)\nf()\n"))
      assert.matches("greedy.lua:2: not enough memory: 1.0 GiB were asked for\n",
        said "local s = 'x'\ns = s:rep(1 << 30)\n")
    end)

  it("is told at the prompt, which goes on", function()
    local all = said("", "-i <<'END'\ns = ('x'):rep(1 << 30)\n3 * 14\nEND")
    assert.matches("stdin:1: not enough memory: 1.0 GiB were asked for", all, 1,
      true)
    assert.matches("\n42\n", all, 1, true)
  end)

  it("may be caught, as in Lua", function()
    assert.matches("false\tnot enough memory\n",
      said "print(pcall(function() return ('x'):rep(1 << 30) end))", 1, true)
  end)
end)

describe("wrong words", function()
  it("are told in one way on either side of the script", function()
    ends("unknown option --jbos (did you mean --jobs?)", "--jbos 3 good.lua", 2)
    ends("unknown option --jbos (did you mean --jobs?)", "good.lua --jbos 3", 2)
    ends("unknown option --zzzzz (--help lists the options)",
      "--zzzzz good.lua", 2)
    ends("unknown option --zzzzz (--help lists the options)",
      "good.lua --zzzzz", 2)
  end)

  it("leave -h: it is --help, before a script, too", function()
    local _, out = core.file.spawn { program, "-h" }
    local _, long = core.file.spawn { program, "--help" }
    assert.equal(long, out)
    assert.matches("^usage: orthorun", out)
  end)

  it("and foreign files are told without the library's lines", function()
    ends("orthorun: foreign.html: not a report of orthorun", "foreign.html")
    ends("foreign.html: not a report of orthorun", "--verify foreign.html")
    ends("foreign.html: not a report of orthorun", "--pack foreign.html")
    ends("cannot open nosuch.lua", "--pack nosuch.lua")
    ends("cannot open nosuch.html", "nosuch.html")
    ends("cannot write a/b.lua: No such file", "--new a/b")
    ends("--new: 'b c' is no name", "--new 'b c'", 2)
    ends("foreign.html: not a results file", "--show foreign.html")
  end)
end)

describe("modules", function()
  it("list all their fields, and keep their metatables", function()
    local seen = {}
    for name, value in pairs(require "orthorun") do seen[name] = value end
    for _, name in ipairs { "mlp", "train", "sweep", "plot", "data", "theory",
      "optim", "stats", "table", "report", "experiment", "range", "lazy",
      "results", "matrix", "metric" } do
      assert.is_truthy(seen[name], name)
    end
    assert.is_nil(seen.worker)
    assert.equal(2, seen.matrix { 1, 2 }:rows())
    assert.is_nil(rawget(seen.metric, "foo"))
    assert.is_false((pcall(function() return seen.metric.foo end)))
  end)
end)
