/** Where a conversation left its line: the person went back, or the session is a fork of another one. Pure. */
import type { EventDraft } from "../../protocol/event.ts";
import type { Out, Reading } from "../provider.ts";
import { rememberTurn } from "../turns.ts";
import type { Fold } from "./fold.ts";
import { type Row, rowOf, SESSION_ID, textOf, timeOf, uuidOf } from "./records.ts";

/** `reading` of `row`, a row of the conversation in a main log; notices about its branch stand first. */
export function reportBranch(row: Row, fold: Fold, reading: Reading): Reading {
  const uuid = uuidOf(row);
  if (uuid === null || row["isSidechain"] === true) return reading;
  const id = { time: timeOf(row["timestamp"]), type: "notice" } as const;
  const notices: EventDraft[] = [];
  const from = endOfCopy(row, fold);
  if (from !== null) {
    const text = `Forked from the session ${from} here: what stands above was said there.`;
    notices.push({ ...id, id: `${uuid}:fork`, kind: "info", text });
  }
  const undoes = reading.outs.some(isTurn) ? firstUndone(row, uuid, fold) : null;
  if (undoes !== null) {
    notices.push({ ...id, id: `${uuid}:rewind`, kind: "rewind", text: WENT_BACK, undoes });
  }
  const outs = notices.map((event): Out => ({ out: "event", event }));
  return outs.length === 0 ? reading : { ...reading, outs: [...outs, ...reading.outs] };
}

const WENT_BACK = "The person went back to an earlier point; the conversation goes on from there.";

/** The session that a fork began as a copy of, at the fork's first own row. Only `/branch` marks the copies. */
function endOfCopy(row: Row, fold: Fold): string | null {
  const session = textOf(rowOf(row["forkedFrom"])["sessionId"]);
  if (SESSION_ID.test(session)) {
    fold.forkedFrom = session;
    return null;
  }
  const { forkedFrom } = fold;
  if (forkedFrom === undefined) return null;
  delete fold.forkedFrom;
  return forkedFrom;
}

function isTurn(out: Out): boolean {
  if (out.out !== "event") return false;
  const { event } = out;
  return event.type === "user" ||
    (event.type === "notice" && (event.kind === "command" || event.kind === "shell"));
}

/** The client deletes nothing: two turns with the same row before them are two branches. A row without one shows nothing. */
function firstUndone(row: Row, uuid: string, fold: Fold): string | null {
  const parent = textOf(row["parentUuid"]);
  const turns = fold.turns ??= [];
  if (parent === "" || turns.some((turn) => turn.uuid === uuid)) return null;
  rememberTurn(fold, { uuid, parent });
  return turns.findLast((turn) => turn.parent === parent)?.uuid ?? null;
}
