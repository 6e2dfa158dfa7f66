/**
 * What one person's kato does, as root sees it from files alone. Starts nothing and asks nobody. Requires read on the
 * person's `~/.kato/state` and `~/.kato/config`, and on systemd's links and marks.
 */
import { entryAt, systemWords } from "../../disk/entry_at.ts";
import { POLICY_BYTES } from "../../protocol/limits.ts";
import { STATUS_BYTES } from "../../protocol/collector_limits.ts";
import { type Status, status as statusSchema } from "../../protocol/status.ts";
import { mergePolicy } from "../../settings/merge.ts";
import { formatSettingsError } from "../../settings/keys.ts";
import { readConfig } from "../../settings/config.ts";
import { placesOf } from "../../settings/places.ts";
import type { Layer } from "../../settings/merge.ts";
import { VERSION } from "../../version.ts";
import { findEnabled } from "../unit/enabled.ts";
import { type NotRunning, whyNotStarted } from "../not_running.ts";
import { openOwned, readOwned, Refused } from "./hostile_file.ts";
import type { Person } from "./people.ts";

/** What is wrong, the gravest first; each has an exit status. */
export const PROBLEMS = ["not-running", "other-policy", "other-version", "unknown"] as const;
export type Problem = typeof PROBLEMS[number];

export interface PersonStatus {
  readonly user: string | null;
  readonly uid: number;
  /** null: the user database of this machine has none. */
  readonly home: string | null;
  /** Whether the person's service manager is there: logged in, or lingering. */
  readonly manager: boolean;
  /** The unit that is enabled; null: none. */
  readonly unit: string | null;
  readonly expected: boolean;
  /** null: it cannot be seen. */
  readonly running: boolean | null;
  readonly version: string | null;
  readonly policyHash: string | null;
  readonly organisationHash: string | null;
  /** When the daemon wrote its status last. */
  readonly lastSeen: string | null;
  readonly reason: NotRunning | "not-expected" | "unknown-home" | "unreadable" | null;
  readonly message: string | null;
  readonly problem: Problem | null;
}

export interface FleetPlaces {
  /** Before every path of the system's: empty, except in tests. */
  readonly root: string;
  readonly layers: readonly Layer[];
  /** Of those layers; null: there is none. */
  readonly organisationHash: string | null;
  /** The administrator's stop, or what is wrong with the organisation's policy. */
  readonly blocked: { readonly reason: NotRunning; readonly message: string } | null;
}

type Seen = Omit<PersonStatus, "problem">;

export async function describePerson(person: Person, places: FleetPlaces): Promise<PersonStatus> {
  const { user, uid, home } = person;
  const manager = entryAt(`${places.root}/run/user/${uid}/systemd`) !== null;
  const about = { user, uid, home, manager };
  let wanted: Pick<PersonStatus, "unit" | "expected"> = { unit: null, expected: false };
  try {
    const unit = findEnabled({ home, uid, name: user }, places.root);
    const expected = places.blocked?.reason !== "stopped-by-policy" && unit !== null &&
      (unit !== "kato.service" || manager);
    wanted = { unit, expected };
    const state = await readState(person);
    const why = state.running ? null : await findReason(person, state.status, places);
    const isQuiet = !expected && why !== null && why.reason !== "stopped-by-policy";
    return judge({
      ...about,
      ...wanted,
      running: state.running,
      version: state.status?.version ?? null,
      policyHash: state.status?.policy.hash ?? null,
      organisationHash: state.status?.policy.organisationHash ?? null,
      lastSeen: state.status?.updated ?? null,
      reason: isQuiet ? "not-expected" : why?.reason ?? null,
      message: why?.message ?? null,
    }, places);
  } catch (error) {
    const message = error instanceof Refused ? error.message : systemWords(error);
    if (message === null) throw error;
    return { ...unseen(about), ...wanted, reason: "unreadable", message };
  }
}

/** Somebody who is logged in or lingers, and of whom the user database of this machine says nothing. */
export function describeStranger(user: string | null, uid: number): PersonStatus {
  const message =
    "the account is not in /etc/passwd, so its home is not known here; run 'kato status' as that person";
  return { ...unseen({ user, uid, home: null, manager: true }), reason: "unknown-home", message };
}

function unseen(
  about: Pick<PersonStatus, "user" | "uid" | "home" | "manager">,
): Omit<PersonStatus, "reason" | "message"> {
  return {
    ...about,
    unit: null,
    expected: false,
    running: null,
    version: null,
    policyHash: null,
    organisationHash: null,
    lastSeen: null,
    problem: "unknown",
  };
}

function judge(seen: Seen, { organisationHash, blocked }: FleetPlaces): PersonStatus {
  const { running, expected, version } = seen;
  const follows = blocked === null && seen.organisationHash === organisationHash;
  const problem = running !== true
    ? expected ? "not-running" : null
    : version === null
    ? "unknown"
    : !follows
    ? "other-policy"
    : version !== VERSION
    ? "other-version"
    : null;
  return { ...seen, problem };
}

interface State {
  readonly running: boolean;
  readonly status: Status | null;
}

async function readState({ home, uid }: Person): Promise<State> {
  const { statusFile, lockFile } = placesOf(home);
  using lock = await openOwned(lockFile, uid, home);
  // Shared, and for a moment only: whoever starts the daemon waits for longer than that.
  const running = lock !== null && !lock.tryLockSync(false);
  const text = await readOwned(statusFile, uid, home, STATUS_BYTES);
  return { running, status: text === null ? null : parse(text) };
}

function parse(text: string): Status | null {
  try {
    return statusSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

async function findReason(
  { home, uid }: Person,
  status: Status | null,
  { layers, blocked }: FleetPlaces,
): Promise<{ readonly reason: NotRunning; readonly message: string }> {
  if (blocked !== null) return blocked;
  const { policyFile, configFile } = placesOf(home);
  const policyText = await readOwned(policyFile, uid, home, POLICY_BYTES);
  const configText = await readOwned(configFile, uid, home, POLICY_BYTES);
  const own: Layer[] = policyText === null ? [] : [{ origin: "user", file: policyFile, text: policyText }];
  const policy = mergePolicy([...layers, ...own], home);
  const config = readConfig(configText, configFile);
  const [error] = [...(policy.ok ? [] : policy.errors), ...(config.ok ? [] : config.errors)];
  if (error === undefined) return whyNotStarted(status);
  return { reason: "could-not-start", message: `the settings do not load: ${formatSettingsError(error)}` };
}
