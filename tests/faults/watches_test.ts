/** A kernel that gives no watches, or runs out of them: kato looks by itself, says so, and watches again when it may. */
import assert from "node:assert/strict";
import type { Status } from "../../src/protocol/status.ts";
import { append, createRows } from "../daemon/stage/claude_rows.ts";
import { makeHome, startDaemon, type TestHome } from "../daemon/stage/harness.ts";
import { renderCapture } from "../daemon/stage/one_shot.ts";
import { readExport } from "../daemon/stage/stage.ts";
import { until } from "../daemon/stage/until.ts";
import { onlyWith } from "../needs.ts";
import { tried } from "../tried.ts";
import { createFaults, type Fault, NEEDS, WATCHING } from "./injector.ts";

/** kato tries to watch again after a minute: the short form does not wait for that. */
const WAITS = Deno.env.get("KATO_WATCHES") === "all";

/** What the kernel refuses, and whether it does so from the start of the daemon on. */
const REFUSALS: readonly (readonly [what: string, fault: Omit<Fault, "folder">, atStart: boolean])[] = [
  ["there is no inotify", { kinds: ["inotify"], how: "EMFILE" }, true],
  ["there are no watches", { kinds: ["watch"], how: "ENOSPC" }, true],
  ["a share tells of nothing that others write", { kinds: ["watch"], how: "DEAF" }, true],
  ["watches run out while it runs", { kinds: WATCHING, how: "ENOSPC" }, false],
];

async function isServed(home: TestHome, name: string, said: () => string): Promise<void> {
  const rows = createRows();
  const log = home.log(rows.session, `-${name}`);
  const command = `::capture ${name}.md`;
  append(log, rows.user(command), rows.assistant("one"));
  for (const word of ["two", "three"]) {
    await until(`${name}.md is whole`, () => readExport(home, `${name}.md`) === renderCapture(log, command), {
      saw: said,
    });
    append(log, rows.assistant(word));
  }
}

for (const [what, fault, atStart] of REFUSALS) {
  Deno.test(
    onlyWith(`watches: ${what}: it is told, and sessions old and new are served`, ...NEEDS),
    async () => {
      using faults = createFaults();
      await using home = await makeHome();
      const refuse = () => faults.arm({ folder: home.root, ...fault });
      if (atStart) refuse();
      await using daemon = startDaemon(home, { env: faults.env });
      await daemon.whenUp();
      if (!atStart) {
        await isServed(home, "before", daemon.said);
        refuse();
      }
      for (const name of ["first", "second"]) await isServed(home, name, daemon.said);
      const stateIs = (wanted: string) => ({ providers }: Status) => providers[0]?.state === wanted;
      await daemon.whenStatus("it is told", stateIs("polling"));
      const refused = faults.failed();
      assert.ok(refused > 0, "the kernel refused something");
      faults.mend();
      if (WAITS) await daemon.whenStatus("folders are watched", stateIs("watching"), 5 * 60_000);
      await isServed(home, "mended", daemon.said);
      assert.equal(await daemon.stop(), 0);
      tried(`${what}: ${refused} calls refused`);
    },
  );
}
