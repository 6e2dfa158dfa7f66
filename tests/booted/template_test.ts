/** kato@.service belongs to the administrator. Its person cannot change it, or reach other people's files through it. */
import assert from "node:assert/strict";
import { must, open, place, remove, run, test, untilSo } from "./machine.ts";
import {
  clear,
  createLog,
  property,
  recorded,
  start,
  systemService,
  whenSaid,
  whenWatching,
} from "./service.ts";
import { createRows } from "../daemon/stage/claude_rows.ts";

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
    // The processes are hers, but the service that starts them again is not.
    const monitor = await property(service, "MainPID");
    await must(open, "alice", `kill -${signal} ${monitor}`);
    await untilSo("a restart", async () => !["0", monitor].includes(await property(service, "MainPID")));
    await whenWatching(service);
    const log = createLog(service);
    log.append(log.rows.user("::record talk.md\nHello."), log.rows.assistant("Still here."));
    await recorded(service, "/home/alice/.kato/exports/talk.md", "Still here.");
    // Root hears of it.
    await whenSaid(service, /^kato of alice (?:ended \(signal|was told to end)/m);
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
  await whenSaid(service, /\.claude\/projects does not belong to this person, and is left alone/);
  remove(open, "/home/bob/closed");
});

/** Files that a person puts in the place of a folder, and the files that root reads then. */
const REPLACED: readonly (readonly [what: string, folder: string, line: string, said: RegExp])[] = [
  [
    "a link to nothing",
    "state",
    "ln -s /nonexistent",
    /cannot start: \/home\/alice\/\.kato\/state is no folder/,
  ],
  ["a file", "config", "touch", /cannot start: \/home\/alice\/\.kato\/config is no folder/],
  ["a link to somebody else's", "state", "ln -s /etc/ssl/private", /\/home\/alice\/\.kato\/state/],
  ["a link to somebody else's", "logs", "ln -s /home/bob", /\/home\/alice\/\.kato\/logs/],
];

for (const [what, folder, line, said] of REPLACED) {
  test(`${what} in place of ${folder} and a kill end it only until that is gone, and root hears of it`, async () => {
    await clear(open);
    await must(open, "root", "install -d -m 700 /etc/ssl/private");
    await start(service);
    const monitor = await property(service, "MainPID");
    const path = `/home/alice/.kato/${folder}`;
    await must(open, "alice", `mv ${path} ${path}.gone && ${line} ${path} && kill -KILL ${monitor}`);
    const [told] = await untilSo(
      "word of it",
      async () => /^kato of alice ended \(exit-code, .*$/m.exec(await service.journal()),
      () => service.journal(),
    );
    assert.match(told, /and recorded nothing since: .+\. It is tried again/);
    const errors = await must(open, "root", "journalctl --no-pager -q -o cat -p err -t kato -n 5");
    assert.ok(errors.includes(told), errors);
    await whenSaid(service, said);
    assert.deepEqual((await must(open, "root", "ls -A /etc/ssl/private")).trim(), "");
    await must(open, "alice", `rm ${path} && mv ${path}.gone ${path}`);
    await whenWatching(service);
    const log = createLog(service);
    log.append(log.rows.user("::record talk.md\nHello."), log.rows.assistant("Here again."));
    await recorded(service, "/home/alice/.kato/exports/talk.md", "Here again.");
  });
}

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
