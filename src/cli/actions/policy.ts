/** `kato policy show` and `kato policy check`. Requires read on the settings; writes nothing. */
import { isInside } from "../../settings/folders.ts";
import { tomlOf } from "../../settings/toml_value.ts";
import { formatSettingsError, type SettingsError, valueAt } from "../../settings/keys.ts";
import { type Layer, POLICY_KEYS, type PolicyResult } from "../../settings/merge.ts";
import { loadConfig, loadPolicy, readTrial, readTrialInput } from "../../settings/policy_files.ts";
import type { Context } from "../context.ts";
import type { PolicyCheckGiven } from "../commands/policy_check.ts";
import { whyNoInput } from "../input.ts";
import { DONE, fail, type Outcome } from "../outcome.ts";
import { loadEffective } from "../planning/load_settings.ts";
import { count, padEnd, painter, plain, sentence, tilde } from "../terminal/style.ts";
import { absolutePath } from "../command_line/typed_path.ts";
import { reportText } from "../report/report.ts";

export function showPolicy({ json }: { readonly json: boolean }, context: Context): Outcome {
  const loaded = loadEffective(context);
  if (!loaded.ok) return loaded.outcome;
  const { policy, origins, enforced, version, hash, organisationHash, violations, notes } = loaded.value;
  const { home, out } = context;
  if (json) {
    // For programs, the file alone: `kato policy explain` has lines.
    const by = Object.fromEntries(Object.entries(enforced).map(([name, { file }]) => [name, file]));
    const whole = { version, hash, organisationHash, policy, origins, enforced: by, violations };
    out.write(reportText("policy", whole));
    return DONE;
  }
  const paint = painter(out);
  const rows = POLICY_KEYS.map(({ name }) => {
    const by = enforced[name] === undefined ? "" : ", enforced";
    return {
      setting: `${name} = ${plain(tomlOf(valueAt(policy, name)))}`,
      origin: `${tilde(origins[name] ?? "default", home)}${by}`,
    };
  });
  const width = Math.min(60, Math.max(...rows.map(({ setting }) => setting.length)));
  const lines = rows.map(({ setting, origin }) =>
    `${padEnd(setting, width)}  ${paint("dim", `# ${origin}`)}`
  );
  lines.push("", `version ${version}, SHA-256 ${hash}`);
  if (organisationHash !== null) lines.push(`organisation's, for every home: SHA-256 ${organisationHash}`);
  out.write(`${lines.join("\n")}\n`);
  for (const violation of [...violations, ...notes]) context.err.write(`kato: ${describe(violation)}\n`);
  return DONE;
}

export function checkPolicy(invocation: PolicyCheckGiven, context: Context): Outcome {
  const { file, as } = invocation;
  const path = file === null || file === "-" ? null : absolutePath(file, context.cwd, context.home);
  const missing = path === null ? null : whyNoInput([path], context.home);
  if (missing !== null) return missing;
  const read = path !== null ? readTrial(path) : file === null ? null : readTrialInput(context.input);
  if (read !== null && "errors" in read) return report(read.errors, null, as, invocation, context);
  const trial: Layer | null = read === null
    ? null
    : { ...read, origin: as ?? (isInside(read.file, context.system) ? "organisation" : "user") };
  const policy = loadPolicy(context, trial);
  // A file that is tried is a policy; the configuration is another matter.
  const config = trial === null ? loadConfig(context) : null;
  const problems = [
    ...(policy.ok ? policy.effective.violations : policy.errors),
    ...(config === null || config.ok ? [] : config.errors),
  ];
  return report(problems, policy, trial?.origin ?? as, invocation, context);
}

function report(
  problems: readonly SettingsError[],
  policy: PolicyResult | null,
  layer: Layer["origin"] | null,
  { file, json }: PolicyCheckGiven,
  context: Context,
): Outcome {
  const { out, err, home } = context;
  const effective = policy?.ok === true ? policy.effective : null;
  const { hash = null, organisationHash = null, notes = [] } = effective ?? {};
  const isRight = problems.length === 0;
  const stop = policy?.ok === false ? policy.stop : null;
  if (json) {
    out.write(
      reportText("policy-check", {
        ok: isRight,
        file,
        layer,
        hash,
        organisationHash,
        problems,
        notes,
        stopped: stop?.notice ?? null,
      }),
    );
    return isRight ? DONE : fail("refused", null);
  }
  if (stop !== null) return fail("refused", sentence(describe(stop)));
  if (!isRight) {
    const lines = problems.map(describe).join("\n");
    return fail("refused", `${count(problems.length, "thing")} to mend:\n${lines}`);
  }
  for (const note of notes) err.write(`kato: ${describe(note)}\n`);
  const what = file === null
    ? "The policy and the configuration are"
    : file === "-"
    ? "Standard input is"
    : `${plain(tilde(absolutePath(file, context.cwd, home), home))} is`;
  // The hash of the whole is that of whoever tries it: of an organisation's file nobody has it.
  const whole = layer === "organisation" ? "" : ` SHA-256 ${hash}`;
  const organisations = organisationHash === null
    ? layer === "organisation" ? " There is no organisation's policy here." : ""
    : `${layer === "organisation" ? " " : "\n"}Organisation's SHA-256 ${organisationHash}`;
  out.write(`${what} right.${whole}${organisations}\n`);
  return DONE;
}

function describe(error: SettingsError): string {
  return plain(formatSettingsError(error));
}
