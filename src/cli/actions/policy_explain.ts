/**
 * `kato policy explain`. READS the settings, the daemon's status, and metadata of what a path leads to; writes
 * nothing.
 */
import { dirname } from "@std/path";
import { decide } from "../../destination/decide.ts";
import { mendPlace } from "../../destination/mend_place.ts";
import type { Decision, Lookup, Request } from "../../destination/decision.ts";
import { explainSteps, type Step } from "../../destination/explain_destination.ts";
import { explainKey, type KeyExplanation, keysNamed, type KeyStep } from "../../settings/explain_key.ts";
import { nearest } from "../../settings/nearest.ts";
import { tomlOf } from "../../settings/toml_value.ts";
import { type EffectivePolicy, type Origin, POLICY_KEYS } from "../../settings/merge.ts";
import { findHolder, resolveRequest } from "../../destination/path.ts";
import { systemWords } from "../../disk/entry_at.ts";
import { lookUp } from "../../destination/lookup.ts";
import type { Context } from "../context.ts";
import { readDaemonState } from "../daemon_state.ts";
import type { PolicyExplainGiven } from "../commands/policy_explain.ts";
import { DONE, fail, type Outcome } from "../outcome.ts";
import { isHopeless, isPath } from "../planning/judged_path.ts";
import { findClientRoots, loadEffective } from "../planning/load_settings.ts";
import { padEnd, painter, plain, tilde } from "../terminal/style.ts";
import { absolutePath } from "../command_line/typed_path.ts";
import { reportText } from "../report/report.ts";

export function explainPolicy(invocation: PolicyExplainGiven, context: Context): Outcome {
  const loaded = loadEffective(context);
  if (!loaded.ok) return loaded.outcome;
  const { subject } = invocation;
  const keys = keysNamed(subject);
  if (keys.length > 0) {
    return explainKeys(keys.map((key) => explainKey(loaded.value, key)), invocation, context);
  }
  if (isPath(subject)) return explainPath(invocation, loaded.value, context);
  const near = nearest(subject, POLICY_KEYS.map(({ name }) => name));
  const mend = near === null ? "'kato policy show' has the keys" : `the nearest key is ${near}`;
  return fail("usage", `${plain(subject)} is neither a key of policy nor a path; ${mend}.`);
}

function explainKeys(
  explained: readonly KeyExplanation[],
  { json }: PolicyExplainGiven,
  { out, home }: Context,
): Outcome {
  if (json) {
    out.write(reportText("policy-keys", { keys: explained }));
    return DONE;
  }
  const paint = painter(out);
  const blocks = explained.map(({ key, says, value, enforced, steps }) => {
    const places = steps.map((step) => at(step, home));
    const width = Math.max(...places.map((place) => place.length));
    const lines = steps.map((step, index) =>
      `  ${padEnd(places[index] ?? "", width)}  ${padEnd(step.outcome, 8)}  ${shown(step.value)}${
        why(step, enforced, home)
      }`
    );
    const held = enforced === null
      ? []
      : [`  Enforced by ${at(enforced, home)}: a person's own policy can only narrow it.`];
    const decided = steps.find(({ outcome }) => outcome === "holds");
    const by = decided === undefined || decided.file === "default"
      ? "by default"
      : `as ${at(decided, home)} says`;
    const conclusion = `${paint("bold", `${key} = ${shown(value)}`)}, ${by}`;
    return [conclusion, `  ${says}`, ...lines, ...held].join("\n");
  });
  out.write(`${blocks.join("\n\n")}\n`);
  return DONE;
}

function why({ outcome }: KeyStep, enforced: Origin | null, home: string): string {
  if (outcome !== "ignored" || enforced === null) return "";
  return ` would allow more than ${at(enforced, home)} enforces`;
}

function at({ file, line }: Origin, home: string): string {
  return `${tilde(file, home)}${line === null ? "" : `:${line}`}`;
}

function shown(value: unknown): string {
  return plain(tomlOf(value));
}

interface PathExplanation {
  readonly decision: Decision;
  readonly steps: readonly Step[];
  /** The root that holds it; null: none does. */
  readonly root: string | null;
}

function explainPath(
  invocation: PolicyExplainGiven,
  effective: EffectivePolicy,
  context: Context,
): Outcome {
  const { home, out } = context;
  const { decision, steps, root } = decideOn(nameFile(invocation, effective, context), effective, context);
  const roots = explainKey(effective, "destinations.roots");
  const from = roots.steps.find(({ outcome }) => outcome === "holds") ?? { file: "default", line: null };
  const outcome = decision.allow ? DONE : fail("denied", null);
  const { as } = invocation;
  if (invocation.json) {
    const { hash, policy } = effective;
    const whole = {
      path: decision.path,
      as,
      allowed: decision.allow,
      reason: decision.allow ? null : decision.reason,
      message: decision.allow ? null : decision.message,
      exists: decision.allow ? decision.existing !== null : null,
      root,
      roots: {
        folders: policy.destinations.roots,
        file: from.file,
        line: from.line,
        enforced: roots.enforced,
      },
      steps,
      hash,
    };
    out.write(reportText("policy-path", whole));
    return outcome;
  }
  const paint = painter(out);
  const path = plain(tilde(decision.path ?? invocation.subject, home));
  const who = as === "chat" ? "a command in the chat" : "kato export --output";
  const mend = decision.allow || as === "export" ? null : mendPlace(decision, { effective, home });
  const conclusion = decision.allow ? [`${paint("green", "Yes:")} ${who} may write ${path}.`] : [
    `${paint("red", "No:")} ${who} may not write ${path} (${decision.reason}).`,
    `${paint("bold", "→")} ${plain(decision.message)}${mend === null ? "" : ` ${mend}`}`,
  ];
  const marks = { passed: "ok  ", denied: "NO  ", "not reached": "    " };
  const lines = steps.map(({ state, step, says }) =>
    `  ${marks[state]}${padEnd(step, 11)} ${state === "not reached" ? paint("dim", says) : says}`
  );
  const origin = `${at(from, home)}${
    roots.enforced === null ? "" : `, enforced by ${at(roots.enforced, home)}`
  }`;
  const folders = root === null
    ? `The folders that policy allows are ${listRoots(effective, home)} (${origin}).`
    : `The folder that allows it is ${tilde(root, home)} (${origin}).`;
  out.write([...conclusion, ...lines, folders, ""].join("\n"));
  return outcome;
}

function listRoots({ policy }: EffectivePolicy, home: string): string {
  return policy.destinations.roots.map((folder) => tilde(folder, home)).join(", ");
}

function decideOn(
  { subject, as }: PolicyExplainGiven,
  { policy }: EffectivePolicy,
  context: Context,
): PathExplanation {
  const { home, cwd, uid } = context;
  const { roots } = policy.destinations;
  const ask = (created: ReadonlySet<string>): Request => ({
    asker: as === "chat" ? "chat" : "cli",
    destination: subject,
    generated: "",
    home,
    cwd,
    uid,
    providerRoots: [
      ...Object.values(policy.providers).flatMap((provider) => provider.roots),
      ...Object.values(findClientRoots(context)).flat(),
    ],
    created,
    force: false,
  });
  const resolved = resolveRequest(policy, ask(new Set()));
  if ("allow" in resolved) {
    return { decision: resolved, steps: explainSteps(resolved, false), root: null };
  }
  const { path } = resolved;
  const lookup = lookUp(path, roots, home);
  const decision = decide(policy, ask(findRecorded(lookup, context)), path, lookup);
  return { decision, steps: explainSteps(decision, true), root: findHolder(dirname(path), roots) };
}

/** For a folder, judges a new file in it: the question about a folder is whether recordings may go there. */
function nameFile(
  invocation: PolicyExplainGiven,
  { policy: { destinations } }: EffectivePolicy,
  { cwd, home }: Context,
): PolicyExplainGiven {
  const { subject, as } = invocation;
  const base = as === "export" ? cwd : destinations.default_root;
  // Such a name is denied without a look, and the plan grants none.
  if (isHopeless(subject) || !isFolder(absolutePath(subject, base, home))) return invocation;
  const name = `${crypto.randomUUID().slice(0, 8)}.${destinations.extensions[0]}`;
  return { ...invocation, subject: `${subject.replace(/\/+$/, "")}/${name}` };
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch (error) {
    // decide() judges a path that this process cannot look at.
    if (systemWords(error) !== null || error instanceof Deno.errors.NotCapable) return false;
    throw error;
  }
}

/** The file at the path, if the daemon's status names it as a recording. Only the daemon knows the files that it made. */
function findRecorded({ path, components }: Lookup, { home }: Context): ReadonlySet<string> {
  const recordings = readDaemonState(home).status?.recordings ?? [];
  const file = components.find((component) => component.path === path);
  if (file === undefined || !recordings.some(({ destination }) => destination === path)) return new Set();
  return new Set([`${file.dev}:${file.ino}`]);
}
