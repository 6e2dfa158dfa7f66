/**
 * Who wrote a message, as far as its log proves it. This decides whether a command in it is obeyed.
 * docs/command-grammar.md states the rule; docs/providers.md says what each client's marks prove.
 */
import * as z from "zod/mini";

/** How certain it is that a person wrote a message, the most certain first. */
export const EVIDENCE = [
  /** This version of the client says that a person typed it, interactively; or it has no way to say anything else. */
  "typed",
  /** Given on a command line, by pipe or over an API: by a person, a script or another agent. */
  "prompt",
  /** It has marks that kato does not know, or it lacks a mark that this client's other messages have. */
  "unproven",
  /** The log says that no person typed it. Such a text is a notice, never the user's. */
  "not-typed",
] as const;
export type Evidence = typeof EVIDENCE[number];

/** Why a message counts as a `prompt`. */
export const PROMPT_REASONS = [
  /** The prompt of a client that was started only for it (`claude -p`, `codex exec`, `gemini -p`). */
  "command-line",
  /** It holds, or may hold, text that was piped into the client. */
  "piped",
  /** A program gave it: over an SDK, a server, or a protocol for editors. */
  "api",
] as const;

/** Why a message counts as `unproven`. */
const UNPROVEN_REASONS = [
  /** A flag, origin or kind that kato does not know. */
  "unknown-mark",
  /** It lacks the mark that typed messages of this client's version have. */
  "unmarked",
  /** The client wrote it again, from a history. */
  "replayed",
  /** The client changed the typed text. */
  "rewritten",
  /** There is more than one way to read where the person's own words begin and end. */
  "ambiguous",
  /** It stands behind a damaged place of its log, and may be a part of another record. */
  "torn",
] as const;

/** Why a message counts as `not-typed`. */
const NOT_TYPED_REASONS = [
  /** The client composed it, or the program around the client did. */
  "host",
  /** Another agent or another session wrote it. */
  "agent",
  /** A timer, a trigger or another automation wrote it. */
  "automation",
  /** It came from elsewhere: a chat channel, mail, another service. */
  "connector",
  /** A text kept in a file: a custom command, a skill, a template. */
  "template",
] as const;
export type NotTypedReason = typeof NOT_TYPED_REASONS[number];

/** Reasons not to obey a line because of its author. docs/command-grammar.md explains each. */
export const EVIDENCE_REASONS = [...PROMPT_REASONS, ...UNPROVEN_REASONS, ...NOT_TYPED_REASONS] as const;
export type EvidenceReason = typeof EVIDENCE_REASONS[number];

export const authorship = z.discriminatedUnion("evidence", [
  z.strictObject({ evidence: z.literal("typed"), why: z.null() }),
  z.strictObject({ evidence: z.literal("prompt"), why: z.enum(PROMPT_REASONS) }),
  z.strictObject({ evidence: z.literal("unproven"), why: z.enum(UNPROVEN_REASONS) }),
  z.strictObject({ evidence: z.literal("not-typed"), why: z.enum(NOT_TYPED_REASONS) }),
]);
/** An evidence with its reason. */
export type Authorship = Readonly<z.infer<typeof authorship>>;

export const TYPED: Authorship = { evidence: "typed", why: null };

/** Values of `recording.commands` in policy: the evidence that a command needs, or false when none is obeyed. */
export const COMMANDS = ["typed", "prompts", false] as const;
export type Commands = typeof COMMANDS[number];

/**
 * Whether policy lets a message with this evidence command.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(mayCommand("typed", "prompt"), false);
 * assert.equal(mayCommand("prompts", "prompt"), true);
 * assert.equal(mayCommand("prompts", "unproven"), false);
 * ```
 */
export function mayCommand(commands: Commands, evidence: Evidence): boolean {
  return commands !== false && (evidence === "typed" || (evidence === "prompt" && commands === "prompts"));
}
