/** Which sessions are watched, and what in them is history: over the state alone, with every message to the parser. */
import assert from "node:assert/strict";
import { createFollow, type Follow } from "../../src/daemon/follow.ts";
import { type SessionsStore, storeSessions } from "../../src/daemon/sessions_store.ts";
import type { Database } from "../../src/daemon/state.ts";
import { LOOK_KEPT_MS, QUARANTINE_AFTER } from "../../src/protocol/limits.ts";
import type { SeenSession } from "../../src/protocol/parser_messages.ts";
import { checkpointAt, metaOf, withState } from "./stage/own_state.ts";
import { withClockAhead } from "./stage/until.ts";

const ref = (session: string) => ({ provider: "codex", session }) as const;

function seen(session: string, own: Partial<SeenSession> = {}): SeenSession {
  const path = `/logs/${session}.jsonl`;
  return { session, path, dev: 1, ino: 5, size: 100, modified: 0, parent: null, late: false, ...own };
}

interface Scene {
  readonly database: Database;
  readonly sessions: SessionsStore;
  /** What was sent and released, in order. */
  readonly sent: string[];
  /** A run of kato with this state. */
  run(own?: { roots?: string[]; version?: string }): Follow;
}

function withFollow(play: (scene: Scene) => void | Promise<void>): Promise<void> {
  return withState(async (database) => {
    const sessions = storeSessions(database);
    const sent: string[] = [];
    await play({
      database,
      sessions,
      sent,
      run: ({ roots = ["/logs"], version = "1" } = {}) =>
        createFollow({
          provider: "codex",
          roots,
          version,
          database,
          sessions,
          send(message) {
            if (message.type === "watch") {
              const { session, from, baseline, parent } = message;
              sent.push(`watch ${session} from ${from?.seq ?? null} baseline ${baseline} parent ${parent}`);
            } else sent.push(`${message.type} ${"session" in message ? message.session : ""}`);
          },
          released: (session) => void sent.push(`released ${session}`),
        }),
    });
  });
}

Deno.test("follow: what the first scan finds is history, and is watched when it grows", () =>
  withFollow(({ run, sent, sessions }) => {
    const follow = run();
    follow.seen([seen("a")]);
    assert.deepEqual(sent, []);
    const { arrival, baseline, size } = sessions.find(ref("a")) ?? {};
    assert.deepEqual({ arrival, baseline, size }, { arrival: null, baseline: 100, size: 100 });
    follow.ready(Date.now());
    follow.seen([seen("a")]);
    assert.deepEqual(sent, [], "it is as it was");
    follow.seen([seen("a", { size: 150 })]);
    assert.deepEqual(sent, ["watch a from null baseline 100 parent null"]);
    assert.deepEqual(follow.counts(), { sessions: 1, followed: 1, quarantined: [] });
  }));

Deno.test("follow: what comes after the first scan is news, from its beginning", () =>
  withFollow(({ run, sent, sessions }) => {
    const follow = run();
    const looked = Date.now() - 60_000;
    follow.ready(looked);
    const before = Date.now();
    follow.seen([seen("b", { parent: "a" })]);
    assert.deepEqual(sent, ["watch b from null baseline 0 parent a"]);
    const { arrival = null, baseline } = sessions.find(ref("b")) ?? {};
    assert.equal(arrival?.looked, looked);
    assert.ok(arrival !== null && arrival.added >= before && arrival.added <= Date.now());
    assert.equal(baseline, 0);
  }));

Deno.test("follow: what could not be read at the first scan is history as well, when it comes late", () =>
  withFollow(({ run, sent, sessions }) => {
    const follow = run();
    follow.ready(Date.now());
    follow.seen([seen("late", { late: true }), seen("new")]);
    assert.deepEqual(sent, ["watch new from null baseline 0 parent null"]);
    assert.equal(sessions.find(ref("late"))?.arrival, null);
    // In a later run, the root was scanned before: nothing in it is late any more.
    run().seen([seen("later", { late: true })]);
    assert.notEqual(sessions.find(ref("later"))?.arrival, null);
  }));

Deno.test("follow: a second root that was never scanned holds history only, the first one does not", () =>
  withFollow(({ run, sent, sessions }) => {
    run().ready(Date.now());
    const follow = run({ roots: ["/logs", "/more"] });
    follow.seen([seen("a"), seen("b", { path: "/more/b.jsonl" }), seen("c", { path: "/morerun/c.jsonl" })]);
    assert.deepEqual(sent, [
      "watch a from null baseline 0 parent null",
      "watch c from null baseline 0 parent null",
    ]);
    assert.equal(sessions.find(ref("b"))?.arrival, null);
    assert.equal(follow.rootOf("/more/b.jsonl"), "/more");
    assert.equal(follow.rootOf("/morerun/b.jsonl"), null);
    follow.ready(Date.now());
    sent.length = 0;
    follow.seen([seen("d", { path: "/more/d.jsonl" })]);
    assert.deepEqual(sent, ["watch d from null baseline 0 parent null"]);
  }));

Deno.test("follow: a log that was never read and is another file or shorter holds history", () =>
  withFollow(({ run, sent, sessions }) => {
    const follow = run();
    follow.seen([seen("other"), seen("shorter"), seen("same")]);
    follow.ready(Date.now());
    follow.seen([
      seen("other", { ino: 6, size: 300 }),
      seen("shorter", { size: 40 }),
      seen("same", { size: 101 }),
    ]);
    assert.deepEqual(sent, ["watch same from null baseline 100 parent null"]);
    assert.deepEqual(["other", "shorter"].map((name) => sessions.find(ref(name))?.baseline), [300, 40]);
    assert.equal(sessions.find(ref("other"))?.ino, 6);
    // One that is news is read on, whatever replaces it.
    follow.seen([seen("news")]);
    sent.length = 0;
    follow.seen([seen("news", { ino: 9, size: 20 })]);
    assert.deepEqual(sent, ["watch news from null baseline 0 parent null"]);
  }));

Deno.test("follow: a log that was moved is known at its new path", () =>
  withFollow(({ run, sessions }) => {
    const follow = run();
    follow.seen([seen("a")]);
    follow.seen([seen("a", { path: "/logs/x/a.jsonl" })]);
    assert.equal(sessions.find(ref("a"))?.path, "/logs/x/a.jsonl");
  }));

Deno.test("follow: one that was read goes on from its checkpoint, and what is behind is counted", () =>
  withFollow(({ run, sent }) => {
    const follow = run();
    follow.ready(Date.now());
    follow.seen([seen("a", { size: 50 })]);
    follow.watched({
      type: "watched",
      session: "a",
      meta: metaOf(ref("a")),
      checkpoint: checkpointAt(4),
      size: 50,
    });
    assert.equal(follow.sizeOf("a"), 50);
    sent.length = 0;
    follow.seen([seen("a", { size: 80 })]);
    assert.deepEqual(sent, ["watch a from 4 baseline 0 parent null"]);
    assert.equal(follow.sizeOf("a"), 80);
    assert.equal(follow.behind("a", 4, 10), 30, "it has all events that were read");
    assert.equal(follow.behind("a", 9, 10), 30);
    assert.equal(follow.behind("a", 3, 10), 70, "it lacks one: what it was read to counts");
    assert.equal(follow.behind("a", 3, 90), 0);
    assert.equal(follow.behind("none", 0, 0), 0);
    assert.equal(follow.sizeOf("none"), 0);
    // A later run knows it from the state, and an older size does not win over a newer one.
    const later = run();
    later.seen([seen("a", { size: 90 })]);
    assert.equal(later.behind("a", 4, 10), 40);
    later.watched({
      type: "watched",
      session: "a",
      meta: metaOf(ref("a")),
      checkpoint: checkpointAt(5),
      size: 85,
    });
    assert.equal(later.sizeOf("a"), 90);
    assert.equal(later.behind("a", 5, 10), 5);
    assert.equal(later.behind("a", 4, 10), 80);
  }));

Deno.test("follow: a session is watched on request, once it is known", () =>
  withFollow(({ run, sent }) => {
    const follow = run();
    assert.equal(follow.watch("a"), false);
    follow.seen([seen("a")]);
    assert.equal(follow.watch("a"), true);
    assert.equal(follow.watch("a"), true);
    assert.deepEqual(sent, Array(2).fill("watch a from null baseline 100 parent null"));
    assert.equal(follow.counts().followed, 1);
    follow.restarted();
    assert.equal(follow.counts().followed, 0);
  }));

Deno.test("follow: a log that was written anew arrives anew, after the look before that", () =>
  withFollow(({ run, sessions }) => {
    const follow = run();
    follow.seen([seen("a")]);
    follow.ready(1_000);
    follow.seen([seen("a", { size: 150 })]);
    follow.looked(2_000);
    follow.rewritten("a");
    assert.equal(sessions.find(ref("a"))?.arrival?.looked, 1_000);
    follow.rewritten("none");
    // In a run that has not seen it change: kato's last look.
    const later = run();
    later.looked(3_000);
    later.rewritten("a");
    assert.equal(sessions.find(ref("a"))?.arrival?.looked, 3_000);
    // A look in the future is one of now.
    later.looked(Date.now() + 100_000);
    const before = Date.now();
    later.rewritten("a");
    const { looked = 0, added = 0 } = sessions.find(ref("a"))?.arrival ?? {};
    assert.ok(looked >= before && looked === added);
  }));

Deno.test("follow: looks are kept now and then, at the end, and where the first scan is over", () =>
  withFollow(async ({ run, sessions }) => {
    const look = () => sessions.fact("looked:/logs");
    const at = (ms: number) => new Date(ms).toISOString();
    const follow = run();
    assert.equal(look(), null);
    follow.ready(1_000);
    assert.equal(look(), at(1_000));
    assert.equal(sessions.fact("scanned:/logs"), at(1_000));
    follow.looked(2_000);
    assert.equal(look(), at(1_000), "not at each look");
    await withClockAhead(LOOK_KEPT_MS, () => follow.looked(3_000));
    assert.equal(look(), at(3_000));
    follow.looked(4_000);
    follow.stopped();
    assert.equal(look(), at(4_000));
    // The next run has it, and the first scan's stays.
    const later = run();
    later.seen([seen("b")]);
    assert.equal(sessions.find(ref("b"))?.arrival?.looked, 4_000);
    later.ready(5_000);
    assert.equal(sessions.fact("scanned:/logs"), at(1_000));
  }));

Deno.test("follow: state that has no look in it takes the end of its first scan", () =>
  withFollow(({ run, sessions }) => {
    sessions.setFact("scanned:/logs", new Date(7_000).toISOString());
    run().seen([seen("a")]);
    assert.equal(sessions.find(ref("a"))?.arrival?.looked, 7_000);
  }));

Deno.test("follow: what took its parser down too often is left alone until it grew, or kato is another", () =>
  withFollow(({ run, sent, sessions }) => {
    const follow = run();
    follow.ready(Date.now());
    follow.seen([seen("a")]);
    for (let crashes = 1; crashes < QUARANTINE_AFTER; crashes += 1) assert.equal(follow.crashed("a"), false);
    assert.equal(follow.crashed("a"), true);
    follow.quarantined("a");
    assert.deepEqual(follow.counts().quarantined, ["a"]);
    assert.equal(sessions.find(ref("a"))?.quarantined, "100 1");
    sent.length = 0;
    assert.equal(follow.watch("a"), false);
    assert.deepEqual(sent, ["quarantine a"]);
    // As large as before, in a new run: still so.
    const later = run();
    later.seen([seen("a")]);
    assert.deepEqual(later.counts().quarantined, ["a"]);
    assert.equal(later.counts().followed, 0);
    sent.length = 0;
    later.seen([seen("a", { size: 101 })]);
    assert.deepEqual(sent, ["released a", "watch a from null baseline 0 parent null"]);
    assert.deepEqual(later.counts().quarantined, []);
    assert.equal(sessions.find(ref("a"))?.quarantined, null);
    // Again, and another kato.
    for (let crashes = 0; crashes < QUARANTINE_AFTER; crashes += 1) later.crashed("a");
    sent.length = 0;
    assert.equal(run({ version: "2" }).watch("a"), true);
    assert.deepEqual(sent, ["released a", "watch a from null baseline 0 parent null"]);
    // What was watched to a checkpoint has its crashes forgiven.
    follow.crashed("a");
    follow.watched({
      type: "watched",
      session: "a",
      meta: metaOf(ref("a")),
      checkpoint: checkpointAt(4),
      size: 50,
    });
    assert.equal(follow.crashed("a"), false);
  }));

Deno.test("follow: one that crashed before it was seen in this run is quarantined at the size that is known", () =>
  withFollow(({ run, sessions }) => {
    const first = run();
    first.seen([seen("a")]);
    const later = run();
    for (let crashes = 0; crashes < QUARANTINE_AFTER; crashes += 1) later.crashed("a");
    assert.equal(sessions.find(ref("a"))?.quarantined, "100 1");
  }));

Deno.test("follow: a forgotten session is read on for commands, and only how far it was read is kept", () =>
  withFollow(({ run, sent, sessions }) => {
    const kept = (session: string) => {
      const { baseline, size, checkpoint, meta } = sessions.find(ref(session)) ?? {};
      return { baseline, size, checkpoint, meta };
    };
    const nothing = { checkpoint: null, meta: null };
    const first = run();
    first.seen([seen("a")]);
    first.ready(1);
    first.watched({
      type: "watched",
      session: "a",
      checkpoint: checkpointAt(3),
      size: 100,
      meta: metaOf(ref("a")),
    });
    sessions.forget(ref("a"), { size: first.sizeOf("a"), isThere: first.isThere("a") });
    assert.deepEqual(kept("a"), { baseline: 100, size: 100, ...nothing });
    // It grows in this run, and while kato is away.
    const watched = (follow: Follow, size: number) =>
      follow.watched({
        type: "watched",
        session: "a",
        checkpoint: checkpointAt(5),
        size,
        meta: metaOf(ref("a")),
      });
    watched(first, 150);
    assert.deepEqual(kept("a"), { baseline: 150, size: 150, ...nothing });
    const second = run();
    sent.length = 0;
    second.seen([seen("a", { size: 200 })]);
    assert.deepEqual(sent, ["watch a from null baseline 150 parent null"]);
    // It is read from its beginning: until that is done, history goes on to where it went before.
    watched(second, 40);
    assert.deepEqual(kept("a"), { baseline: 150, size: 40, ...nothing });
    watched(second, 200);
    assert.deepEqual(kept("a"), { baseline: 200, size: 200, ...nothing });
    // It was written anew: its bytes are others, and rows are told from news by their times.
    second.rewritten("a");
    assert.equal(kept("a").baseline, 0);
    assert.notEqual(sessions.find(ref("a"))?.arrival, null);
    watched(second, 90);
    assert.deepEqual(kept("a"), { baseline: 90, size: 90, ...nothing });
    // Recorded again: it is kept as any other.
    sessions.remember(ref("a"));
    watched(second, 95);
    assert.equal(kept("a").checkpoint?.seq, 5);
  }));

Deno.test("follow: a forgotten session whose log was gone and comes back is history, wherever it comes", () =>
  withFollow(({ run, sent, sessions }) => {
    const first = run();
    first.ready(1);
    first.seen([seen("a")]);
    sessions.forget(ref("a"), { size: 0, isThere: false });
    assert.equal(sessions.find(ref("a"))?.path, "");
    const second = run();
    sent.length = 0;
    second.seen([seen("a", { path: "/logs/elsewhere/a.jsonl", ino: 77, size: 4_000 })]);
    const { baseline, path, isForgotten } = sessions.find(ref("a")) ?? {};
    assert.deepEqual([sent, baseline, path, isForgotten], [[], 4_000, "/logs/elsewhere/a.jsonl", true]);
  }));
