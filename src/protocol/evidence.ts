/**
 * Who wrote a message, as far as its log proves it: what decides whether a command in it is obeyed. The rule is stated in
 * docs/command-grammar.md; what each client's marks prove stands in docs/providers.md. Room: protocol; no authority.
 */
import * as z from "zod/mini";

/** How sure it is that a person wrote a message, the surest first. */
export const EVIDENCE = [
  /** This version of the client says positively that a person typed it, interactively; or it can say nothing else. */
  "typed",
  /** Given on a command line, by pipe or over an API: by a person, a script or another agent. */
  "prompt",
  /** It has marks that kato does not know, or none where other messages of this client have one. */
  "unproven",
  /** The log says that no person typed it. Such a text is a notice, never the user's. */
  "not-typed",
] as const;
export type Evidence = typeof EVIDENCE[number];

/** Why a message counts as a `prompt`. */
export const PROMPT_REASONS = [
  /** The prompt of a client that was started for it alone (`claude -p`, `codex exec`, `gemini -p`). */
  "command-line",
  /** It holds, or may hold, what was piped into the client. */
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
  /** The client changed what was typed. */
  "rewritten",
  /** Where the person's own words begin and end can be read in more than one way. */
  "ambiguous",
  /** It stands behind a damaged place of its log, and may be a part of another record. */
  "torn",
] as const;

/** Why a message counts as `not-typed`. */
const NOT_TYPED_REASONS = [
  /** The client, or the program that it runs in, composed it. */
  "host",
  /** Another agent, or another session. */
  "agent",
  /** A timer, a trigger or another automation. */
  "automation",
  /** It came from elsewhere: a chat channel, mail, another service. */
  "connector",
  /** A text kept in a file: a custom command, a skill, a template. */
  "template",
] as const;
export type NotTypedReason = typeof NOT_TYPED_REASONS[number];

/** Reasons by which a line is not obeyed because of who wrote its message; docs/command-grammar.md explains each. */
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

/** What `recording.commands` of policy may say: the evidence that a command must have, or that none is obeyed. */
export const COMMANDS = ["typed", "prompts", false] as const;
export type Commands = typeof COMMANDS[number];

/**
 * Whether policy lets a message of this evidence command.
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
