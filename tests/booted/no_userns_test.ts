/**
 * A machine that lets nobody make user namespaces (`user.max_user_namespaces` is 0): the strict unit does not start, says
 * why, and names the one command after which it does, without claiming what is not there.
 */
import assert from "node:assert/strict";
import { isWithin } from "../machine_speed.ts";
import { locked, must, place, run, test, untilSo } from "./machine.ts";
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

const service = userService(locked);
const DROP_INS = "/home/alice/.config/systemd/user/kato.service.d";
const FALLBACK = Deno.readTextFileSync(new URL("../../packaging/systemd/50-no-userns.conf", import.meta.url));

/** The status with which the service ends at once. */
async function statusOfStart(): Promise<string> {
  const { code } = await run(locked, "alice", "systemctl --user daemon-reload; systemctl --user start kato");
  assert.notEqual(code, 0, "systemctl says that it did not start");
  const status = await property(service, "ExecMainStatus");
  await must(locked, "alice", "systemctl --user reset-failed");
  return status;
}

test("without user namespaces kato.service does not start, and its journal names the one command that helps", async () => {
  await clear(locked);
  assert.equal((await must(locked, "alice", "cat /proc/sys/user/max_user_namespaces")).trim(), "0");
  const { code } = await run(locked, "alice", "systemctl --user enable --now kato");
  assert.notEqual(code, 0);
  assert.deepEqual([await property(service, "ExecMainStatus"), await property(service, "NRestarts")], [
    "217",
    "0",
  ]);
  assert.equal((await run(locked, "root", "pgrep -x -u alice kato")).code, 1, "nothing of it runs");
  const said = await untilSo("the reason", async () => {
    const journal = await service.journal();
    return /^kato did not start: .*$/m.exec(journal)?.[0] ?? null;
  }, () => service.journal());
  assert.match(said, /does not let a person's services make user namespaces/);
  const doctor = await run(locked, "alice", "kato doctor");
  assert.equal(doctor.code, 1);
  const command = /run '(install -D .*?)'/.exec(doctor.out)?.[1] ?? "nothing";
  assert.ok(said.includes(command), `${said}\n${doctor.out}`);

  await must(locked, "alice", command);
  await whenWatching(service);
  const log = createLog(service);
  log.append(log.rows.user("::record talk.md\nHello."), log.rows.assistant("Without namespaces."));
  await recorded(service, "/home/alice/.kato/exports/talk.md", "Without namespaces.");
  const after = await must(locked, "alice", "kato doctor");
  assert.match(
    after,
    /^note +unit +the daemon runs in kato\.service with 50-no-userns\.conf: systemd gives it no view/m,
  );
  assert.match(await must(locked, "alice", "kato status"), /kernel sandbox on/);
  const from = performance.now();
  await service.systemctl("stop kato");
  const took = performance.now() - from;
  assert.ok(isWithin(took, 2000), `${took} ms`);
  assert.equal(await property(service, "Result"), "success");
});

test("with the fallback a folder that the policy allows needs no bind, and its drop-in does no harm", async () => {
  await clear(locked);
  place(locked, "alice", `${DROP_INS}/50-no-userns.conf`, FALLBACK);
  await must(locked, "alice", "mkdir -m 700 ~/vault && kato policy allow ~/vault");
  await must(locked, "alice", "systemctl --user daemon-reload");
  await start(service);
  const log = createLog(service);
  log.append(log.rows.user("::record ~/vault/a.md\nHello."), log.rows.assistant("Allowed."));
  await recorded(service, "/home/alice/vault/a.md", "Allowed.");
});

/** One by one, the others taken back: each of them alone keeps the unit from running open. */
const GUARDS: readonly (readonly [directive: string, status: string])[] = [
  ["PrivateUsers=yes", "217"],
  ["TemporaryFileSystem=/mnt:ro", "226"],
  ["CapabilityBoundingSet=", "218"],
];
for (const [directive, status] of GUARDS) {
  test(`without user namespaces ${directive} alone refuses to start, with ${status}`, async () => {
    await clear(locked);
    place(locked, "alice", `${DROP_INS}/50-no-userns.conf`, FALLBACK);
    place(locked, "alice", `${DROP_INS}/70-guard.conf`, `[Service]\n${directive}\n`);
    assert.equal(await statusOfStart(), status);
  });
}

test("without user namespaces the other options would have systemd start a service without any boundary", async () => {
  await clear(locked);
  place(locked, "alice", "/home/alice/.ssh/id", "a key");
  // This is why those three are there: no error, no message, and no boundary.
  const line =
    "systemd-run --user --wait --pipe -q -p ProtectSystem=strict -p ProtectHome=tmpfs -p PrivateTmp=yes " +
    "-p BindReadOnlyPaths=/home/alice/.ssh cat /home/alice/.ssh/id";
  const bare = line.replace(/-p BindReadOnlyPaths=\S+ /, "");
  assert.equal(await must(locked, "alice", bare), "a key");
});

test("without user namespaces kato@.service refuses too, and one line of the administrator's starts it", async () => {
  const system = systemService(locked);
  await clear(locked);
  await assert.rejects(system.systemctl("start kato@alice"));
  assert.equal(await property(system, "ExecMainStatus"), "217");
  const folder = "/etc/systemd/system/kato@alice.service.d";
  place(locked, "root", `${folder}/50-no-userns.conf`, "[Service]\nPrivateUsers=no\n");
  await system.systemctl("daemon-reload");
  await start(system);
  const log = createLog(system);
  log.append(log.rows.user("::record talk.md\nHello."), log.rows.assistant("By the administrator."));
  await recorded(system, "/home/alice/.kato/exports/talk.md", "By the administrator.");
  const monitor = await property(system, "MainPID");
  const [own, hers] = await Promise.all(
    [monitor, "1"].map((pid) => must(locked, "root", `readlink /proc/${pid}/ns/mnt`)),
  );
  assert.notEqual(own, hers, "it has a view of files of its own");
  assert.match(
    await must(locked, "alice", "kato doctor"),
    /kato@alice\.service, which does not set PrivateUsers/,
  );
});
