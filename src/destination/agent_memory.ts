/**
 * Names of files that agents load by themselves, as instructions: a recording under such a name would speak to the next
 * agent that works there. Room: policy; no authority, pure.
 */
import { basename } from "@std/path";

/** By the agents that load them, in lower case. Policy can add names (destinations.agent_memory), and remove none. */
export const AGENT_MEMORY: Readonly<Record<string, readonly string[]>> = {
  "Claude Code": ["claude.md", "claude.local.md", "memory.md", "skill.md", "review.md"],
  "Codex": ["agents.md", "agents.override.md", "codex.md"],
  "Gemini CLI": ["gemini.md", "system.md"],
  "Amp": ["agent.md"],
  "Aider": ["conventions.md"],
  "CodeBuddy": ["codebuddy.md"],
  "Cline": [".clinerules"],
  "Crush": ["crush.md", "crush.local.md"],
  "Cursor": [".cursorrules"],
  "GitHub Copilot": ["copilot-instructions.md"],
  "Goose": [".goosehints"],
  "iFlow CLI": ["iflow.md"],
  "Jules": ["jules.md"],
  "Junie": ["guidelines.md"],
  "Qwen Code": ["qwen.md"],
  "Replit": ["replit.md"],
  "Roo Code": [".roorules"],
  "Warp": ["warp.md"],
  "Windsurf": [".windsurfrules"],
  "Zed": [".rules"],
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
