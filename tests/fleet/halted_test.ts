/** Service managers that are halted: what root asks of everybody, and the scripts of the package, wait for none of them. */
import assert from "node:assert/strict";
import { isWithin } from "../machine_speed.ts";
import { asRoot, daemonOf, newer, older, onMachine, whenRestarted } from "./fleet.ts";
import { whenFollows, whenNobodyRecords, whenOthersFollow, whileHalted } from "./people.ts";
import { EVERYBODY, have } from "./play.ts";

const packageOf = (version: string) => `/srv/kato/pool/main/k/kato/kato_${version}_*.deb`;

/** The output of a line of dpkg's, whose scripts ask everybody's service manager and wait for none without end. */
async function inTime(line: string): Promise<string> {
  const began = performance.now();
  const said = await asRoot(`${line} 2>&1`);
  assert.ok(isWithin(performance.now() - began, 90_000), said);
  return said;
}

onMachine(
  "an upgrade of the package waits for no halted service manager, and serves the others",
  async () => {
    await have(EVERYBODY);
    await whenFollows("erin");
    await whileHalted(async () => {
      for (const version of [newer, older]) {
        const before = await daemonOf("kato.service");
        assert.match(
          await inTime(`dpkg -i ${packageOf(version)}`),
          /kato of erin \(1004\): does not run, and the person's service manager does not answer/,
        );
        await whenRestarted(before);
        await whenOthersFollow();
      }
    });
    await whenFollows("erin");
  },
);

onMachine(
  "a removal of the package waits for no halted service manager, and leaves nobody's daemon",
  async () => {
    await have(EVERYBODY);
    await whenFollows("erin");
    await whileHalted(async () => {
      assert.match(
        await inTime("dpkg --remove kato"),
        /kato of erin \(1004\) did not end when it was told to, and was killed/,
      );
      await whenNobodyRecords();
    });
    // Installing starts nobody's.
    await asRoot(`dpkg -i ${packageOf(older)} && /usr/lib/kato/everyone start`);
    await whenFollows("alice", "carol", "erin");
  },
);

onMachine("no more service managers are asked at the same time than was said", async () => {
  await have(EVERYBODY);
  const asked = async (atOnce: number) =>
    Number(
      await asRoot(
        `{ /usr/lib/kato/everyone --at-once ${atOnce} check; touch /run/asked; } >/dev/null 2>&1 & ` +
          "while [ ! -e /run/asked ]; do pgrep -c -f '^timeout .* systemctl --user'; done | sort -n | tail -n 1; " +
          "rm /run/asked",
      ),
    );
  await whileHalted(async () => {
    assert.equal(await asked(1), 1);
    assert.ok(await asked(16) > 1);
  }, [1004, 1005]);
});
