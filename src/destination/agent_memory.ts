/**
 * Names of files that agents load by themselves, as instructions: a recording under such a name would speak to the next
 * agent that works there. Room: policy; no authority, pure.
 */
import { basename } from "@std/path";
import { CLIENTS, OTHER_MEMORY } from "../protocol/clients.ts";

/** By the agents that load them, in lower case. Policy can add names (destinations.agent_memory), and remove none. */
export const AGENT_MEMORY: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(Object.values(CLIENTS).map(({ name, memory }) => [name, memory])),
  ...OTHER_MEMORY,
};

const KNOWN: ReadonlySet<string> = new Set(Object.values(AGENT_MEMORY).flat());

/**
 * Whether an agent would load a file of this name. A file system may not tell letters apart that fold to the same.
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

/** Upper case first: `ſ` and `ı` have one, and fold with `s` and `i` only so. */
function fold(name: string): string {
  return name.normalize("NFKC").toUpperCase().toLowerCase();
}
