/*
 * Whether the granted paths still lead to the same files. The kernel's rules hold for inodes: a folder that appears or is
 * replaced after the start stays closed until the daemon is planned anew. systemd's binds hold for inodes too: the daemon
 * keeps seeing a removed folder even when a new one has taken its place. Looks at metadata only, and at the first name in a
 * folder.
 */
#include "kato.h"
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

struct seen {
  const char *path;
  dev_t device;
  ino_t inode; /* 0: it did not exist */
  bool removed; /* it is visible because it was bound here, but was removed at its origin */
};

static struct seen look(const char *path) {
  struct stat status;
  if (stat(path, &status) != 0) return (struct seen){.path = path};
  return (struct seen){.path = path, .device = status.st_dev, .inode = status.st_ino, .removed = status.st_nlink == 0};
}

/* Only the roles that the daemon starts: the orchestrator's own grants are kato's own folders. */
void watch_begin(struct watch *watch, const struct plan *plan) {
  for (size_t i = 1; i < plan->count; i++) {
    for (size_t j = 0; j < plan->roles[i].count; j++) {
      if (plan->roles[i].grants[j].verb > WRITE) continue;
      watch->seen = more_room(watch->seen, &watch->room, watch->count + 1, sizeof *watch->seen);
      watch->seen[watch->count++] = look(plan->roles[i].grants[j].value);
    }
  }
}

/* A path that leads to another file now; NULL if none does. A missing file is no harm: it may come back. */
const char *watch_changed(struct watch *watch) {
  for (size_t i = 0; i < watch->count; i++) {
    struct seen now = look(watch->seen[i].path);
    if (now.inode == 0) continue;
    const struct seen *before = &watch->seen[i];
    if (now.inode != before->inode || now.device != before->device || now.removed != before->removed) return now.path;
  }
  return NULL;
}

static bool holds_entry(const char *path) {
  DIR *folder = opendir(path);
  /* What cannot be listed is not known to be empty. */
  if (folder == NULL) return errno != ENOENT && errno != ENOTDIR;
  const struct dirent *entry;
  do {
    errno = 0;
    entry = readdir(folder);
  } while (entry != NULL && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
  bool holds = entry != NULL || errno != 0;
  closedir(folder);
  return holds;
}

/* Whether one of the folders that the role reads has something in it. A missing folder has nothing. */
bool holds_anything(const struct role *role) {
  for (size_t i = 0; i < role->count; i++) {
    if (role->grants[i].verb == READ && holds_entry(role->grants[i].value)) return true;
  }
  return false;
}
