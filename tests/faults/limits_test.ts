/**
 * Limits under a running installed daemon: one of its processes may open no file any more, or start no other process.
 * What needs one waits and is told, nothing else stops, and all goes on by itself when there is room. In a checkout all
 * roles share one process, and the runtime ends it when a thread finds no descriptor.
 */
import assert from "node:assert/strict";
import { verifyAudit } from "../../src/audit/verify.ts";
import { append, createRows } from "../daemon/stage/claude_rows.ts";
import { renderCapture } from "../daemon/stage/one_shot.ts";
import { parentOf, readProc } from "../daemon/stage/proc.ts";
import { setStage, type Stage, whenHolds, whenText } from "../daemon/stage/stage.ts";
import { until } from "../daemon/stage/until.ts";
import { INSTALLATION } from "../installed.ts";
import { type Need, NOT_ROOT, onlyWith, program } from "../needs.ts";
import { tried } from "../tried.ts";

/** Which of the daemon's processes gets the limit. */
type Which = (orchestrator: number) => number;

interface Limit {
  readonly what: string;
  readonly needs: readonly Need[];
  readonly which: Which;
  readonly option: "nofile" | "nproc";
  /** The value at which the process gets nothing more. */
  most(pid: number): number;
}

/** The number that the next opened file would get. */
function nextDescriptor(pid: number): number {
  const open = new Set([...Deno.readDirSync(`/proc/${pid}/fd`)].map(({ name }) => Number(name)));
  let next = 0;
  while (open.has(next)) next += 1;
  return next;
}

const LIMITS: readonly Limit[] = [
  {
    what: "an orchestrator without a free descriptor",
    needs: [INSTALLATION],
    which: (pid) => pid,
    option: "nofile",
    most: nextDescriptor,
  },
  {
    // Fewer than it has pipes, too: poll refuses to wait for them then.
    what: "a monitor that may have three descriptors",
    needs: [INSTALLATION],
    which: parentOf,
    option: "nofile",
    most: () => 3,
  },
  {
    what: "a monitor that may start no process",
    needs: [INSTALLATION, NOT_ROOT],
    which: parentOf,
    option: "nproc",
    most: () => 1,
  },
];

function setLimit(pid: number, option: Limit["option"], soft: string): void {
  const { success, stderr } = new Deno.Command("prlimit", {
    args: ["--pid", String(pid), `--${option}=${soft}:`],
  }).outputSync();
  assert.ok(success, new TextDecoder().decode(stderr));
}

function softLimit(pid: number, option: Limit["option"]): string {
  const name = option === "nofile" ? "Max open files" : "Max processes";
  const line = (readProc(`${pid}/limits`) ?? "").split("\n").find((line) => line.startsWith(name));
  return line?.slice(name.length).trim().split(/\s+/)[0] ?? assert.fail(`no limit of ${pid}`);
}

/** A status cannot be written without a descriptor: the journal has it. */
const TOLD = /too many open files|no room for another process/i;

async function isWhole(stage: Stage, log: string, name: string): Promise<void> {
  await whenText(stage, name, renderCapture(log, `::capture ${name}`));
}

for (const { what, needs, which, option, most } of LIMITS) {
  Deno.test(
    onlyWith(
      `limits: ${what} tells what waits, and all goes on by itself`,
      program("prlimit", "util-linux"),
      ...needs,
    ),
    async () => {
      await using stage = await setStage();
      const { home, daemon, rows, say, log } = stage;
      say(rows.user("::capture notes.md"), rows.assistant("one"));
      await whenHolds(stage, "notes.md", "one");
      const { pid: orchestrator } = await daemon.whenUp();
      const pid = which(orchestrator);
      const before = softLimit(pid, option);
      setLimit(pid, option, String(most(pid)));
      const other = createRows();
      const otherLog = home.log(other.session, "-home-ada-other");
      append(otherLog, other.user("::capture other.md"), other.assistant("first"));
      say(rows.assistant("two"), rows.user("::export all.md"), rows.assistant("three"));
      await until("it is told", () => TOLD.test(daemon.said()) || TOLD.test(JSON.stringify(home.status())), {
        saw: daemon.said,
      });
      setLimit(pid, option, before);
      await isWhole(stage, log, "notes.md");
      await isWhole(stage, otherLog, "other.md");
      await daemon.whenRecording("all.md", "done");
      await daemon.whenStatus("nothing waits", ({ waiting }) => waiting.length === 0);
      const obeyed = home.audit().filter(({ event }) => event === "command").map(({ command }) => command);
      assert.deepEqual(obeyed.toSorted(), ["::capture notes.md", "::capture other.md", "::export all.md"]);
      assert.equal(verifyAudit(home.places.logs).broken, null);
      assert.ok(!daemon.said().includes("bug in kato"), daemon.said());
      assert.equal(await daemon.stop(), 0);
      tried(what);
    },
  );
}
