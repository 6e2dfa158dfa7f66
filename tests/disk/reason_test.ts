/** What the system refused, in words for a person. */
import assert from "node:assert/strict";
import { mkdirSync, openSync, readFileSync } from "node:fs";
import { reasonOf, systemWords } from "../../src/disk/entry_at.ts";

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

/** Refusals as the runtime really words them. */
const REFUSALS: readonly (readonly [name: string, work: (folder: string) => unknown, words: string])[] = [
  ["Deno.statSync", (folder) => Deno.statSync(`${folder}/x`), "no such file or directory"],
  ["Deno.readTextFileSync", (folder) => Deno.readTextFileSync(folder), "is a directory"],
  ["Deno.mkdirSync", (folder) => Deno.mkdirSync(folder), "file exists"],
  ["Deno.renameSync", (folder) => Deno.renameSync(`${folder}/x`, `${folder}/y`), "no such file or directory"],
  ["Deno.removeSync", (folder) => Deno.removeSync(`${folder}/x`), "no such file or directory"],
  ["openSync of node:", (folder) => openSync(`${folder}/x`, "r"), "no such file or directory"],
  ["mkdirSync of node:", (folder) => mkdirSync(folder), "file already exists"],
  ["readFileSync of node:", (folder) => readFileSync(folder), "illegal operation on a directory"],
];

Deno.test("reasonOf() has the system's words, and none of the runtime's", () => {
  const folder = Deno.makeTempDirSync({ prefix: "kato-reason-" });
  try {
    for (const [name, work, words] of REFUSALS) {
      const error = thrownBy(() => work(folder));
      assert.equal(reasonOf(error), words, name);
      assert.match(systemWords(error) ?? "", new RegExp(`^${words}: ${folder}`), name);
    }
    const denied = new Deno.errors.NotCapable('Requires read access to "/x", run again with --allow-read');
    assert.equal(reasonOf(denied), "this run of kato may not look there");
    assert.equal(systemWords(denied), null, "it is a bug where nobody expects it");
  } finally {
    Deno.removeSync(folder);
  }
});
