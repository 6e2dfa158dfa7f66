/** What a writer renders of its messages, and the answers to messages that come at the wrong time. */
import assert from "node:assert/strict";
import type { Frame, Port } from "../../src/protocol/port.ts";
import type { Format } from "../../src/protocol/render.ts";
import { fromWriter, preparePayload, type ToWriter } from "../../src/protocol/writer_messages.ts";
import type { DestinationFile } from "../../src/writer/destination_file.ts";
import { until } from "../daemon/stage/until.ts";
import { runWriter } from "../../src/writer/writer.ts";
import { imageNotice } from "../../src/protocol/event.ts";
import { IMAGE_BYTES, IMAGES_KEPT } from "../../src/protocol/render_limits.ts";
import { PNG } from "../render/one_pixel.ts";
import { markdownWithImages } from "../../src/render/markdown.ts";
import { RENDERERS } from "../render/render.ts";

const imageName = "6b7fa434f92a8b80aab02d9bf1a12e49.png";

const META = {
  provider: "codex",
  session: "s",
  title: null,
  project: null,
  started: null,
  client: null,
} as const;
const headAs = (format: Format) => ({
  format,
  meta: META,
  timeZone: "UTC",
  include: ["tools" as const],
});

function startWriter() {
  const sent: Frame[] = [];
  const closed: string[] = [];
  let text = "";
  let take: (frame: Frame) => void = () => {};
  const port: Port = {
    send: (frame) => void sent.push(frame),
    receive: (receiver) => void (take = receiver),
    close: () => {},
  };
  runWriter(port, ({ destination }) => {
    if (destination.includes("denied")) throw new Deno.errors.NotCapable("Requires write access");
    const file: DestinationFile = {
      size: () => text.length,
      write: (bytes) => void (text += new TextDecoder().decode(bytes)),
      flush: () => text.length,
      truncate: (length) => (text = text.slice(0, length)).length,
      close: () => void closed.push(destination),
    };
    return { file, found: null };
  }, { md: markdownWithImages, jsonl: () => RENDERERS.jsonl });
  const answer = () => {
    const { header, payload } = sent.at(-1) ?? assert.fail();
    return { message: fromWriter.parse(header), payload };
  };
  return {
    say(message: ToWriter, payload: Frame["payload"] = null) {
      take({ header: message, payload });
      return answer();
    },
    /** The answer comes later. */
    async sayLong(message: ToWriter, payload: Frame["payload"]) {
      const before = sent.length;
      take({ header: message, payload });
      await until("it answers", () => sent.length > before);
      return answer();
    },
    closed,
    text: () => text,
  };
}

const eventOf = (seq: number) => ({
  ...{ v: 1, id: `e${seq}`, provider: "codex", session: "s", seq, time: null, agent: "main" },
  ...{ type: "user", text: `text ${seq}` },
});
const linesOf = (...seqs: readonly number[]) =>
  new TextEncoder().encode(seqs.map((seq) => `${JSON.stringify(eventOf(seq))}\n`).join(""));
const OPEN: ToWriter = { type: "open", destination: "/h/a.md", create: true, directories: [] };

Deno.test("a delivery renders on from the state of the one before, so batches never show", () => {
  const seqs = [0, 1, 2];
  const render = (batches: readonly (readonly number[])[]) => {
    const writer = startWriter();
    writer.say(OPEN);
    let state: Uint8Array | null = null;
    for (const [delivery, batch] of batches.entries()) {
      const head = headAs("md");
      const finish = delivery === batches.length - 1;
      const { message, payload } = writer.say(
        { type: "prepare", delivery, head, finish },
        preparePayload(state, linesOf(...batch)),
      );
      assert.equal(message.type, "prepared");
      state = payload;
      writer.say({ type: "append", delivery, size: writer.text().length });
    }
    return writer.text();
  };
  const whole = render([seqs]);
  assert.equal(whole.match(/^title:/gm)?.length, 1);
  assert.deepEqual(whole.match(/text \d/g)?.slice(-3), ["text 0", "text 1", "text 2"]);
  for (const batches of [[[0], [1], [2]], [[0, 1], [2]], [[0], [1, 2], []]]) {
    assert.equal(render(batches), whole);
  }
});

Deno.test("only the last delivery writes what was waiting for more", () => {
  const { text: _, ...place } = eventOf(1);
  const call = { ...place, type: "tool_call", call: "c", name: "Bash", input: { command: "ls" } };
  const events = new TextEncoder().encode(`${JSON.stringify(call)}\n`);
  const lengths = [false, true].map((finish) => {
    const writer = startWriter();
    writer.say(OPEN);
    const head = { ...headAs("md"), include: ["tools", "results"] as ("tools" | "results")[] };
    const { message } = writer.say(
      { type: "prepare", delivery: 1, head, finish },
      preparePayload(null, events),
    );
    return message.type === "prepared" ? message.length : assert.fail();
  });
  assert.ok((lengths[0] ?? 0) < (lengths[1] ?? 0));
});

Deno.test("`prepared` says how many bytes an append will write", () => {
  const writer = startWriter();
  writer.say(OPEN);
  const head = headAs("jsonl");
  const { message } = writer.say(
    { type: "prepare", delivery: 1, head, finish: false },
    preparePayload(null, linesOf(0)),
  );
  assert.deepEqual(message, { type: "prepared", delivery: 1, length: linesOf(0).length });
  assert.deepEqual(writer.say({ type: "append", delivery: 1, size: 0 }).message, {
    type: "appended",
    delivery: 1,
    size: linesOf(0).length,
  });
});

Deno.test("opening another file closes the first, and closing closes once", () => {
  const writer = startWriter();
  writer.say(OPEN);
  writer.say({ ...OPEN, destination: "/h/b.md" });
  assert.deepEqual(writer.closed, ["/h/a.md"]);
  assert.deepEqual(writer.say({ type: "close" }), { message: { type: "closed" }, payload: null });
  writer.say({ type: "close" });
  assert.deepEqual(writer.closed, ["/h/a.md", "/h/b.md"]);
});

Deno.test("a file that cannot be opened leaves none open", () => {
  const writer = startWriter();
  writer.say(OPEN);
  const { message } = writer.say({ ...OPEN, destination: "/h/denied.md" });
  assert.deepEqual(message, {
    type: "failed",
    action: "open",
    code: "NotCapable",
    message: "Requires write access",
  });
  writer.say({ type: "close" });
  assert.deepEqual(writer.closed, ["/h/a.md"]);
});

Deno.test("the images of a delivery are named, given one by one, and left out of the text where one is refused", async () => {
  const writer = startWriter();
  writer.say(OPEN);
  const { text: _, ...place } = eventOf(0);
  const notice = { ...place, ...imageNotice({ words: "image/png", data: PNG }) };
  const events = new TextEncoder().encode(`${JSON.stringify(notice)}\n`);
  const head = { ...headAs("md"), include: ["notices" as const], images: "files" as const };
  const prepare = async (refused: Record<string, string>) => {
    const order = { delivery: 1, head, finish: false, images: { folder: "a.assets", refused } };
    const { message } = await writer.sayLong({ type: "prepare", ...order }, preparePayload(null, events));
    return message.type === "prepared" ? message : assert.fail();
  };
  const [image] = (await prepare({})).images ?? [];
  assert.deepEqual(image, { name: imageName, size: Uint8Array.fromBase64(PNG).length });
  const asked = { type: "image", delivery: 1, name: imageName } as const;
  const given = writer.say(asked);
  assert.deepEqual(given.message, { type: "image", name: imageName });
  assert.deepEqual(given.payload, Uint8Array.fromBase64(PNG));
  assert.throws(
    () => writer.say({ ...asked, delivery: 2 }),
    /internal error: an image that was not prepared/,
  );
  assert.equal((await prepare({ [imageName]: "symlink" })).images, undefined);
  assert.throws(() => writer.say(asked), /internal error: an image that was not prepared/);
  writer.say({ type: "append", delivery: 1, size: 0 });
  assert.match(writer.text(), /\*Image\* — image\/png \(not kept: symlink\)/);
  assert.ok(!writer.text().includes("!["));
});

Deno.test("the bytes of an image are appended as they are", () => {
  const writer = startWriter();
  writer.say({ ...OPEN, destination: `/h/a.assets/${imageName}` });
  const bytes = new TextEncoder().encode("bytes");
  const { message } = writer.say({ type: "prepare-bytes", delivery: 1 }, bytes);
  assert.deepEqual(message, { type: "prepared", delivery: 1, length: 5 });
  assert.equal(writer.say({ type: "append", delivery: 1, size: 0 }).message.type, "appended");
  assert.equal(writer.text(), "bytes");
});

Deno.test("a writer names images in one form alone, as many and as large as a recording keeps", () => {
  const named = (images: unknown) =>
    fromWriter.safeParse({ type: "prepared", delivery: 1, length: 1, images }).success;
  assert.ok(named([{ name: imageName, size: 1 }]));
  for (
    const name of ["../x.png", "x.png", `a/${imageName}`, `${imageName}.md`, imageName.toUpperCase(), ""]
  ) {
    assert.ok(!named([{ name, size: 1 }]), name);
  }
  for (const size of [0, -1, 1.5, IMAGE_BYTES + 1]) assert.ok(!named([{ name: imageName, size }]), `${size}`);
  const many = (count: number) => Array.from({ length: count }, () => ({ name: imageName, size: 1 }));
  assert.deepEqual([named(many(IMAGES_KEPT)), named(many(IMAGES_KEPT + 1))], [true, false]);
});

const TOO_EARLY: readonly (readonly [what: string, message: ToWriter, why: RegExp])[] = [
  ["a cut without a file", { type: "truncate", length: 0 }, /internal error: nothing is open/],
  [
    "an image without a delivery",
    { type: "image", delivery: 1, name: imageName },
    /internal error: an image that was not prepared/,
  ],
  [
    "bytes without a payload",
    { type: "prepare-bytes", delivery: 1 },
    /internal error: prepare-bytes without a payload/,
  ],
  [
    "an append without a delivery",
    { type: "append", delivery: 1, size: 0 },
    /internal error: append of what/,
  ],
  [
    "a delivery without a payload",
    { type: "prepare", delivery: 1, head: headAs("md"), finish: false },
    /internal error: prepare without a payload/,
  ],
];
for (const [what, message, why] of TOO_EARLY) {
  Deno.test(`${what} is a bug`, () => assert.throws(() => startWriter().say(message), why));
}

Deno.test("a format of another writer is a bug", () => {
  const writer = startWriter();
  writer.say({ ...OPEN, destination: "/h/a.html" });
  const prepare = { type: "prepare", delivery: 1, head: headAs("html"), finish: false } as const;
  assert.throws(() => writer.say(prepare, preparePayload(null, linesOf(0))), /internal error: a format/);
});

Deno.test("another delivery than the prepared one is not appended", () => {
  const writer = startWriter();
  writer.say(OPEN);
  writer.say(
    { type: "prepare", delivery: 1, head: headAs("md"), finish: false },
    preparePayload(null, linesOf(0)),
  );
  assert.throws(() => writer.say({ type: "append", delivery: 2, size: 0 }), /internal error/);
  assert.equal(writer.text(), "");
});
