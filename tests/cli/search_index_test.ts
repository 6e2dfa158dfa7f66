/** The index of `kato search`: each making of it is on record, and it holds no secret that is replaced by now. */
import assert from "node:assert/strict";
import { auditRecord } from "../../src/audit/record.ts";
import { verifyAudit } from "../../src/audit/verify.ts";
import { canonicalJson } from "../../src/protocol/canonical_json.ts";
import { REDACTION } from "../../src/protocol/redaction.ts";
import { sha256 } from "../../src/protocol/sha256.ts";
import { makeIndexFolder, openToWrite } from "../../src/search/index_file.ts";
import { openIndexer } from "../../src/search/indexer.ts";
import { placesOf } from "../../src/settings/places.ts";
import { make, randomOf } from "../redaction/corpus.ts";
import { eventsOf } from "../render/render.ts";
import { conversation, keepLog, SESSION_A } from "./stage/logs.ts";
import { makeHome, type Place, runLine } from "./stage/run_line.ts";

const TOKEN = make("ghp_{A36}", randomOf(77));
/** As the index of words has it. Beginnings that words share are packed there. */
const IN_INDEX = TOKEN.slice(8).toLowerCase();

const search = (place: Place, ...line: readonly string[]) => runLine(["search", ...line], place);

function allow({ system }: Place, policy = ""): void {
  Deno.writeTextFileSync(`${system}/policy.toml`, `search.enabled = true\n${policy}`, { mode: 0o644 });
}

function makeSearchable(typed = "Plant the beans.") {
  const place = makeHome();
  allow(place);
  const log = keepLog(place.home, SESSION_A, conversation(SESSION_A, { typed }));
  return { ...place, log };
}

function recordsIn({ home }: Place): string[] {
  const { auditFile } = placesOf(home);
  const text = Deno.readTextFileSync(auditFile).trim();
  return text.split("\n").map((line) => auditRecord.parse(JSON.parse(line))).map((
    { event, decision, reason, path, actor },
  ) => `${event} ${decision} ${reason} ${path?.replace(home, "~")} ${actor.role}`);
}

function filesHold({ home }: Place, text: string): boolean {
  const { index } = placesOf(home);
  return [...Deno.readDirSync(index)].some(({ name }) =>
    new TextDecoder("latin1").decode(Deno.readFileSync(`${index}/${name}`)).includes(text)
  );
}

const RECORD = (reason: string) => `index-made allow ${reason} ~/.kato/index/search.db search`;

Deno.test("each index that kato search makes has one record, and no search has one", async () => {
  using place = makeSearchable();
  const { index, logs } = placesOf(place.home);
  /** Each step, and the reason of its record. */
  const steps: readonly (readonly [step: () => unknown, reason: string | null])[] = [
    [() => search(place, "beans", "--no-update"), null],
    [() => search(place, "beans"), "first"],
    [() => search(place, "beans"), null],
    [() => search(place, "--update"), null],
    [() => search(place, "beans", "--no-update"), null],
    [() => search(place, "--rebuild"), "rebuilt"],
    [() => allow(place, '[redaction]\nprefixes = ["ACME-"]\n'), null],
    [() => search(place, "beans", "--no-update"), null],
    [() => search(place, "beans"), "other-rules"],
    [() => search(place, "beans"), null],
    [() => Deno.removeSync(index, { recursive: true }), null],
    [() => search(place, "--rebuild"), "first"],
  ];
  Deno.mkdirSync(logs, { recursive: true, mode: 0o700 });
  Deno.writeTextFileSync(placesOf(place.home).auditFile, "", { mode: 0o600 });
  const expected: string[] = [];
  for (const [step, reason] of steps) {
    await step();
    if (reason !== null) expected.push(RECORD(reason));
    if (expected.length > 0) assert.deepEqual(recordsIn(place), expected);
  }
  assert.equal(verifyAudit(logs).broken, null);
});

Deno.test("kato search makes no index, and drops none, without the record of it", async () => {
  using place = makeSearchable();
  const { base, logs, indexFile } = placesOf(place.home);
  Deno.mkdirSync(base, { mode: 0o700 });
  Deno.writeTextFileSync(logs, "in the way");
  await assert.rejects(search(place, "beans"), /audit log/);
  assert.throws(() => Deno.statSync(indexFile), Deno.errors.NotFound);
  Deno.removeSync(logs);
  await search(place, "beans");
  const before = Deno.readFileSync(indexFile);
  Deno.removeSync(logs, { recursive: true });
  Deno.writeTextFileSync(logs, "in the way");
  await assert.rejects(search(place, "beans", "--rebuild"), /audit log/);
  assert.deepEqual(Deno.readFileSync(indexFile), before);
});

Deno.test("an index of a kato with fewer rules is not searched, is made anew, and its files hold no secret then", async () => {
  using place = makeSearchable(`Use ${TOKEN} today`);
  const places = placesOf(place.home);
  assert.equal(makeIndexFolder(places, Deno.uid() ?? 0), null);
  const opened = openToWrite(places);
  assert.ok(opened.opened);
  {
    using database = opened.database;
    const indexer = openIndexer(database, REDACTION, (event) => event);
    const work = indexer.begin({ provider: "claude-code", session: SESSION_A });
    for (const event of eventsOf([{ type: "user", text: `Use ${TOKEN} today` }])) work.take(event);
    const { size, mtime } = Deno.statSync(place.log);
    const facts = { size, modified: mtime?.getTime() ?? 0, title: null, project: null };
    work.finish(facts, { blocked: null, recorded: null });
    indexer.commit();
    // An older kato noted the policy's part alone.
    const former = sha256(canonicalJson(REDACTION));
    database.prepare("INSERT INTO facts (name, value) VALUES ('redaction', ?)").run(former);
  }
  assert.ok(filesHold(place, IN_INDEX), "the test's own index holds the secret");
  const refused = await search(place, "today", "--no-update");
  assert.equal(refused.out, "");
  assert.match(refused.err, /^Other secrets are replaced than when the index was made\./);
  const { out, err } = await search(place, "today");
  assert.match(err, /made anew, because other secrets are replaced/);
  assert.match(out, /Use \[redacted: github-token\] today/);
  assert.ok(!filesHold(place, IN_INDEX));
  assert.deepEqual(recordsIn(place), [RECORD("other-rules")]);
});

Deno.test("a text that policy replaces by now leaves the files of the index", async () => {
  using place = makeSearchable("Use ACME-77123 today");
  await search(place, "today");
  assert.ok(filesHold(place, "77123"));
  allow(place, '[redaction]\nprefixes = ["ACME-"]\n');
  await search(place, "today");
  assert.ok(!filesHold(place, "77123"));
});
