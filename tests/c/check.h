/* check.h: the little that a C test needs. A test is a program of CHECKs whose
   main ends with `return check_report();`. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>

static int checks_passed, checks_failed;

#define CHECK(condition)                                                       \
  check_that((condition) != 0, #condition, __FILE__, __LINE__)

static void check_that(int good, const char *what, const char *file, int line) {
  if (good) {
    checks_passed++;
    return;
  }
  checks_failed++;
  printf("%s:%d: failed: %s\n", file, line, what);
}

/* Prints the count that tests/run reads; the program's exit code. */
static int check_report(void) {
  printf("%d passed, %d failed\n", checks_passed, checks_failed);
  return checks_failed != 0;
}

#endif
