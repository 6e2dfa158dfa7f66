/** Forks of a client that keeps each log in a folder of its own, and says only behind the copies that they are copies. */
import assert from "node:assert/strict";
import { append } from "./stage/claude_rows.ts";
import { makeHome, startDaemon } from "./stage/harness.ts";
import { readExport } from "./stage/stage.ts";
import { until } from "./stage/until.ts";

let number = 0;

function row(type: string, own: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify({ type, agentId: "main", ...own, time: Date.now() })}\n`;
}

function prompt(text: string): string {
  number += 1;
  const promptId = `msg_01M8MB71G23T6K3XXF9N9H000${number}`;
  return row("turn.prompt", {
    input: [{ type: "text", text }],
    origin: { kind: "user" },
    promptId,
    turnId: number,
  });
}

Deno.test("fork: copies in a log of Kimi Code command nothing again, whatever the daemon saw of them first", async () => {
  await using home = await makeHome();
  await using daemon = startDaemon(home);
  await daemon.whenUp();
  const folder = `${home.path}/.kimi-code/sessions/wd_garden_0123456789ab`;
  const logOf = (session: string) => {
    Deno.mkdirSync(`${folder}/${session}/agents/main`, { recursive: true });
    return `${folder}/${session}/agents/main/wire.jsonl`;
  };
  const original = `session_${crypto.randomUUID()}`;
  const fork = `session_${crypto.randomUUID()}`;
  const log = logOf(original);
  append(
    log,
    row("metadata", { created_at: Date.now() }),
    prompt("::capture notes.md"),
    prompt("::export once.md"),
  );
  await daemon.whenRecording("once.md", "done");
  await daemon.whenRecording("notes.md", "active");

  const forked = logOf(fork);
  append(forked, Deno.readTextFileSync(log));
  append(forked, row("forked", {}), prompt("::capture fork.md"), prompt("on another way"));
  await until("the fork is recorded", () => readExport(home, "fork.md").includes("on another way"));
  append(log, prompt("in the original"));
  await until("the original is recorded", () => readExport(home, "notes.md").includes("in the original"));
  assert.ok(!readExport(home, "notes.md").includes("on another way"));
  const obeyed = home.audit().filter(({ event }) => event === "command");
  assert.deepEqual(obeyed.map(({ session, command, decision }) => [session, command, decision]), [
    [original, "::capture notes.md", "allow"],
    [original, "::export once.md", "allow"],
    [fork, "::capture fork.md", "allow"],
  ]);
});
