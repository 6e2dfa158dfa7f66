/** `kato export` and secrets: replaced unless a person asks otherwise, and always where an administrator says so. */
import assert from "node:assert/strict";
import { make, randomOf } from "../redaction/corpus.ts";
import { conversation, keepLog, SESSION_A } from "./stage/logs.ts";
import { makeHome, type Place, runLine } from "./stage/run_line.ts";

const TOKEN = make("ghp_{A36}", randomOf(9));

function homeWithSecret(): Place & Disposable {
  const place = makeHome();
  keepLog(place.home, SESSION_A, conversation(SESSION_A, { typed: `Use ${TOKEN} please.` }));
  return place;
}

function kept({ home }: Place): string[] {
  const log = Deno.readTextFileSync(`${home}/.kato/logs/security-audit.jsonl`);
  return log.trimEnd().split("\n").map((line) => JSON.parse(line))
    .filter(({ event }) => event === "secrets-kept").map(({ decision, reason }) => `${decision} ${reason}`);
}

for (const format of ["md", "html", "jsonl"]) {
  Deno.test(`an export as ${format} has no secret, not even in its name`, async () => {
    using place = homeWithSecret();
    const { ended, out } = await runLine(
      ["export", "5d8aa099", "-o", `${place.cwd}/`, "--format", format],
      place,
    );
    assert.equal(ended, "done");
    assert.ok(!out.toLowerCase().includes(TOKEN.slice(4, 14).toLowerCase()), out);
    const [file] = [...Deno.readDirSync(place.cwd)].filter(({ name }) => name.endsWith(`.${format}`));
    const text = Deno.readTextFileSync(`${place.cwd}/${file?.name}`);
    assert.ok(text.includes("redacted: github-token") && !text.includes(TOKEN));
  });
}

Deno.test("--no-redact keeps secrets, and the audit log says so", async () => {
  using place = homeWithSecret();
  const { ended, out } = await runLine(["export", "5d8aa099", "-o", "-", "--no-redact"], place);
  assert.equal(ended, "done");
  assert.ok(out.includes(TOKEN));
  assert.deepEqual(kept(place), ["allow asked-for"]);
});

Deno.test("--no-redact is denied where an administrator enforces the redaction", async () => {
  using place = homeWithSecret();
  Deno.writeTextFileSync(`${place.system}/policy.toml`, 'enforce = ["redaction.secrets"]\n', { mode: 0o644 });
  const { ended, out, err } = await runLine(["export", "5d8aa099", "-o", "-", "--no-redact"], place);
  assert.equal(ended, "denied");
  assert.ok(!out.includes(TOKEN));
  assert.match(err, /Leave --no-redact out\./);
  assert.deepEqual(kept(place), ["deny enforced"]);
});
