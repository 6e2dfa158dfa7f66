/** A parser that sends answers without a question, as fast as its pipe takes them. */
import { encodeFrame } from "../../src/protocol/frame_stream.ts";

const [frame = new Uint8Array(0)] = encodeFrame({
  header: { type: "pong", n: -1, looked: 0 },
  payload: null,
});
const flood = new Uint8Array(frame.length * 1000);
for (let n = 0; n < 1000; n += 1) flood.set(frame, n * frame.length);
for (;;) await Deno.stdout.write(flood);
