/** The sentence for a person whose line was not obeyed. It ends with the thing to do. Pure. */
import { GRAMMAR_MENDS, type GrammarReason } from "../destination/grammar.ts";
import { GRAMMAR_REASONS, type RefusedLine } from "../protocol/command.ts";
import { EVIDENCE_REASONS, type EvidenceReason, PROMPT_REASONS } from "../protocol/evidence.ts";
import { correctLine, readCommand, terminalLine } from "./command_line.ts";

/** Why a message does not prove that a person typed it. */
const WHY: Readonly<Record<EvidenceReason, string>> = {
  "command-line": "it was given on a command line, and programs use command lines too",
  piped: "it was piped into the client",
  api: "a program gave it to the client",
  "unknown-mark": "the client marks its message in a way that kato does not know",
  unmarked: "its message lacks the mark of one that was typed",
  replayed: "the client wrote its message again, from a history",
  rewritten: "the client changed what was typed",
  torn: "its log is damaged in front of it",
  ambiguous: "kato cannot see which part of its message was typed",
  host: "the client composed its message",
  agent: "another agent or session sent its message",
  automation: "an automation sent its message",
  connector: "its message came from another service",
  template: "it stands in a text that was kept in a file",
};

const LATE = {
  history: "it stands in a session that came late or was written anew, or has no time that can be believed",
  "too-old": "it is older than policy lets a command be (recording.max_command_age)",
} as const;

/** The sentence about a line of `session`; null where nobody meant the line for kato. */
export function sayRefused(session: string, line: RefusedLine): string | null {
  const { token, reason } = line;
  if (isEvidenceReason(reason)) {
    const policy = isPromptReason(reason) ? ', let policy say recording.commands = "prompts"' : "";
    return `"${token}" was not obeyed: ${
      WHY[reason]
    }. If you meant it, type it in a message of its own${policy}, ` +
      `or ${inTerminal(session, token)}`;
  }
  if (isLate(reason)) {
    return `"${token}" was not obeyed: ${LATE[reason]}. Type it again if you mean it now: ${token}`;
  }
  if (!isMistyped(reason)) return null;
  const corrected = correctLine(line);
  const mend = `${GRAMMAR_MENDS[reason]}.${corrected === null ? "" : ` Type: ${corrected}`}`;
  return `"${token}" is no command of kato's (${reason.replaceAll("-", " ")}), and nothing was done: ${mend}`;
}

function inTerminal(session: string, token: string): string {
  const command = readCommand(token);
  const line = command === null ? null : terminalLine(command.verb, session, command.destination);
  return line === null ? "use the same command in a terminal." : `run in a terminal: ${line}`;
}

/** Reasons of lines that a person may have meant as commands. */
export function isMistyped(reason: RefusedLine["reason"]): reason is GrammarReason {
  return MISTYPED.has(reason);
}

const MISTYPED: ReadonlySet<string> = new Set(
  GRAMMAR_REASONS.filter((reason) => reason !== "in-the-middle" && reason !== "indented"),
);

function isLate(reason: string): reason is keyof typeof LATE {
  return Object.hasOwn(LATE, reason);
}

function isEvidenceReason(reason: string): reason is EvidenceReason {
  return (EVIDENCE_REASONS as readonly string[]).includes(reason);
}

function isPromptReason(reason: EvidenceReason): boolean {
  return (PROMPT_REASONS as readonly string[]).includes(reason);
}
