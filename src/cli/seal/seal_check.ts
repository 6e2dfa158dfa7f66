/** What a seal says of a file now. Pure. */
import type { Verdict } from "../verify/verdict.ts";
import type { Seal } from "./seal.ts";

/** `grown`: it begins with what was sealed, and goes on. */
export const SEALED_FILE = ["same", "grown", "changed"] as const;
/** `altered`: the record says something else, or is missing among those around it. `not-there`: the log begins after it. */
export const SEALED_RECORD = ["found", "altered", "not-there", "no-log"] as const;
export const SEALED_SOURCE = ["same", "changed", "gone"] as const;

export type SealCheck =
  | {
    readonly seal: Seal;
    readonly file: typeof SEALED_FILE[number];
    readonly record: typeof SEALED_RECORD[number];
    /** Where the file was then, as the record has it; null where there is no record. */
    readonly sealedAt: string | null;
    readonly source: typeof SEALED_SOURCE[number];
  }
  /** There is a file of that name, which is no seal of this file. */
  | { readonly seal: null };

/**
 * The file is what its source gives; or nobody can compare it any more, and it is what it was when that was so. Anybody can
 * have written the seal: without its record it says nothing.
 */
export function resultOf(verdict: Verdict, check: SealCheck | null): Verdict["result"] {
  if (check === null) return verdict.result;
  if (isBroken(check)) return "differs";
  if (verdict.result !== "cannot-tell" || check.seal === null) return verdict.result;
  const { file, record, seal } = check;
  return file === "same" && record === "found" && seal.result === "equal" ? "equal" : "cannot-tell";
}

export function isBroken(check: SealCheck): boolean {
  return check.seal === null || check.file === "changed" || check.record === "altered";
}
