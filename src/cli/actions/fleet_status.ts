/**
 * `kato fleet status`: everybody's kato on this machine, for root. READS `/etc/passwd`, systemd's links and marks, the
 * organisation's policy, and of each person the state and the settings of kato; writes nothing and starts nothing.
 */
import { PEOPLE_SHOWN } from "../../protocol/collector_limits.ts";
import { formatSettingsError } from "../../settings/keys.ts";
import { loadOrganisation } from "../../settings/policy_files.ts";
import { VERSION } from "../../version.ts";
import type { Context } from "../context.ts";
import { FLEET_EXIT } from "../exit_status.ts";
import { type Person, readPeople } from "../fleet/people.ts";
import {
  describePerson,
  describeStranger,
  type FleetPlaces,
  type PersonStatus,
  PROBLEMS,
} from "../fleet/person_status.ts";
import { DONE, fail, type Outcome } from "../outcome.ts";
import { count, padEnd, painter, plain, sentence } from "../terminal/style.ts";
import { reportText } from "../report/report.ts";

export async function showFleet({ json }: { readonly json: boolean }, context: Context): Promise<Outcome> {
  const { uid, out } = context;
  if (uid !== 0) {
    return fail(
      "denied",
      "Only root sees other people's kato. Run it with sudo; 'kato status' shows your own.",
    );
  }
  const places = findPlaces(context, "");
  const people = await describeAll(readPeople("/etc/passwd"), places);
  const [gravest] = PROBLEMS.filter((problem) => people.some((person) => person.problem === problem));
  const counts = {
    expected: people.filter(({ expected }) => expected).length,
    running: people.filter(({ running }) => running === true).length,
  };
  const { organisationHash, blocked } = places;
  out.write(
    json
      ? reportText("fleet", {
        ok: gravest === undefined,
        version: VERSION,
        organisationHash,
        blocked,
        ...counts,
        people,
      })
      : describeFleet(people, places, context),
  );
  return gravest === undefined ? DONE : { outcome: "ended", status: FLEET_EXIT[gravest] };
}

/** @param root Before every path of the system's: empty, except in tests. */
export function findPlaces(
  { system, administrator }: Pick<Context, "system" | "administrator">,
  root: string,
): FleetPlaces {
  const loaded = loadOrganisation({ system, administrator });
  if (loaded.ok) return { root, ...loaded, blocked: null };
  const [error] = loaded.errors;
  const said = error === undefined ? "" : formatSettingsError(error);
  const blocked = loaded.stop !== null
    ? { reason: "stopped-by-policy", message: said } as const
    : { reason: "could-not-start", message: `the settings do not load: ${said}` } as const;
  return { root, layers: [], organisationHash: null, blocked };
}

/** The people of the user database, then whoever has a service manager and is not in it. */
export async function describeAll(people: readonly Person[], places: FleetPlaces): Promise<PersonStatus[]> {
  const described = await Promise.all(
    people.slice(0, PEOPLE_SHOWN).map((person) => describePerson(person, places)),
  );
  const known = new Set(people.map(({ uid }) => uid));
  const strangers = namesIn(`${places.root}/run/user`).map(Number).filter((uid) =>
    Number.isInteger(uid) && uid >= 1000 && !known.has(uid)
  );
  return [
    ...described,
    ...strangers.slice(0, PEOPLE_SHOWN).map((uid) => describeStranger(nameOf(uid, places), uid)),
  ];
}

/** As systemd-logind notes it. */
function nameOf(uid: number, { root }: FleetPlaces): string | null {
  try {
    return /^NAME=(.{1,256})$/m.exec(Deno.readTextFileSync(`${root}/run/systemd/users/${uid}`))?.[1] ?? null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

function namesIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function describeFleet(
  people: readonly PersonStatus[],
  { organisationHash, blocked }: FleetPlaces,
  { out }: Context,
): string {
  const paint = painter(out);
  const rows = people.map(
    ({ user, uid, expected, running, version, lastSeen, organisationHash, reason, message, problem }) => {
      const mark = problem === null ? (running === true ? paint("green", "●") : "○") : paint("red", "●");
      const state = running === null ? "unknown" : running ? "runs" : "does not run";
      const policy = running === true
        ? `, organisation's policy ${organisationHash?.slice(0, 12) ?? "none"}`
        : "";
      const said = [
        expected ? "expected" : "not expected",
        state + (version === null || running !== true ? "" : ` (${plain(version)})`) + policy,
        lastSeen === null ? "" : `last seen ${plain(lastSeen)}`,
        reason === null || reason === "not-expected" ? "" : `${reason}: ${plain(message ?? "")}`,
        problem === null ? "" : paint("red", problem),
      ];
      return `${mark} ${padEnd(plain(user ?? "?"), 16)} ${padEnd(String(uid), 6)} ${
        said.filter((part) => part !== "").join(", ")
      }`;
    },
  );
  const problems = people.filter(({ problem }) => problem !== null).length;
  const policy = blocked === null
    ? `The organisation's policy has SHA-256 ${organisationHash ?? "none"}.`
    : plain(sentence(blocked.message));
  return [...rows, `${count(people.length, "account")}, ${count(problems, "problem")}. ${policy}`, ""].join(
    "\n",
  );
}
