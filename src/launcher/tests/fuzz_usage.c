/* Looks for errors in any command line, without a fault. What it says could stand in JSON as it is. */
#include "../kato.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* Words are ended by NUL. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
  struct list line = {0};
  while (length > 0) {
    char *word = text_of("%.*s", (int)length, (const char *)bytes);
    size_t taken = strlen(word) + 1;
    list_take(&line, word);
    bytes += taken < length ? taken : length;
    length -= taken < length ? taken : length;
  }
  char *const none[] = {NULL};
  const char *path = NULL;
  char *message = find_usage_error(line.count == 0 ? none : line.items, &path);
  if (message != NULL) {
    if (path == NULL || *message == '\0') abort();
    for (const char *at = message; *at != '\0'; at++) {
      if (*at < ' ' || *at > '~' || *at == '"' || *at == '\\') abort();
    }
  }
  free(message);
  list_free(&line);
  return 0;
}
