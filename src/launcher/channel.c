/*
 * Queues of bytes and the fragments in them. Nothing here limits a queue: its callers stop appending in time. Writes only to
 * the descriptors that it gets.
 */
#include "kato.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void queue_add(struct queue *queue, const void *bytes, size_t length) {
  if (length == 0) return;
  if (queue->start + queue->length + length > queue->room && queue->start > 0) {
    memmove(queue->bytes, queue->bytes + queue->start, queue->length);
    queue->start = 0;
  }
  queue->bytes = more_room(queue->bytes, &queue->room, queue->start + queue->length + length, 1);
  memcpy(queue->bytes + queue->start + queue->length, bytes, length);
  queue->length += length;
}

void queue_take(struct queue *queue, size_t length) {
  queue->start += length;
  queue->length -= length;
  if (queue->length > 0) return;
  queue->start = 0;
  /* A burst needs a large buffer only once, so the buffer is freed. */
  if (queue->room > FRAGMENT_BYTES * 2) queue_free(queue);
}

void queue_free(struct queue *queue) {
  free(queue->bytes);
  *queue = (struct queue){0};
}

static void write_u32(uint8_t *bytes, uint32_t value) {
  for (int i = 0; i < 4; i++) bytes[i] = (uint8_t)(value >> (8 * i));
}

uint32_t read_u32(const uint8_t *bytes) {
  return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

void queue_fragment(struct queue *queue, uint32_t channel, const void *bytes, size_t length) {
  uint8_t head[8];
  write_u32(head, channel);
  write_u32(head + 4, (uint32_t)length);
  queue_add(queue, head, sizeof head);
  queue_add(queue, bytes, length);
}

enum moved queue_write(struct queue *queue, int fd, size_t *written) {
  ssize_t count = write(fd, queue->bytes + queue->start, queue->length);
  *written = count > 0 ? (size_t)count : 0;
  queue_take(queue, *written);
  if (count >= 0) return MOVED;
  return errno == EAGAIN || errno == EINTR ? NOTHING : GONE;
}
