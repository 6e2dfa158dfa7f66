/*
 * The standard error of a role is a pipe to the monitor. The monitor reads it in turns, bounds its lines and bytes, and passes
 * it on with the role's name. So no role holds a descriptor of the terminal or of the journal.
 */
#include "kato.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Lines that a role may write at once to standard error, and then per second, since it shares the journal with others. */
struct speech {
  unsigned at_once, a_second;
};
static const struct speech OF_ROLE = {.at_once = 20, .a_second = 1}, OF_ORCHESTRATOR = {.at_once = 1000, .a_second = 100};

static const struct speech *speech_of(const struct cell *cell) { return cell->name == NULL ? &OF_ORCHESTRATOR : &OF_ROLE; }

void cell_begin_speech(struct cell *cell) { cell->lines_left = speech_of(cell)->at_once; }

/*
 * The orchestrator's lines are its log. In the journal they have a priority, but never one that goes to every terminal. Other
 * roles only say why they end, with one fixed priority.
 */
static void tell_line(struct cell *cell) {
  char *line = strndup((const char *)cell->line.bytes + cell->line.start, cell->line.length);
  if (line == NULL) out_of_memory();
  queue_take(&cell->line, cell->line.length);
  if (cell->lines_left == 0) {
    cell->lines_lost++;
    free(line);
    return;
  }
  cell->lines_left--;
  if (cell->name != NULL) {
    say("%s: %s", cell->name, line);
    free(line);
    return;
  }
  bool has_priority = line[0] == '<' && line[1] >= '3' && line[1] <= '7' && line[2] == '>';
  int priority = has_priority ? line[1] - '0' : 3;
  pass_on(priority, has_priority ? line + 3 : line);
  free(line);
}

static void hear_bytes(struct cell *cell, const char *bytes, size_t length) {
  while (length > 0) {
    const char *end = memchr(bytes, '\n', length);
    size_t piece = end == NULL ? length : (size_t)(end - bytes);
    size_t room = FRAGMENT_BYTES - cell->line.length;
    queue_add(&cell->line, bytes, piece < room ? piece : room);
    if (end == NULL) return;
    tell_line(cell);
    bytes += piece + 1;
    length -= piece + 1;
  }
}

/* Reads once: a flooding role gets its turn and no more. */
void cell_hear(struct cell *cell) {
  char bytes[16 * KIB];
  ssize_t count = read(cell->err, bytes, sizeof bytes);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count > 0) return hear_bytes(cell, bytes, (size_t)count);
  close(cell->err);
  cell->err = -1;
  if (cell->line.length > 0) tell_line(cell);
}

/* The role has ended, so its pipe holds all that it will ever say. */
void cell_hear_rest(struct cell *cell) {
  for (int turns = 0; cell->err >= 0 && turns < 64; turns++) cell_hear(cell);
  cell_let_speak(cell);
}

/* Once a second. */
void cell_let_speak(struct cell *cell) {
  const struct speech *speech = speech_of(cell);
  cell->lines_left += speech->a_second;
  if (cell->lines_left > speech->at_once) cell->lines_left = speech->at_once;
  if (cell->lines_lost == 0) return;
  say("%u lines of the %s were left out: it says too much", cell->lines_lost, cell->name == NULL ? "daemon" : cell->name);
  cell->lines_lost = 0;
}
