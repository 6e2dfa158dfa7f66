/** For each key of policy, the narrower values: a person may choose one of them under an enforced value. Pure. */
import { canonicalJson } from "../protocol/canonical_json.ts";
import { type Commands, EVIDENCE, mayCommand } from "../protocol/evidence.ts";
import type { AutoRule } from "./auto_rule.ts";
import { isInside } from "./folders.ts";

type Narrower = (enforced: unknown, wanted: unknown, isFollowed?: boolean) => boolean;

/** Every wanted folder is an enforced folder, or inside one. */
const inside: Narrower = (enforced, wanted) =>
  list(wanted).every((path) => list(enforced).some((folder) => isInside(path, folder)));

const subset: Narrower = (enforced, wanted) => list(wanted).every((entry) => list(enforced).includes(entry));

/** An empty list of provider roots means the client's own folders, and these are not among the enforced ones. */
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
  // kato may not write the named files, so more names allow less.
  "destinations.agent_memory": (enforced, wanted) => subset(wanted, enforced),
  "destinations.cli_export": only("roots"),
  "recording.commands": (enforced, wanted) =>
    EVIDENCE.every((evidence) =>
      !mayCommand(wanted as Commands, evidence) || mayCommand(enforced as Commands, evidence)
    ),
  "recording.max_command_age": (enforced, wanted) =>
    wanted === enforced || (wanted !== 0 && (enforced === 0 || Number(wanted) <= Number(enforced))),
  // Without a rule before it, a later rule could take that rule's sessions: only the last ones may go.
  "recording.auto": (enforced, wanted, isFollowed = false) =>
    (!isFollowed || rules(wanted).length === rules(enforced).length) &&
    rules(wanted).every((rule, index) => isNarrowerRule(rules(enforced)[index], rule)),
  // Not `inside`: a folder inside a project may match other sessions than the project's own folder.
  "recording.automatic": subset,
  "redaction.secrets": only(true),
  // More beginnings replace more, and fewer exceptions too.
  "redaction.prefixes": (enforced, wanted) => subset(wanted, enforced),
  "redaction.allow": subset,
  "search.enabled": only(false),
  "sandbox.require_kernel_sandbox": only(true),
};
const PROVIDER: Readonly<Record<string, Narrower>> = {
  enabled: only(false),
  roots: insideNamed,
  // What a client does is true for everybody, and no number allows less than another.
  keeps_days: (enforced, wanted) => wanted === enforced,
};

/**
 * Whether `wanted` allows nothing beyond `enforced`. The folders of both are absolute. `isFollowed`: behind the rules of
 * `recording.auto` stands `recording.automatic`, as a last rule.
 */
export function isNarrower(key: string, enforced: unknown, wanted: unknown, isFollowed = false): boolean {
  const [table, , field = ""] = key.split(".");
  const narrower = table === "providers" ? PROVIDER[field] : NARROWER[key];
  if (narrower === undefined) throw new Error(`internal error: nothing says what narrows ${key}`);
  return narrower(enforced, wanted, isFollowed);
}

/** What a rule excludes, no later rule records, so more of that records less. */
function isNarrowerRule(enforced: AutoRule | undefined, wanted: AutoRule): boolean {
  if (enforced === undefined) return false;
  const rest = (rule: AutoRule) => canonicalJson({ ...rule, exclude: [], existing: false });
  return rest(enforced) === rest(wanted) && subset(wanted.exclude, enforced.exclude) &&
    (enforced.existing || !wanted.existing);
}

function rules(value: unknown): readonly AutoRule[] {
  return value as readonly AutoRule[];
}

function list(value: unknown): readonly string[] {
  return Array.isArray(value) ? value : [];
}
