/**
 * One provider as the orchestrator holds it: its parser, and the sessions that are followed. Records a parser that went
 * down.
 */
import type { Host } from "../hosts/host.ts";
import { protocolViolated, roleEnded, sourceQuarantined, sourceReleased } from "../audit/events.ts";
import type { AuditBody } from "../audit/record.ts";
import type { ProviderId } from "../protocol/event.ts";
import type { Grant } from "../protocol/grant.ts";
import { type InHand, inHandOf } from "../protocol/in_hand.ts";
import type { FromParser } from "../protocol/parser_messages.ts";
import type { Status } from "../protocol/status.ts";
import type { Policy } from "../settings/policy.ts";
import { type AbsentLogs, createAbsentLogs } from "./absent_logs.ts";
import { createFollow, type Follow } from "./follow.ts";
import type { Log } from "./log.ts";
import { createParserClient, type ParserClient } from "./parser_client.ts";
import type { SessionsStore } from "./sessions_store.ts";
import { type Sources, storeSources } from "./sources.ts";
import type { Database } from "./state.ts";
import type { StepQueue } from "./step_queue.ts";

export interface ProviderPlan {
  readonly provider: ProviderId;
  readonly roots: readonly string[];
  readonly grants: readonly Grant[];
}

export interface FollowedProvider {
  readonly plan: ProviderPlan;
  readonly client: ParserClient;
  readonly follow: Follow;
  state: Status["providers"][number]["state"];
  missing: readonly string[];
  readonly sources: Sources;
  readonly absent: AbsentLogs;
  /** The parser went down while it had this in its hands. */
  crashed(mark: string): void;
}

export interface FollowingContext {
  readonly host: Host;
  readonly version: string;
  readonly effective: { readonly policy: Pick<Policy, "redaction"> };
  readonly database: Database;
  readonly sessions: SessionsStore;
  readonly steps: Pick<StepQueue, "take">;
  readonly audit: (body: AuditBody) => void;
  readonly log: Log;
  readonly keepMark: (provider: ProviderId, mark: string | null) => void;
  readonly giveUp: (why: string) => void;
  readonly take: (
    followed: FollowedProvider,
    message: FromParser,
    payload: Uint8Array<ArrayBuffer> | null,
  ) => void;
  /** The provider's folders hold nothing. Its parser is not started. */
  readonly unused: (provider: ProviderId) => void;
  /** The parser ended. The next one starts after a pause and knows nothing. */
  readonly down: (provider: ProviderId, why: string) => void;
}

export function followProvider(
  plan: ProviderPlan,
  context: FollowingContext,
): FollowedProvider {
  const { provider } = plan;
  const { audit, database, log } = context;

  /** In the provider's lane, so that later sights of a session wait until this is kept. */
  function take(step: () => void, replaces?: string): void {
    context.steps.take({ provider, session: null }, step, replaces);
  }

  const sources = storeSources(database, provider, context.version);
  /** The latest mark of the running parser. */
  let inHand: InHand | null = null;

  function crashed(mark: string): void {
    take(() => {
      const crashedWith = inHandOf(mark);
      const over = database.transact(() => {
        const over = "session" in crashedWith
          ? follow.crashed(crashedWith.session) ? [{ session: crashedWith.session, path: null }] : []
          : sources.crashed(crashedWith.logs).map((path) => ({ session: null, path }));
        for (const { session, path } of over) audit(sourceQuarantined({ provider, session }, path));
        return over;
      });
      for (const { session, path } of over) {
        if (session !== null) follow.quarantined(session);
        if (path !== null) sources.quarantine(path);
        log.report("session-quarantined", { provider, session, path });
      }
    });
  }

  function keepMark(mark: string | null): void {
    const survived = inHand !== null && "logs" in inHand ? sources.known(inHand.logs) : [];
    if (survived.length > 0) take(() => database.transact(() => sources.clear(survived)));
    inHand = mark === null ? null : inHandOf(mark);
    context.keepMark(provider, mark);
  }

  function failed(why: string, mark: string | null, violation: boolean): void {
    followed.state = "failed";
    inHand = null;
    absent.lost();
    log.report("parser-ended", { provider, why });
    const crashedWith = mark === null ? null : inHandOf(mark);
    const session = crashedWith !== null && "session" in crashedWith ? crashedWith.session : null;
    const about = { provider, session };
    const body = violation ? protocolViolated(about, null, why) : roleEnded(about, why);
    take(() => void audit(body));
    if (mark !== null) crashed(mark);
    follow.restarted();
    context.down(provider, why);
  }

  function unused(at: number): void {
    take(() => {
      follow.unused(at);
      if (followed.state !== "starting") return;
      followed.state = "unused";
      log.report("unused", { provider });
      context.unused(provider);
    }, "looked");
  }

  const client = createParserClient({
    host: context.host,
    ...plan,
    redaction: context.effective.policy.redaction,
    // In the provider's lane: a session that waits there was seen before this look.
    looked: (at) => take(() => follow.looked(at), "looked"),
    unused,
    take: (message, payload) => context.take(followed, message, payload),
    suspicion: sources.suspicion,
    keepMark,
    failed,
    hangs(mark) {
      if (mark !== null) crashed(mark);
      context.giveUp(`the parser of ${provider} does not answer`);
    },
  });
  const follow = createFollow({
    provider,
    roots: plan.roots,
    version: context.version,
    database: context.database,
    sessions: context.sessions,
    send: client.send,
    released(session) {
      audit(sourceReleased({ provider, session }));
    },
  });
  const absent = createAbsentLogs({ send: client.send, letGo: follow.letGo });
  const followed: FollowedProvider = {
    plan,
    client,
    follow,
    sources,
    absent,
    state: "starting",
    missing: [],
    crashed,
  };
  return followed;
}
