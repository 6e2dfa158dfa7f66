/* Says of command lines what the launcher says; compared with the TypeScript side. */
#include "../kato.h"
#include <stdio.h>
#include <stdlib.h>

/* Words, each ended by NUL; the word \001 ends a line. Prints for each line what is wrong, or an empty line. */
int main(void) {
  struct list line = {0};
  char *const none[] = {NULL};
  char *word = NULL;
  size_t room = 0;
  while (getdelim(&word, &room, '\0', stdin) >= 0) {
    if (word[0] != '\001') {
      list_add(&line, word);
      continue;
    }
    const char *path = "";
    char *message = find_usage_error(line.count == 0 ? none : line.items, &path);
    if (message == NULL) printf("\n");
    else printf("%s: %s\n", path, message);
    free(message);
    list_free(&line);
  }
  list_free(&line);
  free(word);
  return 0;
}
