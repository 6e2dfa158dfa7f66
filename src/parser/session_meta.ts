/** Gathers what is known of a session while its log is read. */
import type { Checkpoint } from "../protocol/cursor.ts";
import { PATH_BYTES } from "../protocol/limits.ts";
import type { SessionMeta, SessionRef } from "../protocol/session.ts";
import type { Out } from "../providers/provider.ts";

type State = Checkpoint["meta"];

export interface GatheredMeta {
  /** The title with the highest rank wins, the later of two equals; the earliest start wins; of everything else, the first. */
  take(out: Extract<Out, { out: "meta" }>): void;
  state(): State;
  show(ref: SessionRef): SessionMeta;
}

/** Continues from the meta of a checkpoint; null at the session's beginning. */
export function gatherMeta(from: State | null): GatheredMeta {
  let state: State = from ?? { title: null, project: null, started: null, client: null };
  return {
    take({ title, project, started, client }) {
      const isBetter = title !== undefined && title.rank >= (state.title?.rank ?? -Infinity);
      state = {
        title: isBetter ? title : state.title,
        project: state.project ?? (project === undefined || project.length > PATH_BYTES ? null : project),
        started: earlier(state.started, started ?? null),
        client: state.client ?? client ?? null,
      };
    },
    state: () => state,
    show: ({ provider, session }) => ({
      provider,
      session,
      ...state,
      title: state.title?.text ?? null,
      ...(state.title !== null && state.title.rank > 0 ? { named: true } : {}),
    }),
  };
}

/** The earlier of two times in ISO 8601, UTC. A converted log begins with the time of its conversion. */
function earlier(a: string | null, b: string | null): string | null {
  return a === null || (b !== null && b < a) ? b : a;
}
