/* experiments.c: the experiments that come with the program, which run by name
   from anywhere. Finds and lists them; what is in them is Lua's business. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../bind/lib.h"
#include "host.h"

enum { MOST = 1000, NAME = 64 };

/* --- their names --------------------------------------------------------- */

static int by_name(const void *a, const void *b) { return strcmp(a, b); }

/* The names in the folder, sorted; how many. */
static int read_names(const char *folder, char names[MOST][NAME]) {
  DIR *files = opendir(folder);
  struct dirent *entry;
  int n = 0;
  while (files && n < MOST && (entry = readdir(files))) {
    const char *name = entry->d_name, *end = strrchr(name, '.');
    if (end && end != name && !strcmp(end, ".lua") && end - name < NAME)
      snprintf(names[n++], NAME, "%.*s", (int)(end - name), name);
  }
  if (files)
    closedir(files);
  qsort(names, (size_t)n, NAME, by_name);
  return n;
}

static bool is_file(const char *path) {
  struct stat about;
  return stat(path, &about) == 0 && !S_ISDIR(about.st_mode);
}

/* Is there such an experiment? Its path goes into `path`. */
static bool find(const char *folder, const char *name, char path[HOST_PATH]) {
  int size = snprintf(path, HOST_PATH, "%s/%s.lua", folder, name);
  return size < HOST_PATH && is_file(path);
}

/* --- a script by its name ------------------------------------------------ */

static void add_nearest(const host_places *places, const char *word,
                        char *message, size_t size) {
  static char names[MOST][NAME];
  const char *list[MOST + 1] = {NULL};
  int n = read_names(places->experiments, names);
  for (int i = 0; i < n; i++)
    list[i] = names[i];
  const char *near = lib_nearest_name(word, list);
  size_t length = strlen(message);
  if (near)
    length += (size_t)snprintf(message + length, size - length,
                               " (did you mean %s?)", near);
  for (int i = 0; i < n && length < size; i++)
    length += (size_t)snprintf(message + length, size - length, "%s%s",
                               i ? ", " : "\nThe experiments: ", list[i]);
}

/* "depth_sweep" of "experiments/depth_sweep.lua". */
static void take_stem(const char *word, char stem[NAME]) {
  const char *slash = strrchr(word, '/');
  snprintf(stem, NAME, "%s", slash ? slash + 1 : word);
  char *end = strrchr(stem, '.');
  if (end && !strcmp(end, ".lua"))
    *end = '\0';
}

bool host_find_script(const host_places *places, const char *word,
                      char path[HOST_PATH]) {
  char message[4096], stem[NAME];
  bool is_name = !strpbrk(word, "./");
  if (snprintf(path, HOST_PATH, "%s", word) >= HOST_PATH || is_file(word))
    return true;
  if (is_name && find(places->experiments, word, path))
    return true;
  take_stem(word, stem);
  if (is_name) {
    snprintf(message, sizeof message,
             "no file and no experiment is called '%.200s'", word);
    add_nearest(places, word, message, sizeof message);
  } else if (find(places->experiments, stem, path)) {
    snprintf(message, sizeof message,
             "cannot open %.1000s (the experiment: orthorun %s)", word, stem);
  } else {
    snprintf(path, HOST_PATH, "%s", word); /* Lua says what is wrong */
    return true;
  }
  host_message(message);
  return false;
}

/* --- the list ------------------------------------------------------------ */

/* The text of the comment in this line, or NULL: on its first line it may
   stand behind code. */
static const char *comment_of(const char *line, bool is_first) {
  const char *text = is_first ? strstr(line, "--") : line;
  return text && !strncmp(text, "--", 2) ? text + 2 + strspn(text + 2, " ")
                                         : NULL;
}

/* The first sentence of the comment that a script begins with. */
static void read_about(const char *path, char *about, size_t size) {
  char line[256];
  size_t length = 0;
  FILE *file = fopen(path, "r");
  *about = '\0';
  for (bool first = true; file && fgets(line, sizeof line, file);
       first = false) {
    const char *text = comment_of(line, first);
    if (!text || length + strlen(text) + 1 >= size)
      break;
    length += (size_t)sprintf(about + length, "%.*s ", (int)strcspn(text, "\n"),
                              text);
  }
  if (file)
    fclose(file);
  for (char *end = about; *end; end++)
    if (strchr(".?", *end) && end[1] == ' ')
      end[1] = '\0';
}

/* Prints words on lines of 79 columns, from column `from` on. */
static void print_words(const char *text, int from) {
  enum { WIDTH = 79 };
  int column = from;
  while (*text) {
    int length = (int)strcspn(text, " ");
    if (column > from && column + 1 + length > WIDTH) {
      printf("\n%*s", from, "");
      column = from;
    }
    column += printf("%s%.*s", column > from ? " " : "", length, text);
    text += length + (int)strspn(text + length, " ");
  }
  puts("");
}

void host_list_experiments(const host_places *places) {
  static char names[MOST][NAME];
  char path[HOST_PATH], about[1000];
  int n = read_names(places->experiments, names), longest = 0;
  for (int i = 0; i < n; i++)
    if ((int)strlen(names[i]) > longest)
      longest = (int)strlen(names[i]);
  for (int i = 0; i < n; i++) {
    find(places->experiments, names[i], path);
    read_about(path, about, sizeof about);
    printf("%-*s ", longest, names[i]);
    print_words(about, longest + 1);
  }
  if (n == 0)
    printf("no experiments are in %s\n", places->experiments);
}
