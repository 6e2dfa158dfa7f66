/**
 * The output of an export: made by the launcher, so that the process that reads logs is given it and nothing around it,
 * and taken away again when it stays empty. The command is played by a script that tries more.
 */
import assert from "node:assert/strict";
import { join } from "@std/path";
import { onlyWith } from "../needs.ts";
import { COMPILER } from "./build.ts";
import { createStage, planOf, type Stage } from "./stage.ts";

/** Tries each way to touch the home, then writes the text of the test. Prints the attempts that succeeded. */
const SCRIPT = `
const { home, output, text, status } = JSON.parse(Deno.readTextFileSync(new URL("target.json", import.meta.url)));
const done = [];
function attempt(name, body) {
  try {
    body();
    done.push(name);
  } catch (error) {
    if (!["EACCES", "EPERM", "ENOENT"].includes(error.code)) throw error;
  }
}
attempt("write beside it", () => Deno.writeTextFileSync(home + "/beside.md", "x"));
attempt("write to what is there", () => Deno.writeTextFileSync(home + "/.bashrc", "x"));
attempt("make a folder", () => Deno.mkdirSync(home + "/folder"));
attempt("remove what is there", () => Deno.removeSync(home + "/.bashrc"));
attempt("rename what is there", () => Deno.renameSync(home + "/.bashrc", home + "/x"));
attempt("list the home", () => [...Deno.readDirSync(home)]);
if (output.endsWith("/")) attempt("write inside it", () => Deno.writeTextFileSync(output + "one.md", text));
else attempt("write it", () => Deno.writeTextFileSync(output, text, { create: false }));
console.log(JSON.stringify({ done, args: Deno.args }));
Deno.exit(status);
`;

interface Case {
  readonly output: string;
  readonly text?: string;
  readonly status?: number;
  readonly grant?: (stage: Stage) => string;
  readonly profile?: string;
}

async function run(stage: Stage, { output, text = "content", status = 0, grant, profile = "export" }: Case) {
  stage.file(".bashrc", "mine");
  stage.script("export.js", SCRIPT);
  stage.script(
    "target.json",
    JSON.stringify({ home: stage.home, output: `${stage.home}/${output}`, text, status }),
  );
  const path = grant?.(stage) ?? join(stage.home, output).replace(/\/$/, "");
  stage.plan(planOf(profile, [`read ${stage.library}`, `write ${stage.home}/.kato/logs`, `write ${path}`]));
  const ran = await stage.run(["--allow-all", "--script", profile, "export.js", profile, "--", "x"], {
    program: "kato-probe",
  });
  assert.equal(Deno.readTextFileSync(join(stage.home, ".bashrc")), "mine");
  const said = ran.out === "" ? { done: [], args: [] } : JSON.parse(ran.out);
  return { ...ran, done: said.done as string[], args: said.args as string[] };
}

function test(name: string, body: (stage: Stage) => Promise<void>): void {
  Deno.test({
    ...onlyWith(name, COMPILER),
    async fn() {
      using stage = createStage(["kato-probe"]);
      await body(stage);
    },
  });
}

test("an export of one file may write that file, and nothing else of the home", async (stage) => {
  const { code, done, args, err } = await run(stage, { output: "x.md" });
  assert.deepEqual({ code, done }, { code: 0, done: ["write it"] }, err);
  const { dev, ino, mode } = Deno.statSync(join(stage.home, "x.md"));
  assert.equal((mode ?? 0) & 0o777, 0o600);
  assert.equal(args[args.indexOf("--output-made") + 1], `${dev}:${ino}`);
});

test("a seal may write its own file, and nothing else of the home", async (stage) => {
  const { code, done, args, err } = await run(stage, { output: "x.md.seal.json", profile: "seal" });
  assert.deepEqual({ code, done }, { code: 0, done: ["write it"] }, err);
  const { dev, ino, mode } = Deno.statSync(join(stage.home, "x.md.seal.json"));
  assert.equal((mode ?? 0) & 0o777, 0o600);
  assert.equal(args[args.indexOf("--output-made") + 1], `${dev}:${ino}`);
});

test("an export into a folder may write in that folder, and nothing else of the home", async (stage) => {
  const { code, done, args } = await run(stage, { output: "talks/" });
  assert.deepEqual({ code, done }, { code: 0, done: ["write inside it"] });
  assert.ok(!args.includes("--output-made"), "it is no file");
  assert.equal((Deno.statSync(join(stage.home, "talks")).mode ?? 0) & 0o777, 0o700);
});

test("an output that is there is granted as it is, and never taken away", async (stage) => {
  stage.file("x.md", "");
  const { code, done, args } = await run(stage, { output: "x.md", text: "", status: 77 });
  assert.deepEqual({ code, done }, { code: 77, done: ["write it"] });
  assert.ok(!args.includes("--output-made"), "the launcher did not make it");
  assert.equal(Deno.readTextFileSync(join(stage.home, "x.md")), "");
});

for (const output of ["x.md", "talks/"]) {
  test(`what was made for an export that did not come to it is taken away: ${output}`, async (stage) => {
    stage.script("nothing.js", "Deno.exit(77);");
    stage.plan(
      planOf("export", [`read ${stage.library}`, `write ${join(stage.home, output).replace(/\/$/, "")}`]),
    );
    const line = ["--allow-all", "--script", "export", "nothing.js", "export", "--all"];
    assert.equal((await stage.run(line, { program: "kato-probe" })).code, 77);
    assert.throws(() => Deno.lstatSync(join(stage.home, output)), Deno.errors.NotFound);
  });

  test(`what an export wrote before it failed stays: ${output}`, async (stage) => {
    assert.equal((await run(stage, { output, status: 1 })).code, 1);
    const file = output.endsWith("/") ? `${output}one.md` : output;
    assert.equal(Deno.readTextFileSync(join(stage.home, file)), "content");
  });
}

test("a folder that an export leaves empty is taken away: there was no image for it", async (stage) => {
  stage.script("nothing.js", 'console.log("done");');
  stage.plan(planOf("export", [`read ${stage.library}`, `write ${stage.home}/x.assets`]));
  const ran = await stage.run(["--allow-all", "--script", "export", "nothing.js", "export", "--all"], {
    program: "kato-probe",
  });
  assert.deepEqual([ran.code, ran.out], [0, "done\n"]);
  assert.throws(() => Deno.lstatSync(join(stage.home, "x.assets")), Deno.errors.NotFound);
});

test("an empty output of an export that is done stays", async (stage) => {
  assert.equal((await run(stage, { output: "x.jsonl", text: "" })).code, 0);
  assert.equal(Deno.statSync(join(stage.home, "x.jsonl")).size, 0);
});

const NEVER: readonly (readonly [what: string, output: string, prepare: (stage: Stage) => void])[] = [
  ["a hidden folder", ".config/x.md", (stage) => void stage.folder(".config")],
  ["a link's target", "link/x.md", (stage) => {
    stage.folder("real");
    Deno.symlinkSync(`${stage.home}/real`, `${stage.home}/link`);
  }],
  ["a folder that is not there", "nowhere/x.md", () => {}],
  ["another's folder", "theirs/x.md", (stage) => Deno.mkdirSync(join(stage.home, "theirs"))],
];
for (const [what, output, prepare] of NEVER) {
  test(`the launcher makes no output in ${what}`, async (stage) => {
    prepare(stage);
    const { done } = await run(stage, { output });
    const isOwn = what === "another's folder" &&
      Deno.statSync(join(stage.home, "theirs")).uid === Deno.statSync(stage.home).uid;
    assert.deepEqual(done, isOwn ? ["write it"] : []);
  });
}

for (const signal of ["SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP"] as const) {
  test(`${signal} to the launcher alone reaches the export, and its end is the launcher's`, async (stage) => {
    stage.script(
      "waits.js",
      `Deno.addSignalListener("${signal}", () => { console.log("told"); Deno.exit(1); }); console.log("waits"); setInterval(() => {}, 1000);`,
    );
    stage.plan(planOf("export", [`read ${stage.library}`, `write ${stage.home}/x.md`]));
    const child = stage.spawn(["--allow-all", "--script", "export", "waits.js", "export", "--all"], {
      program: "kato-probe",
    });
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    assert.equal((await reader.read()).value, "waits\n");
    assert.equal(Deno.statSync(join(stage.home, "x.md")).size, 0);
    child.kill(signal);
    assert.equal((await reader.read()).value, "told\n");
    await child.stdin.close();
    await child.stderr.cancel();
    assert.equal((await child.status).code, 1);
    await reader.cancel();
    assert.throws(() => Deno.lstatSync(join(stage.home, "x.md")), Deno.errors.NotFound);
  });
}
