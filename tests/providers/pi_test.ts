import assert from "node:assert/strict";
import { pi } from "../../src/providers/pi/pi.ts";
import { pageOf } from "../../src/providers/pi/results.ts";
import { readRecords } from "./read_log.ts";

Deno.test("classify() knows the logs of pi by their names, in folders and without", () => {
  const table: [path: string, session: string | null][] = [
    [
      "--home-dev-work--/2026-11-29T18-24-33-906Z_01a2288d-3a72-7513-b6d9-1148a7eb1a8c.jsonl",
      "01a2288d-3a72-7513-b6d9-1148a7eb1a8c",
    ],
    ["2026-11-29T18-45-09-988Z_my.own_id-1.jsonl", "my.own_id-1"],
    ["--x--/2026-11-29T18-45-09-988Z_x.jsonl", "x"],
    ["--x--/2026-11-29T18-45-09-988Z_-x.jsonl", null],
    ["--x--/2026-11-29T18-45-09-988Z_x..jsonl", null],
    ["--x--/2026-11-29T18-45-09-988Z_.jsonl", null],
    ["--x--/y/2026-11-29T18-45-09-988Z_x.jsonl", null],
    ["--x--/notes.jsonl", null],
    ["--x--/2026-11-29T18-45-09-988Z_x.json", null],
    [`--x--/2026-11-29T18-45-09-988Z_${"x".repeat(129)}.jsonl`, null],
  ];
  for (const [path, session] of table) {
    assert.deepEqual(pi.classify(path), session === null ? null : { kind: "session", session }, path);
  }
});

Deno.test("pageOf() takes the client's last line from what a command printed", () => {
  assert.deepEqual(pageOf("out\n\n\nCommand exited with code 3"), { from: 0, to: 4, facts: ["exit code 3"] });
  assert.deepEqual(pageOf("Command exited with code 1"), { from: 0, to: 0, facts: ["exit code 1"] });
  assert.deepEqual(pageOf("out\n\nCommand aborted"), { from: 0, to: 3, outcome: "cancelled" });
  for (const text of ["out\nCommand exited with code 3", "Command exited with code 3\n", "Command exited"]) {
    assert.equal(pageOf(text), undefined, text);
  }
});

Deno.test("a parent that no line holds was lost; among very many entries it may be one of long ago", () => {
  const idOf = (number: number) => number.toString(16).padStart(8, "0");
  const rewindsIn = (count: number, parent: string) => {
    const entries = Array.from({ length: count }, (_, index) => ({
      type: "message",
      id: idOf(index + 1),
      parentId: index + 1 === count ? parent : idOf(index),
      timestamp: "2026-11-23T10:00:00.000Z",
      message: { role: "user", content: `words ${index}` },
    }));
    const log = entries.map((entry) => JSON.stringify(entry)).join("\n");
    return readRecords(pi, "main", log).flatMap(({ reading }) => reading.outs)
      .filter((out) => out.out === "event" && out.event.type === "notice" && out.event.kind === "rewind")
      .length;
  };
  const table: [count: number, parent: string, rewinds: number][] = [
    [3, idOf(1), 1],
    [3, "ffffffff", 0],
    [250, idOf(1), 1],
    [250, "ffffffff", 0],
    [300, idOf(1), 1],
    [300, idOf(290), 1],
    [300, "ffffffff", 1],
  ];
  for (const [count, parent, rewinds] of table) {
    assert.equal(rewindsIn(count, parent), rewinds, `${count} entries, then one behind ${parent}`);
  }
});
