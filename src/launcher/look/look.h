/* Declarations that the files of lib/kato/facts share; see main.c. */
#ifndef KATO_LOOK_H
#define KATO_LOOK_H
#include "../kato.h"

/* namespaces.c */
bool user_namespaces_usable(void);

/* processes.c */
const char *service_of(const char *line);
void process_arguments(struct list *arguments, const char *home, char *const *folders);

/* view.c */
void view_arguments(struct list *arguments, pid_t daemon, char *const *folders);
#endif
