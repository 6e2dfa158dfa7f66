/*
 * The output of `kato export` and `kato seal`: a file or folder that the person named, or the folder for its images, that does not exist
 * yet. This process makes it, empty, so that the process that reads logs gets that one inode and not the folder around it.
 * It waits for that process to end, and removes the output if it is still empty. It writes nothing into it.
 */
#include "kato.h"
#include "tables.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct made {
  int parent;
  const char *name; /* points into the plan's text */
  struct stat status;
};

static struct made *made;
static size_t made_count, made_room;

/* A name with a recording's ending, or a seal's, means a file. A folder has another name, or the export fails. */
static bool is_file_name(const char *name) {
  static const char SEAL[] = ".seal.json";
  size_t length = strlen(name);
  if (length > sizeof SEAL - 1 && strcmp(name + length - (sizeof SEAL - 1), SEAL) == 0) return true;
  static const char *const KINDS[] = {DESTINATION_KINDS};
  const char *dot = strrchr(name, '.');
  for (size_t i = 0; dot != NULL && dot > name && i < sizeof KINDS / sizeof *KINDS; i++) {
    if (strcmp(dot + 1, KINDS[i]) == 0) return true;
  }
  return false;
}

static bool make_at(int parent, const char *name, struct stat *status) {
  if (!is_file_name(name)) {
    return mkdirat(parent, name, 0700) == 0 && fstatat(parent, name, status, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISDIR(status->st_mode);
  }
  int fd = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  bool seen = fstat(fd, status) == 0;
  close(fd);
  return seen;
}

/* Only in a folder that the person owns. The command reports every other fault of the output. */
static void make_output(const char *path) {
  const char *name = strrchr(path, '/') + 1;
  char *folder = strndup(path, (size_t)(name - path));
  if (folder == NULL) out_of_memory();
  int parent = open_without_links(folder, O_DIRECTORY);
  free(folder);
  struct stat status;
  bool own = parent >= 0 && fstat(parent, &status) == 0 && status.st_uid == getuid();
  if (!own || !make_at(parent, name, &status)) {
    if (parent >= 0) close(parent);
    return;
  }
  made = more_room(made, &made_room, made_count + 1, sizeof *made);
  made[made_count++] = (struct made){.parent = parent, .name = name, .status = status};
}

static bool has_output(const struct plan *plan) {
  return strcmp(plan->profile, "export") == 0 || strcmp(plan->profile, "seal") == 0;
}

/* Adds `--output-made`, which names the files of this run, so that the command does not take them for the person's. */
static void make_outputs(const struct plan *plan, const struct place *place, struct list *arguments) {
  const struct role *role = &plan->roles[0];
  for (size_t i = 0; i < role->count; i++) {
    const char *path = role->grants[i].value;
    if (role->grants[i].verb != WRITE || is_own_place(path, place->home, place->real_home)) continue;
    int fd = open_without_links(path, 0);
    if (fd >= 0) close(fd);
    else if (errno == ENOENT) make_output(path);
  }
  for (size_t i = 0; i < made_count; i++) {
    if (!S_ISREG(made[i].status.st_mode)) continue;
    list_add(arguments, "--output-made");
    list_take(arguments, text_of("%llu:%llu", (unsigned long long)made[i].status.st_dev,
                                 (unsigned long long)made[i].status.st_ino));
  }
}

/*
 * Removes the output if it is empty and still the same. rmdir leaves a folder with entries alone. `done`: an empty file is
 * what was asked for, and a folder is left over: there was no image for it.
 */
static void remove_outputs(bool done) {
  for (size_t i = made_count; i-- > 0;) {
    struct stat now;
    const struct stat *then = &made[i].status;
    bool same = fstatat(made[i].parent, made[i].name, &now, AT_SYMLINK_NOFOLLOW) == 0 && now.st_dev == then->st_dev &&
                now.st_ino == then->st_ino;
    if (!same) continue;
    if (S_ISDIR(now.st_mode)) unlinkat(made[i].parent, made[i].name, AT_REMOVEDIR);
    else if (!done && now.st_size == 0) unlinkat(made[i].parent, made[i].name, 0);
  }
}

static pid_t child;

static void hand_on(int number) {
  if (child > 0) kill(child, number);
}

/* A terminal's signals reach the child directly, too. The child takes the second one for the first. */
static void take_signals(void) {
  static const int NUMBERS[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP};
  for (size_t i = 0; i < sizeof NUMBERS / sizeof *NUMBERS; i++) {
    struct sigaction before, handed_on = {.sa_handler = hand_on};
    sigaction(NUMBERS[i], &handed_on, &before);
    if (before.sa_handler == SIG_IGN) sigaction(NUMBERS[i], &before, NULL);
  }
}

static void confine_keeper(const struct place *place) {
  struct ruleset rules;
  /* From ABI 6 on, rules would keep this process from signalling the child, which has rules of its own. */
  ruleset_make(&rules, place->abi < 6 ? place->abi : 5);
  for (size_t i = 0; i < made_count; i++) ruleset_allow(&rules, made[i].parent, ALLOW_REMOVE);
  confine(place, &rules, MONITOR, NULL);
}

/*
 * Returns in the process that becomes the runtime. If an output was made, that process is a child, and the caller's process
 * ends in this function as the child ended.
 */
void keep_outputs(const struct plan *plan, const struct place *place, struct list *arguments) {
  if (!has_output(plan)) return;
  /* A signal that came between the output and its keeper would leave the output. */
  sigset_t all, before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);
  make_outputs(plan, place, arguments);
  if (made_count == 0) {
    sigprocmask(SIG_SETMASK, &before, NULL);
    return;
  }
  pid_t keeper = getpid();
  child = fork();
  if (child < 0) {
    remove_outputs(false);
    fail(BUG, "cannot start a process: %s. End some and run the command again", strerror(errno));
  }
  if (child == 0) {
    sigprocmask(SIG_SETMASK, &before, NULL);
    prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
    if (getppid() != keeper) _exit(BUG);
    return;
  }
  take_signals();
  confine_keeper(place);
  sigprocmask(SIG_SETMASK, &before, NULL);
  int status;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) fail(BUG, "cannot wait for the command: %s", strerror(errno));
  }
  remove_outputs(WIFEXITED(status) && WEXITSTATUS(status) == DONE);
  _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}
