/** `kato sessions`. Requires read on the provider roots and on the daemon's status; writes nothing. */
import { basename } from "@std/path";
import type { ProviderId } from "../../protocol/event.ts";
import type { Redaction } from "../../protocol/redaction.ts";
import { describeKeeping, EXPIRES_SOON_MS, expiryOf } from "../../protocol/retention.ts";
import { sessionKey, type SessionMeta, shortId } from "../../protocol/session.ts";
import type { Context } from "../context.ts";
import { readDaemonState } from "../daemon_state.ts";
import type { SessionsGiven } from "../commands/sessions.ts";
import { DONE, type Outcome } from "../outcome.ts";
import { earliest, isInProject } from "../sessions/filter.ts";
import { findSessions, type FoundSession } from "../sessions/find_sessions.ts";
import { peekSession } from "../sessions/peek_session.ts";
import { findReadableProviders } from "../sessions/readable_providers.ts";
import { loadForSessions } from "../planning/load_settings.ts";
import {
  columnsOf,
  count,
  fit,
  padEnd,
  padStart,
  painter,
  plain,
  showAge,
  showNumber,
  showSize,
} from "../terminal/style.ts";
import { lineWidth, wrap } from "../terminal/wrap.ts";
import { NO_PROGRESS, showProgress } from "../terminal/progress.ts";
import { reportText } from "../report/report.ts";

/** On a terminal: as many lines as fit a screen. */
const LIMIT = 25;

type ExpiryAt = (session: FoundSession) => Row["expires"];

type Recorded = "recording" | "recorded" | null;

interface Row {
  readonly found: FoundSession;
  readonly meta: SessionMeta;
  readonly recorded: Recorded;
  /** When the client may delete the log, in milliseconds since 1970; null: it does not. */
  readonly expires: number | null;
}

export async function listSessions(given: SessionsGiven, context: Context): Promise<Outcome> {
  const loaded = loadForSessions(context);
  if (!loaded.ok) return loaded.outcome;
  const { provider, since, json, limit, sort, expiring } = given;
  const from = earliest(since, context.now);
  const keepsDays = (id: ProviderId) => loaded.value.policy.providers[id].keeps_days;
  const expiryAt: ExpiryAt = ({ provider, modified }) =>
    expiryOf(provider.id, modified, keepsDays(provider.id));
  const found = (await findSessions(findReadableProviders(context, loaded.value), provider))
    .filter((session) => session.modified >= from && (!expiring || isSoon(expiryAt(session), context.now)));
  if (expiring) found.sort((one, other) => (expiryAt(one) ?? 0) - (expiryAt(other) ?? 0));
  if (sort === "size") found.sort((one, other) => other.size - one.size);
  const most = (limit ?? (json || !context.out.isTerminal ? 0 : LIMIT)) || Infinity;
  // Known without a look into the logs.
  const isKnown = sort === "active" || sort === "size";
  const { redaction } = loaded.value.policy;
  const looked = lookAt(found, given, isKnown ? most : Infinity, redaction, expiryAt, context);
  if (!isKnown) looked.rows.sort(ORDERS[sort]);
  const rows = looked.rows.slice(0, most);
  const more = looked.unseen + looked.rows.length - rows.length;
  if (json) {
    context.out.write(toJson(rows, more));
    return DONE;
  }
  const left = looked.unseen > 0 ? "more were not looked at" : "more";
  const note = more === 0 ? null : `… ${showNumber(more)} ${left}; --limit 0 shows all`;
  const reasons = expiring
    ? describeExpiring(rows, keepsDays).flatMap((text) => wrap("", text, lineWidth(context.out)))
    : [];
  const notes = [...note === null ? [] : [note], ...reasons];
  context.out.write(toTable(rows, notes, expiring, context));
  return DONE;
}

/** Those that the filters let through, at most `most`, and the number of those that nobody looked at. */
function lookAt(
  sessions: readonly FoundSession[],
  given: SessionsGiven,
  most: number,
  redaction: Redaction,
  expiryAt: ExpiryAt,
  context: Context,
): { readonly rows: Row[]; readonly unseen: number } {
  const recorded = findRecorded(context);
  const rows: Row[] = [];
  const searched = given.search?.toLowerCase() ?? "";
  const progress = context.err.isTerminal ? showProgress(context.err) : NO_PROGRESS;
  const all = sessions.length;
  let seen = 0;
  for (const found of sessions) {
    if (rows.length >= most) break;
    progress.show(() => `${showNumber(seen)} of ${count(all, "session")}`, seen, all);
    seen += 1;
    const meta = peekSession(found, redaction);
    const isNamed = (meta.title ?? "").toLowerCase().includes(searched);
    if (isNamed && isInProject(given, meta.project, context)) {
      const expires = expiryAt(found);
      rows.push({ found, meta, recorded: recorded.get(sessionKey(meta)) ?? null, expires });
    }
  }
  progress.clear();
  return { rows, unseen: all - seen };
}

type Order = (one: Row, other: Row) => number;

/** By code units, so that no locale changes the order; what is unknown comes last. */
const byText = (of: (meta: SessionMeta) => string | null): Order => (one, other) => {
  const [a, b] = [of(one.meta), of(other.meta)];
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return a < b ? -1 : Number(a > b);
};

const byStart = byText(({ started }) => started);

const ORDERS: Readonly<Record<"started" | "title" | "project", Order>> = {
  // The latest first, as by default.
  started: (one, other) =>
    one.meta.started === null || other.meta.started === null ? byStart(one, other) : byStart(other, one),
  title: byText(({ title }) => title?.toLowerCase() ?? null),
  project: byText(({ project }) => project),
};

function isSoon(at: number | null, now: number): boolean {
  return at !== null && at <= now + EXPIRES_SOON_MS;
}

/** Under the table: why these logs go, and how to keep one. */
function describeExpiring(rows: readonly Row[], keepsDays: (id: ProviderId) => number): string[] {
  const providers = [...new Set(rows.map(({ found }) => found.provider.id))];
  const reasons = providers.flatMap((id) => describeKeeping(id, keepsDays(id)) ?? [])
    .map((reason) => `${reason}.`);
  return rows.length === 0 ? [] : [...reasons, "To keep one: 'kato export ID --output FILE'."];
}

function findRecorded({ home }: Context): ReadonlyMap<string, Recorded> {
  const recorded = new Map<string, Recorded>();
  for (const recording of readDaemonState(home).status?.recordings ?? []) {
    const key = sessionKey(recording);
    const isOver = recording.state === "stopped" || recording.state === "done";
    if (!isOver || !recorded.has(key)) recorded.set(key, isOver ? "recorded" : "recording");
  }
  return recorded;
}

function toJson(rows: readonly Row[], more: number): string {
  const sessions = rows.map(({ found, meta: { named: _, ...meta }, recorded, expires }) => ({
    ...meta,
    short: shortId(found.session),
    path: found.path,
    size: found.size,
    modified: new Date(found.modified).toISOString(),
    expires: isoOf(expires),
    recorded,
  }));
  return reportText("sessions", { sessions, more });
}

function isoOf(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}

const MARKS = { recording: "●", recorded: "○" } as const;

/** `expiring`: the last column is the time that is left instead of the age. */
function toTable(
  rows: readonly Row[],
  notes: readonly string[],
  expiring: boolean,
  { now, out }: Context,
): string {
  const paint = painter(out);
  if (rows.length === 0) {
    return expiring ? "No client is about to delete a log of these sessions.\n" : "No sessions found.\n";
  }
  const cells = rows.map((row) => {
    const left = expiring ? (row.expires ?? now) - now : null;
    return { ...cellsOf(row, now), ...left === null ? {} : { age: left <= 0 ? "due" : showAge(left) } };
  });
  const widest = (of: (cells: Cells) => string) => Math.max(...cells.map((row) => columnsOf(of(row))));
  // Nothing is cut where no terminal limits it.
  const project = out.isTerminal ? PROJECT : Math.max(PROJECT, widest((row) => row.project));
  const title = out.isTerminal
    ? Math.max(TITLE, out.columns - FIXED)
    : Math.max(TITLE, widest((row) => row.title));
  const lineOf = (mark: string, { id, provider, size, age, ...texts }: Cells) =>
    [
      `${mark} ${padEnd(id, 8)}`,
      padEnd(provider, 11),
      padEnd(fit(texts.project, project), project),
      padEnd(fit(texts.title, title), title),
      padStart(size, 6),
      padStart(age, 6),
    ].join("  ");
  const lines = [
    paint("bold", lineOf(" ", expiring ? { ...HEADING, age: "LEFT" } : HEADING)),
    ...rows.map(({ recorded }, index) => {
      const mark = recorded === null
        ? " "
        : paint(recorded === "recording" ? "green" : "dim", MARKS[recorded]);
      return lineOf(mark, cells[index] ?? HEADING);
    }),
  ];
  lines.push(...notes.map((line) => paint("dim", line)));
  return `${lines.join("\n")}\n`;
}

const PROJECT = 14;
/** The least that a title is given. */
const TITLE = 16;
/** Columns of everything but the title. */
const FIXED = 2 + 8 + 2 + 11 + 2 + PROJECT + 2 + 2 + 6 + 2 + 6;

interface Cells {
  readonly id: string;
  readonly provider: string;
  readonly project: string;
  readonly title: string;
  readonly size: string;
  readonly age: string;
}

const HEADING: Cells = {
  id: "ID",
  provider: "PROVIDER",
  project: "PROJECT",
  title: "TITLE",
  size: "SIZE",
  age: "AGE",
};

function cellsOf({ found, meta }: Row, now: number): Cells {
  return {
    id: plain(shortId(found.session)),
    provider: found.provider.id,
    project: meta.project === null ? "" : plain(basename(meta.project)),
    title: plain(meta.title ?? "(no title)"),
    size: showSize(found.size),
    age: showAge(now - found.modified),
  };
}
