/* json_repl.c: a session whose entries come as JSON lines, and whose results go
   so: what it needs of the process, as Lua functions. What the lines say is
   Lua's business (lua/orthorun/prompt/json.lua). */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../bind/lib.h"
#include "../system/status.h"
#include "host.h"
#include "lines.h"
#include "session.h"
#include "streams.h"

static int requests = -1; /* the descriptor */

bool host_open_json(void) {
  if (streams_open(&requests))
    return true;
  char message[200];
  snprintf(message, sizeof message, "--json-repl: cannot begin: %s",
           strerror(errno));
  host_message(message);
  return false;
}

/* While an entry runs, which may ask for input; else a SIGINT comes too late.
 */
static bool is_interrupted(void) { return sys_interrupted; }

/* read() -> line | nil, "end" | nil, "interrupted" | nil, "memory" */
static int read_line(lua_State *L) {
  static const char *const why[] = {
      [LINES_END] = "end",
      [LINES_INTERRUPTED] = "interrupted",
      [LINES_NO_MEMORY] = "memory",
  };
  char *line;
  size_t length;
  lines_result result = lines_read(requests, &line, &length, is_interrupted);
  if (result == LINES_READ) {
    lua_pushlstring(L, line, length);
    return 1;
  }
  luaL_pushfail(L);
  lua_pushstring(L, why[result]);
  return 2;
}

/* send(line): behind what was printed before it */
static int send_line(lua_State *L) {
  size_t length;
  const char *line = luaL_checklstring(L, 1, &length);
  streams_send(line, length);
  return 0;
}

/* begin(id, most): what is printed now belongs to the request of this id (as
   JSON, at most 200 bytes); at most so many bytes of it are sent */
static int begin_request(lua_State *L) {
  size_t length;
  const char *id = luaL_checklstring(L, 1, &length);
  lua_Integer most = luaL_checkinteger(L, 2);
  luaL_argcheck(L, length <= STREAMS_ID, 1, "too long");
  luaL_argcheck(L, most >= 0, 2, "negative");
  streams_begin(id, length, (size_t)most);
  return 0;
}

/* finish(): all that was printed is sent */
static int finish_request(lua_State *L) {
  (void)L;
  streams_end();
  return 0;
}

static void push_functions(lua_State *L) {
  static const luaL_Reg functions[] = {{"read", read_line},
                                       {"send", send_line},
                                       {"begin", begin_request},
                                       {"finish", finish_request},
                                       {NULL, NULL}};
  session_push_functions(L);
  luaL_setfuncs(L, functions, 0);
}

bool host_json_repl(lua_State *L) {
  host_set_program(NULL);
  return session_run(L, "orthorun.prompt.json", push_functions);
}
