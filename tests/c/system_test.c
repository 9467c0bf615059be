/* system_test.c: the operating system's floor without Lua: files replaced as a
   whole, gzip both ways, numbers in files, programs, workers' messages, locks
   and databases across fork. Runs in a folder of its own, which it removes. */
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../src/system/apart.h"
#include "../../src/system/decode.h"
#include "../../src/system/digest.h"
#include "../../src/system/file.h"
#include "../../src/system/gzip.h"
#include "../../src/system/load.h"
#include "../../src/system/lock.h"
#include "../../src/system/machine.h"
#include "../../src/system/process.h"
#include "../../src/system/store.h"
#include "../../src/system/worker.h"
#include "check.h"

enum { MANY = 3000000 };

static unsigned char data[MANY], packed[MANY + MANY / 8], expanded[MANY];

static sys_bytes text_of(const char *text) {
  return (sys_bytes){text, strlen(text), 1, 0};
}

static sys_status save_text(const char *path, const char *text) {
  sys_bytes part = text_of(text);
  return sys_save(path, &part, 1);
}

static sys_status save_bytes(const char *path, const void *bytes, size_t n) {
  sys_bytes part = {bytes, n, 1, 0};
  return sys_save(path, &part, 1);
}

static int holds(const char *path, const char *wanted) {
  char text[256] = {0};
  FILE *f = fopen(path, "rb");
  if (!f)
    return 0;
  size_t n = fread(text, 1, sizeof text - 1, f);
  fclose(f);
  return n == strlen(wanted) && !memcmp(text, wanted, n);
}

static int exists(const char *path) { return access(path, F_OK) == 0; }

/* The end of a child that calls f(context): its result. */
static int in_child(int (*f)(void *), void *context) {
  fflush(NULL);
  pid_t pid = fork();
  if (pid == 0)
    _exit(f(context));
  return sys_reap(&pid).number;
}

/* --- files ----------------------------------------------------------------*/

static void test_save(void) {
  const double numbers[] = {1, 2, -1, 3, 4, -1};
  sys_bytes parts[2] = {text_of("head"), {numbers, 16, 2, 24}};
  CHECK(sys_save("a", parts, 2) == SYS_OK);
  struct stat st;
  mode_t mask = umask(027);
  CHECK(stat("a", &st) == 0 && st.st_size == 4 + 4 * 8);
  CHECK(save_text("b", "text") == SYS_OK && holds("b", "text"));
  CHECK(stat("b", &st) == 0 && (st.st_mode & 0777) == 0640);
  umask(mask);
  CHECK(save_text("a", "new") == SYS_OK && holds("a", "new"));
  CHECK(save_text("a", "") == SYS_OK && holds("a", ""));
  CHECK(save_text("no/a", "x") == ENOENT);
  CHECK(save_text(".", "x") == EISDIR);
  char longest[9000];
  memset(longest, 'x', sizeof longest);
  longest[sizeof longest - 1] = '\0';
  CHECK(save_text(longest, "x") == ENAMETOOLONG);
  CHECK(sys_make_folder(longest) == ENAMETOOLONG);
}

static int count_files(void) {
  sys_process p;
  char *argv[] = {"ls", "-A", NULL}, out[SYS_PROCESS_CHUNK];
  char err[SYS_PROCESS_CHUNK], *const chunks[2] = {out, err};
  size_t got[2];
  sys_input input = {"", 0};
  int lines = 0, bad = 0;
  CHECK(sys_process_start(&p, argv) == SYS_OK);
  while (sys_process_is_open(&p)) {
    bad += sys_process_exchange(&p, &input, chunks, got) != SYS_OK;
    for (size_t i = 0; i < got[0]; i++)
      lines += out[i] == '\n';
  }
  CHECK(bad == 0 && sys_process_wait(&p).number == 0);
  sys_process_close(&p);
  return lines;
}

/* A disk that fills while the new file is written, by way of a limit. */
static void test_failed_save(void) {
  CHECK(save_text("kept", "old") == SYS_OK);
  int before = count_files();
  struct rlimit limit, small;
  getrlimit(RLIMIT_FSIZE, &limit);
  small = limit;
  small.rlim_cur = 1000;
  signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  CHECK(save_bytes("kept", data, 100000) == EFBIG);
  setrlimit(RLIMIT_FSIZE, &limit);
  signal(SIGXFSZ, SIG_DFL);
  CHECK(holds("kept", "old"));
  CHECK(count_files() == before);
  if (exists("/dev/full"))
    CHECK(save_text("/dev/full", "x") == ENOSPC && exists("/dev/full"));
}

static void test_folders(void) {
  CHECK(sys_make_folder("x/y//z/") == SYS_OK && exists("x/y/z"));
  CHECK(sys_make_folder("x/y/z") == SYS_OK);
  CHECK(save_text("x/file", "") == SYS_OK);
  CHECK(sys_make_folder("x/file") == ENOTDIR);
  CHECK(sys_make_folder("x/file/more") == ENOTDIR);
  CHECK(!sys_is_terminal(-1) && sys_terminal_columns(-1) == 0);
}

/* --- gzip -----------------------------------------------------------------*/

/* Bytes of some entropy, the same on every run. */
static void fill_data(void) {
  uint32_t x = 1;
  for (int i = 0; i < MANY; i++) {
    x = x * 1664525 + 1013904223;
    data[i] = (unsigned char)(i < MANY / 2 ? x >> 24 : x >> 30);
  }
}

static size_t pack(size_t size) {
  size_t used = 0;
  CHECK(sys_gzip_bound(size) <= sizeof packed);
  CHECK(sys_gzip(data, size, packed, sys_gzip_bound(size), &used) == SYS_OK);
  return used;
}

static void test_gzip(void) {
  static const size_t sizes[] = {0, 1, 65535, 65536, 65537, 200000, MANY};
  for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
    size_t used = pack(sizes[k]), total = 1;
    CHECK(sys_gunzip(packed, used, NULL, sizes[k], &total) == SYS_OK);
    CHECK(total == sizes[k]);
    memset(expanded, 0, sizeof expanded);
    CHECK(sys_gunzip(packed, used, expanded, total, &total) == SYS_OK);
    CHECK(total == sizes[k] && !memcmp(data, expanded, total));
    if (sizes[k] > 0)
      CHECK(sys_gunzip(packed, used, NULL, sizes[k] - 1, &total) ==
            SYS_GZIP_LARGE);
  }
  CHECK(packed[3] == 0);                     /* no name */
  CHECK(!memcmp(packed + 4, "\0\0\0\0", 4)); /* no time */
}

static void test_damaged_gzip(void) {
  size_t total, used = pack(5000), half = used / 2;
  for (size_t cut = 0; cut < used; cut += 7)
    CHECK(sys_gunzip(packed, cut, NULL, MANY, &total) == SYS_GZIP_SHORT);
  CHECK(sys_gunzip(packed, used - 1, NULL, MANY, &total) == SYS_GZIP_SHORT);
  packed[used - 6] ^= 1; /* of the checksum */
  CHECK(sys_gunzip(packed, used, NULL, MANY, &total) == SYS_GZIP_DAMAGED);
  packed[used - 6] ^= 1;
  packed[half] ^= 1;
  CHECK(sys_gunzip(packed, used, NULL, MANY, &total) == SYS_GZIP_DAMAGED);
  packed[half] ^= 1;
  CHECK(sys_gunzip(data, 100, NULL, MANY, &total) == SYS_GZIP_DAMAGED);
  memcpy(packed + used, packed, used); /* two streams are one */
  CHECK(sys_gunzip(packed, 2 * used, NULL, MANY, &total) == SYS_OK);
  CHECK(total == 10000);
  memset(packed + used, 'x', 20);
  CHECK(sys_gunzip(packed, used + 20, NULL, MANY, &total) == SYS_GZIP_DAMAGED);
  sys_interrupted = 1;
  CHECK(sys_gunzip(packed, used, NULL, MANY, &total) == SYS_INTERRUPTED);
  sys_interrupted = 0;
}

/* How much of the file sys_stream_read gives, at most MANY bytes. */
static sys_status read_file(const char *path, int64_t *got) {
  sys_stream s;
  *got = 0;
  sys_status status = sys_stream_open(&s, path);
  if (status == SYS_OK)
    status = sys_stream_read(&s, expanded, MANY, got);
  sys_stream_close(&s);
  sys_stream_close(&s);
  return status;
}

static void test_streams(void) {
  int64_t got;
  size_t used = pack(300000);
  CHECK(save_bytes("s.gz", packed, used) == SYS_OK);
  CHECK(read_file("s.gz", &got) == SYS_OK && got == 300000);
  CHECK(!memcmp(data, expanded, 300000));
  CHECK(save_bytes("s.gz", packed, used - 3) == SYS_OK);
  CHECK(read_file("s.gz", &got) == SYS_GZIP_SHORT);
  packed[used / 2] ^= 1;
  CHECK(save_bytes("s.gz", packed, used) == SYS_OK);
  CHECK(read_file("s.gz", &got) == SYS_GZIP_DAMAGED);
  CHECK(save_bytes("s", data, 100) == SYS_OK); /* plain */
  CHECK(read_file("s", &got) == SYS_OK && got == 100);
  CHECK(read_file(".", &got) == EISDIR);
  CHECK(read_file("missing", &got) == ENOENT);
  sys_interrupted = 1;
  CHECK(read_file("s", &got) == SYS_INTERRUPTED);
  sys_interrupted = 0;
}

/* --- numbers --------------------------------------------------------------*/

static void test_decode(void) {
  sys_encoding e;
  double x[2];
  float y[4] = {0, 7, 0, 7};
  const unsigned char bytes[] = {0xff, 0xfe, 0, 3};
  CHECK(sys_encoding_find("<i2", &e) && e.size == 2);
  sys_decode_f64(e, bytes, 2, 1, x, 1);
  CHECK(x[0] == -257 && x[1] == 768);
  CHECK(sys_encoding_find(">u2", &e));
  sys_decode_f32(e, bytes, 2, 2, y, 2);
  CHECK(y[0] == 32767 && y[1] == 7 && y[2] == 1.5f && y[3] == 7);
  CHECK(!sys_encoding_find("|u2", &e) && !sys_encoding_find("|u3", &e));
  CHECK(!sys_encoding_find("<f16", &e) && !sys_encoding_find("", &e));
}

static void test_load(void) {
  const unsigned char file[] = {'h', 'h', 1, 2, 3, 4, 5, 6};
  double x[8] = {0};
  int64_t found;
  sys_block b = {2, {SYS_U8, 1, false}, 1, true, false};
  sys_target to = {x, false, 2, 3, 2};
  CHECK(save_bytes("n", file, sizeof file) == SYS_OK);
  CHECK(sys_load("n", &b, &to, &found) == SYS_OK && found == 6);
  CHECK(x[0] == 1 && x[1] == 4 && x[2] == 2 && x[3] == 5 && x[5] == 6);
  b.by_rows = false;
  b.divisor = 2;
  CHECK(sys_load("n", &b, &to, &found) == SYS_OK && x[1] == 1 && x[5] == 3);
  to.cols = 4; /* more than there are */
  CHECK(sys_load("n", &b, &to, &found) == SYS_OK && found == 6);
  to.cols = 2; /* fewer */
  CHECK(sys_load("n", &b, &to, &found) == SYS_OK && found == 6);
  b.partial = true;
  CHECK(sys_load("n", &b, &to, &found) == SYS_OK && found == 4);
  b.offset = 100;
  CHECK(sys_load("n", &b, &to, &found) == SYS_OK && found == 0);
  CHECK(sys_load("missing", &b, &to, &found) == ENOENT);
  CHECK(sys_load("/dev/null", &b, &to, &found) == SYS_NOT_A_FILE);
}

static void test_digest(void) {
  sys_digest d = sys_digest_add(sys_digest_empty, "a", 1);
  CHECK(d.high == UINT64_C(0xd228cb696f1a8caf));
  CHECK(d.low == UINT64_C(0x78912b704e4a8964));
  sys_digest ab = sys_digest_add(sys_digest_empty, "ab", 2);
  d = sys_digest_add(d, "b", 1);
  CHECK(d.high == ab.high && d.low == ab.low);
}

/* --- programs -------------------------------------------------------------*/

/* Runs argv on `size` bytes; what it writes to `out`, how much to *got. */
static sys_end run(char **argv, const void *bytes, size_t size,
                   unsigned char *out, size_t *got) {
  static char chunk[2][SYS_PROCESS_CHUNK];
  char *const chunks[2] = {chunk[0], chunk[1]};
  sys_process p;
  size_t n[2];
  sys_input input = {bytes, size};
  int bad = 0;
  *got = 0;
  CHECK(sys_process_start(&p, argv) == SYS_OK);
  while (sys_process_is_open(&p)) {
    bad += sys_process_exchange(&p, &input, chunks, n) != SYS_OK;
    memcpy(out + *got, chunk[0], n[0]);
    *got += n[0];
  }
  CHECK(bad == 0);
  return sys_process_wait(&p);
}

static void test_process(void) {
  char *cat[] = {"cat", NULL}, *none[] = {"no such program", NULL};
  char *status[] = {"sh", "-c", "exec 0<&-; exit 7", NULL};
  char *killed[] = {"sh", "-c", "kill -9 $$", NULL};
  char *sleeper[] = {"sleep", "100", NULL};
  size_t got;
  sys_process p;
  CHECK(run(cat, data, MANY, expanded, &got).number == 0);
  CHECK(got == MANY && !memcmp(data, expanded, MANY));
  CHECK(run(status, data, MANY, expanded, &got).number == 7);
  sys_end end = run(killed, "", 0, expanded, &got);
  CHECK(end.signalled && end.number == SIGKILL);
  CHECK(sys_process_start(&p, none) == ENOENT);
  CHECK(p.pid == 0 && p.input == -1 && !sys_process_is_open(&p));
  CHECK(sys_process_start(&p, sleeper) == SYS_OK);
  pid_t pid = p.pid;
  sys_process_close(&p);
  sys_process_close(&p);
  CHECK(kill(pid, 0) != 0 && errno == ESRCH);
}

/* The streams that we make are gunzip's, and the other way round. */
static void test_gunzip_program(void) {
  char *gunzip[] = {"gunzip", "-c", NULL}, *gzip[] = {"gzip", "-c", NULL};
  size_t got, total, used = pack(300000);
  CHECK(run(gunzip, packed, used, expanded, &got).number == 0);
  CHECK(got == 300000 && !memcmp(data, expanded, got));
  CHECK(run(gzip, data, 300000, packed, &got).number == 0);
  CHECK(sys_gunzip(packed, got, expanded, MANY, &total) == SYS_OK);
  CHECK(total == 300000 && !memcmp(data, expanded, total));
}

/* --- workers --------------------------------------------------------------*/

static sys_worker other; /* a sibling of the worker that is tested */

/* What the worker does: says what it has, and sends back what it gets. */
static void serve(sys_worker *w) {
  static char bytes[MANY];
  char alone = other.channel == -1 && other.output == -1 ? 'y' : 'n';
  sys_worker_close(w); /* is not its own to end */
  printf("alone %c\n", alone);
  fprintf(stderr, "and an error\n");
  while (sys_worker_receive(w, bytes, MANY) == SYS_OK)
    if (sys_worker_send(w, bytes, MANY) != SYS_OK)
      break;
  sys_worker_exit(true);
}

static sys_status start(sys_worker *w, sys_worker *const *others, int count) {
  bool inside;
  *w = sys_worker_none();
  sys_status status = sys_worker_fork(w, others, count, &inside);
  if (inside)
    serve(w);
  return status;
}

static void wait_for(sys_worker *w) {
  struct pollfd fds[2];
  sys_worker_watch(w, fds);
  sys_worker_wait(fds, 2, 10);
}

static void test_worker(void) {
  sys_worker w, *others[] = {&other};
  char printed[256] = {0};
  size_t got, n = 0;
  int bad = 0;
  sys_end end;
  CHECK(start(&other, NULL, 0) == SYS_OK);
  CHECK(start(&w, others, 1) == SYS_OK && w.pid > 0);
  CHECK(sys_worker_send(&w, (char *)data, MANY) == SYS_OK);
  while (n < MANY) {
    wait_for(&w);
    sys_status status = sys_worker_output(&w, printed + strlen(printed),
                                          sizeof printed / 2, &got);
    bad += status != SYS_OK;
    status = sys_worker_reply(&w, (char *)expanded + n, MANY - n, &got);
    if (status != SYS_OK)
      break;
    n += got;
  }
  CHECK(bad == 0 && n == MANY && !memcmp(data, expanded, MANY));
  CHECK(!strcmp(printed, "alone y\nand an error\n"));
  sys_close(&w.channel); /* its receive ends, and then itself */
  CHECK(sys_worker_finish(&w, &end) && !end.signalled && end.number == 0);
  CHECK(!sys_worker_finish(&w, &end));
  CHECK(sys_worker_output(&w, printed, 10, &got) == SYS_CLOSED);
  CHECK(w.output == -1);
  sys_worker_kill(&other);
  wait_for(&other);
  CHECK(sys_worker_finish(&other, &end) && end.signalled && end.number == 9);
  CHECK(sys_worker_send(&other, "x", 1) != SYS_OK);
  sys_worker_close(&other);
}

static int close_copy(void *context) {
  sys_end end;
  sys_worker_kill(context);
  sys_worker_close(context);
  return sys_worker_finish(context, &end) ? 1 : 0;
}

/* A child that has a copy of the record ends nothing by closing it. */
static void test_copied_worker(void) {
  sys_worker w;
  CHECK(start(&w, NULL, 0) == SYS_OK);
  CHECK(in_child(close_copy, &w) == 0);
  CHECK(kill(w.pid, 0) == 0);
  CHECK(sys_worker_send(&w, (char *)data, 100) == SYS_OK);
  pid_t pid = w.pid;
  sys_worker_close(&w);
  CHECK(w.pid == 0 && kill(pid, 0) != 0 && errno == ESRCH);
}

static void test_machine(void) {
  double began = sys_clock();
  CHECK(sys_clock() >= began && sys_cores() >= 1);
  CHECK(!sys_is_local_disk("missing") && !sys_is_local_disk("/proc"));
}

/* --- locks ----------------------------------------------------------------*/

static int try_lock(void *unused) {
  sys_lock k = sys_lock_none();
  pid_t holder = 0;
  sys_status status = sys_lock_take(&k, "lock", &holder);
  return status == SYS_OK                              ? 0
         : status == SYS_LOCKED && holder == getppid() ? 1
                                                       : 2;
}

static int release_copy(void *context) {
  sys_lock_release(context);
  return try_lock(NULL);
}

static void test_lock(void) {
  sys_lock k = sys_lock_none();
  pid_t holder;
  sys_lock_release(&k);
  CHECK(sys_lock_take(&k, "lock", &holder) == SYS_OK && exists("lock"));
  CHECK(in_child(try_lock, NULL) == 1);
  CHECK(in_child(release_copy, &k) == 1);
  CHECK(exists("lock"));
  sys_lock_release(&k);
  sys_lock_release(&k);
  CHECK(!exists("lock"));
  CHECK(in_child(try_lock, NULL) == 0); /* which ended without releasing */
  CHECK(exists("lock"));
  CHECK(sys_lock_take(&k, "lock", &holder) == SYS_OK);
  sys_lock_release(&k);
  CHECK(sys_lock_take(&k, "no/lock", &holder) == ENOENT);
}

/* --- databases ------------------------------------------------------------*/

static bool execute(sys_store *d, const char *sql) {
  bool good = sys_store_begin(d, sql) && sys_store_step(d) == SYS_DONE;
  sys_store_end(d);
  return good;
}

static const char *word_of(const sys_store *d) {
  char text[200];
  const char *word = sys_store_failure(d, text, sizeof text);
  CHECK(text[0] != '\0');
  return word;
}

static void insert_values(sys_store *d) {
  const sys_value values[] = {{.kind = SYS_NULL},
                              {.kind = SYS_INTEGER, .integer = INT64_MIN},
                              {.kind = SYS_REAL, .real = 0.1},
                              {.kind = SYS_TEXT, .bytes = "a\0b", .size = 3},
                              {.kind = SYS_BLOB, .bytes = "", .size = 0}};
  CHECK(execute(d, "CREATE TABLE t (a, b, c, d, e)"));
  CHECK(sys_store_begin(d, "INSERT INTO t VALUES (?, ?, ?, ?, ?)"));
  for (int i = 0; i < 5; i++)
    CHECK(sys_store_bind(d, i + 1, &values[i]));
  CHECK(!sys_store_bind(d, 6, &values[0]));
  CHECK(!strcmp(word_of(d), "error"));
  CHECK(sys_store_step(d) == SYS_DONE);
  sys_store_end(d);
}

static void test_values(sys_store *d) {
  CHECK(sys_store_begin(d, "SELECT * FROM t"));
  CHECK(sys_store_step(d) == SYS_ROW && sys_store_columns(d) == 5);
  CHECK(!strcmp(sys_store_name(d, 4), "e"));
  CHECK(sys_store_value(d, 0).kind == SYS_NULL);
  CHECK(sys_store_value(d, 1).integer == INT64_MIN);
  CHECK(sys_store_value(d, 2).real == 0.1);
  sys_value text = sys_store_value(d, 3), blob = sys_store_value(d, 4);
  CHECK(text.kind == SYS_TEXT && text.size == 3 &&
        !memcmp(text.bytes, "a\0b", 3));
  CHECK(blob.kind == SYS_BLOB && blob.size == 0 && blob.bytes);
  CHECK(sys_store_step(d) == SYS_DONE);
  sys_store_end(d);
  sys_store_end(d);
  CHECK(!sys_store_begin(d, "SELECT nothing FROM nowhere"));
  CHECK(sys_store_begin(d, "") && sys_store_step(d) == SYS_DONE);
}

static int close_store(void *context) {
  sys_store *d = context;
  sys_store_close(d);
  return sys_store_is_open(d) && !sys_store_is_ours(d) ? 0 : 1;
}

static void test_store(void) {
  sys_store d = sys_store_none();
  CHECK(!sys_store_is_open(&d));
  sys_store_close(&d);
  CHECK(!sys_store_open(&d, "missing.db", SYS_WRITE));
  CHECK(!strcmp(word_of(&d), "missing"));
  sys_store_close(&d);
  CHECK(sys_store_open(&d, "t.db", SYS_CREATE));
  insert_values(&d);
  test_values(&d);
  CHECK(execute(&d, "BEGIN IMMEDIATE"));
  CHECK(in_child(close_store, &d) == 0);
  sys_store second;
  CHECK(sys_store_open(&second, "t.db", SYS_WRITE));
  CHECK(sys_store_begin(&second, "PRAGMA busy_timeout = 0"));
  CHECK(sys_store_step(&second) == SYS_ROW);
  sys_store_end(&second);
  CHECK(!execute(&second, "BEGIN IMMEDIATE")); /* ours has its lock still */
  CHECK(!strcmp(word_of(&second), "busy"));
  sys_store_close(&second);
  CHECK(execute(&d, "COMMIT"));
  sys_store_close(&d);
  sys_store_close(&d);
  CHECK(save_text("foreign.db", "no database, but some other long text") ==
        SYS_OK);
  CHECK(sys_store_open(&d, "foreign.db", SYS_READ));
  CHECK(!execute(&d, "SELECT * FROM t") && !strcmp(word_of(&d), "foreign"));
  sys_store_close(&d);
}

/* --- computations in a copy ------------------------------------------------*/

static void reverse(void *context) {
  unsigned char *bytes = context;
  for (size_t i = 0; i < MANY; i++)
    bytes[i] = data[MANY - 1 - i];
}

static void run_forever(void *context) {
  for (;;)
    pause();
}

static void crash(void *context) {
  *(volatile int *)context = 5;
  raise(SIGKILL);
}

static void interrupt_soon(int number) { sys_interrupted = 1; }

static int apart_is_wanted(void *context) { return sys_apart_wanted(); }

static void test_apart(void) {
  static int touched = 1;
  sys_part all[] = {{expanded, MANY}, {NULL, 0}};
  memset(expanded, 0, MANY);
  CHECK(sys_apart(reverse, expanded, all, 2) == SYS_OK);
  for (size_t i = 0; i < MANY; i += 1000)
    CHECK(expanded[i] == data[MANY - 1 - i]);
  CHECK(sys_apart(crash, &touched, NULL, 0) == SYS_OK); /* nothing to bring */
  CHECK(sys_apart(crash, &touched, all, 1) == SYS_CLOSED);
  CHECK(touched == 1);
  signal(SIGALRM, interrupt_soon);
  alarm(1);
  CHECK(sys_apart(run_forever, NULL, all, 1) == SYS_INTERRUPTED);
  CHECK(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
  sys_interrupted = 0;
  CHECK(!sys_apart_wanted());
  sys_want_apart(true);
  CHECK(sys_apart_wanted() && !in_child(apart_is_wanted, NULL));
  sys_want_apart(false);
}

/* --- statuses -------------------------------------------------------------*/

static void test_texts(void) {
  CHECK(!strcmp(sys_status_text(SYS_OK), "no error"));
  CHECK(!strcmp(sys_status_text(SYS_LOCKED), "locked"));
  CHECK(!strcmp(sys_status_text(ENOSPC), strerror(ENOSPC)));
}

int main(void) {
  char folder[] = "/tmp/system_test.XXXXXX";
  if (!mkdtemp(folder) || chdir(folder) != 0)
    return 2;
  fill_data();
  test_texts();
  test_save();
  test_failed_save();
  test_folders();
  test_gzip();
  test_damaged_gzip();
  test_streams();
  test_decode();
  test_load();
  test_digest();
  test_process();
  test_gunzip_program();
  test_worker();
  test_copied_worker();
  test_apart();
  test_machine();
  test_lock();
  test_store();
  char *remove_all[] = {"rm", "-r", folder, NULL};
  size_t got;
  CHECK(run(remove_all, "", 0, expanded, &got).number == 0);
  return check_report();
}
