/* gather.c: see gather.h. The columns lie far apart in memory that no cache
   has: each is asked for while the one before it is copied, and threads share
   the waiting. */
#include "gather.h"

#include <string.h>

#include "parallel.h"

enum { LINE = 64, SHARE = 1 << 16 }; /* bytes of a cache line, and of a task */

typedef struct gather {
  const or_matrix *from, *to;
  const int *columns;
  size_t bytes; /* of a column */
  int share;    /* columns in a task */
} gather;

static char *column(const or_matrix *m, int j) {
  return or_matrix_block(m, 0, j, m->rows, 1).data;
}

static void ask_for(const char *p, size_t bytes) {
#ifdef __GNUC__
  for (size_t i = 0; i < bytes; i += LINE)
    __builtin_prefetch(p + i);
#endif
}

static void run_share(void *context, int i) {
  const gather *g = context;
  int first = i * g->share, end = first + g->share;
  if (end > g->to->cols)
    end = g->to->cols;
  for (int k = first; k < end; k++) {
    if (k + 1 < end)
      ask_for(column(g->from, g->columns[k + 1]), g->bytes);
    memmove(column(g->to, k), column(g->from, g->columns[k]), g->bytes);
  }
}

void or_gather(const or_matrix *from, const int *columns, or_matrix *to) {
  gather g = {.from = from, .to = to, .columns = columns};
  g.bytes = (size_t)to->rows * or_precision_size(to->precision);
  g.share = g.bytes < SHARE ? (int)(SHARE / (g.bytes + 1)) : 1;
  or_parallel((to->cols + g.share - 1) / g.share, run_share, &g);
}
