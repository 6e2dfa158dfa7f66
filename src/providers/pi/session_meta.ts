/** The facts about a session in its entries: title, beginning, folder. Pure. */
import { cutText, firstLine } from "../prompt_title.ts";
import type { Out, Reading } from "../provider.ts";
import { type Row, textOf, timeOf } from "../unknown_value.ts";
import type { Fold } from "./fold.ts";

/** A title is a sentence at most. */
const TITLE_CHARS = 200;
/** A name that the person gave. First words have rank 0. */
const NAMED_RANK = 2;

/** No log names the version that wrote it. */
const CLIENT = "pi";

type Meta = Extract<Out, { out: "meta" }>;

/** `reading` of `entry`, with the facts about the session in that entry. */
export function reportMeta(entry: Row, fold: Fold, reading: Reading): Reading {
  const { told } = fold;
  const meta: { -readonly [K in keyof Meta]: Meta[K] } = { out: "meta" };
  if (entry["type"] === "session") {
    const project = textOf(entry["cwd"]);
    if (!told.project && project !== "") [meta.project, told.project] = [project, true];
    const started = timeOf(entry["timestamp"]);
    if (!told.started && started !== null) [meta.started, told.started] = [started, true];
    if (!told.client) [meta.client, told.client] = [CLIENT, true];
  }
  // An extension may begin a session with a summary of its parent, without copies.
  if (fold.parent !== null && (entry["type"] === "session" || fold.copying)) meta.isCopy = true;
  const title = titleOf(entry, fold, reading);
  if (title !== null) meta.title = title;
  return Object.keys(meta).length === 1 ? reading : { ...reading, outs: [...reading.outs, meta] };
}

function titleOf(entry: Row, { told }: Fold, reading: Reading): NonNullable<Meta["title"]> | null {
  if (entry["type"] === "session_info") {
    const name = textOf(entry["name"]).trim();
    // An empty name takes the name away.
    const text = name === "" ? told.title ?? "" : cutText(name, TITLE_CHARS);
    return text === "" ? null : { text, rank: NAMED_RANK };
  }
  if (told.title !== null || reading.origin !== "user") return null;
  for (const out of reading.outs) {
    if (out.out !== "event" || out.event.type !== "user") continue;
    told.title = firstLine(out.event.text);
    return told.title === null ? null : { text: told.title, rank: 0 };
  }
  return null;
}
