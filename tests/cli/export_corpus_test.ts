import assert from "node:assert/strict";
import { type Event, event } from "../../src/protocol/event.ts";
import { FORMATS } from "../../src/protocol/render.ts";
import { corpusCases, filesBelow } from "../providers/corpus.ts";
import { compareWithManifest, type Manifest } from "../providers/manifest.ts";
import { makeHome, runLine } from "./run_line.ts";

/** Above the folder of a case that the client keeps everything in. */
function configOf(path: string): { CLAUDE_CONFIG_DIR: string } {
  return { CLAUDE_CONFIG_DIR: `${path}/.claude` };
}

function eventsOf(lines: string): Event[] {
  return lines.split("\n").filter((line) => line !== "").map((line) => event.parse(JSON.parse(line)));
}

for (const { name, path } of corpusCases("claude-code")) {
  const manifest: Manifest = JSON.parse(Deno.readTextFileSync(`${path}/manifest.json`));

  Deno.test(`kato export --all gives the conversations of ${name}, as the client had them`, async () => {
    using home = makeHome();
    const line = ["export", "--all", "--format", "jsonl", "--output", "-"];
    const ran = await runLine(line, home, { environment: configOf(path) });
    assert.equal(ran.ended, "done", ran.err);
    assert.deepEqual(compareWithManifest(manifest, eventsOf(ran.out)), []);
    assert.equal(ran.err, "", "everything was understood");
  });

  Deno.test(`kato export --file gives each log of ${name}, as --all does`, async () => {
    using home = makeHome();
    const logs = filesBelow(`${path}/.claude/projects`).filter((file) => /^[^/]+\/[^/]+\.jsonl$/.test(file));
    const parts: string[] = [];
    for (const log of logs) {
      const file = `${path}/.claude/projects/${log}`;
      const line = ["export", "--file", file, "--format", "jsonl", "--output", "-"];
      const ran = await runLine(line, home);
      assert.equal(ran.ended, "done", ran.err);
      parts.push(ran.out);
    }
    const all = await runLine(["export", "--all", "--format", "jsonl", "--output", "-"], home, {
      environment: configOf(path),
    });
    assert.deepEqual(
      eventsOf(parts.join("")).map(({ id }) => id).sort(),
      eventsOf(all.out).map(({ id }) => id).sort(),
    );
  });

  Deno.test(`kato export writes ${name} in every format`, async () => {
    using home = makeHome();
    for (const format of FORMATS) {
      const line = ["export", "--all", "--format", format, "--output", "out"];
      const ran = await runLine(line, home, { environment: configOf(path) });
      assert.equal(ran.ended, "done", ran.err);
    }
    const written = [...Deno.readDirSync(`${home.cwd}/out`)].map(({ name }) => name);
    const sessions = countOf(written, ".md");
    assert.ok(sessions > 0);
    assert.deepEqual(FORMATS.map((format) => countOf(written, `.${format}`)), FORMATS.map(() => sessions));
  });
}

function countOf(names: readonly string[], extension: string): number {
  return names.filter((name) => name.endsWith(extension)).length;
}
