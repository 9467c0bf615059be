-- foreign: names that users of Python, PyTorch, Julia and Octave try, and what to
-- write here. Loaded where a name is not there, to say so.
local foreign = {}

local function add(prefix, text, list)
  for name in list:gmatch "%S+" do foreign[prefix .. name] = text end
end

-- --- globals ----------------------------------------------------------------

add("", "true", "True")
add("", "false", "False")
add("", "nil", "None null NULL undefined nothing")
add("", "for i = 1, n do, or ortho.range(n) for an array", "range xrange enumerate")
add("", "#t for tables and texts, A:rows() and A:cols() for matrices",
  "len length numel ndims")
add("", "A:shape(), or A:rows() and A:cols()", "size shape")
add("", "ortho.matrix, ortho.rng and ortho.stats have what it has", "np numpy jnp")
add("", "ortho.layer, ortho.mlp, ortho.optim and ortho.train have what it has",
  "torch nn tf keras jax Flux")
add("", "ortho.plot", "plt plot figure scatter hist")
add("", "print", "disp println echo display")
add("", "print(string.format(...))", "printf fprintf sprintf")
add("", "tostring", "str string_of")
add("", "math.tointeger or math.floor", "int Int int64")
add("", "tonumber", "float Float64 float64 double")
add("", "table.insert(t, x), or t[#t + 1] = x", "append push push_back")
add("", "A:sum(), or a loop over a table", "sum cumsum")
add("", "A:mean() of a matrix, ortho.stats.mean of a table", "mean average")
add("", "ortho.stats", "median std var quantile")
add("", "pcall(f, ...)", "try catch except")
add("", "error(message)", "raise throw")
add("", "nothing; `local ortho = require \"orthorun\"` is all there is to import",
  "import using include from")
add("", "ortho.rng(seed):normal(rows, cols)", "randn normal")
add("", "ortho.rng(seed):uniform(rows, cols)", "rand random uniform")
add("", "A:svd(), A:qr(), A:eigh(), A:det(), A:inv(): methods of matrices",
  "svd qr eig eigh eigvals det inv pinv rank cond trace norm transpose linalg")
add("", "help(x) at the prompt, docs/api.md for scripts", "help doc")
for _, name in ipairs { "sqrt", "exp", "log", "sin", "cos", "tan", "abs", "floor",
  "ceil", "max", "min", "pi", "asin", "acos", "atan" } do
  foreign[name] = "math." .. name .. ", or A:map(math." .. name .. ") of a matrix"
end
foreign.pi = "math.pi"
foreign.max = "math.max, or A:max() of a matrix"
foreign.min = "math.min, or A:min() of a matrix"

-- --- modules ----------------------------------------------------------------

for _, module in ipairs { "", "ortho.", "ortho.matrix." } do
  add(module, "ortho.rng(seed):normal(rows, cols)", "randn")
  add(module, "ortho.rng(seed):uniform(rows, cols)", "rand random")
  add(module, "ortho.matrix{{1, 2}, {3, 4}}",
    "array tensor Tensor Matrix ndarray new from from_table")
  add(module, "ortho.range(a, b, step) for an array, ortho.matrix.linspace(a, b, " ..
    "n) for a matrix", "arange logspace")
  add(module, "ortho.matrix.eye(n)", "identity")
end
for _, module in ipairs { "", "ortho." } do
  for _, name in ipairs { "zeros", "ones", "eye", "full", "diag", "linspace" } do
    foreign[module .. name] = "ortho.matrix." .. name
  end
end
add("ortho.", "ortho.rng(seed), from which all random numbers come",
  "seed manual_seed random_seed srand")
add("ortho.", "ortho.layer", "nn layers")
add("ortho.", "ortho.optim", "optimizer optimizers optimisers")
add("ortho.", "ortho.data", "dataset datasets")
add("ortho.", "methods of matrices: A:svd(), A:qr(), A:solve(B), A:norm()", "linalg")
add("ortho.", "ortho.plot", "plt figure pyplot")
add("ortho.", "help(x) at the prompt, docs/api.md for scripts", "help")
add("ortho.", "ortho.layer has the layers: ortho.layer.relu()",
  "relu tanh sigmoid linear gelu Linear ReLU")
add("ortho.data.", "ortho.data.idx(file) reads MNIST's files; " ..
  "ortho.data.fashion_mnist{} and ortho.data.digits{} need none", "mnist MNIST")
add("ortho.loss.", "ortho.loss.mse", "mse_loss MSELoss l2 squared_error")
add("ortho.loss.", "ortho.loss.cross_entropy", "nll_loss nll bce logitcrossentropy")
add("ortho.layer.", "ortho.layer.layer_norm", "batch_norm batchnorm norm")
add("ortho.plot.", "picture:show() of what ortho.plot{...} returns, or --show-plots",
  "show")
add("ortho.plot.", "file = \"name\", an option of ortho.plot{...}", "save savefig")

-- --- results ----------------------------------------------------------------

add("table.", "t:summary{by = ..., of = ...} has medians, means and errors; " ..
  "t:numbers(name) is a column for ortho.stats",
  "mean median std sem max min describe groupby aggregate")
add("table.", "t:column(name) is an array of a column, t:row(i) a row", "loc iloc")
add("table.", "t:csv(file)", "to_csv save write")
add("table.", "t:print{limit = 10}", "head tail show")
add("sweep.", "sweep:run() returns the results, a table that has these",
  "results plot print summary csv compare column fit where")
add("history.", "history.steps:column \"loss\"; history.loss is the last one",
  "losses")
add("history.", "history.evaluations:column \"accuracy\"; history.accuracy is the " ..
  "last one, with evaluate=", "accuracies")

-- --- names of things --------------------------------------------------------

add("activation.", "silu", "swish SiLU")
add("activation.", "linear", "identity none")
add("activation.", "hard_tanh", "hardtanh htanh")
add("activation.", "leaky_relu", "lrelu leakyrelu LeakyReLU")

return foreign
