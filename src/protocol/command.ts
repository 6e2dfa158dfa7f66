/** A command as it was found in a message. Its grammar is session/command.ts. */
import * as z from "zod/mini";
import { EVIDENCE_REASONS } from "./evidence.ts";

export const VERBS = ["record", "capture", "export", "stop", "init"] as const;
export const verb = z.enum(VERBS);
export type Verb = z.infer<typeof verb>;

/** Why a line that looks like a command is none: one code each. docs/command-grammar.md explains them. */
export const GRAMMAR_REASONS = [
  "in-the-middle",
  "indented",
  "unknown-command",
  "wrong-case",
  "missing-destination",
  "unexpected-destination",
  "trailing-text",
  "unbalanced-quote",
  "not-a-path",
  "glob",
  "variable",
  "backslash",
  "traversal",
  "empty-segment",
  "forbidden-character",
  "too-long",
  "unknown-extension",
  "too-many-commands",
] as const;

/** Why a well-formed command is not obeyed, because of its place or its time. evidence.ts has the reasons by author. */
export const ORIGIN_REASONS = [
  "not-typed",
  "assistant-text",
  "tool-output",
  "sub-agent",
  "summary",
  "injected",
  "pasted",
  "history",
  "too-old",
  "inherited",
] as const;

const foundCommand = z.strictObject({
  verb,
  /** As typed, without quotes; null when none was given. */
  destination: z.nullable(z.string()),
  token: z.string(),
  /** Before or after the message's text: a `::stop` after the text still records that text. */
  place: z.enum(["leading", "trailing"]),
});
export type FoundCommand = z.infer<typeof foundCommand>;

const refusedLine = z.strictObject({
  /** The line as typed, cut at 256 characters. */
  token: z.string(),
  reason: z.enum([...GRAMMAR_REASONS, ...ORIGIN_REASONS, ...EVIDENCE_REASONS]),
});
export type RefusedLine = z.infer<typeof refusedLine>;

/** The commands and refused lines of one message, in their order. */
export const scan = z.strictObject({ commands: z.array(foundCommand), refused: z.array(refusedLine) });
export type Scan = z.infer<typeof scan>;
