/** The kinds of values that people type: how each is read, and what a shell offers for it. Pure. */
import { InvalidArgumentError } from "commander";
import { EVENT_TYPES, FORMATS, INCLUDES, PROVIDERS } from "../../protocol/closed_sets.ts";
import type { Kind } from "./command.ts";

export const TEXT: Kind<string> = { read: (text) => text, completion: { kind: "text" } };
/** A path as it was typed: relative to the working directory. */
export const FILE: Kind<string> = { read: (text) => text, completion: { kind: "file" } };
export const FOLDER: Kind<string> = { read: (text) => text, completion: { kind: "folder" } };
/** A session's id, or the beginning of one. */
export const SESSION: Kind<string> = { read: (text) => text, completion: { kind: "session" } };
/** A person's number, as the kernel has it. */
export const UID: Kind<number> = { read: readUid, completion: { kind: "text" } };
/** At least one. */
export const SOME: Kind<number> = { read: readSome, completion: { kind: "text" } };
export const COUNT: Kind<number> = { read: readCount, completion: { kind: "text" } };
/** A record's SHA-256, as the journal has it. */
export const HASH: Kind<string> = { read: readHash, completion: { kind: "text" } };
export const SINCE: Kind<Since> = { read: parseSince, completion: { kind: "text" } };

export const PROVIDER = oneOf(PROVIDERS);
export const FORMAT = oneOf(FORMATS);
/** What `kato sessions` is ordered by. */
export const ORDER = oneOf(["active", "started", "size", "title", "project"]);
/** Where `kato search` looks. */
export const SEARCHED = oneOf(["sessions", "recordings"]);
export const LAYER = oneOf(["organisation", "user"]);
export const ASKER = oneOf(["chat", "export"]);
/** Those that completions are made for. */
export const SHELL = oneOf(["bash", "zsh", "fish"]);
/** `thinking,results` */
export const PARTS = someOf(INCLUDES);
/** `user,assistant` */
export const SPEAKERS = someOf(EVENT_TYPES);

export type Shell = ReturnType<typeof SHELL.read>;

/** `--since`: a span before now, or a point in time; milliseconds. */
export type Since = { readonly ago: number } | { readonly at: number };

const MINUTE = 60_000;
const UNITS: Readonly<Record<string, number>> = {
  m: MINUTE,
  h: 60 * MINUTE,
  d: 24 * 60 * MINUTE,
  w: 7 * 24 * 60 * MINUTE,
};

/**
 * `30m`, `12h`, `7d`, `2w`, or an ISO date (local midnight) or time.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(parseSince("2h"), { ago: 7_200_000 });
 * ```
 */
export function parseSince(text: string): Since {
  const [, count, unit = ""] = /^(\d{1,6})([mhdw])$/.exec(text) ?? [];
  if (count !== undefined) return { ago: Number(count) * (UNITS[unit] ?? 0) };
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text);
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)?$/.test(text);
  // A bare date would be read as midnight in UTC, which is not what a person means by it.
  const at = isDay ? Date.parse(`${text}T00:00`) : isTime ? Date.parse(text) : NaN;
  if (Number.isNaN(at)) {
    throw new InvalidArgumentError("Write 30m, 12h, 7d, 2w or a date such as 2026-11-23.");
  }
  return { at };
}

function readUid(text: string): number {
  if (!/^\d{1,10}$/.test(text)) {
    throw new InvalidArgumentError("Write a user's number, as 'id -u' prints it.");
  }
  return Number(text);
}

function readCount(text: string): number {
  if (!/^\d{1,7}$/.test(text)) throw new InvalidArgumentError("Write a whole number.");
  return Number(text);
}

function readSome(text: string): number {
  if (/^0*$/.test(text)) throw new InvalidArgumentError("Write a whole number from 1 on.");
  return readCount(text);
}

function readHash(text: string): string {
  if (!/^[0-9a-f]{64}$/i.test(text)) {
    throw new InvalidArgumentError("Write all 64 hexadecimal digits, as the journal has them after head=.");
  }
  return text.toLowerCase();
}

export function oneOf<const Words extends readonly string[]>(words: Words): Kind<Words[number]> {
  return { read: (text) => choose(words, text), completion: { kind: "words", words, several: false } };
}

function someOf<const Words extends readonly string[]>(words: Words): Kind<readonly Words[number][]> {
  return {
    read: (text) => text.split(",").map((part) => choose(words, part.trim())),
    completion: { kind: "words", words, several: true },
  };
}

function choose<Value extends string>(words: readonly Value[], text: string): Value {
  const found = words.find((word) => word === text);
  if (found === undefined) throw new InvalidArgumentError(`Choose from ${words.join(", ")}.`);
  return found;
}
