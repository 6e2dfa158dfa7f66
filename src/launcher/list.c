/*
 * Lists of strings with a NULL at their end, as execve takes them. Pure: memory only.
 */
#include "kato.h"
#include <stdlib.h>
#include <string.h>

void list_take(struct list *list, char *text) {
  list->items = more_room(list->items, &list->room, list->count + 2, sizeof *list->items);
  list->items[list->count++] = text;
  list->items[list->count] = NULL;
}

void list_add(struct list *list, const char *text) {
  char *copy = strdup(text);
  if (copy == NULL) out_of_memory();
  list_take(list, copy);
}

void list_free(struct list *list) {
  for (size_t i = 0; i < list->count; i++) free(list->items[i]);
  free(list->items);
  *list = (struct list){0};
}
