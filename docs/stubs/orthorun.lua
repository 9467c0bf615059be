---@meta orthorun
-- The library's types, for LuaLS in editors. Made by `make reference` from
-- the comments at the functions; not to be edited, and never run.
-- luacheck: ignore

---@class orthorun.options.r_normal
---@field mean? number (default 0)
---@field std? number at least 0 (default 1)
---@field precision? string "float64" or "float32"; by default the run's

---@class orthorun.options.r_uniform
---@field low? number (default 0)
---@field high? number more than low (default 1)
---@field precision? string as in `r:normal`

---@class orthorun.options.init_gaussian
---@field mean? number (default 0)
---@field std? number at least 0 (default 1)

---@class orthorun.options.init_scaled_gaussian
---@field gain? number|string (default 1)

---@class orthorun.options.init_he_normal
---@field gain? number|string (default math.sqrt(2))
---@field mode? "fan_in"|"fan_out" which fan (default "fan_in")

---@class orthorun.options.init_he_uniform
---@field gain? number|string (default math.sqrt(2))
---@field mode? "fan_in"|"fan_out" which fan (default "fan_in")

---@class orthorun.options.init_glorot_normal
---@field gain? number|string (default 1)

---@class orthorun.options.init_glorot_uniform
---@field gain? number|string (default 1)

---@class orthorun.options.init_lecun_normal
---@field gain? number|string (default 1)

---@class orthorun.options.init_truncated_normal
---@field mean? number (default 0)
---@field std? number at least 0 (default 1)
---@field a? number the least value (default -2)
---@field b? number the largest value (default 2)

---@class orthorun.options.init_uniform
---@field low? number (default 0)
---@field high? number (default 1)

---@class orthorun.options.init_constant
---@field value? number (default 0)

---@class orthorun.options.init_identity
---@field gain? number|string (default 1)

---@class orthorun.options.init_orthogonal
---@field gain? number|string (default 1)
---@field det? 1|-1 draws from that half of the square ones (default nil)

---@class orthorun.options.init_looks_linear
---@field gain? number|string (default 1)
---@field layer? "first"|"hidden"|"last" first: [Q; −Q]; last: [Q −Q] (default "hidden")

---@class orthorun.options.init_sparse
---@field std? number (default 1)
---@field nonzeros? integer (default 15)
---@field per? "row"|"column" column: as in PyTorch (default "row")

---@class orthorun.matrix
---@operator mul(orthorun.matrix): orthorun.matrix
---@operator mul(number): orthorun.matrix
---@operator div(number): orthorun.matrix
---@operator unm: orthorun.matrix
---@operator add(orthorun.matrix|number): orthorun.matrix
---@operator sub(orthorun.matrix|number): orthorun.matrix
local matrix_ = {}

---@class orthorun.batches
local batches_ = {}

---@class orthorun.initializer
---@overload fun(r: orthorun.rng, rows: integer, cols: integer, precision?: string): orthorun.matrix
local initializer_ = {}

---@class orthorun.history
local history_ = {}

---@class orthorun.layer
local layer_ = {}

---@class orthorun.optimizer
local optimizer_ = {}

---@class orthorun.picture
local picture_ = {}

---@class orthorun.rng
local rng_ = {}

---A matrix of N(mean, std²), by Box and Muller; without arguments one
---number.
---@param rows? integer
---@param cols? integer
---@param options? orthorun.options.r_normal
---@return orthorun.matrix|number # rows×cols
function rng_:normal(rows, cols, options) end

---A matrix of U[low, high); without arguments one number in [0,1).
---@param rows? integer
---@param cols? integer
---@param options? orthorun.options.r_uniform
---@return orthorun.matrix|number # rows×cols
function rng_:uniform(rows, cols, options) end

---A whole number, both ends included, without bias.
---@param low integer
---@param high integer at least low
---@return integer
function rng_:integer(low, high) end

---The numbers 1..n in random order.
---@param n integer
---@return integer[]
function rng_:permutation(n) end

---An independent generator by name. It depends on r's key and the name
---alone, not on what r has drawn, so that the numbers of a part do not
---change when another part draws more. 1 and "1" are different names.
---@param key string|integer the name
---@return orthorun.rng
function rng_:split(key) end

---A generator that goes on from here as r would.
---@return orthorun.rng
function rng_:copy() end

---@class orthorun.sweep
local sweep_ = {}

---@class orthorun.results
local results_ = {}

---@class orthorun.tracker
local tracker_ = {}

---@class orthorun
local orthorun = {}
ortho = orthorun

---@class orthorun.module.rng
---@field version any
---A generator.
---@overload fun(seed: integer): orthorun.rng
ortho.rng = {}

---@class orthorun.module.init
ortho.init = {}

---N(mean, std²): std 1 is the article's exploding case.
---@param options orthorun.options.init_gaussian
---@return orthorun.initializer
function ortho.init.gaussian(options) end

---N(0, gain²/fan_in).
---@param options orthorun.options.init_scaled_gaussian
---@return orthorun.initializer
function ortho.init.scaled_gaussian(options) end

---N(0, gain²/fan).
---@param options orthorun.options.init_he_normal
---@return orthorun.initializer
function ortho.init.he_normal(options) end

---U(−b, b) with b = gain √(3/fan): the variance of `init.he_normal`.
---@param options orthorun.options.init_he_uniform
---@return orthorun.initializer
function ortho.init.he_uniform(options) end

---N(0, 2 gain²/(fan_in + fan_out)).
---@param options orthorun.options.init_glorot_normal
---@return orthorun.initializer
function ortho.init.glorot_normal(options) end

---U(−b, b), b = gain √(6/(fan_in + fan_out)).
---@param options orthorun.options.init_glorot_uniform
---@return orthorun.initializer
function ortho.init.glorot_uniform(options) end

---N(0, gain²/fan_in), not cut off as in Keras.
---@param options orthorun.options.init_lecun_normal
---@return orthorun.initializer
function ortho.init.lecun_normal(options) end

---N(mean, std²) given a ≤ x ≤ b, by exact rejection. The ends are
---absolute, as in PyTorch's `trunc_normal_`, not multiples of std.
---@param options orthorun.options.init_truncated_normal
---@return orthorun.initializer
function ortho.init.truncated_normal(options) end

---U[low, high).
---@param options orthorun.options.init_uniform
---@return orthorun.initializer
function ortho.init.uniform(options) end

---The same value everywhere.
---@param options orthorun.options.init_constant
---@return orthorun.initializer
function ortho.init.constant(options) end

---0 everywhere.
---@return orthorun.initializer
function ortho.init.zeros() end

---gain on the main diagonal, any shape.
---@param options orthorun.options.init_identity
---@return orthorun.initializer
function ortho.init.identity(options) end

---gain times a Haar-distributed orthogonal matrix; of a rectangle the
---shorter side is orthonormal (tall: columns, wide: rows). By Stewart's
---sampler, with R's signs.
---@param options orthorun.options.init_orthogonal
---@return orthorun.initializer
function ortho.init.orthogonal(options) end

---gain · [Q −Q; −Q Q], Q Haar of half the size. A ReLU net so begun
---computes a linear map. Sizes must be even.
---@param options orthorun.options.init_looks_linear
---@return orthorun.initializer
function ortho.init.looks_linear(options) end

---Each row or column has `nonzeros` weights N(0, std²) at random places.
---@param options orthorun.options.init_sparse
---@return orthorun.initializer
function ortho.init.sparse(options) end

---The initializer of that name with its default options; an initializer or
---a function comes back as it is.
---@param what string|orthorun.initializer|function
---@return orthorun.initializer
function ortho.init.get(what) end

---All names of initializers.
---@return string[]
function ortho.init.names() end

return orthorun
