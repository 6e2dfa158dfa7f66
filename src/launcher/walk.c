/*
 * Opens a path component by component, never through a link. A name can be given to another file between a decision and its
 * use; a descriptor cannot. Opens without content (O_PATH).
 */
#include "kato.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_link(int fd) {
  struct stat status;
  return fstat(fd, &status) != 0 || S_ISLNK(status.st_mode);
}

/* `path` is plain, and relative to the folder `from` although it begins with a slash. -1 and errno if it does not exist. */
int walk(int from, const char *path, int flags) {
  int fd = openat(from, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
  char *name = strdup(path);
  if (name == NULL) out_of_memory();
  char *rest = name;
  for (char *segment; fd >= 0 && (segment = strsep(&rest, "/")) != NULL;) {
    if (*segment == '\0') continue;
    int wanted = rest == NULL ? flags : O_DIRECTORY;
    int next = openat(fd, segment, wanted | O_PATH | O_NOFOLLOW | O_CLOEXEC);
    int error = errno;
    close(fd);
    errno = error;
    fd = next;
    if (fd >= 0 && is_link(fd)) {
      close(fd);
      fd = -1;
      errno = ELOOP;
    }
  }
  int error = errno;
  free(name);
  errno = error;
  return fd;
}

int open_without_links(const char *path, int flags) {
  int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) return -1;
  int fd = walk(root, path, flags);
  int error = errno;
  close(root);
  errno = error;
  return fd;
}
