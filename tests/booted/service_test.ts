/** kato as a person's service and as the administrator's, under a real systemd: the same must hold of both. */
import assert from "node:assert/strict";
import { isWithin } from "../machine_speed.ts";
import { must, open, place, remove, run, test, untilSo } from "./machine.ts";
import {
  clear,
  createLog,
  property,
  recorded,
  type Service,
  start,
  startWithoutClient,
  systemService,
  userService,
  whenRestarted,
  whenSaid,
  whenWatching,
} from "./service.ts";

const EXPORTS = "/home/alice/.kato/exports";

/** Every text once, in its order. */
function assertOnce(text: string, wanted: readonly string[]): void {
  let from = 0;
  for (const piece of wanted) {
    const at = text.indexOf(piece, from);
    assert.ok(at >= 0, `${piece} is not where it should be in\n${text}`);
    assert.equal(text.indexOf(piece, at + piece.length), -1, `${piece} twice`);
    from = at + piece.length;
  }
}

/** Under test: the same of both. */
const SERVICES: readonly (readonly [name: string, service: Service])[] = [
  ["kato.service", userService(open)],
  ["kato@alice.service", systemService(open)],
];

for (const [name, service] of SERVICES) {
  const { machine, unit } = service;

  test(`${name} records a session that grows, for the person alone, and says so everywhere`, async () => {
    await clear(machine);
    await start(service);
    const log = createLog(service);
    const { rows } = log;
    log.append(rows.user("Something before."), rows.assistant("An answer before."));
    log.append(rows.user("::record talk.md\nFix it."), rows.assistant("It is fixed."));
    const text = await recorded(service, `${EXPORTS}/talk.md`, "It is fixed.");
    assert.ok(!text.includes("before"), "from the command on");
    const file = await must(machine, "alice", `stat -c '%a %U' ${EXPORTS}/talk.md ${EXPORTS} ~/.kato/state`);
    assert.equal(file, "600 alice\n700 alice\n700 alice\n");
    assert.match(await must(machine, "alice", "kato audit verify"), /^The chain of \d+ records is whole/);
    assert.match(
      await must(machine, "alice", "kato status"),
      /kernel sandbox on[\s\S]*active +~\/\.kato\/exports\/talk\.md/,
    );
    const doctor = await must(machine, "alice", "kato doctor");
    assert.match(
      doctor,
      new RegExp(`^ok +unit +the daemon runs in ${unit}\\.service, with every property`, "m"),
    );
    assert.ok(!/^(?:BAD|note)/m.test(doctor), doctor);
    await whenSaid(service, /event=started version=\S+ .*roles=processes kernel_sandbox=true/);
    const journal = await whenSaid(service, /event=watching provider=claude-code/);
    assert.ok(!journal.includes("fixed"), "no conversation in the journal");
    const own = unit === "kato" ? "journalctl --user -u kato" : "journalctl -u kato@alice";
    assert.match(
      await must(machine, "alice", `${own} --no-pager -q -o short`),
      / kato\[\d+\]: .*event=started version=/,
    );
  });

  test(`${name} stops within two seconds, by itself, and nothing is lost`, async () => {
    await clear(machine);
    await start(service);
    const log = createLog(service);
    const { rows } = log;
    const texts = Array.from({ length: 40 }, (_, index) => `Message number ${index}.`);
    log.append(rows.user("::record talk.md\nBegin."), ...texts.map((text) => rows.assistant(text)));
    await recorded(service, `${EXPORTS}/talk.md`, "number 39.");
    const late = ["Written while it stops.", "Written while it is stopped."];
    const from = performance.now();
    const stopping = service.systemctl(`stop ${unit}`);
    log.append(rows.assistant(late[0] ?? ""));
    await stopping;
    const took = performance.now() - from;
    assert.ok(isWithin(took, 2000), `${took} ms`);
    assert.equal(await property(service, "Result"), "success");
    // It listened to SIGTERM. The runtime learns of signals through sendto on a socket pair, which the filter must allow.
    await whenSaid(service, /event=stopped head=[0-9a-f]{64}$/m);
    log.append(rows.assistant(late[1] ?? ""));
    await start(service);
    assertOnce(await recorded(service, `${EXPORTS}/talk.md`, "it is stopped."), [...texts, ...late]);
  });

  test(`${name} is started again when its monitor is killed, and each message is written once`, async () => {
    await clear(machine);
    await start(service);
    const log = createLog(service);
    const { rows } = log;
    log.append(rows.user("::record talk.md\nBegin."), rows.assistant("Before the kill."));
    await recorded(service, `${EXPORTS}/talk.md`, "Before the kill.");
    const monitor = await property(service, "MainPID");
    await must(machine, "root", `kill -KILL ${monitor}`);
    log.append(rows.assistant("After the kill."));
    assertOnce(await recorded(service, `${EXPORTS}/talk.md`, "After the kill."), [
      "Before the kill.",
      "After the kill.",
    ]);
    assert.notEqual(await property(service, "MainPID"), monitor);
    // A machine that is too busy to plan in time makes it start once more.
    assert.ok(Number(await property(service, "NRestarts")) >= 1);
  });

  const whenRefused = unit === "kato" ? "does not" : "tells root";
  test(`${name} starts again on its own word (75), and ${whenRefused} when its settings are refused (78)`, async () => {
    await clear(machine);
    await start(service);
    await service.systemctl(`kill --kill-whom=main --signal=HUP ${unit}`);
    await whenRestarted(service);
    await whenWatching(service);
    place(machine, "alice", "/home/alice/.kato/config/policy.toml", "unknown = 1\n");
    await run(machine, "root", "true");
    await service.systemctl(`restart ${unit}`).catch(() => "");
    if (unit === "kato") {
      await untilSo("the end", async () => await property(service, "ActiveState") === "failed");
      assert.equal(await property(service, "ExecMainStatus"), "78");
      assert.equal(await property(service, "NRestarts"), "0");
    } else {
      await untilSo(
        "word of it",
        async () => /^kato of alice ended \(exit-code, status 78\)/m.test(await service.journal()),
      );
      remove(machine, "/home/alice/.kato/config/policy.toml");
      await whenWatching(service);
    }
    await whenSaid(service, /policy\.toml:1: unknown: is not a key that kato knows/);
  });

  test(`${name} obeys the policy of root, and refuses one of somebody else's`, async () => {
    await clear(machine);
    const policy = 'enforce = ["destinations.extensions"]\n[destinations]\nextensions = ["md"]\n';
    place(machine, "root", "/etc/kato/policy.toml", policy);
    await start(service);
    const log = createLog(service);
    const { rows } = log;
    log.append(rows.user("::record talk.html\nHello."), rows.assistant("Denied."));
    log.append(rows.user("::record talk.md\nHello."), rows.assistant("Allowed."));
    await recorded(service, `${EXPORTS}/talk.md`, "Allowed.");
    assert.equal(await must(machine, "alice", "ls ~/.kato/exports"), "talk.md\n");
    // In a user namespace root's files and bob's look alike.
    await must(machine, "root", "chown bob /etc/kato/policy.toml");
    await assert.rejects(async () => {
      await service.systemctl(`restart ${unit}`);
      await whenWatching(service, [], 5_000);
    });
    await whenSaid(
      service,
      /policy\.toml.*(?:does not belong to root|belongs to user 65534, not to root)/,
    );
  });

  test(`${name} sees a client that is installed while it runs`, async () => {
    await clear(machine);
    await startWithoutClient(service);
    const made = await must(machine, "alice", "cd; ls -d .claude .codex .gemini .qwen 2>/dev/null || true");
    assert.equal(made, unit === "kato" ? "" : ".claude\n.codex\n.gemini\n.qwen\n");
    const before = await property(service, "MainPID");
    const log = createLog(service, ".claude/projects/-home-alice-another");
    log.append(log.rows.user("::record new.md\nHello."), log.rows.assistant("First words."));
    await recorded(service, `${EXPORTS}/new.md`, "First words.");
    const journal = await service.journal();
    if (unit === "kato") {
      assert.notEqual(await property(service, "MainPID"), before, "it was started again, by nobody");
      assert.equal(journal.match(/event=started /g)?.length, 2, journal);
    } else {
      assert.equal(await property(service, "MainPID"), before);
    }
  });

  test(`${name} writes to a folder that policy and a drop-in name, and to no other`, async () => {
    await clear(machine);
    place(machine, "alice", "/home/alice/vault/.keep", "");
    const policy = '[destinations]\nroots = ["~/.kato/exports", "~/vault"]\n';
    place(machine, "alice", "/home/alice/.kato/config/policy.toml", policy);
    await start(service);
    const log = createLog(service);
    const { rows } = log;
    log.append(rows.user("::record ~/vault/a.md\nHello."), rows.assistant("Not bound."));
    const missing = await untilSo("a denial", async () => {
      const doctor = (await run(machine, "alice", "kato doctor")).out;
      return /vault.*is not bound/.test(doctor) && doctor;
    }, async () => (await run(machine, "alice", "kato doctor")).out);
    assert.match(
      missing,
      unit === "kato" ? /kato policy allow/ : /add BindPaths=.*to a drop-in of kato@alice/,
    );
    const [who, folder] = unit === "kato"
      ? ["alice", "/home/alice/.config/systemd/user/kato.service.d"] as const
      : ["root", "/etc/systemd/system/kato@alice.service.d"] as const;
    const dropIn = "[Service]\nBindPaths=/home/alice/vault\nNoExecPaths=/home/alice/vault\n";
    place(machine, who, `${folder}/60-kato-folders.conf`, dropIn);
    await service.systemctl("daemon-reload");
    await service.systemctl(`restart ${unit}`);
    await whenWatching(service);
    log.append(rows.user("::record ~/vault/b.md\nHello."), rows.assistant("Bound."));
    await recorded(service, "/home/alice/vault/b.md", "Bound.");
    assert.ok(!/is not bound/.test(await must(machine, "alice", "kato doctor")));
  });
}

const WAITING = "systemctl --user --no-legend --plain list-units 'kato-client@*' | sed 's/ .*//'";

test("kato.service has its person's manager wait for the clients that are missing, as long as it runs", async () => {
  const service = userService(open);
  const { machine } = service;
  await clear(machine);
  await must(machine, "alice", "mkdir -p -m 0700 ~/.claude/projects");
  await startWithoutClient(service);
  const waiting = await must(machine, "alice", WAITING);
  assert.match(waiting, /^kato-client@\.codex-sessions\.path\n/m);
  assert.match(waiting, /^kato-client@\.kimi\\x2dcode-sessions\.path\n/m);
  assert.ok(!waiting.includes("claude"), waiting);
  await must(machine, "alice", "mkdir -p -m 0700 ~/.codex/sessions ~/.kimi-code/sessions");
  await untilSo("the end of the wait for two", async () => {
    const now = await must(machine, "alice", WAITING);
    return now.includes("archived_sessions") && !/codex-sessions|kimi/.test(now);
  });
  await whenWatching(service, ["claude-code", "codex", "kimi"]);
  assert.equal(await property(service, "Result"), "success");
  await service.systemctl("stop kato");
  await untilSo("no more wait", async () => await must(machine, "alice", WAITING) === "");
  await must(machine, "alice", "mkdir -p -m 0700 ~/.qwen/projects");
  assert.equal(await property(service, "ActiveState"), "inactive");

  // A service that has failed for good is started by nobody.
  place(machine, "alice", "/home/alice/.kato/config/policy.toml", "unknown = 1\n");
  await service.systemctl("start kato").catch(() => "");
  await untilSo("the end", async () => await property(service, "ActiveState") === "failed");
  await untilSo("no more wait", async () => await must(machine, "alice", WAITING) === "");
});

test("kato.service records to a folder of the person's after one command and a restart, and not after the opposite", async () => {
  const service = userService(open);
  const { machine } = service;
  await clear(machine);
  await must(machine, "alice", "mkdir -m 700 ~/vault");
  await start(service);
  const log = createLog(service);
  const { rows } = log;
  const restart = async () => {
    await service.systemctl("daemon-reload");
    await service.systemctl("restart kato");
    await whenWatching(service);
  };
  const said = await must(machine, "alice", "kato policy allow ~/vault");
  assert.match(said, /systemctl --user daemon-reload/);
  assert.match(said, /systemctl --user restart kato/);
  await restart();
  log.append(rows.user("::record ~/vault/a.md\nHello."), rows.assistant("Allowed."));
  await recorded(service, "/home/alice/vault/a.md", "Allowed.");
  assert.ok(!/^(?:BAD|note)/m.test(await must(machine, "alice", "kato doctor")));
  await must(machine, "alice", "kato policy deny ~/vault");
  await restart();
  log.append(rows.user("::record ~/vault/b.md\nHello."), rows.assistant("Denied."));
  log.append(rows.user("::record c.md\nHello."), rows.assistant("Elsewhere."));
  await recorded(service, `${EXPORTS}/c.md`, "Elsewhere.");
  assert.equal(await must(machine, "alice", "ls ~/vault"), "a.md\n");
});

test("kato.service ends when its person logs out without lingering, and starts with the next login", async () => {
  const service = userService(open);
  const { machine } = service;
  await clear(machine);
  await start(service);
  const log = createLog(service);
  const { rows } = log;
  log.append(rows.user("::record talk.md\nBegin."), rows.assistant("Before logging out."));
  await recorded(service, `${EXPORTS}/talk.md`, "Before logging out.");
  await must(machine, "root", "loginctl disable-linger alice && loginctl terminate-user alice || true");
  await untilSo(
    "no process of hers",
    async () => (await run(machine, "root", "pgrep -u alice -x kato")).code === 1,
  );
  log.append(rows.assistant("While she was away."));
  await must(machine, "root", "loginctl enable-linger alice");
  await untilSo(
    "her service manager",
    async () => (await run(machine, "alice", "systemctl --user is-active kato")).code === 0,
  );
  assertOnce(await recorded(service, `${EXPORTS}/talk.md`, "she was away."), [
    "logging out.",
    "she was away.",
  ]);
});

test("kato.service records for a home that is not in /home", async () => {
  const service = userService(open, "carol");
  const { machine } = service;
  await clear(machine);
  await start(service);
  const log = createLog(service);
  log.append(log.rows.user("::record talk.md\nHello."), log.rows.assistant("Elsewhere."));
  await recorded(service, "/var/home/carol/.kato/exports/talk.md", "Elsewhere.");
  assert.match(
    await must(machine, "carol", "kato doctor"),
    /^ok +unit +the daemon runs in kato\.service, with every/m,
  );
  // Her view of /var has her own home in it, and nothing else.
  const monitor = await property(service, "MainPID");
  assert.equal(
    await must(machine, "root", `ls /proc/${monitor}/root/var /proc/${monitor}/root/var/home`),
    [
      `/proc/${monitor}/root/var:`,
      "home",
      "tmp",
      "",
      `/proc/${monitor}/root/var/home:`,
      "carol",
      "",
    ].join("\n"),
  );
  await service.systemctl("disable --now kato");
});
