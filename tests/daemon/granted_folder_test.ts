/** A folder that the sandbox granted, and what may come to stand in its place. */
import assert from "node:assert/strict";
import { rememberFolder } from "../../src/daemon/granted_folder.ts";

const CHANGES: readonly (readonly [what: string, change: (path: string) => void, isReplaced: boolean])[] = [
  ["nothing", () => {}, false],
  ["a file in it", (path) => Deno.writeTextFileSync(`${path}/a`, ""), false],
  ["no folder", (path) => Deno.renameSync(path, `${path}.away`), false],
  ["the same folder, back again", (path) => {
    Deno.renameSync(path, `${path}.away`);
    Deno.renameSync(`${path}.away`, path);
  }, false],
  ["a file in its place", (path) => {
    Deno.renameSync(path, `${path}.away`);
    Deno.writeTextFileSync(path, "");
  }, false],
  ["another folder", (path) => {
    Deno.renameSync(path, `${path}.away`);
    Deno.mkdirSync(path);
  }, true],
];

for (const [what, change, isReplaced] of CHANGES) {
  Deno.test(`rememberFolder(): ${what} is ${isReplaced ? "" : "not "}another folder`, () => {
    const root = Deno.makeTempDirSync();
    try {
      const path = `${root}/logs`;
      Deno.mkdirSync(path);
      const folder = rememberFolder(path);
      change(path);
      assert.equal(folder.isReplaced(), isReplaced);
    } finally {
      Deno.removeSync(root, { recursive: true });
    }
  });
}
