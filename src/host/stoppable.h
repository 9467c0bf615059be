/* stoppable.h: those of Lua's functions that may stay inside of C for long, in
   a form that Ctrl-C stops. For the prompt; scripts keep Lua's own, since
   Ctrl-C ends them anyhow. */
#ifndef ORTHORUN_STOPPABLE_H
#define ORTHORUN_STOPPABLE_H

#include <lua.h>

/* Puts them into the tables `string`, `table` and `os`, in place of Lua's. */
void stoppable_open(lua_State *L);

#endif
