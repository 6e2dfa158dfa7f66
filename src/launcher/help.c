/*
 * `kato`, `kato help`, `--help` and `kato version`, answered without the runtime. The texts are made from the table of
 * commands; every other line goes on to the runtime, which answers these in the same words. Reads the environment and the
 * terminal's width; writes to standard output.
 */
#include "kato.h"
#include "help.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* The build says which source it is of, as in src/version.ts. */
#ifndef KATO_SOURCE
#define KATO_SOURCE "from a checkout"
#endif

/* `path` is the words of a command; "" is the first page. In `text`, \001 begins a title and \002 ends it. */
static const struct page {
  const char *path, *text;
} PAGES[] = {HELP_PAGES};

/* Whether `word` is the first word of `path`. */
static bool begins_with(const char *path, const char *word) {
  size_t length = strcspn(path, " ");
  return length > 0 && strlen(word) == length && strncmp(path, word, length) == 0;
}

/* The page of the first `count` words; NULL: there is none. */
static const char *page_of(char *const *words, size_t count) {
  for (size_t i = 0; i < sizeof PAGES / sizeof *PAGES; i++) {
    const char *rest = PAGES[i].path;
    size_t word = 0;
    for (; word < count && begins_with(rest, words[word]); word++) {
      rest += strlen(words[word]);
      if (*rest == ' ') rest++;
    }
    if (word == count && *rest == '\0') return PAGES[i].text;
  }
  return NULL;
}

static bool is_one_of(const char *word, const char *one, const char *other) {
  return strcmp(word, one) == 0 || strcmp(word, other) == 0;
}

/* What answers the line; NULL: the runtime does. */
static const char *answer_to(char *const *line) {
  size_t count = 0;
  while (line[count] != NULL) count++;
  if (count == 1 && (is_one_of(*line, "-V", "--version") || strcmp(*line, "version") == 0)) return VERSION_LINE(KATO_SOURCE);
  if (count > 0 && strcmp(*line, "help") == 0 && page_of(line + 1, count - 1) != NULL) return page_of(line + 1, count - 1);
  if (count > 0 && is_one_of(line[count - 1], "-h", "--help")) return page_of(line, count - 1);
  return count == 0 ? page_of(line, 0) : NULL;
}

static const char *variable(const char *name) {
  const char *value = getenv(name);
  return value == NULL ? "" : value;
}

/* As in src/cli/terminal/output.ts. */
static bool wants_colour(bool terminal) {
  if (*variable("NO_COLOR") != '\0') return false;
  if (*variable("FORCE_COLOR") != '\0') return strcmp(variable("FORCE_COLOR"), "0") != 0;
  return terminal && strcmp(variable("TERM"), "dumb") != 0;
}

/* The texts are laid out for a terminal of this many columns; for a narrower one, the runtime does it. */
static bool is_narrow(void) {
  const char *said = variable("COLUMNS");
  struct winsize size;
  if (*said != '\0') return strspn(said, "0123456789") != strlen(said) || atoi(said) < HELP_COLUMNS;
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < HELP_COLUMNS;
}

/* Prints the text up to each mark, and bold or nothing in the mark's place. */
static bool print_painted(const char *text, bool colour) {
  static const char *const MARKS[] = {"\033[1m", "\033[0m"};
  for (;;) {
    size_t length = strcspn(text, "\001\002");
    if (!print_text(text, length)) return false;
    text += length;
    if (*text == '\0') return true;
    const char *mark = MARKS[*text - 1];
    if (colour && !print_text(mark, strlen(mark))) return false;
    text++;
  }
}

/* Ends the process where it has an answer. */
void answer_help(char *const *line) {
  const char *text = answer_to(line);
  bool terminal = isatty(STDOUT_FILENO);
  if (text == NULL || (terminal && is_narrow())) return;
  /* A reader that has gone has all that it wanted. */
  signal(SIGPIPE, SIG_IGN);
  bool printed = print_painted(text, wants_colour(terminal)) || errno == EPIPE;
  if (!printed) fail(FAILED, "The system says: %s", strerror(errno));
  _exit(DONE);
}
