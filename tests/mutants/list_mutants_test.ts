import assert from "node:assert/strict";
import { listMutants } from "../../tools/mutants/list_mutants.ts";
import { mutate } from "../../tools/mutants/try_mutant.ts";

/** Code in one line, and each line that a mutant makes of it. */
const CASES: readonly (readonly [code: string, mutants: readonly string[]])[] = [
  ["f(a === b);", [";", "f(a !== b);"]],
  ["f(a < 3);", [";", "f(a <= 3);", "f(a >= 3);", "f(a < 4);"]],
  ["x = a && !b;", [";", "x = a || !b;", "x = a && b;"]],
  ["x = a ?? 7;", [";", "x = a;", "x = a ?? 8;"]],
  ["x = `é` + b;", [";"]],
  ["if (a) f();", ["if (true) f();", "if (false) f();", "if (a) ;"]],
  ["while (a) f();", ["while (false) f();", "while (a) ;"]],
  ["const x = a ? b : c;", ["const x = true ? b : c;", "const x = false ? b : c;"]],
  ["const x = [a, b, c];", ["const x = [b, c];", "const x = [a, c];", "const x = [a, b];"]],
  ["const x = /[a-c\\d_]+[^x]/;", ["const x = /[a-c\\d]+[^x]/;"]],
  ["const x = /[\\u0000-\\u001f\\u2060-\\u2069]/;", ["const x = /[\\u0000-\\u001f]/;"]],
  ["const x: 1 | true = y as 2;", []],
  ["const x = { 1: y };", []],
  ['throw new Error("no");', [";"]],
  ['throw new Error("internal error: no");', []],
  ['if (a) throw new Error("internal error: no");', ['if (true) throw new Error("internal error: no");']],
  ['if (a === 1 || b) throw new Error("internal error: no");', [
    'if (true) throw new Error("internal error: no");',
    'if (a !== 1 || b) throw new Error("internal error: no");',
    'if (a === 2 || b) throw new Error("internal error: no");',
  ]],
  ['if (a) { throw new Error("internal error: no"); }', [
    'if (true) { throw new Error("internal error: no"); }',
  ]],
  ["void f();", [";"]],
];

Deno.test("listMutants() finds every mutant of", async (t) => {
  const root = await Deno.realPath(await Deno.makeTempDir());
  try {
    for (const [index, [code]] of CASES.entries()) {
      // Characters of several bytes before the code move no place.
      await Deno.writeTextFile(`${root}/${index}.ts`, `/* …é */ ${code}\n`);
    }
    const found = await listMutants(root, CASES.map((_, index) => `${index}.ts`));
    for (const [index, [code, expected]] of CASES.entries()) {
      await t.step(code, () => {
        const own = found.filter(({ file }) => file === `${index}.ts`);
        const made = own.map((mutant) =>
          mutate(`/* …é */ ${code}\n`, mutant).slice("/* …é */ ".length).trim()
        );
        assert.deepEqual(made.sort(), [...expected].sort());
        for (const { line, text } of own) assert.deepEqual([line, text], [1, `/* …é */ ${code}`]);
      });
    }
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
