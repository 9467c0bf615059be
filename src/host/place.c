/* place.c: where the program's parts stand: beside it, in the folder that it
   was built in, or where `make install` puts them. It opens none of them. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host.h"

/* Is there such a file? Its real path goes into `path`. */
static bool is_program(const char *folder, int length, const char *name,
                       char path[PATH_MAX]) {
  char candidate[PATH_MAX];
  int size =
      snprintf(candidate, sizeof candidate, "%.*s/%s", length, folder, name);
  return size < (int)sizeof candidate && access(candidate, X_OK) == 0 &&
         realpath(candidate, path);
}

/* As the shell found it, where there is no /proc. */
static bool search_path(const char *name, char path[PATH_MAX]) {
  const char *folders = getenv("PATH");
  if (!name || !folders || strchr(name, '/'))
    return name && realpath(name, path);
  for (const char *next = folders; *next; next += *next == ':') {
    const char *folder = next;
    next += strcspn(next, ":");
    if (is_program(folder, (int)(next - folder), name, path))
      return true;
  }
  return false;
}

/* The folder of the running program, behind any links, without a slash at its
   end. */
static void find_program_folder(const char *name, char folder[PATH_MAX]) {
  ssize_t length = readlink("/proc/self/exe", folder, PATH_MAX - 1);
  if (length > 0)
    folder[length] = '\0';
  else if (!search_path(name, folder))
    strcpy(folder, "./orthorun");
  *strrchr(folder, '/') = '\0';
}

static bool is_built_here(const char *folder) {
  char file[PATH_MAX + 32];
  snprintf(file, sizeof file, "%s/lua/orthorun/init.lua", folder);
  return access(file, F_OK) == 0;
}

void host_find_places(host_places *places, const char *program) {
  char folder[PATH_MAX];
  find_program_folder(program, folder);
  const char *base = folder, *library = "/lua";
  const char *experiments = "/experiments";
  if (!is_built_here(folder)) {
    char *slash = strrchr(folder, '/');
    if (slash)
      *slash = '\0'; /* of bin */
    else
      base = "..";
    library = "/share/orthorun";
    experiments = "/share/orthorun/experiments";
  }
  snprintf(places->library, HOST_PATH, "%s%s", base, library);
  snprintf(places->experiments, HOST_PATH, "%s%s", base, experiments);
}
