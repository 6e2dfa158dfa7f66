/*
 * Reads plans from standard input, each after its length as eight hexadecimal digits, and prints what the launcher
 * says of each: `ok`, or what completes "the plan …". For the test that compares both sides.
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
