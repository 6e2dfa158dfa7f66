import assert from "node:assert/strict";
import { conversation, keepLog, SESSION_A, SESSION_B } from "./stage/logs.ts";
import { makeHome, runLine } from "./stage/run_line.ts";
import { showProgress } from "../../src/cli/terminal/progress.ts";

/** What is written while the clock stands at each of these times, one after another. Milliseconds. */
function shownAt(times: readonly number[]): { readonly writes: string[]; readonly clear: () => void } {
  const clock = performance.now;
  let now = 0;
  performance.now = () => now;
  try {
    const writes: string[] = [];
    const write = (text: string) => void writes.push(text);
    const progress = showProgress({ write, isTerminal: true, columns: 80, colour: false });
    for (const time of times) {
      now = time;
      progress.show(() => "notes.md", time, 1000);
    }
    return { writes, clear: progress.clear };
  } finally {
    performance.now = clock;
  }
}

Deno.test("work that is over soon shows no bar, and there is none to take away", () => {
  const { writes, clear } = shownAt([0, 3, 399]);
  clear();
  assert.deepEqual(writes, []);
});

Deno.test("a bar is drawn ten times a second at most, and taken away", () => {
  const { writes, clear } = shownAt([400, 403, 406, 499, 500, 503, 750, 753]);
  assert.deepEqual(writes.map((text) => /(\d+) %/.exec(text)?.[1]), ["40", "50", "75"]);
  for (const text of writes) {
    assert.ok(text.startsWith("\r\u001b[K"));
    assert.match(text, /[█░]{24} .* notes\.md$/);
  }
  clear();
  clear();
  assert.deepEqual(writes.slice(3), ["\r\u001b[K"]);
});

Deno.test("a list that takes long says how many sessions it has looked at, on a terminal alone", async () => {
  using place = makeHome();
  for (const session of [SESSION_A, SESSION_B]) keepLog(place.home, session, conversation(session));
  const clock = performance.now;
  let now = 0;
  performance.now = () => now += 300;
  try {
    const { err } = await runLine(["sessions"], place, { errors: 80 });
    assert.equal(err, `\r\u001b[K${"█".repeat(12)}${"░".repeat(12)}  50 %  1 of 2 sessions\r\u001b[K`);
    assert.equal((await runLine(["sessions"], place)).err, "");
  } finally {
    performance.now = clock;
  }
});
