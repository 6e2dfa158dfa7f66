/*
 * Who owns a file in two special cases: in a service's own user namespace, and in the empty home of a system service. Looks at
 * metadata and at its own /proc/self/uid_map, and changes nothing.
 */
#include "kato.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whether `uid_map` maps root into the namespace. The map has lines of `inside outside count`. */
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
 * The user id of root's files here. In a user namespace of a person's service, root has no id, and the kernel shows the id of
 * nobody for root as for every other account. The owner of / then counts as root, as in destination/decide.ts.
 * kato-setup.service checks the same files outside the namespace, where the ids differ.
 */
uid_t find_administrator(void) {
  struct stat status;
  if (root_is_mapped() || stat("/", &status) != 0 || status.st_uid == getuid()) return 0;
  return status.st_uid;
}

/* Does nothing where that id is 0, which is the usual case. */
void administrator_arguments(struct list *arguments, const struct place *place) {
  if (place->administrator == 0) return;
  list_add(arguments, "--administrator");
  list_take(arguments, text_of("%u", place->administrator));
}

/*
 * Whether the home is the empty one that kato@.service makes: it belongs to root, nobody else can change it, and it holds a
 * state folder. Everything in it was bound there by the service.
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
 * Which of kato's own folders in such a home does not belong to the person, because a link stood in its place. NULL if none.
 * A bind lasts as long as the service, so the start must fail: the next start then binds the person's own folder.
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
 * Whether an open file lies in such a home and does not belong to the person. systemd, as root, binds the targets of the
 * person's links, even behind folders that are closed to the person. A link to another person's folder must open nothing.
 */
bool is_planted(int fd, const char *path, const struct place *place) {
  struct stat status;
  if (!place->service_home || !is_inside(path, place->real_home)) return false;
  return fstat(fd, &status) != 0 || status.st_uid != getuid();
}
