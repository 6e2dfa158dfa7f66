/*
 * Whether the files that roles run are still those that the daemon was started from. An upgrade replaces them under a running
 * daemon, and a role of another kato must not join an older orchestrator. Looks at metadata only.
 */
#include "kato.h"
#include <stdlib.h>
#include <sys/stat.h>

static const char *const FILES[] = {"SHA256SUMS", "deno", "html_writer.js", "orchestrator.js", "parser.js", "writer.js"};
_Static_assert(sizeof FILES / sizeof *FILES == PROGRAM_FILES, "each file has a place in struct program");

/* Not the time of a change of the inode: a backup that makes hard links changes that. */
static struct file look(const char *folder, const char *name) {
  struct stat status;
  char *path = text_of("%s/%s", folder, name);
  bool seen = stat(path, &status) == 0;
  free(path);
  if (!seen) return (struct file){0};
  return (struct file){.device = status.st_dev,
                       .inode = status.st_ino,
                       .size = status.st_size,
                       .seconds = status.st_mtim.tv_sec,
                       .nanoseconds = status.st_mtim.tv_nsec};
}

static bool is_same(const struct file *one, const struct file *other) {
  return one->device == other->device && one->inode == other->inode && one->size == other->size &&
         one->seconds == other->seconds && one->nanoseconds == other->nanoseconds;
}

void program_begin(struct program *program, const char *folder) {
  program->folder = folder;
  for (size_t i = 0; i < PROGRAM_FILES; i++) program->now[i] = program->started[i] = look(folder, FILES[i]);
}

/* The name of a file that was replaced or removed after the start; NULL if none was. */
const char *program_replaced(const struct program *program) {
  for (size_t i = 0; i < PROGRAM_FILES; i++) {
    struct file now = look(program->folder, FILES[i]);
    if (!is_same(&now, &program->started[i])) return FILES[i];
  }
  return NULL;
}

/*
 * Whether an upgrade is over: files were replaced, all are there, and all have stayed as they are for `rest` milliseconds. To
 * be asked once a second.
 */
bool program_renewed(struct program *program, int64_t rest) {
  bool replaced = false, whole = true, resting = true;
  for (size_t i = 0; i < PROGRAM_FILES; i++) {
    struct file now = look(program->folder, FILES[i]);
    if (now.inode == 0 && program->started[i].inode != 0) whole = false;
    if (!is_same(&now, &program->started[i])) replaced = true;
    if (!is_same(&now, &program->now[i])) resting = false;
    program->now[i] = now;
  }
  if (!resting || !replaced) program->since = now_ms();
  return whole && replaced && now_ms() - program->since >= rest;
}
