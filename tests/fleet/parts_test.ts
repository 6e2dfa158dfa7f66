/** Parts of the role: by tags, and by the turns that machines take. */
import assert from "node:assert/strict";
import {
  asRoot,
  daemonOf,
  newer,
  older,
  onMachine,
  ROLES,
  textOf,
  whenRestarted,
  withTools,
} from "./fleet.ts";
import { whenFollows } from "./people.ts";
import { assertOk, EVERYBODY, have, play, playHere, POLICY } from "./play.ts";

onMachine("a tag chooses a part of the role", async () => {
  await have(EVERYBODY);
  const other = { ...EVERYBODY, kato_enable: "none", kato_version: "9.9.9-1" };
  const changed = { ...other, kato_policy: { "recording.commands": false } };
  const played = await play(changed, "--tags", "policy");
  assertOk(played);
  assert.match(textOf(POLICY) ?? "", /recording\.commands = false/);
  assert.equal(await asRoot("systemctl --global is-enabled kato.service"), "enabled\n");
  assert.equal(await asRoot("dpkg-query -W -f '${Version}' kato"), older);
  await whenFollows("alice");
  assertOk(await play({ ...EVERYBODY, kato_version: "9.9.9-1" }, "--tags", "policy,enable"));
});

onMachine("the tag install brings the version, and touches neither the policy nor whose it is", async () => {
  await have(EVERYBODY);
  const text = textOf(POLICY);
  const other = { ...EVERYBODY, kato_enable: "none", kato_policy: { "recording.commands": false } };
  const back = { kato_version: older, kato_allow_downgrade: true };
  for (const version of [{ kato_version: newer, kato_repository_suite: "stable" }, back]) {
    const before = await daemonOf("kato.service");
    assertOk(await play({ ...other, ...version }, "--tags", "install"));
    assert.equal(await asRoot("dpkg-query -W -f '${Version}' kato"), version.kato_version);
    await whenRestarted(before);
    assert.equal(textOf(POLICY), text);
    assert.equal(await asRoot("systemctl --global is-enabled kato.service"), "enabled\n");
  }
});

withTools("each machine has a turn of its own within the spread", async () => {
  const { out } = await playHere([
    { "ansible.builtin.include_vars": `${ROLES}/kato/vars/main.yml` },
    // A number of the command line is a text.
    { "ansible.builtin.debug": { msg: "turn {{ kato_turn }}" }, vars: { kato_restart_spread: "600" } },
  ], ["desk1", "desk2", "desk3", "desk4"]);
  const turns = [...out.matchAll(/"msg": "turn (\d+)"/g)].map(([, turn]) => Number(turn));
  assert.equal(new Set(turns).size, 4, out);
  for (const turn of turns) assert.ok(turn < 600, out);
});

onMachine("a machine waits for its turn before it restarts anybody's, and not where all follow", async () => {
  await have(EVERYBODY);
  const changed = { ...EVERYBODY, kato_policy: { "recording.commands": false } };
  const options = ["-v", "-e", "kato_restart_spread=8", "-e", "kato_restart_at_once=3"];
  const played = await play(changed, ...options);
  assertOk(played);
  assert.match(
    played.out,
    /Wait for this machine's turn\] \*+\nok: .*"elapsed": [1-7][^]*follow\] \*+\nchanged: .*"--at-once", "3", "follow"\]/,
  );
  await whenFollows("alice");
  const again = await play(changed, ...options);
  assert.match(again.out, /Wait for this machine's turn\] \*+\nskipping: /);
  assertOk(await play(EVERYBODY));
});
