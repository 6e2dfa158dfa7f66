/*
 * The plan: kato's own code works out what a command line may touch. It runs in a child that reads the program and the
 * settings and writes nothing. The launcher does not trust the answer: it is bounded in time and length, and checked.
 */
#include "kato.h"
#include <stdlib.h>
#include <unistd.h>

/* `script` is the planner. For `kato plan` it is the command line itself. */
_Noreturn void become_plan(const struct place *place, const char *script, char *const *line) {
  struct list arguments = {0};
  struct command command = {.script = script, .role = NULL, .engine = planner_flags(*line)};
  build_flags(&arguments, place->program, &command);
  administrator_arguments(&arguments, place);
  for (; *line != NULL; line++) list_add(&arguments, *line);
  struct ruleset rules;
  ruleset_make(&rules, place->abi);
  allow_program(&rules, place);
  allow_settings(&rules, place);
  /* Whose state `kato fleet status` reads is known from the user database. */
  allow_people(&rules);
  become(place, &rules, PLANNER, &arguments);
}

struct start {
  const struct place *place;
  char *const *line;
};

static _Noreturn void plan_in_child(const void *context) {
  const struct start *start = context;
  become_plan(start->place, "plan.js", start->line);
}

/* False: the planner has to make it. */
static bool make_known(const struct place *place, char *const *line, struct plan *plan) {
  struct queue text = {0};
  if (!known_plan(place, line, &text)) return false;
  char *why = parse_plan((const char *)text.bytes + text.start, text.length, plan);
  queue_free(&text);
  /* A link may lead to a name that no plan can hold. The planner says what to do about it. */
  if (why != NULL) free_plan(plan);
  free(why);
  return why == NULL;
}

void make_plan(const struct place *place, char *const *line, struct plan *plan) {
  if (make_known(place, line, plan)) return;
  struct start start = {.place = place, .line = line};
  size_t length;
  int status;
  char *text = ask_child(plan_in_child, &start, "planning", &length, &status);
  /* The child has said why: to a program, on its standard output. */
  if (status != DONE) {
    print_text(text, length);
    _exit(status);
  }
  char *why = parse_plan(text, length, plan);
  if (why != NULL) fail(REFUSED, "the plan %s; nothing was run. Report this as a bug in kato", why);
  free(text);
}
