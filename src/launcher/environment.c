/*
 * The environment of every process that the launcher starts. It is made from an allow-list and never passed on, because
 * DENO_*, NODE_* and LD_* would take effect in the runtime. Pure: memory only.
 */
#include "clients.h"
#include "kato.h"
#include <string.h>

/* No locale, time zone or folder is longer. A longer value counts as not set. */
#define VALUE_BYTES 4096u

static const char *const PASSED[] = {
    "HOME",       "USER",           "LANG",           "TZ",            "TERM",       "COLUMNS",           "NO_COLOR",
    "FORCE_COLOR", "CLICOLOR_FORCE", "JOURNAL_STREAM", "INVOCATION_ID", CLIENT_VARIABLES,
};

static bool is_name(const char *entry, size_t length, const char *name) {
  return strlen(name) == length && memcmp(entry, name, length) == 0;
}

static bool is_passed(const char *entry, size_t length) {
  for (size_t i = 0; i < sizeof PASSED / sizeof *PASSED; i++) {
    if (is_name(entry, length, PASSED[i])) return true;
  }
  if (length < 4 || length > 32 || memcmp(entry, "LC_", 3) != 0) return false;
  for (size_t i = 3; i < length; i++) {
    if ((entry[i] < 'A' || entry[i] > 'Z') && entry[i] != '_') return false;
  }
  return true;
}

static bool is_there(const struct list *environment, const char *entry, size_t length) {
  for (size_t i = 0; i < environment->count; i++) {
    const char *other = environment->items[i];
    if (strncmp(other, entry, length) == 0 && other[length] == '=') return true;
  }
  return false;
}

/* `journal`: whether standard error is the journal. If it is not, an ancestor's JOURNAL_STREAM must not be passed on. */
void build_environment(char *const *inherited, bool journal, struct list *environment) {
  for (char *const *at = inherited; *at != NULL; at++) {
    const char *equals = strchr(*at, '=');
    if (equals == NULL) continue;
    size_t length = (size_t)(equals - *at);
    /* getenv finds the first of several variables with one name, so the first is the one that was checked. */
    if (!is_passed(*at, length) || is_there(environment, *at, length)) continue;
    if (!journal && is_name(*at, length, "JOURNAL_STREAM")) continue;
    if (strlen(equals + 1) > VALUE_BYTES || !is_utf8(equals + 1)) continue;
    list_add(environment, *at);
  }
  /* Nobody, not even root, can make a folder below a device: so there is no cache that could be tampered with. */
  list_add(environment, "DENO_DIR=/dev/null/none");
  list_add(environment, "DENO_NO_UPDATE_CHECK=1");
  /* Without this, the runtime reports the missing cache to every person at a terminal. */
  list_add(environment, "DENO_LOG=error,deno::cache::cache_db=off");
  /* One heap per thread would cost every role half a megabyte, and the runtime's threads hardly allocate at the same time. */
  list_add(environment, "MALLOC_ARENA_MAX=1");
}

/* More variables, for processes that run for days: they return unused memory. */
void add_resident_environment(struct list *environment) {
  /* The runtime returns memory on SIGUSR2, which the monitor sends. */
  list_add(environment, "DENO_USR2_MEMORY_TRIM=1");
  /* The monitor passes on what a role says, and it would escape colours as control characters. */
  list_add(environment, "NO_COLOR=1");
  /* Otherwise libc raises this size to the largest buffer so far, and returns smaller buffers no more. */
  list_add(environment, "MALLOC_MMAP_THRESHOLD_=65536");
  list_add(environment, "MALLOC_TRIM_THRESHOLD_=65536");
}
