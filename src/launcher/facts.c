/*
 * The launcher's side of `kato doctor`. A separate program, lib/kato/facts, asks the kernel about the daemon, so this binary
 * needs no code for it. The program's answer becomes arguments of the command; only arguments that the launcher alone may
 * pass are accepted.
 */
#include "kato.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct start {
  const char *program;
  struct list *line;
};

static _Noreturn void look_in_child(const void *context) {
  const struct start *start = context;
  char *none[] = {NULL};
  execve(start->program, start->line->items, none);
  fail(REFUSED, "cannot start %s: %s. Install kato again", start->program, strerror(errno));
}

/* Pairs of an option that a person may not type, and its value. */
static bool is_fact(const char *word, size_t index) {
  if (!is_utf8(word) || why_not_text(word, strlen(word)) != NULL) return false;
  return index % 2 == 1 || is_reserved_argument(word);
}

/* `role` is the role of the command. The daemon should see the folders that this role lists. */
void facts_arguments(struct list *arguments, const struct place *place, const struct role *role) {
  struct list line = {0};
  char *program = text_of("%s/facts", place->program);
  list_add(&line, "kato-facts");
  list_take(&line, text_of("%d", place->abi));
  list_add(&line, place->real_home);
  for (size_t i = 0; i < role->count; i++) {
    if (role->grants[i].verb == LIST) list_add(&line, role->grants[i].value);
  }
  struct start start = {.program = program, .line = &line};
  size_t length, count = 0;
  int status;
  char *text = ask_child(look_in_child, &start, "looking at the daemon", &length, &status);
  if (status != DONE) _exit(status);
  text[length] = '\0';
  for (const char *word = text; word < text + length; word += strlen(word) + 1, count++) {
    if (!is_fact(word, count)) fail(BUG, "%s says something that it may not say: %s", program, word);
    list_add(arguments, word);
  }
  if (count % 2 != 0) fail(BUG, "%s ended in the middle", program);
  free(text);
  free(program);
  list_free(&line);
}
