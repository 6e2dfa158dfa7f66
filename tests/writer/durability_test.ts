/**
 * What a writer answers about its file is true on the disk: a fake of the system's calls writes short, fails, and notes
 * the order of write, sync and answer; the real calls are traced.
 */
import assert from "node:assert/strict";
import { fromWriter, preparePayload, type ToWriter } from "../../src/protocol/writer_messages.ts";
import type { Frame, Port } from "../../src/protocol/port.ts";
import { destinationFile, type FileCalls } from "../../src/writer/destination_file.ts";
import { runWriter } from "../../src/writer/writer.ts";
import { RENDERERS } from "../render/render.ts";
import { onlyWith, program } from "../needs.ts";

interface Faults {
  /** Bytes that one write takes at most. */
  readonly most?: number;
  /** The call that fails, and with which code. */
  readonly fails?: { readonly call: keyof FileCalls; readonly code: string; readonly after?: number };
}

/** A writer over a file in memory; `happened`: calls and answers in their order. */
function startWriter({ most = Infinity, fails }: Faults = {}) {
  const happened: string[] = [];
  let content: number[] = [];
  let calls = 0;
  function attempt(call: keyof FileCalls): void {
    if (fails?.call !== call) return;
    calls += 1;
    if (calls <= (fails.after ?? 0)) return;
    happened.push(`${call} fails`);
    throw Object.assign(new Error("the disk says no"), { code: fails.code });
  }
  const file = destinationFile({
    size: () => content.length,
    write(bytes) {
      attempt("write");
      const taken = bytes.subarray(0, most);
      content.push(...taken);
      happened.push(`write ${taken.length}`);
      return taken.length;
    },
    sync() {
      attempt("sync");
      happened.push("sync");
    },
    truncate(length) {
      attempt("truncate");
      content = content.slice(0, length);
      happened.push(`truncate ${length}`);
    },
    close: () => void happened.push("close"),
  });
  let take: (frame: Frame) => void = () => {};
  const port: Port = {
    send({ header }) {
      const message = fromWriter.parse(header);
      if (message.type !== "prepared" && message.type !== "opened") happened.push(message.type);
    },
    receive: (receiver) => void (take = receiver),
    close: () => {},
  };
  runWriter(port, () => ({ file, found: null }), { jsonl: () => RENDERERS.jsonl });
  const say = (message: ToWriter, payload: Frame["payload"] = null) => take({ header: message, payload });
  say({ type: "open", destination: "/h/a.jsonl", create: true, directories: [] });
  return { say, happened, text: () => new TextDecoder().decode(new Uint8Array(content)) };
}

const EVENT = {
  v: 1,
  id: "e1",
  provider: "codex",
  session: "s",
  seq: 0,
  time: null,
  agent: "main",
  type: "user",
  text: "Grüße 🎉",
};
const LINE = `${JSON.stringify(EVENT)}\n`;
const BYTES = new TextEncoder().encode(LINE).length;
const HEAD = {
  format: "jsonl" as const,
  meta: { provider: "codex" as const, session: "s", title: null, project: null, started: null, client: null },
  timeZone: "UTC",
  include: [],
};

function deliver({ say }: ReturnType<typeof startWriter>, size: number): void {
  say(
    { type: "prepare", delivery: 1, head: HEAD, finish: false },
    preparePayload(null, new TextEncoder().encode(LINE)),
  );
  say({ type: "append", delivery: 1, size });
}

const APPENDS: Readonly<Record<string, [Faults, order: string[]]>> = {
  "a write that takes all": [{}, [`write ${BYTES}`, "sync", "appended"]],
  "writes that take a part": [{ most: 100 }, ["write 100", `write ${BYTES - 100}`, "sync", "appended"]],
  "a disk that is full": [{ fails: { call: "write", code: "ENOSPC" } }, ["write fails", "failed"]],
  "a disk that fills up halfway": [
    { most: 60, fails: { call: "write", code: "ENOSPC", after: 1 } },
    ["write 60", "write fails", "failed"],
  ],
  "a disk that cannot keep what it took": [
    { fails: { call: "sync", code: "EIO" } },
    [`write ${BYTES}`, "sync fails", "failed"],
  ],
};

for (const [what, [faults, order]] of Object.entries(APPENDS)) {
  Deno.test(`append: ${what}: nothing is claimed before it is on the disk`, () => {
    const writer = startWriter(faults);
    deliver(writer, 0);
    assert.deepEqual(writer.happened, order);
    if (order.at(-1) === "appended") assert.equal(writer.text(), LINE);
  });
}

Deno.test("append: a file of another length gets no byte, and the writer says so", () => {
  const writer = startWriter();
  deliver(writer, 7);
  assert.deepEqual(writer.happened, ["changed"]);
});

Deno.test("append: a delivery is appended once", () => {
  const writer = startWriter();
  deliver(writer, 0);
  assert.throws(() => writer.say({ type: "append", delivery: 1, size: BYTES }), /not prepared/);
  assert.equal(writer.text(), LINE);
});

const TRUNCATES: Readonly<Record<string, [Faults, order: string[]]>> = {
  "a cut": [{}, ["truncate 4", "sync", "truncated"]],
  "a cut that fails": [{ fails: { call: "truncate", code: "EPERM" } }, ["truncate fails", "failed"]],
  "a cut that is not kept": [{ fails: { call: "sync", code: "EIO" } }, [
    "truncate 4",
    "sync fails",
    "failed",
  ]],
};

for (const [what, [faults, order]] of Object.entries(TRUNCATES)) {
  Deno.test(`truncate: ${what}: nothing is claimed before it is on the disk`, () => {
    const writer = startWriter(faults);
    writer.say({ type: "truncate", length: 4 });
    assert.deepEqual(writer.happened, order);
  });
}

Deno.test("a failure without a code of the system is a bug, and is thrown", () => {
  const writer = startWriter({ fails: { call: "write", code: undefined as unknown as string } });
  assert.throws(() => deliver(writer, 0), /the disk says no/);
});

Deno.test("closing closes the file before the answer", () => {
  const writer = startWriter();
  writer.say({ type: "close" });
  assert.deepEqual(writer.happened, ["close", "closed"]);
});

for (const [opener, made] of [["openSelfMadeFile", true], ["openMonitorMadeFile", false]] as const) {
  const module = made ? "self_made_file.ts" : "monitor_made_file.ts";
  Deno.test({
    ...onlyWith(
      `${module}: the kernel gets write, fdatasync and the answer in this order`,
      program("strace"),
    ),
    async fn() {
      const folder = Deno.makeTempDirSync({ prefix: "kato-writer-" });
      try {
        const url = new URL(`../../src/writer/${module}`, import.meta.url);
        const destination = `${folder}/notes.md`;
        if (!made) Deno.writeTextFileSync(destination, "");
        const script = `import { ${opener} } from ${JSON.stringify(url.href)};
          const { file } = ${opener}(${JSON.stringify({ destination, create: made, directories: [] })});
          file.write(new TextEncoder().encode("appended\\n"));
          console.log("answer", file.flush());
          file.truncate(3);
          console.log("answer", file.size());`;
        Deno.writeTextFileSync(`${folder}/script.ts`, script);
        const { success, stderr } = await new Deno.Command("strace", {
          args: [
            ...["-f", "-qq", "-y", "-e", "trace=write,fdatasync,fsync,ftruncate", "-o", `${folder}/trace`],
            ...[Deno.execPath(), "run", "--quiet", "--no-check", "-A", `${folder}/script.ts`],
          ],
          stdout: "null",
        }).output();
        assert.ok(success, new TextDecoder().decode(stderr));
        const calls = Deno.readTextFileSync(`${folder}/trace`).split("\n").flatMap((line) => {
          const call = /^\d+ +(\w+)\(/.exec(line)?.[1];
          if (call === undefined) return [];
          if (line.includes(destination)) return [call];
          return line.includes('"answer') ? ["answer"] : [];
        });
        assert.deepEqual(calls, ["write", "fdatasync", "answer", "ftruncate", "fdatasync", "answer"]);
      } finally {
        Deno.removeSync(folder, { recursive: true });
      }
    },
  });
}
