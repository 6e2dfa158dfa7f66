/** A run of the daemon begins with records: that it started, and each wish that an administrator's policy does not grant. */
import assert from "node:assert/strict";
import { openDaemon } from "../../src/daemon/open_daemon.ts";
import { DEFAULT_CONFIG } from "../../src/settings/defaults.ts";
import { mergePolicy } from "../../src/settings/merge.ts";
import { makeHome } from "./stage/harness.ts";

Deno.test("opening a run puts its start on record, and each wish beyond what is enforced", async () => {
  await using home = await makeHome();
  const merged = mergePolicy([
    {
      origin: "organisation",
      file: "/etc/kato/policy.toml",
      text: 'enforce = ["destinations.roots"]\n[destinations]\nroots = ["~/.kato/exports"]\n',
    },
    { origin: "user", file: "own.toml", text: '[destinations]\nroots = ["~/.kato/exports", "~/wide"]\n' },
  ], home.path);
  assert.ok(merged.ok);
  const reported: string[] = [];
  const opened = await openDaemon(
    {
      options: {
        home: home.path,
        environment: {},
        afterCrash: false,
        roles: "threads",
        kernel: { sandbox: false, missing: [] },
        administrator: 0,
      },
      places: home.places,
      toJournal: false,
      ended: new Promise(() => {}),
      end: () => {},
    },
    { config: DEFAULT_CONFIG, effective: merged.effective },
    { report: (event) => void reported.push(event), close: () => Promise.resolve() },
  );
  assert.ok(typeof opened === "object");
  opened.audit.close();
  opened.database.close();
  assert.deepEqual(home.audit().map(({ event, reason, detail }) => [event, reason, detail]), [
    ["daemon-started", "no-kernel-sandbox", home.audit()[0]?.detail],
    ["policy-loaded", "widening-ignored", home.audit()[1]?.detail],
  ]);
  assert.match(home.audit()[1]?.detail ?? "", /^own\.toml:2: destinations\.roots/);
  assert.ok(reported.includes("widening-ignored"));
});
