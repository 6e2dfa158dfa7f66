/*
 * Turns grants into the kernel's rules. Opens granted paths without their content (O_PATH), makes kato's own folders where the
 * plan writes to them, and does nothing else.
 */
#include "kato.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A look that failed for want of resources does not prove that nothing exists. */
static int looked_at(int fd, const char *path) {
  if (fd >= 0 || (errno != EMFILE && errno != ENFILE && errno != ENOMEM)) return fd;
  fail(BUG, "cannot look at %s: %s. End some programs and run the command again", path, strerror(errno));
}

static void allow_fd(const struct ruleset *rules, int fd, uint64_t access) {
  if (fd < 0) return;
  ruleset_allow(rules, fd, access);
  close(fd);
}

/* For files of the system and of the program: links are followed, and a missing file is not needed. */
static void allow_known(const struct ruleset *rules, const char *path, uint64_t access) {
  allow_fd(rules, looked_at(open(path, O_PATH | O_CLOEXEC), path), access);
}

#if defined(__x86_64__)
static const char *const LOADERS[] = {"/lib64/ld-linux-x86-64.so.2"};
#define TRIPLET "x86_64-linux-gnu"
#elif defined(__aarch64__)
static const char *const LOADERS[] = {"/lib/ld-linux-aarch64.so.1"};
#define TRIPLET "aarch64-linux-gnu"
#else
#error "kato's sandbox knows x86_64 and aarch64"
#endif

void allow_program(const struct ruleset *rules, const struct place *place) {
  static const char *const READABLE[] = {
      "/lib/" TRIPLET, "/usr/lib/" TRIPLET,  "/lib64",           "/usr/lib64",
      "/etc/ld.so.cache", "/usr/share/zoneinfo", "/etc/localtime", "/dev/urandom",
  };
  allow_known(rules, place->program, ALLOW_READ);
  allow_known(rules, place->runtime, ALLOW_RUN);
  for (size_t i = 0; i < sizeof LOADERS / sizeof *LOADERS; i++) allow_known(rules, LOADERS[i], ALLOW_RUN);
  for (size_t i = 0; i < sizeof READABLE / sizeof *READABLE; i++) allow_known(rules, READABLE[i], ALLOW_READ);
}

void allow_settings(const struct ruleset *rules, const struct place *place) {
  char *own = text_of("%s/.kato/config", place->real_home);
  allow_known(rules, "/etc/kato", ALLOW_READ);
  allow_known(rules, own, ALLOW_READ);
  free(own);
}

/* Names, numbers and homes. */
void allow_people(const struct ruleset *rules) { allow_known(rules, "/etc/passwd", ALLOW_READ); }

/* The monitor reads how much memory its roles hold. */
void allow_processes(const struct ruleset *rules) { allow_known(rules, "/proc", ALLOW_READ); }

#define WAIT_SECONDS 2

static void cut_name(char *path) {
  char *slash = strrchr(path, '/');
  slash[slash == path ? 1 : 0] = '\0';
}

/* The nearest existing folder above, without links, if it is one of kato's own. */
static int open_above(const char *path, const struct place *place) {
  char *above = text_of("%s", path);
  int fd = -1;
  do {
    cut_name(above);
    fd = looked_at(open_without_links(above, O_DIRECTORY), above);
  } while (fd < 0 && errno == ENOENT && above[1] != '\0');
  /* Elsewhere only the named path may be written: see output.c. */
  if (fd >= 0 && !is_own_place(above, place->home, place->real_home)) {
    close(fd);
    fd = -1;
  }
  free(above);
  return fd;
}

/* kato replaces files in its state folder while others read them, so a rule for one file would not last. */
static bool is_replaced(const char *path, const struct place *place) {
  char *folder = text_of("%s/.kato/state/", place->real_home);
  size_t length = strlen(folder);
  bool is = strncmp(path, folder, length) == 0 && strchr(path + length, '/') == NULL;
  free(folder);
  return is;
}

static void allow_grant(const struct ruleset *rules, const struct grant *grant, const struct place *place) {
  uint64_t access = grant->verb == READ ? ALLOW_READ : grant->verb == LIST ? ALLOW_LIST : ALLOW_WRITE;
  char *path = text_of("%s", grant->value);
  /* A plan also names the target of each link. So no link needs to be followed, and none can be swapped in meanwhile. */
  int fd = looked_at(open_without_links(path, 0), path);
  if (fd >= 0 && is_planted(fd, path, place)) {
    say("%s does not belong to this person, and is left alone", path);
    close(fd);
    free(path);
    return;
  }
  struct stat status;
  bool is_folder = fd >= 0 && fstat(fd, &status) == 0 && S_ISDIR(status.st_mode);
  if (grant->verb == READ && !is_folder && is_replaced(path, place)) {
    if (fd >= 0) close(fd);
    cut_name(path);
    fd = looked_at(open_without_links(path, O_DIRECTORY), path);
  } else if (fd < 0 && errno == ENOENT && grant->verb == WRITE) {
    fd = open_above(path, place);
  }
  allow_fd(rules, fd, access);
  free(path);
}

void allow_grants(const struct ruleset *rules, const struct role *role, const struct place *place) {
  if (rules->fd < 0) return;
  for (size_t i = 0; i < role->count; i++) {
    if (role->grants[i].verb <= WRITE) allow_grant(rules, &role->grants[i], place);
  }
}

/* Flushes a folder, so that its new entries survive a power failure. Nothing is promised where a folder cannot be flushed. */
static void flush_folder_of(const char *path) {
  char *folder = strndup(path, (size_t)(strrchr(path, '/') - path));
  if (folder == NULL) out_of_memory();
  int fd = open(*folder == '\0' ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  free(folder);
  if (fd < 0) return;
  fsync(fd);
  close(fd);
}

/* A full or a failing disk: the person, or time, mends it. */
static bool passes(int error) {
  return error == ENOSPC || error == EDQUOT || error == EIO || error == EROFS || error == ESTALE || error == ENOMEM;
}

/* `waits` is for the daemon, which would otherwise stay ended after the disk has room again. */
static void make_folder(const char *path, bool waits) {
  for (bool told = false;; told = true) {
    if (mkdir(path, 0700) == 0) {
      flush_folder_of(path);
      return;
    }
    if (!waits || !passes(errno)) break;
    if (!told) say("cannot make the folder %s: %s. The daemon waits until it can", path, strerror(errno));
    sleep(WAIT_SECONDS);
  }
  struct stat status;
  if (errno == EEXIST && stat(path, &status) == 0 && S_ISDIR(status.st_mode)) return;
  fail(REFUSED, "cannot make the folder %s: %s. Make it, or move away what is in its place", path,
       errno == EEXIST ? "something else is there" : strerror(errno));
}

static bool writes_in(const struct plan *plan, const char *folder) {
  for (size_t i = 0; i < plan->count; i++) {
    for (size_t j = 0; j < plan->roles[i].count; j++) {
      const struct grant *grant = &plan->roles[i].grants[j];
      if (grant->verb == WRITE && is_inside(grant->value, folder)) return true;
    }
  }
  return false;
}

/* Makes `path`, which lies below home, and the missing folders above it. */
static void make_folders_to(const char *home, const char *path) {
  char *whole = text_of("%s/%s", home, path);
  for (char *slash = whole + strlen(home); (slash = strchr(slash + 1, '/')) != NULL;) {
    *slash = '\0';
    make_folder(whole, false);
    *slash = '/';
  }
  make_folder(whole, false);
  free(whole);
}

/* Makes kato's own folders where the plan writes to them. A command that only reads makes none. */
void make_folders(const struct plan *plan, const struct place *place) {
  static const char *const OWN[] = {"", "/config", "/state", "/state/requests", "/logs", "/exports", "/index"};
  for (size_t i = 0; i < sizeof OWN / sizeof *OWN; i++) {
    char *folder = text_of("%s/.kato%s", place->real_home, OWN[i]);
    char *named = text_of("%s/.kato%s", place->home, OWN[i]);
    bool needed = writes_in(plan, folder) || writes_in(plan, named);
    /* The spool lies in the daemon's state folder. Other commands' plans name only the spool. */
    if (strcmp(OWN[i], "/state/requests") == 0) needed = needed || is_resident(plan->profile);
    if (needed) make_folder(folder, is_resident(plan->profile));
    free(folder);
    free(named);
  }
  char *drop_ins = text_of("%s/%s", place->home, UNIT_DROP_INS);
  if (writes_in(plan, drop_ins)) make_folders_to(place->real_home, UNIT_DROP_INS);
  free(drop_ins);
}
