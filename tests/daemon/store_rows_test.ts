/** What each change of the stores leaves in the rows, and in no other. */
import assert from "node:assert/strict";
import { REDACTION } from "../../src/protocol/redaction.ts";
import type { Delivery } from "../../src/daemon/recording.ts";
import { type RecordingsStore, storeRecordings } from "../../src/daemon/recordings_store.ts";
import { type SessionsStore, storeSessions } from "../../src/daemon/sessions_store.ts";
import type { Component } from "../../src/destination/decision.ts";
import type { SessionRef } from "../../src/protocol/session.ts";
import { checkpointAt, metaOf, REF, withState } from "./stage/own_state.ts";

const OTHER = { provider: "codex", session: "other" } as const;

function add(store: RecordingsStore, own: Partial<Parameters<RecordingsStore["add"]>[0]> = {}): number {
  return store.add({
    ref: REF,
    kind: "record",
    destination: "/exports/a.md",
    whole: true,
    head: { format: "md", meta: metaOf(REF), timeZone: "UTC", include: [] },
    checkpoint: checkpointAt(2),
    next: 2,
    until: null,
    file: null,
    ...own,
  });
}

function delivery(own: Partial<Delivery> = {}): Delivery {
  const render = new TextEncoder().encode("R");
  return {
    before: 5,
    length: 10,
    checkpoint: checkpointAt(4),
    next: 4,
    events: 3,
    last: false,
    render,
    ...own,
  };
}

/** Two recordings: changes are made to the first, and the second stays as it is. */
function withTwo(play: (store: RecordingsStore, id: number, other: number) => void): Promise<void> {
  return withState((database) => {
    const store = storeRecordings(database);
    const [id, other] = [add(store), add(store, { ref: OTHER, destination: "/exports/b.md" })];
    store.openDelivery(other, delivery());
    const before = [store.get(other), store.delivery(other)];
    play(store, id, other);
    assert.deepEqual([store.get(other), store.delivery(other)], before);
  });
}

Deno.test("store: a recording is kept with all that it was added with", () =>
  withTwo((store) => {
    const id = add(store, {
      kind: "capture",
      rule: 4,
      whole: false,
      until: 9,
      file: { dev: 7, ino: 8 },
      checkpoint: null,
      next: 0,
    });
    const { render, written, ...row } = store.get(id);
    assert.deepEqual([render, written], [null, null]);
    assert.deepEqual(row, {
      id,
      ...REF,
      kind: "capture",
      rule: 4,
      redacted: {},
      destination: "/exports/a.md",
      active: true,
      whole: false,
      next: 0,
      readTo: 0,
      until: 9,
      file: { dev: 7, ino: 8 },
      size: 0,
      events: 0,
      goesOn: null,
      isFollowed: false,
      inherits: null,
      follows: null,
      head: { format: "md", meta: metaOf(REF), timeZone: "UTC", include: [] },
      checkpoint: null,
    });
    assert.throws(() => store.get(99), /internal error: there is no recording 99/);
  }));

Deno.test("store: a delivery is kept as it is, replaced by the next one, committed once", () =>
  withTwo((store, id) => {
    assert.deepEqual([store.delivery(id), store.get(id).file, store.get(id).until], [null, null, null]);
    store.openDelivery(id, delivery({ before: 1 }));
    store.openDelivery(id, delivery({ last: true }));
    assert.deepEqual(store.delivery(id), delivery({ last: true }));
    store.openDelivery(id, delivery());
    store.commitDelivery(id, 15);
    const { next, events, size, checkpoint, render, active, written } = store.get(id);
    assert.deepEqual([next, events, size, checkpoint, active], [4, 3, 15, checkpointAt(4), true]);
    assert.deepEqual(render, delivery().render);
    assert.match(written ?? "", /^\d{4}-/);
    assert.equal(store.delivery(id), null);
    assert.throws(() => store.commitDelivery(id, 15), /internal error: recording 1 has no open delivery/);
    store.openDelivery(id, delivery({ next: 6, last: true }));
    store.commitDelivery(id, 25);
    assert.deepEqual([store.get(id).events, store.get(id).active], [6, false]);
  }));

Deno.test("store: a delivery that is dropped leaves the size alone changed; reading on leaves the file alone", () =>
  withTwo((store, id) => {
    store.openDelivery(id, delivery());
    store.dropDelivery(id, 7);
    assert.deepEqual([store.delivery(id), store.get(id).size, store.get(id).next], [null, 7, 2]);
    store.advance(id, delivery({ before: 8, last: true }));
    assert.deepEqual([store.get(id).size, store.get(id).next, store.get(id).active], [8, 4, false]);
  }));

Deno.test("store: what is given up has no delivery and waits for nothing", () =>
  withTwo((store, id) => {
    store.follow(id, OTHER, 7);
    const waiting = store.following("codex")[0]?.id ?? 0;
    store.openDelivery(waiting, delivery());
    store.giveUp(waiting);
    assert.deepEqual([store.delivery(waiting), store.get(waiting).active, store.get(waiting).follows], [
      null,
      false,
      null,
    ]);
    assert.deepEqual(store.following("codex"), []);
    assert.equal(store.get(id).active, true);
  }));

Deno.test("store: one that ends goes on, or is resumed over a gap", () =>
  withTwo((store, id) => {
    store.end(id, 6);
    assert.equal(store.get(id).until, 6);
    store.leave(id, "next", true);
    store.goOn(id);
    assert.deepEqual([store.get(id).until, store.get(id).goesOn, store.get(id).next], [null, null, 2]);
    store.giveUp(id);
    store.leave(id, "next", false);
    store.resume(id, checkpointAt(8), 8, false);
    const { active, until, goesOn, next, whole, checkpoint } = store.get(id);
    assert.deepEqual([active, until, goesOn, next, whole, checkpoint], [
      true,
      null,
      null,
      8,
      false,
      checkpointAt(8),
    ]);
    store.resume(id, null, 0, true);
    assert.deepEqual([store.get(id).checkpoint, store.get(id).whole], [null, true]);
  }));

Deno.test("store: a follower waits, and takes over file and renderer, which the old one loses", () =>
  withTwo((store, id) => {
    store.setFile(id, { dev: 7, ino: 8 }, 5, null);
    store.advance(id, delivery({ last: true }));
    assert.equal(store.hasMoved(REF), false);
    store.leave(id, "next", false);
    assert.equal(store.hasMoved(REF), false);
    store.leave(id, "next", true);
    assert.equal(store.hasMoved(REF), true);
    assert.deepEqual([store.get(id).goesOn, store.get(id).isFollowed], ["next", true]);
    const next = { provider: "codex", session: "next" } as const;
    store.follow(id, next, 9);
    assert.deepEqual([store.hasMoved(next), store.hasMoved(OTHER)], [true, false]);
    assert.deepEqual(store.following("gemini"), []);
    const [waiting] = store.following("codex");
    assert.deepEqual(
      [
        waiting?.session,
        waiting?.follows,
        waiting?.inherits,
        waiting?.until,
        waiting?.next,
        waiting?.whole,
        waiting?.active,
      ],
      ["next", id, "s", 9, 0, false, true],
    );
    const follower = waiting?.id ?? 0;
    store.takeOver(follower, id);
    const { file, size, render, follows } = store.get(follower);
    assert.deepEqual([file, size, render, follows], [{ dev: 7, ino: 8 }, 5, delivery().render, null]);
    assert.deepEqual([store.get(id).render, store.get(id).checkpoint], [null, null]);
    assert.deepEqual(store.following("codex"), []);
  }));

Deno.test("store: recordings are found by session, by destination and by what they are", () =>
  withTwo((store, id, other) => {
    const ids = (rows: readonly { readonly id: number }[]) => rows.map((row) => row.id);
    const third = add(store);
    assert.deepEqual(ids(store.active()), [id, other, third]);
    assert.deepEqual(ids(store.activeOfSession(REF)), [id, third]);
    assert.deepEqual(ids(store.activeOfSession({ provider: "gemini", session: "s" })), []);
    assert.deepEqual(ids(store.ofDestination("/exports/a.md")), [id, third]);
    assert.deepEqual(ids(store.latest(2)), [third, other]);
    store.giveUp(third);
    assert.deepEqual(ids(store.latest(3)), [other, id, third]);
    assert.deepEqual(ids(store.latest(2)), [other, id]);
    assert.deepEqual(ids(store.activeOfSession(REF)), [id]);
    assert.deepEqual(ids(store.ofDestination("/exports/a.md")), [id, third]);
    assert.deepEqual([store.knows(REF), store.knows({ provider: "gemini", session: "s" })], [true, false]);
    assert.equal(store.knows({ provider: "codex", session: "t" }), false);
  }));

Deno.test("store: exports are no recordings of a session, and count among all that was ever written of it", () =>
  withTwo((store, id) => {
    const once = add(store, { kind: "export", destination: "/exports/once.md" });
    const of = (ref: SessionRef) =>
      [store.ofSession(ref), store.everOf(ref)].map((rows) => rows.map(({ id }) => id));
    assert.deepEqual(of(REF), [[id], [id, once]]);
    assert.deepEqual(of({ provider: "gemini", session: "s" }), [[], []]);
    store.giveUp(once);
    assert.deepEqual([id, once, 99].map((one) => store.isActive(one)), [true, false, false]);
    assert.deepEqual(of(REF), [[id], [id, once]]);
    const later = { provider: "codex", session: "later" } as const;
    add(store, { ref: later, kind: "export" });
    assert.equal(store.knows(later), false);
  }));

Deno.test("store: the last recording of a file is found through every session in which it went on", () =>
  withTwo((store, id) => {
    const last = () => store.lastOf(store.get(id))?.id ?? null;
    assert.equal(last(), id);
    store.leave(id, "next", true);
    assert.equal(last(), null, "no recording goes on with it");
    // One of that session that began before, one that goes on with another session's file, and one of another client.
    const sessionOf = (session: string) => ({ provider: "codex", session }) as const;
    add(store, { ref: sessionOf("next") });
    store.follow(add(store, { ref: OTHER }), sessionOf("next"), null);
    store.follow(id, { provider: "gemini", session: "next" }, null);
    assert.equal(last(), null);
    const next = store.follow(id, sessionOf("next"), null);
    assert.equal(last(), next);
    store.leave(next, "third", true);
    const third = store.follow(next, sessionOf("third"), null);
    assert.equal(last(), third);
  }));

Deno.test("store: a session that is forgotten leaves no row, no title, and no number that is given again", () =>
  withTwo((store, id) => {
    const next = { provider: "codex", session: "next" } as const;
    const head = { format: "md", meta: metaOf(REF, "/p"), timeZone: "UTC", include: [] } as const;
    const titled = { ...head, include: [], meta: { ...head.meta, title: "Beans" } };
    const goesOn = add(store, { ref: next, destination: "/exports/c.md", head: titled });
    const same = { provider: "gemini", session: "s" } as const;
    const ofOtherClient = add(store, { ref: same, destination: "/exports/d.md", head: titled });
    const once = add(store, { kind: "export", destination: "/exports/once.md" });
    for (const one of [id, once]) {
      store.openDelivery(one, delivery());
      store.setFile(one, { dev: 7, ino: one }, 0, { path: store.get(one).destination, birth: null });
    }
    // Another session has a file where the export was, too.
    const shares = add(store, { ref: next, destination: "/exports/once.md" });
    const hasFile = (ino: number, path: string) =>
      store.created.has("", { dev: 7, ino, path, birth: null } as Component);
    store.forget({ provider: "codex", session: "none" });
    assert.deepEqual([id, once].map((one) => store.isActive(one)), [true, true]);
    store.forget(REF);
    assert.deepEqual([store.everOf(REF), store.delivery(id), store.delivery(once)], [[], null, null]);
    assert.deepEqual(store.get(goesOn).head, { ...titled, meta: { ...titled.meta, title: null } });
    assert.deepEqual(store.get(ofOtherClient).head, titled);
    assert.deepEqual([hasFile(id, "/exports/a.md"), hasFile(once, "/exports/once.md")], [false, true]);
    assert.equal(add(store), shares + 1);
    store.forget(REF);
    store.leave(shares, "more", true);
    assert.equal(
      add(store, { destination: "/exports/once.md" }),
      shares + 2,
      "its number is not given again",
    );
    store.forget(REF);
    assert.equal(hasFile(once, "/exports/once.md"), false, "a recording that lost its file needs none");
  }));

function withSessions(play: (store: SessionsStore) => void): Promise<void> {
  return withState((database) => {
    const store = storeSessions(database);
    const seen = {
      session: "other",
      path: "/o",
      dev: 1,
      ino: 2,
      size: 3,
      modified: 4,
      parent: null,
      late: false,
    };
    store.add("codex", seen, null);
    store.add("gemini", { ...seen, session: "s" }, null);
    const before = [store.find(OTHER), store.find({ provider: "gemini", session: "s" })];
    store.add("codex", { ...seen, session: "s", path: "/s", parent: "p" }, null);
    play(store);
    assert.deepEqual([store.find(OTHER), store.find({ provider: "gemini", session: "s" })], before);
  });
}

Deno.test("store: a title that was read under other rules for secrets is forgotten, and nothing else", () =>
  withSessions((store) => {
    const meta = { ...REF, title: "Use ACME-9f8a7s6d5f", project: "/p", started: null, client: "1" };
    const titleUnder = (own: Partial<typeof REDACTION>) => {
      store.titlesAreBy({ ...REDACTION, ...own });
      return store.find(REF)?.meta;
    };
    const read = () => store.advance(REF, checkpointAt(2), 10, meta);
    read();
    assert.deepEqual(titleUnder({}), meta);
    assert.deepEqual(titleUnder({ secrets: false }), meta);
    assert.deepEqual(titleUnder({ prefixes: ["ACME-"] }), { ...meta, title: null });
    read();
    assert.deepEqual(titleUnder({ prefixes: ["ACME-"] }), meta);
    assert.deepEqual(titleUnder({ prefixes: ["ACME-"], allow: ["ACME-0"] }), { ...meta, title: null });
    read();
    assert.deepEqual(titleUnder({}), { ...meta, title: null });
  }));

Deno.test("store: a session is kept with what is known of it, and each change changes that alone", () =>
  withSessions((store) => {
    let row = store.find(REF);
    const first = {
      ...REF,
      path: "/s",
      ino: 2,
      baseline: 3,
      parent: "p",
      arrival: null,
      checkpoint: null,
      size: 3,
      meta: null,
      destination: null,
      letGo: null,
      goesOn: null,
      crashes: 0,
      quarantined: null,
      isForgotten: false,
    };
    assert.deepEqual(row, first);
    const changes: readonly [() => void, object][] = [
      [() => store.move(REF, "/t", 9), { path: "/t", ino: 9 }],
      [() => store.arrive(REF, { added: 5, looked: 6 }), { arrival: { added: 5, looked: 6 } }],
      [() => store.setBaseline(REF, 8), { baseline: 8, size: 8 }],
      [() => void assert.equal(store.countCrash(REF), 1), { crashes: 1 }],
      [() => store.advance(REF, checkpointAt(3), 9, metaOf(REF)), {
        checkpoint: checkpointAt(3),
        size: 9,
        meta: metaOf(REF),
        crashes: 0,
      }],
      [() => store.point(REF, "/exports/a.md"), { destination: "/exports/a.md" }],
      [() => store.letGo(REF, 4), { letGo: 4 }],
      [() => store.letGo(REF, 2), {}],
      [() => store.goOn(REF, { into: "n", seq: 6, came: 7 }), { goesOn: { into: "n", seq: 6, came: 7 } }],
      [() => store.goOn(REF, { into: "o", seq: 8, came: 9 }), {}],
      [() => void assert.deepEqual([store.countCrash(REF), store.countCrash(REF)], [1, 2]), { crashes: 2 }],
      [() => store.quarantine(REF, "9 1"), { quarantined: "9 1", crashes: 0 }],
      [() => store.quarantine(REF, "9 2"), { quarantined: "9 2" }],
      [() => store.passOver(REF, 4), { size: 4 }],
      [() => store.passOver(REF, 12), { baseline: 12, size: 12 }],
      [() => store.forget(REF, { size: 20, isThere: true }), {
        baseline: 20,
        size: 20,
        arrival: null,
        checkpoint: null,
        meta: null,
        destination: null,
        letGo: 0,
        goesOn: null,
        isForgotten: true,
      }],
      [() => store.forget(REF, { size: 5, isThere: false }), { path: "", ino: 0 }],
      [() => store.remember(REF), { isForgotten: false }],
    ];
    for (const [change, changed] of changes) {
      change();
      assert.deepEqual(store.find(REF), { ...row, ...changed });
      row = store.find(REF);
    }
    assert.equal(store.find({ provider: "codex", session: "none" }), null);
    assert.equal(store.countCrash({ provider: "codex", session: "none" }), 0);
  }));

Deno.test("store: news begins at the log's beginning", () =>
  withSessions((store) => {
    const seen = {
      session: "new",
      path: "/n",
      dev: 1,
      ino: 2,
      size: 3,
      modified: 4,
      parent: null,
      late: false,
    };
    store.add("codex", seen, { added: 7, looked: 0 });
    const { baseline, size, arrival } = store.find({ provider: "codex", session: "new" }) ?? {};
    assert.deepEqual([baseline, size, arrival], [0, 0, { added: 7, looked: 0 }]);
  }));

Deno.test("store: a line is claimed once, by provider, event and place", () =>
  withSessions((store) => {
    assert.equal(store.claimCommand("codex", "e", 0), true);
    assert.equal(store.claimCommand("codex", "e", 0), false);
    const claimed = (["codex", "gemini"] as const).flatMap((provider) =>
      ["e", "f"].flatMap((event) => [0, 1].map((place) => store.isClaimed(provider, event, place)))
    );
    assert.deepEqual(claimed, [true, ...Array(7).fill(false)]);
  }));

Deno.test("store: facts, and messages that were not listed, are counted until they are forgotten", () =>
  withSessions((store) => {
    assert.equal(store.fact("a"), null);
    store.setFact("a", "1");
    store.setFact("a", "2");
    assert.deepEqual([store.fact("a"), store.fact("b")], ["2", null]);
    store.countUnlisted(OTHER, 1);
    store.countUnlisted(REF, 3);
    assert.deepEqual(store.countUnlisted(REF, 4), { ...REF, messages: 2, lines: 7 });
    store.forgetUnlisted(REF);
    assert.deepEqual(store.unlisted(), [{ ...OTHER, messages: 1, lines: 1 }]);
  }));

Deno.test("store: the secrets of a delivery count when it is in the file, and those of a dropped one never", () =>
  withTwo((store, id) => {
    const redacted = () => store.get(id).redacted;
    store.openDelivery(id, delivery({ redacted: { jwt: 2 } }));
    assert.deepEqual([store.delivery(id)?.redacted, redacted()], [{ jwt: 2 }, {}]);
    store.dropDelivery(id, 5);
    assert.deepEqual(redacted(), {});
    store.openDelivery(id, delivery({ redacted: { jwt: 2 } }));
    store.commitDelivery(id, 15);
    store.advance(id, delivery({ redacted: { jwt: 1, password: 1 } }));
    assert.deepEqual(redacted(), { jwt: 3, password: 1 });
  }));
