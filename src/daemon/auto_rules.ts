/**
 * Records sessions that a rule of policy is about, without a command. The rule asks as a person would: it captures the
 * session, under the same decision and with a record that names the rule. What a person typed in the session comes first.
 */
import { generateName } from "../destination/generated_name.ts";
import { NUMBERED_NAMES, UNTITLED_EVENTS } from "../protocol/auto_limits.ts";
import { canonicalJson } from "../protocol/canonical_json.ts";
import type { ProviderId } from "../protocol/event.ts";
import type { FromParser } from "../protocol/parser_messages.ts";
import type { SessionMeta, SessionRef } from "../protocol/session.ts";
import { sha256 } from "../protocol/sha256.ts";
import { isAfterRules } from "../session/news.ts";
import { type AutoRule, chooseRule, type ChosenRule, nameRule, rulesOf } from "../settings/auto_rule.ts";
import { splitFormat } from "../settings/name_template.ts";
import type { EffectivePolicy } from "../settings/merge.ts";
import { obeyCommand, type ObeyContext } from "./obey_commands.ts";
import type { SessionsStore, StoredSession } from "./sessions_store.ts";

type Watched = Extract<FromParser, { type: "watched" }>;

export interface AutoRulesOptions {
  readonly context: ObeyContext;
  readonly effective: Pick<EffectivePolicy, "policy" | "hash">;
  /** The template for the names of generated files. */
  readonly fileName: string;
}

export interface AutoRules {
  /** Everything before a checkpoint was read. The caller keeps the checkpoint after this. */
  wasRead(watched: Watched, provider: ProviderId): Promise<void>;
  /** Whether a rule is about such a session. Null is one that was never read: any rule may be about it. */
  covers(meta: SessionMeta | null): boolean;
}

export function createAutoRules({ context, effective, fileName }: AutoRulesOptions): AutoRules {
  const { sessions, recordings } = context;
  const rules = rulesOf(effective.policy.recording);
  const since = holdSince(rules, sessions);
  /** Denials of this run that are on record and may pass. */
  const passing = new Set<string>();

  return {
    covers: (meta) => meta === null ? rules.length > 0 : chooseRule(rules, meta) !== null,
    async wasRead(watched, provider) {
      const { session, meta, checkpoint } = watched;
      const ref = { provider, session };
      const chosen = chooseRule(rules, meta);
      if (chosen === null || !isTold(meta, checkpoint.seq) || recordings.knows(ref)) return;
      const stored = sessions.find(ref);
      if (stored === null || !mayRecord(context, chosen.rule, stored, watched, since)) return;
      // A denial holds until policy changes: then the rule asks once more.
      const event = `automatic:${effective.hash}:${session}`;
      if (sessions.isClaimed(provider, event, 0)) return;
      const destination = stored.destination === null ? nameFile(context, chosen.rule, meta, fileName) : null;
      const decision = context.decide("automatic", destination ?? stored.destination, meta);
      const mayPass = !decision.allow && PASSING.has(decision.reason);
      if (mayPass && passing.has(event)) return;
      await obeyCommand(context, {
        ref,
        meta,
        asker: "automatic",
        rule: chosen.number,
        verb: "capture",
        destination,
        token: nameRule(chosen.number),
        place: "leading",
        seq: checkpoint.seq,
        before: checkpoint,
        claim: () => mayPass || sessions.claimCommand(provider, event, 0),
      });
      if (mayPass) passing.add(event);
    },
  };
}

/** Denials that pass without a change of policy: a folder was not mounted yet. */
const PASSING: ReadonlySet<string> = new Set(["no-such-root", "unreadable"]);

/** The name of the file is made once, so it waits for the title. */
function isTold({ title }: SessionMeta, events: number): boolean {
  return events > 0 && (title !== null || events >= UNTITLED_EVENTS);
}

/** A command that ended something, or recorded something else, was the person's word on this session. */
function mayRecord(
  context: ObeyContext,
  { existing }: AutoRule,
  stored: StoredSession,
  { meta: { started }, checkpoint }: Watched,
  since: number,
): boolean {
  const { parent, arrival, letGo } = stored;
  if (letGo !== null) return false;
  const isCopy = parent !== null || checkpoint.meta.isCopy === true;
  if (isCopy && !isOfRecorded(context, stored)) return false;
  return existing || isAfterRules({ arrival, started, isCopy }, since, Date.now());
}

/**
 * Whether a rule records all that a copy may hold: its original, without a gap. A copy of a copy has the first one's
 * original, so a command in any copy counts. Nobody knows what the copy of an unknown session holds.
 */
function isOfRecorded(context: ObeyContext, { provider, parent }: StoredSession): boolean {
  if (parent === null) return false;
  const original = { provider, session: parent };
  return [original, ...context.sessions.letGoCopies(original)].every((ref) => isRecordedByRule(context, ref));
}

/** A rule records it without a gap, also where its client said that it goes on in another session. */
function isRecordedByRule({ recordings, sessions }: ObeyContext, ref: SessionRef): boolean {
  return recordings.ofSession(ref).some((recording) => {
    if (recording.kind !== "automatic" || !recording.whole) return false;
    // What was said here after it went on is in no recording.
    if (recording.goesOn !== null && readEvents(sessions.find(ref)) > (recording.until ?? 0)) return false;
    const last = recordings.lastOf(recording);
    return last !== null && last.active && last.until === null;
  });
}

function readEvents(stored: StoredSession | null): number {
  return stored?.checkpoint?.seq ?? 0;
}

/** The destination to ask for; null for the generated name of any command without one. */
function nameFile(context: ObeyContext, rule: AutoRule, meta: SessionMeta, fileName: string): string | null {
  if (rule.to === "" && rule.collision === "refuse") return null;
  const { name: template, format } = splitFormat(rule.to === "" ? fileName : rule.to);
  const name = generateName(meta, context.timeZone, template).replace(/\.md$/, "");
  if (rule.collision === "refuse") return `${name}.${format}`;
  for (let number = 1; number < NUMBERED_NAMES; number++) {
    const destination = `${name}${number === 1 ? "" : `-${number}`}.${format}`;
    if (!isTaken(context, destination, meta)) return destination;
  }
  // It is taken, too, or free: the decision says so.
  return `${name}-${NUMBERED_NAMES}.${format}`;
}

/** Whether another number could help: any other denial is that of each name. */
function isTaken({ decide, recordings }: ObeyContext, destination: string, meta: SessionMeta): boolean {
  const decision = decide("automatic", destination, meta);
  if (!decision.allow) return TAKEN.has(decision.reason);
  return decision.existing !== null || recordings.ofDestination(decision.path).length > 0;
}

const TAKEN: ReadonlySet<string> = new Set([
  "not-created-by-kato",
  "not-a-regular-file",
  "hard-link",
  "too-large",
]);

/**
 * Since when these rules hold, in milliseconds since 1970. The state has it, so a restart changes nothing; changed rules
 * hold from now on.
 */
function holdSince(rules: readonly ChosenRule[], sessions: SessionsStore): number {
  const hash = sha256(canonicalJson(rules.map(({ rule }) => rule)));
  const [known, since = ""] = sessions.fact("rules")?.split(" ") ?? [];
  const now = Date.now();
  // The clock may have been ahead at their first start.
  if (known === hash && Date.parse(since) <= now) return Date.parse(since);
  sessions.setFact("rules", `${hash} ${new Date(now).toISOString()}`);
  return now;
}
