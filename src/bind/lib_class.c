/* lib_class.c: classes: userdata with a metatable of their own. What a class
   does not have raises, and names what was meant. */
#include <stdio.h>
#include <string.h>

#include "lib.h"

/* --- what is not there --------------------------------------------------- */

/* Names that other libraries use, and what to write here. */
static const struct advice {
  const char *class, *name, *text;
} advices[] = {
    {LIB_MATRIX, "T", "the transpose is A:t()"},
    {LIB_MATRIX, "transpose", "it is A:t()"},
    {LIB_MATRIX, "inverse", "it is A:inv()"},
    {LIB_MATRIX, "matmul", "it is A * B"},
    {LIB_MATRIX, "size", "it is A:shape(), or A:rows() and A:cols()"},
    {LIB_MATRIX, "item", "it is A:get(1, 1)"},
    {LIB_MATRIX, "flatten", "it is A:reshape(A:rows() * A:cols(), 1)"},
    {LIB_MATRIX, "numel", "it is A:rows() * A:cols()"},
    {LIB_MATRIX, "std", "ortho.stats.std(A:tolist()) has it"},
    {LIB_MATRIX, "numpy", "A:totable() is a table, data.write_npy a file"},
    {LIB_MATRIX, "dtype", "it is A:precision()"},
    {LIB_MATRIX, "astype", "it is A:to(precision)"},
    {LIB_LAYER, "grad_norms",
     "it is ortho.metric.grad_norms(net), or net:log10_grad_norms()"},
    {LIB_LAYER, "delta_norms",
     "it is ortho.metric.delta_norms(net), or net:log10_delta_norms()"},
    {LIB_LAYER, "activation_norms",
     "it is ortho.metric.activation_norms(net), or "
     "net:log10_activation_norms()"},
    {LIB_LAYER, "train", "it is ortho.train{net = net, ...}"},
    {LIB_LAYER, "fit", "it is ortho.train{net = net, ...}"},
    {LIB_LAYER, "step", "it is optimizer:step(net)"},
    {LIB_RNG, "randn", "it is rng:normal(rows, cols)"},
    {LIB_RNG, "rand", "it is rng:uniform(rows, cols)"},
    {LIB_RNG, "randint", "it is rng:integer(low, high)"},
    {LIB_RNG, "shuffle",
     "rng:permutation(n) has the numbers 1 to n in an order"},
    {LIB_RNG, "choice", "list[rng:integer(1, #list)] is one of a list"},
    {LIB_OPTIM, "zero_grad", "it is net:zero_grad()"},
    {NULL, NULL, NULL}};

static const char *advice_on(const char *class, const char *name) {
  for (const struct advice *a = advices; a->name; a++)
    if (!strcmp(a->class, class) && !strcmp(a->name, name))
      return a->text;
  return NULL;
}

/* Raises that there is no method of this name in the table at `methods`. */
static int no_method(lua_State *L, const char *class, int methods,
                     const char *name) {
  const char *who = class + strlen("orthorun.");
  const char *advice = advice_on(class, name);
  const char *near = lib_nearest_key(L, methods, name);
  if (advice)
    return lib_error(L, "%s has no '%s': %s", who, name, advice);
  if (near)
    return lib_error(L, "%s has no method '%s' (did you mean '%s'?)", who, name,
                     near);
  return lib_error(L, "%s has no method '%s'", who, name);
}

/* methods[key] for what is not there; upvalue 1: the class. */
static int missing(lua_State *L) {
  const char *class = lua_tostring(L, lua_upvalueindex(1));
  if (lua_type(L, 2) == LUA_TSTRING)
    return no_method(L, class, 1, lua_tostring(L, 2));
  if (!strcmp(class, LIB_MATRIX))
    return lib_error(L,
                     "matrix: A[%s] is no element and no row: use "
                     "A:get(i, j), A:row(i), A:col(j) or A:sub(...)",
                     lib_describe(L, 2));
  return lib_error(L, "%s has no elements: [%s]", class + strlen("orthorun."),
                   lib_describe(L, 2));
}

/* object[key] = value; upvalue 1: the class. */
static int refuse_writing(lua_State *L) {
  const char *class = lua_tostring(L, lua_upvalueindex(1));
  bool is_name = lua_type(L, 2) == LUA_TSTRING;
  const char *key = is_name ? lua_tostring(L, 2) : lib_describe(L, 2);
  if (!strcmp(class, LIB_MATRIX))
    return lib_error(L,
                     "matrix: %s%s%s cannot be assigned: use "
                     "A:set(i, j, x) or A:assign(...)",
                     is_name ? "A." : "A[", key, is_name ? "" : "]");
  return lib_error(L,
                   "%s: '%s' cannot be assigned: it has no fields of a "
                   "script's own",
                   class + strlen("orthorun."), key);
}

/* Gives the table on top a metatable with a function for a missing key. */
static void refuse_reading(lua_State *L, const char *class) {
  lua_createtable(L, 0, 1);
  lua_pushstring(L, class);
  lua_pushcclosure(L, missing, 1);
  lua_setfield(L, -2, "__index");
  lua_setmetatable(L, -2);
}

/* --- classes ------------------------------------------------------------- */

void lib_class(lua_State *L, const char *name, const luaL_Reg *metamethods,
               const luaL_Reg *methods) {
  if (!luaL_newmetatable(L, name))
    return;
  luaL_setfuncs(L, metamethods, 0);
  lua_newtable(L);
  luaL_setfuncs(L, methods, 0);
  refuse_reading(L, name);
  lua_setfield(L, -2, "__index");
  lua_pushstring(L, name);
  lua_pushcclosure(L, refuse_writing, 1);
  lua_setfield(L, -2, "__newindex");
  lua_pushstring(L, name);
  lua_setfield(L, -2, "__metatable");
}

void lib_addmethods(lua_State *L, const char *class, const luaL_Reg *methods) {
  luaL_getmetatable(L, class);
  lua_getfield(L, -1, "__index");
  luaL_setfuncs(L, methods, 0);
  lua_pop(L, 2);
}

bool lib_has_memory(lua_State *L, size_t bytes) {
  enum { SMALL = 1 << 24 }; /* Lua's own error does for these */
  void *context, *block = NULL;
  if (bytes <= SMALL)
    return true;
  lua_Alloc allocate = lua_getallocf(L, &context);
  for (int i = 0; i < 2 && !block; i++) {
    if (i == 1)
      lua_gc(L, LUA_GCCOLLECT);
    block = allocate(context, NULL, LUA_TUSERDATA, bytes);
  }
  if (block)
    allocate(context, block, bytes, 0);
  return block != NULL;
}

const char *lib_size_text(lua_State *L, double bytes) {
  static const char *const units[] = {"bytes", "KiB", "MiB",
                                      "GiB",   "TiB", "PiB"};
  char text[40];
  int i = 0;
  for (; bytes >= 1024 && i < 5; i++)
    bytes /= 1024;
  snprintf(text, sizeof text, bytes < 10 ? "%.1f %s" : "%.0f %s", bytes,
           units[i]);
  return lua_pushstring(L, text);
}

void *lib_newmemory(lua_State *L, size_t bytes, int slots) {
  if (!lib_has_memory(L, bytes))
    lib_error(L, "not enough memory: this computation needs %s more",
              lib_size_text(L, (double)bytes));
  return lua_newuserdatauv(L, bytes, slots);
}

/* core.add_method(class, name, f): for the library's own Lua part */
int lib_addmethod(lua_State *L) {
  if (luaL_getmetatable(L, luaL_checkstring(L, 1)) != LUA_TTABLE)
    return lib_error(L, "add_method: no class %s", lua_tostring(L, 1));
  lua_getfield(L, -1, "__index");
  lua_pushvalue(L, 2);
  lua_pushvalue(L, 3);
  lua_rawset(L, -3);
  return 0;
}

void *lib_new(lua_State *L, const char *name, size_t size, int slots) {
  void *u = lua_newuserdatauv(L, size, slots);
  luaL_setmetatable(L, name);
  return u;
}
