/*
 * What the launcher says to a person, and how it ends. It writes to standard error and touches nothing else.
 */
#include "kato.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Noreturn void out_of_memory(void) {
  static const char message[] = "kato: out of memory. Free some and run the command again.\n";
  if (write(STDERR_FILENO, message, sizeof message - 1) < 0) { /* nobody listens */
  }
  _exit(BUG);
}

static char *format_text(const char *format, va_list values) {
  char *text = NULL;
  if (vasprintf(&text, format, values) < 0) out_of_memory();
  return text;
}

char *text_of(const char *format, ...) {
  va_list values;
  va_start(values, format);
  char *text = format_text(format, values);
  va_end(values);
  return text;
}

static void say_list(const char *format, va_list values) {
  char *message = format_text(format, values);
  /* A path may hold anything; nothing in it shall steer the terminal. */
  for (char *at = message; *at != '\0'; at++) {
    unsigned char byte = (unsigned char)*at;
    bool is_c1 = byte >= 0x80 && byte < 0xa0 && at > message && (unsigned char)at[-1] == 0xc2;
    if (byte < 0x20 || byte == 0x7f || is_c1) *at = '?';
  }
  /* In one write, so that messages of several processes do not mix. */
  char *line = text_of("kato: %s.\n", message);
  if (write(STDERR_FILENO, line, strlen(line)) < 0) { /* nobody listens */
  }
  free(line);
  free(message);
}

void say(const char *format, ...) {
  va_list values;
  va_start(values, format);
  say_list(format, values);
  va_end(values);
}

_Noreturn void fail(int status, const char *format, ...) {
  va_list values;
  va_start(values, format);
  say_list(format, values);
  va_end(values);
  /* No exit handlers: this may be a child that shares its parent's state. */
  _exit(status);
}

void *more_room(void *items, size_t *room, size_t needed, size_t size) {
  if (needed <= *room) return items;
  size_t next = *room < 8 ? 8 : *room;
  while (next < needed) {
    if (next > SIZE_MAX / 2) out_of_memory();
    next *= 2;
  }
  void *more = reallocarray(items, next, size);
  if (more == NULL) out_of_memory();
  *room = next;
  return more;
}
