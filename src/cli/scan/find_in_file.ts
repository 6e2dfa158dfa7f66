/**
 * Finds secrets in a file, piece by piece, so that memory stays flat whatever its size. Requires read on the file; writes
 * nothing.
 */
import { SCAN_BEFORE, SCAN_BYTES, SCAN_LONGEST } from "../../protocol/redaction_limits.ts";
import type { Redaction } from "../../protocol/redaction.ts";
import { findSecrets } from "../../redaction/find_secrets.ts";
import { decodeEntities, ENTITY_BEGUN } from "./entities.ts";

export interface FoundSecret {
  /** Where it begins, from 1. */
  readonly line: number;
  readonly rule: string;
}

export function* findInFile(path: string, redaction: Redaction): Generator<FoundSecret> {
  /** What is not searched yet, with what stands before it. */
  let text = "";
  /** Where that begins which is not searched yet, and its line. */
  let from = 0;
  let line = 1;
  for (const piece of readText(path)) {
    text += piece ?? "";
    const until = piece === null ? text.length : text.length - SCAN_LONGEST;
    if (until <= from) continue;
    let end = until;
    let counted = from;
    for (const span of findSecrets(text, redaction).spans) {
      if (span.from < from || span.from >= until) continue;
      line += countLines(text, counted, span.from);
      counted = span.from;
      end = Math.max(end, span.to);
      yield { line, rule: span.rule };
    }
    line += countLines(text, counted, end);
    const start = Math.max(0, end - SCAN_BEFORE);
    text = text.slice(start);
    from = end - start;
  }
}

/** Its text in pieces, as a reader sees it. Null: its end. */
function* readText(path: string): Generator<string | null> {
  using file = Deno.openSync(path);
  const decoder = new TextDecoder();
  const bytes = new Uint8Array(SCAN_BYTES);
  let begun = "";
  for (let read = file.readSync(bytes); read !== null; read = file.readSync(bytes)) {
    const text = begun + decoder.decode(bytes.subarray(0, read), { stream: true });
    begun = ENTITY_BEGUN.exec(text)?.[0] ?? "";
    yield decodeEntities(text.slice(0, text.length - begun.length));
  }
  yield decodeEntities(begun + decoder.decode());
  yield null;
}

function countLines(text: string, from: number, to: number): number {
  let lines = 0;
  for (let at = text.indexOf("\n", from); at >= 0 && at < to; at = text.indexOf("\n", at + 1)) lines += 1;
  return lines;
}
