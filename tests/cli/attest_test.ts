/** `kato version --attest`. tests/booted/review_test.ts runs it on a machine with a package. */
import assert from "node:assert/strict";
import { attestInstallation } from "../../src/cli/actions/attest.ts";
import { VERSION } from "../../src/version.ts";
import { reportSchema } from "../../src/cli/report/reports.ts";
import { SUMS, sumsOf } from "../../tools/build/sums.ts";
import { sha256 } from "../../tools/build/fetch_pinned.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const RUNTIME = {
  version: "1.2.3",
  arch: "x64",
  sha256: sha256(encode("runtime")),
  package: "@deno/linux-x64-glibc",
  integrity: "sha512-x",
  lock: "0".repeat(64),
  bundler: "esbuild 0.25.5",
};

async function attest(
  change: (folder: string) => void,
  json: boolean,
): Promise<{ status: string; text: string }> {
  const folder = Deno.makeTempDirSync();
  try {
    const files = { deno: "runtime", "kato.js": "code", "runtime.json": JSON.stringify(RUNTIME) };
    for (const [name, text] of Object.entries(files)) Deno.writeTextFileSync(`${folder}/${name}`, text);
    const sums = sumsOf(Object.entries(files).map(([name, text]) => [name, encode(text)] as const));
    Deno.writeTextFileSync(`${folder}/${SUMS}`, sums);
    change(folder);
    let text = "";
    const out = {
      write: (more: string) => void (text += more),
      isTerminal: false,
      color: false,
      columns: 80,
    };
    const outcome = await attestInstallation({ json }, { code: [folder], out: out as never });
    return { status: outcome.outcome, text: text.replaceAll(folder, "/lib/kato") };
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("kato version --attest says what it was made of, and that its files are as they were built", async () => {
  assert.deepEqual(await attest(() => {}, false), {
    status: "done",
    text: `kato      ${VERSION}, from a checkout
runtime   Deno 1.2.3, @deno/linux-x64-glibc
          SHA-256 ${RUNTIME.sha256}
policy    files of version 1
made of   deno.lock SHA-256 ${RUNTIME.lock}
          esbuild 0.25.5
files     3 files in /lib/kato, all as they were built
`,
  });
});

const CHANGES:
  readonly (readonly [what: string, change: (folder: string) => void, file: string, state: string])[] = [
    ["changed", (at) => Deno.writeTextFileSync(`${at}/kato.js`, "x"), "kato.js", "changed"],
    ["missing", (at) => Deno.removeSync(`${at}/kato.js`), "kato.js", "missing"],
  ];

for (const [what, change, file, state] of CHANGES) {
  Deno.test(`kato version --attest names a file that is ${what}, and fails`, async () => {
    const { status, text } = await attest(change, false);
    assert.equal(status, "failed");
    assert.match(
      text,
      new RegExp(`1 of 3 in /lib/kato are not as they were built:\\n +${file} is ${state}\\n$`),
    );
    const told = await attest(change, true);
    const report = JSON.parse(told.text);
    assert.ok(reportSchema("attestation").safeParse(report).success);
    assert.deepEqual([report.ok, report.changed], [false, [{ file, state }]]);
  });
}

Deno.test("kato version --attest of another runtime than runtime.json names fails", async () => {
  const { status } = await attest((at) => {
    Deno.writeTextFileSync(`${at}/deno`, "other");
    const sums = Deno.readTextFileSync(`${at}/${SUMS}`);
    Deno.writeTextFileSync(`${at}/${SUMS}`, sums.replace(RUNTIME.sha256, sha256(encode("other"))));
  }, false);
  assert.equal(status, "failed");
});

for (const text of [null, "", "{}", "[1"]) {
  Deno.test(`kato version --attest with ${JSON.stringify(text)} for its list fails`, async () => {
    const { status, text: told } = await attest((at) => {
      if (text === null) Deno.removeSync(`${at}/runtime.json`);
      else Deno.writeTextFileSync(`${at}/runtime.json`, text);
    }, false);
    assert.deepEqual([status, told], ["failed", ""]);
  });
}

Deno.test("kato version --attest of a checkout says that it has no sums", async () => {
  const { status, text } = await attest((at) => Deno.removeSync(`${at}/${SUMS}`), false);
  assert.deepEqual([status, text], ["failed", ""]);
});
