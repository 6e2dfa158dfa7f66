/** The facts about a session in its records: title, beginning, folder. Pure. */
import { isRow, listOf, type Row, textOf, timeOf } from "../unknown_value.ts";
import type { Out, Reading } from "../provider.ts";
import { cutText, firstLine } from "../prompt_title.ts";
import { directoryOf, mayBeContext } from "./client_text.ts";
import type { Fold } from "./fold.ts";
import { partsOf, textsOf } from "../model_parts.ts";
import { firstTextOf } from "./state_records.ts";

/** A title is a sentence at most. */
const TITLE_CHARS = 200;
/** A summary of the client is better than first words, which have rank 0. */
const SUMMARY_RANK = 1;

/** No log names the version that wrote it. */
const CLIENT = "Gemini CLI";

type Meta = Extract<Out, { out: "meta" }>;

/** `reading` of `record`, with the facts about the session in that record. */
export function reportMeta(record: Row, fold: Fold, reading: Reading): Reading {
  const { told } = fold;
  const settings = isRow(record["$set"]) ? record["$set"] : record;
  const meta: { -readonly [K in keyof Meta]: Meta[K] } = { out: "meta" };
  const title = titleOf(settings, fold, reading);
  if (title !== null) meta.title = title;
  if (!told.project) {
    const project = projectOf(record, settings);
    if (project !== null) [meta.project, told.project] = [project, true];
  }
  // A converted log begins with the conversion. The next metadata have the session's own beginning.
  const started = timeOf(record["startTime"]);
  if (started !== null) meta.started = started;
  if (!told.client) [meta.client, told.client] = [CLIENT, true];
  return Object.keys(meta).length === 1 ? reading : { ...reading, outs: [...reading.outs, meta] };
}

function titleOf(settings: Row, fold: Fold, reading: Reading): { text: string; rank: number } | null {
  const summary = textOf(settings["summary"]).trim();
  if (summary !== "") return { text: cutText(summary, TITLE_CHARS), rank: SUMMARY_RANK };
  if (fold.told.title || reading.origin !== "user") return null;
  for (const out of reading.outs) {
    if (out.out !== "event" || out.event.type !== "user") continue;
    const text = firstLine(out.said?.typed ?? "") ?? firstLine(out.event.text);
    if (text === null) continue;
    fold.told.title = true;
    return { text, rank: 0 };
  }
  return null;
}

/** The first of the session's directories is its project. The context for the model names it, too. */
function projectOf(record: Row, settings: Row): string | null {
  const [directory] = listOf(settings["directories"]);
  if (typeof directory === "string" && directory.startsWith("/")) return textOf(directory);
  if (Array.isArray(settings["messages"])) return directoryOf(firstTextOf(settings));
  const text = record["type"] === "user" ? textsOf(partsOf(record["content"]))[0] ?? "" : "";
  return mayBeContext(record, text) ? directoryOf(text) : null;
}
