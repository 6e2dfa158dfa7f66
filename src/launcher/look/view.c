/*
 * Whether the daemon sees the same folders as this person, for `kato doctor`. systemd makes a service's view of files at its
 * start: folders that were not bound are missing, and a folder that was moved away later is still visible. Looks at
 * metadata, through the daemon's own root folder where the kernel permits it; changes nothing.
 */
#include "look.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

static bool is_another(pid_t daemon, const char *path) {
  struct stat here, there;
  if (stat(path, &here) != 0 || !S_ISDIR(here.st_mode)) return false;
  char *seen = text_of("/proc/%d/root%s", daemon, path);
  bool found = stat(seen, &there) == 0;
  int error = errno;
  free(seen);
  /* The kernel tells nothing about another account's service; that is no difference in view. */
  return found ? here.st_dev != there.st_dev || here.st_ino != there.st_ino : error == ENOENT;
}

void view_arguments(struct list *arguments, pid_t daemon, char *const *folders) {
  for (; *folders != NULL; folders++) {
    if (!is_another(daemon, *folders)) continue;
    list_add(arguments, "--daemon-misses");
    list_add(arguments, *folders);
  }
}
