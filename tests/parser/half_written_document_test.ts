import assert from "node:assert/strict";
import { indexSessions } from "../../src/parser/session_index.ts";
import { gemini } from "../../src/providers/gemini/gemini.ts";

const DOCUMENT = JSON.stringify({
  sessionId: "5b0c2f14-7a61-4d0e-9b1f-3c2a7e5d9a10",
  startTime: "2026-11-23T10:00:00.100Z",
  messages: [{ id: "u1", timestamp: "2026-11-23T10:00:00.300Z", type: "user", content: [{ text: "hello" }] }],
});

// A client empties its document and writes it in pieces, faster than the file system's clock ticks.
Deno.test("a document that was seen half written is seen whole, in the same tick of the clock too", () => {
  const root = Deno.makeTempDirSync();
  try {
    const folder = `${root}/work/chats`;
    Deno.mkdirSync(folder, { recursive: true });
    const path = `${folder}/session-2026-11-23T10-00-5b0c2f14.json`;
    const index = indexSessions(gemini, [root]);
    const tick = new Date("2026-11-23T10:00:01.000Z");
    const sizeOf = (text: string) => {
      Deno.writeTextFileSync(path, text);
      Deno.utimeSync(path, tick, tick);
      const examined = index.examine(path);
      return examined.is === "session" ? examined.found.size : null;
    };
    const whole = sizeOf(DOCUMENT);
    assert.ok(whole !== null && whole > 0);
    assert.equal(sizeOf(DOCUMENT.slice(0, 150)), whole, "half of it is no shorter log");
    assert.equal(sizeOf(DOCUMENT), whole);
  } finally {
    Deno.removeSync(root, { recursive: true });
  }
});
