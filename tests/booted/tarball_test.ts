/** The archive for distributions without a package, as a person without root installs, upgrades and removes it. */
import assert from "node:assert/strict";
import { locked, type Machine, must, open, remove, run, TARBALL, test, untilSo } from "./machine.ts";
import { createLog, property, recorded, userService, whenWatching } from "./service.ts";

const UNPACK =
  "rm -rf ~/unpacked && mkdir ~/unpacked && tar -xf /var/kato.tar.gz -C ~/unpacked --strip-components=1";
const INSTALL = `${UNPACK} && ~/unpacked/install.sh`;
const HOME = "/home/bob";
const RECORDING = `${HOME}/.kato/exports/talk.md`;

/** For a person whose manager runs, and in whose home nothing of an earlier test is left. */
function testForBob(machine: Machine, name: string, fn: () => Promise<void>): void {
  test(name, async () => {
    await must(machine, "root", "loginctl enable-linger bob");
    try {
      const answers = "systemctl --user daemon-reload";
      await untilSo("bob's manager", async () => (await run(machine, "bob", answers)).code === 0);
      for (
        const path of [".kato", ".claude", ".config", ".local", "unpacked", "notes"]
      ) {
        remove(machine, `${HOME}/${path}`);
      }
      await must(machine, "bob", answers);
      await fn();
    } finally {
      await run(machine, "bob", "systemctl --user disable --now kato; systemctl --user reset-failed");
      await must(machine, "root", "loginctl disable-linger bob; systemctl stop user@1001");
    }
  }, TARBALL);
}

testForBob(
  open,
  "a person without root installs the archive, records, installs it again and removes it",
  async () => {
    const service = userService(open, "bob");
    const said = await must(open, "bob", INSTALL);
    assert.match(
      said,
      /^kato is in \/home\/bob\/\.local\/bin\. To have it record: systemctl --user enable --now kato$/m,
    );
    await must(open, "bob", "systemctl --user enable --now kato");
    await whenWatching(service);
    // He has no client yet: with its first session, his manager starts kato again.
    const log = createLog(service, ".claude/projects/-home-bob-work");
    log.append(log.rows.user("::record talk.md\nHello."), log.rows.assistant("From the archive."));
    await recorded(service, RECORDING, "From the archive.");
    const pid = await property(service, "MainPID");
    assert.equal(await property(service, "FragmentPath"), `${HOME}/.config/systemd/user/kato.service`);
    assert.equal(
      await must(open, "bob", `tr '\\0' ' ' < /proc/${pid}/cmdline`),
      `${HOME}/.local/bin/kato daemon `,
    );

    const doctor = await must(open, "bob", "~/.local/bin/kato doctor");
    assert.match(doctor, /^ok +installation +\d+ files are as they were built/m);
    assert.match(doctor, /^ok +unit /m);

    await must(open, "bob", "mkdir -m 0700 ~/notes && ~/.local/bin/kato policy allow ~/notes");
    await must(open, "bob", INSTALL);
    await untilSo("another process", async () => {
      const now = await property(service, "MainPID");
      return now !== "0" && now !== pid;
    }, () => service.journal());
    await whenWatching(service);
    log.append(log.rows.user("::record ~/notes/more.md\nAnd here?"), log.rows.assistant("Here, too."));
    await recorded(service, `${HOME}/notes/more.md`, "Here, too.");

    await must(open, "bob", "~/unpacked/install.sh --uninstall");
    const left = await must(
      open,
      "bob",
      "find ~/.local ~/.config/systemd/user -type f -o -type l; ls ~/.kato/exports",
    );
    assert.deepEqual(left.split("\n").filter((line) => !line.includes("kato.service.d/")), ["talk.md", ""]);
    await untilSo("its end", async () => (await run(open, "bob", "pgrep -u bob -x kato")).code === 1);
    assert.equal(
      await must(open, "bob", "systemctl --user list-units --no-legend 'kato-client@*'"),
      "",
    );
  },
);

testForBob(open, "a file that is not the release's is not installed", async () => {
  await must(open, "bob", `${UNPACK} && echo '// more' >> ~/unpacked/lib/kato/writer.js`);
  const { code, err } = await run(open, "bob", "~/unpacked/install.sh");
  assert.equal(code, 78);
  assert.match(err, /install\.sh: the files are not those of the release\. Unpack them again$/m);
  assert.equal((await run(open, "bob", "ls ~/.local ~/.config/systemd/user/kato.service")).out, "");
});

testForBob(
  locked,
  "root installs the archive for everybody, and each person's kato is that one",
  async () => {
    await must(locked, "root", `${INSTALL} --system`);
    const unit =
      "systemctl --user daemon-reload && systemctl --user cat kato kato-setup kato-failed kato-client kato-client@.path";
    const units = await must(locked, "bob", unit);
    assert.match(units, /^# \/etc\/(?:xdg\/)?systemd\/user\/kato\.service$/m);
    assert.match(units, /^ExecStart=\/usr\/local\/bin\/kato daemon$/m);
    assert.doesNotMatch(units, /\/usr\/(?:bin\/kato|lib\/kato|share\/kato)/);
    assert.match(await must(locked, "bob", "/usr/local/bin/kato version"), /^kato \d/);
    await must(locked, "root", "~/unpacked/install.sh --uninstall");
    const left = "find /usr/local /etc/systemd/user -name '*kato*' ! -path '*.wants/*'";
    assert.equal(await must(locked, "root", left), "");
  },
);
