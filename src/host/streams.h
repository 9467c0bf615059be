/* streams.h: while JSON lines go over standard input and output, what is
   printed becomes lines, too: by Lua, by C, by children and by copies of the
   process that are no workers. All in the order in which it was printed,
   stdout and stderr alike, at most so much of it for each request. */
#ifndef ORTHORUN_STREAMS_H
#define ORTHORUN_STREAMS_H

#include <stdbool.h>
#include <stddef.h>

/* Takes standard input and output for lines, and catches what is printed from
   here on; programs and Lua find an empty standard input. Before Lua is opened,
   which keeps stdout and stderr. *requests: where lines are to be read. false,
   with errno, where the system refuses. */
bool streams_open(int *requests);
/* What is printed from here on belongs to the request whose id, as JSON, this
   is (at most STREAMS_ID bytes); no more than `most` bytes of it go out. */
enum { STREAMS_ID = 200 };
void streams_begin(const char *id, size_t length, size_t most);
/* Everything printed so far goes out, and how much was left out. */
void streams_end(void);
/* Sends a line, behind what was printed before it. */
void streams_send(const char *line, size_t length);

#endif
