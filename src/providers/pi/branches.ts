/** Where the conversation left its line: the person went back in the tree, or the session is a fork. Pure. */
import type { EventDraft } from "../../protocol/event.ts";
import type { Out, Reading } from "../provider.ts";
import { rememberTurn, WENT_BACK } from "../turns.ts";
import { type Row, textOf, timeOf } from "../unknown_value.ts";
import { isCopy } from "./author.ts";
import type { Fold } from "./fold.ts";

/** So many entries are remembered: each costs a checkpoint some ten bytes. */
const SEEN = 256;
/** A longer id is none of the client's. */
const ID_CHARS = 64;

/** Whether the parent may be in the log. Where all entries are remembered and it is none of them, its line was lost. */
function mayBeThere(parent: string, { seen }: Fold): boolean {
  return seen === undefined || seen.length >= SEEN || seen.includes(parent);
}

function rememberEntry(id: string, fold: Fold): void {
  if (fold.seen === undefined) return;
  if (id.length > ID_CHARS) delete fold.seen;
  else fold.seen = [...fold.seen.slice(1 - SEEN), id];
}

/** `reading` of `entry`; notices about its place in the tree stand first. */
export function reportBranch(entry: Row, fold: Fold, reading: Reading): Reading {
  const id = textOf(entry["id"]);
  if (id === "" || entry["type"] === "session") return reading;
  const parent = textOf(entry["parentId"]);
  // A fork copies one path of the tree, or all of its lines.
  if (parent !== "" && fold.last !== null && parent !== fold.last && mayBeThere(parent, fold)) {
    fold.backTo = parent;
  }
  fold.last = id;
  rememberEntry(id, fold);
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
