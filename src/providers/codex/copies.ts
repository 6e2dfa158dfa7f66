/** The texts of a turn that were reported: the first family with a text reports it, as often as it has it. Pure. */
import { fingerprintOf } from "../../protocol/fingerprint.ts";
import type { Family, Fold, ReportedText, TextKind } from "./fold.ts";
import { remember } from "./ids.ts";

const encoder = new TextEncoder();
/** So many texts are remembered: copies stand near each other. */
const TEXTS = 64;
/** The client removes these marks of the model from the shown text. */
const CITATION = /<oai-mem-citation>[^]*?<\/oai-mem-citation>/g;

/** No client splits a text into more parts. */
const PARTS = 16;
/** A short text is its own key. */
const OWN_KEY_CHARS = 32;

/** The key of a text among those of its kind. White space at its ends makes no difference. */
export function keyOf(kind: TextKind, text: string): string {
  const shown = (text.includes("<oai-mem-citation>") ? text.replace(CITATION, "") : text).trim();
  return shown.length <= OWN_KEY_CHARS
    ? `${kind}=${shown}`
    : `${kind}:${fingerprintOf(encoder.encode(shown))}`;
}

/** Notes that `family` has the text. Whether another family reported it before. */
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
  /** The parts that nobody reported before. */
  readonly parts: readonly string[];
  readonly keys: readonly string[];
}

/** The new parts of a text, and the keys of all parts. Another family may have each part apart. */
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
