-- data: inputs and targets for networks, made up or read from files. A batch
-- has one sample per COLUMN. Readers of whole data sets return a set:
--   x        inputs x samples
--   y        targets x samples; one-hot where there are labels; may be nil
--   labels   array of classes 1, 2, ...; nil where there are none
--   classes  the names of the classes; columns: the names of x's rows

--- Data to learn. Files may be gzipped (CSV, IDX, npy). A missing, truncated or
-- foreign file is an error that names it.
-- @module data
-- @pragma nostrip

local core = require "orthorun.core"
local files = require "orthorun.base.files"
local idx = require "orthorun.data.idx"
local names = require "orthorun.base.names"
local npy = require "orthorun.data.npy"
local sheet = require "orthorun.data.sheet"
local fail = core.fail -- at the user's line

local data = {}
local here = select(2, ...):match("^(.-)[^/]*$") -- the library's folder

-- f(path, options). Raises its error anew at the line that called `who`; one
-- that does not name the file (memory ran out, the matrix is too large) with
-- its name.
local function at_caller(who, f, path, options)
  local ok, result = pcall(f, path, options)
  if ok then return result end
  result = tostring(result)
  if type(path) == "string" and not result:find(path, 1, true) then
    result = result:gsub("^.-:%d+: ", ""):gsub("^load: ", "")
    result = ("%s: %s: %s"):format(who, path, result)
  end
  fail(result)
end

local function check_count(who, name, value)
  if value == nil then return end
  if math.type(value) ~= "integer" or value < 0 then
    fail(("%s: %s must be a whole number of at least 0, not %s"):format(who,
      name, names.not_whole(value)))
  end
end

--- A data set.
-- @table set
-- @tfield matrix x inputs×samples
-- @tfield ?matrix y targets×samples
-- @tfield ?{int,...} labels classes 1, 2, ...
-- @tfield ?{string,...} classes their names
-- @tfield ?{string,...} columns the names of x's rows

--- An IDX file. Images: a matrix, one sample per column. Labels: an array.
-- @function data.idx
-- @tparam string file
-- @tparam[opt] table options
-- @tparam[opt=true] bool options.scaled bytes divided by 255
-- @tparam[opt] int options.limit samples at most
-- @tparam[opt] string options.precision
-- @treturn matrix|{int,...}
function data.idx(file, options)
  options = names.options("data.idx", options,
    { "scaled", "limit", "precision" })
  check_count("data.idx", "limit", options.limit)
  return at_caller("data.idx", idx.read, file, options)
end

--- The matrix of a .npy file, as NumPy shows it; a 1-D array is a column.
-- @function data.npy
-- @tparam string file
-- @tparam[opt] table options
-- @tparam[opt=false] bool options.transposed
-- @tparam[opt] string options.precision
-- @treturn matrix
function data.npy(file, options)
  options = names.options("data.npy", options, { "transposed", "precision" })
  return at_caller("data.npy", npy.read, file, options)
end

--- Writes a matrix; `numpy.load` gives the same numbers.
-- @function data.write_npy
-- @tparam string file
-- @tparam matrix A
-- @treturn string file
function data.write_npy(file, A)
  npy.write(file, A)
  return file
end

-- --- Fashion-MNIST --------------------------------------------------------

local fashion_folder = "/usr/share/datasets/fashion-mnist"
local fashion_classes = { "T-shirt/top", "Trouser", "Pullover", "Dress",
  "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot" }
local fashion_prefix = { train = "train", test = "t10k" }

local function fashion_file(options, part)
  local path = files.join(options.folder or fashion_folder,
    fashion_prefix[options.split or "train"] .. part)
  local found, message = core.file.head(path, 1)
  if not found then
    fail(("data.fashion_mnist: %s: %s; install it with `apt-get install " ..
      "dataset-fashion-mnist` (or `make deps`)"):format(path, message))
  end
  return path
end

--- The 60,000 images of Fashion-MNIST (split "test": 10,000), 784 numbers in [0,1]
-- each, row by row from the top, labels 1 to 10; from Debian's package
-- dataset-fashion-mnist.
-- @function data.fashion_mnist
-- @tparam[opt] table options
-- @tparam[opt="train"] "train"|"test" options.split
-- @tparam[opt] int options.limit samples at most
-- @tparam[opt] string options.precision
-- @tparam[opt] string options.folder where the files are
-- @treturn set
function data.fashion_mnist(options)
  options = names.options("data.fashion_mnist", options,
    { "split", "limit", "precision", "folder" })
  check_count("data.fashion_mnist", "limit", options.limit)
  if not fashion_prefix[options.split or "train"] then
    fail("data.fashion_mnist: " .. names.unknown("split", options.split,
      { "train", "test" }))
  end
  local images = fashion_file(options, "-images-idx3-ubyte.gz")
  local x = at_caller("data.fashion_mnist", idx.read, images, options)
  local labels = at_caller("data.fashion_mnist", idx.read,
    fashion_file(options, "-labels-idx1-ubyte.gz"), options)
  if x:cols() ~= #labels then
    fail(("data.fashion_mnist: %d images but %d labels"):format(x:cols(),
      #labels))
  end
  for i = 1, #labels do labels[i] = labels[i] + 1 end
  return { x = x, labels = labels, classes = fashion_classes,
    y = data.one_hot(labels, 10, { precision = options.precision }) }
end

-- --- CSV ------------------------------------------------------------------

local csv_options = { "header", "label", "target", "limit", "precision" }

--- A set of a CSV file, one sample per line (RFC 4180); nan and inf are kept.
-- @function data.csv
-- @tparam string file
-- @tparam[opt] table options
-- @tparam[opt] bool options.header does the first line name columns? By default:
--   if it holds text
-- @tparam[opt] string|int options.label the column (name or number) of the class
-- @tparam[opt] string|int|table options.target column or columns to predict; the
--   rest is x
-- @tparam[opt] int options.limit samples at most
-- @tparam[opt] string options.precision
-- @treturn set
function data.csv(file, options)
  options = names.options("data.csv", options, csv_options)
  check_count("data.csv", "limit", options.limit)
  return at_caller("data.csv", sheet.read, file, options)
end

--- Writes one line per column of A, every number exact.
-- @function data.write_csv
-- @tparam string file
-- @tparam matrix A
-- @tparam[opt] table options
-- @tparam[opt] {string,...} options.header names of A's rows
-- @treturn string file
function data.write_csv(file, A, options)
  return sheet.write(file, A, options)
end

-- --- made-up data ---------------------------------------------------------

--- Random x and y.
-- @function data.synthetic
-- @tparam table options
-- @tparam int options.inputs
-- @tparam int options.samples
-- @tparam rng options.rng
-- @tparam[opt=inputs] int options.outputs
-- @tparam[opt="uniform"] "uniform"|"normal" options.distribution in [0,1], or
--   standard normal
-- @tparam[opt] string options.precision
-- @treturn set
-- @usage
-- local set = ortho.data.synthetic { inputs = 4, samples = 10,
--   rng = ortho.rng(1) }
-- assert(set.x:cols() == 10)
function data.synthetic(options)
  options = names.options("data.synthetic", options, { "inputs", "outputs",
    "samples", "rng", "distribution", "precision" })
  local kind = options.distribution or "uniform"
  if kind ~= "uniform" and kind ~= "normal" then
    fail("data.synthetic: " .. names.unknown("distribution", kind,
      { "uniform", "normal" }))
  end
  for _, name in ipairs { "inputs", "samples", "rng" } do
    if options[name] == nil then
      fail(("data.synthetic: %s is missing"):format(name))
    end
  end
  names.expect("data.synthetic", "rng", options.rng, "rng")
  local precision = { precision = options.precision }
  local function draw(key, rows)
    local rng = options.rng:split(key)
    return rng[kind](rng, rows, options.samples, precision)
  end
  return { x = draw("x", options.inputs),
    y = draw("y", options.outputs or options.inputs) }
end

-- --- for training ---------------------------------------------------------

--- Minibatches. `#batches` is their number in an epoch.
-- @function data.batches
-- @tparam table options
-- @tparam matrix options.x
-- @tparam[opt] matrix|{int,...} options.y
-- @tparam[opt] int options.size samples a batch; by default all
-- @tparam[opt=true] bool options.shuffle
-- @tparam[opt] rng options.rng
-- @tparam[opt=false] bool options.drop_last the last of an epoch is short where
--   size does not divide the samples, unless this is set
-- @tparam[opt=true] bool options.check NaN or Inf in the data is an error
-- @treturn batches
-- @usage
-- local r = ortho.rng(1)
-- local batches = ortho.data.batches { x = r:normal(2, 10), y = r:normal(1, 10),
--   size = 4, rng = r }
-- for x, y in batches:epoch(1) do print(x:cols(), y:cols()) end
function data.batches(options)
  return require "orthorun.data.batches".new(options)
end

for name, f in pairs(require "orthorun.data.samples") do data[name] = f end

--- The 1,797 handwritten digits of the UCI repository, 64 numbers in [0,1] each
-- (8×8, row by row from the top), labels 1 to 10 for the digits 0 to 9. It comes
-- with the library.
-- @function data.digits
-- @tparam[opt] table options
-- @tparam[opt] int options.limit samples at most
-- @tparam[opt] string options.precision
-- @treturn set
-- @paper Alpaydin, Kaynak 1998
function data.digits(options)
  options = names.options("data.digits", options, { "limit", "precision" })
  check_count("data.digits", "limit", options.limit)
  local set = at_caller("data.digits", sheet.read,
    here .. "digits.csv.gz", { label = 65, header = false, limit = options.limit,
      precision = options.precision })
  set.x = set.x / 16
  return set
end

-- --- by name --------------------------------------------------------------

local function pass(options, wanted)
  local part = {}
  for _, name in ipairs(wanted) do part[name] = options[name] end
  return part
end

local function load_idx(file, options)
  local x = data.idx(file, pass(options, { "limit", "precision" }))
  if type(x) == "table" then
    fail(("data.load: %s holds labels, not samples"):format(file))
  end
  return { x = x }
end

local loaders = {
  csv = function(file, options)
    return data.csv(file, pass(options, csv_options))
  end,
  npy = function(file, options)
    local x = data.npy(file, { transposed = true,
      precision = options.precision })
    local limit = math.min(options.limit or x:cols(), x:cols())
    return { x = limit < x:cols() and x:sub(1, x:rows(), 1, limit):copy() or x }
  end,
  idx = load_idx,
}

local synthetic_options = { "inputs", "outputs", "samples", "rng",
  "distribution", "precision" }

local named = {
  synthetic = function(options)
    return data.synthetic(pass(options, synthetic_options))
  end,
  fashion_mnist = function(options)
    return data.fashion_mnist(pass(options,
      { "split", "limit", "precision", "folder" }))
  end,
  digits = function(options)
    return data.digits(pass(options, { "limit", "precision" }))
  end,
}

local load_options = { "inputs", "outputs", "samples", "rng", "distribution",
  "split", "limit", "folder", "header", "label", "target", "precision" }

local function loader_of(file)
  local base = file:gsub("%.gz$", "")
  if base:find("%-ubyte$") then return load_idx end
  return loaders[(base:match("%.(%w+)$") or ""):lower()]
end

--- The set "synthetic", "digits" or "fashion_mnist", or of a .csv, .npy (one sample
-- per row), .idx or -ubyte file. Options as for each of them; those a source has
-- no use for are ignored.
-- @function data.load
-- @tparam string name or file
-- @tparam[opt] table options
-- @tparam[opt] int options.inputs
-- @tparam[opt] int options.samples
-- @tparam[opt] int options.outputs
-- @tparam[opt] rng options.rng
-- @tparam[opt] string options.distribution
-- @tparam[opt] string options.split
-- @tparam[opt] int options.limit
-- @tparam[opt] string options.folder
-- @tparam[opt] bool options.header
-- @tparam[opt] string|int options.label
-- @tparam[opt] string|int|table options.target
-- @tparam[opt] string options.precision
-- @treturn set
-- @usage
-- local set = ortho.data.load("digits", { limit = 100 })
-- print(set.x, #set.labels)
function data.load(name, options)
  options = names.options("data.load", options, load_options)
  if type(name) ~= "string" then
    fail("data.load: expected a name or a file, got a " .. type(name))
  end
  if named[name] then return named[name](options) end
  local loader = loader_of(name)
  if loader then return loader(name, options) end
  fail("data.load: " .. names.unknown("data", name, { "synthetic",
    "fashion_mnist", "digits", "FILE.csv", "FILE.npy", "FILE.idx" }))
end

--- Is that data set, or file, there?
-- @function data.available
-- @tparam string name or file
-- @treturn bool
function data.available(name)
  if type(name) ~= "string" then
    fail("data.available: expected a name or a file, got a " .. type(name))
  elseif name == "fashion_mnist" then
    name = files.join(fashion_folder, "train-images-idx3-ubyte.gz")
  elseif named[name] then
    return true
  end
  return core.file.head(name, 1) ~= nil
end

--- Two sets with labels, to learn from and to be tested on: Fashion-MNIST's own,
-- else as `data.split`.
-- @function data.for_classes
-- @tparam string name or file
-- @tparam[opt] table options
-- @tparam[opt] rng options.rng
-- @tparam[opt] string options.precision
-- @treturn set to learn from
-- @treturn set to be tested on
function data.for_classes(name, options)
  options = names.options("data.for_classes", options, { "rng", "precision" })
  local precision = { precision = options.precision }
  if name == "fashion_mnist" then
    return data.fashion_mnist(precision), data.fashion_mnist { split = "test",
      precision = options.precision }
  end
  local set = data.load(name, precision)
  if not set.labels then
    fail(("data.for_classes: %s has no labels"):format(name))
  end
  return data.split(set, { rng = options.rng })
end

local pools = {} -- data sets by name, read once

--- size samples: synthetic ones, or samples of the set that `data.load` finds under
-- the name data= (all of them where it has fewer), read once. Where that set has
-- no targets, y is uniform in [0,1], or with one_hot= has a 1 for each label.
-- @function data.batch
-- @tparam table options
-- @tparam[opt="synthetic"] string options.data
-- @tparam int options.size
-- @tparam[opt] int options.inputs
-- @tparam[opt=inputs] int options.outputs
-- @tparam rng options.rng
-- @tparam[opt=2000] int options.limit samples read
-- @tparam[opt=false] bool options.standardize as `data.standardize`
-- @tparam[opt="uniform"] "uniform"|"normal" options.distribution of synthetic ones
-- @tparam[opt=false] bool options.one_hot
-- @treturn set
function data.batch(options)
  options = names.options("data.batch", options, { "data", "size", "inputs",
    "outputs", "rng", "limit", "standardize", "distribution", "one_hot" })
  local name, rng = options.data or "synthetic", options.rng
  names.expect("data.batch", "rng", rng, "rng")
  local set
  if name == "synthetic" then
    set = data.synthetic { inputs = options.inputs, outputs = options.outputs,
      samples = options.size, distribution = options.distribution, rng = rng }
  else
    pools[name] = pools[name]
      or data.load(name, { limit = options.limit or 2000 })
    local pool = pools[name]
    set = data.sample(pool, math.min(options.size, pool.x:cols()), rng)
  end
  if options.one_hot and set.labels then
    local classes = 0
    for _, label in ipairs(pools[name].labels) do classes = math.max(classes, label) end
    set.y = data.one_hot(set.labels, classes)
  end
  set.y = set.y or rng:split "y":uniform(options.outputs or options.inputs,
    set.x:cols())
  if options.standardize then set.x = data.standardize(set.x) end
  return set
end

return data
