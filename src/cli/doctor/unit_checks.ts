/**
 * The unit that the daemon runs in. READS kato's unit files and drop-ins, as the plan grants them: systemd itself
 * cannot be asked without a socket or another program.
 */
import { basename, join } from "@std/path";
import { SYSTEM_UNIT_FOLDERS, unitFolders } from "../../permissions/plan.ts";
import type { KernelFacts } from "../command_line/kernel_facts.ts";
import { shellPath } from "../../destination/shell_word.ts";
import { plain, tilde } from "../terminal/style.ts";
import { type Check, note, ok, problem } from "./check.ts";
import { EXPECTED_OF_NAMESPACES, missingProperties, readService, type View, viewOf } from "./unit_file.ts";

/** A larger file is not read: a unit is a page long. */
const MOST_BYTES = 64 * 1024;

/** Of a person's manager, and of the system's for one person. */
const UNIT = "kato.service";
const TEMPLATE = "kato@.service";
const INSTANCE = /^kato@([^@/]+)\.service$/;

/** Needed only where a person's services get no namespaces. */
const FALLBACK = "50-no-userns.conf";
function installFallback({ home, program }: UnitPlaces): string {
  const file = shellPath(join(program, "../../share/kato/systemd", FALLBACK), home);
  return `install -D -m 0644 -t ~/.config/systemd/user/${UNIT}.d ${file}` +
    " && systemctl --user daemon-reload && systemctl --user restart kato";
}

export interface UnitPlaces {
  readonly home: string;
  /** The folder of the program: `/usr/lib/kato`, or another one with `lib/kato` at its end. */
  readonly program: string;
  /** Folders of units, of the person's manager and of the system's. The one that wins comes first. */
  readonly user: readonly string[];
  readonly system: readonly string[];
  /** Holds a file of the name of each person whose services run without a login. */
  readonly linger: string;
}

/** Folders that the policy makes the daemon read and write. */
export interface Roots {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

const PACKAGED = "/usr/lib/kato";

/** @param code Files and folders of the program. A checkout has no such place, and names the package's. */
export function unitPlaces(home: string, code: readonly string[]): UnitPlaces {
  return {
    home,
    program: code.find((path) => path.endsWith("/lib/kato")) ?? PACKAGED,
    user: unitFolders(home),
    system: SYSTEM_UNIT_FOLDERS,
    linger: "/var/lib/systemd/linger",
  };
}

/** @param roots null: the policy does not load. */
export function checkUnit(
  { unit, processes, misses }: KernelFacts,
  places: UnitPlaces,
  roots: Roots | null,
): Check[] {
  const name = "unit";
  if (processes.length === 0) return [];
  if (unit === null) {
    const mend = "stop it, and run 'systemctl --user enable --now kato'";
    return [note(name, "the daemon was started by hand, so systemd puts no boundary around it", mend)];
  }
  const person = INSTANCE.exec(unit)?.[1];
  if (unit !== UNIT && person === undefined) {
    const mend = `read 'systemctl --user cat ${plain(unit)}'`;
    return [note(name, `the daemon runs in ${plain(unit)}, whose properties are not known here`, mend)];
  }
  const files = person === undefined
    ? findFiles(places.user, UNIT, [UNIT])
    : findFiles(places.system, TEMPLATE, [TEMPLATE, unit]);
  if (files === null) {
    const where = person === undefined ? "user units" : "system units";
    return [note(name, `the daemon runs in ${plain(unit)}, whose file is not in a folder of ${where}`)];
  }
  const settings = readService(files.map(({ text }) => text));
  const view = viewOf(settings, { home: places.home, name: person ?? basename(places.home) });
  return [
    checkProperties(unit, settings, files.some(({ name }) => name === FALLBACK)),
    ...(roots === null ? [] : checkView(unit, view, roots, places.home)),
    ...misses.filter((path) => view.canRead(path)).map((path) => checkMissed(path, unit, places.home)),
    ...(person === undefined ? checkLingering(places) : []),
  ];
}

/** Why kato.service cannot start on this machine, if nothing is done about it. */
export function checkNamespaces({ userNamespaces, unit }: KernelFacts, places: UnitPlaces): Check[] {
  if (userNamespaces !== false || INSTANCE.test(unit ?? "")) return [];
  const files = findFiles(places.user, UNIT, [UNIT]);
  if (files === null || files.some(({ name }) => name === FALLBACK)) return [];
  return [problem(
    "unit",
    `this machine lets no service of a person's make user namespaces, so ${UNIT} does not start`,
    `run '${installFallback(places)}'; or have an administrator start ${TEMPLATE} for you`,
  )];
}

function checkProperties(unit: string, settings: ReadonlyMap<string, string>, hasFallback: boolean): Check {
  const name = "unit";
  const message = `the daemon runs in ${plain(unit)}`;
  const missing = missingProperties(settings);
  const ofNamespaces = missingProperties(settings, EXPECTED_OF_NAMESPACES);
  if (missing.length === 0 && ofNamespaces.length === 0) {
    return ok(name, `${message}, with every property of an installation's`);
  }
  const isFallback = hasFallback && ofNamespaces.length === Object.keys(EXPECTED_OF_NAMESPACES).length;
  if (missing.length === 0 && isFallback) {
    return note(
      name,
      `${message} with ${FALLBACK}: systemd gives it no view of its own of files, network and users; ` +
        "the launcher's kernel sandbox and the unit's system-call filter hold",
      `where user namespaces can be made, remove ${FALLBACK} and restart it`,
    );
  }
  const mend = unit === UNIT
    ? "install kato's own unit, or set them with 'systemctl --user edit kato'; then restart it"
    : `install kato's own unit, or set them with 'systemctl edit ${plain(unit)}'; then restart it`;
  return note(name, `${message}, which does not set ${[...missing, ...ofNamespaces].join(", ")}`, mend);
}

function checkView(unit: string, view: View, { reads, writes }: Roots, home: string): Check[] {
  const missing = [
    ...reads.filter((path) => !view.canRead(path)).map((path) => ({ path, bind: "BindReadOnlyPaths" })),
    ...writes.filter((path) => !view.canWrite(path)).map((path) => ({ path, bind: "BindPaths" })),
  ];
  return missing.map(({ path, bind }) => {
    const mend = unit === UNIT && bind === "BindPaths"
      ? `run 'kato policy allow ${
        plain(tilde(path, home))
      }', which adds the drop-in; then 'systemctl --user restart kato'`
      : `add ${bind}=${plain(path)} and NoExecPaths=${plain(path)} to a drop-in of ${
        plain(unit)
      }; then restart it`;
    return problem(
      "unit",
      `${plain(tilde(path, home))} is not bound into ${plain(unit)}, so the daemon has no such folder`,
      mend,
    );
  });
}

/** The folder is bound, but was made or moved after the daemon began. */
function checkMissed(path: string, unit: string, home: string): Check {
  const message = `${
    plain(tilde(path, home))
  } is another folder for you than for the daemon, which began before it`;
  return problem(
    "unit",
    message,
    unit === UNIT ? "run 'systemctl --user restart kato'" : `restart ${plain(unit)}`,
  );
}

/** By the name of the home, which is nearly everywhere the person's. Elsewhere this only notes too much. */
function checkLingering({ home, linger }: UnitPlaces): Check[] {
  const names = listNames(linger);
  if (names.includes(basename(home))) return [ok("lingering", "kato runs while you are not logged in, too")];
  return [
    note("lingering", "kato ends when you log out", "run 'loginctl enable-linger' to have it run always"),
  ];
}

interface UnitFile {
  readonly name: string;
  readonly text: string;
}

/** The unit, then its drop-ins in their order; null when there is none. */
function findFiles(folders: readonly string[], unit: string, names: readonly string[]): UnitFile[] | null {
  const text = folders.map((folder) => readFile(join(folder, unit))).find((text) => text !== null);
  if (text === undefined || text === null) return null;
  const dropIns = new Map<string, string>();
  // A drop-in hides one of the same name in a folder that comes later.
  for (
    const folder of folders.toReversed().flatMap((folder) => names.map((name) => join(folder, `${name}.d`)))
  ) {
    for (const name of listNames(folder)) dropIns.set(name, join(folder, name));
  }
  const paths = [...dropIns].filter(([name]) => name.endsWith(".conf")).sort(([a], [b]) => a < b ? -1 : 1);
  return [
    { name: unit, text },
    ...paths.flatMap(([name, path]) => {
      const text = readFile(path);
      return text === null ? [] : [{ name, text }];
    }),
  ];
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

/** A path that is not there. One that was made after this command began is closed to it by the kernel. */
function absent<T>(error: unknown, value: T): T {
  if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) return value;
  throw error;
}
