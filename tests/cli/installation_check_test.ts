/** `kato doctor` and the files of the program. */
import assert from "node:assert/strict";
import { checkInstallation } from "../../src/cli/doctor/installation_check.ts";
import { SUMS, sumsOf } from "../../tools/build/sums.ts";

const CASES:
  readonly (readonly [what: string, change: (folder: string) => void, state: string, says: RegExp])[] = [
    [
      "as it was built",
      () => {},
      "ok",
      /^2 files are as they were built, the runtime's SHA-256 is [0-9a-f]{64}$/,
    ],
    [
      "with a part that was changed",
      (at) => Deno.writeTextFileSync(`${at}/kato.js`, "x"),
      "problem",
      /kato\.js is not/,
    ],
    ["without its runtime", (at) => Deno.removeSync(`${at}/deno`), "problem", /deno cannot be read/],
    [
      "whose sums do not name the runtime",
      (at) => Deno.writeTextFileSync(`${at}/${SUMS}`, ""),
      "problem",
      /runtime/,
    ],
    ["without sums, as a checkout", (at) => Deno.removeSync(`${at}/${SUMS}`), "note", /checkout/],
  ];

for (const [what, change, state, says] of CASES) {
  Deno.test(`checkInstallation() of a program ${what}`, async () => {
    const folder = Deno.makeTempDirSync();
    try {
      const files = Object.entries({ deno: "runtime", "kato.js": "code" });
      for (const [name, text] of files) Deno.writeTextFileSync(`${folder}/${name}`, text);
      const bytes = files.map(([name, text]) => [name, new TextEncoder().encode(text)] as const);
      Deno.writeTextFileSync(`${folder}/${SUMS}`, sumsOf(bytes));
      change(folder);
      const check = await checkInstallation([`${folder}/kato.js`, folder]);
      assert.deepEqual([check.name, check.state], ["installation", state]);
      assert.match(check.message, says);
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  });
}
