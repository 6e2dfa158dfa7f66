/*
 * Errors in a command line that need no runtime: a word that is no command, a command that is missing, an option that the
 * command does not have. The table is made from the table of commands; the words are those of the command line's own parser
 * (src/cli/command_line). Every line that this file is not certain of goes on to the runtime. Writes to standard error, or
 * with --json to standard output.
 */
#include "kato.h"
#include "usage.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Lists are words with a space between. */
static const struct row {
  const char *path, *flags, *valued, *members, *options, *commands;
} ROWS[] = {USAGE_ROWS};

/* Longer words are left to the runtime. */
#define WORD_BYTES 40u
/* As the parser suggests: words that differ in no more than so many letters, and are alike in more than 40 %. */
#define MOST_CHANGES 3u

static bool is_word(const char *text) {
  return *text != '\0' && strlen(text) <= WORD_BYTES && strspn(text, "abcdefghijklmnopqrstuvwxyz-") == strlen(text);
}

/* The next word of the list; NULL at its end. */
static const char *next_word(const char **list, size_t *length) {
  *list += strspn(*list, " ");
  const char *word = *list;
  *length = strcspn(word, " ");
  *list += *length;
  return *length == 0 ? NULL : word;
}

static bool has_word(const char *list, const char *word) {
  size_t length;
  for (const char *one; (one = next_word(&list, &length)) != NULL;) {
    if (length == strlen(word) && strncmp(one, word, length) == 0) return true;
  }
  return false;
}

static size_t least_of(size_t one, size_t other) { return one < other ? one : other; }

/* Letters to add, take away, change or exchange with their neighbour. */
static size_t count_changes(const char *one, size_t one_length, const char *other, size_t other_length) {
  size_t table[WORD_BYTES + 1][WORD_BYTES + 1];
  for (size_t i = 0; i <= one_length; i++) table[i][0] = i;
  for (size_t j = 0; j <= other_length; j++) table[0][j] = j;
  for (size_t i = 1; i <= one_length; i++) {
    for (size_t j = 1; j <= other_length; j++) {
      size_t least = least_of(table[i - 1][j], table[i][j - 1]) + 1;
      least = least_of(least, table[i - 1][j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1));
      bool crossed = i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1];
      table[i][j] = crossed ? least_of(least, table[i - 2][j - 2] + 1) : least;
    }
  }
  return table[one_length][other_length];
}

/* The changes between two words; more than MOST_CHANGES where they are not alike. */
static size_t distance_of(const char *word, const char *other, size_t length) {
  size_t own = strlen(word), longer = own > length ? own : length;
  if (length <= 1 || length > WORD_BYTES || longer - least_of(own, length) > MOST_CHANGES) return MOST_CHANGES + 1;
  size_t changes = count_changes(word, own, other, length);
  return (longer - changes) * 10 > longer * 4 ? changes : MOST_CHANGES + 1;
}

static int by_letters(const void *one, const void *other) {
  return strcmp(*(char *const *)one, *(char *const *)other);
}

/* `. Did you mean export?`, or nothing. `dashes` stand in front of the word and of every candidate, and do not count. */
static char *suggestion(const char *word, const char *candidates, size_t dashes) {
  struct list near = {0};
  size_t best = MOST_CHANGES, length;
  for (const char *one; (one = next_word(&candidates, &length)) != NULL;) {
    size_t distance = distance_of(word + dashes, one + dashes, length - dashes);
    if (distance > best) continue;
    if (distance < best) near.count = 0;
    best = distance;
    list_take(&near, text_of("%.*s", (int)length, one));
  }
  if (near.count == 0) return text_of("%s", "");
  qsort(near.items, near.count, sizeof *near.items, by_letters);
  char *words = text_of(". Did you mean %s%s", near.count > 1 ? "one of " : "", near.items[0]);
  for (size_t i = 1; i < near.count; i++) {
    char *more = text_of("%s, %s", words, near.items[i]);
    free(words);
    words = more;
  }
  char *whole = text_of("%s?", words);
  free(words);
  return whole;
}

/* Ends the process. `message` holds nothing that JSON would escape. */
static _Noreturn void end_wrong(const struct row *row, const char *message, bool json) {
  const char *end = message[strlen(message) - 1] == '?' ? "" : ".", *space = *row->path == '\0' ? "" : " ";
  if (!json) {
    dprintf(STDERR_FILENO, "kato: %s%s\nTry 'kato%s%s --help'.\n", message, end, space, row->path);
    _exit(USAGE);
  }
  char *text = text_of("{\n  \"v\": 1,\n  \"kind\": \"error\",\n  \"reason\": \"usage\",\n  \"status\": %d,\n"
                       "  \"message\": \"%s%s\\nTry 'kato%s%s --help'.\"\n}\n",
                       USAGE, message, end, space, row->path);
  print_text(text, strlen(text));
  _exit(USAGE);
}

static const struct row *row_of(const char *above, const char *word) {
  for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
    size_t length = strlen(above);
    const char *rest = ROWS[i].path;
    if (strncmp(rest, above, length) != 0) continue;
    rest += length;
    if (length > 0 && *rest == ' ') rest++;
    if (strcmp(rest, word) == 0) return &ROWS[i];
  }
  return NULL;
}

/* An option of the parser's own ends the line before anything else is looked at. */
static bool is_flag_of(const struct row *row, const char *argument) {
  return has_word(row->flags, argument) && strcmp(argument, "--version") != 0 && strcmp(argument, "-V") != 0;
}

/* Whether every argument is a value, or an option without one. */
static bool are_plain(const struct row *row, char *const *line) {
  for (; *line != NULL; line++) {
    if (**line == '-' && strcmp(*line, "--json") != 0 && !is_flag_of(row, *line)) return false;
  }
  return true;
}

static bool asks_for_json(char *const *line) {
  for (; *line != NULL; line++) {
    if (strcmp(*line, "--json") == 0) return true;
  }
  return false;
}

static void answer_command(const struct row *row, char *const *line, bool json) {
  if (*line == NULL && *row->path != '\0') end_wrong(row, "missing command", json);
  if (*line == NULL || !is_word(*line) || **line == '-' || !are_plain(row, line)) return;
  char *near = suggestion(*line, row->commands, 0);
  char *message = text_of("unknown command '%s'%s", *line, near);
  end_wrong(row, message, json);
}

static void answer_option(const struct row *row, char *const *line, bool json) {
  while (*line != NULL && (**line != '-' || is_flag_of(row, *line))) line++;
  const char *option = *line;
  if (option == NULL || strncmp(option, "--", 2) != 0 || !is_word(option + 2) || option[2] == '-') return;
  if (has_word(row->valued, option) || strcmp(option, "--help") == 0 || !are_plain(row, line + 1)) return;
  char *near = suggestion(option, row->options, 2);
  char *message = text_of("unknown option '%s'%s", option, near);
  end_wrong(row, message, json);
}

/* Ends the process where the line is certainly wrong. */
void answer_usage(char *const *line) {
  bool json = asks_for_json(line);
  const struct row *row = &ROWS[0];
  while (*row->members != '\0' && *line != NULL && has_word(row->members, *line)) row = row_of(row->path, *line++);
  if (row == NULL) return;
  if (*row->members != '\0') answer_command(row, line, json);
  else answer_option(row, line, json);
}
