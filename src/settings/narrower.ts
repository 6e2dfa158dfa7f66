/** For each key of policy, which values are narrower: what a person may still choose under an enforced value. Pure. */
import { type Commands, EVIDENCE, mayCommand } from "../protocol/evidence.ts";
import { isInside } from "./folders.ts";

type Narrower = (enforced: unknown, wanted: unknown) => boolean;

/** Every wanted folder is one of the enforced, or inside one. */
const inside: Narrower = (enforced, wanted) =>
  list(wanted).every((path) => list(enforced).some((folder) => isInside(path, folder)));

const subset: Narrower = (enforced, wanted) => list(wanted).every((entry) => list(enforced).includes(entry));

/** An empty list of provider roots means the client's own, which are not among the enforced ones. */
const insideNamed: Narrower = (enforced, wanted) =>
  list(enforced).length === 0 || list(wanted).length === 0
    ? list(enforced).length === list(wanted).length
    : inside(enforced, wanted);

const only = (value: unknown): Narrower => (enforced, wanted) => wanted === value || wanted === enforced;

const NARROWER: Readonly<Record<string, Narrower>> = {
  "version": () => true,
  "destinations.roots": inside,
  "destinations.default_root": (enforced, wanted) => inside([enforced], [wanted]),
  "destinations.extensions": subset,
  "destinations.allow_existing": only(false),
  "destinations.allow_shared": only(false),
  "destinations.max_file_mb": (enforced, wanted) => Number(wanted) <= Number(enforced),
  // What is named may not be written, so more names allow less.
  "destinations.agent_memory": (enforced, wanted) => subset(wanted, enforced),
  "destinations.cli_export": only("roots"),
  "recording.commands": (enforced, wanted) =>
    EVIDENCE.every((evidence) =>
      !mayCommand(wanted as Commands, evidence) || mayCommand(enforced as Commands, evidence)
    ),
  "recording.max_command_age": (enforced, wanted) =>
    wanted === enforced || (wanted !== 0 && (enforced === 0 || Number(wanted) <= Number(enforced))),
  // Not `inside`: which sessions a project's folder takes in is the recorder's matter, and may be fewer.
  "recording.automatic": subset,
  "sandbox.require_kernel_sandbox": only(true),
};
const PROVIDER: Readonly<Record<string, Narrower>> = { enabled: only(false), roots: insideNamed };

/** Whether `wanted` allows nothing that `enforced` does not. Folders are absolute on both sides. */
export function isNarrower(key: string, enforced: unknown, wanted: unknown): boolean {
  const [table, , field = ""] = key.split(".");
  const narrower = table === "providers" ? PROVIDER[field] : NARROWER[key];
  if (narrower === undefined) throw new Error(`internal error: nothing says what narrows ${key}`);
  return narrower(enforced, wanted);
}

function list(value: unknown): readonly string[] {
  return Array.isArray(value) ? value : [];
}
