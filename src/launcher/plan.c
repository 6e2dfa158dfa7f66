/*
 * The plan: kato's own code says what a command line may touch, in a child that reads the program and the settings,
 * writes nothing, and is not believed: its answer is bounded in time and length, and checked.
 */
#include "kato.h"
#include <stdlib.h>
#include <unistd.h>

/* `script`: the planner, or the command line itself for who typed `kato plan`. */
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

void make_plan(const struct place *place, char *const *line, struct plan *plan) {
  struct start start = {.place = place, .line = line};
  size_t length;
  int status;
  char *text = ask_child(plan_in_child, &start, "planning", &length, &status);
  /* It said why itself. */
  if (status != DONE) _exit(status);
  char *why = parse_plan(text, length, plan);
  if (why != NULL) fail(REFUSED, "the plan %s; nothing was run. Report this as a bug in kato", why);
  free(text);
}
