/* file.c: see file.h. */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- writing ------------------------------------------------------------- */

static sys_status write_all(int fd, const char *from, size_t size) {
  while (size > 0) {
    ssize_t n = write(fd, from, size);
    if (n < 0 && errno != EINTR)
      return errno;
    if (n > 0) {
      from += n;
      size -= (size_t)n;
    }
  }
  return SYS_OK;
}

static sys_status write_parts(int fd, const sys_bytes *parts, int count) {
  sys_status status = SYS_OK;
  for (int i = 0; i < count; i++) {
    const char *piece = parts[i].bytes;
    for (size_t k = 0; k < parts[i].count && status == SYS_OK; k++)
      status = write_all(fd, piece + k * parts[i].stride, parts[i].size);
  }
  return status;
}

/* Closes fd; `status`, or what closing found wrong where that is SYS_OK. */
static sys_status close_after(int fd, sys_status status) {
  return close(fd) != 0 && status == SYS_OK ? errno : status;
}

static sys_status save_in_place(const char *path, const sys_bytes *parts,
                                int count) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  return fd < 0 ? errno : close_after(fd, write_parts(fd, parts, count));
}

/* The permissions that a new file has by the user's mask. */
static mode_t usual_mode(void) {
  mode_t mask = umask(0);
  umask(mask);
  return 0666 & ~mask;
}

static sys_status fill(int fd, const sys_bytes *parts, int count) {
  if (fchmod(fd, usual_mode()) != 0)
    return errno;
  sys_status status = write_parts(fd, parts, count);
  return status == SYS_OK && fsync(fd) != 0 ? errno : status;
}

sys_status sys_save(const char *path, const sys_bytes *parts, int count) {
  struct stat st;
  if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
    return S_ISDIR(st.st_mode) ? EISDIR : save_in_place(path, parts, count);
  char temporary[PATH_MAX];
  int length = snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
  if (length < 0 || (size_t)length >= sizeof temporary)
    return ENAMETOOLONG;
  int fd = mkstemp(temporary);
  if (fd < 0)
    return errno;
  sys_status status = close_after(fd, fill(fd, parts, count));
  if (status == SYS_OK && rename(temporary, path) != 0)
    status = errno;
  if (status != SYS_OK)
    unlink(temporary);
  return status;
}

/* --- folders ------------------------------------------------------------- */

static bool is_folder(const char *path) {
  struct stat st;
  return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static sys_status make_one(const char *path) {
  sys_status status = mkdir(path, 0777) == 0 ? SYS_OK : errno;
  if (status == SYS_OK || is_folder(path))
    return SYS_OK;
  return status == EEXIST ? ENOTDIR : status;
}

sys_status sys_make_folder(const char *path) {
  char part[PATH_MAX];
  size_t length = strlen(path);
  if (length >= sizeof part)
    return ENAMETOOLONG;
  memcpy(part, path, length + 1);
  sys_status status = SYS_OK;
  for (size_t i = 1; i <= length && status == SYS_OK; i++) {
    if (path[i] != '/' && path[i] != '\0')
      continue;
    part[i] = '\0';
    status = make_one(part);
    part[i] = path[i];
  }
  return status;
}

/* --- terminals ----------------------------------------------------------- */

bool sys_is_terminal(int fd) { return isatty(fd) != 0; }

int sys_terminal_columns(int fd) {
  struct winsize size;
  return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}
