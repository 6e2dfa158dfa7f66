/** kato@.service is the administrator's: its person cannot change it, and cannot use it to reach what is not theirs. */
import assert from "node:assert/strict";
import { must, open, place, remove, run, test, untilSo } from "./machine.ts";
import { clear, createLog, property, recorded, start, systemService, whenWatching } from "./service.ts";
import { createRows } from "../daemon/claude_rows.ts";

const service = systemService(open);

test("its person can neither stop it nor change it by files of theirs", async () => {
  await clear(open);
  for (const folder of [".config/systemd/user", ".config/systemd/system"]) {
    place(
      open,
      "alice",
      `/home/alice/${folder}/kato@alice.service.d/90.conf`,
      "[Service]\nPrivateNetwork=no\n",
    );
    place(open, "alice", `/home/alice/${folder}/kato@.service.d/90.conf`, "[Service]\nPrivateNetwork=no\n");
  }
  await start(service);
  assert.equal(await property(service, "PrivateNetwork"), "yes");
  const monitor = await property(service, "MainPID");
  for (
    const line of ["stop kato@alice", "kill kato@alice", "set-property --runtime kato@alice MemoryMax=1"]
  ) {
    assert.notEqual((await run(open, "alice", `systemctl --no-ask-password ${line}`)).code, 0, line);
  }
  assert.notEqual((await run(open, "alice", "echo x > /etc/systemd/system/kato@alice.service")).code, 0);
  assert.equal(await property(service, "MainPID"), monitor);
  assert.equal(await property(service, "ActiveState"), "active");
});

for (const signal of ["TERM", "INT", "KILL"]) {
  test(`its person can send its processes SIG${signal}, and it is started again`, async () => {
    await clear(open);
    await start(service);
    // The processes are hers; what starts them again is not.
    const monitor = await property(service, "MainPID");
    await must(open, "alice", `kill -${signal} ${monitor}`);
    await untilSo("a restart", async () => !["0", monitor].includes(await property(service, "MainPID")));
    await whenWatching(service);
    const log = createLog(service);
    log.append(log.rows.user("::record talk.md\nHello."), log.rows.assistant("Still here."));
    await recorded(service, "/home/alice/.kato/exports/talk.md", "Still here.");
    // The administrator's word ends it, and its settings being refused does.
    await service.systemctl("stop kato@alice");
    assert.equal(await property(service, "ActiveState"), "inactive");
  });
}

test("a link of its person's into a folder that is closed to them opens nothing, though systemd binds it", async () => {
  await clear(open);
  const rows = createRows();
  const secret = rows.user("::capture stolen.md\nBob's own words.") + rows.assistant("Bob's answer.");
  const path = `/home/bob/closed/-home-bob/${rows.session}.jsonl`;
  place(open, "bob", path, secret, 0o644);
  Deno.chmodSync(`${open.root}/home/bob/closed`, 0o755);
  Deno.chmodSync(`${open.root}/home/bob/closed/-home-bob`, 0o755);
  assert.notEqual((await run(open, "alice", `cat ${path}`)).code, 0, "his home is closed to her");
  await must(open, "alice", "mkdir -m 700 ~/.claude && ln -s /home/bob/closed ~/.claude/projects");
  await service.systemctl("start kato@alice");
  await whenWatching(service, ["codex", "gemini"]);
  const { out } = await run(open, "alice", "kato sessions --json; cat ~/.kato/exports/*");
  assert.ok(!out.includes("Bob"), out);
  assert.match(
    await service.journal(),
    /\.claude\/projects does not belong to this person, and is left alone/,
  );
  remove(open, "/home/bob/closed");
});

test("a link of its person's in place of the exports leads nowhere", async () => {
  await clear(open);
  place(open, "bob", "/home/bob/open-to-all/.keep", "", 0o644);
  Deno.chmodSync(`${open.root}/home/bob/open-to-all`, 0o777);
  await must(open, "alice", "mkdir -m 700 ~/.kato && ln -s /home/bob/open-to-all ~/.kato/exports");
  await run(open, "root", "systemctl start kato@alice");
  const log = createLog(service);
  log.append(log.rows.user("::record planted.md\nHello."), log.rows.assistant("Not there."));
  await untilSo("a refusal", async () => {
    const { out } = await run(open, "alice", "kato status");
    return /denied|denial|blocked|not running/i.test(out) && out;
  }, async () => `${(await run(open, "alice", "kato status")).out}${await service.journal()}`);
  assert.deepEqual([...Deno.readDirSync(`${open.root}/home/bob/open-to-all`)].map(({ name }) => name), [
    ".keep",
  ]);
  remove(open, "/home/bob/open-to-all");
});

test("its person reads its lines in the system's journal, and nobody else does", async () => {
  await clear(open);
  await start(service);
  const line = "journalctl --no-pager -q -o cat -u kato@alice";
  assert.match(await must(open, "alice", line), /event=started/);
  assert.doesNotMatch((await run(open, "bob", line)).out, /event=started/);
});
