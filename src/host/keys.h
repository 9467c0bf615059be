/* keys.h: what comes from the terminal, as keys and as text: a paste is told
   from typing, so that tabs in it are no commands. */
#ifndef ORTHORUN_KEYS_H
#define ORTHORUN_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

#include "answers.h"

typedef enum key_kind {
  KEY_CHARACTER, /* a key that was pressed */
  KEY_TEXT,      /* a piece of pasted text, without newlines */
  KEY_DISTURBED, /* the terminal was resized, or we were in the background */
  KEY_CANCELLED, /* Ctrl-C */
  KEY_END        /* the terminal is gone */
} key_kind;

typedef struct key {
  wchar_t character;
  const char *text; /* valid UTF-8, ends with 0; valid until the next call */
} key;

/* Waits for the next one. */
key_kind keys_next(key *k);
/* Has something come that was not asked for yet? Does not wait. */
bool keys_waiting(void);
/* Forgets what has come and was not asked for yet. */
void keys_drop(void);
/* What has come and was not asked for yet, up to a newline, or NULL for
   nothing; to be freed by the caller. */
char *keys_peek(void);
/* What the terminal says of itself; asked at the first call alone, and waited
   for so many milliseconds. What comes later is taken out of the keys, and
   known from then on; what the user types meanwhile stays. kitty: ask for its
   protocol, too. */
answers keys_ask_terminal(bool kitty, int patience);
/* Asks the terminal to mark pastes, from now on or no longer. */
void keys_mark_pastes(int on);

#endif
