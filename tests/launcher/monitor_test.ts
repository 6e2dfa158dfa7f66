/** The monitor with real processes: hostile roles do nothing to others, and no process outlives the monitor. */
import assert from "node:assert/strict";
import { childrenOf, readProc } from "../daemon/stage/proc.ts";
import { until } from "../daemon/stage/until.ts";
import { isWithin } from "../machine_speed.ts";
import { onlyWith } from "../needs.ts";
import { COMPILER } from "./build.ts";
import { type DaemonOptions, ECHO, exportsOf, startDaemon } from "./daemon.ts";
import type { Daemon, Fact } from "./daemon.ts";
import { processesOf } from "./stage.ts";

function test(name: string, options: DaemonOptions, body: (daemon: Daemon) => Promise<void>): void {
  Deno.test({
    ...onlyWith(`the monitor ${name}`, COMPILER),
    async fn() {
      await using daemon = startDaemon(options);
      await body(daemon);
    },
  });
}

/** The kernel ends the roles with the monitor, but not in the same moment. */
async function whenNoneIsLeft({ stage }: Daemon): Promise<void> {
  await until("no process is left", () => processesOf(stage.root).length === 0);
}

/** Closes its pipes under every number that the runtime may give them, and goes on. The runtime may end without its own. */
const MUTE = `
  const { symbols: { close, fstat } } = Deno.dlopen("libc.so.6", {
    close: { parameters: ["i32"], result: "i32" },
    fstat: { parameters: ["i32", "buffer"], result: "i32" },
  });
  // Device and inode stand first in it.
  const facts = new BigUint64Array(32);
  const pipes = [0, 1].map(nameOf);
  for (let fd = 0; fd < 64; fd += 1) if (pipes.includes(nameOf(fd))) close(fd);
  for (;;);
  function nameOf(fd) {
    return fstat(fd, facts) === 0 ? facts.slice(0, 2).join() : "none";
  }`;

/** Makes garbage once, of which its heap stays as large, and says when half of it is gone after it was asked to tidy up. */
const GROWN = `
  function grow() {
    const garbage = Array.from({ length: 200_000 }, (_, n) => [n]);
    return garbage.length > 0 && Deno.memoryUsage().heapTotal;
  }
  const most = grow();
  const tell = (text) => Deno.stdout.writeSync(new TextEncoder().encode(text));
  Deno.addSignalListener("SIGUSR2", () => {
    const looks = setInterval(() => {
      if (Deno.memoryUsage().heapTotal >= most / 2) return;
      clearInterval(looks);
      tell("less than half");
    }, 20);
  });
  await Deno.stdin.read(new Uint8Array(1));`;

const say = (...fields: string[]) => ({ say: fields });

test("starts roles, passes their bytes on, and says what became of them", {
  steps: [say("start", "1", "parser:echo"), { data: [1, "hello"] }, say("start", "2", "parser:other")],
}, async (daemon) => {
  const { began } = await daemon.find("the start", ({ began }) => began !== undefined);
  assert.deepEqual(began?.slice(-3), ["--roles", "processes", "daemon"]);
  await daemon.find("its answer", ({ channel, text }) => channel === 1 && text === "hello");
  await daemon.find("an ack", ({ said }) => said?.join(" ") === "ack 1 5");
  assert.equal(await daemon.reason(2), "refused: the plan has no such role");
});

test("says whether a parser's folders hold anything, and once more when they do", {
  parsers: { echo: ECHO, full: ECHO, absent: ECHO },
  prepare({ folder, home }) {
    folder("echo");
    folder("full");
    Deno.writeTextFileSync(`${home}/full/.one`, "");
  },
  steps: [
    say("look", "1", "parser:full"),
    say("look", "2", "parser:absent"),
    say("look", "3", "parser:echo"),
    say("look", "4", "parser:unknown"),
    say("look", "5", "parser:echo"),
    { untilGo: true },
    say("start", "6", "parser:echo"),
    { data: [6, "hello"] },
  ],
}, async (daemon) => {
  const heard = (fields: string) => daemon.find(fields, ({ said }) => said?.join(" ") === fields);
  await heard("used 1 parser:full");
  await heard("empty 2 parser:absent");
  await heard("empty 3 parser:echo");
  await heard("used 4 parser:unknown");
  await heard("empty 5 parser:echo");
  daemon.stage.folder("echo/project");
  await heard("used 5 parser:echo");
  daemon.go();
  await daemon.find("its answer", ({ channel, text }) => channel === 6 && text === "hello");
  const said = daemon.facts.flatMap(({ said }) => said?.[0] === "used" ? [said[1]] : []);
  assert.deepEqual(said, ["1", "4", "5"], "each once, and only the latest question stays open");
});

test("has a role that has grown give memory back", {
  parsers: { grown: GROWN },
  steps: [say("start", "1", "parser:grown")],
}, async (daemon) => {
  const { text } = await daemon.find("that it was asked", ({ channel }) => channel === 1);
  assert.equal(text, "less than half");
});

test("does not let one role disturb another", {
  parsers: {
    echo: ECHO,
    flood: "const piece = new Uint8Array(65536); for (;;) Deno.stdout.writeSync(piece);",
    deaf: "for (;;) await new Promise((resolve) => setTimeout(resolve, 1000));",
    half: "Deno.stdout.writeSync(new Uint8Array([255, 255, 255])); setInterval(() => {}, 1000);",
    loop: "for (;;);",
    hog: "const all = []; setInterval(() => all.push(new Uint8Array(64e6).fill(1)), 20);",
    dies: 'Deno.kill(Deno.pid, "SIGILL");',
    throws: 'throw new Error("x");',
    mute: MUTE,
  },
  // Only so that a role can end itself by a signal.
  options: ["--allow-all"],
  steps: [
    ...["flood", "deaf", "half", "loop", "hog", "dies", "throws", "mute"].map((provider, index) =>
      say("start", String(index + 10), `parser:${provider}`)
    ),
    ...Array.from({ length: 16 }, () => ({ data: [11, "x", 65_000] as const })),
    { wait: 300 },
    say("start", "1", "parser:echo"),
    { data: [1, "still here"] },
    say("end", "13"),
  ],
}, async (daemon) => {
  await daemon.find("the echo", ({ channel, text }) => channel === 1 && text === "still here");
  await daemon.find("the flood", ({ channel, total = 0 }) => channel === 10 && total >= 1e7);
  assert.equal(await daemon.reason(13), "ended when it was told to");
  assert.equal(await daemon.reason(14), "killed: more than 512 MiB");
  assert.equal(await daemon.reason(15), "killed by SIGILL");
  assert.equal(await daemon.reason(16), "ended with status 1");
  assert.equal(await daemon.reason(17), "killed: it closed its pipes and went on");
  assert.ok(
    !daemon.facts.some(({ said }) => said?.[0] === "ended" && ["1", "10", "11"].includes(said[1] ?? "")),
  );
});

const NEVER: readonly (readonly [how: string, path: string, why: RegExp])[] = [
  ["existing", ".git/config", /hidden/],
  ["existing", ".obsidian/plugins/x/main.js", /hidden/],
  ["existing", ".obsidian/plugins/x/notes.md", /hidden/],
  ["create", ".envrc", /hidden/],
  ["create", ".x.md", /hidden/],
  ["create", "evil.desktop", /of a kind that kato does not write/],
  ["create", "evil", /of a kind that kato does not write/],
  ["create", "image.png", /of a kind that kato does not write/],
  ["existing", "x.assets/page.svg", /of a kind that kato does not write/],
  ["create", "evil.MD", /of a kind that kato does not write/],
  ["existing", "program.sh", /of a kind that kato does not write/],
  ["existing", "CLAUDE.md", /a name that agents load by themselves/],
  ["create", "a/Agents.md", /a name that agents load by themselves/],
  ["create", "gemini.md", /a name that agents load by themselves/],
];
test("refuses by itself what policy always refuses, whatever the orchestrator asks for", {
  prepare(stage) {
    for (const folder of [".kato", ".kato/exports", ".kato/exports/.git"]) stage.folder(folder);
    for (const folder of ["x.assets", ".obsidian", ".obsidian/plugins", ".obsidian/plugins/x"]) {
      stage.folder(`.kato/exports/${folder}`);
    }
    for (const [how, path] of NEVER) if (how === "existing") stage.file(`.kato/exports/${path}`, "mine\n");
  },
  steps: NEVER.map(([how, path], index) =>
    say("start", String(index + 1), "writer", how, `~/.kato/exports/${path}`)
  ),
}, async (daemon) => {
  for (const [index, [how, path, why]] of NEVER.entries()) {
    assert.match(await daemon.reason(index + 1), new RegExp(`^refused: .*${why.source}`), path);
    const there = exportsOf(daemon.stage, path);
    if (how === "existing") assert.equal(Deno.readTextFileSync(there), "mine\n");
    else assert.throws(() => Deno.lstatSync(there), Deno.errors.NotFound);
  }
});

test("makes a writer's folders and file, and refuses what is outside the plan", {
  prepare(stage) {
    stage.folder(".kato");
    stage.folder(".kato/exports");
    stage.file(".kato/exports/there.md", "");
    Deno.linkSync(stage.file("mine.md", ""), exportsOf(stage, "hard.md"));
    Deno.symlinkSync(stage.home, exportsOf(stage, "link"));
    Deno.symlinkSync(`${stage.home}/mine.md`, exportsOf(stage, "link.md"));
  },
  steps: [
    ["create", "~/.kato/exports/a/b/new.md", "~/.kato/exports/a", "~/.kato/exports/a/b"],
    ["existing", "~/.kato/exports/there.md"],
    ["create", "~/.kato/exports/there.md"],
    ["create", "~/outside.md"],
    ["create", "~/.kato/exports"],
    ["create", "~/.kato/exports2/x.md"],
    ["existing", "~/.kato/exports/link.md"],
    ["create", "~/.kato/exports/link/x.md"],
    ["create", "~/.kato/exports/link/d/x.md", "~/.kato/exports/link/d"],
    ["existing", "~/.kato/exports/hard.md"],
    ["existing", "~/.kato/exports/missing.md"],
    ["create", "~/.kato/exports/c/x.md", "~/elsewhere"],
  ].map((fields, index) => say("start", String(index + 1), "writer", ...fields)),
}, async (daemon) => {
  const reasons: [number, RegExp][] = [
    [3, /^refused: cannot make .*there\.md: File exists$/],
    [4, /^refused: the destination is outside the plan$/],
    [5, /^refused: the destination is outside the plan$/],
    [6, /^refused: the destination is outside the plan$/],
    [7, /^refused: the destination is no file of this person's/],
    [8, /^refused: cannot reach the folder of/],
    [9, /^refused: cannot reach the folder of/],
    [10, /^refused: the destination is no file of this person's/],
    [11, /^refused: cannot open .*missing\.md: No such file/],
    [12, /^refused: a folder to make is not on the way/],
  ];
  for (const [channel, expected] of reasons) assert.match(await daemon.reason(channel), expected);
  for (const [channel, path] of [["1", "a/b/new.md"], ["2", "there.md"]] as const) {
    const started = ({ said }: Fact) => said?.[0] === "started" && said[1] === channel;
    const { said } = await daemon.find("a writer", started);
    const { dev, ino } = Deno.lstatSync(exportsOf(daemon.stage, path));
    assert.deepEqual(said?.slice(3), [`${dev}`, `${ino}`, "1"], "what it was given");
  }
  const made = Deno.lstatSync(exportsOf(daemon.stage, "a/b/new.md"));
  assert.equal((made.mode ?? 0) & 0o777, 0o600);
  assert.equal((Deno.lstatSync(exportsOf(daemon.stage, "a/b")).mode ?? 0) & 0o777, 0o700);
});

/** Opens its destination as the role does, again and again, until the kernel refuses. */
const REOPEN = `
  const { value } = await Deno.stdin.readable[Symbol.asyncIterator]().next();
  const path = new TextDecoder().decode(value);
  for (let tries = 0;; tries += 1) {
    try {
      Deno.openSync(path, { write: true, append: true }).close();
      if (tries === 0) console.error(JSON.stringify({ role: "writer", results: { opened: "done" } }));
    } catch (error) {
      console.error(JSON.stringify({ role: "writer", results: { refused: error.code } }));
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }`;

test("gives a writer the file that it looked at, and none that takes its name later", {
  prepare(stage) {
    stage.folder(".kato");
    stage.folder(".kato/exports");
    stage.file(".kato/exports/notes.md", "kato's");
    stage.file(".kato/exports/mine.md", "precious");
  },
  writer: REOPEN,
  steps: [
    say("start", "1", "writer", "existing", "~/.kato/exports/notes.md"),
    { data: [1, "~/.kato/exports/notes.md"] },
  ],
}, async (daemon) => {
  await daemon.find("its own file opens", ({ results }) => results?.["opened"] === "done");
  Deno.renameSync(exportsOf(daemon.stage, "mine.md"), exportsOf(daemon.stage, "notes.md"));
  const { results } = await daemon.find(
    "another does not",
    ({ results }) => results?.["refused"] !== undefined,
  );
  assert.equal(results?.["refused"], "EACCES");
});

function residentMiB(pid: number): number {
  const [, kib = "0"] = /^VmRSS:\s+(\d+)/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`)) ?? [];
  return Number(kib) / 1024;
}

/** How often a process has gone to sleep by itself. */
function waitsOf(pid: number): number {
  return Number(/^voluntary_ctxt_switches:\s+(\d+)$/m.exec(readProc(`${pid}/status`) ?? "")?.[1] ?? 0);
}

/** Bytes that a process has written so far. */
function writtenBy(pid: number): number {
  return Number(/^wchar: (\d+)$/m.exec(readProc(`${pid}/io`) ?? "")?.[1] ?? 0);
}

/** Whether `count` children of `parent` have written much, and not a byte more in several looks. */
function heldUp(parent: number, count: number): () => boolean {
  let before = "";
  let same = 0;
  return () => {
    const floods = childrenOf(parent).map(writtenBy).filter((bytes) => bytes > 65_536);
    same = floods.length === count && floods.join() === before ? same + 1 : 0;
    before = floods.join();
    return same >= 50;
  };
}

test("holds little, confined, while roles flood an orchestrator that does not read", {
  parsers: {
    flood: "const piece = new Uint8Array(65536); for (;;) Deno.stdout.writeSync(piece);",
    rain: "const piece = new Uint8Array(65536); for (;;) Deno.stdout.writeSync(piece);",
  },
  steps: [
    { read: false },
    say("start", "1", "parser:flood"),
    say("start", "2", "parser:rain"),
    { untilGo: true },
    { read: true },
  ],
}, async ({ child, find, go }) => {
  await until("both floods are held up", heldUp(child.pid, 2));
  assert.ok(residentMiB(child.pid) < 8, `${residentMiB(child.pid)} MiB`);
  const status = Deno.readTextFileSync(`/proc/${child.pid}/status`);
  assert.match(status, /^NoNewPrivs:\t1$/m);
  assert.match(status, /^Seccomp:\t2$/m);
  go();
  // Neither flood kept the other from being read.
  for (const role of [1, 2]) {
    await find(`flood ${role}`, ({ channel, total = 0 }) => channel === role && total >= 1e7);
  }
});

test("passes on what roles say, bounded and with one priority", {
  parsers: {
    talks: `
      const say = (text) => Deno.stderr.writeSync(new TextEncoder().encode(text));
      say("<0>to every terminal\\n\\u001b]0;title\\u0007steers\\n" + "x".repeat(200000) + "\\n");
      for (let line = 0; line < 5000; line += 1) say("line " + line + "\\n");
      say("half of a line");
      Deno.exit(0);`,
  },
  steps: [say("start", "1", "parser:talks")],
}, async (daemon) => {
  assert.equal(await daemon.reason(1), "ended with status 0");
  const [first = "", second = "", third = "", ...rest] = daemon.messages;
  assert.equal(first, "kato: parser:talks: <0>to every terminal.");
  assert.equal(second, "kato: parser:talks: ?]0;title?steers.");
  assert.match(third, /^kato: parser:talks: x{4000,4096}…\.$/);
  const lines = rest.filter((one) => one.startsWith("kato: parser:talks: line "));
  assert.ok(lines.length >= 17 && lines.length < 100, `${lines.length} lines`);
  assert.match(rest.at(-1) ?? "", /^kato: \d+ lines of the parser:talks were left out/);
});

test("gives no role a descriptor of the terminal or the journal", {
  parsers: {
    looks: `
      const { symbols: { isatty, fstat } } = Deno.dlopen("libc.so.6", {
        isatty: { parameters: ["i32"], result: "i32" },
        fstat: { parameters: ["i32", "buffer"], result: "i32" },
      });
      const facts = new DataView(new ArrayBuffer(256));
      const results = {};
      // The type of a file stands in the mode, 24 bytes on (16 on arm64).
      const at = Deno.build.arch === "x86_64" ? 24 : 16;
      for (let fd = 0; fd <= 2; fd += 1) {
        fstat(fd, new Uint8Array(facts.buffer));
        results[fd] = (facts.getUint32(at, true) & 0o170000) === 0o010000 ? "pipe" : "something else";
      }
      console.error(JSON.stringify({ role: "looks", results }));`,
  },
  options: ["--allow-all"],
  steps: [say("start", "1", "parser:looks")],
}, async ({ find }) => {
  const { results } = await find("what the role sees", ({ role }) => role === "looks");
  assert.deepEqual(results, { 0: "pipe", 1: "pipe", 2: "pipe" });
});

const TABLE: readonly (readonly [string, DaemonOptions["steps"]])[] = [
  ["an absurd length", [{ raw: [1, 0, 0, 0, 255, 255, 255, 255] }]],
  ["an unknown word", [say("run", "1", "/bin/true")]],
  ["an empty message", [{ raw: [0, 0, 0, 0, 0, 0, 0, 0] }]],
  ["bytes for a role that never was", [{ data: [5, "x"] }]],
  ["nothing, for a role that never was", [{ raw: [5, 0, 0, 0, 0, 0, 0, 0] }]],
  ["two roles on one channel", [say("start", "1", "parser:echo"), say("start", "1", "parser:echo")]],
  ["more than may be under way", [
    say("start", "1", "parser:deaf"),
    ...Array.from({ length: 20 }, () => ({ data: [1, "x", 65_536] as const })),
  ]],
];
for (const [what, steps] of TABLE) {
  test(`ends everything, with 70, when the orchestrator sends ${what}`, {
    parsers: { echo: ECHO, deaf: "setInterval(() => {}, 1000);" },
    steps,
  }, async (daemon) => {
    assert.equal((await daemon.status).code, 70);
    assert.match(daemon.messages.at(-1) ?? "", /it said what it must not say/);
    await whenNoneIsLeft(daemon);
  });
}

for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
  test(`hands ${signal} to the orchestrator and ends all`, {
    steps: [say("start", "1", "parser:echo"), { data: [1, "x"] }],
  }, async (daemon) => {
    await daemon.find("the echo", ({ channel }) => channel === 1);
    const start = performance.now();
    daemon.child.kill(signal);
    assert.equal((await daemon.status).code, signal === "SIGHUP" ? 75 : 0);
    const took = performance.now() - start;
    assert.ok(isWithin(took, 2000), `${took} ms`);
    assert.deepEqual(daemon.facts.at(-1), { signal });
    await whenNoneIsLeft(daemon);
  });
}

for (const [signal, status] of [["SIGTERM", 0], ["SIGHUP", 75]] as const) {
  test(`takes ${signal} for obeyed when it ends an orchestrator that does not listen yet`, {
    line: ["deaf"],
    steps: [say("start", "1", "parser:echo"), { data: [1, "x"] }],
  }, async (daemon) => {
    await daemon.find("the echo", ({ channel }) => channel === 1);
    daemon.child.kill(signal);
    assert.equal((await daemon.status).code, status);
    await whenNoneIsLeft(daemon);
  });
}

test("kills an orchestrator that does not stop, after 5 s", {
  line: ["stubborn"],
  steps: [say("start", "1", "parser:echo"), { data: [1, "x"] }],
}, async (daemon) => {
  await daemon.find("the echo", ({ channel }) => channel === 1);
  const start = performance.now();
  daemon.child.kill("SIGTERM");
  assert.equal((await daemon.status).code, 70);
  const took = performance.now() - start;
  assert.ok(took > 4900 && isWithin(took, 7500), `${took} ms`);
  await whenNoneIsLeft(daemon);
});

test("leaves no process behind when it is killed itself", {
  parsers: { echo: ECHO, loop: "for (;;);" },
  steps: [say("start", "1", "parser:echo"), say("start", "2", "parser:loop"), { data: [1, "x"] }],
}, async (daemon) => {
  await daemon.find("the echo", ({ channel }) => channel === 1);
  assert.equal(processesOf(daemon.stage.root).length, 4);
  daemon.child.kill("SIGKILL");
  await daemon.status;
  await whenNoneIsLeft(daemon);
});

test(
  "ends with the orchestrator, and as it ended",
  { steps: [{ wait: 50 }, { exit: 75 }] },
  async (daemon) => {
    assert.equal((await daemon.status).code, 75);
    await whenNoneIsLeft(daemon);
  },
);

test(
  "has an orchestrator that ended without being told started again",
  { steps: [{ wait: 50 }, { exit: 0 }] },
  async (daemon) => {
    assert.equal((await daemon.status).code, 70);
    assert.match(daemon.messages.at(-1) ?? "", /ended without having been told to/);
  },
);

const DAMAGES: readonly (readonly [what: string, prepare: (library: string) => void, says: RegExp])[] = [
  [
    "is not as it was built",
    (library) => Deno.writeFileSync(`${library}/facts`, new Uint8Array(9)),
    /facts is not the/,
  ],
  ["lacks a file", (library) => Deno.removeSync(`${library}/facts`), /facts cannot be read/],
  ["has no sums", (library) => Deno.removeSync(`${library}/SHA256SUMS`), /SHA256SUMS cannot be read/],
  ["has empty sums", (library) => Deno.truncateSync(`${library}/SHA256SUMS`), /SHA256SUMS is empty/],
  [
    "has sums of something elsewhere",
    (library) => Deno.writeTextFileSync(`${library}/SHA256SUMS`, `${"0".repeat(64)}  ../deno\n`),
    /SHA256SUMS is damaged/,
  ],
];
for (const [what, prepare, says] of DAMAGES) {
  test(`ends the daemon, with 78, whose installation ${what}`, {
    prepare: ({ library }) => prepare(library),
    steps: [],
  }, async (daemon) => {
    assert.equal((await daemon.status).code, 78);
    assert.ok(daemon.messages.some((one) => says.test(one)), daemon.messages.join("\n"));
  });
}

test("leaves no file behind that no writer could be started for", {
  // Room for the pipes of a few roles.
  under: ["prlimit", "--nofile=40:40"],
  steps: Array.from(
    { length: 16 },
    (_, index) => say("start", String(index + 1), "writer", "create", `~/.kato/exports/${index + 1}.md`),
  ),
}, async (daemon) => {
  const ends = await Promise.all([15, 16].map((channel) => daemon.reason(channel)));
  const isRefused = ({ said = [] }: Fact, channel: number) =>
    said[0] === "ended" && said[1] === String(channel) && said[2]?.startsWith("refused: ") === true;
  const refused = Array.from({ length: 16 }, (_, index) => index + 1)
    .filter((channel) => daemon.facts.some((fact) => isRefused(fact, channel)));
  assert.ok(ends.every((reason) => /^refused: /.test(reason)), ends.join());
  assert.ok(refused.length > 2 && refused.length < 16, refused.join());
  const made = [...Deno.readDirSync(exportsOf(daemon.stage, ""))].map(({ name }) => Number.parseInt(name));
  assert.deepEqual(made.filter((number) => refused.includes(number)), []);
  assert.equal(made.length + refused.length, 16);
});

test(
  "ends an orchestrator whose heart does not beat, after 30 s",
  { steps: [{ loop: true }] },
  async (daemon) => {
    const start = performance.now();
    assert.equal((await daemon.status).code, 70);
    assert.ok(performance.now() - start > 29_000);
    assert.match(daemon.messages.at(-1) ?? "", /no heartbeat/);
  },
);

test("has the daemon start again when a provider's folder appears", {
  steps: [{ wait: 1 }],
}, async (daemon) => {
  await daemon.find("the start", ({ began }) => began !== undefined);
  daemon.stage.folder("echo");
  assert.equal((await daemon.status).code, 75);
  assert.match(daemon.messages.join("\n"), /echo has appeared or was replaced/);
});

test("starts no role from files that an upgrade has replaced, and starts again when they have come to rest", {
  // The folder rests for as long before the daemon starts again.
  options: ["--replan", "4000"],
  steps: [
    say("start", "1", "parser:echo"),
    { data: [1, "x"] },
    { untilGo: true },
    say("start", "2", "parser:echo"),
    say("start", "3", "writer", "create", "~/.kato/exports/a.md"),
    { data: [1, "y"] },
  ],
}, async (daemon) => {
  await daemon.find("the echo", ({ channel }) => channel === 1);
  const sums = `${daemon.stage.library}/SHA256SUMS`;
  Deno.copyFileSync(sums, `${sums}.new`);
  Deno.renameSync(`${sums}.new`, sums);
  daemon.go();
  for (const channel of [2, 3]) {
    assert.match(
      await daemon.reason(channel),
      /^refused: .*\/lib\/kato\/SHA256SUMS is not the file that this daemon was started with/,
    );
  }
  assert.deepEqual([...Deno.readDirSync(exportsOf(daemon.stage, ""))], []);
  assert.equal((await daemon.status).code, 75);
  assert.match(daemon.messages.join("\n"), /lib\/kato has appeared or was replaced; the daemon is to start/);
});

test("passes on nothing of a role whose files were replaced before it said anything", {
  steps: [say("start", "1", "parser:echo"), { untilGo: true }, { data: [1, "x"] }],
}, async (daemon) => {
  await daemon.find("its start", ({ said }) => said?.[0] === "started");
  const { library } = daemon.stage;
  Deno.copyFileSync(`${library}/SHA256SUMS`, `${library}/SHA256SUMS.new`);
  Deno.renameSync(`${library}/SHA256SUMS.new`, `${library}/SHA256SUMS`);
  daemon.go();
  assert.match(await daemon.reason(1), /^killed: it was started from files that were replaced/);
  assert.ok(!daemon.facts.some(({ channel }) => channel === 1));
});

test("does not count the time in which the whole service was frozen as a silence of the orchestrator", {
  options: ["--beat", "6"],
  steps: [say("start", "1", "parser:echo"), { data: [1, "x"] }, { untilGo: true }, { data: [1, "y"] }],
}, async (daemon) => {
  await daemon.find("the echo", ({ channel }) => channel === 1);
  daemon.go();
  const frozen = processesOf(daemon.stage.root);
  for (const pid of frozen) Deno.kill(pid, "SIGSTOP");
  await new Promise((resolve) => setTimeout(resolve, 7_000));
  // The monitor comes first, and looks at its clock before anybody else can say something.
  const monitor = daemon.child.pid;
  const others = frozen.filter((pid) => pid !== monitor);
  const before = waitsOf(monitor);
  Deno.kill(monitor, "SIGCONT");
  await until("the monitor has looked, and waits again", () => waitsOf(monitor) > before);
  for (const pid of others) Deno.kill(pid, "SIGCONT");
  daemon.child.kill("SIGTERM");
  assert.equal((await daemon.status).code, 0, daemon.messages.join("\n"));
});

test("goes on where it was after it was halted: what was asked of it meanwhile is done once", {
  steps: [
    say("start", "1", "parser:echo"),
    { data: [1, "x"] },
    { untilGo: true },
    say("start", "2", "parser:echo"),
    { data: [2, "z"] },
    say("start", "3", "writer", "create", "~/.kato/exports/a.md"),
  ],
}, async (daemon) => {
  await daemon.find("the echo", ({ channel }) => channel === 1);
  daemon.child.kill("SIGSTOP");
  daemon.go();
  daemon.child.kill("SIGCONT");
  await daemon.find("the second echo", ({ channel, text }) => channel === 2 && text === "z");
  await daemon.find("the writer", ({ said }) => said?.[0] === "started" && said[1] === "3");
  const said = daemon.facts.flatMap(({ said }) => said === undefined ? [] : [`${said[0]} ${said[1]}`]);
  const about = said.filter((one) => !one.startsWith("ack"));
  assert.deepEqual(about, ["started 1", "started 2", "started 3"]);
  daemon.child.kill("SIGTERM");
  assert.equal((await daemon.status).code, 0);
});
