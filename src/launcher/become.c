/*
 * The last step of every process that the launcher makes: the process puts its rules into force and becomes the runtime.
 * The rules cannot be lifted afterwards.
 */
#include "kato.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

/* The first version of Landlock that can express every rule. */
#define WHOLE_ABI 6

static char *add_word(char *words, const char *word) {
  if (words == NULL) return text_of("%s", word);
  char *more = text_of("%s,%s", words, word);
  free(words);
  return more;
}

/* The value of `--kernel-missing`: what this kernel lacks. NULL when it lacks nothing. */
char *missing_words(const struct place *place) {
  char *words = NULL;
  if (place->abi == 0) words = add_word(words, "landlock");
  for (int abi = place->abi + 1; place->abi > 0 && abi <= WHOLE_ABI; abi++) {
    char *word = text_of("landlock-abi-%d", abi);
    words = add_word(words, word);
    free(word);
  }
  return place->seccomp ? words : add_word(words, "seccomp");
}

void confine(const struct place *place, struct ruleset *rules, enum kind kind, const struct exec *exec) {
  ruleset_enforce(rules);
  if (place->seccomp) seccomp_enforce(kind, exec);
}

/* Every process can have these addresses: an arm64 kernel may be built with only 39 bits of address space. */
#if defined(__x86_64__)
#define ADDRESSES (UINT64_C(1) << 46)
#else
#define ADDRESSES (UINT64_C(1) << 38)
#endif

/*
 * Copies a text to a random address of its own. The filter allows only the execve whose three arguments have these
 * addresses, so an attacker would have to guess all three at once.
 */
static void *hide(const void *bytes, size_t length) {
  uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
  for (int tries = 0; tries < 64; tries++) {
    uint64_t random;
    if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random) fail(BUG, "cannot draw lots: %s", strerror(errno));
    uint64_t address = random % ADDRESSES & ~UINT64_C(15);
    uint64_t start = address & ~(page - 1);
    void *made = mmap((void *)start, address - start + length, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    /* An old kernel treats the address as a hint. */
    if ((uint64_t)made == start) return memcpy((char *)made + (address - start), bytes, length);
    if (made != MAP_FAILED) munmap(made, address - start + length);
  }
  out_of_memory();
}

static void *hide_list(const struct list *list) { return hide(list->items, (list->count + 1) * sizeof *list->items); }

_Noreturn void become(const struct place *place, struct ruleset *rules, enum kind kind, struct list *arguments) {
  struct exec exec = {.path = hide(place->runtime, strlen(place->runtime) + 1),
                      .arguments = hide_list(arguments),
                      .environment = hide_list(&place->environment)};
  confine(place, rules, kind, &exec);
  execve(exec.path, exec.arguments, exec.environment);
  fail(errno == E2BIG ? USAGE : REFUSED, "cannot start %s: %s. %s", place->runtime, strerror(errno),
       errno == E2BIG ? "Give fewer or shorter arguments" : "Install kato again");
}

/* kato's own arguments: first the launcher's facts about this run, then the person's arguments. */
void main_arguments(struct list *arguments, const struct place *place, const struct plan *plan, char *const *line) {
  if (plan->hash != NULL) {
    list_add(arguments, "--plan-hash");
    list_add(arguments, plan->hash);
  }
  if (place->abi > 0 && place->seccomp) list_add(arguments, "--kernel-sandbox");
  char *missing = missing_words(place);
  if (missing != NULL) {
    list_add(arguments, "--kernel-missing");
    list_take(arguments, missing);
  }
  administrator_arguments(arguments, place);
  if (is_resident(plan->profile)) {
    list_add(arguments, "--roles");
    list_add(arguments, "processes");
  }
  for (; *line != NULL; line++) list_add(arguments, *line);
}
