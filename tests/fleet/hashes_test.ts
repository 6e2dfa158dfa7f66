/** Under which policy, on which machine and for whom: what each daemon says of itself wherever it is collected. */
import assert from "node:assert/strict";
import { must, run, untilSo } from "../booted/machine.ts";
import { asRoot, machine, onMachine, textOf, whenInJournal } from "./fleet.ts";
import { EVERYBODY, have, POLICY } from "./play.ts";

onMachine(
  "one hash names the organisation's policy, whatever a person's home, in all that is collected",
  async () => {
    await have(EVERYBODY);
    const wanted =
      JSON.parse(await asRoot(`kato policy check --json --as organisation ${POLICY}`)).organisationHash;
    assert.match(wanted, /^[0-9a-f]{64}$/);
    const id = textOf("/etc/machine-id")?.trim();
    const host = (await asRoot("hostname")).trim();
    const own = new Set<string>();
    for (const [user, uid] of [["alice", 1000], ["carol", 1002]] as const) {
      const { policy } = await untilSo(`${user}'s runs`, async () => {
        const { out } = await run(machine, user, "kato status --json");
        const status = out.startsWith("{") ? JSON.parse(out) : {};
        return status.running === true ? status : null;
      });
      assert.equal(policy.organisationHash, wanted, user);
      own.add(policy.hash);
      const records = (await must(machine, user, "kato audit tail --json -n 200")).trimEnd().split("\n")
        .map((line) => JSON.parse(line));
      const started = records.findLast(({ event }) => event === "daemon-started");
      assert.equal(started.organisationHash, wanted, user);
      assert.deepEqual(started.origin, { machine: id, host, uid, user });
      const said = new RegExp(`event=started .*organisation=${wanted.slice(0, 12)}`);
      const journal = await whenInJournal(`-t kato _UID=${uid}`, said);
      const line = journal.split("\n").findLast((line) => line.includes("event=started "));
      assert.ok(line?.includes(`organisation=${wanted.slice(0, 12)}`), line);
    }
    assert.equal(own.size, 2, "the whole policy has a hash for each home");
  },
);
