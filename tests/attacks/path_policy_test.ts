/**
 * Attacks on the destination decision with real links, FIFOs and folders: what a hostile chat, or somebody who may
 * write beside the person's files, could prepare. Each must be denied, for the reason given.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { decide } from "../../src/destination/decide.ts";
import type { Decision, Request } from "../../src/destination/decision.ts";
import { resolveRequest } from "../../src/destination/path.ts";
import { lookUp } from "../../src/destination/lookup.ts";
import { makePolicy, makeRequest } from "../destination/requests.ts";

interface Machine {
  readonly base: string;
  readonly home: string;
  readonly root: string;
  /** Outside the roots; holds `secret.md`. */
  readonly outside: string;
}

/** Synchronous, so that no other test sees a half-made machine. */
function withMachine(run: (machine: Machine) => void): void {
  const base = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "kato-attack-" }));
  const machine = { base, home: `${base}/home`, root: `${base}/home/notes`, outside: `${base}/outside` };
  try {
    for (const folder of [machine.home, machine.root, machine.outside]) {
      Deno.mkdirSync(folder, { mode: 0o700 });
    }
    Deno.writeTextFileSync(`${machine.outside}/secret.md`, "secret", { mode: 0o600 });
    run(machine);
    assert.equal(Deno.readTextFileSync(`${machine.outside}/secret.md`), "secret");
  } finally {
    Deno.removeSync(base, { recursive: true });
  }
}

function ask({ home, root }: Machine, destination: string, change: Partial<Request> = {}): Decision {
  const policy = makePolicy({ roots: [root], default_root: root });
  const request = makeRequest({
    asker: "chat",
    destination,
    home,
    uid: Deno.uid() ?? -1,
    providerRoots: [`${home}/sessions`],
    ...change,
  });
  const resolved = resolveRequest(policy, request);
  if ("reason" in resolved) return resolved;
  return decide(policy, request, resolved.path, lookUp(resolved.path, policy.destinations.roots, home));
}

function outline(decision: Decision): string {
  return decision.allow ? "allow" : decision.reason;
}

interface Attack {
  readonly name: string;
  prepare?(machine: Machine): void;
  destination(machine: Machine): string;
  readonly request?: Partial<Request>;
  readonly expected: string;
}

const inRoot = (name: string) => ({ root }: Machine) => `${root}/${name}`;

const ATTACKS: readonly Attack[] = [
  {
    name: "a link to a file outside",
    prepare: ({ root, outside }) => Deno.symlinkSync(`${outside}/secret.md`, `${root}/a.md`),
    destination: inRoot("a.md"),
    expected: "symlink",
  },
  {
    name: "a link to a file outside, with everything allowed",
    prepare: ({ root, outside }) => Deno.symlinkSync(`${outside}/secret.md`, `${root}/a.md`),
    destination: inRoot("a.md"),
    request: { asker: "cli", cwd: "/", force: true },
    expected: "symlink",
  },
  {
    name: "a link to a file inside",
    prepare: ({ root }) => {
      Deno.writeTextFileSync(`${root}/b.md`, "", { mode: 0o600 });
      Deno.symlinkSync("b.md", `${root}/a.md`);
    },
    destination: inRoot("a.md"),
    expected: "symlink",
  },
  {
    name: "a dangling link",
    prepare: ({ root, outside }) => Deno.symlinkSync(`${outside}/new.md`, `${root}/a.md`),
    destination: inRoot("a.md"),
    expected: "symlink",
  },
  {
    name: "a link to itself",
    prepare: ({ root }) => Deno.symlinkSync("a.md", `${root}/a.md`),
    destination: inRoot("a.md"),
    expected: "symlink",
  },
  {
    name: "a folder that is a link to the outside",
    prepare: ({ root, outside }) => Deno.symlinkSync(outside, `${root}/sub`),
    destination: inRoot("sub/a.md"),
    expected: "outside-roots",
  },
  {
    name: "a new folder behind a link to the outside",
    prepare: ({ root, outside }) => Deno.symlinkSync(outside, `${root}/sub`),
    destination: inRoot("sub/x/y/a.md"),
    expected: "outside-roots",
  },
  {
    name: "a folder that is a link to the inside",
    prepare: ({ root }) => {
      Deno.mkdirSync(`${root}/real`, { mode: 0o700 });
      Deno.symlinkSync("real", `${root}/sub`);
    },
    destination: inRoot("sub/a.md"),
    expected: "symlink",
  },
  {
    name: "a folder that is a dangling link",
    prepare: ({ root, outside }) => Deno.symlinkSync(`${outside}/new`, `${root}/sub`),
    destination: inRoot("sub/a.md"),
    expected: "symlink",
  },
  {
    name: "a folder that is a link to /etc",
    prepare: ({ root }) => Deno.symlinkSync("/etc", `${root}/sub`),
    destination: inRoot("sub/a.md"),
    expected: "outside-roots",
  },
  {
    name: "a folder of the person's that is a link to /etc, on a command line",
    prepare: ({ home }) => Deno.symlinkSync("/etc", `${home}/sub`),
    destination: ({ home }) => `${home}/sub/a.md`,
    request: { asker: "cli", cwd: "/" },
    expected: "system-location",
  },
  {
    name: "a way in from outside, through a link",
    prepare: ({ root, outside }) => Deno.symlinkSync(root, `${outside}/in`),
    destination: ({ outside }) => `${outside}/in/a.md`,
    expected: "symlink",
  },
  {
    name: "the root through /proc",
    destination: ({ root }) => `/proc/self/root${root}/a.md`,
    expected: "system-location",
  },
  { name: "a descriptor in /proc", destination: () => "/proc/self/fd/1", expected: "system-location" },
  { name: "a device", destination: () => "/dev/null", expected: "system-location" },
  { name: "shared memory", destination: () => "/dev/shm/a.md", expected: "system-location" },
  {
    name: "a hard link to a file outside",
    prepare: ({ root, outside }) => Deno.linkSync(`${outside}/secret.md`, `${root}/a.md`),
    destination: inRoot("a.md"),
    expected: "hard-link",
  },
  {
    name: "a hard link to a file outside, forced on a command line",
    prepare: ({ root, outside }) => Deno.linkSync(`${outside}/secret.md`, `${root}/a.md`),
    destination: inRoot("a.md"),
    request: { asker: "cli", cwd: "/", force: true },
    expected: "hard-link",
  },
  {
    name: "a FIFO",
    prepare: ({ root }) => {
      const { success } = new Deno.Command("mkfifo", { args: ["-m", "600", `${root}/a.md`] }).outputSync();
      assert.ok(success);
    },
    destination: inRoot("a.md"),
    expected: "not-a-regular-file",
  },
  {
    name: "a folder as the file",
    prepare: ({ root }) => Deno.mkdirSync(`${root}/a.md`, { mode: 0o700 }),
    destination: inRoot("a.md"),
    expected: "not-a-regular-file",
  },
  {
    name: "a file as the folder",
    prepare: ({ root }) => Deno.writeTextFileSync(`${root}/a.md`, "", { mode: 0o600 }),
    destination: inRoot("a.md/b.md"),
    expected: "not-a-directory",
  },
  {
    name: "a file that was there before",
    prepare: ({ root }) => Deno.writeTextFileSync(`${root}/a.md`, "mine", { mode: 0o600 }),
    destination: inRoot("a.md"),
    expected: "not-created-by-kato",
  },
  {
    name: "a folder that everybody may write to",
    prepare: ({ root }) => {
      Deno.mkdirSync(`${root}/sub`, { mode: 0o700 });
      Deno.chmodSync(`${root}/sub`, 0o777);
    },
    destination: inRoot("sub/a.md"),
    expected: "writable-by-others",
  },
  {
    name: "a root that the group may write to",
    prepare: ({ root }) => Deno.chmodSync(root, 0o770),
    destination: inRoot("x/a.md"),
    expected: "writable-by-others",
  },
  {
    name: "a file that everybody may write to",
    prepare: ({ root }) => {
      Deno.writeTextFileSync(`${root}/a.md`, "", { mode: 0o600 });
      Deno.chmodSync(`${root}/a.md`, 0o666);
    },
    destination: inRoot("a.md"),
    expected: "writable-by-others",
  },
  {
    name: "the outside, by its name",
    destination: ({ outside }) => `${outside}/a.md`,
    expected: "outside-roots",
  },
  { name: "the outside, by ..", destination: inRoot("../../outside/a.md"), expected: "traversal" },
  { name: "a sibling of the root", destination: ({ root }) => `${root}-2/a.md`, expected: "outside-roots" },
  { name: "a network path", destination: () => "//server/share/a.md", expected: "extended-prefix" },
  { name: "an extended prefix", destination: () => "\\\\?\\C:\\a.md", expected: "extended-prefix" },
  { name: "a hidden file", destination: inRoot(".bashrc.md"), expected: "hidden-segment" },
  { name: "a hidden folder", destination: inRoot(".git/a.md"), expected: "hidden-segment" },
  { name: "keys", destination: () => "~/.ssh/a.md", expected: "hidden-segment" },
  { name: "settings", destination: () => "~/.config/a.md", expected: "hidden-segment" },
  { name: "kato's own state", destination: () => "~/.kato/state/a.md", expected: "hidden-segment" },
  { name: "a provider's sessions", destination: () => "~/sessions/a.jsonl", expected: "reserved-location" },
  { name: "the system", destination: () => "/etc/cron.d/a.md", expected: "system-location" },
  { name: "a newline", destination: inRoot("a\nb.md"), expected: "forbidden-character" },
  { name: "a NUL byte", destination: inRoot("a.md\u0000.png"), expected: "forbidden-character" },
  {
    name: "a right-to-left override",
    destination: inRoot("a\u202edm.exe.md"),
    expected: "forbidden-character",
  },
  { name: "a zero-width space", destination: inRoot("a\u200b.md"), expected: "forbidden-character" },
  { name: "a lone surrogate", destination: inRoot("a\ud800.md"), expected: "forbidden-character" },
  { name: "dots of another script for ..", destination: inRoot("\u2024\u2024/a.md"), expected: "allow" },
  { name: "a fullwidth slash", destination: inRoot("\uff0e\uff0e\uff0foutside.md"), expected: "allow" },
  { name: "a program", destination: inRoot("a.sh"), expected: "extension" },
];

for (const { name, prepare, destination, request, expected } of ATTACKS) {
  Deno.test(`a destination that is ${name}: ${expected}`, () =>
    withMachine((machine) => {
      prepare?.(machine);
      const decision = ask(machine, destination(machine), request);
      assert.equal(outline(decision), expected);
      // Names that only look like a way out are names: they stay where they are.
      if (decision.allow) assert.ok(decision.path.startsWith(`${machine.root}/`));
    }));
}

Deno.test("fair destinations with unusual names are allowed", () =>
  withMachine((machine) => {
    for (
      const name of ["..foo.md", "a,b.md", "a b.md", "-rf.md", "überblick.md", "x/..y/z.html", "%2e%2e.md"]
    ) {
      const decision = ask(machine, `${machine.root}/${name}`);
      assert.equal(decision.allow && decision.path, `${machine.root}/${name}`);
    }
  }));

Deno.test("a root that has become a link is no root", () =>
  withMachine((machine) => {
    const { base, home, root } = machine;
    Deno.renameSync(root, `${base}/data`);
    Deno.mkdirSync(`${home}/.ssh`, { mode: 0o700 });
    for (const target of [`${base}/data`, ".ssh", "/etc", "nowhere"]) {
      Deno.symlinkSync(target, root);
      const decision = ask(machine, `${root}/a.md`);
      assert.ok(!decision.allow, target);
      Deno.removeSync(root);
    }
  }));

Deno.test("a file is kato's own by device and inode, whatever its name", () =>
  withMachine((machine) => {
    const path = `${machine.root}/a.md`;
    Deno.writeTextFileSync(path, "recorded", { mode: 0o600 });
    const { dev, ino } = Deno.statSync(path);
    const created = new Set([`${dev}:${ino}`]);
    assert.deepEqual(ask(machine, path, { created }), {
      allow: true,
      path,
      existing: { dev, ino, size: 8 },
      directories: [],
    });
    Deno.renameSync(path, `${path}.old`);
    Deno.writeTextFileSync(path, "somebody else's", { mode: 0o600 });
    assert.equal(outline(ask(machine, path, { created })), "not-created-by-kato");
  }));

Deno.test("no path through a folder full of links is approved that is not plainly in the root", () =>
  withMachine((machine) => {
    const { root, outside, home } = machine;
    Deno.mkdirSync(`${root}/real/deep`, { recursive: true, mode: 0o700 });
    const links = {
      up: "..",
      out: outside,
      self: ".",
      home,
      proc: "/proc/self/root",
      back: root,
      nowhere: "gone",
    };
    for (const [name, target] of Object.entries(links)) {
      Deno.symlinkSync(target, `${root}/${name}`);
      Deno.symlinkSync(target, `${root}/real/${name}`);
    }
    const name = fc.constantFrom(...Object.keys(links), "real", "deep", "new", "notes", "..foo", "secret");
    const starts = [
      root,
      home,
      outside,
      "~/notes",
      `${root}/out/../home/notes`,
      `/proc/self/root${root}`,
      ".",
    ];
    let approved = 0;
    fc.assert(
      fc.property(fc.constantFrom(...starts), fc.array(name, { maxLength: 4 }), (start, names) => {
        const decision = ask(machine, [start, ...names, "a.md"].join("/"));
        if (!decision.allow) return;
        approved++;
        assert.ok(decision.path.startsWith(`${root}/`), decision.path);
        assert.ok(!decision.path.split("/").includes(".."));
        for (const folder of decision.directories) Deno.mkdirSync(folder, { mode: 0o700 });
        assert.equal(Deno.realPathSync(decision.path.replace(/\/[^/]*$/, "")) + "/a.md", decision.path);
      }),
      { numRuns: 1000 },
    );
    assert.ok(approved > 20);
  }));
