/** One finding of `kato doctor`, and how findings look. */
import type { Output } from "../context.ts";
import { padEnd, painter } from "../terminal/style.ts";
import { lineWidth, wrap } from "../terminal/wrap.ts";

export interface Check {
  readonly name: string;
  /** `note`: worth knowing, and kato works all the same. */
  readonly state: "ok" | "note" | "problem";
  readonly message: string;
  /** What to do about it; null where there is nothing to do. */
  readonly mend: string | null;
}

export function ok(name: string, message: string): Check {
  return { name, state: "ok", message, mend: null };
}

export function note(name: string, message: string, mend: string | null = null): Check {
  return { name, state: "note", message, mend };
}

export function problem(name: string, message: string, mend: string | null): Check {
  return { name, state: "problem", message, mend };
}

/** As wide as `orchestrator 4194304`, the longest. */
const NAME_COLUMNS = 20;
const INDENT = NAME_COLUMNS + "ok    ".length + 1;

export function describeChecks(checks: readonly Check[], out: Output): string {
  const paint = painter(out);
  const marks = { ok: paint("green", "ok  "), note: paint("yellow", "note"), problem: paint("red", "BAD ") };
  const width = lineWidth(out);
  return checks.flatMap(({ name, state, message, mend }) => [
    ...wrap(`${marks[state]}  ${padEnd(name, NAME_COLUMNS)} `, message, width),
    ...(mend === null ? [] : wrap(`${" ".repeat(INDENT)}${paint("bold", "→")} `, mend, width)),
  ]).map((line) => `${line}\n`).join("");
}
