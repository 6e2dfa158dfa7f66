/*
 * Reads a home and a path in turn, each ended by NUL, and prints of each pair whether kato may write there as far as the
 * launcher says: `yes` or `no`. For the test that compares both sides.
 */
#include "../kato.h"
#include <stdio.h>
#include <stdlib.h>

int main(void) {
  char *home = NULL, *path = NULL;
  size_t home_room = 0, path_room = 0;
  while (getdelim(&home, &home_room, '\0', stdin) > 0 && getdelim(&path, &path_room, '\0', stdin) > 0) {
    printf("%s\n", is_writable_place(path, home, home) ? "yes" : "no");
  }
  free(home);
  free(path);
  return 0;
}
