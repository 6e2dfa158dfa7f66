/*
 * Only in the probe build, which is never shipped: lets the tests of the kernel's boundary put their own script into
 * a role, take the runtime's own permissions away from the question, and leave the sandbox or the newer parts of it
 * off, so that a test can fail. Reads its command line, and nothing else.
 */
#include "kato.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static struct list scripts; /* role, script, role, script, … */
static bool allows_all;
static int most_abi = INT_MAX;

/* [--no-sandbox] [--abi N] [--allow-all] [--script ROLE FILE]… LINE */
char **probe_arguments(char **argv, struct place *place) {
  for (;; argv++) {
    if (*argv == NULL) return argv;
    if (strcmp(*argv, "--no-sandbox") == 0) {
      place->sandbox = false;
    } else if (strcmp(*argv, "--abi") == 0 && argv[1] != NULL) {
      most_abi = atoi(*++argv);
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

/* As if this were an older kernel. */
int probe_abi(int abi) { return abi < most_abi ? abi : most_abi; }
