/*
 * The outer bound: kato may write to no place outside it, even if policy or a plan names one. The bound holds when the
 * planning code is wrong or was deceived. Its places are those of src/settings/folders.ts and of the table of clients:
 * tables.h and clients.h are generated from them. Pure: it compares names and looks nothing up.
 */
#include "clients.h"
#include "kato.h"
#include "tables.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const SYSTEM[] = {SYSTEM_LOCATIONS};

/* These folders hold no files: the kernel answers every access. */
static const char *const KERNEL[] = {"/proc", "/sys", "/dev"};

bool is_inside(const char *path, const char *folder) {
  size_t length = strlen(folder);
  return strncmp(path, folder, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

static bool is_system(const char *path) {
  for (size_t i = 0; i < sizeof SYSTEM / sizeof *SYSTEM; i++) {
    if (is_inside(path, SYSTEM[i])) return true;
  }
  return false;
}

/* The home itself, or a folder above it. */
static bool holds(const char *path, const char *home) { return is_inside(home, path); }

static bool is_inside_own(const char *path, const char *home, const char *folder) {
  char *whole = text_of("%s/%s", home, folder);
  bool is = is_inside(path, whole);
  free(whole);
  return is;
}

/* In a folder of the home in which another program keeps its settings or its sessions. */
static bool is_reserved(const char *path, const char *home) {
  static const char *const RESERVED[] = {RESERVED_IN_HOME};
  for (size_t i = 0; i < sizeof RESERVED / sizeof *RESERVED; i++) {
    if (is_inside_own(path, home, RESERVED[i])) return true;
  }
  return false;
}

/* A folder beside this person's home is another person's home, where the parent is known as a folder of homes. */
static bool is_other_home(const char *path, const char *home) {
  static const char *const HOMES[] = {HOME_FOLDERS};
  if (is_inside(path, "/home")) return true;
  const char *name = strrchr(home, '/');
  for (size_t i = 0; i < sizeof HOMES / sizeof *HOMES; i++) {
    size_t length = strlen(HOMES[i]);
    size_t above = (size_t)(name - home);
    bool named = above > length && home[above - length - 1] == '/' && strncmp(home + above - length, HOMES[i], length) == 0;
    if (named && strncmp(path, home, above) == 0 && (path[above] == '/' || path[above] == '\0')) return true;
  }
  return false;
}

/* Hidden folders hold other programs' settings, keys and programs. */
static bool has_hidden(const char *path) { return strstr(path, "/.") != NULL; }

bool is_own_place(const char *path, const char *home, const char *real_home) {
  return is_inside_own(path, home, ".kato") || is_inside_own(path, real_home, ".kato");
}

/* Below home: every folder that is not hidden. Elsewhere: folders that belong neither to the system nor to another person. */
bool is_writable_place(const char *path, const char *home, const char *real_home) {
  if (!is_plain_path(path)) return false;
  if (is_own_place(path, home, real_home)) return true;
  if (holds(path, home) || holds(path, real_home) || is_reserved(path, home) || is_reserved(path, real_home)) return false;
  if (is_inside(path, home)) return !has_hidden(path + strlen(home));
  if (is_inside(path, real_home)) return !has_hidden(path + strlen(real_home));
  return !is_system(path) && !is_other_home(path, home) && !is_other_home(path, real_home) && !has_hidden(path);
}

static bool is_among(const char *word, const char *const *list, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (strcmp(word, list[i]) == 0) return true;
  }
  return false;
}

/* `name` is the end of `below`, with its slash. */
static bool is_in_image_folder(const char *below, const char *name) {
  static const char SUFFIX[] = IMAGE_FOLDER_END;
  size_t folder = (size_t)(name - below), end = sizeof SUFFIX - 1;
  return folder > end && memcmp(name - end, SUFFIX, end) == 0;
}

/*
 * Whether a destination can have the name `below`, which is the path after a root. NULL, or the reason against it. A name that
 * begins with two dots is not hidden, and a plain path has no segment that consists of dots only.
 */
const char *why_no_destination(const char *below) {
  static const char *const KINDS[] = {DESTINATION_KINDS}, *const IMAGES[] = {IMAGE_KINDS}, *const MEMORY[] = {AGENT_MEMORY};
  for (const char *at = below; (at = strstr(at, "/.")) != NULL; at += 2) {
    if (at[2] != '.') return "the destination is hidden, or in a hidden folder";
  }
  const char *name = strrchr(below, '/');
  for (size_t i = 0; name != NULL && i < sizeof MEMORY / sizeof *MEMORY; i++) {
    if (strcasecmp(name + 1, MEMORY[i]) == 0) return "the destination has a name that agents load by themselves";
  }
  const char *dot = name == NULL ? NULL : strrchr(name, '.');
  if (dot != NULL && dot > name + 1) {
    if (is_among(dot + 1, KINDS, sizeof KINDS / sizeof *KINDS)) return NULL;
    if (is_among(dot + 1, IMAGES, sizeof IMAGES / sizeof *IMAGES) && is_in_image_folder(below, name)) return NULL;
  }
  return "the destination is of a kind that kato does not write";
}

static bool is_above(const char *path, const char *home) { return strcmp(path, home) != 0 && holds(path, home); }

static bool is_readable_place(const char *path, const char *home, const char *real_home) {
  if (is_above(path, home) || is_above(path, real_home)) return false;
  for (size_t i = 0; i < sizeof KERNEL / sizeof *KERNEL; i++) {
    if (is_inside(path, KERNEL[i])) return false;
  }
  /* A plan may read single files below such a folder (`kato policy check /etc/…`), never the whole folder. */
  for (size_t i = 0; i < sizeof SYSTEM / sizeof *SYSTEM; i++) {
    if (strcmp(path, SYSTEM[i]) == 0 && strcmp(path, home) != 0 && strcmp(path, real_home) != 0) return false;
  }
  return true;
}

/* One of these folders is kato's own: the folder of its unit's drop-ins, for the one command that writes them. */
static bool is_for_edit(const char *path, const char *home, const char *real_home) {
  return is_plain_path(path) && (is_inside_own(path, home, UNIT_DROP_INS) || is_inside_own(path, real_home, UNIT_DROP_INS));
}

/* A writer gets only one of kato's own folders. */
static bool is_kept_from_writer(const char *path, const char *home) {
  return is_inside_own(path, home, ".kato") && !is_inside_own(path, home, ".kato/exports");
}

static bool is_writable(const struct role *role, const char *path, const char *home, const char *real_home) {
  bool kept = is_kept_from_writer(path, home) || is_kept_from_writer(path, real_home);
  return is_writable_place(path, home, real_home) && !(kept && strcmp(role->name, "writer") == 0);
}

static char *bound_role(struct role *role, const char *profile, const char *home, const char *real_home) {
  bool drops = strcmp(profile, "export") == 0 || strcmp(profile, "seal") == 0;
  bool edits = strcmp(profile, "policy:edit") == 0;
  size_t kept = 0;
  for (size_t i = 0; i < role->count; i++) {
    struct grant grant = role->grants[i];
    if (grant.verb == READ && !is_readable_place(grant.value, home, real_home)) {
      return text_of("would have kato read %s, which it never does. Name a file or a folder of your own", grant.value);
    }
    if (grant.verb == WRITE && !is_writable(role, grant.value, home, real_home) &&
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
 * NULL, or the end of the sentence "the plan …". This removes a forbidden target of `kato export` or `kato seal` from the list instead of
 * refusing the plan: the command then denies the target by name, with a reason and an audit record. Kernel and runtime
 * would not let it write there.
 */
char *bound_plan(struct plan *plan, const char *home, const char *real_home) {
  for (size_t i = 0; i < plan->count; i++) {
    char *why = bound_role(&plan->roles[i], plan->profile, home, real_home);
    if (why != NULL) return why;
  }
  return NULL;
}
