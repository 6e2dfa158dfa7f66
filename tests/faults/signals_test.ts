/**
 * A signal before any call that changes a file while a daemon starts, and a second one while it stops: it ends in good
 * order each time, and the next start finds everything. KATO_SIGNALS=all sends one before each call; without it the
 * signals are spread over the calls.
 */
import assert from "node:assert/strict";
import { verifyAudit } from "../../src/audit/verify.ts";
import { append, createRows } from "../daemon/stage/claude_rows.ts";
import { type Daemon, makeHome, startDaemon, type TestHome } from "../daemon/stage/harness.ts";
import { renderCapture } from "../daemon/stage/one_shot.ts";
import { readExport } from "../daemon/stage/stage.ts";
import { until } from "../daemon/stage/until.ts";
import { onlyWith } from "../needs.ts";
import { tried } from "../tried.ts";
import { createFaults, type Faults, NEEDS } from "./injector.ts";

/** Signals of one run, in each of its two parts. */
const SENT = Deno.env.get("KATO_SIGNALS") === "all" ? Infinity : 6;
const SIGNALS = ["SIGTERM", "SIGHUP", "SIGINT"] as const;
const STATUS = { SIGTERM: 0, SIGINT: 0, SIGHUP: 75 } as const;
/** More calls than any start has. */
const NEVER = 1_000_000;

function numbersUpTo(total: number): number[] {
  const step = Math.max(1, Math.ceil(total / SENT));
  return Array.from({ length: Math.ceil(total / step) }, (_, index) => 1 + index * step);
}

async function countCalls(home: TestHome, faults: Faults) {
  const before = { folder: home.places.base, from: NEVER, how: "SIGTERM" } as const;
  faults.arm(before);
  await using daemon = startDaemon(home, { env: faults.env });
  await daemon.whenUp();
  const start = faults.count();
  faults.arm(before);
  assert.equal(await daemon.stop(), 0);
  return { start, stop: faults.count() };
}

Deno.test(
  onlyWith("signals: at any call of a start and of a stop, a signal ends it in good order", ...NEEDS),
  async () => {
    using faults = createFaults();
    await using home = await makeHome();
    const rows = createRows();
    const log = home.log(rows.session);
    {
      await using daemon = startDaemon(home);
      await daemon.whenUp();
      append(log, rows.user("::capture notes.md"), rows.assistant("begun"));
      await isWhole(daemon);
      assert.equal(await daemon.stop(), 0);
    }
    async function isWhole(daemon: Daemon): Promise<void> {
      const text = renderCapture(log, "::capture notes.md");
      await until("notes.md is whole", () => readExport(home, "notes.md") === text, { saw: daemon.said });
    }
    const calls = await countCalls(home, faults);
    assert.ok(calls.start > 0 && calls.stop > 0);
    const hits = new Map<string, number>();
    for (const [part, total] of Object.entries(calls)) {
      for (const [index, from] of numbersUpTo(total).entries()) {
        const how = SIGNALS[index % SIGNALS.length] ?? "SIGTERM";
        const where = `${how} before call ${from} of the ${part}`;
        append(log, rows.assistant(where));
        await using daemon = startDaemon(home, { env: faults.env });
        const fault = { folder: home.places.base, from, to: from, how } as const;
        if (part === "start") faults.arm(fault);
        else {
          await daemon.whenUp();
          await isWhole(daemon);
          faults.arm(fault);
          daemon.signal("SIGTERM");
        }
        // A start may come to fewer calls than the one that was counted.
        if (part === "start") await Promise.race([daemon.exit, daemon.whenUp().catch(() => daemon.exit)]);
        if (part === "start" && faults.failed() === 0) daemon.signal("SIGTERM");
        const { code, signal } = await daemon.exit;
        // Before the daemon listens, a signal ends the process as the kernel does.
        const isEarly = signal === how && part === "start";
        assert.ok(
          isEarly || code === STATUS[how] || code === 0,
          `${where}: ${code} ${signal}\n${daemon.said()}`,
        );
        hits.set(part, (hits.get(part) ?? 0) + 1);
        faults.mend();
      }
    }
    append(log, rows.assistant("the last words"));
    await using daemon = startDaemon(home);
    await daemon.whenUp();
    await isWhole(daemon);
    assert.equal(await daemon.stop(), 0);
    assert.equal(verifyAudit(home.places.logs).broken, null);
    tried([...hits].map(([part, times]) => `${times} signals at named calls of a ${part}`).join(", "));
  },
);
