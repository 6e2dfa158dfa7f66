/*
 * Declarations that the files of the launcher share. The head of each file says what that file may do.
 */
#ifndef KATO_H
#define KATO_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Exit statuses, as src/cli/exit_status.ts has them. */
enum { DONE = 0, FAILED = 1, USAGE = 64, BUG = 70, RESTART = 75, DENIED = 77, REFUSED = 78 };

#define KIB 1024u
#define MIB (1024u * KIB)
#define PLAN_BYTES (64u * KIB)
#define PLAN_SECONDS 10
#define FRAGMENT_BYTES (64u * KIB)
#define CHANNEL_WINDOW (1u * MIB)
#define WAITING_BYTES (256u * KIB)
#define ROLE_MEMORY (512ull * MIB)
#define BEAT_SECONDS 30
/* The daemon gives itself two seconds to stop. Whoever hangs is killed; a busy machine must not make that of a slow stop. */
#define STOP_MS 5000

/* say.c: one sentence to a person, a line in the journal. */
#define MESSAGE_BYTES (4u * KIB)
char *plain_message(char *message); /* takes ownership; returns it or another string */
bool is_journal(void);
bool print_text(const char *text, size_t length);
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void pass_on(int priority, char *line);
_Noreturn void fail(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *text_of(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void out_of_memory(void);
void *more_room(void *items, size_t *room, size_t needed, size_t size);

/* help.c */
void answer_help(char *const *line);

/* usage.c */
void answer_usage(char *const *line);
char *find_usage_error(char *const *line, const char **path);

/* values.c: `words` with a space between; `most` letters, digits or so; `wrong` and `zero` say what to write instead. */
enum value_check { CHECK_ANY, CHECK_UNSURE, CHECK_WORD, CHECK_WORDS, CHECK_NUMBER, CHECK_HEX, CHECK_TIME };
struct value_kind {
  enum value_check check;
  size_t most;
  const char *words, *wrong, *zero;
};
extern const char VALUE_UNSURE[];
bool is_quotable(const char *text);
const char *value_mend(const struct value_kind *kind, const char *text);

/* list.c: a list of strings that execve can take. */
struct list {
  char **items;
  size_t count, room;
};
void list_add(struct list *list, const char *text);
void list_take(struct list *list, char *text);
void list_free(struct list *list);

/* environment.c */
void build_environment(char *const *inherited, bool journal, struct list *environment);
void add_resident_environment(struct list *environment);

/* plan_text.c */
enum verb { READ, LIST, WRITE, ENV, SYS };
struct grant {
  enum verb verb;
  char *value;
};
struct role {
  char *name;
  struct grant *grants;
  size_t count, room;
};
struct plan {
  char *text; /* holds every string of the plan */
  char *hash; /* NULL for `none` */
  char *profile;
  struct role *roles;
  size_t count, room;
};
bool is_plain_path(const char *path);
bool is_utf8(const char *text);
const char *why_not_text(const char *bytes, size_t length);
char *parse_plan(const char *bytes, size_t length, struct plan *plan);
void free_plan(struct plan *plan);
const struct role *role_of(const struct plan *plan, const char *name);

/* bounds.c */
#define UNIT_DROP_INS ".config/systemd/user/kato.service.d"
bool is_inside(const char *path, const char *folder);
bool is_own_place(const char *path, const char *home, const char *real_home);
const char *why_no_destination(const char *below);
bool is_writable_place(const char *path, const char *home, const char *real_home);
char *bound_plan(struct plan *plan, const char *home, const char *real_home);

/* flags.c */
struct command {
  const char *script;      /* its name in lib/kato */
  const struct role *role; /* NULL for the plan child */
  const char *engine;      /* V8's flags */
};
const char *engine_flags(const char *profile);
const char *planner_flags(const char *command);
bool is_resident(const char *profile);
void build_flags(struct list *arguments, const char *program, const struct command *command);
bool is_reserved_argument(const char *argument);

/* Paths, and the features of the kernel. Filled once, in kato.c. */
struct place {
  const char *home;  /* the value of HOME, without trailing slashes */
  char *real_home;   /* without links */
  char *program;     /* lib/kato */
  char *runtime;     /* lib/kato/deno */
  int abi;           /* version of Landlock; 0: none */
  bool seccomp;
  bool sandbox;      /* false only in the probe build, on request */
  bool service_home; /* see is_service_home */
  uid_t administrator;
  struct list environment;
};

/* owner.c */
struct stat;
bool maps_root(const char *map);
uid_t find_administrator(void);
bool is_service_home(const char *real_home, const struct stat *home);
char *find_replaced(const char *real_home);
bool is_planted(int fd, const char *path, const struct place *place);
void administrator_arguments(struct list *arguments, const struct place *place);

/* landlock.c */
struct ruleset {
  int fd; /* -1: the kernel has no Landlock */
  uint64_t handled;
};
extern const uint64_t ALLOW_READ, ALLOW_LIST, ALLOW_WRITE, ALLOW_RUN, ALLOW_FILE, ALLOW_REMOVE;
int landlock_abi(void);
void ruleset_make(struct ruleset *rules, int abi);
void ruleset_allow(const struct ruleset *rules, int fd, uint64_t access);
void ruleset_enforce(struct ruleset *rules);

/* walk.c */
int walk(int from, const char *path, int flags);
int open_without_links(const char *path, int flags);

/* grants.c */
void allow_program(const struct ruleset *rules, const struct place *place);
void allow_settings(const struct ruleset *rules, const struct place *place);
void allow_people(const struct ruleset *rules);
void allow_processes(const struct ruleset *rules);
void allow_grants(const struct ruleset *rules, const struct role *role, const struct place *place);
void make_folders(const struct plan *plan, const struct place *place);

/* seccomp.c */
/* The kinds of process that the rows of syscalls.def name. */
enum kind { PLANNER, COMMAND, ORCHESTRATOR, PARSER, WRITER, MONITOR };
bool seccomp_present(void);
/* For all but the monitor: only an execve with exactly these three pointers is allowed. */
struct exec {
  const char *path;
  char *const *arguments;
  char *const *environment;
};
void seccomp_enforce(enum kind kind, const struct exec *exec);

/* limits.c */
void close_above(int last);
void open_standard(void);
void lower_limits(void);
void raise_open_files(void);
void drop_privileges(bool sees_people);
void refuse_new_code(void);
void reset_signals(void);

/* become.c */
char *missing_words(const struct place *place);
void confine(const struct place *place, struct ruleset *rules, enum kind kind, const struct exec *exec);
_Noreturn void become(const struct place *place, struct ruleset *rules, enum kind kind, struct list *arguments);
void main_arguments(struct list *arguments, const struct place *place, const struct plan *plan, char *const *line);

/* child.c */
int64_t now_ms(void);
char *ask_child(void (*run)(const void *), const void *context, const char *what, size_t *length, int *exited);

/* output.c */
void keep_outputs(const struct plan *plan, const struct place *place, struct list *arguments);

/* sha256.c */
struct sha256 {
  uint32_t state[8];
  uint64_t length;
  uint8_t held[64];
};
void sha256_begin(struct sha256 *sum);
void sha256_add(struct sha256 *sum, const uint8_t *bytes, size_t length);
void sha256_end(struct sha256 *sum, char digits[65]);

/* installed.c */
char *why_not_installed(const char *program);

/* facts.c */
void facts_arguments(struct list *arguments, const struct place *place, const struct role *role);

/* plan.c, and plan_known.c: what it says without the planner */
struct queue;
bool known_plan(const struct place *place, char *const *line, struct queue *text);
_Noreturn void become_plan(const struct place *place, const char *script, char *const *line);
void make_plan(const struct place *place, char *const *line, struct plan *plan);

/* channel.c: a queue of bytes. Its callers keep it bounded. */
struct queue {
  uint8_t *bytes;
  size_t start, length, room;
};
void queue_add(struct queue *queue, const void *bytes, size_t length);
void queue_take(struct queue *queue, size_t length);
void queue_fragment(struct queue *queue, uint32_t channel, const void *bytes, size_t length);
void queue_free(struct queue *queue);
uint32_t read_u32(const uint8_t *bytes);
/* The result of one write or read on a pipe. GONE means that its other end is closed. */
enum moved { MOVED, NOTHING, GONE };
enum moved queue_write(struct queue *queue, int fd, size_t *written);

/* control.c */
enum message { LOOK, START_PARSER, START_WRITER, END, BEAT, WRONG };
struct control {
  enum message message;
  uint32_t channel;
  const char *role;        /* parser:PROVIDER */
  bool create;
  const char *destination;
  const char **folders; /* points into the message */
  size_t folder_count;
};
/* `bytes` must stay while `control` is used. */
void parse_control(const char *bytes, size_t length, struct control *control);
void free_control(struct control *control);

/* destination.c */
struct bound {
  char *path;
  int fd;
};
void open_bounds(struct bound **bounds, size_t *count, const struct role *role, const struct place *place);
/* Opens a writer's file. -1, with a sentence for a person, if it may not. */
void remove_destination(int parent, const char *path, int file);
int open_destination(const struct bound *bounds, size_t count, const struct control *control, int *parent,
                     char **why);

/* program.c: whether the files that roles run are those that the daemon was started from. */
#define PROGRAM_FILES 6
struct file {
  dev_t device;
  ino_t inode; /* 0: it is missing */
  off_t size;
  int64_t seconds, nanoseconds; /* of its last change */
};
struct program {
  const char *folder;
  struct file started[PROGRAM_FILES], now[PROGRAM_FILES];
  int64_t since; /* how long they have been as they are now */
};
void program_begin(struct program *program, const char *folder);
const char *program_replaced(const struct program *program);
bool program_renewed(struct program *program, int64_t rest);

/* tidy.c: when a role is asked to return unused memory. */
struct tidiness {
  int64_t asked;     /* when it was started, or last asked */
  uint64_t least;    /* the least memory that it has held since then; 0: never asked */
  uint64_t worked;   /* bytes that it has sent since then */
  int64_t worked_at; /* the last of them */
};
void tidy_begin(struct tidiness *tidy, int64_t now);
void tidy_worked(struct tidiness *tidy, size_t bytes, int64_t now);
/* `memory`: that it holds now; 0: nobody knows. True: ask it now. */
bool tidy_due(struct tidiness *tidy, uint64_t memory, int64_t now);

/* cell.c: one role as a process of its own. */
struct cell {
  const char *name; /* of its role, for a person */
  uint32_t channel;
  pid_t pid;
  int in, out, err; /* our ends; -1 when closed */
  int status;
  bool ended;        /* waited for */
  bool heard;        /* it has sent something, so it has read its files */
  int64_t silent;    /* when its output was closed; 0: still open */
  const char *cause; /* why the monitor killed it; NULL: it did not */
  struct queue to;
  uint64_t acked;    /* bytes that reached it and are not acknowledged yet */
  struct tidiness tidy;
  struct queue line; /* a line of its standard error, while it arrives */
  unsigned lines_left; /* that it may still say now */
  unsigned lines_lost; /* dropped above that limit and not reported yet */
};
bool cell_start(struct cell *cell, const struct place *place, const struct plan *plan, const struct command *command,
                char *const *line, int file);
void cell_kill(struct cell *cell, const char *cause);
char *cell_reason(const struct cell *cell);
uint64_t cell_memory(const struct cell *cell);
void cell_tidy(struct cell *cell, uint64_t memory, int64_t now);
void cell_free(struct cell *cell);

/* speech.c */
void cell_begin_speech(struct cell *cell);
void cell_hear(struct cell *cell);
void cell_hear_rest(struct cell *cell);
void cell_let_speak(struct cell *cell);


/* roles.c and monitor.c */
struct awaited {
  const struct role *role;
  uint32_t channel;
};
struct monitor {
  const struct place *place;
  const struct plan *plan;
  struct program program;
  struct cell orchestrator;
  struct cell **cells;
  size_t count, room, turn;
  struct bound *bounds;
  size_t bound_count;
  uint32_t last_channel;
  uint8_t head[8];
  size_t head_length;
  uint32_t body_left;
  struct queue message; /* a message of channel 0, while it arrives */
  pid_t checker; /* checks the installation while the daemon starts; 0: it has ended */
  bool damaged;  /* the checker found a changed file */
  unsigned silence; /* seconds in which the monitor ran and the orchestrator's heart did not beat */
  int64_t stop_at;
  int handed_on; /* the last signal that the orchestrator got */
  bool broken; /* the orchestrator sent an illegal message */
  struct awaited *awaited; /* parsers whose folders held nothing, each once */
  size_t awaited_count, awaited_room;
};
void roles_obey(struct monitor *monitor, const char *bytes, size_t length);
void roles_read(struct monitor *monitor, const uint8_t *bytes, size_t length);
void roles_tell(struct monitor *monitor, const char *word, uint32_t channel, const char *value);
void roles_reap(struct monitor *monitor);
void roles_settle(struct monitor *monitor);
void roles_look(struct monitor *monitor);
_Noreturn void monitor_run(const struct place *place, const struct plan *plan, char *const *line);

/* watch.c: whether the granted paths still lead to the same files, and whether anything is in them. */
struct watch {
  struct seen *seen;
  size_t count, room;
};
void watch_begin(struct watch *watch, const struct plan *plan);
const char *watch_changed(struct watch *watch);
bool holds_anything(const struct role *role);

/* Only in the probe build, for tests of the kernel's boundary: see probe.c. */
#ifdef KATO_PROBE
char **probe_arguments(char **argv, struct place *place);
const char *probe_script(const char *role, const char *script);
bool probe_allows_all(void);
int probe_abi(int abi);
extern int probe_replan_ms, probe_beat_seconds;
#endif

#endif
