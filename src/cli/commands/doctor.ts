/**
 * `kato doctor`: what protects this run, and what needs attention. READS settings, the daemon's status and the
 * security log, and LISTS the provider and export roots; writes nothing. Says only what it saw. Room: cli; edge.
 */
import { formatSettingsError } from "../../policy/keys.ts";
import type { EffectivePolicy } from "../../policy/merge.ts";
import { placesOf } from "../../policy/places.ts";
import { loadConfig, loadPolicy } from "../../system/policy_files.ts";
import { verifyAudit } from "../../system/audit_verify.ts";
import type { Context } from "../context.ts";
import { readDaemonState } from "../daemon_state.ts";
import type { DoctorInvocation } from "../invocation.ts";
import { DONE, fail, type Outcome } from "../outcome.ts";
import { describePermissions } from "../permissions.ts";
import type { Program } from "../run.ts";
import { findRooted } from "../settings.ts";
import { count, describeSandbox, padEnd, painter, plain, tilde } from "../style.ts";

interface Check {
  readonly name: string;
  /** `note`: worth knowing, nothing to mend. */
  readonly state: "ok" | "note" | "problem";
  readonly message: string;
}

export async function examine(
  invocation: DoctorInvocation,
  context: Context,
  program: Program,
): Promise<Outcome> {
  if (invocation.permissions) return await describePermissions(invocation.json, context, program);
  const policy = loadPolicy(context);
  const checks: Check[] = [
    checkRuntime(),
    checkKernel(context),
    ...checkSettings(context),
    ...(policy.ok ? checkFolders(policy.effective, context) : []),
    ...checkDaemon(context),
    checkAudit(context),
  ];
  const isWell = checks.every(({ state }) => state !== "problem");
  context.out.write(
    invocation.json ? `${JSON.stringify({ ok: isWell, checks }, null, 2)}\n` : describe(checks, context),
  );
  return isWell ? DONE : fail("failed", null);
}

function describe(checks: readonly Check[], { out }: Context): string {
  const paint = painter(out);
  const marks = { ok: paint("green", "ok  "), note: paint("yellow", "note"), problem: paint("red", "BAD ") };
  return checks.map(({ name, state, message }) => `${marks[state]}  ${padEnd(name, 16)} ${message}\n`).join(
    "",
  );
}

/** The kinds of authority that no profile of kato has. */
function checkRuntime(): Check {
  const name = "runtime";
  const granted = (["net", "run", "ffi"] as const).filter((kind) =>
    Deno.permissions.querySync({ name: kind }).state === "granted"
  );
  if (granted.length > 0) {
    return {
      name,
      state: "problem",
      message: `this process was granted ${granted.join(", ")}; start kato as its documentation says`,
    };
  }
  return {
    name,
    state: "ok",
    message: "network, other programs and foreign code are denied to this process",
  };
}

function checkKernel({ kernelSandbox, kernelMissing }: Context): Check {
  const name = "kernel sandbox";
  if (kernelMissing.length > 0) {
    return { name, state: "note", message: describeSandbox(kernelSandbox, kernelMissing) };
  }
  return kernelSandbox
    ? { name, state: "ok", message: "the launcher says that the kernel holds this process to its plan" }
    : { name, state: "note", message: "off: this command was not started by the installed launcher" };
}

function checkSettings(context: Context): Check[] {
  const policy = loadPolicy(context);
  const config = loadConfig(context);
  const problems = [...(policy.ok ? [] : policy.errors), ...(config.ok ? [] : config.errors)];
  const checks: Check[] = problems.map((error) => ({
    name: "settings",
    state: "problem",
    message: plain(formatSettingsError(error)),
  }));
  if (!policy.ok) return checks;
  const { hash, violations } = policy.effective;
  checks.push({
    name: "policy",
    state: "ok",
    message: `version ${policy.effective.version}, SHA-256 ${hash}`,
  });
  for (const violation of violations) {
    checks.push({ name: "policy", state: "note", message: plain(formatSettingsError(violation)) });
  }
  return checks;
}

function checkFolders(effective: EffectivePolicy, context: Context): Check[] {
  const { home } = context;
  const sources = findRooted(context, effective).flatMap(({ provider, roots }) =>
    roots.map((root): Check => {
      const there = look(root) !== null;
      const message = `${tilde(root, home)}${there ? "" : " does not exist yet"}`;
      return { name: provider.id, state: there ? "ok" : "note", message };
    })
  );
  const targets = effective.policy.destinations.roots.map((root) => checkExportRoot(root, context));
  return [...sources, ...targets];
}

function checkExportRoot(root: string, { home, uid }: Context): Check {
  const name = "export root";
  const shown = tilde(root, home);
  const info = look(root);
  if (info === null) return { name, state: "note", message: `${shown} does not exist yet` };
  const problem = info.uid !== uid
    ? "does not belong to you"
    : ((info.mode ?? 0) & 0o022) !== 0
    ? "can be written by others; run chmod go-w on it"
    : null;
  return { name, state: problem === null ? "ok" : "problem", message: `${shown} ${problem ?? ""}`.trimEnd() };
}

function look(path: string): Deno.FileInfo | null {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) return null;
    throw error;
  }
}

function checkDaemon({ home }: Context): Check[] {
  const { running, status } = readDaemonState(home);
  if (!running || status === null) return [{ name: "daemon", state: "note", message: "is not running" }];
  const sandbox = describeSandbox(status.kernelSandbox, status.kernelMissing);
  const checks: Check[] = [{
    name: "daemon",
    state: "ok",
    message: `runs as pid ${status.pid}, roles as ${status.host}, kernel sandbox ${sandbox}`,
  }];
  for (const { provider, quarantined, troubles } of status.providers) {
    for (const session of quarantined) {
      checks.push({ name: provider, state: "problem", message: `session ${plain(session)} is quarantined` });
    }
    for (const { kind, what, count: times } of troubles) {
      checks.push({ name: provider, state: "note", message: `${plain(kind)}: ${plain(what)} (${times})` });
    }
  }
  return checks;
}

function checkAudit({ home }: Context): Check {
  const name = "security log";
  const { logs } = placesOf(home);
  if (look(logs) === null) return { name, state: "note", message: "has no record yet" };
  const { broken, records } = verifyAudit(logs);
  if (broken === null) {
    return { name, state: "ok", message: `the chain of ${count(records, "record")} is whole` };
  }
  const message = `broken at ${plain(broken.file)}, line ${broken.line}: ${plain(broken.why)}`;
  return { name, state: "problem", message };
}
