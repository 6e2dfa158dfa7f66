/*
 * The runtime's command line, made from the same grants as the kernel's rules. It names every kind of permission and leaves
 * nothing to a default. Pure: memory only.
 */
#include "kato.h"
#include <stdlib.h>
#include <string.h>

static const char *const FIXED[] = {
    "run",
    "--quiet",
    "--no-prompt",
    "--no-config",
    "--no-lock",
    "--no-npm",
    "--no-remote",
    "--cached-only",
    "--no-code-cache",
    "--unstable-worker-options",
    /* Without this, the runtime reads every part of the program before the first line runs. */
    "--unstable-lazy-dynamic-imports",
};

static const char *const DENIED_KINDS[] = {"--deny-net", "--deny-run", "--deny-ffi", "--deny-import"};

/* Without a compiler at run time, the daemon's memory never has to be writable and executable. */
#define RESIDENT "--jitless,--max-semi-space-size=1,--minor-gc-task-trigger=20"

bool is_resident(const char *profile) { return strcmp(profile, "daemon") == 0; }

const char *engine_flags(const char *profile) {
  if (is_resident(profile)) return RESIDENT;
  /* A large young generation, and no incremental marking: otherwise the strings of a large log grow old and stay. */
  return strcmp(profile, "export") == 0 ? "--max-semi-space-size=8,--no-incremental-marking" : NULL;
}

/*
 * Limits for the planner, so that a faulty one ends soon and does not harm the machine. The daemon's planner runs in the
 * daemon's own service, whose memory is never writable and executable.
 */
const char *planner_flags(const char *command) {
  bool resident = command != NULL && strcmp(command, "daemon") == 0;
  return resident ? "--jitless,--max-old-space-size=256" : "--max-old-space-size=256";
}

static bool is_seen(const struct role *role, size_t index, bool (*is_of)(enum verb)) {
  for (size_t i = 0; i < index; i++) {
    if (is_of(role->grants[i].verb) && strcmp(role->grants[i].value, role->grants[index].value) == 0) return true;
  }
  return false;
}

/* The runtime splits the list at commas; a doubled comma stands for one comma. */
static size_t put_doubled(char *to, const char *value) {
  size_t length = 0;
  for (; *value != '\0'; value++) {
    if (*value == ',') to[length++] = ',';
    to[length++] = *value;
  }
  return length;
}

static void add_kind(struct list *arguments, const char *kind, const struct role *role, bool (*is_of)(enum verb)) {
  size_t room = strlen("--allow-=") + strlen(kind) + 1;
  for (size_t i = 0; role != NULL && i < role->count; i++) room += 2 * strlen(role->grants[i].value) + 1;
  char *flag = malloc(room);
  if (flag == NULL) out_of_memory();
  size_t length = 0;
  for (size_t i = 0; role != NULL && i < role->count; i++) {
    if (!is_of(role->grants[i].verb) || is_seen(role, i, is_of)) continue;
    if (length == 0) {
      length = (size_t)(stpcpy(stpcpy(stpcpy(flag, "--allow-"), kind), "=") - flag);
    } else {
      flag[length++] = ',';
    }
    length += put_doubled(flag + length, role->grants[i].value);
  }
  flag[length] = '\0';
  if (length == 0) {
    free(flag);
    flag = text_of("--deny-%s", kind);
  }
  list_take(arguments, flag);
}

/* The runtime has no permission to list, so `list` becomes `read` there. Only the kernel keeps the content closed. */
static bool is_read(enum verb verb) { return verb == READ || verb == LIST; }
static bool is_write(enum verb verb) { return verb == WRITE; }
static bool is_env(enum verb verb) { return verb == ENV; }
static bool is_sys(enum verb verb) { return verb == SYS; }

static void add_permissions(struct list *arguments, const struct role *role) {
#ifdef KATO_PROBE
  if (probe_allows_all()) {
    list_add(arguments, "-A");
    return;
  }
#endif
  if (role == NULL) {
    /* The planner looks at every path that policy or the command line names. The kernel limits which of them it can open. */
    list_add(arguments, "--allow-read");
    list_add(arguments, "--deny-write");
    list_add(arguments, "--allow-env");
    list_add(arguments, "--allow-sys=uid");
  } else {
    add_kind(arguments, "read", role, is_read);
    add_kind(arguments, "write", role, is_write);
    add_kind(arguments, "env", role, is_env);
    add_kind(arguments, "sys", role, is_sys);
  }
  for (size_t i = 0; i < sizeof DENIED_KINDS / sizeof *DENIED_KINDS; i++) list_add(arguments, DENIED_KINDS[i]);
}

/* The name in `ps`: all roles run the same program. */
static char *process_name(const struct command *command) {
  if (command->role == NULL) return text_of("kato-planner");
  const char *role = command->role->name;
  if (strcmp(role, "daemon") == 0) return text_of("kato-orchestrator");
  bool is_role = strcmp(role, "writer") == 0 || strncmp(role, "parser:", 7) == 0;
  return is_role ? text_of("kato-%.*s", (int)strcspn(role, ":"), role) : text_of("kato");
}

/* Everything up to the script. kato's own arguments follow it. */
void build_flags(struct list *arguments, const char *program, const struct command *command) {
  list_take(arguments, process_name(command));
  for (size_t i = 0; i < sizeof FIXED / sizeof *FIXED; i++) list_add(arguments, FIXED[i]);
  if (command->engine != NULL) list_take(arguments, text_of("--v8-flags=%s", command->engine));
  add_permissions(arguments, command->role);
  const char *script = command->script;
#ifdef KATO_PROBE
  script = probe_script(command->role == NULL ? "plan" : command->role->name, script);
#endif
  list_take(arguments, text_of("%s/%s", program, script));
}

/* Only the launcher may pass these: from a person, they would claim a sandbox that does not exist. */
bool is_reserved_argument(const char *argument) {
  static const char *const RESERVED[] = {"--plan-hash",    "--kernel-sandbox", "--kernel-missing", "--roles",
                                         "--landlock-abi", "--daemon-process", "--daemon-unit",   "--administrator",
                                         "--user-namespaces", "--daemon-misses", "--output-made"};
  for (size_t i = 0; i < sizeof RESERVED / sizeof *RESERVED; i++) {
    size_t length = strlen(RESERVED[i]);
    if (strncmp(argument, RESERVED[i], length) == 0 && (argument[length] == '\0' || argument[length] == '=')) return true;
  }
  return false;
}
