/** `kato scan`: secrets in files that are written already, by line and rule, and never the secret itself. */
import assert from "node:assert/strict";
import { SCAN_BYTES } from "../../src/protocol/redaction_limits.ts";
import { REDACTION } from "../../src/protocol/redaction.ts";
import { FORMATS } from "../../src/protocol/closed_sets.ts";
import { findSecrets } from "../../src/redaction/find_secrets.ts";
import { scanFiles } from "../../src/cli/actions/scan.ts";
import type { Context } from "../../src/cli/context.ts";
import { findInFile } from "../../src/cli/scan/find_in_file.ts";
import { redacted } from "../../src/render/redacted.ts";
import { make, NAMED_FORMATS, ORDINARY, randomOf, TOKEN_FORMATS } from "../redaction/corpus.ts";
import { type Body, eventsOf, HEAD, render, RENDERERS } from "../render/render.ts";
import { makeHome, type Place, runLine } from "./stage/run_line.ts";

const TOKEN = make("ghp_{A36}", randomOf(31));

function keep({ cwd }: Place, name: string, text: string): void {
  Deno.writeTextFileSync(`${cwd}/${name}`, text);
}

Deno.test("kato scan says file, line and rule of each secret, and ends with failed", async () => {
  using place = makeHome();
  keep(place, "a.md", `# Plan\n\nUse ${TOKEN}.\nDB_PASSWORD=correct7horse ${TOKEN}\n`);
  keep(place, "b.txt", "nothing\n");
  const ran = await runLine(["scan", "a.md", "b.txt"], place);
  assert.deepEqual(ran, {
    ended: "failed",
    out: "a.md:3: github-token\na.md:4: password\na.md:4: github-token\n",
    err:
      "Found 3 secrets in 1 of 2 files. Take them out of there, and have each one replaced where it is valid.\n",
  });
  const { ended, out, err } = await runLine(["scan", "--json", "a.md", "b.txt"], place);
  assert.deepEqual([ended, err], ["failed", ""]);
  const file = `${place.cwd}/a.md`;
  assert.deepEqual(JSON.parse(out), {
    v: 1,
    kind: "scan",
    ok: false,
    files: 2,
    found: [
      { file, line: 3, rule: "github-token" },
      { file, line: 4, rule: "password" },
      { file, line: 4, rule: "github-token" },
    ],
  });
  assert.ok(!out.includes(TOKEN));
});

Deno.test("kato scan ends with done where it finds nothing, and takes what policy says of secrets", async () => {
  using place = makeHome();
  keep(place, "a.md", `${TOKEN}\nACME-77-xy\n`);
  keep(place, "b.md", "");
  Deno.writeTextFileSync(
    `${place.system}/policy.toml`,
    `[redaction]\nsecrets = false\nprefixes = ["ACME-"]\nallow = ["${TOKEN}"]\n`,
    { mode: 0o644 },
  );
  assert.deepEqual(await runLine(["scan", "b.md"], place), {
    ended: "done",
    out: "No secret found in 1 file.\n",
    err: "",
  });
  assert.equal((await runLine(["scan", "a.md"], place)).out, "a.md:2: own-secret\n");
});

Deno.test("kato scan reads nothing where one of the files is missing, or is no file", async () => {
  using place = makeHome();
  keep(place, "a.md", TOKEN);
  Deno.mkdirSync(`${place.cwd}/folder`);
  for (
    const [name, why] of [
      ["missing.md", /^Cannot read ~\/work\/missing\.md: /],
      ["folder", /^Cannot read ~\/work\/folder: it is a folder\. Name the files in it\.\n$/],
    ] as const
  ) {
    const { ended, out, err } = await runLine(["scan", "a.md", name], place);
    assert.deepEqual([ended, out], ["no-input", ""]);
    assert.match(err, why);
  }
});

Deno.test("kato scan whose reader went away says nothing of the file", () => {
  using place = makeHome();
  keep(place, "a.md", TOKEN);
  const uid = Deno.uid() ?? 0;
  const out = {
    write() {
      throw new Deno.errors.BrokenPipe("nobody reads");
    },
  };
  const context = { ...place, uid, administrator: uid, planHash: null, kernelSandbox: false, out };
  const scan = () => scanFiles({ files: ["a.md"], json: false }, context as unknown as Context);
  assert.throws(scan, Deno.errors.BrokenPipe);
});

/** A conversation whose every message has one secret, each between ordinary lines. */
function conversation(): { readonly bodies: readonly Body[]; readonly secrets: number } {
  const random = randomOf(32);
  const texts = [
    ...TOKEN_FORMATS.map(([, format]) => `the token is ${make(format, random)}.`),
    ...NAMED_FORMATS.map(([, before, format, after]) => before + make(format, random) + after),
  ];
  return {
    bodies: texts.map((secret, at) => ({
      type: "user",
      text: `${ORDINARY[at % ORDINARY.length]}\n\n${secret}\n`,
    })),
    secrets: texts.length,
  };
}

for (const format of FORMATS) {
  Deno.test(`kato scan finds what a recording as ${format} has, and nothing in one that was redacted`, () => {
    const { bodies, secrets } = conversation();
    const path = Deno.makeTempFileSync();
    const head = { ...HEAD, format };
    try {
      Deno.writeTextFileSync(path, render(head, eventsOf(bodies)));
      const found = [...findInFile(path, REDACTION)];
      assert.ok(found.length >= 0.95 * secrets, `${found.length} of ${secrets}`);

      const renderer = redacted(RENDERERS[format], REDACTION);
      let state = renderer.begin(head);
      let text = "";
      for (const event of eventsOf(bodies)) {
        const step = renderer.step(head, state, event);
        state = step.state;
        text += step.text;
      }
      Deno.writeTextFileSync(path, text + renderer.finish(head, state).text);
      const left = [...findInFile(path, REDACTION)].map(({ line }) => text.split("\n")[line - 1]);
      assert.deepEqual(left, []);
    } finally {
      Deno.removeSync(path);
    }
  });
}

Deno.test("findInFile() finds the same in pieces as in the whole text, on the same lines", () => {
  const random = randomOf(33);
  const key = `-----BEGIN PRIVATE KEY-----\n${
    Array.from({ length: 400 }, () => make("{B64}", random)).join("\n")
  }\n-----END PRIVATE KEY-----`;
  const lines: string[] = [];
  for (let length = 0; length < 3 * SCAN_BYTES;) {
    const [, format] = TOKEN_FORMATS[random() % TOKEN_FORMATS.length] ?? ["", ""];
    const line = random() % 24 === 0
      ? key
      : random() % 3 === 0
      ? `x = '${make(format, random)}' é`
      : make("plain words {L40} ü", random);
    lines.push(line);
    length += line.length;
  }
  const text = lines.join("\n");
  const path = Deno.makeTempFileSync();
  try {
    Deno.writeTextFileSync(path, text);
    const whole = findSecrets(text).spans.map(({ from, rule }) => ({ from, rule }));
    let [at, line] = [0, 1];
    const expected = whole.map(({ from, rule }) => {
      line += text.slice(at, from).split("\n").length - 1;
      at = from;
      return { line, rule };
    });
    assert.ok(expected.some(({ rule }) => rule === "private-key"));
    assert.deepEqual([...findInFile(path, REDACTION)], expected);
  } finally {
    Deno.removeSync(path);
  }
});
