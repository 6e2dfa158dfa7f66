/**
 * `kato init`. Requires write on `~/.kato/config`; writes two files there, and only if they are not there. With `--auto` it adds
 * a rule to the person's policy, and a record to the audit log.
 */
import { starterConfig, starterPolicy } from "../../settings/starter.ts";
import { formatSettingsError } from "../../settings/keys.ts";
import { placesOf } from "../../settings/places.ts";
import { readOwnPolicy } from "../../settings/policy_files.ts";
import { readToml } from "../../settings/toml.ts";
import type { Context } from "../context.ts";
import { recordEdit, tryOwnPolicy, writeOwnPolicy } from "../own_policy.ts";
import { loadEffective } from "../planning/load_settings.ts";
import { reportText } from "../report/report.ts";
import { DONE, fail, type Outcome } from "../outcome.ts";
import { tilde } from "../terminal/style.ts";

interface InitGiven {
  readonly json: boolean;
  readonly auto: boolean;
}

/** Sessions that are there already are none of its business, and the person finds a file by its name. */
const RULE = `
# New sessions below your home are recorded without a command. ::stop in a session ends that for good. \`exclude\` keeps
# folders out: man 5 kato-policy.
[[recording.auto]]
projects = ["~"]
exclude = []
to = "{project}/{date}-{time}-{slug}-{session}"
`;

export function writeSettings({ json, auto }: InitGiven, context: Context): Outcome {
  const { home, out } = context;
  const { config, configFile, policyFile, exports } = placesOf(home);
  Deno.mkdirSync(config, { recursive: true, mode: 0o700 });
  const texts = [[configFile, starterConfig()], [policyFile, starterPolicy()]] as const;
  const files = texts.map(([path, text]) => ({
    path,
    state: writeNew(path, text) ? "written" as const : "kept" as const,
  }));
  const rule = auto ? addRule(context) : null;
  if (rule !== null && typeof rule !== "string") return rule;
  if (json) {
    out.write(reportText("init", { files, rule }));
    return DONE;
  }
  for (const { path, state } of files) {
    const shown = tilde(path, home);
    out.write(state === "written" ? `wrote ${shown}\n` : `kept  ${shown}, which was there already\n`);
  }
  if (rule !== null) {
    out.write(
      rule === "kept"
        ? "The policy has rules of automatic recording already: 'kato policy explain recording.auto'.\n"
        : "From the next start of kato, new sessions below your home are recorded.\n" +
          "  if it runs:     systemctl --user restart kato\n" +
          "  if it does not: systemctl --user enable --now kato\n" +
          "The rule stands at the end of ~/.kato/config/policy.toml.\n",
    );
    return DONE;
  }
  out.write(
    "Nothing in them is set: take the # of a line away to change it, then run 'kato policy check'.\n" +
      `Recordings go to ${tilde(exports, home)}, which file managers hide. For a folder that you see:\n` +
      "  mkdir -m 700 ~/Recordings && kato policy allow ~/Recordings --default\n",
  );
  return DONE;
}

const NO_RULE = "No rule was added.";

/** Adds the rule to the person's policy. The outcome: why it cannot be done. Then it is not there. */
function addRule(context: Context): "added" | "kept" | Outcome {
  const loaded = loadEffective(context);
  if (!loaded.ok) return loaded.outcome;
  if (loaded.value.policy.recording.auto.length > 0) return "kept";
  const own = readOwnPolicy(context);
  if ("errors" in own) return fail("refused", own.errors.map(formatSettingsError).join("\n"));
  const before = own.text ?? starterPolicy();
  const toml = readToml(before);
  if (toml.ok && toml.values.has("recording.auto")) {
    const line = toml.lines.get("recording.auto");
    const message =
      `~/.kato/config/policy.toml:${line} sets recording.auto. Take that line out, and try again. ${NO_RULE}`;
    return fail("failed", message);
  }
  const text = `${before}${before === "" || before.endsWith("\n") ? "" : "\n"}${RULE}`;
  const tried = tryOwnPolicy(text, context);
  if (!("effective" in tried)) return tried.outcome;
  if (tried.effective.policy.recording.auto.length === 0) {
    const by = tried.effective.enforced["recording.auto"];
    const where = by === undefined
      ? "An administrator"
      : `${by.file}${by.line === null ? "" : `:${by.line}`}`;
    return fail("denied", `${where} enforces that nothing is recorded without a command. ${NO_RULE}`);
  }
  recordEdit("rule-added", context.home, loaded.value, context);
  writeOwnPolicy(text, context.home);
  return "added";
}

/** Whether it was written: an existing file, or whatever else has that name, stays as it is. */
function writeNew(path: string, text: string): boolean {
  try {
    using file = Deno.openSync(path, { write: true, createNew: true, mode: 0o600 });
    const bytes = new TextEncoder().encode(text);
    for (let written = 0; written < bytes.length;) written += file.writeSync(bytes.subarray(written));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  }
}
