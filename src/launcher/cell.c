/*
 * One role as a process of its own. Starts it with its grants and nothing else, kills it when that is necessary, and
 * describes its end in a sentence. Looks at the memory of its children in /proc.
 */
#include "kato.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static _Noreturn void become_role(const struct place *place, const struct plan *plan, const struct command *command,
                                  char *const *line, int file) {
  bool is_main = line != NULL;
  struct list arguments = {0};
  build_flags(&arguments, place->program, command);
  if (is_main) main_arguments(&arguments, place, plan, line);
  struct ruleset rules;
  ruleset_make(&rules, place->abi);
  allow_program(&rules, place);
  if (file >= 0) {
    ruleset_allow(&rules, file, ALLOW_FILE);
  } else {
    allow_grants(&rules, command->role, place);
  }
  become(place, &rules, is_main ? ORCHESTRATOR : file >= 0 ? WRITER : PARSER, &arguments);
}

/* Runs in the child, which still shares the monitor's signals and descriptors. */
static void stand_alone(pid_t monitor, int in, int out, int err) {
  /* A terminal signals the whole foreground group. Only the monitor hands such signals on. */
  setsid();
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (getppid() != monitor) _exit(BUG); /* the monitor died before the line above took effect */
  reset_signals();
  signal(SIGHUP, SIG_DFL);
  /* Ignored until the runtime listens to this signal: before that, it would end the process. */
  signal(SIGUSR2, SIG_IGN);
  bool joined = dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 && dup2(err, STDERR_FILENO) >= 0;
  if (!joined) fail(BUG, "cannot start a role: %s", strerror(errno));
}

/* Makes the pipes of standard input, output and error; the role gets one end of each. False when the system has no room now. */
static bool make_pipes(int pipes[3][2]) {
  for (int i = 0; i < 3; i++) {
    if (pipe2(pipes[i], O_CLOEXEC) == 0) continue;
    while (i-- > 0) {
      close(pipes[i][0]);
      close(pipes[i][1]);
    }
    return false;
  }
  return true;
}

/* The role reads standard input and writes the other two. */
static int end_of(int pipes[3][2], int i, bool role) { return pipes[i][(i == 0) == role ? 0 : 1]; }

/* `line` is for the orchestrator only, `file` for a writer only. False when the system has no room for the role now. */
bool cell_start(struct cell *cell, const struct place *place, const struct plan *plan, const struct command *command,
                char *const *line, int file) {
  int pipes[3][2];
  if (!make_pipes(pipes)) return false;
  pid_t monitor = getpid();
  pid_t child = fork();
  if (child == 0) {
    stand_alone(monitor, end_of(pipes, 0, true), end_of(pipes, 1, true), end_of(pipes, 2, true));
    become_role(place, plan, command, line, file);
  }
  for (int i = 0; i < 3; i++) {
    close(end_of(pipes, i, true));
    if (child < 0) close(end_of(pipes, i, false));
    else fcntl(end_of(pipes, i, false), F_SETFL, O_NONBLOCK);
  }
  if (child < 0) return false;
  *cell = (struct cell){.name = line != NULL ? NULL : file >= 0 ? "writer" : command->role->name,
                        .pid = child,
                        .in = end_of(pipes, 0, false),
                        .out = end_of(pipes, 1, false),
                        .err = end_of(pipes, 2, false),
                        .channel = cell->channel};
  tidy_begin(&cell->tidy, now_ms());
  cell_begin_speech(cell);
  return true;
}

void cell_kill(struct cell *cell, const char *cause) {
  if (cell->ended) return; /* its number may belong to another process by now */
  if (cell->cause == NULL) cell->cause = cause;
  kill(cell->pid, SIGKILL);
}

char *cell_reason(const struct cell *cell) {
  if (cell->cause != NULL) return text_of("%s", cell->cause);
  if (!WIFSIGNALED(cell->status)) return text_of("ended with status %d", WEXITSTATUS(cell->status));
  const char *name = sigabbrev_np(WTERMSIG(cell->status));
  return name == NULL ? text_of("killed by signal %d", WTERMSIG(cell->status)) : text_of("killed by SIG%s", name);
}

/*
 * The role's own memory in bytes: anonymous and shared memory, swapped-out pages included. Pages of the runtime's file do
 * not count, since all roles share them. 0: the kernel does not say.
 */
uint64_t cell_memory(const struct cell *cell) {
  static const char *const OWN[] = {"RssAnon:", "RssShmem:", "VmSwap:"};
  char path[32], line[128];
  snprintf(path, sizeof path, "/proc/%d/status", cell->pid);
  FILE *file = fopen(path, "re");
  if (file == NULL) return 0;
  uint64_t memory = 0;
  while (fgets(line, sizeof line, file) != NULL) {
    for (size_t i = 0; i < sizeof OWN / sizeof *OWN; i++) {
      size_t length = strlen(OWN[i]);
      if (strncmp(line, OWN[i], length) == 0) memory += strtoull(line + length, NULL, 10) * KIB;
    }
  }
  fclose(file);
  return memory;
}

/* Asks the runtime to return unused memory, when the role should. */
void cell_tidy(struct cell *cell, uint64_t memory, int64_t now) {
  if (tidy_due(&cell->tidy, memory, now)) kill(cell->pid, SIGUSR2);
}

void cell_free(struct cell *cell) {
  if (cell->in >= 0) close(cell->in);
  if (cell->out >= 0) close(cell->out);
  if (cell->err >= 0) close(cell->err);
  queue_free(&cell->line);
  queue_free(&cell->to);
}
