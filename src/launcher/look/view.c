/*
 * Whether the daemon sees the folders that this person sees, for `kato doctor`. A service's view of files is made when
 * it starts: what was not bound into it is not there, and a folder that was moved away since is still the old one.
 * Looks at metadata, through the daemon's own root folder where the kernel lets the person; changes nothing.
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
  /* Of another's service the kernel tells nothing, which is no difference. */
  return found ? here.st_dev != there.st_dev || here.st_ino != there.st_ino : error == ENOENT;
}

void view_arguments(struct list *arguments, pid_t daemon, char *const *folders) {
  for (; *folders != NULL; folders++) {
    if (!is_another(daemon, *folders)) continue;
    list_add(arguments, "--daemon-misses");
    list_add(arguments, *folders);
  }
}
