/* main.c: which workload, with which words. NB in the environment: how many
   reflections are applied at a time; SHOWCORE: name the BLAS kernel. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ceiling.h"

static const struct {
  const char *name, *words;
  int least; /* words */
  void (*run)(int count, char **words);
} workloads[] = {{"peak", "n..", 0, run_peak},
                 {"sweep",
                  "n depths seeds B gauss|qr|stewart|implicit workers [gram]",
                  6, run_sweep},
                 {"drift", "n L B steps every svd", 6, run_drift},
                 {"init", "n..", 0, run_init},
                 {"svd", "n..", 0, run_svd},
                 {"rng", "", 0, run_rng},
                 {"denorm", "[n]", 0, run_denormals}};
enum { WORKLOADS = sizeof workloads / sizeof *workloads };

static int usage(void) {
  for (int i = 0; i < WORKLOADS; i++)
    fprintf(stderr, "usage: ceiling %s %s\n", workloads[i].name,
            workloads[i].words);
  return 2;
}

static void show_kernel(void) {
  char *(*name)(void);
  *(void **)&name = dlsym(RTLD_DEFAULT, "openblas_get_corename");
  fprintf(stderr, "core=%s\n", name ? name() : "(not OpenBLAS)");
}

int main(int argc, char **argv) {
  if (getenv("NB"))
    block_size = atoi(getenv("NB"));
  if (getenv("SHOWCORE"))
    show_kernel();
  for (int i = 0; argc > 1 && i < WORKLOADS; i++)
    if (!strcmp(argv[1], workloads[i].name)) {
      if (argc - 2 < workloads[i].least)
        return usage();
      workloads[i].run(argc - 2, argv + 2);
      return 0;
    }
  return usage();
}
