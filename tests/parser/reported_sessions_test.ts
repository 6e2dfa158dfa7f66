/** Which sessions the parser reports, and which it looks at without an event. */
import assert from "node:assert/strict";
import type { SessionOnDisk } from "../../src/parser/session_logs.ts";
import * as reporting from "../../src/parser/reported_sessions.ts";
import { HOT_MS, WARM_MS, WARM_SESSIONS } from "../../src/protocol/limits.ts";

/** An hour: more than any test takes, so that no age depends on the machine's speed. */
const HOUR_MS = 3_600_000;

const follower = { wake: (_: string) => false, isGone: (_: string) => false };

function onDisk(session: string, rest: Partial<SessionOnDisk> = {}): SessionOnDisk {
  const path = `/logs/${session}.jsonl`;
  return { session, path, dev: 1, ino: 1, latest: path, size: 10, modified: 1000, ...rest };
}

const found = (session: SessionOnDisk, parent: string | null = null) => ({ session, parent });

function afterScan(): reporting.ReportedSessions {
  const state = reporting.beginReporting();
  reporting.endFirstScan(state, []);
  return state;
}

/** Takes these sessions, and answers with those that are reported. */
function take(state: reporting.ReportedSessions, sessions: readonly SessionOnDisk[], by = follower) {
  return reporting.takeFound(state, sessions.map((session) => found(session)), by).map(({ session }) =>
    session
  );
}

Deno.test("the first scan reports in batches, and the rest at its end", () => {
  const state = reporting.beginReporting();
  const names = Array.from({ length: reporting.SEEN_BATCH + 1 }, (_, index) => `s${index}`);
  assert.deepEqual(take(state, [onDisk("s0")]), []);
  assert.deepEqual(
    take(state, names.slice(1, reporting.SEEN_BATCH).map((name) => onDisk(name))).length,
    1000,
  );
  assert.deepEqual(take(state, [onDisk("last")]), []);
  assert.deepEqual(reporting.endFirstScan(state, []).map(({ session }) => session), ["last"]);
  assert.deepEqual(reporting.endFirstScan(state, []), []);
  assert.deepEqual(take(state, [onDisk("later")]), ["later"]);
});

Deno.test("a session that looks as before is not reported again; a difference in any field that counts is", () => {
  const document = { path: "/logs/s.json", latest: "/logs/s.json" };
  const cases: readonly [string, Partial<SessionOnDisk>, Partial<SessionOnDisk>, boolean][] = [
    ["nothing", {}, {}, false],
    ["its path", {}, { path: "/other/s.jsonl" }, true],
    ["its inode", {}, { ino: 2 }, true],
    ["its size", {}, { size: 11 }, true],
    ["the time of a log of lines", {}, { modified: 1001 }, false],
    ["the time of a document", document, { ...document, modified: 1001 }, true],
    ["nothing of a document", document, document, false],
  ];
  for (const [what, before, after, isReported] of cases) {
    const state = afterScan();
    take(state, [onDisk("s", before)]);
    assert.equal(take(state, [onDisk("s", after)]).length > 0, isReported, what);
  }
});

Deno.test("a session that is watched wakes its watch instead; one whose log could not be read is looked at again", () => {
  const state = afterScan();
  const woken: string[] = [];
  const wake = (session: string) => woken.push(session) > 0;
  assert.deepEqual(take(state, [onDisk("s")], { ...follower, wake }), []);
  assert.deepEqual(take(state, [onDisk("s")], { ...follower, wake }), []);
  assert.deepEqual(woken, ["s"]);
  assert.deepEqual(take(state, [onDisk("s")], { wake, isGone: () => true }), []);
  assert.deepEqual(woken, ["s", "s"]);
});

Deno.test("only a document that the first scan could not read comes late, and only once", () => {
  const state = reporting.beginReporting();
  const [half, whole] = [onDisk("half"), onDisk("whole")];
  reporting.endFirstScan(state, [half.path]);
  const late = (session: SessionOnDisk) =>
    reporting.takeFound(state, [found(session, "parent")], follower).map((
      { late, parent },
    ) => [late, parent]);
  assert.deepEqual(late(half), [[true, "parent"]]);
  assert.deepEqual(late({ ...half, size: 11 }), [[false, "parent"]]);
  assert.deepEqual(late(whole), [[false, "parent"]]);
});

Deno.test("sessions that changed lately are looked at without an event: the latest ones, hot ones each time", () => {
  const state = reporting.beginReporting();
  const now = Date.now();
  const hot = onDisk("hot", { modified: now + HOUR_MS });
  const warm = onDisk("warm", { modified: now - (HOT_MS + WARM_MS) / 2 });
  const cold = onDisk("cold", { modified: now - WARM_MS - 1 });
  take(state, [hot]);
  assert.equal(state.hot.size, 0, "nothing of the first scan is hot");
  reporting.endFirstScan(state, []);
  take(state, [hot, warm, cold]);
  assert.deepEqual([...state.hot.keys()], ["hot", "warm"]);

  const looked: string[] = [];
  const look = (path: string) => void looked.push(path);
  const first = reporting.pollHot(state, look);
  assert.deepEqual(looked.splice(0), [hot.latest, warm.latest]);
  assert.deepEqual(first, { missed: false, age: 0 });
  state.warmAt = performance.now() + HOUR_MS;
  reporting.pollHot(state, look);
  assert.deepEqual(looked.splice(0), [hot.latest]);

  const isMissed =
    reporting.pollHot(state, () => take(state, [{ ...hot, modified: hot.modified + 1 }])).missed;
  assert.equal(isMissed, true);

  const many = Array.from(
    { length: WARM_SESSIONS },
    (_, index) => onDisk(`s${index}`, { modified: now + HOUR_MS }),
  );
  take(state, [...many.slice(1), hot, ...many.slice(0, 1)]);
  assert.deepEqual([state.hot.size, state.hot.has("s1"), state.hot.has("hot")], [WARM_SESSIONS, false, true]);
});

Deno.test("a session cools down when nothing changes", () => {
  const state = afterScan();
  take(state, [onDisk("s", { modified: Date.now() + HOUR_MS })]);
  state.hot.set("s", onDisk("s", { modified: Date.now() - WARM_MS - 1 }));
  assert.equal(reporting.pollHot(state, () => {}).age, null);
  assert.equal(state.hot.size, 0);
});
