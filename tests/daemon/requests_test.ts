/** The request spool by itself: each request is taken once, and answered. */
import assert from "node:assert/strict";
import { join } from "@std/path";
import type { Log } from "../../src/daemon/log.ts";
import { takeRequests } from "../../src/daemon/requests.ts";
import type { Answer, Request } from "../../src/protocol/request.ts";
import { until } from "./until.ts";

const SILENT: Log = { tell: () => {}, close: () => Promise.resolve() };

const DONE: Omit<Answer, "id"> = { v: 1, result: "done", reason: "done", message: "", destination: null };

for (const watched of [true, false]) {
  Deno.test(`a request is answered ${watched ? "when it comes" : "though the kernel has no watch left"}`, async () => {
    const folder = Deno.makeTempDirSync();
    const { watchFs } = Deno;
    if (!watched) Deno.watchFs = () => raise("No space left on device (os error 28)");
    const obeyed: Request[] = [];
    const requests = takeRequests({
      folder,
      refused: `${folder}-refused`,
      obey(request) {
        obeyed.push(request);
        return Promise.resolve({ ...DONE, id: request.id });
      },
      record: () => raise("nothing is to be refused"),
      log: SILENT,
    });
    try {
      const id = crypto.randomUUID();
      const request = {
        v: 1,
        id,
        verb: "stop",
        provider: "codex",
        session: "01a20000-0000-7000-8000-000000000001",
        destination: null,
      };
      Deno.writeTextFileSync(join(folder, `.${id}`), JSON.stringify(request));
      Deno.renameSync(join(folder, `.${id}`), join(folder, `${id}.json`));
      // As the daemon does with all that it tends.
      if (!watched) requests.look();
      const answer = join(folder, `${id}.answer.json`);
      await until(
        "it is answered",
        () => [...Deno.readDirSync(folder)].some(({ name }) => answer.endsWith(name)),
      );
      assert.equal(JSON.parse(Deno.readTextFileSync(answer)).result, "done");
      assert.deepEqual(obeyed.map((request) => request.id), [id]);
    } finally {
      requests.close();
      Deno.watchFs = watchFs;
      Deno.removeSync(folder, { recursive: true });
    }
  });
}

function raise(message: string): never {
  throw new Error(message);
}
