/** `kato sessions`. Requires read on the provider roots and on the daemon's status; writes nothing. */
import { basename } from "@std/path";
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
  count,
  fit,
  padEnd,
  padStart,
  type Paint,
  painter,
  plain,
  showAge,
  showSize,
} from "../terminal/style.ts";
import { reportText } from "../report/report.ts";

/** As many lines as fit a screen. */
const LIMIT = 25;

type Recorded = "recording" | "recorded" | null;

interface Row {
  readonly found: FoundSession;
  readonly meta: SessionMeta;
  readonly recorded: Recorded;
}

export function listSessions(given: SessionsGiven, context: Context): Outcome {
  const loaded = loadForSessions(context);
  if (!loaded.ok) return loaded.outcome;
  const { provider, since, json } = given;
  const from = earliest(since, context.now);
  const sessions = findSessions(findReadableProviders(context, loaded.value), provider)
    .filter(({ modified }) => modified >= from);
  const limit = (given.limit ?? (json ? 0 : LIMIT)) || Infinity;
  const recorded = findRecorded(context);
  const rows: Row[] = [];
  let hidden = 0;
  for (const found of sessions) {
    if (rows.length >= limit) {
      hidden += 1;
      continue;
    }
    const meta = peekSession(found);
    if (isInProject(given, meta.project, context)) {
      rows.push({ found, meta, recorded: recorded.get(sessionKey(meta)) ?? null });
    }
  }
  context.out.write(json ? toJson(rows, hidden) : toTable(rows, hidden, context));
  return DONE;
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

function toJson(rows: readonly Row[], hidden: number): string {
  const sessions = rows.map(({ found, meta, recorded }) => ({
    ...meta,
    short: shortId(found.session),
    path: found.path,
    size: found.size,
    modified: new Date(found.modified).toISOString(),
    recorded,
  }));
  return reportText("sessions", { sessions, notLookedAt: hidden });
}

const MARKS = { recording: "●", recorded: "○" } as const;

function toTable(rows: readonly Row[], hidden: number, { now, out }: Context): string {
  const paint = painter(out);
  if (rows.length === 0) return "No sessions found.\n";
  const lines = [heading(out.columns, paint), ...rows.map((row) => toLine(row, now, out.columns, paint))];
  if (hidden > 0) {
    lines.push(paint("dim", `… ${count(hidden, "older session")} not looked at; --limit 0 shows all`));
  }
  return `${lines.join("\n")}\n`;
}

const PROJECT = 14;
/** Columns of everything but the title. */
const FIXED = 2 + 8 + 2 + 11 + 2 + PROJECT + 2 + 2 + 6 + 2 + 6;

function heading(columns: number, paint: Paint): string {
  const line = `  ${padEnd("ID", 8)}  ${padEnd("PROVIDER", 11)}  ${padEnd("PROJECT", PROJECT)}  ${
    padEnd("TITLE", columns - FIXED)
  }  ${padStart("SIZE", 6)}  ${padStart("AGE", 6)}`;
  return paint("bold", line);
}

function toLine({ found, meta, recorded }: Row, now: number, columns: number, paint: Paint): string {
  const project = meta.project === null ? "" : fit(plain(basename(meta.project)), PROJECT);
  const title = fit(plain(meta.title ?? "(no title)"), columns - FIXED);
  return [
    recorded === null ? " " : paint(recorded === "recording" ? "green" : "dim", MARKS[recorded]),
    " ",
    padEnd(plain(shortId(found.session)), 8),
    "  ",
    padEnd(found.provider.id, 11),
    "  ",
    padEnd(project, PROJECT),
    "  ",
    padEnd(title, columns - FIXED),
    "  ",
    padStart(showSize(found.size), 6),
    "  ",
    padStart(showAge(now - found.modified), 6),
  ].join("");
}
