/**
 * The machine that `deno task test:fleet` boots, and the tools that run a fleet. Without that machine, the tests that
 * need it are skipped.
 */
import { takeBlock } from "../../tools/fleet/page.ts";
import { isThere, type Machine, must, type Ran, run, untilSo } from "../booted/machine.ts";
import { type Need, onlyWith } from "../needs.ts";

interface Fleet {
  /** A folder for files of a test. */
  readonly work: string;
  readonly machine: Machine;
  /** The private key of `ops`, who may log in on the machine and use sudo there. */
  readonly login: string;
  /** Public keys: the repository's key, and a key that signed nothing. */
  readonly keys: { readonly good: string; readonly other: string };
  /** The versions of the packages in the suites `previous` and `stable`. */
  readonly versions: readonly string[];
  /** Whether no test was left out. */
  readonly isWhole: boolean;
}

const told = Deno.env.get("KATO_FLEET");
const fleet: Fleet = told === undefined
  ? {
    work: "/nonexistent",
    machine: { pid: 0, root: "/nonexistent" },
    login: "",
    keys: { good: "", other: "" },
    versions: [],
    isWhole: false,
  }
  : JSON.parse(told);

export const { work, machine, login, keys } = fleet;
export const [older = "", newer = ""] = fleet.versions;

const ROOT = new URL("../../", import.meta.url).pathname.replace(/\/$/, "");
export const ROLES = `${ROOT}/packaging/ansible/roles`;
export const EXAMPLES = `${ROOT}/packaging/examples`;

const MACHINE: Need = { isMet: told !== undefined, otherwise: "deno task test:fleet boots its machine" };

/** A test that needs the machine. */
export function onMachine(name: string, fn: () => Promise<void>): void {
  Deno.test({ ...onlyWith(name, MACHINE), fn });
}

/** A test that needs the host's tools only. */
export const withTools = onMachine;

const WHOLE: Need = { isMet: fleet.isWhole, otherwise: "it is about a whole run: deno task test:fleet" };

/** A test about a run of all tests. */
export function afterAll(name: string, fn: () => void): void {
  Deno.test({ ...onlyWith(name, WHOLE), fn });
}

/** A program of the host. */
export async function host(
  program: string,
  args: readonly string[],
  { env = {}, cwd = ROOT }: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string } = {},
): Promise<Ran> {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1", ANSIBLE_NOCOLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, out: out ?? "", err: err ?? "" };
}

export const asRoot = (line: string) => must(machine, "root", line);
export const asAlice = (line: string) => must(machine, "alice", line);
export const tryAsAlice = (line: string) => run(machine, "alice", line);
export const tryAsRoot = (line: string) => run(machine, "root", line);

/** The text of a file of the machine; null where there is none. */
export function textOf(path: string): string | null {
  const file = `${machine.root}${path}`;
  return isThere(file) ? Deno.readTextFileSync(file) : null;
}

/** The process of the daemon of `unit` while it runs, as root sees it. */
export async function daemonOf(unit: string, who: "user" | "system" = "user"): Promise<string> {
  const scope = who === "user" ? "--user --machine=alice@" : "";
  return await untilSo(`${unit} runs`, async () => {
    const { out } = await tryAsRoot(
      `systemctl ${scope} show --property=ActiveState,SubState,MainPID ${unit}`,
    );
    const pid = /MainPID=(\d+)/.exec(out)?.[1] ?? "0";
    return out.includes("SubState=running") && pid !== "0" ? pid : null;
  });
}

/** The same, once it is another process than `before`: whoever asked for a restart may not have waited for its end. */
export async function whenRestarted(
  before: string,
  unit = "kato.service",
  who: "user" | "system" = "user",
): Promise<string> {
  return await untilSo(`${unit} runs as another process than ${before}`, async () => {
    const now = await daemonOf(unit, who);
    return now === before ? null : now;
  });
}

/** No process of kato's is left. The kernel ends them after their manager was told. */
export async function whenNoneIsLeft(): Promise<void> {
  await untilSo("no process of kato's is left", async () => (await tryAsRoot("pgrep -x kato")).code === 1);
}

/** The lines that `journalctl` gives with these options, once `wanted` is among them: the journal may be behind. */
export function whenInJournal(options: string, wanted: RegExp): Promise<string> {
  return untilSo(`${wanted} is in the journal`, async () => {
    const { out } = await tryAsRoot(`journalctl --no-pager -q -o cat ${options}`);
    return wanted.test(out) && out;
  }, () => asRoot("journalctl --no-pager -q -n 30"));
}

/** The shell's lines of docs/fleet.md that hold `words`, as they are written there. */
export const documented = (words: string) => takeBlock(work, words);

/** Runs these lines on the machine as root, in a folder with the files that they name. */
export async function runDocumented(words: string): Promise<string> {
  return await asRoot(`mkdir -p /root/work && cd /root/work\n${documented(words)}`);
}

/** The same, but a failure is no error. */
export const tryDocumented = (words: string) => tryAsRoot(documented(words));
