/** The bundler that the runtime starts is the pinned one. `deno task build` shows that it is found. */
import assert from "node:assert/strict";
import { bundle } from "../../tools/build/bundle.ts";
import { BuildError } from "../../tools/build/run_program.ts";

Deno.test("bundle() fails where the pinned bundler is not in the cache, and fetches none in its place", async () => {
  const folder = Deno.makeTempDirSync();
  try {
    Deno.writeTextFileSync(`${folder}/entry.ts`, "export const one = 1;\n");
    await assert.rejects(
      bundle(["-o", `${folder}/out.js`, `${folder}/entry.ts`], {
        cwd: folder,
        env: { DENO_DIR: `${folder}/cache` },
      }),
      (error: unknown) => error instanceof BuildError && /@esbuild\//.test(error.message),
    );
    assert.throws(() => Deno.statSync(`${folder}/cache/dl`), Deno.errors.NotFound);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
