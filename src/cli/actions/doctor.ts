/**
 * `kato doctor`: what protects this run and the daemon, and what needs attention. READS settings, the daemon's status,
 * its unit and the security log, and LISTS the provider and export roots; writes nothing. Says only what it saw, or
 * what the launcher saw for it.
 */
import { formatSettingsError } from "../../settings/keys.ts";
import { nameRule, rulesOf } from "../../settings/auto_rule.ts";
import type { EffectivePolicy } from "../../settings/merge.ts";
import { shortId } from "../../protocol/session.ts";
import { placesOf } from "../../settings/places.ts";
import { loadConfig, loadPolicy } from "../../settings/policy_files.ts";
import { verifyAudit } from "../../audit/verify.ts";
import type { Context } from "../context.ts";
import { type Check, describeChecks, note, ok, problem } from "../doctor/check.ts";
import { checkInstallation } from "../doctor/installation_check.ts";
import { checkKernel, checkProcesses } from "../doctor/kernel_checks.ts";
import { basename } from "@std/path";
import { whyNotRunning } from "../not_running.ts";
import { findEnabled } from "../unit/enabled.ts";
import { readDaemonState } from "../daemon_state.ts";
import { checkNamespaces, checkUnit, type Roots, unitPlaces } from "../doctor/unit_checks.ts";
import type { DoctorGiven } from "../commands/doctor.ts";
import { DONE, fail, type Outcome } from "../outcome.ts";
import { describePermissions } from "../planning/permissions.ts";
import { findReadableProviders } from "../sessions/readable_providers.ts";
import { count, describeSandbox, plain, tilde } from "../terminal/style.ts";
import { reportText } from "../report/report.ts";
import { describeQuarantined, describeTrouble, orderTroubles } from "../terminal/trouble.ts";

export async function examine({ permissions, json }: DoctorGiven, context: Context): Promise<Outcome> {
  if (permissions) return await describePermissions(json, context);
  const policy = loadPolicy(context);
  const checks: Check[] = [
    checkRuntime(),
    await checkInstallation(context.code),
    ...checkKernel(context),
    ...checkSettings(context),
    ...(policy.ok ? checkFolders(policy.effective, context) : []),
    ...checkDaemon(policy.ok ? policy.effective : null, context),
    checkAudit(context),
  ];
  const isWell = checks.every(({ state }) => state !== "problem");
  context.out.write(
    json
      ? reportText("doctor", { ok: isWell, kernel: context.kernel, checks })
      : describeChecks(checks, context.out),
  );
  return isWell ? DONE : fail("failed", null);
}

/** No profile of kato has these kinds of authority. */
function checkRuntime(): Check {
  const name = "runtime";
  const granted = (["net", "run", "ffi"] as const).filter((kind) =>
    Deno.permissions.querySync({ name: kind }).state === "granted"
  );
  return granted.length > 0
    ? problem(name, `this process was granted ${granted.join(", ")}`, "start kato as its documentation says")
    : ok(name, "network, other programs and foreign code are denied to this process");
}

function checkSettings(context: Context): Check[] {
  const policy = loadPolicy(context);
  const config = loadConfig(context);
  if (!policy.ok && policy.stop !== null) {
    return [
      note(
        "settings",
        plain(formatSettingsError(policy.stop)),
        "wait until the administrator has lifted that",
      ),
    ];
  }
  const problems = [...(policy.ok ? [] : policy.errors), ...(config.ok ? [] : config.errors)];
  const checks = problems.map((error) => problem("settings", plain(formatSettingsError(error)), null));
  if (!policy.ok) return checks;
  const { hash, version, violations } = policy.effective;
  const required = policy.effective.policy.sandbox.require_kernel_sandbox;
  checks.push(ok("policy", `version ${version}, SHA-256 ${hash}`), checkRules(policy.effective));
  if (required && !context.kernelSandbox) {
    checks.push(problem(
      "policy",
      "asks for the kernel sandbox (sandbox.require_kernel_sandbox), which this run does not have",
      "mend what is said of the kernel sandbox above",
    ));
  }
  for (const violation of violations) {
    checks.push(note("policy", plain(formatSettingsError(violation)), "run 'kato policy check'"));
  }
  return checks;
}

function checkRules({ policy: { recording } }: EffectivePolicy): Check {
  const rules = rulesOf(recording);
  if (rules.length === 0) return ok("recording", "nothing is recorded without a command");
  const names = rules.map(({ number }) => nameRule(number)).join(", ");
  return ok("recording", `new sessions are recorded without a command, by ${names}`);
}

function checkFolders(effective: EffectivePolicy, context: Context): Check[] {
  const { home } = context;
  const sources = findReadableProviders(context, effective).flatMap(({ id, roots }) => {
    // A client that nobody has installed needs no attention. A folder that the policy names may be mistyped.
    const sayMissing = effective.policy.providers[id].roots.length > 0 ? note : ok;
    return roots.map((root): Check =>
      look(root) === null
        ? sayMissing(id, `${tilde(root, home)} does not exist yet`)
        : ok(id, tilde(root, home))
    );
  });
  const targets = effective.policy.destinations.roots.map((root) => checkExportRoot(root, context));
  return [...sources, ...targets];
}

function checkExportRoot(root: string, { home, uid }: Context): Check {
  const name = "export root";
  const shown = tilde(root, home);
  const info = look(root);
  if (info === null) return note(name, `${shown} does not exist yet`);
  if (info.uid !== uid) {
    return problem(name, `${shown} does not belong to you`, "name another one in the policy");
  }
  if (((info.mode ?? 0) & 0o022) !== 0) {
    return problem(name, `${shown} can be written by others`, `run chmod go-w on it`);
  }
  return ok(name, shown);
}

function look(path: string): Deno.FileInfo | null {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) return null;
    throw error;
  }
}

function checkDaemon(effective: EffectivePolicy | null, context: Context): Check[] {
  const { home, uid, kernel, kernelSandbox } = context;
  const name = "daemon";
  const { running, status } = readDaemonState(home);
  const places = unitPlaces(home, context.code);
  const namespaces = checkNamespaces(kernel, places);
  if (!running) {
    const { reason, message } = whyNotRunning(context, status);
    const unit = findEnabled({ home, uid, name: basename(home) });
    const said = `is not running: ${plain(message)}`;
    // A stop is what the administrator wants; nothing is wrong with this machine.
    if (reason === "stopped-by-policy") return [note(name, said), ...namespaces];
    const mend = namespaces.length > 0 || reason === "could-not-start"
      ? null
      : "start it with 'systemctl --user start kato', or 'kato daemon'";
    if (unit === null) return [note(name, said, mend), ...namespaces];
    return [problem(name, `${said}, although ${unit} is enabled`, mend), ...namespaces];
  }
  if (status === null) return [note(name, "is starting"), ...namespaces];
  const sandbox = describeSandbox(status.kernelSandbox, status.kernelMissing);
  const checks: Check[] = [
    ok(name, `runs as pid ${status.pid}, roles as ${status.host}, kernel sandbox ${sandbox}`),
  ];
  if (effective !== null && effective.hash !== status.policy.hash) {
    const message = `runs under another policy (SHA-256 ${plain(status.policy.hash)})`;
    checks.push(problem(name, message, "restart it: 'systemctl --user restart kato'"));
  }
  for (const { provider, session, why } of status.waiting) {
    const what = session === null ? provider : `session ${session}`;
    checks.push(
      problem(name, `cannot go on with ${plain(what)}: ${plain(why)}`, "mend that; kato goes on by itself"),
    );
  }
  for (const { session, destination, problem: why } of status.recordings) {
    if (why === null) continue;
    const mend = `mend that, and kato goes on by itself; or give it up: 'kato stop ${
      plain(shortId(session))
    }'`;
    checks.push(problem("recording", `${tilde(destination, home)} is blocked: ${plain(why)}`, mend));
  }
  if (status.expiring !== undefined && status.expiring.length > 0) {
    const message = `the logs of ${
      count(status.expiring.length, "session")
    } that a recording or a rule covers may be deleted soon`;
    checks.push(
      note(
        "logs",
        message,
        "'kato status' says which and when; 'kato sessions --expiring' lists all that will go",
      ),
    );
  }
  const roots = effective === null ? null : rootsOf(effective, context);
  checks.push(
    ...checkProcesses(status, kernel, kernelSandbox),
    ...checkUnit(kernel, places, roots),
    ...namespaces,
  );
  for (const { provider, state, quarantined, troubles } of status.providers) {
    if (state === "unused") checks.push(ok(provider, "is not in use: no session is there yet"));
    for (const source of quarantined) {
      const mend = "report it as a bug in kato; it is tried again when its log has grown";
      checks.push(problem(provider, `${describeQuarantined(source)} is quarantined`, mend));
    }
    for (const trouble of orderTroubles(troubles)) checks.push(note(provider, describeTrouble(trouble)));
  }
  return checks;
}

function rootsOf(effective: EffectivePolicy, context: Context): Roots {
  return {
    reads: findReadableProviders(context, effective).flatMap(({ roots }) => roots),
    writes: effective.policy.destinations.roots,
  };
}

function checkAudit({ home }: Context): Check {
  const name = "security log";
  const { logs } = placesOf(home);
  if (look(logs) === null) return note(name, "has no record yet");
  const { broken, records } = verifyAudit(logs);
  if (broken === null) return ok(name, `the chain of ${count(records, "record")} is whole`);
  const message = `broken at ${plain(broken.file)}, line ${broken.line}: ${plain(broken.why)}`;
  return problem(name, message, "compare the file with your copy of it");
}
