/** `kato search`: what it finds and shows, what its index never has, and how it keeps up with the logs. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { FORMATS } from "../../src/protocol/closed_sets.ts";
import { READ_ANEW_BYTES } from "../../src/protocol/search_limits.ts";
import { REDACTION } from "../../src/protocol/redaction.ts";
import { placesOf } from "../../src/settings/places.ts";
import { lockIndex, openToWrite } from "../../src/search/index_file.ts";
import { openIndexer } from "../../src/search/indexer.ts";
import { columnsOf } from "../../src/cli/terminal/style.ts";
import { make, randomOf } from "../redaction/corpus.ts";
import { conversation, keepLog, SESSION_A, SESSION_B } from "./stage/logs.ts";
import { makeHome, type Place, runLine, type RunOptions } from "./stage/run_line.ts";

const NOW = Date.parse("2026-11-23T04:10:00Z");
const TOKEN = make("ghp_{A36}", randomOf(77));

function allow({ system }: Place, policy = ""): void {
  Deno.writeTextFileSync(`${system}/policy.toml`, `search.enabled = true\n${policy}`, { mode: 0o644 });
}

/** A home with two sessions whose logs changed at known times. */
function makeGarden() {
  const place = makeHome();
  allow(place);
  const garden = keepLog(place.home, SESSION_A, conversation(SESSION_A));
  const kitchen = keepLog(
    place.home,
    SESSION_B,
    conversation(SESSION_B, {
      project: "/home/dev/work/kitchen",
      typed: "Cook the beans.",
      reply: "Soup is ready.",
    }),
  );
  touch(garden, "2026-11-23T02:08:05Z");
  touch(kitchen, "2026-11-23T03:08:05Z");
  return { ...place, garden, kitchen, [Symbol.dispose]: () => place[Symbol.dispose]() };
}

function touch(path: string, time: string): void {
  Deno.utimeSync(path, new Date(time), new Date(time));
}

const search = (line: readonly string[], place: Place, options: RunOptions = {}) =>
  runLine(["search", ...line], place, { now: NOW, ...options });

/** Seqs and sessions of the hits. */
async function hitsOf(line: readonly string[], place: Place): Promise<string[]> {
  const { ended, out, err } = await search([...line, "--json"], place);
  assert.deepEqual([ended, err], ["done", ""]);
  const { hits } = JSON.parse(out) as { hits: { session: string; seq: number; role: string }[] };
  return hits.map(({ session, seq, role }) =>
    `${session === SESSION_A ? "garden" : "kitchen"} ${seq} ${role}`
  );
}

Deno.test("kato search is off by default, and keeps no index", async () => {
  using place = makeHome();
  keepLog(place.home, SESSION_A, conversation(SESSION_A));
  const { ended, err } = await search(["beans"], place);
  assert.equal(ended, "denied");
  assert.match(
    err,
    /^The search is off.*write 'enabled = true' below \[search\] in ~\/\.kato\/config\/policy\.toml/,
  );
  assert.throws(() => Deno.statSync(placesOf(place.home).index), Deno.errors.NotFound);
});

Deno.test("kato search stays off where the administrator enforces that, whatever the person's policy says", async () => {
  using place = makeHome();
  Deno.writeTextFileSync(`${place.system}/policy.toml`, 'enforce = ["search.enabled"]\n', { mode: 0o644 });
  const { config, policyFile } = placesOf(place.home);
  Deno.mkdirSync(config, { recursive: true, mode: 0o700 });
  Deno.writeTextFileSync(policyFile, "search.enabled = true\n", { mode: 0o600 });
  assert.deepEqual(await search(["beans"], place), {
    ended: "denied",
    out: "",
    err: "Your administrator's policy has search.enabled = false: kato keeps no index and cannot search.\n",
  });
});

Deno.test("kato search shows hits by session, each with the command that goes on there", async () => {
  using place = makeGarden();
  assert.deepEqual(await search(["beans"], place, { terminal: 80 }), {
    ended: "done",
    out: `${"5d8bb111  claude-code  kitchen  Cook the beans.".padEnd(75)}  1 h
  user         Cook the beans.
    kato show 5d8bb111 --from 0

${"5d8aa099  claude-code  garden  Plant the beans.".padEnd(75)}  2 h
  user         Plant the beans.
    kato show 5d8aa099 --from 0
`,
    err: "",
  });
  assert.equal((await search(["nothing", "like", "it"], place)).out, "Nothing found.\n");
});

const QUERIES: readonly (readonly [line: string, hits: readonly string[]])[] = [
  ["beans", ["kitchen 0 user", "garden 0 user"]],
  ["BEANS plant", ["garden 0 user"]],
  ["soup*", ["kitchen 1 assistant"]],
  ["read*", ["kitchen 1 assistant"]],
  ["read", []],
  ["beans --role assistant", []],
  ["are --role user,assistant", ["garden 1 assistant"]],
  ["beans --project /home/dev/work/garden", ["garden 0 user"]],
  ["beans --project /home/dev/work", ["kitchen 0 user", "garden 0 user"]],
  ["beans --provider codex", []],
  ["beans --provider claude-code --limit 1", ["kitchen 0 user"]],
  ["are --since 2026-11-23T02:08:03Z", ["garden 1 assistant"]],
  ["beans --since 2026-11-24", []],
];

Deno.test("kato search finds words, beginnings of words, and what the filters let through", async (t) => {
  using place = makeGarden();
  for (const [line, hits] of QUERIES) {
    await t.step(`kato search ${line}`, async () => {
      assert.deepEqual(await hitsOf(line.split(" "), place), hits);
    });
  }
});

Deno.test("kato search finds words side by side where the shell kept them together", async () => {
  using place = makeGarden();
  assert.deepEqual(await hitsOf(["the beans"], place), ["kitchen 0 user", "garden 0 user"]);
  assert.deepEqual(await hitsOf(["beans the"], place), []);
  assert.deepEqual(await hitsOf(['"plant the" beans'], place), ["garden 0 user"]);
});

Deno.test("kato search says what is wrong with a query, and that a filter may hide what there is", async () => {
  using place = makeGarden();
  const wrong = await search(['"beans'], place);
  assert.deepEqual([wrong.ended, wrong.out], ["usage", ""]);
  assert.match(wrong.err, /^A quote is not closed/);
  const more = await search(["beans", "--limit", "1"], place);
  assert.match(more.out, /There are more\. --limit shows more of them/);
});

Deno.test("kato search --json tells sessions, snippets and what to do next", async () => {
  using place = makeGarden();
  const { out } = await search(["plant*", "--json"], place);
  const { index, ...report } = JSON.parse(out);
  assert.deepEqual(report, {
    v: 1,
    kind: "search",
    query: ["plant*"],
    hits: [
      hit(1, "assistant", "2026-11-23T02:08:05.000Z", [["They are ", false], ["planted", true], [
        ".",
        false,
      ]]),
      hit(0, "user", "2026-11-23T02:08:00.000Z", [["Plant", true], [" the beans.", false]]),
    ],
    rest: "none",
  });
  assert.deepEqual([index.sessions, index.blocked, index.left], [2, 0, 0]);
});

function hit(seq: number, role: string, time: string, snippet: readonly (readonly [string, boolean])[]) {
  return {
    provider: "claude-code",
    session: SESSION_A,
    short: "5d8aa099",
    title: "Plant the beans.",
    project: "/home/dev/work/garden",
    file: null,
    seq,
    role,
    time,
    snippet: snippet.map(([text, hit]) => ({ text, hit })),
    gone: false,
    show: `kato show 5d8aa099 --from ${seq}`,
  };
}

Deno.test("kato search takes in what logs got since, and finds nothing twice", async () => {
  using place = makeGarden();
  assert.deepEqual(await hitsOf(["beans"], place), ["kitchen 0 user", "garden 0 user"]);
  const more = conversation(SESSION_A, { typed: "More beans, please.", reply: "Done." }).replaceAll(
    "u-5d8",
    "u2-5d8",
  )
    .replaceAll("a-5d8", "a2-5d8").replaceAll("m-5d8", "m2-5d8");
  Deno.writeTextFileSync(place.garden, more, { append: true });
  assert.deepEqual(await hitsOf(["beans", "--no-update"], place), ["kitchen 0 user", "garden 0 user"]);
  assert.deepEqual(await hitsOf(["beans"], place), ["garden 2 user", "garden 0 user", "kitchen 0 user"]);
  assert.deepEqual(await hitsOf(["beans"], place), ["garden 2 user", "garden 0 user", "kitchen 0 user"]);
});

Deno.test("kato search finds what is in a log that was written anew, and not what was", async () => {
  using place = makeGarden();
  await search(["beans"], place);
  Deno.writeTextFileSync(
    place.garden,
    conversation(SESSION_A, { typed: "Sow the peas.", reply: "They are sown." }),
  );
  assert.deepEqual(await hitsOf(["beans"], place), ["kitchen 0 user"]);
  assert.deepEqual(await hitsOf(["peas"], place), ["garden 0 user"]);
});

Deno.test("kato search keeps a session whose log is gone, and says that only the index has it", async () => {
  using place = makeGarden();
  await search(["beans"], place);
  Deno.removeSync(place.kitchen);
  const { out } = await search(["soup"], place);
  assert.match(out, /Soup is ready\.\n {4}its log is gone; the index alone has it\n$/);
  const rebuilt = await search(["soup", "--rebuild"], place);
  assert.equal(rebuilt.out, "Nothing found.\n");
});

Deno.test("no secret of a log gets into the index, in texts and in titles", async () => {
  using place = makeGarden();
  keepLog(
    place.home,
    SESSION_A,
    conversation(SESSION_A, { typed: `Use ${TOKEN} today`, reply: `I use ${TOKEN}.` }),
  );
  const { out } = await search(["today"], place);
  assert.match(out, /Use \[redacted: github-token\] today/);
  const { index } = placesOf(place.home);
  for (const { name } of Deno.readDirSync(index)) {
    const text = new TextDecoder("latin1").decode(Deno.readFileSync(`${index}/${name}`));
    for (const part of [TOKEN, TOKEN.slice(4).toLowerCase()]) assert.ok(!text.includes(part), name);
  }
});

Deno.test("an index that holds what policy replaces by now is not searched, and is made anew", async () => {
  using place = makeGarden();
  keepLog(place.home, SESSION_A, conversation(SESSION_A, { typed: "Use ACME-12345 today" }));
  assert.match((await search(["today"], place)).out, /Use ACME-12345 today/);
  allow(place, '[redaction]\nprefixes = ["ACME-"]\n');
  const refused = await search(["today", "--no-update"], place);
  assert.deepEqual([refused.ended, refused.out], ["failed", ""]);
  assert.match(
    refused.err,
    /^Other secrets are replaced than when the index was made\. Search without --no-update\./,
  );
  const { out, err } = await search(["today"], place);
  assert.match(err, /the index is made anew/);
  assert.match(out, /Use \[redacted: [^\]]+\] today/);
});

Deno.test("sessions of a client that policy switched off are not found, though the index has them", async () => {
  using place = makeGarden();
  await search(["beans"], place);
  allow(place, "[providers.claude-code]\nenabled = false\n");
  assert.equal((await search(["beans", "--no-update"], place)).out, "Nothing found.\n");
});

Deno.test("kato search shows hostile texts without one character that steers a terminal, within its columns", async () => {
  using place = makeGarden();
  const hostile = "beans \u001b[31mred\u001b]0;title\u0007 \u202eback\u200b \r\n\u009b2J " +
    "wide日本".repeat(40);
  keepLog(
    place.home,
    SESSION_A,
    conversation(SESSION_A, { typed: hostile, reply: hostile, project: "/p/\u001b[2J" }),
  );
  for (const options of [{ terminal: 80 }, { terminal: 30 }, {}]) {
    const { out } = await search(["beans"], place, options);
    // deno-lint-ignore no-control-regex -- these are what is looked for
    assert.ok(!/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u200b]/.test(out));
    const width = options.terminal ?? Infinity;
    for (const line of out.split("\n")) assert.ok(columnsOf(line) <= width, line);
  }
  const { out } = await search(["beans", "--json"], place);
  assert.ok(!out.includes("\u001b") && !out.includes("\u202e"));
});

Deno.test("kato search --update tells what it read, and --no-update makes no index", async () => {
  using place = makeGarden();
  assert.match(
    (await search(["x", "--no-update"], place)).err,
    /^Nothing is indexed yet\. 'kato search --update'/,
  );
  const { ended, out } = await search(["--update"], place);
  assert.equal(ended, "done");
  assert.match(
    out,
    /^Read 2 sessions with .* of logs, and 0 recordings\. The index has 2 sessions and 0 recordings, and takes \d+ kB\.\n$/,
  );
  assert.match((await search(["--update"], place)).out, /^Nothing is new\. The index has 2 sessions/);
});

Deno.test("while another search writes to the index, kato search shows what is there", async () => {
  using place = makeGarden();
  await search(["beans"], place);
  const program = `const file = Deno.openSync(${
    JSON.stringify(placesOf(place.home).indexLock)
  }, { write: true });
    file.lockSync(true); console.log("locked"); Deno.stdin.readSync(new Uint8Array(1));`;
  const other = new Deno.Command(Deno.execPath(), {
    args: ["eval", program],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  await other.stdout.getReader().read();
  const { ended, out, err } = await search(["soup"], place);
  assert.equal(ended, "done");
  assert.match(out, /Soup is ready/);
  assert.match(err, /another search is updating the index; this one takes it as it is/);
  const update = await search(["--update"], place);
  assert.deepEqual([update.ended, update.err], [
    "failed",
    "Another search is updating the index. Try again when it is done.\n",
  ]);
  await other.stdin.close();
  await other.status;
  using lock = lockIndex(placesOf(place.home));
  assert.ok(lock !== null);
});

Deno.test("kato search reads the index of one moment, while another one takes out what it is about to show", async () => {
  using place = makeGarden();
  await search(["--update"], place);
  const opened = openToWrite(placesOf(place.home));
  assert.ok(opened.opened);
  using other = opened.database;
  other.exec("PRAGMA busy_timeout = 0");
  const indexer = openIndexer(other, REDACTION);
  const { prepare } = DatabaseSync.prototype;
  let tried = 0;
  DatabaseSync.prototype.prepare = function (this: DatabaseSync, ...[sql]: Parameters<typeof prepare>) {
    const statement = prepare.call(this, sql);
    if (!sql.startsWith("SELECT id, passages FROM blocks")) return statement;
    return new Proxy(statement, {
      get: (_, name) => (...values: never[]) => {
        const rows = Reflect.get(statement, name).apply(statement, values);
        for (const session of indexer.known()) indexer.drop(session);
        tried += 1;
        assert.throws(() => indexer.commit(), /locked/);
        return rows;
      },
    });
  };
  try {
    const { ended, out } = await search(["so*", "--no-update"], place);
    assert.deepEqual([ended, tried], ["done", 1]);
    assert.match(out, /Soup is ready/);
  } finally {
    DatabaseSync.prototype.prepare = prepare;
  }
  indexer.commit();
  assert.match((await search(["so*", "--no-update"], place)).out, /^Nothing found/);
});

/** Files as kato export writes them, in the export root. */
async function makeRecordings(place: ReturnType<typeof makeGarden>): Promise<string> {
  const { exports } = placesOf(place.home);
  Deno.mkdirSync(exports, { recursive: true, mode: 0o700 });
  for (const format of FORMATS) {
    const ran = await runLine(["export", "5d8aa", "--output", `${exports}/garden.${format}`], place);
    assert.equal(ran.ended, "done", ran.err);
  }
  return exports;
}

Deno.test("kato search finds what recordings of every format say, with the line", async () => {
  using place = makeGarden();
  await makeRecordings(place);
  Deno.removeSync(place.garden);
  const { out, err } = await search(["plant*", "beans", "--json"], place);
  assert.equal(err, "");
  const { hits, index } = JSON.parse(out) as {
    hits: { file: string; seq: number; role: string; session: string; time: string; show: null }[];
    index: { recordings: number };
  };
  assert.equal(index.recordings, 3);
  const found = hits.map(({ file, role, session, show }) => [file.split("/").at(-1), role, session, show])
    .sort();
  assert.deepEqual(found, FORMATS.map((format) => [`garden.${format}`, "user", SESSION_A, null]).sort());
  for (const { file, seq } of hits) {
    const line = Deno.readTextFileSync(file).split("\n")[seq - 1] ?? "";
    assert.match(line, /^## User|<h2 class="user"|"type":"user"/, file);
  }
  for (const { time } of hits) assert.match(time, /^2026-11-23T02:08:00/);
});

Deno.test("kato search shows a session once, and its recordings where they are asked for", async () => {
  using place = makeGarden();
  await makeRecordings(place);
  assert.deepEqual(await hitsOf(["plant"], place), ["garden 0 user"]);
  assert.equal((await hitsOf(["plant", "--in", "sessions"], place)).length, 1);
  const { out } = await search(["plant", "--in", "recordings", "--limit", "1"], place, { terminal: 80 });
  assert.match(out, /\n {4}~\/\.kato\/exports\/garden\.\w+, line \d+\n/);
});

Deno.test("kato search takes in what a recording got, and takes out what is gone or not kato's", async () => {
  using place = makeGarden();
  const exports = await makeRecordings(place);
  const path = `${exports}/garden.md`;
  const filesWith = async (word: string) => {
    const { out } = await search([word, "--in", "recordings", "--json"], place);
    const { hits } = JSON.parse(out) as { hits: { file: string }[] };
    return hits.map(({ file }) => file.split("/").at(-1)).sort();
  };
  assert.deepEqual(await filesWith("plant"), ["garden.html", "garden.jsonl", "garden.md"]);
  Deno.writeTextFileSync(path, "\n## User — 2026-11-23 05:00:00 +00:00\n\nSow radishes.\n", { append: true });
  assert.deepEqual(await filesWith("radishes"), ["garden.md"]);
  // The person edits it.
  Deno.writeTextFileSync(
    path,
    Deno.readTextFileSync(path).replaceAll("Plant the beans.", "Pick all the carrots."),
  );
  assert.deepEqual(await filesWith("carrots"), ["garden.md"]);
  assert.deepEqual(await filesWith("radishes"), ["garden.md"]);
  Deno.removeSync(`${exports}/garden.html`);
  Deno.writeTextFileSync(`${exports}/mine.md`, "# Plant\n\nmy own notes\n");
  Deno.writeTextFileSync(`${exports}/garden.jsonl`, "plant, but no event\n");
  assert.deepEqual(await filesWith("plant"), []);
  assert.deepEqual(await filesWith("radishes"), ["garden.md"]);
});

Deno.test("no secret of a recording that has some gets into the index", async () => {
  using place = makeGarden();
  const exports = await makeRecordings(place);
  const path = `${exports}/garden.md`;
  Deno.writeTextFileSync(path, `\n## User — 2026-11-23 05:00:00 +00:00\n\nkept ${TOKEN}\n`, { append: true });
  assert.match((await search(["kept", "--in", "recordings"], place)).out, /kept \[redacted: github-token\]/);
});

Deno.test("kato search reads a long log on from where reading stood, and numbers its events as kato show does", async () => {
  using place = makeGarden();
  const long = "peas and beans ".repeat(READ_ANEW_BYTES / 10);
  keepLog(place.home, SESSION_A, conversation(SESSION_A, { reply: long }));
  assert.deepEqual(await hitsOf(["peas"], place), ["garden 1 assistant"]);
  const [typed = ""] = conversation(SESSION_A, { typed: "Pick the peas now." }).split("\n");
  const more = `${typed.replaceAll("u-5d8", "u2-5d8")}\n`;
  Deno.writeTextFileSync(place.garden, more, { append: true });
  assert.deepEqual(await hitsOf(["peas"], place), ["garden 2 user", "garden 1 assistant"]);
  const shown = await runLine(["show", "5d8aa", "--from", "2"], place);
  assert.match(shown.out, /Pick the peas now\./);
  // Only what is new was read: the bytes that the update counted are its own.
  Deno.writeTextFileSync(place.garden, more.replaceAll("u2-5d8", "u3-5d8"), { append: true });
  const { out } = await search(["--update"], place);
  assert.match(out, new RegExp(`^Read 1 session with ${more.length} B of logs`));
});
