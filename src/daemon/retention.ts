/**
 * Warns before a client deletes the log of a session that is being recorded, or that a rule records. Looks at what the state
 * and the parsers' last reports say of a session, and at no log.
 */
import type { ProviderId } from "../protocol/event.ts";
import { EXPIRED_MS, EXPIRES_SOON_MS, expiryOf } from "../protocol/retention.ts";
import { sessionKey, type SessionMeta, type SessionRef } from "../protocol/session.ts";
import type { Status } from "../protocol/status.ts";
import type { EffectivePolicy } from "../settings/merge.ts";
import type { FollowedProvider } from "./followed_provider.ts";
import type { Log } from "./log.ts";
import type { RecordingsStore } from "./recordings_store.ts";
import type { SessionsStore } from "./sessions_store.ts";
import type { StatusFile } from "./status_file.ts";
import type { StepQueue } from "./step_queue.ts";

export type Expiring = NonNullable<Status["expiring"]>[number];

/** So many are shown and logged, the soonest first. */
const SHOWN = 20;

/** What a client will delete changes from day to day. Milliseconds. */
const LOOK_MS = 3_600_000;

export interface RetentionOptions {
  readonly sessions: SessionsStore;
  readonly recordings: RecordingsStore;
  /** It may say after how many days a client deletes a log. */
  readonly effective: Pick<EffectivePolicy, "policy">;
  /** Whether a rule of policy is about such a session. */
  readonly covers: (meta: SessionMeta) => boolean;
  readonly log: Pick<Log, "report">;
  readonly providers: ReadonlyMap<ProviderId, Pick<FollowedProvider, "follow">>;
  readonly steps: Pick<StepQueue, "take">;
  readonly status: Pick<StatusFile, "expire">;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Milliseconds since some moment, by a clock that nobody sets. */
  readonly elapsed?: () => number;
}

export type Retention = ReturnType<typeof createRetention>;

export function createRetention(options: RetentionOptions) {
  const { providers, steps, status, log, now = Date.now, elapsed = () => performance.now() } = options;
  const found = new Map<ProviderId, readonly Expiring[]>();
  /** Sessions that the log has. */
  const logged = new Set<string>();
  let looked = elapsed();

  function look(provider: ProviderId): void {
    const modified = providers.get(provider)?.follow.modified ?? new Map<string, number>();
    const expiring = findExpiring(options, provider, modified, now());
    found.set(provider, expiring);
    for (const one of expiring) {
      if (logged.has(sessionKey(one))) continue;
      logged.add(sessionKey(one));
      log.report("session-expires", { provider, session: one.session, from: one.from, covered: one.by });
    }
    status.expire([...found.values()].flat().sort(bySoonest).slice(0, SHOWN));
  }

  return {
    /** The provider's sessions are known. */
    look,
    /** Looks again from time to time. */
    tend() {
      if (elapsed() - looked < LOOK_MS) return;
      looked = elapsed();
      for (const provider of providers.keys()) {
        steps.take({ provider, session: null }, () => look(provider), "look-ahead");
      }
    },
  };
}

const bySoonest = (one: Expiring, other: Expiring) =>
  one.from < other.from ? -1 : Number(one.from > other.from);

function findExpiring(
  options: RetentionOptions,
  provider: ProviderId,
  modified: ReadonlyMap<string, number>,
  now: number,
): Expiring[] {
  const days = options.effective.policy.providers[provider].keeps_days;
  const due = [...modified].flatMap(([session, changed]) => {
    const at = expiryOf(provider, changed, days);
    return at === null || at > now + EXPIRES_SOON_MS || at < now - EXPIRED_MS ? [] : [{ session, at }];
  });
  due.sort((one, other) => one.at - other.at);
  const expiring: Expiring[] = [];
  for (const { session, at } of due) {
    if (expiring.length === SHOWN) break;
    const by = whatCovers(options, { provider, session });
    if (by === null) continue;
    const from = new Date(at).toISOString();
    expiring.push({ provider, session, from, by, ...(days === 0 ? {} : { days }) });
  }
  return expiring;
}

/** What would keep the session; null: nobody asked for that, or a person took it back. */
function whatCovers(
  { sessions, recordings, covers }: RetentionOptions,
  ref: SessionRef,
): Expiring["by"] | null {
  if (recordings.activeOfSession(ref).length > 0) return "recording";
  if (recordings.knows(ref)) return null;
  const { meta = null, letGo = null } = sessions.find(ref) ?? {};
  return meta !== null && letGo === null && covers(meta) ? "rule" : null;
}
