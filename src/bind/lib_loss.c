/* lib_loss.c: losses: value, gradient, and log10 of the value, which is
   finite where the value fits no number. */

/*** Each returns the loss, its gradient with respect to the first argument
   (the same shape), and log10 of the loss, which is finite where the loss
   fits no number.
   @module loss
   @pragma nostrip */

#include "lib_loss.h"

#include <string.h>

static int results(lua_State *L, or_norm value) {
  lua_pushnumber(L, or_norm_value(value));
  lua_insert(L, -2); /* below the gradient */
  lua_pushnumber(L, or_norm_log10(value));
  return 3;
}

static int refuse(lua_State *L, const char *who, or_status status,
                  const or_matrix *pred, const or_matrix *target) {
  if (status == OR_SHAPE)
    lib_error(L, "%s: prediction is %s, target %s", who, lib_shape(L, pred),
              lib_shape(L, target));
  if (status == OR_PRECISION)
    lib_error(L, "%s: prediction is %s, target %s", who,
              or_precision_name(pred->precision),
              or_precision_name(target->precision));
  if (status == OR_EMPTY)
    lib_error(L, "%s: prediction is empty (%s)", who, lib_shape(L, pred));
  lib_check(L, who, status);
  return 0;
}

static const char *const mse_options[] = {"reduction", NULL};
static const char *const reductions[] = {"mean", "sum", "half", NULL};

static or_reduction reduction_option(lua_State *L, const char *who, int arg) {
  if (!lib_options(L, who, arg, mse_options) ||
      lua_getfield(L, arg, "reduction") == LUA_TNIL)
    return OR_MEAN;
  const char *name = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
  for (int i = 0; reductions[i]; i++)
    if (strcmp(name, reductions[i]) == 0)
      return (or_reduction)i;
  lib_unknown(L, who, "reduction", luaL_tolstring(L, -1, NULL), reductions);
  return OR_MEAN;
}

/*** The mean squared error. With E = Σ (pred − target)².
   @function loss.mse
   @tparam matrix pred
   @tparam matrix target
   @tparam[opt] table options
   @tparam[opt="mean"] "mean"|"half"|"sum" options.reduction mean: E/(outputs ·
     batch), as in PyTorch; half: E/(2 batch), the article's; sum: E
   @treturn number value
   @treturn matrix gradient
   @treturn number log10 value
   @usage
   local y, target = ortho.matrix.ones(2, 3), ortho.matrix.zeros(2, 3)
   local value, dy = ortho.loss.mse(y, target)
   assert(math.abs(value - 1) < 1e-15 and dy:rows() == 2) */
static int loss_mse(lua_State *L) {
  const char *who = "loss.mse";
  or_matrix *pred = lib_checkmatrix(L, 1), *target = lib_checkmatrix(L, 2);
  or_reduction reduction = reduction_option(L, who, 3);
  or_matrix *g = lib_newmatrix(L, who, pred->rows, pred->cols, pred->precision);
  or_norm value = {0, 0};
  or_status status = or_mse(pred, target, reduction, &value, g);
  if (status != OR_OK)
    refuse(L, who, status, pred, target);
  return results(L, value);
}

/* The label of sample j (1-based), in 1..classes, from an array or a row. */
static int label(lua_State *L, const char *who, int arg, int j, int classes) {
  const or_matrix *row = lib_testmatrix(L, arg);
  double v = 0;
  if (row) {
    or_matrix_get(row, 0, j - 1, &v);
    lua_pushnumber(L, v);
  } else {
    lua_geti(L, arg, j);
  }
  int whole = 0;
  lua_Integer k =
      lua_type(L, -1) == LUA_TNUMBER ? lua_tointegerx(L, -1, &whole) : 0;
  if (!whole || k < 1 || k > classes)
    lib_error(L,
              "%s: label of sample %d is %s, must be a whole number from 1 "
              "to %d",
              who, j, lib_describe(L, lua_gettop(L)), classes);
  lua_pop(L, 1);
  return (int)k - 1;
}

static void read_labels(lua_State *L, const char *who, int arg,
                        const or_matrix *logits, int *list) {
  const or_matrix *row = lib_testmatrix(L, arg);
  lua_Integer n = row ? row->cols : luaL_len(L, arg);
  if (n != logits->cols || (row && row->rows != 1))
    lib_error(L, "%s: %I labels for a batch of %d", who, (LUAI_UACINT)n,
              logits->cols);
  for (int j = 0; j < logits->cols; j++)
    list[j] = label(L, who, arg, j + 1, logits->rows);
}

static int *label_room(lua_State *L, const or_matrix *logits) {
  return lua_newuserdatauv(L, sizeof(int) * (size_t)logits->cols, 0);
}

/* One-hot, or probabilities: non-negative columns that sum to 1. */
static void check_probabilities(lua_State *L, const char *who,
                                const or_matrix *t) {
  for (int j = 0; j < t->cols; j++) {
    double total = 0, v = 0;
    for (int i = 0; i < t->rows; i++) {
      or_matrix_get(t, i, j, &v);
      if (!(v >= 0))
        lib_error(L, "%s: target (%d,%d) is %f, not a probability", who, i + 1,
                  j + 1, v);
      total += v;
    }
    if (!(total > 0.999 && total < 1.001))
      lib_error(L, "%s: target column %d sums to %f, not 1", who, j + 1, total);
  }
}

/* The matrix at arg where it holds a column for each sample; NULL where it
   holds labels. */
static const or_matrix *dense_target(lua_State *L, const char *who, int arg,
                                     const or_matrix *logits) {
  const or_matrix *t = lib_testmatrix(L, arg);
  if (!t)
    lib_checktable(L, arg);
  if (!t || (t->rows == 1 && logits->rows != 1))
    return NULL;
  if (!or_matrix_same_shape(logits, t))
    refuse(L, who, OR_SHAPE, logits, t);
  check_probabilities(L, who, t);
  return t;
}

/* What classes are compared with: a matrix's columns, or labels. A table's
   elements are read here: its __index may run anything. */
static or_target read_classes(lua_State *L, const char *who, int arg,
                              const or_matrix *logits, int *list) {
  const or_matrix *t = dense_target(L, who, arg, logits);
  if (t)
    return (or_target){OR_LOSS_CROSS_ENTROPY, t, NULL};
  read_labels(L, who, arg, logits, list);
  return (or_target){OR_LOSS_CROSS_ENTROPY, NULL, list};
}

static or_norm cross_entropy(lua_State *L, const char *who, const or_matrix *z,
                             or_target t, or_matrix *gradient) {
  or_norm value = {0, 0};
  or_status status =
      t.matrix ? or_cross_entropy_targets(z, t.matrix, &value, gradient)
               : or_cross_entropy(z, t.labels, &value, gradient);
  if (status != OR_OK)
    refuse(L, who, status, z, t.matrix ? t.matrix : z);
  return value;
}

/*** The mean over the batch of −log softmax(logits)[label].
   @function loss.cross_entropy
   @tparam matrix logits classes×batch
   @tparam {int,...}|matrix labels 1..classes as an array or a 1×batch row, or
     classes×batch columns of probabilities (one-hot)
   @treturn number value
   @treturn matrix gradient
   @treturn number log10 value */
static int loss_cross_entropy(lua_State *L) {
  const char *who = "loss.cross_entropy";
  or_matrix *z = lib_checkmatrix(L, 1);
  or_target t = read_classes(L, who, 2, z, label_room(L, z));
  or_matrix *g = lib_newmatrix(L, who, z->rows, z->cols, z->precision);
  return results(L, cross_entropy(L, who, z, t, g));
}

/*** The fraction of columns whose largest logit (of equal ones the first) is
   at the label.
   @function loss.accuracy
   @tparam matrix logits
   @tparam {int,...}|matrix labels as in `loss.cross_entropy`
   @treturn number */
static int loss_accuracy(lua_State *L) {
  const char *who = "loss.accuracy";
  or_matrix *z = lib_checkmatrix(L, 1);
  if (or_matrix_is_empty(z))
    lib_error(L, "%s: logits are empty (%s)", who, lib_shape(L, z));
  or_target t = read_classes(L, who, 2, z, label_room(L, z));
  lua_pushnumber(L, (double)or_correct(z, t.labels, t.matrix) / z->cols);
  return 1;
}

/* --- for training steps ------------------------------------------------- */

static const char *const loss_names[] = {"mse", "mse_sum", "mse_half",
                                         "cross_entropy", NULL};

or_loss_kind lib_checkloss(lua_State *L, const char *who, int arg) {
  if (lua_type(L, arg) != LUA_TSTRING)
    lib_error(L,
              "%s: loss must be a name, or a function(prediction, target) "
              "that returns value and gradient, not %s",
              who, lib_describe(L, arg));
  const char *name = lua_tostring(L, arg);
  for (int i = 0; loss_names[i]; i++)
    if (strcmp(name, loss_names[i]) == 0)
      return (or_loss_kind)i;
  lib_unknown(L, who, "loss", name, loss_names);
  return OR_LOSS_MSE;
}

or_target lib_readtarget(lua_State *L, const char *who, or_loss_kind kind,
                         const or_matrix *pred, int arg, int *labels) {
  if (kind == OR_LOSS_CROSS_ENTROPY)
    return read_classes(L, who, arg, pred, labels);
  return (or_target){kind, lib_checkmatrix(L, arg), NULL};
}

or_norm lib_loss(lua_State *L, const char *who, const or_target *target,
                 const or_matrix *pred, or_matrix *gradient, int *correct) {
  or_norm value = {0, 0};
  or_status status =
      or_loss(target, 0, pred->cols, pred, &value, gradient, correct);
  if (status != OR_OK)
    refuse(L, who, status, pred, target->matrix ? target->matrix : pred);
  return value;
}

static const luaL_Reg functions[] = {{"mse", loss_mse},
                                     {"cross_entropy", loss_cross_entropy},
                                     {"accuracy", loss_accuracy},
                                     {NULL, NULL}};

int lib_open_loss(lua_State *L) {
  luaL_newlib(L, functions);
  return 1;
}
