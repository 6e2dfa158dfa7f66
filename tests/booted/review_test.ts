/** The page for reviewers: every command of it, as a person types it where kato's service runs. */
import assert from "node:assert/strict";
import { homeOf, open, PACKAGE, run, test } from "./machine.ts";
import { clear, createLog, recorded, start, userService } from "./service.ts";

const PAGE = Deno.readTextFileSync(new URL("../../docs/enterprise-review.md", import.meta.url));

/** Commands, and the words that each answer has. */
const BLOCKS = [...PAGE.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text = ""]) => {
  const lines = text.trimEnd().split("\n");
  return {
    commands: lines.filter((line) => !line.startsWith("# → ")),
    answers: lines.filter((line) => line.startsWith("# → ")).map((line) => line.slice("# → ".length)),
  };
});

test("each command of the page for reviewers answers as the page says", async () => {
  await clear(open);
  const service = userService(open);
  await start(service);
  const log = createLog(service);
  log.append(log.rows.user("::record talk.md\nHello."), log.rows.assistant("For a review."));
  await recorded(service, `${homeOf("alice")}/.kato/exports/talk.md`, "For a review.");
  assert.ok(BLOCKS.length >= 10);
  const wrong: string[] = [];
  for (const { commands, answers } of BLOCKS) {
    assert.ok(answers.length > 0, commands.join("\n"));
    const { code, out, err } = await run(open, "alice", `cd; ${commands.join("\n")}`);
    const missing = answers.filter((answer) => !out.includes(answer));
    if (code !== 0 || missing.length > 0) {
      wrong.push(
        `${commands.join("\n")}\nended with ${code}, without ${JSON.stringify(missing)}:\n${out}${err}`,
      );
    }
  }
  assert.deepEqual(wrong, []);
}, PACKAGE);
