/**
 * Each single call that reads a session's logs fails once, and some in a row, as on a share with stale handles. What the
 * reader gives is the same as without: nothing is missing, nothing comes twice, nothing changes its place.
 */
import assert from "node:assert/strict";
import { createForks } from "../../src/parser/forks.ts";
import { gatherEventIds } from "../../src/parser/inherited.ts";
import { createLooks } from "../../src/parser/looks.ts";
import { createSchedule, type Schedule } from "../../src/parser/schedule.ts";
import { indexSessions } from "../../src/parser/session_index.ts";
import { follow, SESSION } from "./read_session.ts";
import { type Refusal, REFUSALS, refuseReads } from "./refused_reads.ts";
import { compress, linesOf, makeProvider, makeStage, type Stage } from "./stage.ts";

const MAIN = { log: { kind: "session", session: SESSION } };
const AGENT = { log: { kind: "agent", session: SESSION, agent: "a1" } };
const say = (id: string) => ({ id, say: `words of ${id}` });
const says = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, at) => say(`${prefix}${at}`));

/** What a client writes, one step after another. The reader reads between them; `restart`: and goes on from what it kept. */
interface Play {
  readonly what: string;
  /** There before the reader begins. */
  readonly begin: (stage: Stage) => void;
  readonly steps: readonly ((stage: Stage) => void | "restart")[];
  readonly texts: readonly string[];
}

const idsOf = (prefix: string, count: number) => says(prefix, count).map(({ say }) => say);

const LONG = 40;
const PLAYS: readonly Play[] = [
  {
    what: "a log of lines that grows",
    begin: (stage) => void stage.write("main.jsonl", linesOf([MAIN])),
    steps: [
      (stage) => void stage.write("main.jsonl", linesOf([MAIN, ...says("a", 2)])),
      () => "restart",
      (stage) => void stage.write("main.jsonl", linesOf([MAIN, ...says("a", 4)])),
    ],
    texts: idsOf("a", 4),
  },
  {
    what: "a sub-agent whose log comes late, and grows",
    begin: (stage) => void stage.write("main.jsonl", linesOf([MAIN])),
    steps: [
      (stage) => void stage.write("agent.jsonl", linesOf([AGENT, ...says("s", 2)])),
      (stage) => void stage.write("main.jsonl", linesOf([MAIN, say("a0"), { handBack: "a1" }, say("a1")])),
      (stage) => void stage.write("agent.jsonl", linesOf([AGENT, ...says("s", 4), { ends: true }])),
    ],
    texts: [...idsOf("a", 1), ...idsOf("s", 4), ...idsOf("a", 2).slice(1)],
  },
  {
    what: "a log that its client compresses",
    begin: (stage) => void stage.write("main.jsonl", linesOf([MAIN, ...says("a", LONG)])),
    steps: [
      () => {},
      (stage) => {
        stage.write("main.jsonl.zst", compress(linesOf([MAIN, ...says("a", LONG)])));
        stage.remove("main.jsonl");
      },
      () => "restart",
      () => {},
    ],
    texts: idsOf("a", LONG),
  },
  {
    what: "a log that was compressed before",
    begin: (stage) => void stage.write("main.jsonl.zst", compress(linesOf([MAIN, ...says("a", LONG)]))),
    steps: [() => {}, () => "restart", () => {}],
    texts: idsOf("a", LONG),
  },
  {
    what: "a document that is written anew",
    begin: (stage) => void stage.write("main.json", JSON.stringify([MAIN])),
    steps: [
      (stage) => void stage.write("main.json", JSON.stringify([MAIN, ...says("a", 2)])),
      () => "restart",
      (stage) => void stage.write("main.json", JSON.stringify([MAIN, ...says("a", 5)])),
    ],
    texts: idsOf("a", 5),
  },
  {
    what: "a log that is replaced by one with more",
    begin: (stage) => void stage.write("main.jsonl", linesOf([MAIN, ...says("a", 3)])),
    steps: [
      () => {},
      (stage) => {
        stage.write("new", linesOf([{ ...MAIN, anew: true }, ...says("a", 6)]));
        Deno.renameSync(`${stage.root}/new`, `${stage.root}/main.jsonl`);
      },
    ],
    texts: idsOf("a", 6),
  },
];

/** More than the looks that a refusal can hold up. */
const LOOKS = 2;

/** Plays it while calls number `from` to `to` fail. Gives the texts, and the number of calls. */
function read({ begin, steps }: Play, how: Refusal, from: number, to: number) {
  using stage = makeStage();
  begin(stage);
  const followed = follow(stage);
  using refused = refuseReads(stage.root, how, from, to);
  const texts: string[] = [];
  const ends: string[] = [];
  for (const step of steps) {
    if (step(stage) === "restart") followed.restart();
    for (let look = 0; look < LOOKS + to - from; look += 1) {
      const { texts: more, end } = followed.read();
      texts.push(...more);
      ends.push(end);
    }
  }
  return { texts, ends, calls: refused.count() };
}

/** How many calls fail in a row. */
const IN_A_ROW = [1, 3];

for (const play of PLAYS) {
  Deno.test(`${play.what}: any call may fail, and the texts are the same`, () => {
    const { calls, texts } = read(play, "EIO", 0, 0);
    assert.deepEqual(texts, play.texts);
    let unreadable = 0;
    for (let call = 1; call <= calls; call += 1) {
      const how = REFUSALS[call % REFUSALS.length] ?? "EIO";
      const inARow = IN_A_ROW[(call >> 1) % IN_A_ROW.length] ?? 1;
      const { texts, ends } = read(play, how, call, call + inARow - 1);
      assert.deepEqual(texts, play.texts, `${how}: ${inARow} from call ${call} of ${calls}`);
      if (ends.includes("unreadable")) unreadable += 1;
    }
    assert.ok(unreadable > 0, "the reader told of none");
  });
}

Deno.test("a copy that cannot be read yet has no parent yet, and its original is not forgotten", () => {
  using stage = makeStage();
  const provider = {
    ...makeProvider(),
    identity: ({ value }: { readonly value: unknown }) =>
      JSON.stringify(value).includes("born") ? "born" : null,
  };
  const logs = ["one", "two"].map((session) => ({
    session,
    path: stage.write(`${session}.jsonl`, linesOf([{ log: { kind: "session", session } }, say("born")])),
  }));
  const [original, copy] = logs;
  assert.ok(original !== undefined && copy !== undefined);
  const forks = createForks(provider);
  forks.add(original);
  const [unread] = forks.unread(copy.path, 10);
  {
    using _ = refuseReads(stage.root, "ESTALE", 1, Infinity);
    assert.equal(forks.read(unread ?? original), false);
    assert.equal(forks.parentOf(copy), "unreadable");
  }
  const [again] = forks.unread(copy.path, 10);
  assert.deepEqual(again, original);
  assert.equal(forks.read(original), true);
  assert.deepEqual(forks.parentOf(copy), { session: "one" });
});

Deno.test("an original that never can be read holds up the logs beside it for some tries", () => {
  using stage = makeStage();
  const [original, other] = ["one", "two"].map((session) => ({
    session,
    path: stage.write(`${session}.jsonl`, linesOf([{ log: { kind: "session", session } }, say("born")])),
  }));
  assert.ok(original !== undefined && other !== undefined);
  const forks = createForks({ ...makeProvider(), identity: ({ value }) => JSON.stringify(value) });
  forks.add(original);
  using _ = refuseReads(original.path, "EIO", 1, Infinity);
  const tries: boolean[] = [];
  for (let [log] = forks.unread(other.path, 10); log !== undefined; [log] = forks.unread(other.path, 10)) {
    tries.push(forks.read(log));
  }
  assert.deepEqual(tries, [false, false, true]);
});

Deno.test("until a new log is reported, for one beside it cannot be read, nothing counts as looked at", () => {
  using stage = makeStage();
  const { now } = Date;
  let clock = 1_000_000;
  Date.now = () => clock;
  try {
    const provider = {
      ...makeProvider(),
      identity: ({ value }: { readonly value: unknown }) => JSON.stringify(value),
    };
    const turns: (() => void)[] = [];
    const told: string[] = [];
    const schedule: Schedule = createSchedule({
      mark: (inHand) => inHand === null ? undefined : schedule.marked(),
      soon: (turn) => void turns.push(turn),
    });
    const index = indexSessions(provider, [stage.root]);
    const looks = createLooks({
      index,
      forks: createForks(provider),
      schedule,
      suspects: [],
      quarantined: [],
      isKnown: (session) => told.includes(session),
      take: (found) => void told.push(...found.map(({ session }) => session.session)),
      wake: () => {},
    });
    const write = (session: string) =>
      stage.write(`${session}.jsonl`, linesOf([{ log: { kind: "session", session } }]));
    const scan = (...paths: readonly string[]) => {
      clock += 10_000;
      looks.wantAll(paths.values(), () => {});
      for (let turn = turns.shift(); turn !== undefined; turn = turns.shift()) turn();
    };
    const old = write("old");
    scan(old);
    assert.deepEqual(told, ["old"]);
    const fresh = write("new");
    {
      using _ = refuseReads(old, "EIO", 1, Infinity);
      const before = clock;
      for (const expected of [[], [], ["new"]]) {
        scan(old, fresh);
        assert.deepEqual(told.slice(1), expected);
        clock += 10_000;
        assert.equal(looks.idleAt() <= before + 10_000, expected.length === 0);
      }
    }
  } finally {
    Date.now = now;
  }
});

Deno.test("the ids that a copy inherited are all of them, whichever call failed meanwhile", () => {
  using stage = makeStage();
  const path = stage.write("main.jsonl", linesOf([MAIN, ...says("a", 5)]));
  const gather = (from: number) => {
    using refused = refuseReads(stage.root, "EIO", from);
    const ids = new Set<string>();
    const steps = [...gatherEventIds(makeProvider(), [{ part: "", path }], ids)];
    return { ids: [...ids], steps, calls: refused.count() };
  };
  const { ids, calls } = gather(0);
  assert.equal(ids.length, 5);
  for (let call = 1; call <= calls; call += 1) {
    const found = gather(call);
    assert.deepEqual(found.ids, ids, `call ${call}`);
    assert.ok(found.steps.includes("unreadable"));
  }
});
