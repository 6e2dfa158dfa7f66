/** The audit record about the lines of one message that are not obeyed. Pure. */
import { linesRefused } from "./events.ts";
import type { AuditBody } from "./record.ts";
import type { RefusedLine } from "../protocol/command.ts";
import { LOOK_ALIKE_TEXTS } from "../protocol/limits.ts";
import type { SessionRef } from "../protocol/session.ts";

export interface Refused {
  readonly body: AuditBody;
  /** The sentence for the person; null where nobody meant the lines as commands. */
  readonly sentence: string | null;
}

/** How many messages of one session, and lines in them, were counted and not listed. */
export interface Unlisted extends SessionRef {
  readonly messages: number;
  readonly lines: number;
}

/**
 * Makes one record of all lines. Lines that a person may have meant as commands come first.
 *
 * @param say The sentence about one line; null where nobody meant it.
 */
export function describeRefused(
  ref: SessionRef,
  lines: readonly RefusedLine[],
  say: (session: string, line: RefusedLine) => string | null,
): Refused {
  const meant = lines.filter((line) => say(ref.session, line) !== null);
  const [first, ...others] = [...meant, ...lines.filter((line) => !meant.includes(line))];
  if (first === undefined) throw new Error("internal error: nothing was refused");
  const sentence = say(ref.session, first);
  return {
    body: linesRefused(
      ref,
      first.token,
      first.reason,
      others.length === 0 ? null : describeOthers(lines, others),
    ),
    // The sentence ends with the thing to do.
    sentence: meant.length <= 1 ? sentence : `${meant.length} lines were not obeyed. The first: ${sentence}`,
  };
}

/** Makes the record about messages that were not listed. */
export function describeUnlisted(counted: Unlisted): AuditBody {
  const { messages, lines } = counted;
  const detail =
    `${messages} more messages with ${lines} such lines were not listed, for there were too many`;
  return linesRefused(counted, null, "not-listed", detail);
}

/** Counts the lines by reason, and shows the texts of a few. */
function describeOthers(lines: readonly RefusedLine[], others: readonly RefusedLine[]): string {
  const counts = new Map<string, number>();
  for (const { reason } of lines) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const reasons = [...counts].map(([reason, count]) => `${count} ${reason}`).join(", ");
  const texts = others.slice(0, LOOK_ALIKE_TEXTS).map(({ token }) => JSON.stringify(token)).join(", ");
  return `${lines.length} lines in one message (${reasons}); after the first: ${texts}`;
}
