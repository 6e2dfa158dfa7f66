/*
 * A child process that answers one question. Its output is bounded in time and length. Its standard input is /dev/null, its
 * standard error is the launcher's own, and it dies with the launcher.
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

static pid_t start(void (*run)(const void *), const void *context, int *output) {
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
  if (null < 0 || dup2(null, 0) < 0 || dup2(pipes[1], 1) < 0) fail(BUG, "cannot start a child: %s", strerror(errno));
  run(context);
  _exit(BUG);
}

/* `what` names the work for messages: planning, looking. */
static _Noreturn void give_up(pid_t child, const char *what, const char *why) {
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  fail(BUG, "%s %s; nothing was run. Report this as a bug in kato", what, why);
}

/* Reads all that the child prints, up to one byte more than it may print. */
static size_t read_all(pid_t child, int output, char *text, int64_t end, const char *what) {
  size_t length = 0;
  for (;;) {
    int64_t left = end - now_ms();
    struct pollfd ready = {.fd = output, .events = POLLIN};
    int found = left <= 0 ? 0 : poll(&ready, 1, (int)left);
    if (found == 0) give_up(child, what, text_of("took more than %d s", PLAN_SECONDS));
    if (found < 0 && errno != EINTR) give_up(child, what, strerror(errno));
    if (found < 0) continue;
    ssize_t got = read(output, text + length, PLAN_BYTES + 1 - length);
    if (got == 0) return length;
    if (got < 0 && errno != EINTR) give_up(child, what, strerror(errno));
    if (got > 0) length += (size_t)got;
    if (length > PLAN_BYTES) give_up(child, what, text_of("printed more than %u bytes", PLAN_BYTES));
  }
}

/* The child closed its output. It has the rest of its time to end. */
static int wait_for(pid_t child, int64_t end, const char *what) {
  for (;;) {
    int status;
    pid_t found = waitpid(child, &status, WNOHANG);
    if (found == child) return status;
    if (found < 0 && errno != EINTR) give_up(child, what, strerror(errno));
    if (now_ms() > end) give_up(child, what, text_of("took more than %d s", PLAN_SECONDS));
    poll(NULL, 0, 1);
  }
}

/* Returns the output, to be freed by the caller, and the exit status; every other end is a bug. `run` does not return. */
char *ask_child(void (*run)(const void *), const void *context, const char *what, size_t *length, int *exited) {
  int64_t end = now_ms() + PLAN_SECONDS * 1000;
  int output;
  pid_t child = start(run, context, &output);
  char *text = malloc(PLAN_BYTES + 1);
  if (text == NULL) out_of_memory();
  *length = read_all(child, output, text, end, what);
  close(output);
  int status = wait_for(child, end, what);
  if (WIFSIGNALED(status)) give_up(child, what, text_of("was ended by SIG%s", sigabbrev_np(WTERMSIG(status))));
  *exited = WEXITSTATUS(status);
  return text;
}
