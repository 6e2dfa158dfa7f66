/**
 * Makes a plan on this machine. READS the settings, and metadata of the provider roots and of what the command
 * names; writes nothing. The launcher runs it in a process of its own before anything else; a checkout's runner
 * calls it.
 */
import { dirname } from "@std/path";
import { isSystemError } from "../../disk/entry_at.ts";
import {
  type Facts,
  type PersonFacts,
  type Plan,
  plan,
  type PlanRequest,
  unitFolders,
} from "../../permissions/plan.ts";
import type { Profile } from "../../permissions/matrix.ts";
import type { Context } from "../context.ts";
import type { Outcome } from "../outcome.ts";
import { PEOPLE_SHOWN } from "../../protocol/collector_limits.ts";
import { readPeople } from "../fleet/people.ts";
import { hasUnit } from "../unit/files.ts";
import type { PlanFacts } from "./plan_facts.ts";
import { realPath } from "./real_path.ts";

export type PlanContext = Pick<
  Context,
  "home" | "uid" | "variables" | "system" | "administrator" | "code"
>;

export type Planned = { readonly ok: true; readonly plan: Plan } | {
  readonly ok: false;
  readonly outcome: Outcome;
};

/** Profiles whose plan depends neither on the policy nor on a provider, so that they need not wait for those. */
export const ALONE: ReadonlySet<Profile> = new Set([
  "cli-read:status",
  "audit",
  "fleet:status",
  "init",
  "help",
]);

const NO_FACTS: PlanFacts = {
  ok: true,
  effective: null,
  clientRoots: {},
  clientVariables: [],
  besides: [],
};

export async function makePlan(request: PlanRequest, context: PlanContext): Promise<Planned> {
  const found = ALONE.has(request.profile)
    ? NO_FACTS
    : await (await import("./plan_facts.ts")).findPlanFacts(request, context);
  if (!found.ok) return found;
  const { home, system, code } = context;
  const facts: Facts = {
    home,
    system,
    code,
    ...found,
    nearestFolder: findNearest(request),
    hasUnit: request.profile === "policy:edit" && hasUnit(unitFolders(home)),
    people: request.profile === "fleet:status" && context.uid === 0 ? findPeople() : [],
    realPaths: {},
  };
  // Other people's links are not followed, and what they lead to is not granted.
  if (request.profile === "fleet:status") return { ok: true, plan: plan(request, found.effective, facts) };
  // The paths to follow are those that are granted, so the plan is made twice.
  const first = plan(request, found.effective, facts);
  return { ok: true, plan: plan(request, found.effective, { ...facts, realPaths: findRealPaths(first) }) };
}

function findPeople(): PersonFacts[] {
  const people = readPeople("/etc/passwd").slice(0, PEOPLE_SHOWN);
  return people.map(({ user: name, ...person }) => ({ name, ...person }));
}

/** The folder that the path to write or to look at is, or else the nearest above it. */
function findNearest({ writes, looks }: PlanRequest): string | null {
  const path = writes ?? looks ?? null;
  if (path === null) return null;
  for (let folder = path; folder !== "/"; folder = dirname(folder)) {
    if (isFolder(folder)) return folder;
  }
  return null;
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}

/** Every granted path that is really elsewhere. */
function findRealPaths({ roles }: Plan): Record<string, string> {
  const real: Record<string, string> = {};
  for (const grant of roles.flatMap(({ grants }) => grants)) {
    if (!("path" in grant)) continue;
    const path = realPath(grant.path);
    if (path !== grant.path) real[grant.path] = path;
  }
  return real;
}
