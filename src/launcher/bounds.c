/*
 * The outer bound: what no plan may ask for, whatever policy says. It holds when the planning code was wrong or was
 * lied to. Pure: names only, nothing is looked up.
 */
#include "kato.h"
#include <stdlib.h>
#include <string.h>

/* As SYSTEM_LOCATIONS in src/policy/folders.ts: nothing a person keeps is in them. */
static const char *const SYSTEM[] = {
    "/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/proc", "/root", "/run", "/sbin", "/sys", "/usr", "/var",
};

/* What is in these is no file: the kernel answers. */
static const char *const KERNEL[] = {"/proc", "/sys", "/dev"};

/* As RESERVED_IN_HOME in src/policy/path.ts: other programs take keys, settings and programs from these. */
static const char *const RESERVED[] = {
    ".aws", ".claude", ".codex", ".config", ".docker", ".gemini", ".gnupg", ".kube", ".local/bin", ".local/share/systemd", ".ssh",
};

bool is_inside(const char *path, const char *folder) {
  size_t length = strlen(folder);
  return strncmp(path, folder, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

/* A home may itself be in such a place (/root, /var/home): what is inside home is the person's own. */
static bool is_system(const char *path, const char *home, const char *real_home) {
  if (is_inside(path, home) || is_inside(path, real_home)) return false;
  for (size_t i = 0; i < sizeof SYSTEM / sizeof *SYSTEM; i++) {
    if (is_inside(path, SYSTEM[i])) return true;
  }
  return false;
}

static bool is_above(const char *path, const char *home) { return strcmp(path, home) != 0 && is_inside(home, path); }

static bool is_inside_own(const char *path, const char *home, const char *folder) {
  char *whole = text_of("%s/%s", home, folder);
  bool is = is_inside(path, whole);
  free(whole);
  return is;
}

static bool is_reserved(const char *path, const char *home) {
  for (size_t i = 0; i < sizeof RESERVED / sizeof *RESERVED; i++) {
    if (is_inside_own(path, home, RESERVED[i])) return true;
  }
  return false;
}

bool is_writable_place(const char *path, const char *home, const char *real_home) {
  if (!is_plain_path(path) || is_above(path, home) || is_above(path, real_home)) return false;
  return !is_system(path, home, real_home) && !is_reserved(path, home) && !is_reserved(path, real_home);
}

static bool is_readable_place(const char *path, const char *home, const char *real_home) {
  if (is_above(path, home) || is_above(path, real_home)) return false;
  for (size_t i = 0; i < sizeof KERNEL / sizeof *KERNEL; i++) {
    if (is_inside(path, KERNEL[i])) return false;
  }
  /* Files below may be read (`kato policy check /etc/…`), such a folder as a whole may not. */
  for (size_t i = 0; i < sizeof SYSTEM / sizeof *SYSTEM; i++) {
    if (strcmp(path, SYSTEM[i]) == 0 && strcmp(path, home) != 0 && strcmp(path, real_home) != 0) return false;
  }
  return true;
}

/* One folder among those is kato's own: that of its unit's drop-ins, for the one command that writes them. */
static bool is_for_edit(const char *path, const char *home, const char *real_home) {
  return is_plain_path(path) && (is_inside_own(path, home, UNIT_DROP_INS) || is_inside_own(path, real_home, UNIT_DROP_INS));
}

static char *bound_role(struct role *role, const char *profile, const char *home, const char *real_home) {
  bool drops = strcmp(profile, "export") == 0;
  bool edits = strcmp(profile, "policy:edit") == 0;
  size_t kept = 0;
  for (size_t i = 0; i < role->count; i++) {
    struct grant grant = role->grants[i];
    if (grant.verb == READ && !is_readable_place(grant.value, home, real_home)) {
      return text_of("would have kato read %s, which it never does. Name a file or a folder of your own", grant.value);
    }
    if (grant.verb == WRITE && !is_writable_place(grant.value, home, real_home) &&
        !(edits && is_for_edit(grant.value, home, real_home))) {
      if (!drops) {
        return text_of("would have kato write to %s, which it never does. Name a folder of your own", grant.value);
      }
      continue;
    }
    role->grants[kept++] = grant;
  }
  role->count = kept;
  return NULL;
}

/*
 * NULL, or what completes "the plan …". A target typed after `kato export` is taken out of the list, not refused here:
 * the command then denies it by name, with a reason and an audit record, and neither the kernel nor the runtime would
 * let it write there.
 */
char *bound_plan(struct plan *plan, const char *home, const char *real_home) {
  for (size_t i = 0; i < plan->count; i++) {
    char *why = bound_role(&plan->roles[i], plan->profile, home, real_home);
    if (why != NULL) return why;
  }
  return NULL;
}
