/*
 * Stands between a daemon of the tests and the system: counts the calls that change, read or watch files below one
 * folder, makes some of them fail, sends the process a signal before one, and writes down those that change something.
 * It also puts the clock forward or back. It is loaded with LD_PRELOAD and lives in the tests alone. The test steers it
 * over the file KATO_FAULTS, which both map: see injector.ts, which has this layout.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* A bit for each kind of call. injector.ts has the same order. */
enum kind { OPEN, WRITE, SYNC, RENAME, UNLINK, TRUNCATE, MKDIR, LINK, INOTIFY, WATCH, OPEN_TO_READ, READ, STAT, LIST };

/* In the place of an error: this, and the number of a signal that comes before the call. */
#define SIGNALS 1000

/* In the place of an error of a watch: it is made, and tells nothing, as on a share that others write to. */
#define DEAF 999

struct control {
  _Atomic uint32_t count;  /* calls so far that match folder and kinds */
  _Atomic uint32_t first;  /* the first that fails, 1 for the next one from zero; 0: none fails */
  _Atomic uint32_t last;   /* the last that fails */
  _Atomic uint32_t error;  /* errno of a failure; 0: SIGKILL in place of it; from SIGNALS on: a signal, and no failure */
  _Atomic uint32_t kinds;  /* bits */
  _Atomic uint32_t failed; /* how many failed */
  _Atomic uint32_t hit;    /* kind of the last that failed */
  _Atomic int32_t ahead;   /* seconds that the clock is ahead of the system's */
  char folder[PATH_MAX]; /* only calls below it */
  char path[PATH_MAX];   /* of the last call that failed */
};

static struct control *control;
static int record = -1;
static char watched[PATH_MAX]; /* calls below it are written down */
static pthread_mutex_t recording = PTHREAD_MUTEX_INITIALIZER;

#define REAL(result, name, ...) static result (*real_##name)(__VA_ARGS__)
REAL(int, open64, const char *, int, ...);
REAL(ssize_t, write, int, const void *, size_t);
REAL(ssize_t, writev, int, const struct iovec *, int);
REAL(ssize_t, pwrite64, int, const void *, size_t, off64_t);
REAL(int, fsync, int);
REAL(int, fdatasync, int);
REAL(int, rename, const char *, const char *);
REAL(int, unlink, const char *);
REAL(int, unlinkat, int, const char *, int);
REAL(int, ftruncate64, int, off64_t);
REAL(int, mkdir, const char *, mode_t);
REAL(int, linkat, int, const char *, int, const char *, int);
REAL(int, inotify_init1, int);
REAL(int, inotify_add_watch, int, const char *, uint32_t);
REAL(ssize_t, read, int, void *, size_t);
REAL(ssize_t, pread64, int, void *, size_t, off64_t);
REAL(int, statx, int, const char *, int, unsigned, struct statx *);
REAL(int, __xstat64, int, const char *, struct stat64 *);
REAL(int, __fxstat64, int, int, struct stat64 *);
REAL(char *, realpath, const char *, char *);
REAL(DIR *, opendir, const char *);
REAL(struct dirent64 *, readdir64, DIR *);
REAL(int, clock_gettime, clockid_t, struct timespec *);
REAL(int, gettimeofday, struct timeval *, void *);

#define FIND(name) *(void **)&real_##name = dlsym(RTLD_NEXT, #name)

__attribute__((constructor)) static void begin(void) {
  FIND(open64), FIND(write), FIND(writev), FIND(pwrite64), FIND(fsync), FIND(fdatasync);
  FIND(rename), FIND(unlink), FIND(unlinkat), FIND(ftruncate64), FIND(mkdir), FIND(linkat);
  FIND(inotify_init1), FIND(inotify_add_watch), FIND(clock_gettime), FIND(gettimeofday);
  FIND(read), FIND(pread64), FIND(statx), FIND(__xstat64), FIND(__fxstat64), FIND(realpath);
  FIND(opendir), FIND(readdir64);
  const char *steering = getenv("KATO_FAULTS"), *list = getenv("KATO_FAULTS_RECORD"), *below = getenv("KATO_FAULTS_WATCH");
  if (steering != NULL) {
    int fd = real_open64(steering, O_RDWR | O_CLOEXEC);
    void *page = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (page == MAP_FAILED) abort();
    close(fd);
    control = page;
  }
  if (list != NULL && below != NULL) {
    record = real_open64(list, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (record < 0) abort();
    snprintf(watched, sizeof watched, "%s", below);
  }
}

/* Whether `path` is `folder` or in it. */
static int is_below(const char *path, const char *folder) {
  size_t length = strlen(folder);
  return length > 0 && strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

static const char *path_of(int fd, char *path) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, PATH_MAX - 1);
  path[length < 0 ? 0 : length] = '\0';
  return path;
}

/* True when this call must fail, with errno set. The process may be killed here. */
static int must_fail(enum kind kind, const char *path) {
  if (control == NULL || (control->kinds & 1u << kind) == 0 || !is_below(path, control->folder)) return 0;
  uint32_t number = atomic_fetch_add(&control->count, 1) + 1;
  uint32_t first = control->first;
  if (first == 0 || number < first || number > control->last) return 0;
  control->hit = kind;
  snprintf(control->path, sizeof control->path, "%s", path);
  atomic_fetch_add(&control->failed, 1);
  if (control->error == 0) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
  }
  if (control->error > SIGNALS) {
    kill(getpid(), (int)control->error - SIGNALS);
    return 0;
  }
  errno = (int)control->error;
  return 1;
}

/* One entry: kind, offset, length of the path, of the second path, of the data; then these. All numbers little-endian. */
static void note(enum kind kind, const char *path, const char *second, const void *data, size_t length, int64_t offset) {
  if (record < 0 || !is_below(path, watched)) return;
  int kept = errno;
  uint32_t head[4] = {kind, (uint32_t)strlen(path), (uint32_t)strlen(second), (uint32_t)length};
  const struct iovec parts[] = {
    {head, sizeof head}, {&offset, sizeof offset}, {(void *)path, head[1]}, {(void *)second, head[2]}, {(void *)data, length},
  };
  if (real_writev(record, parts, 5) < 0) abort();
  errno = kept;
}

/* Calls that change the order of what is on the disk are made and written down as one step. */
#define STEP(result, kind, path, call, after) \
  do { \
    if (must_fail(kind, path)) return -1; \
    if (record < 0) return call; \
    pthread_mutex_lock(&recording); \
    result done = call; \
    if (done >= 0) after; \
    pthread_mutex_unlock(&recording); \
    return done; \
  } while (0)

static int opened(int fd, int flags, const char *path, int was_there) {
  if (record >= 0 && fd >= 0 && ((flags & O_TRUNC) != 0 || ((flags & O_CREAT) != 0 && !was_there))) {
    note(OPEN, path, "", NULL, 0, 0);
  }
  return fd;
}

int open64(const char *path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  mode_t mode = (flags & (O_CREAT | __O_TMPFILE)) != 0 ? va_arg(list, mode_t) : 0;
  va_end(list);
  if (real_open64 == NULL) *(void **)&real_open64 = dlsym(RTLD_NEXT, "open64");
  int kept = errno;
  /* Those that may change something are a kind of their own. */
  if (must_fail((flags & (O_ACCMODE | O_CREAT)) != O_RDONLY ? OPEN : OPEN_TO_READ, path)) return -1;
  int was_there = access(path, F_OK) == 0;
  errno = kept;
  return opened(real_open64(path, flags, mode), flags, path, was_there);
}

int open(const char *path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  mode_t mode = (flags & (O_CREAT | __O_TMPFILE)) != 0 ? va_arg(list, mode_t) : 0;
  va_end(list);
  return open64(path, flags, mode);
}

static ssize_t put(int fd, const char *path, const void *data, size_t length) {
  off64_t at = (fcntl(fd, F_GETFL) & O_APPEND) != 0 ? lseek64(fd, 0, SEEK_END) : lseek64(fd, 0, SEEK_CUR);
  ssize_t done = real_write(fd, data, length);
  if (done > 0) note(WRITE, path, "", data, (size_t)done, at);
  return done;
}

ssize_t write(int fd, const void *data, size_t length) {
  char path[PATH_MAX];
  if (control == NULL && record < 0) return real_write(fd, data, length);
  STEP(ssize_t, WRITE, path_of(fd, path), put(fd, path, data, length), (void)0);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  char path[PATH_MAX];
  if (control == NULL || count < 1 || !is_below(path_of(fd, path), control->folder)) return real_writev(fd, parts, count);
  return write(fd, parts[0].iov_base, parts[0].iov_len);
}

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t at) {
  char path[PATH_MAX];
  STEP(ssize_t, WRITE, path_of(fd, path), real_pwrite64(fd, data, length, at), note(WRITE, path, "", data, (size_t)done, at));
}

int fsync(int fd) {
  char path[PATH_MAX];
  STEP(int, SYNC, path_of(fd, path), real_fsync(fd), note(SYNC, path, "", NULL, 0, 0));
}

int fdatasync(int fd) {
  char path[PATH_MAX];
  STEP(int, SYNC, path_of(fd, path), real_fdatasync(fd), note(SYNC, path, "", NULL, 0, 0));
}

int rename(const char *from, const char *to) {
  STEP(int, RENAME, from, real_rename(from, to), note(RENAME, from, to, NULL, 0, 0));
}

int unlink(const char *path) { STEP(int, UNLINK, path, real_unlink(path), note(UNLINK, path, "", NULL, 0, 0)); }

int unlinkat(int folder, const char *path, int flags) {
  STEP(int, UNLINK, path, real_unlinkat(folder, path, flags), note(UNLINK, path, "", NULL, 0, 0));
}

int ftruncate64(int fd, off64_t length) {
  char path[PATH_MAX];
  STEP(int, TRUNCATE, path_of(fd, path), real_ftruncate64(fd, length), note(TRUNCATE, path, "", NULL, 0, length));
}
int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

int mkdir(const char *path, mode_t mode) {
  STEP(int, MKDIR, path, real_mkdir(path, mode), note(MKDIR, path, "", NULL, 0, 0));
}

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags) {
  STEP(int, LINK, to, real_linkat(from_folder, from, to_folder, to, flags), note(LINK, from, to, NULL, 0, 0));
}

/* It has no path: it counts for every folder. */
int inotify_init1(int flags) {
  return control != NULL && must_fail(INOTIFY, control->folder) ? -1 : real_inotify_init1(flags);
}

int inotify_add_watch(int fd, const char *path, uint32_t mask) {
  int kept = errno;
  if (!must_fail(WATCH, path)) return real_inotify_add_watch(fd, path, mask);
  if (errno != DEAF) return -1;
  errno = kept;
  return real_inotify_add_watch(fd, path, IN_DELETE_SELF);
}

/* A call that reads: it fails, or is made, and nothing of it is written down. */
#define LOOK(kind, path, refused, call) \
  do { \
    if (is_armed(kind) && must_fail(kind, path)) return refused; \
    return call; \
  } while (0)

/* Asked before a path is looked for: the process reads far more than it reads of files. */
static int is_armed(enum kind kind) {
  return control != NULL && control->first != 0 && (control->kinds & 1u << kind) != 0;
}

ssize_t read(int fd, void *data, size_t length) {
  char path[PATH_MAX];
  if (real_read == NULL) FIND(read);
  LOOK(READ, path_of(fd, path), -1, real_read(fd, data, length));
}

ssize_t pread64(int fd, void *data, size_t length, off64_t at) {
  char path[PATH_MAX];
  LOOK(READ, path_of(fd, path), -1, real_pread64(fd, data, length, at));
}

ssize_t pread(int fd, void *data, size_t length, off_t at) { return pread64(fd, data, length, at); }

int statx(int folder, const char *name, int flags, unsigned mask, struct statx *found) {
  char path[PATH_MAX];
  /* The runtime tries whether there is such a call, without a name. glibc says that there always is one. */
  const char *volatile given = name;
  if (given == NULL) return real_statx(folder, name, flags, mask, found);
  LOOK(STAT, name[0] == '\0' ? path_of(folder, path) : name, -1, real_statx(folder, name, flags, mask, found));
}

/* By these names the runtime, which is built for old systems, asks for what SQLite wants to know. */
int __xstat64(int version, const char *path, struct stat64 *found) {
  LOOK(STAT, path, -1, real___xstat64(version, path, found));
}
int __xstat(int version, const char *path, struct stat *found) {
  return __xstat64(version, path, (struct stat64 *)found);
}
int __fxstat64(int version, int fd, struct stat64 *found) {
  char path[PATH_MAX];
  LOOK(STAT, path_of(fd, path), -1, real___fxstat64(version, fd, found));
}
int __fxstat(int version, int fd, struct stat *found) {
  return __fxstat64(version, fd, (struct stat64 *)found);
}

char *realpath(const char *path, char *resolved) { LOOK(STAT, path, NULL, real_realpath(path, resolved)); }

DIR *opendir(const char *path) { LOOK(LIST, path, NULL, real_opendir(path)); }

struct dirent64 *readdir64(DIR *folder) {
  char path[PATH_MAX];
  LOOK(LIST, path_of(dirfd(folder), path), NULL, real_readdir64(folder));
}

int clock_gettime(clockid_t clock, struct timespec *at) {
  /* Libraries ask before this one has begun. */
  if (real_clock_gettime == NULL) FIND(clock_gettime);
  int result = real_clock_gettime(clock, at);
  if (result == 0 && control != NULL && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) at->tv_sec += control->ahead;
  return result;
}

int gettimeofday(struct timeval *at, void *zone) {
  if (real_gettimeofday == NULL) FIND(gettimeofday);
  int result = real_gettimeofday(at, zone);
  if (result == 0 && control != NULL) at->tv_sec += control->ahead;
  return result;
}

time_t time(time_t *at) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (at != NULL) *at = now.tv_sec;
  return now.tv_sec;
}
