-- data: inputs and targets for networks, made up or read from files. A batch
-- has one sample per COLUMN. Readers of whole data sets return a set:
--   x        inputs x samples
--   y        targets x samples; one-hot where there are labels; may be nil
--   labels   array of classes 1, 2, ...; nil where there are none
--   classes  the names of the classes; columns: the names of x's rows
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
      name, names.shown(value)))
  end
end

-- data.idx(file [, {scaled=true, limit=, precision=}]): an IDX file, gzipped
-- or not. Images: a matrix, one sample per column, bytes scaled to [0,1]
-- unless scaled = false. Labels: a Lua array.
function data.idx(file, options)
  options = names.options("data.idx", options,
    { "scaled", "limit", "precision" })
  check_count("data.idx", "limit", options.limit)
  return at_caller("data.idx", idx.read, file, options)
end

-- data.npy(file [, {transposed=, precision=}]): the matrix in a .npy file, as
-- NumPy shows it (a 1-D array is a column); its transpose on request.
function data.npy(file, options)
  options = names.options("data.npy", options, { "transposed", "precision" })
  return at_caller("data.npy", npy.read, file, options)
end

-- data.write_npy(file, A): numpy.load(file) gives the same numbers.
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

-- data.fashion_mnist{split = "train"|"test", limit =, precision =, folder =}:
-- the set of 60,000 (test: 10,000) images, 784 numbers in [0,1] each, row by
-- row from the top; labels 1 to 10.
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

-- data.csv(file [, {header=, label=, target=, limit=, precision=}]): the set
-- in a CSV file (RFC 4180, gzipped or not), one sample per line. header: is
-- the first line one? (default: it is where it holds text). label: the column
-- (name or number) of the class, a text or a number. target: the column or
-- columns to predict. The other columns are x. nan and inf are kept.
function data.csv(file, options)
  options = names.options("data.csv", options, csv_options)
  check_count("data.csv", "limit", options.limit)
  return at_caller("data.csv", sheet.read, file, options)
end

-- data.write_csv(file, A [, {header = {...}}]): one line per column of A (one
-- sample per line), every number exact.
function data.write_csv(file, A, options)
  return sheet.write(file, A, options)
end

-- --- made-up data ---------------------------------------------------------

-- data.synthetic{inputs=, outputs=, samples=, rng=, distribution=,
-- precision=}: a set of random x and y, "uniform" in [0,1] (default) or
-- standard "normal". outputs defaults to inputs.
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

function data.batches(options)
  return require "orthorun.data.batches".new(options)
end

for name, f in pairs(require "orthorun.data.samples") do data[name] = f end

-- data.digits{limit=, precision=}: the set of 1,797 handwritten digits of the
-- UCI repository, 64 numbers in [0,1] each (8x8, row by row from the top);
-- labels 1 to 10 for the digits 0 to 9. It comes with the library, see
-- digits.txt beside this file.
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

-- data.load(name or file [, options]): the set called "synthetic", "digits" or
-- "fashion_mnist", or in a file that ends in .csv, .npy, .idx or -ubyte
-- (and .gz). One sample per line of a CSV and per row of a .npy. Options that
-- a source has no use for are ignored, so that one call serves all.
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

-- data.available(name): is the data set of that name, or the file, there?
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

-- data.for_classes(name [, {rng=, precision=}]): two sets with labels, to learn
-- from and to be tested on, of the data called so: Fashion-MNIST's own two, of
-- others four fifths of the samples and the rest, drawn by rng.
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

-- data.batch{data=, size=, inputs=, outputs=, rng=, limit=2000, standardize=}:
-- `size` samples of the data set called `data`, drawn without replacement (all
-- of them where it has fewer); "synthetic" ones have `inputs` and `outputs`
-- rows. Where a set has no targets y, they are uniform in [0,1]. standardize:
-- with each row's mean 0 and variance 1 over these samples.
function data.batch(options)
  options = names.options("data.batch", options, { "data", "size", "inputs",
    "outputs", "rng", "limit", "standardize" })
  local name, rng = options.data or "synthetic", options.rng
  names.expect("data.batch", "rng", rng, "rng")
  local set
  if name == "synthetic" then
    set = data.synthetic { inputs = options.inputs, outputs = options.outputs,
      samples = options.size, rng = rng }
  else
    pools[name] = pools[name]
      or data.load(name, { limit = options.limit or 2000 })
    local pool = pools[name]
    set = data.sample(pool, math.min(options.size, pool.x:cols()), rng)
  end
  set.y = set.y or rng:split "y":uniform(options.outputs or options.inputs,
    set.x:cols())
  if options.standardize then set.x = data.standardize(set.x) end
  return set
end

return data
