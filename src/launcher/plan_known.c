/*
 * The plans of command lines that depend on nothing but home and program. They are made from the permission matrix when
 * kato is built; the launcher checks them like the planner's. Looks up only where the paths really are.
 */
#include "kato.h"
#include "plans.h"
#include <stdlib.h>
#include <string.h>

static const struct known {
  const char *words, *plan;
  size_t length;
} KNOWN[] = {KNOWN_PLANS};

static bool is_line(const char *words, char *const *line) {
  for (; *line != NULL; line++) {
    size_t length = strcspn(words, " ");
    if (length == 0 || strncmp(words, *line, length) != 0 || (*line)[length] != '\0') return false;
    words += length;
    if (*words == ' ') words++;
  }
  return *words == '\0';
}

/* Where the path is, or would be if it were made: as in src/cli/planning/real_path.ts. */
static char *real_of(const char *path) {
  char *real = realpath(path, NULL);
  const char *slash = strrchr(path, '/');
  if (real != NULL || slash == path) return real != NULL ? real : text_of("%s", path);
  char *folder = text_of("%.*s", (int)(slash - path), path);
  char *above = real_of(folder);
  real = text_of("%s%s", strcmp(above, "/") == 0 ? "" : above, slash);
  free(above);
  free(folder);
  return real;
}

/* `template` with its mark replaced, if it has one. */
static char *path_of(const struct place *place, const char *template) {
  size_t mark = strlen(HOME_MARK);
  if (strncmp(template, HOME_MARK, mark) == 0) return text_of("%s%s", place->home, template + mark);
  if (strncmp(template, PROGRAM_MARK, mark) == 0) return text_of("%s%s", place->program, template + mark);
  return text_of("%s", template);
}

static void add_field(struct queue *text, const char *field, const struct place *place) {
  const char *value = strchr(field, '/');
  if (value == NULL) return queue_add(text, field, strlen(field) + 1);
  char *path = path_of(place, value);
  char *real = real_of(path);
  /* A path that is really elsewhere is granted under both names. */
  const char *const names[] = {path, strcmp(path, real) == 0 ? NULL : real};
  for (size_t i = 0; i < 2 && names[i] != NULL; i++) {
    char *granted = text_of("%.*s%s", (int)(value - field), field, names[i]);
    queue_add(text, granted, strlen(granted) + 1);
    free(granted);
  }
  free(real);
  free(path);
}

/* False: the planner makes the plan of this line. */
bool known_plan(const struct place *place, char *const *line, struct queue *text) {
  for (size_t i = 0; i < sizeof KNOWN / sizeof *KNOWN; i++) {
    if (!is_line(KNOWN[i].words, line)) continue;
    const char *field = KNOWN[i].plan, *end = field + KNOWN[i].length;
    for (; field < end; field += strlen(field) + 1) add_field(text, field, place);
    return true;
  }
  return false;
}
