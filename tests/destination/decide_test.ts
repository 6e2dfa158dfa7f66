/** The destination decision over made-up file systems: every denial, their order, and what an approval says. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { decide } from "../../src/destination/decide.ts";
import { type Decision, DENIALS, type Lookup, type Request } from "../../src/destination/decision.ts";
import type { Policy } from "../../src/settings/policy.ts";
import {
  type Entry,
  EXPORTS,
  file,
  HOME,
  makeLookup,
  makePolicy,
  makeRequest,
  ROOT,
  UID,
} from "./requests.ts";

interface Case {
  readonly name: string;
  readonly path?: string;
  readonly entries?: Readonly<Record<string, Entry>>;
  readonly lookup?: Partial<Lookup>;
  readonly request?: Partial<Request>;
  readonly destinations?: Partial<Policy["destinations"]>;
  readonly expected: string;
}

function run(
  { path = `${ROOT}/a.md`, entries, lookup, request, destinations }: Omit<Case, "name" | "expected">,
) {
  return decide(makePolicy(destinations), makeRequest(request), path, makeLookup(path, entries, lookup));
}

function outline(decision: Decision): string {
  return decision.allow ? "allow" : `-${decision.reason}`;
}

const A = `${ROOT}/a.md`;
const SUB = `${ROOT}/sub`;
const cli = { asker: "cli" } as const;

const CASES: readonly Case[] = [
  { name: "a new file in a root", expected: "allow" },
  { name: "a new file in new folders", path: `${ROOT}/x/y/a.md`, expected: "allow" },
  { name: "a file named ..foo", path: `${ROOT}/..foo.md`, expected: "allow" },
  { name: "a hidden file", path: `${ROOT}/.a.md`, expected: "-hidden-segment" },
  { name: "a system location", path: "/etc/a.md", expected: "-system-location" },
  {
    name: "a system location that policy names",
    path: "/etc/kato/a.md",
    destinations: { roots: ["/etc/kato"] },
    lookup: { realRoots: { "/etc/kato": "/etc/kato" } },
    expected: "-system-location",
  },
  {
    name: "a reserved location that policy names",
    path: "/home/dev/.ssh/a.md",
    destinations: { roots: ["/home/dev/.ssh"] },
    lookup: { realRoots: { "/home/dev/.ssh": "/home/dev/.ssh" } },
    expected: "-reserved-location",
  },
  { name: "a provider's root", path: "/home/dev/sessions/a.jsonl", expected: "-reserved-location" },

  { name: "a path in no root", path: "/srv/a.md", expected: "-outside-roots" },
  { name: "the root's sibling with a longer name", path: `${ROOT}2/a.md`, expected: "-outside-roots" },
  { name: "the root itself", path: ROOT, expected: "-outside-roots" },
  {
    name: "a folder that leads out",
    path: `${SUB}/a.md`,
    entries: { [SUB]: { kind: "symlink" } },
    lookup: { realAncestor: "/srv/elsewhere" },
    expected: "-outside-roots",
  },
  { name: "a root that does not exist", lookup: { realRoots: {} }, expected: "-no-such-root" },
  {
    name: "a root that leads to a reserved place",
    lookup: {
      path: "/home/dev/.ssh/a.md",
      ancestor: "/home/dev/.ssh",
      realAncestor: "/home/dev/.ssh",
      realRoots: { [ROOT]: "/home/dev/.ssh" },
    },
    expected: "-reserved-location",
  },
  {
    name: "a root that leads to the system",
    lookup: { path: "/etc/a.md", ancestor: "/etc", realAncestor: "/etc", realRoots: { [ROOT]: "/etc" } },
    expected: "-system-location",
  },

  { name: "a root of somebody else", entries: { [ROOT]: { uid: 1001 } }, expected: "-foreign-owner" },
  { name: "a root of the system", entries: { [ROOT]: { uid: 0 } }, expected: "-foreign-owner" },
  { name: "a file of somebody else", entries: { [A]: file({ uid: 1001 }) }, expected: "-foreign-owner" },
  {
    name: "a root in somebody else's folder",
    entries: { "/home/dev": { uid: 1001 } },
    expected: "-foreign-owner",
  },
  {
    name: "a home as a user namespace shows it",
    entries: { "/": { uid: 65534 }, "/home": { uid: 65534 } },
    expected: "allow",
  },
  {
    name: "a home where the process may not look at /",
    lookup: { components: makeLookup(A).components.slice(1) },
    expected: "allow",
  },
  {
    name: "a root in somebody else's folder where the process may not look at /",
    lookup: { components: makeLookup(A, { "/home": { uid: 1001 } }).components.slice(1) },
    expected: "-foreign-owner",
  },
  { name: "a root that everybody may enter", entries: { [ROOT]: { mode: 0o40755 } }, expected: "allow" },
  { name: "a group's root", entries: { [ROOT]: { mode: 0o40770 } }, expected: "-writable-by-others" },
  {
    name: "everybody's folder in a root, though sticky",
    path: `${SUB}/a.md`,
    entries: { [SUB]: { mode: 0o41777 } },
    expected: "-writable-by-others",
  },
  { name: "everybody's file", entries: { [A]: file({ mode: 0o100602 }) }, expected: "-writable-by-others" },
  {
    name: "a group's folder above the root",
    entries: { "/home": { uid: 0, mode: 0o41777 } },
    expected: "allow",
  },

  { name: "a link as the file", entries: { [A]: { kind: "symlink", mode: 0o120777 } }, expected: "-symlink" },
  {
    name: "a link that stays in the root",
    path: `${SUB}/a.md`,
    entries: { [SUB]: { kind: "symlink", mode: 0o120777 } },
    lookup: { realAncestor: `${ROOT}/other` },
    expected: "-symlink",
  },
  {
    name: "a link that only realpath has seen",
    path: `${SUB}/a.md`,
    entries: { [SUB]: {} },
    lookup: { realAncestor: `${ROOT}/other` },
    expected: "-symlink",
  },
  {
    name: "a root that policy names by a link",
    lookup: makeLookup("/data/notes/a.md", { "/data": { uid: 0 }, "/data/notes": {} }, {
      realRoots: { [ROOT]: "/data/notes" },
    }),
    expected: "allow",
  },
  {
    name: "a root that leads to a folder with a character that no command may hold",
    lookup: makeLookup("/data/notes[1]/a.md", { "/data": { uid: 0 }, "/data/notes[1]": {} }, {
      realRoots: { [ROOT]: "/data/notes[1]" },
    }),
    expected: "-grammar",
  },
  {
    name: "a root that leads to such a folder",
    lookup: makeLookup("/data/notes[1]/a.md", { "/data": { uid: 0 }, "/data/notes[1]": {} }, {
      realRoots: { [ROOT]: "/data/notes[1]" },
    }),
    request: cli,
    expected: "allow",
  },
  {
    name: "a file where a folder should be",
    path: `${A}/b.md`,
    entries: { [A]: file() },
    lookup: { blocked: { path: `${A}/b.md`, code: "ENOTDIR" } },
    expected: "-not-a-directory",
  },
  {
    name: "what could not be examined",
    lookup: { blocked: { path: A, code: "EACCES" } },
    expected: "-unreadable",
  },
  { name: "a root that was not examined", lookup: { components: [] }, expected: "-unreadable" },
  {
    name: "a root that was not examined, in folders that were",
    lookup: { components: makeLookup(A).components.slice(0, 3) },
    expected: "-unreadable",
  },

  { name: "a folder as the file", entries: { [A]: {} }, expected: "-not-a-regular-file" },
  { name: "a FIFO", entries: { [A]: { kind: "other" } }, expected: "-not-a-regular-file" },
  { name: "a file with two names", entries: { [A]: file({ links: 2 }) }, expected: "-hard-link" },
  { name: "a foreign file", entries: { [A]: file() }, expected: "-not-created-by-kato" },
  {
    name: "a foreign file where policy allows it",
    entries: { [A]: file() },
    destinations: { allow_existing: true },
    expected: "allow",
  },
  {
    name: "kato's own file",
    entries: { [A]: file({ dev: 7, ino: 8 }) },
    request: { created: new Set(["7:8"]) },
    expected: "allow",
  },
  {
    name: "another file under the name of kato's own",
    entries: { [A]: file({ dev: 7, ino: 9 }) },
    request: { created: new Set(["7:8"]) },
    expected: "-not-created-by-kato",
  },
  {
    name: "force from the chat",
    entries: { [A]: file() },
    request: { force: true },
    expected: "-not-created-by-kato",
  },
  { name: "an extension kato does not know", path: `${ROOT}/a.txt`, expected: "-extension" },
  { name: "an extension policy leaves out", destinations: { extensions: ["jsonl"] }, expected: "-extension" },
  {
    name: "a full file",
    entries: { [A]: file({ size: 1024 * 1024 }) },
    destinations: { allow_existing: true, max_file_mb: 1 },
    expected: "-too-large",
  },
  {
    name: "a file with room for a byte",
    entries: { [A]: file({ size: 1024 * 1024 - 1 }) },
    destinations: { allow_existing: true, max_file_mb: 1 },
    expected: "allow",
  },

  { name: "a person's own folder", path: "/home/dev/work/a.md", request: cli, expected: "allow" },
  {
    name: "a person's own folder where policy keeps to the roots",
    path: "/home/dev/work/a.md",
    request: cli,
    destinations: { cli_export: "roots" },
    expected: "-outside-roots",
  },
  {
    name: "a person's own folder from the spool",
    path: "/home/dev/work/a.md",
    request: { asker: "spool" },
    expected: "-outside-roots",
  },
  {
    name: "a new folder of root's in /",
    path: "/nowhere/a.md",
    request: { ...cli, uid: 0 },
    expected: "allow",
  },
  { name: "somebody else's folder", path: "/home/a.md", request: cli, expected: "-foreign-owner" },
  {
    name: "new folders in somebody else's folder",
    path: "/home/x/y/a.md",
    request: cli,
    expected: "-foreign-owner",
  },
  { name: "a hidden folder", path: "/home/dev/.cache/a.md", request: cli, expected: "-hidden-segment" },
  { name: "a system folder", path: "/var/lib/a.md", request: cli, expected: "-system-location" },
  {
    name: "a link to a system folder",
    path: "/home/dev/work/etc/a.md",
    entries: { "/home/dev/work/etc": { kind: "symlink" } },
    lookup: { realAncestor: "/etc" },
    request: cli,
    expected: "-system-location",
  },
  {
    name: "a link to another folder",
    path: "/home/dev/work/link/a.md",
    entries: { "/home/dev/work/link": { kind: "symlink" } },
    lookup: { realAncestor: "/home/dev/other" },
    request: cli,
    expected: "-symlink",
  },
  {
    name: "a person's own file",
    path: "/home/dev/work/a.md",
    entries: { "/home/dev/work/a.md": file() },
    request: cli,
    expected: "-not-created-by-kato",
  },
  {
    name: "a person's own file where policy lets kato append",
    path: "/home/dev/work/a.md",
    entries: { "/home/dev/work/a.md": file() },
    request: cli,
    destinations: { allow_existing: true },
    expected: "-not-created-by-kato",
  },
  {
    name: "a person's own file, forced, however large",
    path: "/home/dev/work/a.md",
    entries: { "/home/dev/work/a.md": file({ size: 2 ** 40 }) },
    request: { ...cli, force: true },
    expected: "allow",
  },
  {
    name: "a link, forced",
    path: "/home/dev/work/a.md",
    entries: { "/home/dev/work/a.md": { kind: "symlink" } },
    request: { ...cli, force: true },
    expected: "-symlink",
  },
];

for (const one of CASES) {
  const who = one.request?.asker === "cli" ? "on a command line, " : "";
  Deno.test(`decide() ${one.expected === "allow" ? "allows" : "denies"} ${who}${one.name}`, () => {
    assert.equal(outline(run(one)), one.expected);
  });
}

for (const folder of [ROOT, SUB, `${SUB}/deep`]) {
  for (
    const [reason, entry] of [
      ["writable-by-others", { mode: 0o40720 }],
      ["writable-by-others", { mode: 0o40702 }],
      ["foreign-owner", { uid: 1001 }],
      ["foreign-owner", { uid: 0 }],
    ] as const
  ) {
    const name = `${reason}: ${JSON.stringify(entry)} of ${folder}`;
    Deno.test(`decide() looks at every folder from the root down, however deep the file is: ${name}`, () => {
      const entries = { [SUB]: {}, [`${SUB}/deep`]: {} };
      const path = `${SUB}/deep/a.md`;
      assert.equal(outline(run({ path, entries })), "allow");
      const decision = run({ path, entries: { ...entries, [folder]: entry } });
      assert.equal(outline(decision), `-${reason}`);
      assert.ok(!decision.allow && decision.message.includes(`"${folder}"`), "it names the folder");
    });
  }
}

for (const [inner, outer] of [[`${ROOT}/inner`, ROOT], [ROOT, `${ROOT}/inner`]]) {
  Deno.test(`decide() of nested roots starts at the inner one, in whatever order they are named (${inner} first)`, () => {
    const path = `${ROOT}/inner/a.md`;
    const roots = [inner ?? "", outer ?? ""];
    const around = (entry: Entry) =>
      run({
        path,
        entries: { [ROOT]: entry, [`${ROOT}/inner`]: {} },
        destinations: { roots },
        lookup: { realRoots: Object.fromEntries(roots.map((root) => [root, root])) },
      });
    assert.equal(outline(around({})), "allow");
    // Above the inner root the outer one is as any folder is there.
    assert.equal(outline(around({ mode: 0o40770 })), "allow");
    const hidden = { roots: [ROOT, `${ROOT}/.inner`] };
    assert.equal(
      outline(run({
        path: `${ROOT}/.inner/a.md`,
        entries: { [`${ROOT}/.inner`]: {} },
        destinations: hidden,
        lookup: { realRoots: Object.fromEntries(hidden.roots.map((root) => [root, root])) },
      })),
      "allow",
      "a hidden root inside another one is a root",
    );
  });
}

Deno.test("decide() says which file it meant, and which folders are to be made", () => {
  assert.deepEqual(run({ path: `${EXPORTS}/x/y/a.md` }), {
    allow: true,
    path: `${EXPORTS}/x/y/a.md`,
    existing: null,
    directories: [`${EXPORTS}/x`, `${EXPORTS}/x/y`],
  });
  assert.deepEqual(
    run({ entries: { [A]: file({ dev: 7, ino: 8, size: 9 }) }, request: { created: new Set(["7:8"]) } }),
    { allow: true, path: A, existing: { dev: 7, ino: 8, size: 9 }, directories: [] },
  );
});

Deno.test("decide() says how a person can replace a file, and that a chat cannot", () => {
  const mendOf = (request: Partial<Request>) => {
    const decision = run({ entries: { [A]: file() }, request });
    return decision.allow ? null : decision.message.split("; ")[1];
  };
  assert.equal(mendOf(cli), "add --force to replace it.");
  for (const asker of ["chat", "spool", "automatic"] as const) {
    assert.equal(mendOf({ asker }), "choose another name.");
  }
});

Deno.test("decide() gives the path behind a root that is a link", () => {
  const lookup = makeLookup("/data/notes/a.md", { "/data": { uid: 0 }, "/data/notes": {} }, {
    realRoots: { [ROOT]: "/data/notes" },
  });
  const decision = decide(makePolicy(), makeRequest(), A, lookup);
  assert.equal(decision.allow && decision.path, "/data/notes/a.md");
});

/** One entry has everything wrong; mending it reason by reason must show the reasons in the documented order. */
Deno.test("decide() tries its reasons in the order of DENIALS", () => {
  const path = `${SUB}/deep/a.txt`;
  const destinations = { max_file_mb: 1 };
  let entries: Record<string, Entry> = {
    [SUB]: { kind: "symlink", uid: 1001 },
    [`${SUB}/deep`]: { kind: "file", mode: 0o100666 },
    [path]: { kind: "other", links: 2, size: 2 ** 30 },
  };
  let lookup: Partial<Lookup> = { realRoots: {}, blocked: { path, code: "EACCES" } };
  let request: Partial<Request> = {};
  const seen: string[] = [];
  const mends: readonly (() => void)[] = [
    () => lookup = { blocked: { path, code: "EACCES" } },
    () => entries = { ...entries, [SUB]: { kind: "symlink" } },
    () => entries = { ...entries, [`${SUB}/deep`]: { kind: "file", mode: 0o100600 } },
    () => entries = { ...entries, [SUB]: {} },
    () => entries = { ...entries, [`${SUB}/deep`]: {} },
    () => lookup = {},
    () => entries = { ...entries, [path]: file({ links: 2, size: 2 ** 30, dev: 7, ino: 8 }) },
    () => entries = { ...entries, [path]: file({ size: 2 ** 30, dev: 7, ino: 8 }) },
    () => request = { created: new Set(["7:8"]) },
  ];
  for (const mend of [() => {}, ...mends]) {
    mend();
    seen.push(outline(run({ path, entries, lookup, request, destinations })));
  }
  const md = `${SUB}/deep/a.md`;
  const large = { ...entries, [md]: entries[path] ?? {} };
  seen.push(outline(run({ path: md, entries: large, lookup, request, destinations })));
  const expected = DENIALS.slice(DENIALS.indexOf("no-such-root")).map((reason) => `-${reason}`);
  assert.deepEqual(seen, expected);
});

Deno.test("every denial names the path and ends in a sentence that says what to do", () => {
  for (const one of CASES) {
    const decision = run(one);
    if (decision.allow) continue;
    assert.match(decision.message, /^"\/.*; [^;]+\.$/, decision.message);
    // A path that breaks the grammar is not shown as one.
    assert.equal(decision.path, decision.reason === "grammar" ? null : one.path ?? A);
  }
});

const segment = fc.constantFrom(
  "a",
  "sub",
  "..foo",
  ".hidden",
  "a.md",
  "x.jsonl",
  "notes",
  "etc",
  "home",
  "dev",
);
const anyPath = fc.array(segment, { minLength: 1, maxLength: 6 }).chain((names) =>
  fc.constantFrom("/", `${ROOT}/`, `${HOME}/`, `${EXPORTS}/`).map((start) => start + names.join("/"))
);
const anyEntry: fc.Arbitrary<Entry> = fc.record({
  kind: fc.constantFrom("directory", "directory", "file", "symlink", "other"),
  uid: fc.constantFrom(UID, UID, UID, 0, 1001),
  mode: fc.constantFrom(0o700, 0o700, 0o755, 0o777),
  links: fc.constantFrom(1, 1, 2),
});

Deno.test("whatever stands on the disk, an approved path is in a root, and nothing in it is a link or another's", () => {
  let approved = 0;
  fc.assert(
    fc.property(anyPath, fc.array(fc.option(anyEntry), { maxLength: 4 }), (path, found) => {
      const names = path.split("/");
      const entries = Object.fromEntries(
        found.flatMap((entry, i) => {
          const at = names.slice(0, names.length - i).join("/");
          return entry === null || at.length <= ROOT.length ? [] : [[at, entry]];
        }),
      );
      const decision = run({ path, entries, destinations: { allow_existing: true } });
      if (!decision.allow) return;
      approved++;
      assert.ok([ROOT, EXPORTS].some((root) => decision.path.startsWith(`${root}/`)));
      assert.ok(!decision.path.split("/").includes(".."));
      for (const component of makeLookup(decision.path, entries).components) {
        assert.notEqual(component.kind, "symlink");
        if (component.path.startsWith(ROOT)) assert.equal(component.uid, UID);
      }
    }),
    { numRuns: 3000 },
  );
  // Some seventy of them are.
  assert.ok(approved > 20);
});

Deno.test("docs/path-policy.md explains every denial, in their order", () => {
  const doc = Deno.readTextFileSync(new URL("../../docs/path-policy.md", import.meta.url));
  const explained = [...doc.matchAll(/^\| `([a-z-]+)`/gm)].map((match) => match[1]);
  assert.deepEqual(explained, [...DENIALS]);
});
