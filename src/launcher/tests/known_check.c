/*
 * `known-check HOME PROGRAM WORD…` prints the plan that the launcher has for a command line, or nothing where it has none. For
 * the test that compares both sides.
 */
#include "../kato.h"
#include <stdio.h>

int main(int argc, char **argv) {
  if (argc < 3) return 1;
  struct place place = {.home = argv[1], .program = argv[2]};
  struct queue text = {0};
  if (known_plan(&place, argv + 3, &text)) fwrite(text.bytes + text.start, 1, text.length, stdout);
  queue_free(&text);
  return 0;
}
