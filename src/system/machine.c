/* machine.c: see machine.h. */
#define _GNU_SOURCE
#include "machine.h"

#include <sched.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/vfs.h>
#endif

double sys_clock(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

int sys_cores(void) {
  long n = sysconf(_SC_NPROCESSORS_ONLN);
#ifdef __linux__
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0)
    n = CPU_COUNT(&set);
#endif
  return n > 0 ? (int)n : 1;
}

bool sys_is_local_disk(const char *path) {
  bool local = false;
#ifdef __linux__
  static const unsigned long known[] = {0xef53 /* ext */,
                                        0x58465342 /* xfs */,
                                        0x9123683e /* btrfs */,
                                        0x01021994 /* tmp */,
                                        0x794c7630 /* overlay */,
                                        0x2fc12fc1 /* zfs */,
                                        0xf2f52010 /* f2fs */};
  struct statfs st;
  if (statfs(path, &st) == 0)
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
      local = local || (unsigned long)st.f_type == known[i];
#else
  (void)path;
#endif
  return local;
}
