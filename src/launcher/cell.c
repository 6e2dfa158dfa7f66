/*
 * One role as a process of its own: started with its grants and nothing else, killed when it must be, and what became
 * of it in a sentence. Looks at its children's memory in /proc.
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

/* A role that has grown by so much since it was last tidied is tidied again, but not earlier than this. */
#define TIDY_BYTES (1024u * 1024u)
#define TIDY_FIRST_MS 3000
#define TIDY_AGAIN_MS 10000

static _Noreturn void become_role(const struct place *place, const struct plan *plan, const struct command *command,
                                  char *const *line, int file) {
  bool is_main = line != NULL;
  struct list arguments = {0};
  build_flags(&arguments, place->program, command);
  if (is_main) main_arguments(&arguments, place, plan, line);
  /* It sees no environment; the line that it may have to say shall have its priority. */
  if (!is_main && is_journal()) list_add(&arguments, "--journal");
  struct ruleset rules;
  ruleset_make(&rules, place->abi);
  allow_program(&rules, place);
  if (file >= 0) {
    ruleset_allow(&rules, file, ALLOW_FILE);
  } else {
    allow_grants(&rules, command->role, place);
  }
  become(place, &rules, is_main ? ONE_SHOT : ROLE, &arguments);
}

/* In the child, which shares the monitor's signals and descriptors until now. */
static void stand_alone(pid_t monitor, int in, int out) {
  /* What a terminal sends to the foreground is the monitor's to hand on. */
  setsid();
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (getppid() != monitor) _exit(BUG); /* it died before that was set */
  reset_signals();
  signal(SIGHUP, SIG_DFL);
  /* Until the runtime listens to it; it would end the process. */
  signal(SIGUSR2, SIG_IGN);
  if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0) fail(BUG, "cannot start a role: %s", strerror(errno));
}

static void close_pipe(const int pipes[2]) {
  close(pipes[0]);
  close(pipes[1]);
}

/* `line` only for the orchestrator; `file` only for a writer. False when the system has no room for it now. */
bool cell_start(struct cell *cell, const struct place *place, const struct plan *plan, const struct command *command,
                char *const *line, int file) {
  int in[2], out[2];
  if (pipe2(in, O_CLOEXEC) != 0) return false;
  if (pipe2(out, O_CLOEXEC) != 0) {
    close_pipe(in);
    return false;
  }
  pid_t monitor = getpid();
  pid_t child = fork();
  if (child == 0) {
    stand_alone(monitor, in[0], out[1]);
    become_role(place, plan, command, line, file);
  }
  if (child < 0) {
    close_pipe(in);
    close_pipe(out);
    return false;
  }
  close(in[0]);
  close(out[1]);
  fcntl(in[1], F_SETFL, O_NONBLOCK);
  fcntl(out[0], F_SETFL, O_NONBLOCK);
  *cell = (struct cell){.pid = child, .in = in[1], .out = out[0], .channel = cell->channel, .tidied = now_ms()};
  return true;
}

void cell_kill(struct cell *cell, const char *cause) {
  if (cell->ended) return; /* its number may be another's by now */
  if (cell->cause == NULL) cell->cause = cause;
  kill(cell->pid, SIGKILL);
}

char *cell_reason(const struct cell *cell) {
  if (cell->cause != NULL) return text_of("%s", cell->cause);
  if (!WIFSIGNALED(cell->status)) return text_of("ended with status %d", WEXITSTATUS(cell->status));
  const char *name = sigabbrev_np(WTERMSIG(cell->status));
  return name == NULL ? text_of("killed by signal %d", WTERMSIG(cell->status)) : text_of("killed by SIG%s", name);
}

/* What it holds of its own, in bytes: pages of the runtime's file are shared by all. 0: the kernel does not say. */
uint64_t cell_memory(const struct cell *cell) {
  char path[32];
  snprintf(path, sizeof path, "/proc/%d/statm", cell->pid);
  FILE *file = fopen(path, "re");
  if (file == NULL) return 0;
  unsigned long long size, resident, shared;
  bool read = fscanf(file, "%llu %llu %llu", &size, &resident, &shared) == 3 && resident > shared;
  fclose(file);
  return read ? (resident - shared) * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

/*
 * Asks the runtime to give back what it does not use, when the role has grown: by itself it keeps what a first look at
 * ten thousand logs took. Not while it starts, and not often, because it takes a moment of the role's time.
 */
void cell_tidy(struct cell *cell, uint64_t memory, int64_t now) {
  if (memory == 0) return;
  bool was_tidied = cell->least != 0;
  if (was_tidied && memory < cell->least) cell->least = memory;
  if (now - cell->tidied < (was_tidied ? TIDY_AGAIN_MS : TIDY_FIRST_MS)) return;
  if (memory < cell->least + TIDY_BYTES) return;
  cell->tidied = now;
  cell->least = memory;
  kill(cell->pid, SIGUSR2);
}

void cell_free(struct cell *cell) {
  if (cell->in >= 0) close(cell->in);
  if (cell->out >= 0) close(cell->out);
  queue_free(&cell->to);
}
