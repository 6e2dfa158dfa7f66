/* Parses and bounds any output of a plan child, and makes it into a command line, without a fault. */
#include "../kato.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
  struct plan plan;
  char *why = parse_plan((const char *)bytes, length, &plan);
  if (why == NULL) why = bound_plan(&plan, "/home/ada", "/srv/home/ada");
  for (size_t i = 0; why == NULL && i < plan.count; i++) {
    struct list arguments = {0};
    struct command command = {.script = "kato.js", .role = &plan.roles[i], .engine = engine_flags(plan.profile)};
    build_flags(&arguments, "/usr/lib/kato", &command);
    for (size_t j = 0; j < plan.roles[i].count; j++) {
      struct grant grant = plan.roles[i].grants[j];
      if (grant.verb == WRITE && (strcmp(grant.value, "/home") == 0 || is_inside(grant.value, "/etc"))) abort();
    }
    list_free(&arguments);
  }
  free(why);
  free_plan(&plan);
  struct control control;
  parse_control((const char *)bytes, length, &control);
  free_control(&control);
  return 0;
}
