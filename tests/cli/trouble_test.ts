import assert from "node:assert/strict";
import { describeQuarantined, describeTrouble, orderTroubles } from "../../src/cli/terminal/trouble.ts";

Deno.test("places that are not gone into come first, each in a sentence", () => {
  const troubles = [
    { kind: "unknown-record", what: "new", count: 7 },
    { kind: "link", what: "/home/ada/.claude/projects/-work", count: 1 },
    { kind: "special-file", what: "/home/ada/.claude/projects/fifo", count: 1 },
  ];
  assert.deepEqual(orderTroubles(troubles).map(describeTrouble), [
    "/home/ada/.claude/projects/-work is a link, and is not followed",
    "/home/ada/.claude/projects/fifo is neither file nor folder, and is never opened",
    "unknown-record: new (7)",
  ]);
});

Deno.test("a log without a session is called by its path", () => {
  assert.equal(describeQuarantined("/home/ada/x.json"), "log /home/ada/x.json");
  assert.equal(describeQuarantined("0199cccc"), "session 0199cccc");
});
