/*
 * Who owns what, where that is not simply root and the person: in a service's own user namespace, and in the empty home
 * that a system service is given. Looks at metadata and at its own /proc/self/uid_map, and changes nothing.
 */
#include "kato.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whether a number stands for root in the namespace of this map: lines of `inside outside count`. */
bool maps_root(const char *map) {
  unsigned long inside, outside, count;
  for (int length; sscanf(map, "%lu %lu %lu%n", &inside, &outside, &count, &length) == 3; map += length) {
    if (inside == 0 && count > 0) return true;
  }
  return false;
}

static bool root_is_mapped(void) {
  char map[4096];
  FILE *file = fopen("/proc/self/uid_map", "re");
  if (file == NULL && errno != ENOENT) fail(BUG, "cannot read /proc/self/uid_map: %s", strerror(errno));
  if (file == NULL) return true;
  size_t length = fread(map, 1, sizeof map - 1, file);
  fclose(file);
  map[length] = '\0';
  return maps_root(map);
}

/*
 * The number that root's files have here. Where a person's service has a user namespace of its own, root has no number
 * in it and the kernel shows nobody's, as it does for everybody else: whoever owns / is believed to be root, as
 * destination/decide.ts does. kato-setup.service looks at the same files where the kernel does tell them apart.
 */
uid_t find_administrator(void) {
  struct stat status;
  if (root_is_mapped() || stat("/", &status) != 0 || status.st_uid == getuid()) return 0;
  return status.st_uid;
}

/* Nothing where it is 0, as nearly everywhere. */
void administrator_arguments(struct list *arguments, const struct place *place) {
  if (place->administrator == 0) return;
  list_add(arguments, "--administrator");
  list_take(arguments, text_of("%u", place->administrator));
}

/*
 * A home of root's that nobody else can change, with a state folder in it: the empty one that kato@.service makes, with
 * nothing in it but what it binds there.
 */
bool is_service_home(const char *real_home, const struct stat *home) {
  struct stat state;
  if (home->st_uid != 0 || (home->st_mode & (S_IWGRP | S_IWOTH)) != 0) return false;
  char *path = text_of("%s/.kato/state", real_home);
  bool there = lstat(path, &state) == 0 && S_ISDIR(state.st_mode);
  free(path);
  return there;
}

/*
 * Which of kato's own folders in such a home is not the person's, for a link stood in its place. NULL where all are. A
 * bind lasts as long as the service: only a start that fails is one after which the person's own folder is bound.
 */
char *find_replaced(const char *real_home) {
  static const char *const OWN[] = {"config", "state", "logs", "exports"};
  for (size_t i = 0; i < sizeof OWN / sizeof *OWN; i++) {
    char *path = text_of("%s/.kato/%s", real_home, OWN[i]);
    struct stat status;
    if (lstat(path, &status) == 0 && (!S_ISDIR(status.st_mode) || status.st_uid != getuid())) return path;
    free(path);
  }
  return NULL;
}

/*
 * Whether what is open is in such a home and not the person's. systemd binds there, as root, whatever the person's names
 * lead to, behind folders too that are closed to the person: a link to somebody else's must open nothing.
 */
bool is_planted(int fd, const char *path, const struct place *place) {
  struct stat status;
  if (!place->service_home || !is_inside(path, place->real_home)) return false;
  return fstat(fd, &status) != 0 || status.st_uid != getuid();
}
