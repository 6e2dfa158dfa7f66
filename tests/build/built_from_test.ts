/** Which source an installation says that it was built from. */
import assert from "node:assert/strict";
import { builtFrom, writeSource } from "../../tools/build/built_from.ts";
import { BuildError } from "../../tools/build/run_program.ts";
import { BUILT_FROM } from "../../src/version.ts";

async function withCommit<Result>(commit: string, work: () => Promise<Result>): Promise<Result> {
  const before = Deno.env.get("KATO_COMMIT");
  Deno.env.set("KATO_COMMIT", commit);
  try {
    return await work();
  } finally {
    if (before === undefined) Deno.env.delete("KATO_COMMIT");
    else Deno.env.set("KATO_COMMIT", before);
  }
}

Deno.test("builtFrom() names the commit that a packager gives, and refuses what is none", async () => {
  assert.equal(await withCommit("05e0ecc1a2b3c4d5e6f7", () => builtFrom("/")), "commit 05e0ecc1a2b3");
  await assert.rejects(withCommit("main; rm", () => builtFrom("/")), BuildError);
});

Deno.test("builtFrom() says so where the source has no git", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "kato-source-" });
  try {
    assert.equal(await withCommit("", () => builtFrom(folder)), "of an unknown commit");
  } finally {
    Deno.removeSync(folder);
  }
});

Deno.test("writeSource() writes it into every bundle that names the source, and is sure that there is one", () => {
  const bundles = new Map([["a.js", `var B = ${JSON.stringify(BUILT_FROM)};`], ["b.js", "1"]]);
  const written = writeSource(bundles, "commit 05e0ecc1a2b3");
  assert.deepEqual([...written], [["a.js", 'var B = "commit 05e0ecc1a2b3";'], ["b.js", "1"]]);
  assert.throws(() => writeSource(new Map([["b.js", "1"]]), "commit 05e0ecc1a2b3"), /internal error/);
});
