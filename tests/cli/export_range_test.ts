import assert from "node:assert/strict";
import { placesOf } from "../../src/settings/places.ts";
import { conversation, keepLog, SESSION_A, SESSION_B } from "./stage/logs.ts";
import { makeHome, type Place, type Ran, runLine } from "./stage/run_line.ts";

/** Four turns, an hour apart. */
function makeTalk(): Place & Disposable {
  const place = makeHome();
  const hours = [2, 3, 4, 5].map((hour) =>
    conversation(SESSION_A, { typed: `Turn at ${hour}.`, reply: `Answer at ${hour}.` })
      .replaceAll("T02:", `T0${hour}:`)
      .replaceAll(`"uuid":"`, `"uuid":"${hour}`).replaceAll('"id":"m-', `"id":"m${hour}-`)
      .replaceAll(`"parentUuid":"`, `"parentUuid":"${hour}`)
  );
  keepLog(place.home, SESSION_A, hours.join(""));
  return place;
}

function exportLine(line: string, place: Place, now?: number): Promise<Ran> {
  return runLine(["export", ...line.split(" ")], place, now === undefined ? {} : { now });
}

const RANGES: readonly (readonly [line: string, first: number, range: string, now?: number])[] = [
  ["--last 1", 5, "last turn"],
  ["--last 3", 3, "last 3 turns"],
  ["--last 9", 2, "last 9 turns"],
  ["--from 2", 3, "from event 2"],
  ["--since 2026-11-23T04:00Z", 4, "since 2026-11-23T04:00:00.000Z"],
  ["--since 2h", 5, "since 2026-11-23T05:00:00.000Z", Date.UTC(2026, 10, 23, 7)],
];

for (const [line, first, range, now] of RANGES) {
  Deno.test(`kato export ${line} writes that part, and says what it left out`, async () => {
    using talk = makeTalk();
    const ran = await exportLine(`5d8a -o t.md ${line}`, talk, now);
    const text = Deno.readTextFileSync(`${talk.cwd}/t.md`);
    const turns = [2, 3, 4, 5].filter((hour) => hour >= first);
    const [shown, leftOut] = [2 * turns.length, 8 - 2 * turns.length];
    assert.deepEqual([ran.ended, ran.err], ["done", ""]);
    assert.ok(ran.out.includes(`(${shown} events, ${leftOut > 0 ? `${leftOut} left out, ` : ""}`), ran.out);
    assert.deepEqual([...text.matchAll(/^Turn at (\d)/gm)].map(([, hour]) => Number(hour)), turns);
    assert.ok(text.includes(`\nrange: "${range}"\n`), text);
    // What begins a session is the same in each part of it.
    assert.match(text, /^title: "Turn at 2\."$/m);
    assert.match(text, /^started: "2026-11-23T02:08:00\.000Z"$/m);
    assert.ok(text.includes(`${turns.length} turn${turns.length === 1 ? "" : "s"}, 0 calls`));
    assert.ok(text.endsWith(`${leftOut} events left out, 0 records unknown\n`), text);
    const audit = Deno.readTextFileSync(placesOf(talk.home).auditFile).trim().split("\n");
    assert.ok(audit.some((record) => JSON.parse(record).decision === "allow"), audit.join("\n"));
  });
}

Deno.test("kato export of a range as JSON Lines keeps the numbers of the events", async () => {
  using talk = makeTalk();
  const ran = await exportLine("5d8a -o - --format jsonl --last 2", talk);
  const seqs = ran.out.trim().split("\n").map((line) => JSON.parse(line).seq);
  assert.deepEqual(seqs, [4, 5, 6, 7]);
});

Deno.test("kato export --json says the range, and how many events are outside it", async () => {
  using talk = makeTalk();
  const { range, written } = JSON.parse((await exportLine("5d8a -o t.md --last 1 --json", talk)).out);
  assert.deepEqual([range, written[0].events, written[0].leftOut], ["last turn", 2, 6]);
});

for (
  const [line, words] of [
    ["--from 8", "from event 8"],
    ["--since 2027-01-01T00:00Z", "since 2027-01-01T00:00:00.000Z"],
  ]
) {
  Deno.test(`kato export ${line} of a session that ended before fails, and leaves no file`, async () => {
    using talk = makeTalk();
    const ran = await exportLine(`5d8a -o t.md ${line}`, talk);
    const says = `Session 5d8aa099 has nothing ${words}. Choose an earlier beginning.`;
    assert.ok(ran.ended === "failed" && ran.err.startsWith(says), ran.err);
    assert.throws(() => Deno.statSync(`${talk.cwd}/t.md`), Deno.errors.NotFound);
  });
}

Deno.test("kato export --last takes the last turns of each of several sessions", async () => {
  using talk = makeTalk();
  keepLog(talk.home, SESSION_B, conversation(SESSION_B, { typed: "Water the roses." }));
  // With --all, --since still chooses sessions: both were active today.
  assert.equal((await exportLine("--all --since 2d --last 1 -o all/", talk)).ended, "done");
  const texts = [...Deno.readDirSync(`${talk.cwd}/all`)].map(({ name }) =>
    Deno.readTextFileSync(`${talk.cwd}/all/${name}`)
  );
  assert.deepEqual(texts.map((text) => [...text.matchAll(/^## User/gm)].length), [1, 1]);
});
