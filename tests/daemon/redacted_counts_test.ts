/** The secrets that a recording replaced, by rule: in the status, in the audit log and in the last line, however kato ended. */
import assert from "node:assert/strict";
import { make, randomOf } from "../redaction/corpus.ts";
import { startDaemon } from "./stage/harness.ts";
import { setStage, whenHolds } from "./stage/stage.ts";

Deno.test("redacted: counts are in status, audit log and last line, once through a kill", async () => {
  await using stage = await setStage();
  const { rows, say, home } = stage;
  const random = randomOf(7);
  const secrets = ["ghp_{A36}", "ghp_{A36}", "AKIA{U16}"].map((form) => make(form, random));
  const [one = "", two = "", three = ""] = secrets;
  say(rows.user("::capture a.md"), rows.assistant(`first ${one} done`));
  await whenHolds(stage, "a.md", "[redacted: github-token] done");
  await stage.daemon.kill();
  say(rows.assistant(`again ${one} and ${two} done`), rows.assistant(`other ${three} done`));
  stage.daemon = startDaemon(home);
  await whenHolds(stage, "a.md", "other [redacted");
  const counts = () => home.status()?.recordings[0]?.redacted;
  await stage.daemon.whenStatus("it is counted", () => Object.keys(counts() ?? {}).length === 2);
  assert.deepEqual(Object.values(counts() ?? {}).sort(), [1, 3]);
  say(rows.user("::stop"));
  await stage.daemon.whenRecording("a.md", "stopped");

  const [, last = ""] = /secrets redacted \((.*)\)/.exec(home.readExport("a.md")) ?? [];
  assert.match(last, /github-token 3/);
  const details = home.audit().filter(({ event }) => event === "secrets-redacted").map(({ detail }) =>
    detail
  );
  assert.equal(details[0], "github-token 1");
  assert.equal(details.at(-1), last);
  // The first of each rule, and the end.
  assert.ok(details.length >= 3, details.join("\n"));
  for (const file of [home.places.auditFile, home.places.statusFile]) {
    const text = Deno.readTextFileSync(file);
    for (const secret of secrets) assert.ok(!text.includes(secret), file);
  }
});
