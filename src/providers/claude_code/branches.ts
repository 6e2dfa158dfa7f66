/** Where a conversation left its line: the person went back, or the session is a fork of another one. Pure. */
import type { EventDraft } from "../../protocol/event.ts";
import type { Out, Reading } from "../provider.ts";
import { endCopies } from "../fork_notice.ts";
import { rememberTurn, WENT_BACK } from "../turns.ts";
import type { Fold } from "./fold.ts";
import { type Row, rowOf, SESSION_ID, textOf, timeOf, uuidOf } from "./records.ts";

/** `reading` of `row`, a row of the conversation in a main log; notices about its branch stand first. */
export function reportBranch(row: Row, fold: Fold, reading: Reading): Reading {
  const uuid = uuidOf(row);
  if (uuid === null || row["isSidechain"] === true) return reading;
  const id = { time: timeOf(row["timestamp"]), type: "notice" } as const;
  const notices: EventDraft[] = [];
  const fork = endCopies(fold, copiedFrom(row), uuid, id.time);
  if (fork !== null) notices.push(fork);
  const undoes = reading.outs.some(isTurn) ? firstUndone(row, uuid, fold) : null;
  if (undoes !== null) {
    notices.push({ ...id, id: `${uuid}:rewind`, kind: "rewind", text: WENT_BACK, undoes });
  }
  const outs = notices.map((event): Out => ({ out: "event", event }));
  return outs.length === 0 ? reading : { ...reading, outs: [...outs, ...reading.outs] };
}

/** Only `/branch` marks the copies. */
function copiedFrom(row: Row): string | null {
  const session = textOf(rowOf(row["forkedFrom"])["sessionId"]);
  return SESSION_ID.test(session) ? session : null;
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
