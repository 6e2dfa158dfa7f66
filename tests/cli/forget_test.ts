/** `kato forget`, with a daemon that the test plays: what it says, and that the search has nothing of the session. */
import assert from "node:assert/strict";
import { dirname } from "@std/path";
import type { Answer } from "../../src/protocol/request.ts";
import { lockIndex, openToWrite } from "../../src/search/index_file.ts";
import { openIndexer } from "../../src/search/indexer.ts";
import { DEFAULT_POLICY } from "../../src/settings/defaults.ts";
import { placesOf } from "../../src/settings/places.ts";
import { reportSchema } from "../../src/cli/report/reports.ts";
import { conversation, keepLog, SESSION_A, SESSION_B } from "./stage/logs.ts";
import { answerNext, playDaemon } from "./stage/played_daemon.ts";
import { makeHome, type Place, type Ran, runLine } from "./stage/run_line.ts";

const FORGOTTEN = { result: "done", reason: "forgotten", message: "forgotten", destination: null } as const;

/** A home with two indexed sessions, and a recording of the first. */
async function makeIndexed() {
  const place = makeHome();
  Deno.writeTextFileSync(`${place.system}/policy.toml`, "search.enabled = true\n", { mode: 0o644 });
  for (const session of [SESSION_A, SESSION_B]) keepLog(place.home, session, conversation(session));
  const { exports } = placesOf(place.home);
  Deno.mkdirSync(exports, { recursive: true, mode: 0o700 });
  const exported = await runLine(["export", "5d8aa", "-o", `${exports}/a.md`], place);
  assert.equal(exported.ended, "done", exported.err);
  await runLine(["search", "--update"], place);
  return place;
}

/** Sessions of the hits, and files. */
async function hitsOf(place: Place, ...line: string[]): Promise<string[]> {
  const { ended, out, err } = await runLine(["search", "beans", ...line, "--json"], place);
  assert.equal(ended, "done", err);
  const { hits } = JSON.parse(out) as { hits: { session: string }[] };
  return [...new Set(hits.map(({ session }) => session))];
}

/** What the daemon keeps for `kato search`. */
function keepList({ home }: Place, text: string): void {
  const { forgottenFile } = placesOf(home);
  Deno.mkdirSync(dirname(forgottenFile), { recursive: true });
  Deno.writeTextFileSync(forgottenFile, text);
}

const LIST = JSON.stringify({ v: 1, sessions: [{ provider: "claude-code", session: SESSION_A }] });

async function forget(
  place: Place,
  answer: Omit<Answer, "v" | "id">,
  line: readonly string[] = ["5d8aa"],
): Promise<Ran> {
  using _daemon = playDaemon(place);
  const answered = answerNext(place, answer);
  const ran = await runLine(["forget", ...line], place, { terminal: 80 });
  const { verb, session, destination } = await answered;
  assert.deepEqual([verb, session, destination], ["forget", SESSION_A, null]);
  return ran;
}

Deno.test("kato forget takes the session and its recordings out of the index, and names the files that stay", async () => {
  using place = await makeIndexed();
  assert.deepEqual(await hitsOf(place, "--in", "recordings"), [SESSION_A]);
  keepList(place, LIST);
  const files = [{ path: `${place.home}/.kato/exports/a.md`, file: null, holds: null }];
  assert.deepEqual(await forget(place, { ...FORGOTTEN, files }), {
    ended: "done",
    out: `Forgot session 5d8aa099.
Its words are out of the search index.
These files stay, and kato does not know them as its own any more:
  ~/.kato/exports/a.md
`,
    err: "",
  });
  // Neither the session nor its recording comes back, also when the index is made anew.
  for (const line of [[], ["--in", "recordings"], ["--update"], ["--rebuild"]]) {
    assert.deepEqual(await hitsOf(place, ...line), line[0] === "--in" ? [] : [SESSION_B], line.join(" "));
  }
  // Recorded again, so the list does not name it any more.
  keepList(place, JSON.stringify({ v: 1, sessions: [] }));
  assert.deepEqual((await hitsOf(place)).sort(), [SESSION_A, SESSION_B]);
});

/** A recording that went on in the second session holds both, and begins with the first. */
const SHARED =
  `~/.kato/exports/a.md also holds session 5d8aa099: the search may still find what stands there.`;

Deno.test("kato forget says that the search may find a session in a file that begins with another one", async () => {
  using place = await makeIndexed();
  const files = [
    { path: `${place.home}/.kato/exports/a.md`, file: null, holds: SESSION_A },
    { path: `${place.home}/.kato/exports/own.md`, file: null, holds: null },
  ];
  using _daemon = playDaemon(place);
  for (const said of [`Its words are out of the search index.\nBut ${SHARED}\n`, `${SHARED}\n`]) {
    const answered = answerNext(place, { ...FORGOTTEN, files });
    const { ended, out } = await runLine(["forget", "5d8bb"], place);
    assert.equal((await answered).session, SESSION_B);
    assert.equal(ended, "done");
    assert.equal(out.split("These files")[0], `Forgot session 5d8bb111.\n${said}`);
  }
  keepList(place, JSON.stringify({ v: 1, sessions: [{ provider: "claude-code", session: SESSION_B }] }));
  assert.deepEqual(await hitsOf(place, "--in", "recordings"), [SESSION_A]);
});

Deno.test("kato search finds nothing of a forgotten session whose kato forget was killed, and takes it out", async () => {
  using place = await makeIndexed();
  keepList(place, LIST);
  assert.deepEqual(await hitsOf(place, "--no-update"), [SESSION_B]);
  assert.deepEqual(await hitsOf(place), [SESSION_B]);
  const opened = openToWrite(placesOf(place.home));
  assert.ok(opened.opened);
  using database = opened.database;
  const known = openIndexer(database, DEFAULT_POLICY.redaction).known();
  assert.deepEqual(known.map(({ session }) => session), [SESSION_B]);
});

Deno.test("kato search finds nothing at all without the list of forgotten sessions, and says so", async (t) => {
  using place = await makeIndexed();
  const { forgottenFile } = placesOf(place.home);
  const spoiled: Readonly<Record<string, () => void>> = {
    "is no JSON": () => keepList(place, "{"),
    "is another's": () => keepList(place, '{"v":2,"sessions":[]}'),
    "is a folder": () => {
      Deno.removeSync(forgottenFile);
      Deno.mkdirSync(forgottenFile);
    },
  };
  for (const [what, spoil] of Object.entries(spoiled)) {
    await t.step(what, async () => {
      spoil();
      for (const line of ["--no-update", "--update"]) {
        const { ended, out, err } = await runLine(["search", "beans", line], place);
        assert.deepEqual([ended, out], ["failed", ""]);
        assert.match(
          err,
          /^Cannot read .*sessions\.json, the list of forgotten sessions: .*\. Search again;/,
        );
      }
    });
  }
});

const ENDS: Readonly<
  Record<string, readonly [Omit<Answer, "v" | "id">, Ran["ended"], out: RegExp, err: RegExp]>
> = {
  "while it is recorded": [
    { result: "denied", reason: "still-recorded", message: "kato still records it.", destination: "/x.md" },
    "denied",
    /^$/,
    /^kato still records it\.$/,
  ],
  "when something was left to be done": [
    {
      result: "failed",
      reason: "not-now",
      message: "The session is forgotten, but no.",
      destination: null,
      files: [{ path: "/x.md", file: null, holds: null }],
    },
    "failed",
    /^These files stay.*\n {2}\/x\.md\n$/,
    /^The session is forgotten, but no\.$/,
  ],
  "once more": [
    { ...FORGOTTEN, reason: "already-forgotten" },
    "done",
    /^Session 5d8aa099 was forgotten already\.\nThe search is off\. .*\n$/,
    /^$/,
  ],
  "with a file that holds another session, and names that steer a terminal": [
    { ...FORGOTTEN, files: [{ path: "/x\u001b[2J\n.md", file: null, holds: "\u001b]0;evil" }] },
    "done",
    // deno-lint-ignore no-control-regex -- control characters are what is looked for
    /^[^\u001b]*\n {2}\/x[^\u001b\n]*\.md {2}\(session [^\u001b]* is in it, too\)\n$/,
    /^$/,
  ],
};

for (const [when, [answer, ends, out, err]] of Object.entries(ENDS)) {
  Deno.test(`kato forget ${when}`, async () => {
    using place = makeHome();
    keepLog(place.home, SESSION_A, conversation(SESSION_A));
    const ran = await forget(place, answer);
    assert.equal(ran.ended, ends);
    assert.match(ran.out, out);
    assert.match(ran.err.trimEnd(), err);
    const json = await forget(place, answer, ["5d8aa", "--json"]);
    assert.deepEqual([json.ended, json.err], [ends, ""]);
    assert.ok(
      reportSchema("forget").safeParse(JSON.parse(json.out))
        .success,
    );
    assert.ok(!json.out.includes("\u001b"));
    // It made no index, for the search is off.
    assert.throws(() => Deno.statSync(placesOf(place.home).index), Deno.errors.NotFound);
  });
}

Deno.test("kato forget leaves no doubt where the index cannot be changed", async () => {
  using place = await makeIndexed();
  const { indexFile } = placesOf(place.home);
  Deno.truncateSync(indexFile, 5_000);
  const broken = await forget(place, FORGOTTEN);
  assert.deepEqual([broken.ended, broken.out], ["failed", "Forgot session 5d8aa099.\n"]);
  assert.match(broken.err, /^Cannot use the index .* Forget it again\.\n$/);
  Deno.removeSync(indexFile);
  Deno.symlinkSync(`${place.home}/elsewhere`, indexFile);
  const linked = await forget(place, FORGOTTEN);
  assert.match(linked.err, /search\.db is a link\. .*Forget it again\.\n$/);
  assert.throws(() => Deno.statSync(`${place.home}/elsewhere`), Deno.errors.NotFound);
});

Deno.test("kato forget waits for a search that writes to the index", async () => {
  using place = await makeIndexed();
  const places = placesOf(place.home);
  const lock = lockIndex(places);
  assert.ok(lock !== null);
  const { openSync } = Deno;
  let tries = 0;
  try {
    // The search ends when the command, which could not have the lock, comes for it again.
    Deno.openSync = (path, options) => {
      if (path === places.indexLock && ++tries === 2) lock.close();
      return openSync(path, options);
    };
    assert.match((await forget(place, FORGOTTEN)).out, /Its words are out of the search index\./);
  } finally {
    Deno.openSync = openSync;
  }
  assert.equal(tries, 2);
});

Deno.test("kato forget needs a daemon, and names a session that has a log; else its whole id", async () => {
  using place = makeHome();
  keepLog(place.home, SESSION_A, conversation(SESSION_A));
  const alone = await runLine(["forget", "5d8aa"], place);
  assert.deepEqual([alone.ended, alone.err], [
    "not-running",
    "kato is not running. Start it with 'systemctl --user start kato', or 'kato daemon'.\n",
  ]);
  using _daemon = playDaemon(place);
  const unknown = await runLine(["forget", "../../etc/passwd"], place);
  assert.equal(unknown.ended, "usage");
  assert.match(
    unknown.err,
    /^No session's id begins with '\.\.\/\.\.\/etc\/passwd'.*give its whole id and --provider\.\n$/,
  );
  const answered = answerNext(place, { ...FORGOTTEN });
  const gone = await runLine(["forget", SESSION_B, "--provider", "codex"], place);
  const { provider, session } = await answered;
  assert.deepEqual([gone.ended, provider, session], ["done", "codex", SESSION_B]);
  const refusing = answerNext(place, { ...FORGOTTEN, result: "failed", reason: "no-such-session" });
  const none = await runLine(["forget", "5d8b", "--provider", "codex"], place);
  await refusing;
  assert.deepEqual([none.ended, /give its whole id/.test(none.err)], ["usage", true]);
});

Deno.test("kato forget --recordings says how to remove the files that are as kato left them, and no others", async () => {
  using place = makeHome();
  keepLog(place.home, SESSION_A, conversation(SESSION_A));
  const { exports } = placesOf(place.home);
  Deno.mkdirSync(exports, { recursive: true, mode: 0o700 });
  const at = (name: string) => `${exports}/${name}`;
  const make = (name: string, text = "as kato wrote it") => {
    Deno.writeTextFileSync(at(name), text);
    const { dev, ino, size } = Deno.lstatSync(at(name));
    return { path: at(name), file: { dev, ino: ino ?? 0, size }, holds: null as string | null };
  };
  const plainFile = make("it's; rm -rf $HOME `x`.md");
  Deno.mkdirSync(at("it's; rm -rf $HOME `x`.assets"));
  const longer = make("longer.md");
  Deno.writeTextFileSync(longer.path, "and a person's words", { append: true });
  const replaced = make("replaced.md");
  Deno.renameSync(replaced.path, at("moved away.md"));
  Deno.writeTextFileSync(replaced.path, "as kato wrote it");
  const linked = make("linked.md");
  Deno.renameSync(linked.path, at("target.md"));
  Deno.symlinkSync(at("target.md"), linked.path);
  const twice = make("twice.md");
  Deno.linkSync(twice.path, at("second name.md"));
  const folder = make("folder.md");
  Deno.removeSync(folder.path);
  Deno.mkdirSync(folder.path);
  const gone = make("gone.md");
  Deno.removeSync(gone.path);
  const shared = { ...make("shared.md"), holds: SESSION_B };
  const hidden = make("a\u200bb\u001b[2J.md");
  const neverOpened = { ...make("never.md"), file: null };
  const files = [
    ...[plainFile, longer, replaced, linked, twice, folder, gone, shared, hidden],
    neverOpened,
  ];
  const changed = "  (changed since kato wrote it: look at it before you remove it)";
  const { out } = await forget(place, { ...FORGOTTEN, files }, ["5d8aa", "--recordings"]);
  const hiddenLine = out.split("\n").find((line) => line.includes("2J")) ?? assert.fail("no hidden name");
  // deno-lint-ignore no-control-regex -- control characters are what is looked for
  assert.doesNotMatch(out, /[\u001b\u200b]/);
  assert.deepEqual(out.split("\n").slice(2).filter((line) => line !== hiddenLine), [
    "These files stay, and kato does not know them as its own any more:",
    "  ~/.kato/exports/it's; rm -rf $HOME `x`.md",
    "  ~/.kato/exports/it's; rm -rf $HOME `x`.assets  (images: look at them before you remove them)",
    ...["longer", "replaced", "linked", "twice", "folder"].map((name) =>
      `  ~/.kato/exports/${name}.md${changed}`
    ),
    "  ~/.kato/exports/gone.md  (not there any more)",
    "  ~/.kato/exports/shared.md  (session 5d8bb111 is in it, too)",
    `  ~/.kato/exports/never.md${changed}`,
    "kato may not remove files. To remove those that are as kato left them:",
    `  rm -- '${exports}/it'\\''s; rm -rf $HOME \`x\`.md'`,
    "",
  ]);
  // A shell takes the line for one name.
  const line = out.split("\n").find((one) => one.startsWith("  rm -- ")) ?? "";
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", `printf '%s' ${line.slice("  rm -- ".length)}`],
  }).output();
  assert.equal(new TextDecoder().decode(stdout), plainFile.path);
  const json = await forget(place, { ...FORGOTTEN, files }, ["5d8aa", "--recordings", "--json"]);
  const report = reportSchema("forget").parse(JSON.parse(json.out)) as { files: { state: string }[] };
  assert.deepEqual(report.files.map(({ state }) => state), [
    "as-left",
    ...["changed", "changed", "changed", "changed", "changed"],
    "gone",
    "shared",
    "as-left",
    "changed",
  ]);
});
