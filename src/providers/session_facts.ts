/** The facts about a session that records tell: each but the title once. Pure. */
import type { Out, Reading } from "./provider.ts";
import { cutText, firstLine } from "./prompt_title.ts";

/** A title is a sentence at most. */
const TITLE_CHARS = 200;

/** The facts that were told. */
export interface Told {
  project: boolean;
  started: boolean;
  client: boolean;
  /** The first words of a person, which are the title of a session that nobody named. */
  title: boolean;
}

/** The facts in one record; "" or null where it has none. */
export interface Facts {
  readonly project?: string;
  readonly started?: string | null;
  readonly client?: string;
  /** The record was copied from another session, or says that others were. */
  readonly isCopy?: boolean;
  /** A name that the client knows: its rank is above 0, the rank of first words. */
  readonly title?: { readonly text: string; readonly rank: number };
}

type Meta = Extract<Out, { out: "meta" }>;

export function nothingTold(): Told {
  return { project: false, started: false, client: false, title: false };
}

/** Whether later records can tell only a title. */
export function hasToldAll(told: Told): boolean {
  return told.project && told.started && told.client;
}

/** `reading`, with the facts that were not told before. */
export function tellFacts(told: Told, facts: Facts, reading: Reading): Reading {
  const meta: { -readonly [K in keyof Meta]: Meta[K] } = { out: "meta" };
  const { project = "", started = null, client = "", isCopy = false, title } = facts;
  if (!told.project && project !== "") [meta.project, told.project] = [project, true];
  if (!told.started && started !== null) [meta.started, told.started] = [started, true];
  if (!told.client && client !== "") [meta.client, told.client] = [client, true];
  if (isCopy) meta.isCopy = true;
  const name = title?.text.trim() ?? "";
  if (title !== undefined && name !== "") {
    meta.title = { text: cutText(name, TITLE_CHARS), rank: title.rank };
  } else if (!told.title) {
    const words = firstWords(reading);
    if (words !== null) [meta.title, told.title] = [{ text: words, rank: 0 }, true];
  }
  return Object.keys(meta).length === 1 ? reading : { ...reading, outs: [...reading.outs, meta] };
}

/** The first words of a person in the events of a record; null for none. */
function firstWords({ outs, origin }: Reading): string | null {
  if (origin !== "user") return null;
  for (const out of outs) {
    if (out.out !== "event" || out.event.type !== "user") continue;
    const words = firstLine(out.said?.typed ?? "") ?? firstLine(out.event.text);
    if (words !== null) return words;
  }
  return null;
}
