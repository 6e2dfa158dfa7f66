/** Which libraries kato may use, and that the lock file, the list and the libraries agree. */
import assert from "node:assert/strict";
import { sha256 } from "../../tools/build/fetch_pinned.ts";
import {
  type AllowList,
  broughtBy,
  chosenOf,
  findings,
  type LockFile,
  manifest,
  readAllowList,
  readLockFile,
} from "../../tools/dependencies/allow_list.ts";
import { npmFolder } from "../../tools/dependencies/npm_folder.ts";

const ROOT = new URL("../../", import.meta.url).pathname.replace(/\/$/, "");
const LIST = readAllowList(ROOT);
const LOCK = readLockFile(ROOT);

function readJson(path: string): unknown {
  return JSON.parse(Deno.readTextFileSync(path));
}

Deno.test("the lock file holds exactly the libraries of the list, under the licences that it names", async () => {
  const folder = await npmFolder();
  const found = findings(
    LIST,
    LOCK,
    ({ name, version }) => manifest.parse(readJson(`${folder}/${name}/${version}/package.json`)),
  );
  assert.deepEqual(found, []);
});

Deno.test("every library that is not chosen is brought by one that is", () => {
  const bringers = broughtBy(LIST, LOCK);
  const chosen = new Set<unknown>(chosenOf(LIST));
  const strays = LIST.filter((one) => !chosen.has(one) && !bringers.has(`${one.name}@${one.version}`));
  assert.deepEqual(strays, []);
});

const BEAN = { name: "bean", version: "1.0.0", licence: "MIT", by: "Ada" } as const;
const CHOSEN = { ...BEAN, in: "program", for: "soup", why: "it is good", instead: "a pea" } as const;

/** A change of the list, the lock or the library, and the sentence about it. */
const CHANGES: readonly (readonly [
  what: string,
  list: AllowList,
  locked: readonly string[],
  imported: readonly string[],
  says: object,
  found: string,
])[] = [
  ["a library that is new", [], ["bean@1.0.0"], [], {}, "bean@1.0.0 is not on the list"],
  ["another version", [BEAN], ["bean@1.0.0", "bean@2.0.0"], [], {}, "bean@2.0.0 is not on the list"],
  ["a library that is gone", [BEAN], [], [], {}, "bean@1.0.0 is on the list, but not locked"],
  [
    "an import without a reason",
    [BEAN],
    ["bean@1.0.0"],
    ["npm:bean@1.0.0"],
    {},
    "bean@1.0.0 has no reason on the list",
  ],
  ["a reason without an import", [CHOSEN], ["bean@1.0.0"], [], {}, "nothing imports bean@1.0.0"],
  [
    "another licence",
    [BEAN],
    ["bean@1.0.0"],
    [],
    { license: "BUSL-1.1" },
    "bean@1.0.0 has another licence: BUSL-1.1",
  ],
  ...["preinstall", "install", "postinstall"].map((script) =>
    [
      `a script for ${script}`,
      [BEAN],
      ["bean@1.0.0"],
      [],
      { scripts: { [script]: "node steal.js", test: "node test.js" } },
      `bean@1.0.0 has a script that installers run: ${script}`,
    ] as const
  ),
];

for (const [what, list, locked, imported, says, found] of CHANGES) {
  Deno.test(`findings() tells ${what}`, () => {
    const lock: LockFile = {
      npm: Object.fromEntries(locked.map((name) => [name, { integrity: "" }])),
      workspace: { dependencies: [...imported] },
    };
    assert.deepEqual(findings(list, lock, () => ({ license: "MIT", ...says })), [found]);
  });
}

Deno.test("the modules of deno-std are those that were compared with the standard library", async () => {
  const record = readJson(`${ROOT}/packaging/deno-std.json`) as {
    version: string;
    modules: Record<string, string>;
  };
  const { imports } = readJson(`${ROOT}/deno.json`) as { imports: Record<string, string> };
  const entries = Object.values(imports).filter((one) => one.startsWith("npm:deno-std@"));
  assert.ok(entries.length > 0);
  for (const entry of entries) {
    const module = entry.replace(`npm:deno-std@${record.version}/`, "");
    assert.ok(module in record.modules, `${entry} was compared`);
  }
  const folder = `${await npmFolder()}/deno-std/${record.version}`;
  for (const [module, sum] of Object.entries(record.modules)) {
    assert.equal(sha256(Deno.readFileSync(`${folder}/${module}`)), sum, module);
  }
});
