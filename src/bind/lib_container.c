/* lib_container.c: layers that have others inside, sequential and residual; how
   layers print; and what opens the module `layer`. */

/*** @module layer */

#include <math.h>
#include <string.h>

#include "lib_layer.h"

typedef struct census {
  const char *who;
  int seen;          /* stack index of a table: leaf -> its entry */
  lua_Integer entry; /* the entry being walked */
} census;

/* A layer twice would have one place for two gradients. */
static void check_once(lua_State *L, void *context) {
  const census *c = context;
  lua_pushvalue(L, -1);
  if (lua_rawget(L, c->seen) != LUA_TNIL)
    lib_error(L, "%s: entries %I and %I share a layer; use :copy()", c->who,
              (LUAI_UACINT)lua_tointeger(L, -1), (LUAI_UACINT)c->entry);
  lua_pop(L, 1);
  lua_pushvalue(L, -1);
  lua_pushinteger(L, c->entry);
  lua_rawset(L, c->seen);
}

static bool is_one_of(const char *key, const char *const known[]) {
  while (*known && strcmp(*known, key) != 0)
    known++;
  return *known != NULL;
}

/* Beside the layers at 1, 2, ... the table at 1 has none but known options. */
static void check_keys(lua_State *L, const char *who,
                       const char *const known[]) {
  for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1)) {
    if (lua_type(L, -2) == LUA_TSTRING &&
        !is_one_of(lua_tostring(L, -2), known))
      lib_unknown(L, who, "option", lua_tostring(L, -2), known);
  }
}

static int container(lua_State *L, const char *who, layer_form form) {
  lib_checktable(L, 1);
  lua_settop(L, 1);
  lua_Integer n = (lua_Integer)lua_rawlen(L, 1);
  lua_createtable(L, (int)n, 0);
  lua_newtable(L);
  for (lua_Integer i = 1; i <= n; i++) {
    lua_geti(L, 1, i);
    if (!lib_islayer(L))
      lib_error(L,
                "%s: entry %I is %s, not a layer (a table needs functions "
                "forward and backward)",
                who, (LUAI_UACINT)i, lib_describe(L, lua_gettop(L)));
    if (n > 1)
      lib_walk(L, 4, false, check_once, &(census){who, 3, i});
    lua_seti(L, 2, i);
  }
  lib_newlayer(L, form)->count = (int)n;
  lua_pushvalue(L, 2);
  lua_setiuservalue(L, -2, SLOT_CHILDREN);
  return 1;
}

static const char *const sequential_options[] = {NULL};

/*** One after the other.
   @function layer.sequential
   @call layer.sequential{l1, l2, ...}
   @tparam {layer,...} layers
   @treturn layer
   @usage
   local r, he = ortho.rng(1), ortho.init.he_normal {}
   local net = ortho.layer.sequential {
     ortho.layer.linear { inputs = 3, outputs = 4, init = he, rng = r },
     ortho.layer.relu(),
     ortho.layer.linear { inputs = 4, outputs = 2, init = he, rng = r } }
   local y = net:forward(r:normal(3, 5)) */
static int layer_sequential(lua_State *L) {
  lib_checktable(L, 1);
  check_keys(L, "layer.sequential", sequential_options);
  return container(L, "layer.sequential", LAYER_SEQUENTIAL);
}

static const char *const residual_options[] = {"scale", NULL};

/*** x + scale times what the layers make of x. The factor is fixed.
   @function layer.residual
   @call layer.residual{l1, l2, ..., scale=1}
   @tparam table layers an array of layers
   @tparam[opt=1] number layers.scale a finite number
   @treturn layer */
static int layer_residual(lua_State *L) {
  static const char who[] = "layer.residual";
  lib_checktable(L, 1);
  check_keys(L, who, residual_options);
  double factor = lib_optnumber(L, who, 1, "scale", 1);
  if (!isfinite(factor))
    lib_error(L, "%s: scale is %f, must be finite", who, factor);
  container(L, who, LAYER_RESIDUAL);
  lib_testlayer(L, -1)->join.factor = factor;
  return 1;
}

/* --- printing, opening -------------------------------------------------- */

static const char *const container_names[] = {"sequential", "residual"};

static void describe_leaf(lua_State *L, const or_step *s) {
  if (s->kind == OR_STEP_LINEAR)
    lua_pushfstring(L, "linear %d -> %d%s", s->w->cols, s->w->rows,
                    s->b ? "" : ", no bias");
  else if (s->kind == OR_STEP_LAYER_NORM)
    lua_pushfstring(L, "layer_norm %d", s->w->rows);
  else if (s->kind == OR_STEP_SCALE)
    lua_pushfstring(L, "scale %f", s->factor);
  else
    lua_pushstring(L, or_activation_called(s->phi));
}

enum { OUTLINE_LEAVES = 12 };

static void outline_leaf(lua_State *L, void *context) {
  int *count = context;
  layer *l = lib_testlayer(L, -1);
  if (++*count > OUTLINE_LEAVES)
    return;
  if (l)
    describe_leaf(L, &l->step);
  else
    lua_pushstring(L, "a Lua layer");
  lua_pushfstring(L, "%s\n  %s", lua_tostring(L, 2), lua_tostring(L, -1));
  lua_replace(L, 2);
  lua_pop(L, 1);
}

/* A leaf is one line; a container lists its first leaves. */
static int layer_tostring(lua_State *L) {
  layer *l = lib_checklayer(L, 1);
  int count = 0;
  lua_settop(L, 1);
  if (l->form == LAYER_LEAF) {
    describe_leaf(L, &l->step);
    lua_pushfstring(L, "layer: %s", lua_tostring(L, -1));
    return 1;
  }
  lua_pushstring(L, "");
  if (l->join.factor != 1)
    lua_pushfstring(L, ", times %f", l->join.factor);
  lua_pushfstring(
      L, "%s of %d layer%s%s:", container_names[l->form - LAYER_SEQUENTIAL],
      l->count, l->count == 1 ? "" : "s", lua_tostring(L, -1));
  lua_replace(L, 2);
  lua_settop(L, 2);
  lib_walk(L, 1, false, outline_leaf, &count);
  if (count > OUTLINE_LEAVES)
    lua_pushfstring(L, "%s\n  ... and %d more", lua_tostring(L, 2),
                    count - OUTLINE_LEAVES);
  return 1;
}

/* net(x) in PyTorch */
static int layer_called(lua_State *L) {
  return lib_error(L, "layer: net(x) is written net:forward(x) here");
}

static const luaL_Reg metamethods[] = {
    {"__tostring", layer_tostring}, {"__call", layer_called}, {NULL, NULL}};

static const luaL_Reg constructors[] = {{"sequential", layer_sequential},
                                        {"residual", layer_residual},
                                        {NULL, NULL}};

int lib_open_layer(lua_State *L) {
  lib_class(L, LIB_LAYER, metamethods, lib_tree_methods);
  lua_pop(L, 1);
  lib_addmethods(L, LIB_LAYER, lib_network_methods);
  lib_openleaves(L);
  luaL_setfuncs(L, constructors, 0);
  return 1;
}
