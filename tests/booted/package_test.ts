/** The package on a machine in use: it is upgraded, removed and purged while alice's and the administrator's kato run. */
import assert from "node:assert/strict";
import { must, open, PACKAGE, run, test, untilSo } from "./machine.ts";
import {
  clear,
  createLog,
  property,
  recorded,
  start,
  systemService,
  userService,
  whenWatching,
} from "./service.ts";

const APT = "DEBIAN_FRONTEND=noninteractive apt-get -y -q";
const INSTALL = `${APT} install --reinstall /var/kato.deb`;

for (const service of [userService(open), systemService(open)]) {
  const { unit } = service;

  test(`${unit} goes on after an upgrade, as the new one, and each message is written once`, async () => {
    await clear(open);
    await start(service);
    const log = createLog(service);
    log.append(log.rows.user("::record talk.md\nHello."), log.rows.assistant("Before the upgrade."));
    await recorded(service, "/home/alice/.kato/exports/talk.md", "Before the upgrade.");
    const before = await property(service, "MainPID");
    await must(open, "root", INSTALL);
    await untilSo("another process", async () => {
      const now = await property(service, "MainPID");
      return now !== "0" && now !== before;
    }, () => service.journal());
    await whenWatching(service);
    log.append(log.rows.assistant("After the upgrade."));
    const text = await recorded(service, "/home/alice/.kato/exports/talk.md", "After the upgrade.");
    assert.equal(text.split("Before the upgrade.").length, 2);
  }, PACKAGE);

  test(`${unit} ends when the package is removed, and purging leaves the home alone`, async () => {
    await clear(open);
    await start(service);
    const log = createLog(service);
    log.append(log.rows.user("::record talk.md\nHello."), log.rows.assistant("Mine."));
    await recorded(service, "/home/alice/.kato/exports/talk.md", "Mine.");
    await must(open, "root", `${APT} remove kato`);
    await untilSo("its end", async () => (await run(open, "root", "pgrep -u alice -x kato")).code === 1);
    await must(open, "root", `${APT} purge kato`);
    assert.notEqual(
      (await run(open, "root", "ls /usr/lib/kato /etc/kato")).code,
      0,
      "nothing of the package is left",
    );
    const kept = await must(
      open,
      "alice",
      "cd ~/.kato && ls exports/talk.md logs/security-audit.jsonl state/kato.db",
    );
    assert.equal(kept, "exports/talk.md\nlogs/security-audit.jsonl\nstate/kato.db\n");
    await must(open, "root", `${APT} install /var/kato.deb`);
    await start(service);
    log.append(log.rows.assistant("Installed again."));
    await recorded(service, "/home/alice/.kato/exports/talk.md", "Installed again.");
  }, PACKAGE);
}
