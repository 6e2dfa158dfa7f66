/** `kato policy check`: for programs, from standard input, and the hash that an organisation's policy has everywhere. */
import assert from "node:assert/strict";
import { makePrivateFolder } from "../../src/disk/atomic_file.ts";
import type { SettingsError } from "../../src/settings/keys.ts";
import { placesOf } from "../../src/settings/places.ts";
import { makeHome, type Place, runLine } from "./stage/run_line.ts";
import { runProcess } from "./stage/run_process.ts";

const run = (line: string, place: Place) => runLine(line.split(" "), place);

Deno.test("kato policy check --json says the same for programs", async () => {
  using home = makeHome();
  Deno.writeTextFileSync(
    `${home.cwd}/try.toml`,
    'enforce = ["destinations.roots"]\n[destinations]\nroots = ["~/x"]\n',
  );
  const wrong = await run("policy check try.toml --as organisation --json", home);
  assert.equal(wrong.ended, "refused");
  assert.equal(wrong.err, "");
  const { ok, file, layer, problems } = JSON.parse(wrong.out);
  assert.deepEqual([ok, file, layer], [false, "try.toml", "organisation"]);
  assert.deepEqual(problems.map(({ line, key }: SettingsError) => [line, key]), [[3, "destinations.roots"]]);
  Deno.writeTextFileSync(`${home.cwd}/try.toml`, "recording.commands = false\n");
  const right = await run("policy check try.toml --as organisation --json", home);
  assert.equal(right.ended, "done");
  assert.deepEqual(JSON.parse(right.out).problems, []);
  assert.match(JSON.parse(right.out).organisationHash, /^[0-9a-f]{64}$/);
  const missing = await run("policy check nothing.toml --json", home);
  assert.equal(missing.ended, "no-input");
});

Deno.test("the organisation's hash is one for all people, and everywhere the same", async () => {
  const text =
    'recording.commands = "prompts" # a comment\ndestinations.roots = ["~/.kato/exports", "~/notes"]\n';
  using first = makeHome();
  using second = makeHome();
  const said: string[] = [];
  for (const home of [first, second]) {
    Deno.writeTextFileSync(`${home.cwd}/try.toml`, text);
    said.push(
      / SHA-256 ([0-9a-f]{64})\n$/.exec((await run("policy check try.toml --as organisation", home)).out)
        ?.[1] ?? "",
    );
    // As it lies in the administrator's folder, over two files, beside a policy of the person's own.
    const [one = "", other = ""] = text.split("\n");
    Deno.mkdirSync(`${home.system}/policy.d`);
    Deno.writeTextFileSync(`${home.system}/policy.d/10.toml`, `${other}\n`);
    Deno.writeTextFileSync(`${home.system}/policy.d/20.toml`, `${one}\n`);
    makePrivateFolder(placesOf(home.home).config);
    Deno.writeTextFileSync(placesOf(home.home).policyFile, "destinations.max_file_mb = 7\n");
    said.push(JSON.parse((await run("policy show --json", home)).out).organisationHash);
    said.push(JSON.parse((await run("policy check --as organisation --json", home)).out).organisationHash);
  }
  assert.match(said[0] ?? "", /^[0-9a-f]{64}$/);
  assert.deepEqual(new Set(said).size, 1, JSON.stringify(said));
});

const INPUTS:
  readonly (readonly [name: string, text: string | Uint8Array<ArrayBuffer>, status: number, says: RegExp])[] =
    [
      [
        "a policy that is right",
        'enforce = ["recording.commands"]\n',
        0,
        /^Standard input is right\. Organisation's SHA-256 [0-9a-f]{64}\n$/,
      ],
      ["one that is wrong", "version = 1\nnonsense = 2\n", 78, /standard input:2: nonsense: is not a key/],
      ["what is no text", new Uint8Array([0xff]), 78, /standard input: is not UTF-8 text/],
      ["more than a policy may be", "#".repeat(2_000_000), 78, /standard input: is larger than/],
      ["nothing", "", 0, /is right/],
    ];

for (const [name, text, status, says] of INPUTS) {
  Deno.test(`kato policy check - judges ${name}`, async () => {
    using home = makeHome();
    const input = typeof text === "string" ? new TextEncoder().encode(text) : text;
    const ran = await runProcess("policy check --as organisation -", home, { input });
    assert.match(ran.out + ran.err, says);
    assert.equal(ran.status, status);
  });
}
