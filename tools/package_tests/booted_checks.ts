/**
 * Daemons that run while the package is upgraded, downgraded and removed, on a machine with a real systemd, booted for
 * it. Alice's own service records all the while, bob has the system's unit for him, and
 * his own manager runs without kato.
 */
import { createRows } from "../../tests/daemon/stage/claude_rows.ts";
import { isWithin } from "../../tests/machine_speed.ts";
import { hostArchitecture } from "../build/pins.ts";
import type { Format } from "../package/layout.ts";
import { boot, controlGroups, type Machine, NO_CLOCK } from "../system/machine.ts";
import { makeArchive, unpack } from "../system/root_fs.ts";
import { type Check, expect, Missing, type Ran, run } from "./check.ts";
import type { InstallOptions } from "./install_checks.ts";
import type { Package } from "./opened.ts";

/** Of those that the root file system has. */
const UIDS = { root: 0, alice: 1000, bob: 1001 } as const;
type Who = keyof typeof UIDS;

const RECORDING = "/home/alice/.kato/exports/talk.md";

/** Of a format's own tool, for the files that the machine has in /root. */
const COMMANDS: Readonly<Record<Format, { install(file: string): string; readonly remove: string }>> = {
  deb: { install: (file) => `dpkg -i ${file}`, remove: "dpkg -r kato && dpkg -P kato" },
  // The machine is Debian's: kato's dependencies are there, but rpm does not know them.
  rpm: { install: (file) => `rpm -U --nodeps --oldpackage ${file}`, remove: "rpm -e kato" },
};

export function bootedChecks(options: InstallOptions): Check[] {
  return options.packages.filter(({ architecture }) => architecture === hostArchitecture())
    .map((one): Check => ({
      name:
        `${one.name}: daemons that run are restarted by an upgrade and stopped by removal, and no other starts`,
      needs: ["mmdebstrap", "tar", "chroot", "unshare", "nsenter", "setpriv", "ip"],
      needsRoot: true,
      async run() {
        if (controlGroups() === null) throw new Missing("there are no control groups of version 2");
        const root = `${options.work}/booted-${one.format}`;
        // The same as the trial release's, so that it is made once.
        await unpack(await makeArchive("bookworm", options.systems, ["dnf", "rpm"]), root);
        Deno.writeTextFileSync(`${root}/var/lib/systemd/linger/bob`, "");
        const machine = await boot(root, `package-${one.format}`, { locked: false });
        try {
          await live(machine, one, await options.buildNext());
        } finally {
          await machine.stop();
        }
      },
    }));
}

async function live(machine: Machine, { path, format }: Package, next: string): Promise<void> {
  const newer = [...Deno.readDirSync(next)].map(({ name }) => name).find((name) => name.endsWith(format));
  Deno.copyFileSync(path, `${machine.root}/root/first`);
  Deno.copyFileSync(`${next}/${newer}`, `${machine.root}/root/next`);
  const command = COMMANDS[format];
  await must(machine, "root", command.install("/root/first"));
  expect(!await runs(machine, "alice") && !await runs(machine, "bob"), "installing started a daemon");
  await must(machine, "alice", "mkdir -p -m 0700 ~/.claude ~/.claude/projects");
  await must(machine, "alice", "systemctl --user enable --now kato");
  await must(machine, "root", "systemctl start kato@bob");
  // A text that was typed before kato watches is history.
  await until(
    "the daemon watches",
    async () => /claude-code +(?:watching|not in use)/.test((await as(machine, "alice", "kato status")).out),
  );

  // A conversation that goes on while the package is replaced, both ways.
  using typing = converse(machine);
  await until("it is recorded", () => Promise.resolve(recorded(machine).includes("Message 0.")));
  for (const file of ["next", "first"]) {
    const before = await pids(machine);
    await must(machine, "root", command.install(`/root/${file}`));
    await whenRestarted(machine, before);
    expect(!await runs(machine, "bob"), "a user's manager started a daemon that nobody enabled");
  }
  const said = typing.stop();
  await until("all of it is recorded", () => Promise.resolve(recorded(machine).includes(said.at(-1) ?? "")));
  const found = recorded(machine).match(/^Message \d+\.$/gm) ?? [];
  expect(found.join("\n") === said.join("\n"), `said:\n${said.join(" ")}\nrecorded:\n${found.join(" ")}`);
  await must(machine, "alice", "kato audit verify");

  await upgradeBesideOneThatHangs(machine, command);

  const kept = recorded(machine);
  await must(machine, "root", command.remove);
  await until("no process is left", async () => (await as(machine, "root", "pgrep -x kato")).code === 1);
  expect(recorded(machine) === kept, "removal changed a recording");
}

/** Of a service manager's own waiting, and of the daemons' end. */
const BOUND_MS = 60_000;

/** Bob's service never ends when it is asked to. That hinders neither root nor alice. */
async function upgradeBesideOneThatHangs(
  machine: Machine,
  command: (typeof COMMANDS)[Format],
): Promise<void> {
  await must(machine, "root", "systemctl stop kato@bob");
  const dropIn =
    "[Service]\\nExecStop=/bin/sleep infinity\\nTimeoutStopSec=infinity\\nNoExecPaths=\\nExecPaths=/\\n";
  await must(
    machine,
    "bob",
    `mkdir -p ~/.config/systemd/user/kato.service.d && printf '${dropIn}' > ~/.config/systemd/user/kato.service.d/90.conf && ` +
      "systemctl --user daemon-reload && systemctl --user start kato",
  );
  const [before] = await pids(machine);
  const began = performance.now();
  await must(machine, "root", command.install("/root/next"));
  expect(isWithin(performance.now() - began, BOUND_MS), "one person's service held up the upgrade");
  await whenRestarted(machine, [before ?? ""]);
  // By name: within a unit's view of files the program has no path that is seen from here.
  const old = "for pid in $(pgrep '^kato'); do ls -l /proc/$pid/exe; done | grep '(deleted)'";
  await until(
    "no daemon goes on with files that were replaced",
    async () => (await as(machine, "root", old)).code === 1,
  );
}

/** The first daemons of `pids()` are other processes than `before`. A restart may go on after the package's script. */
async function whenRestarted(machine: Machine, before: readonly string[]): Promise<void> {
  await until(`${before.join(" and ")} are other processes`, async () => {
    const after = await pids(machine);
    return before.every((pid, index) => Number(after[index]) > 0 && pid !== after[index]);
  });
}

/** Types a message every tenth of a second, until it is stopped. Returns the typed texts. */
function converse(machine: Machine): Disposable & { stop(): readonly string[] } {
  const rows = createRows();
  const log = `/home/alice/.claude/projects/-w/${rows.session}.jsonl`;
  const append = (text: string) => {
    const path = `${machine.root}${log}`;
    const folder = path.replace(/\/[^/]*$/, "");
    Deno.mkdirSync(folder, { recursive: true });
    Deno.writeTextFileSync(path, text, { append: true });
    for (const owned of [folder, path]) Deno.chownSync(owned, UIDS.alice, UIDS.alice);
  };
  append(rows.user("::record talk.md\nBegin."));
  const said: string[] = [];
  const timer = setInterval(() => {
    const text = `Message ${said.length}.`;
    said.push(text);
    append(rows.user(text));
  }, 100);
  return {
    stop() {
      clearInterval(timer);
      return said;
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

function recorded({ root }: Machine): string {
  try {
    return Deno.readTextFileSync(`${root}${RECORDING}`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

async function pids(machine: Machine): Promise<string[]> {
  const show = "show --value --property=MainPID";
  return [
    (await must(machine, "alice", `systemctl --user ${show} kato`)).trim(),
    (await must(machine, "root", `systemctl ${show} kato@bob`)).trim(),
  ];
}

async function runs(machine: Machine, who: Who): Promise<boolean> {
  return (await as(machine, who, "systemctl --user is-active kato")).code === 0;
}

function as({ pid }: Machine, who: Who, line: string): Promise<Ran> {
  const uid = UIDS[who];
  const home = who === "root" ? "/root" : `/home/${who}`;
  const env = {
    PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
    HOME: home,
    XDG_RUNTIME_DIR: `/run/user/${uid}`,
    DBUS_SESSION_BUS_ADDRESS: `unix:path=/run/user/${uid}/bus`,
    DEBIAN_FRONTEND: "noninteractive",
  };
  const user = uid === 0
    ? NO_CLOCK
    : [`--reuid=${uid}`, `--regid=${uid}`, "--init-groups", "--bounding-set=-sys_time", "--inh-caps=-all"];
  const inside = ["nsenter", "-t", String(pid), "-a", `--wdns=${home}`, "setpriv"];
  return run([...inside, ...user, "sh", "-c", line], { clearEnv: true, env });
}

async function must(machine: Machine, who: Who, line: string): Promise<string> {
  const { code, out, all } = await as(machine, who, line);
  expect(code === 0, `${who}: ${line}\nended with ${code}:\n${all}`);
  return out;
}

async function until(what: string, look: () => Promise<boolean>): Promise<void> {
  const began = performance.now();
  for (;;) {
    // Read the clock before the look. If this process is held up in between, the look still sees the result.
    const waited = performance.now() - began;
    if (await look()) return;
    expect(isWithin(waited, 60_000), `waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
