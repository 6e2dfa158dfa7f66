/** Settings of systemd that look like a boundary and are none, on this machine: each trap, and that the units avoid it. */
import assert from "node:assert/strict";
import { must, open, place, release, run, test } from "./machine.ts";
import {
  clear,
  createLog,
  property,
  recorded,
  start,
  systemService,
  userService,
  whenRestarted,
  whenSaid,
  whenWatching,
} from "./service.ts";

const DROP_INS = "/home/alice/.config/systemd/user/kato.service.d";
const service = userService(open);

/** Runs `command` as a service of alice with these properties. Gives its output. */
async function asService(properties: readonly string[], command: string): Promise<string> {
  const options = properties.map((property) => `-p '${property}'`).join(" ");
  const { out, err } = await run(
    open,
    "alice",
    `systemd-run --user --wait --pipe -q ${options} sh -c '${command}'`,
  );
  return out + err;
}

test("trap 1: systemd 252 ignores a person's mount options without PrivateUsers=, and kato.service then refuses", async () => {
  await clear(open);
  place(open, "alice", "/home/alice/.ssh/id", "a key");
  const strict = ["ProtectSystem=strict", "ProtectHome=tmpfs"];
  const bare = await asService(strict, "cat ~/.ssh/id");
  if (release === "bookworm") assert.equal(bare, "a key", "no error, and no boundary");
  assert.match(await asService([...strict, "PrivateUsers=yes"], "cat ~/.ssh/id"), /No such file/);
  place(open, "alice", `${DROP_INS}/90-trap.conf`, "[Service]\nPrivateUsers=no\n");
  const { code } = await run(open, "alice", "systemctl --user daemon-reload; systemctl --user start kato");
  // Later versions make a user namespace for the other options without being told to.
  if (release !== "bookworm") return assert.equal(code, 0);
  assert.notEqual(code, 0);
  assert.match(await property(service, "ExecMainStatus"), /^(?:218|226)$/);
});

test("trap 3: options for the kernel's files make /run writable again, and TemporaryFileSystem=/run:ro closes it", async () => {
  await clear(open);
  const file = "/run/user/1000/planted";
  const strict = ["PrivateUsers=yes", "ProtectSystem=strict", "ProtectKernelTunables=yes"];
  const line = `: > ${file} && echo written; rm -f ${file}`;
  assert.match(await asService(strict, line), /^written/);
  assert.doesNotMatch(await asService([...strict, "TemporaryFileSystem=/run:ro"], line), /^written/);
});

test("trap 4: NoExecPaths=/ does not hold for a bind, unless it is named too", async () => {
  await clear(open);
  await must(open, "alice", "mkdir -p ~/vault && cp /bin/true ~/vault/planted && chmod 700 ~/vault/planted");
  const strict = [
    "PrivateUsers=yes",
    "ProtectHome=tmpfs",
    "BindPaths=/home/alice/vault",
    "NoExecPaths=/",
    "ExecPaths=/usr /lib64",
  ];
  const line = "~/vault/planted && echo ran";
  assert.match(await asService(strict, line), /^ran/);
  assert.match(await asService([...strict, "NoExecPaths=/home/alice/vault"], line), /Permission denied/);
});

test("trap 5: a filter without sendto lets the daemon run, and keeps SIGTERM from it", async () => {
  await clear(open);
  place(open, "alice", `${DROP_INS}/90-trap.conf`, "[Service]\nSystemCallFilter=~sendto\n");
  await must(open, "alice", "systemctl --user daemon-reload");
  await start(service);
  const from = performance.now();
  await service.systemctl("stop kato");
  assert.ok(performance.now() - from > 2000, "the monitor had to end it");
  assert.doesNotMatch(await service.journal(), /event=stopped/);
});

for (const service of [userService(open), systemService(open)]) {
  const { unit } = service;
  const folder = unit === "kato" ? DROP_INS : "/etc/systemd/system/kato@alice.service.d";
  const who = unit === "kato" ? "alice" : "root";

  test(`${unit} makes no system call that its filter refuses, but for one: it works the same where that would end it`, async () => {
    await clear(open);
    // The runtime asks for keys for its memory, and does without: the launcher says that there are none.
    const settings = "SystemCallErrorNumber=kill\nSystemCallFilter=pkey_alloc\n";
    place(open, who, `${folder}/90-kill.conf`, `[Service]\n${settings}`);
    await service.systemctl("daemon-reload");
    await start(service);
    const log = createLog(service);
    log.append(log.rows.user("::capture talk.md\nHello."), log.rows.assistant("Nothing was killed."));
    await recorded(service, "/home/alice/.kato/exports/talk.md", "Nothing was killed.");
    await service.systemctl(`kill --kill-whom=main --signal=HUP ${unit}`);
    await whenRestarted(service);
    await whenWatching(service);
    await service.systemctl(`stop ${unit}`);
    assert.equal(await property(service, "Result"), "success");
    assert.doesNotMatch(await service.journal(), /SIGSYS/);
  });
}

test("a folder that is removed and made anew is followed again after a moment", async () => {
  await clear(open);
  await start(service);
  await must(open, "alice", "rmdir ~/.claude/projects && mkdir -m 700 ~/.claude/projects");
  await whenRestarted(service);
  await whenSaid(service, /projects has appeared or was replaced; the daemon is to start again/);
  await whenWatching(service);
  const log = createLog(service);
  log.append(log.rows.user("::record talk.md\nHello."), log.rows.assistant("In the new folder."));
  await recorded(service, "/home/alice/.kato/exports/talk.md", "In the new folder.");
});

test("a folder that is moved away and made anew is found by kato doctor, which says what to do", async () => {
  await clear(open);
  await start(service);
  assert.doesNotMatch(await must(open, "alice", "kato doctor"), /^BAD/m);
  await must(open, "alice", "mv ~/.claude/projects ~/.claude/old && mkdir -m 700 ~/.claude/projects");
  const { code, out } = await run(open, "alice", "kato doctor");
  assert.equal(code, 1);
  assert.match(out, /^BAD +unit +~\/\.claude\/projects is another folder for you than for the daemon/m);
  await must(open, "alice", "systemctl --user restart kato");
  await whenWatching(service);
  assert.doesNotMatch(await must(open, "alice", "kato doctor"), /^BAD/m);
});
