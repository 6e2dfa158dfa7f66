/*
 * Only in the probe build, which is never shipped. Tests of the kernel's boundary use it to run their own script in a role, to
 * switch off the runtime's own permissions, and to leave out the sandbox or its newer parts, so that a test can fail.
 * Reads its command line and nothing else.
 */
#include "kato.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static struct list scripts; /* role, script, role, script, … */
static bool allows_all;
static int most_abi = INT_MAX;
/* The monitor's times, where a test does not wait so long; 0: as they are. */
int probe_replan_ms, probe_beat_seconds;

/* [--no-sandbox] [--abi N] [--replan MS] [--beat SECONDS] [--allow-all] [--script ROLE FILE]… LINE */
char **probe_arguments(char **argv, struct place *place) {
  for (;; argv++) {
    if (*argv == NULL) return argv;
    if (strcmp(*argv, "--no-sandbox") == 0) {
      place->sandbox = false;
    } else if (strcmp(*argv, "--abi") == 0 && argv[1] != NULL) {
      most_abi = atoi(*++argv);
    } else if (strcmp(*argv, "--replan") == 0 && argv[1] != NULL) {
      probe_replan_ms = atoi(*++argv);
    } else if (strcmp(*argv, "--beat") == 0 && argv[1] != NULL) {
      probe_beat_seconds = atoi(*++argv);
    } else if (strcmp(*argv, "--allow-all") == 0) {
      allows_all = true;
    } else if (strcmp(*argv, "--script") == 0 && argv[1] != NULL && argv[2] != NULL) {
      list_add(&scripts, argv[1]);
      list_add(&scripts, argv[2]);
      argv += 2;
    } else {
      return argv;
    }
  }
}

const char *probe_script(const char *role, const char *script) {
  for (size_t i = 0; i + 1 < scripts.count; i += 2) {
    if (strcmp(scripts.items[i], role) == 0) return scripts.items[i + 1];
  }
  return script;
}

bool probe_allows_all(void) { return allows_all; }

/* Behaves as on an older kernel. */
int probe_abi(int abi) { return abi < most_abi ? abi : most_abi; }
