/* streams.c: see streams.h. Descriptors 1 and 2 are pipes that a thread reads;
   the C streams `stdout` and `stderr` do without them and come here directly,
   each after what stands in the pipes, so that the order is kept. What is
   printed waits a moment for more to come, or for a line that is sent. */
#define _GNU_SOURCE
#include "streams.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include "lines.h"

/* Milliseconds that a text waits; bytes of the last texts that are kept where
   there were too many. */
enum { LATENCY = 40, PIECE = 1 << 15, TAIL = 4096 };

static const char *const names[] = {"stdout", "stderr"};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; /* of all below */
static pid_t owner;             /* copies of the process leave all this alone */
static int pipes[2] = {-1, -1}; /* where what is printed is read */
static int wake[2] = {-1, -1};  /* a byte: a text waits */
static int answers = -1;

static struct {
  int stream; /* of the text that waits */
  long long since;
  size_t used;
  char text[PIECE];
} waiting;

static struct {
  char id[STREAMS_ID];
  size_t id_length, left;
  unsigned long long beyond; /* bytes that were left out or stand in tail */
  size_t tail_used;
  char tail[16 * TAIL];
} request = {.id = "null", .id_length = 4, .left = (size_t)-1};

/* --- lines that say what was printed ------------------------------------- */

static void put(const char *text) { lines_put(text, strlen(text)); }

/* Nobody reads: then nobody misses us. */
static void flush_lines(void) {
  if (!lines_flush())
    _exit(EXIT_FAILURE);
}

static void put_event(int stream, const char *text, size_t length) {
  put("{\"event\":\"stream\",\"id\":");
  lines_put(request.id, request.id_length);
  put(",\"name\":\"");
  put(names[stream]);
  put("\",\"text\":\"");
  lines_put_escaped(text, length);
  put("\"}\n");
}

/* The text that waits; all: also a character that is not complete. */
static void send_waiting(bool all) {
  size_t n = all ? waiting.used : lines_whole(waiting.text, waiting.used);
  if (n == 0)
    return;
  put_event(waiting.stream, waiting.text, n);
  flush_lines();
  waiting.used -= n;
  memmove(waiting.text, waiting.text + n, waiting.used);
}

/* --- texts --------------------------------------------------------------- */

/* Forgets all but so much of the tail's end. */
static void cut_tail(size_t most) {
  if (request.tail_used <= most)
    return;
  memmove(request.tail, request.tail + request.tail_used - most, most);
  request.tail_used = most;
}

/* Keeps the last of what is too much: TAIL bytes, and more until there is no
   room. */
static void keep_tail(const char *text, size_t length) {
  request.beyond += length;
  size_t n = length < TAIL ? length : TAIL;
  if (n > sizeof request.tail - request.tail_used)
    cut_tail(TAIL);
  memcpy(request.tail + request.tail_used, text + length - n, n);
  request.tail_used += n;
}

/* Of what was too much: how much is not shown, and its end. */
static void say_left_out(void) {
  char note[120];
  cut_tail(TAIL);
  size_t n = (size_t)snprintf(note, sizeof note,
                              "\n... %llu bytes of output left out ...\n",
                              request.beyond - request.tail_used);
  if (request.beyond > request.tail_used)
    put_event(waiting.stream, note, n);
  if (request.beyond > 0)
    put_event(waiting.stream, request.tail, request.tail_used);
  flush_lines();
  request.beyond = request.tail_used = 0;
}

static long long milliseconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* A text begins to wait: the thread is to know. */
static void begin_waiting(void) {
  waiting.since = milliseconds();
  if (write(wake[1], "", 1) < 0)
    errno = 0; /* the pipe is full: the thread is awake */
}

static void wait_with(const char *text, size_t length) {
  while (length > 0) {
    if (waiting.used == PIECE)
      send_waiting(false);
    if (waiting.used == 0)
      begin_waiting();
    size_t room = PIECE - waiting.used;
    size_t n = length < room ? length : room;
    memcpy(waiting.text + waiting.used, text, n);
    waiting.used += n;
    text += n;
    length -= n;
  }
}

static void add(int stream, const char *text, size_t length) {
  if (stream != waiting.stream)
    send_waiting(true);
  waiting.stream = stream;
  bool all = length <= request.left;
  size_t n = all ? length : lines_whole(text, request.left);
  wait_with(text, n);
  request.left = all ? request.left - n : 0;
  if (!all)
    keep_tail(text + n, length - n);
}

/* What stands in the pipes. */
static void drain(void) {
  char text[PIECE];
  struct pollfd fds[] = {{pipes[0], POLLIN, 0}, {pipes[1], POLLIN, 0}};
  if (poll(fds, 2, 0) <= 0)
    return;
  for (int k = 0; k < 2; k++) {
    ssize_t n;
    for (int i = 0; i < 4 && (n = read(pipes[k], text, sizeof text)) > 0; i++)
      add(k, text, (size_t)n);
  }
}

/* --- the C streams ------------------------------------------------------- */

static ssize_t write_through(int fd, const char *text, size_t length) {
  ssize_t n;
  do
    n = write(fd, text, length);
  while (n < 0 && errno == EINTR);
  return n;
}

static ssize_t write_stream(void *cookie, const char *text, size_t length) {
  int stream = cookie == &names[1];
  if (getpid() != owner) /* a worker: its output is its parent's to print */
    return write_through(stream ? STDERR_FILENO : STDOUT_FILENO, text, length);
  if (stream) /* what was printed before it and has no newline yet */
    fflush(stdout);
  pthread_mutex_lock(&mutex);
  drain();
  add(stream, text, length);
  pthread_mutex_unlock(&mutex);
  return (ssize_t)length;
}

/* Elsewhere they go through the pipes, and are in order among themselves. */
static void redirect_streams(void) {
#ifdef __GLIBC__
  cookie_io_functions_t functions = {.write = write_stream};
  FILE *out = fopencookie((void *)&names[0], "w", functions);
  FILE *err = fopencookie((void *)&names[1], "w", functions);
  if (out && err) {
    stdout = out;
    stderr = err;
  }
#else
  (void)write_stream;
#endif
  setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
  setvbuf(stderr, NULL, _IONBF, 0);
}

/* --- the thread ---------------------------------------------------------- */

/* Milliseconds until the text that waits has waited long enough; -1: none
   does. */
static int time_left(void) {
  long long left = waiting.since + LATENCY - milliseconds();
  return waiting.used == 0 ? -1 : left > 0 ? (int)left : 0;
}

/* Takes what is in the pipes, and sends what has waited. A character that is
   still not complete has little hope. */
static int tend_once(void) {
  char bytes[64];
  while (read(wake[0], bytes, sizeof bytes) == (ssize_t)sizeof bytes)
    continue;
  pthread_mutex_lock(&mutex);
  drain();
  if (time_left() == 0)
    send_waiting(waiting.used <= 3);
  waiting.since = time_left() == 0 ? milliseconds() : waiting.since;
  int left = time_left();
  pthread_mutex_unlock(&mutex);
  return left;
}

static void *tend(void *unused) {
  int left = -1;
  struct pollfd fds[] = {{pipes[0], POLLIN, 0},
                         {pipes[1], POLLIN, 0},
                         {wake[0], POLLIN, 0},
                         {answers, 0, 0}};
  for (;;) {
    poll(fds, 4, left);
    if (fds[3].revents & (POLLERR | POLLHUP))
      _exit(EXIT_FAILURE); /* nobody reads: then nobody misses us */
    left = tend_once();
  }
  return unused;
}

/* Signals are the main thread's. */
static bool start_thread(void) {
  pthread_t thread;
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int code = pthread_create(&thread, NULL, tend, NULL);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (code == 0)
    pthread_detach(thread);
  errno = code;
  return code == 0;
}

/* --- opening ------------------------------------------------------------- */

/* Puts the file in the place of a descriptor. */
static bool replace(int fd, int by) {
  bool good = by >= 0 && dup2(by, fd) == fd;
  if (by >= 0)
    close(by);
  return good;
}

static bool open_pipe(int ends[2]) {
  return pipe2(ends, O_CLOEXEC) == 0 &&
         fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0;
}

static bool open_pipes(void) {
  int out[2], err[2];
  if (!open_pipe(out) || !open_pipe(err) || !open_pipe(wake) ||
      fcntl(wake[1], F_SETFL, O_NONBLOCK) != 0)
    return false;
  pipes[0] = out[0];
  pipes[1] = err[0];
  return replace(STDOUT_FILENO, out[1]) && replace(STDERR_FILENO, err[1]);
}

static void end_at_exit(void) {
  if (getpid() == owner)
    streams_end();
}

bool streams_open(int *requests) {
  owner = getpid();
  fflush(NULL);
  *requests = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 10);
  answers = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 10);
  if (*requests < 0 || answers < 0 || !open_pipes() ||
      !replace(STDIN_FILENO, open("/dev/null", O_RDONLY)))
    return false;
  lines_open(answers);
  redirect_streams();
  return start_thread() && atexit(end_at_exit) == 0;
}

/* --- requests ------------------------------------------------------------ */

void streams_begin(const char *id, size_t length, size_t most) {
  streams_end();
  pthread_mutex_lock(&mutex);
  request.id_length = length < STREAMS_ID ? length : STREAMS_ID;
  memcpy(request.id, id, request.id_length);
  request.left = most;
  pthread_mutex_unlock(&mutex);
}

void streams_end(void) {
  fflush(stdout);
  pthread_mutex_lock(&mutex);
  drain();
  send_waiting(true);
  say_left_out();
  pthread_mutex_unlock(&mutex);
}

void streams_send(const char *line, size_t length) {
  fflush(stdout);
  pthread_mutex_lock(&mutex);
  drain();
  send_waiting(true);
  lines_put(line, length);
  lines_put("\n", 1);
  flush_lines();
  pthread_mutex_unlock(&mutex);
}
