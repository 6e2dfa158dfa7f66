/*
 * The launcher's messages to a person, and its exits. Writes to standard error, and what it is given to standard output.
 */
#include "kato.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

/* Characters that end a line somewhere, turn text around or are invisible; as UNSEEN in src/protocol/journal_line.ts. */
static const struct unseen {
  const char *first, *last;
} UNSEEN[] = {
    {"\xc2\x80", "\xc2\x9f"},
    {"\xc2\xad", "\xc2\xad"},
    {"\xd8\x9c", "\xd8\x9c"},
    {"\xe1\xa0\x8e", "\xe1\xa0\x8e"},
    {"\xe2\x80\x8b", "\xe2\x80\x8f"},
    {"\xe2\x80\xa8", "\xe2\x80\xae"},
    {"\xe2\x81\xa0", "\xe2\x81\xaf"},
    {"\xef\xbb\xbf", "\xef\xbb\xbf"},
    {"\xef\xbf\xb9", "\xef\xbf\xbb"},
    {"\xf3\xa0\x80\x80", "\xf3\xa0\x81\xbf"},
};

/* Length of such a character at `at` in bytes; 0 for any other. UTF-8 sorts characters as their bytes sort. */
static size_t unseen_at(const char *at) {
  for (size_t i = 0; i < sizeof UNSEEN / sizeof *UNSEEN; i++) {
    size_t length = strlen(UNSEEN[i].first);
    if (strncmp(at, UNSEEN[i].first, length) >= 0 && strncmp(at, UNSEEN[i].last, length) <= 0) return length;
  }
  return 0;
}

/* A path may hold any bytes. None of them may control the terminal or look like a line of its own. */
static void blank_controls(char *message) {
  bool is_text = is_utf8(message);
  for (unsigned char *at = (unsigned char *)message; *at != '\0'; at++) {
    if (is_text) memset(at, '?', unseen_at((const char *)at));
    if (*at < 0x20 || *at == 0x7f || (!is_text && *at >= 0x80)) *at = '?';
  }
}

char *plain_message(char *message) {
  blank_controls(message);
  size_t length = strlen(message);
  if (length <= MESSAGE_BYTES) return message;
  for (length = MESSAGE_BYTES; ((unsigned char)message[length] & 0xc0) == 0x80; length--) continue;
  message[length] = '\0';
  char *cut = text_of("%s…", message);
  free(message);
  return cut;
}

/* The variable alone is no proof: every child of a service inherits it, even a shell in a terminal. */
bool is_journal(void) {
  const char *named = getenv("JOURNAL_STREAM");
  struct stat status;
  if (named == NULL || fstat(STDERR_FILENO, &status) != 0) return false;
  char *own = text_of("%ju:%ju", (uintmax_t)status.st_dev, (uintmax_t)status.st_ino);
  bool is = strcmp(named, own) == 0;
  free(own);
  return is;
}

/* `priority` is a number of sd-daemon(3). */
static void say_list(int priority, const char *format, va_list values) {
  char *message = plain_message(format_text(format, values));
  /* One write, so that messages of several processes do not mix. */
  char *line = is_journal() ? text_of("<%d>kato: %s.\n", priority, message) : text_of("kato: %s.\n", message);
  if (write(STDERR_FILENO, line, strlen(line)) < 0) { /* nobody listens */
  }
  free(line);
  free(message);
}

/* Passes on one line of the orchestrator's log. */
void pass_on(int priority, char *line) {
  blank_controls(line);
  char *whole = is_journal() ? text_of("<%d>%s\n", priority, line) : text_of("%s\n", line);
  if (write(STDERR_FILENO, whole, strlen(whole)) < 0) { /* nobody listens */
  }
  free(whole);
}

/* To standard output, whole. False, with errno: it could not be. */
bool print_text(const char *text, size_t length) {
  while (length > 0) {
    ssize_t count = write(STDOUT_FILENO, text, length);
    if (count < 0 && errno != EINTR) return false;
    if (count < 0) continue;
    text += count;
    length -= (size_t)count;
  }
  return true;
}

void say(const char *format, ...) {
  va_list values;
  va_start(values, format);
  say_list(4, format, values);
  va_end(values);
}

_Noreturn void fail(int status, const char *format, ...) {
  va_list values;
  va_start(values, format);
  say_list(3, format, values);
  va_end(values);
  /* Runs no exit handlers: this process may be a child that shares its parent's state. */
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
