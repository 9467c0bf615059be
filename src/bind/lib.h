/* lib.h: what the binding files share. A binding function checks, allocates
   its outputs and workspace as userdata, calls the core, and raises or
   returns. All memory is Lua's: an error leaves nothing to free. */
#ifndef ORTHORUN_LIB_H
#define ORTHORUN_LIB_H

#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>

#include "../core/activation.h"
#include "../core/arithmetic.h"
#include "../core/elements.h"
#include "../core/exponent.h"
#include "../core/linalg.h"
#include "../core/product.h"
#include "../core/reduction.h"
#include "../core/rng.h"
#include "../system/apart.h"
#include "../system/status.h"

#define LIB_MATRIX "orthorun.matrix"
#define LIB_RNG "orthorun.rng"
#define LIB_OPTIM "orthorun.optim"
#define LIB_INIT "orthorun.init"
#define LIB_LAYER "orthorun.layer"

/* --- opening; each pushes one table, and reseeds or replaces nothing when it
   runs again ------------------------------------------------------------- */
int luaopen_orthorun_core(lua_State *L); /* all of the below, as fields */
int lib_open_matrix(lua_State *L);
/* These two push nothing: their methods join the matrix class. */
int lib_open_arithmetic(lua_State *L);
int lib_open_linalg(lua_State *L);
int lib_product_svd(lua_State *L); /* a field of the matrix table */
int lib_open_rng(lua_State *L);
int lib_open_activation(lua_State *L);
int lib_open_init(lua_State *L);
int lib_open_layer(lua_State *L);
int lib_open_loss(lua_State *L);
int lib_open_metric(lua_State *L);
int lib_open_optim(lua_State *L);
int lib_open_file(lua_State *L);
int lib_open_worker(lua_State *L); /* processes that work for this one */
int lib_open_store(lua_State *L);  /* SQLite, locks, digests */
int lib_spawn(lua_State *L);   /* in lib_process.c; a field of the file table */
int lib_nearest(lua_State *L); /* in lib_names.c; a field of core itself */

/* --- classes -------------------------------------------------------------*/
/* Makes the class's metatable once: metamethods, methods under __index,
   __name, __metatable hidden. Other keys raise, to read and to write. Leaves it
   on the stack. */
void lib_class(lua_State *L, const char *name, const luaL_Reg *metamethods,
               const luaL_Reg *methods);
/* The userdata at idx if it begins with this tag, an address that no other
   class has, and has at least `size` bytes; else NULL. Three times as fast as
   luaL_testudata: a network's passes ask at every layer. */
static inline void *lib_tagged(lua_State *L, int idx, const void *tag,
                               size_t size) {
  const void **u = lua_touserdata(L, idx);
  return u && lua_rawlen(L, idx) >= size && *u == tag ? (void *)u : NULL;
}
/* May `bytes` more be had, after a full collection if need be? What the answer
   is for is large: of little it says yes without asking. */
bool lib_has_memory(lua_State *L, size_t bytes);
/* Pushes and returns "745 GiB". */
const char *lib_size_text(lua_State *L, double bytes);
/* A plain userdata of so many bytes; raises at the user's line, with the size,
   where there is no room for it. */
void *lib_newmemory(lua_State *L, size_t bytes, int slots);
/* A userdata of `size` bytes of class `name`, with `slots` user values. */
void *lib_new(lua_State *L, const char *name, size_t size, int slots);

/* --- matrices ------------------------------------------------------------*/
/* Pushes a new matrix, contents unset. Raises `who: ...` on sizes that are
   negative or overflow. */
or_matrix *lib_newmatrix(lua_State *L, const char *who, lua_Integer rows,
                         lua_Integer cols, or_precision p);
/* The matrix at arg, or an error that names what was there instead. */
or_matrix *lib_checkmatrix(lua_State *L, int arg);
or_matrix *lib_testmatrix(lua_State *L, int arg);
/* A view's exponent is its parent's: brings that of m, a matrix from one of
   these, up to date. For who keeps such pointers. */
void lib_refresh(const or_matrix *m);
/* The same with exponent 0: where it was not, a folded copy takes the
   argument's place on the stack. Raises where the values do not fit. */
or_matrix *lib_plainmatrix(lua_State *L, const char *who, int arg);
/* Scratch for the core (core/arena.h) is userdata. Pushes one of `bytes`. */
void lib_new_arena(lua_State *L, size_t bytes);
/* The arena over it; an empty one where idx has none. */
or_arena lib_arena_at(lua_State *L, int idx);
/* Pushes one of arena->needed bytes, and lays the arena over it: the one that
   was kept, taken out so that no other computation finds it, or a new one. */
void lib_grow_arena(lua_State *L, or_arena *arena);
/* Pops that userdata, and keeps it for the next computation; the collector may
   have it before. */
void lib_keep_arena(lua_State *L);
/* Runs a computation over an empty arena and, where it asks for scratch, again
   with that. Ctrl-C is looked at. Leaves the stack as it was. */
typedef or_status lib_computation(void *context, or_arena *arena);
or_status lib_compute(lua_State *L, lib_computation *f, void *context,
                      or_arena *arena);
/* The same for what may take long: at a prompt that would wait it runs in a
   copy of this process, which Ctrl-C ends (system/apart.h). */
typedef struct lib_effort {
  double cost;  /* of this many multiplications, as an SVD makes them */
  bool at_once; /* the work is done over the empty arena already */
  int count;    /* what it writes beside the arena */
  sys_part parts[8];
} lib_effort;
or_status lib_compute_long(lua_State *L, lib_computation *f, void *context,
                           or_arena *arena, const lib_effort *effort);
/* Adds a matrix and its elements to what is written; at most 3 have room
   beside a context. */
void lib_add_part(lib_effort *effort, or_matrix *m);
/* "3x4" for messages; pushes the string and returns it. */
const char *lib_shape(lua_State *L, const or_matrix *m);
/* c = op(a) op(b), with scratch fetched where the product needs it. */
void lib_product(lua_State *L, const char *who, bool ta, const or_matrix *a,
                 bool tb, const or_matrix *b, or_matrix *c);
/* Adds methods to the matrix class (other files' share of it). */
void lib_addmethods(lua_State *L, const char *class, const luaL_Reg *methods);
int lib_addmethod(lua_State *L);
/* A short description of the value at arg, for messages: "3.5", "the string
   'x'", "orthorun.rng", "nothing". May push. */
const char *lib_describe(lua_State *L, int arg);

/* --- activations ---------------------------------------------------------*/
/* The activation named by the string at arg, with its default alpha; raises
   on another name (and says the nearest) or type. */
or_activation lib_checkactivation(lua_State *L, const char *who, int arg);

/* While the core computes expectations of phi: where it is a function of the
   user's (lib_custom.c), his Lua function is called, and its first error is
   kept. `phi` must have come from lib_checkactivation and changes; settle
   raises that error. In between the stack must stay as it is. For integrals
   over arguments of variance q > 0 the function is looked at beforehand, for
   where it must be cut: that may raise, too. */
typedef struct lib_expectation {
  or_custom custom;
  lua_State *L;
  const or_custom *entry;
  bool failed;
} lib_expectation;
void lib_expect(lua_State *L, or_activation *phi, double q, lib_expectation *e);
void lib_settle(lua_State *L, const lib_expectation *e);
/* Pushes phi(z), phi'(z) or phi''(z) of a function of the user's, in z's
   precision. Raises where that does. */
or_matrix *lib_applycustom(lua_State *L, or_activation phi, or_order order,
                           const or_matrix *z);
/* The function of the user's that stands at arg as itself or in a table. */
or_activation lib_checkcustom(lua_State *L, const char *who, int arg);
/* The function of the user's called `name`, if there is one. */
bool lib_findcustom(lua_State *L, const char *name, or_activation *phi);
/* Pushes the array of their names, in the order of definition. */
void lib_pushcustoms(lua_State *L);
/* activation.define{...} and activation.defined() */
extern const luaL_Reg lib_custom_functions[];
/* Has ortho.layer such a field? And makes the function on top, popped, one. */
bool lib_haslayer(lua_State *L, const char *name);
void lib_addlayer(lua_State *L, const char *name);
/* Pushes a new layer of the activation. */
void lib_pushactivation(lua_State *L, or_activation phi);

/* --- rng -----------------------------------------------------------------*/
or_rng *lib_checkrng(lua_State *L, int arg);

/* --- arguments and options -----------------------------------------------*/
/* For messages: the functions of the module on top are called name.key (and
   name, where the module itself is called); the methods of every class of
   ours class:key. */
void lib_namemodule(lua_State *L, const char *name);
void lib_nameclasses(lua_State *L);
/* Raises `loss.mse: argument 2 must be a matrix, not nothing`, with the name
   of the running function; for a method's self `matrix:svd: self must be...`.
   A method's arguments count without self. */
int lib_wrongargument(lua_State *L, int arg, const char *wanted);
/* Arguments of one type, nothing converted; else as lib_wrongargument. */
lua_Number lib_checknumber(lua_State *L, int arg);
const char *lib_checkstring(lua_State *L, int arg, size_t *length);
void lib_checktable(lua_State *L, int arg);
/* Is it a function, or an object that can be called? Matrices and layers say
   what to write instead when they are, so they are not. */
bool lib_is_callable(lua_State *L, int arg);
/* An integer argument in [low, high]; fractions, NaN and strings raise with
   the value and the range. */
lua_Integer lib_checkinteger(lua_State *L, const char *who, int arg,
                             const char *what, lua_Integer low,
                             lua_Integer high);
/* Checks that arg is nil or a table whose every key is in `known` (a NULL
   terminated list): `who: unknown option 'gian' (did you mean 'gain'?)`.
   Returns false for nil. */
bool lib_options(lua_State *L, const char *who, int arg,
                 const char *const known[]);
/* Fields of the option table at arg (which may be nil): type checked. */
lua_Number lib_optnumber(lua_State *L, const char *who, int arg,
                         const char *key, lua_Number fallback);
lua_Integer lib_optinteger(lua_State *L, const char *who, int arg,
                           const char *key, lua_Integer fallback,
                           lua_Integer low, lua_Integer high);
bool lib_optboolean(lua_State *L, const char *who, int arg, const char *key,
                    bool fallback);
/* options.precision, else the run's default. */
or_precision lib_optprecision(lua_State *L, const char *who, int arg);
or_precision lib_default_precision(lua_State *L);
void lib_setprecision(lua_State *L, or_precision p);
/* The precision named by the string at arg; raises on another. */
or_precision lib_checkprecision(lua_State *L, const char *who, int arg);
/* The name of `list` nearest to `name` if it is near enough to be a slip of the
   finger, else NULL (lib_names.c). */
const char *lib_nearest_name(const char *name, const char *const list[]);
/* The same among the string keys of the table at idx. Pushes it where there is
   one. */
const char *lib_nearest_key(lua_State *L, int idx, const char *name);
/* Raises `who: unknown WHAT 'name' (did you mean 'x'? known: a, b, c)`. */
int lib_unknown(lua_State *L, const char *who, const char *what,
                const char *name, const char *const list[]);

/* Pushes the initializer of that name with its default options, or raises. */
int lib_pushinitializer(lua_State *L, const char *name);

/* --- the end of the run --------------------------------------------------*/
/* The exit status of a run that raises nothing: 0 unless the library has set
   another (core.set_exit_status), as sweeps do where trials failed. */
int lib_exit_status(lua_State *L);

/* --- errors --------------------------------------------------------------*/
/* Raises with the position of the caller in the user's script. */
int lib_error(lua_State *L, const char *format, ...);
/* Is a chunk of this source (lua_Debug's) a file of our own Lua library? */
bool lib_is_ours(const char *source);
/* Says where that is: what its files' sources begin with. */
void lib_set_library(const char *root);
/* Pushes "script.lua:12: " for the innermost line of Lua that is the user's.
   Where there is none, since the script ended with a tail call into the
   library: what the registry has at LIB_LAST_LINE, else "". */
void lib_push_place(lua_State *L);
#define LIB_LAST_LINE "orthorun.last_line"
/* In a message handler: the message, with the user's line in front where it was
   raised by our own Lua library and has none, or one of the library's. level:
   of the first frame above the handler. Pushes some values. */
const char *lib_place_message(lua_State *L, const char *message, int level);
/* How many frames the stack has. */
int lib_stack_depth(lua_State *L);
/* Pushes the message and the frames of the stack from `level` on that are lines
   of the user's, but for the outermost `outer` frames; all of them, after
   lib_whole_tracebacks. */
void lib_push_traceback(lua_State *L, const char *message, int level,
                        int outer);
void lib_whole_tracebacks(lua_State *L);
/* Raises `who: text of status` unless status is OR_OK. */
void lib_check(lua_State *L, const char *who, or_status status);
/* Raises "interrupted!" if Ctrl-C was pressed; long C loops call it between
   steps. */
void lib_poll(lua_State *L);
/* Returns nil and the text of a status of src/system; after Ctrl-C raises as
   lib_poll does. */
int lib_failure(lua_State *L, sys_status status);

#endif
