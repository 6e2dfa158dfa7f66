/** Why a step failed, in words that hold nothing of a conversation. */
import { AuditLogError } from "../audit/error.ts";
import { systemWords } from "../disk/entry_at.ts";
import { StateError } from "./state.ts";

/** The machine refuses for now. The step is right and must be tried again. */
export class NotNow extends Error {
  override readonly name = "NotNow";
}

export interface Failure {
  readonly why: string;
  /** Nothing outside kato explains it. The step is still tried again, so that nothing is lost. */
  readonly bug: boolean;
}

export function describeFailure(error: unknown): Failure {
  const isKnown = error instanceof NotNow || error instanceof AuditLogError || error instanceof StateError;
  if (isKnown) return { why: error.message, bug: false };
  const words = systemWords(error);
  if (words !== null) return { why: words, bug: false };
  if (!(error instanceof Error)) return { why: "internal error: what was thrown is no error", bug: true };
  // The message of any other error may quote a log.
  const said = error.message.startsWith("internal error:") ? error.message : `internal error: ${error.name}`;
  const place = (error.stack ?? "").split("\n").find((line) => /^ {4}at /.test(line))?.trim() ?? "";
  return { why: `${said} ${place}`.trim(), bug: true };
}
