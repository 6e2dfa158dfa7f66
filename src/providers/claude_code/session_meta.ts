/** The facts about a session in its rows: title, beginning, folder, client. Pure. */
import { MAIN_AGENT } from "../../protocol/event.ts";
import type { Out, Reading } from "../provider.ts";
import type { Fold } from "./fold.ts";
import { type Row, textOf, timeOf } from "./records.ts";
import { cutText, firstWords } from "./typed.ts";

/** A title is a sentence at most. */
const TITLE_CHARS = 200;

/** Rows with a title, each with its rank: the person's own choice has the highest. First words have rank 0. */
const TITLES: ReadonlyMap<unknown, { readonly field: string; readonly rank: number }> = new Map([
  ["custom-title", { field: "customTitle", rank: 4 }],
  ["ai-title", { field: "aiTitle", rank: 3 }],
  ["agent-name", { field: "agentName", rank: 2 }],
  ["summary", { field: "summary", rank: 1 }],
]);

/** One expression: a search for each would read the text as often. */
const TITLE_TYPE = new RegExp([...TITLES.keys()].map((type) => `"${type}"`).join("|"));

/** `reading` of `row`, with the facts about the session in that row. */
export function reportMeta(row: Row, fold: Fold, reading: Reading): Reading {
  const meta: { -readonly [K in keyof Meta]: Meta[K] } = { out: "meta" };
  const title = titleOf(row, fold, reading);
  if (title !== null) meta.title = title;
  const { told } = fold;
  if (!told.project) {
    const project = textOf(row["cwd"]);
    if (project !== "") [meta.project, told.project] = [project, true];
  }
  if (!told.started) {
    const started = timeOf(row["timestamp"]);
    if (started !== null) [meta.started, told.started] = [started, true];
  }
  if (!told.client) {
    const version = textOf(row["version"]);
    if (version !== "") [meta.client, told.client] = [`Claude Code ${cutText(version, 40)}`, true];
  }
  if (fold.forkedFrom !== undefined) meta.isCopy = true;
  return Object.keys(meta).length === 1 ? reading : { ...reading, outs: [...reading.outs, meta] };
}

/** Whether later rows can add only a title. */
export function hasReportedAll({ agent, told }: Fold): boolean {
  return agent !== MAIN_AGENT || (told.project && told.started && told.client);
}

/** Whether a row may have a title. */
export function mayName(text: string): boolean {
  return TITLE_TYPE.test(text);
}

type Meta = Extract<Out, { out: "meta" }>;

function titleOf(row: Row, fold: Fold, reading: Reading): { text: string; rank: number } | null {
  const named = TITLES.get(row["type"]);
  if (named !== undefined) {
    const text = textOf(row[named.field]).trim();
    return text === "" ? null : { text: cutText(text, TITLE_CHARS), rank: named.rank };
  }
  if (fold.told.title || reading.origin !== "user") return null;
  for (const out of reading.outs) {
    if (out.out !== "event" || out.event.type !== "user") continue;
    const text = firstWords(out.event.text, out.said?.typed ?? "");
    if (text === null) continue;
    fold.told.title = true;
    return { text, rank: 0 };
  }
  return null;
}
