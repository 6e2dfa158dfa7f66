/** What an export tells of its files: to a person as each is written, or to a program when all is done. */
import { EXIT } from "../exit_status.ts";
import type { Context } from "../context.ts";
import { fail, type Failure, type Outcome } from "../outcome.ts";
import { reportText } from "../report/report.ts";
import type { ReportBody } from "../report/reports.ts";
import { count, plain, showNumber, showSize, tilde } from "../terminal/style.ts";
import { shortId } from "../../protocol/session.ts";
import type { ExportSource, WrittenSession } from "./write_session.ts";

export interface Account {
  /** A session is whole in its file. */
  wrote(source: ExportSource, path: string, size: number, written: WrittenSession): void;
  /** What is worth knowing of a session that is in no file. */
  noted(source: ExportSource, written: WrittenSession): void;
  /** The page that lists the files is written. */
  listed(path: string, sessions: number, size: number): void;
  /** One of several could not be written. Null: the page that lists them. */
  failed(source: ExportSource | null, reason: Failure, message: string): void;
  /** Ends the account; returns how the command ends. */
  close(outcome: Outcome): Outcome;
}

/** `2 events, 812 B` */
export function factsOf({ events, leftOut }: WrittenSession, size: number): string {
  const rest = leftOut === 0 ? "" : `${showNumber(leftOut)} left out, `;
  return `${count(events, "event")}, ${rest}${showSize(size)}`;
}

/** At most this many kinds of trouble are named to a person. The log has the rest. */
const NAMED = 5;

/** @param mayBeEmpty Whether a session without a conversation is no failure, and so has to be told of here. */
export function tellPerson({ out, err, home }: Context, mayBeEmpty: boolean): Account {
  const noted: Account["noted"] = (source, { troubles, events, leftOut }) => {
    const id = plain(shortId(source.session));
    if (events === 0 && mayBeEmpty) {
      err.write(`kato: session ${id} has ${leftOut > 0 ? "nothing in the range" : "no conversation yet"}.\n`);
    }
    const named = [...troubles].slice(0, NAMED).map(([what, times]) => `${plain(what)} (${times})`);
    if (named.length === 0) return;
    const more = troubles.size > NAMED ? `, and ${troubles.size - NAMED} more kinds` : "";
    err.write(`kato: in session ${id}, not everything could be taken over: ${named.join(", ")}${more}\n`);
  };
  return {
    wrote(source, path, size, written) {
      out.write(`wrote ${tilde(path, home)} (${factsOf(written, size)})\n`);
      noted(source, written);
    },
    noted,
    listed(path, sessions, size) {
      out.write(`wrote ${tilde(path, home)} (${count(sessions, "session")}, ${showSize(size)})\n`);
    },
    failed: (_source, _reason, message) => err.write(`kato: ${message}\n`),
    close: (outcome) => outcome,
  };
}

type Report = ReportBody<"export">;

export function tellProgram(
  { out }: Context,
  { format, chosen, range }: Pick<Report, "format" | "chosen" | "range">,
): Account {
  const written: Report["written"][number][] = [];
  const failed: Report["failed"][number][] = [];
  let index: Report["index"] = null;
  return {
    wrote({ provider, session }, path, bytes, { events, leftOut, troubles }) {
      const notTaken = [...troubles].map(([what, times]) => ({ what, times }));
      written.push({ provider: provider.id, session, path, events, leftOut, bytes, notTaken });
    },
    noted() {},
    listed(path, sessions, bytes) {
      index = { path, sessions, bytes };
    },
    failed(source, reason, message) {
      const about = { provider: source?.provider.id ?? null, session: source?.session ?? null };
      failed.push({ ...about, reason, status: EXIT[reason], message });
    },
    close(outcome) {
      const isError = "message" in outcome && outcome.message !== null;
      // Then there is nothing to report but the error.
      if (isError && chosen === 1 && written.length === 0) return outcome;
      const error = isError
        ? { reason: outcome.outcome, status: EXIT[outcome.outcome], message: outcome.message }
        : null;
      out.write(reportText("export", { format, chosen, range, written, failed, index, error }));
      return isError ? fail(outcome.outcome, null) : outcome;
    },
  };
}
