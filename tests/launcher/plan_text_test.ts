/** Both sides read a plan alike: the launcher's parser and TypeScript's, over a table and over random changes. */
import assert from "node:assert/strict";
import { MATRIX } from "../../src/permissions/matrix.ts";
import { parsePlan } from "../../src/permissions/plan_text.ts";
import { onlyWith } from "../needs.ts";
import { build, COMPILER } from "./build.ts";
import { planBytes, planOf } from "./stage.ts";

async function launcherSays(plans: readonly Uint8Array[]): Promise<string[]> {
  const child = new Deno.Command(build("plan-check"), { stdin: "piped", stdout: "piped" }).spawn();
  const writing = (async () => {
    const writer = child.stdin.getWriter();
    for (const plan of plans) {
      await writer.write(new TextEncoder().encode(plan.length.toString(16).padStart(8, "0")));
      await writer.write(plan);
    }
    await writer.close();
  })();
  const { stdout } = await child.output();
  await writing;
  return new TextDecoder("latin1").decode(stdout).trimEnd().split("\n");
}

function typescriptSays(plan: Uint8Array): string {
  const parsed = parsePlan(new TextDecoder().decode(plan));
  return parsed.ok ? "ok" : parsed.message;
}

/** The same numbers in every run. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(state / 2 ** 32 * below);
  };
}

const GRANTS = ["read /a/b", "list /ä", "write /c,d/e f", "env HOME", "sys uid", "role writer", "write /z"];
const PIECES = [
  "\0",
  " ",
  "/",
  "..",
  "/./",
  "role x",
  "end",
  "é",
  "\u{1f431}",
  "\u0080",
  "\n",
  "\ufffd",
  "read ",
];

Deno.test({
  ...onlyWith("the launcher and TypeScript say the same of every plan", COMPILER),
  async fn() {
    const plans: Uint8Array[] = MATRIX.map(({ profile }) => planBytes(planOf(profile, GRANTS)));
    const good = planBytes(planOf("daemon", GRANTS, "ab".repeat(32)));
    plans.push(good, good.slice(0, -1), planBytes(planOf("daemon", [`read /${"x".repeat(70_000)}`])));
    const next = random(7);
    for (let round = 0; round < 4000; round += 1) {
      const bytes = [...good];
      for (let change = next(3); change >= 0; change -= 1) {
        const at = next(bytes.length);
        const piece = new TextEncoder().encode(PIECES[next(PIECES.length)]);
        const kind = next(4);
        if (kind === 0) bytes.splice(at, 1);
        else if (kind === 1) bytes[at] = next(256);
        else bytes.splice(at, kind === 2 ? 0 : piece.length, ...piece);
      }
      plans.push(new Uint8Array(bytes));
    }
    const said = await launcherSays(plans);
    assert.equal(said.length, plans.length);
    const differing = plans.flatMap((plan, index) => {
      const expected = typescriptSays(plan);
      // A message may quote a path that is not ASCII; both quote the same bytes.
      const plain = new TextDecoder("latin1").decode(new TextEncoder().encode(expected));
      return said[index] === plain ? [] : [[said[index], expected]];
    });
    assert.deepEqual(differing, []);
    assert.ok(said.filter((word) => word === "ok").length > MATRIX.length);
  },
});
