/** Logs that took a parser down before they said whose they are. */
import assert from "node:assert/strict";
import { storeSources } from "../../src/daemon/sources.ts";
import { QUARANTINE_AFTER } from "../../src/protocol/limits.ts";
import { withState } from "./stage/own_state.ts";

const log = (path: string, size = 9) => ({ path, size });

Deno.test("sources: one that was alone counts each time, and is quarantined at its size", () =>
  withState((database) => {
    const sources = storeSources(database, "codex", "1");
    assert.deepEqual(sources.suspicion(), { suspects: [], quarantined: [] });
    for (let crashes = 1; crashes < QUARANTINE_AFTER; crashes += 1) {
      assert.deepEqual(sources.crashed([log("/a")]), []);
      assert.deepEqual(sources.suspicion(), { suspects: ["/a"], quarantined: [] });
    }
    assert.deepEqual(sources.crashed([log("/a", 12)]), ["/a"]);
    assert.deepEqual(sources.suspicion(), { suspects: [], quarantined: [log("/a", 12)] });
    assert.deepEqual(sources.quarantined(), ["/a"]);
    // For another kato it is a suspect again, and begins anew; for another provider it is nothing.
    const other = storeSources(database, "codex", "2");
    assert.deepEqual(other.suspicion(), { suspects: ["/a"], quarantined: [] });
    assert.deepEqual(other.quarantined(), []);
    for (let crashes = 1; crashes < QUARANTINE_AFTER; crashes += 1) {
      assert.deepEqual(other.crashed([log("/a")]), []);
    }
    assert.deepEqual(other.crashed([log("/a")]), ["/a"]);
    assert.deepEqual(storeSources(database, "gemini", "1").suspicion(), { suspects: [], quarantined: [] });
  }));

Deno.test("sources: of several, any may have been it: that counts once, however often", () =>
  withState((database) => {
    const sources = storeSources(database, "codex", "1");
    for (let crashes = 0; crashes <= QUARANTINE_AFTER; crashes += 1) {
      assert.deepEqual(sources.crashed([log("/a"), log("/b")]), []);
    }
    assert.deepEqual(sources.suspicion().suspects, ["/a", "/b"]);
    for (let crashes = 2; crashes < QUARANTINE_AFTER; crashes += 1) {
      assert.deepEqual(sources.crashed([log("/a")]), []);
    }
    assert.deepEqual(sources.crashed([log("/a")]), ["/a"], "together they counted once");
    assert.deepEqual(sources.suspicion().suspects, ["/b"]);
  }));

Deno.test("sources: one that a parser had in its hands and went on is none any more", () =>
  withState((database) => {
    const sources = storeSources(database, "codex", "1");
    sources.crashed([log("/a"), log("/b")]);
    assert.deepEqual(sources.known([log("/a"), log("/c")]), ["/a"]);
    sources.quarantine("/a");
    sources.clear(["/a"]);
    assert.deepEqual([sources.known([log("/a")]), sources.quarantined()], [[], []]);
    assert.deepEqual(storeSources(database, "codex", "1").suspicion().suspects, ["/b"]);
    sources.quarantine("/d");
    assert.deepEqual(sources.quarantined(), ["/d"]);
    assert.deepEqual(storeSources(database, "codex", "1").known([log("/b")]), ["/b"]);
  }));
