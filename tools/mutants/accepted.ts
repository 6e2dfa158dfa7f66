/** Survivors that are accepted, each with its reason: accepted.json. */
import type { Mutant } from "./list_mutants.ts";

export interface Accepted extends Pick<Mutant, "file" | "text"> {
  /** `any`: every change of the line. */
  readonly change: string;
  /** Why no test can kill it, or why none should. */
  readonly reason: string;
}

export async function readAccepted(): Promise<readonly Accepted[]> {
  return JSON.parse(await Deno.readTextFile(new URL("accepted.json", import.meta.url)));
}

export function isFor({ file, text, change }: Accepted, mutant: Mutant): boolean {
  return file === mutant.file && text === mutant.text && (change === "any" || change === mutant.change);
}
