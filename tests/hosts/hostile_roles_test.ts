/** Roles that break the byte stream itself: each costs its own channel, and another provider's recording goes on. */
import assert from "node:assert/strict";
import type { BytePipe } from "../../src/hosts/byte_pipe.ts";
import { encodeFrame } from "../../src/protocol/frame_stream.ts";
import type { Grant } from "../../src/protocol/grant.ts";
import { append, createRows } from "../daemon/stage/claude_rows.ts";
import { type InProcess, runInProcess } from "../daemon/stage/in_process.ts";
import { renderCapture } from "../daemon/stage/one_shot.ts";
import { readExport } from "../daemon/stage/stage.ts";
import { until, withClockAhead } from "../daemon/stage/until.ts";
import { playBytes, startChild, type StartedRole } from "./started_role.ts";
import { processes, type ProcessWorld } from "./worlds.ts";

const FLOODING = new URL("flooding_parser.ts", import.meta.url).pathname;

type Start = (name: string, grants: readonly Grant[]) => StartedRole;

/** A role played by the test, byte by byte. */
function played(play: (pipe: BytePipe, end: (why: string) => void) => void | Promise<void>): Start {
  return () => playBytes((pipe, end) => void play(pipe, end));
}

/** Runs two providers, Codex's parser started by `start`, while a conversation with Claude Code is recorded. */
async function runBeside(
  start: Start,
  check: (run: InProcess, world: ProcessWorld) => Promise<void>,
): Promise<void> {
  await using world = processes(
    undefined,
    (name, grants) => name === "parser:codex" ? start(name, grants) : null,
  );
  await using run = await runInProcess(world.host, ["codex", "claude-code"]);
  await run.whenUp();
  const rows = createRows();
  const log = run.home.log(rows.session);
  append(log, rows.user("::capture notes.md"), rows.assistant("as if nothing happened"));
  await check(run, world);
  append(log, rows.assistant("and after it"));
  const text = renderCapture(log, "::capture notes.md");
  await until("the other session is recorded", () => readExport(run.home, "notes.md") === text);
  assert.equal(world.monitor.starts("parser:claude-code"), 1);
  assert.deepEqual(world.monitor.faults, []);
  assert.deepEqual(world.lost, []);
}

function lengths(header: number, payload: number): Uint8Array {
  const head = new Uint8Array(8);
  new DataView(head.buffer).setUint32(0, header, true);
  new DataView(head.buffer).setUint32(4, payload, true);
  return head;
}

for (
  const [name, bytes, why] of [
    ["a header of 4 GiB", lengths(0xffff_ffff, 0), "a header that is too large"],
    ["a payload of 4 GiB", lengths(2, 0xffff_ffff), "a payload that is too large"],
    ["text", new TextEncoder().encode("Debug: 1\n"), "a header that is too large"],
    [
      "a message that nobody knows",
      encodeFrame({ header: { type: "sudo" }, payload: null })[0],
      "a message that the protocol does not have",
    ],
  ] as const
) {
  Deno.test(`a role that sends ${name} is ended, and that is on record`, async () => {
    await runBeside(
      played(async (pipe) => void await pipe.write(bytes ?? new Uint8Array(0))),
      async (run, world) => {
        const record = await run.whenAudited(
          "it is on record",
          ({ event }) => event === "protocol-violation",
        );
        assert.deepEqual([record.provider, record.decision, record.detail], ["codex", "deny", why]);
        await until("it is started again", () => world.monitor.starts("parser:codex") > 1);
      },
    );
  });
}

Deno.test("a role that sends half a frame and ends is started again, with the monitor's words on record", async () => {
  await runBeside(
    played(async (pipe, end) => {
      await pipe.write(lengths(100, 0));
      await pipe.write(new Uint8Array(50));
      end("it was killed by signal 11");
    }),
    async (run) => {
      const record = await run.whenAudited("it is on record", ({ event }) => event === "role-ended");
      assert.deepEqual([record.provider, record.detail], ["codex", "it was killed by signal 11"]);
    },
  );
});

Deno.test("a role that sends half a frame and waits is ended like any that does not answer", async () => {
  await runBeside(played(async (pipe) => void await pipe.write(lengths(100, 1000))), async (run) => {
    await until("the other recording has begun", () => readExport(run.home, "notes.md")?.includes("as if"));
    run.orchestrator.tend();
    // Claude Code's parser answers a question before it reports lines that were appended after that question.
    const rows = createRows();
    append(run.home.log(rows.session), rows.user("::capture other.md"), rows.assistant("more"));
    await until("the other parser has answered", () => readExport(run.home, "other.md")?.includes("more"));
    await withClockAhead(11_000, run.orchestrator.tend);
    const record = await run.whenAudited("it is on record", ({ event }) => event === "role-ended");
    assert.deepEqual([record.provider, record.detail], ["codex", "it did not answer"]);
  });
});

Deno.test("a role that floods does not keep another provider's recording waiting", async () => {
  await runBeside((_, grants) => startChild(FLOODING, grants), async (run, world) => {
    await until("the other session is recorded", () => readExport(run.home, "notes.md")?.includes("as if"));
    assert.equal(world.monitor.running("parser:codex").length, 1, "while the flood goes on");
  });
});
