/*
 * Whether what was granted is still what stands there. The kernel's rules go by inode: a folder that appears or is
 * replaced after the start is closed to everybody until the daemon is planned anew. So do systemd's binds: a folder that
 * was bound and then removed stays what it was for the daemon, whatever is made in its place. Looks at metadata only.
 */
#include "kato.h"
#include <string.h>
#include <sys/stat.h>

struct seen {
  const char *path;
  dev_t device;
  ino_t inode; /* 0: nothing was there */
  bool removed; /* it is seen because it was bound here, and has no name any more where it came from */
};

static struct seen look(const char *path) {
  struct stat status;
  if (stat(path, &status) != 0) return (struct seen){.path = path};
  return (struct seen){.path = path, .device = status.st_dev, .inode = status.st_ino, .removed = status.st_nlink == 0};
}

/* The roles that the daemon starts; what it may touch itself is kato's own. */
void watch_begin(struct watch *watch, const struct plan *plan) {
  for (size_t i = 1; i < plan->count; i++) {
    for (size_t j = 0; j < plan->roles[i].count; j++) {
      if (plan->roles[i].grants[j].verb > WRITE) continue;
      watch->seen = more_room(watch->seen, &watch->room, watch->count + 1, sizeof *watch->seen);
      watch->seen[watch->count++] = look(plan->roles[i].grants[j].value);
    }
  }
}

/* A path that is another one now; NULL: none. What is gone may come back, and harms nobody meanwhile. */
const char *watch_changed(struct watch *watch) {
  for (size_t i = 0; i < watch->count; i++) {
    struct seen now = look(watch->seen[i].path);
    if (now.inode == 0) continue;
    const struct seen *before = &watch->seen[i];
    if (now.inode != before->inode || now.device != before->device || now.removed != before->removed) return now.path;
  }
  return NULL;
}
