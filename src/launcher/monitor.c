/*
 * The monitor: the launcher's process while the daemon runs. It starts the orchestrator and, at the orchestrator's request,
 * the other roles. It moves bytes between their pipes within bounds, and ends every role whose owner has ended. It is
 * confined to the union of its roles' needs, and never looks at the bytes that it moves.
 */
#include "kato.h"
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* The monitor's own messages come on top of the roles' bytes. Above this bound it does not read the orchestrator either. */
#define MOST_WAITING (4u * WAITING_BYTES)
#define TICK_MS 1000
/* A role that closed a pipe must end within this time. An ordinary exit can take seconds on a busy machine. */
#define SILENT_MS 5000
/* At most this often, or systemd's limit on restarts is reached. */
#define REPLAN_MS 20000
/* Between two rounds in which the kernel does not say which pipes are ready. */
#define BLIND_MS 20
/* A killed process is gone by then, unless the kernel itself holds it. */
#define END_MS 2000

static const char OTHER_KATO[] = "killed: it was started from files that were replaced since the daemon started";
static const char TOO_LARGE[] = "killed: more than 512 MiB";
static const char SILENT[] = "killed: it closed its pipes and went on";

#ifdef KATO_PROBE
static int replan_ms(void) { return probe_replan_ms > 0 ? probe_replan_ms : REPLAN_MS; }
static unsigned beat_seconds(void) { return probe_beat_seconds > 0 ? (unsigned)probe_beat_seconds : BEAT_SECONDS; }
#else
static int replan_ms(void) { return REPLAN_MS; }
static unsigned beat_seconds(void) { return BEAT_SECONDS; }
#endif

static void close_in(struct cell *cell) {
  close(cell->in);
  cell->in = -1;
  queue_free(&cell->to);
  if (cell->silent == 0) cell->silent = now_ms();
}

static void close_out(struct cell *cell) {
  close(cell->out);
  cell->out = -1;
  if (cell->silent == 0) cell->silent = now_ms();
}

static void write_to(struct cell *cell) {
  size_t written;
  if (cell->in < 0 || cell->to.length == 0) return;
  if (queue_write(&cell->to, cell->in, &written) == GONE) close_in(cell);
  cell->acked += written;
}

/* Takes the bytes of a cell: obeys the orchestrator's, passes a role's on. */
static void read_from(struct monitor *monitor, struct cell *cell) {
  static uint8_t bytes[FRAGMENT_BYTES];
  ssize_t count = read(cell->out, bytes, sizeof bytes);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) return close_out(cell);
  /* The files may have been replaced while it started. Nothing of a role of another kato is passed on. */
  if (!cell->heard && cell != &monitor->orchestrator && program_replaced(&monitor->program) != NULL) {
    cell_kill(cell, OTHER_KATO);
    return close_out(cell);
  }
  cell->heard = true;
  if (cell == &monitor->orchestrator) {
    roles_read(monitor, bytes, (size_t)count);
  } else {
    /* The orchestrator asks many roles for signs of life, which would count as work of its own. */
    tidy_worked(&cell->tidy, (size_t)count, now_ms());
    queue_fragment(&monitor->orchestrator.to, cell->channel, bytes, (size_t)count);
  }
}

/* The pipes of a cell: standard input, output and error. */
#define POLLS 3

static void add_polls(struct pollfd **polls, size_t *room, size_t *count, const struct cell *cell, bool reads) {
  *polls = more_room(*polls, room, *count + POLLS, sizeof **polls);
  /* poll reports a pipe without another end even when no event was asked for. */
  (*polls)[(*count)++] = (struct pollfd){.fd = cell->to.length > 0 ? cell->in : -1, .events = POLLOUT};
  (*polls)[(*count)++] = (struct pollfd){.fd = reads ? cell->out : -1, .events = POLLIN};
  (*polls)[(*count)++] = (struct pollfd){.fd = cell->err, .events = POLLIN};
}

static void move_cell(struct monitor *monitor, struct cell *cell, const struct pollfd *polls) {
  if (polls[0].revents != 0) write_to(cell);
  if (polls[1].revents != 0 && cell->out >= 0) read_from(monitor, cell);
  if (polls[2].revents != 0) cell_hear(cell);
}

/*
 * poll refuses more entries than the process may have descriptors, and that limit may be lowered under a running daemon. Then
 * every pipe is tried after a pause; none of them blocks. False when there is nothing to do.
 */
static bool wait_for(struct pollfd *polls, size_t count, int timeout) {
  int ready = poll(polls, count, timeout);
  if (ready >= 0 || errno != EINVAL) return ready > 0;
  poll(NULL, 0, timeout < BLIND_MS ? timeout : BLIND_MS);
  for (size_t i = 0; i < count; i++) polls[i].revents = polls[i].fd < 0 ? 0 : polls[i].events;
  return true;
}

/* One round: waits until bytes can be moved, and moves them. */
static void move_bytes(struct monitor *monitor, int signals, int timeout) {
  static struct pollfd *polls;
  static size_t room;
  size_t count = 0, cells = monitor->count;
  size_t waiting = monitor->orchestrator.to.length;
  polls = more_room(polls, &room, 1, sizeof *polls);
  polls[count++] = (struct pollfd){.fd = signals, .events = POLLIN};
  add_polls(&polls, &room, &count, &monitor->orchestrator, waiting <= MOST_WAITING);
  for (size_t i = 0; i < cells; i++) add_polls(&polls, &room, &count, monitor->cells[i], waiting <= WAITING_BYTES);
  if (!wait_for(polls, count, timeout)) return;
  move_cell(monitor, &monitor->orchestrator, polls + 1);
  /* Each round begins with another role, so that a flooding role does not starve the rest. */
  monitor->turn++;
  for (size_t step = 0; step < cells; step++) {
    size_t i = (monitor->turn + step) % cells;
    bool full = monitor->orchestrator.to.length > WAITING_BYTES;
    struct pollfd *own = polls + 1 + POLLS * (i + 1);
    if (full) own[1].revents = 0;
    move_cell(monitor, monitor->cells[i], own);
  }
}

static void take_signals(struct monitor *monitor, int signals) {
  struct signalfd_siginfo info;
  while (read(signals, &info, sizeof info) == (ssize_t)sizeof info) {
    int number = (int)info.ssi_signo;
    if (number == SIGCHLD) continue;
    if (number != SIGHUP && monitor->stop_at == 0) monitor->stop_at = now_ms() + STOP_MS;
    monitor->handed_on = number;
    if (!monitor->orchestrator.ended) kill(monitor->orchestrator.pid, number);
  }
}

static void check_cell(struct cell *cell, int64_t now) {
  if (cell->ended) return;
  cell_let_speak(cell);
  if (cell->silent != 0 && now - cell->silent > SILENT_MS) cell_kill(cell, SILENT);
  uint64_t memory = cell_memory(cell);
  if (memory > ROLE_MEMORY) cell_kill(cell, TOO_LARGE);
  else cell_tidy(cell, memory, now);
}

/* Once a second. */
static void tend(struct monitor *monitor, struct watch *watch, int64_t *replan_at) {
  int64_t now = now_ms();
  check_cell(&monitor->orchestrator, now);
  for (size_t i = 0; i < monitor->count; i++) check_cell(monitor->cells[i], now);
  roles_look(monitor);
  /* Ticks and not the clock: while the whole service was frozen, no heart could beat. */
  if (++monitor->silence > beat_seconds()) cell_kill(&monitor->orchestrator, "killed: no heartbeat");
  bool renewed = program_renewed(&monitor->program, replan_ms());
  const char *changed = now < *replan_at ? NULL : renewed ? monitor->program.folder : watch_changed(watch);
  if (changed == NULL || monitor->orchestrator.ended || monitor->stop_at != 0) return;
  say("%s has appeared or was replaced; the daemon is to start again", changed);
  *replan_at = now + replan_ms();
  kill(monitor->orchestrator.pid, SIGHUP);
}

static void stop_if_due(struct monitor *monitor) {
  if (monitor->broken && !monitor->orchestrator.ended) {
    cell_kill(&monitor->orchestrator, "killed: it said what it must not say");
  }
  if (monitor->damaged && !monitor->orchestrator.ended) {
    cell_kill(&monitor->orchestrator, "killed: the installation is damaged");
  }
  if (monitor->stop_at == 0 || now_ms() < monitor->stop_at || monitor->orchestrator.ended) return;
  cell_kill(&monitor->orchestrator, "killed: it did not stop in time");
}

/*
 * A child checks the installation's files while the daemon starts, which takes half a second. A changed file ends the
 * daemon.
 */
static pid_t check_installation(const struct place *place, const struct program *program) {
  pid_t child = fork();
  if (child < 0) fail(BUG, "cannot start a process: %s. End some and run the command again", strerror(errno));
  if (child > 0) return child;
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  char *why = why_not_installed(place->program);
  /* An upgrade that began after the start is no damage. */
  if (why != NULL && program_replaced(program) == NULL) {
    fail(REFUSED, "%s; the daemon is ended. Install kato again", why);
  }
  _exit(DONE);
}

static int take_over_signals(void) {
  sigset_t taken;
  sigemptyset(&taken);
  sigaddset(&taken, SIGTERM);
  sigaddset(&taken, SIGINT);
  sigaddset(&taken, SIGHUP);
  sigaddset(&taken, SIGCHLD);
  sigprocmask(SIG_SETMASK, &taken, NULL);
  signal(SIGPIPE, SIG_IGN);
  int signals = signalfd(-1, &taken, SFD_NONBLOCK | SFD_CLOEXEC);
  if (signals < 0) fail(BUG, "cannot take signals: %s", strerror(errno));
  return signals;
}

static void confine_monitor(const struct monitor *monitor) {
  const struct place *place = monitor->place;
  const struct plan *plan = monitor->plan;
  struct ruleset rules;
  ruleset_make(&rules, place->abi);
  allow_program(&rules, place);
  allow_processes(&rules);
  for (size_t i = 0; i < plan->count; i++) {
    if (strcmp(plan->roles[i].name, "writer") != 0) allow_grants(&rules, &plan->roles[i], place);
  }
  for (size_t i = 0; i < monitor->bound_count; i++) ruleset_allow(&rules, monitor->bounds[i].fd, ALLOW_WRITE);
  if (place->sandbox) refuse_new_code();
  confine(place, &rules, MONITOR, NULL);
}

static _Noreturn void end(struct monitor *monitor) {
  for (size_t i = 0; i < monitor->count; i++) cell_kill(monitor->cells[i], "killed: the daemon ended");
  /*
   * The roles would die with the monitor anyway; waiting makes sure that nobody finds them afterwards. A role that hangs in
   * the kernel (a share that does not answer) is waited for no longer than this.
   */
  for (int64_t last = now_ms() + END_MS; now_ms() < last;) {
    pid_t found = waitpid(-1, NULL, WNOHANG);
    if (found < 0 && errno == ECHILD) break;
    if (found == 0) poll(NULL, 0, 5);
  }
  struct cell *orchestrator = &monitor->orchestrator;
  cell_hear_rest(orchestrator);
  bool killed = orchestrator->cause != NULL || WIFSIGNALED(orchestrator->status);
  /* A signal ended it before it listened to signals: it did as it was told. */
  bool obeyed = killed && orchestrator->cause == NULL && WTERMSIG(orchestrator->status) == monitor->handed_on;
  if (obeyed) exit(monitor->handed_on == SIGHUP ? RESTART : DONE);
  char *reason = cell_reason(orchestrator);
  if (killed) say("the daemon's orchestrator was %s", reason);
  free(reason);
  if (monitor->damaged) exit(REFUSED);
  if (killed) exit(BUG);
  int status = WEXITSTATUS(orchestrator->status);
  /* Nobody told it to end. With status 0, systemd would not start it again. */
  bool left = status == DONE && monitor->handed_on == 0;
  if (left) say("the daemon's orchestrator ended without having been told to");
  exit(left ? BUG : status);
}

_Noreturn void monitor_run(const struct place *place, const struct plan *plan, char *const *line) {
  struct monitor monitor = {.place = place, .plan = plan, .orchestrator = {.in = -1, .out = -1, .err = -1}};
  /* Returns the memory of freed queues, however large they were. */
  mallopt(M_MMAP_THRESHOLD, 2 * FRAGMENT_BYTES);
  program_begin(&monitor.program, place->program);
  raise_open_files();
  int signals = take_over_signals();
  open_bounds(&monitor.bounds, &monitor.bound_count, role_of(plan, "writer"), place);
  confine_monitor(&monitor);
  struct watch watch = {0};
  watch_begin(&watch, plan);
  struct command command = {
      .script = "orchestrator.js", .role = &plan->roles[0], .engine = engine_flags(plan->profile)};
  if (!cell_start(&monitor.orchestrator, place, plan, &command, line, -1)) {
    fail(BUG, "cannot start a process: %s. End some and run the command again", strerror(errno));
  }
  monitor.checker = check_installation(place, &monitor.program);
  int64_t next_tick = now_ms() + TICK_MS, replan_at = now_ms() + replan_ms();
  while (!monitor.orchestrator.ended) {
    int64_t now = now_ms();
    int64_t wake = monitor.stop_at != 0 && monitor.stop_at < next_tick ? monitor.stop_at : next_tick;
    move_bytes(&monitor, signals, wake > now ? (int)(wake - now) : 0);
    take_signals(&monitor, signals);
    roles_reap(&monitor);
    roles_settle(&monitor);
    stop_if_due(&monitor);
    if (now_ms() < next_tick) continue;
    tend(&monitor, &watch, &replan_at);
    next_tick = now_ms() + TICK_MS;
  }
  end(&monitor);
}
