/* memerr_test.c: memory that runs out. Lua's allocator lets n requests pass
   and refuses the rest, for n = 0, 1, 2... until a task is done (as in
   testes/memerr.lua of Lua's own tests). Each time the error must be Lua's
   "not enough memory", the task must do afterwards what it did before, and
   when the state is closed no byte, descriptor or process may be left. */
#include <lualib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../src/bind/lib.h"
#include "check.h"

static const char *const tasks[] = {
    "local A = matrix{{1, 2}, {3, 4}, {5, 6}} "
    "local B = (A:t() * A + 1) / 2 - matrix.eye(2) "
    "return (B:col(1):hadamard(B:sub(1, 2, 2, 2)) * 2.0^900):log10_norm()",

    "return #tostring(matrix.ones(3, 3)) + #tostring(matrix.zeros(99, 2)) + "
    "#matrix.diag{1, 2}:totable() + #matrix.hcat(A, A):tolist()",

    "return A:map(function(x) return 2 * x end):sum() + A:assign(A:t()):max()",

    "local Q, R = A:qr() local U, s, V = A:svd() local w = (A + A:t()):eigh() "
    "return Q:sum() + R:sum() + U:sum() + s:sum() + V:sum() + w:sum()",

    "return A:inv():sum() + A:solve(A:col(1)):sum() + A:expm():norm() + "
    "A:polar():sum() + A:logdet() + A:cond(1) + A:rank() + A:pinv():sum()",

    "return (matrix.full(4, 4, 2.0^1000) * matrix.full(4, 4, 2.0^1000))"
    ":log10_norm()",

    "local s = r:split('x') local n = s:permutation(9) "
    "return s:normal(2, 3):sum() + s:uniform(2, 2, {low = 1, high = 2}):sum() "
    "+ n[1] + s:copy():integer(1, 100)",

    "local sum = 0 for _, name in ipairs(core.init.names()) do "
    "local f = core.init[name]() "
    "sum = sum + f(r:copy(), 4, 4, 'float32'):sum() + #tostring(f) end "
    "return sum",

    "local l, o = core.layer, {inputs = 3, outputs = 3, rng = r:copy(), "
    "init = core.init.orthogonal()} "
    "local net = l.sequential{l.linear(o), l.tanh(), "
    "l.residual{l.linear(o), l.relu()}, l.layer_norm{size = 3}} "
    "local y = net:forward(A) net:backward(y) "
    "return y:sum() + #net:parameters() + #tostring(net)",

    /* a net that outlives the failures, and whose buffers change size */
    "net:zero_grad() local x = matrix.ones(3, 1 + k % 3) k = k + 1 "
    "local y = net:forward(x) local v, g = core.loss.mse(y, 2 * y) "
    "net:backward(g) net:backward(g) net:forward(matrix.ones(3, 2)) "
    "return v + #net:jacobian(x:col(1)):tolist() + "
    "net:copy():forward(x:col(1)):sum()",

    "local y = net:forward(A) local v = core.loss.cross_entropy(y, {1, 2, 1}) "
    "net:backward(y) return v + #core.metric.log10_grad_norms(net) + "
    "#core.metric.jacobian_spectrum(net, A:col(1))",

    "local m = core.metric return m.orthogonality_error(A) + "
    "m.gram_drift(A, A:t()) + m.balance(A, A) + m.effective_rank(A) + "
    "m.stable_rank(A) + #m.singular_values(A)",

    "local o = core.optim.adam{lr = 1e-9} net:forward(A) net:backward("
    "matrix.ones(2, 3)) core.optim.clip(net, 1) o:step(net) return o:steps()",

    "local ok = pcall(core.loss.mse, A, A:col(1)) "
    "local known = pcall(core.layer.linear, {inptus = 1}) "
    "return ok == known and 1 or 0",

    "return core.activation.gain('gelu') + "
    "core.activation.moment('tanh', {q = 2})",

    "local f, text = core.file, ('text'):rep(500) "
    "return #f.gunzip(f.gzip(text), 2000) + #f.head('/dev/zero', 3000) + "
    "#f.read('/dev/null') + f.size('/dev/zero', 9)",

    "local status, out = core.file.spawn({'cat'}, ('text'):rep(500)) "
    "return status + #out",

    "local db <close> = core.store.open(':memory:', 'create') "
    "local lock <close> = core.store.lock(lock_name) "
    "return db:run('SELECT ? AS a UNION SELECT ? AS a', 1, 'x')[1].a + "
    "#core.store.digest(A)",

    "local w <close> = core.worker.fork(function(c) c:send(c:receive(2)) end, "
    "{}) w:send('ab') core.worker.wait({w}, 60) return #w:reply()",
};

static const char setup[] =
    "lock_name = os.tmpname() os.remove(lock_name) "
    "core = require 'orthorun.core' matrix, r, k = core.matrix, core.rng(1), 0 "
    "A = matrix{{4, 1, 0}, {1, 3, 1}, {0, 1, 2}} "
    "local function linear(m, n) return core.layer.linear{inputs = n, "
    "outputs = m, rng = r, init = core.init.he_normal()} end "
    "net = core.layer.sequential{linear(5, 3), core.layer.relu(), "
    "core.layer.layer_norm{size = 5}, linear(2, 5)}";

/* --- the allocator ------------------------------------------------------- */

enum { UNLIMITED = -1 };

typedef struct budget {
  long requests; /* how many more are granted, or UNLIMITED */
  size_t used;   /* bytes */
} budget;

static void *allocate(void *user, void *block, size_t old, size_t size) {
  budget *b = user;
  old = block ? old : 0;
  if (size > old && b->requests != UNLIMITED && b->requests-- == 0) {
    b->requests = 0;
    return NULL;
  }
  b->used += size - old;
  if (size > 0)
    return realloc(block, size);
  free(block);
  return NULL;
}

/* --- states and tasks ---------------------------------------------------- */

static int open_all(lua_State *L) {
  luaL_openlibs(L);
  luaL_requiref(L, "orthorun.core", luaopen_orthorun_core, 0);
  lua_settop(L, 0);
  if (luaL_dostring(L, setup) != LUA_OK)
    return lua_error(L);
  return 0;
}

/* A state with everything in it, or NULL with the reason in *status. */
static lua_State *open_state(budget *b, int *status) {
  lua_State *L = lua_newstate(allocate, b);
  *status = LUA_ERRMEM;
  if (!L)
    return NULL;
  lua_pushcfunction(L, open_all);
  *status = lua_pcall(L, 0, 0, 0);
  if (*status == LUA_OK)
    return L;
  lua_close(L);
  return NULL;
}

/* Runs the function on top of the stack, which stays; its number. */
static int run(lua_State *L, double *result) {
  lua_pushvalue(L, -1);
  int status = lua_pcall(L, 0, 1, 0);
  *result = lua_tonumber(L, -1);
  if (status != LUA_OK && status != LUA_ERRMEM)
    printf("status %d: %s\n", status, lua_tostring(L, -1));
  if (status == LUA_ERRMEM)
    CHECK(strcmp(lua_tostring(L, -1), "not enough memory") == 0);
  lua_pop(L, 1);
  return status;
}

static void reset(lua_State *L) {
  lua_pushinteger(L, 0);
  lua_setglobal(L, "k");
}

static void task_survives(lua_State *L, budget *b, const char *task) {
  double expected, result;
  int status = LUA_ERRMEM;
  CHECK(luaL_loadstring(L, task) == LUA_OK);
  reset(L);
  CHECK(run(L, &expected) == LUA_OK);
  for (long n = 0; status != LUA_OK && n < 100000; n++) {
    reset(L);
    b->requests = n;
    status = run(L, &result);
    b->requests = UNLIMITED;
    CHECK(status == LUA_OK || status == LUA_ERRMEM);
    reset(L);
    CHECK(run(L, &result) == LUA_OK && result == expected);
  }
  CHECK(status == LUA_OK);
  lua_pop(L, 1);
}

static int lowest_free_descriptor(void) {
  int fd = dup(STDIN_FILENO);
  close(fd);
  return fd;
}

static void every_task_survives(void) {
  budget b = {UNLIMITED, 0};
  int status, descriptor = lowest_free_descriptor();
  lua_State *L = open_state(&b, &status);
  CHECK(L != NULL);
  if (!L)
    return;
  for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++)
    task_survives(L, &b, tasks[i]);
  lua_close(L);
  CHECK(b.used == 0);
  CHECK(lowest_free_descriptor() == descriptor);
  CHECK(waitpid(-1, NULL, WNOHANG) < 0); /* no child is left */
}

static void opening_survives(void) {
  int status = LUA_ERRMEM;
  for (long n = 0; status != LUA_OK && n < 100000; n++) {
    budget b = {n, 0};
    lua_State *L = open_state(&b, &status);
    CHECK(status == LUA_OK || status == LUA_ERRMEM);
    if (L)
      lua_close(L);
    CHECK(b.used == 0);
  }
  CHECK(status == LUA_OK);
}

int main(void) {
  every_task_survives();
  opening_survives();
  return check_report();
}
