/** The text that a recording must hold: the same session, read and rendered in one go without a daemon. */
import { locateLog, type SessionFiles } from "../../../src/parser/session_files.ts";
import type { ReadEvent } from "../../../src/parser/place_events.ts";
import { readSession } from "../../../src/parser/session_reader.ts";
import type { Checkpoint } from "../../../src/protocol/cursor.ts";
import { DEFAULT_INCLUDES, type Format } from "../../../src/protocol/render.ts";
import type { SessionMeta } from "../../../src/protocol/session.ts";
import { claudeCode } from "../../../src/providers/claude_code/claude_code.ts";
import type { Provider } from "../../../src/providers/provider.ts";
import { RENDERERS } from "../../render/render.ts";
import { TIME_ZONE } from "./harness.ts";

export interface WholeSession {
  readonly events: readonly ReadEvent[];
  /** For each event, the session as it was known after that event. */
  readonly metas: readonly SessionMeta[];
  readonly troubles: readonly string[];
  readonly checkpoint: Checkpoint;
}

/** A session and the places of its logs. */
export interface SessionLogs {
  readonly provider: Provider;
  readonly session: string;
  locate(): SessionFiles;
}

function logsOfClaude(log: string): SessionLogs {
  const session = log.slice(log.lastIndexOf("/") + 1).replace(/\.jsonl$/, "");
  return {
    provider: claudeCode,
    session,
    locate: () => locateLog(claudeCode, session, { part: "", path: log }),
  };
}

/** Every event of a session, as `kato export` reads it. A path is that of a main log of Claude Code. */
export function readWhole(logs: string | SessionLogs): WholeSession {
  const { provider, session, locate } = typeof logs === "string" ? logsOfClaude(logs) : logs;
  const files = locate();
  const events: ReadEvent[] = [];
  const metas: SessionMeta[] = [];
  const troubles: string[] = [];
  const reader = readSession({
    provider,
    session,
    locate: () => files,
    from: null,
    whole: true,
    report: ({ kind, what }) => troubles.push(`${kind}: ${what}`),
  });
  for (;;) {
    const advance = reader.advance();
    if (advance === "more") continue;
    if (typeof advance === "string") {
      return { events, metas, troubles, checkpoint: reader.checkpoint() };
    }
    for (const event of advance.events) {
      events.push(event);
      metas.push(reader.meta());
    }
  }
}

export interface Span {
  /** The message that started the recording. The head of the recording shows the session as it was known then. */
  readonly command: number;
  /** `seq` of the first event recorded: 0 for a capture. */
  readonly from: number;
  /** `seq` of the first event after the recording; null: it goes on. */
  readonly until: number | null;
  readonly format?: Format;
}

/** The text of a recording of `whole`, in one go. */
export function renderSpan(whole: WholeSession, { command, format = "md", ...part }: Span): string {
  const meta = whole.metas[command];
  if (meta === undefined) throw new Error(`there is no event ${command}`);
  // A recording that begins later holds no words from before it.
  const known = part.from === 0 || meta.named === true ? meta : { ...meta, title: null };
  return renderParts(known, format, [{ whole, ...part }]);
}

/** The text of a recording that begins with `meta`, and has these parts of sessions, one after another. */
export function renderParts(
  meta: SessionMeta,
  format: Format,
  parts: readonly (Pick<Span, "from" | "until"> & { readonly whole: WholeSession })[],
): string {
  const head = { format, meta, timeZone: TIME_ZONE, include: [...DEFAULT_INCLUDES] };
  const renderer = RENDERERS[format];
  let state = renderer.begin(head);
  let text = "";
  for (const { whole, from, until } of parts) {
    for (const { event } of whole.events.slice(from, until ?? undefined)) {
      const rendered = renderer.step(head, state, event);
      state = rendered.state;
      text += rendered.text;
    }
    if (until === null) continue;
    const finished = renderer.finish(head, state);
    state = finished.state;
    text += finished.text;
  }
  return text;
}

/** `seq` of the message `text` of the person. Fails when there is none. */
export function seqOf({ events }: WholeSession, text: string): number {
  const found = events.find(({ said }) => said?.typed === text);
  if (found === undefined) throw new Error(`nobody typed ${JSON.stringify(text)}`);
  return found.event.seq;
}

/** The text of a capture that the message `begin` asks for. The message `end`, if there is one, ends it. */
export function renderCapture(logs: string | SessionLogs, begin: string, end: string | null = null): string {
  const whole = readWhole(logs);
  return renderSpan(whole, {
    command: seqOf(whole, begin),
    from: 0,
    until: end === null ? null : seqOf(whole, end),
  });
}
