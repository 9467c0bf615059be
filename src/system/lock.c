/* lock.c: see lock.h. */
#include "lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

sys_lock sys_lock_none(void) { return (sys_lock){getpid(), -1, NULL}; }

static struct flock whole_file(void) {
  return (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET};
}

/* Tries to lock the file, without waiting. */
static sys_status try_lock(int fd, pid_t *holder) {
  struct flock f;
  do {
    f = whole_file();
    if (fcntl(fd, F_SETLK, &f) == 0)
      return SYS_OK;
    if (errno != EACCES && errno != EAGAIN)
      return errno;
    f = whole_file();
    if (fcntl(fd, F_GETLK, &f) != 0)
      return errno;
  } while (f.l_type == F_UNLCK); /* released between the two */
  *holder = f.l_pid;
  return SYS_LOCKED;
}

/* Is the locked file still the one that has the name? */
static bool still_named(int fd, const char *path) {
  struct stat ours, named;
  return fstat(fd, &ours) == 0 && stat(path, &named) == 0 &&
         ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
}

sys_status sys_lock_take(sys_lock *k, const char *path, pid_t *holder) {
  for (;;) {
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0)
      return errno;
    sys_status status = try_lock(fd, holder);
    if (status == SYS_OK && still_named(fd, path)) {
      *k = (sys_lock){getpid(), fd, path};
      return SYS_OK;
    }
    close(fd);
    if (status != SYS_OK)
      return status; /* else its last holder has just removed it */
  }
}

void sys_lock_release(sys_lock *k) {
  if (k->fd < 0 || k->owner != getpid())
    return;
  unlink(k->path); /* while it is still held */
  close(k->fd);
  k->fd = -1;
}
