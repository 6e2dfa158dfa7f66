/** Gathers what is known of a session while its log is read. */
import type { Checkpoint } from "../protocol/cursor.ts";
import { PATH_BYTES } from "../protocol/limits.ts";
import type { SessionMeta, SessionRef } from "../protocol/session.ts";
import { REDACTION, type Redaction } from "../protocol/redaction.ts";
import { redactLine } from "../redaction/redact_event.ts";
import type { Out, SideFacts } from "../providers/provider.ts";

type State = Checkpoint["meta"];

export interface GatheredMeta {
  /** The title with the highest rank wins, the later of two equals; the earliest start wins; of everything else, the first. */
  take(out: Extract<Out, { out: "meta" }>): void;
  state(): State;
  /** `beside`: what the log's side file says. */
  show(ref: SessionRef, beside?: SideFacts): SessionMeta;
}

/**
 * Continues from the meta of a checkpoint; null at the session's beginning. The title is without secrets, whatever
 * `redaction.secrets` says: it goes into lists, into the names of files, and into the state.
 */
export function gatherMeta(from: State | null, redaction: Redaction = REDACTION): GatheredMeta {
  const better = (known: State["title"], other: State["title"] | undefined): State["title"] =>
    other === undefined || other === null || other.rank < (known?.rank ?? -Infinity)
      ? known
      : { ...other, text: redactLine(other.text, redaction) };
  // The checkpoint may be from before a change of policy.
  let state: State = from === null
    ? { title: null, project: null, started: null, client: null }
    : { ...from, title: better(null, from.title) };
  return {
    take({ title, project, started, client, isCopy }) {
      state = {
        title: better(state.title, title),
        project: state.project ?? (project === undefined || project.length > PATH_BYTES ? null : project),
        started: earlier(state.started, started ?? null),
        client: state.client ?? client ?? null,
        ...(state.isCopy === true || isCopy === true ? { isCopy: true } : {}),
      };
    },
    state: () => state,
    show({ provider, session }, beside = {}) {
      const { isCopy: _, ...told } = state;
      const title = better(told.title, beside.title);
      return {
        provider,
        session,
        ...told,
        title: title?.text ?? null,
        project: told.project ?? beside.project ?? null,
        ...(title !== null && title.rank > 0 ? { named: true } : {}),
      };
    },
  };
}

/** The earlier of two times in ISO 8601, UTC. A converted log begins with the time of its conversion. */
function earlier(a: string | null, b: string | null): string | null {
  return a === null || (b !== null && b < a) ? b : a;
}
