/** What a seal says of a file now. Pure. */
import type { Verdict } from "../verify/verdict.ts";
import type { Seal } from "./seal.ts";

/** `grown`: it begins with what was sealed, and goes on. */
export const SEALED_FILE = ["same", "grown", "changed"] as const;
/** `altered`: the record says something else. `not-there`: nobody can tell whether it was rotated away. */
export const SEALED_RECORD = ["found", "altered", "not-there", "no-log"] as const;
export const SEALED_SOURCE = ["same", "changed", "gone"] as const;

export type SealCheck =
  | {
    readonly seal: Seal;
    readonly file: typeof SEALED_FILE[number];
    readonly record: typeof SEALED_RECORD[number];
    readonly source: typeof SEALED_SOURCE[number];
  }
  /** There is a file of that name, which is no seal of this file. */
  | { readonly seal: null };

/** The file is what its source gives; or nobody can compare it any more, and it is what it was when that was so. */
export function resultOf(verdict: Verdict, check: SealCheck | null): Verdict["result"] {
  if (check === null) return verdict.result;
  if (isBroken(check)) return "differs";
  if (verdict.result !== "cannot-tell" || check.seal === null) return verdict.result;
  return check.file === "same" && check.seal.result === "equal" ? "equal" : "cannot-tell";
}

export function isBroken(check: SealCheck): boolean {
  return check.seal === null || check.file === "changed" || check.record === "altered";
}
