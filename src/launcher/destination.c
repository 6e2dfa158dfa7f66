/*
 * The one file of a writer. Makes its folders and, when the file is new, the file itself: inside the plan's bound and never
 * through a link. Reads nothing, and writes nothing into the file.
 */
#include "kato.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int refuse(char **why, const char *what) {
  *why = text_of("%s", what);
  return -1;
}

static int refuse_error(char **why, const char *what, const char *path) {
  *why = text_of("%s %s: %s", what, path, strerror(errno));
  return -1;
}

static bool is_same(int one, int other) {
  struct stat first, second;
  bool seen = fstat(one, &first) == 0 && fstat(other, &second) == 0;
  return seen && first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

/* A path through a link may name a root; it then means that root. A path through a link never names anything else. */
static int open_by_link(const char *path, const struct bound *bounds, size_t count) {
  int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  for (size_t i = 0; fd >= 0 && i < count; i++) {
    if (is_same(fd, bounds[i].fd)) return fd;
  }
  if (fd >= 0) close(fd);
  return -1;
}

/* A root that does not exist has no descriptor, so nothing can be written below it. */
void open_bounds(struct bound **bounds, size_t *count, const struct role *role, const struct place *place) {
  size_t room = 0;
  for (int by_link = 0; role != NULL && by_link < 2; by_link++) {
    for (size_t i = 0; i < role->count; i++) {
      char *path = role->grants[i].value;
      if (role->grants[i].verb != WRITE) continue;
      int fd = open_without_links(path, O_DIRECTORY);
      if (by_link && fd >= 0) close(fd);
      if (by_link) fd = fd >= 0 ? -1 : open_by_link(path, *bounds, *count);
      if (fd >= 0 && is_planted(fd, path, place)) {
        close(fd);
        fd = -1;
      }
      if (fd < 0) continue;
      *bounds = more_room(*bounds, &room, *count + 1, sizeof **bounds);
      (*bounds)[(*count)++] = (struct bound){.path = path, .fd = fd};
    }
  }
}

/* The innermost root of the plan above `path`. */
static const struct bound *bound_of(const struct bound *bounds, size_t count, const char *path) {
  const struct bound *found = NULL;
  for (size_t i = 0; i < count; i++) {
    if (!is_inside(path, bounds[i].path) || strcmp(path, bounds[i].path) == 0) continue;
    if (found == NULL || strlen(bounds[i].path) > strlen(found->path)) found = &bounds[i];
  }
  return found;
}

/* Opens the folder that holds `path`; `name` is the rest of the path. */
static int open_parent(const struct bound *bound, const char *path, const char **name) {
  const char *below = path + strlen(bound->path);
  *name = strrchr(path, '/') + 1;
  char *folder = strndup(below, (size_t)(*name - below));
  if (folder == NULL) out_of_memory();
  int fd = walk(bound->fd, folder, O_DIRECTORY);
  int error = errno;
  free(folder);
  errno = error;
  return fd;
}

static bool is_own(int fd, mode_t kind, struct stat *status) {
  return fstat(fd, status) == 0 && (status->st_mode & S_IFMT) == kind && status->st_uid == getuid();
}

/* Another writer may make the same folder at this moment. That folder must then be as this function makes it. */
static int make_folder(const struct bound *bound, const char *path, char **why) {
  const char *name;
  int parent = open_parent(bound, path, &name);
  if (parent < 0) return refuse_error(why, "cannot reach the folder of", path);
  int made = mkdirat(parent, name, 0700);
  if (made != 0 && errno != EEXIST) {
    refuse_error(why, "cannot make the folder", path);
    close(parent);
    return -1;
  }
  int fd = openat(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  close(parent);
  struct stat status;
  bool own = fd >= 0 && is_own(fd, S_IFDIR, &status);
  if (fd >= 0) close(fd);
  return own ? 0 : refuse(why, "in the place of a folder that it needs is something else");
}

static int create_file(int parent, const char *name, const char *path, char **why) {
  int fd = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  return fd >= 0 ? fd : refuse_error(why, "cannot make", path);
}

static int open_file(int parent, const char *name, const char *path, char **why) {
  int fd = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return refuse_error(why, "cannot open", path);
  struct stat status;
  if (is_own(fd, S_IFREG, &status) && status.st_nlink == 1) return fd;
  close(fd);
  return refuse(why, "the destination is no file of this person's with one name");
}

/* Removes the empty file of a writer that could not be started. */
void remove_destination(int parent, const char *path, int file) {
  const char *name = strrchr(path, '/') + 1;
  struct stat made, named;
  bool seen = fstat(file, &made) == 0 && fstatat(parent, name, &named, AT_SYMLINK_NOFOLLOW) == 0;
  bool is_it = seen && named.st_dev == made.st_dev && named.st_ino == made.st_ino && named.st_size == 0;
  if (is_it) unlinkat(parent, name, 0);
}

/* `parent` is its folder. The caller closes it when the file is open. */
int open_destination(const struct bound *bounds, size_t count, const struct control *control, int *parent,
                     char **why) {
  const char *path = control->destination;
  const struct bound *bound = bound_of(bounds, count, path);
  if (bound == NULL) return refuse(why, "the destination is outside the plan");
  const char *never = why_no_destination(path + strlen(bound->path));
  if (never != NULL) return refuse(why, never);
  for (size_t i = 0; i < control->folder_count; i++) {
    const char *folder = control->folders[i];
    bool fits = is_inside(path, folder) && is_inside(folder, bound->path) && strcmp(folder, path) != 0 &&
                strcmp(folder, bound->path) != 0;
    if (!fits) return refuse(why, "a folder to make is not on the way to the destination");
    if (make_folder(bound, folder, why) != 0) return -1;
  }
  const char *name;
  *parent = open_parent(bound, path, &name);
  if (*parent < 0) return refuse_error(why, "cannot reach the folder of", path);
  int fd = control->create ? create_file(*parent, name, path, why) : open_file(*parent, name, path, why);
  if (fd < 0) close(*parent);
  return fd;
}
