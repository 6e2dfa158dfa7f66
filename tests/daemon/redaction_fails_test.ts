/** Redaction that fails in the writer: the recording is blocked and says so, and no byte is written before it is mended. */
import assert from "node:assert/strict";
import type { Host } from "../../src/hosts/host.ts";
import { preparePayload } from "../../src/protocol/writer_messages.ts";
import { WORLDS } from "../hosts/worlds.ts";
import { make, randomOf } from "../redaction/corpus.ts";
import { append, createRows } from "./stage/claude_rows.ts";
import { runInProcess } from "./stage/in_process.ts";
import { readExport } from "./stage/stage.ts";
import { until } from "./stage/until.ts";

const TOKEN = make("ghp_{A36}", randomOf(12));

const decoder = new TextDecoder();

/** While `isBroken` says so, each writer gets a state with which the redaction throws at the first secret. */
function spoil(host: Host, isBroken: () => boolean): Host {
  const spoiled = (payload: Uint8Array<ArrayBuffer>) => {
    const end = payload.indexOf(0x0a);
    const state = JSON.parse(decoder.decode(payload.subarray(0, end)));
    state.redaction.marks = null;
    return preparePayload(new TextEncoder().encode(JSON.stringify(state)), payload.subarray(end + 1));
  };
  return {
    name: host.name,
    start(...what) {
      const role = host.start(...what);
      if (what[0] !== "writer") return role;
      const { port } = role;
      return {
        ...role,
        port: {
          receive: (receiver) => port.receive(receiver),
          close: () => port.close(),
          send({ header, payload }) {
            const isPrepare = (header as { readonly type: string }).type === "prepare";
            port.send({
              header,
              payload: isPrepare && payload !== null && isBroken() ? spoiled(payload) : payload,
            });
          },
        },
      };
    },
  };
}

for (const [name, makeWorld] of WORLDS) {
  Deno.test(`${name}: a redaction that throws blocks the recording, and nothing is written unredacted`, async () => {
    let isBroken = false;
    await using world = makeWorld();
    await using run = await runInProcess(spoil(world.host, () => isBroken));
    await run.whenUp();
    const rows = createRows();
    const log = run.home.log(rows.session);
    const whenWritten = (words: string) =>
      until(`the recording has: ${words}`, () => {
        const text = readExport(run.home, "notes.md");
        return text.includes(words) && text;
      }, { saw: () => JSON.stringify(run.home.status()?.recordings) });
    append(log, rows.user("::capture notes.md\nFirst."));
    const before = await whenWritten("First.");

    isBroken = true;
    append(log, rows.user(`Use ${TOKEN}.`));
    const { problem } = await until(
      "status shows it as blocked",
      () => run.home.status()?.recordings.find(({ state }) => state === "blocked"),
    );
    assert.match(problem ?? "", /^its writer ended: /);
    assert.ok(!problem?.includes(TOKEN), problem ?? "");
    assert.equal(readExport(run.home, "notes.md"), before);

    isBroken = false;
    run.orchestrator.tend();
    const text = await whenWritten("Use ");
    assert.ok(text.includes("Use [redacted: github-token].") && !text.includes(TOKEN), text);
  });
}
