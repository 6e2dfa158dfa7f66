/**
 * The unit that the daemon runs in. READS kato's unit files and drop-ins, as the plan grants them: systemd itself
 * cannot be asked without a socket or another program. Room: cli; edge.
 */
import { join } from "@std/path";
import type { KernelFacts } from "../kernel_facts.ts";
import { plain } from "../style.ts";
import { type Check, note, ok } from "./check.ts";
import { missingProperties, readService } from "./unit_file.ts";

/** Of no interest: a unit is a page long. */
const MOST_BYTES = 64 * 1024;

const UNIT = "kato.service";

/** @param folders Of user units, the one that counts most first. */
export function checkUnit({ unit, processes }: KernelFacts, folders: readonly string[]): Check[] {
  const name = "unit";
  if (processes.length === 0) return [];
  if (unit === null) {
    const mend = "stop it, and run 'systemctl --user enable --now kato'";
    return [note(name, "the daemon was started by hand, so systemd puts no boundary around it", mend)];
  }
  if (unit !== UNIT) {
    const mend = `read 'systemctl --user cat ${plain(unit)}'`;
    return [note(name, `the daemon runs in ${plain(unit)}, whose properties are not known here`, mend)];
  }
  const texts = readUnit(folders);
  if (texts === null) {
    return [note(name, `the daemon runs in ${UNIT}, whose file is not in a folder of user units`, null)];
  }
  const missing = missingProperties(readService(texts));
  const message = `the daemon runs in ${UNIT}`;
  if (missing.length === 0) return [ok(name, `${message}, with every property of an installation's`)];
  const mend = "install kato's own unit, or set them with 'systemctl --user edit kato'; then restart it";
  return [note(name, `${message}, which does not set ${missing.join(", ")}`, mend)];
}

/** Of this person, then of this machine's administrator, then of packages. */
export function unitFolders(home: string): string[] {
  return [`${home}/.config/systemd/user`, "/etc/systemd/user", "/usr/lib/systemd/user"];
}

/** The unit's text, then its drop-ins' in their order; null when there is none. */
function readUnit(folders: readonly string[]): string[] | null {
  const unit = folders.map((folder) => readFile(join(folder, UNIT))).find((text) => text !== null);
  if (unit === undefined || unit === null) return null;
  const dropIns = new Map<string, string>();
  // A drop-in hides those of its name in folders that count less.
  for (const folder of folders.toReversed().map((folder) => join(folder, `${UNIT}.d`))) {
    for (const name of listNames(folder)) dropIns.set(name, join(folder, name));
  }
  const paths = [...dropIns].filter(([name]) => name.endsWith(".conf")).sort(([a], [b]) => a < b ? -1 : 1);
  return [unit, ...paths.flatMap(([, path]) => readFile(path) ?? [])];
}

function readFile(path: string): string | null {
  try {
    return Deno.statSync(path).size > MOST_BYTES ? null : Deno.readTextFileSync(path);
  } catch (error) {
    return absent(error, null);
  }
}

function listNames(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name);
  } catch (error) {
    return absent(error, []);
  }
}

/** A place that is not there, or that the kernel closes because it was not there when this command began. */
function absent<T>(error: unknown, value: T): T {
  if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) return value;
  throw error;
}
