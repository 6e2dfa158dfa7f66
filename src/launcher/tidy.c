/*
 * When a role is asked to return unused memory. Without this the runtime keeps the memory that a first look at ten
 * thousand logs needed. Not asked during the start, and not often, because the answer costs the role time. Pure: memory only.
 */
#include "kato.h"

/* A role that has grown by this much, and no sooner than this after the last time ... */
#define GROWN_BYTES (1024u * KIB)
#define AGAIN_MS 10000

/* After its start, and at rest, it may be asked sooner: the answer delays nothing then. */
#define SOON_MS 3000

/*
 * ... and a role at rest by this much: what it needed for its last lines would stay for as long as nothing more is said.
 * A role's signs of life are as many bytes in ten minutes.
 */
#define RESTING_BYTES (256u * KIB)
#define REST_MS 1000
#define WORK_BYTES (8u * KIB)

void tidy_begin(struct tidiness *tidy, int64_t now) { *tidy = (struct tidiness){.asked = now}; }

void tidy_worked(struct tidiness *tidy, size_t bytes, int64_t now) {
  tidy->worked += bytes;
  tidy->worked_at = now;
}

bool tidy_due(struct tidiness *tidy, uint64_t memory, int64_t now) {
  if (memory == 0) return false;
  bool was_asked = tidy->least != 0;
  if (was_asked && memory < tidy->least) tidy->least = memory;
  bool rests = tidy->worked >= WORK_BYTES && now - tidy->worked_at >= REST_MS;
  if (now - tidy->asked < (was_asked && !rests ? AGAIN_MS : SOON_MS)) return false;
  if (memory < tidy->least + (rests ? RESTING_BYTES : GROWN_BYTES)) return false;
  *tidy = (struct tidiness){.asked = now, .least = memory};
  return true;
}
