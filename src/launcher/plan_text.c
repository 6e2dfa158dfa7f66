/*
 * A plan as text, in the syntax of src/permissions/plan_text.ts. This side checks it once more and refuses every deviation.
 * Pure: memory only.
 */
#include "kato.h"
#include <stdlib.h>
#include <string.h>

/* The rows of src/permissions/matrix.ts; tests/launcher/plan_text_test.ts compares them. */
static const char *const PROFILES[] = {
    "plan",   "daemon",           "parser:<provider>", "writer:<destination>", "export", "cli-read:status",
    "cli-read:sessions", "cli-read:doctor", "request", "forget", "clean", "policy", "policy:explain", "policy:edit", "audit", "scan", "verify", "seal",
    "search", "search:read", "fleet:status", "init", "help",
};

static const char *const VERBS[] = {[READ] = "read", [LIST] = "list", [WRITE] = "write", [ENV] = "env", [SYS] = "sys"};

/* Length of the character at `at` in bytes. 0: no UTF-8, or the replacement character, which stands for invalid input. */
static size_t character(const unsigned char *at, size_t left, uint32_t *code) {
  static const uint32_t SMALLEST[] = {0, 0, 0x80, 0x800, 0x10000};
  size_t length = at[0] < 0x80 ? 1 : at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : at[0] >= 0xc0 ? 2 : 0;
  if (length == 0 || length > left || at[0] >= 0xf8) return 0;
  uint32_t value = length == 1 ? at[0] : at[0] & (0x7fu >> length);
  for (size_t i = 1; i < length; i++) {
    if ((at[i] & 0xc0) != 0x80) return 0;
    value = value << 6 | (at[i] & 0x3fu);
  }
  if (value < SMALLEST[length] || value > 0x10ffff) return 0;
  if ((value >= 0xd800 && value < 0xe000) || value == 0xfffd) return 0;
  *code = value;
  return length;
}

const char *why_not_text(const char *bytes, size_t length) {
  bool has_control = false;
  const unsigned char *at = (const unsigned char *)bytes;
  for (size_t i = 0; i < length;) {
    uint32_t code = 0;
    size_t size = character(at + i, length - i, &code);
    if (size == 0) return "is not UTF-8";
    if ((code > 0 && code < 0x20) || (code >= 0x7f && code < 0xa0)) has_control = true;
    i += size;
  }
  return has_control ? "holds a control character" : NULL;
}

/* Refuses the replacement character as well: it stands for invalid input. */
bool is_utf8(const char *text) {
  const char *why = why_not_text(text, strlen(text));
  return why == NULL || strcmp(why, "is not UTF-8") != 0;
}

bool is_plain_path(const char *path) {
  if (*path != '/') return false;
  for (const char *at = path; *at == '/';) {
    const char *segment = at + 1;
    size_t length = strcspn(segment, "/");
    bool dots = (length == 1 && segment[0] == '.') || (length == 2 && segment[0] == '.' && segment[1] == '.');
    if (length == 0 || dots) return false;
    at = segment + length;
  }
  return true;
}

static bool is_word(const char *text, size_t length) {
  for (size_t i = 0; i < length; i++) {
    if ((text[i] < 'a' || text[i] > 'z') && text[i] != '-') return false;
  }
  return length > 0;
}

static bool is_role(const char *name) {
  const char *colon = strchr(name, ':');
  if (colon == NULL) return is_word(name, strlen(name));
  return is_word(name, (size_t)(colon - name)) && is_word(colon + 1, strlen(colon + 1));
}

static bool is_variable(const char *name) {
  if (*name < 'A' || *name > 'Z') return false;
  return strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == strlen(name);
}

static bool is_letters(const char *name) {
  return *name != '\0' &&
         strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") == strlen(name);
}

static char *copy(const char *text) { return text_of("%s", text); }

static char *parse_grant(const char *verb, char *value, struct grant *grant) {
  enum verb found = READ;
  while (found <= SYS && strcmp(verb, VERBS[found]) != 0) found++;
  if (found > SYS) return copy("has a field that it should not have");
  if (found <= WRITE && !is_plain_path(value)) {
    return text_of("has a path that is not absolute and plain: %s", value);
  }
  if (found == ENV && !is_variable(value)) return copy("names an odd variable");
  if (found == SYS && !is_letters(value)) return copy("names an odd item of sys");
  *grant = (struct grant){.verb = found, .value = value};
  return NULL;
}

static char *add_role(struct plan *plan, char *name) {
  if (!is_role(name)) return copy("names an odd role");
  if (role_of(plan, name) != NULL) return text_of("names the role %s twice", name);
  plan->roles = more_room(plan->roles, &plan->room, plan->count + 1, sizeof *plan->roles);
  plan->roles[plan->count++] = (struct role){.name = name};
  return NULL;
}

static char *parse_field(struct plan *plan, char *field) {
  char none[] = "";
  char *space = strchr(field, ' ');
  const char *verb = space == NULL ? none : field;
  char *value = space == NULL ? field : space + 1;
  if (space != NULL) *space = '\0';
  if (strcmp(verb, "role") == 0) return add_role(plan, value);
  struct grant grant;
  char *why = parse_grant(verb, value, &grant);
  if (why != NULL) return why;
  if (plan->count == 0) return copy("has a grant before the first role");
  struct role *role = &plan->roles[plan->count - 1];
  role->grants = more_room(role->grants, &role->room, role->count + 1, sizeof *role->grants);
  role->grants[role->count++] = grant;
  return NULL;
}

static bool is_hash(const char *hash) {
  return strlen(hash) == 64 && strspn(hash, "0123456789abcdef") == 64;
}

static char *parse_head(struct plan *plan, char **at, const char *end) {
  char *fields[3] = {NULL, NULL, NULL};
  for (size_t i = 0; i < 3 && *at < end; i++) {
    fields[i] = *at;
    *at += strlen(*at) + 1;
  }
  if (fields[0] == NULL || strcmp(fields[0], "kato-plan 1") != 0) return copy("does not begin with kato-plan 1");
  if (fields[1] == NULL || strncmp(fields[1], "hash ", 5) != 0) return copy("has no hash");
  char *hash = fields[1] + 5;
  bool none = strcmp(hash, "none") == 0;
  if (!none && !is_hash(hash)) return copy("has no hash");
  plan->hash = none ? NULL : hash;
  if (fields[2] != NULL && strncmp(fields[2], "profile ", 8) == 0) {
    for (size_t i = 0; i < sizeof PROFILES / sizeof *PROFILES; i++) {
      if (strcmp(fields[2] + 8, PROFILES[i]) == 0) plan->profile = fields[2] + 8;
    }
  }
  return plan->profile == NULL ? copy("names no known profile") : NULL;
}

/* NULL, or the end of the sentence "the plan …". */
char *parse_plan(const char *bytes, size_t length, struct plan *plan) {
  static const char END_MARK[] = "\0end"; /* and the NUL that ends the literal */
  *plan = (struct plan){0};
  if (length > PLAN_BYTES) return text_of("is longer than %u bytes", PLAN_BYTES);
  const char *odd = why_not_text(bytes, length);
  if (odd != NULL) return copy(odd);
  if (length < sizeof END_MARK || memcmp(bytes + length - sizeof END_MARK, END_MARK, sizeof END_MARK) != 0) {
    return copy("has no end");
  }
  plan->text = malloc(length);
  if (plan->text == NULL) out_of_memory();
  memcpy(plan->text, bytes, length);
  char *at = plan->text;
  /* The NUL before `end` ends the last field. */
  const char *end = plan->text + length - sizeof END_MARK + 1;
  char *why = parse_head(plan, &at, end);
  while (why == NULL && at < end) {
    size_t size = strlen(at) + 1;
    why = parse_field(plan, at);
    at += size;
  }
  if (why != NULL) return why;
  bool begins = plan->count > 0 && strcmp(plan->roles[0].name, plan->profile) == 0;
  return begins ? NULL : copy("does not begin with the role of its profile");
}

void free_plan(struct plan *plan) {
  for (size_t i = 0; i < plan->count; i++) free(plan->roles[i].grants);
  free(plan->roles);
  free(plan->text);
  *plan = (struct plan){0};
}

const struct role *role_of(const struct plan *plan, const char *name) {
  for (size_t i = 0; i < plan->count; i++) {
    if (strcmp(plan->roles[i].name, name) == 0) return &plan->roles[i];
  }
  return NULL;
}
