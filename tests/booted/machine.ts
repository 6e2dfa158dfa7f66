/**
 * The machines that `deno task test:system` boots, and the people on them. Without these machines, the tests that need
 * them are skipped.
 */
import { NO_CLOCK } from "../../tools/system/machine.ts";
import { until } from "../daemon/stage/until.ts";
import { type Need, onlyWith } from "../needs.ts";

export interface Machine {
  readonly pid: number;
  readonly root: string;
}

interface Machines {
  readonly release: string;
  /** The folder of the attackers' programs. */
  readonly work: string;
  /** Whether kato was installed from its package. The package is on the machines as /var/kato.deb. */
  readonly isPackaged: boolean;
  /** Whether kato's archive for other distributions is on the machines, as /var/kato.tar.gz. */
  readonly hasTarball?: boolean;
  readonly open: Machine;
  readonly locked: Machine;
}

const told = Deno.env.get("KATO_MACHINES");
const NOWHERE: Machine = { pid: 0, root: "/nonexistent" };
const machines: Machines = told === undefined
  ? { release: "none", work: "/nonexistent", isPackaged: false, open: NOWHERE, locked: NOWHERE }
  : JSON.parse(told);

export const { release, work, isPackaged, open, locked } = machines;

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Only a fleet's machine has dave and the people after him. */
const NUMBERS = {
  root: 0,
  alice: 1000,
  bob: 1001,
  carol: 1002,
  dave: 1003,
  erin: 1004,
  frank: 1005,
} as const;
export type Who = keyof typeof NUMBERS;

export function homeOf(who: Who): string {
  if (who === "root") return "/root";
  return who === "carol" ? "/var/home/carol" : `/home/${who}`;
}

/** A shell's line, run as a person with a session of their own. */
export async function run(machine: Machine, who: Who, line: string): Promise<Ran> {
  const uid = NUMBERS[who];
  const home = homeOf(who);
  const environment = {
    PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
    LANG: "C.UTF-8",
    HOME: home,
    USER: who,
    SYSTEMD_PAGER: "",
    SYSTEMD_COLORS: "0",
    XDG_RUNTIME_DIR: `/run/user/${uid}`,
    DBUS_SESSION_BUS_ADDRESS: `unix:path=/run/user/${uid}/bus`,
  };
  const somebody = uid === 0 ? [...NO_CLOCK] : [
    `--reuid=${uid}`,
    `--regid=${uid}`,
    "--init-groups",
    "--bounding-set=-sys_time",
    "--inh-caps=-all",
  ];
  const { code, stdout, stderr } = await new Deno.Command("nsenter", {
    args: ["-t", String(machine.pid), "-a", `--wdns=${home}`, "setpriv", ...somebody, "sh", "-c", line],
    clearEnv: true,
    env: environment,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, out: out ?? "", err: err ?? "" };
}

/** The output of a line that must succeed. */
export async function must(machine: Machine, who: Who, line: string): Promise<string> {
  const { code, out, err } = await run(machine, who, line);
  if (code !== 0) throw new Error(`${who}: ${line}\nended with ${code}\n${out}${err}`);
  return out;
}

/** Looks again and again until `look` answers. Each look is a process on the machine. */
export function untilSo<Seen>(
  what: string,
  look: () => Promise<Seen | null | false>,
  saw: () => Promise<string> = () => Promise.resolve(""),
  ms = 60_000,
): Promise<Seen> {
  return until(what, look, { ms, saw, everyMs: 50 });
}

/** Makes a person's file, with the folders above it. All can read root's files. */
export function place(machine: Machine, who: Who, path: string, text: string, mode = 0o600): void {
  const whole = `${machine.root}${path}`;
  const missing: string[] = [];
  for (let folder = whole.slice(0, whole.lastIndexOf("/")); !isThere(folder);) {
    missing.unshift(folder);
    folder = folder.slice(0, folder.lastIndexOf("/"));
  }
  for (const folder of missing) {
    Deno.mkdirSync(folder, { mode: who === "root" ? 0o755 : 0o700 });
    Deno.chownSync(folder, NUMBERS[who], NUMBERS[who]);
  }
  Deno.writeTextFileSync(whole, text);
  Deno.chmodSync(whole, who === "root" ? 0o644 : mode);
  Deno.chownSync(whole, NUMBERS[who], NUMBERS[who]);
}

export function isThere(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

export function remove(machine: Machine, path: string): void {
  if (isThere(`${machine.root}${path}`)) Deno.removeSync(`${machine.root}${path}`, { recursive: true });
}

const MACHINES: Need = { isMet: told !== undefined, otherwise: "deno task test:system boots its machines" };

/** For a test of the package itself. */
export const PACKAGE: Need = {
  isMet: isPackaged,
  otherwise: "a build was copied: test:system without --dist",
};

/** For a test of the archive with the install script. */
export const TARBALL: Need = {
  isMet: machines.hasTarball ?? false,
  otherwise: "no archive was made: test:system without --dist and --deb",
};

/** A test that needs a machine, and the other needs of `more`. */
export function test(name: string, fn: () => Promise<void>, ...needs: readonly Need[]): void {
  Deno.test({ ...onlyWith(name, MACHINES, ...needs), fn });
}

export { until };
