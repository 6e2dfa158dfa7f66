/*
 * Errors in a command line that need no runtime: words that are no command, options that a command does not have, values
 * and arguments that are missing, too many or of another kind. The tables are made from the table of commands; the words
 * are those of the command line's own parser (src/cli/command_line). Every line that this file is not certain of goes on
 * to the runtime. Writes to standard error, or with --json to standard output.
 */
#include "kato.h"
#include "usage.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct value_kind KINDS[] = {USAGE_KINDS};

/* `kind` counts in KINDS. */
struct usage_option {
  const char *names, *form;
  size_t kind;
};
struct usage_argument {
  const char *name;
  bool required, several;
  size_t kind;
};

/* Lists are words with a space between. `bare`: what is wrong with the command alone, besides its arguments. */
static const struct row {
  const char *path, *flags, *members, *options, *commands, *bare;
  const struct usage_option *valued;
  const struct usage_argument *arguments;
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
    if (distance < best) list_free(&near);
    best = distance;
    list_take(&near, text_of("%.*s", (int)length, one));
  }
  if (near.count == 0) {
    list_free(&near);
    return text_of("%s", "");
  }
  qsort(near.items, near.count, sizeof *near.items, by_letters);
  char *words = text_of(". Did you mean %s%s", near.count > 1 ? "one of " : "", near.items[0]);
  for (size_t i = 1; i < near.count; i++) {
    char *more = text_of("%s, %s", words, near.items[i]);
    free(words);
    words = more;
  }
  char *whole = text_of("%s?", words);
  free(words);
  list_free(&near);
  return whole;
}

/* `said` and the words after it, as one text. */
static char *joined(char *said, const char *more) {
  char *whole = text_of("%s%s", said, more);
  free(said);
  return whole;
}

static char *unknown(const char *what, const char *word, const char *candidates, size_t dashes) {
  char *near = suggestion(word, candidates, dashes);
  char *message = text_of("unknown %s '%s'%s", what, word, near);
  free(near);
  return message;
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

static bool is_option(const char *word) { return word[0] == '-' && word[1] != '\0'; }

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

static char *command_error(const struct row *row, char *const *line) {
  if (*line == NULL && *row->path != '\0') return text_of("missing command");
  if (*line == NULL || !is_word(*line) || **line == '-' || !are_plain(row, line)) return NULL;
  return unknown("command", *line, row->commands, 0);
}

static const struct usage_option *option_of(const struct row *row, const char *name) {
  for (const struct usage_option *one = row->valued; one->names != NULL; one++) {
    if (has_word(one->names, name)) return one;
  }
  return NULL;
}

/* Reads the option at `*line`, which then is its last word, and its value. False: it is none that takes a value. */
static bool read_option(const struct row *row, char *const **line, const struct usage_option **option, const char **value) {
  const char *word = **line, *equals = strncmp(word, "--", 2) == 0 ? strchr(word, '=') : NULL;
  char *name = text_of("%.*s", (int)(equals == NULL ? strlen(word) : (size_t)(equals - word)), word);
  *option = option_of(row, name);
  free(name);
  if (*option == NULL) return false;
  *value = equals != NULL ? equals + 1 : (*line)[1];
  if (equals == NULL && *value != NULL) (*line)++;
  return true;
}

/* Of an option that the command does not have. Every other word that looks like an option is the parser's to read. */
static bool is_option_name(const char *word) {
  return strncmp(word, "--", 2) == 0 && is_word(word + 2) && word[2] != '-' && strcmp(word, "--help") != 0;
}

/* Options, from left to right. What else is typed is added to `arguments`. `sure` becomes false where nobody but the parser knows. */
static char *options_error(const struct row *row, char *const *line, struct list *arguments, bool *sure) {
  const char *first_unknown = NULL;
  for (; *line != NULL; line++) {
    const struct usage_option *option;
    const char *value;
    if (!is_option(*line)) list_add(arguments, *line);
    else if (is_flag_of(row, *line)) continue;
    else if (read_option(row, &line, &option, &value)) {
      if (value == NULL) return text_of("option '%s' argument missing", option->form);
      const char *mend = is_option(value) ? VALUE_UNSURE : value_mend(&KINDS[option->kind], value);
      if (mend == VALUE_UNSURE) {
        *sure = false;
        return NULL;
      }
      if (mend != NULL) return text_of("option '%s' argument '%s' is invalid. %s", option->form, value, mend);
    } else if (is_option_name(*line)) {
      if (first_unknown == NULL) first_unknown = *line;
    } else {
      *sure = false;
      return NULL;
    }
  }
  return first_unknown == NULL ? NULL : unknown("option", first_unknown, row->options, 2);
}

static char *too_many(const struct row *row, size_t expected, const struct list *given) {
  const char *name = strrchr(row->path, ' ');
  char *message = text_of("too many arguments for '%s'. Expected %zu argument%s but got %zu: ",
                          name == NULL ? row->path : name + 1, expected, expected == 1 ? "" : "s", given->count);
  for (size_t i = 0; i < given->count; i++) {
    if (!is_quotable(given->items[i])) {
      free(message);
      return NULL;
    }
    message = joined(message, i == 0 ? "" : ", ");
    message = joined(message, given->items[i]);
  }
  return joined(message, ".");
}

static char *arguments_error(const struct row *row, const struct list *given) {
  size_t expected = 0;
  bool any_number = false;
  for (; row->arguments[expected].name != NULL; expected++) {
    const struct usage_argument *one = &row->arguments[expected];
    if (one->required && expected >= given->count) return text_of("missing required argument '%s'", one->name);
    any_number = one->several;
  }
  if (!any_number && given->count > expected) return too_many(row, expected, given);
  for (size_t i = 0; i < given->count; i++) {
    const struct usage_argument *one = &row->arguments[i < expected ? i : expected - 1];
    const char *mend = value_mend(&KINDS[one->kind], given->items[i]);
    if (mend == VALUE_UNSURE) return NULL;
    if (mend == NULL) continue;
    return text_of("command-argument value '%s' is invalid for argument '%s'. %s", given->items[i], one->name, mend);
  }
  return NULL;
}

/* It ends the line before anything else is looked at, even a command's own options. */
static bool asks_for_version(char *const *line) {
  for (; *line != NULL; line++) {
    if (strcmp(*line, "--version") == 0 || strncmp(*line, "-V", 2) == 0) return true;
  }
  return false;
}

static char *line_error(const struct row *row, char *const *line) {
  if (asks_for_version(line)) return NULL;
  struct list arguments = {0};
  bool sure = true;
  char *message = options_error(row, line, &arguments, &sure);
  if (message == NULL && sure) message = arguments_error(row, &arguments);
  list_free(&arguments);
  bool is_bare = *line == NULL || (strcmp(*line, "--json") == 0 && is_flag_of(row, *line) && line[1] == NULL);
  if (message == NULL && is_bare && row->bare != NULL) message = text_of("%s", row->bare);
  return message;
}

/* What is certainly wrong with the line, to be freed; NULL: nothing is. `path`: the command that it is about. */
char *find_usage_error(char *const *line, const char **path) {
  const struct row *row = &ROWS[0];
  while (*row->members != '\0' && *line != NULL && has_word(row->members, *line)) {
    const struct row *below = row_of(row->path, *line);
    if (below == NULL) return NULL;
    row = below;
    line++;
  }
  *path = row->path;
  return *row->members != '\0' ? command_error(row, line) : line_error(row, line);
}

/* Ends the process where the line is certainly wrong. Its message holds nothing that JSON would escape. */
void answer_usage(char *const *line) {
  const char *path;
  char *message = find_usage_error(line, &path);
  if (message == NULL) return;
  const char *end = strchr(".?!", message[strlen(message) - 1]) == NULL ? "." : "", *space = *path == '\0' ? "" : " ";
  if (!asks_for_json(line)) {
    dprintf(STDERR_FILENO, "kato: %s%s\nTry 'kato%s%s --help'.\n", message, end, space, path);
    _exit(USAGE);
  }
  char *text = text_of("{\n  \"v\": 1,\n  \"kind\": \"error\",\n  \"reason\": \"usage\",\n  \"status\": %d,\n"
                       "  \"message\": \"%s%s\\nTry 'kato%s%s --help'.\"\n}\n",
                       USAGE, message, end, space, path);
  print_text(text, strlen(text));
  _exit(USAGE);
}
