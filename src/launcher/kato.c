/*
 * kato: refuses the cases in which it must not run, prepares the process, plans, confines itself, and becomes the runtime
 * (for the daemon: the monitor of its roles). It looks at its own installation and at the person's home, and makes
 * ~/.kato. It knows where conversations are, and nothing else about them.
 */
#include "kato.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

static void refuse_privileged(void) {
  bool differs = getuid() != geteuid() || getgid() != getegid();
  if (getauxval(AT_SECURE) != 0 || differs) {
    fail(DENIED, "must not be installed set-uid, set-gid or with file capabilities. Install kato again");
  }
}

static void refuse_root_daemon(void) {
  if (getuid() == 0) {
    fail(DENIED, "the daemon does not run as root: it records one person's sessions. Run it as that person");
  }
}

/* Words after `--` count too: `--` may be the value of an option, and only the command line knows that. */
static void check_line(char *const *line) {
  for (; *line != NULL; line++) {
    if (!is_utf8(*line)) fail(USAGE, "an argument is not UTF-8: %s. Rename what it stands for", *line);
    if (is_reserved_argument(*line)) fail(USAGE, "%s is said by kato itself. Leave it out", *line);
  }
}

static const char *find_home(struct place *place) {
  const char *given = getenv("HOME");
  if (given == NULL || *given != '/') {
    fail(REFUSED, "HOME is not set to the absolute path of a folder. Set it and run the command again");
  }
  char *home = text_of("%s", given);
  for (size_t length = strlen(home); length > 1 && home[length - 1] == '/'; length--) home[length - 1] = '\0';
  struct stat status;
  char *real = place->real_home = realpath(home, NULL);
  if (real == NULL || stat(real, &status) != 0 || !S_ISDIR(status.st_mode)) {
    fail(REFUSED, "HOME is no folder that is there: %s. Set it and run the command again", home);
  }
  bool plain = is_plain_path(home) && is_plain_path(real) && why_not_text(home, strlen(home)) == NULL &&
               why_not_text(real, strlen(real)) == NULL;
  if (!plain) fail(REFUSED, "HOME is not the plain path of a home folder: %s. Set it and run the command again", home);
  place->service_home = status.st_uid != getuid() && is_service_home(real, &status);
  if (status.st_uid != getuid() && !place->service_home) {
    fail(REFUSED, "HOME belongs to somebody else: %s. Set it to your own home and run the command again", home);
  }
  char *replaced = place->service_home ? find_replaced(real) : NULL;
  if (replaced != NULL) {
    fail(REFUSED, "%s is no folder of this person's: it belongs to somebody else, or a link is in its place. Remove the "
                  "link as that person; kato makes the folder", replaced);
  }
  return home;
}

static void check_installed(const char *path, bool runs, uid_t administrator) {
  struct stat status;
  bool there = stat(path, &status) == 0 && access(path, runs ? R_OK | X_OK : R_OK) == 0;
  if (!there) fail(REFUSED, "%s is missing or cannot be read. Install kato again", path);
  bool foreign = status.st_uid != administrator && status.st_uid != getuid();
  if (foreign || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    fail(REFUSED, "others can change %s. Install kato again, as root or for yourself", path);
  }
}

static char *read_link(const char *link) {
  for (size_t room = 256;; room *= 2) {
    char *path = malloc(room);
    if (path == NULL) out_of_memory();
    ssize_t length = readlink(link, path, room);
    if (length < 0) fail(REFUSED, "cannot find its own program file: %s. Mount /proc", strerror(errno));
    if ((size_t)length < room) {
      path[length] = '\0';
      return path;
    }
    free(path);
  }
}

/* Others own a program whose files they can change. Every file in this folder is code, or describes code. */
static void check_program(const char *program, uid_t administrator) {
  static const char *const NEEDED[] = {"deno", "kato.js", "plan.js"};
  check_installed(program, true, administrator);
  for (size_t i = 0; i < sizeof NEEDED / sizeof *NEEDED; i++) {
    char *path = text_of("%s/%s", program, NEEDED[i]);
    check_installed(path, i == 0, administrator);
    free(path);
  }
  DIR *folder = opendir(program);
  if (folder == NULL) fail(REFUSED, "%s cannot be read: %s. Install kato again", program, strerror(errno));
  for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
    if (entry->d_name[0] == '.') continue;
    char *path = text_of("%s/%s", program, entry->d_name);
    check_installed(path, false, administrator);
    free(path);
  }
  closedir(folder);
}

/* An attacker who can change a folder above can replace the program. In a sticky folder, people can replace only their own files. */
static void check_above(const char *path, uid_t administrator) {
  char *above = text_of("%s", path);
  for (char *slash; (slash = strrchr(above, '/')) != NULL;) {
    slash[slash == above ? 1 : 0] = '\0';
    struct stat status;
    if (stat(above, &status) != 0) fail(REFUSED, "cannot look at %s: %s. Install kato again", above, strerror(errno));
    bool foreign = status.st_uid != administrator && status.st_uid != getuid();
    bool open = (status.st_mode & (S_IWGRP | S_IWOTH)) != 0 && (status.st_mode & S_ISVTX) == 0;
    if (foreign || open) fail(REFUSED, "others can change %s, which holds kato. Install kato somewhere else", above);
    if (above[1] == '\0') break;
  }
  free(above);
}

/* lib/kato beside the bin folder that holds this very file, whatever name it was called by. */
static void find_program(struct place *place) {
  char *own = read_link("/proc/self/exe");
  char *slash = strrchr(own, '/');
  if (*own != '/' || slash == NULL) fail(REFUSED, "cannot find its own program file: %s", own);
  *slash = '\0';
  char *folder = text_of("%s/../lib/kato", own);
  place->program = realpath(folder, NULL);
  if (place->program == NULL) fail(REFUSED, "%s is missing. Install kato again", folder);
  place->runtime = text_of("%s/deno", place->program);
  check_program(place->program, place->administrator);
  check_above(place->program, place->administrator);
  free(folder);
  free(own);
}

static void find_folder(bool resident) {
  char *folder = resident ? NULL : getcwd(NULL, 0);
  if (!resident && (folder == NULL || *folder != '/')) {
    fail(REFUSED, "the working directory is gone or cannot be named. Change to another one and run the command again");
  }
  free(folder);
  if (resident && chdir("/") != 0) fail(BUG, "cannot change to /: %s", strerror(errno));
}

/* `kato fleet status`, the one command about other people. It is root's. */
static bool is_about_people(char *const *line) {
  return getuid() == 0 && *line != NULL && strcmp(*line, "fleet") == 0;
}

static void prepare(bool sees_people) {
  alarm(0);
  reset_signals();
  close_above(STDERR_FILENO);
  open_standard();
  umask(077);
  lower_limits();
  drop_privileges(sees_people);
}

static void look_at_kernel(struct place *place) {
  if (!place->sandbox) return;
  place->abi = landlock_abi();
#ifdef KATO_PROBE
  place->abi = probe_abi(place->abi);
#endif
  place->seccomp = seccomp_present();
}

static void say_missing(const struct place *place) {
  char *missing = missing_words(place);
  if (missing != NULL) say("this kernel does not have: %s. 'kato doctor' says what that leaves open", missing);
  free(missing);
}

static _Noreturn void run_once(const struct place *place, const struct plan *plan, char *const *line) {
  const struct role *role = &plan->roles[0];
  struct command command = {.script = "kato.js", .role = role, .engine = engine_flags(plan->profile)};
  struct list arguments = {0};
  build_flags(&arguments, place->program, &command);
  if (strcmp(plan->profile, "cli-read:doctor") == 0) facts_arguments(&arguments, place, role);
  keep_outputs(plan, place, &arguments);
  main_arguments(&arguments, place, plan, line);
  struct ruleset rules;
  ruleset_make(&rules, place->abi);
  allow_program(&rules, place);
  allow_grants(&rules, role, place);
  become(place, &rules, COMMAND, &arguments);
}

int main(int argc, char **argv, char **environment) {
  refuse_privileged();
  char **line = argc > 0 ? argv + 1 : argv;
  prepare(is_about_people(line));
  struct place place = {.sandbox = true};
#ifdef KATO_PROBE
  line = probe_arguments(line, &place);
#endif
  check_line(line);
  answer_help(line);
  bool asks_daemon = *line != NULL && strcmp(*line, "daemon") == 0;
  if (!asks_daemon) answer_usage(line);
  if (asks_daemon) refuse_root_daemon();
  place.administrator = find_administrator();
  find_program(&place);
  place.home = find_home(&place);
  build_environment(environment, is_journal(), &place.environment);
  look_at_kernel(&place);
  find_folder(asks_daemon);
  if (*line != NULL && strcmp(*line, "plan") == 0) become_plan(&place, "kato.js", line);
  struct plan plan;
  make_plan(&place, line, &plan);
  bool resident = is_resident(plan.profile);
  if (resident) refuse_root_daemon();
  char *why = bound_plan(&plan, place.home, place.real_home);
  if (why != NULL) fail(REFUSED, "the plan %s", why);
  make_folders(&plan, &place);
  say_missing(&place);
  if (!resident) run_once(&place, &plan, line);
  find_folder(resident);
  add_resident_environment(&place.environment);
  monitor_run(&place, &plan, line);
}
