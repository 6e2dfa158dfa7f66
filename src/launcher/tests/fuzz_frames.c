/*
 * Feeds roles.c, channel.c and control.c with the bytes of an orchestrator, cut at any place, while roles start, wait and
 * end. This file plays the processes and the files. An input is a list of turns. A turn is a byte for the kind, a byte for
 * the amount, and the bytes that the orchestrator sends, if it sends any.
 */
#include "../kato.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

#define MUST(condition) \
  do { \
    if (!(condition)) abort(); \
  } while (0)

static pid_t last_pid, ended_pid;
static bool has_no_room;

bool cell_start(struct cell *cell, const struct place *place, const struct plan *plan, const struct command *command,
                char *const *line, int file) {
  (void)place, (void)plan, (void)file;
  MUST(command->script != NULL && command->role != NULL && line == NULL);
  if (has_no_room) return false;
  *cell = (struct cell){.name = "role", .pid = ++last_pid, .in = 1000, .out = 1000, .err = -1, .channel = cell->channel};
  return true;
}

void cell_kill(struct cell *cell, const char *cause) {
  if (!cell->ended && cell->cause == NULL) cell->cause = cause;
}

char *cell_reason(const struct cell *cell) { return text_of("%s", cell->cause == NULL ? "ended" : cell->cause); }
void cell_hear_rest(struct cell *cell) { (void)cell; }
void cell_free(struct cell *cell) { queue_free(&cell->to); }
int64_t now_ms(void) { return 1; }
const char *program_replaced(const struct program *program) {
  (void)program;
  return has_no_room && last_pid % 2 == 0 ? "deno" : NULL;
}
bool holds_anything(const struct role *role) { return role->count > 0 || has_no_room; }

/* Its arguments were checked before: plain paths, and folders only where a file is made. */
int open_destination(const struct bound *bounds, size_t count, const struct control *control, int *parent, char **why) {
  (void)bounds, (void)count;
  MUST(is_plain_path(control->destination) && (control->create || control->folder_count == 0));
  for (size_t i = 0; i < control->folder_count; i++) MUST(is_plain_path(control->folders[i]));
  *parent = -1;
  if (strlen(control->destination) % 2 == 0) return open("/dev/null", O_WRONLY | O_CLOEXEC);
  *why = text_of("not here");
  return -1;
}

void remove_destination(int parent, const char *path, int file) { (void)parent, (void)path, (void)file; }

pid_t waitpid(pid_t pid, int *status, int options) {
  (void)pid, (void)options;
  pid_t found = ended_pid;
  ended_pid = 0;
  *status = 0;
  return found == 0 ? -1 : found;
}

static void check(const struct monitor *monitor) {
  MUST(monitor->awaited_count <= monitor->plan->count);
  MUST(monitor->count <= 256 && monitor->message.length <= FRAGMENT_BYTES);
  for (size_t i = 0; i < monitor->count; i++) {
    MUST(monitor->cells[i]->channel <= monitor->last_channel && monitor->cells[i]->to.length <= CHANNEL_WINDOW);
    for (size_t j = 0; j < i; j++) MUST(monitor->cells[i]->channel != monitor->cells[j]->channel);
  }
}

static struct cell *cell_at(const struct monitor *monitor, uint8_t which) {
  return monitor->count == 0 ? NULL : monitor->cells[which % monitor->count];
}

/* One turn; how many bytes of the input were for it. */
static size_t take_turn(struct monitor *monitor, const uint8_t *bytes, size_t length) {
  uint8_t what = bytes[0] % 7, much = bytes[1];
  struct cell *cell = cell_at(monitor, much);
  switch (what) {
    case 0:
    case 1: {
      /* In memory of its own size, so that one byte too far is seen. */
      size_t piece = what == 0 ? much : 256u * much;
      if (piece > length - 2) piece = length - 2;
      uint8_t *said = malloc(piece + 1);
      MUST(said != NULL);
      memcpy(said, bytes + 2, piece);
      roles_read(monitor, said, piece);
      free(said);
      return 2 + piece;
    }
    case 2:
      if (cell != NULL) cell->acked += cell->to.length / (1 + much % 3), queue_take(&cell->to, cell->to.length / (1 + much % 3));
      break;
    case 3:
      if (cell != NULL) {
        ended_pid = cell->pid;
        roles_reap(monitor);
        cell->out = -1;
      }
      break;
    case 4: roles_settle(monitor); break;
    case 5: has_no_room = much % 2 == 1; break;
    case 6: roles_look(monitor); break;
  }
  return 2;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
  static char daemon[] = "daemon", parser[] = "parser:a", writer[] = "writer";
  struct role roles[] = {{.name = daemon}, {.name = parser}, {.name = writer}};
  struct plan plan = {.profile = daemon, .roles = roles, .count = 3};
  struct place place = {0};
  struct monitor monitor = {.place = &place, .plan = &plan, .orchestrator = {.pid = 1}};
  last_pid = 100, ended_pid = 0, has_no_room = false;
  for (size_t at = 0; at + 2 <= length && !monitor.broken;) {
    at += take_turn(&monitor, bytes + at, length - at);
    check(&monitor);
    if (monitor.orchestrator.to.length > MIB) queue_take(&monitor.orchestrator.to, monitor.orchestrator.to.length);
  }
  for (size_t i = 0; i < monitor.count; i++) {
    cell_free(monitor.cells[i]);
    free(monitor.cells[i]);
  }
  free(monitor.cells);
  free(monitor.awaited);
  queue_free(&monitor.message);
  queue_free(&monitor.orchestrator.to);
  return 0;
}
