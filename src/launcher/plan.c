/*
 * The plan: kato's own code says what a command line may touch, in a child that reads the program and the settings,
 * writes nothing, and is not believed: its answer is bounded in time and length, and checked.
 */
#include "kato.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* `script`: the planner, or the command line itself for who typed `kato plan`. */
_Noreturn void become_plan(const struct place *place, const char *script, char *const *line) {
  struct list arguments = {0};
  struct command command = {.script = script, .role = NULL, .engine = planner_flags(*line)};
  build_flags(&arguments, place->program, &command);
  administrator_arguments(&arguments, place);
  for (; *line != NULL; line++) list_add(&arguments, *line);
  struct ruleset rules;
  ruleset_make(&rules, place->abi);
  allow_program(&rules, place);
  allow_settings(&rules, place);
  become(place, &rules, PLANNER, &arguments);
}

static pid_t start(const struct place *place, char *const *line, int *output) {
  int pipes[2];
  if (pipe2(pipes, O_CLOEXEC) != 0) fail(BUG, "cannot make a pipe: %s", strerror(errno));
  pid_t parent = getpid();
  pid_t child = fork();
  if (child < 0) fail(BUG, "cannot start a process: %s. End some and run the command again", strerror(errno));
  if (child > 0) {
    close(pipes[1]);
    *output = pipes[0];
    return child;
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (getppid() != parent) _exit(BUG);
  int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (null < 0 || dup2(null, 0) < 0 || dup2(pipes[1], 1) < 0) fail(BUG, "cannot plan: %s", strerror(errno));
  become_plan(place, "plan.js", line);
}

static _Noreturn void give_up(pid_t child, const char *why) {
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  fail(BUG, "planning %s; nothing was run. Report this as a bug in kato", why);
}

/* Everything the child prints, one byte more than a plan can have at most. */
static size_t read_all(pid_t child, int output, char *text) {
  int64_t end = now_ms() + PLAN_SECONDS * 1000;
  size_t length = 0;
  for (;;) {
    int64_t left = end - now_ms();
    struct pollfd ready = {.fd = output, .events = POLLIN};
    int found = left <= 0 ? 0 : poll(&ready, 1, (int)left);
    if (found == 0) give_up(child, text_of("took more than %d s", PLAN_SECONDS));
    if (found < 0 && errno != EINTR) give_up(child, strerror(errno));
    if (found < 0) continue;
    ssize_t got = read(output, text + length, PLAN_BYTES + 1 - length);
    if (got == 0) return length;
    if (got < 0 && errno != EINTR) give_up(child, strerror(errno));
    if (got > 0) length += (size_t)got;
    if (length > PLAN_BYTES) give_up(child, text_of("printed more than %u bytes", PLAN_BYTES));
  }
}

/* It closed its output; it has the rest of its time to end. */
static int wait_for(pid_t child, int64_t end) {
  for (;;) {
    int status;
    pid_t found = waitpid(child, &status, WNOHANG);
    if (found == child) return status;
    if (found < 0 && errno != EINTR) give_up(child, strerror(errno));
    if (now_ms() > end) give_up(child, text_of("took more than %d s", PLAN_SECONDS));
    poll(NULL, 0, 1);
  }
}

void make_plan(const struct place *place, char *const *line, struct plan *plan) {
  int64_t end = now_ms() + PLAN_SECONDS * 1000;
  int output;
  pid_t child = start(place, line, &output);
  char *text = malloc(PLAN_BYTES + 1);
  if (text == NULL) out_of_memory();
  size_t length = read_all(child, output, text);
  close(output);
  int status = wait_for(child, end);
  if (WIFSIGNALED(status)) give_up(child, text_of("was ended by SIG%s", sigabbrev_np(WTERMSIG(status))));
  /* It said why itself. */
  if (WEXITSTATUS(status) != DONE) _exit(WEXITSTATUS(status));
  char *why = parse_plan(text, length, plan);
  if (why != NULL) fail(REFUSED, "the plan %s; nothing was run. Report this as a bug in kato", why);
  free(text);
}
