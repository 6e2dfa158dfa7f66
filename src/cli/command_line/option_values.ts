/** Values of options, from text. Each throws commander's InvalidArgumentError with a sentence. Pure. */
import { InvalidArgumentError } from "commander";
import { FORMATS, INCLUDES, PROVIDERS } from "../../protocol/closed_sets.ts";
import type { Since } from "./invocation.ts";

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

export function parseProvider(text: string): typeof PROVIDERS[number] {
  return oneOf(PROVIDERS, text);
}

export function parseFormat(text: string): typeof FORMATS[number] {
  return oneOf(FORMATS, text);
}

/** For which there are completions. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

export function parseShell(text: string): typeof SHELLS[number] {
  return oneOf(SHELLS, text);
}

export function parseLayer(text: string): "organisation" | "user" {
  return oneOf(["organisation", "user"], text);
}

export function parseAsker(text: string): "chat" | "export" {
  return oneOf(["chat", "export"], text);
}

/** `thinking,results` */
export function parseIncludes(text: string): (typeof INCLUDES[number])[] {
  return text.split(",").map((part) => oneOf(INCLUDES, part.trim()));
}

/** `landlock-tcp,landlock-scope`: what a launcher says, in words of its own. */
export function parseWords(text: string): string[] {
  const words = text.split(",");
  if (!words.every((word) => /^[a-z][a-z0-9-]{0,63}$/.test(word))) {
    throw new InvalidArgumentError("Write plain words.");
  }
  return words;
}

export function parseCount(text: string): number {
  if (!/^\d{1,7}$/.test(text)) throw new InvalidArgumentError("Write a whole number.");
  return Number(text);
}

function oneOf<Value extends string>(values: readonly Value[], text: string): Value {
  const found = values.find((value) => value === text);
  if (found === undefined) throw new InvalidArgumentError(`Choose from ${values.join(", ")}.`);
  return found;
}
