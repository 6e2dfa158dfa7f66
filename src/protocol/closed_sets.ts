/**
 * Closed sets of words that people type and logs hold, without the schemas that are made of them: a command line is
 * understood before anything is validated. Room: protocol; no authority.
 */

export const PROVIDERS = ["claude-code", "codex", "gemini"] as const;

export const FORMATS = ["md", "jsonl", "html"] as const;

/** What a rendering shows besides the conversation itself. */
export const INCLUDES = ["thinking", "tools", "results", "agents", "notices"] as const;
