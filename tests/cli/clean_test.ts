/** `kato clean`, with a daemon that the test plays: what it asks, what it says, and the free space of the index. */
import assert from "node:assert/strict";
import { DatabaseSync, StatementSync } from "node:sqlite";
import type { Answer, Cleaned, CleanRequest } from "../../src/protocol/request.ts";
import { reportSchema } from "../../src/cli/report/reports.ts";
import { lockIndex, openToWrite } from "../../src/search/index_file.ts";
import { shrinkIndex } from "../../src/search/shrink.ts";
import { makePrivateFolder } from "../../src/disk/atomic_file.ts";
import { placesOf } from "../../src/settings/places.ts";
import { until } from "../daemon/stage/until.ts";
import { answerNext, playDaemon } from "./stage/played_daemon.ts";
import { makeHome, type Place, type Ran, runLine } from "./stage/run_line.ts";

const DONE = { result: "done", reason: "cleaned", message: "cleaned", destination: null } as const;
const NOTHING: Cleaned = { logs: [], files: [], skipped: [], next: null };

/** Runs `kato clean`, with these answers in turn. */
async function clean(
  place: Place,
  line: readonly string[],
  answers: readonly (Partial<Cleaned> | Omit<Answer, "v" | "id">)[],
): Promise<{ readonly ran: Ran; readonly asked: readonly CleanRequest[] }> {
  using _daemon = playDaemon(place);
  const asked = (async () => {
    const requests: CleanRequest[] = [];
    for (const answer of answers) {
      const given = "result" in answer ? answer : { ...DONE, cleaned: { ...NOTHING, ...answer } };
      requests.push(await answerNext(place, given) as unknown as CleanRequest);
    }
    return requests;
  })();
  const ran = await runLine(["clean", ...line], place);
  return { ran, asked: await asked };
}

const NEXT = { provider: "codex", session: "s9" } as const;

const portions = ({ home }: Place): Partial<Cleaned>[] => [
  {
    logs: [{
      provider: "claude-code",
      session: "5d8aa099-0000",
      path: `${home}/.claude/projects/a/5d8aa099.jsonl`,
    }],
    files: [`${home}/.kato/state/.x.tmp`],
    next: NEXT,
  },
  { logs: [{ provider: "codex", session: null, path: "/logs/odd\u001b.jsonl" }] },
  { skipped: [{ provider: "gemini", why: "not-watched" }, { provider: "pi", why: "no-answer" }] },
];

const said = (removed: string, wouldRemove: string) =>
  `${removed} from kato's state, for their logs are gone:
  session 5d8aa099 of Claude Code: ~/.claude/projects/a/5d8aa099.jsonl
  a log of Codex: /logs/odd␛.jsonl
${wouldRemove} files that a crash left:
  ~/.kato/state/.x.tmp
Left the state of Gemini CLI as it is: kato does not watch its folders now, or they hold nothing.
Left the state of pi as it is: its parser did not answer. Ask again.
`;

for (const dryRun of [true, false]) {
  Deno.test(`kato clean${dryRun ? " --dry-run" : ""} asks for one portion after the other, and names all of them`, async () => {
    using place = makeHome();
    const [first = {}, second = {}, third = {}] = portions(place);
    const answers = [first, { ...second, next: { ...NEXT, session: "s99" } }, third];
    const { ran, asked } = await clean(place, dryRun ? ["--dry-run"] : [], answers);
    assert.deepEqual(asked.map(({ verb, dryRun, after }) => [verb, dryRun, after]), [
      ["clean", dryRun, null],
      ["clean", dryRun, NEXT],
      ["clean", dryRun, { ...NEXT, session: "s99" }],
    ]);
    const what = dryRun ? "Would remove" : "Removed";
    // The parser of pi did not answer.
    assert.deepEqual([ran.ended, ran.err, ran.out], ["failed", "", said(what, what)]);
  });
}

Deno.test("kato clean ends with 0 where kato does not watch a client's folders, and with 1 where a parser did not answer", async () => {
  using place = makeHome();
  for (const [why, ended] of [["not-watched", "done"], ["no-answer", "failed"]] as const) {
    const skipped = [{ provider: "pi", why }] as const;
    assert.equal((await clean(place, [], [{ skipped: [...skipped] }])).ran.ended, ended);
    assert.equal((await clean(place, ["--json"], [{ skipped: [...skipped] }])).ran.ended, ended);
  }
});

Deno.test("kato clean says that the rest of a client's state is left where a part of it was removed", async () => {
  using place = makeHome();
  const { ran } = await clean(place, [], [
    { logs: [{ provider: "pi", session: null, path: "/logs/odd" }], next: NEXT },
    { skipped: [{ provider: "pi", why: "no-answer" }] },
  ]);
  assert.match(
    ran.out,
    /^Left the rest of the state of pi as it is: its parser did not answer\. Ask again\.$/m,
  );
});

for (const json of [true, false]) {
  Deno.test(`kato clean${json ? " --json" : ""} names what was removed until the daemon ended`, async () => {
    using place = makeHome();
    const daemon = playDaemon(place);
    const [first = {}] = portions(place);
    const { requests } = placesOf(place.home);
    const play = (async () => {
      await answerNext(place, { ...DONE, cleaned: { ...NOTHING, ...first } });
      await until("the next request", () => [...Deno.readDirSync(requests)].some(isRequest));
      daemon[Symbol.dispose]();
    })();
    const ran = await runLine(["clean", ...json ? ["--json"] : []], place);
    await play;
    assert.equal(ran.ended, "not-running");
    if (json) {
      const report = reportSchema("clean").parse(JSON.parse(ran.out)) as { logs: unknown; failed: string };
      assert.deepEqual(report.logs, first.logs);
      assert.match(report.failed, /kato did not answer/);
    } else {
      assert.match(ran.out, /^Removed from kato's state.*\n {2}session 5d8aa099 /);
      assert.match(ran.err, /kato did not answer/);
    }
  });
}

const isRequest = ({ name }: Deno.DirEntry) => /^[0-9a-f-]+\.json$/.test(name);

Deno.test("kato clean names what was removed by a portion that failed halfway", async () => {
  using place = makeHome();
  const [first = {}] = portions(place);
  const failed = { result: "failed", reason: "not-now", message: "Not now.", destination: null } as const;
  const cleaned = { ...NOTHING, ...first, next: null };
  const { ran } = await clean(place, [], [{ ...failed, cleaned }]);
  assert.deepEqual([ran.ended, ran.err], ["failed", "Not now.\n"]);
  assert.match(ran.out, /^Removed from kato's state.*\n {2}session 5d8aa099 /);
});

Deno.test("kato clean says that there is nothing to clean, and ends with 1 where the daemon could not", async () => {
  using place = makeHome();
  assert.deepEqual((await clean(place, [], [{}])).ran, {
    ended: "done",
    out: "There is nothing to clean.\n",
    err: "",
  });
  const failed = { result: "failed", reason: "not-now", message: "Not now.", destination: null } as const;
  const [first = {}] = portions(place);
  const { ran } = await clean(place, ["--json"], [first, failed]);
  assert.equal(ran.ended, "failed");
  const report = reportSchema("clean").parse(JSON.parse(ran.out)) as { logs: unknown[]; failed: string };
  assert.deepEqual([report.logs.length, report.failed], [1, "Not now."]);
  const inWords = await clean(place, [], [failed]);
  assert.deepEqual([inWords.ran.ended, inWords.ran.err], ["failed", "Not now.\n"]);
});

Deno.test("kato clean needs a running kato", async () => {
  using place = makeHome();
  assert.equal((await runLine(["clean"], place)).ended, "not-running");
});

/** An index with free space, as this kato makes it, or as an older one did. */
function makeIndex({ home }: Place, isOlder: boolean): string {
  const places = placesOf(home);
  makePrivateFolder(places.index);
  if (isOlder) {
    using old = new DatabaseSync(places.indexFile);
    old.exec("CREATE TABLE zeros (zeros BLOB)");
  }
  const opened = openToWrite(places);
  assert.ok(opened.opened);
  using database = opened.database;
  if (isOlder) database.exec("DROP TABLE zeros");
  database.exec(
    "CREATE TABLE filling (data BLOB); INSERT INTO filling VALUES (zeroblob(1000000)); DROP TABLE filling",
  );
  return places.indexFile;
}

const SEARCHED = "search.enabled = true\n";

function searched(): Place & Disposable {
  const place = makeHome();
  Deno.writeTextFileSync(`${place.system}/policy.toml`, SEARCHED, { mode: 0o644 });
  return place;
}

Deno.test("kato clean gives free space of the index back; --dry-run only says how much", async () => {
  using place = searched();
  const path = makeIndex(place, false);
  const size = () => Deno.statSync(path).size;
  const before = size();
  const dry = await clean(place, ["--dry-run", "--json"], [{}]);
  const { index } = JSON.parse(dry.ran.out) as { index: { state: string; bytes: number } };
  assert.equal(index.state, "shrunk");
  assert.ok(index.bytes >= 1_000_000);
  assert.equal(size(), before);
  const done = await clean(place, [], [{}]);
  assert.match(done.ran.out, /^Gave back .* of the search index\.\n$/);
  assert.equal(size(), before - index.bytes);
  using database = new DatabaseSync(path, { readOnly: true });
  assert.deepEqual({ ...database.prepare("PRAGMA integrity_check").get() }, { integrity_check: "ok" });
  assert.equal((await clean(place, [], [{}])).ran.out, "There is nothing to clean.\n");
});

Deno.test("shrinkIndex() keeps none of the rows that stand for the pages", () => {
  using place = searched();
  makeIndex(place, false);
  const { all } = StatementSync.prototype;
  const kept: number[] = [];
  const allCounted = function (this: StatementSync, ...values: unknown[]) {
    const rows: unknown[] = Reflect.apply(all, this, values);
    kept.push(rows.length);
    return rows;
  };
  Object.assign(StatementSync.prototype, { all: allCounted });
  try {
    assert.ok(shrinkIndex(placesOf(place.home), Deno.uid() ?? 0).bytes >= 1_000_000);
  } finally {
    StatementSync.prototype.all = all;
  }
  // A page has 4 KiB.
  assert.ok(Math.max(0, ...kept) < 200, `${kept}`);
});

Deno.test("kato clean leaves the index of an older kato as large as it is, and says what makes it smaller", async () => {
  using place = searched();
  const path = makeIndex(place, true);
  const before = Deno.statSync(path).size;
  const { ran } = await clean(place, [], [{}]);
  assert.equal(ran.ended, "done");
  assert.match(
    ran.out,
    /An earlier kato made it.*'kato search --rebuild' makes it anew, without the sessions/,
  );
  assert.equal(Deno.statSync(path).size, before);
});

Deno.test("kato clean touches no index while a search writes to it, nor one that policy does not allow", async () => {
  using place = searched();
  const path = makeIndex(place, false);
  const before = Deno.statSync(path).size;
  {
    using _lock = lockIndex(placesOf(place.home)) ?? assert.fail("it is locked");
    const { ran } = await clean(place, [], [{}]);
    assert.equal(ran.ended, "failed");
    assert.match(ran.err, /A search is updating the index/);
  }
  Deno.writeTextFileSync(`${place.system}/policy.toml`, "search.enabled = false\n", { mode: 0o644 });
  const { ran } = await clean(place, ["--json"], [{}]);
  assert.equal((JSON.parse(ran.out) as { index: { state: string } }).index.state, "off");
  assert.equal(Deno.statSync(path).size, before);
});
