---@meta orthorun
-- The library's types, for LuaLS in editors. Made by `make reference` from
-- the comments at the functions; not to be edited, and never run.
-- luacheck: ignore

---@class orthorun.options.matrix
---@field precision? string "float64" or "float32"; by default the run's

---@class orthorun.options.matrix_zeros
---@field precision? string

---@class orthorun.options.matrix_ones
---@field precision? string

---@class orthorun.options.matrix_full
---@field precision? string

---@class orthorun.options.matrix_eye
---@field precision? string

---@class orthorun.options.matrix_linspace
---@field precision? string

---@class orthorun.options.matrix_diag
---@field precision? string

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

---@class orthorun.options.activation_moment
---@field q? number the variance (default 1)
---@field power? integer 0 to 64 (default 2)
---@field slope? boolean (default false)
---@field alpha? number

---@class orthorun.options.activation_mean
---@field q? number the variance (default 1)
---@field value? integer (default 0)
---@field slope? integer (default 0)
---@field power? integer (default 0)
---@field alpha? number

---@class orthorun.options.activation_joint
---@field q? number (default 1)
---@field c? number −1 to 1 (default 0)
---@field slope? boolean (default false)
---@field alpha? number

---@class orthorun.options.activation_joint_energy
---@field q? number (default 1)
---@field c? number −1 to 1 (default 0)
---@field slopes? 0|1|2 (default 0)
---@field alpha? number

---@class orthorun.options.activation_log_energy
---@field q? number (default 1)
---@field count? integer (default 1)
---@field slope? boolean of ln Σ φ'(√q z_i)² g_i² instead, g_i normal (default false)
---@field alpha? number

---@class orthorun.options.activation_gain
---@field alpha? number

---@class orthorun.options.activation_shape
---@field alpha? number

---@class orthorun.options.activation_define
---@field name string
---@field value function a function(x) of one number; a finite number for every finite x
---@field slope? function its derivative; by default differences, good to 1e-10
---@field curvature? function the second derivative, which Hessians alone need; by default differences, good to 1e-10 of slope, to 1e-8 of value
---@field kinks? number[] at most 8 places where the slope jumps, which integrals and differences must know

---@class orthorun.options.layer_linear
---@field inputs? integer
---@field outputs? integer
---@field init? orthorun.initializer|string|function see `init`
---@field rng? orthorun.rng
---@field bias? boolean|orthorun.initializer|string true: zeros; false: none; or an initializer of outputs×1 (default true)
---@field weight? orthorun.matrix W itself, without a copy, in place of inputs, outputs, init and rng
---@field precision? string

---@class orthorun.options.layer_leaky_relu
---@field alpha? number (default 0.01)

---@class orthorun.options.layer_elu
---@field alpha? number (default 1)

---@class orthorun.options.layer_layer_norm
---@field size integer the number of rows
---@field eps? number (default 1e-5)
---@field precision? string

---@class orthorun.options.layer_residual
---@field scale? number a finite number (default 1)

---What `net:signal` returns.
---@class orthorun.signal
---@field forward any log10 ‖a_l‖_F
---@field delta any log10 ‖dloss/dz_l‖_F
---@field gradient any log10 ‖dloss/dW_l‖_F
---@field loss any
---@field log10_loss any

---@class orthorun.options.mlp
---@field sizes? integer[]
---@field width? integer
---@field depth? integer weight matrices
---@field inputs? integer (default width)
---@field outputs? integer (default width)
---@field for_data? orthorun.set takes inputs and outputs from it (outputs: rows of y, else its classes)
---@field activation? string|table|function a name, {name, alpha=}, or a function that makes a layer (default "relu")
---@field output_activation? string|function after the last layer, too
---@field init? orthorun.initializer|string|table|function an initializer, its name or an arm's; by default orthogonal with the activation's gain
---@field bias? boolean|orthorun.initializer as in `layer.linear` (default true)
---@field rng orthorun.rng
---@field precision? string
---@field like? table as of parameters, with width, depth, inputs, outputs, activation and init where they are not given

---@class orthorun.options.resnet
---@field width integer
---@field depth integer blocks
---@field inner? integer activations and linear layers in a block (default 2)
---@field norm? "layer"|boolean (default "layer")
---@field scale? number|"1/sqrt(L)"|"1/L" L = depth (default 1)
---@field inputs? integer
---@field outputs? integer
---@field for_data? orthorun.set takes inputs and outputs from it
---@field activation? string|table|function as in `mlp` (default "relu")
---@field init? orthorun.initializer|string|table|function as in `mlp`
---@field bias? boolean|orthorun.initializer (default true)
---@field rng orthorun.rng
---@field precision? string

---@class orthorun.options.loss_mse
---@field reduction? "mean"|"half"|"sum" mean: E/(outputs · batch), as in PyTorch; half: E/(2 batch), the article's; sum: E (default "mean")

---@class orthorun.options.loss_scaled
---@field scale? number (default 1)
---@field centred? boolean (default true)

---@class orthorun.options.optim_sgd
---@field lr number
---@field momentum? number (default 0)
---@field nesterov? boolean (default false)
---@field weight_decay? number (default 0)

---@class orthorun.options.optim_adam
---@field lr? number (default 1e-3)
---@field beta1? number (default 0.9)
---@field beta2? number (default 0.999)
---@field eps? number (default 1e-8)
---@field weight_decay? number (default 0)

---@class orthorun.options.optim_adamw
---@field lr? number (default 1e-3)
---@field beta1? number (default 0.9)
---@field beta2? number (default 0.999)
---@field eps? number (default 1e-8)
---@field weight_decay? number (default 0.01)

---@class orthorun.options.optim_constant
---@field lr number

---@class orthorun.options.optim_step_decay
---@field lr number
---@field every integer
---@field factor? number (default 0.1)

---@class orthorun.options.optim_cosine
---@field lr number
---@field steps integer
---@field final? number (default 0)
---@field warmup? integer (default 0)

---What `train` returns.
---@class orthorun.history
---@field steps any step, epoch, loss, accuracy (of the batch), grad_norm (before clipping), lr
---@field records any what the tracker measured
---@field evaluations any step, epoch, loss, accuracy
---@field taken any updates made
---@field loss any the last step's
---@field accuracy any the last evaluation's
---@field reached any the step at which target_loss was reached
---@field crossed any the same between steps, the loss's logarithm taken for a line: at most reached, and more than the step before
---@field diverged any the step at which the run could not go on
---@field reason any why it could not
---@field net any the network
---@field initial any copies of its weights at the start
---@field first_gradients any norms of their gradients at step 0, per layer
---@field x any what it was trained with
---@field y any
---@field samples any
---@field batch any
---@field outputs any
---@field loss_name any
---@field optimizer any
---@field lr any the first step's

---@class orthorun.options.train
---@field net orthorun.layer
---@field data? orthorun.set|string a set, or its name as in `data.load`; in place of x and y
---@field x? orthorun.matrix inputs×samples
---@field y? orthorun.matrix|(integer)[] targets×samples, or labels
---@field loss? string|function as in `net:loss`; cross_entropy by default where data has labels
---@field optimizer? orthorun.optimizer|string from `optim`, or with lr= one of "sgd", "momentum" (0.9), "adam", "adamw"
---@field lr? number alone it is short for `optim.sgd`
---@field rate? number the same, times 1/λ, λ the `sharpness` of the loss on all the data at the start, to 1 %
---@field weight_decay? number of that short form (default 0)
---@field like? table an experiment's parameters, for what is not given: steps or epochs; batch; clip; target (as target_left); optimizer, lr, rate and weight_decay, where none of them is given
---@field epochs? integer how long
---@field steps? integer how long
---@field batch? integer samples a step; by default all
---@field shuffle? boolean as in `data.batches` (default true)
---@field drop_last? boolean as in `data.batches` (default false)
---@field rng? orthorun.rng for shuffling
---@field clip? number the largest gradient norm
---@field schedule? function see `optim`
---@field tracker? orthorun.tracker|table a `tracker` or its options, where every may be "evaluations", with each of them
---@field evaluate? table {x=, y=, every=}, or {data=}: loss and accuracy on other samples before the first step, every so many steps (by default an epoch; per_epoch= in place of every=: so many times an epoch) and at the end
---@field target_loss? number stop when a step's loss is as small
---@field target_left? number stop at as small a share of the first loss
---@field patience? integer stop when so many steps had no less a loss than the ones before
---@field on_step? function on_step(step, loss, net), called before the update; true ends the run
---@field record? integer steps from one row of history.steps to the next (default 1)
---@field check? boolean NaN or Inf in the data is an error (default true)

---@class orthorun.options.net_train
---@field net orthorun.layer
---@field data? orthorun.set|string a set, or its name as in `data.load`; in place of x and y
---@field x? orthorun.matrix inputs×samples
---@field y? orthorun.matrix|(integer)[] targets×samples, or labels
---@field loss? string|function as in `net:loss`; cross_entropy by default where data has labels
---@field optimizer? orthorun.optimizer|string from `optim`, or with lr= one of "sgd", "momentum" (0.9), "adam", "adamw"
---@field lr? number alone it is short for `optim.sgd`
---@field rate? number the same, times 1/λ, λ the `sharpness` of the loss on all the data at the start, to 1 %
---@field weight_decay? number of that short form (default 0)
---@field like? table an experiment's parameters, for what is not given: steps or epochs; batch; clip; target (as target_left); optimizer, lr, rate and weight_decay, where none of them is given
---@field epochs? integer how long
---@field steps? integer how long
---@field batch? integer samples a step; by default all
---@field shuffle? boolean as in `data.batches` (default true)
---@field drop_last? boolean as in `data.batches` (default false)
---@field rng? orthorun.rng for shuffling
---@field clip? number the largest gradient norm
---@field schedule? function see `optim`
---@field tracker? orthorun.tracker|table a `tracker` or its options, where every may be "evaluations", with each of them
---@field evaluate? table {x=, y=, every=}, or {data=}: loss and accuracy on other samples before the first step, every so many steps (by default an epoch; per_epoch= in place of every=: so many times an epoch) and at the end
---@field target_loss? number stop when a step's loss is as small
---@field target_left? number stop at as small a share of the first loss
---@field patience? integer stop when so many steps had no less a loss than the ones before
---@field on_step? function on_step(step, loss, net), called before the update; true ends the run
---@field record? integer steps from one row of history.steps to the next (default 1)
---@field check? boolean NaN or Inf in the data is an error (default true)

---What `history:explain` returns.
---@class orthorun.explanation
---@field mechanisms any of these: "vanishing gradient" (no step could move them), "short run" (less than a tenth of the loss is gone), "depth" (a linear net's drift is that of s^(1/L)), "lazy" (they moved by less than a fifth of their norm, in a generic direction, and no singular value far), "low rank" (E acts in few directions)
---@field layers any the table
---@field figures any what the words rest on
---@field text any the paragraph

---@class orthorun.options.history_final
---@field layers? integer[]

---@class orthorun.options.history_curves
---@field layers? integer[]

---@class orthorun.options.tracker
---@field every? integer|(integer)[]|function|"ends" steps between measurements, an array of steps, a function(step), or "ends", the start and the end (default 1)
---@field probes? table names, and functions of one's own, as in {"movement", mine = function(net, step, run) ... end}, which return a number or an array of one per layer; run has lr, loss and grad_norm (of all gradients, as clipped) of that step
---@field layers? integer[] by default all
---@field gain? number the scale of orthogonality_error (default 1)
---@field moved? number (default 0.01)
---@field terms? "measurements"|"steps" what sums add up from and to (default "measurements")

---@class orthorun.options.sharpness
---@field rng? orthorun.rng draws the first direction (default rng(1))
---@field iterations? integer products at most (default 100)
---@field tolerance? number it ends at r ≤ tolerance λ (default 1e-4)

---@class orthorun.options.lazy
---@field net? orthorun.layer
---@field x? orthorun.matrix
---@field y? orthorun.matrix|(integer)[] targets×samples; labels where the loss has them
---@field activation? string (default "relu")
---@field scale? number (default 1)
---@field centred? boolean (default true)
---@field target? number (default 0.1)
---@field loss? string|function a name as in `train`, or a function(output, y) → value, gradient
---@field lr? number
---@field steps? integer
---@field history? orthorun.history of `train`, in place of net, x, y, target, loss, lr and steps
---@field layers? integer[] by default all linear ones
---@field like? table as of parameters, with activation, scale, centred and target where they are not given

---@class orthorun.options.metric_orthogonality_error
---@field scale? number the gain that W should have (default 1)

---@class orthorun.options.theory_gain
---@field alpha? number

---@class orthorun.options.theory_variance_map
---@field sigma_w2? number (default 1)
---@field sigma_b2? number (default 0)
---@field alpha? number

---@class orthorun.options.theory_chi1
---@field sigma_w2? number (default 1)
---@field q? number (default 1)
---@field alpha? number

---@class orthorun.options.theory_critical
---@field q? number (default 1)
---@field alpha? number

---What `theory.mean_field` returns. Depth scales are −1/ln χ, in layers (`inf` at
---χ = 1, negative for growth). c, chi_c and xi_c are nil where q is 0 or infinite.
---@class orthorun.mean_field
---@field q any the fixed point q*
---@field chi1 any χ₁ there
---@field chi_q any the slope of the map of q
---@field c any the correlation that two inputs end at
---@field chi_c any the slope of the map of c
---@field xi_q any
---@field xi_grad any
---@field xi_c any

---@class orthorun.options.theory_mean_field
---@field activation string|function|table
---@field sigma_w2 number
---@field sigma_b2? number (default 0)
---@field alpha? number
---@field q0? number taken where every q is fixed (default 1)
---@field norm? "before"|"after" a layer norm in each layer, before the activation or after it

---@class orthorun.options.theory_correlation_map
---@field sigma_w2? number (default 1)
---@field sigma_b2? number (default 0)
---@field q? number the variance of both; by default the variance map's fixed point
---@field alpha? number
---@field norm? "before"|"after" a layer norm in each layer, before the activation or after it, which settles q

---@class orthorun.options.theory_critical_line
---@field activation? string|function|table (default "tanh")
---@field sigma_b2 number[]
---@field alpha? number

---@class orthorun.options.theory_trainable_depth
---@field activation? string|function|table (default "tanh")
---@field sigma_w2 number
---@field sigma_b2? number (default 0)
---@field alpha? number
---@field norm? "before"|"after" as in `theory.mean_field`
---@field lengths? number (default 6)

---@class orthorun.options.theory_gradient_correlation
---@field depth integer weight matrices, with depth − 1 activations between them; of a residual net blocks, each with one activation
---@field residual? number|string what blocks x + residual·W φ(x) multiply their branch by, or "1", "1/sqrt(L)", "1/L"; nil: a plain net. Homogeneous activations without biases only
---@field sigma_w2? number (default 1)
---@field sigma_b2? number (default 0)
---@field q? number variance of pre-activations in all layers; by default the fixed point
---@field alpha? number

---@class orthorun.options.theory_trajectory
---@field activation? string (default "tanh")
---@field sigma_w2 number
---@field sigma_b2? number (default 0)
---@field layers integer
---@field q? number the first layer's variance, of both inputs; by default the one that stays
---@field c? number the first layer's correlation (default 1)
---@field alpha? number
---@field like? table as of parameters, with what is not given

---What `theory.signal` returns: log10 norms by layer. `typical` and `sd` are those
---of the batch, whose samples share part of their fluctuations.
---@class orthorun.prediction
---@field forward any log10 ‖a^l‖ from second moments; the last is ‖f‖
---@field delta any log10 ‖δ^l‖
---@field gradient any log10 ‖∇W^l‖
---@field typical any the same three from mean logarithms, which medians over seeds follow
---@field sd any one seed's standard deviation of the three
---@field error any where typical comes from draws (homogeneous activation, mse): their standard error, of delta and gradient; part of sd
---@field slope any from 4 layers on: `typical` of `theory.gradient_slope`
---@field slope_sd any its `sd`

---@class orthorun.options.theory_signal
---@field init? string (default "scaled_gaussian")
---@field gain? number|string|function|table
---@field activation? string|function|table (default "relu")
---@field alpha? number
---@field sizes? integer[] inputs first, as in {784; 256; 128; 10}; in place of
---@field width? integer (default 256)
---@field depth? integer matrices (default 50)
---@field inputs? integer (default width)
---@field outputs? integer (default width)
---@field q0? number mean square of the inputs (1/3 for U[0,1]) (default 1)
---@field cotangent? "independent"|"mse" independent: δ^L does not look at f, E‖δ^L‖² = cotangent2; mse: δ^L is the gradient of `loss.mse` with that reduction and E‖y‖² = target2 (default "independent")
---@field cotangent2? number (default 1)
---@field target2? number (default outputs/3)
---@field reduction? "mean"|"half"|"sum" (default "mean")
---@field batch? integer (default 1)
---@field input_c? number correlation of two samples (0.75 for U[0,1]) (default 0.75)
---@field target_c? number (default 0.75)
---@field like? table a trial's parameters, of which width, depth (or sizes), batch, activation and init (an arm's name, too) are taken where they are not given
---@field loss? "mse"|"mse_half"|"mse_sum" short for cotangent "mse" with its reduction

---@class orthorun.options.theory_gradient_slope
---@field depth? integer at least 4 (default 50)
---@field init? string (default "scaled_gaussian")
---@field gain? number|string|function|table
---@field activation? string|function|table (default "relu")
---@field alpha? number
---@field sizes? integer[] inputs first, as in {784; 256; 128; 10}; in place of
---@field width? integer (default 256)
---@field inputs? integer (default width)
---@field outputs? integer (default width)
---@field q0? number mean square of the inputs (1/3 for U[0,1]) (default 1)
---@field cotangent? "independent"|"mse" independent: δ^L does not look at f, E‖δ^L‖² = cotangent2; mse: δ^L is the gradient of `loss.mse` with that reduction and E‖y‖² = target2 (default "independent")
---@field cotangent2? number (default 1)
---@field target2? number (default outputs/3)
---@field reduction? "mean"|"half"|"sum" (default "mean")
---@field batch? integer (default 1)
---@field input_c? number correlation of two samples (0.75 for U[0,1]) (default 0.75)
---@field target_c? number (default 0.75)
---@field like? table a trial's parameters, of which width, depth (or sizes), batch, activation and init (an arm's name, too) are taken where they are not given
---@field loss? "mse"|"mse_half"|"mse_sum" short for cotangent "mse" with its reduction

---@class orthorun.options.theory_first_layer
---@field depths integer[]
---@field init? string (default "scaled_gaussian")
---@field gain? number|string|function|table
---@field activation? string|function|table (default "relu")
---@field alpha? number
---@field sizes? integer[] inputs first, as in {784; 256; 128; 10}; in place of
---@field width? integer (default 256)
---@field depth? integer matrices (default 50)
---@field inputs? integer (default width)
---@field outputs? integer (default width)
---@field q0? number mean square of the inputs (1/3 for U[0,1]) (default 1)
---@field cotangent? "independent"|"mse" independent: δ^L does not look at f, E‖δ^L‖² = cotangent2; mse: δ^L is the gradient of `loss.mse` with that reduction and E‖y‖² = target2 (default "independent")
---@field cotangent2? number (default 1)
---@field target2? number (default outputs/3)
---@field reduction? "mean"|"half"|"sum" (default "mean")
---@field batch? integer (default 1)
---@field input_c? number correlation of two samples (0.75 for U[0,1]) (default 0.75)
---@field target_c? number (default 0.75)
---@field like? table a trial's parameters, of which width, depth (or sizes), batch, activation and init (an arm's name, too) are taken where they are not given
---@field loss? "mse"|"mse_half"|"mse_sum" short for cotangent "mse" with its reduction

---What `theory.fluctuations` returns. Each of the first three is a table of arrays
---by layer: `mean` and `var`, of ln‖·‖² given that no layer's units are all off;
---`energy`, ln E‖·‖²; `four_point`, E‖·‖⁴/(E‖·‖²)²; `eight_point`, E‖·‖⁸/(E‖·‖²)⁴.
---@class orthorun.norm_law
---@field forward any of ‖a^l‖², the last ‖f‖²
---@field delta any of ‖δ^l‖²
---@field gradient any of ‖∇W^l‖²; var and four_point are the same in every layer where weights are Gaussian
---@field sum any Σ 1/n_l over hidden layers; var of the gradient is 5 times it to leading order (relu, Gaussian), 3 times for square orthogonal matrices
---@field dead any the probability that some layer's units are all off

---@class orthorun.options.theory_fluctuations
---@field sizes integer[] n_0 (inputs), ..., n_L (outputs); or
---@field width? integer of all of depth matrices
---@field depth? integer
---@field activation? string|function|table (default "relu")
---@field alpha? number
---@field init? string (default "he_normal")
---@field gain? number|string|function|table
---@field q0? number mean square of the inputs (default 1)
---@field cotangent2? number ‖δ^L‖² (default 1)
---@field like? table as of parameters, with what is not given

---@class orthorun.options.theory_jacobian_edge
---@field activation? string|function|table (default "relu")
---@field init? string (default "scaled_gaussian")
---@field gain? number|string|function|table
---@field depth integer matrices
---@field gates? integer how many of the matrices an activation follows (L − 1 in a net with a linear readout) (default depth)
---@field q? number the variance of the pre-activations; by default the variance map's fixed point
---@field alpha? number
---@field width? integer for "gaussian", whose scale grows with it
---@field like? table as of parameters, with what is not given

---What `theory.jacobian_spectrum` returns: a law of singular values s.
---@class orthorun.spectrum
---@field mean any of s²
---@field variance any of s² over its squared mean (L for linear Gaussian and relu orthogonal, 0 for linear orthogonal, 2L for relu Gaussian)
---@field edge any the largest s²
---@field log_mean any natural logarithm
---@field log_edge any natural logarithm
---@field zero any the share that is exactly 0
---@field density any density(s)
---@field cdf any cdf(s), the share up to s
---@field quantile any quantile(p)

---@class orthorun.options.theory_jacobian_spectrum
---@field depth integer matrices
---@field activation? string|function|table (default "relu")
---@field init? string (default "scaled_gaussian")
---@field gain? number|string|function|table
---@field gates? integer how many of the matrices an activation follows (L − 1 in a net with a linear readout) (default depth)
---@field q? number the variance of the pre-activations; by default the variance map's fixed point
---@field alpha? number
---@field width? integer for "gaussian", whose scale grows with it
---@field like? table as of parameters, with what is not given

---@class orthorun.options.theory_lyapunov
---@field width integer
---@field gain? number (default 1)
---@field init? string (default "scaled_gaussian")
---@field activation? string or "relu" (default "linear")
---@field depth? integer matrices
---@field gates? integer how many of the matrices an activation follows (depth − 1 in a net with a linear readout) (default depth)
---@field like? table as of parameters, with what is not given

---@class orthorun.options.theory_jacobian_rank
---@field width integer
---@field depth integer matrices
---@field gates? integer how many of the matrices an activation follows (depth − 1 in a net with a linear readout) (default depth)
---@field activation? string or "linear" (default "relu")
---@field like? table as of parameters, with what is not given

---@class orthorun.options.theory_fuss_catalan_edge
---@field depth integer
---@field like? table as of parameters, with what is not given

---@class orthorun.options.theory_largest_singular_value
---@field rows integer
---@field cols? integer (default rows)
---@field gain? number (default 1)

---@class orthorun.options.theory_smallest_singular_value
---@field width integer
---@field gain? number (default 1)
---@field like? table as of parameters, with what is not given

---@class orthorun.options.theory_isometry_gap
---@field width integer
---@field like? table as of parameters, with what is not given

---@class orthorun.options.theory_mode
---@field depth integer
---@field start? number (default 1)
---@field target number
---@field time number|(number)[] steps times rate

---@class orthorun.options.theory_learning_time
---@field depth integer
---@field start? number (default 1)
---@field target number
---@field reached number between start and target

---@class orthorun.options.theory_escape_time
---@field depth integer
---@field angle number 0 to π, between the product's plane and the target's
---@field start? number (default 1)
---@field target? number (default 1)
---@field left? number share of the plane's first squared error to be left (default 0.001)

---@class orthorun.options.theory_determinant_trap
---@field depth integer at least 3 (for 2 the time grows as a logarithm)
---@field angle number
---@field start? number (default 1)
---@field target? number (default 1)

---@class orthorun.options.theory_residual_signal
---@field width integer
---@field depth integer blocks
---@field inner? integer activations and matrices of a block (default 2)
---@field norm? string|false what a block begins with (default "layer")
---@field scale? number|string of the branches: a number, "1/sqrt(L)" or "1/L" (default 1)
---@field activation? string|function|table (default "relu")
---@field alpha? number
---@field init? string (default "scaled_gaussian")
---@field gain? number|string|function|table
---@field q0? number mean square of the inputs (default 1)
---@field cotangent2? number E‖dloss/dx‖² behind the last block (default 1)
---@field like? table as of parameters, with what is not given

---@class orthorun.options.theory_linear_drift
---@field singular_values number[]
---@field depth integer
---@field gain? number (default 1)

---@class orthorun.options.theory_learning_steps
---@field singular_values number[]
---@field depth integer
---@field lr number
---@field target number
---@field most? integer (default 10000)
---@field start? number (default 1)
---@field like? table as of parameters, with what is not given

---@class orthorun.options.theory_lazy_drift
---@field width integer
---@field depth integer
---@field samples integer
---@field outputs integer
---@field gain? number (default 1)
---@field scale? number (default 1)
---@field residual? number (default 1)
---@field kernel? "identity"|"wide" (default "identity")
---@field activation? string wide: between the layers (default "relu")
---@field alpha? number
---@field q0? number wide: mean square of the inputs (default 1)
---@field input_c? number wide: correlation of two inputs (default 0)
---@field target? number wide: share of the loss that is left (default 0)
---@field like? table as of parameters, with what is not given

---@class orthorun.options.theory_decay_drift
---@field lr number
---@field weight_decay number
---@field steps integer
---@field like? table as of parameters, with what is not given

---@class orthorun.options.theory_adam_drift
---@field lr number
---@field width integer
---@field gain? number (default 1)
---@field like? table as of parameters, with what is not given

---@class orthorun.options.theory_rotation
---@field lr number
---@field weight_decay number
---@field momentum? number of SGD (default 0)
---@field beta1? number of AdamW, in place of momentum
---@field like? table as of parameters, with what is not given

---@class orthorun.options.theory_catapult
---@field kernel number κ at the start
---@field output number φ at the start; above 0
---@field most? integer steps (default 100000)

---A data set.
---@class orthorun.set
---@field x any inputs×samples
---@field y any targets×samples
---@field labels any classes 1, 2, ...
---@field classes any their names
---@field columns any the names of x's rows

---@class orthorun.options.data_idx
---@field scaled? boolean bytes divided by 255 (default true)
---@field limit? integer samples at most
---@field precision? string

---@class orthorun.options.data_npy
---@field transposed? boolean (default false)
---@field precision? string

---@class orthorun.options.data_fashion_mnist
---@field split? "train"|"test" (default "train")
---@field limit? integer samples at most
---@field precision? string
---@field folder? string where the files are

---@class orthorun.options.data_csv
---@field header? boolean does the first line name columns? By default: if it holds text
---@field label? string|integer the column (name or number) of the class
---@field target? string|integer|table column or columns to predict; the rest is x
---@field limit? integer samples at most
---@field precision? string

---@class orthorun.options.data_write_csv
---@field header? string[] names of A's rows

---@class orthorun.options.data_synthetic
---@field inputs integer
---@field samples integer
---@field rng orthorun.rng
---@field outputs? integer (default inputs)
---@field distribution? "uniform"|"normal" in [0,1], or standard normal (default "uniform")
---@field precision? string

---@class orthorun.options.data_batches
---@field x orthorun.matrix
---@field y? orthorun.matrix|(integer)[]
---@field size? integer samples a batch; by default all
---@field shuffle? boolean (default true)
---@field rng? orthorun.rng
---@field drop_last? boolean the last of an epoch is short where size does not divide the samples, unless this is set (default false)
---@field check? boolean NaN or Inf in the data is an error (default true)

---@class orthorun.options.data_digits
---@field limit? integer samples at most
---@field precision? string

---@class orthorun.options.data_load
---@field inputs? integer
---@field samples? integer
---@field outputs? integer
---@field rng? orthorun.rng
---@field distribution? string
---@field split? string
---@field limit? integer
---@field folder? string
---@field header? boolean
---@field label? string|integer
---@field target? string|integer|table
---@field precision? string

---@class orthorun.options.data_for_classes
---@field rng? orthorun.rng
---@field precision? string

---@class orthorun.options.data_batch
---@field data? string (default "synthetic")
---@field size integer
---@field inputs? integer
---@field outputs? integer (default inputs)
---@field rng orthorun.rng
---@field limit? integer samples read (default 2000)
---@field standardize? boolean as `data.standardize` (default false)
---@field distribution? "uniform"|"normal" of synthetic ones (default "uniform")
---@field one_hot? boolean (default false)

---@class orthorun.options.data_one_hot
---@field precision? string

---@class orthorun.options.data_split
---@field fraction? number (default 0.8)
---@field rng? orthorun.rng

---@class orthorun.options.data_teacher
---@field inputs? integer
---@field outputs? integer (default inputs)
---@field samples? integer
---@field x? orthorun.matrix by default drawn
---@field rng orthorun.rng
---@field weight? orthorun.matrix
---@field singular_values? number[]
---@field det? 1|-1|orthorun.layer the sign of a square W's determinant, or a linear net that has it
---@field align? orthorun.layer a linear net: W is a symmetric matrix with these singular values times the net's map, so that an orthogonal net has W's singular vectors
---@field net? orthorun.layer
---@field sizes? integer[]
---@field activation? string (default "relu")
---@field init? orthorun.initializer|string|function
---@field noise? number the standard deviation of what is added to y
---@field distribution? "normal"|"uniform"|"whitened" whitened: √inputs times the identity, with which half the mean squared error is a squared distance of maps, ‖W_L ... W_1 − W‖_F²/2 (default "normal")
---@field precision? string

---@class orthorun.options.experiment
---@field name? string of the files; by default the script's
---@field asks? string the question
---@field title? string of the figures
---@field params? table as for `sweep`; a parameter's value may be a table with `help`, `least`, `most`, `above`, `choices` or (texts in a grid) `any` behind its values, as in {4, 10, help="weight matrices"}
---@field grid? table as for `sweep`
---@field zip? table as for `sweep`
---@field cases? table[] as for `sweep`
---@field paired? string[] as for `sweep`
---@field help? table lines by parameter
---@field options? table as for `sweep`
---@field index? string as for `sweep` (default "layer")
---@field measures? table measures[column] = {label=, log10=}: how it is called; whether it holds logarithms
---@field trial function as for `sweep`
---@field predict? function function(p) → what is expected, under the results' names, or false; or function(p, found), called with each trial's results; besides sd=, slope=, slope_sd= by name, and asymptotic="width" or by name, where theory holds in the limit of a parameter alone
---@field derive? table new columns (functions of a row) and tables (searches)
---@field show? table[] {table=}, {slope=}, {plot=}, {check=}, {approach=}, {compare=}, {text=}, {factors=} and functions
---@field cost? function as for `sweep`
---@field decide? table {error=0.05, max_seeds=100, block=5, effect=1}: seeds are added until the first comparison is decided, as by `--until decided`, unless `--until done`

---@class orthorun.options.sweep
---@field name string of the results
---@field about? string a line
---@field params? table fixed values by name, or functions that compute one from the others, function(p)
---@field grid? table arrays by name, all crossed
---@field zip? table arrays of one length, by name, whose values go together (or an array of such tables)
---@field cases? table[] each {name, label=, parameter=value, ...}, one at a time, named in the column `case`: what a case sets wins over params and grid, an array is swept in it
---@field paired? string[] names of parameters (or "case") that do not name a trial's rng, so that trials which differ in them alone draw the same numbers; by default all parameters name it
---@field options? table options[name] = {choices=, least=, most=, above=, help=}
---@field trial function function(p, r) that gets the parameters and an rng, and returns a table of numbers, strings, booleans or equally long arrays; or a results table, such as history.records, whose rows and columns then stand beside the parameters (nil among numbers is NaN; no counting column is added)
---@field index? string the column that counts through arrays (default "layer")
---@field cost? function function(p) → how long a trial takes, in any unit; by default depth × width³ × steps, of those there are
---@field partial? boolean the script goes on with one shard's results (default false)
---@field args? string[] arguments to read instead of the script's
---@field watch? function for the library

---@class orthorun.options.t_summary
---@field by? string|(string)[]
---@field of string|(string)[]
---@field low? number (default 0.1)
---@field high? number (default 0.9)
---@field also? string[] of "mean", "std", "sem", "min", "max" (as NAME_mean, ...) and "interval", the 95 % bootstrap interval of the median (NAME_interval_low, NAME_interval_high)

---@class orthorun.options.t_fit
---@field by? string|(string)[]
---@field x string
---@field y string
---@field model? "line"|"power"|"exponential"|"saturation" power: y = c x^slope, log10 y against log10 x; exponential: y = c 10^(slope x); intercept is then log10 c; saturation: y = intercept + slope/x, which tends to the intercept (default "line")

---@class orthorun.options.t_pivot
---@field rows string|(string)[]
---@field columns string
---@field value string
---@field with? string|function "mean", "std", "sem", "min", "max", "count", or a function of an array (default "median")

---@class orthorun.options.t_compare
---@field of string
---@field between string
---@field against? any the reference's level
---@field by? string|(string)[]
---@field pair? string[] the columns that tell pairs; by default all parameters that vary but for those in `by` and those that change with the arms
---@field test? "t"|"wilcoxon"|"both" t: t, p; wilcoxon: w (sum of the positive ranks), p_wilcoxon, exact for up to 50 differences without zeros and ties, else without the zeros by the normal approximation with the variance that ties leave (default "t")
---@field correct? "holm"|"none" (default "holm")
---@field where? table as `t:where`

---@class orthorun.options.t_print
---@field title? string
---@field columns? string[]
---@field limit? integer rows (default 40)
---@field units? table texts by column
---@field width? integer characters of a line: the terminal's, else COLUMNS, else 80

---@class orthorun.options.t_plot
---@field kind? "line"|"points"|"scatter"|"histogram"|"heat" (default "line")
---@field data orthorun.results|table
---@field x string a column; it may hold texts
---@field y? string
---@field z? string
---@field color? string one curve per value of that column, the same one for the same initialization in every plot
---@field facet? string one panel per value
---@field theory? string|function drawn dashed: a column or a function of a record; of a heat map, a function of x and a record of the panel's, y or nil
---@field density? function of a histogram, a function of x; declared with two parameters, of x and a record of the group, a curve for each group
---@field bins? integer
---@field range? number[] {low, high} of the bins
---@field error? string a column
---@field middle? number where a heat map's colours turn
---@field band? (number)[]|boolean quantiles; false: none (default {0.1,0.9})
---@field share? boolean facets share their axes (default true)
---@field log_x? boolean
---@field log_y? boolean
---@field log_z? boolean
---@field log10_y? boolean the column holds base-10 logarithms
---@field log10_z? boolean
---@field labels? table texts for values of color and facet; labels.theory: what legends call the dashed curves
---@field title? string
---@field xlabel? string
---@field ylabel? string
---@field zlabel? string
---@field xlim? number[] {low, high}, an axis's ends; what is outside is counted in the caption
---@field ylim? number[]
---@field hline? number|table a reference line: a number, {number, "text"}, or an array of these
---@field vline? number|table
---@field diagonal? boolean the line y = x, drawn as a theory, which labels.theory calls otherwise (default false)
---@field size? integer[] {width, height} of the picture in pixels
---@field caption? string
---@field direct? boolean names stand at the curves' ends, not in a legend
---@field panels? table[] tables with what differs by panel
---@field file? string the files' path without its ending
---@field formats? string[] svg, png, pdf (default {"svg","png"})

---@class orthorun.options.stats_bootstrap
---@field f? function (default stats.median)
---@field level? number (default 0.95)
---@field draws? integer (default 1000)
---@field rng? orthorun.rng

---@class orthorun.options.picture_show
---@field ascii? boolean (default false)
---@field width? integer by default the terminal's
---@field height? integer lines of a panel

---@class orthorun.options.picture_totext
---@field ascii? boolean (default false)
---@field width? integer
---@field height? integer
---@field colors? boolean with what colours it in a terminal (default false)

---@class orthorun.options.picture_bytes
---@field scale? number of sixels: so many times as large (default 1)
---@field colors? integer of sixels (default 256)

---@class orthorun.options.plot
---@field kind? "line"|"points"|"scatter"|"histogram"|"heat" (default "line")
---@field data orthorun.results|table
---@field x string a column; it may hold texts
---@field y? string
---@field z? string
---@field color? string one curve per value of that column, the same one for the same initialization in every plot
---@field facet? string one panel per value
---@field theory? string|function drawn dashed: a column or a function of a record; of a heat map, a function of x and a record of the panel's, y or nil
---@field density? function of a histogram, a function of x; declared with two parameters, of x and a record of the group, a curve for each group
---@field bins? integer
---@field range? number[] {low, high} of the bins
---@field error? string a column
---@field middle? number where a heat map's colours turn
---@field band? (number)[]|boolean quantiles; false: none (default {0.1,0.9})
---@field share? boolean facets share their axes (default true)
---@field log_x? boolean
---@field log_y? boolean
---@field log_z? boolean
---@field log10_y? boolean the column holds base-10 logarithms
---@field log10_z? boolean
---@field labels? table texts for values of color and facet; labels.theory: what legends call the dashed curves
---@field title? string
---@field xlabel? string
---@field ylabel? string
---@field zlabel? string
---@field xlim? number[] {low, high}, an axis's ends; what is outside is counted in the caption
---@field ylim? number[]
---@field hline? number|table a reference line: a number, {number, "text"}, or an array of these
---@field vline? number|table
---@field diagonal? boolean the line y = x, drawn as a theory, which labels.theory calls otherwise (default false)
---@field size? integer[] {width, height} of the picture in pixels
---@field caption? string
---@field direct? boolean names stand at the curves' ends, not in a legend
---@field panels? table[] tables with what differs by panel
---@field file? string the files' path without its ending
---@field formats? string[] svg, png, pdf (default {"svg","png"})

---@class orthorun.options.plot_script
---@field kind? "line"|"points"|"scatter"|"histogram"|"heat" (default "line")
---@field data orthorun.results|table
---@field x string a column; it may hold texts
---@field y? string
---@field z? string
---@field color? string one curve per value of that column, the same one for the same initialization in every plot
---@field facet? string one panel per value
---@field theory? string|function drawn dashed: a column or a function of a record; of a heat map, a function of x and a record of the panel's, y or nil
---@field density? function of a histogram, a function of x; declared with two parameters, of x and a record of the group, a curve for each group
---@field bins? integer
---@field range? number[] {low, high} of the bins
---@field error? string a column
---@field middle? number where a heat map's colours turn
---@field band? (number)[]|boolean quantiles; false: none (default {0.1,0.9})
---@field share? boolean facets share their axes (default true)
---@field log_x? boolean
---@field log_y? boolean
---@field log_z? boolean
---@field log10_y? boolean the column holds base-10 logarithms
---@field log10_z? boolean
---@field labels? table texts for values of color and facet; labels.theory: what legends call the dashed curves
---@field title? string
---@field xlabel? string
---@field ylabel? string
---@field zlabel? string
---@field xlim? number[] {low, high}, an axis's ends; what is outside is counted in the caption
---@field ylim? number[]
---@field hline? number|table a reference line: a number, {number, "text"}, or an array of these
---@field vline? number|table
---@field diagonal? boolean the line y = x, drawn as a theory, which labels.theory calls otherwise (default false)
---@field size? integer[] {width, height} of the picture in pixels
---@field caption? string
---@field direct? boolean names stand at the curves' ends, not in a legend
---@field panels? table[] tables with what differs by panel
---@field file? string the files' path without its ending
---@field formats? string[] svg, png, pdf (default {"svg","png"})

---@class orthorun.options.report_write
---@field file string
---@field title? string
---@field question? string by default the sweep's `about`
---@field checks? (table)[]|orthorun.results as in `report.verdict`

---@class orthorun.options.report
---@field file string
---@field title? string
---@field question? string by default the sweep's `about`
---@field checks? (table)[]|orthorun.results as in `report.verdict`

---@class orthorun.options.file_load
---@field encoding string as NumPy writes it: "<f8", "|u1", ">i4", ...
---@field rows integer
---@field cols integer
---@field offset? integer bytes before them (default 0)
---@field by_rows? boolean (default false)
---@field divisor? number (default 1)
---@field partial? boolean the file may go on behind them (default false)
---@field precision? string

---@class orthorun.matrix
---@operator mul(orthorun.matrix): orthorun.matrix
---@operator mul(number): orthorun.matrix
---@operator div(number): orthorun.matrix
---@operator unm: orthorun.matrix
---@operator add(orthorun.matrix|number): orthorun.matrix
---@operator sub(orthorun.matrix|number): orthorun.matrix
local matrix_ = {}

---The number of rows.
---@return integer # m
function matrix_:rows() end

---The number of columns.
---@return integer # n
function matrix_:cols() end

---Rows and columns.
---@return integer # m
---@return integer # n
function matrix_:shape() end

---The precision.
---@return "float64"|"float32"
function matrix_:precision() end

---The power of two that the stored values are multiplied with.
---@return integer
function matrix_:exponent() end

---Element (i,j).
---@param i integer
---@param j integer
---@return number
function matrix_:get(i, j) end

---Sets element (i,j), in place.
---@param i integer
---@param j integer
---@param value number
---@return orthorun.matrix # A
function matrix_:set(i, j, value) end

---In place: the elements become B's, or all the number B.
---@param B orthorun.matrix|number of A's shape; they may overlap
---@return orthorun.matrix # A
function matrix_:assign(B) end

---Column j as a view, which shares A's elements: writing into it changes
---A.
---@param j integer
---@return orthorun.matrix # m×1
function matrix_:col(j) end

---Row i as a view, which shares A's elements.
---@param i integer
---@return orthorun.matrix # 1×n
function matrix_:row(i) end

---A view of rows i1..i2 and columns j1..j2; empty where i2 = i1 − 1 or j2
---= j1 − 1.
---@param i1 integer
---@param i2 integer
---@param j1 integer
---@param j2 integer
---@return orthorun.matrix
function matrix_:sub(i1, i2, j1, j2) end

---A copy of the same precision.
---@return orthorun.matrix # m×n
function matrix_:copy() end

---A copy in another precision.
---@param precision "float64"|"float32"
---@return orthorun.matrix # m×n
function matrix_:to(precision) end

---A copy of those columns, in that order, repeats allowed.
---@param columns integer[]
---@return orthorun.matrix
function matrix_:select(columns) end

---In place, A's columns become B's columns indices[first],
---indices[first+1], ... Allocates nothing.
---@param B orthorun.matrix of A's rows, precision and exponent
---@param indices integer[]
---@param first? integer (default 1)
function matrix_:gather(B, indices, first) end

---A copy with as many elements, read and filled column by column.
---@param rows integer
---@param cols integer
---@return orthorun.matrix # rows×cols
function matrix_:reshape(rows, cols) end

---An array of rows.
---@return (number[])[]
function matrix_:totable() end

---A flat array, column by column.
---@return number[]
function matrix_:tolist() end

---The elementwise product.
---@param B orthorun.matrix of A's shape, or a column or a row, which broadcasts
---@return orthorun.matrix
function matrix_:hadamard(B) end

---The elementwise quotient.
---@param B orthorun.matrix of A's shape, or a column or a row, which broadcasts
---@return orthorun.matrix
function matrix_:divide(B) end

---The transpose, a copy.
---@return orthorun.matrix # n×m
function matrix_:t() end

---The same values with the largest stored magnitude in [1,2) and the rest
---in the exponent; exact.
---@return orthorun.matrix
function matrix_:normalized() end

---Every element without its sign.
---@return orthorun.matrix # m×n
function matrix_:abs() end

---The square root of every element; √−1 is NaN, as in C.
---@return orthorun.matrix # m×n
function matrix_:sqrt() end

---e to the power of every element; `A:expm` is the matrix's.
---@return orthorun.matrix # m×n
function matrix_:exp() end

---The natural logarithm of every element; log 0 is −inf, as in C.
---@return orthorun.matrix # m×n
function matrix_:log() end

---The base-10 logarithm of every element.
---@return orthorun.matrix # m×n
function matrix_:log10() end

---The square of every element.
---@return orthorun.matrix # m×n
function matrix_:square() end

---The sign of every element: −1, 0 or 1, and 0 for NaN.
---@return orthorun.matrix # m×n
function matrix_:sign() end

---A function of every element, into a new matrix.
---@param f function f(element, i, j) → number
---@return orthorun.matrix # m×n
function matrix_:map(f) end

---The sum of all elements, in float64; of an empty matrix 0.
---@return number
function matrix_:sum() end

---The mean of all elements, in float64; of an empty matrix NaN.
---@return number
function matrix_:mean() end

---The largest element; NaN if there is one.
---@return number
function matrix_:max() end

---The smallest element; NaN if there is one.
---@return number
function matrix_:min() end

---The sums of the columns.
---@return orthorun.matrix # 1×n
function matrix_:col_sums() end

---The sums of the rows.
---@return orthorun.matrix # m×1
function matrix_:row_sums() end

---Σ A_ij B_ij.
---@param B orthorun.matrix of A's shape and precision
---@return number
function matrix_:dot(B) end

---log10 of the Frobenius norm, for any exponent; −inf for 0.
---@return number
function matrix_:log10_norm() end

---Are all elements finite?
---@return boolean
---@return integer|nil # where not: the row of the first NaN or Inf
---@return integer|nil # its column
function matrix_:is_finite() end

---A = Q R. R's diagonal may be negative: Q of a Gaussian matrix is not
---Haar distributed (`init.orthogonal` is).
---@return orthorun.matrix # Q, m×k with orthonormal columns
---@return orthorun.matrix # R, k×n upper triangular
function matrix_:qr() end

---A = U diag(s) Vt, thin.
---@return orthorun.matrix # U, m×k
---@return orthorun.matrix # s, k×1 descending
---@return orthorun.matrix # Vt, k×n
function matrix_:svd() end

---The singular values alone, descending.
---@return orthorun.matrix # k×1
function matrix_:singular_values() end

---A = V diag(w) Vᵀ for symmetric A.
---@return orthorun.matrix # w, n×1 ascending
---@return orthorun.matrix # V, n×n orthogonal
function matrix_:eigh() end

---A = U P, U the orthonormal matrix nearest to A.
---@return orthorun.matrix # U, m×n with orthonormal columns (rows if m < n)
---@return orthorun.matrix # P, n×n symmetric positive semidefinite
function matrix_:polar() end

---X with A X = B. Square A: LU with partial pivoting. Otherwise the
---least-squares solution of least norm; singular values below max(m,n) eps
---s₁ count as 0.
---@param B orthorun.matrix m×b
---@return orthorun.matrix # X, n×b
function matrix_:solve(B) end

---A⁻¹ by LU.
---@return orthorun.matrix # n×n
function matrix_:inv() end

---Moore and Penrose's inverse, cut where `A:solve` cuts.
---@return orthorun.matrix # n×m
function matrix_:pinv() end

---e^A, by scaling and squaring with Padé approximants chosen by the size of
---A's powers, so that a matrix far from normal loses no digits. A triangular
---A's diagonal is that of exponentials.
---@return orthorun.matrix # n×n
function matrix_:expm() end

---The determinant; `inf` past a number's range. 0×0 gives 1.
---@return number
function matrix_:det() end

---log |det A| and its sign.
---@return number # log |det A|; −inf where it is zero
---@return number # −1, 0 or 1
function matrix_:logdet() end

---How many singular values exceed tol.
---@param tol? number by default max(m,n) eps s₁
---@return integer
function matrix_:rank(tol) end

---‖A‖ ‖A⁻¹‖; `inf` for a matrix singular to the last bit.
---@param kind? "spectral"|2|"fro"|1|"inf" spectral or 2: s₁/s_k, of any shape; the others of square matrices (default "spectral")
---@return number
function matrix_:cond(kind) end

---A norm, without overflow on the way.
---@param kind? "fro"|"spectral"|2|"nuclear"|"max"|1|"inf"|number fro: √Σ A_ij²; spectral or 2: the largest singular value; nuclear: their sum; max: max |A_ij|; 1: the largest column sum of |A_ij|; inf or `math.huge`: the largest row sum (default "fro")
---@return number
function matrix_:norm(kind) end

---Σ A_ii of a square matrix.
---@return number
function matrix_:trace() end

---@class orthorun.batches
local batches_ = {}

---Draws the order of epoch e.
---@param e integer
function batches_:begin(e) end

---Batch i of the epoch that was begun.
---@param i integer
---@return orthorun.matrix # x
---@return orthorun.matrix|(integer)[]|nil # y
function batches_:get(i) end

---An iterator: `for x, y in batches:epoch(e) do`. Epoch e is shuffled by
---`rng:split("shuffle"):split(e)`. A batch is valid until the next one.
---@param e integer
---@return function
function batches_:epoch(e) end

---@class orthorun.initializer
---@overload fun(r: orthorun.rng, rows: integer, cols: integer, precision?: string): orthorun.matrix
local initializer_ = {}

---@class orthorun.history
---@overload fun(steps: any, records: any, evaluations: any, taken: any, loss: any, accuracy: any, reached: any, crossed: any, diverged: any, reason: any, net: any, initial: any, first_gradients: any, x: any, y: any, samples: any, batch: any, outputs: any, loss_name: any, optimizer: any, lr: any)
local history_ = {}

---What kept the weights near their start, in figures and words: it prints as a
---table per layer and a paragraph. [theory.md](../theory.md) has the reasons. It
---looks at the net as it is now.
---@return orthorun.explanation
function history_:explain() end

---Each probe's last measurement, the mean over the layers (of gradients: before
---the last update); and taken; reached; crossed; loss; left, its share of the first
---loss; peak, the largest loss over the first (1 where training is stable, inf where
---it diverged); diverged, true or false; learnt, whether it came to the target that
---it had, if any above 0. NaN for what there is not.
---@param options? orthorun.options.history_final
---@return table
function history_:final(options) end

---Arrays of one length by name, a number for each evaluation: step, epoch,
---accuracy, test_loss; loss and gradient (the norm of all gradients, as clipped),
---means over the recorded steps from the evaluation before to this one; and the
---tracker's probes, means over the layers (NaN where they were not measured); and
---diverged, true or false. A trial may return them as they are.
---@param options? orthorun.options.history_curves
---@return table
function history_:curves(options) end

---@class orthorun.layer
local layer_ = {}

---The output. x is kept by reference for the way back: do not write into
---it before `net:backward`.
---@param x orthorun.matrix inputs×batch
---@return orthorun.matrix # y, outputs×batch
function layer_:forward(x) end

---The way back, from the last `net:forward` of the same layer (not of a
---network that it is part of). Gradients of parameters add up until
---`net:zero_grad`.
---@param dy orthorun.matrix dloss/dy, of y's shape
---@param wanted? boolean false skips dx and the first layer's product, and returns nothing (default true)
---@return orthorun.matrix # dx = dloss/dx
function layer_:backward(dy, wanted) end

---Forward, a loss, and the way back: gradients of parameters add up.
---Allocates nothing after its first call.
---@param x orthorun.matrix
---@param target orthorun.matrix|(integer)[]
---@param loss string|function as in `net:loss`
---@return number # value
---@return number # log10 value
---@return integer|nil # the number of right answers, where there are classes
function layer_:loss_gradient(x, target, loss) end

---Forward and a loss.
---@param x orthorun.matrix
---@param target orthorun.matrix|(integer)[] as for that loss
---@param loss "mse"|"mse_half"|"mse_sum"|"cross_entropy"|function or a function(prediction, target) that returns value and gradient
---@return number # value
---@return number # log10 value
---@return integer|nil # the number of right answers, where there are classes
function layer_:loss(x, target, loss) end

---dy_i/dx_j at x. The last forward and the gradients stay as they are.
---Layers written in Lua do see the passes.
---@param x orthorun.matrix one column
---@return orthorun.matrix # outputs×inputs
function layer_:jacobian(x) end

---As `metric.log10_delta_norms`.
---@return number[]
function layer_:log10_delta_norms() end

---As `metric.log10_grad_norms`.
---@return number[]
function layer_:log10_grad_norms() end

---As `metric.log10_activation_norms`.
---@return number[]
function layer_:log10_activation_norms() end

---How large everything is: log10 norms over the linear layers, layer 1
---first, as `theory.signal` predicts them. Gradients are measured, not
---made: faster than `net:loss_gradient`, and about half the memory. Those
---that are there stay. Where the batch is small beside the layer, ‖dz x'‖²
---is ⟨dz'dz, x'x⟩, which agrees with the product's to some batch·eps.
---@param x orthorun.matrix
---@param target orthorun.matrix|(integer)[]
---@param loss string|function as in `net:loss`
---@return orthorun.signal
function layer_:signal(x, target, loss) end

---The linear layers' own weight matrices, layer 1 first. Writing into them
---changes the network.
---@return (orthorun.matrix)[]
function layer_:weights() end

---The linear layers' own biases, layer 1 first.
---@return (orthorun.matrix)[]
function layer_:biases() end

---The gradients of `net:weights`, in the same order.
---@return (orthorun.matrix)[]
function layer_:weight_gradients() end

---The gradients of `net:biases`, in the same order.
---@return (orthorun.matrix)[]
function layer_:bias_gradients() end

---All that can be trained (layer_norm's included).
---@return (orthorun.matrix)[]
function layer_:parameters() end

---The gradients of `net:parameters`, in the same order.
---@return (orthorun.matrix)[]
function layer_:gradients() end

---Sets all gradients to 0.
---@return orthorun.layer # net
function layer_:zero_grad() end

---With false plain arithmetic, which overflows and vanishes as in NumPy
---and PyTorch; with true (the default) exponents. Where plain numbers hold
---a result, both have the same bits.
---@param on boolean
---@return orthorun.layer # net
function layer_:rescale(on) end

---An independent network with the same parameters.
---@return orthorun.layer
function layer_:copy() end

---Short for `train` of this network.
---@param options orthorun.options.net_train
---@return orthorun.history
function layer_:train(options) end

---@class orthorun.optimizer
local optimizer_ = {}

---Updates every parameter from scale times its gradient: what clipping and
---then a step would do, in one go.
---@param net orthorun.layer
---@param scale? number (default 1)
---@return orthorun.optimizer # opt
function optimizer_:step(net, scale) end

---The learning rate, set to value if there is one.
---@param value? number
---@return number
function optimizer_:lr(value) end

---How many steps were taken.
---@return integer
function optimizer_:steps() end

---@class orthorun.picture
local picture_ = {}

---Prints the picture on stdout as braille dots, or in plain ASCII.
---Not once more where `--show-plots` has just done so; `--ascii` has all of a run's
---in ASCII. In a notebook it is a picture.
---@param options? orthorun.options.picture_show
---@return orthorun.picture
function picture_:show(options) end

---What `picture:show` prints as text; `print` does it, too, without colours.
---@param options? orthorun.options.picture_totext
---@return string
function picture_:totext(options) end

---The picture as the bytes of a file, which is not written.
---@param format string "svg", "png", "pdf", or "sixel", which some terminals draw
---@param options? orthorun.options.picture_bytes
---@return string
function picture_:bytes(format, options) end

---Draws the picture into a file, format by the ending.
---@param path string
---@return string # path
function picture_:save(path) end

---Shows the picture as SVG in a browser: $BROWSER, or what `xdg-open` finds right.
---A picture without a file is drawn into a temporary one.
---@return orthorun.picture
function picture_:open() end

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

---A file's path in the run's folder, which is made: runs/NAME, or another by
---`--out`. A shard has a folder of its own.
---@param name string
---@return string
function sweep_:path(name) end

---The path of the results file, runs/NAME/NAME.db.
---@return string
function sweep_:file() end

---The parameters of all trials, in order; the seed varies fastest.
---@return table[]
function sweep_:trials() end

---The generator of a trial. It depends on the seed and on p's values alone (those
---that are not paired), not on other trials.
---@param p table
---@return orthorun.rng
function sweep_:rng(p) end

---The text "init=he_normal, depth=10".
---@param p table
---@return string
function sweep_:describe(p) end

---A row per trial or per place in its arrays. Trials that the results file has are
---not run again. A trial that fails is told on stderr, kept in the table's field
---`failures` (each {p=, message=, traceback=}), and makes the program's exit
---status 3; if all fail, the first error is raised. A shard's run, and one with
---`--dry-run`, ends the program.
---@return orthorun.results
function sweep_:run() end

---@class orthorun.results
local results_ = {}

---Adds a row in place.
---@param record table
function results_:append(record) end

---The columns' names.
---@return string[]
function results_:columns() end

---A column's values.
---@param name string
---@return table
function results_:column(name) end

---Row i as a record.
---@param i integer
---@return table
function results_:row(i) end

---An iterator: `for i, record in t:rows() do`.
---@return function
function results_:rows() end

---The rows that meet all conditions.
---@param conditions table {name = value}, or an array of values, or a function of the value
---@return orthorun.results
function results_:where(conditions) end

---A column's distinct values.
---@param name string
---@return table
function results_:unique(name) end

---Split by a column or an array of columns, in the order of their levels.
---@param by string|(string)[]
---@return table[] # each {key = {name = value}, rows = table}
function results_:group(by) end

---A table of these columns, in this order.
---@param columns string[]
---@return orthorun.results
function results_:select(columns) end

---A table with one more column, or that column anew.
---@param name string
---@param f function|table f(record, i) or, of an array, f[i]
---@return orthorun.results
function results_:with(name, f) end

---A column's numbers, without rows that have none.
---@param name string
---@return number[]
function results_:numbers(name) end

---One row per group: n, and of each column in `of` the median under its name, with
---quantiles NAME_low and NAME_high. NaN are left out, n is without them, and a
---column nan counts them where there are any; where n or nan is one of the columns
---asked for, these are n_values and n_nan.
---Rows are counted: where a trial returned arrays, a number beside them stands in each
---of its rows. `t:where { layer = 1 }` first counts it once, as experiments do.
---@param options orthorun.options.t_summary
---@return orthorun.results
function results_:summary(options) end

---One row per group: slope, error (the slope's standard error) and intercept of
---the least-squares line of y against x, n points, and how many were dropped
---(missing, NaN, infinite, or without a logarithm). n is n_values where it is one
---of the columns of `by`.
---@param options orthorun.options.t_fit
---@return orthorun.results
function results_:fit(options) end

---A table with a row for each value of a column (or an array of columns), a column
---for each value of another. NaN count: a median of values with a NaN is NaN.
---@param options orthorun.options.t_pivot
---@return orthorun.results
function results_:pivot(options) end

---Arm against arm over pairs of rows: one row per group in `by` and level of
---`between` but the first (or `against`): n pairs; difference, the mean of arm
---minus reference; error, its standard error; low, high, Student's 95 % interval;
---effect, Cohen's d_z (mean over standard deviation of the differences); unpaired,
---the values of both arms without a partner or not finite, which are left out;
---note, where there is something to say (fewer than 2 pairs: NaN). p_holm and
---p_wilcoxon_holm are corrected over all rows.
---@param options orthorun.options.t_compare
---@return orthorun.results
---@return (number[])[] # each row's differences
---@return string[] # pair
function results_:compare(options) end

---The CSV text.
---@return string
function results_:tocsv() end

---Writes a CSV file, whole or not at all; NaN as nan, infinities as inf and −inf.
---@param path string
---@return string # path
function results_:csv(path) end

---Writes an array of records. NaN and infinities, which JSON lacks, are the texts
---"NaN", "Infinity", "-Infinity"; missing values are null.
---@param path string
---@return string # path
function results_:json(path) end

---Writes one structured NumPy array, `numpy.load(path)["depth"]`. Whole numbers
---are int64, others float64 (missing ones NaN), texts Unicode.
---@param path string
---@return string # path
function results_:npy(path) end

---What `t:print` prints, as text.
---@param limit? integer (default 40)
---@param units? table what stands behind a column's name, as {time = "s"}
---@return string
function results_:totext(limit, units) end

---Prints the table on stdout. A value whose spread is in the table (NAME_low and
---NAME_high, or NAME_sem) is printed with the digits that it justifies: two of the
---spread's own. Columns that have no room in a line go on below, behind those that
---say what a row is.
---@param options? orthorun.options.t_print
function results_:print(options) end

---`plot` of the table t. Without file= it goes into the folder of the run that t
---came from, as RUN_COLUMN.svg and .png, and the files are printed.
---@param options orthorun.options.t_plot
---@return orthorun.picture
function results_:plot(options) end

---@class orthorun.tracker
local tracker_ = {}

---Begins anew: W0 is net's weights now.
---@param net orthorun.layer
---@return orthorun.tracker
function tracker_:start(net) end

---What a loop of one's own calls before each update where terms are steps: adds
---what the update before did to the sums.
---@param step integer
---@param lr? number
---@param grad_norm? number
---@param loss? number
function tracker_:follow(step, lr, grad_norm, loss) end

---Measures now. What it found is in the field `records`, a table of step, layer,
---name, index, value.
---@param step integer
---@param gradients? boolean false leaves out the probes of gradients (default true)
function tracker_:record(step, gradients) end

---@class orthorun
local orthorun = {}
ortho = orthorun

---@class orthorun.module.matrix
---A matrix from an array of rows.
---@overload fun(rows: (number[])[]|(number)[]|orthorun.matrix, options?: orthorun.options.matrix): orthorun.matrix
orthorun.matrix = {}

---@class orthorun.module.rng
---@field version any
---A generator.
---@overload fun(seed: integer): orthorun.rng
orthorun.rng = {}

---@class orthorun.module.init
orthorun.init = {}

---@class orthorun.module.activation
orthorun.activation = {}

---@class orthorun.module.layer
orthorun.layer = {}

---@class orthorun.module.loss
orthorun.loss = {}

---@class orthorun.module.optim
orthorun.optim = {}

---@class orthorun.module.tracker
---Records the weights W_l, which start at W0_l, over steps.
---
---Probes, per layer; E = WW' − W0 W0' of W's shorter side k, G the gradient before
---clipping, g² = ‖W0‖_F²/k:
---
---- `orthogonality_error`, `gram_drift`: as in `metric`
---- `relative_drift`, `spectral_drift`: ‖E‖_F/(g² √k); ‖E‖₂/g²
---- `trace_share`: (tr E)²/‖E‖_F²: how many eigenvalues bear E, if they share it
---- `drift_ratio`: ‖E‖_F/(√2 g ‖W − W0‖_F √(k/n)), n the longer side: 1 for a
---  movement in a random direction
---- `moved_eigenvalues`: how many of E's eigenvalues exceed `moved` times the
---  largest
---- `singular_max`, `singular_min`, `singular_values`: of W
---- `weight_norm`: ‖W‖_F
---- `movement`, `movement_norm`, `movement_spectral`: ‖W − W0‖_F/‖W0‖_F; ‖W − W0‖_F;
---  its spectral norm
---- `path`, `gram_path`: sums of ‖W − V‖_F and ‖WW' − VV'‖_F, V being W a term (a
---  measurement, or a step) before
---- `angle_squares`: the sum of squared angles between V and W, in radians; over the
---  number of terms, its root is the root mean square angle of one
---- `bound_tight`, `bound_mixed`: bounds of ‖E‖_F: ‖(W + W0)(W − W0)'‖_F; (‖W‖₂ +
---  ‖W0‖₂) ‖W − W0‖_F
---- `bound_spectral`, `bound_sums`: looser ones: sums of 2‖V‖ ‖W − V‖_F + ‖W −
---  V‖_F², with ‖V‖₂ as last measured; with ‖V‖_F
---- `bound_maxima`: the loosest: 2t max‖V‖_F max(lr ‖g‖) after t steps, g all
---  gradients as clipped
---- `way_share`: ‖E‖_F²/‖(W + W0)(W − W0)'‖_F²: how much of the way from W0, by
---  energy, is symmetric and makes drift, where the rest turns W; NaN where W is W0
---- `movement_stable_rank`, `movement_effective_rank`: of W − W0
---- `balance`, `balance_drift`: ‖D‖_F, D = W₂'W₂ − W₁W₁' of a layer and the next; ‖D
---  − D0‖_F
---- `grad_norm`, `log10_grad_norm`: ‖G‖_F
---- `gradient_symmetric`, `gradient_skew`: parts of W'G, as `metric.gradient_split`;
---  "gradient_split" stands for both
---- `symmetric_share`: the symmetric part's share of ‖W'G‖_F²: half, for a random G
---@overload fun(options: orthorun.options.tracker): orthorun.tracker
orthorun.tracker = {}

---@class orthorun.module.metric
orthorun.metric = {}

---@class orthorun.module.theory
orthorun.theory = {}

---@class orthorun.module.theory.quarter_circle
orthorun.theory.quarter_circle = {}

---@class orthorun.module.data
orthorun.data = {}

---@class orthorun.module.experiment
---Reads the command line, runs the trials that are not done, prints, draws and
---writes a report. Only trial is needed.
---@overload fun(options: orthorun.options.experiment): orthorun.results
orthorun.experiment = {}

---@class orthorun.module.sweep
---Defines a sweep, from whose parameters the script has its options.
---`--help` is answered here; a wrong option ends the program with status 2.
---@overload fun(options: orthorun.options.sweep): orthorun.sweep
orthorun.sweep = {}

---@class orthorun.module.table
orthorun.table = {}

---@class orthorun.module.stats
orthorun.stats = {}

---@class orthorun.module.plot
---A picture. Kinds: "line", medians over rows that share an x, bands their
---quantiles; "points", with error bars, quantiles or ± the column error; "scatter",
---a point for each row;
---"histogram" of x, with density laid over it; "heat", the median of z over x and
---y, or without z the density of y at each x. `plot(x, y, {options})` draws plain
---arrays of numbers, or matrices: of one row or column, or y with a curve in each
---column; `plot(y)` does so over 1, 2, ... Where one look would mean two things in
---two panels, each has a legend of its own.
---@overload fun(options: orthorun.options.plot): orthorun.picture
orthorun.plot = {}

---@class orthorun.module.report
---Writes what the script has run, printed and drawn so far as one page: the
---question, verdict, parameters, plots with their values under the mouse, what was
---printed and its tables, in order, script, surroundings, how to run it again,
---data with every CSV file that it wrote.
---@overload fun(options: orthorun.options.report): string
orthorun.report = {}

---@class orthorun.module.file
orthorun.file = {}

---All 0. Sizes may be 0.
---@param rows integer
---@param cols integer
---@param options? orthorun.options.matrix_zeros
---@return orthorun.matrix # rows×cols
function orthorun.matrix.zeros(rows, cols, options) end

---All 1.
---@param rows integer
---@param cols integer
---@param options? orthorun.options.matrix_ones
---@return orthorun.matrix # rows×cols
function orthorun.matrix.ones(rows, cols, options) end

---The same value everywhere.
---@param rows integer
---@param cols integer
---@param value number
---@param options? orthorun.options.matrix_full
---@return orthorun.matrix # rows×cols
function orthorun.matrix.full(rows, cols, value, options) end

---The identity.
---@param n integer
---@param options? orthorun.options.matrix_eye
---@return orthorun.matrix # n×n
function orthorun.matrix.eye(n, options) end

---Evenly spaced numbers, both ends exact.
---@param first number
---@param last number
---@param n integer at least 1
---@param options? orthorun.options.matrix_linspace
---@return orthorun.matrix # n×1
function orthorun.matrix.linspace(first, last, n, options) end

---v on the diagonal, 0 elsewhere.
---@param v (number)[]|orthorun.matrix an array, a column or a row
---@param options? orthorun.options.matrix_diag
---@return orthorun.matrix # n×n
function orthorun.matrix.diag(v, options) end

---Matrices side by side.
---@param A orthorun.matrix
---@param B orthorun.matrix as many rows
---@param ... orthorun.matrix more of them
---@return orthorun.matrix # of A's precision
function orthorun.matrix.hcat(A, B, ...) end

---Matrices one above the other.
---@param A orthorun.matrix
---@param B orthorun.matrix as many columns
---@param ... orthorun.matrix more of them
---@return orthorun.matrix # of A's precision
function orthorun.matrix.vcat(A, B, ...) end

---Natural logarithms of the singular values of the product A1 A2 ... AN,
---which is never formed: each has an error relative to its own singular value,
---where the product itself would have overflowed or kept its largest alone. The
---error of a logarithm is about eps times the sum of the factors' condition
---numbers, as they are when each row, or each column, of a factor has been
---scaled to length 1: rows or columns far apart cost nothing. Rows and columns
---of one factor that are both far apart do: small ones lose digits from 1e4
---each, and are lost from about 1e15; and so do factors that undo the growth of
---those before them, as A^-1 does A's. Computed in float64 whatever the factors
---are. A direction that a factor takes to 0, but for rounding, has −inf.
---@param factors (orthorun.matrix)[]
---@return number[] # largest first, as many as the product's smaller side
function orthorun.matrix.product_svd(factors) end

---N(mean, std²): std 1 is the article's exploding case.
---@param options orthorun.options.init_gaussian
---@return orthorun.initializer
function orthorun.init.gaussian(options) end

---N(0, gain²/fan_in).
---@param options orthorun.options.init_scaled_gaussian
---@return orthorun.initializer
function orthorun.init.scaled_gaussian(options) end

---N(0, gain²/fan).
---@param options orthorun.options.init_he_normal
---@return orthorun.initializer
function orthorun.init.he_normal(options) end

---U(−b, b) with b = gain √(3/fan): the variance of `init.he_normal`.
---@param options orthorun.options.init_he_uniform
---@return orthorun.initializer
function orthorun.init.he_uniform(options) end

---N(0, 2 gain²/(fan_in + fan_out)).
---@param options orthorun.options.init_glorot_normal
---@return orthorun.initializer
function orthorun.init.glorot_normal(options) end

---U(−b, b), b = gain √(6/(fan_in + fan_out)).
---@param options orthorun.options.init_glorot_uniform
---@return orthorun.initializer
function orthorun.init.glorot_uniform(options) end

---N(0, gain²/fan_in), not cut off as in Keras.
---@param options orthorun.options.init_lecun_normal
---@return orthorun.initializer
function orthorun.init.lecun_normal(options) end

---N(mean, std²) given a ≤ x ≤ b, by exact rejection. The ends are
---absolute, as in PyTorch's `trunc_normal_`, not multiples of std.
---@param options orthorun.options.init_truncated_normal
---@return orthorun.initializer
function orthorun.init.truncated_normal(options) end

---U[low, high).
---@param options orthorun.options.init_uniform
---@return orthorun.initializer
function orthorun.init.uniform(options) end

---The same value everywhere.
---@param options orthorun.options.init_constant
---@return orthorun.initializer
function orthorun.init.constant(options) end

---0 everywhere.
---@return orthorun.initializer
function orthorun.init.zeros() end

---gain on the main diagonal, any shape.
---@param options orthorun.options.init_identity
---@return orthorun.initializer
function orthorun.init.identity(options) end

---gain times a Haar-distributed orthogonal matrix; of a rectangle the
---shorter side is orthonormal (tall: columns, wide: rows). By Stewart's
---sampler, with R's signs.
---@param options orthorun.options.init_orthogonal
---@return orthorun.initializer
function orthorun.init.orthogonal(options) end

---gain · [Q −Q; −Q Q], Q Haar of half the size. A ReLU net so begun
---computes a linear map. Sizes must be even.
---@param options orthorun.options.init_looks_linear
---@return orthorun.initializer
function orthorun.init.looks_linear(options) end

---Each row or column has `nonzeros` weights N(0, std²) at random places.
---@param options orthorun.options.init_sparse
---@return orthorun.initializer
function orthorun.init.sparse(options) end

---The initializer of that name with its default options; an initializer or
---a function comes back as it is.
---@param what string|orthorun.initializer|function
---@return orthorun.initializer
function orthorun.init.get(what) end

---All names of initializers.
---@return string[]
function orthorun.init.names() end

---An array of the names, one's own last.
---@return string[]
function orthorun.activation.names() end

---φ(x).
---@param name string|function|table
---@param x number
---@param alpha? number
---@return number
function orthorun.activation.value(name, x, alpha) end

---φ'(x), at a kink the left one (relu'(0) = 0).
---@param name string|function|table
---@param x number
---@param alpha? number
---@return number
function orthorun.activation.slope(name, x, alpha) end

---φ''(x), at a kink the left one.
---@param name string|function|table
---@param x number
---@param alpha? number
---@return number
function orthorun.activation.curvature(name, x, alpha) end

---E[φ(√q z)^power], of φ' where slope is set.
---@param name string|function|table
---@param options? orthorun.options.activation_moment
---@return number
function orthorun.activation.moment(name, options) end

---E[φ(x)^value φ'(x)^slope z^power], x = √q z.
---@param name string|function|table
---@param options? orthorun.options.activation_mean
---@return number
function orthorun.activation.mean(name, options) end

---E[φ(u) φ(v)], or of φ' φ', for u, v normal of variance q and correlation
---c.
---@param name string|function|table
---@param options? orthorun.options.activation_joint
---@return number
function orthorun.activation.joint(name, options) end

---E[f(u)² g(v)²] for u, v as in `activation.joint`: f = g = φ; with
---slopes=1 g = φ', with slopes=2 f = g = φ'.
---@param name string|function|table
---@param options? orthorun.options.activation_joint_energy
---@return number
function orthorun.activation.joint_energy(name, options) end

---Mean and variance of ln Σ φ(√q z_i)² over `count` independent units,
---given that the sum is not 0. Both are good to about 1e-14, the variance
---relative to its size.
---@param name string|function|table
---@param options? orthorun.options.activation_log_energy
---@return number # mean
---@return number # variance
function orthorun.activation.log_energy(name, options) end

---1/√E[φ(z)²]: the weight gain that keeps E[φ²] at 1. √2 for relu, 1.5925
---for tanh, 1 for selu (PyTorch's table has 5/3 for tanh and 3/4 for selu,
---for other reasons).
---@param name string|function|table
---@param options? orthorun.options.activation_gain
---@return number
function orthorun.activation.gain(name, options) end

---What is known of a function's shape.
---@param name string|function|table
---@param options? orthorun.options.activation_shape
---@return table # homogeneous (φ(cx) = c φ(x) for c > 0), at_zero, slope_below, slope_above, far_left, far_right (slopes at 0∓ and ∓∞), kinks (where the slope jumps, at most 8; of one's own those that were given or found)
function orthorun.activation.shape(name, options) end

---Makes the name an activation from then on: for `mlp`, `resnet`,
---`layer.NAME()`, `gain=`, `theory` and all of this. A net keeps the
---functions it was made with; the same name may be defined anew, a
---built-in one not. Each element is a call of Lua: some 35 times slower
---than tanh here. Values that no number of Lua's holds are an error; what
---vanishes is multiplied by the slope at 0, where value(0) is 0. In a
---sweep, definitions count as the trial's code: where one is edited,
---trials run again.
---@param options orthorun.options.activation_define
---@return string # name
function orthorun.activation.define(options) end

---What was defined.
---@return table[] # each {name=, value=, slope=, curvature=, kinks=}
function orthorun.activation.defined() end

---z = W x + b, W outputs×inputs; without options the identity activation.
---@param options orthorun.options.layer_linear
---@return orthorun.layer
function orthorun.layer.linear(options) end

---max(0, x), elementwise.
---@return orthorun.layer
function orthorun.layer.relu() end

---x, or alpha x where x < 0.
---@param options? orthorun.options.layer_leaky_relu
---@return orthorun.layer
function orthorun.layer.leaky_relu(options) end

---tanh x.
---@return orthorun.layer
function orthorun.layer.tanh() end

---1/(1 + e^−x).
---@return orthorun.layer
function orthorun.layer.sigmoid() end

---erf x.
---@return orthorun.layer
function orthorun.layer.erf() end

---x Φ(x), exact.
---@return orthorun.layer
function orthorun.layer.gelu() end

---x times sigmoid x.
---@return orthorun.layer
function orthorun.layer.silu() end

---elu scaled so that mean 0 and variance 1 stay.
---@return orthorun.layer
function orthorun.layer.selu() end

---x, or alpha (e^x − 1) where x < 0.
---@param options? orthorun.options.layer_elu
---@return orthorun.layer
function orthorun.layer.elu(options) end

---x cut off at −1 and 1.
---@return orthorun.layer
function orthorun.layer.hard_tanh() end

---log(1 + e^x).
---@return orthorun.layer
function orthorun.layer.softplus() end

---Each column less its mean, over √(variance + eps), times a gain (1 at
---first), plus a bias (0).
---@param options orthorun.options.layer_layer_norm
---@return orthorun.layer
function orthorun.layer.layer_norm(options) end

---a x. The factor is fixed: it is not trained.
---@param a number finite
---@return orthorun.layer
function orthorun.layer.scale(a) end

---One after the other.
---@param layers (orthorun.layer)[]
---@return orthorun.layer
function orthorun.layer.sequential(layers) end

---x + scale times what the layers make of x. The factor is fixed.
---@param layers orthorun.options.layer_residual an array of layers
---@return orthorun.layer
function orthorun.layer.residual(layers) end

---The usual multilayer perceptron: linear layers with the activation between them,
---none after the last. sizes = {inputs, ..., outputs}; or width and depth for
---depth matrices of width×width, the first and last of which `inputs=` and
---`outputs=` fit to the data. Layer l draws from `rng:split(l)`.
---@param options orthorun.options.mlp
---@return orthorun.layer # a `layer.sequential`
function orthorun.mlp(options) end

---depth blocks x + scale f(x), with the activation first: f is a
---`layer.layer_norm` (norm = false: none), then inner times an activation and a
---linear layer. inputs= puts a linear layer before the blocks; outputs= a
---`layer.layer_norm` and a linear layer behind. The default init of the first and
---the last matrix has gain 1. Matrix k of block l draws from
---`rng:split(l):split(k)`, the layer before the blocks from `rng:split "inputs"`,
---the one behind from `rng:split "outputs"`.
---@param options orthorun.options.resnet
---@return orthorun.layer # a `layer.sequential`
function orthorun.resnet(options) end

---The mean squared error. With E = Σ (pred − target)².
---@param pred orthorun.matrix
---@param target orthorun.matrix
---@param options? orthorun.options.loss_mse
---@return number # value
---@return orthorun.matrix # gradient
---@return number # log10 value
function orthorun.loss.mse(pred, target, options) end

---The mean over the batch of −log softmax(logits)[label].
---@param logits orthorun.matrix classes×batch
---@param labels (integer)[]|orthorun.matrix 1..classes as an array or a 1×batch row, or classes×batch columns of probabilities (one-hot)
---@return number # value
---@return orthorun.matrix # gradient
---@return number # log10 value
function orthorun.loss.cross_entropy(logits, labels) end

---The fraction of columns whose largest logit (of equal ones the first) is
---at the label.
---@param logits orthorun.matrix
---@param labels (integer)[]|orthorun.matrix as in `loss.cross_entropy`
---@return number
function orthorun.loss.accuracy(logits, labels) end

---A loss for `train` on all of x: half the mean squared error of scale (f − f0),
---f0 what the net makes of x now (0 where not centred). What is to be learnt is y
---then; a large scale makes for lazy training.
---@param net orthorun.layer
---@param x orthorun.matrix
---@param options? orthorun.options.loss_scaled
---@return function # f(output, y [, along]) → value, gradient, and how that changes along a matrix like the output, for `metric.hessian_product`
function orthorun.loss.scaled(net, x, options) end

---d = g + weight_decay w; velocity = momentum velocity + d; w = w − lr
---velocity (nesterov: w − lr (d + momentum velocity)).
---@param options orthorun.options.optim_sgd
---@return orthorun.optimizer
function orthorun.optim.sgd(options) end

---Adam; weight decay is added to the gradient.
---@param options orthorun.options.optim_adam
---@return orthorun.optimizer
function orthorun.optim.adam(options) end

---Adam with decoupled decay, w = w − lr weight_decay w.
---@param options orthorun.options.optim_adamw
---@return orthorun.optimizer
function orthorun.optim.adamw(options) end

---The joint norm of all gradients.
---@param net orthorun.layer
---@return number # the norm
---@return number # log10 of it
function orthorun.optim.grad_norm(net) end

---Scales all gradients, in place, to a joint norm of at most max_norm
---(PyTorch's `clip_grad_norm_`). A NaN or Inf norm changes nothing.
---@param net orthorun.layer
---@param max_norm number
---@return number # the norm before
---@return number # log10 of it
function orthorun.optim.clip(net, max_norm) end

---The same rate always.
---@param options orthorun.options.optim_constant
---@return function # schedule(step) → rate
function orthorun.optim.constant(options) end

---lr · factor^⌊step/every⌋, PyTorch's StepLR.
---@param options orthorun.options.optim_step_decay
---@return function # schedule(step) → rate
function orthorun.optim.step_decay(options) end

---The schedule times (step+1)/steps in its first `steps` steps.
---@param schedule function
---@param steps integer
---@return function # schedule(step) → rate
function orthorun.optim.warmup(schedule, steps) end

---warmup linear steps up to lr, then half a cosine that reaches final after
---`steps` steps in all and stays there (PyTorch's CosineAnnealingLR where warmup
---is 0).
---@param options orthorun.options.optim_cosine
---@return function # schedule(step) → rate
function orthorun.optim.cosine(options) end

---Trains a network in place.
---@param options orthorun.options.train
---@return orthorun.history
function orthorun.train(options) end

---The names of all probes.
---@return string[]
function orthorun.tracker.probes() end

---The largest eigenvalue λ of the Hessian of the loss on all of x, y, with respect to
---all parameters: Lanczos' method with full reorthogonalization on exact Hessian
---products (`metric.hessian_product`), from a random direction. An eigenvalue lies
---within r of λ, and the largest is not below λ; once r is small, the error is about
---r² over the distance to the next eigenvalue: 1e-8 λ where that is λ. A float32
---net's products are good to some 1e-6. Gradient descent on all of x is stable to
---first order at rates below 2/λ. Nothing of the net changes. A λ that no number
---holds is `inf`; NaN is an error.
---@param net orthorun.layer
---@param x orthorun.matrix
---@param y orthorun.matrix|(integer)[]
---@param loss string|function as in `train`
---@param options? orthorun.options.sharpness
---@return number # λ
---@return number # r
function orthorun.sharpness(net, x, y, loss, options) end

---Where training would take a multilayer perceptron without biases that stayed
---linear in its weights, as it is at the start: with its tangent kernel as it is.
---No free parameter. By default gradient flow that learns y at x as with
---`loss.scaled`, until the loss is target times the first; with `loss`, `lr` and
---`steps` gradient descent of so many steps, whatever the loss. With `history` what
---a run would have done: flow to the share of the loss that it left (NaN where that
---is not below 1), or of a loss with a name its own number of steps, in full
---batches. Nothing of size (samples · outputs)² is made: the kernel is multiplied by
---vectors, some 50 times or `steps` times, at the cost of a pass forward and back.
---@param options orthorun.options.lazy
---@return table # arrays over those layers: `movement` (‖W − W0‖_F), `drift` (√2 ‖W − W0‖_F/(g √n), n the longer side: ‖E‖_F/(g² √k) for a random direction), `relative_drift` (that of this very direction); and `time`, learning rate times steps, and `left`, the share of the loss
function orthorun.lazy(options) end

---‖W'W/scale² − I‖_F of the smaller side (WW' of a wide W). A float32 W's
---relative error is below 1e-3, and 1e-15 where W is so close to
---orthogonal that float32 could not tell.
---@param W orthorun.matrix
---@param options? orthorun.options.metric_orthogonality_error
---@return number
function orthorun.metric.orthogonality_error(W, options) end

---‖WW' − W0 W0'‖_F. Matrices alike are compared in their own precision,
---from W − W0: a relative error of a few eps, however little W has moved.
---@param W orthorun.matrix
---@param W0 orthorun.matrix of as many rows
---@param G0? orthorun.matrix W0 * W0:t(), computed once, halves the work where the drift is far above rounding; the relative error is below 1e-4 then (float64: 1e-8)
---@return number
function orthorun.metric.gram_drift(W, W0, G0) end

---‖W2'W2 − W1 W1'‖_F for z = W2 W1 x; conserved by gradient flow in linear
---nets.
---@param W2 orthorun.matrix
---@param W1 orthorun.matrix
---@return number
function orthorun.metric.balance(W2, W1) end

---Frobenius norms of the symmetric and of the skew part of W'G: the first
---changes W'W to first order, the second turns W.
---@param W orthorun.matrix
---@param G orthorun.matrix
---@return number # symmetric
---@return number # skew
function orthorun.metric.gradient_split(W, G) end

---log(mean s²) − mean(log s²) over the singular values s; 0 for a multiple
---of an isometry.
---@param W orthorun.matrix
---@return number
function orthorun.metric.isometry_gap(W) end

---Σ s²/s₁².
---@param W orthorun.matrix
---@return number
function orthorun.metric.stable_rank(W) end

---exp of the entropy of s/Σs.
---@param W orthorun.matrix
---@return number
function orthorun.metric.effective_rank(W) end

---The singular values, largest first.
---@param W orthorun.matrix
---@return number[]
function orthorun.metric.singular_values(W) end

---The largest singular value, s₁.
---@param W orthorun.matrix
---@return number
function orthorun.metric.spectral_norm(W) end

---s₁/s_k.
---@param W orthorun.matrix
---@return number
function orthorun.metric.condition_number(W) end

---‖dloss/dW_l‖_F of the gradients as they stand.
---@param net orthorun.layer
---@return number[]
function orthorun.metric.grad_norms(net) end

---log10 ‖dloss/dW_l‖_F of the gradients as they stand.
---@param net orthorun.layer
---@return number[]
function orthorun.metric.log10_grad_norms(net) end

---‖dloss/dz_l‖_F over the batch of the last backward, z_l the layer's
---output before the activation.
---@param net orthorun.layer
---@return number[]
function orthorun.metric.delta_norms(net) end

---log10 of `metric.delta_norms`.
---@param net orthorun.layer
---@return number[]
function orthorun.metric.log10_delta_norms(net) end

---‖a_l‖_F of the last forward, a_l the output after the activation.
---@param net orthorun.layer
---@return number[]
function orthorun.metric.activation_norms(net) end

---log10 of `metric.activation_norms`.
---@param net orthorun.layer
---@return number[]
function orthorun.metric.log10_activation_norms(net) end

---H v, exactly: H is the Hessian of the loss on all of x, y with respect
---to all parameters. At kinks φ'' is 0 and φ' what backward takes, so it
---is what automatic differentiation makes of the same net. Three to four
---times the work of a gradient. Gradients, and what `net:backward` goes
---back from, stay.
---@param net orthorun.layer
---@param x orthorun.matrix
---@param y orthorun.matrix|(integer)[]
---@param loss string|function as in `net:loss`. A function(prediction, target, along) may return, after value and gradient, how the gradient changes along `along`, a matrix like the prediction; else differences of its gradients say so, exactly for squared errors, else to some 1e-12
---@param v (orthorun.matrix)[]|orthorun.matrix an array of matrices like `net:parameters`, or a matrix whose columns hold all their elements, one parameter after the other, each column by column (an identity makes H itself)
---@return (orthorun.matrix)[]|orthorun.matrix # of v's form
function orthorun.metric.hessian_product(net, x, y, loss, v) end

---Singular values of `net:jacobian` at x, largest first, and their natural
---logarithms. They come from the layers' Jacobians, as in
---`matrix.product_svd`, so that small ones are
---right in deep networks, too, and logarithms finite where a number would be 0
---or inf. A residual block is one factor, and so is a layer written in Lua,
---which sees a forward pass and one back. Only of more than 100 residual blocks
---within one another they are those of the Jacobian as a matrix, small ones
---good to eps of the largest.
---@param net orthorun.layer
---@param x orthorun.matrix one column
---@return number[] # singular values
---@return number[] # their natural logarithms
function orthorun.metric.jacobian_spectrum(net, x) end

---Lyapunov exponents: by how much the logarithms of a product's singular
---values grow with each factor, as means of ln |R_ii| along the chain of
---factorizations A_k Q = Q' R, and the standard errors of these means, for
---which factors near each other may be correlated (Newey and West's, over
---count^(1/3) neighbours). They come in QR's order: largest first, but for
---noise, once there are many factors.
---@param factors (orthorun.matrix)[] of the product A1 A2 ... AN, square, of one size; or a net whose layers are, or residual blocks
---@param x? orthorun.matrix of a net: one column, the Jacobians being those at x
---@return number[] # exponents; −inf where a factor is singular
---@return number[] # standard errors; nan of one factor alone
function orthorun.metric.lyapunov(factors, x) end

---As `activation.gain`.
---@param name string|function|table
---@param options? orthorun.options.theory_gain
---@return number
function orthorun.theory.gain(name, options) end

---Half the width of the band that a mean over seeds falls into, sigmas·sd/√seeds:
---how far the mean over that many nets may be from `typical`.
---@param sd number|(number)[] of one network, as in `theory.signal`
---@param seeds integer
---@param sigmas? number by default one miss in 1000 (default 3.3)
---@return number|(number)[] # as sd
function orthorun.theory.band(sd, seeds, sigmas) end

---(measured − predicted)·√seeds/sd of a mean over seeds; 0 where both agree and sd
---is 0.
---@param measured number|(number)[]
---@param predicted number|(number)[]
---@param sd number|(number)[]
---@param seeds integer
---@return number|(number)[] # numbers, or arrays of one length
function orthorun.theory.z_score(measured, predicted, sd, seeds) end

---√(4 − x²)/π on [0,2]: singular values of a large square matrix of N(0, 1/n)
---entries.
---@param x number
---@return number
function orthorun.theory.quarter_circle.density(x) end

---The share of them below x.
---@param x number
---@return number
function orthorun.theory.quarter_circle.cdf(x) end

---The x below which a share p of them is.
---@param p number 0 to 1
---@return number
function orthorun.theory.quarter_circle.quantile(p) end

---σ_w² E[φ(√q z)²] + σ_b²: q one layer on.
---@param name string|function|table
---@param q number
---@param options? orthorun.options.theory_variance_map
---@return number
function orthorun.theory.variance_map(name, q, options) end

---χ₁ = σ_w² E[φ'(√q z)²], the growth of E‖δ‖² per layer on the way back.
---@param name string|function|table
---@param options? orthorun.options.theory_chi1
---@return number
function orthorun.theory.chi1(name, options) end

---σ_w with χ₁ = 1 at variance q, and the σ_b² that makes q a fixed point
---(negative: none does). For homogeneous φ q does not matter; tanh at q = 0 gives
---1.
---@param name string|function|table
---@param options? orthorun.options.theory_critical
---@return number # σ_w
---@return number # σ_b²
function orthorun.theory.critical(name, options) end

---Fixed points and depth scales of a wide random net.
---@param options orthorun.options.theory_mean_field
---@return orthorun.mean_field
function orthorun.theory.mean_field(options) end

---The correlation of two inputs' pre-activations one layer on: c' = (σ_w² E[φ(u)
---φ(v)] + σ_b²)/q', with q' the variance one layer on, so that c = 1 stays 1.
---@param name string|function|table
---@param c number their correlation, in [−1, 1]
---@param options? orthorun.options.theory_correlation_map
---@return number # c'
---@return number # σ_w² E[φ'(u) φ'(v)], the map's slope where q is a fixed point
function orthorun.theory.correlation_map(name, c, options) end

---The border of order and chaos: for each variance of the biases the weights'
---that makes χ₁ = 1 at the fixed point q*.
---@param options orthorun.options.theory_critical_line
---@return (table|false)[] # for each: {sigma_w2=, sigma_b2=, q=}, or false where there is none, or signals do not come to it. Homogeneous activations have χ₁ = 1 at one sigma_w2 whatever the biases; their q is infinite where these are not 0, and 1 stands for any
function orthorun.theory.critical_line(options) end

---About how many layers training gets through: lengths times the depth scale on
---which two inputs' correlation settles (xi_c), or, where the signal itself vanishes
---or explodes, its own (xi_q). An estimate; infinite on the critical line.
---@param options orthorun.options.theory_trainable_depth
---@return number
function orthorun.theory.trainable_depth(options) end

---The correlation of a wide net's gradients toward its input, at two inputs whose
---own correlation is c: at 1 it stays 1. Of relu and He's weights it is about
---1 - depth·angle/π for small angles, and falls as depth^−3 in the end.
---@param name string of the activation
---@param c number the inputs' correlation, in [−1, 1]
---@param options orthorun.options.theory_gradient_correlation
---@return number
---@return number # the correlation of the two signals in the end
function orthorun.theory.gradient_correlation(name, c, options) end

---The variance of pre-activations and the correlation of two inputs', layer by layer,
---in a net of infinite width: q' = σ_w² E[φ²] + σ_b², c' = (σ_w² E[φ(u) φ(v)] +
---σ_b²)/q'.
---@param options orthorun.options.theory_trajectory
---@return number[] # q, by layer
---@return number[] # c, by layer
function orthorun.theory.trajectory(options) end

---Predicted log10 norms of a net of random matrices without biases: depth of
---width×width, or as `sizes` says. Second moments are exact for linear, relu and
---leaky_relu, at any widths, and a first order in 1/n for others.
---@param options orthorun.options.theory_signal
---@return orthorun.prediction|nil # nil where theory has no law for that initializer
function orthorun.theory.signal(options) end

---Slopes of log10 norms per layer: `forward`, `delta`, `gradient` by least squares
---over layers 1 to depth (‖a^l‖: to depth − 1), and `depth`, of ‖∇W¹‖ per layer
---that the net grows from half the depth to all of it (where all layers have one
---size); the same in `typical`;
---`sd`, one seed's standard deviation of the fitted slopes.
---@param options orthorun.options.theory_gradient_slope
---@return table
function orthorun.theory.gradient_slope(options) end

---log10‖∇W¹‖ for each network depth, with arrays `typical` and `sd`.
---@param options orthorun.options.theory_first_layer
---@return number[]
function orthorun.theory.first_layer(options) end

---Var(W_ij) of a named initializer.
---@param init string
---@param gain number|string|function|table|nil a number, an activation, or nil for its default (√2 for he_*, else 1); gaussian's is its std
---@param fan_in integer
---@param fan_out? integer
---@return number
function orthorun.theory.init_variance(init, gain, fan_in, fan_out) end

---The exact law of norms in a random net of any sizes, for one input and a
---cotangent of given lengths that do not depend on the weights: linear, relu,
---leaky_relu; Gaussian or orthogonal weights, no biases.
---@param options orthorun.options.theory_fluctuations
---@return orthorun.norm_law
function orthorun.theory.fluctuations(options) end

---The largest squared singular value of the Jacobian D^L W^L ... D^1 W^1 as the
---width grows. relu, orthogonal, gain √2: L^L/(L−1)^(L−1) from L = 2 on; linear
---Gaussian: (L+1)^(L+1)/L^L.
---@param options orthorun.options.theory_jacobian_edge
---@return number # the square
---@return number # its natural logarithm, which is finite at any depth
function orthorun.theory.jacobian_edge(options) end

---The law of the Jacobian's singular values s as the width grows. Relative error
---about 1e-13.
---@param options orthorun.options.theory_jacobian_spectrum
---@return orthorun.spectrum
function orthorun.theory.jacobian_spectrum(options) end

---Lyapunov exponents: by how much the logarithms of a product's singular values grow
---with each width×width matrix, of N(0, gain²/width) entries or another init, and
---where there is an activation, with the gates behind it: those of a net's Jacobian.
---Exact at every width, and at every depth for the means that `metric.lyapunov`
---takes: ln g + ½(ln(2/n) + ψ((n−i+1)/2)) of Gaussian matrices, ln g of orthogonal
---ones; with relu's gates K ~ Bin(n, ½) in the place of n: the mean of ψ((K−i+1)/2),
---less ψ((n−i+1)/2) of orthogonal matrices, given that K ≥ i rows are left.
---@param options orthorun.options.theory_lyapunov
---@return number[] # exponents, largest first
---@return number[] # their variances per factor (¼ψ'((n−i+1)/2) of Gaussian matrices): over L factors the exponents' means vary by 1/L of it
function orthorun.theory.lyapunov(options) end

---The rank of a net's Jacobian D^L W^L ... D^1 W^1, square, without bias:
---what relu leaves, the least of its gates' Bin(width, ½) open units; exactly. Linear
---nets keep it all.
---@param options orthorun.options.theory_jacobian_rank
---@return number # mean
---@return number # standard deviation
function orthorun.theory.jacobian_rank(options) end

---(L+1)^(L+1)/L^L, the largest squared singular value of a product of L large N(0,
---1/n) matrices; 4 for one.
---@param options orthorun.options.theory_fuss_catalan_edge
---@return number # the square
---@return number # its natural logarithm
function orthorun.theory.fuss_catalan_edge(options) end

---The largest singular value of a rows×cols matrix of N(0, gain²/cols) entries, by
---the Tracy–Widom law at the quarter circle's edge, centred and scaled so that it
---is good at modest sizes.
---@param options orthorun.options.theory_largest_singular_value
---@return number # mean
---@return number # standard deviation
function orthorun.theory.largest_singular_value(options) end

---The smallest singular value of a large square matrix of N(0, gain²/n) entries:
---0.656 g/n on average, with a standard deviation of 0.509 g/n.
---@param options orthorun.options.theory_smallest_singular_value
---@return number # mean
---@return number # standard deviation
function orthorun.theory.smallest_singular_value(options) end

---The mean of `metric.isometry_gap` over square matrices of independent normal
---entries of any scale, exactly: ψ(n²/2) − ln n − mean ψ(k/2), k = 1..n; towards 1
---as n grows.
---@param options orthorun.options.theory_isometry_gap
---@return number
function orthorun.theory.isometry_gap(options) end

---A singular value s of a balanced deep linear net's product under gradient flow,
---ds/dt = L s^(2−2/L) (target − s). From 0 it does not move (depth of 2 and more),
---and it never passes 0: with a target below 0 it goes there. Relative error about
---1e-13.
---@param options orthorun.options.theory_mode
---@return number|(number)[] # an array for an array of times
function orthorun.theory.mode(options) end

---The time in which `theory.mode` gets from start to reached; inf where that is
---the target, or the start is 0.
---@param options orthorun.options.theory_learning_time
---@return number
function orthorun.theory.learning_time(options) end

---The time in which gradient flow turns a plane of a deep linear net's product by an
---angle, and takes its singular values from start to target: aligned, balanced
---layers. Infinite at π from 2 layers on: the trap of a determinant of the other
---sign. A net takes the time of its largest angle.
---@param options orthorun.options.theory_escape_time
---@return number # steps times rate, for the loss ‖P − T‖²/2
---@return number # the smallest singular value of the plane on the way
function orthorun.theory.escape_time(options) end

---The same time as the angle nears π, c (π − angle)^−(1−2/L) to leading order: what a
---determinant of the other sign is the end of. (start target (π − angle)/(start +
---target) is how near to 0 the singular values come.)
---@param options orthorun.options.theory_determinant_trap
---@return number # steps times rate
---@return number # the exponent, −(1 − 2/L)
function orthorun.theory.determinant_trap(options) end

---Predicted log10 norms of a residual net as `resnet` makes it, of random weights
---and no biases, for one input: mean squares by mean field; `typical` and `sd` to
---first order in depth · scale²/width. `predict` may return it as it is. (With a
---layer norm ‖dloss/dx‖ of blocks of scale 1 grows as the root of the depth; without
---one it is multiplied in each.)
---@param options orthorun.options.theory_residual_signal
---@return table # arrays: `forward`, ‖x^l‖ after each block; `delta`, ‖dloss/dx‖ before each block; `gradient`, of each matrix, in the order of net:weights(); `typical` and `sd`, as `theory.signal` has them; `slope`, of typical values per block (gradient: per matrix), from 4 on
function orthorun.theory.residual_signal(options) end

---The drift ‖E‖_F/(g² √n) of each of depth balanced layers, g times orthogonal at
---first, that have learnt a map with singular values s: √mean((s^(2/L)/g² − 1)²).
---Gradient flow takes each layer to s^(1/L), whatever the path. No free parameter.
---@param options orthorun.options.theory_linear_drift
---@return number
function orthorun.theory.linear_drift(options) end

---The steps until the loss Σ (s − w^L)²/2 is that share of what it was, w ← w + lr
---w^(L−1) (s − w^L) for each s. Exact for aligned orthogonal layers and whitened
---inputs, also at large rates.
---@param options orthorun.options.theory_learning_steps
---@return integer|nil # nil where more than most are needed
---@return boolean # did the loss still fall?
function orthorun.theory.learning_steps(options) end

---The drift ‖E‖_F/(g² √n) of a wide net of L = depth matrices that learns C outputs
---for N samples in the kernel regime. kernel="identity" is the simple law, √(2 N C)
---residual/(scale g n L): the tangent kernel a multiple of the identity and shared out
---evenly, all of it learnt; it has the exponents. kernel="wide" has the constants of the
---infinitely wide net's kernel at this depth and activation, number of samples, and
---share of the loss that is left: the mean over the hidden layers' matrices. Both hold
---for N ≪ n.
---@param options orthorun.options.theory_lazy_drift
---@return number
---@return (number)[]|nil # wide: by layer, 1 to depth − 1
function orthorun.theory.lazy_drift(options) end

---1 − (1 − lr weight_decay)^(2 steps): the drift of weights that shrink and do
---nothing else.
---@param options orthorun.options.theory_decay_drift
---@return number
function orthorun.theory.decay_drift(options) end

---√(2n) lr/g: the drift after Adam's first step, which moves every weight by lr,
---whatever its gradient, in a random direction.
---@param options orthorun.options.theory_adam_drift
---@return number
function orthorun.theory.adam_drift(options) end

---The angle, in radians, by which a step turns scale-invariant weights (those before a
---layer norm) once growth by gradients and decay are in balance: √(2 lr weight_decay
---(1 − m)/(1 + m)) to leading order in lr weight_decay, where m is beta1 of AdamW, and
---√(2 lr weight_decay/(1 + momentum)) for SGD, whose decay has momentum, too. Gradients
---of different steps count as orthogonal. Without momentum, exactly whatever they are:
---cos of the angle is 1 − lr weight_decay, in the mean of its logarithm.
---@param options orthorun.options.theory_rotation
---@return number
function orthorun.theory.rotation(options) end

---Gradient descent on f²/2, f = W₂ W₁ x one number, exactly, at any width: with κ the
---learning rate times the tangent kernel, ‖∂f/∂W‖² (once f is 0 the Hessian's largest
---eigenvalue), and φ = rate² f² ‖x‖², a step makes of them κ + φ(κ − 4) and
---φ(1 − κ + φ)². So below κ = 2 little happens; between 2 and 4 the loss grows until it
---has brought κ below 2; above 4 it grows for ever.
---@param options orthorun.options.theory_catapult
---@return table # `kernel`, κ at the end (inf where it diverges, nan where it is not over after most steps); `peak`, the largest loss over the first; `steps` until the loss is 1e-30 of the first
function orthorun.theory.catapult(options) end

---ψ(x) for x > 0.
---@param x number
---@return number
function orthorun.theory.digamma(x) end

---ψ'(x) for x > 0.
---@param x number
---@return number
function orthorun.theory.trigamma(x) end

---An IDX file. Images: a matrix, one sample per column. Labels: an array.
---@param file string
---@param options? orthorun.options.data_idx
---@return orthorun.matrix|(integer)[]
function orthorun.data.idx(file, options) end

---The matrix of a .npy file, as NumPy shows it; a 1-D array is a column.
---@param file string
---@param options? orthorun.options.data_npy
---@return orthorun.matrix
function orthorun.data.npy(file, options) end

---Writes a matrix; `numpy.load` gives the same numbers.
---@param file string
---@param A orthorun.matrix
---@return string # file
function orthorun.data.write_npy(file, A) end

---The 60,000 images of Fashion-MNIST (split "test": 10,000), 784 numbers in [0,1]
---each, row by row from the top, labels 1 to 10; from Debian's package
---dataset-fashion-mnist.
---@param options? orthorun.options.data_fashion_mnist
---@return orthorun.set
function orthorun.data.fashion_mnist(options) end

---A set of a CSV file, one sample per line (RFC 4180); nan and inf are kept.
---@param file string
---@param options? orthorun.options.data_csv
---@return orthorun.set
function orthorun.data.csv(file, options) end

---Writes one line per column of A, every number exact.
---@param file string
---@param A orthorun.matrix
---@param options? orthorun.options.data_write_csv
---@return string # file
function orthorun.data.write_csv(file, A, options) end

---Random x and y.
---@param options orthorun.options.data_synthetic
---@return orthorun.set
function orthorun.data.synthetic(options) end

---Minibatches. `#batches` is their number in an epoch.
---@param options orthorun.options.data_batches
---@return orthorun.batches
function orthorun.data.batches(options) end

---The 1,797 handwritten digits of the UCI repository, 64 numbers in [0,1] each
---(8×8, row by row from the top), labels 1 to 10 for the digits 0 to 9. It comes
---with the library.
---@param options? orthorun.options.data_digits
---@return orthorun.set
function orthorun.data.digits(options) end

---The set "synthetic", "digits" or "fashion_mnist", or of a .csv, .npy (one sample
---per row), .idx or -ubyte file. Options as for each of them; those a source has
---no use for are ignored.
---@param name string or file
---@param options? orthorun.options.data_load
---@return orthorun.set
function orthorun.data.load(name, options) end

---Is that data set, or file, there?
---@param name string or file
---@return boolean
function orthorun.data.available(name) end

---Two sets with labels, to learn from and to be tested on: Fashion-MNIST's own,
---else as `data.split`.
---@param name string or file
---@param options? orthorun.options.data_for_classes
---@return orthorun.set # to learn from
---@return orthorun.set # to be tested on
function orthorun.data.for_classes(name, options) end

---size samples: synthetic ones, or samples of the set that `data.load` finds under
---the name data= (all of them where it has fewer), read once. Where that set has
---no targets, y is uniform in [0,1], or with one_hot= has a 1 for each label.
---@param options orthorun.options.data_batch
---@return orthorun.set
function orthorun.data.batch(options) end

---Labels as columns with a single 1.
---@param labels (integer)[]|orthorun.matrix
---@param classes integer
---@param options? orthorun.options.data_one_hot
---@return orthorun.matrix # classes×samples
function orthorun.data.one_hot(labels, classes, options) end

---x with each row's mean 0 and variance 1 (divisor n); rows that are constant
---become 0.
---@param x orthorun.matrix
---@return orthorun.matrix
---@return table # the transform: `transform(x)` does the same to other samples, by the same mean and std (its fields, columns)
function orthorun.data.standardize(x) end

---n samples drawn without replacement.
---@param set orthorun.set
---@param n integer
---@param r orthorun.rng
---@return orthorun.set
function orthorun.data.sample(set, n, r) end

---Two sets; the first has that fraction of the samples, drawn by
---`rng:split("split")`; without rng, in their order.
---@param set orthorun.set or x and y
---@param options? orthorun.options.data_split
---@return orthorun.set
---@return orthorun.set
function orthorun.data.split(set, options) end

---A set whose y is what a teacher makes of x. A linear one, y = W x, W in the
---field `weight`: weight=, or singular_values= with Haar singular vectors, or N(0,
---1/inputs). A network, in the field `net`: net=, or sizes=, activation= and init=
---as in `mlp`.
---@param options orthorun.options.data_teacher
---@return orthorun.set
function orthorun.data.teacher(options) end

---The results of the experiment that a file defines: it runs what is not done yet,
---and prints and draws nothing. What the command line would refuse is an error.
---The file is sought here, then beside the script.
---@param path string
---@param overrides? table values by parameter, arrays for those that vary; `case` has the cases' names
---@return orthorun.results
function orthorun.experiment.load(path, overrides) end

---As `range`.
---@param first number
---@param last? number
---@param step? number (default 1)
---@return number[]
function orthorun.sweep.range(first, last, step) end

---An array of numbers.
---@param first number or n alone: 1..n
---@param last? number
---@param step? number (default 1)
---@return number[] # first, first+step, ... up to last
function orthorun.range(first, last, step) end

---The finished trials of a results file: those of its newest run's code, version
---and precision.
---@param file string
---@return orthorun.results # with the fields of a sweep's: `failures`, those that failed; `run`, a record of what made the newest run; `made_by`, what made how many of the trials, an array of {trials=, version=, blas=, kernel=, host=, machine=}, which `s:run` has, too
function orthorun.results(file) end

---An empty table.
---@param columns string[]
---@param levels? table levels[name] lists a column's values in the order that groups and colours take, whether or not they occur
---@return orthorun.results
function orthorun.table.new(columns, levels) end

---A table from records.
---@param columns string[]
---@param records table[] each {name = value}
---@return orthorun.results
function orthorun.table.of(columns, records) end

---A table over arrays that are there already, by name; they become its own.
---@param columns string[]
---@param arrays table
---@param size integer
---@return orthorun.results
function orthorun.table.wrap(columns, arrays, size) end

---The text broken into lines, to stand beside a table.
---@param text string
---@param width? integer (default 79)
---@return string
function orthorun.table.paragraph(text, width) end

---`"1 seed"`, `"5 seeds"`.
---@param n integer
---@param word string
---@return string
function orthorun.table.count(n, word) end

---A number as text; NaN is `nan`, whatever its sign (`string.format` may say
---`-nan`).
---@param x number
---@param format? string (default "%.4g")
---@return string
function orthorun.table.number(x, format) end

---A quantile, with linear interpolation (Hyndman and Fan's type 7, the default of
---NumPy and R); NaN for no values.
---@param values number[]
---@param p number 0 to 1
---@return number
function orthorun.stats.quantile(values, p) end

---The median; NaN for no values.
---@param values number[]
---@return number
function orthorun.stats.median(values) end

---The mean; NaN for no values.
---@param values number[]
---@return number
function orthorun.stats.mean(values) end

---The standard deviation of a sample, divisor n − 1; NaN for fewer than 2.
---@param values number[]
---@return number
function orthorun.stats.std(values) end

---std/√n, the standard error of the mean.
---@param values number[]
---@return number
function orthorun.stats.sem(values) end

---The least-squares line.
---@param x number[]
---@param y number[]
---@return number # slope; NaN for fewer than 2 distinct x
---@return number # intercept
---@return number # the slope's standard error; NaN for fewer than 3 points
function orthorun.stats.fit(x, y) end

---The scale on which numbers decay towards a limit, in places: −1/ln r, where r is the
---sum of what is left without the first place over that without the last. Of a
---geometric decay exactly its own; noise of mean 0 enters it linearly, where a fit of
---logarithms sees it alone once the decay is over. NaN where r < 0, negative of growth.
---@param values number[] at least 2
---@param limit? number (default 0)
---@param count? number the first so many alone, rounded up
---@return number
function orthorun.stats.decay_scale(values, limit, count) end

---The percentile bootstrap's interval of f(values). Its generator is always the
---same unless it is given, so the same values have the same interval. NaN for
---fewer than 2 values.
---@param values number[]
---@param options? orthorun.options.stats_bootstrap
---@return number # low
---@return number # high
function orthorun.stats.bootstrap(values, options) end

---Kolmogorov's and Smirnov's test: were these numbers drawn from that law, or two
---samples from one? d is the largest distance between the two distributions, p the
---probability of that or more if they were: exact for one sample of up to 140, and
---for two of up to 4 million pairs without ties (with ties p is too large); beyond,
---good to some 1e-6, and for two such samples to leading order.
---@param values number[]
---@param law function|(number)[] the probability of at most x, as a function of x; or another sample
---@return number # d; NaN where there are no values
---@return number # p
function orthorun.stats.ks_test(values, law) end

---n, nans, mean, std, min, low (10 %), median, high (90 %), max, of the values
---that are not NaN.
---@param values number[]
---@return table
function orthorun.stats.summary(values) end

---The gnuplot script of a plot.
---@param options orthorun.options.plot_script
---@param format? string (default "svg")
---@return string
function orthorun.plot.script(options, format) end

---Predictions beside measurements.
---z is the difference in standard errors: as a normal score, so that |z| <= 3.3 says
---the same whether the error is known or df degrees of freedom estimate it. A row
---agrees ("yes", "no") up to `sigmas`, and is "undecided" where the error is nan.
---All z together are a chi-square; rows whose `residuals` have trials in common are
---taken to be as correlated as these are (Brown 1975, Kost and McDermott 2002).
---@param checks (table)[]|orthorun.results each {what=, predicted=, measured=, error=, df=, sigmas=3.3}, error being one standard error of the difference, df its degrees of freedom (trials less numbers fitted; nil: the error is known); or {what=, measured=, at_most=, at_least=}. For the chi-square also residuals=, by trial how far it is from what the row measured, weights=, how much it counts, fitted=1, how many numbers the row has of these trials. Or what this returned, as the `checks` of an experiment's results
---@return orthorun.results # with columns what, predicted, measured, error, df, z, agrees
---@return table # chi_square, scores, df (effective degrees of freedom), p, z, error (of chi_square, where all agrees); nil where no row has a z
function orthorun.report.verdict(checks) end

---As `report`, without checking the checks first.
---@param options orthorun.options.report_write
---@return string # file
function orthorun.report.write(options) end

---Writes the text, then A's elements as they lie in memory; the file takes
---its name only when complete.
---@param path string
---@param text string
---@param A? orthorun.matrix
---@return boolean # true
function orthorun.file.save(path, text, A) end

---Makes a folder; parents too, an existing one is fine.
---@param path string
---@return boolean # true
function orthorun.file.mkdir(path) end

---Is a descriptor a terminal?
---@param n integer 0, 1 or 2
---@return boolean
function orthorun.file.isterminal(n) end

---The width of the terminal that a descriptor is, in characters.
---@param n integer 0, 1 or 2
---@return integer|nil # nil where it is none
function orthorun.file.columns(n) end

---A file's size in bytes, unzipped; `most` where it is larger, which is
---not looked at further.
---@param path string
---@param most? integer
---@return integer
function orthorun.file.size(path, most) end

---A file's bytes, unzipped if need be.
---@param path string
---@return string
function orthorun.file.read(path) end

---A file's first n bytes, unzipped if need be.
---@param path string
---@param n integer
---@return string
function orthorun.file.head(path, n) end

---Numbers of a binary file as a matrix. A pipe is refused. The matrix is
---complete only where the bytes found are those asked for.
---@param path string
---@param options orthorun.options.file_load
---@return orthorun.matrix
---@return integer # the number of bytes found
function orthorun.file.load(path, options) end

---The bytes of one number.
---@param encoding string
---@return integer|nil # nil where `file.load` does not know the encoding
function orthorun.file.encoding_size(encoding) end

---The gzip stream of bytes, the same for the same bytes.
---@param bytes string
---@return string
function orthorun.file.gzip(bytes) end

---What a gzip stream holds; nil and a message where that is more than
---`most` bytes, or the stream is damaged.
---@param bytes string
---@param most integer
---@return string|nil
function orthorun.file.gunzip(bytes, most) end

---Runs a program that PATH has, without a shell, with text as its input.
---@param command string[]
---@param text? string
---@return integer # exit status; 128 + the signal where one ended it
---@return string # stdout
---@return string # stderr
function orthorun.file.spawn(command, text) end

---Sets the run's default precision.
---@param name "float64"|"float32"
function orthorun.set_precision(name) end

---The run's default precision.
---@return "float64"|"float32"
function orthorun.precision() end

---Sets how many threads a large product may use.
---@param n integer 1 to 256
function orthorun.set_threads(n) end

---How many threads a large product may use: at first one per core. A
---sweep's workers share them. Results have the same bits for any number.
---@return integer
function orthorun.threads() end

---Raises an error at the line of the user's script, however deep in the
---library.
---@param message string
function orthorun.fail(message) end

---Raises unless the library has the major version of text ("1", "1.x", "1.2",
---"1.2.3") and is no older.
---@param text string
---@return string # the library's version
function orthorun.require_version(text) end

return orthorun
