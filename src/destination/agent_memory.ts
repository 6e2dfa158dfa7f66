/**
 * Names of files that agents load by themselves as instructions. The next agent that works in the folder would obey a
 * recording under such a name. Pure.
 */
import { basename } from "@std/path";
import { CLIENTS, OTHER_MEMORY } from "../protocol/clients.ts";

/** The names by agent, in lower case. Policy can add names (destinations.agent_memory), and cannot remove any. */
export const AGENT_MEMORY: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(Object.values(CLIENTS).map(({ name, memory }) => [name, memory])),
  ...OTHER_MEMORY,
};

const KNOWN: ReadonlySet<string> = new Set(Object.values(AGENT_MEMORY).flat());

/**
 * Whether an agent would load a file of this name. Some file systems ignore case, so names are compared folded.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.ok(isAgentMemory("/home/dev/notes/Claude.MD", []));
 * assert.ok(!isAgentMemory("/home/dev/notes/about-claude.md", []));
 * ```
 */
export function isAgentMemory(path: string, added: readonly string[]): boolean {
  const name = fold(basename(path));
  return KNOWN.has(name) || added.some((other) => fold(other) === name);
}

/** Upper case first: only that folds `ſ` with `s` and `ı` with `i`. */
function fold(name: string): string {
  return name.normalize("NFKC").toUpperCase().toLowerCase();
}
