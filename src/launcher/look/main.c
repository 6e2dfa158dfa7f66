/*
 * lib/kato/facts ABI HOME FOLDER…: the kernel's facts about this person's daemon, for `kato doctor`. Prints them as the
 * launcher's own arguments for that command, each ended by NUL. Reads /proc and tries one namespace in a child.
 */
#include "look.h"
#include <stdio.h>

int main(int argc, char **argv) {
  if (argc < 3) fail(USAGE, "facts is started by kato itself");
  struct list facts = {0};
  list_add(&facts, "--landlock-abi");
  list_add(&facts, argv[1]);
  list_add(&facts, "--user-namespaces");
  list_add(&facts, user_namespaces_usable() ? "yes" : "no");
  process_arguments(&facts, argv[2], argv + 3);
  for (size_t i = 0; i < facts.count; i++) {
    fputs(facts.items[i], stdout);
    putchar('\0');
  }
  list_free(&facts);
  return fflush(stdout) == 0 ? DONE : BUG;
}
