/**
 * Folders that somebody poisoned: what is no file, what cannot be read, what is a link, what comes by the thousand. The
 * runtime's own watcher is in it, so the daemon is a real one.
 */
import assert from "node:assert/strict";
import type { Status } from "../../src/protocol/status.ts";
import { append, createRows } from "../daemon/stage/claude_rows.ts";
import { CLAUDE, type Client, CODEX, GEMINI, logOf } from "../daemon/stage/clients.ts";
import { type Daemon, makeHome, startDaemon, type TestHome } from "../daemon/stage/harness.ts";
import { readExport, setStage, setStageFor, whenHolds } from "../daemon/stage/stage.ts";
import { until } from "../daemon/stage/until.ts";
import { type Need, onlyWith } from "../needs.ts";

/** The long form has five times as many. */
const NEW_SESSIONS = Number(Deno.env.get("KATO_NEW_SESSIONS") ?? 2_000);

function run(program: string, ...args: string[]): void {
  const { success, stderr } = new Deno.Command(program, { args }).outputSync();
  assert.ok(success, new TextDecoder().decode(stderr));
}

/** What the status tells of the client whose folder was poisoned. */
function ownOf({ providers }: Status, { provider }: Client) {
  const own = providers.find((side) => side.provider === provider.id);
  assert.ok(own !== undefined);
  return own;
}

const tells = (kind: string, what: string, client: Client = CLAUDE) => (status: Status) =>
  ownOf(status, client).troubles.some((trouble) => trouble.kind === kind && trouble.what.endsWith(what));

/** A session that was never seen before is recorded, and goes on. */
async function isServed(client: Client, home: TestHome, daemon: Daemon, name: string): Promise<void> {
  const rows = client.createRows();
  const log = logOf(client, home, rows.session);
  client.put(log, rows.user(`::capture ${name}.md`), rows.assistant("one"));
  await until(`${name} is recorded`, () => readExport(home, `${name}.md`).includes("one"), {
    saw: daemon.said,
  });
  for (const word of ["two", "three"]) {
    client.put(log, rows.assistant(word));
    await until(`${name} goes on`, () => readExport(home, `${name}.md`).includes(word), { saw: daemon.said });
  }
}

/** A FIFO at each place that the watcher of the runtime would open. */
const FIFOS: Readonly<Record<string, (home: TestHome) => string>> = {
  "in the root": ({ root }) => `${root}/fifo`,
  "called as a log": (home) => home.log("01234567-89ab-4def-8123-456789abcdef"),
  "in a project's folder, called as nothing that is known": (home) => `${home.log("x").slice(0, -8)}/.lock`,
  "in a folder that is new"(home) {
    const path = home.log("fifo", "-new");
    return path;
  },
};

for (const [where, place] of Object.entries(FIFOS)) {
  Deno.test(`a FIFO ${where} is never waited for: sessions old and new are served, and it is told of`, async () => {
    await using stage = await setStage();
    const { home, daemon, rows } = stage;
    stage.say(rows.user("::capture old.md"), rows.assistant("before"));
    await whenHolds(stage, "old.md", "before");
    const path = place(home);
    run("mkfifo", path);
    stage.say(rows.assistant("after"));
    await whenHolds(stage, "old.md", "after");
    await isServed(CLAUDE, home, daemon, "first");
    Deno.mkdirSync(`${home.root}/-later`);
    const later = createRows();
    append(home.log(later.session, "-later"), later.user("::capture later.md"), later.assistant("later"));
    await until("a new folder is served", () => readExport(home, "later.md").includes("later"), {
      saw: daemon.said,
    });
    await daemon.whenStatus("it is told of", tells("special-file", path.slice(-20)));
    assert.equal(await daemon.stop(), 0);
  });
}

Deno.test("a FIFO makes the watcher deaf: that is noticed, and told; a daemon that finds it there watches the rest", async () => {
  await using stage = await setStage();
  const { home, daemon, rows } = stage;
  stage.say(rows.user("hello"));
  // A FIFO that is made in the very moment in which a folder begins to be watched would end the daemon's thread.
  await daemon.whenStatus("it is followed", (status) => ownOf(status, CLAUDE).followed === 1);
  run("mkfifo", `${home.root}/fifo`);
  await daemon.whenStatus("it is looked at", (status) => ownOf(status, CLAUDE).state === "polling");
  await isServed(CLAUDE, home, daemon, "looked");
  await daemon.stop();
  stage.daemon = startDaemon(home);
  await stage.daemon.whenUp();
  await stage.daemon.whenStatus("it is watched", (status) => ownOf(status, CLAUDE).state === "watching");
  await isServed(CLAUDE, home, stage.daemon, "watched");
  assert.equal(await stage.daemon.stop(), 0);
});

Deno.test("a FIFO that does not stop the watcher yet ends the trust in it, until the FIFO is gone", async () => {
  await using stage = await setStage();
  const { home, daemon, say, rows } = stage;
  const path = `${home.root}/fifo`;
  run("mkfifo", path);
  // Its other end is open, so nobody waits for it: events arrive as before.
  using _end = Deno.openSync(path, { read: true, write: true });
  say(rows.user("hello"));
  await daemon.whenStatus("it is looked at", (status) => ownOf(status, CLAUDE).state === "polling");
  await isServed(CLAUDE, home, daemon, "looked");
  assert.equal(ownOf(await daemon.whenUp(), CLAUDE).state, "polling");
  Deno.removeSync(path);
  await daemon.whenStatus("it is watched", (status) => ownOf(status, CLAUDE).state === "watching");
  await isServed(CLAUDE, home, daemon, "watched");
  assert.equal(await daemon.stop(), 0);
});

for (const client of [CODEX, GEMINI] as readonly Client[]) {
  Deno.test(`sockets, links and FIFOs below the root of ${client.provider.id} are told of, and sessions are served`, async () => {
    await using stage = await setStageFor(client);
    const { home, daemon, log, rows } = stage;
    stage.say(rows.user("::capture old.md"), rows.assistant("before"));
    await whenHolds(stage, "old.md", "before");
    const folder = log.slice(0, log.lastIndexOf("/"));
    using _socket = Deno.listen({ transport: "unix", path: `${folder}/socket.jsonl` });
    Deno.symlinkSync("/dev/zero", `${folder}/zero.jsonl`);
    Deno.symlinkSync("/", `${folder}/everything`);
    run("mkfifo", `${folder}/fifo.jsonl`);
    stage.say(rows.assistant("after"));
    await whenHolds(stage, "old.md", "after");
    await isServed(client, home, daemon, "new");
    await daemon.whenStatus(
      "all are told of",
      (status) =>
        [
          tells("special-file", "socket.jsonl", client),
          tells("link", "zero.jsonl", client),
          tells("link", "everything", client),
          tells("special-file", "fifo.jsonl", client),
        ]
          .every((isTold) => isTold(status)),
    );
    assert.equal(await daemon.stop(), 0);
  });
}

/** A container may have no right to make devices, even for root. */
const DEVICES: Need = {
  isMet: Deno.uid() === 0 && (() => {
    const folder = Deno.makeTempDirSync({ prefix: "kato-device-" });
    const { success } = new Deno.Command("mknod", { args: [`${folder}/null`, "c", "1", "3"] }).outputSync();
    Deno.removeSync(folder, { recursive: true });
    return success;
  })(),
  otherwise: "only root may make devices: run the same task as root, on a machine of its own",
};

/** What a folder of logs may hold in the place of one, under the name of one. */
const ODD:
  readonly (readonly [what: string, kind: string, need: readonly Need[], make: (path: string) => void])[] = [
    ["a link to itself", "link", [], (path) => Deno.symlinkSync(path, path)],
    ["a loop of links", "link", [], (path) => {
      Deno.symlinkSync(`${path}.other`, path);
      Deno.symlinkSync(path, `${path}.other`);
    }],
    ["a link to its own folder", "link", [], (path) => Deno.symlinkSync(".", path)],
    ["an endless device", "special-file", [DEVICES], (path) => run("mknod", path, "c", "1", "5")],
    [
      "a device that waits for a terminal",
      "special-file",
      [DEVICES],
      (path) => run("mknod", path, "c", "5", "0"),
    ],
  ];

for (const [what, kind, needs, make] of ODD) {
  Deno.test(onlyWith(`${what} called as a log is told of, and sessions are served`, ...needs), async () => {
    await using stage = await setStage();
    const { home, daemon, rows, say } = stage;
    say(rows.user("::capture old.md"), rows.assistant("before"));
    await whenHolds(stage, "old.md", "before");
    const path = home.log("01234567-89ab-4def-8123-456789abcdef");
    make(path);
    say(rows.assistant("after"));
    await whenHolds(stage, "old.md", "after");
    await isServed(CLAUDE, home, daemon, "new");
    await daemon.whenStatus("it is told of", tells(kind, path.slice(-20)));
    assert.equal(await daemon.stop(), 0);
  });
}

for (const client of [CLAUDE, CODEX, GEMINI] as readonly Client[]) {
  Deno.test(`${client.provider.id}: a log that grew while nobody could read it is read when it is readable again`, async () => {
    await using stage = await setStageFor(client);
    const { daemon, log, rows } = stage;
    stage.say(rows.user("::capture a.md"), rows.assistant("one"));
    await whenHolds(stage, "a.md", "one");
    const { size } = Deno.statSync(log);
    const closedFolder = log.slice(0, log.lastIndexOf("/"));
    using file = Deno.openSync(log, { append: true });
    Deno.chmodSync(log, 0);
    file.writeSync(new TextEncoder().encode(rows.assistant("two")));
    assert.ok(Deno.statSync(log).size > size);
    await daemon.whenStatus(
      "it is missed",
      (status) => Deno.uid() === 0 || tells("gone", "cannot be read", client)(status),
    );
    Deno.chmodSync(log, 0o600);
    await whenHolds(stage, "a.md", "two");

    Deno.chmodSync(closedFolder, 0);
    file.writeSync(new TextEncoder().encode(rows.assistant("three")));
    Deno.chmodSync(closedFolder, 0o700);
    await whenHolds(stage, "a.md", "three");
    assert.equal(await daemon.stop(), 0);
  });
}

Deno.test("a folder that is closed in the moment it is made is watched when it is opened", async () => {
  await using stage = await setStage();
  const { home, daemon } = stage;
  const folder = `${home.root}/-closed`;
  Deno.mkdirSync(folder, { mode: 0 });
  // Time enough to look in vain.
  await isServed(CLAUDE, home, daemon, "meanwhile");
  Deno.chmodSync(folder, 0o700);
  const rows = createRows();
  const log = home.log(rows.session, "-closed");
  append(log, rows.user("::capture late.md"), rows.assistant("one"));
  await until("it is recorded", () => readExport(home, "late.md").includes("one"), { saw: daemon.said });
  append(log, rows.assistant("two"));
  await until("it goes on", () => readExport(home, "late.md").includes("two"), { saw: daemon.said });
  assert.equal(await daemon.stop(), 0);
});

Deno.test("a folder that is removed and made again is watched again", async () => {
  await using stage = await setStage();
  const { home, daemon } = stage;
  for (const name of ["one", "two", "three"]) {
    const rows = createRows();
    const log = home.log(rows.session, "-again");
    append(log, rows.user(`::capture ${name}.md`), rows.assistant("a word"));
    await until(`${name} is recorded`, () => readExport(home, `${name}.md`).includes("a word"), {
      saw: daemon.said,
    });
    Deno.removeSync(`${home.root}/-again`, { recursive: true });
  }
  assert.equal(await daemon.stop(), 0);
});

Deno.test("a project's folder that is a link is not followed, and the status says so", async () => {
  await using home = await makeHome();
  const elsewhere = `${home.path}/elsewhere`;
  Deno.mkdirSync(elsewhere);
  Deno.symlinkSync(elsewhere, `${home.root}/-linked`);
  await using daemon = startDaemon(home);
  await daemon.whenUp();
  await daemon.whenStatus("it is told", tells("link", "/-linked"));
  const rows = createRows();
  append(`${elsewhere}/${rows.session}.jsonl`, rows.user("::capture linked.md"));
  await isServed(CLAUDE, home, daemon, "other");
  assert.equal(readExport(home, "linked.md"), "");
  assert.equal(await daemon.stop(), 0);
});

Deno.test("thousands of sessions that appear at once keep neither an old session waiting nor a new one", async () => {
  await using stage = await setStage();
  const { home, daemon, rows } = stage;
  stage.say(rows.user("::capture old.md"), rows.assistant("before"));
  await whenHolds(stage, "old.md", "before");
  let made = 0;
  const make = () => {
    const other = createRows();
    const folder = made % 3 === 0 ? "-home-ada-work" : `-p${made % 100}`;
    append(home.log(other.session, folder), other.user(`hello ${made}`));
    made += 1;
  };
  while (made < NEW_SESSIONS) make();
  // More come as fast as the daemon follows them: who waits for the last of them would wait for ever.
  const flood = setInterval(() => {
    const status = home.status();
    const followed = status === null ? 0 : ownOf(status, CLAUDE).followed;
    while (made < followed + 1000) make();
  }, 250);
  try {
    stage.say(rows.assistant("after"));
    await whenHolds(stage, "old.md", "after");
    await isServed(CLAUDE, home, daemon, "new");
  } finally {
    clearInterval(flood);
  }
  // Each is read, and a session that is read waits for its mark and for the disk.
  const enough = 5 * 60_000;
  await daemon.whenStatus("all are followed", (status) => ownOf(status, CLAUDE).followed >= made, enough);
  assert.equal(await daemon.stop(), 0);
});
