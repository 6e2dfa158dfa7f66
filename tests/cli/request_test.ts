/** `kato record` waits for a daemon that the test plays: a lock, and a spool that it reads. */
import assert from "node:assert/strict";
import { makePrivateFolder } from "../../src/disk/atomic_file.ts";
import { placesOf } from "../../src/settings/places.ts";
import { until } from "../daemon/stage/until.ts";
import { conversation, keepLog, SESSION_A } from "./stage/logs.ts";
import { makeHome, type Ran, runLine } from "./stage/run_line.ts";

/** What a daemon that gives no answer does, and how `kato record` ends. */
const UNANSWERED: Readonly<Record<string, [takes: boolean, ends: Ran["ended"], says: RegExp]>> = {
  "kato record that is interrupted takes its request back": [
    false,
    "terminated",
    /^kato did not answer\. The request was taken back, so nothing will come of it\./,
  ],
  "kato record that is interrupted says that kato has taken the request": [
    true,
    "terminated",
    /^kato has taken the request, and did not answer yet\. 'kato status' shows/,
  ],
  "kato record takes its request back when the daemon ends": [
    false,
    "not-running",
    /^kato did not answer\. The request was taken back, so nothing will come of it\./,
  ],
};

for (const [what, [takes, ends, says]] of Object.entries(UNANSWERED)) {
  Deno.test(what, async () => {
    using home = makeHome();
    keepLog(home.home, SESSION_A, conversation(SESSION_A));
    const { base, state, requests, lockFile } = placesOf(home.home);
    for (const folder of [base, state, requests]) makePrivateFolder(folder);
    using lock = Deno.openSync(lockFile, { create: true, write: true });
    lock.lockSync(true);
    // So that the signal does not end the tests where the command does not hear it.
    const hear = () => {};
    Deno.addSignalListener("SIGTERM", hear);
    try {
      const asking = runLine(["record", "5d8", "a.md"], home);
      const put = () =>
        [...Deno.readDirSync(requests)].map(({ name }) => name).filter((name) => name[0] !== ".");
      const [name] = await until("it asks", () => put().length > 0 && put());
      if (takes) Deno.removeSync(`${requests}/${name}`);
      if (ends === "terminated") Deno.kill(Deno.pid, "SIGTERM");
      else lock.unlockSync();
      const { ended, err } = await asking;
      assert.equal(ended, ends);
      assert.match(err, says);
      assert.deepEqual(put(), []);
    } finally {
      Deno.removeSignalListener("SIGTERM", hear);
    }
  });
}
