import assert from "node:assert/strict";
import { copilot } from "../../src/providers/copilot/copilot.ts";
import { pageOf } from "../../src/providers/copilot/tools.ts";
import { readWorkspace } from "../../src/providers/copilot/workspace_file.ts";

const SESSION = "7c0e41d2-5a1b-4c3d-8e2f-000000000001";

Deno.test("classify() knows the logs of Copilot by their names", () => {
  const session = { kind: "session", session: SESSION };
  for (
    const [path, source] of [
      [`${SESSION}/events.jsonl`, session],
      [`${SESSION}.jsonl`, session],
      [`${SESSION}/workspace.yaml`, null],
      [`${SESSION}/checkpoints/events.jsonl`, null],
      [`${SESSION}/research/events.jsonl`, null],
      [`other/events.jsonl`, null],
      [`${SESSION}/events.jsonl.bak`, null],
    ] as const
  ) assert.deepEqual(copilot.classify(path), source, path);
});

Deno.test("the file beside a log gives the name of the session, however YAML writes it", () => {
  const table: [text: string, name: string | null, rank?: number][] = [
    ["id: x\nname: turn one\nuser_named: false\n", "turn one"],
    ["name: A name\nuser_named: true\n", "A name", 2],
    ["name: |-\n  print one\n  ::record p.md\nuser_named: false\n", "print one"],
    ["name: >-\n  ::record p.md\n  and then\nbranch: main\n", "and then"],
    ["name: 'it''s: a name'\nuser_named: true\n", "it's: a name", 2],
    ['name: "a \\"quoted\\" name"\nuser_named: true\n', 'a "quoted" name', 2],
    ['name: "an \\e escape"\n', "an \\e escape"],
    [
      "name: a long name that goes on\n  in the next line\ncwd: /x\n",
      "a long name that goes on in the next line",
    ],
    ["name: ::stop\n", null],
    ["name:\nuser_named: false\n", null],
    ["id: x\n", null],
    ["", null],
  ];
  for (const [text, name, rank = 0] of table) {
    assert.deepEqual(readWorkspace(text), name === null ? {} : { title: { text: name, rank } }, text);
  }
});

Deno.test("pageOf() takes a frame away only where the record says the same", () => {
  const end = (code: number) => `<shellId: 1 completed with exit code ${code}>`;
  assert.deepEqual(pageOf(`out\n${end(3)}`, 3, undefined), { from: 0, to: 3, facts: ["exit code 3"] });
  assert.deepEqual(pageOf(end(0), 0, undefined), { from: 0, to: 0, facts: ["no output"] });
  for (
    const [text, code] of [[`out\n${end(3)}`, 0], [`out ${end(0)}`, 0], [`${end(0)}\n`, 0], [
      "out",
      0,
    ]] as const
  ) {
    assert.equal(pageOf(text, code, undefined), undefined, text);
  }
  for (
    const text of [
      "<command started in background with shellId: bg1>",
      "<command with shellId: 1 moved to background by the user. You will be automatically notified.>",
    ]
  ) {
    assert.deepEqual(pageOf(text, undefined, undefined), { from: 0, to: 0, facts: ["in the background"] });
    assert.equal(pageOf(`out\n${text}`, undefined, undefined), undefined);
  }
  assert.equal(pageOf("no", undefined, "denied")?.outcome, "denied");
  assert.equal(pageOf("no", undefined, "interrupted")?.outcome, "cancelled");
});
