/*
 * Whether a value that somebody typed is of its kind, as far as that can be said without the runtime. The kinds are made
 * from those of the command line (src/cli/command_line/kinds.ts). Pure.
 */
#include "kato.h"
#include <string.h>

#define DIGITS "0123456789"
/* Longer values are left to the runtime. */
#define QUOTED_BYTES 200u

const char VALUE_UNSURE[] = "";

/* Printable ASCII that JSON does not escape: a message holds it as it is. */
bool is_quotable(const char *text) {
  if (strlen(text) > QUOTED_BYTES) return false;
  for (; *text != '\0'; text++) {
    if (*text < ' ' || *text > '~' || *text == '"' || *text == '\\') return false;
  }
  return true;
}

static bool is_among(const char *words, const char *word, size_t length) {
  while (*words != '\0') {
    size_t next = strcspn(words, " ");
    if (next == length && strncmp(words, word, length) == 0) return true;
    words += next + (words[next] == ' ' ? 1 : 0);
  }
  return false;
}

/* Words with commas between, and perhaps spaces around. */
static bool are_among(const char *words, const char *text) {
  for (;;) {
    size_t length = strcspn(text, ",");
    const char *end = text + length;
    while (text < end && *text == ' ') text++;
    const char *last = end;
    while (last > text && last[-1] == ' ') last--;
    if (!is_among(words, text, (size_t)(last - text))) return false;
    if (*end == '\0') return true;
    text = end + 1;
  }
}

static bool is_run_of(const char *letters, const char *text, size_t least, size_t most) {
  size_t length = strlen(text);
  return strspn(text, letters) == length && length >= least && length <= most;
}

/* NULL: it is right. VALUE_UNSURE: the runtime knows. Else what to write instead. */
const char *value_mend(const struct value_kind *kind, const char *text) {
  bool right = false;
  size_t digits = strspn(text, DIGITS);
  switch (kind->check) {
  case CHECK_ANY: return NULL;
  case CHECK_UNSURE: return VALUE_UNSURE;
  case CHECK_WORD: right = is_among(kind->words, text, strlen(text)); break;
  case CHECK_WORDS: right = are_among(kind->words, text); break;
  case CHECK_HEX: right = is_run_of(DIGITS "abcdefABCDEF", text, kind->most, kind->most); break;
  case CHECK_NUMBER:
    if (kind->zero != NULL && strspn(text, "0") == strlen(text)) return kind->zero;
    right = is_run_of(DIGITS, text, 1, kind->most);
    break;
  case CHECK_TIME:
    right = digits > 0 && digits <= kind->most && is_run_of("mhdw", text + digits, 1, 1);
    /* Only the runtime knows which days there are. */
    if (!right && digits > 0) return VALUE_UNSURE;
    break;
  }
  if (right) return NULL;
  return is_quotable(text) ? kind->wrong : VALUE_UNSURE;
}
