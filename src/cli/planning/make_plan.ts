/**
 * What a command line may touch on this machine. READS the settings, and metadata of the folders that the command
 * names; writes nothing. The launcher runs it in a process of its own before anything else; a checkout's runner
 * calls it. Room: cli; edge.
 */
import { dirname, join } from "@std/path";
import { type Facts, type Plan, plan, type PlanCommand, unitFolders } from "../../permissions/plan.ts";
import type { Context } from "../context.ts";
import type { Outcome } from "../outcome.ts";
import type { OutputSketch, Sketch } from "./plan_command.ts";
import type { PlanFacts } from "./plan_facts.ts";
import { isSystemError, realPath } from "./real_path.ts";
import { hasUnit } from "../unit/files.ts";

export interface PlanContext
  extends Pick<Context, "home" | "uid" | "variables" | "system" | "administrator"> {
  /** Files and folders of the program. */
  readonly code: readonly string[];
}

export type Planned = { readonly ok: true; readonly plan: Plan } | {
  readonly ok: false;
  readonly outcome: Outcome;
};

/** Commands whose plan depends neither on the policy nor on a provider, so that they need not wait for those. */
const ALONE: ReadonlySet<Sketch["name"]> = new Set(["status", "audit", "audit copy", "init", "help"]);

const NO_FACTS: PlanFacts = {
  ok: true,
  effective: null,
  clientRoots: {},
  clientVariables: [],
  besides: [],
};

export async function makePlan(sketch: Sketch, context: PlanContext): Promise<Planned> {
  const found = ALONE.has(sketch.name)
    ? NO_FACTS
    : await (await import("./plan_facts.ts")).findPlanFacts(sketch, context);
  if (!found.ok) return found;
  const { effective, clientRoots, clientVariables, besides } = found;
  const command = planCommand(sketch, besides, context.home);
  const { home, system, code } = context;
  const facts: Facts = { home, system, code, clientRoots, clientVariables, realPaths: {} };
  // What is granted says what may be a link; only then are links known.
  const first = plan(command, effective, facts);
  return { ok: true, plan: plan(command, effective, { ...facts, realPaths: findRealPaths(first) }) };
}

function planCommand(sketch: Sketch, besides: readonly string[], home: string): PlanCommand {
  if (sketch.name === "policy explain") return { name: sketch.name, looks: looksAt(sketch.path) };
  if (sketch.name === "policy edit") {
    return { name: sketch.name, looks: looksAt(sketch.path), unit: hasUnit(unitFolders(home)) };
  }
  if (sketch.name !== "export") return sketch;
  const { file, output } = sketch;
  const reads = file === null ? null : [file, ...besides];
  return { name: "export", reads, ...planOutput(output) };
}

function planOutput(output: OutputSketch): { writes: string[]; looks: string[] } {
  if (output.kind === "nothing") return { writes: [], looks: [] };
  const { path } = output;
  const folder = nearestFolder(path);
  // What is so close to the file system's root is nobody's own: it is denied without a look.
  if (folder === "/") return { writes: [], looks: [] };
  return { writes: [folder === path ? path : childTowards(folder, path)], looks: [folder] };
}

/** What is so close to the file system's root is denied without a look. */
function looksAt(path: string | null): string[] {
  const folder = path === null ? "/" : nearestFolder(path);
  return folder === "/" ? [] : [folder];
}

/** `path` itself if it is a folder, else the nearest above it that is one. */
function nearestFolder(path: string): string {
  for (let folder = path; folder !== "/"; folder = dirname(folder)) {
    if (isFolder(folder)) return folder;
  }
  return "/";
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}

/** The entry of `folder` on the way to `path`: the file, or the outermost folder that must be made for it. */
function childTowards(folder: string, path: string): string {
  const [child = ""] = path.slice(folder.length + 1).split("/");
  return join(folder, child);
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
