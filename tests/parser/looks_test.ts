import assert from "node:assert/strict";
import { createForks } from "../../src/parser/forks.ts";
import { createLooks, type FoundSession } from "../../src/parser/looks.ts";
import { createSchedule, type Schedule } from "../../src/parser/schedule.ts";
import { indexSessions } from "../../src/parser/session_index.ts";
import type { InHand, LogInHand } from "../../src/protocol/in_hand.ts";
import { LOOKS } from "../../src/protocol/limits.ts";
import { linesOf, makeProvider, makeStage, type Stage } from "./stage.ts";

const logOf = (session: string) => linesOf([{ log: { kind: "session", session } }]);

/** Looks at what is below the stage, with a provider that says which log was opened, and when. */
function makeWorld(
  stage: Stage,
  suspects: readonly string[] = [],
  quarantined: readonly LogInHand[] = [],
  onTold: (sessions: readonly string[], schedule: Schedule) => void = () => {},
) {
  const happened: string[] = [];
  const told = new Set<string>();
  /** How many logs each telling was of. */
  const tellings: number[] = [];
  const turns: (() => void)[] = [];
  const nameOf = (path: string) => path.slice(stage.root.length + 1);
  const plain = makeProvider();
  const provider = {
    ...plain,
    introduce(relative: string, head: readonly unknown[]) {
      happened.push(`open ${relative}`);
      return plain.introduce?.(relative, head) ?? null;
    },
  };
  const schedule: Schedule = createSchedule({
    mark(inHand: InHand | null) {
      if (inHand === null || !("logs" in inHand)) return;
      happened.push(`mark ${inHand.logs.map(({ path }) => nameOf(path)).sort().join(" ")}`);
      schedule.marked();
    },
    soon: (turn) => void turns.push(turn),
  });
  const looks = createLooks({
    index: indexSessions(provider, [stage.root]),
    forks: createForks(provider),
    schedule,
    suspects,
    quarantined,
    isKnown: (session) => told.has(session),
    take(found: readonly FoundSession[]) {
      if (found.length > 0) tellings.push(found.length);
      for (const { session } of found) told.add(session.session);
      onTold(found.map(({ session }) => session.session), schedule);
    },
    wake: () => {},
  });
  return {
    looks,
    happened,
    told,
    tellings,
    /** One turn. Whether there was one. */
    workOnce() {
      const turn = turns.shift();
      turn?.();
      return turn !== undefined;
    },
    work() {
      for (let turn = turns.shift(); turn !== undefined; turn = turns.shift()) turn();
    },
    nameOf,
  };
}

Deno.test("a log is opened only while it is marked, a few together, each once", () => {
  using stage = makeStage();
  const paths = Array.from(
    { length: 3 * LOOKS },
    (_, index) => stage.write(`${index}.jsonl`, logOf(`s${index}`)),
  );
  const { looks, happened, told, work } = makeWorld(stage);
  let done = false;
  looks.wantAll(paths.values(), () => done = true);
  work();
  assert.ok(done);
  assert.equal(told.size, paths.length);
  let marked: string[] = [];
  for (const what of happened) {
    const [verb, ...names] = what.split(" ");
    if (verb === "mark") marked = names;
    else assert.ok(marked.includes(names[0] ?? ""), `${what}, while ${marked} are marked`);
  }
  assert.equal(happened.filter((what) => what.startsWith("open")).length, paths.length);
});

Deno.test("suspects are looked at alone and after all others; one that is quarantined is not, until it has changed", () => {
  using stage = makeStage();
  const [suspect = "", bad = "", good = ""] = ["suspect", "bad", "good"].map((name) =>
    stage.write(`${name}.jsonl`, logOf(name))
  );
  const { looks, happened, told, work } = makeWorld(stage, [suspect], [{
    path: bad,
    size: Deno.statSync(bad).size,
  }]);
  looks.wantAll([suspect, bad, good].values(), () => happened.push("done"));
  work();
  assert.deepEqual(happened, [
    "mark good.jsonl",
    "open good.jsonl",
    "done",
    "mark suspect.jsonl",
    "open suspect.jsonl",
  ]);
  looks.want(bad);
  work();
  assert.ok(!told.has("bad"));
  happened.length = 0;
  stage.write("bad.jsonl", `${logOf("bad")}{}\n`);
  looks.want(bad);
  looks.want(stage.write("other.jsonl", logOf("other")));
  work();
  assert.ok(happened.includes("mark bad.jsonl") && happened.includes("mark other.jsonl"), `${happened}`);
  assert.ok(told.has("bad") && told.has("other"));
});

Deno.test("what changes while the first scan goes on is looked at when it is over", () => {
  using stage = makeStage();
  const { looks, told, happened, work } = makeWorld(stage);
  const old = stage.write("old.jsonl", logOf("old"));
  looks.wantAll([old].values(), () => happened.push(`done ${[...told]}`));
  looks.want(stage.write("new.jsonl", logOf("new")));
  work();
  assert.ok(happened.includes("done old"), `${happened}`);
  assert.deepEqual([...told], ["old", "new"]);
});

Deno.test("a folder that is called as a log, and a file that is none, are not opened", () => {
  using stage = makeStage();
  const { looks, happened, told, work } = makeWorld(stage);
  looks.wantAll([].values(), () => {});
  Deno.mkdirSync(`${stage.root}/folder.jsonl`);
  Deno.symlinkSync(stage.write("real.txt", logOf("linked")), `${stage.root}/link.jsonl`);
  for (const name of ["folder.jsonl", "link.jsonl", "real.txt"]) looks.want(`${stage.root}/${name}`);
  work();
  assert.ok(!happened.some((what) => what.startsWith("open")), `${happened}`);
  assert.equal(told.size, 0);
});

/** While each look takes longer than a slice. */
function whileSlow(act: () => void): void {
  const { now } = performance;
  let ahead = 0;
  performance.now = () => now.call(performance) + (ahead += 1000);
  try {
    act();
  } finally {
    performance.now = now;
  }
}

const headOf = (part: string) => linesOf([{ log: { kind: "session", session: "s", part } }]);

Deno.test("logs that turn up together are told together, though a slice ends between them", () => {
  using stage = makeStage();
  const parts = ["one", "two", "three"].map((part) => stage.write(`${part}.jsonl`, headOf(part)));
  const { looks, tellings, happened, work } = makeWorld(stage);
  looks.wantAll([].values(), () => {});
  work();
  whileSlow(() => {
    for (const path of parts) looks.want(path);
    work();
  });
  assert.equal(happened.filter((what) => what.startsWith("open")).length, parts.length);
  assert.deepEqual(tellings, [parts.length]);
});

Deno.test("a log of a new session that grows, or is seen by a scan, is not told before those that wait beside it", () => {
  using stage = makeStage();
  const parts = ["one", "two", "three"].map((part) => stage.write(`${part}.jsonl`, headOf(part)));
  for (const again of ["want", "scan"] as const) {
    const { looks, tellings, workOnce, work } = makeWorld(stage);
    looks.wantAll([].values(), () => {});
    work();
    whileSlow(() => {
      for (const path of parts) looks.want(path);
      while (tellings.length === 0 && workOnce()) {
        if (tellings.length > 0) break;
        if (again === "scan") looks.wantAll(parts.values(), () => {});
        else for (const path of parts) looks.want(path);
      }
    });
    assert.deepEqual(tellings, [parts.length]);
  }
});

Deno.test("sessions are not found faster than they are read, however many come: a new one is read soon", () => {
  using stage = makeStage();
  const read = new Set<string>();
  let mostUnread = 0;
  const { looks, told, workOnce } = makeWorld(stage, [], [], (sessions, schedule) => {
    for (const session of sessions) {
      const run = () => {
        read.add(session);
        return null;
      };
      schedule.want({ key: session, begin: () => null, run }, "fresh");
    }
    mostUnread = Math.max(mostUnread, told.size - read.size);
  });
  let made = 0;
  const make = (name: string) => looks.want(stage.write(`${name}.jsonl`, logOf(name)));
  const flood = () => {
    while (made < told.size + 4 * LOOKS) make(`flood${made++}`);
  };
  looks.wantAll([].values(), () => {});
  while (told.size < 2 * LOOKS) {
    flood();
    assert.ok(workOnce());
  }
  make("new");
  const before = told.size;
  while (!read.has("new")) {
    flood();
    assert.ok(workOnce());
    assert.ok(
      told.size < before + 12 * LOOKS,
      `${told.size} were found, ${read.size} were read, and not the new one`,
    );
  }
  assert.ok(mostUnread <= 2 * LOOKS, `${mostUnread} were found and not read`);
});

Deno.test("a log that had not said what it is is looked at together with a new log of its session", () => {
  using stage = makeStage();
  const { looks, tellings, work } = makeWorld(stage);
  looks.wantAll([].values(), () => {});
  const first = stage.write("one.jsonl", headOf("one").slice(0, 9));
  looks.want(first);
  work();
  assert.deepEqual(tellings, []);
  stage.write("one.jsonl", headOf("one"));
  looks.want(first);
  looks.want(stage.write("two.jsonl", headOf("two")));
  work();
  assert.deepEqual(tellings, [2]);
});
