/*
 * The messages that the orchestrator may send to the monitor, as in src/protocol/control.ts. Everything else is WRONG. Pure:
 * memory only.
 */
#include "kato.h"
#include <stdlib.h>
#include <string.h>

struct fields {
  const char *at, *end;
};

static const char *next(struct fields *fields) {
  if (fields->at == fields->end) return NULL;
  const char *field = fields->at;
  fields->at += strlen(field) + 1;
  return field;
}

/* Channel 0 carries control messages and belongs to no role. */
static bool is_channel(const char *field, uint32_t *channel) {
  if (field == NULL || *field < '1' || *field > '9' || strlen(field) > 10) return false;
  uint64_t value = 0;
  for (; *field != '\0'; field++) {
    if (*field < '0' || *field > '9') return false;
    value = value * 10 + (uint64_t)(*field - '0');
  }
  *channel = (uint32_t)value;
  return value <= UINT32_MAX;
}

static bool is_good_path(const char *field) {
  return field != NULL && is_plain_path(field) && why_not_text(field, strlen(field)) == NULL;
}

static enum message parse_writer(struct fields *fields, struct control *control) {
  const char *how = next(fields);
  control->destination = next(fields);
  if (how == NULL || !is_good_path(control->destination)) return WRONG;
  control->create = strcmp(how, "create") == 0;
  if (!control->create && strcmp(how, "existing") != 0) return WRONG;
  size_t room = 0;
  for (const char *folder; (folder = next(fields)) != NULL;) {
    if (!is_good_path(folder)) return WRONG;
    control->folders = more_room(control->folders, &room, control->folder_count + 1, sizeof *control->folders);
    control->folders[control->folder_count++] = folder;
  }
  /* Folders are made for a new file only. */
  return control->create || control->folder_count == 0 ? START_WRITER : WRONG;
}

static enum message parse(struct fields *fields, struct control *control) {
  const char *word = next(fields);
  if (strcmp(word, "beat") == 0) return next(fields) == NULL ? BEAT : WRONG;
  if (!is_channel(next(fields), &control->channel)) return WRONG;
  if (strcmp(word, "end") == 0) return next(fields) == NULL ? END : WRONG;
  bool is_look = strcmp(word, "look") == 0;
  if (!is_look && strcmp(word, "start") != 0) return WRONG;
  control->role = next(fields);
  if (control->role == NULL) return WRONG;
  if (!is_look && strcmp(control->role, "writer") == 0) return parse_writer(fields, control);
  if (strncmp(control->role, "parser:", 7) != 0 || next(fields) != NULL) return WRONG;
  return is_look ? LOOK : START_PARSER;
}

void parse_control(const char *bytes, size_t length, struct control *control) {
  *control = (struct control){.message = WRONG};
  if (length == 0 || bytes[length - 1] != '\0') return;
  struct fields fields = {.at = bytes, .end = bytes + length};
  control->message = parse(&fields, control);
}

void free_control(struct control *control) {
  free(control->folders);
  control->folders = NULL;
}
