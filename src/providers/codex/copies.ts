/**
 * Which texts of a turn were told already. The first family that tells a text tells it; another's is a second copy, and
 * what only one tells is told. A text that one family tells twice is told twice. Pure.
 */
import { fingerprintOf } from "../../protocol/fingerprint.ts";
import type { Family, Fold, ReportedText, TextKind } from "./fold.ts";
import { remember } from "./ids.ts";

const encoder = new TextEncoder();
/** Copies stand near each other. */
const TEXTS = 64;
/** The client takes these marks of the model's out of what it shows. */
const CITATION = /<oai-mem-citation>[^]*?<\/oai-mem-citation>/g;

/** No client tells more parts of one text apart. */
const PARTS = 16;
/** So short a text stands for itself. */
const OWN_KEY_CHARS = 32;

/** What stands for a text among those of its kind; white space at its ends tells nothing apart. */
export function keyOf(kind: TextKind, text: string): string {
  const shown = (text.includes("<oai-mem-citation>") ? text.replace(CITATION, "") : text).trim();
  return shown.length <= OWN_KEY_CHARS
    ? `${kind}=${shown}`
    : `${kind}:${fingerprintOf(encoder.encode(shown))}`;
}

/** Takes note that `family` tells the text. Whether another told it already. */
export function isSecondCopy(fold: Fold, family: Family, key: string): boolean {
  const { texts } = fold.turn;
  const index = texts.findIndex((told) => told.key === key);
  const told: ReportedText = texts[index] ?? { key, times: {} };
  if (index === -1) remember(texts, told, TEXTS);
  const before = Math.max(0, ...Object.values(told.times));
  const times = (told.times[family] ?? 0) + 1;
  told.times[family] = times;
  return times <= before;
}

export interface Copied {
  /** What nobody told before. */
  readonly parts: readonly string[];
  readonly keys: readonly string[];
}

/**
 * What is new in a text of several parts, and the keys of all of it: of one client's message, another tells each part by
 * itself.
 */
export function findNew(
  fold: Fold,
  family: Family,
  kind: TextKind,
  parts: readonly string[],
  join: string,
): Copied {
  const whole = keyOf(kind, parts.join(join));
  if (isSecondCopy(fold, family, whole)) return { parts: [], keys: [whole] };
  if (parts.length < 2 || parts.length > PARTS) return { parts, keys: [whole] };
  const keys = parts.map((part) => keyOf(kind, part));
  const fresh = parts.filter((_, index) => !isSecondCopy(fold, family, keys[index] ?? ""));
  return { parts: fresh, keys: [whole, ...keys] };
}
