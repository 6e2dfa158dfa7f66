/** Files that people and attackers touch while kato writes them. Scenarios 8, 21, 23. */
import assert from "node:assert/strict";
import { append, createRows } from "./stage/claude_rows.ts";
import { makeHome, startDaemon } from "./stage/harness.ts";
import { renderCapture } from "./stage/one_shot.ts";
import {
  captureIntoVault,
  decisionsOf,
  denyVault,
  readExport,
  setStage,
  type Stage,
  whenHolds,
  whenText,
  WITH_VAULT,
} from "./stage/stage.ts";
import { until } from "./stage/until.ts";

const CAPTURE = "::capture notes.md";

/** A recording of two messages, at whose file somebody does `touch`; then a third message comes. */
async function whileTouched(
  touch: (path: string) => void,
  look: (stage: Stage, before: string) => Promise<void>,
): Promise<void> {
  await using stage = await setStage();
  const { rows, say, log, home } = stage;
  say(rows.user(CAPTURE), rows.assistant("one"));
  await whenText(stage, "notes.md", renderCapture(log, CAPTURE));
  const before = readExport(home, "notes.md");
  touch(`${home.exports}/notes.md`);
  say(rows.assistant("two"));
  await look(stage, before);
}

/** The audit log comes to tell of the file, with this reason. */
async function whenTold({ home, daemon }: Stage, reason: string): Promise<void> {
  await until(
    `${reason} is on record`,
    () =>
      home.audit().some((record) => record.reason === reason && record.path === `${home.exports}/notes.md`),
    {
      saw: daemon.said,
    },
  );
}

// Scenario 8.
Deno.test("recording: what the person adds to the file stays, and kato goes on behind it", () =>
  whileTouched(
    (path) => Deno.writeTextFileSync(path, "my own remark\n", { append: true }),
    async (stage, before) => {
      await whenHolds(stage, "notes.md", "\ntwo\n");
      assert.ok(readExport(stage.home, "notes.md").startsWith(`${before}my own remark\n`));
      await whenTold(stage, "edited");
    },
  ));

Deno.test("recording: a file that the person made shorter is not filled up again", () =>
  whileTouched(
    (path) => Deno.writeTextFileSync(path, "only this\n"),
    async (stage) => {
      await whenHolds(stage, "notes.md", "\ntwo\n");
      const text = readExport(stage.home, "notes.md");
      assert.ok(text.startsWith("only this\n") && !text.includes("\none\n"), text);
      await whenTold(stage, "edited");
    },
  ));

Deno.test("recording: an editor that saves by renaming keeps its text, and the recording goes on in it", () =>
  whileTouched(
    (path) => {
      Deno.writeTextFileSync(`${path}~`, `${Deno.readTextFileSync(path)}edited\n`);
      Deno.renameSync(`${path}~`, path);
    },
    async (stage, before) => {
      await whenHolds(stage, "notes.md", "\ntwo\n");
      assert.ok(readExport(stage.home, "notes.md").startsWith(`${before}edited\n`));
      await whenTold(stage, "replaced-by-user");
    },
  ));

Deno.test("recording: a file that was renamed keeps what it has; the rest goes to a new one", () =>
  whileTouched(
    (path) => Deno.renameSync(path, path.replace("notes.md", "mine.md")),
    async (stage, before) => {
      await whenHolds(stage, "notes.md", "\ntwo\n");
      assert.equal(readExport(stage.home, "mine.md"), before);
      await whenTold(stage, "created-again");
    },
  ));

Deno.test("recording: a file that was deleted is made again for what comes next", () =>
  whileTouched((path) => Deno.removeSync(path), async (stage) => {
    await whenHolds(stage, "notes.md", "\ntwo\n");
    await whenTold(stage, "created-again");
  }));

// Scenarios 8, 21.
const TURNED_BAD: Readonly<Record<string, (path: string, outside: string) => void>> = {
  "a symlink to a file outside": (path, outside) => {
    Deno.removeSync(path);
    Deno.symlinkSync(outside, path);
  },
  "a second name of a file outside": (path, outside) => {
    Deno.removeSync(path);
    Deno.linkSync(outside, path);
  },
  "a FIFO": (path) => {
    Deno.removeSync(path);
    new Deno.Command("mkfifo", { args: [path] }).outputSync();
  },
  "a folder": (path) => {
    Deno.removeSync(path);
    Deno.mkdirSync(path);
  },
};

for (const [name, turn] of Object.entries(TURNED_BAD)) {
  Deno.test(`recording: a file that became ${name} gets no byte; status says why, the rest comes later`, async () => {
    const outside = await Deno.makeTempFile();
    try {
      await whileTouched((path) => turn(path, outside), async (stage) => {
        const { home, daemon, log } = stage;
        const blocked = await daemon.whenRecording("notes.md", "blocked");
        assert.notEqual(blocked.problem, null);
        assert.ok(
          home.audit().some(({ event, decision, path }) =>
            event === "destination-opened" && decision === "deny" && path === `${home.exports}/notes.md`
          ),
        );
        assert.equal(Deno.readTextFileSync(outside), "");
        // It is mended: nothing was lost.
        Deno.removeSync(`${home.exports}/notes.md`, { recursive: true });
        await whenHolds(stage, "notes.md", "\ntwo\n");
        const whole = renderCapture(log, CAPTURE);
        assert.ok(whole.endsWith(readExport(home, "notes.md")));
      });
    } finally {
      await Deno.remove(outside);
    }
  });
}

// Scenario 21. Each destination is asked for by a command; `reason` null: allowed.
interface Asked {
  readonly prepare?: (home: string, exports: string, outside: string) => void;
  readonly destination: string;
  readonly reason: string | null;
}
const ASKED: Readonly<Record<string, Asked>> = {
  "a dangling symlink": {
    prepare: (_, exports, outside) => Deno.symlinkSync(`${outside}/none.md`, `${exports}/a.md`),
    destination: "a.md",
    reason: "symlink",
  },
  "a live symlink": {
    prepare: (_, exports, outside) => Deno.symlinkSync(`${outside}/file.md`, `${exports}/b.md`),
    destination: "b.md",
    reason: "symlink",
  },
  "a folder that is a symlink": {
    prepare: (_, exports, outside) => Deno.symlinkSync(outside, `${exports}/c`),
    destination: "c/new.md",
    reason: "outside-roots",
  },
  "a hard link": {
    prepare: (_, exports, outside) => Deno.linkSync(`${outside}/file.md`, `${exports}/d.md`),
    destination: "d.md",
    reason: "hard-link",
  },
  "a FIFO": {
    prepare: (_, exports) => void new Deno.Command("mkfifo", { args: [`${exports}/e.md`] }).outputSync(),
    destination: "e.md",
    reason: "not-a-regular-file",
  },
  "a folder": {
    prepare: (_, exports) => Deno.mkdirSync(`${exports}/f.md`),
    destination: "f.md",
    reason: "not-a-regular-file",
  },
  "another way to say the root": { destination: "/proc/self/root/tmp/g.md", reason: "system-location" },
  "a place outside the roots": { destination: "~/h.md", reason: "outside-roots" },
  "kato's own state": { destination: "~/.kato/state/i.md", reason: "hidden-segment" },
  "a file that kato did not make": {
    prepare: (_, exports) => Deno.writeTextFileSync(`${exports}/j.md`, "mine"),
    destination: "j.md",
    reason: "not-created-by-kato",
  },
  "a folder that others may write": {
    prepare(_, exports) {
      Deno.mkdirSync(`${exports}/k`);
      Deno.chmodSync(`${exports}/k`, 0o777);
    },
    destination: "k/new.md",
    reason: "writable-by-others",
  },
  "a name that begins with two dots": { destination: "..foo.md", reason: null },
  "a name with a comma": { destination: "one,two.md", reason: null },
  "folders that do not exist yet": { destination: "x/y/z.md", reason: null },
};

Deno.test("destinations: every odd one is denied with its reason and the policy's hash, and nothing outside is touched", async (t) => {
  await using home = await makeHome();
  const outside = await Deno.makeTempDir();
  Deno.writeTextFileSync(`${outside}/file.md`, "precious");
  for (const { prepare } of Object.values(ASKED)) prepare?.(home.path, home.exports, outside);
  await using daemon = startDaemon(home);
  const { policy } = await daemon.whenUp();
  for (const [name, { destination, reason }] of Object.entries(ASKED)) {
    await t.step(name, async () => {
      const rows = createRows();
      append(home.log(rows.session), rows.user(`::capture ${destination}`));
      const record = await until(
        `${destination} is decided`,
        () => home.audit().find(({ event, session }) => event === "command" && session === rows.session),
      );
      assert.equal(record.decision, reason === null ? "allow" : "deny", JSON.stringify(record));
      if (reason !== null) {
        assert.equal(record.reason, reason);
        const told = await daemon.whenStatus(
          "the denial is told",
          ({ denials }) => denials.some(({ session }) => session === rows.session),
        );
        const message = told.denials.find(({ session }) => session === rows.session)?.message ?? "";
        assert.match(message, / (?:Type: ::capture|(?:Run|run): \S+) ?.*$/, message);
      }
      assert.equal(record.policyHash, policy.hash);
      assert.equal(record.policyVersion, policy.version);
      if (reason === null) {
        await until(`${destination} is written`, () => readExport(home, destination) !== "", {
          saw: daemon.said,
        });
      }
    });
  }
  assert.deepEqual([...Deno.readDirSync(outside)].map(({ name }) => name), ["file.md"]);
  assert.equal(Deno.readTextFileSync(`${outside}/file.md`), "precious");
  assert.equal(readExport(home, "j.md"), "mine");
  await Deno.remove(outside, { recursive: true });
});

// Scenario 23.
for (const umask of ["0777", "0", "022"]) {
  Deno.test(`modes: files are 0600 and folders 0700 under umask ${umask}`, async () => {
    await using home = await makeHome();
    // As on a first start: only the launcher's folders are there.
    Deno.removeSync(home.places.state, { recursive: true });
    Deno.removeSync(home.places.logs, { recursive: true });
    await using daemon = startDaemon(home, { umask });
    await daemon.whenUp();
    const rows = createRows();
    append(home.log(rows.session), rows.user("::capture deep/er/notes.md"), rows.assistant("one"));
    await until("it is recorded", () => readExport(home, "deep/er/notes.md").includes("one"), {
      saw: daemon.said,
    });
    assert.equal(await daemon.stop(), 0);
    const modes = [...walk(home.places.base)].map(({ path, isDirectory }) => [
      path.slice(home.places.base.length),
      ((Deno.lstatSync(path).mode ?? 0) & 0o777).toString(8),
      isDirectory ? "700" : "600",
    ]);
    assert.deepEqual(modes.filter(([, mode, wanted]) => mode !== wanted), []);
    assert.ok(modes.length >= 10, `${modes.length} entries were looked at`);
  });
}

function* walk(folder: string): Generator<{ path: string; isDirectory: boolean }> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = `${folder}/${name}`;
    yield { path, isDirectory };
    if (isDirectory) yield* walk(path);
  }
}

// Scenario 23.
Deno.test("modes: a policy that others may write is refused, and nothing runs", async () => {
  await using home = await makeHome("[recording]\ncommands = true\n");
  Deno.chmodSync(home.places.policyFile, 0o666);
  await using daemon = startDaemon(home);
  const { code } = await daemon.exit;
  assert.equal(code, 78);
  await until("it says what to mend", () => daemon.said().includes("chmod go-w"), { saw: daemon.said });
  assert.equal(home.status(), null);
});

Deno.test("destinations: commands are off where policy says so", async () => {
  await using stage = await setStage("version = 1\n[recording]\ncommands = false\n");
  stage.say(stage.rows.user(CAPTURE));
  assert.deepEqual(await decisionsOf(stage, 1), ["deny ::capture notes.md: commands-off"]);
  assert.deepEqual([...Deno.readDirSync(stage.home.exports)], []);
});

Deno.test("recording: a policy that no longer names the folder ends what is written there, and nothing else", async () => {
  await using stage = await setStage(WITH_VAULT);
  const { rows, say, home } = stage;
  const file = await captureIntoVault(stage);
  const before = Deno.readTextFileSync(file);
  await denyVault(stage);
  say(
    rows.assistant("when it was not"),
    rows.user("::record other.md\nelsewhere"),
    rows.assistant("allowed again"),
  );
  await whenHolds(stage, "other.md", "allowed again");
  assert.equal(Deno.readTextFileSync(file), before);
  const denied = home.audit().filter(({ path, decision }) => path === file && decision === "deny");
  assert.deepEqual([...new Set(denied.map(({ event, reason }) => `${event} ${reason}`))], [
    "destination-opened outside-roots",
  ]);
});

Deno.test("destinations: a person's own file with the inode of one that kato made is not kato's", async () => {
  await using stage = await setStage();
  const { rows, say, home } = stage;
  say(rows.user("::record gone.md\nhello"), rows.assistant("one"), rows.user("::stop"));
  await stage.daemon.whenRecording("gone.md", "stopped");
  const { ino } = Deno.statSync(`${home.exports}/gone.md`);
  Deno.removeSync(`${home.exports}/gone.md`);
  // Most file systems give the number again at once; where one does not, the state's own test shows the same.
  let own = "own0.md";
  for (let n = 0; n < 200; n += 1) {
    own = `own${n}.md`;
    Deno.writeTextFileSync(`${home.exports}/${own}`, "my notes\n", { mode: 0o600 });
    if (Deno.statSync(`${home.exports}/${own}`).ino === ino) break;
  }
  say(rows.user(`::record ${own}`));
  assert.equal((await decisionsOf(stage, 3)).at(-1), `deny ::record ${own}: not-created-by-kato`);
  assert.equal(home.readExport(own), "my notes\n");
});

Deno.test("destinations: a root that leads elsewhere since kato started, by a link, is no root any more", async () => {
  await using home = await makeHome('[destinations]\nroots = ["~/a/b"]\ndefault_root = "~/a/b"\n');
  Deno.mkdirSync(`${home.path}/a/b`, { recursive: true, mode: 0o700 });
  Deno.mkdirSync(`${home.path}/private/b`, { recursive: true, mode: 0o700 });
  await using daemon = startDaemon(home);
  await daemon.whenUp();
  Deno.renameSync(`${home.path}/a`, `${home.path}/moved`);
  Deno.symlinkSync("private", `${home.path}/a`);
  const rows = createRows();
  append(home.log(rows.session), rows.user("::record notes.md\nhello"), rows.assistant("one"));
  const decisions = () => home.audit().filter(({ event }) => event === "command");
  await until("it is decided", () => decisions().length > 0, { saw: daemon.said });
  assert.deepEqual(decisions().map(({ decision }) => decision), ["deny"]);
  assert.deepEqual([...Deno.readDirSync(`${home.path}/private/b`)], []);
});
