/** `kato policy show` and `kato policy check`. Requires read on the settings; writes nothing. Room: cli; edge. */
import { isInside } from "../../settings/folders.ts";
import { formatSettingsError, type SettingsError, valueAt } from "../../settings/keys.ts";
import { type Layer, POLICY_KEYS } from "../../settings/merge.ts";
import { loadConfig, loadPolicy, readTrial } from "../../settings/policy_files.ts";
import type { Context } from "../context.ts";
import type { PolicyCheckInvocation } from "../command_line/invocation.ts";
import { DONE, fail, type Outcome } from "../outcome.ts";
import { loadEffective } from "../planning/load_settings.ts";
import { count, padEnd, painter, plain, tilde } from "../terminal/style.ts";
import { absolutePath } from "../command_line/typed_path.ts";
import { jsonText } from "../terminal/escaped_text.ts";

export function showPolicy({ json }: { readonly json: boolean }, context: Context): Outcome {
  const loaded = loadEffective(context);
  if (!loaded.ok) return loaded.outcome;
  const { policy, origins, enforced, version, hash, violations, notes } = loaded.value;
  const { home, out } = context;
  if (json) {
    // For programs, the file alone: `kato policy explain` has lines.
    const by = Object.fromEntries(Object.entries(enforced).map(([name, { file }]) => [name, file]));
    const whole = { version, hash, policy, origins, enforced: by, violations };
    out.write(jsonText(whole));
    return DONE;
  }
  const paint = painter(out);
  const rows = POLICY_KEYS.map(({ name }) => {
    const by = enforced[name] === undefined ? "" : ", enforced";
    return {
      setting: `${name} = ${plain(JSON.stringify(valueAt(policy, name)))}`,
      origin: `${tilde(origins[name] ?? "default", home)}${by}`,
    };
  });
  const width = Math.min(60, Math.max(...rows.map(({ setting }) => setting.length)));
  const lines = rows.map(({ setting, origin }) =>
    `${padEnd(setting, width)}  ${paint("dim", `# ${origin}`)}`
  );
  lines.push("", `version ${version}, SHA-256 ${hash}`);
  out.write(`${lines.join("\n")}\n`);
  for (const violation of [...violations, ...notes]) context.err.write(`kato: ${describe(violation)}\n`);
  return DONE;
}

export function checkPolicy(invocation: PolicyCheckInvocation, context: Context): Outcome {
  const tried = invocation.file === null ? null : absolutePath(invocation.file, context.cwd, context.home);
  const read = tried === null ? null : readTrial(tried);
  if (read !== null && "errors" in read) return refuse(read.errors);
  const trial: Layer | null = read === null
    ? null
    : { ...read, origin: invocation.as ?? (isInside(read.file, context.system) ? "organisation" : "user") };
  const policy = loadPolicy(context, trial);
  // A file that is tried is a policy; the configuration is another matter.
  const config = trial === null ? loadConfig(context) : null;
  const errors = [
    ...(policy.ok ? policy.effective.violations : policy.errors),
    ...(config === null || config.ok ? [] : config.errors),
  ];
  if (errors.length > 0) return refuse(errors);
  const what = tried === null ? "The policy and the configuration are" : `${tilde(tried, context.home)} is`;
  for (const note of policy.ok ? policy.effective.notes : []) context.err.write(`kato: ${describe(note)}\n`);
  context.out.write(`${what} right.${policy.ok ? ` SHA-256 ${policy.effective.hash}` : ""}\n`);
  return DONE;
}

function refuse(errors: readonly SettingsError[]): Outcome {
  return fail("refused", `${count(errors.length, "thing")} to mend:\n${errors.map(describe).join("\n")}`);
}

function describe(error: SettingsError): string {
  return plain(formatSettingsError(error));
}
