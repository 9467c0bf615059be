/* kernel_test.c: which BLAS kernel the host asks for. */
#include <string.h>

#include "../../src/host/kernel.h"
#include "check.h"

static const cpu_features plain = {false, false};
static const cpu_features avx2 = {.avx2_fma = true};
static const cpu_features avx512 = {.avx2_fma = true, .avx512 = true};

static int wants(const char *kernel, cpu_features cpu, const char *expected) {
  const char *wanted = blas_kernel_wanted(kernel, cpu);
  return expected ? wanted && !strcmp(wanted, expected) : wanted == NULL;
}

static void old_kernels_are_replaced_by_what_the_cpu_can_run(void) {
  const char *const old[] = {
      "Prescott",   "Core2",   "Penryn",      "Atom",      "Nehalem",
      "Dunnington", "Generic", "Sandybridge", "Barcelona", "Bulldozer"};
  for (size_t i = 0; i < sizeof old / sizeof old[0]; i++) {
    CHECK(wants(old[i], avx512, "SkylakeX"));
    CHECK(wants(old[i], avx2, "Haswell"));
    CHECK(wants(old[i], plain, NULL));
  }
}

static void good_kernels_are_kept(void) {
  const char *const good[] = {"Haswell",    "Zen",       "SkylakeX",
                              "Cooperlake", "Excavator", "Sapphirerapids"};
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
    CHECK(wants(good[i], avx512, NULL));
}

static void unknown_kernels_are_left_alone(void) {
  CHECK(wants("", avx512, NULL));
  CHECK(wants("armv8", plain, NULL));
  CHECK(wants("Prescott2", avx512, NULL));
}

int main(void) {
  old_kernels_are_replaced_by_what_the_cpu_can_run();
  good_kernels_are_kept();
  unknown_kernels_are_left_alone();
  return check_report();
}
