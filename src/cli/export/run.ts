/** One run of `kato export`: what is the same for all of its sessions, and how each of them ended. Writes to the terminal. */
import type { Format, Include, RenderHead } from "../../protocol/render.ts";
import type { Redaction } from "../../protocol/redaction.ts";
import { describeRange, type Range } from "../../render/range.ts";
import { shortId } from "../../protocol/session.ts";
import type { Context } from "../context.ts";
import type { Listener } from "../interruption.ts";
import { DONE, fail, type Outcome } from "../outcome.ts";
import type { Progress } from "../terminal/progress.ts";
import { count, plain } from "../terminal/style.ts";
import type { Account } from "./account.ts";
import type { ChosenSource } from "./choose_sources.ts";
import type { WrittenSession } from "./write_session.ts";

export const INTERRUPTED = "Interrupted.";

/** The same for every session of one export. */
export interface Run {
  readonly context: Context;
  readonly format: Format;
  readonly timeZone: string;
  /** The template for generated names. */
  readonly fileName: string;
  readonly include: readonly Include[];
  /** Null: an image is a line. */
  readonly images: NonNullable<RenderHead["images"]> | null;
  readonly redaction: Redaction;
  readonly range: Range | null;
  readonly progress: Progress;
  readonly stopped: () => boolean;
  readonly interruption: Listener["heard"];
  /** What to do when a session has no conversation; null where such a session is no failure. */
  readonly whenEmpty: string | null;
  readonly account: Account;
}

/** How the sessions of a run ended: one that cannot be exported keeps none of the others from it. */
export interface Endings {
  /** Tells of a failure at once, where there are others. */
  add(source: ChosenSource, outcome: Outcome): void;
  /** Of all. */
  outcome(): Outcome;
}

export function gatherEndings(sessions: number, run: Run): Endings {
  const failures: Outcome[] = [];
  let interrupted: Outcome | null = null;
  return {
    add(source, outcome) {
      if (outcome.outcome === "done" || interrupted !== null) return;
      // Said once, and by the last word.
      if (outcome.outcome === run.interruption()) {
        interrupted = outcome;
        return;
      }
      failures.push(outcome);
      if (sessions > 1 && "message" in outcome && outcome.message !== null) {
        run.account.failed(source, outcome.outcome, outcome.message);
      }
    },
    outcome() {
      if (interrupted !== null) return interrupted;
      const [first] = failures;
      if (first === undefined || sessions === 1 || !("message" in first)) return first ?? DONE;
      const message = `${count(failures.length, "session")} of ${sessions} could not be exported.`;
      return fail(first.outcome, message);
    },
  };
}

/** Null when what was written is what was asked for. */
export function whyFailed(
  { end, events, leftOut }: WrittenSession,
  { session }: ChosenSource,
  run: Pick<Run, "range" | "whenEmpty">,
): string | null {
  if (end === "stopped") return INTERRUPTED;
  if (end === "unreadable") return `The log of session ${plain(session)} cannot be read any more.`;
  if (events > 0 || run.whenEmpty === null) return null;
  if (leftOut > 0 && run.range !== null) {
    return `Session ${plain(shortId(session))} has nothing ${
      inRange(run.range)
    }. Choose an earlier beginning.`;
  }
  return `Session ${plain(shortId(session))} has no conversation yet. ${run.whenEmpty}`;
}

/** For a sentence: `in the last 2 turns`, `from event 12`. */
function inRange(range: Range): string {
  return "last" in range ? `in the ${describeRange(range)}` : describeRange(range);
}
