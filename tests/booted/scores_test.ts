/** `systemd-analyze security` of the units. It says nothing of effect, so it is only kept from rising. */
import assert from "node:assert/strict";
import { locked, must, open, place, test } from "./machine.ts";
import { clear } from "./service.ts";

const DROP_INS = "/home/alice/.config/systemd/user/kato.service.d";
const FALLBACK = Deno.readTextFileSync(new URL("../../packaging/systemd/50-no-userns.conf", import.meta.url));

function scoreOf(text: string): number {
  return Number(/Overall exposure level for \S+: ([\d.]+)/.exec(text)?.[1] ?? NaN);
}

/** docs/systemd.md has these numbers. */
const MOST = { user: 0.5, withFolder: 0.5, template: 0.2, fallback: 5.5 } as const;

const USER = "systemd-analyze --user security --no-pager kato.service";

test("systemd-analyze security is no worse than documented", async () => {
  await clear(open);
  await clear(locked);
  const scores: Record<string, number> = { user: scoreOf(await must(open, "alice", USER)) };
  scores["template"] = scoreOf(
    await must(open, "root", "systemd-analyze security --no-pager kato@alice.service"),
  );
  await must(open, "alice", "mkdir -p ~/vault");
  place(
    open,
    "alice",
    `${DROP_INS}/60-kato-folders.conf`,
    "[Service]\nBindPaths=%h/vault\nNoExecPaths=%h/vault\n",
  );
  await must(open, "alice", "systemctl --user daemon-reload");
  scores["withFolder"] = scoreOf(await must(open, "alice", USER));
  place(locked, "alice", `${DROP_INS}/50-no-userns.conf`, FALLBACK);
  await must(locked, "alice", "systemctl --user daemon-reload");
  scores["fallback"] = scoreOf(await must(locked, "alice", USER));
  for (const [name, most] of Object.entries(MOST)) {
    const score = scores[name] ?? NaN;
    assert.ok(score <= most, `${name}: ${score}, not ${most}`);
  }
});
