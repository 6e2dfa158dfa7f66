/*
 * Whether a person's service can have namespaces of its own on this machine, for `kato doctor`: systemd makes them as that
 * person. A child tries it and ends at once. Changes nothing.
 */
#include "look.h"
#include <errno.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

/* A machine may allow the namespace without any authority in it (AppArmor on Ubuntu). A mount shows the difference. */
static bool can_mount(void) {
  return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

bool user_namespaces_usable(void) {
  pid_t child = fork();
  if (child < 0) return false;
  if (child == 0) _exit(can_mount() ? 0 : 1);
  int status = 1;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
