/** A role's own side: nothing but frames on its standard output, no content on its standard error. */
import assert from "node:assert/strict";
import { encodeFrame } from "../../src/protocol/frame_stream.ts";
import { createFrameReader } from "../../src/protocol/frame_stream.ts";
import { denoFlags } from "../../tools/runtime_flags.ts";
import type { Frame } from "../../src/protocol/port.ts";

const CHATTY = new URL("chatty_role.ts", import.meta.url).pathname;

async function runChatty(...types: readonly string[]) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--frozen", ...denoFlags([]), CHATTY],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  for (const type of types) {
    for (const part of encodeFrame({ header: { type }, payload: null })) await writer.write(part);
  }
  const frames: Frame[] = [];
  const read = createFrameReader((frame) => frames.push(frame));
  const err = new Response(child.stderr).text();
  for await (const piece of child.stdout) {
    read(piece);
    if (frames.length === types.length) await writer.close();
  }
  await writer.close().catch(() => {});
  return { frames, err: await err, code: (await child.status).code };
}

Deno.test("a role whose libraries print sends frames alone, and ends when nobody speaks to it any more", async () => {
  const { frames, err, code } = await runChatty("one", "two");
  assert.deepEqual(frames.map(({ header }) => header), [{ type: "one back" }, { type: "two back" }]);
  assert.match(err, /a line that nobody asked for/);
  assert.equal(code, 0);
});

Deno.test("a role that throws says where, on one line, and nothing of what it read", async (t) => {
  for (const [word, name] of [["throw", "SyntaxError"], ["forge", "Error"]] as const) {
    await t.step(word, async () => {
      const { code, err } = await runChatty(word);
      assert.equal(code, 70);
      assert.match(err, new RegExp(`^ends: ${name} at .*chatty_role\\.ts:`, "m"));
      assert.equal(err.match(/chatty_role/g)?.length, 1);
      assert.doesNotMatch(err, /secret/);
    });
  }
});
