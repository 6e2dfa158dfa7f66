/*
 * Carries out the orchestrator's messages: starts and ends roles, and passes bytes to them. Looks at channels and lengths,
 * never at the content of a stream.
 */
#include "kato.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The daemon needs one parser per provider and a bounded number of writers. It never needs more roles than this. */
#define MOST_ROLES 256

static struct cell *cell_of(const struct monitor *monitor, uint32_t channel) {
  for (size_t i = 0; i < monitor->count; i++) {
    if (monitor->cells[i]->channel == channel) return monitor->cells[i];
  }
  return NULL;
}

/* Sends one message of channel 0: a word, a channel, and values, one per line. */
void roles_tell(struct monitor *monitor, const char *word, uint32_t channel, const char *value) {
  char *fields = text_of("%s\n%u\n%s\n", word, channel, value);
  size_t length = strlen(fields);
  for (size_t i = 0; i < length; i++) {
    if (fields[i] == '\n') fields[i] = '\0';
  }
  queue_fragment(&monitor->orchestrator.to, 0, fields, length);
  free(fields);
}

static void refuse(struct monitor *monitor, uint32_t channel, char *why) {
  char *reason = text_of("refused: %s", why);
  roles_tell(monitor, "ended", channel, reason);
  free(reason);
  free(why);
}

/* Reports the role's process. For a writer also the identity of its file, which a writer cannot look up itself. */
static char *facts_of(const struct cell *cell, int file) {
  struct stat status;
  if (file < 0) return text_of("%d", cell->pid);
  if (fstat(file, &status) != 0) fail(BUG, "cannot look at an open file: %s", strerror(errno));
  return text_of("%d\n%llu\n%llu\n%llu", cell->pid, (unsigned long long)status.st_dev,
                 (unsigned long long)status.st_ino, (unsigned long long)status.st_nlink);
}

/* True if it was started. */
static bool start(struct monitor *monitor, uint32_t channel, const struct command *command, int file) {
  struct cell *cell = calloc(1, sizeof *cell);
  if (cell == NULL) out_of_memory();
  cell->channel = channel;
  if (!cell_start(cell, monitor->place, monitor->plan, command, NULL, file)) {
    free(cell);
    refuse(monitor, channel, text_of("the system has no room for another process now"));
    return false;
  }
  monitor->cells = more_room(monitor->cells, &monitor->room, monitor->count + 1, sizeof(struct cell *));
  monitor->cells[monitor->count++] = cell;
  char *facts = facts_of(cell, file);
  roles_tell(monitor, "started", channel, facts);
  free(facts);
  return true;
}

static void stop_awaiting(struct monitor *monitor, const struct role *role) {
  for (size_t i = monitor->awaited_count; i-- > 0;) {
    if (monitor->awaited[i].role == role) monitor->awaited[i] = monitor->awaited[--monitor->awaited_count];
  }
}

/* Says whether the parser's folders hold anything. If they do not, says once more when they do. */
static void look(struct monitor *monitor, const struct control *control) {
  const struct role *role = role_of(monitor->plan, control->role);
  stop_awaiting(monitor, role);
  /* A role that the plan does not have is refused at its start. */
  if (role == NULL || holds_anything(role)) return roles_tell(monitor, "used", control->channel, control->role);
  size_t count = monitor->awaited_count + 1;
  monitor->awaited = more_room(monitor->awaited, &monitor->awaited_room, count, sizeof *monitor->awaited);
  monitor->awaited[monitor->awaited_count++] = (struct awaited){.role = role, .channel = control->channel};
  roles_tell(monitor, "empty", control->channel, role->name);
}

/* Once a second. */
void roles_look(struct monitor *monitor) {
  for (size_t i = monitor->awaited_count; i-- > 0;) {
    struct awaited found = monitor->awaited[i];
    if (!holds_anything(found.role)) continue;
    stop_awaiting(monitor, found.role);
    roles_tell(monitor, "used", found.channel, found.role->name);
  }
}

static void start_parser(struct monitor *monitor, const struct control *control) {
  const struct role *role = role_of(monitor->plan, control->role);
  if (role == NULL || role == monitor->plan->roles) {
    return refuse(monitor, control->channel, text_of("the plan has no such role"));
  }
  stop_awaiting(monitor, role);
  struct command command = {.script = "parser.js", .role = role, .engine = engine_flags(monitor->plan->profile)};
  start(monitor, control->channel, &command, -1);
}

/* The library that HTML needs takes memory, so the writers of other files have none of it. */
static const char *writer_of(const char *destination) {
  const char *extension = strrchr(destination, '.');
  return extension != NULL && strcmp(extension, ".html") == 0 ? "html_writer.js" : "writer.js";
}

static void start_writer(struct monitor *monitor, const struct control *control) {
  char *why = NULL;
  int parent;
  int file = open_destination(monitor->bounds, monitor->bound_count, control, &parent, &why);
  if (file < 0) return refuse(monitor, control->channel, why);
  /* The runtime checks the exact name, the kernel the file that has this name now. */
  struct grant grant = {.verb = WRITE, .value = text_of("%s", control->destination)};
  char name[] = "writer";
  struct role role = {.name = name, .grants = &grant, .count = 1};
  struct command command = {
      .script = writer_of(control->destination), .role = &role, .engine = engine_flags(monitor->plan->profile)};
  bool started = start(monitor, control->channel, &command, file);
  if (!started && control->create) remove_destination(parent, control->destination, file);
  close(parent);
  close(file);
  free(grant.value);
}

static char *replaced_reason(const struct monitor *monitor, const char *file) {
  return text_of("%s/%s is not the file that this daemon was started with, so no new process may join it. The daemon starts "
                 "again by itself when the upgrade is over",
                 monitor->program.folder, file);
}

static void begin(struct monitor *monitor, const struct control *control) {
  uint32_t channel = control->channel;
  if (cell_of(monitor, channel) != NULL) {
    monitor->broken = true;
    return;
  }
  if (channel > monitor->last_channel) monitor->last_channel = channel;
  const char *replaced = program_replaced(&monitor->program);
  if (replaced != NULL) return refuse(monitor, channel, replaced_reason(monitor, replaced));
  if (monitor->count >= MOST_ROLES) {
    return refuse(monitor, channel, text_of("%d roles run already", MOST_ROLES));
  }
  if (control->message == START_PARSER) return start_parser(monitor, control);
  start_writer(monitor, control);
}

void roles_obey(struct monitor *monitor, const char *bytes, size_t length) {
  struct control control;
  parse_control(bytes, length, &control);
  switch (control.message) {
    case BEAT:
      monitor->silence = 0;
      break;
    case LOOK:
      if (control.channel > monitor->last_channel) monitor->last_channel = control.channel;
      look(monitor, &control);
      break;
    case START_PARSER:
    case START_WRITER:
      begin(monitor, &control);
      break;
    case END: {
      struct cell *cell = cell_of(monitor, control.channel);
      if (cell != NULL) cell_kill(cell, "ended when it was told to");
      /* The role may have ended while the message was on its way. A channel that never existed is an error. */
      if (control.channel > monitor->last_channel) monitor->broken = true;
      break;
    }
    case WRONG:
      monitor->broken = true;
      break;
  }
  free_control(&control);
}

/* Passes a piece of a stream on to its role. */
static void pass(struct monitor *monitor, uint32_t channel, const uint8_t *bytes, size_t length) {
  struct cell *cell = cell_of(monitor, channel);
  if (cell == NULL) {
    /* Bytes for a role that has ended are dropped. */
    if (channel > monitor->last_channel) monitor->broken = true;
    return;
  }
  if (cell->in < 0) return;
  if (cell->to.length + length > CHANNEL_WINDOW) {
    monitor->broken = true;
    return;
  }
  queue_add(&cell->to, bytes, length);
}

static size_t least(size_t one, size_t other) { return one < other ? one : other; }

static void take_head(struct monitor *monitor) {
  monitor->body_left = read_u32(monitor->head + 4);
  uint32_t channel = read_u32(monitor->head);
  bool is_empty = monitor->body_left == 0;
  if (monitor->body_left > FRAGMENT_BYTES || (is_empty && (channel == 0 || channel > monitor->last_channel))) {
    monitor->broken = true;
  }
  if (is_empty) monitor->head_length = 0;
}

static void take_body(struct monitor *monitor, const uint8_t *bytes, size_t length) {
  uint32_t channel = read_u32(monitor->head);
  monitor->body_left -= (uint32_t)length;
  if (channel != 0) {
    pass(monitor, channel, bytes, length);
  } else {
    queue_add(&monitor->message, bytes, length);
    if (monitor->body_left == 0) {
      roles_obey(monitor, (const char *)monitor->message.bytes + monitor->message.start, monitor->message.length);
      queue_take(&monitor->message, monitor->message.length);
    }
  }
  if (monitor->body_left == 0) monitor->head_length = 0;
}

/* Takes bytes from the orchestrator, which may be cut anywhere. */
void roles_read(struct monitor *monitor, const uint8_t *bytes, size_t length) {
  while (length > 0 && !monitor->broken) {
    size_t used;
    if (monitor->head_length < sizeof monitor->head) {
      used = least(length, sizeof monitor->head - monitor->head_length);
      memcpy(monitor->head + monitor->head_length, bytes, used);
      monitor->head_length += used;
      if (monitor->head_length == sizeof monitor->head) take_head(monitor);
    } else {
      used = least(length, monitor->body_left);
      take_body(monitor, bytes, used);
    }
    bytes += used;
    length -= used;
  }
}

void roles_reap(struct monitor *monitor) {
  int status;
  for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
    if (pid == monitor->checker) {
      monitor->checker = 0;
      monitor->damaged = WIFEXITED(status) && WEXITSTATUS(status) != DONE;
      /* Somebody ended the checker, so nothing is known about the files. */
      if (!WIFEXITED(status)) say("the installation was not looked through to its end; 'kato doctor' does it again");
    }
    struct cell *cell = monitor->orchestrator.pid == pid ? &monitor->orchestrator : NULL;
    for (size_t i = 0; i < monitor->count && cell == NULL; i++) {
      if (monitor->cells[i]->pid == pid && !monitor->cells[i]->ended) cell = monitor->cells[i];
    }
    if (cell == NULL) continue;
    cell->status = status;
    cell->ended = true;
  }
}

/* Acknowledges delivered bytes, and forgets ended roles whose last bytes were passed on. */
void roles_settle(struct monitor *monitor) {
  size_t kept = 0;
  for (size_t i = 0; i < monitor->count; i++) {
    struct cell *cell = monitor->cells[i];
    if (cell->acked > 0) {
      char *bytes = text_of("%llu", (unsigned long long)cell->acked);
      roles_tell(monitor, "ack", cell->channel, bytes);
      free(bytes);
      cell->acked = 0;
    }
    if (!cell->ended || cell->out >= 0) {
      monitor->cells[kept++] = cell;
      continue;
    }
    cell_hear_rest(cell);
    char *reason = cell_reason(cell);
    roles_tell(monitor, "ended", cell->channel, reason);
    free(reason);
    cell_free(cell);
    free(cell);
  }
  monitor->count = kept;
}
