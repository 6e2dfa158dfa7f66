/** The clock of these machines is the host's: nothing on them may set it. */
import assert from "node:assert/strict";
import { locked, must, open, test } from "./machine.ts";

/** The number of CAP_SYS_TIME in linux/capability.h. */
const SYS_TIME = 25n;

for (const [kind, machine] of Object.entries({ open, locked })) {
  test(`no process of the ${kind} machine may set the clock`, async () => {
    const bounds = {
      "the first process": await must(machine, "root", "grep CapBnd /proc/1/status"),
      "a service": await must(machine, "root", "systemd-run --pipe -q grep CapBnd /proc/self/status"),
      "a command of a test": await must(machine, "root", "grep CapBnd /proc/self/status"),
      "a command of a person's": await must(machine, "alice", "grep CapBnd /proc/self/status"),
    };
    for (const [whose, line] of Object.entries(bounds)) {
      const bound = BigInt(`0x${line.replace("CapBnd:", "").trim()}`);
      assert.equal(bound >> SYS_TIME & 1n, 0n, whose);
    }
  });
}
