/**
 * Merges the layers of policy into the effective policy: the shipped default, the administrator's files, the person's file.
 * A file may leave keys out. A person can narrow an enforced value, and never widen it. kato does not guess: a policy
 * with an error does not load. Pure.
 */
import * as z from "zod/mini";
import { canonicalJson } from "../protocol/canonical_json.ts";
import { DEFAULT_POLICY } from "./defaults.ts";
import { isInside } from "./folders.ts";
import { expand, FOLDERS, mapFolders } from "./folder_keys.ts";
import { sha256 } from "../protocol/sha256.ts";
import { keysOf, nestValues, readSettings, type Setting, type SettingsError, valueAt } from "./keys.ts";
import { readStop, type Stop } from "./stop.ts";
import { isNarrower } from "./narrower.ts";
import { tomlOf } from "./toml_value.ts";
import { FORMER_VALUES, type Policy, policy } from "./policy.ts";

/** One file. Of several layers, a later one wins. */
export interface Layer {
  readonly origin: "organisation" | "user";
  readonly file: string;
  readonly text: string;
}

export interface EffectivePolicy {
  /** The complete policy. Every folder is absolute and normalised for this home. */
  readonly policy: Policy;
  /** For each key, the file with the value that holds, or `default`. */
  readonly origins: Readonly<Record<string, string>>;
  /** The keys that an administrator enforces, each with the place that says so. */
  readonly enforced: Readonly<Record<string, Origin>>;
  /** All values of all layers, in order of precedence. The last one that is not ignored holds. */
  readonly said: readonly Said[];
  readonly version: number;
  /** SHA-256, in hex, over the canonical JSON of `policy`. */
  readonly hash: string;
  /**
   * The same over the administrator's layers as they are written, with `~` for the home: one hash for everybody, while
   * `hash` differs from home to home. Null where there is no such layer.
   */
  readonly organisationHash: string | null;
  /** Values of a person's file that are ignored. */
  readonly violations: readonly SettingsError[];
  /** Values that count, and should be written in another way. */
  readonly notes: readonly SettingsError[];
}

export interface Origin {
  readonly file: string;
  /** From 1; null for a default. */
  readonly line: number | null;
}

/** The value of one key in one layer. */
export interface Said extends Origin {
  readonly key: string;
  readonly origin: "default" | Layer["origin"];
  readonly value: unknown;
  /** The value would allow more than the enforced one. */
  readonly ignored: boolean;
}

export type PolicyResult =
  | { readonly ok: true; readonly effective: EffectivePolicy }
  | {
    readonly ok: false;
    readonly errors: readonly SettingsError[];
    /** The administrator's stop, which is then the only error. */
    readonly stop: Stop | null;
  };

export const POLICY_KEYS = keysOf(policy);

const ENFORCE = {
  name: "enforce",
  says: "Keys of which a person's own policy may only narrow the value.",
  schema: z.array(z.string()),
} as const;

interface Held {
  readonly value: unknown;
  readonly file: string;
  readonly line: number | null;
}

/** The disk, as far as policy needs it. A path that cannot be looked at is taken for a plain folder. */
export interface Disk {
  isLink(path: string): boolean;
  /** The real path; for a missing folder, the real path that it would have. */
  real(path: string): string;
}

export const NAMES_ALONE: Disk = { isLink: () => false, real: (path) => path };

/** `home` is absolute and normalised, and does not end with a slash. */
export function mergePolicy(layers: readonly Layer[], home: string, disk = NAMES_ALONE): PolicyResult {
  const stop = layers.map(readStop).find((found) => found !== null);
  if (stop !== undefined) return { ok: false, errors: [stop], stop };
  const errors: SettingsError[] = [];
  const violations: SettingsError[] = [];
  const notes: SettingsError[] = [];
  /** As the administrator names them. */
  const enforced = new Map<string, Origin>();
  const held = defaults(home);
  const organisation = new Map<string, unknown>();
  const said: Said[] = [...held].map(([key, now]) => ({ key, origin: "default", ...now, ignored: false }));
  for (const { origin, file, text } of layers) {
    const read = readSettings(text, file, [...POLICY_KEYS, ENFORCE], FORMER_VALUES);
    errors.push(...read.errors);
    notes.push(...read.notes);
    for (const setting of lastRuleFirst(read.settings)) {
      const { key, line } = setting;
      const say = (message: string) => ({ file, line, key: key.name, message });
      if (key.name === "enforce") {
        errors.push(...enforce(setting, origin, file, enforced));
        continue;
      }
      if (origin === "organisation") organisation.set(key.name, setting.value);
      const { value, wrong } = expand(setting, home);
      errors.push(...wrong.map(say));
      const binding = origin === "user" ? enforcerOf(key.name, enforced) : undefined;
      const now = held.get(key.name)?.value;
      const isFollowed = (held.get(LAST_RULE)?.value as readonly string[]).length > 0;
      const ignored = binding !== undefined && !isNarrower(key.name, now, value, isFollowed);
      said.push({ key: key.name, origin, file, line, value, ignored });
      if (ignored) {
        const why = isNarrower(key.name, now, value) ? `, as ${LAST_RULE} follows,` : "";
        violations.push(
          say(`${binding.file} enforces ${show(now)}; ${show(value)} would allow more${why} and is ignored`),
        );
        continue;
      }
      // By name the folder is inside, but a link on its path may lead anywhere. Such a policy does not load.
      if (
        binding !== undefined && key.name in FOLDERS &&
        !isNarrower(key.name, mapFolders(now, disk.real), mapFolders(value, disk.real), isFollowed)
      ) {
        errors.push(
          say(
            `${show(value)} leads through a link out of what ${binding.file} enforces; name the real folder`,
          ),
        );
      }
      held.set(key.name, { value, file, line });
    }
  }
  if (errors.length === 0) errors.push(...contradictions(held), ...linkedRoots(held, disk));
  if (errors.length > 0) return { ok: false, errors, stop: null };

  const merged = policy.parse(nestValues([...held].map(([name, { value }]) => [name, value])));
  return {
    ok: true,
    effective: {
      policy: merged,
      origins: Object.fromEntries([...held].map(([name, { file }]) => [name, file])),
      enforced: Object.fromEntries(POLICY_KEYS.flatMap(({ name }) => {
        const by = enforcerOf(name, enforced);
        return by === undefined ? [] : [[name, by]];
      })),
      said,
      version: merged.version,
      hash: sha256(canonicalJson(merged)),
      organisationHash: layers.some(({ origin }) => origin === "organisation")
        ? hashOrganisation(organisation, enforced)
        : null,
      violations,
      notes,
    },
  };
}

/** It stands behind the rules of `recording.auto`: whoever enforces those enforces it, too. */
const LAST_RULE = "recording.automatic";

function enforcerOf(key: string, enforced: ReadonlyMap<string, Origin>): Origin | undefined {
  return enforced.get(key) ?? (key === LAST_RULE ? enforced.get("recording.auto") : undefined);
}

/** Which rules a person may leave out depends on what follows them. */
function lastRuleFirst(settings: readonly Setting[]): readonly Setting[] {
  const isLastRule = ({ key }: Setting) => Number(key.name === LAST_RULE);
  return settings.toSorted((a, b) => isLastRule(b) - isLastRule(a));
}

/** Comments, the order of keys, and in which file each stands change nothing. */
function hashOrganisation(
  values: ReadonlyMap<string, unknown>,
  enforced: ReadonlyMap<string, Origin>,
): string {
  const written = { values: Object.fromEntries(values), enforce: [...enforced.keys()].sort() };
  return sha256(canonicalJson(written));
}

function defaults(home: string): Map<string, Held> {
  const settings: Setting[] = POLICY_KEYS.map((key) => ({
    key,
    value: valueAt(DEFAULT_POLICY, key.name),
    line: null,
  }));
  return new Map(settings.map((setting) => {
    const { value, wrong } = expand(setting, home);
    if (wrong.length > 0) {
      throw new Error(`internal error: default of ${setting.key.name}: ${wrong.join("; ")}`);
    }
    return [setting.key.name, { value, file: "default", line: null }];
  }));
}

function enforce(
  { value, line }: Setting,
  origin: Layer["origin"],
  file: string,
  enforced: Map<string, Origin>,
): SettingsError[] {
  const say = (message: string) => ({ file, line, key: "enforce", message });
  if (origin === "user") return [say("may only stand in an administrator's policy; take it out")];
  const names = value as readonly string[];
  const unknown = names.filter((name) => !POLICY_KEYS.some((key) => key.name === name));
  for (const name of names) enforced.set(name, { file, line });
  return unknown.map((name) => say(`names ${JSON.stringify(name)}, which is not a key of policy`));
}

/** Refuses roots that are links: a person who replaces such a link changes the root without a change of policy. */
function linkedRoots(held: ReadonlyMap<string, Held>, disk: Disk): SettingsError[] {
  return ["destinations.roots", "destinations.default_root"].flatMap((key) => {
    const { value, file, line } = held.get(key) ?? { value: [], file: "", line: null };
    const links = [value].flat().map(String).filter(disk.isLink);
    return links.map((path) => ({
      file,
      line,
      key,
      message: `${show(path)} is a symbolic link; name the folder that it leads to`,
    }));
  });
}

/** Keys whose values contradict each other. */
function contradictions(held: ReadonlyMap<string, Held>): SettingsError[] {
  const roots = held.get("destinations.roots");
  const fallback = held.get("destinations.default_root");
  if (roots === undefined || fallback === undefined) throw new Error("internal error: no destinations");
  const errors: SettingsError[] = [];
  const folders = roots.value as readonly string[];
  const inRoots = folders.some((root) => isInside(String(fallback.value), root));
  if (!inRoots) {
    // The file to mend is the one that a person wrote.
    const [key, { file, line }] = fallback.file === "default"
      ? ["destinations.roots", roots] as const
      : ["destinations.default_root", fallback] as const;
    const message =
      `destinations.default_root is ${show(fallback.value)} (${fallback.file}), which is in none of ` +
      `destinations.roots; set it to one of ${show(folders)} or a folder inside`;
    errors.push({ file, line, key, message });
  }
  for (const [key, { value, file, line }] of held) {
    if (!/^providers\..*\.roots$/.test(key)) continue;
    // kato would read a recording among the sessions as a session, and record it.
    for (const source of value as readonly string[]) {
      const root = folders.find((root) => isInside(root, source) || isInside(source, root));
      if (root === undefined) continue;
      errors.push({
        file,
        line,
        key,
        message: `${show(source)} overlaps ${show(root)} of destinations.roots`,
      });
    }
  }
  return errors;
}

const show = tomlOf;
