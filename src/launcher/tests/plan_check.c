/*
 * Reads plans from standard input, each after its length as eight hexadecimal digits. Prints the launcher's answer to
 * each: `ok`, or the end of the sentence "the plan …". A test compares both sides with it.
 */
#include "../kato.h"
#include <stdio.h>
#include <stdlib.h>

int main(void) {
  char digits[9] = {0};
  while (fread(digits, 1, 8, stdin) == 8) {
    size_t length = strtoul(digits, NULL, 16);
    char *text = malloc(length + 1);
    if (text == NULL || fread(text, 1, length, stdin) != length) return 1;
    struct plan plan;
    char *why = parse_plan(text, length, &plan);
    printf("%s\n", why == NULL ? "ok" : why);
    free(why);
    free_plan(&plan);
    free(text);
  }
  return 0;
}
