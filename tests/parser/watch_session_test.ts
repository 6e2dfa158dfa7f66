/** What a watch reports of a session, and what it never lets command: a table of what its log holds. */
import assert from "node:assert/strict";
import type { Advance } from "../../src/parser/read_records.ts";
import type { SessionReader } from "../../src/parser/session_reader.ts";
import { type SessionWatch, watchSession } from "../../src/parser/watch_session.ts";
import type { Checkpoint } from "../../src/protocol/cursor.ts";
import type { Event } from "../../src/protocol/event.ts";
import { type Authorship, TYPED } from "../../src/protocol/evidence.ts";
import { COMMANDS_PER_MESSAGE, REFUSED_TOKEN_CHARS } from "../../src/protocol/limits.ts";
import type { Origin } from "../../src/providers/provider.ts";

const UNIQUE = "0198c0de-0000-7000-8000-000000000001";
const PARENT = "0198c0de-0000-7000-8000-00000000000a";

interface Row {
  readonly id?: string;
  /** What the message says; null for a record without one. */
  readonly says?: string | null;
  /** What of it was typed; all of it, unless it is given. */
  readonly typed?: string;
  readonly author?: Authorship;
  readonly origin?: Origin;
  readonly continues?: string;
  /** Another text that the client put into the same record. */
  readonly beside?: string;
  /** Another message of the same record. */
  readonly also?: Row;
  /** The text of the message stood in an earlier record. */
  readonly isLate?: true;
}

const USER: Row = { id: UNIQUE, says: "::record" };
const BYTES = 100;

/** A reader of these rows, each of so many bytes; then it waits. */
function readerOf(rows: readonly Row[], from = 0): SessionReader & { readonly rows: Row[] } {
  const left = [...rows];
  let offset = 0;
  let seq = from;
  function eventsOf(row: Row): Advance["events"] {
    const { id = UNIQUE, says = null, typed = says ?? "", author = TYPED, beside } = row;
    const place = {
      v: 1,
      provider: "codex",
      session: "s",
      time: "2026-01-01T00:00:00.000Z",
      agent: "main",
    } as const;
    const event = (text: string): Event => ({ ...place, id, seq: seq++, type: "user", text });
    const said = { ...author, typed } as Advance["events"][number]["said"];
    return [
      ...(says === null ? [] : [{ event: event(says), own: id, said }]),
      ...(beside === undefined ? [] : [{ event: event(beside), own: `${id}:beside`, said: null }]),
      ...(row.also === undefined ? [] : eventsOf(row.also)),
    ];
  }
  return {
    rows: left,
    advance() {
      const row = left.shift();
      if (row === undefined) return "wait";
      offset += BYTES;
      const text = row.isLate === true ? "{}" : JSON.stringify(row);
      return {
        events: eventsOf(row),
        origin: row.origin ?? "user",
        record: { value: row, text, line: 7, end: offset, isAgain: false, isBehindTear: false },
        continues: row.continues ?? null,
      };
    },
    checkpoint: () => ({ seq }) as Checkpoint,
    meta: () => ({
      provider: "codex",
      session: "s",
      title: null,
      project: null,
      started: null,
      client: null,
    }),
    offset: () => offset,
  };
}

interface Options {
  readonly baseline?: number;
  readonly inherited?: readonly string[];
  readonly seq?: number;
}

function watch(rows: readonly Row[], { baseline = 0, inherited = [], seq }: Options = {}) {
  const from = seq === undefined ? null : { seq } as Checkpoint;
  const reader = readerOf(rows, seq);
  return { reader, watched: watchSession("s", reader, from, baseline, new Set(inherited)) };
}

/** All that a watch reports until it waits. */
function reports(watched: SessionWatch) {
  const all: Exclude<ReturnType<SessionWatch["step"]>, string>[] = [];
  for (;;) {
    const step = watched.step();
    if (step === "wait") return all;
    if (typeof step !== "string") all.push(step);
  }
}

const verbs = (rows: readonly Row[], options?: Options) =>
  reports(watch(rows, options).watched).map(({ barred, scan }) =>
    [
      barred,
      ...scan.commands.map(({ verb }) => verb),
      ...scan.refused.map(({ reason }) => reason),
    ].join(" ").trim()
  );

const REPORTED: Readonly<
  Record<string, [rows: readonly Row[], options: Options, reports: readonly string[]]>
> = {
  "a command": [[USER], {}, ["record"]],
  "a command whose text stood in an earlier record": [[{ ...USER, isLate: true }], {}, ["record"]],
  "nothing of a message without one": [[{ says: "record this" }], {}, []],
  "a command behind history": [[{ says: "hello" }, USER], { baseline: BYTES }, ["record"]],
  "nothing of a command that is history": [[USER, { says: "hello" }], { baseline: BYTES }, []],
  "nothing of a command in the last record of history": [
    [{ says: "hello" }, USER],
    { baseline: 2 * BYTES },
    [],
  ],
  "nothing of where history goes on": [[{ says: "x", continues: PARENT }], { baseline: BYTES }, []],
  "an inherited command, barred": [[USER], { inherited: [UNIQUE] }, ["inherited record"]],
  "a command beside an inherited one": [[{ ...USER, id: "other" }], { inherited: [UNIQUE] }, ["record"]],
  "an inherited look-alike, barred": [
    [{ id: UNIQUE, says: "::recrod" }],
    { inherited: [UNIQUE] },
    ["inherited unknown-command"],
  ],
  "where it goes on": [[{ says: "x", continues: PARENT }], {}, [""]],
  "where it went on before it was copied, barred": [
    [{ says: "x", continues: PARENT }],
    { inherited: [`continues:${PARENT}`] },
    ["inherited"],
  ],
  "nothing of a session that goes on in itself": [[{ says: "x", continues: "s" }], {}, []],
  "nothing of a record that was told before": [[{ continues: PARENT }], {}, []],
  "what is pasted as refused": [[{ says: "x\n::record\n::stop", typed: "x" }], {}, ["pasted pasted"]],
  "what is typed and pasted once": [[{ says: "::record\n::record", typed: "::record" }], {}, ["record"]],
  "what the client put beside as refused": [
    [{ says: "::record\n(a file)", typed: "::record", beside: "::stop" }],
    {},
    ["record injected"],
  ],
  "the message that was typed, of two in a record": [
    [{ says: "::stop", author: { evidence: "not-typed", why: "host" }, also: USER }],
    {},
    ["record"],
  ],
};

for (const [what, [rows, options, expected]] of Object.entries(REPORTED)) {
  Deno.test(`a watch reports ${what}`, () => assert.deepEqual(verbs(rows, options), expected));
}

const ORIGINS: Readonly<Record<Origin, readonly string[]>> = {
  "assistant-text": ["assistant-text"],
  "tool-output": ["tool-output"],
  "sub-agent": ["sub-agent"],
  summary: ["summary"],
  injected: ["injected"],
  "not-typed": ["not-typed"],
  user: [],
  repeat: [],
};

for (const [origin, reasons] of Object.entries(ORIGINS)) {
  Deno.test(`a line in a record of origin ${origin} that looks like a command: ${reasons[0] ?? "not reported"}`, () => {
    const row = { origin: origin as Origin, continues: "::record", says: null };
    // The text stands in the record, not in a message.
    assert.deepEqual(verbs([{ ...row, continues: "s", beside: "::record" }]), reasons);
  });
}

Deno.test("a poisoned record has no more look-alikes reported than there may be, each cut", () => {
  const lines = Array.from({ length: 100 }, (_, index) => `::record ${index} ${"y".repeat(1000)}`).join("\n");
  const [found] = reports(watch([{ says: null, beside: lines, origin: "tool-output" }]).watched);
  assert.equal(found?.scan.refused.length, COMMANDS_PER_MESSAGE);
  assert.ok(found?.scan.refused.every(({ token }) => token.length <= REFUSED_TOKEN_CHARS));
});

Deno.test("a command is claimed by an id that no other session can have, or by its session and id", () => {
  const claims = [UNIQUE, "7"].map((id) => reports(watch([{ ...USER, id }]).watched)[0]?.event);
  assert.deepEqual(claims, [UNIQUE, "s:7"]);
});

Deno.test("a look-alike outside of events is claimed by its line", () => {
  const [found] = reports(
    watch([{ says: null, origin: "injected", continues: "s", id: "::record" }]).watched,
  );
  assert.equal(found?.event, "s:line:7");
});

Deno.test("who wrote a message is reported without what was typed", () => {
  const [found] = reports(watch([USER]).watched);
  assert.deepEqual(found?.author, TYPED);
});

Deno.test("a command comes with the checkpoint before it, a look-alike without one", () => {
  const { watched } = watch([{ says: "::recrod" }, USER], { seq: 5 });
  assert.deepEqual(reports(watched).map(({ before }) => before?.seq ?? null), [null, 5]);
});

Deno.test("feeds may go up to what was read, and not past a command that is not dealt with", () => {
  const { watched } = watch([{ says: "a" }, USER, { says: "b" }, USER]);
  const at = (seq: number) => ({ command: seq, record: seq });
  assert.deepEqual(watched.limit(), at(0));
  reports(watched);
  assert.deepEqual([...watched.unhandled.keys()], [1, 3]);
  assert.deepEqual(watched.limit(), at(1));
  watched.unhandled.delete(1);
  assert.deepEqual(watched.limit(), at(3));
  watched.unhandled.delete(3);
  assert.deepEqual(watched.limit(), at(4));
});

Deno.test("feeds may not read the record of a command, also where something stands in front of the command", () => {
  const { watched } = watch([{ says: "a" }, {
    says: "b",
    author: { evidence: "not-typed", why: "host" },
    also: USER,
  }]);
  reports(watched);
  assert.deepEqual(watched.limit(), { command: 2, record: 1 });
});

Deno.test("look-alikes hold no feed back", () => {
  const { watched } = watch([{ says: "::recrod" }, { says: "b" }]);
  assert.equal(reports(watched).length, 1);
  assert.deepEqual(watched.limit(), { command: 2, record: 2 });
});

Deno.test("a log that was rewritten before anything of it was read is history up to its end, and news behind it", () => {
  const { reader, watched } = watch([]);
  watched.rewritten();
  reader.rows.push(USER, USER);
  assert.deepEqual(reports(watched), []);
  reader.rows.push(USER);
  assert.equal(reports(watched).length, 1);
});

Deno.test("a log that was rewritten after it was read has no history: what is known in it gives no events", () => {
  const { reader, watched } = watch([{ says: "a" }, { says: "b" }], { baseline: 10 * BYTES });
  reports(watched);
  watched.rewritten();
  reader.rows.push(USER);
  assert.equal(reports(watched).length, 1);
});

Deno.test("moved() answers once for each time that reading went on", () => {
  const { reader, watched } = watch([{ says: "a" }]);
  assert.equal(watched.moved(), false);
  reports(watched);
  assert.deepEqual([watched.moved(), watched.moved()], [true, false]);
  reader.rows.push({ says: null });
  reports(watched);
  assert.deepEqual([watched.moved(), watched.moved()], [true, false]);
});

Deno.test("progress() says where reading is", () => {
  const { watched } = watch([{ says: "a" }]);
  reports(watched);
  const { session, checkpoint, size } = watched.progress();
  assert.deepEqual([session, checkpoint.seq, size], ["s", 1, BYTES]);
});
