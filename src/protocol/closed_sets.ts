/**
 * Closed sets of words that people type and logs hold. Their schemas are elsewhere: the command line is parsed before
 * anything is validated.
 */

export const PROVIDERS = ["claude-code", "codex", "gemini"] as const;

export const FORMATS = ["md", "jsonl", "html"] as const;

/** The parts of a rendering besides the conversation itself. */
export const INCLUDES = ["thinking", "tools", "results", "agents", "notices"] as const;
