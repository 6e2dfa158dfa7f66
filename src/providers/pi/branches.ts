/** Where the conversation left its line: the person went back in the tree, or the session is a fork. Pure. */
import type { EventDraft } from "../../protocol/event.ts";
import type { Out, Reading } from "../provider.ts";
import { rememberTurn, WENT_BACK } from "../turns.ts";
import { type Row, textOf, timeOf } from "../unknown_value.ts";
import { isCopy } from "./author.ts";
import type { Fold } from "./fold.ts";

/** `reading` of `entry`; notices about its place in the tree stand first. */
export function reportBranch(entry: Row, fold: Fold, reading: Reading): Reading {
  const id = textOf(entry["id"]);
  if (id === "" || entry["type"] === "session") return reading;
  const parent = textOf(entry["parentId"]);
  // A fork copies one path of the tree, or all of its lines.
  if (parent !== "" && fold.last !== null && parent !== fold.last) fold.backTo = parent;
  fold.last = id;
  const time = timeOf(entry["timestamp"]);
  fold.lastTime = time;
  const wasCopy = fold.copying;
  fold.copying = isCopy(entry, fold);
  const base = { time, type: "notice" } as const;
  const notices: EventDraft[] = [];
  if (wasCopy && !fold.copying) {
    const text = `Forked from the session ${fold.parent} here: what stands above was said there.`;
    notices.push({ ...base, id: `${id}:fork`, kind: "info", text });
  }
  if (reading.outs.some(({ out }) => out === "event")) {
    const turns = fold.turns ??= [];
    const { backTo } = fold;
    delete fold.backTo;
    if (backTo !== undefined) {
      const undone = turns.findLast((turn) => turn.parent === backTo)?.id;
      const undoes = undone === undefined ? {} : { undoes: undone };
      notices.push({ ...base, id: `${id}:rewind`, kind: "rewind", text: WENT_BACK, ...undoes });
    }
    rememberTurn(fold, { id, parent: backTo ?? parent });
  }
  const outs = notices.map((event): Out => ({ out: "event", event }));
  return outs.length === 0 ? reading : { ...reading, outs: [...outs, ...reading.outs] };
}
