/**
 * Reads the files of policy and configuration, and nothing else. A file that somebody else could have written, or that
 * cannot be read, is never skipped: it is an error, and no policy loads. Requires read on the administrator's folder and
 * on `~/.kato/config`. Writes nothing.
 */
import { basename, dirname, join } from "@std/path";
import { type ConfigResult, readConfig } from "./config.ts";
import type { SettingsError } from "./keys.ts";
import { type Disk, type Layer, mergePolicy, NAMES_ALONE, type PolicyResult } from "./merge.ts";
import { readStop } from "./stop.ts";
import { placesOf } from "./places.ts";
import { reasonOf, systemWords } from "../disk/entry_at.ts";
import { POLICY_BYTES, POLICY_FILES } from "../protocol/limits.ts";

export interface SettingsPlaces {
  /** The administrator's folder: `SYSTEM_POLICY`, except in tests. */
  readonly system: string;
  /** Absolute, normalised. */
  readonly home: string;
  /** The owner of the person's files. */
  readonly uid: number;
  /** The owner of the administrator's files: 0, except in tests. */
  readonly administrator: number;
}

/**
 * The effective policy of this person on this machine.
 *
 * @param trial A layer that replaces the files of its origin.
 */
export function loadPolicy(places: SettingsPlaces, trial: Layer | null = null, disk = DISK): PolicyResult {
  const { home, uid } = places;
  const { config, policyFile } = placesOf(home);
  const tried = { files: trial === null ? [] : [trial], errors: [] };
  const administrators = trial?.origin === "organisation" ? tried : readAdministrators(places);
  const own = trial?.origin === "user" ? tried : readOwn(config, policyFile, uid);
  const stop = administrators.files.map((file) => readStop({ origin: "organisation", ...file }))
    .find((found) => found !== null);
  if (stop !== undefined) return { ok: false, errors: [stop], stop };
  const errors = [...administrators.errors, ...own.errors];
  if (errors.length > 0) return { ok: false, errors, stop: null };
  const layers: Layer[] = [
    ...administrators.files.map((file) => ({ origin: "organisation" as const, ...file })),
    ...own.files.map((file) => ({ origin: "user" as const, ...file })),
  ];
  return mergePolicy(layers, home, disk);
}

/** The organisation's layers, and what they are by themselves: what every person of this machine has in common. */
export function loadOrganisation(
  { system, administrator }: Pick<SettingsPlaces, "system" | "administrator">,
):
  | { readonly ok: true; readonly layers: readonly Layer[]; readonly organisationHash: string | null }
  | Exclude<PolicyResult, { readonly ok: true }> {
  const { files, errors } = readAdministrators({ system, administrator });
  const layers = files.map((file) => ({ origin: "organisation" as const, ...file }));
  const stop = layers.map(readStop).find((found) => found !== null);
  if (stop === undefined && errors.length > 0) return { ok: false, errors, stop: null };
  // Any home that is one: names below `~` are right or wrong in all of them.
  const merged = mergePolicy(layers, "/home/anybody");
  return merged.ok ? { ok: true, layers, organisationHash: merged.effective.organisationHash } : merged;
}

/** The policy by names alone, for a process that may not look at the folders yet. */
export function loadPolicyByName(places: SettingsPlaces): PolicyResult {
  return loadPolicy(places, null, NAMES_ALONE);
}

/** Some processes may not look. The plan that ran before them may, and has refused the same policy. */
const DISK: Disk = {
  isLink: (path) => tryTo(() => Deno.lstatSync(path).isSymlink) ?? false,
  real(path) {
    const real = tryTo(() => Deno.realPathSync(path));
    if (real !== null || path === "/") return real ?? path;
    const above = DISK.real(dirname(path));
    return `${above === "/" ? "" : above}/${basename(path)}`;
  },
};

/** Null when the entry is missing, or when the process may not look. */
function tryTo<Result>(look: () => Result): Result | null {
  try {
    return look();
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable || systemWords(error) !== null) return null;
    throw error;
  }
}

/** The text of this person's own policy, with the care of `loadPolicy()`; null when there is none. */
export function readOwnPolicy(
  { home, uid }: SettingsPlaces,
): { readonly text: string | null } | { readonly errors: readonly SettingsError[] } {
  const { config, policyFile } = placesOf(home);
  const { files, errors } = readOwn(config, policyFile, uid);
  return errors.length > 0 ? { errors } : { text: files[0]?.text ?? null };
}

/** This person's configuration. */
export function loadConfig({ home, uid }: SettingsPlaces): ConfigResult {
  const { config, configFile } = placesOf(home);
  const { files, errors } = readOwn(config, configFile, uid);
  if (errors.length > 0) return { ok: false, errors };
  return readConfig(files[0]?.text ?? null, configFile);
}

/** Reads a file that a person wants to try before it is installed, whoever owns it. Requires read on the file. */
export function readTrial(
  file: string,
): { readonly file: string; readonly text: string } | { readonly errors: readonly SettingsError[] } {
  try {
    using opened = Deno.openSync(file);
    if (!opened.statSync().isFile) return refuse(file, "must be a plain file");
    return { file, text: readText(opened) };
  } catch (error) {
    return explainReading(file, error);
  }
}

/** The same from standard input, for whoever may not, or need not, have a file that kato can read. */
export function readTrialInput(input: Pick<Deno.FsFile, "readSync">): ReturnType<typeof readTrial> {
  const file = "standard input";
  try {
    return { file, text: readText(input) };
  } catch (error) {
    return explainReading(file, error);
  }
}

interface Found {
  readonly files: readonly { readonly file: string; readonly text: string }[];
  readonly errors: readonly SettingsError[];
}

const NOTHING: Found = { files: [], errors: [] };

function readAdministrators(
  { system, administrator }: Pick<SettingsPlaces, "system" | "administrator">,
): Found {
  const folder = checkFolder(system, administrator);
  if (folder !== null) return folder;
  const found = [
    readSettingsFile(join(system, "policy.toml"), administrator),
    ...readFolder(join(system, "policy.d"), administrator),
  ];
  return { files: found.flatMap(({ files }) => files), errors: found.flatMap(({ errors }) => errors) };
}

function readFolder(folder: string, owner: number): readonly Found[] {
  const wrong = checkFolder(folder, owner);
  if (wrong !== null) return [wrong];
  const names = listToml(folder);
  if (!Array.isArray(names)) return [names];
  if (names.length > POLICY_FILES) {
    return [refuse(folder, `holds ${names.length} files; kato reads at most ${POLICY_FILES}`)];
  }
  return names.map((name) => readSettingsFile(join(folder, name), owner));
}

function readOwn(folder: string, file: string, uid: number): Found {
  return checkFolder(folder, uid) ?? readSettingsFile(file, uid);
}

/** The names, sorted by code units, so that no locale changes the order. */
function listToml(folder: string): string[] | Found {
  try {
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
    return names.filter((name) => name.endsWith(".toml") && !name.startsWith(".")).sort();
  } catch (error) {
    return unreadable(folder, error);
  }
}

/**
 * Null when `folder` may be trusted, `NOTHING` when there is none. Parents are not checked: an attacker who can replace the
 * folder still cannot create one that `owner` owns.
 */
function checkFolder(folder: string, owner: number): Found | null {
  const seen = look(folder);
  if ("files" in seen) return seen;
  if (!seen.isDirectory) return refuse(folder, "must be a folder itself, not a link or a file");
  const wrong = whoElseWrites(seen, owner);
  return wrong === null ? null : refuse(folder, wrong);
}

function readSettingsFile(file: string, owner: number): Found {
  const named = look(file);
  if ("files" in named) return named;
  if (!named.isFile) return refuse(file, "must be a plain file, not a link or a folder");
  const wrong = whoElseWrites(named, owner);
  if (wrong !== null) return refuse(file, wrong);
  if (named.size > POLICY_BYTES) return refuse(file, `is larger than ${POLICY_BYTES} bytes`);
  try {
    using opened = Deno.openSync(file);
    const { dev, ino } = opened.statSync();
    // The runtime follows links when it opens, so the opened file is compared with the one that was looked at.
    if (dev !== named.dev || ino !== named.ino) return refuse(file, "changed while it was read; try again");
    return { files: [{ file, text: readText(opened) }], errors: [] };
  } catch (error) {
    return explainReading(file, error);
  }
}

function explainReading(file: string, error: unknown): Found {
  if (error instanceof TypeError) return refuse(file, "is not UTF-8 text");
  if (error instanceof TooLarge) return refuse(file, `is larger than ${POLICY_BYTES} bytes`);
  return unreadable(file, error);
}

class TooLarge extends Error {}

/** The whole text of `opened`, which may have grown meanwhile. Throws a TypeError when the text is not UTF-8. */
function readText(opened: Pick<Deno.FsFile, "readSync">): string {
  const bytes = new Uint8Array(POLICY_BYTES + 1);
  let length = 0;
  for (;;) {
    const count = opened.readSync(bytes.subarray(length));
    if (count === null) break;
    length += count;
    if (length > POLICY_BYTES) throw new TooLarge();
  }
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, length));
}

/** The fault to mend before `seen` can be trusted; null when only `owner` can have written it. */
function whoElseWrites({ uid, mode }: Deno.FileInfo, owner: number): string | null {
  if (uid !== owner) return `belongs to user ${uid}, not to ${owner === 0 ? "root" : `user ${owner}`}`;
  if (mode !== null && (mode & 0o022) !== 0) return "can be written by others; run chmod go-w on it";
  return null;
}

function look(path: string): Deno.FileInfo | Found {
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    return error instanceof Deno.errors.NotFound ? NOTHING : unreadable(path, error);
  }
}

function refuse(file: string, why: string): Found {
  return { files: [], errors: [{ file, line: null, key: null, message: why }] };
}

function unreadable(file: string, error: unknown): Found {
  return refuse(file, `cannot be read: ${reasonOf(error)}`);
}
