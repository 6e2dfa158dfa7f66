/** The facts about a session in its records. Its name is in a file beside the log: see workspace_file.ts. Pure. */
import { cutText, firstLine } from "../prompt_title.ts";
import type { Out, Reading } from "../provider.ts";
import { type Row, rowOf, textOf, timeOf } from "../unknown_value.ts";
import type { Fold } from "./fold.ts";
import { isCopy } from "./starts.ts";

const VERSION_CHARS = 40;
const STARTS: ReadonlySet<unknown> = new Set(["session.start", "session.resume"]);

type Meta = Extract<Out, { out: "meta" }>;

/** `reading` of `record`, with the facts about the session in that record. */
export function reportMeta(record: Row, fold: Fold, reading: Reading): Reading {
  const { told } = fold;
  const meta: { -readonly [K in keyof Meta]: Meta[K] } = { out: "meta" };
  if (!told.title && reading.origin === "user") {
    const text = titleIn(reading);
    if (text !== null) [meta.title, told.title] = [{ text, rank: 0 }, true];
  }
  if (STARTS.has(record["type"])) readStart(rowOf(record["data"]), fold, meta);
  if (isCopy(record, fold) && reading.outs.some(({ out }) => out === "event")) meta.isCopy = true;
  return Object.keys(meta).length === 1 ? reading : { ...reading, outs: [...reading.outs, meta] };
}

function readStart(data: Row, { told }: Fold, meta: { -readonly [K in keyof Meta]: Meta[K] }): void {
  const project = textOf(rowOf(data["context"])["cwd"]);
  if (!told.project && project !== "") [meta.project, told.project] = [project, true];
  const started = timeOf(data["startTime"]) ?? timeOf(data["resumeTime"]);
  if (!told.started && started !== null) [meta.started, told.started] = [started, true];
  const version = textOf(data["copilotVersion"]);
  if (!told.client && version !== "") {
    [meta.client, told.client] = [`GitHub Copilot CLI ${cutText(version, VERSION_CHARS)}`, true];
  }
}

function titleIn({ outs }: Reading): string | null {
  for (const out of outs) {
    if (out.out === "event" && out.event.type === "user") return firstLine(out.event.text);
  }
  return null;
}
