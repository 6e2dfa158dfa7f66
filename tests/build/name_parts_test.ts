/** Names that a bundler gives by hashes become names that say what is in a part, the same on every machine. */
import assert from "node:assert/strict";
import { nameModules, nameParts, withoutEmptyParts } from "../../tools/build/name_parts.ts";

const files = (hash: string, home: string) =>
  new Map([
    [
      "kato.js",
      `import { a } from "./chunk-${hash}AAA.js";\nconst b = await import("./draw_circle-${hash}BBB.js");\n`,
    ],
    ["plan.js", `import "./chunk-${hash}CCC.js";\nimport { a } from "./chunk-${hash}AAA.js";\n`],
    [`draw_circle-${hash}BBB.js`, `import {\n  a\n} from "./chunk-${hash}AAA.js";\nexport { a };\n`],
    [`chunk-${hash}AAA.js`, `// ${home}/npm/registry.example/left/1.0.0/a.js\nexport const a = 1;\n`],
    [`chunk-${hash}CCC.js`, "export {};\n"],
  ]);

Deno.test("nameParts() names commands by their module, and what is shared by numbers", () => {
  const named = nameParts(files("ABCDE", "/home/a"), ["kato.js", "plan.js"]);
  assert.deepEqual(Object.fromEntries(named), {
    "kato.js": 'import { a } from "./part-1.js";\nconst b = await import("./part-draw-circle.js");\n',
    "plan.js": 'import "./part-2.js";\nimport { a } from "./part-1.js";\n',
    "part-draw-circle.js": 'import {\n  a\n} from "./part-1.js";\nexport { a };\n',
    "part-1.js": "// npm:left/1.0.0/a.js\nexport const a = 1;\n",
    "part-2.js": "export {};\n",
  });
});

Deno.test("nameParts() gives the same files whatever hashes and folders are", () => {
  const [here, there] = [files("ABCDE", "/home/a"), files("VWXYZ", "/srv/b")].map((made) =>
    Object.fromEntries(nameParts(made, ["kato.js", "plan.js"]))
  );
  assert.deepEqual(here, there);
});

Deno.test("nameParts() refuses a part that is not there, and one that nothing imports", () => {
  const made = files("ABCDE", "/home/a");
  made.set("chunk-STRAYAAA.js", "");
  assert.throws(
    () => nameParts(made, ["kato.js", "plan.js"]),
    /made chunk-STRAYAAA\.js, which nothing imports/,
  );
  made.delete("chunk-STRAYAAA.js");
  made.delete("chunk-ABCDECCC.js");
  assert.throws(() => nameParts(made, ["kato.js", "plan.js"]), /made no chunk-ABCDECCC\.js/);
});

Deno.test("nameModules() names modules by their package", () => {
  const bundle =
    '// ../x/.deno/npm/registry.example/zod/4.0.0/a.js\n  "../x/npm/registry.example/b/1/b.js"() {\n';
  assert.equal(nameModules(bundle), '// npm:zod/4.0.0/a.js\n  "npm:b/1/b.js"() {\n');
});

Deno.test("withoutEmptyParts() drops a part without text, and its imports alone", () => {
  const made = new Map([
    ["kato.js", 'import "./chunk-A.js";\nimport "./chunk-B.js";\nimport "./other.js";\nrun();\n'],
    ["chunk-A.js", ""],
    ["chunk-B.js", 'import "./chunk-A.js";\nsay();\n'],
  ]);
  assert.deepEqual(Object.fromEntries(withoutEmptyParts(made)), {
    "kato.js": 'import "./chunk-B.js";\nimport "./other.js";\nrun();\n',
    "chunk-B.js": "say();\n",
  });
});
