/** The settings files that kato writes for people: every key with its meaning and its default. Pure. */
import { CONFIG_KEYS } from "./config.ts";
import { DEFAULT_CONFIG, DEFAULT_POLICY } from "./defaults.ts";
import { type Key, valueAt } from "./keys.ts";
import { POLICY_KEYS } from "./merge.ts";
import { tomlOf } from "./toml_value.ts";

const COLUMNS = 100;

/** `~/.kato/config/policy.toml` as `kato init` writes it. Every line is a comment, so the file sets nothing. */
export function starterPolicy(): string {
  const head =
    "What kato may do here. Each line shows a default: take its # away to change it. An organisation's " +
    "policy in /etc/kato comes first; keys that it enforces can only be narrowed here. `kato policy check` says " +
    "whether the file is right. `kato policy show` prints every value that holds, with its origin.";
  return render(head, POLICY_KEYS, DEFAULT_POLICY, "# ");
}

/** `/etc/kato/policy.toml` as packages install it. Every line is a comment, so the file sets nothing. */
export function administratorPolicy(): string {
  const head =
    "What kato may do on this machine, for everyone who uses it. Each line shows a default: take its # away to " +
    "change it. Files in /etc/kato/policy.d come after this one, a person's ~/.kato/config/policy.toml last. To " +
    'enforce keys, name them in a line before the first table: `enforce = ["destinations.roots"]`. A person can ' +
    "only narrow an enforced key. `kato policy check` says whether the file is right. See man 5 kato-policy.";
  return render(head, POLICY_KEYS, DEFAULT_POLICY, "# ");
}

/** `~/.kato/config/config.toml` as `kato init` writes it. Every line is a comment. */
export function starterConfig(): string {
  const head =
    "How kato works for you. Each line shows a default: take its # away to change it. No key here widens " +
    "kato's permissions: policy.toml sets those.";
  return render(head, CONFIG_KEYS, DEFAULT_CONFIG, "# ");
}

/** `policy/default.toml`: the values of keys that no file sets. */
export function shippedPolicy(): string {
  const head =
    "The policy that kato ships with. It is part of the program, and this file only shows it. Write " +
    "changes into /etc/kato/policy.toml (organisation) or ~/.kato/config/policy.toml (person).";
  return render(head, POLICY_KEYS, DEFAULT_POLICY, "");
}

function render(head: string, keys: readonly Key[], values: unknown, mark: "" | "# "): string {
  const lines = comment(head);
  let table = "";
  for (const { name, says } of keys) {
    const dot = name.lastIndexOf(".");
    if (dot > 0 && name.slice(0, dot) !== table) {
      table = name.slice(0, dot);
      // A header alone sets nothing, so it may stand above keys that are comments.
      lines.push("", `[${table}]`);
    } else {
      lines.push("");
    }
    lines.push(...comment(says), `${mark}${name.slice(dot + 1)} = ${tomlOf(valueAt(values, name))}`);
  }
  return lines.join("\n") + "\n";
}

function comment(text: string): string[] {
  const lines: string[] = [];
  let line = "#";
  for (const word of text.split(" ")) {
    if (line.length + word.length >= COLUMNS) {
      lines.push(line);
      line = "#";
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
