/** Titles and generated names under a policy's own rules for secrets, in every place that shows them. */
import assert from "node:assert/strict";
import { conversation, keepLog, SESSION_A } from "./stage/logs.ts";
import { makeHome, type Place, runLine } from "./stage/run_line.ts";

const SECRET = "9f8a7s6d5f";
const ALLOWED = "ACME-0000000000";
const RULES = `prefixes = ["ACME-"]\nallow = ["${ALLOWED}"]\n`;

function homeWith(redaction: string): Place & Disposable {
  const place = makeHome();
  Deno.mkdirSync(`${place.home}/.kato/config`, { recursive: true, mode: 0o700 });
  const policy = `[redaction]\n${redaction}`;
  Deno.writeTextFileSync(`${place.home}/.kato/config/policy.toml`, policy, { mode: 0o600 });
  const typed = `Take ${ALLOWED}, not ACME-${SECRET}.`;
  keepLog(place.home, SESSION_A, conversation(SESSION_A, { typed }));
  return place;
}

const SHOWN: readonly (readonly string[])[] = [
  ["sessions"],
  ["sessions", "--json"],
  ["show", "5d8aa099"],
  ...["md", "html", "jsonl"].map((format) => ["export", "5d8aa099", "-o", "-", "--format", format]),
];

for (const line of SHOWN) {
  Deno.test(`the title has none of policy's own secrets, and what policy allows, in 'kato ${line.join(" ")}'`, async () => {
    using place = homeWith(RULES);
    const { ended, out, err } = await runLine(line, place);
    assert.equal(ended, "done", err);
    const title = out.split("\n").find((text) => text.includes(`Take ${ALLOWED}, not `)) ?? "";
    assert.match(title, /not \\?\[redacted: own-secret/, out);
    assert.ok(!out.includes(SECRET), out);
  });
}

for (const format of ["md", "html", "jsonl"]) {
  Deno.test(`the name of an export as ${format} has none of policy's own secrets, and what policy allows`, async () => {
    using place = homeWith(RULES);
    const ran = await runLine(["export", "5d8aa099", "-o", `${place.cwd}/`, "--format", format], place);
    assert.equal(ran.ended, "done", ran.err);
    const [file] = [...Deno.readDirSync(place.cwd)].filter(({ name }) => name.endsWith(`.${format}`));
    assert.match(file?.name ?? "", /take-acme-0000000000-not-redacted-own/);
    assert.ok(!Deno.readTextFileSync(`${place.cwd}/${file?.name}`).includes(SECRET));
    const checked = await runLine(["verify", `${place.cwd}/${file?.name}`], place);
    assert.equal(checked.ended, "done", checked.out);
  });
}

for (
  const [name, rules, more] of [["redaction.secrets = false", `secrets = false\n${RULES}`, []], [
    "--no-redact",
    RULES,
    ["--no-redact"],
  ]] as const
) {
  Deno.test(`with ${name} a conversation keeps its secrets, and its title and name have none`, async () => {
    using place = homeWith(rules);
    const ran = await runLine(["export", "5d8aa099", "-o", `${place.cwd}/`, ...more], place);
    assert.equal(ran.ended, "done", ran.err);
    const [file] = [...Deno.readDirSync(place.cwd)].filter(({ name }) => name.endsWith(".md"));
    assert.ok(!(file?.name ?? SECRET).includes(SECRET), file?.name);
    const text = Deno.readTextFileSync(`${place.cwd}/${file?.name}`);
    assert.equal(text.split(SECRET).length, 2, text);
    assert.match(text, /^title: .*\[redacted: own-secret\]/m);
  });
}
