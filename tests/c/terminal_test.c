/* terminal_test.c: the prompt in a terminal that this program plays: one that
   draws pictures, answers late or not at all, shows what it does not
   understand, is typed on ahead, or goes away. ORTHORUN names the program. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

enum { ROOM = 1 << 22, PATIENCE = 20000 };

static int terminal;     /* our end */
static pid_t session;    /* the prompt */
static char seen[ROOM];  /* what it has written */
static size_t seen_size; /* ends with 0 */

static long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Reads what is written within so many milliseconds; false at the end. */
static int listen_for(int patience) {
  struct pollfd from = {.fd = terminal, .events = POLLIN};
  if (poll(&from, 1, patience) <= 0)
    return 1;
  ssize_t n = read(terminal, seen + seen_size, ROOM - 1 - seen_size);
  if (n > 0)
    seen_size += (size_t)n;
  seen[seen_size] = '\0';
  return n > 0;
}

static void say(const char *bytes) {
  size_t size = strlen(bytes);
  if (write(terminal, bytes, size) != (ssize_t)size)
    perror("terminal");
}

/* Waits for a text, and forgets it and what was before. */
static int see(const char *text) {
  long end = now() + PATIENCE;
  char *at;
  while (!(at = strstr(seen, text)) && now() < end)
    if (!listen_for(50))
      break;
  if (!at) {
    printf("never saw '%s' in: %s\n", text, seen);
    return 0;
  }
  at += strlen(text);
  seen_size -= (size_t)(at - seen);
  memmove(seen, at, seen_size + 1);
  return 1;
}

/* Has a text come within so many milliseconds? It stays. */
static int has(const char *text, int patience) {
  long end = now() + patience;
  while (!strstr(seen, text) && now() < end)
    listen_for(20);
  return strstr(seen, text) != NULL;
}

static void run_session(const char *end, const char *term, int deaf) {
  const char *program = getenv("ORTHORUN");
  struct winsize size = {40, 100, 1000, 800};
  setsid();
  int fd = open(end, O_RDWR);
  ioctl(fd, TIOCSCTTY, 0);
  ioctl(fd, TIOCSWINSZ, &size);
  for (int i = 0; i < 3; i++)
    dup2(fd, i);
  if (deaf)
    signal(SIGHUP, SIG_IGN);
  setenv("TERM", term, 1);
  unsetenv("TMUX");
  unsetenv("TERM_PROGRAM");
  unsetenv("HOME");
  unsetenv("XDG_STATE_HOME");
  execlp(program ? program : "./orthorun", "orthorun", (char *)NULL);
  _exit(127);
}

/* deaf: to SIGHUP, as under nohup. */
static void start(const char *term, int deaf) {
  terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  grantpt(terminal);
  unlockpt(terminal);
  seen_size = 0;
  seen[0] = '\0';
  session = fork();
  if (session == 0)
    run_session(ptsname(terminal), term, deaf);
  CHECK(see("quit leaves"));
  CHECK(see("> "));
  say("p = ortho.plot{data = ortho.table.of({'x', 'y'}, {{x = 1, y = 2}, "
      "{x = 2, y = 3}}), x = 'x', y = 'y'}\r");
  CHECK(see("> "));
}

/* The exit status; -1 where the session does not end. What it still writes is
   read: until then a terminal is not put back. */
static int ended(void) {
  int status;
  for (long end = now() + 5000; now() < end; usleep(10000), listen_for(0))
    if (waitpid(session, &status, WNOHANG) == session)
      return status;
  kill(session, SIGKILL);
  waitpid(session, &status, 0);
  return -1;
}

static void leave(void) {
  CHECK(see("> "));
  say("\004");
  CHECK(ended() == 0);
  close(terminal);
}

/* The prompt answers 6 * 7, and nothing else stands in its line. */
static void check_prompt(void) {
  say("6 * 7\r");
  CHECK(see("\r42\r\n"));
}

static const char drawn[] = "\033P", kitty[] = "\033_Ga=T,f=100,q=2,c=",
                  sixels[] = "\033[?62;4;6c", none[] = "\033[?62;22c",
                  colors[] = "\033[?1;0;256S", asked[] = "\033[c";

static void test_sixel(void) {
  start("xterm", 0);
  say("p\r");
  CHECK(see(asked));
  say(colors);
  say(sixels);
  CHECK(see(drawn));
  CHECK(see("\033\\"));
  check_prompt();
  say("p\r"); /* it is not asked again */
  CHECK(see(drawn));
  CHECK(!has(asked, 100));
  leave();
}

static void test_kitty(void) {
  start("xterm", 0);
  say("p\r");
  CHECK(see("\033_Gi=31"));
  CHECK(see(asked));
  say("\033_Gi=31;OK\033\\\033[?62;c");
  CHECK(see(kitty));
  check_prompt();
  leave();
}

/* What cannot be drawn is drawn in characters. */
static void test_neither(void) {
  start("xterm", 0);
  say("p\r");
  CHECK(see(asked));
  say(none);
  CHECK(see("\342\240"));
  check_prompt();
  leave();
}

/* An answer that comes when nobody waits for it any more, in two pieces: none
   of it is a key, and it is known from then on. */
static void test_late(void) {
  start("xterm", 0);
  say("p\r");
  CHECK(see(asked));
  CHECK(see("\342\240"));
  CHECK(see("> "));
  say("6 *");
  say("\033[?62;");
  say("4c");
  say(" 7\r");
  CHECK(see("\r42\r\n"));
  say("p\r");
  CHECK(see(drawn));
  leave();
}

static void test_typed_ahead(void) {
  start("xterm", 0);
  say("p\r");
  CHECK(see(asked));
  say("10 *");
  say(sixels);
  say(" 11\r");
  CHECK(see(drawn));
  CHECK(see("\r110\r\n"));
  leave();
}

/* A Linux console would show the question. */
static void test_console(void) {
  start("linux", 0);
  say("p\r");
  CHECK(see("\342\240"));
  CHECK(!has(asked, 50));
  check_prompt();
  leave();
}

/* Ctrl-D that comes as soon as the prompt is seen is heard. */
static void test_left_at_once(void) {
  for (int i = 0; i < 20; i++) {
    start("xterm", 0);
    leave();
  }
}

static void test_hangup(int deaf, const char *entry) {
  start("xterm", deaf);
  say(entry);
  close(terminal);
  int status = ended();
  CHECK(status != -1);
  CHECK(!WIFSIGNALED(status) || WTERMSIG(status) == SIGHUP);
}

int main(void) {
  signal(SIGPIPE, SIG_IGN);
  test_sixel();
  test_kitty();
  test_neither();
  test_late();
  test_typed_ahead();
  test_console();
  test_left_at_once();
  test_hangup(0, "");
  test_hangup(1, "");
  test_hangup(0, "while true do end\r");
  test_hangup(1, "for i = 1, 1e5 do print(i) end\r");
  return check_report();
}
