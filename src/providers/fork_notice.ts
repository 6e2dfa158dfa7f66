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
  return { id: `${id}:fork`, time, ...forkNotice(`the session ${forkedFrom}`) };
}

/** `from`: the original in words, such as "another session". */
export function forkNotice(from: string) {
  const text = `Forked from ${from} here: what stands above was said there.`;
  return { type: "notice", kind: "info", text } as const;
}
