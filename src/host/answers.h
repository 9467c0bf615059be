/* answers.h: what a terminal says of itself when it is asked: whether it draws
   pictures. Bytes in, facts out; who asks and reads is keys.c's business. */
#ifndef ORTHORUN_ANSWERS_H
#define ORTHORUN_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>

/* What has been said so far. */
typedef struct answers {
  bool complete; /* the answer that comes last is there */
  bool kitty;    /* takes PNG by kitty's graphics protocol */
  bool sixel;
  int colors; /* that sixel pictures may have; 0: not said */
} answers;

/* The question; of kitty's protocol only on request, since some old terminals
   show that part. A terminal that knows neither answers the last part alone. */
const char *answers_question(bool kitty);
/* Is there an answer at s, of n bytes? Its length; 0: no; more than n: there
   may be one, when more bytes have come. Adds what it says to *said. */
size_t answers_take(answers *said, const unsigned char *s, size_t n);

#endif
