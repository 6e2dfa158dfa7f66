/** A fork that begins with copies of another session's records: a notice stands where its own records begin. Pure. */
import type { EventDraft } from "../protocol/event.ts";

/** `from`: the session that the record was copied from; null for none. Null: no copies end before this record. */
export function endCopies(
  fold: { forkedFrom?: string },
  from: string | null,
  id: string,
  time: string | null,
): EventDraft | null {
  const { forkedFrom } = fold;
  if (from !== null) {
    fold.forkedFrom = from;
    return null;
  }
  if (forkedFrom === undefined) return null;
  delete fold.forkedFrom;
  const text = `Forked from the session ${forkedFrom} here: what stands above was said there.`;
  return { id: `${id}:fork`, time, type: "notice", kind: "info", text };
}
