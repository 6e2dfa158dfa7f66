/** `kato search` as a process under its plan: the runtime's permissions, and where kato is installed, the kernel's sandbox. */
import assert from "node:assert/strict";
import { makePrivateFolder } from "../../src/disk/atomic_file.ts";
import { placesOf } from "../../src/settings/places.ts";
import { conversation, keepLog, SESSION_A, SESSION_B } from "./stage/logs.ts";
import { makeHome } from "./stage/run_line.ts";
import { runProcess } from "./stage/run_process.ts";

const NUMBERED = Array.from(
  { length: 40 },
  (_, at) => `5d8cc000-0000-4000-8000-${String(at).padStart(12, "0")}`,
);

/** Words that occur once: merging them changes so many pages that SQLite would make a temporary file, which no command may. */
function rareWords(session: number): string {
  return Array.from(
    { length: 3000 },
    (_, at) => `w${((session * 3000 + at) * 2_654_435_761 % 4_294_967_296).toString(36)}`,
  )
    .join(" ");
}

const STEPS: readonly (readonly [line: string, status: number, out: RegExp, err: RegExp])[] = [
  ["search beans --no-update", 1, /^$/, /^kato: Nothing is indexed yet\./],
  ["search --update", 0, /^Read 42 sessions with .* The index has 42 sessions and 0 recordings/, /^$/],
  [
    "search soup",
    0,
    /^5d8bb111 .*\n {2}assistant {4}The soup is ready\.\n {4}kato show 5d8bb111 --from 1\n$/,
    /^$/,
  ],
  ["search soup --no-update", 0, /kato show 5d8bb111 --from 1\n$/, /^$/],
  ["show 5d8bb111 --from 1", 0, /The soup is ready\./, /^$/],
  ["search soup --in recordings", 0, /^Nothing found\.\n$/, /^$/],
  ["export 5d8bb111 --output {exports}/soup.md", 0, /^wrote /, /^$/],
  ["search soup --in recordings", 0, /\n {4}~\/\.kato\/exports\/soup\.md, line \d+\n$/, /^$/],
  ["search --rebuild", 0, /^Read 42 sessions .* and 1 recording\. The index has 42 sessions/, /^$/],
  ["search ???", 64, /^$/, /has no letter and no digit/],
];

Deno.test("kato search does its work within its plan, in one process after the other", async (t) => {
  using home = makeHome();
  keepLog(home.home, SESSION_A, conversation(SESSION_A));
  for (const [at, session] of NUMBERED.entries()) {
    keepLog(home.home, session, conversation(session, { reply: rareWords(at) }));
  }
  keepLog(home.home, SESSION_B, conversation(SESSION_B, { reply: "The soup is ready." }));
  const { config, policyFile, exports } = placesOf(home.home);
  for (const folder of [config, exports]) makePrivateFolder(folder);
  Deno.writeTextFileSync(policyFile, "[search]\nenabled = true\n", { mode: 0o600 });
  for (const [line, status, out, err] of STEPS) {
    await t.step(`kato ${line} → ${status}`, async () => {
      const exited = await runProcess(line.replace("{exports}", exports), home);
      assert.equal(exited.status, status, `${exited.out}\n${exited.err}`);
      assert.match(exited.out, out);
      // A checkout says that it has no kernel sandbox.
      assert.match(exited.err.replace(/^kato: a checkout.*\n/, ""), err);
    });
  }
});
