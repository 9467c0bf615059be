-- train: the training loop that every script shares, ortho.train{...}, and
-- the history it returns. A step allocates nothing: batches, passes, loss,
-- clipping and update run in buffers made once.

--- Training a network, and what to measure on the way.
--
-- Step 0 is the first, so its loss and gradient are those of the initial weights.
-- A loss or gradient that is not finite ends the run and is no error.
-- @module training
-- @pragma nostrip

local batches = require "orthorun.data.batches".new
local history_of = require "orthorun.net.history"
local names = require "orthorun.base.names"
local optim = require "orthorun.net.optim"
local tabular = require "orthorun.table"
local tracker = require "orthorun.net.tracker"

local known = { "net", "data", "x", "y", "loss", "optimizer", "lr", "rate",
  "weight_decay", "like", "epochs", "steps",
  "batch", "shuffle", "drop_last", "rng", "clip", "schedule", "tracker",
  "evaluate", "target_loss", "target_left", "patience", "on_step", "check", "record" }

local fail = names.failing "train"

-- --- options --------------------------------------------------------------

local function is_layer(value)
  return type(value) == "userdata" and getmetatable(value) == "orthorun.layer"
end

-- The learning rate that is so many times 1/sharpness of the loss on all data.
local function lr_of(rate, options, x, y)
  if type(rate) ~= "number" or not (rate > 0 and rate < math.huge) then
    fail("rate is %s, must be positive and finite", names.shown(rate))
  end
  return rate / require "orthorun.net.sharpness" (options.net, x, y, options.loss,
    { tolerance = 0.01 })
end

local function optimizer_of(options, x, y)
  local alone = options.lr or options.rate
  if options.lr and options.rate then
    fail("give lr= or rate= (times 1/sharpness), not both")
  elseif options.optimizer and (alone or options.weight_decay) then
    fail("give optimizer= or %s= (which is short for optim.sgd), not both",
      options.lr and "lr" or options.rate and "rate" or "weight_decay")
  elseif alone then
    return optim.sgd { lr = options.lr or lr_of(options.rate, options, x, y),
      weight_decay = options.weight_decay }
  elseif getmetatable(options.optimizer) ~= "orthorun.optim" then
    fail("needs optimizer=, for example ortho.optim.sgd{lr = 0.01}, not %s",
      type(options.optimizer))
  end
  return options.optimizer
end

local function check_count(name, value)
  if math.type(value) ~= "integer" or value < 0 then
    fail("%s is %s, must be a whole number", name,
      names.not_whole(value))
  end
  return value
end

-- Steps from one row of history.steps to the next.
local function check_record(every)
  if every == 0 then fail("record is 0, must be at least 1") end
  return every and check_count("record", every) or 1
end

-- Steps without a new least loss after which a run ends.
local function check_patience(steps)
  if steps == 0 then fail("patience is 0, must be at least 1") end
  return steps and check_count("patience", steps) or math.maxinteger
end

-- How many steps, of so many batches an epoch.
local function steps_of(options, per_epoch)
  if (options.steps == nil) == (options.epochs == nil) then
    fail("give either steps= or epochs=")
  elseif options.steps then
    return check_count("steps", options.steps)
  end
  return check_count("epochs", options.epochs) * per_epoch
end

-- Raises where the labels are not among the classes that the net tells apart,
-- or the target has another shape than the net's output.
local function check_target(name, y, outputs, loss)
  local labels = loss == "cross_entropy" and y:rows() == 1 and outputs > 1
  if not labels and type(loss) == "string" and y:rows() ~= outputs then
    fail("the net has %d outputs, %s has %d rows%s", outputs, name, y:rows(),
      y:rows() == 1 and "; labels go with loss = \"cross_entropy\"" or "")
  end
  for j = 1, labels and y:cols() or 0 do
    local label = y:get(1, j)
    if not (label >= 1 and label <= outputs and label % 1 == 0) then
      fail("label of sample %d in %s is %g; the net has %d classes, 1 to %d",
        j, name, label, outputs, outputs)
    end
  end
end

-- --- what goes by a name ------------------------------------------------------

local optimizers = { sgd = optim.sgd, adam = optim.adam, adamw = optim.adamw,
  momentum = function(options)
    return optim.sgd { lr = options.lr, momentum = 0.9 }
  end }

-- The optimizer called so, at rate lr.
local function optimizer_called(name, lr)
  if not optimizers[name] then
    fail("%s", names.unknown("optimizer", name, names.keys(optimizers)))
  elseif lr == nil then
    fail("optimizer = \"%s\" needs lr=", name)
  end
  return optimizers[name] { lr = lr }
end

-- The set called so, or what is no name as it is.
local function set_of(set)
  return type(set) == "string" and require "orthorun.data".load(set) or set
end

-- What is taken from an experiment's parameters where none of a group is given, and
-- under which name it stands there.
local liked = { { "steps", "epochs" }, { "batch" }, { "clip" },
  { "target_left", "target_loss" }, { "optimizer", "lr", "rate", "weight_decay" } }
local called_there = { target_left = "target" }

local function take(o, group, like)
  for _, name in ipairs(group) do
    if o[name] ~= nil then return end
  end
  for _, name in ipairs(group) do o[name] = like[called_there[name] or name] end
end

-- The options with what they do not say from `like`, an experiment's parameters.
local function completed(options)
  local o, like = {}, options.like
  for name, value in pairs(options) do o[name] = value end
  if like == nil then return o end
  names.table_of("train", "like", like)
  for _, group in ipairs(liked) do take(o, group, like) end
  return o
end

-- The options with a set and an optimizer in place of their names. A set with
-- labels has cross-entropy for its loss.
local function without_names(options)
  local o = completed(options)
  o.data = set_of(o.data)
  if type(o.data) == "table" and o.data.labels and o.loss == nil then
    o.loss = "cross_entropy"
  end
  if type(o.optimizer) == "string" then
    o.optimizer, o.lr = optimizer_called(o.optimizer, o.lr), nil
  end
  if type(o.evaluate) == "table" and type(o.evaluate.data) == "string" then
    local evaluate = {}
    for name, value in pairs(o.evaluate) do evaluate[name] = value end
    evaluate.data = set_of(evaluate.data)
    o.evaluate = evaluate
  end
  return o
end

-- What the net makes of one sample: its number of outputs.
local function outputs_of(net, x)
  return net:forward(x:sub(1, x:rows(), 1, 1)):rows()
end

-- Sets the learning rate that the schedule has for a step.
local function set_rate(run, step)
  local lr = run.schedule(step)
  if type(lr) ~= "number" or not (lr > 0) or lr == math.huge then
    fail("the schedule's lr for step %d is %s, must be positive and finite",
      step, names.shown(lr))
  end
  run.optimizer:lr(lr)
end

-- Steps from one evaluation to the next, so many batches an epoch.
local function every_of(e, batches_per_epoch)
  if e.every and e.per_epoch then
    fail("evaluate: give every= or per_epoch=, not both")
  elseif e.every then
    return check_count("evaluate.every", e.every)
  end
  local count = e.per_epoch and check_count("evaluate.per_epoch", e.per_epoch)
    or 1
  if count == 0 then fail("evaluate.per_epoch is 0, must be at least 1") end
  return -(-batches_per_epoch // count)
end

-- x and y of the options, or of the set in options.data: its labels where the
-- loss goes by classes.
local function samples_of(who, options, loss)
  local set = options.data
  if set == nil then return options.x, options.y end
  if options.x ~= nil or options.y ~= nil then
    names.fail(who, "give data=, or x= and y=, not both")
  end
  names.table_of(who, "data", set)
  return set.x, loss == "cross_entropy" and set.labels or set.y
end

local function evaluation_of(options, run)
  local e = options.evaluate
  if not e then return nil end
  names.options("train: evaluate", e, { "data", "x", "y", "every",
    "per_epoch" })
  local size = math.max(run.batches.size, 256)
  local x, y = samples_of("train: evaluate", e, run.loss)
  local parts = batches({ x = x, y = y, shuffle = false,
    check = options.check, size = type(x) == "userdata" and
      math.min(size, math.max(x:cols(), 1)) or nil }, "train: evaluate")
  check_target("evaluate.y", parts.y, run.outputs, run.loss)
  return { parts = parts, samples = x:cols(),
    every = every_of(e, #run.batches) }
end

-- The tracker; one that has every = "evaluations" measures with them.
local function tracker_of(options, run)
  local t = options.tracker or { every = "ends", probes = {} }
  if getmetatable(t) ~= nil then return t end
  if t.every ~= "evaluations" then return tracker(t) end
  if not run.evaluation then
    fail("tracker: every is \"evaluations\", which needs evaluate=")
  end
  local own = {}
  for name, value in pairs(t) do own[name] = value end
  own.every = run.evaluation.every
  return tracker(own)
end

local losses = { "mse", "mse_half", "mse_sum", "cross_entropy" }

local function check_loss(loss)
  if type(loss) == "function" or names.has(losses, loss) then return end
  if type(loss) == "string" then
    fail("%s", names.unknown("loss", loss, losses))
  end
  fail("needs loss=: \"mse\", \"mse_half\", \"mse_sum\", " ..
    "\"cross_entropy\", or a function(prediction, target)")
end

local function check_options(options)
  if not is_layer(options.net) then
    fail("needs net=, a network, not %s", names.describe(options.net))
  end
  check_loss(options.loss)
  for _, name in ipairs { "schedule", "on_step" } do
    if options[name] ~= nil and type(options[name]) ~= "function" then
      fail("%s must be a function, not a %s", name, type(options[name]))
    end
  end
  local clip = options.clip
  if clip ~= nil and not (type(clip) == "number" and clip > 0) then
    fail("clip is %s, must be a positive number", names.shown(clip))
  end
end

local columns = { "step", "epoch", "loss", "accuracy", "grad_norm", "lr" }

-- Room for every step's numbers, so that writing them allocates nothing.
local function room(steps)
  local arrays = {}
  for _, name in ipairs(columns) do
    local list = {}
    for i = 1, steps do list[i] = false end
    arrays[name] = list
  end
  return arrays
end

-- The share of the first loss at which to stop, or nil.
local function target_left(options)
  local share = options.target_left
  if share == nil then return nil end
  if options.target_loss then
    fail("give target_loss= or target_left=, not both")
  elseif type(share) ~= "number" or not (share >= 0 and share < math.huge) then
    fail("target_left is %s, must be a finite number of at least 0",
      names.shown(share))
  end
  return share
end

-- Everything the loop needs, checked.
local function prepare(options)
  check_options(options)
  local x, y = samples_of("train", options, options.loss)
  local run = { net = options.net, loss = options.loss, clip = options.clip,
    schedule = options.schedule, on_step = options.on_step,
    target_loss = options.target_loss, target_left = target_left(options),
    batches = batches({ x = x, y = y, size = options.batch,
      shuffle = options.shuffle, drop_last = options.drop_last,
      rng = options.rng, check = options.check }, "train") }
  run.steps = steps_of(options, #run.batches)
  run.outputs = outputs_of(run.net, run.batches.x)
  check_target("y", run.batches.y, run.outputs, run.loss)
  run.optimizer = optimizer_of(options, x, y)
  run.evaluation = evaluation_of(options, run)
  run.tracker = tracker_of(options, run):start(run.net)
  run.largest = run.batches.x:precision() == "float32" and 38 or 308
  run.record, run.patience = check_record(options.record),
    check_patience(options.patience)
  run.least, run.least_step, run.most = math.huge, 0, 0.0
  run.rows, run.taken = (run.steps - 1) // run.record + 1, 0
  run.arrays = room(run.rows)
  run.evaluations = tabular.new { "step", "epoch", "loss", "accuracy" }
  return run
end

-- --- the loop -------------------------------------------------------------

local function is_finite(x) return x - x == 0 end

local function epoch_of(run, step) return step // #run.batches + 1 end

local function batch_of(run, step)
  local i = step % #run.batches + 1
  if i == 1 then run.batches:begin(epoch_of(run, step)) end
  return run.batches:get(i)
end

local function evaluate(run, step)
  local e, total, correct = run.evaluation, 0.0, 0
  for i = 1, #e.parts do
    local x, y = e.parts:get(i)
    local value, _, right = run.net:loss(x, y, run.loss)
    total = total + value * (run.loss == "mse_sum" and 1 or x:cols())
    correct = right and correct and correct + right
  end
  if run.loss ~= "mse_sum" then total = total / e.samples end
  e.last = step
  run.evaluations:append { step = step, epoch = step / #run.batches,
    loss = total, accuracy = correct and correct / e.samples }
end

local function note(run, step, loss, accuracy, norm)
  run.last_loss = loss
  if step % run.record ~= 0 then return end
  local a, i = run.arrays, step // run.record + 1
  a.step[i], a.epoch[i], a.loss[i] = step, epoch_of(run, step), loss
  a.accuracy[i], a.grad_norm[i] = accuracy or nil, norm
  a.lr[i] = run.optimizer:lr()
  run.noted = i
end

-- Why the run cannot go on from this step, or nil.
local function trouble(run, loss, norm, log10_norm)
  if not is_finite(loss) then return "the loss is not finite" end
  if norm ~= norm or log10_norm == math.huge then
    return "the gradient is not finite"
  end
  if not run.clip and log10_norm > run.largest then
    return ("the gradient's norm is 10^%.0f, which fits no weight"):format(
      log10_norm)
  end
end

-- Frobenius norms of the weights' gradients.
local function gradient_norms(net)
  local list = {}
  for l, G in ipairs(net:weight_gradients()) do list[l] = G:norm() end
  return list
end

-- What the gradients are multiplied by so that their norm is at most run.clip:
-- optim.clip's factor, but the update does it as it goes. Gradients that are
-- near the end of the floats are clipped for themselves.
local function clip(run, norm)
  if norm < 1e30 then return math.min(1, run.clip / (norm + 1e-6)) end
  optim.clip(run.net, run.clip)
end

-- Takes the first step's loss, and the least and the largest so far.
local function follow_loss(run, step, loss)
  if step == 0 and run.target_left then
    run.target_loss = run.target_left * loss
  end
  if loss < run.least then run.least, run.least_step = loss, step end
  if not (loss <= run.most) then run.most = loss end
end

-- Where between the step before and this one the loss got to the target, its
-- logarithm taken for a line.
local function crossing(run, step, loss)
  local before, target = run.loss_before, run.target_loss
  if step == 0 or not (loss > 0 and before > target) then return step + 0.0 end
  return step - math.log(target / loss) / math.log(before / loss)
end

-- One step. True where the run ends with it.
local function step_once(run, step)
  local net, x, y = run.net, batch_of(run, step)
  if run.schedule then set_rate(run, step) end
  net:zero_grad()
  local loss, _, right = net:loss_gradient(x, y, run.loss)
  local norm, log10_norm = optim.grad_norm(net)
  note(run, step, loss, right and right / x:cols(), norm)
  follow_loss(run, step, loss)
  run.trouble = trouble(run, loss, norm, log10_norm)
  if run.trouble then
    run.diverged = step
    return true
  end
  run.first_gradients = run.first_gradients or gradient_norms(net)
  run.tracker:follow(step, run.optimizer:lr(),
    run.clip and math.min(norm, run.clip) or norm, loss)
  if run.tracker.due(step) then run.tracker:record(step) end
  if run.target_loss and loss <= run.target_loss then
    run.reached, run.crossed = step, crossing(run, step, loss)
    return true
  end
  run.loss_before = loss
  if step - run.least_step >= run.patience then return true end
  if run.on_step and run.on_step(step, loss, net) then return true end
  run.optimizer:step(net, run.clip and clip(run, norm))
  run.taken = step + 1
end

-- The weights as the run leaves them, measured if they have not been.
local function finish(run)
  if run.diverged then return end
  if run.evaluation and run.evaluation.last ~= run.taken then
    evaluate(run, run.taken)
  end
  if run.tracker.last ~= run.taken then
    run.tracker:follow(run.taken)
    run.tracker:record(run.taken, false)
  end
end

local function loop(run)
  local e = run.evaluation
  for step = 0, run.steps - 1 do
    if e and step % e.every == 0 then evaluate(run, step) end
    if step_once(run, step) then break end
  end
  finish(run)
end

local function truncated(run)
  local kept = run.noted or 0
  for _, list in pairs(run.arrays) do
    for i = kept + 1, run.rows do list[i] = nil end
  end
  return tabular.wrap(columns, run.arrays, kept)
end

-- ortho.train{...}: trains net in place, and returns its history.
--   net, x, y     the network; inputs x samples; targets x samples, or labels
--                 (1, 2, ...) as an array or a 1 x samples row
--   data          in place of x and y, a set that has them (ortho.data), or its
--                 name, as for data.load
--   loss          "mse", "mse_half", "mse_sum", "cross_entropy", or a
--                 function(prediction, target) -> value, gradient; without one
--                 cross_entropy, where data has labels
--   optimizer     from ortho.optim, or with lr= one of the names "sgd",
--                 "momentum" (sgd's with 0.9), "adam", "adamw"; lr= alone is
--                 short for optim.sgd{lr=}
--   epochs|steps  how long
--   batch         samples a step (default: all); shuffle=true, drop_last=false
--                 and rng= as in data.batches
--   clip          largest gradient norm
--   schedule      function(step) -> learning rate of the step after `step`
--   tracker       ortho.tracker{...}, or its options, where every may be
--                 "evaluations": with each of them
--   evaluate      {x=, y=, every=steps}: loss and accuracy on other samples,
--                 before the first step, every so often (an epoch; per_epoch=
--                 times an epoch), at the end
--   target_loss   stop when a step's loss is as small as this; target_left: as
--                 this share of the first step's
--   patience      stop when no loss was less than that of so many steps ago
--   on_step       function(step, loss, net), called before the update; true
--                 ends the run
--   record        steps from one row of history.steps to the next (1)
--   check         false lets NaN and Inf in the data pass
-- Step 0 is the first: its loss and gradient are those of the initial weights.
-- A loss or gradient that is not finite ends the run and is no error.
-- The history's fields:
--   steps         table: step, epoch, loss, accuracy (of the batch), grad_norm
--                 (of all gradients, before clipping), lr
--   records       table of what the tracker measured
--   evaluations   table: step, epoch, loss, accuracy
--   taken         updates made; loss: of the last step; accuracy: of the last
--                 evaluation; reached: step at which target_loss was
--   diverged      the step at which, and reason why, the run could not go on
--   initial       copies of the weights at the start; first_gradients: norms
--                 of their gradients at step 0, per layer; net
local function train(options)
  if type(options) ~= "table" then
    fail("needs a table of options, not %s", type(options))
  end
  names.options("train", options, known)
  local run = prepare(without_names(options))
  loop(run)
  return history_of(run, truncated(run))
end

--- What `train` returns.
-- @table history
-- @tfield results steps step, epoch, loss, accuracy (of the batch), grad_norm
--   (before clipping), lr
-- @tfield ?results records what the tracker measured
-- @tfield ?results evaluations step, epoch, loss, accuracy
-- @tfield int taken updates made
-- @tfield number loss the last step's
-- @tfield ?number accuracy the last evaluation's
-- @tfield ?int reached the step at which target_loss was reached
-- @tfield ?number crossed the same between steps, the loss's logarithm taken for a
--   line: at most reached, and more than the step before
-- @tfield ?int diverged the step at which the run could not go on
-- @tfield ?string reason why it could not
-- @tfield layer net the network
-- @tfield {matrix,...} initial copies of its weights at the start
-- @tfield {number,...} first_gradients norms of their gradients at step 0, per
--   layer
-- @tfield matrix x what it was trained with
-- @tfield matrix|{int,...} y
-- @tfield int samples
-- @tfield int batch
-- @tfield int outputs
-- @tfield string loss_name
-- @tfield string optimizer
-- @tfield number lr the first step's

--- Trains a network in place.
-- @function train
-- @tparam table options
-- @tparam layer options.net
-- @tparam[opt] set|string options.data a set, or its name as in `data.load`; in
--   place of x and y
-- @tparam[opt] matrix options.x inputs×samples
-- @tparam[opt] matrix|{int,...} options.y targets×samples, or labels
-- @tparam[opt] string|func options.loss as in `net:loss`; cross_entropy by default
--   where data has labels
-- @tparam[opt] optimizer|string options.optimizer from `optim`, or with lr= one of
--   "sgd", "momentum" (0.9), "adam", "adamw"
-- @tparam[opt] number options.lr alone it is short for `optim.sgd`
-- @tparam[opt] number options.rate the same, times 1/λ, λ the `sharpness` of the
--   loss on all the data at the start, to 1 %
-- @tparam[opt=0] number options.weight_decay of that short form
-- @tparam[opt] table options.like an experiment's parameters, for what is not given:
--   steps or epochs; batch; clip; target (as target_left); optimizer, lr, rate and
--   weight_decay, where none of them is given
-- @tparam[opt] int options.epochs how long
-- @tparam[opt] int options.steps how long
-- @tparam[opt] int options.batch samples a step; by default all
-- @tparam[opt=true] bool options.shuffle as in `data.batches`
-- @tparam[opt=false] bool options.drop_last as in `data.batches`
-- @tparam[opt] rng options.rng for shuffling
-- @tparam[opt] number options.clip the largest gradient norm
-- @tparam[opt] func options.schedule see `optim`
-- @tparam[opt] tracker|table options.tracker a `tracker` or its options, where
--   every may be "evaluations", with each of them
-- @tparam[opt] table options.evaluate {x=, y=, every=}, or {data=}: loss and
--   accuracy on other samples before the first step, every so many steps (by
--   default an epoch; per_epoch= in place of every=: so many times an epoch) and
--   at the end
-- @tparam[opt] number options.target_loss stop when a step's loss is as small
-- @tparam[opt] number options.target_left stop at as small a share of the first
--   loss
-- @tparam[opt] int options.patience stop when so many steps had no less a loss
--   than the ones before
-- @tparam[opt] func options.on_step on_step(step, loss, net), called before the
--   update; true ends the run
-- @tparam[opt=1] int options.record steps from one row of history.steps to the
--   next
-- @tparam[opt=true] bool options.check NaN or Inf in the data is an error
-- @treturn history
-- @usage
-- local r = ortho.rng(1)
-- local set = ortho.data.digits { limit = 200 }
-- local net = ortho.mlp { for_data = set, width = 16, depth = 2, rng = r }
-- local history = ortho.train { net = net, data = set, lr = 0.1, epochs = 2,
--   batch = 50, rng = r:split "batches", tracker = { every = "ends" } }
-- print(history.loss, history.taken)
return setmetatable({}, { __call = function(_, options)
  local history = train(options)
  return history
end })
