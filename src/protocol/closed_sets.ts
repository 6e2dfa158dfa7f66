/**
 * Closed sets of words that people type and logs hold. Their schemas are elsewhere: the command line is parsed before
 * anything is validated.
 */
import { type ClientId, CLIENTS } from "./clients.ts";

export const PROVIDERS = Object.keys(CLIENTS) as ClientId[];

export const FORMATS = ["md", "jsonl", "html"] as const;

/** Endings of the files of images. */
export const IMAGE_ENDINGS = ["png", "jpg", "gif", "webp"] as const;

/** The parts of a rendering besides the conversation itself. */
export const INCLUDES = ["thinking", "tools", "results", "agents", "notices"] as const;

/** The types of events: who or what said something. */
export const EVENT_TYPES = [
  "user",
  "assistant",
  "thinking",
  "tool_call",
  "tool_result",
  "decision",
  "notice",
] as const;
