/** The plans that the launcher has by itself are those that the planner would make, and of no other line. */
import assert from "node:assert/strict";
import { makePlan } from "../../src/cli/planning/make_plan.ts";
import { planRequestOf } from "../../src/cli/planning/plan_request.ts";
import { renderPlan } from "../../src/permissions/plan_text.ts";
import { placesOf, SYSTEM_POLICY } from "../../src/settings/places.ts";
import { KNOWN_LINES } from "../../tools/known_plans.ts";
import { onlyWith } from "../needs.ts";
import { build, COMPILER } from "./build.ts";
import { createStage } from "./stage.ts";

const PROGRAM = "/usr/lib/kato";

function launcherSays(home: string, line: readonly string[]): string {
  const { stdout } = new Deno.Command(build("known-check"), { args: [home, PROGRAM, ...line] }).outputSync();
  return new TextDecoder().decode(stdout);
}

async function plannerSays(home: string, line: readonly string[]): Promise<string> {
  const planned = await makePlan(planRequestOf(line, { home, cwd: home }), {
    home,
    uid: Deno.uid() ?? 0,
    variables: () => assert.fail("it depends on a variable"),
    system: SYSTEM_POLICY,
    administrator: 0,
    code: [PROGRAM],
  });
  const rendered = planned.ok ? renderPlan(planned.plan) : assert.fail("no plan");
  return rendered.ok ? rendered.text : assert.fail(rendered.message);
}

/** How a home may be: each makes what is in `home`. */
const HOMES: readonly (readonly [what: string, make: (home: string) => void])[] = [
  ["without anything", () => {}],
  ["with kato's folders", (home) => {
    for (const folder of [placesOf(home).state, placesOf(home).config]) {
      Deno.mkdirSync(folder, { recursive: true });
    }
    Deno.writeTextFileSync(placesOf(home).statusFile, "");
  }],
  ["with kato's folder elsewhere", (home) => {
    Deno.mkdirSync(`${home}/%p, else/state`, { recursive: true });
    Deno.symlinkSync("%p, else", placesOf(home).base);
  }],
  ["with a link to nothing", (home) => Deno.symlinkSync("/nowhere/at all", placesOf(home).base)],
  ["with a link to itself", (home) => Deno.symlinkSync(".kato", placesOf(home).base)],
  ["with a file in its place", (home) => Deno.writeTextFileSync(placesOf(home).base, "")],
];

for (const [what, make] of HOMES) {
  Deno.test({
    ...onlyWith(`the launcher's own plans are the planner's, for a home ${what}`, COMPILER),
    async fn() {
      const folder = Deno.makeTempDirSync({ prefix: "kato-known-" });
      try {
        Deno.mkdirSync(`${folder}/home`);
        Deno.symlinkSync("home", `${folder}/link`);
        make(`${folder}/home`);
        for (const home of [`${folder}/home`, `${folder}/link`]) {
          for (const line of KNOWN_LINES) {
            assert.equal(
              launcherSays(home, line),
              await plannerSays(home, line),
              `${line.join(" ")} in ${home}`,
            );
          }
        }
      } finally {
        Deno.removeSync(folder, { recursive: true });
      }
    },
  });
}

const OTHERS: readonly (readonly string[])[] = [
  [],
  [""],
  ["statu"],
  ["statuses"],
  ["status --json"],
  ["status", ""],
  ["status", "--js"],
  ["status", "--json", "--json"],
  ["status", "--json", "--watch"],
  ["--json", "status"],
  ["sessions"],
];

Deno.test({
  ...onlyWith("the launcher has no plan of its own for any other line", COMPILER),
  fn() {
    for (const line of OTHERS) assert.equal(launcherSays("/home/ada", line), "", line.join(" "));
  },
});

Deno.test({
  ...onlyWith("kato status runs without the planner, and another line does not", COMPILER),
  async fn() {
    using stage = createStage();
    stage.script("plan.js", "Deno.exit(78);");
    for (const line of KNOWN_LINES) {
      const { code, out, err } = await stage.run(line);
      assert.equal(code, 0, err);
      assert.deepEqual(JSON.parse(out).args.slice(-line.length), line);
    }
    assert.equal((await stage.run(["status", "--json", "--json"])).code, 78);
  },
});
