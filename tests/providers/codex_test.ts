import assert from "node:assert/strict";
import fc from "fast-check";
import { MAIN_AGENT } from "../../src/protocol/event.ts";
import { FRAME_HEADER, WHOLE_LINE } from "../../src/protocol/limits.ts";
import { codex } from "../../src/providers/codex/codex.ts";
import { readImage } from "../../src/providers/image_url.ts";
import { saysFailed } from "../../src/providers/codex/results.ts";
import { shellScript } from "../../src/providers/codex/shell.ts";

const THREAD = "01a20660-a800-7fa3-bb14-109639a55ee8";
const SEGMENT = "01a2065d-7d05-7dc3-959c-d7b3a89ca436";
const ROOT = "01a20650-8c4d-76a3-b026-7a8c41a7fcfb";
const DAY = "2026/11/23/rollout-2026-11-23T03-08-47-";

Deno.test("classify() knows logs by their names, and whose they are by none", () => {
  const logs = [
    `${DAY}${THREAD}.jsonl`,
    `${DAY}${THREAD}_${SEGMENT}.jsonl`,
    `${DAY}${THREAD}.jsonl.zst`,
    `rollout-2026-11-23T03-08-47-${THREAD}.jsonl`,
    `rollout-2025-05-01-${THREAD}.json`,
  ];
  for (const path of logs) assert.deepEqual(codex.classify(path), { kind: "unnamed" }, path);
  const others = ["", "history.jsonl", "session_index.jsonl", `${THREAD}.jsonl`, `${DAY}${THREAD}.jsonl.tmp`];
  for (const path of others) assert.equal(codex.classify(path), null, path);
});

const meta = (payload: Record<string, unknown>) => ({
  timestamp: "2026-11-23T03:08:47.684Z",
  ordinal: 0,
  type: "session_meta",
  payload: { id: THREAD, session_id: THREAD, ...payload },
});

Deno.test("introduce() tells sessions from sub-agents by their first line", () => {
  const file = `${DAY}${THREAD}.jsonl`;
  const session = { kind: "session", session: THREAD, rank: 1 };
  const agent = { kind: "agent", session: ROOT, agent: THREAD };
  const spawn = { parent_thread_id: ROOT, depth: 1, agent_path: "/root/look" };
  const table: [string, string, unknown, unknown][] = [
    ["a person's", file, meta({ source: "cli", thread_source: "user" }), session],
    ["an editor's", file, meta({ source: "vscode" }), session],
    ["a fork", file, meta({ source: "cli", forked_from_id: ROOT }), session],
    ["an old one", file, { ...meta({}), payload: { id: THREAD, source: "cli" } }, session],
    ["a compressed one", `${file}.zst`, meta({ source: "exec" }), { ...session, rank: 0 }],
    ["behind a rewind", `${DAY}${THREAD}_${SEGMENT}.jsonl`, meta({ source: "cli" }), {
      ...session,
      part: SEGMENT,
    }],
    ["a sub-agent", file, meta({ session_id: ROOT, source: { subagent: { thread_spawn: spawn } } }), {
      ...agent,
      caller: "/root/look",
    }],
    ["its path alone", file, meta({ session_id: ROOT, agent_path: "/root/x" }), {
      ...agent,
      caller: "/root/x",
    }],
    [
      "an old sub-agent",
      file,
      meta({ source: { subagent: { thread_spawn: { parent_thread_id: ROOT } } } }),
      agent,
    ],
    ["a review", file, meta({ session_id: ROOT, parent_thread_id: ROOT, source: { subagent: "review" } }), {
      ...agent,
      caller: `review ${ROOT}`,
    }],
    ["a sub-agent of nobody", file, meta({ source: { subagent: "review" } }), session],
    ["the client's own", file, meta({ source: { subagent: "memory_consolidation" } }), null],
    ["a bare one", file, { id: THREAD, timestamp: "2025-08-01T09:00:00.000Z" }, session],
    ["without its first line", file, { type: "event_msg", payload: {} }, session],
    ["no record", file, 7, session],
    ["the session's id alone", file.replace(THREAD, "x"), meta({ id: undefined, session_id: ROOT }), {
      ...session,
      session: ROOT,
    }],
    [
      "a sub-agent by the session's id alone",
      file,
      meta({ id: undefined, session_id: ROOT, source: { subagent: "x" } }),
      agent,
    ],
    ["without any id but its name", "rollout-x.jsonl", meta({ id: undefined, session_id: undefined }), {
      ...session,
      session: "x",
    }],
    ["without any id, and no record of Codex", "rollout-x.jsonl", {}, null],
  ];
  for (const [name, path, first, source] of table) {
    assert.deepEqual(codex.introduce?.(path, [first]), source, name);
  }
  assert.equal(codex.introduce?.(file, []), null);
  // Only a first line can name the thread: any other may hold the id of an item, or say where it came from.
  const stray = {
    type: "message",
    role: "user",
    content: [],
    id: "item",
    parent_thread_id: ROOT,
    thread_source: "subagent",
  };
  assert.deepEqual(codex.introduce?.("rollout-2025-a.jsonl", [stray]), {
    kind: "session",
    session: "2025-a",
    rank: 1,
  });
  assert.equal(codex.introduce?.("rollout2025-a.jsonl", [stray]), null);
});

Deno.test("recordsOf() takes a document of the client's predecessor apart", () => {
  const session = { id: THREAD, timestamp: "2025-05-01T09:00:00.000Z" };
  assert.deepEqual(codex.recordsOf?.({ session, items: [1, 2] }), [session, 1, 2]);
  assert.deepEqual(codex.recordsOf?.({ items: [1, 2] }), [1, 2]);
  for (const other of [null, 7, [], {}, { session: 1, items: 1 }]) {
    assert.deepEqual(codex.recordsOf?.(other), []);
  }
});

Deno.test("endsRun() is true of what ends a turn", () => {
  const ends = (type: string, payload: unknown) => codex.endsRun({ value: { type, payload }, line: 0 });
  assert.ok(ends("event_msg", { type: "task_complete" }));
  assert.ok(ends("event_msg", { type: "turn_aborted" }));
  assert.ok(!ends("event_msg", { type: "task_started" }));
  assert.ok(!ends("response_item", { type: "task_complete" }));
  assert.ok(!ends("event_msg", null));
});

Deno.test("isState() is true of state, and never of what could be conversation", () => {
  const start = '{"timestamp":"2026-11-23T03:08:47.684Z","ordinal":7,"type":';
  const ignored = [
    `${start}"token_usage_record","payload":{}}`,
    `${start}"world_state","payload":{}}`,
    `${start}"event_msg","payload":{"type":"token_count","info":null}}`,
    '{"timestamp":"2026-11-23T03:08:47.684Z","type":"event_msg","payload":{"type":"token_count"}}',
  ];
  const kept = [
    `${start}"event_msg","payload":{"type":"item_completed","thread_id":"a","turn_id":"b","item":{"type":"Reasoning"}}}`,
    `${start}"session_meta","payload":{"type":"token_count"}}`,
    `${start}"event_msg","payload":{"type":"user_message","message":"\\"type\\":\\"token_count\\""}}`,
    `${start}"event_msg","payload":{"type":"item_completed","thread_id":"a","turn_id":"b","item":{"type":"UserMessage"}}}`,
    `${start}"turn_context","payload":{}}`,
    `${start}"hologram","payload":{}}`,
    `${start}"world_state","payload":{"cut o`,
    `${start}"world_state","payload":{"cut o${start}"event_msg","payload":{"type":"user_message","message":"x"}}`,
    '{"type":"world_state"}',
    "",
  ];
  const isState = (line: string, before = "") =>
    codex.isState?.(`${before}${line}\n${ignored[0]}`, before.length, before.length + line.length);
  for (const before of ["", `${ignored[0]}\n`]) {
    for (const line of ignored) assert.ok(isState(line, before), line);
    for (const line of kept) assert.ok(!isState(line, before), line);
  }
});

Deno.test("saysFailed() goes by what the client writes in front of an output, not by the output", () => {
  const failed = [
    "unsupported call: shell",
    "failed to parse function arguments: EOF",
    "Exit code: 1\nWall time: 0 seconds\nOutput:\n",
    "Chunk ID: x\nWall time: 0.1 seconds\nProcess exited with code 127\nOutput:\nnot found",
    "Wall time: 3.1 seconds\naborted by user",
    "aborted",
    "Script failed\nWall time 0.0 seconds\nOutput:\n",
    '{"output":"x","metadata":{"exit_code":2,"duration_seconds":0.1}}',
    '{"output":"x","metadata":{"exit_code":2}}',
  ];
  const fine = [
    "",
    "Plan updated",
    "Exit code: 0\nWall time: 0 seconds\nOutput:\nExit code: 1",
    "Chunk ID: x\nProcess running with session ID 7\nOutput:\nProcess exited with code 1",
    'the file says "metadata":{"exit_code":2}}',
    '{"output":"\\"metadata\\":{\\"exit_code\\":2}}","metadata":{"exit_code":0,"duration_seconds":0.1}}',
  ];
  for (const text of failed) assert.ok(saysFailed(text), text);
  for (const text of fine) assert.ok(!saysFailed(text), text);
});

Deno.test("shellScript() is what a person would have typed", () => {
  assert.equal(shellScript(["/bin/bash", "-lc", "ls -la"]), "ls -la");
  assert.equal(shellScript(["zsh", "-c", "ls"]), "ls");
  assert.equal(shellScript(["git", "status"]), "git status");
  assert.equal(shellScript("ls"), "ls");
  assert.equal(shellScript(null), "");
});

Deno.test("readImage() says a few words, and has the bytes where they are whole", () => {
  const cases: readonly (readonly [source: string, words: string, data: string])[] = [
    ["data:image/png;base64,iVBORw0KGgo=", "image/png, 8 bytes", "iVBORw0KGgo="],
    [`data:image/jpeg;base64,${"A".repeat(4000)}`, "image/jpeg, 3.0 kB", "A".repeat(4000)],
    ["data:image/png;base64,AAAA… [9 bytes left out by kato]", "image/png", ""],
    ["/home/dev/dot.png", "/home/dev/dot.png", ""],
    ["", "image", ""],
  ];
  for (const [source, words, data] of cases) assert.deepEqual(readImage(source), { words, data });
});

Deno.test("an image that the client shows by its path has the bytes of the message's raw form", () => {
  const png = "iVBORw0KGgo=";
  const row = (type: string, payload: object) => ({ timestamp: "2026-11-23T03:08:47.684Z", type, payload });
  const raw = (text: string) =>
    row("response_item", {
      type: "message",
      role: "user",
      content: [{ type: "input_text", text }, {
        type: "input_image",
        image_url: `data:image/png;base64,${png}`,
      }],
    });
  const shown = (text: string) =>
    row("event_msg", { type: "user_message", message: text, images: [], local_images: ["/tmp/dot.png"] });
  for (const text of ["Look.", "long ".repeat(20_000)]) {
    const state = codex.begin(MAIN_AGENT);
    const outs = [meta({ id: THREAD }), raw(text), shown(text)]
      .flatMap((value, line) => codex.read(state, { value, line, images: true }).outs);
    const [image] = outs.flatMap((out) =>
      out.out === "event" && out.event.type === "notice" && out.event.kind === "image" ? [out.event] : []
    );
    assert.deepEqual([image?.text, image?.page], ["/tmp/dot.png", { imageData: png }]);
    assert.ok(!JSON.stringify(state).includes(png), "a checkpoint holds no image");
  }
});

Deno.test("a reader that keeps no images holds none, and no more wait than one line can hold", () => {
  const data = "A".repeat(WHOLE_LINE / 2 - 1000);
  const raw = (index: number) => ({
    timestamp: "2026-11-23T03:08:47.684Z",
    type: "response_item",
    payload: {
      type: "message",
      role: "user",
      content: [{ type: "input_text", text: `Look ${index}.` }, {
        type: "input_image",
        image_url: `data:image/png;base64,${data}`,
      }],
    },
  });
  for (const [images, kept] of [[false, 0], [true, 2]] as const) {
    const state = codex.begin(MAIN_AGENT);
    for (const [line, value] of [meta({ id: THREAD }), raw(0), raw(1), raw(2), raw(3)].entries()) {
      codex.read(state, { value, line, images });
    }
    const outs = codex.finish?.(state).outs ?? [];
    const notices = outs.flatMap((out) =>
      out.out === "event" && out.event.type === "notice" && out.event.kind === "image" ? [out.event] : []
    );
    assert.deepEqual([notices.length, notices.filter(({ page }) => page !== undefined).length], [4, kept]);
  }
});

Deno.test("the state stays small, whatever a log holds", () => {
  const rows = Array.from({ length: 3000 }, (_, index) => ({
    type: "response_item",
    payload: {
      type: "function_call",
      name: "request_user_input",
      call_id: `call_${index}`,
      arguments: JSON.stringify({ questions: [{ id: "a", question: "b", options: [] }] }),
    },
  }));
  const state = codex.begin(MAIN_AGENT);
  for (const [line, value] of rows.entries()) codex.read(state, { value, line });
  assert.ok(JSON.stringify(state).length < 16_384);
});

Deno.test("parsePart() leaves out what a compaction repeats, and reading it gives the same", () => {
  const state = () => codex.begin(MAIN_AGENT);
  const line = (payload: string) => `{"timestamp":"2026-11-23T03:02:53.886Z","ordinal":7,${payload}}`;
  const history = '"replacement_history":[{"type":"message","role":"user","content":[{"text":"::stop"}]}]';
  const tricky = JSON.stringify('a summary that says ,"replacement_history":[ and goes on');
  const compactions = [
    line(`"type":"compacted","payload":{"message":"",${history},"window_number":1}`),
    line(`"type":"compacted","payload":{"message":"A summary.",${history}}`),
    line(`"type":"compacted","payload":{"message":${tricky},${history}}`),
  ];
  for (const text of compactions) {
    const whole = { value: JSON.parse(text), line: 7 };
    const mark = codex.unread?.(state(), text.slice(0, 400)) ?? null;
    assert.ok(mark !== null, text);
    // Whether the line was cut at the mark before, or not.
    for (const given of [text, text.slice(0, text.indexOf(mark))]) {
      const value = codex.parsePart?.(state(), given);
      assert.ok(value !== undefined && !JSON.stringify(value).includes("::stop"), given);
      assert.deepEqual(codex.read(state(), { value, line: 7 }), codex.read(state(), whole), given);
    }
  }
  const others = [
    line(
      `"type":"compacted","payload":{"message":"A summary.",${history}${
        line('"type":"event_msg","payload":{}}')
      }`,
    ),
    line(`"type":"compacted","payload":{${history},"message":"behind it"}`),
    line('"type":"event_msg","payload":{"type":"task_started"}'),
  ];
  for (const text of others) assert.equal(codex.parsePart?.(state(), text), undefined, text);
});

Deno.test("parsePart() leaves out what a known call printed, and reading it gives the same", () => {
  const called = () => {
    const state = codex.begin(MAIN_AGENT);
    const call = { type: "function_call", name: "exec_command", arguments: "{}", call_id: "call_1" };
    codex.read(state, { value: { type: "response_item", payload: call }, line: 0 });
    return state;
  };
  const line = (item: Readonly<Record<string, unknown>>) =>
    JSON.stringify({
      timestamp: "2026-11-23T03:02:53.886Z",
      ordinal: 7,
      type: "event_msg",
      payload: { type: "item_completed", thread_id: "a", turn_id: "b", item, completed_at_ms: 1 },
    });
  const bare = { type: "CommandExecution", id: "call_1", command: ["ls"] };
  const command = { ...bare, source: "agent", status: "failed" };
  const hostile = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom('","exit_code":', ',"aggregated_output":"', '"}}', "\\", '\\","exit_code":0'),
  );
  fc.assert(fc.property(fc.array(hostile, { maxLength: 5 }), fc.constantFrom(0, 1), (parts, exit_code) => {
    const text = line({ ...command, aggregated_output: parts.join(""), exit_code, duration: { secs: 0 } });
    const value = codex.parsePart?.(called(), text);
    // An output that ends in a quote and a comma is parsed with the rest.
    if (value === undefined) return assert.ok(parts.join("").endsWith('",'), text);
    assert.ok(!JSON.stringify(value).includes("aggregated_output"), text);
    const [part, whole] = [called(), called()];
    assert.deepEqual(
      codex.read(part, { value, line: 7 }),
      codex.read(whole, { value: JSON.parse(text), line: 7 }),
    );
    assert.deepEqual(part, whole);
  }));
  const output = { aggregated_output: "x", exit_code: 0 };
  for (
    const [what, text] of [
      ["the step of a program", line({ ...command, id: "exec-1", ...output })],
      ["what the person ran", line({ ...command, source: "user_shell", ...output })],
      ["no output", line(command)],
      ["an output behind the exit code", line({ ...command, exit_code: 0, aggregated_output: "x" })],
      [
        "how it ended in other words",
        line({ ...bare, aggregated_output: "x", status: "failed", exit_code: null }),
      ],
      [
        "what the person ran, said behind it",
        line({ ...bare, aggregated_output: "x", source: "user_shell", exit_code: 0 }),
      ],
      ["no JSON", line({ ...command, ...output }).slice(0, -1)],
    ] as const
  ) {
    assert.equal(codex.parsePart?.(called(), text), undefined, what);
  }
});

Deno.test("a checkpoint of any log's reading fits in a frame's header twice", () => {
  const long = "\u0001".repeat(1_000_000);
  const line = (type: string, payload: unknown) => ({ timestamp: "2026-11-23T03:02:53.886Z", type, payload });
  const item = (item: unknown) => line("event_msg", { type: "item_completed", turn_id: long, item });
  const rows = [
    line("session_meta", {
      id: long,
      session_id: long,
      originator: long,
      agent_path: long,
      source: "cli",
      cwd: long,
    }),
    line("event_msg", { type: "task_started", turn_id: long, turn_attribution: { turn_trigger: long } }),
    line("turn_context", { model: long }),
    ...[20_000, 60_000, 200_000, 1_000_000].flatMap((length, index) => [
      line("response_item", {
        type: "message",
        role: "user",
        content: [{ type: "input_text", text: `${index}${long.slice(0, length)}` }],
      }),
      item({
        type: "AgentMessage",
        id: long,
        content: [{ type: "Text", text: `${index}${long.slice(0, length)}` }],
      }),
      item({ type: "Reasoning", id: long, summary_text: [`${index}${long.slice(0, length)}`] }),
      item({ type: "WebSearch", id: long, query: `${index}${long.slice(0, length)}` }),
      item({ type: "EnteredReviewMode", id: long, target: { type: "custom", instructions: long } }),
      line("response_item", {
        type: "function_call",
        name: "request_user_input",
        call_id: `c${index}`,
        arguments: JSON.stringify({ questions: [{ id: "a", question: long.slice(0, length), options: [] }] }),
      }),
      line("response_item", {
        type: "message",
        role: "assistant",
        content: Array.from(
          { length: 10_000 },
          (_, part) => ({ type: "output_text", text: `${index} ${part}` }),
        ),
      }),
    ]),
  ];
  const state = codex.begin(MAIN_AGENT);
  for (const [line, value] of rows.entries()) {
    codex.read(state, { value, line });
    assert.ok(JSON.stringify(state).length < FRAME_HEADER / 4, `line ${line}`);
  }
});

Deno.test("a rewind names the first turn that it undoes, also in an earlier part of the session", () => {
  const at = (ordinal: number, type: string, payload: unknown) => ({
    timestamp: "2026-11-23T03:08:47.684Z",
    ordinal,
    type,
    payload,
  });
  const turn = (ordinal: number, id: string) =>
    at(ordinal, "event_msg", {
      type: "item_completed",
      item: { type: "UserMessage", id, content: [{ type: "text", text: id }] },
    });
  const base = (log: string, end: unknown) => ({
    history_base: { thread_id: log, end_ordinal_exclusive: end },
  });
  const part = (name: string, before: unknown, rows: readonly unknown[]) => {
    // Checkpoints hold the state.
    const state = codex.begin(MAIN_AGENT, name, before === null ? undefined : structuredClone(before));
    const outs = rows.flatMap((value, line) => codex.read(state, { value, line }).outs);
    const told = outs.flatMap((out) => out.out === "event" && out.event.type === "notice" ? [out.event] : []);
    return { state, undoes: told.find((event) => event.kind === "rewind")?.undoes };
  };
  const own = at(0, "session_meta", { id: THREAD, session_id: THREAD });
  const rewound = (more: unknown) =>
    at(0, "session_meta", { id: THREAD, session_id: THREAD, ...more as object });
  const first = part("", null, [own, turn(4, "a"), turn(8, "b"), turn(12, "c")]);
  const second = part(SEGMENT, first.state, [rewound(base(THREAD, 7)), turn(9, "d"), turn(14, "e")]);
  const table: [string, unknown, unknown, string | undefined][] = [
    ["to the beginning", first.state, {}, "a"],
    ["to a point between turns", first.state, base(THREAD, 7), "b"],
    ["to the beginning, from a later part", second.state, {}, "a"],
    ["to a point of the part before", second.state, base(SEGMENT, 12), "e"],
    ["to a point of an earlier part", second.state, base(THREAD, 12), "c"],
    ["to the end", second.state, base(SEGMENT, 20), undefined],
    ["to a part that nobody knows", second.state, base(ROOT, 1), undefined],
    ["to an odd place", second.state, base(THREAD, "7"), undefined],
    ["without the part before", null, base(THREAD, 7), undefined],
  ];
  assert.equal(second.undoes, "b");
  // An older kato read the beginning: the first known turn is not the first.
  const { turns: _, ...older } = first.state as Record<string, unknown>;
  codex.read(older, { value: turn(20, "late"), line: 20 });
  assert.equal(part(SEGMENT, older, [rewound({})]).undoes, undefined);
  for (const [what, before, more, undoes] of table) {
    assert.equal(part(`${SEGMENT}2`, before, [rewound(more)]).undoes, undoes, what);
  }
});

Deno.test("a rewind within one log counts the turns back", () => {
  const state = codex.begin(MAIN_AGENT);
  const undone: unknown[] = [];
  const read = (payload: unknown, line: number) => {
    const { outs } = codex.read(state, { value: { type: "event_msg", payload }, line });
    for (const out of outs) {
      if (out.out !== "event" || out.event.type !== "notice") continue;
      if (out.event.kind === "rewind") undone.push(out.event.undoes);
    }
  };
  const say = (id: string) => ({ type: "item_completed", item: { type: "UserMessage", id, content: id } });
  const back = (turns: unknown) => ({ type: "thread_rolled_back", num_turns: turns });
  for (
    const [line, payload] of [
      { type: "task_started", turn_id: "t" },
      say("a"),
      say("b"),
      say("c"),
      back(2),
      say("d"),
      back(undefined),
      back(1),
      back(9),
    ].entries()
  ) read(payload, line);
  assert.deepEqual(undone, ["b", "d", "a", undefined]);
});

Deno.test("read() goes on from what an earlier kato kept of a log", () => {
  const { waiting: _, turn: __, author: ___, ...kept } = codex.begin(MAIN_AGENT) as Record<
    string,
    unknown
  >;
  const held = { id: "m1", text: "held back", phase: null, time: null };
  const former = { ...kept, originator: "codex-tui", thread: "t", calls: ["c1"], review: "r", held };
  const line = (payload: unknown) => ({ type: "event_msg", payload });
  const rows = [
    line({
      type: "item_completed",
      turn_id: "t1",
      item: { type: "CommandExecution", id: "c1", command: "ls" },
    }),
    line({ type: "task_complete", turn_id: "r" }),
    line({ type: "user_message", message: "hello" }),
  ];
  const outs = rows.flatMap((value, line) => codex.read(former, { value, line }).outs);
  assert.deepEqual(
    outs.flatMap((out) =>
      out.out === "event" ? [[out.event.type, "text" in out.event && out.event.text]] : []
    ),
    [["assistant", "held back"], ["user", "hello"]],
  );
  assert.deepEqual(outs.flatMap((out) => out.out === "event" && out.said ? [out.said.evidence] : []), [
    "typed",
  ]);
});
